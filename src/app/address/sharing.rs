//! The state of a demo in its address: each page says what belongs there, and a link to it brings back what is on the
//! screen. What is as it begins is left out.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use web_sys::UrlSearchParams;

use super::drafts::Drafts;
use super::route;
use crate::app::{browser::query, language};
use crate::view_model::{Demo, parameter};

/// Browsers allow only so many changes of an address in a second.
const REST: Duration = Duration::from_millis(300);

const AUTOSTART: &str = "autostart";

/// A parameter of the open page.
#[derive(Clone, Copy)]
struct Parameter {
    name: &'static str,
    /// None: as it begins.
    value: Signal<Option<String>>,
}

/// What the open page keeps in the address. In the context of every page.
#[derive(Clone, Copy)]
pub struct Sharing {
    demo: Memo<Option<Demo>>,
    parameters: RwSignal<Vec<Parameter>>,
    /// The page is to run as soon as it can.
    pub is_wanted: RwSignal<bool>,
    /// What stops it, where it can be stopped.
    pub stop: RwSignal<Option<Callback<()>>>,
    /// What came out last.
    pub result: RwSignal<Option<Value>>,
}

impl Sharing {
    /// Writes the address from now on.
    pub fn new(demo: Memo<Option<Demo>>) -> Self {
        let sharing = Self {
            demo,
            parameters: RwSignal::new(Vec::new()),
            is_wanted: RwSignal::new(asked(AUTOSTART) == Some(1)),
            stop: RwSignal::new(None),
            result: RwSignal::new(None),
        };
        Effect::new(move |pending: Option<Option<TimeoutHandle>>| {
            if let Some(timeout) = pending.flatten() {
                timeout.clear();
            }
            // Followed here, asked for again then: another page may be open by that time.
            sharing.query();
            let write = move || query::replace(&untrack(|| sharing.query()));
            set_timeout_with_handle(write, REST).ok()
        });
        sharing
    }

    /// The app's, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Keep this in the address for as long as the page is open.
    pub fn share(self, name: &'static str, value: Signal<Option<String>>) {
        // In an effect: a page is made while the one before it is still there.
        Effect::new(move |_| self.parameters.update(|all| all.push(Parameter { name, value })));
        on_cleanup(move || {
            self.parameters.try_update(|all| all.retain(|it| it.value != value));
        });
    }

    /// The whole address, in the page's language: what reads otherwise would not be what is on the screen.
    pub fn link(self) -> String {
        let query = untrack(|| self.query());
        query.set("lang", language::name(language::now()));
        let page = location();
        let (origin, path) =
            (page.origin().unwrap_or_default(), page.pathname().unwrap_or_default());
        format!("{origin}{path}?{}", query.to_string())
    }

    /// What the address says, or will say in a moment.
    pub fn query(self) -> UrlSearchParams {
        let query = route::parameters(self.demo.get());
        for Parameter { name, value } in self.parameters.get() {
            match value.try_get().flatten() {
                Some(value) => query.set(name, &value),
                None => query.delete(name),
            }
        }
        query
    }
}

/// A choice that the address keeps: it begins as the address says, if that `is_sound`, else as `first`.
pub fn choice<T>(name: &'static str, first: T, is_sound: fn(&T) -> bool) -> RwSignal<T>
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    let choice = RwSignal::new(asked(name).filter(is_sound).unwrap_or_else(|| first.clone()));
    keep_plainly(name, plain(&first), Box::new(move || choice.with(plain)));
    choice
}

/// A line that is kept under `name` while its page is closed ([`Drafts::keep`]), in a signal that begins with it, else
/// with what the address says under `parameter`, else with `first`. The address follows it.
pub fn draft(
    name: &'static str,
    parameter: &'static str,
    first: impl Into<String>,
) -> RwSignal<String> {
    let text = choice(parameter, first.into(), |_| true);
    let kept = Drafts::keep(name, move || vec![(text.get_untracked(), 0)]);
    if let Some((kept, _)) = kept.and_then(|lines| lines.into_iter().next()) {
        text.set(kept);
    }
    text
}

/// A record of choices, each kept under the name of its field.
pub fn record<T>(first: T, fields: &[&'static str]) -> RwSignal<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let plain_first = plain(&first);
    let begun = parameter::read_record(plain_first.clone(), fields, query::get);
    let record = RwSignal::new(begun.unwrap_or(first));
    for &field in fields {
        let of_first = plain_first[field].clone();
        keep_plainly(field, of_first, Box::new(move || record.with(plain)[field].take()));
    }
    record
}

/// What a page can be told to do, and to stop doing. It begins by itself, once it can, where the address says
/// `autostart=1`; a link says so once something `is_made`.
pub fn runnable(can_run: Memo<bool>, is_made: Signal<bool>, run: Callback<()>, stop: Callback<()>) {
    let sharing = Sharing::here();
    sharing.stop.set(Some(stop));
    on_cleanup(move || _ = sharing.stop.try_set(None));
    Effect::new(move |_| {
        if sharing.is_wanted.get() && can_run.get() {
            sharing.is_wanted.set(false);
            // Afterwards: what the new model makes outdated is being cleared.
            set_timeout(move || run.run(()), Duration::ZERO);
        }
    });
    keep(AUTOSTART, move || u32::from(is_made.get()), 0);
}

/// What came out on this page, for who has embedded it: an object, as docs/embedding.md has it.
pub fn result(value: impl Fn() -> Option<Value> + Send + Sync + 'static) {
    let sharing = Sharing::here();
    Effect::new(move |_| sharing.result.set(value()));
    on_cleanup(move || _ = sharing.result.try_set(None));
}

/// What the address says of a parameter, if that makes sense.
pub fn asked<T: DeserializeOwned>(name: &str) -> Option<T> {
    parameter::read(&query::get(name)?)
}

/// Keep a value in the address where it is not `first`.
pub fn keep<T: Serialize>(
    name: &'static str,
    value: impl Fn() -> T + Send + Sync + 'static,
    first: T,
) {
    keep_plainly(name, plain(&first), Box::new(move || plain(&value())));
}

fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// [`keep`] for all types: the less is made anew for each of them, the smaller the page.
fn keep_plainly(name: &'static str, first: Value, value: Box<dyn Fn() -> Value + Send + Sync>) {
    let said = Signal::derive(move || parameter::written(&value(), &first));
    Sharing::here().share(name, said);
}
