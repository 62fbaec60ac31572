//! Loading a model: config, tokenizer, weights, first run.

use std::{cell::RefCell, rc::Rc};

use async_lock::Mutex;
use burn::tensor::Device;
use web_time::Instant;

use super::{
    Emit,
    device::Devices,
    loaded::{Decoder, Encoder, Loaded, Model},
    random_model,
    sentence_settings::SentenceSettings,
};
use crate::{
    checkpoint::{CancelToken, Folder, ProgressReport, Transfer, TransferPhase, stream_tensors},
    error::{LecternError, Result},
    generation::{Session, read},
    models::{
        Bert, BertCheckpoint, BertConfig, EncoderInput, EncoderWanted, Gpt2, Gpt2Checkpoint,
        Gpt2Config, Precision, model_type,
    },
    protocol::{
        Ability, DeviceChoice, DeviceInfo, Event, Keep, ModelInfo, Phase, Pooling, Quantization,
        Source,
    },
    quantization::{Fit, Scheme},
    text::Tokenizer,
};

/// config.json of the largest models has a few kilobytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// A load that was asked for.
pub(super) struct Load<'a> {
    pub(super) source: Source,
    pub(super) quantization: Quantization,
    pub(super) fit: Fit,
    pub(super) keep: Keep,
    pub(super) device: DeviceChoice,
    pub(super) folder: Option<Rc<dyn Folder>>,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: Emit,
}

/// The architectures that can be run.
enum Config {
    Gpt2(Gpt2Config),
    Bert(BertConfig),
}

impl Config {
    fn from_json(json: &[u8]) -> Result<Self> {
        match model_type(json)?.as_str() {
            "gpt2" => Gpt2Config::from_json(json).map(Self::Gpt2),
            "bert" | "distilbert" => BertConfig::from_json(json).map(Self::Bert),
            other => {
                let reason = format!(
                    "its architecture is {other}; gpt2, bert and distilbert are those that run here"
                );
                Err(LecternError::UnsupportedModel { reason })
            }
        }
    }

    fn vocabulary(&self) -> usize {
        match self {
            Self::Gpt2(config) => config.vocab_size,
            Self::Bert(config) => config.vocab_size,
        }
    }

    /// How the tokenizer of such a model cuts letters.
    fn letters(&self) -> random_model::Letters {
        match self {
            Self::Gpt2(_) => random_model::Letters::Bytes,
            Self::Bert(_) => random_model::Letters::Pieces,
        }
    }

    /// What a choice of weights means for each matrix.
    fn precision(&self, load: &Load<'_>) -> Precision {
        let scheme = match load.quantization {
            Quantization::F32 => None,
            Quantization::F16 => Some(Scheme::Half),
            Quantization::Int8 => Some(Scheme::Int8Channel),
            Quantization::Int4 => Some(Scheme::Int4Asymmetric { group: 32 }),
            Quantization::Scheme(scheme) => Some(scheme),
        };
        let is_int4 = load.quantization == Quantization::Int4;
        // The embedding is the head too, where four bits cost the most; in an encoder the vectors lose their
        // direction first where queries, keys and values are made (docs/decisions/0004 and 0005).
        let keeps_embedding = load.keep.embedding || is_int4;
        let keeps_qkv = load.keep.query_key_value || is_int4 && matches!(self, Self::Bert(_));
        let above = Precision::above(scheme);
        Precision {
            layers: scheme,
            query_key_value: if keeps_qkv { above } else { scheme },
            embedding: if keeps_embedding { above } else { scheme },
            exceptions: load.keep.layers.clone(),
            excepted: above,
            fit: load.fit,
        }
    }
}

