//! The table of BERT's tensors, by the names of the encoder alone and of its heads, and the model's assembly from them.
//!
//! Pre-trained models have `bert.` before the encoder's names, bare encoders nothing, sentence-transformers' exports
//! `0.auto_model.`. The files converted from TensorFlow call a norm's weight and bias `gamma` and `beta`. DistilBERT
//! has names of its own for everything, and so has llama.cpp, but for the heads, which its own files leave out.

use burn::{module::Param, tensor::Tensor};

use super::{Bert, BertConfig, EncoderLayer, FullSelfAttention, MaskedHead};
use crate::{
    error::Result,
    models::{
        arrived::Arrived,
        layers::FeedForward,
        table::{self, Dialect, Form, Table, Use},
    },
};

/// A row of a model of BERT's shape.
pub type Row = table::Row<Bert, BertConfig>;

pub const WORD_EMBEDDING: Row = Row::new(
    "embeddings.word_embeddings",
    |config| Some([config.vocab_size, config.hidden_size]),
    Form::Matrix(|model, _| Some(&model.token_embedding)),
)
.gguf("token_embd")
.used_as(Use::Embedding);

pub const POSITION_EMBEDDING: Row = Row::new(
    "embeddings.position_embeddings",
    |config| Some([config.max_position_embeddings, config.hidden_size]),
    Form::Table(|model, _| Some(&model.position_embedding)),
)
.gguf("position_embd");

pub const TYPE_EMBEDDING: Row = Row::new(
    "embeddings.token_type_embeddings",
    |config| config.has_types().then_some([config.types(), config.hidden_size]),
    Form::Table(|model, _| Some(&model.type_embedding)),
)
.gguf("token_types");

pub const EMBEDDING_NORM: Row = Row::new(
    "embeddings.LayerNorm",
    |config| Some([config.hidden_size, 1]),
    Form::Norm(|model, _| Some(&model.embedding_norm)),
)
.gguf("token_embd_norm");

/// Name of the model's matrix of query, key and value.
const TOGETHER: &str = "encoder.layer.{}.attention.query_key_value";

/// A row for query, key or value.
const fn attention_input(name: &'static str, index: usize) -> Row {
    Row::new(
        name,
        |config| Some([config.hidden_size, config.hidden_size]),
        Form::Linear(|model, layer| Some(&model.layers[layer].attention.query_key_value)),
    )
    .used_as(Use::QueryKeyValue)
    .fused(TOGETHER, index, 3)
}

pub const QUERY: Row = attention_input("encoder.layer.{}.attention.self.query", 0)
    .gguf("blk.{}.attn_q")
    .spelled(&["transformer.layer.{}.attention.q_lin"]);

pub const KEY: Row = attention_input("encoder.layer.{}.attention.self.key", 1)
    .gguf("blk.{}.attn_k")
    .spelled(&["transformer.layer.{}.attention.k_lin"]);

pub const VALUE: Row = attention_input("encoder.layer.{}.attention.self.value", 2)
    .gguf("blk.{}.attn_v")
    .spelled(&["transformer.layer.{}.attention.v_lin"]);

pub const PROJECTION: Row = Row::new(
    "encoder.layer.{}.attention.output.dense",
    |config| Some([config.hidden_size, config.hidden_size]),
    Form::Linear(|model, layer| Some(&model.layers[layer].attention.projection)),
)
.gguf("blk.{}.attn_output")
.spelled(&["transformer.layer.{}.attention.out_lin"]);

pub const ATTENTION_NORM: Row = Row::new(
    "encoder.layer.{}.attention.output.LayerNorm",
    |config| Some([config.hidden_size, 1]),
    Form::Norm(|model, layer| Some(&model.layers[layer].attention_norm)),
)
.gguf("blk.{}.attn_output_norm")
.spelled(&["transformer.layer.{}.sa_layer_norm"]);

pub const EXPAND: Row = Row::new(
    "encoder.layer.{}.intermediate.dense",
    |config| Some([config.intermediate_size, config.hidden_size]),
    Form::Linear(|model, layer| Some(&model.layers[layer].feed_forward.expand)),
)
.gguf("blk.{}.ffn_up")
.spelled(&["transformer.layer.{}.ffn.lin1"]);

pub const CONTRACT: Row = Row::new(
    "encoder.layer.{}.output.dense",
    |config| Some([config.hidden_size, config.intermediate_size]),
    Form::Linear(|model, layer| Some(&model.layers[layer].feed_forward.contract)),
)
.gguf("blk.{}.ffn_down")
.spelled(&["transformer.layer.{}.ffn.lin2"]);

pub const FEED_FORWARD_NORM: Row = Row::new(
    "encoder.layer.{}.output.LayerNorm",
    |config| Some([config.hidden_size, 1]),
    Form::Norm(|model, layer| Some(&model.layers[layer].feed_forward_norm)),
)
.gguf("blk.{}.layer_output_norm")
.spelled(&["transformer.layer.{}.output_layer_norm"]);

pub const POOLER: Row = Row::new(
    "pooler.dense",
    |config| (!config.is_distilbert()).then_some([config.hidden_size, config.hidden_size]),
    Form::Linear(|model, _| model.pooler.as_ref()),
)
.for_heads();

pub const NEXT_SENTENCE: Row = Row::new(
    "cls.seq_relationship",
    |config| (!config.is_distilbert()).then_some([2, config.hidden_size]),
    Form::Linear(|model, _| model.next_sentence_head.as_ref()),
)
.head();

