//! How checkpoints spell the names of their tensors, a file for each family of models.

mod bert;
mod gpt2;

pub use bert::{bert_name, bert_spellings};
pub use gpt2::{gpt2_name, gpt2_spellings};
