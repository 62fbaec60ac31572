//! What can go wrong, as one enum: a code for programs, a sentence for people, and the data both need.
//!
//! Nothing in the library panics on bad input. Whatever a model file, a server, a browser or a person
//! does, the caller gets one of these, and what was loaded before goes on working.

use serde::{Deserialize, Serialize};

/// The result of everything in Lectern that can fail.
pub type Result<T, E = LecternError> = std::result::Result<T, E>;

/// An error, typed: match on it, or show [`LecternError::message`] to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LecternError {
    /// A file is not what it claims to be: truncated, a lying header, HTML in the place of JSON.
    #[error("{file} is damaged or not what it claims to be: {reason}")]
    BadFile {
        /// Which file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The checkpoint lacks a tensor that the configuration promises.
    #[error("the checkpoint has no tensor {name} (looked for: {})", looked_for.join(", "))]
    MissingTensor {
        /// The tensor's name in the model.
        name: String,
        /// Every spelling that was tried.
        looked_for: Vec<String>,
    },
    /// A tensor's shape contradicts the configuration.
    #[error("tensor {tensor} has the shape {found:?} where config.json asks for {expected:?}")]
    ShapeMismatch {
        /// The tensor's name in the checkpoint.
        tensor: String,
        /// What the configuration implies.
        expected: Vec<usize>,
        /// What the file holds.
        found: Vec<usize>,
    },
    /// A weight is NaN or infinite.
    #[error("tensor {tensor} holds a number that is not finite, at index {index}")]
    NotFinite {
        /// The tensor's name in the checkpoint.
        tensor: String,
        /// Flat index of the first such number.
        index: usize,
    },
    /// The model is of an architecture, or has an option, that Lectern cannot run.
    #[error("this model cannot be run: {reason}")]
    UnsupportedModel {
        /// What is not supported.
        reason: String,
    },
    /// The model was published without the part that this needs: an encoder without its masked-language head,
    /// a decoder asked for vectors.
    #[error("{model} has no {head}, which this needs")]
    MissingHead {
        /// The model's name.
        model: String,
        /// Which part, in English: `masked-language head`, `next-sentence head`, `encoder`, `decoder`.
        head: String,
    },
    /// The source has no file that a model needs.
    #[error("{file} was not found")]
    NotFound {
        /// Which file, or address.
        file: String,
    },
    /// A server answered with an error. The Hugging Face Hub says 401 or 403 of models that are not for everybody, and
    /// 401 of those that it does not have.
    #[error("{}", if is_hub_refusal(url, *status) {
        format!("the Hugging Face Hub does not give {url} to everybody ({status}): there is no such model, or it is private, or gated")
    } else {
        format!("the server answered {status} for {url}")
    })]
    HttpStatus {
        /// The address asked for.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No answer at all: no network, or the server forbids pages like this one to read it (CORS).
    #[error(
        "{url} could not be reached: no network, or its server does not allow other sites to read it (CORS)"
    )]
    Unreachable {
        /// The address asked for.
        url: String,
    },
    /// The browser says that there is no network.
    #[error("there is no network, and {url} is not stored here")]
    Offline {
        /// The address asked for.
        url: String,
    },
    /// The browser's storage for this site is full.
    #[error("this browser's storage for this site is full: {needed} bytes are needed")]
    Quota {
        /// How many bytes were to be stored.
        needed: u64,
    },
    /// Another tab of this browser is writing to the same model.
    #[error("another tab is loading this model")]
    InUse,
    /// The browser keeps nothing for this page: a private window, a frame of another site, an old browser.
    #[error("this browser keeps no files for this page ({reason})")]
    NoStorage {
        /// What it says.
        reason: String,
    },
    /// More memory is needed than there is.
    #[error("not enough memory for {what}: {bytes} bytes are needed")]
    OutOfMemory {
        /// What the memory was for.
        what: String,
        /// How much of it.
        bytes: u64,
    },
    /// A GPU was asked for where there is none that can be used.
    #[error("no usable WebGPU adapter: {reason}")]
    NoAdapter {
        /// Why not.
        reason: String,
    },
    /// The GPU went away: driver reset, sleep, or the browser took it back.
    #[error("the GPU was lost: {reason}")]
    DeviceLost {
        /// What the browser says.
        reason: String,
    },
    /// The prompt alone is longer than the model's context.
    #[error("the text is {tokens} tokens long; this model takes {limit} at most")]
    ContextFull {
        /// The text's length.
        tokens: usize,
        /// The model's number of positions.
        limit: usize,
    },
    /// A request that makes no sense: an option out of range, a model that is not loaded.
    #[error("{reason}")]
    BadRequest {
        /// What is wrong with it.
        reason: String,
    },
    /// The caller cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// A bug in Lectern.
    #[error("internal error: {reason}")]
    Internal {
        /// What happened.
        reason: String,
    },
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
    /// One sentence for a person, in their language.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Ru => self.message_ru(),
        }
    }

    fn message_ru(&self) -> String {
        match self {
            Self::BadFile { file, reason } => {
                format!("файл {file} повреждён или это не то, чем он назван: {reason}")
            }
            Self::MissingTensor { name, looked_for } => format!(
                "в контрольной точке нет тензора {name} (искали: {})",
                looked_for.join(", ")
            ),
            Self::ShapeMismatch { tensor, expected, found } => format!(
                "форма тензора {tensor} — {found:?}, а по config.json должна быть {expected:?}"
            ),
            Self::NotFinite { tensor, index } => {
                format!("в тензоре {tensor} не число или бесконечность, индекс {index}")
            }
            Self::UnsupportedModel { reason } => format!("эту модель запустить нельзя: {reason}"),
            Self::MissingHead { model, head } => {
                let part = match head.as_str() {
                    "masked-language head" => "выхода маскированной языковой модели (MLM)",
                    "next-sentence head" => "выхода предсказания следующего предложения (NSP)",
                    "encoder" => "кодировщика",
                    "decoder" => "декодировщика",
                    other => other,
                };
                format!("в модели {model} нет {part}, а здесь он нужен")
            }
            Self::NotFound { file } => format!("не найдено: {file}"),
            Self::HttpStatus { url, status } if is_hub_refusal(url, *status) => format!(
                "Hugging Face Hub не даёт {url} всем подряд ({status}): такой модели нет, или она закрытая, или для неё нужно согласие с условиями"
            ),
            Self::HttpStatus { url, status } => format!("сервер ответил {status} на {url}"),
            Self::Unreachable { url } => format!(
                "{url} недоступен: нет сети или сервер не разрешает другим сайтам читать его (CORS)"
            ),
            Self::Offline { url } => format!("сети нет, а {url} здесь не сохранён"),
            Self::Quota { needed } => {
                format!("хранилище браузера для этого сайта заполнено: нужно {needed} байт")
            }
            Self::InUse => "эту модель загружает другая вкладка".into(),
            Self::NoStorage { reason } => {
                format!("браузер не хранит файлы для этой страницы ({reason})")
            }
            Self::OutOfMemory { what, bytes } => {
                format!("не хватает памяти ({what}): нужно {bytes} байт")
            }
            Self::NoAdapter { reason } => format!("нет пригодного адаптера WebGPU: {reason}"),
            Self::DeviceLost { reason } => format!("видеокарта пропала: {reason}"),
            Self::ContextFull { tokens, limit } => {
                format!("длина текста в токенах — {tokens}, а модель принимает не больше {limit}")
            }
            Self::BadRequest { reason } => format!("неверный запрос: {reason}"),
            Self::Cancelled => "отменено".into(),
            Self::Internal { reason } => format!("внутренняя ошибка: {reason}"),
        }
    }

    /// A damaged file, in one call.
    pub fn bad_file(file: impl Into<String>, reason: impl ToString) -> Self {
        Self::BadFile { file: file.into(), reason: reason.to_string() }
    }

    /// A request that makes no sense, in one call.
    pub fn bad_request(reason: impl Into<String>) -> Self {
        Self::BadRequest { reason: reason.into() }
    }
}

