//! Four lanes that learn the same examples.

use std::rc::Rc;

use leptos::prelude::*;

use super::task::Task;
use crate::app::address::sharing;
use crate::app::model::{Model, State, Training};
use crate::worker::protocol::{
    Event, Lane, LearningCurve, Request, Taught, TeachOptions, TeachStep,
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
        // Results belong to a task and a model.
        Effect::new(move |before: Option<()>| {
            task.given();
            model.selection.track();
            if before.is_some() {
                race.reset();
                race.curves.set(None);
            }
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
            track.steps.set(Vec::new());
            track.taught.set(None);
        }
    }

    /// Lets all lanes learn; the last one in that state.
    pub fn run(self, state: State) {
        let Some([examples, tests]) = untrack(|| self.task.examples()) else { return };
        let classes = untrack(|| self.task.given()).map_or(0, |given| given.classes.len());
        for track in self.tracks() {
            track.steps.set(Vec::new());
            track.taught.set(None);
            let options = self.settings.options(track.lane);
            let (examples, tests) = (examples.clone(), tests.clone());
            let request = move |model| Request::Teach { model, examples, tests, classes, options };
            let state = if track.lane == Lane::FineTuning { state } else { State::Running };
            track.training.start(Some(self.model), state, request, move |event| match event {
                Event::TeachStep { step } => track.steps.update(|steps| steps.push(step)),
                Event::Taught { taught } => track.taught.set(Some(taught)),
                _ => (),
            });
        }
    }

    /// Measures the lanes that are fitted at once by the number of labels.
    pub fn measure(self) {
        let Some(given) = untrack(|| self.task.given()) else { return };
        let example = |(text, label)| crate::worker::protocol::Example { text, label };
        let examples = given.learnt.into_iter().map(example).collect();
        let tests = given.tests.into_iter().map(example).collect();
        let (classes, seed) = (given.classes.len(), self.settings.seed.get_untracked());
        let request = move |model: Option<u32>| Request::LearningCurves {
            model: model.unwrap_or_default(),
            examples,
            tests,
            classes,
            sizes: CURVE_SIZES.into(),
            draws: DRAWS,
            seed,
        };
        self.curve_training.start(Some(self.model), State::Running, request, move |event| {
            if let Event::LearningCurves { curves } = event {
                self.curves.set(Some(Rc::new(curves)));
            }
        });
    }
}
