//! The page of the whole model in fewer bits.

pub const WRITE: &str = "Let all three write";
pub const PLACE: &str = "Look at token";
pub const PLACE_HINT: &str = "Once they have written: which token’s candidates are shown below.";
pub const TEXT_EMPTY: &str = "Its text will appear here.";
pub const NEXT: &str = "What it held for possible there";
pub const NEXT_EMPTY: &str = "The most probable tokens, once the text is complete.";
pub const FIRST: &str = "What the others are compared with.";
pub const PARTED: &str = "The texts before this token differ: no comparison.";
pub const SAME_TEXT: &str = "The same text, token for token.";
pub const FIGURES: &str = "What it costs, what is lost";
pub const SIZE: &str = "Weights";
pub const BITS: &str = "Bits a weight";
pub const MEMORY: &str = "Weights and full cache";
pub const SPEED: &str = "Speed";
pub const PERPLEXITY: &str = "Perplexity";
pub const MEAN_DIVERGENCE: &str = "Mean KL divergence";
pub const AGREEMENT: &str = "Same first choice";
pub const SCORING: &str = "Perplexity on a text";
pub const SCORING_HINT: &str = "How many tokens it wavers between, on average; fewer is better.";
pub const SCORE_TEXT: &str = "Text";
pub const GIVEN: [&str; 3] =
    ["a page of unseen tales", "all unseen tales (minutes)", "my own text"];
pub const OWN_TEXT: &str = "A text of your own";
pub const MEASURE: &str = "Measure";
pub const NO_TALES: &str = "The tales could not be fetched. Measure on a text of your own.";
pub const SWITCHES: &str = "What stays in more bits";
pub const SWITCHES_HINT: &str =
    "In the squeezed copies: eight bits where the rest has four, floats where it has eight.";
pub const KEEP_EMBEDDING: &str = "token embedding and head";
pub const KEEP_ATTENTION: &str = "queries, keys and values";
pub const FILES: &str = "As a file";
pub const SAFETENSORS: &str = "safetensors";
pub const SAVING: &str = "Making the file";
pub const SAVE_GGUF: &str = "Download as one GGUF file, for llama.cpp and its kin";
pub const SAVE_SAFETENSORS: &str = "Download the weights exactly as they are here";

pub fn gguf(scheme: Option<&str>) -> String {
    scheme.map_or("GGUF".into(), |scheme| format!("GGUF, {scheme}"))
}

pub fn layer(layer: usize) -> String {
    format!("layer {}", layer + 1)
}

pub fn token(name: &str, position: usize) -> String {
    format!("{position}: “{name}”")
}

pub fn parts_after(tokens: usize) -> String {
    match tokens {
        0 => "Parts at its first token.".into(),
        1 => "Parts after 1 token.".into(),
        _ => format!("Parts after {tokens} tokens."),
    }
}

pub fn divergence(nats: f64) -> String {
    format!("KL divergence {}", self::nats(nats))
}

pub fn nats(nats: f64) -> String {
    if nats < 1e-3 && nats > 0.0 {
        format!("{nats:.5}\u{a0}nat")
    } else {
        format!("{nats:.3}\u{a0}nat")
    }
}

pub fn bits(bits: f64) -> String {
    format!("{bits:.1}")
}

pub fn perplexity(perplexity: f64, change: Option<f64>) -> String {
    match change {
        Some(change) => {
            let change = format!("{:+.2}", 100.0 * change).replace('-', "\u{2212}");
            format!("{perplexity:.2} ({change}\u{a0}%)")
        }
        None => format!("{perplexity:.2}"),
    }
}

pub fn scored(done: usize, total: usize, perplexity: f64) -> String {
    format!("{done} of {total} tokens, {perplexity:.2}")
}
