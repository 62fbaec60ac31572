//! The `tokenizers` crate behind the few operations that models require, in one of two forms with the same methods:
//! part of this program, or a program of its own that engine and trainer call.
//!
//! Natively, and in the program `tokenizer`, [`Library`] is the crate itself. The engine and the trainer of the browser
//! are compiled without the feature `tokenizer`: there every method is a synchronous call of that program, which each
//! worker starts beside its own. So visitors download the crate and its Unicode tables once.

mod added_token;
#[cfg(feature = "tokenizer")]
mod contained;
mod encoded;
#[cfg(not(feature = "tokenizer"))]
mod linked;

pub use added_token::AddedToken;
#[cfg(feature = "tokenizer")]
pub use contained::Library;
pub use encoded::{EncodedPrompt, EncodedTexts, Token};
#[cfg(not(feature = "tokenizer"))]
pub use linked::Library;

use crate::error::BadFileReason;

#[cfg(not(any(feature = "tokenizer", target_arch = "wasm32")))]
compile_error!("natively the engine requires the feature `tokenizer`");

/// The message of an error in the `tokenizers` crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

/// What the crate returns, or its error.
pub type Result<T> = std::result::Result<T, Failure>;

impl From<Failure> for BadFileReason {
    fn from(Failure(detail): Failure) -> Self {
        Self::TokenizerFailed { detail }
    }
}
