//! Texts about models: choice, loading, devices.

use crate::app::language;
use crate::app::language::{
    numbers::{self, bytes, percent},
    t,
};
use crate::error::LecternError;
use crate::worker::protocol::{
    Ability, DeviceChoice, DeviceInfo, DeviceKind, DeviceReason, Phase, Quantization, UnusedHead,
};

/// Returns the name of a choice of weights. The dtype of a file is unknown before it is loaded; usually it is floats.
pub fn quantization(quantization: Quantization) -> String {
    match quantization {
        Quantization::AsStored => "f32".into(),
        Quantization::F16 => "f16".into(),
        Quantization::Int8 => "int8".into(),
        Quantization::Int4 => "int4".into(),
        Quantization::Scheme(scheme) => scheme.to_string(),
    }
}

pub fn device(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => t!(model.auto),
        DeviceChoice::Gpu => device_kind(DeviceKind::Gpu),
        DeviceChoice::Cpu => device_kind(DeviceKind::Cpu),
    }
}

fn device_kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Gpu => "GPU",
        DeviceKind::Cpu => "CPU",
    }
}

/// Returns the reason for the device, in one plain sentence.
pub fn device_reason(info: &DeviceInfo) -> String {
    let kind = device_kind(info.kind);
    match info.reason {
        DeviceReason::GpuAsked => t!(model.runs_gpu_asked, kind = kind),
        DeviceReason::CpuAsked => t!(model.runs_cpu_asked, kind = kind),
        DeviceReason::RealAdapter => t!(model.runs_real_adapter, kind = kind),
        DeviceReason::SoftwareAdapter => t!(model.runs_software_adapter, kind = kind),
        DeviceReason::NoWebGpu => t!(model.runs_no_web_gpu, kind = kind),
        DeviceReason::NoAdapter => t!(model.runs_no_adapter, kind = kind),
        DeviceReason::LostBefore => t!(model.runs_lost_before, kind = kind),
    }
}

pub fn loading(phase: Phase, file: &str, loaded: u64, total: Option<u64>) -> String {
    match (phase, total) {
        (Phase::Retrying, _) => t!(model.retrying, file = file, loaded = bytes(loaded)),
        (Phase::Preparing, _) => t!(model.preparing).into(),
        (Phase::Fetching, Some(total)) => {
            let share = if total == 0 { 0.0 } else { loaded as f64 / total as f64 };
            let (loaded, total) = (bytes(loaded), bytes(total));
            t!(
                model.fetching,
                file = file,
                loaded = loaded,
                total = total,
                share = percent(share, 0)
            )
        }
        (Phase::Fetching, None) => format!("{file}: {}", bytes(loaded)),
    }
}

pub fn model_facts(parameters: u64, quantization: &str, layers: usize, heads: usize) -> String {
    let weights = numbers::format().count(parameters);
    if heads == 0 {
        return t!(
            model.facts_without_heads,
            weights = weights,
            quantization = quantization,
            layers = layers
        );
    }
    t!(model.facts, weights = weights, quantization = quantization, layers = layers, heads = heads)
}

pub fn weights_with_bytes(quantization: &str, weight_bytes: u64) -> String {
    format!("{quantization} ({})", bytes(weight_bytes))
}

/// Returns the notice that no suitable model is available.
pub fn nothing_suits(ability: Ability) -> &'static str {
    match ability {
        Ability::Generate => t!(model.no_generate),
        Ability::Embed => t!(model.no_embed),
        Ability::FillMask => t!(model.no_fill),
        Ability::NextSentence => t!(model.no_next),
        Ability::Read => t!(model.no_read),
    }
}

/// Returns the notice that the loaded model lacks an ability.
pub fn cannot(name: &str, ability: Ability) -> String {
    match ability {
        Ability::Generate => t!(model.cannot_generate, name = name),
        Ability::Embed => t!(model.cannot_embed, name = name),
        Ability::FillMask => t!(model.cannot_fill, name = name),
        Ability::NextSentence => t!(model.cannot_next, name = name),
        Ability::Read => t!(model.cannot_read, name = name),
    }
}

/// Returns the name of a published head that is not run.
pub fn unused(head: UnusedHead) -> &'static str {
    match head {
        UnusedHead::SequenceClassification => t!(model.unused_sequence),
        UnusedHead::TokenClassification => t!(model.unused_tokens),
        UnusedHead::QuestionAnswering => t!(model.unused_answers),
        UnusedHead::MultipleChoice => t!(model.unused_choice),
    }
}

pub fn not_kept(error: &LecternError) -> String {
    t!(model.not_kept, reason = error.message(language::current()))
}
