//! A student of half the layers that learns from its teacher, step by step: DistilBERT's triple loss.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use serde_json::Value;

use super::{
    assert_like,
    case::{Case, Tensors, count, list, number},
    training::{LAST_TOLERANCE, TOLERANCE, assert_number, assert_weights, batch, load, training},
};
use crate::{
    learning::{MaskedText, ModelGradients, Taught, Triple, numbers, read_masked, sum_of_slopes},
    models::{Bert, BertConfig, Precision},
};

pub(super) async fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let config = BertConfig::from_json(case.file("config.json")).expect("a configuration");
    let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
    load(case, &mut checkpoint).await;
    let teacher = checkpoint.finish().expect("all tensors");
    for index in 0..list(&expected["runs"]).len() {
        Run { case, expected: &expected, tensors: &tensors, teacher: &teacher, index }.check();
    }
}

/// One of a case's runs.
struct Run<'a> {
    case: &'a Case,
    expected: &'a Value,
    tensors: &'a Tensors,
    teacher: &'a Bert,
    index: usize,
}

impl Run<'_> {
    fn what(&self, number: &str) -> String {
        self.case.what(&format!("run {}: {number}", self.index))
    }

    fn check(&self) {
        let Self { tensors, teacher, index, .. } = *self;
        let run = &self.expected["runs"][index];
        let triple = Triple {
            temperature: number(&run["T"]),
            soft: number(&run["alpha_ce"]),
            hard: number(&run["alpha_mlm"]),
            cosine: number(&run["alpha_cos"]),
            at_every_token: run["soft_over"] == "attended",
        };
        let layers: Vec<usize> = list(&self.expected["teacher_layers"]).iter().map(count).collect();
        let mut student = teacher.with_layers(&layers).train();
        self.check_first_gradients(&student, &triple);

        let (mut optimizer, schedule) = training(self.case, self.expected);
        let steps = list(&run["steps"]);
        for (step, reference) in steps.iter().enumerate() {
            let what = |number: &str| self.what(&format!("step {}: {number}", step + 1));
            let (texts, _) = masked_texts(tensors, step);
            let taught = triple.teach(teacher, &texts);
            let hidden = read_masked(&student, &texts);
            let (loss, slopes) = triple.loss(&student, hidden, &taught, &texts);
            for (name, found) in [
                // Its T² is in the case's number.
                ("ce", triple.temperature.powi(2) * loss.soft),
                ("mlm", loss.hard),
                ("cos", loss.cosine),
                ("loss", loss.sum),
            ] {
                assert_number(&what(name), found, &reference[name]);
            }
            let gradients = ModelGradients::of(&student, slopes.into());
            let norm;
            (student, norm) = optimizer.step(student, gradients, schedule.rate(step + 1));
            assert_number(&what("norm"), norm, &reference["gradient_norm"]);
            if step == 0 {
                let prefix = format!("run{index}.after1.");
                let weights = student.valid();
                assert_weights(&what("weights"), &weights, tensors, &prefix, TOLERANCE as f32);
            }
        }
        let prefix = format!("run{index}.after{}.", steps.len());
        assert_weights(&self.what("the end"), &student.valid(), tensors, &prefix, LAST_TOLERANCE);
    }

    /// The gradients at the logits, and at the hidden states: what comes through the head and through the cosine meets
    /// there.
    fn check_first_gradients(&self, student: &Bert, triple: &Triple) {
        let Self { tensors, teacher, index, .. } = *self;
        let (texts, places) = masked_texts(tensors, 0);
        let taught: Taught = triple.teach(teacher, &texts);
        let states = read_masked(student, &texts).inner();
        let leaf = Tensor::<2>::from_inner(states).require_grad();
        let (_, slopes) = triple.loss(student, leaf.clone(), &taught, &texts);
        let compare = |name: &str, found: &[f32], width: usize| {
            let (_, reference) = tensors.get(&format!("run{index}.step1.{name}"));
            let expected = at_places(reference, &places, width);
            assert_like(&self.what(name), found, &expected, TOLERANCE as f32);
        };
        if triple.at_every_token {
            compare("grad_logits", &slopes[0].1, slopes[0].0.dims()[1]);
        }
        let found = sum_of_slopes(slopes.into()).backward();
        let width = leaf.dims()[1];
        compare("grad_hidden", &numbers(leaf.grad(&found).expect("a gradient")), width);
    }
}

/// The texts of a step without padding, and where each token stands in the padded batch.
fn masked_texts(tensors: &Tensors, step: usize) -> (Vec<MaskedText>, Vec<usize>) {
    let rows = batch(tensors, "input_ids", step);
    let masks = batch(tensors, "attention_mask", step);
    let labels = batch(tensors, "labels", step);
    let (mut texts, mut places) = (Vec::new(), Vec::new());
    for (row, ((ids, mask), labels)) in rows.iter().zip(&masks).zip(&labels).enumerate() {
        let length = mask.iter().filter(|it| **it == 1.0).count();
        places.extend((0..length).map(|position| row * ids.len() + position));
        let label = |label: &f32| (*label >= 0.0).then_some(*label as u32);
        texts.push(MaskedText {
            ids: ids[..length].iter().map(|id| *id as u32).collect(),
            labels: labels[..length].iter().map(label).collect(),
        });
    }
    (texts, places)
}

/// The rows of a padded tensor that are no padding.
fn at_places(values: &[f32], places: &[usize], width: usize) -> Vec<f32> {
    places.iter().flat_map(|place| &values[place * width..(place + 1) * width]).copied().collect()
}
