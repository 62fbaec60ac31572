//! What learns without a tape, against the reference cases.

mod support;

use lectern::learning::{
    Mixer, MixerOptions, MixerRun, Schedule, cosine_loss, cross_entropy, kd, log_softmax,
    soft_loss, softmax,
};
use serde_json::Value;
use support::{Tensors, assert_close, cases, json};

fn double(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|it| f64::from(*it)).collect()
}

fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|it| *it as f32).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn labels(tensors: &Tensors, name: &str) -> Vec<usize> {
    tensors.get(name).1.iter().map(|it| *it as usize).collect()
}

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let difference = (found - expected).abs();
    assert!(
        difference <= tolerance * expected.abs().max(1.0),
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn distillations_losses_and_gradients_are_the_references() {
    for case in cases("distill") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let what = |name: String| format!("{}: {name}", case.display());
        let (shape, student) = tensors.get("student");
        let (student, teacher) = (double(student), double(tensors.get("teacher").1));
        let classes = shape[1];
        for name in tensors.names("softmax.T") {
            let temperature: f64 = name.parse().expect("a temperature");
            let rows = |of: fn(&[f64], f64) -> Vec<f64>| -> Vec<f32> {
                let rows = teacher.chunks_exact(classes).flat_map(|row| of(row, temperature));
                rows.map(|it| it as f32).collect()
            };
            let plain = tensors.get(&format!("softmax.T{name}")).1;
            assert_close(&what(format!("softmax T{name}")), &rows(softmax), plain, 1e-5);
            let logarithm = tensors.get(&format!("log_softmax.T{name}")).1;
            assert_close(
                &what(format!("log softmax T{name}")),
                &rows(log_softmax),
                logarithm,
                1e-5,
            );
        }
        let hard = labels(&tensors, "labels");
        for (index, case_kd) in expected["kd"].as_array().expect("kd").iter().enumerate() {
            let (t, alpha) = (number(&case_kd["T"]), number(&case_kd["alpha"]));
            let found = kd(&student, &teacher, &hard, t, alpha, true);
            for (name, value) in [
                ("kl_batchmean", found.divergence),
                ("hard_cross_entropy", found.hard),
                ("loss", found.loss),
            ] {
                assert_near(
                    &what(format!("kd {index} {name}")),
                    value,
                    number(&case_kd[name]),
                    1e-5,
                );
            }
            let reference = tensors.get(&format!("kd.{index}.grad_student")).1;
            assert_close(&what(format!("kd {index}")), &single(&found.gradient), reference, 1e-5);
        }
        triple(&expected, &tensors, what);
    }
}

/// DistilBERT's sum: the teacher's distribution, the masked words, the direction of the hidden states.
fn triple(expected: &Value, tensors: &Tensors, what: impl Fn(String) -> String) {
    let numbers = |name: &str| double(tensors.get(&format!("triple.{name}")).1);
    let attended: Vec<bool> = numbers("attention_mask").iter().map(|it| *it == 1.0).collect();
    let asked = numbers("labels");
    let asked: Vec<Option<usize>> =
        asked.iter().map(|label| (*label >= 0.0).then_some(*label as usize)).collect();
    let (student, teacher) = (numbers("student_logits"), numbers("teacher_logits"));
    let (student_hidden, teacher_hidden) = (numbers("student_hidden"), numbers("teacher_hidden"));
    for (index, it) in expected["triple"].as_array().expect("triple").iter().enumerate() {
        let weight = |name: &str| number(&it[name]);
        let chosen = match it["soft_over"].as_str() {
            Some("attended") => attended.clone(),
            _ => asked.iter().map(Option::is_some).collect(),
        };
        let soft = soft_loss(&student, &teacher, &chosen, weight("T"));
        let words = cross_entropy(&student, &asked);
        let direction = cosine_loss(&student_hidden, &teacher_hidden, &attended);
        let squared = weight("T").powi(2);
        for (name, found) in
            [("ce", squared * soft.loss), ("mlm", words.loss), ("cos", direction.loss)]
        {
            let expected = number(&it[name]);
            assert_near(&what(format!("triple {index} {name}")), found, expected, 1e-5);
        }
        let scale = weight("alpha_ce") * squared;
        let sum = scale * soft.loss
            + weight("alpha_mlm") * words.loss
            + weight("alpha_cos") * direction.loss;
        assert_near(&what(format!("triple {index} loss")), sum, weight("loss"), 1e-5);
        let logits: Vec<f32> = soft
            .gradient
            .iter()
            .zip(&words.gradient)
            .map(|(soft, word)| (scale * soft + weight("alpha_mlm") * word) as f32)
            .collect();
        let reference = tensors.get(&format!("triple.{index}.grad_logits")).1;
        assert_close(&what(format!("triple {index} logits")), &logits, reference, 1e-5);
        let hidden: Vec<f32> =
            direction.gradient.iter().map(|it| (weight("alpha_cos") * it) as f32).collect();
        let reference = tensors.get(&format!("triple.{index}.grad_hidden")).1;
        assert_close(&what(format!("triple {index} hidden")), &hidden, reference, 1e-5);
    }
}

