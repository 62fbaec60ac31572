//! All errors as one enum: a code for programs, a sentence for people, and the data of both.
//!
//! Nothing in the library panics on bad input: whatever a model file, a server, a browser or a user does, the
//! caller gets one of these errors, and models loaded before stay usable.
//!
//! The sentences are in locales/*/errors.json; a variant without one in every language does not pass the tests.

mod bad_file;
mod bad_request;
mod described;
mod environment;
mod from;
mod language;
mod pytorch;
mod sentence;
mod sentence_models;
mod unsupported;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

pub use bad_file::{BadFileReason, ValueKind};
pub use bad_request::{Allowed, BadRequestReason};
pub use environment::{InternalReason, MemoryUse, NoAdapterReason, NoStorageReason};
pub use language::Language;
pub use pytorch::PytorchReason;
pub use sentence_models::SentenceReason;
pub use unsupported::{Head, UnsupportedReason};

use described::{FieldType, KIND, described};
use sentence::Sentences;

/// The result of every operation that can fail.
pub type Result<T, E = LecternError> = std::result::Result<T, E>;

described! {
    /// An error: match on it, or show [`LecternError::message`] to the user.
    pub enum LecternError in "" {
        /// A file that is not what it should be: truncated, with a wrong header, HTML instead of JSON.
        BadFile {
            /// The file's name; empty where the reader does not know it, see [`LecternError::in_file`].
            file: String,
            /// The reason why it is refused.
            reason: BadFileReason,
        },
        /// A tensor that the configuration requires and the checkpoint lacks.
        MissingTensor {
            /// The tensor's name in the model.
            name: String,
            /// Every spelling that was tried.
            looked_for: Vec<String>,
        },
        /// A tensor whose shape contradicts the configuration.
        ShapeMismatch {
            /// The tensor's name in the checkpoint.
            tensor: String,
            /// The shape by the configuration.
            expected: Vec<usize>,
            /// The shape in the checkpoint.
            found: Vec<usize>,
        },
        /// A weight that is NaN or infinite.
        NotFinite {
            /// The tensor's name in the checkpoint.
            tensor: String,
            /// Flat index of the first such weight.
            index: usize,
        },
        /// A model of an unsupported architecture, or with an unsupported option.
        UnsupportedModel {
            /// The reason why it cannot be run.
            reason: UnsupportedReason,
        },
        /// A model without a head that the request needs: an encoder without its masked-language
        /// head, a decoder for a request for embeddings.
        MissingHead {
            /// The model's name.
            model: String,
            /// The missing head.
            head: Head,
        },
        /// A file that the source does not have.
        NotFound {
            /// The file's name or address.
            file: String,
        },
        /// An HTTP error status. The Hugging Face Hub answers 401 or 403 for private and gated models, and
        /// 401 for models that it does not have.
        HttpStatus {
            /// The requested address.
            url: String,
            /// The HTTP status.
            status: u16,
        },
        /// A request without an answer: no network, or the server does not allow other sites to read it (CORS).
        Unreachable {
            /// The requested address.
            url: String,
        },
        /// A request that the browser did not send because there is no network.
        Offline {
            /// The requested address.
            url: String,
        },
        /// A full storage of the browser for this site.
        Quota {
            /// Bytes that were to be stored.
            needed: u64,
        },
        /// A model that another tab of this browser is writing.
        InUse,
        /// A browser without storage for this page: a private window, a frame of another site, an old browser.
        NoStorage {
            /// The reason why there is none.
            reason: NoStorageReason,
        },
        /// An allocation larger than the available memory.
        OutOfMemory {
            /// The purpose of the allocation.
            what: MemoryUse,
            /// Its size in bytes.
            bytes: u64,
        },
        /// A request for a GPU where no GPU is usable.
        NoAdapter {
            /// The reason why there is none.
            reason: NoAdapterReason,
        },
        /// A lost GPU: a driver reset, sleep, or a decision of the browser.
        DeviceLost {
            /// The message of the browser.
            detail: String,
        },
        /// A prompt longer than the model's context.
        ContextFull {
            /// Tokens of the prompt.
            tokens: usize,
            /// The model's number of positions.
            limit: usize,
        },
        /// An invalid request: an option out of range, a model that is not loaded.
        BadRequest {
            /// The reason why it is refused.
            reason: BadRequestReason,
        },
        /// A request that the caller cancelled.
        Cancelled,
        /// A bug in Lectern, or an engine that stopped.
        Internal {
            /// The reason for it.
            reason: InternalReason,
        },
    }
}

