//! The allowed values of a request's options, to find the wrong one: serde reports neither its name nor its limits.
//! Limits by a model's sizes are checked where they are used.

use serde::Serialize;

use super::{DeviceChoice, Format, Given, PoolingMode, Quantization};
use crate::{
    error::{Allowed, BadRequestReason, LecternError},
    quantization::{Fit, Scheme},
};

/// The path of an option in a request, its name for people, and its allowed values.
type Rule = (&'static str, &'static str, Allowed);

/// The error for a request that serde cannot read, with serde's `detail`: the wrong or missing option, if it can be
/// found. `request` is `None` if it contains anything but data.
pub fn unreadable(request: Option<&Given>, detail: &str) -> LecternError {
    let missing = || {
        let (_, rest) = detail.split_once("missing field `")?;
        let field = rest.split_once('`')?.0.to_owned();
        Some(LecternError::bad_request(BadRequestReason::MissingField { field }))
    };
    request.and_then(wrong_option).or_else(missing).unwrap_or_else(|| {
        LecternError::bad_request(BadRequestReason::Unreadable { detail: detail.to_owned() })
    })
}

/// The error for the first option with a value that is not allowed; `None` if all known ones are right.
fn wrong_option(request: &Given) -> Option<LecternError> {
    let name = request.at("type").first().and_then(|name| name.text()).unwrap_or_default();
    let rules = rules(name);
    let wrong = |is_wrong: &dyn Fn(&Given, &Allowed) -> bool| {
        rules.iter().find_map(|(path, option, allowed)| {
            let given = request.at(path).into_iter().find(|given| is_wrong(given, allowed))?;
            Some(LecternError::bad_option(option, given, allowed.clone()))
        })
    };
    wrong(&|given, allowed| *given != Given::Null && !is_allowed(given, allowed))
        // Null is the default of some options, so it is reported only if nothing else is wrong.
        .or_else(|| wrong(&|given, _| *given == Given::Null))
}

/// The serialized names of values.
fn names<T: Serialize>(values: &[T]) -> Vec<String> {
    let name = |value: &T| Some(serde_json::to_value(value).ok()?.as_str()?.to_owned());
    values.iter().filter_map(name).collect()
}

fn one_of<T: Serialize>(values: &[T]) -> Allowed {
    Allowed::OneOf { names: names(values) }
}

fn count() -> Allowed {
    Allowed::WholeBetween { least: 0, most: u32::MAX.into() }
}

/// The options of a request of that type.
fn rules(request: &str) -> Vec<Rule> {
    let fit = || ("fit", "fit", one_of(&[Fit::Range, Fit::LeastSquares]));
    let scheme = || ("scheme", "scheme", Scheme::allowed());
    let devices = || one_of(&[DeviceChoice::Auto, DeviceChoice::Gpu, DeviceChoice::Cpu]);
    let device = || ("device", "device", devices());
    let text = || ("text", "text", Allowed::Text);
    let share = || Allowed::Between { least: 0.0, most: 1.0 };
    match request {
        "device" => vec![device()],
        "load" => {
            let mut rules = source_rules();
            rules.extend([
                ("quantization", "quantization", quantizations()),
                fit(),
                ("keep.embedding", "keep.embedding", Allowed::Flag),
                ("keep.queryKeyValue", "keep.queryKeyValue", Allowed::Flag),
                ("keep.layers", "keep.layers", Allowed::Counts),
                device(),
                ("store", "store", Allowed::Flag),
            ]);
            rules
        }
        "keepModel" => source_rules(),
        "verifyModel" | "forgetModel" => vec![("key", "key", Allowed::Text)],
        "generate" => vec![
            ("prompt", "prompt", Allowed::Text),
            ("options.maxNewTokens", "maxNewTokens", count()),
            ("options.temperature", "temperature", Allowed::AtLeast { least: 0.0 }),
            ("options.topK", "topK", count()),
            ("options.topP", "topP", share()),
            ("options.minP", "minP", share()),
            ("options.repetitionPenalty", "repetitionPenalty", Allowed::Above { limit: 0.0 }),
            ("options.seed", "seed", count()),
            ("options.stop", "stop", Allowed::Texts),
            ("options.candidates", "candidates", count()),
        ],
        "embed" => vec![
            ("texts", "texts", Allowed::Texts),
            ("options.pooling", "pooling", Allowed::SomeOf { names: names(&PoolingMode::ALL) }),
            ("options.normalize", "normalize", Allowed::Flag),
            ("options.prompt", "prompt", Allowed::Text),
            ("options.promptName", "promptName", Allowed::Text),
            ("options.maxTokens", "maxTokens", count()),
            ("options.layers.layer", "layer", Allowed::Whole),
            ("options.layers.scalars", "layer.mixture.scalars", Allowed::Numbers),
            ("options.layers.gamma", "layer.mixture.gamma", Allowed::Number),
            ("options.layers.layers", "layer", Allowed::WholeNumbers),
        ],
        "embedWords" => vec![
            ("occurrences.*.text", "text", Allowed::Text),
            ("occurrences.*.start", "start", count()),
            ("occurrences.*.end", "end", count()),
            ("layers.layer", "layer", Allowed::Whole),
            ("layers.scalars", "layer.mixture.scalars", Allowed::Numbers),
            ("layers.gamma", "layer.mixture.gamma", Allowed::Number),
            ("layers.layers", "layer", Allowed::WholeNumbers),
        ],
        "fillMask" => vec![text(), ("topK", "topK", count())],
        "nextSentence" => {
            vec![("first", "first", Allowed::Text), ("second", "second", Allowed::Text)]
        }
        "inspect" => vec![
            text(),
            ("pair", "pair", Allowed::Text),
            ("attentions", "attentions", Allowed::Flag),
            ("hiddenStates", "hiddenStates", Allowed::Flag),
            ("logits", "logits", Allowed::Flag),
        ],
        "perplexity" => vec![text()],
        "studyTensor" => vec![
            ("tensor", "tensor", Allowed::Text),
            scheme(),
            fit(),
            ("bars", "bars", count()),
            ("map", "map", Allowed::Counts),
            ("window.row", "window.row", count()),
            ("window.column", "window.column", count()),
            ("window.rows", "window.rows", count()),
            ("window.columns", "window.columns", count()),
        ],
        "damage" => vec![scheme(), fit()],
        "export" => {
            let formats = one_of(&[Format::Gguf, Format::Safetensors]);
            vec![("format", "format", formats), scheme(), fit()]
        }
        _ => Vec::new(),
    }
}

