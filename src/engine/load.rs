//! Loading of a model: config, tokenizer, weights, first run.

use std::{cell::RefCell, rc::Rc};

use burn::tensor::Device;
use web_time::Instant;

use super::{
    Emit,
    arriving::Arriving,
    device::Devices,
    loaded::{Loaded, Model},
    memory::{Memory, Reservation},
    random_model,
    sentences::{Modules, SentenceSettings},
    weights::check_choice,
};
use crate::{
    checkpoint::{Folder, SubFolder, gguf_file, stream_tensors},
    error::{BadFileReason, BadRequestReason, LecternError, Result},
    generation::{Session, read},
    models::{
        BertInput, BertOutputOptions, ConfigFile, Kind, ModelConfig, Precision, Sizes, read_config,
    },
    progress::{CancelToken, ProgressReport, Transfer, TransferPhase},
    protocol::{DeviceChoice, Event, Keep, Phase, Quantization, Source},
    quantization::{Fit, Scheme},
    text::Tokenizer,
};

/// Bytes of the largest config.json; real ones have a few kilobytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// A request to load a model.
pub(super) struct Load<'a> {
    pub(super) source: Source,
    pub(super) quantization: Quantization,
    pub(super) fit: Fit,
    pub(super) keep: Keep,
    pub(super) device: DeviceChoice,
    pub(super) folder: Option<Rc<dyn Folder>>,
    pub(super) memory: &'a Memory,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: Emit,
}

/// The components of a loaded model.
pub(super) struct Contents {
    pub(super) sizes: Sizes,
    pub(super) model: Model,
    pub(super) tokenizer: Tokenizer,
    pub(super) settings: SentenceSettings,
    /// The model's memory.
    pub(super) reservation: Option<Reservation>,
}

impl Load<'_> {
    /// The model's name.
    pub(super) fn name(&self) -> &str {
        self.folder.as_ref().map_or("random weights", |folder| folder.name())
    }

    /// The precision of each matrix by the choice for all.
    pub(super) fn precision(&self, kind: Kind) -> Precision {
        let scheme = match self.quantization {
            Quantization::AsStored => None,
            Quantization::F16 => Some(Scheme::F16),
            Quantization::Int8 => Some(Scheme::Int8Channel),
            Quantization::Int4 => Some(Scheme::Int4Asymmetric { group: 32 }),
            Quantization::Scheme(scheme) => Some(scheme),
        };
        let is_int4 = self.quantization == Quantization::Int4;
        // The embedding is the head too, where four bits cost the most; in an encoder the vectors lose their
        // direction first in queries, keys and values (docs/decisions/0004 and 0005).
        let keeps_embedding = self.keep.embedding || is_int4;
        let keeps_qkv = self.keep.query_key_value || is_int4 && kind == Kind::Encoder;
        let above = Precision::above(scheme);
        Precision {
            layers: scheme,
            query_key_value: if keeps_qkv { above } else { scheme },
            embedding: if keeps_embedding { above } else { scheme },
            exceptions: self.keep.layers.clone(),
            excepted: above,
            fit: self.fit,
        }
    }

    pub(super) async fn run(self, devices: &Devices) -> Result<Loaded> {
        let start = Instant::now();
        if let Quantization::Scheme(scheme) = self.quantization {
            check_choice(scheme)?;
        }
        let (device, device_info) = devices.choose(self.device).await?;
        let contents = match (&self.source, &self.folder) {
            (Source::Random { config, seed }, _) => {
                let config = ConfigFile::parse(config.to_string().as_bytes())?;
                self.random(read_config(config)?, *seed, &device).await?
            }
            (_, Some(folder)) => self.read(&**folder, &device).await?,
            (_, None) => return Err(LecternError::bad_request(BadRequestReason::NoFiles)),
        };
        let Contents { sizes, model, tokenizer, settings, reservation } = contents;
        self.prepare(&model).await?;
        let mut info = self.describe(sizes, &model, &tokenizer, &settings, device_info);
        info.load_seconds = start.elapsed().as_secs_f64();
        let studied = RefCell::new(None);
        Ok(Loaded {
            model,
            tokenizer,
            info,
            sentences: settings,
            studied,
            _reservation: reservation,
        })
    }

    async fn random(
        &self,
        config: Box<dyn ModelConfig>,
        seed: u32,
        device: &Device,
    ) -> Result<Contents> {
        let (kind, sizes) = (config.kind(), config.sizes());
        let mut arriving = Arriving::new(self, config, device);
        arriving.reserve(&[])?;
        let tokenizer = random_model::tokenizer(kind, sizes.vocabulary)?;
        let tensors = arriving.tensors();
        random_model::fill(&mut arriving, tensors, seed, self.cancel).await?;
        let (model, reservation) = arriving.finish()?;
        Ok(Contents { sizes, model, tokenizer, settings: SentenceSettings::default(), reservation })
    }

    async fn read(&self, folder: &dyn Folder, device: &Device) -> Result<Contents> {
        let transfer = transfer(self.cancel, &self.emit);
        if let Some(file) = gguf_file(folder)? {
            return self.read_gguf(folder, &file, device, &transfer).await;
        }
        let Described { config, tokenizer, sentences: settings, weights_folder } =
            describing_files(folder, &transfer).await?;
        let sizes = config.sizes();
        let mut arriving = Arriving::new(self, config, device);
        arriving.reserve_before_files(weights_folder.list().is_some())?;
        stream_tensors(&weights_folder, &mut arriving, &transfer).await?;
        let (model, reservation) = arriving.finish()?;
        Ok(Contents { sizes, model, tokenizer, settings, reservation })
    }

    /// Runs a few tokens, so that kernels are compiled and the first answer is not slow.
    async fn prepare(&self, model: &Model) -> Result<()> {
        self.cancel.check()?;
        let bytes = model.weights().weight_bytes() as u64;
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
                let text = BertInput { ids: &vec![0; tokens], types: &vec![0; tokens] };
                read(model.encode(&[text], BertOutputOptions::default()).last).await?;
            }
        }
        Ok(())
    }
}

