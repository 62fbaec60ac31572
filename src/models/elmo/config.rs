//! The config.json of an ELMo, in the form of AllenNLP's options.json with two keys more: `model_type` and `vocab_size`.

use serde::{Deserialize, Serialize};

use crate::{
    error::{LecternError, Result, UnsupportedReason},
    kernels::Activation,
    models::{config_file::ConfigFile, limits::Dimensions},
};

/// The model type of such a configuration.
pub(super) const MODEL_TYPE: &str = "elmo";
/// The widest convolution that a model may have.
pub(super) const WIDEST: usize = 8;
/// The highway layers that a model may have.
pub(super) const MOST_HIGHWAYS: usize = 2;
/// Rows of the table of characters: 256 bytes, five marks, and nothing.
const CHARACTERS: usize = 262;

/// The sizes and options of an ELMo (Peters et al. 2018).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElmoConfig {
    /// `elmo`
    #[serde(default = "model_type")]
    pub model_type: String,
    /// Words that the language models can name; 0: the model was published without that layer.
    #[serde(default)]
    pub vocab_size: usize,
    /// The word's vector from its characters.
    pub char_cnn: CharCnnConfig,
    /// The two readers.
    pub lstm: LstmConfig,
}

/// The layers that make a word's vector from its characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CharCnnConfig {
    /// The activation after the convolutions, by its name.
    #[serde(default = "relu")]
    pub activation: String,
    /// The table of characters.
    pub embedding: CharEmbeddingConfig,
    /// Width and number of the filters of each convolution.
    pub filters: Vec<[usize; 2]>,
    /// Longest word, in bytes with two marks around it.
    pub max_characters_per_token: usize,
    /// Rows of the table of characters.
    #[serde(default = "characters")]
    pub n_characters: usize,
    /// Number of highway layers.
    pub n_highway: usize,
}

/// The table of characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CharEmbeddingConfig {
    /// Size of a row.
    pub dim: usize,
}

/// The layers of a reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LstmConfig {
    /// Largest magnitude of a cell's state.
    #[serde(default)]
    pub cell_clip: Option<f32>,
    /// Number of cells of a layer.
    pub dim: usize,
    /// Number of layers.
    pub n_layers: usize,
    /// Largest magnitude of a projected output.
    #[serde(default)]
    pub proj_clip: Option<f32>,
    /// Size of a word's vector and of a layer's output.
    pub projection_dim: usize,
    /// Whether a layer's input is added to its output, from the second layer on.
    #[serde(default)]
    pub use_skip_connections: bool,
}

fn model_type() -> String {
    MODEL_TYPE.into()
}

fn relu() -> String {
    "relu".into()
}

fn characters() -> usize {
    CHARACTERS
}

