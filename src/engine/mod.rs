//! Owns the device and the loaded models; answers typed requests with typed events. The only entry
//! to everything below.

mod arriving;
mod describe;
mod device;
mod distribution;
mod embed;
mod emit;
mod encode;
mod export;
mod folder_files;
mod generate;
mod gguf;
mod gguf_metadata;
mod influence;
mod inspect;
mod inspect_encoder;
mod load;
mod load_request;
mod loaded;
mod memory;
mod pause;
mod perplexity;
mod pretraining;
mod random_model;
mod readers;
mod sentences;
#[cfg(feature = "train")]
mod train;
mod visit;
mod weights;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use crate::{
    checkpoint::Folder,
    error::{BadRequestReason, Head, LecternError, Result},
    kernels,
    progress::CancelToken,
    protocol::{Event, Request},
};

pub use emit::Emit;
use loaded::{Loaded, Model};

/// The engine. Requests may overlap: each runs until it waits for the device or for bytes.
#[derive(Default)]
pub struct Engine {
    devices: device::Devices,
    memory: memory::Memory,
    models: RefCell<HashMap<u32, Rc<Loaded>>>,
    #[cfg(feature = "train")]
    classifiers: RefCell<HashMap<u32, Rc<train::Classifier>>>,
    #[cfg(feature = "train")]
    continuations: RefCell<HashMap<u32, Rc<train::Continuations>>>,
    #[cfg(feature = "train")]
    rewards: RefCell<HashMap<u32, Rc<train::Reward>>>,
    last_handle: Cell<u32>,
}

impl Engine {
    /// An engine without models; the device is set up when it is first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// An engine whose models take at most so many bytes of its memory together. In a browser the limit is the range of
    /// 32-bit addresses; natively there is none.
    pub fn with_memory_limit(bytes: u64) -> Self {
        Self { memory: memory::Memory::of(Some(bytes)), ..Self::default() }
    }

    /// Handles a request. Events go to `emit`; the final one is returned. `folder` has the model to load; `cancel`
    /// stops the work.
    pub async fn answer(
        &self,
        request: Request,
        folder: Option<Rc<dyn Folder>>,
        cancel: &CancelToken,
        emit: Emit,
    ) -> Event {
        match self.try_answer(request, folder, cancel, emit).await {
            Ok(event) => event,
            Err(error) => Event::from_error(error),
        }
    }

