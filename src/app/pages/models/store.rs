//! The stored models, and the work on them.

use leptos::prelude::*;
use web_sys::Url;

use crate::app::language::t;
use crate::app::model::{Model, Slots};
use crate::app::strings::models as strings;
use crate::view_model::source;
use crate::worker::protocol::{Event, KeptModel, Request, Source, Space};

/// A download or verification in progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The source that the engine is asked for; for the site's own models their names.
    source: String,
    pub is_download: bool,
    /// Bytes done, and bytes in all, where that is known.
    pub progress: Option<(u64, Option<u64>)>,
    /// Id of the request; `None` while it is being sent, which may fail at once.
    request: Option<u32>,
}

/// The store's state on the page.
#[derive(Clone, Copy)]
pub struct Store {
    slots: Slots,
    model: Model,
    /// The stored models; `None` until the engine has answered.
    pub models: RwSignal<Option<Vec<KeptModel>>>,
    pub space: RwSignal<Option<Space>>,
    works: RwSignal<Vec<Work>>,
    /// Result of the last work.
    pub status: RwSignal<String>,
    is_open: StoredValue<()>,
}

impl Store {
    /// Lives as long as the page is open; then downloads pause.
    pub fn new(slots: Slots) -> Self {
        let store = Self {
            slots,
            model: slots.decoder,
            models: RwSignal::new(None),
            space: RwSignal::new(None),
            works: RwSignal::new(Vec::new()),
            status: RwSignal::new(String::new()),
            is_open: StoredValue::new(()),
        };
        store.refresh();
        on_cleanup(move || {
            let works = store.works.try_get_untracked().unwrap_or_default();
            for request in works.iter().filter_map(|work| work.request) {
                store.model.cancel_request(request);
            }
        });
        store
    }

    /// Returns the work on a source.
    pub fn work(self, source: &str) -> Option<Work> {
        self.works.with(|works| works.iter().find(|work| work.source == source).cloned())
    }

    /// Returns the model in a directory.
    pub fn kept(self, key: &str) -> Option<KeptModel> {
        self.models.with(|models| models.iter().flatten().find(|model| model.key == key).cloned())
    }

    /// Lists the stored models.
    pub fn refresh(self) {
        self.model.send(Request::KeptModels, move |event| {
            if self.is_open.try_get_value().is_none() {
                return;
            }
            match event {
                Event::KeptModels { models, space } => {
                    self.slots.offer(&models);
                    self.models.set(Some(models));
                    self.space.set(Some(space));
                }
                Event::Error { error, .. } => {
                    self.models.set(Some(Vec::new()));
                    self.model.fail(error);
                }
                _ => (),
            }
        });
    }

    /// Whether a download has not received anything yet.
    pub fn is_connecting(self) -> bool {
        self.works
            .with(|works| works.iter().any(|work| work.is_download && work.progress.is_none()))
    }

    /// Downloads the source that a person typed, or resumes its download.
    pub fn download(self, source: &str) {
        let from = source::read_elsewhere(source);
        // The engine's spelling of the source.
        let source = match &from {
            Source::Url { base } => Url::new(base).map_or_else(|_| base.clone(), |url| url.href()),
            _ => source.to_owned(),
        };
        self.keep(&source, from, || ());
    }

    /// Downloads one of the site's own models; `then` is called at the end, whatever the result.
    pub fn download_own(self, name: &str, then: impl Fn() + 'static) {
        self.keep(name, Source::BuiltIn { name: name.into() }, then);
    }

    fn keep(self, source: &str, from: Source, then: impl Fn() + 'static) {
        let name = source.to_owned();
        self.start(source, true, Request::KeepModel { source: from }, move |event| {
            if let Event::KeptModels { models, .. } = event {
                // An empty list for the site's own.
                let name = models.first().map_or(&name, |model| &model.name);
                self.status.set(t!(models.done, name = name));
            }
            then();
        });
    }

    /// Reads a model's files again to verify their checksums.
    pub fn verify(self, model: &KeptModel) {
        let (key, name) = (model.key.clone(), model.name.clone());
        self.start(&model.source, false, Request::VerifyModel { key }, move |event| {
            if let Event::Verified { damaged } = event {
                self.status.set(match damaged.as_slice() {
                    [] => t!(models.intact, name = &name),
                    files => strings::damaged(&name, files),
                });
            }
        });
    }

    /// Deletes a model.
    pub fn delete(self, model: &KeptModel) {
        self.model.send(Request::ForgetModel { key: model.key.clone() }, move |event| {
            if let Event::Error { error, .. } = event {
                self.model.fail(error);
            }
            if self.is_open.try_get_value().is_some() {
                self.refresh();
            }
        });
    }

    /// Pauses or stops the work on a source.
    pub fn stop(self, source: &str) {
        if let Some(request) = untrack(|| self.work(source)).and_then(|work| work.request) {
            self.model.cancel_request(request);
        }
    }

    fn start(
        self,
        source: &str,
        is_download: bool,
        request: Request,
        on_end: impl Fn(Event) + 'static,
    ) {
        if untrack(|| self.work(source)).is_some() {
            return;
        }
        self.status.set(String::new());
        self.model.problem.set(None);
        let source = source.to_owned();
        let name = source.clone();
        // Before sending: a request that cannot be sent ends at once, and removes its work.
        let work = Work { source: source.clone(), is_download, progress: None, request: None };
        self.works.update(|works| works.push(work));
        let request = self.model.send(request, move |event| {
            if self.is_open.try_get_value().is_none() {
                return;
            }
            if let Event::Progress { loaded, total, .. } = event {
                let progress = Some((loaded, total));
                let is_first = self.works.with_untracked(|works| {
                    works.iter().any(|work| work.source == name && work.progress.is_none())
                });
                self.works.update(|works| {
                    works
                        .iter_mut()
                        .filter(|work| work.source == name)
                        .for_each(|work| work.progress = progress);
                });
                if is_first && is_download {
                    // By now the model has its line in the list.
                    self.refresh();
                }
                return;
            }
            self.works.update(|works| works.retain(|work| work.source != name));
            self.refresh();
            if let Event::Error { error, .. } = &event {
                self.model.fail(error.clone());
            }
            on_end(event);
        });
        self.works.update(|works| {
            works
                .iter_mut()
                .filter(|work| work.source == source)
                .for_each(|work| work.request = Some(request));
        });
    }
}
