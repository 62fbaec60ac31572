//! Quantization against the reference cases: integers, scales, and dequantized values.

mod support;

use lectern::quantization::{ErrorFigures, PackedMatrix, Scheme};
use support::{cases, tensors};

const SCHEMES: [(&str, Scheme); 8] = [
    ("int8_minmax_tensor", Scheme::Int8MinMax),
    ("int8_affine_tensor", Scheme::Int8Affine),
    ("int8_symmetric_tensor", Scheme::Int8Tensor),
    ("int8_symmetric_channel", Scheme::Int8Channel),
    ("int4_symmetric_g32", Scheme::Int4Symmetric { group: 32 }),
    ("int4_symmetric_g64", Scheme::Int4Symmetric { group: 64 }),
    ("int4_asymmetric_g32", Scheme::Int4Asymmetric { group: 32 }),
    ("int4_asymmetric_g64", Scheme::Int4Asymmetric { group: 64 }),
];

/// The reference's integer: its symmetric 4-bit integers are from -7 to 7, the stored ones from 1 to 15.
fn reference_integer(scheme: Scheme, stored: i32) -> i32 {
    if matches!(scheme, Scheme::Int4Symmetric { .. }) { stored - 8 } else { stored }
}

fn close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = 1e-6 * expected.abs();
        assert!(
            (found - expected).abs() <= allowed,
            "{what} {index}: {found}, expected {expected}"
        );
    }
}

#[test]
fn integers_and_scales_are_the_references() {
    for case in cases("quant") {
        let tensors = tensors(&case);
        let names = tensors.names("").into_iter();
        let names: Vec<String> =
            names.filter_map(|name| Some(name.strip_suffix(".weight")?.to_owned())).collect();
        assert!(!names.is_empty());
        for name in names {
            let (shape, weight) = tensors.get(&format!("{name}.weight"));
            let (rows, columns) = (shape[0], shape[1]);
            for (scheme_name, scheme) in SCHEMES {
                let what = format!("{name} {scheme_name}");
                let get = |field: &str| tensors.get(&format!("{name}.{scheme_name}.{field}")).1;
                let packed = PackedMatrix::quantize(weight, rows, columns, scheme);
                // The reference has one scale a tensor; a packed matrix repeats it for each row.
                let per = if scheme.is_whole_tensor() { 1 } else { packed.scales.len() };
                close(&packed.scales[..per], get("scale"), &format!("{what} scale"));
                if scheme == Scheme::Int8Affine {
                    let zero_point = |scale: f32| -128.0 - packed.minimums[0] / scale;
                    let found =
                        if packed.scales[0] == 0.0 { -128.0 } else { zero_point(packed.scales[0]) };
                    close(&[found.round()], get("zero_point"), &format!("{what} zero point"));
                } else if scheme.has_minimum() {
                    close(&packed.minimums[..per], get("min"), &format!("{what} minimum"));
                }
                let (integers, near_ties) = (get("q"), get("near_tie"));
                let dequantized = packed.dequantize();
                let expected_dequantized = get("dequantized");
                for index in 0..rows * columns {
                    let stored = packed.stored(index / columns, index % columns);
                    let found = reference_integer(scheme, stored) as f32;
                    let off = (found - integers[index]).abs();
                    let allowed = if near_ties[index] == 1.0 { 1.0 } else { 0.0 };
                    assert!(
                        off <= allowed,
                        "{what} {index}: {found}, expected {}",
                        integers[index]
                    );
                    if off == 0.0 {
                        let largest = weight.iter().fold(0.0f32, |a, b| a.max(b.abs()));
                        let off = (dequantized[index] - expected_dequantized[index]).abs();
                        assert!(
                            off <= 1e-6 * largest,
                            "{what} {index} is dequantized to {}",
                            dequantized[index]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn error_figures_are_the_references() {
    for case in cases("quant") {
        let tensors = tensors(&case);
        let text = std::fs::read_to_string(case.join("expected.json")).expect("expected.json");
        let expected: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mut compared = 0;
        for (name, case) in expected["cases"].as_object().expect("cases") {
            let (shape, weight) = tensors.get(&format!("{name}.weight"));
            let largest = weight.iter().fold(0.0f64, |a, &b| a.max(f64::from(b.abs())));
            for (scheme_name, scheme) in SCHEMES {
                let expected = &case["schemes"][scheme_name];
                let get = |figure: &str| expected[figure].as_f64();
                // Ties may be rounded either way; errors of the last bit depend on the rounding of the product.
                if expected["near_ties"] != 0 || get("max_abs_error") <= Some(1e-5 * largest) {
                    continue;
                }
                let packed = PackedMatrix::quantize(weight, shape[0], shape[1], scheme);
                let found = ErrorFigures::between(weight, &packed.dequantize());
                let pairs = [
                    (Some(found.maximum), get("max_abs_error")),
                    (Some(found.mean), get("mean_abs_error")),
                    (Some(found.rms), get("mse").map(f64::sqrt)),
                    (found.snr, get("sqnr_db")),
                ];
                for (found, expected) in pairs {
                    let (found, expected) = (found.expect("a figure"), expected.expect("a figure"));
                    let what = format!("{name} {scheme_name}: {found}, expected {expected}");
                    assert!((found / expected - 1.0).abs() < 1e-3, "{what}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 0);
    }
}
