//! ELMo's mixture of layers against the reference cases.

mod support;

use lectern::embeddings::{mix, mix_normalized, mixture_weights};
use support::{assert_close, cases, json, tensors};

fn floats(value: &serde_json::Value) -> Vec<f32> {
    value
        .as_array()
        .expect("numbers")
        .iter()
        .map(|x| x.as_f64().expect("a number") as f32)
        .collect()
}

#[test]
fn mixtures_are_the_references() {
    for case in cases("elmo") {
        let (expected, tensors) = (json(&case), tensors(&case));
        let count = tensors.names("elmo.layer.").len();
        let layers: Vec<&[f32]> =
            (0..count).map(|k| tensors.get(&format!("elmo.layer.{k}")).1).collect();
        let mask: Vec<bool> = tensors.get("mask").1.iter().map(|kept| *kept == 1.0).collect();
        let width = layers[0].len() / mask.len();
        // Padding is arbitrary: only the other tokens are compared.
        let kept = |numbers: &[f32]| -> Vec<f32> {
            let rows = numbers.chunks(width).zip(&mask).filter(|(_, kept)| **kept);
            rows.flat_map(|(row, _)| row).copied().collect()
        };
        let mixes = expected["mixes"].as_array().expect("mixes");
        for (index, case_mix) in mixes.iter().enumerate() {
            let scalars = floats(&case_mix["scalars"]);
            let gamma = case_mix["gamma"].as_f64().expect("gamma") as f32;
            let what = format!("{}: mix {index}", case.display());
            let weights = mixture_weights(&scalars);
            assert_close(
                &format!("{what}: weights"),
                &weights,
                &floats(&case_mix["weights"]),
                1e-6,
            );
            let plain = kept(&mix(&layers, &scalars, gamma));
            let (_, reference) = tensors.get(&format!("mix.{index}"));
            assert_close(&what, &plain, &kept(reference), 1e-5);
            let normalized = kept(&mix_normalized(&layers, &mask, &scalars, gamma));
            let (_, reference) = tensors.get(&format!("mix_layer_norm.{index}"));
            assert_close(&format!("{what} with layer norm"), &normalized, &kept(reference), 1e-5);
        }
    }
}
