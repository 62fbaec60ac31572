//! Weights: how they are kept, and what that does to them.

use serde::{Deserialize, Serialize};

use super::TypedArray;
use crate::quantization::{ErrorFigures, Histogram, Scheme};

/// How weights are to be kept: see the quantization room for the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Quantization {
    /// As the checkpoint has them: integers as they are, floats as 32-bit ones (docs/decisions/0008). `f32` is its
    /// older name, still understood: integers would gain nothing as floats.
    #[default]
    #[serde(rename = "native", alias = "f32")]
    #[cfg_attr(test, ts(untagged, type = "\"native\" | \"f32\""))]
    AsStored,
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

/// What the weights of a loaded model are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WeightFormat {
    /// 32-bit floats.
    #[serde(rename = "f32")]
    F32,
    /// [`Quantization::F16`].
    #[serde(rename = "f16")]
    F16,
    /// [`Quantization::Int8`].
    #[serde(rename = "int8")]
    Int8,
    /// [`Quantization::Int4`].
    #[serde(rename = "int4")]
    Int4,
    /// A scheme, by its name.
    #[serde(untagged)]
    Scheme(Scheme),
}

impl WeightFormat {
    /// The format of a model whose weights were kept as asked; `stored` is the scheme that most of them have, none
    /// where most are floats.
    pub fn of(asked: Quantization, stored: Option<Scheme>) -> Self {
        match asked {
            Quantization::F16 => Self::F16,
            Quantization::Int8 => Self::Int8,
            Quantization::Int4 => Self::Int4,
            Quantization::Scheme(scheme) => Self::from(Some(scheme)),
            Quantization::AsStored => Self::from(stored),
        }
    }
}

impl From<Option<Scheme>> for WeightFormat {
    fn from(scheme: Option<Scheme>) -> Self {
        match scheme {
            None => Self::F32,
            // The same name: it is read back as the first of the two.
            Some(Scheme::Half) => Self::F16,
            Some(scheme) => Self::Scheme(scheme),
        }
    }
}

impl std::fmt::Display for WeightFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::F32 => formatter.write_str("f32"),
            Self::F16 => formatter.write_str("f16"),
            Self::Int8 => formatter.write_str("int8"),
            Self::Int4 => formatter.write_str("int4"),
            Self::Scheme(scheme) => scheme.fmt(formatter),
        }
    }
}

/// What stays in more bits than the rest: eight where the rest has four, floats where it has eight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WindowValues {
    /// Which part.
    pub window: Window,
    /// As they are, row-major.
    pub values: TypedArray<f32>,
    /// The stored integers (of `f16`: the bits).
    pub stored: TypedArray<i32>,
    /// As they come back.
    pub back: TypedArray<f32>,
}

/// A matrix, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
    pub map: TypedArray<f32>,
    /// The part that was asked for.
    pub window: Option<WindowValues>,
}

/// What a scheme does to a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// llama.cpp's, with the tokenizer in it.
    Gguf,
    /// Hugging Face's, quantized as docs/quantized-safetensors.md says.
    Safetensors,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_as_stored_have_two_names_and_say_one() {
        for name in ["native", "f32"] {
            let read: Quantization = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read, Quantization::AsStored);
        }
        assert_eq!(serde_json::to_value(Quantization::AsStored).unwrap(), "native");
    }

    #[test]
    fn a_format_is_read_by_the_name_that_it_shows() {
        let schemes = Scheme::ALL.map(|scheme| WeightFormat::from(Some(scheme)));
        let named = [WeightFormat::F32, WeightFormat::Int8, WeightFormat::Int4];
        for format in named.into_iter().chain(schemes) {
            let json = serde_json::to_value(format).unwrap();
            assert_eq!(json, format.to_string());
            assert_eq!(serde_json::from_value::<WeightFormat>(json).unwrap(), format);
        }
    }

    #[test]
    fn what_is_stored_decides_only_where_nothing_else_was_asked_for() {
        let stored = Some(Scheme::Q4_0);
        let of = |asked| WeightFormat::of(asked, stored).to_string();
        assert_eq!(of(Quantization::AsStored), "q4_0");
        assert_eq!(of(Quantization::Int4), "int4");
        assert_eq!(of(Quantization::Scheme(Scheme::Q8_0)), "q8_0");
        assert_eq!(WeightFormat::of(Quantization::AsStored, None), WeightFormat::F32);
    }
}