#[test]
fn a_mixture_learns_as_the_reference_does() {
    for case in cases("elmomix") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let what = |name: &str| format!("{}: {name}", case.display());
        let labels = labels(&tensors, "labels");
        let (shape, all) = tensors.get("layers");
        let layers: Vec<&[f32]> = all.chunks_exact(shape[1] * shape[2]).collect();
        let probe = tensors.get("U.start").1.to_vec();
        let classes = probe.len() / shape[2];
        let start = |layers: usize| Mixer {
            scalars: vec![0.0; layers],
            gamma: 1.0,
            probe: probe.clone(),
            bias: vec![0.0; classes],
        };
        let options = MixerOptions {
            rate: number(&expected["lr"]),
            l2: number(&expected["l2"]),
            mixes: true,
        };
        let mut run = MixerRun::new(start(layers.len()), layers.clone(), &labels, options);
        let names = ["w", "gamma", "U", "b"];
        for (name, found) in names.iter().zip(run.gradients()) {
            let reference = tensors.get(&format!("gradient.{name}")).1;
            assert_close(&what(&format!("gradient of {name}")), &found, reference, 1e-5);
        }
        for (index, loss) in expected["losses"].as_array().expect("losses").iter().enumerate() {
            assert_near(&what(&format!("loss {index}")), run.loss(), number(loss), 1e-4);
            if index < 10 {
                (0..10).for_each(|_| _ = run.step());
            }
        }
        let Mixer { scalars, gamma, probe, bias } = &run.mixer;
        for (name, found) in names.iter().zip([scalars, &vec![*gamma], probe, bias]) {
            assert_close(&what(name), found, tensors.get(name).1, 1e-3);
        }
        let slack = match number(&expected["smallest_margin"]) > 2e-3 {
            true => 1e-9,
            false => 1.0 / labels.len() as f64 + 1e-9,
        };
        let is_right = |found: f64, of: &Value| (found - number(&of["accuracy"])).abs() <= slack;
        assert!(is_right(run.accuracy(), &expected), "{}", what("accuracy"));
        for alone in expected["alone"].as_array().expect("alone") {
            let layer = alone["layer"].as_u64().expect("a layer") as usize;
            let options = MixerOptions { mixes: false, ..options };
            let mut run = MixerRun::new(start(1), vec![layers[layer]], &labels, options);
            (0..100).for_each(|_| _ = run.step());
            assert_near(&what("alone"), run.loss(), number(&alone["final_loss"]), 1e-4);
            assert!(is_right(run.accuracy(), alone), "{}", what("accuracy alone"));
        }
    }
}

#[test]
fn rates_follow_the_references_schedule() {
    for case in cases("train") {
        let expected = json(&case);
        // A case with several runs has a schedule in each.
        let runs = expected["runs"].as_array().cloned().unwrap_or_else(|| vec![expected.clone()]);
        for run in runs {
            let settings = &run["hyperparameters"];
            let settings = if settings.is_null() { &expected["hyperparameters"] } else { settings };
            let schedule = Schedule {
                peak: number(&settings["peak"]),
                warmup: settings["warmup"].as_u64().expect("warmup") as usize,
                total: settings["total"].as_u64().expect("total") as usize,
                floor: number(&settings["floor"]),
            };
            let rates = if run["learning_rates"].is_null() { &expected } else { &run };
            for (index, rate) in
                rates["learning_rates"].as_array().expect("rates").iter().enumerate()
            {
                assert_near("rate", schedule.rate(index + 1), number(rate), 1e-12);
            }
        }
    }
}
