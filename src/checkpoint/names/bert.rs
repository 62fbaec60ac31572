//! How BERT checkpoints spell the names of their tensors.
//!
//! Pre-trained models have `bert.` before the encoder's, bare encoders nothing, sentence-transformers'
//! exports `0.auto_model.`. The files converted from TensorFlow call a norm's weight and bias `gamma` and
//! `beta`. DistilBERT has names of its own for everything, and so has llama.cpp. The model knows only BERT's
//! bare ones.

use super::gguf::{bert_from_gguf, gguf_name_of_bert};

/// Prefixes under which a checkpoint may keep the encoder.
const PREFIXES: [&str; 5] = ["bert.", "distilbert.", "model.", "0.", "auto_model."];

/// DistilBERT's names for the parts of a layer, and BERT's.
const IN_LAYER: [(&str, &str); 8] = [
    ("attention.q_lin.", "attention.self.query."),
    ("attention.k_lin.", "attention.self.key."),
    ("attention.v_lin.", "attention.self.value."),
    ("attention.out_lin.", "attention.output.dense."),
    ("sa_layer_norm.", "attention.output.LayerNorm."),
    ("ffn.lin1.", "intermediate.dense."),
    ("ffn.lin2.", "output.dense."),
    ("output_layer_norm.", "output.LayerNorm."),
];

/// DistilBERT's names for the parts of the masked-language head, and BERT's.
const IN_HEAD: [(&str, &str); 4] = [
    ("vocab_transform.", "cls.predictions.transform.dense."),
    ("vocab_layer_norm.", "cls.predictions.transform.LayerNorm."),
    ("vocab_projector.weight", "cls.predictions.decoder.weight"),
    ("vocab_projector.bias", "cls.predictions.bias"),
];

/// What the files converted from TensorFlow call a norm's weight and bias.
const GREEK: [(&str, &str); 2] = [(".gamma", ".weight"), (".beta", ".bias")];

/// A tensor's name as BERT has it, without prefix; `None` for buffers that hold no weights.
pub fn bert_name(name: &str) -> Option<String> {
    let mut bare = name;
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(prefix)) {
        bare = rest;
    }
    if bare.ends_with("position_ids") || bare.ends_with("token_type_ids") {
        return None;
    }
    let renamed = of_distilbert(bare).or_else(|| bert_from_gguf(bare));
    let mut name = renamed.unwrap_or_else(|| bare.to_owned());
    for (old, new) in GREEK {
        if let Some(stem) = name.strip_suffix(old) {
            name = format!("{stem}{new}");
        }
    }
    Some(name)
}

fn of_distilbert(bare: &str) -> Option<String> {
    let renamed = |names: &[(&str, &str)], text: &str| {
        names.iter().find_map(|(old, new)| Some(format!("{new}{}", text.strip_prefix(old)?)))
    };
    if let Some(rest) = bare.strip_prefix("transformer.layer.") {
        let (layer, part) = rest.split_once('.')?;
        return Some(format!("encoder.layer.{layer}.{}", renamed(&IN_LAYER, part)?));
    }
    renamed(&IN_HEAD, bare)
}

/// DistilBERT's name for a tensor, without prefix; none where it is BERT's.
pub fn distilbert_spelling(canonical: &str) -> Option<String> {
    let renamed = |names: &[(&str, &str)], text: &str| {
        names.iter().find_map(|(old, new)| Some(format!("{old}{}", text.strip_prefix(new)?)))
    };
    let in_layer = canonical.strip_prefix("encoder.layer.").and_then(|rest| rest.split_once('.'));
    match in_layer {
        Some((layer, part)) => {
            renamed(&IN_LAYER, part).map(|part| format!("transformer.layer.{layer}.{part}"))
        }
        None => renamed(&IN_HEAD, canonical),
    }
}

/// Every spelling under which a tensor is looked for: what an error about a missing one lists.
pub fn bert_spellings(canonical: &str) -> Vec<String> {
    let distilberts = distilbert_spelling(canonical);
    let greek = GREEK.iter().find_map(|(old, new)| {
        let stem = canonical.strip_suffix(new).filter(|stem| stem.ends_with("LayerNorm"))?;
        Some(format!("{stem}{old}"))
    });
    let names = [Some(canonical.to_owned()), greek, distilberts].into_iter().flatten();
    let prefixed = |name: String| {
        let prefixes = ["", "bert.", "distilbert.", "model.", "0.auto_model."];
        prefixes.map(|prefix| format!("{prefix}{name}"))
    };
    names.flat_map(prefixed).chain(gguf_name_of_bert(canonical)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_bare_name() {
        for bare in [
            "embeddings.word_embeddings.weight",
            "embeddings.LayerNorm.weight",
            "encoder.layer.11.attention.self.query.bias",
            "encoder.layer.0.output.LayerNorm.bias",
            "cls.predictions.transform.dense.weight",
            "cls.predictions.bias",
            "pooler.dense.weight",
        ] {
            for spelling in bert_spellings(bare) {
                assert_eq!(bert_name(&spelling).as_deref(), Some(bare), "{spelling}");
            }
            assert_eq!(bert_name(&format!("0.auto_model.{bare}")).as_deref(), Some(bare));
        }
    }

    #[test]
    fn the_norms_of_old_files_have_greek_names() {
        let old = "bert.encoder.layer.3.attention.output.LayerNorm.gamma";
        let new = "encoder.layer.3.attention.output.LayerNorm.weight";
        assert_eq!(bert_name(old).as_deref(), Some(new));
        assert_eq!(
            bert_name("bert.embeddings.LayerNorm.beta").as_deref(),
            Some("embeddings.LayerNorm.bias")
        );
    }

    #[test]
    fn buffers_are_ignored() {
        assert_eq!(bert_name("bert.embeddings.position_ids"), None);
        assert_eq!(bert_name("embeddings.token_type_ids"), None);
    }
}
