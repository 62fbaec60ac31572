//! Loading a model: config, tokenizer, weights, first run.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use burn::tensor::Device;
use web_time::Instant;

use super::{
    Emit,
    arriving::Arriving,
    checkpoint::Config,
    device::Devices,
    loaded::{Loaded, Model},
    memory::{Memory, Reservation},
    random_model,
    sentences::{Modules, SentenceSettings},
    weights::check_choice,
};
use crate::{
    checkpoint::{
        CancelToken, Folder, PartName, ProgressReport, SubFolder, Transfer, TransferPhase,
        gguf_file, stream_tensors,
    },
    error::{BadFileReason, BadRequestReason, LecternError, Result},
    generation::{Session, read},
    kernels::{self, Weight},
    models::{Bert, ConfigFile, EncoderInput, EncoderWanted, Gpt2, Precision},
    protocol::{
        Ability, Architecture, DeviceChoice, DeviceInfo, Event, Keep, ModelInfo, Phase, Pooling,
        Quantization, Source, WeightFormat,
    },
    quantization::{Fit, Scheme, largest_share},
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
    pub(super) memory: &'a Memory,
    pub(super) cancel: &'a CancelToken,
    pub(super) emit: Emit,
}

/// What was loaded.
pub(super) struct Contents {
    pub(super) model: Model,
    pub(super) tokenizer: Tokenizer,
    pub(super) settings: SentenceSettings,
    /// The memory that the model takes.
    pub(super) reservation: Option<Reservation>,
}

impl Load<'_> {
    /// What to call the model.
    pub(super) fn name(&self) -> &str {
        self.folder.as_ref().map_or("random weights", |folder| folder.name())
    }

    /// What the choice of weights means for each matrix.
    pub(super) fn precision(&self, config: &Config) -> Precision {
        let scheme = match self.quantization {
            Quantization::AsStored => None,
            Quantization::F16 => Some(Scheme::Half),
            Quantization::Int8 => Some(Scheme::Int8Channel),
            Quantization::Int4 => Some(Scheme::Int4Asymmetric { group: 32 }),
            Quantization::Scheme(scheme) => Some(scheme),
        };
        let is_int4 = self.quantization == Quantization::Int4;
        // The embedding is the head too, where four bits cost the most; in an encoder the vectors lose their
        // direction first where queries, keys and values are made (docs/decisions/0004 and 0005).
        let keeps_embedding = self.keep.embedding || is_int4;
        let keeps_qkv = self.keep.query_key_value || is_int4 && matches!(config, Config::Bert(_));
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
                let config = Config::from_file(config)?;
                self.random(config, *seed, &device).await?
            }
            (_, Some(folder)) => self.read(&**folder, &device).await?,
            (_, None) => return Err(LecternError::bad_request(BadRequestReason::NoFiles)),
        };
        let Contents { model, tokenizer, settings, reservation } = contents;
        self.prepare(&model).await?;
        let mut info = match &model {
            Model::Decoder(decoder) => self.describe_gpt2(&decoder.model, device_info),
            Model::Encoder(encoder) => self.describe_bert(&encoder.model, &settings, device_info),
        };
        if info.abilities.contains(&Ability::FillMask) {
            info.mask_token = tokenizer.mask().map(|(_, name)| name);
        }
        info.name = without_part(self.name());
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

    async fn random(&self, config: Config, seed: u32, device: &Device) -> Result<Contents> {
        let (letters, vocabulary) = (config.letters(), config.vocabulary());
        let mut arriving = Arriving::new(self, config, device);
        arriving.reserve(&[])?;
        let tokenizer = random_model::tokenizer(letters, vocabulary)?;
        let tensors = arriving.tensors();
        random_model::fill(&mut arriving, tensors, seed, self.cancel).await?;
        let (model, reservation) = arriving.finish()?;
        Ok(Contents { model, tokenizer, settings: SentenceSettings::default(), reservation })
    }

    async fn read(&self, folder: &dyn Folder, device: &Device) -> Result<Contents> {
        let transfer = transfer(self.cancel, &self.emit);
        if let Some(file) = gguf_file(folder)? {
            return self.read_gguf(folder, &file, device, &transfer).await;
        }
        let Described { config, tokenizer, sentences: settings, place } =
            describing_files(folder, &transfer).await?;
        let mut arriving = Arriving::new(self, config, device);
        arriving.reserve_before_files(place.list().is_some())?;
        stream_tensors(&place, &mut arriving, &transfer).await?;
        let (model, reservation) = arriving.finish()?;
        Ok(Contents { model, tokenizer, settings, reservation })
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

    /// What the weights are.
    fn format(&self, matrices: &[(String, &Weight)]) -> WeightFormat {
        let matrices = matrices.iter().map(|(_, weight)| {
            (weight.scheme(), weight.shape().iter().map(|&size| size as u64).product())
        });
        WeightFormat::of(self.quantization, largest_share(matrices))
    }

    fn describe_gpt2(&self, model: &Gpt2, device: DeviceInfo) -> ModelInfo {
        let config = &model.config;
        ModelInfo {
            model: 0,
            name: String::new(),
            architecture: Architecture::Gpt2,
            abilities: vec![Ability::Generate],
            unused_head: config.unused_head,
            pooling: Pooling::default(),
            normalized: false,
            embedding_size: config.n_embd,
            prompts: BTreeMap::new(),
            default_prompt_name: None,
            mask_token: None,
            parameters: model.parameters() as u64,
            weight_bytes: model.weight_bytes() as u64,
            cache_bytes_per_token: config.cache_bytes_per_token(),
            quantization: self.format(&model.matrices()),
            layers: config.n_layer,
            heads: config.n_head,
            hidden_size: config.n_embd,
            context: config.n_positions,
            vocabulary: config.vocab_size,
            device,
            load_seconds: 0.0,
            not_kept: None,
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
            architecture: match config.model_type.as_str() {
                "distilbert" => Architecture::DistilBert,
                _ => Architecture::Bert,
            },
            abilities,
            unused_head: config.unused_head,
            pooling: settings.pooling.clone(),
            normalized: settings.normalized,
            embedding_size: settings.embedding_size(config.hidden_size),
            prompts: settings.prompts.texts.clone(),
            default_prompt_name: settings.prompts.default.clone(),
            mask_token: None,
            parameters: model.parameters() as u64,
            weight_bytes: model.weight_bytes() as u64,
            cache_bytes_per_token: 0,
            quantization: self.format(&model.matrices()),
            layers: config.num_hidden_layers,
            heads: config.num_attention_heads,
            hidden_size: config.hidden_size,
            context: settings.context(config.max_position_embeddings).min(kernels::MOST_TOKENS),
            vocabulary: config.vocab_size,
            device,
            load_seconds: 0.0,
            not_kept: None,
        }
    }
}

