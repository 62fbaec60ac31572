//! A GPT-2 checkpoint into the model, tensor by tensor while it streams in. Matrices are quantized as they
//! arrive, the large embedding row by row, so that memory holds the model and at most one tensor beside it.

use std::collections::HashMap;

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    Gpt2, Gpt2Config,
    gpt2::{DecoderLayer, FeedForward, SelfAttention},
    layers::{LayerNorm, Linear},
};
use crate::{
    checkpoint::{TensorHeader, TensorSink, gpt2_name, gpt2_spellings},
    error::{LecternError, Result},
    kernels::Weight,
    quantization::{PackedMatrix, PackedRows, Scheme},
};

/// What a tensor of the checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// A vector, or the positions' table: kept in floats.
    Plain,
    /// A matrix with a row for each output.
    Matrix,
    /// OpenAI's `Conv1D`: a matrix with a column for each output, to be transposed.
    Conv1d,
}

/// A tensor that is arriving.
enum Arriving {
    Whole { role: Role, values: Vec<f32> },
    Rows { rows: PackedRows, row: Vec<f32>, columns: usize },
}

/// How a model's matrices are kept; none: 32-bit floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Precision {
    /// The layers' matrices.
    pub layers: Option<Scheme>,
    /// The token embedding, and the head that is tied to it.
    pub embedding: Option<Scheme>,
}

impl Precision {
    /// The same for all matrices.
    pub fn uniform(scheme: Scheme) -> Self {
        Self { layers: Some(scheme), embedding: Some(scheme) }
    }
}

/// Builds a [`Gpt2`] out of a checkpoint's tensors.
pub struct Gpt2Checkpoint {
    config: Gpt2Config,
    precision: Precision,
    device: Device,
    current: Option<(String, Vec<usize>, Arriving)>,
    plain: HashMap<String, (Vec<usize>, Vec<f32>)>,
    matrices: HashMap<String, Weight>,
}

impl Gpt2Checkpoint {
    /// For a model of this config, its matrices kept as `precision` says.
    pub fn new(config: Gpt2Config, precision: Precision, device: Device) -> Self {
        let (plain, matrices) = (HashMap::new(), HashMap::new());
        Self { config, precision, device, current: None, plain, matrices }
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
        let shaped = |name: String| self.expected(&name).map(|(_, shape)| (name, shape));
        names.into_iter().filter_map(shaped).collect()
    }

    fn scheme(&self, name: &str) -> Option<Scheme> {
        match name {
            "wte.weight" | "lm_head.weight" => self.precision.embedding,
            _ => self.precision.layers,
        }
    }

    /// Role and shape of a tensor by its name without prefix; none for what the model does not have.
    fn expected(&self, name: &str) -> Option<(Role, Vec<usize>)> {
        let hidden = self.config.n_embd;
        let inner = self.config.inner_size();
        let vocabulary = self.config.vocab_size;
        Some(match name {
            "wte.weight" => (Role::Matrix, vec![vocabulary, hidden]),
            "wpe.weight" => (Role::Plain, vec![self.config.n_positions, hidden]),
            "ln_f.weight" | "ln_f.bias" => (Role::Plain, vec![hidden]),
            "lm_head.weight" if !self.config.tie_word_embeddings => {
                (Role::Matrix, vec![vocabulary, hidden])
            }
            _ => {
                let (layer, part) = name.strip_prefix("h.")?.split_once('.')?;
                if layer.parse::<usize>().ok()? >= self.config.n_layer {
                    return None;
                }
                match part {
                    "ln_1.weight" | "ln_1.bias" | "ln_2.weight" | "ln_2.bias"
                    | "attn.c_proj.bias" | "mlp.c_proj.bias" => (Role::Plain, vec![hidden]),
                    "attn.c_attn.bias" => (Role::Plain, vec![3 * hidden]),
                    "mlp.c_fc.bias" => (Role::Plain, vec![inner]),
                    "attn.c_attn.weight" => (Role::Conv1d, vec![hidden, 3 * hidden]),
                    "attn.c_proj.weight" => (Role::Conv1d, vec![hidden, hidden]),
                    "mlp.c_fc.weight" => (Role::Conv1d, vec![hidden, inner]),
                    "mlp.c_proj.weight" => (Role::Conv1d, vec![inner, hidden]),
                    _ => return None,
                }
            }
        })
    }

    fn keep_matrix(&mut self, name: String, values: Vec<f32>, [rows, columns]: [usize; 2]) {
        let weight = match self.scheme(&name) {
            None => Weight::from_floats(values, [rows, columns], &self.device),
            Some(scheme) => {
                let packed = PackedMatrix::quantize(&values, rows, columns, scheme);
                drop(values);
                Weight::from_packed(packed, &self.device)
            }
        };
        self.matrices.insert(name, weight);
    }

