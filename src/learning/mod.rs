//! What learns: losses with their gradients, optimizers, schedules. Pure functions on slices; nothing here knows a
//! browser, a device, or the tape.
//!
//! What is tiny has its gradient written out: the distilled students, ELMo's mixture.
//! All of it is deterministic.

mod adam;
mod distillation;
mod mixture;
mod schedule;
mod softmax;
mod student;

pub use adam::{Adam, AdamOptions, clip};
pub use distillation::{Distilled, Kd, cosine_loss, cross_entropy, kd, soft_loss};
pub use mixture::{Mixer, MixerOptions, MixerRun};
pub use schedule::Schedule;
pub use softmax::{entropy, log_softmax, softmax};
pub use student::{Batches, Blank, Lesson, PLACES, Student};