impl LecternError {
    /// The error as a sentence in that language, without a full stop.
    pub fn message(&self, language: Language) -> String {
        let sentences = Sentences::of(language);
        match self {
            Self::HttpStatus { url, status } if is_hub_refusal(url, *status) => {
                sentences.format(&Refusal::Hub { url: url.clone(), status: *status })
            }
            error => sentences.format(error),
        }
    }

    /// A [`Self::BadFile`].
    pub fn bad_file(file: impl Into<String>, reason: impl Into<BadFileReason>) -> Self {
        Self::BadFile { file: file.into(), reason: reason.into() }
    }

    /// A [`Self::UnsupportedModel`].
    pub fn unsupported(reason: impl Into<UnsupportedReason>) -> Self {
        Self::UnsupportedModel { reason: reason.into() }
    }

    /// A [`Self::BadRequest`].
    pub fn bad_request(reason: impl Into<BadRequestReason>) -> Self {
        Self::BadRequest { reason: reason.into() }
    }

    /// A [`Self::BadRequest`] for an option with an invalid value.
    pub fn bad_option(option: &str, given: impl ToString, allowed: Allowed) -> Self {
        let given = match given.to_string().as_str() {
            // JavaScript's names of Rust's infinities.
            "inf" => "Infinity".to_owned(),
            "-inf" => "-Infinity".to_owned(),
            given => given.to_owned(),
        };
        let option = option.to_owned();
        Self::BadRequest { reason: BadRequestReason::Option { option, given, allowed } }
    }

    /// The error with the file's name where it has none: readers of a file's values need not know its name.
    pub fn in_file(self, name: &str) -> Self {
        match self {
            Self::BadFile { file, reason } if file.is_empty() => {
                Self::BadFile { file: name.to_owned(), reason }
            }
            error => error,
        }
    }
}

described! {
    /// A status with a known meaning.
    enum Refusal in "httpStatus" {
        /// A file of a private or gated model on the Hub.
        Hub {
            /// The requested address.
            url: String,
            /// The HTTP status.
            status: u16,
        },
    }
}

/// Whether the Hub, or its mirror, denies access to a file.
fn is_hub_refusal(url: &str, status: u16) -> bool {
    let is_hub = ["https://huggingface.co/", "https://hf-mirror.com/"]
        .iter()
        .any(|hub| url.starts_with(hub));
    is_hub && matches!(status, 401 | 403)
}

impl fmt::Display for LecternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Language::En))
    }
}

impl std::error::Error for LecternError {}

impl Serialize for LecternError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = described::to_value(self);
        fields.values_mut().for_each(described::for_javascript);
        let code = fields.remove(KIND).unwrap_or_default();
        match code.as_str() {
            Some(name) if !fields.is_empty() => {
                Map::from_iter([(name.to_owned(), Value::Object(fields))]).serialize(serializer)
            }
            _ => code.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LecternError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (code, mut fields) = match Value::deserialize(deserializer)? {
            Value::Object(object) => match object.into_iter().next() {
                Some((code, Value::Object(fields))) => (code, fields),
                _ => return Err(D::Error::custom("an error without fields")),
            },
            code => (code.as_str().unwrap_or_default().to_owned(), Map::new()),
        };
        fields.insert(KIND.into(), code.clone().into());
        Self::read(&Value::Object(fields))
            .ok_or_else(|| D::Error::custom(format_args!("not an error: {code}")))
    }
}

#[cfg(test)]
mod tests;
