//! The requests to the engine.

use serde::{Deserialize, Serialize};

use super::{
    AlignOptions, ContinueOptions, DeviceChoice, DistilOptions, EmbedOptions, Example, Format,
    GenerateOptions, InstructOptions, Instruction, Keep, LabelledWord, Layers, MixtureOptions,
    Occurrence, Quantization, Ranking, Raters, Source, StudentsOptions, TeachOptions, Window,
};
use crate::quantization::{Fit, Scheme};

/// The page's requests to the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Choose the device. → [`Event::Device`]
    Device {
        /// The preferred device.
        device: DeviceChoice,
    },
    /// Load a model; others stay loaded. → [`Event::Progress`]*, [`Event::Loaded`]
    Load {
        /// The source of the model.
        source: Source,
        /// The format of the weights.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        quantization: Quantization,
        /// The method that determines the scales.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
        /// The matrices to keep in more bits than that.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        keep: Keep,
        /// The device that runs it.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        device: DeviceChoice,
        /// Whether to store a model from the Hub or an address in the browser's own files, and read it from there.
        #[serde(default = "yes")]
        #[cfg_attr(test, ts(optional = nullable))]
        store: bool,
    },
    /// Store all files that a model needs in the browser's own files, or resume that; nothing is run. A model of the
    /// site's own is stored by its service worker instead. → [`Event::Progress`]*,
    /// [`Event::KeptModels`] with that one
    KeepModel {
        /// The source: the site, the Hub, or an address.
        source: Source,
    },
    /// The models in the browser's own files. → [`Event::KeptModels`]
    KeptModels,
    /// Read the files of a stored model again, and compare them with their recorded sums. → [`Event::Progress`]*,
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
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: GenerateOptions,
    },
    /// The distribution of the token at `position` of the last generation. → [`Event::Candidates`]
    Candidates {
        /// Handle of the model.
        model: u32,
        /// Position of the token in the text, the prompt's first token being 0 (which has no distribution).
        position: usize,
        /// Softmax temperature.
        temperature: f32,
        /// Number of the most probable tokens to return.
        count: usize,
        /// A reference for the divergence: another model whose last generation has the same tokens before that one.
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
    /// Run a text through the model and return inner values. → [`Event::Inspected`]
    Inspect {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// A second text, after `[SEP]`; for encoders only.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        pair: Option<String>,
        /// Whether to return the attention weights of all layers and heads.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        attentions: bool,
        /// Whether to return the hidden states of all layers.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        hidden_states: bool,
        /// Whether to return the logits of all positions.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        logits: bool,
    },
    /// Turn texts into vectors. → [`Event::TextsDone`]*, [`Event::Embedded`]
    Embed {
        /// Handle of the model.
        model: u32,
        /// The texts.
        texts: Vec<String>,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: EmbedOptions,
    },
    /// The vectors of words in their contexts: the mean over each one's tokens. → [`Event::TextsDone`]*,
    /// [`Event::Embedded`]
    EmbedWords {
        /// Handle of the model.
        model: u32,
        /// The words in their texts.
        occurrences: Vec<Occurrence>,
        /// The layers of the vectors.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        layers: Layers,
    },
    /// How far the vectors of a text's words depend on one of them: what changes when others stand in its place. Of
    /// ELMo's vectors that half counts whose reader has read the word by then. → [`Event::Influence`]
    Influence {
        /// Handle of an encoder or an ELMo.
        model: u32,
        /// The text.
        text: String,
        /// Start and end of each word that is measured, in UTF-16 code units, as in JavaScript.
        words: Vec<[usize; 2]>,
        /// Index of the word that is replaced.
        word: usize,
        /// The words that stand in its place, one after the other.
        instead: Vec<String>,
    },
    /// A text as ELMo's two readers go over it. → [`Event::Read`]
    Read {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// Number of the likeliest words to return after each step.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        count: usize,
    },
    /// The model's candidates for each mask of a text. → [`Event::Filled`]
    FillMask {
        /// Handle of the model.
        model: u32,
        /// The text, with [`ModelInfo::mask_token`] in it once or more.
        text: String,
        /// Number of candidates for each mask.
        top_k: usize,
    },
    /// The probability that the second text follows the first. → [`Event::NextSentence`]
    NextSentence {
        /// Handle of the model.
        model: u32,
        /// The first text.
        first: String,
        /// The text that may follow.
        second: String,
    },
    /// The perplexity of a text. Windows of the model's context slide over it by half their length, so that all but the
    /// first tokens have half a context before them. → [`Event::TokensScored`]*, [`Event::Perplexity`]
    Perplexity {
        /// Handle of the model.
        model: u32,
        /// The text.
        text: String,
        /// A reference for the divergence: another model of the same vocabulary.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        reference: Option<u32>,
    },
    /// The model's matrices. → [`Event::Tensors`]
    Tensors {
        /// Handle of the model.
        model: u32,
    },
    /// One matrix before and after quantization by a scheme. → [`Event::TensorStudied`]
    StudyTensor {
        /// Handle of the model.
        model: u32,
        /// Its name, as in [`TensorInfo::name`].
        tensor: String,
        /// The scheme.
        scheme: Scheme,
        /// The method that determines its scales.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
        /// Number of bars in the histograms.
        bars: usize,
        /// Largest number of cells in the map of errors, down and across.
        map: [usize; 2],
        /// The section of the matrix to return value by value.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        window: Option<Window>,
    },
    /// The errors of a scheme in each of the model's matrices. → [`Event::TensorsDone`]*,
    /// [`Event::SchemesCompared`]
    #[serde(rename = "damage")]
    CompareSchemes {
        /// Handle of the model.
        model: u32,
        /// The scheme.
        scheme: Scheme,
        /// The method that determines its scales.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
    },
    /// Write the model to a file. → [`Event::FilePiece`]*, [`Event::Exported`]
    Export {
        /// Handle of the model.
        model: u32,
        /// The format of the file.
        format: Format,
        /// The scheme of its matrices; `None`: as in the model.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        scheme: Option<Scheme>,
        /// The method that determines the scales, if they are not the model's.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        fit: Fit,
    },
    /// The contents of a model's files other than its weights. → [`Event::ModelFiles`]
    ModelFiles {
        /// Handle of the model.
        model: u32,
    },
    /// Teach a classifier; the trainer's worker does. → [`Event::TeachStep`]*, [`Event::Taught`]
    Teach {
        /// Handle of the encoder; lanes that begin with nothing need its tokens only, or not even these.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        model: Option<u32>,
        /// What is taught.
        examples: Vec<Example>,
        /// Texts to test it with.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        tests: Vec<Example>,
        /// Number of classes.
        classes: usize,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: TeachOptions,
    },
    /// Classify texts. → [`Event::Classified`]
    Classify {
        /// Handle of the classifier.
        classifier: u32,
        /// The texts.
        texts: Vec<String>,
    },
    /// The accuracy by the number of labels, for the lanes that are fitted at once. → [`Event::LearningCurves`]
    LearningCurves {
        /// Handle of the encoder.
        model: u32,
        /// Examples to draw from.
        examples: Vec<Example>,
        /// Texts to test with.
        tests: Vec<Example>,
        /// Number of classes.
        classes: usize,
        /// Numbers of labels a class.
        sizes: Vec<usize>,
        /// Number of draws for each of them.
        draws: usize,
        /// Decides the draws.
        seed: u32,
    },
    /// Distil an encoder with half the layers; the trainer's worker does. → [`Event::DistilStep`]*,
    /// [`Event::Loaded`] with the student
    Distil {
        /// Handle of the teacher.
        model: u32,
        /// Texts to learn from.
        texts: Vec<String>,
        /// A text with masks, for which the student's candidates are reported.
        probe: String,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: DistilOptions,
    },
    /// Learn a mixture of a model's layers with a probe on it; the trainer's worker does. → [`Event::MixtureStep`]*,
    /// [`Event::MixtureLearnt`]
    LearnMixture {
        /// Handle of an ELMo, or of an encoder, whose words are the means of their tokens.
        model: u32,
        /// The texts.
        texts: Vec<String>,
        /// Words to learn from.
        examples: Vec<LabelledWord>,
        /// Words to test with.
        tests: Vec<LabelledWord>,
        /// Number of classes.
        classes: usize,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: MixtureOptions,
    },
    /// Train two tiny students on the same gaps; the trainer's worker does. → [`Event::Lesson`],
    /// [`Event::StudentsStep`]*, [`Event::StudentsTaught`]
    Students {
        /// Name of the lesson, which is a file of the site: `gaps-en`, `gaps-ru`.
        lesson: String,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: StudentsOptions,
    },
    /// Fine-tune a decoder on instructions: the answers' tokens are learnt; the trainer's worker does.
    /// → [`Event::InstructStep`]*, [`Event::Tuned`]
    Instruct {
        /// Handle of the decoder.
        model: u32,
        /// What is learnt.
        examples: Vec<Instruction>,
        /// Instructions to test it with.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        tests: Vec<Instruction>,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: InstructOptions,
    },
    /// Let a decoder continue texts, to rank what it writes; the trainer's worker does. → [`Event::Continued`]
    Continue {
        /// Handle of the decoder.
        model: u32,
        /// The texts.
        texts: Vec<String>,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: ContinueOptions,
    },
    /// Fit a reward to rankings of continuations. → [`Event::Rewarded`]
    Reward {
        /// Handle of the continuations.
        continuations: u32,
        /// Rankings by people.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        rankings: Vec<Ranking>,
        /// Raters by rule, who rank the texts that people did not.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        raters: Raters,
        /// The penalty of large weights.
        #[serde(default = "penalty")]
        #[cfg_attr(test, ts(optional = nullable))]
        l2: f64,
    },
    /// Align a decoder with a reward by reinforcement learning (PPO): it begins as the one whose continuations were
    /// ranked, which stays its reference; the trainer's worker does. → [`Event::AlignStep`]*, [`Event::Tuned`]
    Align {
        /// Handle of the reward.
        reward: u32,
        /// The texts that it continues.
        texts: Vec<String>,
        /// The options.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "super::typescript::Partial<_>", optional = nullable))]
        options: AlignOptions,
    },
    /// Let a training do so many more steps, and then wait. → [`Event::Done`]
    Steer {
        /// The `id` of its request.
        target: u32,
        /// The steps; absent: it goes on by itself.
        #[serde(default)]
        #[cfg_attr(test, ts(optional = nullable))]
        steps: Option<u32>,
    },
    /// Cancel the request with that id, at once. It ends with its own final event. → [`Event::Done`]
    Cancel {
        /// The `id` of the request to cancel.
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
    /// A request to load a model, with the scales by range and one scheme for all matrices.
    pub fn load(source: Source, quantization: Quantization, device: DeviceChoice) -> Self {
        let (fit, keep) = (Fit::default(), Keep::default());
        Self::Load { source, quantization, fit, keep, device, store: true }
    }
}

fn yes() -> bool {
    true
}

fn penalty() -> f64 {
    0.01
}
