//! A training: its request, which can wait, go on step by step, and be stopped.

use std::time::Duration;

use leptos::prelude::*;

use super::{Model, Slots, Trainer};
use crate::worker::protocol::{Event, Request};

/// Time of a step in slow motion.
const SLOW: Duration = Duration::from_millis(450);

/// The state of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing runs.
    Idle,
    /// Its model is being loaded.
    Loading,
    /// It runs by itself.
    Running,
    /// It takes a step now and then.
    Slow,
    /// It waits for a step.
    Waiting,
}

/// One training after the other.
#[derive(Clone, Copy)]
pub struct Training {
    trainer: Trainer,
    attempt: StoredValue<u32>,
    request: StoredValue<Option<u32>>,
    has_run: StoredValue<bool>,
    pub state: RwSignal<State>,
    /// Whether what is to be seen of it is a recording.
    pub is_recorded: RwSignal<bool>,
}

impl Training {
    /// Lives as long as the page that makes it, and takes no step while the page is hidden.
    pub fn new() -> Self {
        let training = Self {
            trainer: Trainer::here(),
            attempt: StoredValue::new(0),
            request: StoredValue::new(None),
            has_run: StoredValue::new(false),
            state: RwSignal::new(State::Idle),
            is_recorded: RwSignal::new(false),
        };
        on_cleanup(move || training.abandon());
        let hidden = window_event_listener_untyped("visibilitychange", move |_| {
            if training.state.try_get_untracked() == Some(State::Running) {
                training.steer(document().hidden().then_some(0));
            }
        });
        on_cleanup(move || hidden.remove());
        let slow = set_interval_with_handle(
            move || {
                if training.state.try_get_untracked() == Some(State::Slow) && !document().hidden() {
                    training.steer(Some(1));
                }
            },
            SLOW,
        );
        on_cleanup(move || _ = slow.map(|slow| slow.clear()));
        training
    }

    /// Whether something runs.
    pub fn is_open(self) -> bool {
        self.state.get() != State::Idle
    }

    /// Begins, in this state, with the model of a slot where one is needed. A training before it is stopped, and its
    /// events are ignored.
    pub fn start(
        self,
        model: Option<Model>,
        state: State,
        request: impl FnOnce(Option<u32>) -> Request + 'static,
        on_event: impl Fn(Event) + 'static,
    ) {
        self.abandon();
        self.has_run.set_value(true);
        self.is_recorded.set(false);
        let attempt = self.attempt.get_value();
        let is_current = move || self.attempt.try_get_value() == Some(attempt);
        let send = move |handle: Option<u32>| {
            let id = self.trainer.send(request(handle), move |event| {
                // `None`: the page is gone.
                if !is_current() {
                    return;
                }
                if event.is_final() {
                    self.request.set_value(None);
                    self.state.set(State::Idle);
                }
                match event {
                    Event::Error { error, .. } => self.trainer.fail(error),
                    event => on_event(event),
                }
            });
            self.request.set_value(Some(id));
            self.state.set(state);
            if state != State::Running {
                self.steer(Some(u32::from(state == State::Waiting)));
            }
        };
        let Some(model) = model else { return send(None) };
        self.state.set(State::Loading);
        let id = self.trainer.load(model, move |handle| match handle {
            _ if !is_current() => (),
            Some(handle) => send(Some(handle)),
            None => self.state.set(State::Idle),
        });
        if self.state.get_untracked() == State::Loading {
            self.request.set_value(id);
        }
    }

    /// Hands the events of the recorded run of a request to `on_event`, if there is one, and neither it nor anything that
    /// has run is to be seen. To be called where the recording's arrival is followed.
    pub fn recall(self, model: Option<Model>, request: &Request, on_event: impl Fn(Event)) {
        if self.has_run.get_value() || self.is_recorded.get_untracked() {
            return;
        }
        if let Some(events) = Slots::here().recorded_training(model, request) {
            self.is_recorded.set(true);
            events.into_iter().for_each(on_event);
        }
    }

    /// Says that nothing is to be seen of a recording any more.
    pub fn forget(self) {
        self.is_recorded.set(false);
    }

    /// Stops; what was learnt is kept, and reported.
    pub fn stop(self) {
        self.request.get_value().into_iter().for_each(|id| self.trainer.cancel(id));
    }

    /// Lets it wait after the current step.
    pub fn wait(self) {
        self.hold(State::Waiting, Some(0));
    }

    /// Lets it take one step, and wait.
    pub fn one_step(self) {
        self.hold(State::Waiting, Some(1));
    }

    /// Lets it take a step now and then.
    pub fn go_slowly(self) {
        self.hold(State::Slow, Some(1));
    }

    /// Lets it run by itself.
    pub fn go_on(self) {
        self.hold(State::Running, None);
    }

    fn hold(self, state: State, steps: Option<u32>) {
        let is_open = !matches!(self.state.get_untracked(), State::Idle | State::Loading);
        if is_open {
            self.state.set(state);
            self.steer(steps);
        }
    }

    fn steer(self, steps: Option<u32>) {
        if let Some(target) = self.request.get_value() {
            self.trainer.send(Request::Steer { target, steps }, |_| ());
        }
    }

    /// Stops, and ignores what comes of it.
    fn abandon(self) {
        self.attempt.try_update_value(|attempt| *attempt += 1);
        let open = self.request.try_update_value(Option::take).flatten();
        open.into_iter().for_each(|id| self.trainer.cancel(id));
        self.state.try_set(State::Idle);
    }
}
