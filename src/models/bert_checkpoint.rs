//! A BERT or DistilBERT checkpoint into the model: the names, the shapes, and how the parts go together.

use burn::{
    module::Param,
    tensor::{Device, Tensor},
};

use super::{
    Bert, BertConfig, Precision,
    assembly::{Assembly, Place, Role},
    bert::{EncoderLayer, FullSelfAttention, MaskedHead},
    finishing::Finishing,
    footprint::{Footprint, by_name},
    layers::{FeedForward, Linear},
};
use crate::{
    checkpoint::{TensorHeader, TensorSink, bert_name, bert_spellings},
    error::{LecternError, Result},
    quantization::PackedMatrix,
};

const TRANSFORM: &str = "cls.predictions.transform.dense";
const TRANSFORM_NORM: &str = "cls.predictions.transform.LayerNorm";
const DECODER: &str = "cls.predictions.decoder.weight";
/// Checkpoints hold the decoder's bias under one of these names or both. Where the decoder is tied they are one
/// tensor; else the second one is the decoder's own, and it is what transformers adds.
const DECODER_BIAS: [&str; 2] = ["cls.predictions.bias", "cls.predictions.decoder.bias"];
/// The parts of a layer's first matrix, in its order.
const PARTS: [&str; 3] = ["query", "key", "value"];
const TYPES: &str = "embeddings.token_type_embeddings.weight";

/// Builds a [`Bert`] out of a checkpoint's tensors. A pooler or a head that the checkpoint has nothing of is
/// left out; one of which it has a part must be whole.
pub struct BertCheckpoint {
    config: BertConfig,
    precision: Precision,
    assembly: Assembly,
}

impl BertCheckpoint {
    /// For a model of this config, its matrices kept as `precision` says.
    pub fn new(config: BertConfig, precision: Precision, device: Device) -> Self {
        let assembly = Assembly::new(device, precision.fit);
        Self { config, precision, assembly }
    }

