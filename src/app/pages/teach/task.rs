//! The task that is taught: a built-in one, or the reader's own sentences.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::app::address::sharing;
use crate::app::browser::fetching;
use crate::app::language;
use crate::app::strings::teach as strings;
use crate::view_model::Labelled;
use crate::worker::protocol::Example;

/// Names of the built-in tasks' files.
const BUILT_IN: [&str; 2] = ["topics", "sentiment"];
/// Numbers of labels a class to choose from.
pub const SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Indices of the task and of the number of labels that the page opens with.
const FIRST: usize = 0;
const FIRST_SIZE: usize = 3;

/// A row of a task's file.
#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
    split: String,
}

/// A task: its classes, sentences to learn from, and others to test with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    pub classes: Vec<String>,
    pub learnt: Vec<(String, usize)>,
    pub tests: Vec<(String, usize)>,
}

/// The choice of a task.
#[derive(Clone, Copy)]
pub struct Task {
    /// Index of a built-in task, or the number of these for the reader's own.
    pub chosen: RwSignal<usize>,
    /// Index of the number of labels a class.
    pub size: RwSignal<usize>,
    /// The reader's own lines.
    pub own: RwSignal<String>,
    /// Whether the labels are shuffled.
    pub is_shuffled: RwSignal<bool>,
    fetched: RwSignal<Option<(usize, Given)>>,
}

impl Task {
    /// The task in the address, else the first one.
    pub fn new() -> Self {
        let task = Self {
            chosen: sharing::choice("task", FIRST, |it| *it <= BUILT_IN.len()),
            size: sharing::choice("labels", FIRST_SIZE, |it| *it < SIZES.len()),
            own: sharing::draft("teach-own", "own", strings::own_example()),
            is_shuffled: sharing::choice("shuffled", false, |_| true),
            fetched: RwSignal::new(None),
        };
        Effect::new(move |_| {
            let chosen = task.chosen.get();
            let Some(name) = BUILT_IN.get(chosen) else { return };
            let file = format!("texts/teaching/{name}-{}.jsonl", language::name(language::now()));
            spawn_local(async move {
                let given = fetch(&file).await.unwrap_or_default();
                // The page may be gone, or another task chosen.
                if task.chosen.try_get_untracked() == Some(chosen) {
                    task.fetched.set(Some((chosen, given)));
                }
            });
        });
        task
    }

    /// Whether the sentences are the reader's own.
    pub fn is_own(self) -> bool {
        self.chosen.get() == BUILT_IN.len()
    }

    /// Whether it is the one that the page opens with.
    pub fn is_first(self) -> bool {
        self.chosen.get() == FIRST && self.size.get() == FIRST_SIZE && !self.is_shuffled.get()
    }

    /// The whole task; `None` until it has arrived, or while it cannot be taught.
    pub fn given(self) -> Option<Given> {
        if self.is_own() {
            let labelled = Labelled::read(&self.own.get());
            let [learnt, tests] = labelled.split();
            return labelled.is_teachable().then_some(Given {
                classes: labelled.classes,
                learnt,
                tests,
            });
        }
        let (chosen, given) = self.fetched.get()?;
        (chosen == self.chosen.get() && !given.classes.is_empty()).then_some(given)
    }

    /// The examples to learn from and to test with: of a built-in task as many a class as are chosen.
    pub fn examples(self) -> Option<[Vec<Example>; 2]> {
        let given = self.given()?;
        let most = if self.is_own() { usize::MAX } else { SIZES[self.size.get()] };
        let mut taken = vec![0; given.classes.len()];
        let mut learnt: Vec<Example> = Vec::new();
        for (text, label) in given.learnt {
            taken[label] += 1;
            if taken[label] <= most {
                learnt.push(Example { text, label });
            }
        }
        if self.is_shuffled.get() {
            // Each label moves to a sentence some way off: as many of each as before, and few right.
            let count = learnt.len();
            let labels: Vec<usize> = learnt.iter().map(|it| it.label).collect();
            for (index, example) in learnt.iter_mut().enumerate() {
                example.label = labels[(index * 7 + count / 2) % count];
            }
        }
        let tests = given.tests.into_iter().map(|(text, label)| Example { text, label });
        Some([learnt, tests.collect()])
    }
}

async fn fetch(file: &str) -> Result<Given, JsValue> {
    let text = fetching::text(file).await?;
    let mut given = Given::default();
    for line in text.lines() {
        let Ok(row) = serde_json::from_str::<Row>(line) else { continue };
        let name = strings::class(&row.label);
        let known = given.classes.iter().position(|class| *class == name);
        let label = known.unwrap_or_else(|| {
            given.classes.push(name.to_owned());
            given.classes.len() - 1
        });
        if row.split == "test" { &mut given.tests } else { &mut given.learnt }
            .push((row.text, label));
    }
    Ok(given)
}
