//! The worker's side: messages in, requests to the engine, events out.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::storage::{self, Location, Named};
use crate::{
    engine::Engine,
    error::{BadRequestReason, InternalReason, LecternError, Result},
    library::{AddressFile, FileFolder, HttpFolder, HubModel, ModelAddress, When},
    progress::CancelToken,
    protocol::{Event, FromWorker, Given, Request, Source, ToWorker, unreadable},
};

/// The running requests: their tokens by the request's id.
type Running = Rc<RefCell<HashMap<u32, CancelToken>>>;

/// Listens to the page, and reports that the engine is ready.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let engine = Rc::new(Engine::new());
    let running = Running::default();
    let listener = {
        let scope = scope.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            receive(&message.data(), &engine, &running, &scope);
        })
    };
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The listener lives as long as the worker.
    listener.forget();
    send(&scope, 0, Event::Done);
}

fn receive(
    data: &JsValue,
    engine: &Rc<Engine>,
    running: &Running,
    scope: &DedicatedWorkerGlobalScope,
) {
    let message: ToWorker = match serde_wasm_bindgen::from_value(data.clone()) {
        Ok(message) => message,
        Err(error) => {
            let id = Reflect::get(data, &"id".into()).ok().and_then(|id| id.as_f64());
            let error = what_is_wrong(data, &error);
            return send(scope, id.unwrap_or(0.0) as u32, Event::from_error(error));
        }
    };
    let ToWorker { id, request } = message;
    if let Request::Cancel { target } = request
        && let Some(token) = running.borrow().get(&target)
    {
        token.cancel();
    }
    if let Request::Steer { target, steps } = request
        && let Some(token) = running.borrow().get(&target)
    {
        token.allow_steps(steps);
    }
    let location = match location(&request, data) {
        Ok(location) => location,
        Err(error) => return send(scope, id, Event::from_error(error)),
    };
    let cancel = CancelToken::default();
    running.borrow_mut().insert(id, cancel.clone());
    let (engine, running, scope) = (Rc::clone(engine), Rc::clone(running), scope.clone());
    wasm_bindgen_futures::spawn_local(async move {
        let emit = {
            let scope = scope.clone();
            Rc::new(move |event| send(&scope, id, event))
        };
        let event = storage::answer(&engine, request, location, &cancel, emit).await;
        running.borrow_mut().remove(&id);
        // A lost device cannot be set up again in the same program. An error with the id 0 belongs to
        // all requests: the page ends them, and begins again with a new worker.
        let lost = matches!(&event, Event::Error { error: LecternError::DeviceLost { .. }, .. });
        send(&scope, if lost { 0 } else { id }, event);
    });
}

/// The error for a message that cannot be read: the wrong option, if it can be found.
fn what_is_wrong(data: &JsValue, error: &serde_wasm_bindgen::Error) -> LecternError {
    let request = Reflect::get(data, &"request".into()).unwrap_or_default();
    let given = serde_wasm_bindgen::from_value::<Given>(request).ok();
    unreadable(given.as_ref(), &error.to_string())
}

/// The location of a request's model.
fn location(request: &Request, data: &JsValue) -> Result<Location> {
    let source = match request {
        Request::Load { source, .. } | Request::KeepModel { source } => source,
        Request::Students { lesson, .. } => return storage::lessons(lesson),
        _ => return Ok(Location::None),
    };
    Ok(match source {
        Source::BuiltIn { name } => Location::Named(Named::new(name)?),
        Source::Hub { id, revision } => hub(HubModel::parse(id, revision.as_deref())?),
        Source::Url { base } => match ModelAddress::parse(base)? {
            ModelAddress { hub: Some(model), file: None, .. } => hub(model),
            ModelAddress { folder, file: Some(AddressFile::Gguf(file)), .. } => {
                storage::server(&folder, |folder| HttpFolder::file(folder, file))
            }
            ModelAddress { folder, file, hub } => {
                let name = hub.map_or_else(|| name_of(&folder), |model| model.id);
                storage::server(&folder, |folder| match file {
                    Some(AddressFile::Weights(weights)) => {
                        HttpFolder::new(folder, name).with_weights(weights)
                    }
                    _ => HttpFolder::new(folder, name),
                })
            }
        },
        Source::Files => Location::folder(FileFolder::new(files(data)?)?),
        Source::Random { .. } => Location::None,
    })
}

fn hub(model: HubModel) -> Location {
    Location::Server(HttpFolder::new(model.base_url(), &model.id), When::Always)
}

/// The name of the model in that folder: the last segment of its address, decoded.
fn name_of(folder: &str) -> String {
    let last = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder);
    let decoded = js_sys::decode_uri_component(last).ok();
    decoded.and_then(|name| name.as_string()).unwrap_or_else(|| last.to_owned())
}

/// The files beside a request, with their paths.
fn files(data: &JsValue) -> Result<Vec<(String, File)>> {
    let none = || LecternError::bad_request(BadRequestReason::NoFiles);
    let list = |name: &str| {
        let list = Reflect::get(data, &name.into()).ok()?;
        Array::is_array(&list).then(|| Array::from(&list))
    };
    let files = list("files").ok_or_else(none)?;
    let paths = list("paths").unwrap_or_default();
    files
        .into_iter()
        .enumerate()
        .map(|(index, file)| {
            let file = file.dyn_into::<File>().map_err(|_| none())?;
            let path = paths.get(index as u32).as_string();
            Ok((path.unwrap_or_else(|| file.name()), file))
        })
        .collect()
}

/// Posts an event. One that cannot be posted ends its request with an error: nobody should wait for it for ever.
fn send(scope: &DedicatedWorkerGlobalScope, id: u32, event: Event) {
    if let Err(detail) = post(scope, id, event) {
        let reason = InternalReason::AnswerNotSent { detail };
        // This event is text only, which can always be sent.
        let _ = post(scope, id, Event::from_error(LecternError::Internal { reason }));
    }
}

/// Posts an event; the buffers of typed arrays are transferred, not copied once more.
fn post(
    scope: &DedicatedWorkerGlobalScope,
    id: u32,
    event: Event,
) -> std::result::Result<(), String> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    let message = FromWorker::new(id, event).serialize(&serializer);
    let message = message.map_err(|error| error.to_string())?;
    let buffers = Array::new();
    collect_buffers(&message, &buffers);
    let posted = scope.post_message_with_transfer(&message, &buffers);
    posted.map_err(|error| format!("{error:?}"))
}

/// Collects the buffers of all typed arrays in a message, each of which has one of its own.
fn collect_buffers(value: &JsValue, buffers: &Array) {
    if ArrayBuffer::is_view(value) {
        buffers.push(&value.unchecked_ref::<Uint8Array>().buffer());
    } else if let Some(object) = value.dyn_ref::<Object>() {
        Object::values(object).for_each(&mut |value, _, _| collect_buffers(&value, buffers));
    }
}
