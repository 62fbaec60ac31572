//! What holds of every scheme, whatever the numbers: matrices are drawn at random (arbtest), of all sizes up to 300
//! columns, with groups of very different magnitudes and with zeros and equal numbers among them. The same matrices are
//! drawn everywhere and each time.

mod support;

use arbtest::{
    arbitrary::{Result, Unstructured},
    arbtest,
};
use lectern::{
    checkpoint::{Dtype, Metadata, TensorHeader, gguf_header, gguf_padding, safetensors_header},
    protocol::Format,
    quantization::{Fit, PackedMatrix, Scheme},
};
use support::files::matrices;

/// On how many matrices each property is tried.
const CASES: u64 = 5000;
/// So many random bytes make the largest matrices.
const LARGEST: u64 = 4000;

/// Tries a property on matrices from small ones to large ones.
fn always(mut property: impl FnMut(&mut Unstructured<'_>) -> Result<()>) {
    for case in 1..=CASES {
        // A seed of arbtest's: what the bytes are drawn from, and how many there are. A failure tells it.
        let (draw, bytes) = ((case * 0x9e37_79b9) << 32, case * LARGEST / CASES);
        arbtest(&mut property).seed(draw | bytes).run();
    }
}

/// A scheme of integers.
fn scheme(u: &mut Unstructured<'_>) -> Result<Scheme> {
    let schemes = Scheme::ALL.map(|scheme| (scheme != Scheme::F16).then_some(scheme));
    let schemes: Vec<Scheme> = schemes.into_iter().flatten().collect();
    Ok(*u.choose(&schemes)?)
}

/// A matrix of any width, row-major, and its number of columns.
fn matrix(u: &mut Unstructured<'_>) -> Result<(Vec<f32>, usize)> {
    let columns = u.int_in_range(1..=300)?;
    Ok((values(u, columns)?, columns))
}

/// The numbers of a few rows of a matrix of that width.
fn values(u: &mut Unstructured<'_>, columns: usize) -> Result<Vec<f32>> {
    let rows = u.int_in_range(1..=3)?;
    let mut values = Vec::with_capacity(rows * columns);
    let mut last = 0.0;
    while values.len() < rows * columns {
        // The magnitude changes now and then.
        let largest = 2.0f32.powi(u.int_in_range(-8..=12)?);
        for _ in 0..u.int_in_range(1..=64)? {
            last = match u.int_in_range(0..=9)? {
                0 => 0.0,
                1 => last,
                _ => f32::from(u.arbitrary::<i16>()?) / 32768.0 * largest,
            };
            values.push(last);
        }
    }
    values.truncate(rows * columns);
    Ok(values)
}

/// The allowed error: half a step, plus the rounding of the factors. A block of `q4_0` reaches its furthest value on
/// one side only: on the other side it ends a step earlier.
fn allowed(packed: &PackedMatrix, row: usize, column: usize) -> f32 {
    let scheme = packed.scheme;
    let group = row * scheme.groups(packed.columns) + column / scheme.group_size(packed.columns);
    let scale = packed.scales[group].abs();
    let minimum = packed.minimums.get(group).map_or(0.0, |minimum| minimum.abs());
    let steps = if scheme == Scheme::Q4_0 { 1.0 } else { 0.5 };
    let (lowest, highest) = scheme.range();
    let range = (highest - lowest) as f32;
    // Half precision has 11 bits, and steps of 2^-24 for the smallest values.
    let (relative, absolute) =
        if scheme.has_f16_factors() { (2.0f32.powi(-11), 2.0f32.powi(-24)) } else { (1e-6, 0.0) };
    steps * scale + relative * (range * scale + minimum) + absolute * (range + 1.0)
}

#[test]
fn what_comes_back_is_within_half_a_step() {
    always(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let packed = PackedMatrix::quantize(&values, values.len() / columns, columns, scheme);
        for (index, (x, dequantized)) in values.iter().zip(packed.dequantize()).enumerate() {
            let allowed = allowed(&packed, index / columns, index % columns);
            assert!(
                (x - dequantized).abs() <= allowed,
                "{scheme}, {columns} columns: {x} became {dequantized}"
            );
        }
        Ok(())
    });
}

