//! The three stages and what came of each: demonstrations, rankings with their reward, a policy.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::lesson::Lesson;
use crate::app::address::sharing;
use crate::app::language;
use crate::app::model::{Model, Selection, State, Training};
use crate::worker::protocol::{
    AlignOptions, AlignStep, Continuation, ContinueOptions, Ending, Event, InstructOptions,
    InstructStep, Ranking, Raters, Request, Rewarded, Tuned,
};

/// Texts that the policy continues: so many of the lesson's openings.
pub const OPENINGS: usize = 8;
/// Numbers of rankings to choose from.
pub const RANKINGS: [usize; 5] = [2, 4, 8, 16, 32];

/// What the model wrote for rankings.
#[derive(Debug, Clone, PartialEq)]
pub struct Continued {
    pub handle: u32,
    pub written: Vec<Vec<Continuation>>,
}

/// All stages.
#[derive(Clone, Copy)]
pub struct Stages {
    pub model: Model,
    pub lesson: RwSignal<Option<Arc<Lesson>>>,
    /// The first stage.
    pub instructing: Training,
    pub instruct_steps: RwSignal<Vec<InstructStep>>,
    pub instructed: RwSignal<Option<Tuned>>,
    /// Whether the other stages begin with what came of the first one, not with the loaded model.
    pub is_instructed_first: RwSignal<bool>,
    /// The second stage: what the model wrote, and the reward.
    pub writing: Training,
    pub rating: Training,
    pub continued: RwSignal<Option<Arc<Continued>>>,
    pub people: RwSignal<Vec<Ranking>>,
    /// Index of the number of rankings.
    pub rankings: RwSignal<usize>,
    pub noise: RwSignal<f64>,
    pub rewarded: RwSignal<Option<Arc<Rewarded>>>,
    /// The third stage.
    pub learning: Training,
    pub beta: RwSignal<f64>,
    pub iterations: RwSignal<usize>,
    pub seed: RwSignal<u32>,
    pub steps: RwSignal<Vec<AlignStep>>,
    pub aligned: RwSignal<Option<Tuned>>,
}

impl Stages {
    pub fn new(model: Model) -> Self {
        let stages = Self {
            model,
            lesson: RwSignal::new(None),
            instructing: Training::new(),
            instruct_steps: RwSignal::new(Vec::new()),
            instructed: RwSignal::new(None),
            is_instructed_first: sharing::choice("instructedFirst", false, |_| true),
            writing: Training::new(),
            rating: Training::new(),
            continued: RwSignal::new(None),
            people: RwSignal::new(Vec::new()),
            rankings: sharing::choice("rankings", 2, |it| *it < RANKINGS.len()),
            noise: sharing::choice("noise", 0.0, |it| (0.0..=1.0).contains(it)),
            rewarded: RwSignal::new(None),
            learning: Training::new(),
            beta: sharing::choice("klBeta", 0.0, |it| (0.0..=2.0).contains(it)),
            iterations: sharing::choice("iterations", 30, |it| (1..=100).contains(it)),
            // Those whose recordings show best what is to be seen.
            seed: sharing::choice("seed", language::pick(2, 1), |_| true),
            steps: RwSignal::new(Vec::new()),
            aligned: RwSignal::new(None),
        };
        spawn_local(async move {
            // Without its material the page says nothing, as other pages without their recordings.
            if let Ok(lesson) = Lesson::fetch().await {
                stages.lesson.try_set(Some(Arc::new(lesson)));
            }
        });
        // Results belong to a model.
        Effect::new(move |before: Option<Selection>| {
            let now = model.selection.get();
            if before.is_some_and(|before| before != now) {
                stages.reset();
            }
            if stages.lesson.with(Option::is_some) {
                stages.recall();
            }
            now
        });
        stages
    }

    /// Whether the stages can begin.
    pub fn can_run(self) -> Signal<bool> {
        Signal::derive(move || {
            self.lesson.with(Option::is_some) && self.model.selection.with(|it| it.source.is_some())
        })
    }

    /// Forgets everything.
    pub fn reset(self) {
        for training in [self.instructing, self.rating, self.learning] {
            training.stop();
        }
        self.forget_instructions();
        self.forget_reward();
        self.forget_texts();
    }

