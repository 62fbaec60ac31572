//! Distillation's losses and their gradients at the logits: Hinton's with temperature, and DistilBERT's three terms.

use serde_json::Value;

use super::{
    assert_close,
    case::{Case, Tensors, list, number, single},
};
use crate::learning::{cosine_loss, cross_entropy, kd, log_softmax, soft_loss, softmax};

const TOLERANCE: f32 = 1e-5;

pub(super) fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let classes = tensors.get("student").0[1];
    let (student, teacher) = (tensors.double("student"), tensors.double("teacher"));
    for name in tensors.names("softmax.T") {
        let temperature: f64 = name.parse().expect("a temperature");
        for (kind, of) in
            [("softmax", softmax as fn(&[f64], f64) -> _), ("log_softmax", log_softmax)]
        {
            let name = format!("{kind}.T{name}");
            let rows = teacher.chunks_exact(classes).flat_map(|row| of(row, temperature));
            let rows = single(&rows.collect::<Vec<f64>>());
            assert_close(&case.what(&name), &rows, tensors.get(&name).1, TOLERANCE);
        }
    }
    let hard = tensors.labels("labels");
    for (index, run) in list(&expected["kd"]).iter().enumerate() {
        let (temperature, alpha) = (number(&run["T"]), number(&run["alpha"]));
        let found = kd(&student, &teacher, &hard, temperature, alpha, true);
        for (name, value) in [
            ("kl_batchmean", found.divergence),
            ("hard_cross_entropy", found.hard),
            ("loss", found.loss),
        ] {
            assert_number(&case.what(&format!("kd {index} {name}")), value, &run[name]);
        }
        let name = format!("kd.{index}.grad_student");
        let gradient = single(&found.gradient);
        assert_close(&case.what(&name), &gradient, tensors.get(&name).1, TOLERANCE);
    }
    check_triple(case, &expected, &tensors);
}

/// DistilBERT's sum: the teacher's distribution, the masked words, the direction of the hidden states.
fn check_triple(case: &Case, expected: &Value, tensors: &Tensors) {
    let numbers = |name: &str| tensors.double(&format!("triple.{name}"));
    let attended: Vec<bool> = numbers("attention_mask").iter().map(|it| *it == 1.0).collect();
    let labels = numbers("labels");
    let labels: Vec<Option<usize>> =
        labels.iter().map(|label| (*label >= 0.0).then_some(*label as usize)).collect();
    let (student, teacher) = (numbers("student_logits"), numbers("teacher_logits"));
    let (student_hidden, teacher_hidden) = (numbers("student_hidden"), numbers("teacher_hidden"));
    for (index, run) in list(&expected["triple"]).iter().enumerate() {
        let setting = |name: &str| number(&run[name]);
        let chosen = match run["soft_over"].as_str() {
            Some("attended") => attended.clone(),
            _ => labels.iter().map(Option::is_some).collect(),
        };
        let soft = soft_loss(&student, &teacher, &chosen, setting("T"));
        let words = cross_entropy(&student, &labels);
        let direction = cosine_loss(&student_hidden, &teacher_hidden, &attended);
        let squared = setting("T").powi(2);
        let soft_weight = setting("alpha_ce") * squared;
        let [words_weight, direction_weight] = ["alpha_mlm", "alpha_cos"].map(setting);
        let sum =
            soft_weight * soft.loss + words_weight * words.loss + direction_weight * direction.loss;
        for (name, found) in [
            ("ce", squared * soft.loss),
            ("mlm", words.loss),
            ("cos", direction.loss),
            ("loss", sum),
        ] {
            assert_number(&case.what(&format!("triple {index} {name}")), found, &run[name]);
        }
        let logits = soft.gradient.iter().zip(&words.gradient);
        let logits = logits.map(|(soft, words)| soft_weight * soft + words_weight * words);
        let hidden = direction.gradient.iter().map(|it| direction_weight * it);
        for (of, found) in [("logits", logits.collect::<Vec<f64>>()), ("hidden", hidden.collect())]
        {
            let name = format!("triple.{index}.grad_{of}");
            assert_close(&case.what(&name), &single(&found), tensors.get(&name).1, TOLERANCE);
        }
    }
}

fn assert_number(what: &str, found: f64, expected: &Value) {
    assert_close(what, &[found as f32], &[number(expected) as f32], TOLERANCE);
}
