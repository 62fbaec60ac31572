//! From logits to text: sampling, and a text that grows.

mod sampling;
mod session;

pub use sampling::{Sampler, candidates, distribution, probabilities};
pub use session::{Launched, Session, read, read_words};
