//! Weights: their formats, and the errors of quantization.

use serde::{Deserialize, Serialize};

use super::TypedArray;
use crate::quantization::{ErrorFigures, Histogram, Scheme};

/// The requested format of weights; the module `quantization` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Quantization {
    /// The checkpoint's format: integers as stored, floats as 32-bit ones (docs/decisions/0008). `f32` is its older
    /// name, still accepted: integers would gain nothing as floats.
    #[default]
    #[serde(rename = "native", alias = "f32")]
    #[cfg_attr(test, ts(untagged, type = "\"native\" | \"f32\""))]
    AsStored,
    /// 16-bit floats, converted to 32-bit ones for computation.
    #[serde(rename = "f16")]
    F16,
    /// Eight bits, symmetric, one scale per row.
    #[serde(rename = "int8")]
    Int8,
    /// Four bits, a scale and a minimum for each group of 32 in a row; the token embedding, which is the head too, in
    /// eight.
    #[serde(rename = "int4")]
    Int4,
    /// Any scheme, by its name, for all matrices.
    #[serde(untagged)]
    Scheme(Scheme),
}

/// The format of a loaded model's weights.
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
    /// The format of a model that was loaded with `asked`; `stored` is the scheme of most weights, `None` for floats.
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
            Some(Scheme::F16) => Self::F16,
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

/// The matrices in more bits than the others: eight instead of four, floats instead of eight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Keep {
    /// The token embedding, and the head that is tied to it.
    pub embedding: bool,
    /// The matrices of queries, keys and values.
    pub query_key_value: bool,
    /// All matrices of these layers, from 0.
    pub layers: Vec<usize>,
}

/// A matrix of a loaded model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TensorInfo {
    /// Its name by the model's modules: `h.0.attn.c_attn`.
    pub name: String,
    /// Number of outputs.
    pub rows: usize,
    /// Number of inputs.
    pub columns: usize,
    /// Its scheme; `None`: 32-bit floats.
    pub scheme: Option<Scheme>,
    /// Its bytes in memory.
    pub bytes: u64,
}

/// A section of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// Index of the first row.
    pub row: usize,
    /// Index of the first column.
    pub column: usize,
    /// Number of rows; fewer are returned at the matrix's end.
    pub rows: usize,
    /// Number of columns; fewer are returned at the matrix's end.
    pub columns: usize,
}

/// The values of a section of a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WindowValues {
    /// The section.
    pub window: Window,
    /// The original values, row-major.
    pub values: TypedArray<f32>,
    /// The stored integers (for `f16`: the bits).
    pub stored: TypedArray<i32>,
    /// The dequantized values.
    #[serde(rename = "back")]
    pub dequantized: TypedArray<f32>,
}

/// A matrix before and after quantization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TensorStudy {
    /// Number of outputs.
    pub rows: usize,
    /// Number of inputs.
    pub columns: usize,
    /// The histogram of the original values.
    pub before: Histogram,
    /// The histogram of the dequantized values, with the same bars.
    pub after: Histogram,
    /// The histogram of the errors, x − x′.
    pub errors: Histogram,
    /// The figures of the errors.
    pub figures: ErrorFigures,
    /// Its bytes in a file.
    pub bytes: u64,
    /// Cells of the map of errors, down and across; each stands for a rectangle of the matrix.
    pub map_shape: [usize; 2],
    /// The largest |x − x′| of each cell, row-major.
    pub map: TypedArray<f32>,
    /// The requested section.
    pub window: Option<WindowValues>,
}

/// The errors of a scheme in a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Damage"))]
#[serde(rename_all = "camelCase")]
pub struct SchemeError {
    /// The matrix.
    pub tensor: TensorInfo,
    /// The figures of the errors.
    pub figures: ErrorFigures,
    /// Its bytes in a file.
    pub bytes: u64,
}

/// The divergence of a model's distributions from those of a reference, over the tokens of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Mean Kullback–Leibler divergence, Σ p·ln(p/q), p being the reference's, in nats.
    pub mean_divergence: f64,
    /// The largest divergence of a token.
    pub largest_divergence: f64,
    /// The share of tokens for which both have the same most probable one.
    pub agreement: f64,
    /// The reference's own perplexity on the same tokens.
    pub reference_perplexity: f64,
    /// The divergence at each of the first 256 scored tokens, in nats.
    pub divergences: Vec<f64>,
}

/// The format of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// GGUF, llama.cpp's format, with the tokenizer in it.
    Gguf,
    /// Safetensors, Hugging Face's format, quantized as in docs/quantized-safetensors.md.
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
