//! Weights: how they are kept, and what that does to them.

use serde::{Deserialize, Serialize};

use crate::quantization::{ErrorFigures, Histogram, Scheme};

/// How weights are kept: see the quantization room for the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Quantization {
    /// 32-bit floats, as the checkpoint has them.
    #[default]
    #[serde(rename = "f32")]
    F32,
    /// 16-bit floats, computed with as 32-bit ones.
    #[serde(rename = "f16")]
    F16,
    /// Eight bits, symmetric, one scale a row.
    #[serde(rename = "int8")]
    Int8,
    /// Four bits, a scale and a minimum for each group of 32 in a row; the token embedding, which is the head
    /// too, in eight.
    #[serde(rename = "int4")]
    Int4,
    /// Any scheme, by its name, for all matrices.
    #[serde(untagged)]
    Scheme(Scheme),
}

/// What stays in more bits than the rest: eight where the rest has four, floats where it has eight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Keep {
    /// The token embedding, and the head that is tied to it.
    pub embedding: bool,
    /// The matrices that make queries, keys and values.
    pub query_key_value: bool,
    /// All matrices of these layers, from 0.
    pub layers: Vec<usize>,
}

/// A matrix of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TensorInfo {
    /// Its name, as the model's modules spell it: `h.0.attn.c_attn`.
    pub name: String,
    /// Outputs.
    pub rows: usize,
    /// Inputs.
    pub columns: usize,
    /// How it is kept; none: 32-bit floats.
    pub scheme: Option<Scheme>,
    /// Bytes it takes.
    pub bytes: u64,
}

/// A part of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// First row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// How many rows; fewer come back at the matrix's end.
    pub rows: usize,
    /// How many columns; fewer come back at the matrix's end.
    pub columns: usize,
}

/// The numbers of a part of a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowValues {
    /// Which part.
    pub window: Window,
    /// As they are, row-major.
    pub values: Vec<f32>,
    /// The stored integers (of `f16`: the bits).
    pub stored: Vec<i32>,
    /// As they come back.
    pub back: Vec<f32>,
}

/// A matrix, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TensorStudy {
    /// Outputs.
    pub rows: usize,
    /// Inputs.
    pub columns: usize,
    /// Where its numbers lie.
    pub before: Histogram,
    /// Where they lie when they come back; the same bars.
    pub after: Histogram,
    /// The errors, x − x′.
    pub errors: Histogram,
    /// The errors' figures.
    pub figures: ErrorFigures,
    /// Bytes of it in a file.
    pub bytes: u64,
    /// Cells of the map of errors, down and across; each stands for a rectangle of the matrix.
    pub map_shape: [usize; 2],
    /// The largest |x − x′| of each cell, row-major.
    pub map: Vec<f32>,
    /// The part that was asked for.
    pub window: Option<WindowValues>,
}

/// What a scheme does to a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Damage {
    /// Which matrix.
    pub tensor: TensorInfo,
    /// The errors' figures.
    pub figures: ErrorFigures,
    /// Bytes of it in a file.
    pub bytes: u64,
}

/// A model's distributions beside those of a reference, over the tokens of a text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Mean Kullback–Leibler divergence, Σ p·ln(p/q), p being the reference's, in nats.
    pub mean_divergence: f64,
    /// The largest one.
    pub largest_divergence: f64,
    /// The share of tokens for which both hold the same one to be the most probable.
    pub agreement: f64,
    /// The reference's own perplexity on the same tokens.
    pub reference_perplexity: f64,
}

/// A kind of model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// llama.cpp's, with the tokenizer in it.
    Gguf,
    /// Hugging Face's, quantized as docs/quantized-safetensors.md says.
    Safetensors,
}
