//! Everything the page says, in English. No other file of the page holds a sentence.

use crate::worker::protocol::{
    DeviceChoice, DeviceInfo, GenerationStats, Phase, Quantization, StopReason,
};

use super::numbers::{bytes, count, percent};

pub const LECTERN: &str = "Lectern";
pub const TITLE: &str = "GPT-2 writes on";

pub const MODEL: &str = "Model";
pub const MODELS_HERE: &str = "On this site";
pub const MODELS_OPENED: &str = "Opened before";
pub const MODELS_ELSEWHERE: &str = "From elsewhere";
pub const FROM_HUB: &str = "GPT-2 from the Hugging Face Hub…";
pub const FROM_FILES: &str = "Files from this computer…";
pub const LOCAL_FILES: &str = "Files from this computer";
pub const WEIGHTS: &str = "Weights";
pub const DEVICE: &str = "Device";
pub const HUB_LABEL: &str = "Hub id or address";
pub const HUB_EXAMPLE: &str = "openai-community/gpt2";
pub const HUB_LOAD: &str = "Load";
pub const FILES_LABEL: &str = "Model files";
pub const FOLDER_LABEL: &str = "Model folder";
pub const FILES_HINT: &str =
    "config.json, model.safetensors and tokenizer.json (or vocab.json and merges.txt)";
pub const DROP_HINT: &str = "A model’s folder can be dropped anywhere here.";
pub const DROP_NOW: &str = "Drop the model’s files or folder here";
pub const CLOSE: &str = "Close";

pub const LOADING: &str = "Loading the model";
pub const CANCEL: &str = "Cancel";
pub const DISMISS: &str = "Dismiss";
pub const NO_MODEL: &str = "No model is loaded.";
pub const RETRY: &str = "Load again";
pub const STARTING: &str = "Starting the engine";
pub const FREED_FIRST: &str =
    "There is no room for two models: the one that was loaded is freed before the new one comes.";
pub const NOTHING_DROPPED: &str = "Nothing that could be a model’s file was dropped.";
pub const LOST_RELOADING: &str = "The model is being loaded again.";
pub const LOST_TO_CPU: &str = "It happened before, so the model is being loaded again on the CPU.";
pub const ENGINE_LOST: &str = "Load a model to go on.";

pub const PROMPT: &str = "Prompt";
pub const DEFAULT_PROMPT: &str = "Once upon a time";
pub const EXAMPLES: &str = "Examples";
pub const EXAMPLE_PROMPTS: [&str; 4] =
    ["Once upon a time", "In the dark forest", "The king said", "“Open the door!”"];
pub const GENERATE: &str = "Generate";
pub const GENERATE_KEYS: &str = "Ctrl+Enter";
pub const STOP: &str = "Stop";
pub const STOP_KEYS: &str = "Esc";

pub const SAMPLING: &str = "Sampling";
pub const TEMPERATURE: &str = "Temperature";
pub const TOP_K: &str = "Top-k";
pub const TOP_P: &str = "Top-p";
pub const MIN_P: &str = "Min-p";
pub const REPETITION_PENALTY: &str = "Repetition penalty";
pub const MAX_NEW_TOKENS: &str = "Max new tokens";
pub const SEED: &str = "Seed";
pub const SEED_RANDOM: &str = "random";
pub const NEW_SEED: &str = "New random seed";
pub const STOP_TEXT: &str = "Stop text";
pub const STOP_TEXT_EXAMPLE: &str = "none";
pub const MORE_SAMPLING: &str = "More sampling controls";
pub const ALL: &str = "all";
pub const OFF: &str = "off";
pub const GREEDY: &str = "0 (greedy)";

pub const TEXT: &str = "Text";
pub const TEXT_EMPTY: &str = "The text will appear here, token by token.";
pub const TEXT_LEGEND_PROMPT: &str = "prompt";
pub const TEXT_LEGEND_NEW: &str = "new, underlined by its probability";
pub const LINE_BREAK: &str = "line break";
pub const SPACE: &str = "space";
pub const PART_OF_CHARACTER: &str = "part of a character";

pub const CANDIDATES: &str = "Candidates";
pub const CANDIDATES_EMPTY: &str = "Which tokens might have come, and how probable each was.";
pub const CANDIDATES_FIRST: &str =
    "Nothing comes before the first token, so there is nothing to predict it from.";
pub const CANDIDATES_LATER: &str = "Shown when the text is complete.";
pub const EVERYTHING_ELSE: &str = "everything else";
pub const CHOSEN: &str = "chosen";
pub const CANDIDATES_TEMPERATURE: &str = "Temperature of the bars";

