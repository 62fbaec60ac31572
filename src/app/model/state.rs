//! A slot's model: which is loaded, which is coming, and what went wrong with it.

use leptos::prelude::*;

use super::{Loaded, Progress, Selection};
use crate::app::language::{self, t};
use crate::app::strings::model as strings;
use crate::error::LecternError;
use crate::view_model::{error_sentence, source};
use crate::worker::client::{Client, LocalFile};
use crate::worker::losses::{Losses, Remedy};
use crate::worker::protocol::{
    Ability, DeviceChoice, DeviceReason, Event, ModelInfo, Request, Source,
};

/// A slot's model: signals that say how it stands, and the ways to change it.
#[derive(Clone, Copy)]
pub struct Model {
    pub(super) client: StoredValue<Client, LocalStorage>,
    /// Sets of files, kept so that one can be loaded again with other weights or on another device.
    pub(super) opened_files: StoredValue<Vec<Vec<LocalFile>>, LocalStorage>,
    /// What the pickers show: what is coming, else what is there.
    pub selection: RwSignal<Selection>,
    pub loaded: RwSignal<Option<Loaded>>,
    /// `Some(None)` until the first progress arrives.
    pub loading: RwSignal<Option<Option<Progress>>>,
    /// Models from elsewhere that were loaded before, with their names.
    pub opened: RwSignal<Vec<(Selection, String)>>,
    /// The sentence in the alert.
    pub problem: RwSignal<Option<String>>,
    /// Which load is the current one: the end of an earlier one changes nothing.
    attempt: StoredValue<u32>,
    request: StoredValue<u32>,
    losses: StoredValue<Losses>,
    /// Is the CPU chosen because the GPU was lost, and not by the reader?
    is_fallback: StoredValue<bool>,
    /// How many open pages need it.
    users: StoredValue<u32>,
}

impl Model {
    pub fn new(
        client: StoredValue<Client, LocalStorage>,
        first: Selection,
        problem: RwSignal<Option<String>>,
    ) -> Self {
        Self {
            client,
            opened_files: StoredValue::new_local(Vec::new()),
            selection: RwSignal::new(first),
            loaded: RwSignal::new(None),
            loading: RwSignal::new(None),
            opened: RwSignal::new(Vec::new()),
            problem,
            attempt: StoredValue::new(0),
            request: StoredValue::new(0),
            losses: StoredValue::new(Losses::default()),
            is_fallback: StoredValue::new(false),
            users: StoredValue::new(0),
        }
    }

    /// The page that calls this needs the model for as long as it is open.
    pub fn keep_while_open(self) {
        self.users.update_value(|users| *users += 1);
        on_cleanup(move || {
            self.users.try_update_value(|users| *users -= 1);
        });
    }

    /// Load what is selected, if it is neither there nor coming.
    pub fn start(self) {
        let is_there = self.loaded.with_untracked(Option::is_some);
        if !is_there && self.loading.with_untracked(Option::is_none) {
            self.retry();
        }
    }

    /// The engine's number for the loaded model.
    pub fn handle(self) -> Option<u32> {
        self.loaded.with_untracked(|loaded| loaded.as_ref().map(|loaded| loaded.info.model))
    }

    /// What is known of the loaded model.
    pub fn info(self) -> Memo<Option<ModelInfo>> {
        Memo::new(move |_| self.loaded.get().map(|loaded| loaded.info))
    }

    /// What the weights are, or are to be.
    pub fn weights(self) -> String {
        let asked = self.selection.with(|selection| selection.quantization);
        self.loaded.with(|loaded| match loaded {
            Some(loaded) if loaded.selection.quantization == asked => {
                loaded.info.quantization.to_string()
            }
            _ => strings::quantization(asked),
        })
    }

    /// Is a model loaded that can do that?
    pub fn can(self, ability: Ability) -> bool {
        self.loaded.with(|it| it.as_ref().is_some_and(|it| it.info.abilities.contains(&ability)))
    }

