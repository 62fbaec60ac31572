//! One sentence, read by an encoder and by a decoder: what each would put into its gaps, and what one of
//! their heads looks at.

mod attention;
mod decoder;
mod encoder;
mod sentence;

pub use attention::Head;
pub use decoder::Decoder;
pub use encoder::{Encoder, Gap, Reading};
pub use sentence::Sentence;

use std::time::Duration;

/// The engine is asked when the keys rest.
const REST: Duration = Duration::from_millis(180);
