//! ELMo's mixture of layers, learned together with a probe by full-batch Adam.

use super::{
    assert_close, assert_near,
    case::{Case, count, list, number},
};
use crate::learning::{Mixer, MixerOptions, MixerRun};

/// Steps of a run, and those between two of the case's losses.
const STEPS: usize = 100;
const EVERY: usize = 10;

pub(super) fn check(case: &Case) {
    let (expected, tensors) = (case.expected(), case.tensors());
    let labels = tensors.labels("labels");
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
    let options =
        MixerOptions { rate: number(&expected["lr"]), l2: number(&expected["l2"]), mixes: true };
    let mut run = MixerRun::new(start(layers.len()), layers.clone(), &labels, options);
    let names = ["w", "gamma", "U", "b"];
    for (name, found) in names.iter().zip(run.gradients()) {
        let name = format!("gradient.{name}");
        assert_close(&case.what(&name), &found, tensors.get(&name).1, 1e-5);
    }
    for (index, loss) in list(&expected["losses"]).iter().enumerate() {
        assert_near(&case.what(&format!("loss {index}")), run.loss(), number(loss), 1e-4);
        if index < STEPS / EVERY {
            (0..EVERY).for_each(|_| _ = run.step());
        }
    }
    let Mixer { scalars, gamma, probe, bias } = &run.mixer;
    for (name, found) in names.iter().zip([scalars, &vec![*gamma], probe, bias]) {
        assert_close(&case.what(name), found, tensors.get(name).1, 1e-3);
    }
    // An example on the border between two classes may fall to either side.
    let slack = match number(&expected["smallest_margin"]) > 2e-3 {
        true => 1e-9,
        false => 1.0 / labels.len() as f64 + 1e-9,
    };
    let assert_accuracy = |found: f64, expected: f64| {
        assert!((found - expected).abs() <= slack, "{}", case.what("accuracy"));
    };
    assert_accuracy(run.accuracy(), number(&expected["accuracy"]));
    for alone in list(&expected["alone"]) {
        let layer = count(&alone["layer"]);
        let options = MixerOptions { mixes: false, ..options };
        let mut run = MixerRun::new(start(1), vec![layers[layer]], &labels, options);
        (0..STEPS).for_each(|_| _ = run.step());
        assert_near(&case.what("loss alone"), run.loss(), number(&alone["final_loss"]), 1e-4);
        assert_accuracy(run.accuracy(), number(&alone["accuracy"]));
    }
}
