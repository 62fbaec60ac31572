//! Loading of a model: config, tokenizer, weights, first run.

use std::{cell::RefCell, rc::Rc};

use burn::tensor::Device;
use web_time::Instant;

use super::{
    arriving::Arriving,
    device::Devices,
    emit::transfer,
    folder_files::{Described, describing_files},
    gguf::read_gguf,
    load_request::{Contents, LoadRequest},
    loaded::{Loaded, Model},
    random_model,
    sentences::SentenceSettings,
    weights::check_choice,
};
use crate::{
    checkpoint::{Folder, gguf_file, stream_tensors},
    error::{BadRequestReason, LecternError, Result},
    generation::{Session, read},
    models::{BertInput, BertOutputOptions, ConfigFile, ModelConfig, read_config},
    protocol::{Event, Phase, Quantization, Source},
};

impl LoadRequest<'_> {
    /// Loads the model.
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
            tokenizer: Rc::new(tokenizer),
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
            return read_gguf(self, folder, &file, device, &transfer).await;
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
            Model::Readers(model) => _ = read(model.read(&[""]).words).await?,
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
