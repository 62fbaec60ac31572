//! The table of GPT-2's tensors, by OpenAI's names, and the model's assembly from them.
//!
//! The published files have these names bare, what transformers saves has `transformer.` before them, some exports
//! `model.`; llama.cpp has its own names. OpenAI's matrices have a column for each output. The causal mask that old
//! checkpoints store in every layer (`h.N.attn.bias`) is described by no row, and so is not read.

use super::{DecoderLayer, Gpt2, Gpt2Config, SelfAttention};
use crate::{
    error::Result,
    models::{
        arrived::Arrived,
        layers::FeedForward,
        table::{self, Dialect, Form, Table, Use},
    },
};

type Row = table::Row<Gpt2, Gpt2Config>;

const TOKEN_EMBEDDING: Row = Row::new(
    "wte",
    |config| Some([config.vocab_size, config.n_embd]),
    Form::Matrix(|model, _| Some(&model.token_embedding)),
)
.gguf("token_embd")
.used_as(Use::Embedding);

const POSITION_EMBEDDING: Row = Row::new(
    "wpe",
    |config| Some([config.n_positions, config.n_embd]),
    Form::Table(|model, _| Some(&model.position_embedding)),
)
.gguf("position_embd");

const ATTENTION_NORM: Row = Row::new(
    "h.{}.ln_1",
    |config| Some([config.n_embd, 1]),
    Form::Norm(|model, layer| Some(&model.layers[layer].attention_norm)),
)
.gguf("blk.{}.attn_norm");

const QUERY_KEY_VALUE: Row = Row::new(
    "h.{}.attn.c_attn",
    |config| Some([3 * config.n_embd, config.n_embd]),
    Form::Conv1d(|model, layer| Some(&model.layers[layer].attention.query_key_value)),
)
.gguf("blk.{}.attn_qkv")
.used_as(Use::QueryKeyValue);

const PROJECTION: Row = Row::new(
    "h.{}.attn.c_proj",
    |config| Some([config.n_embd, config.n_embd]),
    Form::Conv1d(|model, layer| Some(&model.layers[layer].attention.projection)),
)
.gguf("blk.{}.attn_output");

const FEED_FORWARD_NORM: Row = Row::new(
    "h.{}.ln_2",
    |config| Some([config.n_embd, 1]),
    Form::Norm(|model, layer| Some(&model.layers[layer].feed_forward_norm)),
)
.gguf("blk.{}.ffn_norm");

const EXPAND: Row = Row::new(
    "h.{}.mlp.c_fc",
    |config| Some([config.inner_size(), config.n_embd]),
    Form::Conv1d(|model, layer| Some(&model.layers[layer].feed_forward.expand)),
)
.gguf("blk.{}.ffn_up");

const CONTRACT: Row = Row::new(
    "h.{}.mlp.c_proj",
    |config| Some([config.n_embd, config.inner_size()]),
    Form::Conv1d(|model, layer| Some(&model.layers[layer].feed_forward.contract)),
)
.gguf("blk.{}.ffn_down");

const FINAL_NORM: Row = Row::new(
    "ln_f",
    |config| Some([config.n_embd, 1]),
    Form::Norm(|model, _| Some(&model.final_norm)),
)
.gguf("output_norm");

const HEAD: Row = Row::new(
    "lm_head",
    |config| (!config.tie_word_embeddings).then_some([config.vocab_size, config.n_embd]),
    Form::Matrix(|model, _| model.head.as_ref()),
)
.gguf("output")
.used_as(Use::Embedding)
.head();

/// GPT-2's tensors.
pub static TABLE: Table<Gpt2, Gpt2Config> = Table {
    rows: &[
        &TOKEN_EMBEDDING,
        &POSITION_EMBEDDING,
        &ATTENTION_NORM,
        &QUERY_KEY_VALUE,
        &PROJECTION,
        &FEED_FORWARD_NORM,
        &EXPAND,
        &CONTRACT,
        &FINAL_NORM,
        &HEAD,
    ],
    prefixes: &["transformer.", "model."],
    usual_prefixes: &["", "transformer.", "model."],
    norm_fields: None,
    layers: |config| config.n_layer,
    dialect: |_| Dialect { prefix: "transformer.", spelling: None },
};

/// Builds the model from its tensors.
pub(super) fn build(config: Gpt2Config, arrived: &mut Arrived<Gpt2, Gpt2Config>) -> Result<Gpt2> {
    let epsilon = config.layer_norm_epsilon;
    let layers = (0..config.n_layer).map(|index| {
        Ok(DecoderLayer {
            attention_norm: arrived.norm(&ATTENTION_NORM, index, epsilon)?,
            attention: SelfAttention {
                query_key_value: arrived.linear(&QUERY_KEY_VALUE, index)?,
                projection: arrived.linear(&PROJECTION, index)?,
            },
            feed_forward_norm: arrived.norm(&FEED_FORWARD_NORM, index, epsilon)?,
            feed_forward: FeedForward {
                expand: arrived.linear(&EXPAND, index)?,
                contract: arrived.linear(&CONTRACT, index)?,
            },
        })
    });
    let layers = layers.collect::<Result<_>>()?;
    let has_head = !config.tie_word_embeddings;
    Ok(Gpt2 {
        token_embedding: arrived.matrix(&TOKEN_EMBEDDING, 0)?,
        position_embedding: arrived.table(&POSITION_EMBEDDING)?,
        layers,
        final_norm: arrived.norm(&FINAL_NORM, 0, epsilon)?,
        head: has_head.then(|| arrived.matrix(&HEAD, 0)).transpose()?,
        config,
        table: arrived.table,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_one_tensor() {
        for bare in
            ["wte.weight", "wpe.weight", "h.3.attn.c_attn.weight", "ln_f.bias", "lm_head.weight"]
        {
            let entry = TABLE.find(bare).unwrap();
            for spelling in TABLE.spellings(&entry) {
                assert_eq!(TABLE.find(&spelling).unwrap().name(), bare, "{spelling}");
            }
            assert_eq!(TABLE.find(&format!("model.transformer.{bare}")).unwrap().name(), bare);
        }
    }

    #[test]
    fn llama_cpp_has_names_of_its_own() {
        for (ours, theirs) in [
            ("wte.weight", "token_embd.weight"),
            ("ln_f.bias", "output_norm.bias"),
            ("h.11.attn.c_attn.weight", "blk.11.attn_qkv.weight"),
            ("h.0.mlp.c_proj.bias", "blk.0.ffn_down.bias"),
        ] {
            assert_eq!(TABLE.find(ours).unwrap().gguf_name().as_deref(), Some(theirs));
            assert_eq!(TABLE.find(theirs).unwrap().name(), ours);
        }
    }

    #[test]
    fn mask_buffers_are_no_tensors_of_the_model() {
        for mask in ["h.0.attn.bias", "transformer.h.11.attn.bias", "model.h.2.attn.masked_bias"] {
            assert!(TABLE.find(mask).is_none(), "{mask}");
        }
        for weight in ["h.0.attn.c_attn.bias", "h.0.attn.c_proj.bias"] {
            assert_eq!(TABLE.find(weight).unwrap().name(), weight);
        }
        for strange in ["h.x.ln_1.bias", "h..ln_1.bias", "h.+1.ln_1.bias", "h.1.ln_1", "weight"] {
            assert!(TABLE.find(strange).is_none(), "{strange}");
        }
    }
}