    /// The model, once every tensor has come.
    ///
    /// # Errors
    /// [`LecternError::MissingTensor`] for the first one that has not.
    pub fn finish(mut self) -> Result<Gpt2> {
        let layers =
            (0..self.config.n_layer).map(|number| self.layer(number)).collect::<Result<_>>()?;
        let token_embedding = self.matrix("wte.weight")?;
        let head = if self.config.tie_word_embeddings {
            None
        } else {
            Some(self.matrix("lm_head.weight")?)
        };
        Ok(Gpt2 {
            token_embedding,
            position_embedding: self.plain("wpe.weight")?,
            layers,
            final_norm: self.norm("ln_f")?,
            head,
            config: self.config,
        })
    }

    fn layer(&mut self, number: usize) -> Result<DecoderLayer> {
        let at = |part: &str| format!("h.{number}.{part}");
        Ok(DecoderLayer {
            attention_norm: self.norm(&at("ln_1"))?,
            attention: SelfAttention {
                query_key_value: self.linear(&at("attn.c_attn"))?,
                projection: self.linear(&at("attn.c_proj"))?,
            },
            feed_forward_norm: self.norm(&at("ln_2"))?,
            feed_forward: FeedForward {
                expand: self.linear(&at("mlp.c_fc"))?,
                contract: self.linear(&at("mlp.c_proj"))?,
            },
        })
    }

    fn norm(&mut self, name: &str) -> Result<LayerNorm> {
        Ok(LayerNorm {
            gain: self.plain(&format!("{name}.weight"))?,
            shift: self.plain(&format!("{name}.bias"))?,
            epsilon: self.config.layer_norm_epsilon,
        })
    }

    fn linear(&mut self, name: &str) -> Result<Linear> {
        Ok(Linear {
            weight: self.matrix(&format!("{name}.weight"))?,
            bias: self.plain(&format!("{name}.bias"))?,
        })
    }

    fn matrix(&mut self, name: &str) -> Result<Weight> {
        self.matrices.remove(name).ok_or_else(|| missing(name))
    }

    fn plain<const D: usize>(&mut self, name: &str) -> Result<Param<Tensor<D>>> {
        let (shape, values) = self.plain.remove(name).ok_or_else(|| missing(name))?;
        let data = TensorData::new(values, shape);
        Ok(Param::from_tensor(Tensor::from_data(data, &self.device)))
    }
}

fn missing(name: &str) -> LecternError {
    LecternError::MissingTensor { name: name.into(), looked_for: gpt2_spellings(name) }
}

impl TensorSink for Gpt2Checkpoint {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        let Some(name) = gpt2_name(&tensor.name) else { return Ok(false) };
        let Some((role, expected)) = self.expected(&name) else { return Ok(false) };
        if tensor.shape != expected {
            let (tensor, found) = (tensor.name.clone(), tensor.shape.clone());
            return Err(LecternError::ShapeMismatch { tensor, expected, found });
        }
        if self.plain.contains_key(&name) || self.matrices.contains_key(&name) {
            return Err(LecternError::bad_file(&tensor.name, "this tensor comes twice"));
        }
        let arriving = match self.scheme(&name) {
            Some(scheme) if role == Role::Matrix && scheme != Scheme::Int8MinMax => {
                let (rows, columns) = (expected[0], expected[1]);
                let rows = PackedRows::new(rows, columns, scheme);
                Arriving::Rows { rows, row: Vec::with_capacity(columns), columns }
            }
            _ => Arriving::Whole { role, values: Vec::with_capacity(expected.iter().product()) },
        };
        self.current = Some((name, expected, arriving));
        Ok(true)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        match &mut self.current {
            Some((_, _, Arriving::Whole { values: all, .. })) => all.extend_from_slice(values),
            Some((_, _, Arriving::Rows { rows, row, columns })) => {
                let mut rest = values;
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(rest.len().min(*columns - row.len()));
                    row.extend_from_slice(now);
                    rest = later;
                    if row.len() == *columns {
                        rows.push(row);
                        row.clear();
                    }
                }
            }
            None => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let Some((name, shape, arriving)) = self.current.take() else { return Ok(()) };
        match arriving {
            Arriving::Rows { rows, .. } => {
                let weight = Weight::from_packed(rows.finish(), &self.device);
                self.matrices.insert(name, weight);
            }
            Arriving::Whole { role: Role::Plain, values } => {
                self.plain.insert(name, (shape, values));
            }
            Arriving::Whole { role: Role::Matrix, values } => {
                self.keep_matrix(name, values, [shape[0], shape[1]]);
            }
            Arriving::Whole { role: Role::Conv1d, values } => {
                let transposed = transpose(&values, shape[0], shape[1]);
                drop(values);
                self.keep_matrix(name, transposed, [shape[1], shape[0]]);
            }
        }
        Ok(())
    }
}

/// `[rows, columns]` to `[columns, rows]`, in squares that stay in the cache.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const SIDE: usize = 32;
    let mut transposed = vec![0.0; values.len()];
    for first_row in (0..rows).step_by(SIDE) {
        for first_column in (0..columns).step_by(SIDE) {
            for row in first_row..rows.min(first_row + SIDE) {
                for column in first_column..columns.min(first_column + SIDE) {
                    transposed[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    transposed
}
