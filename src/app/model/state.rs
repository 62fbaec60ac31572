//! A slot's model: the loaded one, the one being loaded, and errors.

use std::rc::Rc;

use leptos::prelude::*;

use super::recording::Recording;
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

/// A slot's model: signals with its state, and methods that change it.
#[derive(Clone, Copy)]
pub struct Model {
    pub(super) client: StoredValue<Client, LocalStorage>,
    /// Opened sets of files, kept so that one can be reloaded with other weights or on another device.
    pub(super) opened_files: StoredValue<Vec<Vec<LocalFile>>, LocalStorage>,
    /// The pickers' selection: the model being loaded, else the loaded one.
    pub selection: RwSignal<Selection>,
    pub loaded: RwSignal<Option<Loaded>>,
    /// `Some(None)` until the first progress arrives.
    pub loading: RwSignal<Option<Option<Progress>>>,
    /// Models from other sources that were loaded before, with their names.
    pub opened: RwSignal<Vec<(Selection, String)>>,
    /// The sentence in the alert.
    pub problem: RwSignal<Option<String>>,
    /// The open demo's recordings, of all its default models.
    pub(super) recording: RwSignal<Option<Rc<Recording>>, LocalStorage>,
    /// Whether it is a copy of another slot's model.
    pub(super) is_sibling: bool,
    /// Index of the current load: the end of an earlier one changes nothing.
    attempt: StoredValue<u32>,
    request: StoredValue<u32>,
    losses: StoredValue<Losses>,
    /// Whether the CPU was chosen because the GPU was lost, and not by the reader.
    is_fallback: StoredValue<bool>,
    /// Number of open pages that need the model.
    users: StoredValue<u32>,
    /// Whether the reader, or the address, chose the source.
    is_chosen: StoredValue<bool>,
}

impl Model {
    pub fn new(
        client: StoredValue<Client, LocalStorage>,
        first: Selection,
        problem: RwSignal<Option<String>>,
        recording: RwSignal<Option<Rc<Recording>>, LocalStorage>,
    ) -> Self {
        Self {
            client,
            opened_files: StoredValue::new_local(Vec::new()),
            selection: RwSignal::new(first),
            loaded: RwSignal::new(None),
            loading: RwSignal::new(None),
            opened: RwSignal::new(Vec::new()),
            problem,
            recording,
            is_sibling: false,
            attempt: StoredValue::new(0),
            request: StoredValue::new(0),
            losses: StoredValue::new(Losses::default()),
            is_fallback: StoredValue::new(false),
            users: StoredValue::new(0),
            is_chosen: StoredValue::new(false),
        }
    }

    /// Marks the model as needed for as long as the calling page is open.
    pub fn keep_while_open(self) {
        self.users.update_value(|users| *users += 1);
        on_cleanup(move || {
            self.users.try_update_value(|users| *users -= 1);
        });
    }

    /// Marks the source as chosen by the reader: another language does not exchange it.
    pub fn mark_chosen(self) {
        self.is_chosen.set_value(true);
    }

    /// Whether the source was chosen by the reader.
    pub fn is_chosen(self) -> bool {
        self.is_chosen.get_value()
    }

    /// Loads the selection, unless it is loaded or being loaded.
    pub fn start(self) {
        let is_there = self.loaded.with_untracked(Option::is_some);
        if !is_there && self.loading.with_untracked(Option::is_none) {
            self.retry();
        }
    }

    /// Whether no model is being loaded.
    pub fn is_settled(self) -> bool {
        self.loading.with(Option::is_none)
    }

    /// Returns the engine's handle of the loaded model.
    pub fn handle(self) -> Option<u32> {
        self.loaded.with_untracked(|loaded| loaded.as_ref().map(|loaded| loaded.info.model))
    }

    /// Returns the description of the loaded model; until there is one, that of its recording.
    pub fn info(self) -> Memo<Option<ModelInfo>> {
        Memo::new(move |_| {
            self.loaded.get().map(|loaded| loaded.info).or_else(|| self.recorded_info())
        })
    }

    /// Returns the handle of the model that answers: the loaded one, or its recording.
    pub fn answering(self) -> Memo<Option<u32>> {
        let info = self.info();
        Memo::new(move |_| info.with(|info| info.as_ref().map(|info| info.model)))
    }