/// A model's name; of one in parts what all parts are called.
fn without_part(name: &str) -> String {
    let part = PartName::parse(name).or_else(|| PartName::parse(&format!("{name}.gguf")));
    part.as_ref().map_or(name, PartName::model).to_owned()
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

/// What a folder holds beside the weights.
pub(super) struct Described<'a> {
    /// Which model it is.
    pub(super) config: Config,
    pub(super) tokenizer: Tokenizer,
    /// What it says of sentences.
    pub(super) sentences: SentenceSettings,
    /// Where the weights are: the folder, or one within it.
    pub(super) place: SubFolder<'a>,
}

/// What a folder holds beside the weights: which model it is, its tokenizer, and what it says of sentences.
pub(super) async fn describing_files<'a>(
    folder: &'a dyn Folder,
    transfer: &Transfer,
) -> Result<Described<'a>> {
    let config = read_config(folder, transfer).await;
    // Only encoders are sentence-transformers', and their model may lie in a folder within, where what is called
    // config.json here says nothing of it.
    let modules = match config {
        Ok(Config::Gpt2(_)) => Modules::default(),
        Ok(Config::Bert(_))
        | Err(
            LecternError::NotFound { .. }
            | LecternError::BadFile { .. }
            | LecternError::UnsupportedModel { .. },
        ) => Modules::read(folder, transfer).await?,
        Err(error) => return Err(error),
    };
    let place = modules.transformer(folder)?;
    let config = match config {
        config if modules.are_at_root() => config?,
        _ => read_config(&place, transfer).await.map_err(|error| place.named(error))?,
    };
    let mut tokenizer = Tokenizer::load(&place, transfer).await?;
    check_vocabulary(&tokenizer, "tokenizer.json", config.vocabulary())?;
    let sentences = match &config {
        Config::Gpt2(_) => SentenceSettings::default(),
        Config::Bert(config) => {
            SentenceSettings::read(folder, &modules, config, &mut tokenizer, transfer).await?
        }
    };
    Ok(Described { config, tokenizer, sentences, place })
}

async fn read_config(folder: &dyn Folder, transfer: &Transfer) -> Result<Config> {
    let json = folder.read("config.json", CONFIG_LIMIT, transfer).await?;
    let json = json.ok_or_else(|| LecternError::NotFound { file: "config.json".into() })?;
    let mut config = Config::from_file(ConfigFile::parse(&json)?)?;
    if let Config::Gpt2(config) = &mut config
        && let Some(json) =
            folder.read_optional("generation_config.json", CONFIG_LIMIT, transfer).await?
    {
        config.heed_generation(&json)?;
    }
    Ok(config)
}

/// A tokenizer whose own vocabulary goes beyond the model's table is another model's. Tokens that were added to
/// it, such as a `[PAD]` for a training run, may lie beyond: only a text that uses them is refused
/// ([`Loaded::check_rows`]). `file` is the tokenizer's.
pub(super) fn check_vocabulary(tokenizer: &Tokenizer, file: &str, rows: usize) -> Result<()> {
    let largest = tokenizer.largest_own_id();
    if (largest as usize) < rows {
        return Ok(());
    }
    let reason = BadFileReason::TokenBeyondVocabulary { largest, vocabulary: rows };
    Err(LecternError::bad_file(file, reason))
}
