//! What the trainings have in common: the optimizer, the rates, the batches, the weights.

use burn::tensor::{Gradients, Tensor};
use serde_json::Value;

use super::{
    assert_close, assert_like, assert_near,
    case::{Case, Tensors, count, list, number},
};
use crate::{
    checkpoint::{TensorSink, stream_tensors},
    kernels::Weight,
    learning::{AdamOptions, Optimizer, Schedule, numbers},
    models::{Values, Weights},
    progress::Transfer,
};

/// Losses, norms and gradients of a step, and weights after the first.
pub(super) const TOLERANCE: f64 = 1e-4;
/// Weights after the last step.
pub(super) const LAST_TOLERANCE: f32 = 1e-3;

/// Streams the case's weights into a checkpoint.
pub(super) async fn load(case: &Case, checkpoint: &mut impl TensorSink) {
    let read = stream_tensors(&case.folder(), checkpoint, &Transfer::silent()).await;
    read.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
}

/// The optimizer of a case, and its rates, which are compared with the expected ones.
pub(super) fn training(case: &Case, expected: &Value) -> (Optimizer, Schedule) {
    let settings = &expected["hyperparameters"];
    let betas = list(&settings["betas"]);
    let options = AdamOptions {
        beta1: number(&betas[0]),
        beta2: number(&betas[1]),
        epsilon: number(&settings["eps"]),
        decay: number(&settings["decay"]),
    };
    let schedule = Schedule {
        peak: number(&settings["peak"]),
        warmup: count(&settings["warmup"]),
        total: count(&settings["total"]),
        floor: number(&settings["floor"]),
    };
    for (index, rate) in list(&expected["learning_rates"]).iter().enumerate() {
        let difference = (schedule.rate(index + 1) - number(rate)).abs();
        assert!(difference <= 1e-12, "{}", case.what(&format!("rate {index}")));
    }
    (Optimizer::new(options, Some(number(&settings["max_norm"]))), schedule)
}

/// A step of a tensor `[steps, batch, length]`: the rows of its batch.
pub(super) fn batch<'a>(tensors: &'a Tensors, name: &str, step: usize) -> Vec<&'a [f32]> {
    let (shape, values) = tensors.get(name);
    let size = shape[1] * shape[2];
    values[step * size..(step + 1) * size].chunks_exact(shape[2]).collect()
}

/// Asserts a number of a step.
pub(super) fn assert_number(what: &str, found: f64, expected: &Value) {
    assert_near(what, found, number(expected), TOLERANCE);
}

/// Compares a model's tensors with those of a case but for the excluded ones: the biases of the keys, whose gradients
/// are zeros but for rounding.
pub(super) fn assert_weights(
    what: &str,
    model: &dyn Weights,
    expected: &Tensors,
    prefix: &str,
    tolerance: f32,
) {
    let found = each_tensor(model, &|vector| numbers(vector), &|matrix| numbers(matrix));
    assert!(found.len() > 10, "{what}: {} tensors", found.len());
    for (name, found) in found {
        let name = format!("{prefix}{name}");
        let (_, expected) = expected.get(&name);
        let what = format!("{what}: {name}");
        if name.ends_with("attn.c_attn.bias") {
            let third = found.len() / 3;
            for part in [0..third, 2 * third..3 * third] {
                assert_close(&what, &found[part.clone()], &expected[part], tolerance);
            }
        } else if !name.ends_with("attention.self.key.bias") {
            assert_close(&what, &found, expected, tolerance);
        }
    }
}

/// Compares the gradients of a model's tensors with those of a case.
pub(super) fn assert_gradients(
    what: &str,
    model: &dyn Weights,
    found: &Gradients,
    expected: &Tensors,
    prefix: &str,
) {
    let found =
        each_tensor(model, &|vector| numbers(vector.grad(found).expect("a gradient")), &|matrix| {
            numbers(matrix.grad(found).expect("a gradient"))
        });
    assert!(found.len() > 10, "{what}: {} tensors", found.len());
    for (name, found) in found {
        let name = format!("{prefix}{name}");
        assert_like(&format!("{what}: {name}"), &found, expected.get(&name).1, TOLERANCE as f32);
    }
}

/// Something of each tensor of a model, by the names of their files, row-major as in these.
fn each_tensor(
    model: &dyn Weights,
    of_vector: &dyn Fn(Tensor<1>) -> Vec<f32>,
    of_matrix: &dyn Fn(Tensor<2>) -> Vec<f32>,
) -> Vec<(String, Vec<f32>)> {
    let numbers = |values: &Values<'_>| match values {
        Values::Vector { vector, range } => of_vector(vector.val())[range.clone()].to_vec(),
        Values::Table(table) => of_matrix(table.val()),
        Values::Matrix { weight: Weight::Float(weight), rows, is_conv1d } => {
            let columns = weight.val().dims()[1];
            let all = of_matrix(weight.val());
            let part = &all[rows.start * columns..rows.end * columns];
            if *is_conv1d { transposed(part, columns) } else { part.to_vec() }
        }
        Values::Matrix { .. } => panic!("a matrix of floats"),
    };
    model.tensors().iter().map(|it| (it.saved_name.clone(), numbers(&it.values))).collect()
}

fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}
