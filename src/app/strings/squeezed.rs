//! The page of the whole model in fewer bits.

use crate::app::language::{
    numbers::{self, decimal},
    t,
};

pub fn given() -> [&'static str; 3] {
    [t!(squeezed.given_1), t!(squeezed.given_2), t!(squeezed.given_3)]
}

pub fn gguf(scheme: Option<&str>) -> String {
    scheme.map_or("GGUF".into(), |scheme| format!("GGUF, {scheme}"))
}

pub fn layer(layer: usize) -> String {
    t!(squeezed.layer, number = layer + 1)
}

pub fn token(name: &str, position: usize) -> String {
    format!("{position}: “{name}”")
}

pub fn parts_after(tokens: usize) -> String {
    match tokens {
        0 => t!(squeezed.parts_at_first).into(),
        _ => t!(squeezed.parts_after, count = tokens),
    }
}

pub fn divergence(nats: f64) -> String {
    t!(squeezed.divergence, nats = self::nats(nats))
}

pub fn nats(nats: f64) -> String {
    let decimals = if nats < 1e-3 && nats > 0.0 { 5 } else { 3 };
    t!(squeezed.nats, value = decimal(nats, decimals))
}

pub fn bits(bits: f64) -> String {
    decimal(bits, 1)
}

pub fn perplexity(perplexity: f64, change: Option<f64>) -> String {
    let perplexity = decimal(perplexity, 2);
    match change {
        Some(change) => format!("{perplexity} ({})", numbers::format().signed_percent(change, 2)),
        None => perplexity,
    }
}

pub fn scored(done: usize, total: usize, perplexity: f64) -> String {
    t!(squeezed.scored, done = done, total = total, perplexity = decimal(perplexity, 2))
}
