//! The page's state as texts, rows and bars for the components.

use super::insight::Insight;
use super::run::Run;
use crate::app::components::{Marked, Shown, Stat};
use crate::app::language::{numbers, t};
use crate::app::strings;
use crate::view_model::{charts::Bar, token_label};
use crate::worker::protocol::{Candidate, ModelInfo};
use leptos::prelude::*;
use serde_json::{Value, json};

/// Memory as the engine measured it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    pub wasm_bytes: u64,
    pub weight_bytes: u64,
}

/// Returns the tokens of the text.
pub fn marked(run: Run) -> Vec<Marked> {
    let generation = run.generation.get();
    run.tokens.with(|tokens| {
        let mark = |token: &std::sync::Arc<super::run::Token>| Marked {
            run: generation,
            position: token.position,
            text: token.text.text.as_str().into(),
            probability: token.probability,
        };
        tokens.iter().map(mark).collect()
    })
}

/// Returns the status of the generation, or its result.
pub fn note(run: Run, info: Option<ModelInfo>) -> String {
    if let Some(outcome) = run.outcome.get() {
        let used = outcome.stats.prompt_tokens + outcome.stats.new_tokens;
        return strings::generate::stop_reason(
            outcome.reason,
            used,
            info.map_or(0, |info| info.context),
        );
    }
    if run.is_running.get() {
        return t!(
            generate.writing,
            count = run.tokens.with(|all| all.iter().filter(|it| it.probability.is_some()).count())
        );
    }
    String::new()
}

/// Returns the generated text, for the host page.
pub fn result(run: Run) -> Option<Value> {
    let outcome = run.outcome.get().filter(|_| !run.is_recorded.get())?;
    let (seed, tokens) = (run.seed.get_untracked(), outcome.stats.new_tokens);
    Some(json!({ "text": outcome.text, "tokens": tokens, "seed": seed }))
}

/// Returns the candidates of the token in focus.
pub fn candidates(run: Run, insight: Insight) -> Shown {
    let Some(position) = insight.focus.get() else {
        return Shown::Nothing(t!(generate.candidates_empty));
    };
    let Some(distribution) = insight.distribution() else {
        let is_early = position > 0 && run.is_running.get();
        return Shown::Nothing(match (position, is_early) {
            (0, _) => t!(generate.candidates_first),
            (_, true) => t!(generate.candidates_later),
            _ => t!(generate.candidates_empty),
        });
    };
    let Some(token) = run.tokens.with(|tokens| tokens.get(position).cloned()) else {
        return Shown::Nothing(t!(generate.candidates_empty));
    };
    let name = token_label::label(&token.text.text);
    let is_chosen = |candidate: &Candidate| candidate.id == token.text.id;
    let mut bars: Vec<Bar> = distribution
        .candidates
        .iter()
        .map(|candidate| Bar {
            name: token_label::label(&candidate.text),
            has_space: candidate.text.starts_with(' ') && !candidate.text.trim().is_empty(),
            share: candidate.probability,
            is_chosen: is_chosen(candidate),
            is_rest: false,
        })
        .collect();
    let rest = 1.0 - bars.iter().map(|bar| bar.share).sum::<f32>();
    bars.push(Bar {
        name: t!(generate.everything_else).into(),
        share: rest.clamp(0.0, 1.0),
        is_rest: true,
        ..Bar::default()
    });
    let note = (!distribution.candidates.iter().any(is_chosen))
        .then(|| t!(generate.not_among, token = &name));
    let title = if insight.picked.get().is_none() && run.is_running.get() {
        t!(generate.candidates_of_next, token = &name)
    } else {
        strings::generate::candidates_of(&name, position)
    };
    Shown::Distribution { title, bars, note }
}

/// Returns the strip of measurements.
pub fn stats(run: Run, info: Option<ModelInfo>, memory: Option<Memory>) -> Vec<Stat> {
    // What a recording took on another machine says nothing about this one.
    let outcome = run.outcome.get().filter(|_| !run.is_recorded.get());
    let speed =
        outcome.as_ref().map(|outcome| outcome.stats.tokens_per_second).or(run.live_speed.get());
    let used = run.tokens.with(Vec::len);
    let or_unknown = |value: Option<String>| value.unwrap_or_else(|| t!(common.unknown).into());
    let stat = |name, value| Stat { name, value: or_unknown(value) };
    vec![
        stat(t!(generate.speed), speed.map(strings::generate::tokens_per_second)),
        stat(
            t!(generate.first_token),
            outcome.as_ref().map(|outcome| numbers::duration(outcome.stats.time_to_first_token)),
        ),
        stat(t!(generate.weights_memory), memory.map(|memory| numbers::bytes(memory.weight_bytes))),
        stat(t!(generate.engine_memory), memory.map(|memory| numbers::bytes(memory.wasm_bytes))),
        stat(
            t!(generate.cache),
            info.as_ref().map(|info| {
                strings::generate::cache_use(
                    info.cache_bytes_per_token * used as u64,
                    used,
                    info.context,
                )
            }),
        ),
        stat(
            t!(generate.seed_used),
            outcome.as_ref().map(|outcome| outcome.stats.seed.to_string()),
        ),
        stat(t!(common.computed_by), info.map(|info| info.device.name)),
    ]
}
