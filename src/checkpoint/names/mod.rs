//! How checkpoints spell the names of their tensors, a file for each family of models.

mod bert;
mod gguf;
mod gpt2;

pub use bert::{bert_name, bert_spellings, distilbert_spelling};
pub use gguf::{gguf_name_of_bert, gguf_name_of_gpt2};
pub use gpt2::{gpt2_name, gpt2_spellings};
