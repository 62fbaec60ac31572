//! How llama.cpp's GGUF files spell the names of tensors: other words, and layers called blocks.
//!
//! The heads of a pre-trained BERT, which llama.cpp's own files leave out, keep Hugging Face's names.

/// GPT-2's names and llama.cpp's, without `.weight` and `.bias`.
const GPT2: [(&str, &str); 4] = [
    ("wte", "token_embd"),
    ("wpe", "position_embd"),
    ("ln_f", "output_norm"),
    ("lm_head", "output"),
];
const GPT2_IN_LAYER: [(&str, &str); 6] = [
    ("ln_1", "attn_norm"),
    ("attn.c_attn", "attn_qkv"),
    ("attn.c_proj", "attn_output"),
    ("ln_2", "ffn_norm"),
    ("mlp.c_fc", "ffn_up"),
    ("mlp.c_proj", "ffn_down"),
];

/// BERT's names and llama.cpp's.
const BERT: [(&str, &str); 4] = [
    ("embeddings.word_embeddings", "token_embd"),
    ("embeddings.position_embeddings", "position_embd"),
    ("embeddings.token_type_embeddings", "token_types"),
    ("embeddings.LayerNorm", "token_embd_norm"),
];
const BERT_IN_LAYER: [(&str, &str); 8] = [
    ("attention.self.query", "attn_q"),
    ("attention.self.key", "attn_k"),
    ("attention.self.value", "attn_v"),
    ("attention.output.dense", "attn_output"),
    ("attention.output.LayerNorm", "attn_output_norm"),
    ("intermediate.dense", "ffn_up"),
    ("output.dense", "ffn_down"),
    ("output.LayerNorm", "layer_output_norm"),
];

/// An architecture's names: of the model, of a layer, and what comes before a layer's number.
type Names = (
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
    &'static str,
);
const GPT2_NAMES: Names = (&GPT2, &GPT2_IN_LAYER, "h");
const BERT_NAMES: Names = (&BERT, &BERT_IN_LAYER, "encoder.layer");

/// llama.cpp's name for a tensor of GPT-2; none where it has none.
pub fn gguf_name_of_gpt2(canonical: &str) -> Option<String> {
    to_gguf(GPT2_NAMES, canonical)
}

/// llama.cpp's name for a tensor of BERT; none where it has none.
pub fn gguf_name_of_bert(canonical: &str) -> Option<String> {
    to_gguf(BERT_NAMES, canonical)
}

/// GPT-2's name for what llama.cpp calls so.
pub(super) fn gpt2_from_gguf(name: &str) -> Option<String> {
    from_gguf(GPT2_NAMES, name)
}

/// BERT's name for what llama.cpp calls so.
pub(super) fn bert_from_gguf(name: &str) -> Option<String> {
    from_gguf(BERT_NAMES, name)
}

fn to_gguf((of_model, in_layer, layers): Names, canonical: &str) -> Option<String> {
    let (stem, kind) = canonical.rsplit_once('.')?;
    let layer = stem.strip_prefix(layers).and_then(|rest| rest.strip_prefix('.'));
    let find = |names: &[(&str, &'static str)], ours: &str| {
        names.iter().find(|(known, _)| *known == ours).map(|(_, theirs)| *theirs)
    };
    match layer.and_then(|rest| rest.split_once('.')) {
        Some((number, part)) => Some(format!("blk.{number}.{}.{kind}", find(in_layer, part)?)),
        None => Some(format!("{}.{kind}", find(of_model, stem)?)),
    }
}

fn from_gguf((of_model, in_layer, layers): Names, name: &str) -> Option<String> {
    let (stem, kind) = name.rsplit_once('.')?;
    let find = |names: &[(&'static str, &str)], theirs: &str| {
        names.iter().find(|(_, known)| *known == theirs).map(|(ours, _)| *ours)
    };
    match stem.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
        Some((number, part)) => Some(format!("{layers}.{number}.{}.{kind}", find(in_layer, part)?)),
        None => Some(format!("{}.{kind}", find(of_model, stem)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (ours, theirs) in [
            ("wte.weight", "token_embd.weight"),
            ("ln_f.bias", "output_norm.bias"),
            ("h.11.attn.c_attn.weight", "blk.11.attn_qkv.weight"),
            ("h.0.mlp.c_proj.bias", "blk.0.ffn_down.bias"),
        ] {
            assert_eq!(gguf_name_of_gpt2(ours).as_deref(), Some(theirs));
            assert_eq!(gpt2_from_gguf(theirs).as_deref(), Some(ours));
        }
        for (ours, theirs) in [
            ("embeddings.LayerNorm.weight", "token_embd_norm.weight"),
            ("encoder.layer.2.output.dense.weight", "blk.2.ffn_down.weight"),
            ("encoder.layer.2.attention.self.key.bias", "blk.2.attn_k.bias"),
            ("encoder.layer.3.output.LayerNorm.bias", "blk.3.layer_output_norm.bias"),
        ] {
            assert_eq!(gguf_name_of_bert(ours).as_deref(), Some(theirs));
            assert_eq!(bert_from_gguf(theirs).as_deref(), Some(ours));
        }
        assert_eq!(gguf_name_of_bert("cls.predictions.bias"), None);
        assert_eq!(gguf_name_of_bert("pooler.dense.weight"), None);
        assert_eq!(bert_from_gguf("blk.2.attn_qkv.weight"), None);
    }
}