#[test]
fn stored_integers_are_in_the_schemes_range_and_stand_for_what_comes_back() {
    always(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let packed = PackedMatrix::quantize(&values, values.len() / columns, columns, scheme);
        let (lowest, highest) = scheme.range();
        for (index, dequantized) in packed.dequantize().into_iter().enumerate() {
            let (row, column) = (index / columns, index % columns);
            let group = row * scheme.groups(columns) + column / scheme.group_size(columns);
            let stored = packed.stored(row, column);
            assert!(
                (lowest..=highest).contains(&stored) || stored == scheme.zero_point(),
                "{scheme}: {stored}"
            );
            let minimum = packed.minimums.get(group).copied().unwrap_or(0.0);
            assert_eq!(
                scheme.dequantize(stored, packed.scales[group], minimum),
                dequantized,
                "{scheme}"
            );
        }
        Ok(())
    });
}

/// A file of one matrix in that format; none where the format cannot hold it.
fn file_of(matrix: &PackedMatrix, format: Format) -> Option<Vec<u8>> {
    let header = TensorHeader {
        name: "matrix".into(),
        dtype: Dtype::Packed(matrix.scheme),
        shape: vec![matrix.rows, matrix.columns],
        by_output: true,
    };
    match format {
        Format::Safetensors => {
            let (mut file, length) = safetensors_header(&[header]).ok()?;
            let first = file.len() as u64;
            file.extend(matrix.factor_bytes().concat());
            file.extend(matrix.integer_bytes());
            assert_eq!(file.len() as u64, first + length, "{}", matrix.scheme);
            Some(file)
        }
        Format::Gguf => {
            let blocks = matrix.blocks()?;
            let mut file = gguf_header(&Metadata::default(), &[header]).expect("it has blocks");
            file.extend_from_slice(&blocks);
            file.resize(file.len() + gguf_padding(blocks.len() as u64), 0);
            Some(file)
        }
    }
}

#[test]
fn files_hold_every_integer_and_factor() {
    let mut held = [0; 2];
    always(|u| {
        let scheme = scheme(u)?;
        // Of GGUF's formats a row ends with a block.
        let columns =
            if u.arbitrary()? { 32 * u.int_in_range(1..=9)? } else { u.int_in_range(1..=300)? };
        let values = values(u, columns)?;
        let packed = PackedMatrix::quantize(&values, values.len() / columns, columns, scheme);
        for (index, format) in [Format::Safetensors, Format::Gguf].into_iter().enumerate() {
            let Some(file) = file_of(&packed, format) else { continue };
            let found = matrices(&file, format);
            assert_eq!(found, [("matrix".to_owned(), packed.clone())], "{scheme} {format:?}");
            held[index] += 1;
        }
        Ok(())
    });
    // Safetensors files hold all but rows of four-bit integers that end within a byte.
    assert!(held[0] > CASES / 2 && held[1] > CASES / 20, "{held:?} of {CASES}");
}

#[test]
fn rows_cut_out_by_themselves_are_the_same_rows() {
    always(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let rows = values.len() / columns;
        let packed = PackedMatrix::quantize(&values, rows, columns, scheme);
        let whole = packed.dequantize();
        for row in 0..rows {
            let slice = packed.slice(row..row + 1);
            let expected = &whole[row * columns..(row + 1) * columns];
            assert_eq!(slice.dequantize(), expected, "{scheme}");
            for column in 0..columns {
                assert_eq!(slice.stored(0, column), packed.stored(row, column), "{scheme}");
            }
        }
        Ok(())
    });
}

#[test]
fn searched_scales_are_never_worse() {
    always(|u| {
        let (scheme, (values, columns)) = (scheme(u)?, matrix(u)?);
        let rows = values.len() / columns;
        let squares = |fit| {
            let packed = PackedMatrix::quantize_by(&values, rows, columns, scheme, fit);
            let errors = values.iter().zip(packed.dequantize());
            errors
                .map(|(x, dequantized)| (f64::from(*x) - f64::from(dequantized)).powi(2))
                .sum::<f64>()
        };
        let (plain, searched) = (squares(Fit::Range), squares(Fit::LeastSquares));
        assert!(searched <= plain * (1.0 + 1e-6) + 1e-30, "{scheme}: {searched}, plain {plain}");
        Ok(())
    });
}
