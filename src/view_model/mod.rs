//! The page's logic: pure functions and plain data without a browser or a framework, so that tests run natively.

mod best_policy;
pub mod charts;
mod demo;
mod error_sentence;
#[cfg(any(feature = "engine", feature = "page"))]
mod halves;
mod hiding;
pub mod host_message;
mod labelled;
mod number_format;
pub mod parameter;
pub mod pasting;
mod ranked;
mod slot;
mod snippet;
mod soften;
pub mod source;
pub mod token_label;
pub mod word;
mod word_task;

pub use best_policy::BestPolicy;
pub use demo::{Demo, ModelParameters, Stop};
pub use error_sentence::error_sentence;
#[cfg(any(feature = "engine", feature = "page"))]
pub use halves::{Half, Likeness, likenesses};
pub use hiding::{Segment, Segments};
pub use labelled::Labelled;
pub use number_format::NumberFormat;
pub use ranked::Ranked;
pub use slot::{Need, Slot};
pub use snippet::{Deck, snippet};
pub use soften::{Loss, Softened};
pub use word::Span;
pub use word_task::{PARTS, WordTask};
