//! The slots for models: the purpose of each, and the models that suit it.

use crate::error::Language;
use crate::protocol::{Ability, KeptModel, Quantization};

/// A slot for one loaded model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A decoder that generates text.
    Decoder,
    /// An encoder that embeds texts.
    Sentences,
    /// An encoder that fills masks or predicts whether a sentence follows another.
    Masked,
    /// An ELMo, which reads a text from both ends.
    Readers,
    /// A decoder that stands beside the first one, for a comparison.
    Beside,
}

/// Requirements of a demo on a slot's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The slot.
    pub slot: Slot,
    /// The ability that its model must have.
    pub ability: Ability,
}

impl Slot {
    /// All slots.
    pub const ALL: [Self; 5] =
        [Self::Decoder, Self::Sentences, Self::Masked, Self::Readers, Self::Beside];

    /// Returns the slot's suffix in the ids of form fields.
    pub fn id(self) -> &'static str {
        match self {
            Self::Decoder => "decoder",
            Self::Sentences => "sentences",
            Self::Masked => "masked",
            Self::Readers => "readers",
            Self::Beside => "beside",
        }
    }

    /// Returns Hub ids of models that suit the slot.
    pub fn suggestions(self) -> &'static [&'static str] {
        match self {
            Self::Decoder | Self::Beside => &[
                "openai-community/gpt2",
                "distilbert/distilgpt2",
                "openai-community/gpt2-medium",
                "ai-forever/rugpt3small_based_on_gpt2",
            ],
            Self::Sentences => &[
                "sentence-transformers/all-MiniLM-L6-v2",
                "cointegrated/rubert-tiny2",
                "google-bert/bert-base-uncased",
            ],
            Self::Masked => &[
                "google-bert/bert-base-uncased",
                "distilbert/distilbert-base-uncased",
                "DeepPavlov/rubert-base-cased",
                "google-bert/bert-base-multilingual-cased",
            ],
            // The published ELMos are files of another format.
            Self::Readers => &[],
        }
    }

    /// Returns the name of the default model for readers of a language, used where the site has it.
    pub fn favourite(self, reader: Language) -> Option<&'static str> {
        match (self, reader) {
            (Self::Decoder, Language::En) => Some("stories-en-gpt2"),
            (Self::Decoder, Language::Ru) => Some("stories-ru-gpt2"),
            (Self::Masked, Language::En) => Some("stories-en-bert"),
            (Self::Masked | Self::Sentences, Language::Ru) => Some("stories-ru-bert"),
            (Self::Sentences, Language::En) => Some("all-MiniLM-L6-v2"),
            (Self::Readers, Language::En) => Some("stories-en-elmo"),
            (Self::Readers, Language::Ru) => Some("stories-ru-elmo"),
            (Self::Beside, _) => None,
        }
    }

    /// Whether this is the default model for readers of a language.
    pub fn is_favourite(self, name: &str, reader: Language) -> bool {
        self.favourite(reader) == Some(name)
    }

    /// Returns the default weights: encoders are downloads whose size is better kept small.
    pub fn weights(self) -> Quantization {
        match self {
            Self::Decoder | Self::Readers | Self::Beside => Quantization::AsStored,
            Self::Sentences | Self::Masked => Quantization::Int8,
        }
    }

    /// Whether the model suits the slot. The architecture of a GGUF file is unknown until it is read.
    pub fn suits(self, model: &KeptModel) -> bool {
        let Some(architecture) = model.architecture.as_deref() else { return true };
        match self {
            Self::Decoder | Self::Beside => architecture == "gpt2",
            Self::Sentences | Self::Masked => !["gpt2", "elmo"].contains(&architecture),
            Self::Readers => architecture == "elmo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view_model::source;

    #[test]
    fn kept_models_are_offered_where_they_are_of_use() {
        let kept = |architecture: Option<&str>| KeptModel {
            key: String::new(),
            name: "a model".into(),
            source: "someone/a-model".into(),
            origin: "https://host/".into(),
            date: 0.0,
            is_complete: true,
            architecture: architecture.map(str::to_owned),
            files: vec![],
        };
        for (architecture, suits) in [
            (Some("gpt2"), [true, false, false, false, true]),
            (Some("bert"), [false, true, true, false, false]),
            (Some("elmo"), [false, false, false, true, false]),
            // A GGUF file that has not been read yet.
            (None, [true, true, true, true, true]),
        ] {
            assert_eq!(Slot::ALL.map(|slot| slot.suits(&kept(architecture))), suits);
        }
    }

    #[test]
    fn suggestions_are_ids_of_the_hub() {
        for slot in Slot::ALL {
            assert_eq!(slot.suggestions().is_empty(), slot == Slot::Readers);
            for id in slot.suggestions() {
                let expected = crate::protocol::Source::Hub { id: (*id).into(), revision: None };
                assert_eq!(source::read(id), expected);
            }
        }
    }
}
