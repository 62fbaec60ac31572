//! What learns, against the reference cases: losses, gradients, and weights after some steps.

mod support;

use std::fs;

use lectern::checks::references::{Case, FILES, KINDS, check};
use support::cases;

fn check_all(kind: &str) {
    assert!(KINDS.contains(&kind));
    for folder in cases(kind) {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
        let files = FILES.into_iter().filter_map(|file| {
            let bytes = fs::read(folder.join(file)).ok()?;
            Some((file.to_owned(), bytes))
        });
        pollster::block_on(check(&Case::new(name, files)));
    }
}

#[test]
fn distillations_losses_and_gradients_are_the_references() {
    check_all("distill");
}

#[test]
fn elmos_layers_and_their_mixtures_are_the_references() {
    check_all("elmo");
}

#[test]
fn a_mixture_learns_as_the_reference_does() {
    check_all("elmomix");
}

#[test]
fn heads_are_at_the_references_optimum() {
    check_all("head");
}

#[test]
fn rewards_are_at_the_references_optimum() {
    check_all("reward");
}

#[test]
fn ppo_is_the_references_and_finds_the_best_policy_over_eight_answers() {
    check_all("ppo");
}

#[test]
fn gpt2_and_a_distilled_student_learn_as_the_references_do() {
    check_all("train");
}

#[test]
fn both_trainings_have_cases() {
    let models: Vec<_> =
        cases("train").iter().map(|it| support::json(it)["model"].clone()).collect();
    for model in ["gpt2", "distilbert"] {
        assert!(models.iter().any(|it| it == model), "no case trains {model}");
    }
}
