//! What learns: losses with their gradients, optimizers, schedules, and one step of each kind of training. Nothing here
//! knows a browser.
//!
//! What is convex or tiny has its gradient written out: the head of a frozen encoder, the distilled students, ELMo's
//! mixture. What goes through a transformer takes its gradient from [`ModelGradients`], which is Burn's tape from the
//! model's outputs on. All of it is deterministic.

mod adam;
#[cfg(feature = "train")]
mod alignment;
mod classifier;
#[cfg(feature = "train")]
mod distilbert;
mod distillation;
#[cfg(feature = "readers")]
mod gaps;
mod head;
#[cfg(feature = "train")]
mod language;
mod mixture;
mod optimum;
mod ppo;
mod reward;
mod schedule;
mod softmax;
mod student;
#[cfg(feature = "train")]
mod tape;
mod taste;
#[cfg(feature = "train")]
mod tuning;
mod words;
#[cfg(feature = "train")]
mod writing;

pub use adam::{Adam, AdamOptions, clip};
#[cfg(feature = "train")]
pub use alignment::{Alignment, AlignmentOptions, Judge, Rollout, written_states};
pub use classifier::{Classified, classify, pooled};
#[cfg(feature = "train")]
pub use distilbert::{MaskedText, Taught, Triple, TripleLoss, logits_at, read_masked};
pub use distillation::{Distilled, Kd, cosine_loss, cross_entropy, kd, soft_loss};
#[cfg(feature = "readers")]
pub use gaps::{GapLesson, ShownGap};
pub use head::{Head, share_right};
#[cfg(feature = "train")]
pub use language::{Passage, next_token_loss};
pub use mixture::{Mixer, MixerOptions, MixerRun};
pub use ppo::{
    Action, PpoLoss, PpoOptions, advantages, divergence, moments, ppo_loss, token_rewards, whitened,
};
pub use reward::{Pair, RewardModel, mean_state, pairs};
pub use schedule::Schedule;
pub use softmax::{entropy, log_softmax, softmax};
pub use student::{Batches, Blank, Lesson, PLACES, Student};
#[cfg(feature = "train")]
pub use tape::{ModelGradients, Optimizer, Slope, numbers, sum_of_slopes};
pub use taste::{Taste, keeps_to_subject, with_noise};
#[cfg(feature = "train")]
pub use tuning::{StepDone, Tuning, TuningOptions, sentence_vectors, similarity_kept};
pub use words::WordBag;
#[cfg(feature = "train")]
pub use writing::{Writer, Written};