pub const TRANSFORM: Row = Row::new(
    "cls.predictions.transform.dense",
    |config| Some([config.hidden_size, config.hidden_size]),
    Form::Linear(|model, _| Some(&model.masked_head.as_ref()?.transform)),
)
.spelled(&["vocab_transform"])
.head();

pub const TRANSFORM_NORM: Row = Row::new(
    "cls.predictions.transform.LayerNorm",
    |config| Some([config.hidden_size, 1]),
    Form::Norm(|model, _| Some(&model.masked_head.as_ref()?.norm)),
)
.spelled(&["vocab_layer_norm"])
.head();

pub const DECODER: Row = Row::new(
    "cls.predictions.decoder",
    |config| (!config.tie_word_embeddings).then_some([config.vocab_size, config.hidden_size]),
    Form::Matrix(|model, _| model.masked_head.as_ref()?.decoder.as_ref()),
)
.spelled(&["vocab_projector"])
.used_as(Use::Embedding)
.head();

pub const DECODER_BIAS: Row = Row::new(
    "cls.predictions",
    |config| Some([config.vocab_size, 1]),
    Form::Bias(|model, _| Some(&model.masked_head.as_ref()?.bias)),
)
.spelled(&["vocab_projector"])
.head();

/// Checkpoints hold the decoder's bias under this name, the one above, or both. Where the decoder is tied they are one
/// tensor; else this one is the decoder's own, and it is what transformers adds.
pub const OWN_DECODER_BIAS: Row = Row::new(
    "cls.predictions.decoder",
    |config| Some([config.vocab_size, 1]),
    Form::Bias(|_, _| None),
)
.head()
.alternative();

/// BERT's tensors.
pub static TABLE: Table<Bert, BertConfig> = Table {
    rows: &[
        &WORD_EMBEDDING,
        &POSITION_EMBEDDING,
        &TYPE_EMBEDDING,
        &EMBEDDING_NORM,
        &QUERY,
        &KEY,
        &VALUE,
        &PROJECTION,
        &ATTENTION_NORM,
        &EXPAND,
        &CONTRACT,
        &FEED_FORWARD_NORM,
        &POOLER,
        &NEXT_SENTENCE,
        &TRANSFORM,
        &TRANSFORM_NORM,
        &DECODER,
        &DECODER_BIAS,
        &OWN_DECODER_BIAS,
    ],
    prefixes: &["bert.", "distilbert.", "model.", "0.", "auto_model."],
    usual_prefixes: &["", "bert.", "distilbert.", "model.", "0.auto_model."],
    norm_fields: Some(["gamma", "beta"]),
    layers: |config| config.num_hidden_layers,
    dialect: |config| match config.is_distilbert() {
        true => Dialect { prefix: "distilbert.", spelling: Some(0) },
        false => Dialect { prefix: "bert.", spelling: None },
    },
};

/// Builds the model from its tensors.
pub(super) fn build(config: BertConfig, arrived: &mut Arrived<Bert, BertConfig>) -> Result<Bert> {
    let epsilon = config.layer_norm_eps;
    let layers = (0..config.num_hidden_layers).map(|index| {
        Ok(EncoderLayer {
            attention: FullSelfAttention {
                query_key_value: arrived.fused([&QUERY, &KEY, &VALUE], index)?,
                projection: arrived.linear(&PROJECTION, index)?,
            },
            attention_norm: arrived.norm(&ATTENTION_NORM, index, epsilon)?,
            feed_forward: FeedForward {
                expand: arrived.linear(&EXPAND, index)?,
                contract: arrived.linear(&CONTRACT, index)?,
            },
            feed_forward_norm: arrived.norm(&FEED_FORWARD_NORM, index, epsilon)?,
        })
    });
    let layers = layers.collect::<Result<_>>()?;
    let type_embedding = if config.has_types() {
        arrived.table(&TYPE_EMBEDDING)?
    } else {
        let zeros = [config.types(), config.hidden_size];
        Param::from_tensor(Tensor::zeros(zeros, arrived.device()))
    };
    Ok(Bert {
        token_embedding: arrived.matrix(&WORD_EMBEDDING, 0)?,
        position_embedding: arrived.table(&POSITION_EMBEDDING)?,
        type_embedding,
        embedding_norm: arrived.norm(&EMBEDDING_NORM, 0, epsilon)?,
        layers,
        pooler: arrived.optional_linear(&POOLER)?,
        masked_head: masked_head(&config, arrived)?,
        next_sentence_head: arrived.optional_linear(&NEXT_SENTENCE)?,
        config,
        table: arrived.table,
    })
}

fn masked_head(
    config: &BertConfig,
    arrived: &mut Arrived<Bert, BertConfig>,
) -> Result<Option<MaskedHead>> {
    let is_tied = config.tie_word_embeddings;
    let biases = if is_tied {
        [&DECODER_BIAS, &OWN_DECODER_BIAS]
    } else {
        [&OWN_DECODER_BIAS, &DECODER_BIAS]
    };
    let bias = biases.into_iter().find(|row| arrived.has(row));
    if bias.is_none() && ![&TRANSFORM, &TRANSFORM_NORM, &DECODER].iter().any(|row| arrived.has(row))
    {
        return Ok(None);
    }
    Ok(Some(MaskedHead {
        transform: arrived.linear(&TRANSFORM, 0)?,
        norm: arrived.norm(&TRANSFORM_NORM, 0, config.layer_norm_eps)?,
        decoder: (!is_tied).then(|| arrived.matrix(&DECODER, 0)).transpose()?,
        bias: arrived.bias(bias.unwrap_or(&DECODER_BIAS), 0)?,
    }))
}
