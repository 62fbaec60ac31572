//! Conversions from other crates' errors, and from nested reasons.

use super::{BadFileReason, PytorchReason, SentenceReason, UnsupportedReason};

impl From<serde_json::Error> for BadFileReason {
    fn from(error: serde_json::Error) -> Self {
        let detail = error.to_string();
        if error.is_data() { Self::UnexpectedJson { detail } } else { Self::NotJson { detail } }
    }
}

impl From<std::str::Utf8Error> for BadFileReason {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::NotUtf8 { at: error.valid_up_to() as u64 }
    }
}

impl From<PytorchReason> for BadFileReason {
    fn from(reason: PytorchReason) -> Self {
        Self::Pytorch { reason }
    }
}

impl From<SentenceReason> for UnsupportedReason {
    fn from(reason: SentenceReason) -> Self {
        Self::Sentences { reason }
    }
}
