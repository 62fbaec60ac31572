//! Four lanes that learn the same examples.

use std::rc::Rc;

use leptos::prelude::*;

use super::task::{Given, Task};
use crate::app::address::sharing;
use crate::app::model::{Model, Selection, State, Training};
use crate::worker::protocol::{
    Event, Example, Lane, LearningCurve, Request, Taught, TeachOptions, TeachStep,
};

/// The lanes, from nothing to everything.
pub const LANES: [Lane; 4] = [Lane::Words, Lane::SmallEncoder, Lane::Features, Lane::FineTuning];
/// Numbers of labels of the curves, and draws of each.
pub const CURVE_SIZES: [usize; 6] = [1, 2, 4, 8, 16, 32];
const DRAWS: usize = 3;
/// The rate and the steps of the lane that begins with nothing.
const SMALL_RATE: f64 = 1e-3;
const SMALL_STEPS: usize = 60;

/// A lane and what came of it.
#[derive(Clone, Copy)]
pub struct LaneRun {
    pub lane: Lane,
    pub training: Training,
    pub steps: RwSignal<Vec<TeachStep>>,
    pub taught: RwSignal<Option<Taught>>,
    /// An earlier run, to compare with.
    pub pinned: RwSignal<Vec<TeachStep>>,
}

impl LaneRun {
    /// Adds what came of it.
    fn take(self, event: Event) {
        match event {
            Event::TeachStep { step } => self.steps.update(|steps| steps.push(step)),
            Event::Taught { taught } => self.taught.set(Some(taught)),
            _ => (),
        }
    }

    /// Forgets what came of it.
    fn clear(self) {
        self.training.forget();
        self.steps.set(Vec::new());
        self.taught.set(None);
    }
}

/// The options of fine-tuning.
#[derive(Clone, Copy)]
pub struct Settings {
    pub layers: RwSignal<usize>,
    /// Power of ten.
    pub rate: RwSignal<f64>,
    pub steps: RwSignal<usize>,
    pub head_first: RwSignal<bool>,
    pub seed: RwSignal<u32>,
}

impl Settings {
    fn new() -> Self {
        Self {
            layers: sharing::choice("layers", 2, |it| (1..=48).contains(it)),
            rate: sharing::choice("rate", -3.5, |it| (-5.0..=0.0).contains(it)),
            steps: sharing::choice("steps", 30, |it| (1..=500).contains(it)),
            head_first: sharing::choice("headFirst", true, |_| true),
            seed: sharing::choice("seed", 1, |_| true),
        }
    }

    fn options(self, lane: Lane) -> TeachOptions {
        let (rate, steps) = match lane {
            Lane::SmallEncoder => (SMALL_RATE, SMALL_STEPS),
            _ => (10f64.powf(self.rate.get_untracked()), self.steps.get_untracked()),
        };
        TeachOptions {
            lane,
            layers: self.layers.get_untracked(),
            head_first: self.head_first.get_untracked(),
            rate,
            steps,
            seed: self.seed.get_untracked(),
            ..TeachOptions::default()
        }
    }
}

/// The race.
#[derive(Clone, Copy)]
pub struct Race {
    pub model: Model,
    pub task: Task,
    pub settings: Settings,
    pub tracks: StoredValue<[LaneRun; 4]>,
    pub curves: RwSignal<Option<Rc<Vec<LearningCurve>>>, LocalStorage>,
    pub curve_training: Training,
}

impl Race {
    pub fn new(model: Model) -> Self {
        let task = Task::new();
        let tracks = LANES.map(|lane| LaneRun {
            lane,
            training: Training::new(),
            steps: RwSignal::new(Vec::new()),
            taught: RwSignal::new(None),
            pinned: RwSignal::new(Vec::new()),
        });
        let race = Self {
            model,
            task,
            settings: Settings::new(),
            tracks: StoredValue::new(tracks),
            curves: RwSignal::new_local(None),
            curve_training: Training::new(),
        };
        // Results belong to a task and a model. Those of the first task are recorded.
        Effect::new(move |before: Option<(Option<Given>, Selection)>| {
            let now = (task.given(), model.selection.get());
            let is_first = task.is_first() && now.0.is_some();
            let shows_recording = race.fine_tuning().training.is_recorded.get_untracked();
            let is_other = before.is_some_and(|before| before != now);
            if is_other || shows_recording && !is_first {
                race.reset();
                race.curve_training.forget();
                race.curves.set(None);
            }
            if is_first {
                race.recall();
            }
            now
        });
        race
    }

    /// The lanes.
    pub fn tracks(self) -> [LaneRun; 4] {
        self.tracks.get_value()
    }

    /// The lane that learns step by step from a pre-trained encoder.
    pub fn fine_tuning(self) -> LaneRun {
        self.tracks()[3]
    }

    /// Forgets what was learnt.
    pub fn reset(self) {
        for track in self.tracks() {
            track.training.stop();
            track.clear();
        }
    }

    /// Shows the recorded runs.
    fn recall(self) {
        for track in self.tracks() {
            if let Some(request) = self.teach(track.lane) {
                track.training.recall(Some(self.model), &request(None), |event| track.take(event));
            }
        }
        if let Some(request) = self.learning_curves() {
            let training = self.curve_training;
            training.recall(Some(self.model), &request(None), |event| self.take_curves(event));
        }
    }

    /// Lets all lanes learn; the last one in that state.
    pub fn run(self, state: State) {
        for track in self.tracks() {
            let Some(request) = self.teach(track.lane) else { return };
            track.clear();
            let state = if track.lane == Lane::FineTuning { state } else { State::Running };
            track.training.start(Some(self.model), state, request, move |event| track.take(event));
        }
    }

    /// Measures the lanes that are fitted at once by the number of labels.
    pub fn measure(self) {
        let Some(request) = self.learning_curves() else { return };
        let training = self.curve_training;
        training.start(Some(self.model), State::Running, request, move |event| {
            self.take_curves(event);
        });
    }

    /// The request of a lane for the encoder's handle, once there is a task.
    fn teach(self, lane: Lane) -> Option<impl Fn(Option<u32>) -> Request + 'static> {
        let [examples, tests] = untrack(|| self.task.examples())?;
        let classes = untrack(|| self.task.given())?.classes.len();
        let options = self.settings.options(lane);
        Some(move |model| Request::Teach {
            model,
            examples: examples.clone(),
            tests: tests.clone(),
            classes,
            options: options.clone(),
        })
    }

    fn learning_curves(self) -> Option<impl Fn(Option<u32>) -> Request + 'static> {
        let given = untrack(|| self.task.given())?;
        let example = |(text, label)| Example { text, label };
        let examples: Vec<Example> = given.learnt.into_iter().map(example).collect();
        let tests: Vec<Example> = given.tests.into_iter().map(example).collect();
        let (classes, seed) = (given.classes.len(), self.settings.seed.get_untracked());
        Some(move |model: Option<u32>| Request::LearningCurves {
            model: model.unwrap_or_default(),
            examples: examples.clone(),
            tests: tests.clone(),
            classes,
            sizes: CURVE_SIZES.into(),
            draws: DRAWS,
            seed,
        })
    }

    fn take_curves(self, event: Event) {
        if let Event::LearningCurves { curves } = event {
            self.curves.set(Some(Rc::new(curves)));
        }
    }
}
