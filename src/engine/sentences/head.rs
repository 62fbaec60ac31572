//! The modules after the pooling, read with their weights.

use serde::Deserialize;

use super::{
    modules::{HeadKind, HeadModule, Modules, within},
    settings_file::{module_json, optional_json},
};
use crate::{
    checkpoint::{Folder, SubFolder, TensorHeader, TensorSink, stream_tensors},
    embeddings::{Dense, DenseActivation, HeadStep, LayerNorm, Residual},
    error::{BadFileReason, LecternError, Result, SentenceReason},
    progress::Transfer,
};

/// The modules' name of the pooled vector, their input and output.
const POOLED: &str = "sentence_embedding";
/// The largest weight in bytes: 4096 by 4096 in 32 bits has 64 MB.
const LARGEST: u64 = 256 << 20;

/// Reads the steps after the pooling, whose output has `size` values, and whether the last one is a normalization.
pub(super) async fn read(
    folder: &dyn Folder,
    modules: &Modules,
    mut size: usize,
    transfer: &Transfer,
) -> Result<(Vec<HeadStep>, bool)> {
    let mut steps = Vec::with_capacity(modules.head.len());
    for HeadModule { kind, path } in &modules.head {
        let module = within(folder, path)?;
        let step = match kind {
            HeadKind::Dense => dense(&module, size, transfer).await?,
            HeadKind::LayerNorm => layer_norm(&module, size, transfer).await?,
            HeadKind::Normalize => normalize(&module, transfer).await?,
            HeadKind::Dropout => continue,
        };
        size = step.size_after(size);
        steps.push(step);
    }
    let normalized = steps.last() == Some(&HeadStep::Normalize);
    if normalized {
        steps.pop();
    }
    Ok((steps, normalized))
}

/// The names of a module's input and output.
#[derive(Default, Deserialize)]
struct Names {
    module_input_name: Option<String>,
    module_output_name: Option<String>,
}

impl Names {
    /// Refuses a module that works on anything but the pooled vector.
    fn check(&self, module: &SubFolder<'_>) -> Result<()> {
        let mut names = [&self.module_input_name, &self.module_output_name].into_iter().flatten();
        match names.find(|name| *name != POOLED) {
            Some(other) => {
                let reason = SentenceReason::ModuleInput {
                    file: module.path_of("config.json"),
                    found: other.clone(),
                    known: POOLED.to_owned(),
                };
                Err(LecternError::unsupported(reason))
            }
            None => Ok(()),
        }
    }
}

/// Reads a normalization; only newer versions write settings for it.
async fn normalize(module: &SubFolder<'_>, transfer: &Transfer) -> Result<HeadStep> {
    let names = optional_json::<Names>(module, "config.json", transfer).await?;
    names.unwrap_or_default().check(module)?;
    Ok(HeadStep::Normalize)
}

#[derive(Deserialize)]
struct DenseFile {
    in_features: usize,
    out_features: usize,
    #[serde(default = "yes")]
    bias: bool,
    /// The activation's class; tanh where the key is absent.
    #[serde(default = "tanh")]
    activation_function: Option<String>,
    #[serde(default)]
    use_residual: bool,
    #[serde(flatten)]
    names: Names,
}

fn yes() -> bool {
    true
}

fn tanh() -> Option<String> {
    Some("torch.nn.modules.activation.Tanh".into())
}

/// The activation by its PyTorch class, in any module of torch.nn.
fn activation(path: Option<&str>) -> Result<DenseActivation> {
    let class = path.map(|path| path.strip_prefix("torch.nn.").map(|path| path.rsplit('.').next()));
    Ok(match class.map(Option::flatten) {
        None | Some(Some("Identity")) => DenseActivation::Identity,
        Some(Some("Tanh")) => DenseActivation::Tanh,
        Some(Some("ReLU")) => DenseActivation::Relu,
        Some(Some("GELU")) => DenseActivation::Gelu,
        Some(Some("Sigmoid")) => DenseActivation::Sigmoid,
        Some(Some("SiLU")) => DenseActivation::Silu,
        Some(_) => {
            let found = path.unwrap_or_default().to_owned();
            let known = ["Identity", "Tanh", "ReLU", "GELU", "Sigmoid", "SiLU"];
            let known = known.map(str::to_owned).into();
            return Err(LecternError::unsupported(SentenceReason::DenseActivation {
                found,
                known,
            }));
        }
    })
}

