//! Owns the device and the loaded models; answers typed requests with typed events. The one door to
//! everything below.

mod device;
mod generate;
mod inspect;
mod load;
mod pause;
mod random_model;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use crate::{
    checkpoint::{CancelToken, Folder},
    error::{LecternError, Result},
    generation::Session,
    kernels,
    models::Gpt2,
    protocol::{Event, ModelInfo, Request, TokenText},
    text::Tokenizer,
};

/// Hears of everything that happens while a request is worked on.
pub type Emit = Rc<dyn Fn(Event)>;

/// A loaded model.
struct Loaded {
    model: Gpt2,
    tokenizer: Tokenizer,
    info: ModelInfo,
    /// The text of the last generation. Taken out while somebody works with it.
    session: RefCell<Option<Session>>,
}

impl Loaded {
    fn token_text(&self, id: u32) -> TokenText {
        TokenText { id, text: self.tokenizer.token_text(id) }
    }

    fn token_texts(&self, ids: &[u32]) -> Vec<TokenText> {
        ids.iter().map(|&id| self.token_text(id)).collect()
    }

    /// The last generation's session, for as long as `work` needs it.
    fn take_session(&self) -> Result<Session> {
        let busy = "there is no finished text to look into: generate one first";
        self.session.borrow_mut().take().ok_or_else(|| LecternError::bad_request(busy))
    }
}

/// The engine. Requests may overlap: each runs until it waits for the device or for bytes.
#[derive(Default)]
pub struct Engine {
    devices: device::Devices,
    models: RefCell<HashMap<u32, Rc<Loaded>>>,
    last_model: Cell<u32>,
}

impl Engine {
    /// An engine without models; the device is set up when it is first needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Work on a request. What happens meanwhile goes to `emit`; the final event is returned. `folder` is
    /// where a model to load is; `cancel` stops the work.
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
            Request::Load { source, quantization, device } => {
                let work = load::Load { source, quantization, device, folder, cancel, emit };
                let mut loaded = work.run(&self.devices).await?;
                let handle = self.last_model.get() + 1;
                self.last_model.set(handle);
                loaded.info.model = handle;
                let info = loaded.info.clone();
                self.models.borrow_mut().insert(handle, Rc::new(loaded));
                Ok(Event::Loaded { info })
            }
            Request::Generate { model, prompt, options } => {
                let loaded = self.loaded(model)?;
                generate::generate(&loaded, &prompt, &options, cancel, &*emit).await
            }
            Request::Candidates { model, position, temperature, count } => {
                inspect::candidates(&*self.loaded(model)?, position, temperature, count).await
            }
            Request::Attention { model, layer, head } => {
                inspect::attention(&*self.loaded(model)?, layer, head).await
            }
            Request::Inspect { model, text, pair: _, attentions, hidden_states, logits } => {
                let wanted = inspect::Parts { attentions, hidden_states, logits };
                inspect::inspect(&*self.loaded(model)?, &text, wanted).await
            }
            Request::Embed { model, .. }
            | Request::EmbedWords { model, .. }
            | Request::FillMask { model, .. }
            | Request::NextSentence { model, .. } => {
                let model = self.loaded(model)?.info.name.clone();
                Err(LecternError::MissingHead { model, head: "encoder".into() })
            }
            Request::Dispose { model } => {
                self.models.borrow_mut().remove(&model);
                self.devices.clean_up();
                Ok(Event::Done)
            }
            Request::Memory => Ok(self.memory()),
            // The worker raises the other request's flag itself: this one has nothing to wait for.
            Request::Cancel { .. } => Ok(Event::Done),
        }
    }

    fn loaded(&self, model: u32) -> Result<Rc<Loaded>> {
        let unknown = || LecternError::bad_request(format!("there is no model {model}"));
        self.models.borrow().get(&model).cloned().ok_or_else(unknown)
    }

    fn memory(&self) -> Event {
        let models = self.models.borrow();
        Event::Memory {
            wasm_bytes: wasm_bytes(),
            weight_bytes: models.values().map(|loaded| loaded.info.weight_bytes).sum(),
            launches: kernels::launches(),
        }
    }
}

/// Bytes of WebAssembly memory; 0 natively.
fn wasm_bytes() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as u64 * 65536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
