//! What is said of models: choosing, loading, what computes them.

use crate::app::language;
use crate::app::language::numbers::{self, bytes, percent};
use crate::error::LecternError;
use crate::worker::protocol::{
    Ability, DeviceChoice, DeviceInfo, DeviceReason, Phase, Quantization, UnusedHead,
};

sentences! {
    model:
    model,
    models_here,
    models_opened,
    models_elsewhere,
    from_hub,
    from_files,
    local_files,
    choose_model,
    weights,
    device_label,
    hub_label,
    hub_load,
    files_label,
    folder_label,
    files_hint,
    drop_hint,
    drop_now,
    close,
    loading_label,
    cancel,
    no_model,
    retry,
    starting,
    freed_first,
    nothing_dropped,
    lost_reloading,
    lost_to_cpu,
    engine_lost,
    take_from_hub,
    or_drop,
    choose_files,
    decoder,
    encoder,
    auto,
    preparing,
    no_generate,
    no_embed,
    no_fill,
    no_next,
    unused_sequence,
    unused_tokens,
    unused_answers,
    unused_choice,
}

/// A choice of weights. What a file holds is not known before it is loaded; as a rule it is floats.
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
        DeviceChoice::Auto => auto(),
        DeviceChoice::Gpu => "GPU",
        DeviceChoice::Cpu => "CPU",
    }
}

/// What computes, and why, in one plain sentence.
pub fn device_reason(info: &DeviceInfo) -> String {
    let kind = device(info.kind);
    match info.reason {
        DeviceReason::GpuAsked => say!(model.runs_gpu_asked, kind = kind),
        DeviceReason::CpuAsked => say!(model.runs_cpu_asked, kind = kind),
        DeviceReason::RealAdapter => say!(model.runs_real_adapter, kind = kind),
        DeviceReason::SoftwareAdapter => say!(model.runs_software_adapter, kind = kind),
        DeviceReason::NoWebGpu => say!(model.runs_no_web_gpu, kind = kind),
        DeviceReason::NoAdapter => say!(model.runs_no_adapter, kind = kind),
        DeviceReason::LostBefore => say!(model.runs_lost_before, kind = kind),
    }
}

pub fn loading(phase: Phase, file: &str, loaded: u64, total: Option<u64>) -> String {
    match (phase, total) {
        (Phase::Retrying, _) => say!(model.retrying, file = file, loaded = bytes(loaded)),
        (Phase::Preparing, _) => preparing().into(),
        (Phase::Fetching, Some(total)) => {
            let share = if total == 0 { 0.0 } else { loaded as f64 / total as f64 };
            let (loaded, total) = (bytes(loaded), bytes(total));
            say!(
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
    say!(
        model.facts,
        weights = numbers::format().count(parameters),
        quantization = quantization,
        layers = layers,
        heads = heads
    )
}

pub fn weights_with_bytes(quantization: &str, weight_bytes: u64) -> String {
    format!("{quantization} ({})", bytes(weight_bytes))
}

/// Where nothing suits: what is missing.
pub fn nothing_suits(ability: Ability) -> &'static str {
    match ability {
        Ability::Generate => no_generate(),
        Ability::Embed => no_embed(),
        Ability::FillMask => no_fill(),
        Ability::NextSentence => no_next(),
    }
}

/// Where a model was loaded that is of no use here.
pub fn cannot(name: &str, ability: Ability) -> String {
    match ability {
        Ability::Generate => say!(model.cannot_generate, name = name),
        Ability::Embed => say!(model.cannot_embed, name = name),
        Ability::FillMask => say!(model.cannot_fill, name = name),
        Ability::NextSentence => say!(model.cannot_next, name = name),
    }
}

/// Where there is Russian text; the name of a model that knows it follows.
pub fn english_only(name: &str) -> String {
    say!(model.english_only, name = name)
}

/// The head that a model was published with and that is not run.
pub fn unused(head: UnusedHead) -> &'static str {
    match head {
        UnusedHead::SequenceClassification => unused_sequence(),
        UnusedHead::TokenClassification => unused_tokens(),
        UnusedHead::QuestionAnswering => unused_answers(),
        UnusedHead::MultipleChoice => unused_choice(),
    }
}

pub fn not_kept(error: &LecternError) -> String {
    say!(model.not_kept, reason = error.message(language::of_errors()))
}