    /// Lets the second and third stage begin with the loaded model, or with what came of the first stage.
    pub fn begin_with(self, is_instructed_first: bool) {
        self.is_instructed_first.set(is_instructed_first);
        self.rating.stop();
        self.learning.stop();
        self.forget_reward();
        self.forget_texts();
    }

    /// Forgets what the model wrote, and how people ranked it.
    fn forget_texts(self) {
        self.writing.forget();
        self.people.set(Vec::new());
        self.continued.set(None);
    }

    /// Forgets the first stage.
    pub fn forget_instructions(self) {
        self.instructing.forget();
        self.instruct_steps.set(Vec::new());
        self.instructed.set(None);
    }

    /// Forgets the reward, and the policy that followed it.
    pub fn forget_reward(self) {
        self.rating.forget();
        self.rewarded.set(None);
        self.forget_policy();
    }

    /// Forgets the policy.
    pub fn forget_policy(self) {
        self.learning.forget();
        self.steps.set(Vec::new());
        self.aligned.set(None);
    }

    /// Begins the first stage.
    pub fn instruct(self, state: State) {
        if self.is_instructed_first.get_untracked() {
            self.begin_with(true);
        }
        self.forget_instructions();
        let Some(request) = self.instruct_request() else { return };
        let take = move |event| self.take_instructed(event);
        self.instructing.start(Some(self.model), state, request, take);
    }

    /// Lets the model write, if it has not, and fits a reward to the rankings.
    pub fn reward(self) {
        self.forget_reward();
        self.with_reward(self.rating, |_| ());
    }

    /// Lets a policy learn from the reward, which is made before it where there is none.
    pub fn align(self, state: State) {
        self.forget_policy();
        let request = self.align_request();
        let start = move |reward: u32| {
            let request = request.clone();
            let with_handle = move |_| match request {
                Request::Align { texts, options, .. } => Request::Align { reward, texts, options },
                other => other,
            };
            self.learning.start(None, state, with_handle, move |event| self.take(event));
        };
        match self.rewarded.get_untracked() {
            Some(rewarded) if !self.writing.is_recorded.get_untracked() => start(rewarded.reward),
            _ => self.with_reward(self.learning, start),
        }
    }

    /// Makes a reward with that training, and hands its handle to `then`.
    fn with_reward(self, training: Training, then: impl Fn(u32) + Clone + 'static) {
        let fit = move |continuations: u32| {
            let then = then.clone();
            let request = self.reward_request(continuations);
            training.start(
                None,
                State::Running,
                move |_| request,
                move |event| {
                    if let Event::Rewarded { rewarded } = &event {
                        let reward = rewarded.reward;
                        self.take(event);
                        then(reward);
                    }
                },
            );
        };
        let is_live = !self.writing.is_recorded.get_untracked();
        match self.continued.get_untracked().filter(|_| is_live) {
            Some(continued) => fit(continued.handle),
            None => self.with_beginning(move |beginning| {
                self.rating.forget();
                self.forget_texts();
                let Some(request) = self.continue_request() else { return };
                let model = beginning.is_none().then_some(self.model);
                let request = move |loaded: Option<u32>| request(beginning.or(loaded));
                training.start(model, State::Running, request, move |event| {
                    if let Event::Continued { continuations, .. } = event {
                        self.take(event);
                        fit(continuations);
                    }
                });
            }),
        }
    }

    /// Hands the trainer's handle of the model that the stages begin with to `then`, after the first stage where they
    /// begin with that; `None` for the loaded model.
    fn with_beginning(self, then: impl FnOnce(Option<u32>) + 'static) {
        if !self.is_instructed_first.get_untracked() {
            return then(None);
        }
        if let Some(tuned) = untrack(|| self.learnt_instructions()) {
            return then(Some(tuned.info.model));
        }
        self.forget_instructions();
        let Some(request) = self.instruct_request() else { return };
        let then = RefCell::new(Some(then));
        self.instructing.start(Some(self.model), State::Running, request, move |event| {
            let learnt = match &event {
                Event::Tuned { tuned } if tuned.ending == Ending::Complete => {
                    Some(tuned.info.model)
                }
                _ => None,
            };
            self.take_instructed(event);
            if let Some((handle, then)) = learnt.zip(then.take()) {
                then(Some(handle));
            }
        });
    }

