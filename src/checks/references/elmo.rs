//! ELMo against the reference: the two readers over sequences of unequal length, words by their characters, mixtures of
//! layers with and without layer norm.

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};
use serde_json::Value;

use super::{
    assert_close,
    case::{Case, Tensors, count, list, number, single},
};
use crate::{
    embeddings::{mix, mix_normalized, mixture_weights},
    kernels::{Activation, LstmShape, Weight, linear},
    learning::numbers,
    models::{CharacterEncoder, Convolution, Linear, LstmLayer, Word, read_layers},
};

/// "1e-5 relative", as expected.json says it.
const TOLERANCE: f32 = 1e-5;

/// A case's model file.
struct Model {
    tensors: Tensors,
    device: Device,
}

impl Model {
    fn rows(&self, name: &str) -> Tensor<2> {
        let (shape, values) = self.tensors.get(name);
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &self.device)
    }

    fn matrix(&self, name: &str) -> Weight {
        let (shape, values) = self.tensors.get(name);
        Weight::from_floats(values.to_vec(), [shape[0], shape[1]], &self.device)
    }

    fn vector(&self, name: &str) -> Param<Tensor<1>> {
        let (shape, values) = self.tensors.get(name);
        Param::from_tensor(Tensor::from_data(TensorData::new(values.to_vec(), shape), &self.device))
    }

    fn linear(&self, name: &str) -> Linear {
        Linear {
            weight: self.matrix(&format!("{name}.weight")),
            bias: self.vector(&format!("{name}.bias")),
        }
    }

    /// A layer by PyTorch's names; its two biases are one.
    fn layer(&self, name: &str, is_projected: bool) -> LstmLayer {
        let biases = ["ih", "hh"].map(|end| self.vector(&format!("{name}.bias_{end}")).val());
        let [ih, hh] = biases;
        LstmLayer {
            input: self.matrix(&format!("{name}.weight_ih")),
            recurrent: self.matrix(&format!("{name}.weight_hh")),
            bias: Param::from_tensor(ih + hh),
            projection: is_projected.then(|| self.matrix(&format!("{name}.weight_hr"))),
        }
    }

    /// The layers of a reader.
    fn reader(&self, name: &str, is_projected: bool) -> Vec<LstmLayer> {
        let ends = self.tensors.names(&format!("{name}."));
        let layers = ends.iter().filter(|end| end.ends_with(".weight_hh")).count();
        (0..layers).map(|index| self.layer(&format!("{name}.{index}"), is_projected)).collect()
    }

    /// The embedding, convolutions, highways and projection.
    fn characters(&self) -> CharacterEncoder {
        let mut widths: Vec<usize> = (self.tensors.names("chars.conv.").iter())
            .filter_map(|name| name.strip_suffix(".bias")?.parse().ok())
            .collect();
        widths.sort_unstable();
        let highways = self.tensors.names("chars.highway.");
        let highways = highways.iter().filter(|name| name.ends_with(".bias")).count();
        CharacterEncoder {
            embedding: Param::from_tensor(self.rows("chars.embedding.weight")),
            convolutions: widths.into_iter().map(|width| self.convolution(width)).collect(),
            highways: (0..highways).map(|n| self.linear(&format!("chars.highway.{n}"))).collect(),
            projection: self.linear("chars.projection"),
        }
    }

    /// A convolution as a matrix: `[filters, size, width]` turned to `[filters, width, size]`.
    fn convolution(&self, width: usize) -> Convolution {
        let name = format!("chars.conv.{width}");
        let (shape, values) = self.tensors.get(&format!("{name}.weight"));
        let [count, size] = [shape[0], shape[1]];
        let all: Tensor<3> =
            Tensor::from_data(TensorData::new(values.to_vec(), shape), &self.device);
        let filters = numbers(all.swap_dims(1, 2).reshape([count, width * size]));
        Convolution {
            filters: Linear {
                weight: Weight::from_floats(filters, [count, width * size], &self.device),
                bias: self.vector(&format!("{name}.bias")),
            },
            width,
        }
    }
}

/// Checks everything of a case.
pub(super) fn check(case: &Case) {
    let expected = case.expected();
    let model =
        Model { tensors: Tensors::new(case.file("model.safetensors")), device: Device::flex() };
    for readers in ["plain", "elmo"] {
        check_readers(case, &model, readers, &expected[readers]);
    }
    check_characters(case, &model, &expected["chars"]);
    check_mixtures(case, list(&expected["mixes"]));
}

