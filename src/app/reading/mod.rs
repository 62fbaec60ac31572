//! One sentence, read by an encoder and by a decoder: the words each predicts for its gaps, and the attention of one
//! of their heads.

mod attention;
mod decoder;
mod encoder;
mod sentence;

pub use attention::Head;
pub use decoder::Decoder;
pub use encoder::{Encoder, Gap, Reading};
pub use sentence::Sentence;

use std::time::Duration;

/// Pause in typing after which the engine is asked.
const REST: Duration = Duration::from_millis(180);
