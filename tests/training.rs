//! Models that learn, step by step, against the reference cases: losses, gradients, and the weights after some steps.

mod support;

use std::path::Path;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use lectern::{
    checkpoint::stream_tensors,
    kernels::Weight,
    learning::{
        AdamOptions, Head, MaskedText, ModelGradients, Optimizer, Passage, Schedule, Triple,
        next_token_loss, numbers, read_masked,
    },
    library::DiskFolder,
    models::{Bert, BertConfig, Gpt2, Gpt2Config, Precision, Values, Weights},
    progress::Transfer,
};
use pollster::block_on;
use serde_json::Value;
use support::{Tensors, assert_close, cases, json};

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let difference = (found - expected).abs();
    let allowed = tolerance * expected.abs();
    assert!(difference <= allowed, "{what}: {found}, expected {expected}");
}

/// Relative to the largest expected value, however small that is.
fn assert_like(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let largest = expected.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
    let scaled = |values: &[f32]| values.iter().map(|x| x / largest).collect::<Vec<f32>>();
    assert_close(what, &scaled(found), &scaled(expected), tolerance);
}

fn gpt2(folder: &Path) -> Gpt2 {
    let config = std::fs::read(folder.join("config.json")).expect("config.json");
    let config = Gpt2Config::from_json(&config).unwrap();
    let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
    let files = DiskFolder::new(folder);
    block_on(stream_tensors(&files, &mut checkpoint, &Transfer::silent())).unwrap();
    checkpoint.finish().unwrap()
}

fn bert(folder: &Path) -> Bert {
    let config = std::fs::read(folder.join("config.json")).expect("config.json");
    let config = BertConfig::from_json(&config).unwrap();
    let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
    let files = DiskFolder::new(folder);
    block_on(stream_tensors(&files, &mut checkpoint, &Transfer::silent())).unwrap();
    checkpoint.finish().unwrap()
}

/// A model's tensors by the names of their files, row-major as in these.
fn tensors(model: &dyn Weights) -> Vec<(String, Vec<f32>)> {
    let values = |values: &Values<'_>| match values {
        Values::Vector { vector, range } => numbers(vector.val())[range.clone()].to_vec(),
        Values::Table(table) => numbers(table.val()),
        Values::Matrix { weight: Weight::Float(weight), rows, is_conv1d } => {
            let columns = weight.val().dims()[1];
            let all = numbers(weight.val());
            let part = &all[rows.start * columns..rows.end * columns];
            if *is_conv1d { transposed(part, columns) } else { part.to_vec() }
        }
        Values::Matrix { .. } => panic!("a matrix of floats"),
    };
    model.tensors().iter().map(|it| (it.saved_name.clone(), values(&it.values))).collect()
}

fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).copied()).collect()
}

/// Compares a model's tensors with those of a case but for the excluded ones: the biases of the keys.
fn assert_weights(
    what: &str,
    model: &dyn Weights,
    expected: &Tensors,
    prefix: &str,
    tolerance: f32,
) {
    let mut compared = 0;
    for (name, found) in tensors(model) {
        let (_, expected) = expected.get(&format!("{prefix}{name}"));
        let what = format!("{what}: {prefix}{name}");
        compared += 1;
        if name.ends_with("attn.c_attn.bias") {
            let third = found.len() / 3;
            for part in [0..third, 2 * third..3 * third] {
                assert_close(&what, &found[part.clone()], &expected[part], tolerance);
            }
        } else if !name.ends_with("attention.self.key.bias") {
            assert_close(&what, &found, expected, tolerance);
        }
    }
    assert!(compared > 10, "{compared} tensors");
}

/// The optimizer of a case, and its rates.
fn training(settings: &Value) -> (Optimizer, Schedule) {
    let betas = list(&settings["betas"]);
    let options = AdamOptions {
        beta1: number(&betas[0]),
        beta2: number(&betas[1]),
        epsilon: number(&settings["eps"]),
        decay: number(&settings["decay"]),
    };
    let count = |name: &str| settings[name].as_u64().expect("a count") as usize;
    let schedule = Schedule {
        peak: number(&settings["peak"]),
        warmup: count("warmup"),
        total: count("total"),
        floor: number(&settings["floor"]),
    };
    (Optimizer::new(options, Some(number(&settings["max_norm"]))), schedule)
}

/// The cases of the kind `train` for a model.
fn training_cases(model: &str) -> Vec<std::path::PathBuf> {
    let found: Vec<_> =
        cases("train").into_iter().filter(|case| json(case)["model"] == model).collect();
    assert!(!found.is_empty(), "no case trains {model}");
    found
}