/// Does the Hub, or its copy, refuse to give a file?
fn is_hub_refusal(url: &str, status: u16) -> bool {
    let is_hub = ["https://huggingface.co/", "https://hf-mirror.com/"]
        .iter()
        .any(|hub| url.starts_with(hub));
    is_hub && matches!(status, 401 | 403)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_hub_has_a_sentence_of_its_own() {
        let refusal = |url: &str, status| LecternError::HttpStatus { url: url.into(), status };
        let hub = "https://huggingface.co/a/b/resolve/main/config.json";
        assert!(refusal(hub, 401).message(Language::En).contains("gated"));
        assert!(refusal(hub, 403).message(Language::Ru).contains("закрытая"));
        assert_eq!(refusal(hub, 500).to_string(), format!("the server answered 500 for {hub}"));
        assert!(!refusal("https://example.org/", 403).to_string().contains("gated"));
    }

    #[test]
    fn an_error_crosses_the_worker_boundary_whole() {
        let error = LecternError::ShapeMismatch {
            tensor: "wte.weight".into(),
            expected: vec![50257, 768],
            found: vec![1, 2],
        };
        let json = serde_json::to_value(&error).unwrap();
        assert_eq!(json["shapeMismatch"]["tensor"], "wte.weight");
        assert_eq!(serde_json::from_value::<LecternError>(json).unwrap(), error);
    }

    #[test]
    fn every_sentence_has_a_russian_form() {
        let error = LecternError::bad_file("model.safetensors", "truncated");
        assert!(error.message(Language::Ru).contains("повреждён"));
        assert!(error.message(Language::En).contains("damaged"));
    }
}
