//! What the worker does around the engine, so that models stay in the browser's own files.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Url, WorkerGlobalScope};

use crate::{
    checkpoint::{CancelToken, Folder},
    engine::{Emit, Engine},
    error::{LecternError, Result},
    library::{HttpFolder, ModelDirectory, Opened, When, list, open, space, verify},
    protocol::{Event, Phase, Request, Source},
};

/// Where a model is.
pub enum Place {
    /// The request speaks of none.
    None,
    /// In files that are not ours to keep: the reader's, or the site's, which its service worker keeps.
    Folder(Rc<dyn Folder>),
    /// On a server.
    Server(HttpFolder, When),
}

impl Place {
    /// A folder that is only read.
    pub fn folder(folder: impl Folder + 'static) -> Self {
        Self::Folder(Rc::new(folder))
    }
}

/// A folder at an address, which may be below the page's. Those of the site's own models are only read.
pub fn server(base: &str, folder: impl FnOnce(String) -> HttpFolder) -> Place {
    let Some(base) = absolute(base) else { return Place::folder(folder(base.to_owned())) };
    let is_of_the_site = absolute("models/").is_some_and(|models| base.starts_with(&models));
    match folder(base) {
        folder if is_of_the_site => Place::folder(folder),
        folder => Place::Server(folder, When::Unchanged),
    }
}

/// An address that may be below that of the site.
fn absolute(address: &str) -> Option<String> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Url::new_with_base(address, &scope.location().href()).ok().map(|url| url.href())
}

/// The engine's answer to a request, or that of the browser's files.
pub async fn answer(
    engine: &Engine,
    request: Request,
    place: Place,
    cancel: &CancelToken,
    emit: Emit,
) -> Event {
    try_answer(engine, request, place, cancel, emit).await.unwrap_or_else(Event::from_error)
}

async fn try_answer(
    engine: &Engine,
    request: Request,
    place: Place,
    cancel: &CancelToken,
    emit: Emit,
) -> Result<Event> {
    let (source, is_kept_only) = match &request {
        Request::Load { source, store: true, .. } => (source_text(source), false),
        Request::KeepModel { source } => (source_text(source), true),
        Request::KeptModels => return kept(|_| true).await,
        Request::VerifyModel { key } => return verified(key, cancel, &emit).await,
        Request::ForgetModel { key } => {
            ModelDirectory::remove(key).await?;
            return Ok(Event::Done);
        }
        _ => return Ok(engine.answer(request, place.read_only(), cancel, emit).await),
    };
    let Place::Server(http, when) = place else {
        let event = engine.answer(request, place.read_only(), cancel, emit).await;
        return if is_kept_only && event == Event::Done {
            kept(|_| false).await
        } else {
            Ok(event)
        };
    };
    let opened = open(&source, http, when, is_kept_only, cancel).await?;
    let event = engine.answer(request, Some(Rc::clone(&opened.folder)), cancel, emit).await;
    let key = opened.key().to_owned();
    after(opened, event, &key).await
}

/// What a reader would type to get it: a Hub id or an address.
fn source_text(source: &Source) -> String {
    match source {
        Source::Hub { id, revision: Some(revision) } => format!("{id}@{revision}"),
        Source::Hub { id, revision: None } => id.clone(),
        Source::Url { base } => absolute(base).unwrap_or_else(|| base.clone()),
        Source::BuiltIn { .. } | Source::Files | Source::Random { .. } => String::new(),
    }
}

/// What becomes of the files after the engine's answer.
async fn after(opened: Opened, event: Event, key: &str) -> Result<Event> {
    match event {
        Event::Loaded { mut info } => {
            info.not_kept = opened.finish().await;
            Ok(Event::Loaded { info })
        }
        Event::Done => match opened.finish().await {
            Some(error) => Err(error),
            None => kept(|it| it == key).await,
        },
        Event::Error { error, .. } => {
            if is_of_the_files(&error) {
                opened.discard().await;
            }
            Err(error)
        }
        event => Ok(event),
    }
}

/// Would the same files give the same error again? Then they are not worth keeping.
fn is_of_the_files(error: &LecternError) -> bool {
    matches!(
        error,
        LecternError::BadFile { .. }
            | LecternError::MissingTensor { .. }
            | LecternError::ShapeMismatch { .. }
            | LecternError::NotFinite { .. }
            | LecternError::UnsupportedModel { .. }
            | LecternError::NotFound { .. }
    )
}

impl Place {
    fn read_only(self) -> Option<Rc<dyn Folder>> {
        match self {
            Self::None => None,
            Self::Folder(folder) => Some(folder),
            Self::Server(http, _) => Some(Rc::new(http)),
        }
    }
}

async fn kept(is_wanted: impl Fn(&str) -> bool) -> Result<Event> {
    let mut models = list().await?;
    models.retain(|model| is_wanted(&model.key));
    Ok(Event::KeptModels { models, space: space().await? })
}

async fn verified(key: &str, cancel: &CancelToken, emit: &Emit) -> Result<Event> {
    let report = |file: &str, loaded, total| {
        let (phase, file, total) = (Phase::Fetching, file.to_owned(), Some(total));
        emit(Event::Progress { phase, file, loaded, total });
    };
    Ok(Event::Verified { damaged: verify(key, cancel, report).await? })
}