fn check_readers(case: &Case, model: &Model, kind: &str, options: &Value) {
    let tensors = case.tensors();
    let (shape, mask) = tensors.get("mask");
    let [sequences, longest] = [shape[0], shape[1]];
    let ids = tensors.labels("input_ids");
    let is_projected = options["projection"].as_bool().expect("a flag");
    let is_residual = options["residual_between_layers"].as_bool().expect("a flag");
    let clip = options["clip"].as_f64().map(|clip| clip as f32);
    let readers = ["forward", "backward"]
        .map(|direction| model.reader(&format!("{kind}.{direction}"), is_projected));
    let words = model.rows("embedding.weight");
    let width = words.dims()[1];
    let softmax = model.linear(&format!("{kind}.softmax"));
    let mut sums = [0.0; 2];
    for sequence in 0..sequences {
        let row = sequence * longest..(sequence + 1) * longest;
        let length = mask[row.clone()].iter().filter(|kept| **kept == 1.0).count();
        let ids = &ids[row][..length];
        let (_, table) = model.tensors.get("embedding.weight");
        let input: Vec<f32> =
            ids.iter().flat_map(|id| &table[id * width..][..width]).copied().collect();
        let input: Tensor<2> =
            Tensor::from_data(TensorData::new(input, [length, width]), &model.device);
        let read = [false, true].map(|reversed| {
            let layers = &readers[usize::from(reversed)];
            let outputs = layers[0].recurrent.shape()[1];
            let cells = count(&options["hidden"]);
            let (cell_clip, projection_clip) = (clip, clip);
            let shape = LstmShape { cells, outputs, reversed, cell_clip, projection_clip };
            read_layers(layers, input.clone(), shape, is_residual)
        });
        let [ahead, back] = &read;
        let mut layers = vec![Tensor::cat(vec![input.clone(), input], 1)];
        let both = ahead.iter().zip(back);
        layers.extend(both.map(|((_, a), (_, b))| Tensor::cat(vec![a.clone(), b.clone()], 1)));
        for (index, layer) in layers.into_iter().enumerate() {
            let what = case.what(&format!("{kind}.layer.{index} of sequence {sequence}"));
            let expected = kept(&tensors, &format!("{kind}.layer.{index}"), sequence, length);
            assert_close(&what, &numbers(layer), &expected, TOLERANCE);
        }
        for (direction, sum) in [0, 1].into_iter().zip(&mut sums) {
            let name = ["forward", "backward"][direction];
            let (_, last) = read[direction].last().expect("a layer");
            let bias = Some(softmax.bias.val());
            let logits = linear(last.clone(), &softmax.weight, bias, None, Activation::Identity);
            let logits = numbers(logits);
            let what = case.what(&format!("{kind}.{name}_logits of sequence {sequence}"));
            let expected = kept(&tensors, &format!("{kind}.{name}_logits"), sequence, length);
            assert_close(&what, &logits, &expected, TOLERANCE);
            *sum += surprise(&logits, ids, direction == 1);
        }
    }
    for (name, sum) in ["forward_nll_sum", "backward_nll_sum"].into_iter().zip(sums) {
        let expected = number(&options[name]);
        let difference = (sum - expected).abs();
        assert!(difference <= 1e-5 * expected, "{}", case.what(&format!("{kind}: {name} {sum}")));
    }
}

/// The rows of a sequence in a padded tensor.
fn kept(tensors: &Tensors, name: &str, sequence: usize, length: usize) -> Vec<f32> {
    let (shape, values) = tensors.get(name);
    let [longest, width] = [shape[1], shape[2]];
    values[sequence * longest * width..][..length * width].to_vec()
}

/// −Σ log p of the words that a reader comes to, by its logits at the words before them.
fn surprise(logits: &[f32], ids: &[usize], is_backward: bool) -> f64 {
    let rows: Vec<&[f32]> = logits.chunks_exact(logits.len() / ids.len()).collect();
    let of = |row: &[f32], id: usize| {
        let row: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() - row[id]
    };
    let pairs = (1..ids.len()).map(|at| if is_backward { (at, at - 1) } else { (at - 1, at) });
    pairs.map(|(from, to)| of(rows[from], ids[to])).sum()
}

fn check_characters(case: &Case, model: &Model, expected: &Value) {
    let tensors = case.tensors();
    let (shape, reference) = tensors.get("chars.ids");
    let longest = shape[1];
    let words = list(&expected["words"]).iter().map(|word| word.as_str().expect("a word"));
    let ids: Vec<u32> = words.flat_map(|word| Word::Text(word).characters(longest)).collect();
    let found: Vec<f32> = ids.iter().map(|id| *id as f32).collect();
    assert_eq!(found, reference, "{}", case.what("characters"));
    let vectors = model.characters().forward(&ids, longest, Activation::Relu);
    let (_, reference) = tensors.get("chars.output");
    assert_close(&case.what("words by characters"), &numbers(vectors), reference, TOLERANCE);
}

fn check_mixtures(case: &Case, mixes: &[Value]) {
    let tensors = case.tensors();
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
    let floats = |value: &Value| single(&list(value).iter().map(number).collect::<Vec<_>>());
    for (index, mixture) in mixes.iter().enumerate() {
        let scalars = floats(&mixture["scalars"]);
        let gamma = number(&mixture["gamma"]) as f32;
        let what = case.what(&format!("mix {index}"));
        let weights = mixture_weights(&scalars);
        assert_close(&what, &weights, &floats(&mixture["weights"]), 1e-6);
        let plain = kept(&mix(&layers, &scalars, gamma));
        assert_close(&what, &plain, &kept(tensors.get(&format!("mix.{index}")).1), TOLERANCE);
        let normalized = kept(&mix_normalized(&layers, &mask, &scalars, gamma));
        let reference = kept(tensors.get(&format!("mix_layer_norm.{index}")).1);
        assert_close(&format!("{what} with layer norm"), &normalized, &reference, TOLERANCE);
    }
}