impl ElmoConfig {
    /// Reads and checks a config.json.
    ///
    /// # Errors
    /// [`LecternError::BadFile`] if it is not one, [`LecternError::UnsupportedModel`] if Lectern cannot run the model.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Self::from_file(ConfigFile::parse(json)?)
    }

    /// [`ElmoConfig::from_json`] for a parsed file.
    ///
    /// # Errors
    /// As [`ElmoConfig::from_json`].
    pub fn from_file(file: ConfigFile) -> Result<Self> {
        let config: Self = file.read(&[])?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let Self { char_cnn, lstm, .. } = self;
        let mut sizes = vec![
            char_cnn.embedding.dim,
            char_cnn.max_characters_per_token,
            // A gate for each of four, and a highway's two halves.
            lstm.dim.saturating_mul(4),
            lstm.projection_dim,
            self.features().saturating_mul(2),
            self.vocab_size.max(1),
        ];
        sizes.extend(char_cnn.filters.iter().map(|[_, count]| *count));
        let (layers, width) = (lstm.n_layers, lstm.projection_dim);
        // No attention: heads of one each are always within the kernels' limits.
        Dimensions { sizes: &sizes, layers, heads: width.max(1), hidden_size: width }.check()?;
        let is_width =
            |width: usize| (1..=WIDEST.min(char_cnn.max_characters_per_token)).contains(&width);
        let mut widths: Vec<usize> = char_cnn.filters.iter().map(|[width, _]| *width).collect();
        widths.sort_unstable();
        let are_distinct = widths.windows(2).all(|pair| pair[0] < pair[1]);
        let are_convolutions = are_distinct && widths.iter().all(|width| is_width(*width));
        let is_readable = char_cnn.n_characters == CHARACTERS
            && char_cnn.max_characters_per_token > 2
            && char_cnn.n_highway <= MOST_HIGHWAYS
            && layers > 0;
        if !are_convolutions || !is_readable {
            let sizes = [widths, vec![char_cnn.n_characters, char_cnn.n_highway, layers]].concat();
            return Err(LecternError::unsupported(UnsupportedReason::Sizes { sizes }));
        }
        self.activation().map(drop)
    }

    /// The activation after the convolutions.
    ///
    /// # Errors
    /// [`LecternError::UnsupportedModel`] for an unknown one.
    pub fn activation(&self) -> Result<Activation> {
        match self.char_cnn.activation.as_str() {
            "tanh" => Ok(Activation::Tanh),
            "relu" => Ok(Activation::Relu),
            other => {
                let name = other.to_owned();
                Err(LecternError::unsupported(UnsupportedReason::Activation { name }))
            }
        }
    }

    /// Number of filters of the convolution of this width; `None` without one.
    pub fn filters(&self, width: usize) -> Option<usize> {
        let mut filters = self.char_cnn.filters.iter();
        filters.find(|[found, _]| *found == width).map(|[_, count]| *count)
    }

    /// Number of all filters: the width of the highway layers.
    pub fn features(&self) -> usize {
        self.char_cnn.filters.iter().fold(0, |sum: usize, [_, count]| sum.saturating_add(*count))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The options.json of the original model.
    fn original() -> Value {
        json!({
            "lstm": {
                "use_skip_connections": true, "projection_dim": 512, "cell_clip": 3, "proj_clip": 3,
                "dim": 4096, "n_layers": 2
            },
            "char_cnn": {
                "activation": "relu",
                "filters": [[1, 32], [2, 32], [3, 64], [4, 128], [5, 256], [6, 512], [7, 1024]],
                "n_highway": 2, "embedding": { "dim": 16 }, "n_characters": 262,
                "max_characters_per_token": 50
            }
        })
    }

    fn read(json: &Value) -> Result<ElmoConfig> {
        ElmoConfig::from_json(json.to_string().as_bytes())
    }

    #[test]
    fn the_original_shapes_are_read() {
        let config = read(&original()).unwrap();
        assert_eq!(
            (config.features(), config.filters(7), config.filters(8)),
            (2048, Some(1024), None)
        );
        assert_eq!((config.lstm.cell_clip, config.vocab_size), (Some(3.0), 0));
    }

    #[test]
    fn what_cannot_be_run_is_said() {
        for (place, value) in [
            ("/char_cnn/filters", json!([[9, 4]])),
            ("/char_cnn/filters", json!([[2, 4], [2, 4]])),
            ("/char_cnn/filters", json!([[2, u64::MAX / 2], [3, u64::MAX / 2]])),
            ("/char_cnn/n_characters", json!(261)),
            ("/char_cnn/max_characters_per_token", json!(2)),
            ("/char_cnn/n_highway", json!(3)),
            ("/char_cnn/activation", json!("swell")),
            ("/lstm/n_layers", json!(0)),
            ("/lstm/dim", json!(u64::MAX / 2)),
        ] {
            let mut json = original();
            *json.pointer_mut(place).unwrap() = value;
            let found = read(&json);
            assert!(
                matches!(found, Err(LecternError::UnsupportedModel { .. })),
                "{json}: {found:?}"
            );
        }
        assert!(matches!(read(&json!({ "lstm": 3 })), Err(LecternError::BadFile { .. })));
    }
}