async fn dense(module: &SubFolder<'_>, size: usize, transfer: &Transfer) -> Result<HeadStep> {
    let file: DenseFile = module_json(module, transfer).await?;
    file.names.check(module)?;
    let (inputs, outputs) = (file.in_features, file.out_features);
    check_size(module, inputs, size)?;
    let activation = activation(file.activation_function.as_deref())?;
    let bytes = (outputs as u64).saturating_mul(inputs as u64).saturating_mul(4);
    if outputs == 0 || bytes > LARGEST {
        return Err(LecternError::unsupported(SentenceReason::DenseSize { inputs, outputs }));
    }
    let mut tensors = Tensors::default();
    tensors.expect("linear.weight", vec![outputs, inputs]);
    if file.bias {
        tensors.expect("linear.bias", vec![outputs]);
    }
    if file.use_residual && inputs != outputs {
        tensors.expect("residual.weight", vec![outputs, inputs]);
    }
    tensors.read(module, transfer).await?;
    let weight = tensors.take("linear.weight");
    let bias = tensors.take("linear.bias");
    let residual = match file.use_residual {
        false => Residual::None,
        true if inputs == outputs => Residual::Input,
        true => Residual::Projected(tensors.take("residual.weight")),
    };
    Ok(HeadStep::Dense(Dense { weight, bias, outputs, activation, residual }))
}

#[derive(Deserialize)]
struct LayerNormFile {
    dimension: usize,
}

async fn layer_norm(module: &SubFolder<'_>, size: usize, transfer: &Transfer) -> Result<HeadStep> {
    let LayerNormFile { dimension } = module_json(module, transfer).await?;
    check_size(module, dimension, size)?;
    let mut tensors = Tensors::default();
    tensors.expect("norm.weight", vec![size]);
    tensors.expect("norm.bias", vec![size]);
    tensors.read(module, transfer).await?;
    let (gamma, beta) = (tensors.take("norm.weight"), tensors.take("norm.bias"));
    Ok(HeadStep::LayerNorm(LayerNorm { gamma, beta }))
}

fn check_size(module: &SubFolder<'_>, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let reason = BadFileReason::VectorSize { found, expected };
    Err(LecternError::bad_file(module.path_of("config.json"), reason))
}

/// The tensors that a module must have, and their values once they are read.
#[derive(Default)]
struct Tensors {
    expected: Vec<Expected>,
    /// The index of the tensor that is being read.
    arriving: usize,
}

struct Expected {
    name: &'static str,
    shape: Vec<usize>,
    values: Option<Vec<f32>>,
}

impl Tensors {
    fn expect(&mut self, name: &'static str, shape: Vec<usize>) {
        self.expected.push(Expected { name, shape, values: None });
    }

    /// Reads all of them from the module's checkpoint.
    async fn read(&mut self, module: &SubFolder<'_>, transfer: &Transfer) -> Result<()> {
        // A transfer of its own: the model's progress counts only the bytes of the model's own files.
        let transfer = Transfer::new(transfer.cancel.clone(), std::rc::Rc::new(|_| ()));
        let streamed = stream_tensors(module, self, &transfer).await;
        streamed.map_err(|error| module.named(error))?;
        match self.expected.iter().find(|expected| expected.values.is_none()) {
            Some(Expected { name, .. }) => {
                let name = module.path_of(name);
                Err(LecternError::MissingTensor { looked_for: vec![name.clone()], name })
            }
            None => Ok(()),
        }
    }

    /// A tensor's values; empty if it was not expected.
    fn take(&mut self, name: &str) -> Vec<f32> {
        let found = self.expected.iter_mut().find(|expected| expected.name == name);
        found.and_then(|expected| expected.values.take()).unwrap_or_default()
    }
}

