//! What is said of models: choosing, loading, what computes them.

use super::super::numbers::{bytes, count, percent};
use crate::worker::protocol::{Ability, DeviceChoice, DeviceInfo, Phase, Quantization};

pub const MODEL: &str = "Model";
pub const MODELS_HERE: &str = "On this site";
pub const MODELS_OPENED: &str = "Opened before";
pub const MODELS_ELSEWHERE: &str = "From elsewhere";
pub const FROM_HUB: &str = "From the Hugging Face Hub…";
pub const FROM_FILES: &str = "Files from this computer…";
pub const LOCAL_FILES: &str = "Files from this computer";
pub const CHOOSE_MODEL: &str = "Choose a model";
pub const WEIGHTS: &str = "Weights";
pub const DEVICE: &str = "Device";
pub const HUB_LABEL: &str = "Hub id or address";
pub const HUB_LOAD: &str = "Load";
pub const FILES_LABEL: &str = "Model files";
pub const FOLDER_LABEL: &str = "Model folder";
pub const FILES_HINT: &str = "config.json, model.safetensors and tokenizer.json (or vocab.txt, or vocab.json and merges.txt)";
pub const DROP_HINT: &str = "A model’s folder can be dropped anywhere here.";
pub const DROP_NOW: &str = "Drop the model’s files or folder here";
pub const CLOSE: &str = "Close";
pub const LOADING: &str = "Loading the model";
pub const CANCEL: &str = "Cancel";
pub const NO_MODEL: &str = "No model is loaded.";
pub const RETRY: &str = "Load again";
pub const STARTING: &str = "Starting the engine";
pub const FREED_FIRST: &str =
    "There is no room for two models: the one that was loaded is freed before the new one comes.";
pub const NOTHING_DROPPED: &str = "Nothing that could be a model’s file was dropped.";
pub const LOST_RELOADING: &str = "The model is being loaded again.";
pub const LOST_TO_CPU: &str = "It happened before, so the model is being loaded again on the CPU.";
pub const ENGINE_LOST: &str = "Load a model to go on.";

pub fn quantization(quantization: Quantization) -> String {
    match quantization {
        Quantization::F32 => "f32".into(),
        Quantization::F16 => "f16".into(),
        Quantization::Int8 => "int8".into(),
        Quantization::Int4 => "int4".into(),
        Quantization::Scheme(scheme) => scheme.to_string(),
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

/// Where nothing suits: what is missing.
pub fn nothing_suits(ability: Ability) -> &'static str {
    match ability {
        Ability::Generate => "This site holds no model that writes on.",
        Ability::Embed => "This site holds no model that turns sentences into vectors.",
        Ability::FillMask => "This site holds no model that fills masks.",
        Ability::NextSentence => {
            "This site holds no model that tells whether one sentence follows another."
        }
    }
}

/// Where a model was loaded that is of no use here.
pub fn cannot(name: &str, ability: Ability) -> String {
    match ability {
        Ability::Generate => format!("{name} has no head that writes on."),
        Ability::Embed => format!("{name} does not turn texts into vectors."),
        Ability::FillMask => format!("{name} has no head that fills masks."),
        Ability::NextSentence => {
            format!("{name} has no head that tells whether one sentence follows another.")
        }
    }
}

pub const TAKE_FROM_HUB: &str = "Take one from the Hugging Face Hub:";
pub const OR_DROP: &str =
    "Or drop a model’s folder on this page, or choose its files. They stay on this computer.";
pub const CHOOSE_FILES: &str = "Choose files…";
pub const DECODER: &str = "Decoder";
pub const ENCODER: &str = "Encoder";

/// Where there is Russian text; the name of a model that knows it follows.
pub fn english_only(name: &str) -> String {
    format!("{name} was taught English only. For Russian, load")
}