/// Row `index` of a tensor `[steps, batch, length]`, as a batch of rows.
fn batch<'a>(tensors: &'a Tensors, name: &str, index: usize) -> Vec<&'a [f32]> {
    let (shape, values) = tensors.get(name);
    let size = shape[1] * shape[2];
    values[index * size..(index + 1) * size].chunks_exact(shape[2]).collect()
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

#[test]
fn gpt2_learns_as_the_reference_does() {
    for case in training_cases("gpt2") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let what = |name: &str| format!("{}: {name}", case.display());
        let (mut optimizer, schedule) = training(&expected["hyperparameters"]);
        let mut model = gpt2(&case).train();
        let steps = expected["steps"].as_u64().expect("steps") as usize;
        for step in 0..steps {
            let (loss, slope) = next_token_loss(&model, &passages(&tensors, step));
            assert_near(&what("loss"), loss, number(&expected["losses"][step]), 1e-4);
            let gradients = ModelGradients::of(&model, vec![slope]);
            let norm;
            (model, norm) = optimizer.step(model, gradients, schedule.rate(step + 1));
            assert_near(&what("norm"), norm, number(&expected["gradient_norms"][step]), 1e-4);
            if step == 0 {
                assert_weights(&what("step 1"), &model.valid(), &tensors, "after1.", 1e-4);
            }
        }
        let prefix = format!("after{steps}.");
        assert_weights(&what("the end"), &model.valid(), &tensors, &prefix, 1e-3);
    }
}

#[test]
fn gpt2s_first_gradients_are_the_references() {
    for case in training_cases("gpt2") {
        let tensors = Tensors::read(&case);
        let model = gpt2(&case).train();
        // A model of the gradients: the step of an optimizer that subtracts them would hide a factor.
        let (_, (logits, slopes)) = next_token_loss(&model, &passages(&tensors, 0));
        let shape = logits.dims();
        let slopes = burn::tensor::TensorData::new(slopes, shape);
        let constant = Tensor::<2>::from_data(slopes, &logits.device());
        let found = (logits * constant).sum().backward();
        let mut compared = 0;
        for tensor in model.tensors() {
            let gradient = match &tensor.values {
                Values::Vector { vector, range } => {
                    numbers(vector.val().grad(&found).expect("a gradient"))[range.clone()].to_vec()
                }
                Values::Table(table) => numbers(table.val().grad(&found).expect("a gradient")),
                Values::Matrix { weight: Weight::Float(weight), is_conv1d, .. } => {
                    let gradient = numbers(weight.val().grad(&found).expect("a gradient"));
                    let columns = weight.val().dims()[1];
                    if *is_conv1d { transposed(&gradient, columns) } else { gradient }
                }
                Values::Matrix { .. } => panic!("a matrix of floats"),
            };
            let name = format!("gradient.step1.{}", tensor.saved_name);
            assert_like(&name, &gradient, tensors.get(&name).1, 1e-4);
            compared += 1;
        }
        assert!(compared > 10);
    }
}

/// The first texts of a step, without padding, and where each token stands in the padded batch.
fn masked_texts(tensors: &Tensors, step: usize) -> (Vec<MaskedText>, Vec<usize>) {
    let rows = batch(tensors, "input_ids", step);
    let masks = batch(tensors, "attention_mask", step);
    let labels = batch(tensors, "labels", step);
    let (mut texts, mut places) = (Vec::new(), Vec::new());
    for (row, ((ids, mask), labels)) in rows.iter().zip(&masks).zip(&labels).enumerate() {
        let length = mask.iter().filter(|it| **it == 1.0).count();
        places.extend((0..length).map(|position| row * ids.len() + position));
        texts.push(MaskedText {
            ids: ids[..length].iter().map(|id| *id as u32).collect(),
            labels: labels[..length]
                .iter()
                .map(|label| (*label >= 0.0).then_some(*label as u32))
                .collect(),
        });
    }
    (texts, places)
}

/// The rows of a padded tensor that are no padding.
fn at_places(values: &[f32], places: &[usize], width: usize) -> Vec<f32> {
    places.iter().flat_map(|place| &values[place * width..(place + 1) * width]).copied().collect()
}