    /// Send a request; what comes of it, errors too, is for the caller. Gives the request's number.
    pub fn send(self, request: Request, on_event: impl FnMut(Event) + 'static) -> u32 {
        self.client.get_value().send(request, on_event)
    }

    /// Stop a request.
    pub fn cancel_request(self, id: u32) {
        // The client lives as long as the app, which may be closing.
        self.client.try_with_value(|client| client.cancel(id));
    }

    /// Load what is selected after a change to the selection; nothing happens if nothing has changed.
    pub fn change(self, change: impl FnOnce(&mut Selection)) {
        let mut wanted = self.selection.get_untracked();
        change(&mut wanted);
        if wanted.device != self.selection.with_untracked(|it| it.device) {
            self.is_fallback.set_value(false);
        }
        let is_there = self
            .loaded
            .with_untracked(|loaded| loaded.as_ref().is_some_and(|it| it.selection == wanted));
        if is_there && self.loading.with_untracked(Option::is_none) {
            return;
        }
        self.problem.set(None);
        self.load(wanted, None);
    }

    /// Load a model from these files.
    pub fn open_files(self, files: Vec<LocalFile>) {
        if files.is_empty() {
            return self.problem.set(Some(t!(model.nothing_dropped).into()));
        }
        self.opened_files.update_value(|sets| sets.push(files));
        let set = self.opened_files.with_value(|sets| sets.len() - 1);
        self.change(|selection| {
            selection.source = Some(Source::Files);
            selection.files = Some(set);
        });
    }

    /// Load what a person wrote: a Hub id or an address.
    pub fn open_elsewhere(self, text: &str) {
        let source = source::read_elsewhere(text);
        self.change(|it| (it.source, it.files) = (Some(source), None));
    }

    /// Stop the load that is under way; it answers with an error, which puts the selection back.
    pub fn cancel(self) {
        self.client.with_value(|client| client.cancel(self.request.get_value()));
    }

    /// Load what is selected, once more.
    pub fn retry(self) {
        self.change(|_| ());
    }

    /// Deal with an error of any request.
    pub fn fail(self, error: LecternError) {
        match error {
            LecternError::Cancelled => (),
            LecternError::DeviceLost { .. } => self.recover(error),
            error => self.problem.set(Some(error_sentence(&error, language::of_errors()))),
        }
    }

    /// The models in the engine are gone: say so, and load the one that was there again.
    pub fn recover(self, error: LecternError) {
        // A lost device ends several requests at once; the first one has started the recovery.
        if self.loading.with_untracked(Option::is_some) {
            return;
        }
        let mut wanted = self.selection.get_untracked();
        if let Some(lost) = self.loaded.get_untracked() {
            wanted = lost.selection;
            self.loaded.set(None);
        }
        let now = js_sys::Date::now();
        let remedy = self.losses.try_update_value(|losses| losses.add(now));
        let remedy = remedy.unwrap_or(Remedy::GiveUp);
        let next = match remedy {
            Remedy::Reload => t!(model.lost_reloading),
            Remedy::ReloadOnCpu => t!(model.lost_to_cpu),
            Remedy::GiveUp => t!(model.engine_lost),
        };
        self.problem.set(Some(format!("{} {next}", error_sentence(&error, language::of_errors()))));
        match remedy {
            Remedy::Reload => self.load(wanted, None),
            Remedy::ReloadOnCpu => {
                if wanted.device != DeviceChoice::Cpu {
                    wanted.device = DeviceChoice::Cpu;
                    self.is_fallback.set_value(true);
                }
                self.load(wanted, None);
            }
            Remedy::GiveUp => (),
        }
    }

    /// The worker has died, and with it every model. The open page's are loaded again; others are when their
    /// page is opened.
    pub fn engine_died(self, error: &LecternError) {
        // An open request has heard of it before, and the recovery is under way.
        if self.loading.with_untracked(Option::is_some) {
            return;
        }
        if self.users.get_value() == 0 {
            self.loaded.set(None);
        } else if self.loaded.with_untracked(Option::is_some) {
            self.recover(error.clone());
        } else {
            self.problem.set(Some(error_sentence(error, language::of_errors())));
        }
    }

