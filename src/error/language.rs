//! The languages of the messages.

use serde::{Deserialize, Serialize};

/// A language of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian, the lecture's language.
    Ru,
}