pub const ATTENTION: &str = "Attention";
pub const ATTENTION_EMPTY: &str = "After generating: how much each token looks at those before it.";
pub const ATTENTION_MAP: &str = "Attention of each token (row) to the tokens up to it (columns)";
pub const ATTENTION_HINT: &str = "Point at a square, or move over the map with the arrow keys.";
pub const LAYER: &str = "Layer";
pub const HEAD: &str = "Head";
pub const MASKED: &str = "masked: the future";
/// The colours follow the root of the share: a quarter is half-way.
pub const LEGEND: [&str; 3] = ["0\u{a0}%", "25\u{a0}%", "100\u{a0}%"];
pub const ATTENTION_EXPLAINED: &str =
    "A row is a token that looks, a column a token that is looked at. Each row sums to 100\u{a0}%.";

pub const SPEED: &str = "Speed";
pub const FIRST_TOKEN: &str = "First token";
pub const WEIGHTS_MEMORY: &str = "Weights";
pub const ENGINE_MEMORY: &str = "Engine memory";
pub const CACHE: &str = "Cache";
pub const SEED_USED: &str = "Seed";
pub const COMPUTED_BY: &str = "Computed by";
pub const STATS: &str = "Measurements";
pub const UNKNOWN: &str = "–";

pub fn quantization(quantization: Quantization) -> &'static str {
    match quantization {
        Quantization::F32 => "f32",
        Quantization::F16 => "f16",
        Quantization::Int8 => "int8",
        Quantization::Int4 => "int4",
    }
}

pub fn device(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => "Auto",
        DeviceChoice::Gpu => "GPU",
        DeviceChoice::Cpu => "CPU",
    }
}

/// What computes, and why, in one plain sentence.
pub fn device_reason(info: &DeviceInfo) -> String {
    let kind = device(info.kind);
    match info.reason.as_str() {
        "asked" => format!("Runs on the {kind}, as you asked."),
        "real-adapter" => {
            format!("Runs on the {kind}: this browser gives WebGPU on a real graphics card.")
        }
        "no-webgpu" => format!("Runs on the {kind}: this browser has no WebGPU."),
        "no-adapter" => format!("Runs on the {kind}: WebGPU finds no graphics card here."),
        "software-adapter" => {
            format!(
                "Runs on the {kind}: WebGPU here is only imitated in software, which is slower."
            )
        }
        _ => format!("Runs on the {kind}."),
    }
}

pub fn loading(phase: Phase, file: &str, loaded: u64, total: Option<u64>) -> String {
    match (phase, total) {
        (Phase::Retrying, _) => {
            format!("The connection broke; trying again: {file}, {} so far", bytes(loaded))
        }
        (Phase::Preparing, _) => "Preparing the first run".into(),
        (Phase::Fetching, Some(total)) => {
            let share = if total == 0 { 0.0 } else { loaded as f64 / total as f64 };
            format!("{file}: {} of {}, {}", bytes(loaded), bytes(total), percent(share, 0))
        }
        (Phase::Fetching, None) => format!("{file}: {}", bytes(loaded)),
    }
}

pub fn model_facts(parameters: u64, quantization: &str, layers: usize, heads: usize) -> String {
    format!("{} weights as {quantization}; {layers} layers of {heads} heads.", count(parameters))
}

pub fn weights_with_bytes(quantization: &str, weight_bytes: u64) -> String {
    format!("{quantization} ({})", bytes(weight_bytes))
}

pub fn stop_reason(reason: StopReason, used: usize, context: usize) -> String {
    match reason {
        StopReason::MaxNewTokens => {
            "Stopped: that was the number of new tokens you asked for.".into()
        }
        StopReason::EndOfText => "Finished: the model ended its text.".into(),
        StopReason::StopText => "Stopped: the stop text came.".into(),
        StopReason::ContextFull => format!("Context full: {used} of {context} positions used."),
        StopReason::Cancelled => "Stopped by you.".into(),
    }
}

/// What a screen reader hears at the end.
pub fn finished(reason: &str, stats: &GenerationStats) -> String {
    format!("{reason} {} new tokens.", stats.new_tokens)
}

pub fn writing(tokens: usize) -> String {
    format!("Writing: {tokens} new tokens …")
}

pub fn tokens_per_second(speed: f64) -> String {
    format!("{speed:.1} tokens/s")
}

pub fn cache_use(cache_bytes: u64, used: usize, context: usize) -> String {
    format!("{}, {used}/{context}", bytes(cache_bytes))
}

pub fn candidates_of(token: &str, position: usize) -> String {
    format!("For «{token}», token {}", position + 1)
}

pub fn candidates_of_next(token: &str) -> String {
    format!("Newest: «{token}»")
}

pub fn not_among(token: &str) -> String {
    format!("The chosen «{token}» is not among the most probable ones.")
}

pub fn attends(from: &str, to: &str, weight: f32) -> String {
    format!("«{from}» attends to «{to}»: {}", percent(weight.into(), 1))
}

pub fn most_attended(from: &str) -> String {
    format!("«{from}» attends most to")
}

/// A layer or a head: people count from 1, the lecture too.
pub fn ordinal(index: usize) -> String {
    (index + 1).to_string()
}
