//! Loading a model: config, tokenizer, weights, first run.

use std::{cell::RefCell, rc::Rc};

use burn::tensor::Device;
use web_time::Instant;

use super::{Emit, Loaded, device::Devices, random_model};
use crate::{
    checkpoint::{CancelToken, Folder, ProgressReport, Transfer, TransferPhase, stream_tensors},
    error::{LecternError, Result},
    generation::Session,
    models::{Gpt2, Gpt2Checkpoint, Gpt2Config, Precision},
    protocol::{Ability, DeviceChoice, Event, ModelInfo, Phase, Pooling, Quantization, Source},
    quantization::Scheme,
    text::Tokenizer,
};

/// config.json of the largest models has a few kilobytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// A load that was asked for.
pub(super) struct Load<'a> {
    pub(super) source: Source,
    pub(super) quantization: Quantization,
    pub(super) device: DeviceChoice,
    pub(super) folder: Option<Rc<dyn Folder>>,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: Emit,
}

/// What each choice of the page means.
fn precision(quantization: Quantization) -> Precision {
    match quantization {
        Quantization::F32 => Precision::default(),
        Quantization::F16 => Precision::uniform(Scheme::Half),
        Quantization::Int8 => Precision::uniform(Scheme::Int8Channel),
        // The embedding is the head too, where four bits cost the most: it gets eight.
        Quantization::Int4 => Precision {
            layers: Some(Scheme::Int4Asymmetric { group: 32 }),
            query_key_value: Some(Scheme::Int4Asymmetric { group: 32 }),
            embedding: Some(Scheme::Int8Channel),
        },
    }
}

impl Load<'_> {
    pub(super) async fn run(self, devices: &Devices) -> Result<Loaded> {
        let start = Instant::now();
        let (device, device_info) = devices.choose(self.device).await?;
        let (model, tokenizer, name) = match (&self.source, &self.folder) {
            (Source::Random { config, seed }, _) => {
                let config = Gpt2Config::from_json(config.to_string().as_bytes())?;
                let tokenizer = random_model::tokenizer(config.vocab_size)?;
                let checkpoint = self.checkpoint(config, &device);
                let model = random_model::fill(checkpoint, *seed, self.cancel).await?;
                (model, tokenizer, "random weights".to_owned())
            }
            (_, Some(folder)) => {
                let (model, tokenizer) = self.read(&**folder, &device).await?;
                (model, tokenizer, folder.name().to_owned())
            }
            (_, None) => return Err(LecternError::bad_request("no model files were given")),
        };
        self.prepare(&model).await?;
        let config = &model.config;
        let info = ModelInfo {
            model: 0,
            name,
            architecture: config.model_type.clone(),
            abilities: vec![Ability::Generate],
            pooling: Pooling::default(),
            mask_token: None,
            parameters: model.parameters() as u64,
            weight_bytes: model.weight_bytes() as u64,
            cache_bytes_per_token: config.cache_bytes_per_token() as u64,
            quantization: self.quantization,
            layers: config.n_layer,
            heads: config.n_head,
            hidden_size: config.n_embd,
            context: config.n_positions,
            vocabulary: config.vocab_size,
            device: device_info,
            load_seconds: start.elapsed().as_secs_f64(),
        };
        Ok(Loaded { model, tokenizer, info, session: RefCell::new(None) })
    }

    fn checkpoint(&self, config: Gpt2Config, device: &Device) -> Gpt2Checkpoint {
        Gpt2Checkpoint::new(config, precision(self.quantization), device.clone())
    }

    async fn read(&self, folder: &dyn Folder, device: &Device) -> Result<(Gpt2, Tokenizer)> {
        let emit = Rc::clone(&self.emit);
        let report = move |report: ProgressReport| {
            let ProgressReport { phase, file, loaded, total } = report;
            let phase = match phase {
                TransferPhase::Fetching => Phase::Fetching,
                TransferPhase::Retrying => Phase::Retrying,
            };
            emit(Event::Progress { phase, file, loaded, total });
        };
        let transfer = Transfer::new(self.cancel.clone(), Rc::new(report));
        let config = folder
            .read("config.json", CONFIG_LIMIT, &transfer)
            .await?
            .ok_or_else(|| LecternError::NotFound { file: "config.json".into() })?;
        let config = Gpt2Config::from_json(&config)?;
        let tokenizer = Tokenizer::load(folder, &transfer).await?;
        if tokenizer.size() > config.vocab_size {
            let (tokens, rows) = (tokenizer.size(), config.vocab_size);
            let reason = format!("it has {tokens} tokens, and the model's vocabulary {rows}");
            return Err(LecternError::BadFile { file: "tokenizer.json".into(), reason });
        }
        let mut checkpoint = self.checkpoint(config, device);
        stream_tensors(folder, &mut checkpoint, &transfer).await?;
        Ok((checkpoint.finish()?, tokenizer))
    }

    /// Run two tokens and one: kernels are compiled, and the first answer is not slow.
    async fn prepare(&self, model: &Gpt2) -> Result<()> {
        self.cancel.check()?;
        let bytes = model.weight_bytes() as u64;
        let phase = Phase::Preparing;
        (self.emit)(Event::Progress {
            phase,
            file: String::new(),
            loaded: bytes,
            total: Some(bytes),
        });
        if model.config.n_positions < 3 {
            return Ok(());
        }
        let mut session = Session::new(model, 3);
        session.extend(model, &[0, 0]).await?;
        session.extend(model, &[0]).await?;
        Ok(())
    }
}
