//! A GPT-2 checkpoint into the model: the names, the shapes, and how the parts go together.

use burn::tensor::Device;

use super::{
    Gpt2, Gpt2Config, Precision,
    assembly::{Assembly, Place, Role},
    finishing::Finishing,
    footprint::{Footprint, by_name},
    gpt2::{DecoderLayer, SelfAttention},
    layers::FeedForward,
};
use crate::{
    checkpoint::{TensorHeader, TensorSink, gpt2_name, gpt2_spellings},
    error::{LecternError, Result},
    quantization::PackedMatrix,
};

/// Builds a [`Gpt2`] out of a checkpoint's tensors.
pub struct Gpt2Checkpoint {
    config: Gpt2Config,
    precision: Precision,
    assembly: Assembly,
}

impl Gpt2Checkpoint {
    /// For a model of this config, its matrices kept as `precision` says.
    pub fn new(config: Gpt2Config, precision: Precision, device: Device) -> Self {
        let assembly = Assembly::new(device, precision.fit);
        Self { config, precision, assembly }
    }

    /// Name and shape of every tensor a checkpoint of this config must hold.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let mut names: Vec<String> =
            ["wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias", "lm_head.weight"]
                .map(String::from)
                .into();
        let parts = ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"];
        for layer in 0..self.config.n_layer {
            for part in parts {
                names.extend(["weight", "bias"].map(|kind| format!("h.{layer}.{part}.{kind}")));
            }
        }
        names.iter().filter_map(|name| self.place(name)).map(|it| (it.name, it.shape)).collect()
    }

    /// The memory that the model takes. `headers` are what is known of its files, which may be nothing.
    pub fn footprint(&self, headers: &[TensorHeader]) -> Footprint {
        let context = self.config.n_positions as u64;
        let cache = self.config.cache_bytes_per_token().saturating_mul(context);
        let mut footprint = Footprint { cache, ..Footprint::default() };
        let stored = by_name(headers, gpt2_name);
        for (name, _) in self.tensors() {
            if let Some(place) = self.place(&name) {
                footprint.add(&place, stored.get(&name).copied());
            }
        }
        footprint
    }

    /// The place of a tensor by its name without prefix; none for what the model does not have.
    fn place(&self, name: &str) -> Option<Place> {
        let hidden = self.config.n_embd;
        let inner = self.config.inner_size();
        let vocabulary = self.config.vocab_size;
        let embedding = Role::Matrix(self.precision.embedding);
        let (role, shape) = match name {
            "wte.weight" => (embedding, vec![vocabulary, hidden]),
            "wpe.weight" => (Role::Plain, vec![self.config.n_positions, hidden]),
            "ln_f.weight" | "ln_f.bias" => (Role::Plain, vec![hidden]),
            "lm_head.weight" if !self.config.tie_word_embeddings => {
                (embedding, vec![vocabulary, hidden])
            }
            _ => {
                let (layer, part) = name.strip_prefix("h.")?.split_once('.')?;
                let layer = layer.parse().ok().filter(|&layer| layer < self.config.n_layer)?;
                let conv1d = Role::Conv1d(self.precision.in_layer(layer));
                match part {
                    "ln_1.weight" | "ln_1.bias" | "ln_2.weight" | "ln_2.bias"
                    | "attn.c_proj.bias" | "mlp.c_proj.bias" => (Role::Plain, vec![hidden]),
                    "attn.c_attn.bias" => (Role::Plain, vec![3 * hidden]),
                    "mlp.c_fc.bias" => (Role::Plain, vec![inner]),
                    "attn.c_attn.weight" => {
                        let scheme = self.precision.query_key_value_in(layer);
                        (Role::Conv1d(scheme), vec![hidden, 3 * hidden])
                    }
                    "attn.c_proj.weight" => (conv1d, vec![hidden, hidden]),
                    "mlp.c_fc.weight" => (conv1d, vec![hidden, inner]),
                    "mlp.c_proj.weight" => (conv1d, vec![inner, hidden]),
                    _ => return None,
                }
            }
        };
        Some(Place::new(name, role, shape))
    }

    /// The model, once every tensor has come.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`] for the first one that has not.
    pub fn finish(self) -> Result<Gpt2> {
        let config = self.config;
        let mut parts = Finishing { assembly: self.assembly, missing };
        let layers = (0..config.n_layer)
            .map(|number| layer(&mut parts, number, config.layer_norm_epsilon))
            .collect::<Result<_>>()?;
        let head = (!config.tie_word_embeddings).then(|| parts.matrix("lm_head.weight"));
        Ok(Gpt2 {
            token_embedding: parts.matrix("wte.weight")?,
            position_embedding: parts.plain("wpe.weight")?,
            layers,
            final_norm: parts.norm("ln_f", config.layer_norm_epsilon)?,
            head: head.transpose()?,
            config,
        })
    }
}

fn layer(parts: &mut Finishing, number: usize, epsilon: f64) -> Result<DecoderLayer> {
    let at = |part: &str| format!("h.{number}.{part}");
    Ok(DecoderLayer {
        attention_norm: parts.norm(&at("ln_1"), epsilon)?,
        attention: SelfAttention {
            query_key_value: parts.linear(&at("attn.c_attn"))?,
            projection: parts.linear(&at("attn.c_proj"))?,
        },
        feed_forward_norm: parts.norm(&at("ln_2"), epsilon)?,
        feed_forward: FeedForward {
            expand: parts.linear(&at("mlp.c_fc"))?,
            contract: parts.linear(&at("mlp.c_proj"))?,
        },
    })
}

fn missing(name: &str) -> LecternError {
    LecternError::MissingTensor { name: name.into(), looked_for: gpt2_spellings(name) }
}

impl TensorSink for Gpt2Checkpoint {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        let place = gpt2_name(&tensor.name).and_then(|name| self.place(&name));
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