impl Load<'_> {
    pub(super) async fn run(self, devices: &Devices) -> Result<Loaded> {
        let start = Instant::now();
        let (device, device_info) = devices.choose(self.device).await?;
        let silent = SentenceSettings::default();
        let (model, tokenizer, settings, name) = match (&self.source, &self.folder) {
            (Source::Random { config, seed }, _) => {
                let config = Config::from_json(config.to_string().as_bytes())?;
                let tokenizer = random_model::tokenizer(config.letters(), config.vocabulary())?;
                let model = self.random(config, *seed, &device).await?;
                (model, tokenizer, silent, "random weights".to_owned())
            }
            (_, Some(folder)) => {
                let (model, tokenizer, settings) = self.read(&**folder, &device).await?;
                (model, tokenizer, settings, folder.name().to_owned())
            }
            (_, None) => return Err(LecternError::bad_request("no model files were given")),
        };
        self.prepare(&model).await?;
        let mut info = match &model {
            Model::Decoder(decoder) => self.describe_gpt2(&decoder.model, device_info),
            Model::Encoder(encoder) => self.describe_bert(&encoder.model, &settings, device_info),
        };
        if info.abilities.contains(&Ability::FillMask) {
            info.mask_token = tokenizer.mask().map(|(_, name)| name);
        }
        info.name = name;
        info.load_seconds = start.elapsed().as_secs_f64();
        Ok(Loaded { model, tokenizer, info, studied: RefCell::new(None) })
    }

    async fn random(&self, config: Config, seed: u32, device: &Device) -> Result<Model> {
        let precision = config.precision(self);
        Ok(match config {
            Config::Gpt2(config) => {
                let mut checkpoint = Gpt2Checkpoint::new(config, precision, device.clone());
                let tensors = checkpoint.tensors();
                random_model::fill(&mut checkpoint, tensors, seed, self.cancel).await?;
                decoder(checkpoint.finish()?)
            }
            Config::Bert(config) => {
                let mut checkpoint = BertCheckpoint::new(config, precision, device.clone());
                let tensors = checkpoint.tensors();
                random_model::fill(&mut checkpoint, tensors, seed, self.cancel).await?;
                encoder(checkpoint.finish()?)
            }
        })
    }

    async fn read(
        &self,
        folder: &dyn Folder,
        device: &Device,
    ) -> Result<(Model, Tokenizer, SentenceSettings)> {
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
        let config = Config::from_json(&config)?;
        let tokenizer = Tokenizer::load(folder, &transfer).await?;
        let (largest, rows) = (tokenizer.largest_id(), config.vocabulary());
        if largest as usize >= rows {
            let reason =
                format!("its tokens go up to {largest}, and the model's vocabulary has {rows}");
            return Err(LecternError::BadFile { file: "the tokenizer".into(), reason });
        }
        let precision = config.precision(self);
        match config {
            Config::Gpt2(config) => {
                let mut checkpoint = Gpt2Checkpoint::new(config, precision, device.clone());
                stream_tensors(folder, &mut checkpoint, &transfer).await?;
                Ok((decoder(checkpoint.finish()?), tokenizer, SentenceSettings::default()))
            }
            Config::Bert(config) => {
                let settings = SentenceSettings::read(folder, &transfer).await?;
                let mut checkpoint = BertCheckpoint::new(config, precision, device.clone());
                stream_tensors(folder, &mut checkpoint, &transfer).await?;
                Ok((encoder(checkpoint.finish()?), tokenizer, settings))
            }
        }
    }

    /// Run a few tokens: kernels are compiled, and the first answer is not slow.
    async fn prepare(&self, model: &Model) -> Result<()> {
        self.cancel.check()?;
        let bytes = match model {
            Model::Decoder(decoder) => decoder.model.weight_bytes(),
            Model::Encoder(encoder) => encoder.model.weight_bytes(),
        } as u64;
        let (phase, file) = (Phase::Preparing, String::new());
        (self.emit)(Event::Progress { phase, file, loaded: bytes, total: Some(bytes) });
        match model {
            Model::Decoder(decoder) if decoder.model.config.n_positions >= 3 => {
                let model = &decoder.model;
                let mut session = Session::new(model, 3);
                session.extend(model, &[0, 0]).await?;
                session.extend(model, &[0]).await?;
            }
            Model::Decoder(_) => {}
            Model::Encoder(encoder) => {
                let model = &encoder.model;
                let tokens = model.config.max_position_embeddings.min(2);
                let text = EncoderInput { ids: &vec![0; tokens], types: &vec![0; tokens] };
                read(model.encode(&[text], EncoderWanted::default()).last).await?;
            }
        }
        Ok(())
    }

    fn describe_gpt2(&self, model: &Gpt2, device: DeviceInfo) -> ModelInfo {
        let config = &model.config;
        ModelInfo {
            model: 0,
            name: String::new(),
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
            device,
            load_seconds: 0.0,
        }
    }

    fn describe_bert(
        &self,
        model: &Bert,
        settings: &SentenceSettings,
        device: DeviceInfo,
    ) -> ModelInfo {
        let config = &model.config;
        let mut abilities = vec![Ability::Embed];
        abilities.extend(model.masked_head.as_ref().map(|_| Ability::FillMask));
        let next = model.pooler.as_ref().and(model.next_sentence_head.as_ref());
        abilities.extend(next.map(|_| Ability::NextSentence));
        ModelInfo {
            model: 0,
            name: String::new(),
            architecture: config.model_type.clone(),
            abilities,
            pooling: settings.pooling,
            mask_token: None,
            parameters: model.parameters() as u64,
            weight_bytes: model.weight_bytes() as u64,
            cache_bytes_per_token: 0,
            quantization: self.quantization,
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            hidden_size: config.hidden_size,
            context: settings.context(config.max_position_embeddings),
            vocabulary: config.vocab_size,
            device,
            load_seconds: 0.0,
        }
    }
}

fn decoder(model: Gpt2) -> Model {
    Model::Decoder(Box::new(Decoder { model, session: Mutex::new(None) }))
}

fn encoder(model: Bert) -> Model {
    Model::Encoder(Box::new(Encoder { model, last: RefCell::new(None) }))
}
