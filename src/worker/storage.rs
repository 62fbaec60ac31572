//! What the worker does around the engine, so that models stay in the browser's own files.

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Url, WorkerGlobalScope};

use crate::{
    checkpoint::Folder,
    engine::{Emit, Engine},
    error::{BadRequestReason, LecternError, Result},
    library::{HttpFolder, HubModel, ModelDirectory, Opened, When, list, open, space, verify},
    progress::CancelToken,
    protocol::{Event, Phase, Request, Source},
};

/// The file that every model has.
const CONFIG: &str = "config.json";

/// Where a model is.
pub enum Place {
    /// The request speaks of none.
    None,
    /// In the reader's files, which are not ours to keep.
    Files(Rc<dyn Folder>),
    /// On the site, whose service worker keeps it.
    Site(HttpFolder),
    /// On a server.
    Server(HttpFolder, When),
    /// Only its name is known.
    Named(Named),
}

/// A name alone: a model of the site, or where the site has none of that name, one of the Hub's oldest, whose ids have
/// no owner (`gpt2`).
pub struct Named {
    name: String,
    site: Option<HttpFolder>,
    hub: Option<HubModel>,
}

impl Named {
    /// The places for that name.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] where neither the site nor the Hub could have such a model.
    pub fn new(name: &str) -> Result<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_plain = !name.is_empty() && !name.starts_with('.') && name.chars().all(plain);
        let folder = || HttpFolder::new(format!("{}models/{name}/", site()), name);
        let named = Self {
            name: name.to_owned(),
            site: is_plain.then(folder),
            hub: HubModel::parse(name, None).ok(),
        };
        if named.site.is_none() && named.hub.is_none() {
            return Err(LecternError::bad_request(BadRequestReason::NotModelName {
                name: name.to_owned(),
            }));
        }
        Ok(named)
    }

    /// No such model anywhere: what was looked for, and where.
    fn not_found(&self) -> LecternError {
        let site = self.site.as_ref().map(HttpFolder::identity);
        let hub = self.hub.as_ref().map(HubModel::page_url);
        let places: Vec<String> = site.into_iter().chain(hub).collect();
        LecternError::NotFound { file: format!("{} ({})", self.name, places.join(", ")) }
    }
}

impl Place {
    /// A folder that is only read.
    pub fn folder(folder: impl Folder + 'static) -> Self {
        Self::Files(Rc::new(folder))
    }
}

/// A folder at an address, which may be below the page's. Those of the site's own models are only read.
pub fn server(base: &str, folder: impl FnOnce(String) -> HttpFolder) -> Place {
    let Some(base) = absolute(base) else { return Place::Site(folder(base.to_owned())) };
    let is_of_the_site = absolute("models/").is_some_and(|models| base.starts_with(&models));
    match folder(base) {
        folder if is_of_the_site => Place::Site(folder),
        folder => Place::Server(folder, When::Unchanged),
    }
}

/// The address of the site, as engine-worker.js says it: a worker that imports that from elsewhere has another address.
fn site() -> String {
    let told = Reflect::get(&js_sys::global(), &"lecternSite".into()).ok();
    told.and_then(|site| site.as_string()).unwrap_or_else(|| {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let script = scope.location().href();
        script.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or(script)
    })
}

/// An address that may be below that of the site.
fn absolute(address: &str) -> Option<String> {
    Url::new_with_base(address, &site()).ok().map(|url| url.href())
}

/// The engine's answer to a request, or that of the browser's files.
pub async fn answer(
    engine: &Engine,
    request: Request,
    place: Place,
    cancel: &CancelToken,
    emit: Emit,
) -> Event {
    let answer = match place {
        Place::Named(named) => answer_named(engine, request, named, cancel, emit).await,
        place => try_answer(engine, request, place, cancel, emit).await,
    };
    answer.unwrap_or_else(Event::from_error)
}

/// From the site, else from the Hub.
async fn answer_named(
    engine: &Engine,
    mut request: Request,
    named: Named,
    cancel: &CancelToken,
    emit: Emit,
) -> Result<Event> {
    let mut first = named.not_found();
    if let Some(site) = &named.site {
        let place = Place::Files(Rc::new(site.clone()));
        let own = try_answer(engine, request.clone(), place, cancel, Rc::clone(&emit)).await;
        match own {
            Err(LecternError::NotFound { file }) if file == CONFIG => (),
            // The site is out of reach, but the Hub's model may be kept here.
            Err(error @ (LecternError::Unreachable { .. } | LecternError::Offline { .. })) => {
                first = error;
            }
            own => return own.map_err(|error| site.explain(error)),
        }
    }
    let Some(hub) = &named.hub else { return Err(first) };
    if let Request::Load { source, .. } | Request::KeepModel { source } = &mut request {
        let revision = named.name.contains('@').then(|| hub.revision.clone());
        *source = Source::Hub { id: hub.id.clone(), revision };
    }
    let place = Place::Server(HttpFolder::new(hub.base_url(), &hub.id), When::Always);
    match try_answer(engine, request, place, cancel, emit).await {
        Err(LecternError::NotFound { file }) if file == CONFIG => Err(first),
        // The Hub says 401 of what it does not have.
        Err(
            LecternError::Unreachable { .. }
            | LecternError::HttpStatus { status: 401 | 403 | 404, .. },
        ) => Err(first),
        other => other,
    }
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
        _ => return ask(engine, request, place, cancel, emit).await,
    };
    let Place::Server(http, when) = place else {
        let event = ask(engine, request, place, cancel, emit).await?;
        return if is_kept_only && event == Event::Done {
            kept(|_| false).await
        } else {
            Ok(event)
        };
    };
    let opened = open(&source, http.clone(), when, is_kept_only, cancel).await?;
    let event = engine.answer(request, Some(Rc::clone(&opened.folder)), cancel, emit).await;
    let key = opened.key().to_owned();
    after(opened, event, &key).await.map_err(|error| http.explain(error))
}

/// The engine's answer, with nothing kept.
async fn ask(
    engine: &Engine,
    request: Request,
    place: Place,
    cancel: &CancelToken,
    emit: Emit,
) -> Result<Event> {
    let (folder, http): (Option<Rc<dyn Folder>>, _) = match place {
        Place::None | Place::Named(_) => (None, None),
        Place::Files(folder) => (Some(folder), None),
        Place::Site(http) | Place::Server(http, _) => (Some(Rc::new(http.clone())), Some(http)),
    };
    match engine.answer(request, folder, cancel, emit).await {
        Event::Error { error, .. } => Err(match http {
            Some(http) => http.explain(error),
            None => error,
        }),
        event => Ok(event),
    }
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
            if is_of_the_files(&error) || opened.is_empty() {
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
