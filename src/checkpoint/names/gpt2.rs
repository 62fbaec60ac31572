//! How GPT-2 checkpoints spell the names of their tensors.
//!
//! The published files have bare names (`h.0.ln_1.weight`), what transformers saves has
//! `transformer.` before them, and some exports `model.`; llama.cpp has words of its own. The model knows
//! only the bare ones.

use super::gguf::{gguf_name_of_gpt2, gpt2_from_gguf};

/// Prefixes under which a checkpoint may keep the whole model.
const PREFIXES: [&str; 2] = ["transformer.", "model."];

/// A tensor's name without prefix, or `None` for the causal mask that old checkpoints store in every layer.
pub fn gpt2_name(name: &str) -> Option<String> {
    let mut bare = name;
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)) {
        bare = rest;
    }
    let own = || gpt2_from_gguf(bare).unwrap_or_else(|| bare.to_owned());
    (!is_mask(bare)).then(own)
}

/// `h.N.attn.bias` is the mask; a layer's biases are `h.N.attn.c_attn.bias` and `h.N.attn.c_proj.bias`.
fn is_mask(bare: &str) -> bool {
    let Some((layer, field)) = bare.strip_prefix("h.").and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    !layer.is_empty()
        && layer.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(field, "attn.bias" | "attn.masked_bias")
}

/// Every spelling under which a tensor is looked for: what an error about a missing one lists.
pub fn gpt2_spellings(canonical: &str) -> Vec<String> {
    let prefixed = std::iter::once("").chain(PREFIXES).map(|prefix| format!("{prefix}{canonical}"));
    prefixed.chain(gguf_name_of_gpt2(canonical)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_bare_name() {
        for bare in
            ["wte.weight", "wpe.weight", "h.3.attn.c_attn.weight", "ln_f.bias", "lm_head.weight"]
        {
            for spelling in gpt2_spellings(bare) {
                assert_eq!(gpt2_name(&spelling).as_deref(), Some(bare), "{spelling}");
            }
            assert_eq!(gpt2_name(&format!("model.transformer.{bare}")).as_deref(), Some(bare));
        }
    }

    #[test]
    fn mask_buffers_are_ignored_and_biases_are_not() {
        for mask in ["h.0.attn.bias", "transformer.h.11.attn.bias", "model.h.2.attn.masked_bias"] {
            assert_eq!(gpt2_name(mask), None, "{mask}");
        }
        for weight in
            ["h.0.attn.c_attn.bias", "h.0.attn.c_proj.bias", "h.x.attn.bias", "h.attn.bias"]
        {
            assert_eq!(gpt2_name(weight).as_deref(), Some(weight));
        }
    }
}
