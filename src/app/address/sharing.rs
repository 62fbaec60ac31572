//! The state of a demo in its address: each page registers its parameters, and a link restores the state. Initial
//! values are left out.

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

/// Delay of changes to the address, whose rate browsers limit.
const REST: Duration = Duration::from_millis(300);

const AUTOSTART: &str = "autostart";

/// A parameter of the open page.
#[derive(Clone, Copy)]
struct Parameter {
    name: &'static str,
    /// Its value; `None` for the initial one.
    value: Signal<Option<String>>,
}

/// The parameters, result and controls of the open page. In the context of every page.
#[derive(Clone, Copy)]
pub struct Sharing {
    demo: Memo<Option<Demo>>,
    parameters: RwSignal<Vec<Parameter>>,
    /// Whether the page is to run as soon as it can.
    pub is_run_requested: RwSignal<bool>,
    /// Callback that stops the page's run, where it can be stopped.
    pub stop: RwSignal<Option<Callback<()>>>,
    /// The last result.
    pub result: RwSignal<Option<Value>>,
}

impl Sharing {
    /// Keeps the address up to date.
    pub fn new(demo: Memo<Option<Demo>>) -> Self {
        let sharing = Self {
            demo,
            parameters: RwSignal::new(Vec::new()),
            is_run_requested: RwSignal::new(requested(AUTOSTART) == Some(1)),
            stop: RwSignal::new(None),
            result: RwSignal::new(None),
        };
        Effect::new(move |pending: Option<Option<TimeoutHandle>>| {
            if let Some(timeout) = pending.flatten() {
                timeout.clear();
            }
            // Tracked here, computed again after the delay: another page may be open by that time.
            sharing.query();
            let write = move || query::replace(&untrack(|| sharing.query()));
            set_timeout_with_handle(write, REST).ok()
        });
        sharing
    }

    /// Returns the app's instance, from any page or component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Keeps this parameter in the address for as long as the page is open.
    pub fn share(self, name: &'static str, value: Signal<Option<String>>) {
        // In an effect: a page is created while the previous one still exists.
        Effect::new(move |_| self.parameters.update(|all| all.push(Parameter { name, value })));
        on_cleanup(move || {
            self.parameters.try_update(|all| all.retain(|it| it.value != value));
        });
    }

    /// Returns the whole address, in the page's language: another language would show other texts.
    pub fn link(self) -> String {
        let query = untrack(|| self.query());
        query.set("lang", language::name(language::now()));
        let page = location();
        let (origin, path) =
            (page.origin().unwrap_or_default(), page.pathname().unwrap_or_default());
        format!("{origin}{path}?{}", query.to_string())
    }

    /// Returns the parameters of the address, including changes not yet written.
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

/// Returns a choice kept in the address: it begins with the value there, if that `is_sound`, else with `first`.
pub fn choice<T>(name: &'static str, first: T, is_sound: fn(&T) -> bool) -> RwSignal<T>
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    let choice = RwSignal::new(requested(name).filter(is_sound).unwrap_or_else(|| first.clone()));
    keep_plainly(name, plain(&first), Box::new(move || choice.with(plain)));
    choice
}

/// Returns a line kept under `name` while its page is closed ([`Drafts::keep`]): it begins with the draft, else with
/// the address parameter `parameter`, else with `first`. The address follows it.
pub fn draft(
    name: &'static str,
    parameter: &'static str,
    first: impl Into<String>,
) -> RwSignal<String> {
    let first = first.into();
    let text = choice(parameter, first.clone(), |_| true);
    let kept = Drafts::keep(name, vec![(first, 0)], move || vec![(text.get_untracked(), 0)]);
    if let Some((kept, _)) = kept.and_then(|lines| lines.into_iter().next()) {
        text.set(kept);
    }
    text
}

/// Returns a record of choices, each kept under the name of its field.
pub fn record<T>(first: T, fields: &[&'static str]) -> RwSignal<T>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let plain_first = plain(&first);
    let initial = parameter::read_record(plain_first.clone(), fields, query::get);
    let record = RwSignal::new(initial.unwrap_or(first));
    for &field in fields {
        let of_first = plain_first[field].clone();
        keep_plainly(field, of_first, Box::new(move || record.with(plain)[field].take()));
    }
    record
}

/// Registers the page's run and stop. A requested run, by the host or by `autostart=1` in the address, starts by itself
/// as soon as it `can_start`; a link asks for one once something `is_made`.
pub fn runnable(
    can_start: Memo<bool>,
    is_made: Signal<bool>,
    run: Callback<()>,
    stop: Callback<()>,
) {
    let sharing = Sharing::here();
    sharing.stop.set(Some(stop));
    on_cleanup(move || _ = sharing.stop.try_set(None));
    let is_due = move || sharing.is_run_requested.get() && can_start.get();
    // Afterwards: what a new model makes outdated is being cleared, and copies of it begin to load.
    let start = move || {
        if can_start.try_get_untracked() == Some(true) && untrack(is_due) {
            sharing.is_run_requested.set(false);
            run.run(());
        }
    };
    Effect::new(move |_| {
        if is_due() {
            set_timeout(start, Duration::ZERO);
        }
    });
    keep(AUTOSTART, move || u32::from(is_made.get()), 0);
}

/// Registers the page's result for the host page: an object, as docs/embedding.md describes it.
pub fn result(value: impl Fn() -> Option<Value> + Send + Sync + 'static) {
    let sharing = Sharing::here();
    Effect::new(move |_| sharing.result.set(value()));
    on_cleanup(move || _ = sharing.result.try_set(None));
}

/// Returns a parameter of the address; `None` if it is missing or invalid.
pub fn requested<T: DeserializeOwned>(name: &str) -> Option<T> {
    parameter::read(&query::get(name)?)
}

/// Keeps a value in the address where it is not `first`.
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

/// [`keep`] without type parameters: the fewer instances, the smaller the page.
fn keep_plainly(name: &'static str, first: Value, value: Box<dyn Fn() -> Value + Send + Sync>) {
    let parameter_value = Signal::derive(move || parameter::written(&value(), &first));
    Sharing::here().share(name, parameter_value);
}