    /// Shows the recorded runs.
    fn recall(self) {
        let take = move |event| self.take(event);
        if let Some(request) = self.instruct_request() {
            let take = move |event| self.take_instructed(event);
            self.instructing.recall(Some(self.model), &request(None), take);
        }
        // Of what begins after the first stage there is no recording.
        if self.is_instructed_first.get_untracked() {
            return;
        }
        if let Some(request) = self.continue_request() {
            self.writing.recall(Some(self.model), &request(None), take);
        }
        self.rating.recall(None, &self.reward_request(0), take);
        self.learning.recall(None, &self.align_request(), take);
    }

    fn take_instructed(self, event: Event) {
        match event {
            Event::InstructStep { step } => self.instruct_steps.update(|steps| steps.push(step)),
            Event::Tuned { tuned } => self.instructed.set(Some(tuned)),
            _ => (),
        }
    }

    /// Takes what came of the second or third stage.
    fn take(self, event: Event) {
        match event {
            Event::Continued { continuations, written } => {
                let continued = Continued { handle: continuations, written };
                self.continued.set(Some(Arc::new(continued)));
            }
            Event::Rewarded { rewarded } => self.rewarded.set(Some(Arc::new(rewarded))),
            Event::AlignStep { step } => self.steps.update(|steps| steps.push(step)),
            Event::Tuned { tuned } => self.aligned.set(Some(tuned)),
            _ => (),
        }
    }

    fn instruct_request(self) -> Option<impl FnOnce(Option<u32>) -> Request + 'static> {
        let lesson = self.lesson.get_untracked()?;
        Some(move |model: Option<u32>| Request::Instruct {
            model: model.unwrap_or_default(),
            examples: lesson.instructions.clone(),
            tests: lesson.tests.clone(),
            options: InstructOptions::default(),
        })
    }

    fn continue_request(self) -> Option<impl FnOnce(Option<u32>) -> Request + 'static> {
        let lesson = self.lesson.get_untracked()?;
        let taste = lesson.taste.clone();
        let options = ContinueOptions {
            taste,
            seed: self.seed.get_untracked(),
            ..ContinueOptions::default()
        };
        Some(move |model: Option<u32>| Request::Continue {
            model: model.unwrap_or_default(),
            texts: lesson.openings.clone(),
            options,
        })
    }

    /// What learnt from the instructions here; a recorded model can be asked nothing.
    pub fn learnt_instructions(self) -> Option<Tuned> {
        self.instructed.get().filter(|_| !self.instructing.is_recorded.get())
    }

    /// The policy that learnt here.
    pub fn learnt_policy(self) -> Option<Tuned> {
        self.aligned.get().filter(|_| !self.learning.is_recorded.get())
    }

    /// The openings that a policy continues.
    pub fn openings(self) -> Vec<String> {
        let openings = self.lesson.with_untracked(|it| it.as_ref().map(|it| it.openings.clone()));
        openings.unwrap_or_default().into_iter().take(OPENINGS).collect()
    }

    /// The words that the raters like.
    pub fn taste(self) -> Vec<String> {
        let taste = self.lesson.with_untracked(|it| it.as_ref().map(|it| it.taste.clone()));
        taste.unwrap_or_default()
    }

    fn reward_request(self, continuations: u32) -> Request {
        let raters = Raters {
            taste: self.taste(),
            rankings: RANKINGS[self.rankings.get_untracked()],
            noise: self.noise.get_untracked(),
            seed: self.seed.get_untracked(),
        };
        Request::Reward { continuations, rankings: self.people.get_untracked(), raters, l2: 0.01 }
    }

    fn align_request(self) -> Request {
        let options = AlignOptions {
            beta: self.beta.get_untracked(),
            iterations: self.iterations.get_untracked(),
            taste: self.taste(),
            seed: self.seed.get_untracked(),
            ..AlignOptions::default()
        };
        Request::Align { reward: 0, texts: self.openings(), options }
    }
}
