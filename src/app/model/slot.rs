//! Where models are kept: the slots, what each is for, and what suits it.

use crate::worker::protocol::{Ability, KeptModel, Quantization};

/// Where a model is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The one that writes on.
    Decoder,
    /// The one that turns texts into vectors.
    Sentences,
    /// The one that fills masks, and tells whether a sentence follows.
    Masked,
}

/// What a demo wants of a slot's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub slot: Slot,
    pub ability: Ability,
}

impl Slot {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Decoder, Self::Sentences, Self::Masked];

    /// Its part of the names of fields.
    pub fn id(self) -> &'static str {
        match self {
            Self::Decoder => "decoder",
            Self::Sentences => "sentences",
            Self::Masked => "masked",
        }
    }

    /// Hub ids that suit it.
    pub fn suggestions(self) -> &'static [&'static str] {
        match self {
            Self::Decoder => &[
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
        }
    }

    /// The model to begin with, where the site has it.
    pub(super) fn favourite(self) -> Option<&'static str> {
        match self {
            Self::Decoder => Some("tales-gpt2"),
            Self::Sentences => Some("all-MiniLM-L6-v2"),
            Self::Masked => Some("tales-bert"),
        }
    }

    /// Is this the model to begin with?
    pub fn is_favourite(self, name: &str) -> bool {
        self.favourite() == Some(name)
    }

    /// Encoders are downloads of a size that is better kept small.
    pub(super) fn weights(self) -> Quantization {
        match self {
            Self::Decoder => Quantization::AsStored,
            Self::Sentences | Self::Masked => Quantization::Int8,
        }
    }

    /// Is this a model for the slot? Of a GGUF file nothing is known before it is read.
    pub(super) fn suits(self, model: &KeptModel) -> bool {
        let is_decoder = model.architecture.as_deref().map(|it| it == "gpt2");
        is_decoder.is_none_or(|is_decoder| is_decoder == (self == Self::Decoder))
    }
}