fn source_rules() -> Vec<Rule> {
    let types = ["builtIn", "hub", "url", "files", "random"].map(str::to_owned).into();
    vec![
        ("source.type", "type", Allowed::OneOf { names: types }),
        ("source.name", "name", Allowed::Text),
        ("source.id", "id", Allowed::Text),
        ("source.revision", "revision", Allowed::Text),
        ("source.base", "base", Allowed::Text),
        ("source.seed", "seed", count()),
    ]
}

fn quantizations() -> Allowed {
    let own = [Quantization::AsStored, Quantization::F16, Quantization::Int8, Quantization::Int4];
    let mut names = names(&own);
    // The older name of the first one.
    names.insert(1, "f32".to_owned());
    names.extend(Scheme::names().into_iter().filter(|name| *name != Scheme::F16.to_string()));
    Allowed::OneOf { names }
}

fn is_allowed(given: &Given, allowed: &Allowed) -> bool {
    let number = |is_right: &dyn Fn(f64) -> bool| match given {
        Given::Number(number) => number.is_finite() && is_right(*number),
        _ => false,
    };
    let list = |item: Allowed| match given {
        Given::List(items) => items.iter().all(|given| is_allowed(given, &item)),
        _ => false,
    };
    match allowed {
        Allowed::Whole => number(&|it| it.fract() == 0.0 && it.abs() <= f64::from(i32::MAX)),
        Allowed::WholeBetween { least, most } => {
            number(&|it| it.fract() == 0.0 && (*least as f64..=*most as f64).contains(&it))
        }
        Allowed::Number => number(&|_| true),
        Allowed::AtLeast { least } => number(&|it| it >= *least),
        Allowed::Above { limit } => number(&|it| it > *limit),
        Allowed::Between { least, most } => number(&|it| (*least..=*most).contains(&it)),
        Allowed::Flag => matches!(given, Given::Flag(_)),
        Allowed::Text => matches!(given, Given::Text(_)),
        Allowed::Texts => list(Allowed::Text),
        Allowed::WholeNumbers => list(Allowed::Whole),
        Allowed::Counts => list(count()),
        Allowed::Numbers => list(Allowed::Number),
        Allowed::OneOf { names } => {
            given.text().is_some_and(|text| names.iter().any(|name| name == text))
        }
        Allowed::SomeOf { names } => {
            let one = || Allowed::OneOf { names: names.clone() };
            match given {
                Given::List(items) => (1..=names.len()).contains(&items.len()) && list(one()),
                given => is_allowed(given, &one()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
