//! The page's side of the protocol: owns the worker, numbers the requests, and routes every event to its request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::protocol::{Event, FromWorker, Request, ToWorker};
use crate::error::{InternalReason, LecternError, Result};

/// The scripts of the workers, beside the page.
const ENGINE: &str = "./engine-worker.js";
const TRAINER: &str = "./trainer-worker.js";

type Listener = Box<dyn FnMut(Event)>;

/// A file of the reader's, with its path in the picked or dropped folder.
#[derive(Debug, Clone)]
pub struct LocalFile {
    /// `gpt2/config.json`; the name alone of a file that was chosen by itself.
    pub path: String,
    /// The file.
    pub file: File,
}

/// A handle on the engine. Cheap to clone; all clones use the same worker.
///
/// A worker that dies (it could not be downloaded, ran out of memory, has a bug) ends every open request with an error
/// and is replaced at the next request; its models are lost.
#[derive(Clone)]
pub struct Client {
    state: Rc<RefCell<State>>,
}

struct State {
    script: &'static str,
    worker: Option<Running>,
    last_id: u32,
    listeners: HashMap<u32, Listener>,
    on_death: Rc<dyn Fn(LecternError)>,
}

struct Running {
    worker: Worker,
    ready: bool,
    /// Messages for a worker that still loads its module: posted before the engine has set its handler, they would be
    /// lost.
    waiting: Vec<JsValue>,
    // The browser calls these for as long as the worker lives.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Client {
    /// A client of the engine, whose worker starts with the first request. `on_death` is called when a worker has died,
    /// after its open requests were ended.
    pub fn new(on_death: impl Fn(LecternError) + 'static) -> Self {
        Self::of(ENGINE, on_death)
    }

    /// A client of the trainer.
    pub fn of_trainer(on_death: impl Fn(LecternError) + 'static) -> Self {
        Self::of(TRAINER, on_death)
    }

    fn of(script: &'static str, on_death: impl Fn(LecternError) + 'static) -> Self {
        let state = State {
            script,
            worker: None,
            last_id: 0,
            listeners: HashMap::new(),
            on_death: Rc::new(on_death),
        };
        Self { state: Rc::new(RefCell::new(state)) }
    }

    /// Starts the worker at once, so that it downloads while the page is read.
    pub fn start(&self) {
        // A browser that cannot start a worker reports that again at the first request.
        let _ = self.revive();
    }

    /// Sends a request; `on_event` gets its events, the last of which [`Event::is_final`]. Returns the
    /// request's id, for [`Client::cancel`].
    pub fn send(&self, request: Request, on_event: impl FnMut(Event) + 'static) -> u32 {
        self.send_with_files(request, &[], on_event)
    }

    /// [`Client::send`] with the files of a [`super::protocol::Source::Files`].
    pub fn send_with_files(
        &self,
        request: Request,
        files: &[LocalFile],
        mut on_event: impl FnMut(Event) + 'static,
    ) -> u32 {
        let id = {
            let mut state = self.state.borrow_mut();
            state.last_id += 1;
            state.last_id
        };
        match self.revive().and_then(|()| encode(ToWorker { id, request }, files)) {
            Ok(message) => {
                let mut state = self.state.borrow_mut();
                state.listeners.insert(id, Box::new(on_event));
                state.post(message);
            }
            Err(error) => on_event(Event::from_error(error)),
        }
        id
    }

    /// Stops the request with that id, which then ends with its own final event.
    pub fn cancel(&self, target: u32) {
        if self.state.borrow().listeners.contains_key(&target) {
            self.send(Request::Cancel { target }, |_| ());
        }
    }

