//! Tokenizers: text to tokens, and tokens back to text without incomplete characters.

mod encoding;
mod gguf;
mod lowercase;
mod settings;
mod stop;
mod stream;
mod tokenizer;
mod tokenizer_file;

pub use encoding::Encoding;
pub use stop::StopTexts;
pub use stream::TextStream;
pub use tokenizer::Tokenizer;
pub(crate) use tokenizer_file::END_OF_TEXT;
