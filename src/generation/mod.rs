//! From logits to text: sampling, and a text that grows.

mod attention;
mod sampling;
mod session;

pub use attention::AttentionRows;
pub use sampling::{Sampler, candidates, distribution, probabilities};
pub use session::{CHUNK, Launched, Session, inspection_chunk, read, read_words};