    /// Name and shape of every tensor that a checkpoint of this config may hold, heads included.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let both = |part: &str| ["weight", "bias"].map(|kind| format!("{part}.{kind}"));
        let tables = ["word_embeddings", "position_embeddings", "token_type_embeddings"];
        let mut names: Vec<String> =
            tables.map(|table| format!("embeddings.{table}.weight")).into();
        let parts = [
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "attention.output.LayerNorm",
            "intermediate.dense",
            "output.dense",
            "output.LayerNorm",
        ];
        names.extend(both("embeddings.LayerNorm"));
        for layer in 0..self.config.num_hidden_layers {
            names.extend(
                parts.iter().flat_map(|part| both(&format!("encoder.layer.{layer}.{part}"))),
            );
        }
        let heads = ["pooler.dense", TRANSFORM, TRANSFORM_NORM, "cls.seq_relationship"];
        names.extend(heads.iter().flat_map(|head| both(head)));
        names.extend([DECODER, DECODER_BIAS[0]].map(String::from));
        let shaped = |name: String| self.place(&name).map(|place| (name, place.shape));
        names.into_iter().filter_map(shaped).collect()
    }

    /// The memory that the model takes with all of its heads. `headers` are what is known of its files, which may be
    /// nothing.
    pub fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
        let mut footprint = Footprint::default();
        let stored = by_name(headers, bert_name);
        for (name, _) in self.tensors() {
            if let Some(place) = self.place(&name) {
                footprint.add(&place, stored.get(&name).copied());
            }
        }
        footprint
    }

    /// The place of a tensor by BERT's own name for it; none for what the model does not have.
    fn place(&self, name: &str) -> Option<Place> {
        let berts_alone = ["pooler.", "cls.seq_relationship."];
        if self.config.model_type != "bert" && berts_alone.iter().any(|it| name.starts_with(it)) {
            return None;
        }
        let hidden = self.config.hidden_size;
        let vocabulary = self.config.vocab_size;
        let embedding = Role::Matrix(self.precision.embedding);
        let matrix = Role::Matrix(self.precision.layers);
        let (role, shape) = match name {
            "embeddings.word_embeddings.weight" => (embedding, vec![vocabulary, hidden]),
            "embeddings.position_embeddings.weight" => {
                (Role::Plain, vec![self.config.max_position_embeddings, hidden])
            }
            TYPES if self.config.has_types() => (Role::Plain, vec![self.config.types(), hidden]),
            DECODER if !self.config.tie_word_embeddings => (embedding, vec![vocabulary, hidden]),
            "cls.predictions.bias" | "cls.predictions.decoder.bias" => {
                (Role::Plain, vec![vocabulary])
            }
            "cls.seq_relationship.weight" => (matrix, vec![2, hidden]),
            "cls.seq_relationship.bias" => (Role::Plain, vec![2]),
            "pooler.dense.weight" | "cls.predictions.transform.dense.weight" => {
                (matrix, vec![hidden, hidden])
            }
            "pooler.dense.bias"
            | "cls.predictions.transform.dense.bias"
            | "cls.predictions.transform.LayerNorm.weight"
            | "cls.predictions.transform.LayerNorm.bias"
            | "embeddings.LayerNorm.weight"
            | "embeddings.LayerNorm.bias" => (Role::Plain, vec![hidden]),
            _ => return self.place_in_layer(name),
        };
        Some(Place::new(name, role, shape))
    }

    fn place_in_layer(&self, name: &str) -> Option<Place> {
        let hidden = self.config.hidden_size;
        let inner = self.config.intermediate_size;
        let (layer, part) = name.strip_prefix("encoder.layer.")?.split_once('.')?;
        let number = layer.parse().ok().filter(|&layer| layer < self.config.num_hidden_layers)?;
        let matrix = Role::Matrix(self.precision.in_layer(number));
        if let Some((which, kind)) =
            part.strip_prefix("attention.self.").and_then(|rest| rest.split_once('.'))
        {
            let part = PARTS.iter().position(|known| *known == which)?;
            let (role, shape) = match kind {
                "weight" => {
                    let scheme = self.precision.query_key_value_in(number);
                    (Role::Matrix(scheme), vec![hidden, hidden])
                }
                "bias" => (Role::Plain, vec![hidden]),
                _ => return None,
            };
            let name = format!("encoder.layer.{layer}.attention.query_key_value.{kind}");
            return Some(Place { part: (part, PARTS.len()), ..Place::new(name, role, shape) });
        }
        let (role, shape) = match part {
            "attention.output.dense.weight" => (matrix, vec![hidden, hidden]),
            "intermediate.dense.weight" => (matrix, vec![inner, hidden]),
            "output.dense.weight" => (matrix, vec![hidden, inner]),
            "intermediate.dense.bias" => (Role::Plain, vec![inner]),
            "attention.output.dense.bias"
            | "output.dense.bias"
            | "attention.output.LayerNorm.weight"
            | "attention.output.LayerNorm.bias"
            | "output.LayerNorm.weight"
            | "output.LayerNorm.bias" => (Role::Plain, vec![hidden]),
            _ => return None,
        };
        Some(Place::new(name, role, shape))
    }

    /// The model, once every tensor has come.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`] for the first one that has not, or that a head lacks of which another
    /// has come.
    pub fn finish(self) -> Result<Bert> {
        let config = self.config;
        let epsilon = config.layer_norm_eps;
        let mut parts = Finishing { assembly: self.assembly, missing };
        let layers = (0..config.num_hidden_layers)
            .map(|number| layer(&mut parts, number, epsilon))
            .collect::<Result<_>>()?;
        let type_embedding = if config.has_types() {
            parts.plain(TYPES)?
        } else {
            let zeros = [config.types(), config.hidden_size];
            Param::from_tensor(Tensor::zeros(zeros, parts.assembly.device()))
        };
        Ok(Bert {
            token_embedding: parts.matrix("embeddings.word_embeddings.weight")?,
            position_embedding: parts.plain("embeddings.position_embeddings.weight")?,
            type_embedding,
            embedding_norm: parts.norm("embeddings.LayerNorm", epsilon)?,
            layers,
            pooler: optional(&mut parts, "pooler.dense")?,
            masked_head: masked_head(&mut parts, &config)?,
            next_sentence_head: optional(&mut parts, "cls.seq_relationship")?,
            config,
        })
    }
}