    /// Returns the name of the weights, loaded or selected.
    pub fn weights(self) -> String {
        let selected = self.selection.with(|selection| selection.quantization);
        self.loaded.with(|loaded| match loaded {
            Some(loaded) if loaded.selection.quantization == selected => {
                loaded.info.quantization.to_string()
            }
            _ => strings::quantization(selected),
        })
    }

    /// Whether the model has this ability: the loaded one, or its recording.
    pub fn can(self, ability: Ability) -> bool {
        let loaded =
            self.loaded.with(|it| it.as_ref().map(|it| it.info.abilities.contains(&ability)));
        loaded.unwrap_or_else(|| {
            self.recorded_info().is_some_and(|info| info.abilities.contains(&ability))
        })
    }

    /// Sends a request, whose events, errors too, the caller handles. Returns the request's id.
    pub fn send(self, request: Request, on_event: impl FnMut(Event) + 'static) -> u32 {
        self.client.get_value().send(request, on_event)
    }

    /// Stops a request.
    pub fn cancel_request(self, id: u32) {
        // The client lives as long as the app, which may be closing.
        self.client.try_with_value(|client| client.cancel(id));
    }

    /// Changes the selection and loads it; does nothing if it is unchanged.
    pub fn change(self, change: impl FnOnce(&mut Selection)) {
        let mut requested = self.selection.get_untracked();
        change(&mut requested);
        if requested.device != self.selection.with_untracked(|it| it.device) {
            self.is_fallback.set_value(false);
        }
        let is_there = self
            .loaded
            .with_untracked(|loaded| loaded.as_ref().is_some_and(|it| it.selection == requested));
        if is_there && self.loading.with_untracked(Option::is_none) {
            return;
        }
        self.problem.set(None);
        self.load(requested, None);
    }

    /// Loads another source, by the reader's choice; `files` is the index of an opened set.
    pub fn choose(self, source: Source, files: Option<usize>) {
        self.mark_chosen();
        self.change(|it| (it.source, it.files) = (Some(source), files));
    }

    /// Exchanges the source: at once where a page needs the model, else when the next one does.
    pub fn exchange(self, source: Source) {
        if self.users.get_value() > 0 {
            return self.change(|it| (it.source, it.files) = (Some(source), None));
        }
        if self.loading.with_untracked(Option::is_some) {
            self.cancel();
        }
        if let Some(loaded) = self.loaded.get_untracked() {
            self.loaded.set(None);
            self.dispose(loaded.info.model);
        }
        self.selection.update(|it| (it.source, it.files) = (Some(source), None));
    }

    /// Loads a model from these files.
    pub fn open_files(self, files: Vec<LocalFile>) {
        if files.is_empty() {
            return self.problem.set(Some(t!(model.nothing_dropped).into()));
        }
        self.opened_files.update_value(|sets| sets.push(files));
        let set = self.opened_files.with_value(|sets| sets.len() - 1);
        self.choose(Source::Files, Some(set));
    }

    /// Loads the source that a person typed: a Hub id or an address.
    pub fn open_elsewhere(self, text: &str) {
        self.choose(source::read_elsewhere(text), None);
    }

    /// Stops the current load; its answer is an error, which restores the selection.
    pub fn cancel(self) {
        self.client.with_value(|client| client.cancel(self.request.get_value()));
    }

    /// Loads the selection again.
    pub fn retry(self) {
        self.change(|_| ());
    }

    /// Handles an error of any request.
    pub fn fail(self, error: LecternError) {
        match error {
            LecternError::Cancelled => (),
            LecternError::DeviceLost { .. } => self.recover(error),
            error => self.problem.set(Some(error_sentence(&error, language::current()))),
        }
    }

