//! Requests about models in the browser's own files, and the engine's requests with these files.

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

/// The location of a model.
pub enum Location {
    /// A request without a model.
    None,
    /// The reader's files, which are not stored.
    Files(Rc<dyn Folder>),
    /// The site, whose service worker stores it.
    Site(HttpFolder),
    /// A server.
    Server(HttpFolder, When),
    /// A name alone.
    Named(Named),
}

/// A name alone: a model of the site, or, if the site has none of that name, one of the Hub's oldest, whose ids have no
/// owner (`gpt2`).
pub struct Named {
    name: String,
    site: Option<HttpFolder>,
    hub: Option<HubModel>,
}

impl Named {
    /// The possible locations for that name.
    ///
    /// # Errors
    /// [`LecternError::BadRequest`] if neither the site nor the Hub could have such a model.
    pub fn new(name: &str) -> Result<Self> {
        let folder = || HttpFolder::new(format!("{}models/{name}/", site()), name);
        let named = Self {
            name: name.to_owned(),
            site: is_plain(name).then(folder),
            hub: HubModel::parse(name, None).ok(),
        };
        if named.site.is_none() && named.hub.is_none() {
            return Err(LecternError::bad_request(BadRequestReason::NotModelName {
                name: name.to_owned(),
            }));
        }
        Ok(named)
    }

    /// The error for a model that is nowhere, with the name and the locations that were tried.
    fn not_found(&self) -> LecternError {
        let site = self.site.as_ref().map(HttpFolder::identity);
        let hub = self.hub.as_ref().map(HubModel::page_url);
        let locations: Vec<String> = site.into_iter().chain(hub).collect();
        LecternError::NotFound { file: format!("{} ({})", self.name, locations.join(", ")) }
    }
}

/// Whether a name is that of a file or folder of the site.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

/// The site's folder of lessons, for one of that name.
///
/// # Errors
/// [`LecternError::NotFound`] if there cannot be one.
pub fn lessons(name: &str) -> Result<Location> {
    match is_plain(name) {
        true => Ok(Location::Site(HttpFolder::new(format!("{}lessons/", site()), name))),
        false => Err(LecternError::NotFound { file: name.to_owned() }),
    }
}

impl Location {
    /// A folder that is only read.
    pub fn folder(folder: impl Folder + 'static) -> Self {
        Self::Files(Rc::new(folder))
    }
}

/// A folder at an address, which may be below the page's. Those of the site's own models are only read.
pub fn server(base: &str, folder: impl FnOnce(String) -> HttpFolder) -> Location {
    let Some(base) = absolute(base) else { return Location::Site(folder(base.to_owned())) };
    let is_of_the_site = absolute("models/").is_some_and(|models| base.starts_with(&models));
    match folder(base) {
        folder if is_of_the_site => Location::Site(folder),
        folder => Location::Server(folder, When::Unchanged),
    }
}

/// The address of the site, as set by engine-worker.js: a worker that imports it from elsewhere has another address.
fn site() -> String {
    let named = Reflect::get(&js_sys::global(), &"lecternSite".into()).ok();
    named.and_then(|site| site.as_string()).unwrap_or_else(|| {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let script = scope.location().href();
        script.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or(script)
    })
}

/// The absolute address of one that may be relative to the site.
fn absolute(address: &str) -> Option<String> {
    Url::new_with_base(address, &site()).ok().map(|url| url.href())
}

/// The engine's answer to a request, or that of the browser's files.
pub async fn answer(
    engine: &Engine,
    request: Request,
    location: Location,
    cancel: &CancelToken,
    emit: Emit,
) -> Event {
    let answer = match location {
        Location::Named(named) => answer_named(engine, request, named, cancel, emit).await,
        location => try_answer(engine, request, location, cancel, emit).await,
    };
    answer.unwrap_or_else(Event::from_error)
}

/// The answer with the model of the site, or else of the Hub.
async fn answer_named(
    engine: &Engine,
    mut request: Request,
    named: Named,
    cancel: &CancelToken,
    emit: Emit,
) -> Result<Event> {
    let mut first = named.not_found();
    if let Some(site) = &named.site {
        let location = Location::Files(Rc::new(site.clone()));
        let own = try_answer(engine, request.clone(), location, cancel, Rc::clone(&emit)).await;
        match own {
            Err(LecternError::NotFound { file }) if file == CONFIG => (),
            // The site is unreachable, but the Hub's model may be stored.
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
    let location = Location::Server(HttpFolder::new(hub.base_url(), &hub.id), When::Always);
    match try_answer(engine, request, location, cancel, emit).await {
        Err(LecternError::NotFound { file }) if file == CONFIG => Err(first),
        // The Hub answers 401 for a model that it does not have.
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
    location: Location,
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
        _ => return ask(engine, request, location, cancel, emit).await,
    };
    let Location::Server(http, when) = location else {
        let event = ask(engine, request, location, cancel, emit).await?;
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

/// The engine's answer, without storing files.
async fn ask(
    engine: &Engine,
    request: Request,
    location: Location,
    cancel: &CancelToken,
    emit: Emit,
) -> Result<Event> {
    let (folder, http): (Option<Rc<dyn Folder>>, _) = match location {
        Location::None | Location::Named(_) => (None, None),
        Location::Files(folder) => (Some(folder), None),
        Location::Site(http) | Location::Server(http, _) => {
            (Some(Rc::new(http.clone())), Some(http))
        }
    };
    match engine.answer(request, folder, cancel, emit).await {
        Event::Error { error, .. } => Err(match http {
            Some(http) => http.explain(error),
            None => error,
        }),
        event => Ok(event),
    }
}

/// The source as typed by a person: a Hub id or an address.
fn source_text(source: &Source) -> String {
    match source {
        Source::Hub { id, revision: Some(revision) } => format!("{id}@{revision}"),
        Source::Hub { id, revision: None } => id.clone(),
        Source::Url { base } => absolute(base).unwrap_or_else(|| base.clone()),
        Source::BuiltIn { .. } | Source::Files | Source::Random { .. } => String::new(),
    }
}

/// Stores or discards the files after the engine's answer.
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

/// Whether the same files would give the same error again, so that they are not worth storing.
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

async fn kept(is_listed: impl Fn(&str) -> bool) -> Result<Event> {
    let mut models = list().await?;
    models.retain(|model| is_listed(&model.key));
    Ok(Event::KeptModels { models, space: space().await? })
}

async fn verified(key: &str, cancel: &CancelToken, emit: &Emit) -> Result<Event> {
    let report = |file: &str, loaded, total| {
        let (phase, file, total) = (Phase::Fetching, file.to_owned(), Some(total));
        emit(Event::Progress { phase, file, loaded, total });
    };
    Ok(Event::Verified { damaged: verify(key, cancel, report).await? })
}