    /// Starts a worker unless there is one.
    fn revive(&self) -> Result<()> {
        if self.state.borrow().worker.is_some() {
            return Ok(());
        }
        let worker = open_worker(self.state.borrow().script)
            .map_err(|why| internal(|detail| InternalReason::EngineNotStarted { detail }, &why))?;
        let on_message = {
            let client = self.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                client.receive(message.data())
            })
        };
        let on_error = {
            let client = self.clone();
            Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
                // A script that could not be fetched gives a plain event, without a message.
                let reason = js_sys::Reflect::get(&error, &"message".into()).unwrap_or_default();
                client.bury(internal(|detail| InternalReason::EngineStopped { detail }, &reason));
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.state.borrow_mut().worker = Some(Running {
            worker,
            ready: false,
            waiting: Vec::new(),
            _on_message: on_message,
            _on_error: on_error,
        });
        Ok(())
    }

    fn receive(&self, data: JsValue) {
        let FromWorker { id, event, is_final } = match serde_wasm_bindgen::from_value(data) {
            Ok(message) => message,
            Err(error) => {
                let unread = |detail| InternalReason::AnswerNotRead { detail };
                return self.bury(internal(unread, &error.into()));
            }
        };
        if id == 0 {
            return match event {
                Event::Error { error, .. } => self.bury(error),
                _ => self.state.borrow_mut().set_ready(),
            };
        }
        // The listener is taken out while it runs: it may send requests itself.
        let listener = self.state.borrow_mut().listeners.remove(&id);
        if let Some(mut listener) = listener {
            listener(event);
            if !is_final && self.state.borrow().worker.is_some() {
                self.state.borrow_mut().listeners.insert(id, listener);
            }
        }
    }

    /// Handles the death of the worker: ends its requests, and calls `on_death`.
    fn bury(&self, error: LecternError) {
        let (listeners, on_death) = {
            let mut state = self.state.borrow_mut();
            if let Some(running) = state.worker.take() {
                // Its pending messages would call dropped closures.
                running.worker.set_onmessage(None);
                running.worker.set_onerror(None);
                running.worker.terminate();
            }
            (std::mem::take(&mut state.listeners), state.on_death.clone())
        };
        for mut listener in listeners.into_values() {
            listener(Event::from_error(error.clone()));
        }
        on_death(error);
    }
}

impl State {
    fn post(&mut self, message: JsValue) {
        let Some(running) = &mut self.worker else { return };
        if running.ready {
            // Fails only for objects that cannot be cloned, and ours are plain objects and files.
            let _ = running.worker.post_message(&message);
        } else {
            running.waiting.push(message);
        }
    }

    fn set_ready(&mut self) {
        let Some(running) = &mut self.worker else { return };
        running.ready = true;
        for message in std::mem::take(&mut running.waiting) {
            self.post(message);
        }
    }
}

fn open_worker(script: &str) -> Result<Worker, JsValue> {
    let window = web_sys::window();
    let base = window
        .as_ref()
        .and_then(|window| window.document())
        .and_then(|document| document.base_uri().ok().flatten())
        .unwrap_or_default();
    let script = Url::new_with_base(script, &base)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    if window.is_none_or(|window| window.origin() == script.origin()) {
        return Worker::new_with_options(&script.href(), &options);
    }
    // A frame with `sandbox="allow-scripts"` has no origin, and browsers start workers of a page's own only. One whose
    // script stands in its address is, and may import the site's; in such a frame Chromium starts none out of a blob.
    let import = format!("import {};", js_sys::JSON::stringify(&script.href().into())?);
    let own = format!("data:text/javascript,{}", js_sys::encode_uri_component(&import));
    Worker::new_with_options(&own, &options)
}

fn encode(message: ToWorker, files: &[LocalFile]) -> Result<JsValue> {
    let unsent = |detail| InternalReason::RequestNotSent { detail };
    let object = message
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| internal(unsent, &error.into()))?;
    if !files.is_empty() {
        let paths: js_sys::Array = files.iter().map(|it| JsValue::from_str(&it.path)).collect();
        let files: js_sys::Array = files.iter().map(|it| &it.file).collect();
        for (name, list) in [("files", files), ("paths", paths)] {
            js_sys::Reflect::set(&object, &name.into(), &list)
                .map_err(|error| internal(unsent, &error))?;
        }
    }
    Ok(object)
}

/// An error with the browser's message, if any.
fn internal(reason: impl Fn(String) -> InternalReason, why: &JsValue) -> LecternError {
    let message = || why.dyn_ref::<js_sys::Error>().map(|error| error.message().into());
    let detail = why.as_string().or_else(message).unwrap_or_default();
    LecternError::Internal { reason: reason(detail) }
}