/// A transfer whose reports become events.
pub(super) fn transfer(cancel: &CancelToken, emit: &Emit) -> Transfer {
    let emit = Rc::clone(emit);
    let report = move |report: ProgressReport| {
        let ProgressReport { phase, file, loaded, total } = report;
        let phase = match phase {
            TransferPhase::Fetching => Phase::Fetching,
            TransferPhase::Retrying => Phase::Retrying,
        };
        emit(Event::Progress { phase, file, loaded, total });
    };
    Transfer::new(cancel.clone(), Rc::new(report))
}

/// The files of a folder beside the weights.
pub(super) struct Described<'a> {
    /// The model's configuration.
    pub(super) config: Box<dyn ModelConfig>,
    pub(super) tokenizer: Tokenizer,
    /// The settings of sentence vectors.
    pub(super) sentences: SentenceSettings,
    /// The folder of the weights: this one, or one within it.
    pub(super) weights_folder: SubFolder<'a>,
}

/// Reads all files of a folder except the weights: configuration, tokenizer and sentence settings.
pub(super) async fn describing_files<'a>(
    folder: &'a dyn Folder,
    transfer: &Transfer,
) -> Result<Described<'a>> {
    let config = folder_config(folder, transfer).await;
    // Only encoders have files of sentence-transformers; their model may be in a subfolder, and the config.json here
    // another module's.
    let modules = match config {
        Ok(ref config) if config.kind() == Kind::Decoder => Modules::default(),
        Ok(_)
        | Err(
            LecternError::NotFound { .. }
            | LecternError::BadFile { .. }
            | LecternError::UnsupportedModel { .. },
        ) => Modules::read(folder, transfer).await?,
        Err(error) => return Err(error),
    };
    let weights_folder = modules.transformer(folder)?;
    let config = match config {
        config if modules.are_at_root() => config?,
        _ => folder_config(&weights_folder, transfer)
            .await
            .map_err(|error| weights_folder.named(error))?,
    };
    let mut tokenizer = Tokenizer::load(&weights_folder, transfer).await?;
    check_vocabulary(&tokenizer, "tokenizer.json", config.sizes().vocabulary)?;
    let sentences = match config.kind() {
        Kind::Decoder => SentenceSettings::default(),
        Kind::Encoder => {
            let hidden_size = config.sizes().hidden_size;
            SentenceSettings::read(folder, &modules, hidden_size, &mut tokenizer, transfer).await?
        }
    };
    Ok(Described { config, tokenizer, sentences, weights_folder })
}

async fn folder_config(folder: &dyn Folder, transfer: &Transfer) -> Result<Box<dyn ModelConfig>> {
    let json = folder.read("config.json", CONFIG_LIMIT, transfer).await?;
    let json = json.ok_or_else(|| LecternError::NotFound { file: "config.json".into() })?;
    let mut config = read_config(ConfigFile::parse(&json)?)?;
    if config.kind() == Kind::Decoder
        && let Some(json) =
            folder.read_optional("generation_config.json", CONFIG_LIMIT, transfer).await?
    {
        config.apply_generation_config(&json)?;
    }
    Ok(config)
}

/// Refuses a tokenizer whose own vocabulary exceeds the model's table: it is another model's. Tokens that were added to
/// it, such as a `[PAD]` for a training run, may exceed it: only a text that uses them is refused
/// ([`Loaded::check_rows`]). `file` is the tokenizer's.
pub(super) fn check_vocabulary(tokenizer: &Tokenizer, file: &str, rows: usize) -> Result<()> {
    let largest = tokenizer.largest_own_id();
    if (largest as usize) < rows {
        return Ok(());
    }
    let reason = BadFileReason::TokenBeyondVocabulary { largest, vocabulary: rows };
    Err(LecternError::bad_file(file, reason))
}
