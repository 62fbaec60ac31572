//! What can be asked of the engine.

use serde::{Deserialize, Serialize};

use super::{
    DeviceChoice, EmbedOptions, Format, GenerateOptions, Keep, Layers, Occurrence, Quantization,
    Source, Window,
};
use crate::quantization::{Fit, Scheme};

/// What the page asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Choose the device and say which. → [`Event::Device`]
    Device {
        /// What to prefer.
        device: DeviceChoice,
    },
    /// Load a model; others stay loaded. → [`Event::Progress`]*, [`Event::Loaded`]
    Load {
        /// Where from.
        source: Source,
        /// How to keep the weights.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        quantization: Quantization,
        /// How the scales are found.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
        /// What to keep in more bits than that.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        keep: Keep,
        /// Where to run it.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        device: DeviceChoice,
        /// Keep what comes from the Hub or from an address in the browser's own files, and take it from there.
        #[serde(default = "yes")]
        #[cfg_attr(test, ts(optional = nullable))]
        store: bool,
    },
    /// Read everything that a model needs into the browser's own files, or go on where that broke off; nothing is
    /// run. A model of the site's own is kept by its service worker instead. → [`Event::Progress`]*,
    /// [`Event::KeptModels`] with that one
    KeepModel {
        /// Where from: the site, the Hub, or an address.
        source: Source,
    },
    /// The models in the browser's own files. → [`Event::KeptModels`]
    KeptModels,
    /// Read the files of a kept model again, and compare them with what they were. → [`Event::Progress`]*,
    /// [`Event::Verified`]
    VerifyModel {
        /// The name of its folder.
        key: String,
    },
    /// Remove a model from the browser's own files. → [`Event::Done`]
    ForgetModel {
        /// The name of its folder.
        key: String,
    },
    /// Continue a text. → [`Event::Prompt`], [`Event::Token`]*, [`Event::Generated`]
    Generate {
        /// Handle of the model.
        model: u32,
        /// The text to continue.
        prompt: String,
        /// How.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: GenerateOptions,
    },
    /// The distribution from which the token at `position` of the last generation came. → [`Event::Candidates`]
    Candidates {
        /// Handle of the model.
        model: u32,
        /// Position of the token in the text, the prompt's first token being 0 (which has no distribution).
        position: usize,
        /// Softmax temperature.
        temperature: f32,
        /// How many of the most probable tokens.
        count: usize,
        /// Another model whose last generation has the same tokens before that one: how far is the distribution
        /// from its?
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        reference: Option<u32>,
    },
    /// One head's attention over the tokens of the last generation; of an encoder, over those of the last
    /// [`Request::FillMask`], [`Request::NextSentence`] or [`Request::Inspect`]. → [`Event::Attention`]
    Attention {
        /// Handle of the model.
        model: u32,
        /// Layer, from 0.
        layer: usize,
        /// Head, from 0.
        head: usize,
    },
    /// Run a text through the model and report what is inside. → [`Event::Inspected`]
    Inspect {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// A second text, after `[SEP]`; for encoders only.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        pair: Option<String>,
        /// Attention weights of all layers and heads?
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        attentions: bool,
        /// Hidden states of all layers?
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        hidden_states: bool,
        /// Logits of all positions?
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        logits: bool,
    },
    /// Turn texts into vectors. → [`Event::TextsDone`]*, [`Event::Embedded`]
    Embed {
        /// Handle of the model.
        model: u32,
        /// The texts, in any number.
        texts: Vec<String>,
        /// How.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: EmbedOptions,
    },
    /// The vectors of words in their contexts: the mean over each one's tokens. → [`Event::TextsDone`]*,
    /// [`Event::Embedded`]
    EmbedWords {
        /// Handle of the model.
        model: u32,
        /// The words.
        occurrences: Vec<Occurrence>,
        /// Of which layers.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        layers: Layers,
    },
    /// What the model would put in the place of each mask of a text. → [`Event::Filled`]
    FillMask {
        /// Handle of the model.
        model: u32,
        /// The text, with [`ModelInfo::mask_token`] in it once or more.
        text: String,
        /// How many candidates a mask.
        top_k: usize,
    },
    /// How probable it is that the second text follows the first. → [`Event::NextSentence`]
    NextSentence {
        /// Handle of the model.
        model: u32,
        /// The first text.
        first: String,
        /// The one that may follow.
        second: String,
    },
    /// How well the model foretells a text. Windows of the model's context slide over it by half their length,
    /// so that all but the first tokens have half a context before them. → [`Event::TokensScored`]*,
    /// [`Event::Perplexity`]
    Perplexity {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// Another model of the same vocabulary: how far is each of this one's distributions from its?
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        reference: Option<u32>,
    },
    /// The model's matrices. → [`Event::Tensors`]
    Tensors {
        /// Handle of the model.
        model: u32,
    },
    /// One matrix, as it is and as a scheme would have it. → [`Event::TensorStudied`]
    StudyTensor {
        /// Handle of the model.
        model: u32,
        /// Its name, as in [`TensorInfo::name`].
        tensor: String,
        /// The scheme.
        scheme: Scheme,
        /// How its scales are found.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
        /// How many bars the histograms have.
        bars: usize,
        /// How many cells the map of errors has at most, down and across.
        map: [usize; 2],
        /// The part to give number by number.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        window: Option<Window>,
    },
    /// What a scheme would do to each of the model's matrices. → [`Event::TensorsDone`]*, [`Event::Damaged`]
    Damage {
        /// Handle of the model.
        model: u32,
        /// The scheme.
        scheme: Scheme,
        /// How its scales are found.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
    },
    /// Write the model into a file. → [`Event::FilePiece`]*, [`Event::Exported`]
    Export {
        /// Handle of the model.
        model: u32,
        /// What kind of file.
        format: Format,
        /// How its matrices are to be written; none: as the model has them.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        scheme: Option<Scheme>,
        /// How the scales are found, where they are to be.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
    },
    /// Stop the request of that id, at once. It ends with its own final event. → [`Event::Done`]
    Cancel {
        /// The `id` of the message to stop.
        target: u32,
    },
    /// Forget a model and free its memory. → [`Event::Done`]
    Dispose {
        /// Handle of the model.
        model: u32,
    },
    /// Measure memory. → [`Event::Memory`]
    Memory,
}

impl Request {
    /// To load a model whose scales are found by range, all matrices alike.
    pub fn load(source: Source, quantization: Quantization, device: DeviceChoice) -> Self {
        let (fit, keep) = (Fit::default(), Keep::default());
        Self::Load { source, quantization, fit, keep, device, store: true }
    }
}

fn yes() -> bool {
    true
}