    /// Reports that the engine's models are lost, and reloads the one that was loaded.
    pub fn recover(self, error: LecternError) {
        // A lost device ends several requests at once; the first one has started the recovery.
        if self.loading.with_untracked(Option::is_some) {
            return;
        }
        let mut requested = self.selection.get_untracked();
        if let Some(lost) = self.loaded.get_untracked() {
            requested = lost.selection;
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
        self.problem.set(Some(format!("{} {next}", error_sentence(&error, language::current()))));
        match remedy {
            Remedy::Reload => self.load(requested, None),
            Remedy::ReloadOnCpu => {
                if requested.device != DeviceChoice::Cpu {
                    requested.device = DeviceChoice::Cpu;
                    self.is_fallback.set_value(true);
                }
                self.load(requested, None);
            }
            Remedy::GiveUp => (),
        }
    }

    /// Handles the death of the worker, and with it of every model. Models of the open page are reloaded; others when
    /// their page is opened.
    pub fn engine_died(self, error: &LecternError) {
        // An open request has reported it before, and the recovery is running.
        if self.loading.with_untracked(Option::is_some) {
            return;
        }
        if self.users.get_value() == 0 {
            self.loaded.set(None);
        } else if self.loaded.with_untracked(Option::is_some) {
            self.recover(error.clone());
        } else {
            self.problem.set(Some(error_sentence(error, language::current())));
        }
    }

    /// The request that loads the selected model on the CPU, and its files; for the trainer. `None` without a source.
    pub(super) fn for_trainer(self) -> Option<(Request, Vec<LocalFile>)> {
        let Selection { source, files, quantization, .. } = self.selection.get_untracked();
        let files = files.map(|set| self.opened_files.with_value(|sets| sets[set].clone()));
        let request = Request::load(source?, quantization, DeviceChoice::Cpu);
        Some((request, files.unwrap_or_default()))
    }

    /// Loads a model. `freed` is the selection whose model was unloaded to free memory for it.
    fn load(self, requested: Selection, freed: Option<Selection>) {
        let Some(source) = requested.source.clone() else { return self.selection.set(requested) };
        if self.loading.with_untracked(Option::is_some) {
            self.cancel();
        }
        self.attempt.update_value(|attempt| *attempt += 1);
        let attempt = self.attempt.get_value();
        self.selection.set(requested.clone());
        self.loading.set(Some(None));
        let files = match requested.files {
            Some(set) => self.opened_files.with_value(|sets| sets[set].clone()),
            None => Vec::new(),
        };
        let Selection { quantization, fit, keep, device, .. } = requested.clone();
        let request = Request::Load { source, quantization, fit, keep, device, store: true };
        let client = self.client.get_value();
        let id = client.send_with_files(request, &files, move |event| {
            if self.attempt.get_value() == attempt {
                self.on_event(&requested, freed.as_ref(), event);
            } else if let Event::Loaded { info } = event {
                // The load finished before it could be cancelled.
                self.dispose(info.model);
            }
        });
        self.request.set_value(id);
    }

    fn on_event(self, requested: &Selection, freed: Option<&Selection>, event: Event) {
        match event {
            Event::Progress { phase, file, loaded, total } => {
                self.loading.set(Some(Some(Progress { phase, file, loaded, total })));
            }
            Event::Loaded { mut info } => {
                if self.is_fallback.get_value() && info.device.reason == DeviceReason::CpuAsked {
                    info.device.reason = DeviceReason::LostBefore;
                }
                self.loading.set(None);
                self.remember(requested, &info.name);
                let old = self.loaded.get_untracked();
                self.loaded.set(Some(Loaded { selection: requested.clone(), info }));
                if let Some(old) = old {
                    self.dispose(old.info.model);
                }
            }
            Event::Error { error, .. } => self.on_failure(requested, freed, error),
            _ => (),
        }
    }

    fn on_failure(self, requested: &Selection, freed: Option<&Selection>, error: LecternError) {
        let old = self.loaded.get_untracked();
        if let (LecternError::OutOfMemory { bytes, .. }, Some(old)) = (&error, &old) {
            return self.free_memory(requested.clone(), old.clone(), *bytes, error);
        }
        self.loading.set(None);
        if let Some(old) = old {
            self.selection.set(old.selection);
        } else if let Some(before) = freed {
            // Unloading did not help.
            self.load(before.clone(), None);
        }
        self.fail(error);
    }

    /// Unloads the loaded model, for which there is too little memory beside the new one, and tries once more. If the
    /// new one could not be loaded alone either, the old one stays.
    fn free_memory(self, requested: Selection, old: Loaded, needed: u64, error: LecternError) {
        let attempt = self.attempt.get_value();
        self.send(Request::Memory, move |event| {
            // Another load has started meanwhile.
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
            self.load(requested.clone(), Some(old.selection.clone()));
        });
    }

    /// Keeps models from other sources in the picker.
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