    /// Load a model. `freed` is the one that was let go for it.
    fn load(self, wanted: Selection, freed: Option<Selection>) {
        let Some(source) = wanted.source.clone() else { return self.selection.set(wanted) };
        if self.loading.with_untracked(Option::is_some) {
            self.cancel();
        }
        self.attempt.update_value(|attempt| *attempt += 1);
        let attempt = self.attempt.get_value();
        self.selection.set(wanted.clone());
        self.loading.set(Some(None));
        let files = match wanted.files {
            Some(set) => self.opened_files.with_value(|sets| sets[set].clone()),
            None => Vec::new(),
        };
        let Selection { quantization, fit, keep, device, .. } = wanted.clone();
        let request = Request::Load { source, quantization, fit, keep, device, store: true };
        let client = self.client.get_value();
        let id = client.send_with_files(request, &files, move |event| {
            if self.attempt.get_value() == attempt {
                self.on_event(&wanted, freed.as_ref(), event);
            } else if let Event::Loaded { info } = event {
                // It was too late to stop it.
                self.dispose(info.model);
            }
        });
        self.request.set_value(id);
    }

    fn on_event(self, wanted: &Selection, freed: Option<&Selection>, event: Event) {
        match event {
            Event::Progress { phase, file, loaded, total } => {
                self.loading.set(Some(Some(Progress { phase, file, loaded, total })));
            }
            Event::Loaded { mut info } => {
                if self.is_fallback.get_value() && info.device.reason == DeviceReason::CpuAsked {
                    info.device.reason = DeviceReason::LostBefore;
                }
                self.loading.set(None);
                self.remember(wanted, &info.name);
                let old = self.loaded.get_untracked();
                self.loaded.set(Some(Loaded { selection: wanted.clone(), info }));
                if let Some(old) = old {
                    self.dispose(old.info.model);
                }
            }
            Event::Error { error, .. } => self.on_failure(wanted, freed, error),
            _ => (),
        }
    }

    fn on_failure(self, wanted: &Selection, freed: Option<&Selection>, error: LecternError) {
        let old = self.loaded.get_untracked();
        if let (LecternError::OutOfMemory { bytes, .. }, Some(old)) = (&error, &old) {
            return self.make_room(wanted.clone(), old.clone(), *bytes, error);
        }
        self.loading.set(None);
        if let Some(old) = old {
            self.selection.set(old.selection);
        } else if let Some(before) = freed {
            // It was let go for nothing.
            self.load(before.clone(), None);
        }
        self.fail(error);
    }

    /// There is no room beside the loaded model: let it go, and try once more. Where the other one could not be loaded
    /// alone either, it stays.
    fn make_room(self, wanted: Selection, old: Loaded, needed: u64, error: LecternError) {
        let attempt = self.attempt.get_value();
        self.send(Request::Memory, move |event| {
            // Something else is being loaded by now.
            if self.attempt.get_value() != attempt {
                return;
            }
            self.loading.set(None);
            if let Event::Memory { limit: Some(limit), .. } = event
                && needed > limit
            {
                self.selection.set(old.selection.clone());
                return self.fail(error.clone());
            }
            self.problem.set(Some(t!(model.freed_first).into()));
            self.loaded.set(None);
            self.dispose(old.info.model);
            self.load(wanted.clone(), Some(old.selection.clone()));
        });
    }

    /// Keep models from elsewhere in the picker.
    pub(super) fn remember(self, selection: &Selection, name: &str) {
        if !matches!(selection.source, Some(Source::BuiltIn { .. })) {
            self.opened.update(|opened| {
                if !opened.iter().any(|(known, _)| known.is_same_model(selection)) {
                    opened.push((selection.clone(), name.to_owned()));
                }
            });
        }
    }

    pub(super) fn dispose(self, model: u32) {
        // The client lives as long as the app, which may be closing.
        self.client.try_with_value(|client| client.send(Request::Dispose { model }, |_| ()));
    }
}
