//! What learns, against reference cases made with PyTorch and Hugging Face: losses, gradients, and weights after some
//! steps; and ELMo, whose layers others learn from. A case is a folder's files in memory, so that the native tests and a page in a real browser check the same.

mod case;
mod comparison;
mod distilbert;
mod distillation;
mod elmo;
mod gpt2;
mod head;
mod mixture;
mod ppo;
mod reward;
mod training;

pub use case::{Case, Tensors};
pub use comparison::{assert_close, assert_like, assert_near};

/// The files of a case that its check may read.
pub const FILES: [&str; 4] =
    ["expected.json", "expected.safetensors", "config.json", "model.safetensors"];

/// Kinds of cases: a folder's name up to the first `-`.
pub const KINDS: [&str; 7] = ["distill", "elmo", "elmomix", "head", "ppo", "reward", "train"];

/// Checks a case of one of [`KINDS`].
///
/// # Panics
/// If a number is not the reference's within the case's tolerance, a file is not there, or the kind is none of these.
pub async fn check(case: &Case) {
    match case.kind() {
        "distill" => distillation::check(case),
        "elmo" => elmo::check(case),
        "elmomix" => mixture::check(case),
        "head" => head::check(case),
        "ppo" => ppo::check(case),
        "reward" => reward::check(case),
        "train" => match case.expected()["model"].as_str() {
            Some("gpt2") => gpt2::check(case).await,
            Some("distilbert") => distilbert::check(case).await,
            other => panic!("{}: no training of {other:?}", case.name),
        },
        other => panic!("{}: no cases of the kind {other}", case.name),
    }
}