impl TensorSink for Tensors {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        let Some(index) = self.expected.iter().position(|expected| expected.name == tensor.name)
        else {
            return Ok(false);
        };
        let expected = &mut self.expected[index];
        if tensor.shape != expected.shape {
            return Err(LecternError::ShapeMismatch {
                tensor: tensor.name.clone(),
                expected: expected.shape.clone(),
                found: tensor.shape.clone(),
            });
        }
        expected.values = Some(Vec::new());
        self.arriving = index;
        Ok(true)
    }

    fn values(&mut self, values: &[f32]) -> Result<()> {
        let Expected { name, values: arrived, .. } = &mut self.expected[self.arriving];
        let arrived = arrived.get_or_insert_default();
        match values.iter().position(|value| !value.is_finite()) {
            Some(offset) => {
                let index = arrived.len() + offset;
                Err(LecternError::NotFinite { tensor: (*name).to_owned(), index })
            }
            None => {
                arrived.extend_from_slice(values);
                Ok(())
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use serde_json::{Value, json};

    use super::*;
    use crate::{error::UnsupportedReason, library::MemoryFolder};

    /// A safetensors file of 32-bit floats.
    fn checkpoint(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
        let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
        for (name, shape, values) in tensors {
            let start = data.len();
            data.extend(values.iter().flat_map(|x| x.to_le_bytes()));
            let entry =
                json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()] });
            header.insert((*name).to_owned(), entry);
        }
        let header = Value::from(header).to_string();
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
    }

    fn config() -> Value {
        json!({ "in_features": 2, "out_features": 3, "bias": true,
            "activation_function": "torch.nn.modules.linear.Identity" })
    }

    fn weights() -> Vec<u8> {
        checkpoint(&[
            ("linear.weight", &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
            ("linear.bias", &[3], &[0.5, 0.0, -0.5]),
        ])
    }

    fn step(kind: HeadKind, size: usize, config: Value, weights: Vec<u8>) -> Result<HeadStep> {
        let files = [
            ("2_Head/config.json".to_owned(), config.to_string().into_bytes()),
            ("2_Head/model.safetensors".to_owned(), weights),
        ];
        let modules = Modules {
            head: vec![HeadModule { kind, path: "2_Head".into() }],
            ..Modules::default()
        };
        let folder = MemoryFolder::new("test", files);
        let (steps, normalized) = block_on(read(&folder, &modules, size, &Transfer::silent()))?;
        assert_eq!(normalized, kind == HeadKind::Normalize);
        Ok(steps.into_iter().next().unwrap_or(HeadStep::Normalize))
    }

    #[test]
    fn a_dense_layer_is_read_from_its_folder() {
        let layer = step(HeadKind::Dense, 2, config(), weights()).unwrap();
        assert_eq!(layer.apply(vec![1.0, 10.0]), [21.5, 43.0, 64.5]);
        let mut plain = config();
        plain["bias"] = json!(false);
        let layer = step(HeadKind::Dense, 2, plain, weights()).unwrap();
        assert_eq!(layer.apply(vec![1.0, 10.0]), [21.0, 43.0, 65.0]);
        let mut tanh = config();
        tanh.as_object_mut().unwrap().remove("activation_function");
        let HeadStep::Dense(layer) = step(HeadKind::Dense, 2, tanh, weights()).unwrap() else {
            panic!("no Dense layer")
        };
        assert_eq!(layer.activation, DenseActivation::Tanh);
    }

    #[test]
    fn missing_and_contradicting_settings_of_a_dense_layer_are_named() {
        let changed = |key: &str, value: Value| {
            let mut config = config();
            config[key] = value;
            step(HeadKind::Dense, 2, config, weights()).unwrap_err()
        };
        let custom = changed("activation_function", json!("my_code.Swish"));
        let LecternError::UnsupportedModel {
            reason:
                UnsupportedReason::Sentences { reason: SentenceReason::DenseActivation { found, .. } },
        } = custom
        else {
            panic!("{custom:?}")
        };
        assert_eq!(found, "my_code.Swish");
        let softmax = changed("activation_function", json!("torch.nn.modules.activation.Softmax"));
        assert!(matches!(softmax, LecternError::UnsupportedModel { .. }));
        let tokens = changed("module_input_name", json!("token_embeddings"));
        let LecternError::UnsupportedModel {
            reason:
                UnsupportedReason::Sentences { reason: SentenceReason::ModuleInput { file, .. } },
        } = tokens
        else {
            panic!("{tokens:?}")
        };
        assert_eq!(file, "2_Head/config.json");
        assert!(matches!(changed("in_features", json!(4)), LecternError::BadFile { .. }));
        assert!(matches!(changed("out_features", json!(4)), LecternError::ShapeMismatch { .. }));
        for outputs in [json!(0), json!(u64::MAX / 2)] {
            assert!(matches!(
                changed("out_features", outputs),
                LecternError::UnsupportedModel { .. }
            ));
        }
        let residual = changed("use_residual", json!(true));
        assert!(
            matches!(&residual, LecternError::MissingTensor { name, .. } if name == "2_Head/residual.weight")
        );
        let damaged =
            step(HeadKind::Dense, 2, config(), b"PK\x03\x04 is a zip".to_vec()).unwrap_err();
        assert!(
            matches!(&damaged, LecternError::BadFile { file, .. } if file == "2_Head/model.safetensors")
        );
        let infinite =
            checkpoint(&[("linear.weight", &[3, 2], &[1.0, 2.0, f32::INFINITY, 4.0, 5.0, 6.0])]);
        let infinite = step(HeadKind::Dense, 2, config(), infinite).unwrap_err();
        assert!(matches!(infinite, LecternError::NotFinite { index: 2, .. }));
    }

    #[test]
    fn a_layer_norm_and_a_normalization_are_read_from_their_folders() {
        let norm =
            checkpoint(&[("norm.weight", &[2], &[2.0, 2.0]), ("norm.bias", &[2], &[1.0, 1.0])]);
        let norm = step(HeadKind::LayerNorm, 2, json!({ "dimension": 2 }), norm).unwrap();
        let found = norm.apply(vec![5.0, 9.0]);
        assert!((found[0] + 1.0).abs() < 1e-4 && (found[1] - 3.0).abs() < 1e-4, "{found:?}");
        let settings =
            json!({ "module_input_name": "sentence_embedding", "module_output_name": null });
        assert!(step(HeadKind::Normalize, 2, settings, Vec::new()).is_ok());
        let tokens = json!({ "module_input_name": "token_embeddings" });
        assert!(step(HeadKind::Normalize, 2, tokens, Vec::new()).is_err());
    }
}
