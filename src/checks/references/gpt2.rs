//! A GPT-2 that learns to continue texts, step by step.

use burn::{module::Module, tensor::Device};

use super::{
    case::{Case, Tensors, count},
    training::{
        LAST_TOLERANCE, TOLERANCE, assert_gradients, assert_number, assert_weights, batch, load,
        training,
    },
};
use crate::{
    learning::{ModelGradients, Passage, next_token_loss, sum_of_slopes},
    models::{Gpt2Config, Precision},
};

pub(super) async fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let (mut optimizer, schedule) = training(case, &expected);
    let config = Gpt2Config::from_json(case.file("config.json")).expect("a configuration");
    let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
    load(case, &mut checkpoint).await;
    let mut model = checkpoint.finish().expect("all tensors").train();

    let (_, slope) = next_token_loss(&model, &passages(&tensors, 0));
    let found = sum_of_slopes(vec![slope]).backward();
    assert_gradients(&case.what("gradients"), &model, &found, &tensors, "gradient.step1.");

    let steps = count(&expected["steps"]);
    for step in 0..steps {
        let what = |number: &str| case.what(&format!("step {}: {number}", step + 1));
        let (loss, slope) = next_token_loss(&model, &passages(&tensors, step));
        assert_number(&what("loss"), loss, &expected["losses"][step]);
        let gradients = ModelGradients::of(&model, vec![slope]);
        let norm;
        (model, norm) = optimizer.step(model, gradients, schedule.rate(step + 1));
        assert_number(&what("norm"), norm, &expected["gradient_norms"][step]);
        if step == 0 {
            let weights = model.valid();
            assert_weights(&what("weights"), &weights, &tensors, "after1.", TOLERANCE as f32);
        }
    }
    let prefix = format!("after{steps}.");
    assert_weights(&case.what("the end"), &model.valid(), &tensors, &prefix, LAST_TOLERANCE);
}

/// The passages of a step.
fn passages(tensors: &Tensors, step: usize) -> Vec<Passage> {
    let rows = batch(tensors, "input_ids", step).into_iter();
    rows.zip(batch(tensors, "loss_mask", step))
        .map(|(ids, mask)| Passage {
            ids: ids.iter().map(|id| *id as u32).collect(),
            is_target: mask.iter().map(|it| *it == 1.0).collect(),
        })
        .collect()
}