fn layer(parts: &mut Finishing, number: usize, epsilon: f64) -> Result<EncoderLayer> {
    let at = |part: &str| format!("encoder.layer.{number}.{part}");
    Ok(EncoderLayer {
        attention: FullSelfAttention {
            query_key_value: query_key_value(parts, number)?,
            projection: parts.linear(&at("attention.output.dense"))?,
        },
        attention_norm: parts.norm(&at("attention.output.LayerNorm"), epsilon)?,
        feed_forward: FeedForward {
            expand: parts.linear(&at("intermediate.dense"))?,
            contract: parts.linear(&at("output.dense"))?,
        },
        feed_forward_norm: parts.norm(&at("output.LayerNorm"), epsilon)?,
    })
}

/// The layer that query, key and value make; an error names the one that is missing.
fn query_key_value(parts: &mut Finishing, layer: usize) -> Result<Linear> {
    let attention = format!("encoder.layer.{layer}.attention");
    let whole = format!("{attention}.query_key_value");
    for (index, part) in PARTS.iter().enumerate() {
        for kind in ["weight", "bias"] {
            if !parts.assembly.has_part(&format!("{whole}.{kind}"), index) {
                return Err(missing(&format!("{attention}.self.{part}.{kind}")));
            }
        }
    }
    parts.linear(&whole)
}

/// A linear layer of which the checkpoint may have nothing.
fn optional(parts: &mut Finishing, name: &str) -> Result<Option<Linear>> {
    has_some_of(parts, name).then(|| parts.linear(name)).transpose()
}

fn has_some_of(parts: &Finishing, name: &str) -> bool {
    ["weight", "bias"].iter().any(|kind| parts.assembly.has(&format!("{name}.{kind}")))
}

fn masked_head(parts: &mut Finishing, config: &BertConfig) -> Result<Option<MaskedHead>> {
    let mut biases = DECODER_BIAS;
    if !config.tie_word_embeddings {
        biases.reverse();
    }
    let bias = biases.into_iter().find(|name| parts.assembly.has(name));
    let of_transform = [TRANSFORM, TRANSFORM_NORM].iter().any(|name| has_some_of(parts, name));
    if !of_transform && bias.is_none() && !parts.assembly.has(DECODER) {
        return Ok(None);
    }
    let decoder = (!config.tie_word_embeddings).then(|| parts.matrix(DECODER));
    Ok(Some(MaskedHead {
        transform: parts.linear(TRANSFORM)?,
        norm: parts.norm(TRANSFORM_NORM, config.layer_norm_eps)?,
        decoder: decoder.transpose()?,
        bias: parts.plain(bias.unwrap_or(DECODER_BIAS[0]))?,
    }))
}

fn missing(name: &str) -> LecternError {
    LecternError::MissingTensor { name: name.into(), looked_for: bert_spellings(name) }
}

impl TensorSink for BertCheckpoint {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        let place = bert_name(&tensor.name).and_then(|name| self.place(&name));
        let Some(place) = place else { return Ok(false) };
        self.assembly.begin(tensor, place)?;
        Ok(true)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        self.assembly.values(values);
        Ok(())
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        if !self.assembly.packed(rows) {
            (0..rows.rows).for_each(|row| self.assembly.values(&rows.dequantize_row(row)));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.assembly.end()
    }
}

#[cfg(test)]
mod tests;