    async fn try_answer(
        &self,
        request: Request,
        folder: Option<Rc<dyn Folder>>,
        cancel: &CancelToken,
        emit: Emit,
    ) -> Result<Event> {
        match request {
            Request::Device { device } => {
                let (_, info) = self.devices.choose(device).await?;
                Ok(Event::Device { device: info })
            }
            Request::Load { source, quantization, fit, keep, device, store: _ } => {
                let work = load_request::LoadRequest {
                    source,
                    quantization,
                    fit,
                    keep,
                    device,
                    folder,
                    memory: &self.memory,
                    cancel,
                    emit,
                };
                let mut loaded = work.run(&self.devices).await?;
                let handle = self.next_handle();
                loaded.info.model = handle;
                let info = loaded.info.clone();
                self.models.borrow_mut().insert(handle, Rc::new(loaded));
                Ok(Event::Loaded { info })
            }
            Request::KeepModel { .. } => {
                let none = || LecternError::bad_request(BadRequestReason::NothingToKeep);
                let folder = folder.ok_or_else(none)?;
                visit::visit(&*folder, &emit::transfer(cancel, &emit)).await?;
                Ok(Event::Done)
            }
            Request::KeptModels | Request::VerifyModel { .. } | Request::ForgetModel { .. } => {
                Err(LecternError::bad_request(BadRequestReason::NoBrowser))
            }
            Request::Generate { model, prompt, options } => {
                let loaded = self.loaded(model)?;
                generate::generate(&loaded, &prompt, &options, cancel, &*emit).await
            }
            Request::Candidates { model, position, temperature, count, reference } => {
                let loaded = self.loaded(model)?;
                let reference = reference.map(|reference| self.loaded(reference)).transpose()?;
                let asked = inspect::Asked { position, temperature, count };
                inspect::candidates(&loaded, reference.as_deref(), asked, cancel).await
            }
            Request::Attention { model, layer, head } => {
                let loaded = self.loaded(model)?;
                match &loaded.model {
                    Model::Decoder(_) => inspect::attention(&loaded, layer, head, cancel).await,
                    Model::Encoder(_) => {
                        inspect_encoder::attention(&loaded, layer, head, cancel).await
                    }
                    Model::Readers(_) => Err(loaded.missing(Head::Encoder)),
                }
            }
            Request::Inspect { model, text, pair, attentions, hidden_states, logits } => {
                let loaded = self.loaded(model)?;
                let outputs = inspect::Outputs { attentions, hidden_states, logits };
                match (&loaded.model, pair) {
                    (Model::Encoder(_), pair) => {
                        let pair = pair.as_deref();
                        inspect_encoder::inspect(&loaded, &text, pair, outputs, cancel).await
                    }
                    (Model::Decoder(_), None) => {
                        inspect::inspect(&loaded, &text, outputs, cancel).await
                    }
                    (Model::Decoder(_), Some(_)) | (Model::Readers(_), _) => {
                        Err(loaded.missing(Head::Encoder))
                    }
                }
            }
            Request::Embed { model, texts, options } => {
                let loaded = self.loaded(model)?;
                embed::embed(&loaded, &texts, &options, cancel, &*emit).await
            }
            Request::EmbedWords { model, occurrences, layers } => {
                let loaded = self.loaded(model)?;
                embed::embed_words(&loaded, &occurrences, &layers, cancel, &*emit).await
            }
            Request::Read { model, text, count } => {
                readers::read_text(&*self.loaded(model)?, &text, count, cancel).await
            }
            Request::Influence { model, text, words, word, instead } => {
                let loaded = self.loaded(model)?;
                influence::influence(&loaded, &text, &words, word, &instead, cancel).await
            }
            Request::FillMask { model, text, top_k } => {
                pretraining::fill_mask(&*self.loaded(model)?, &text, top_k, cancel).await
            }
            Request::NextSentence { model, first, second } => {
                pretraining::next_sentence(&*self.loaded(model)?, &first, &second, cancel).await
            }
            Request::Perplexity { model, text, reference } => {
                let loaded = self.loaded(model)?;
                let reference = reference.map(|reference| self.loaded(reference)).transpose()?;
                perplexity::perplexity(&loaded, reference.as_deref(), &text, cancel, &*emit).await
            }
            Request::Tensors { model } => Ok(weights::tensors(&*self.loaded(model)?)),
            Request::StudyTensor { model, tensor, scheme, fit, bars, map, window } => {
                let study = weights::Study { scheme, fit, bars, map, window };
                weights::study(&*self.find(model)?, &tensor, study).await
            }
            Request::CompareSchemes { model, scheme, fit } => {
                weights::compare_schemes(&*self.loaded(model)?, scheme, fit, cancel, &*emit).await
            }
            Request::Export { model, format, scheme, fit } => {
                let loaded = self.loaded(model)?;
                let export = export::Export { format, scheme, fit };
                export.run(&loaded, cancel, &*emit).await
            }
            Request::ModelFiles { model } => self.loaded(model)?.files(),
            request @ (Request::Teach { .. }
            | Request::Classify { .. }
            | Request::LearningCurves { .. }
            | Request::Distil { .. }
            | Request::Students { .. }
            | Request::LearnMixture { .. }
            | Request::Instruct { .. }
            | Request::Continue { .. }
            | Request::Reward { .. }
            | Request::Align { .. }) => {
                #[cfg(feature = "train")]
                return self.train(request, folder, cancel, emit).await;
                #[cfg(not(feature = "train"))]
                {
                    let _ = request;
                    Err(LecternError::bad_request(BadRequestReason::NoTrainer))
                }
            }
            Request::Dispose { model } => {
                self.models.borrow_mut().remove(&model);
                #[cfg(feature = "train")]
                self.forget(model);
                self.devices.clean_up();
                Ok(Event::Done)
            }
            Request::Memory => Ok(self.memory()),
            // The worker cancels or steers the other request itself: this one has nothing to wait for.
            Request::Cancel { .. } | Request::Steer { .. } => Ok(Event::Done),
        }
    }

    /// The handle of the next model or classifier.
    fn next_handle(&self) -> u32 {
        let handle = self.last_handle.get() + 1;
        self.last_handle.set(handle);
        handle
    }

    /// A model for any request but the study of a matrix; drops the values that were kept for the next study.
    fn loaded(&self, model: u32) -> Result<Rc<Loaded>> {
        let loaded = self.find(model)?;
        loaded.studied.take();
        Ok(loaded)
    }

    fn find(&self, model: u32) -> Result<Rc<Loaded>> {
        kept(&self.models, model)
    }

    fn memory(&self) -> Event {
        let models = self.models.borrow();
        Event::Memory {
            wasm_bytes: wasm_bytes(),
            weight_bytes: models.values().map(|loaded| loaded.info.weight_bytes).sum(),
            launches: kernels::launches(),
            limit: self.memory.limit(),
        }
    }
}

/// What is kept with a handle.
fn kept<T>(all: &RefCell<HashMap<u32, Rc<T>>>, handle: u32) -> Result<Rc<T>> {
    let unknown = || LecternError::bad_request(BadRequestReason::NoSuchModel { model: handle });
    all.borrow().get(&handle).cloned().ok_or_else(unknown)
}

/// Bytes of WebAssembly memory; 0 natively.
fn wasm_bytes() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as u64 * 65536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