#[test]
fn a_student_learns_from_its_teacher_as_the_reference_does() {
    for case in training_cases("distilbert") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let teacher = bert(&case);
        let layers: Vec<usize> = list(&expected["teacher_layers"])
            .iter()
            .map(|it| it.as_u64().expect("a layer") as usize)
            .collect();
        for (index, run) in list(&expected["runs"]).iter().enumerate() {
            let what = |name: &str| format!("{}: run {index}: {name}", case.display());
            let triple = Triple {
                temperature: number(&run["T"]),
                soft: number(&run["alpha_ce"]),
                hard: number(&run["alpha_mlm"]),
                cosine: number(&run["alpha_cos"]),
                at_every_token: run["soft_over"] == "attended",
            };
            let (mut optimizer, schedule) = training(&expected["hyperparameters"]);
            let mut student = teacher.with_layers(&layers).train();
            let steps = list(&run["steps"]);
            for (step, reference) in steps.iter().enumerate() {
                let (texts, places) = masked_texts(&tensors, step);
                let taught = triple.teach(&teacher, &texts);
                if step == 0 {
                    check_first_gradients(
                        &what("first"),
                        &student,
                        &triple,
                        &taught,
                        &texts,
                        &places,
                        &tensors,
                        index,
                    );
                }
                let hidden = read_masked(&student, &texts);
                let (loss, slopes) = triple.loss(&student, hidden, &taught, &texts);
                for (name, found) in [
                    // Its T² is in the case's number.
                    ("ce", triple.temperature.powi(2) * loss.soft),
                    ("mlm", loss.hard),
                    ("cos", loss.cosine),
                    ("loss", loss.sum),
                ] {
                    assert_near(&what(name), found, number(&reference[name]), 1e-4);
                }
                let gradients = ModelGradients::of(&student, slopes.into());
                let norm;
                (student, norm) = optimizer.step(student, gradients, schedule.rate(step + 1));
                assert_near(&what("norm"), norm, number(&reference["gradient_norm"]), 1e-4);
                if step == 0 {
                    let prefix = format!("run{index}.after1.");
                    assert_weights(&what("step 1"), &student.valid(), &tensors, &prefix, 1e-4);
                }
            }
            let prefix = format!("run{index}.after{}.", steps.len());
            assert_weights(&what("the end"), &student.valid(), &tensors, &prefix, 1e-3);
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn check_first_gradients(
    what: &str,
    student: &Bert,
    triple: &Triple,
    taught: &lectern::learning::Taught,
    texts: &[MaskedText],
    places: &[usize],
    tensors: &Tensors,
    run: usize,
) {
    // The hidden states as a leaf: what comes through the head and through the cosine meets there.
    let states = read_masked(student, texts).inner();
    let leaf = Tensor::<2>::from_inner(states).require_grad();
    let (_, slopes) = triple.loss(student, leaf.clone(), taught, texts);
    let vocabulary = slopes[0].0.dims()[1];
    if triple.at_every_token {
        let (_, reference) = tensors.get(&format!("run{run}.step1.grad_logits"));
        let expected = at_places(reference, places, vocabulary);
        assert_like(&format!("{what}: grad_logits"), &slopes[0].1, &expected, 1e-4);
    }
    let products = slopes.into_iter().map(|(output, slope)| {
        let slope = burn::tensor::TensorData::new(slope, output.dims());
        let slope = Tensor::from_data(slope, &output.device());
        (output * slope).sum()
    });
    let found = products.reduce(|sum, it| sum + it).expect("two outputs").backward();
    let found = numbers(leaf.grad(&found).expect("a gradient"));
    let (_, reference) = tensors.get(&format!("run{run}.step1.grad_hidden"));
    let expected = at_places(reference, places, leaf.dims()[1]);
    assert_like(&format!("{what}: grad_hidden"), &found, &expected, 1e-4);
}

#[test]
fn heads_are_at_the_references_optimum() {
    for case in cases("head") {
        let (expected, tensors) = (json(&case), Tensors::read(&case));
        let what = |name: &str| format!("{}: {name}", case.display());
        let labels = |name: &str| -> Vec<usize> {
            tensors.get(name).1.iter().map(|it| *it as usize).collect()
        };
        let (features, known) = (tensors.get("features").1, labels("labels"));
        let classes = expected["classes"].as_u64().expect("classes") as usize;
        let penalty = number(&expected["l2"]);
        let head = Head::fit(features, &known, classes, penalty);
        let single = |values: &[f64]| values.iter().map(|it| *it as f32).collect::<Vec<f32>>();
        assert_close(&what("W"), &single(&head.weights), tensors.get("W").1, 1e-3);
        assert_close(&what("b"), &single(&head.bias), tensors.get("b").1, 1e-3);
        let loss = head.objective(features, &known, penalty);
        assert_near(&what("loss"), loss, number(&expected["loss"]), 1e-5);
        let (shape, tests) = tensors.get("test_features");
        let predictions = labels("test_predictions");
        let mut shares = Vec::new();
        for (vector, prediction) in tests.chunks_exact(shape[1]).zip(predictions) {
            let mut logits = head.logits(vector);
            shares.extend(single(&head.probabilities(vector)));
            let own = logits.swap_remove(prediction);
            let best_other = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
            assert!(own - best_other > -2e-3, "{}", what("a prediction"));
        }
        assert_close(&what("probabilities"), &shares, tensors.get("test_probabilities").1, 1e-3);
    }
}
