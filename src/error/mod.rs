//! What can go wrong, as one enum: a code for programs, a sentence for people, and the data both need.
//!
//! Nothing in the library panics on bad input. Whatever a model file, a server, a browser or a person
//! does, the caller gets one of these, and what was loaded before goes on working.
//!
//! The sentences are in locales/*/errors.json; a variant without one in every language does not pass the tests.

mod bad_file;
mod bad_request;
mod described;
mod environment;
mod from;
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
pub use pytorch::PytorchReason;
pub use sentence_models::SentenceReason;
pub use unsupported::{Head, UnsupportedReason};

use described::{KIND, PartType, described};
use sentence::Sentences;

/// The result of everything in Lectern that can fail.
pub type Result<T, E = LecternError> = std::result::Result<T, E>;

described! {
    /// An error, typed: match on it, or show [`LecternError::message`] to a person.
    pub enum LecternError in "" {
        /// A file is not what it claims to be: truncated, a lying header, HTML in the place of JSON.
        BadFile {
            /// Which file; empty where that is not known yet, see [`LecternError::in_file`].
            file: String,
            /// What is wrong with it.
            reason: BadFileReason,
        },
        /// The checkpoint lacks a tensor that the configuration promises.
        MissingTensor {
            /// The tensor's name in the model.
            name: String,
            /// Every spelling that was tried.
            looked_for: Vec<String>,
        },
        /// A tensor's shape contradicts the configuration.
        ShapeMismatch {
            /// The tensor's name in the checkpoint.
            tensor: String,
            /// What the configuration implies.
            expected: Vec<usize>,
            /// What the file holds.
            found: Vec<usize>,
        },
        /// A weight is NaN or infinite.
        NotFinite {
            /// The tensor's name in the checkpoint.
            tensor: String,
            /// Flat index of the first such number.
            index: usize,
        },
        /// The model is of an architecture, or has an option, that Lectern cannot run.
        UnsupportedModel {
            /// What is not supported.
            reason: UnsupportedReason,
        },
        /// The model was published without the part that this needs: an encoder without its masked-language
        /// head, a decoder asked for vectors.
        MissingHead {
            /// The model's name.
            model: String,
            /// Which part.
            head: Head,
        },
        /// The source has no file that a model needs.
        NotFound {
            /// Which file, or address.
            file: String,
        },
        /// A server answered with an error. The Hugging Face Hub says 401 or 403 of models that are not for
        /// everybody, and 401 of those that it does not have.
        HttpStatus {
            /// The address asked for.
            url: String,
            /// The HTTP status.
            status: u16,
        },
        /// No answer at all: no network, or the server forbids pages like this one to read it (CORS).
        Unreachable {
            /// The address asked for.
            url: String,
        },
        /// The browser says that there is no network.
        Offline {
            /// The address asked for.
            url: String,
        },
        /// The browser's storage for this site is full.
        Quota {
            /// How many bytes were to be stored.
            needed: u64,
        },
        /// Another tab of this browser is writing to the same model.
        InUse,
        /// The browser keeps nothing for this page: a private window, a frame of another site, an old browser.
        NoStorage {
            /// Why not.
            reason: NoStorageReason,
        },
        /// More memory is needed than there is.
        OutOfMemory {
            /// What the memory was for.
            what: MemoryUse,
            /// How much of it.
            bytes: u64,
        },
        /// A GPU was asked for where there is none that can be used.
        NoAdapter {
            /// Why not.
            reason: NoAdapterReason,
        },
        /// The GPU went away: driver reset, sleep, or the browser took it back.
        DeviceLost {
            /// What the browser says.
            detail: String,
        },
        /// The prompt alone is longer than the model's context.
        ContextFull {
            /// The text's length.
            tokens: usize,
            /// The model's number of positions.
            limit: usize,
        },
        /// A request that makes no sense: an option out of range, a model that is not loaded.
        BadRequest {
            /// What is wrong with it.
            reason: BadRequestReason,
        },
        /// The caller cancelled it.
        Cancelled,
        /// A bug in Lectern, or an engine that died.
        Internal {
            /// What happened.
            reason: InternalReason,
        },
    }
}

/// The languages Lectern speaks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian, the lecture's language.
    Ru,
}

impl LecternError {
    /// One sentence for a person, in their language, without a full stop.
    pub fn message(&self, language: Language) -> String {
        let sentences = Sentences::of(language);
        match self {
            Self::HttpStatus { url, status } if is_hub_refusal(url, *status) => {
                sentences.say(&Refusal::Hub { url: url.clone(), status: *status })
            }
            error => sentences.say(error),
        }
    }

    /// A damaged file, in one call.
    pub fn bad_file(file: impl Into<String>, reason: impl Into<BadFileReason>) -> Self {
        Self::BadFile { file: file.into(), reason: reason.into() }
    }

    /// A model that cannot be run, in one call.
    pub fn unsupported(reason: impl Into<UnsupportedReason>) -> Self {
        Self::UnsupportedModel { reason: reason.into() }
    }

    /// A request that makes no sense, in one call.
    pub fn bad_request(reason: impl Into<BadRequestReason>) -> Self {
        Self::BadRequest { reason: reason.into() }
    }

    /// An option with a value that it cannot have.
    pub fn bad_option(option: &str, given: impl ToString, allowed: Allowed) -> Self {
        let given = match given.to_string().as_str() {
            // Rust's words for JavaScript's.
            "inf" => "Infinity".to_owned(),
            "-inf" => "-Infinity".to_owned(),
            given => given.to_owned(),
        };
        let option = option.to_owned();
        Self::BadRequest { reason: BadRequestReason::Option { option, given, allowed } }
    }

    /// The same error, of that file where it names none: what reads a file's values need not know its name.
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
    /// What a server's status means, where that is known.
    enum Refusal in "httpStatus" {
        /// The Hub does not give this file to everybody.
        Hub {
            /// The address asked for.
            url: String,
            /// The HTTP status.
            status: u16,
        },
    }
}

/// Does the Hub, or its copy, refuse to give a file?
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
        let mut parts = described::to_value(self);
        parts.values_mut().for_each(described::for_javascript);
        let code = parts.remove(KIND).unwrap_or_default();
        match code.as_str() {
            Some(name) if !parts.is_empty() => {
                Map::from_iter([(name.to_owned(), Value::Object(parts))]).serialize(serializer)
            }
            _ => code.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LecternError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (code, mut parts) = match Value::deserialize(deserializer)? {
            Value::Object(object) => match object.into_iter().next() {
                Some((code, Value::Object(parts))) => (code, parts),
                _ => return Err(D::Error::custom("an error without parts")),
            },
            code => (code.as_str().unwrap_or_default().to_owned(), Map::new()),
        };
        parts.insert(KIND.into(), code.clone().into());
        Self::read(&Value::Object(parts))
            .ok_or_else(|| D::Error::custom(format_args!("not an error: {code}")))
    }
}

#[cfg(test)]
mod tests;
