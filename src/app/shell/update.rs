//! The service worker: the site without a network, and the notice of a new version.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
};

use crate::app::language::{self, t};

const SCRIPT: &str = "./service-worker.js";

/// Registers the service worker. Returns the new version's, once it waits to take over.
pub fn watch() -> RwSignal<Option<ServiceWorker>, LocalStorage> {
    let waiting = RwSignal::new_local(None);
    let Some(container) = container() else { return waiting };
    reload_with_next(&container);
    keep_models(container.clone());
    leptos::task::spawn_local(async move {
        // A site built without one has none, and some browsers are configured to allow none.
        let registration = JsFuture::from(container.register(SCRIPT)).await;
        let registration = registration.map(JsValue::dyn_into::<ServiceWorkerRegistration>);
        if let Ok(Ok(registration)) = registration {
            follow(registration, &container, waiting);
        }
    });
    waiting
}

/// Has the worker keep the site's models for the page's language, so that its demos work without a network.
fn keep_models(container: ServiceWorkerContainer) {
    Effect::new(move |_| {
        let language = language::name(language::followed());
        let container = container.clone();
        leptos::task::spawn_local(async move {
            let Ok(ready) = container.ready() else { return };
            let registration = JsFuture::from(ready).await;
            let registration = registration.map(JsValue::dyn_into::<ServiceWorkerRegistration>);
            if let Ok(Ok(registration)) = registration
                && let Some(worker) = registration.active()
            {
                post(&worker, &[("type", "keepModels"), ("language", language)]);
            }
        });
    });
}

/// Sends a message of these fields to a worker.
fn post(worker: &ServiceWorker, fields: &[(&str, &str)]) {
    let message = js_sys::Object::new();
    for (name, value) in fields {
        let _ = js_sys::Reflect::set(&message, &(*name).into(), &(*value).into());
    }
    // A worker that is gone keeps nothing, and its successor is asked by the next page.
    let _ = worker.post_message(&message);
}

/// Returns the browser's container of service workers; `None` on insecure pages, and in a frame without an origin,
/// where even access is an error.
pub fn container() -> Option<ServiceWorkerContainer> {
    let container = js_sys::Reflect::get(&window().navigator(), &"serviceWorker".into()).ok()?;
    (!container.is_undefined()).then(|| container.unchecked_into())
}

/// Reloads when the next version takes over: all pages of a version leave it together, so none requests the next one's
/// files.
fn reload_with_next(container: &ServiceWorkerContainer) {
    // The first worker takes over a page of its own version.
    if container.controller().is_none() {
        return;
    }
    let reload = Closure::<dyn FnMut()>::new(|| _ = location().reload());
    container.set_oncontrollerchange(Some(reload.as_ref().unchecked_ref()));
    // It listens for the life of the page.
    reload.forget();
}

fn follow(
    registration: ServiceWorkerRegistration,
    container: &ServiceWorkerContainer,
    waiting: RwSignal<Option<ServiceWorker>, LocalStorage>,
) {
    let is_next = container.controller().is_some();
    if is_next && let Some(worker) = registration.waiting() {
        waiting.set(Some(worker));
    }
    let found = {
        let (registration, container) = (registration.clone(), container.clone());
        Closure::<dyn FnMut()>::new(move || {
            let Some(worker) = registration.installing() else { return };
            let (installing, container) = (worker.clone(), container.clone());
            let changed = Closure::<dyn FnMut()>::new(move || {
                let is_installed = installing.state() == ServiceWorkerState::Installed;
                if is_installed && container.controller().is_some() {
                    waiting.set(Some(installing.clone()));
                }
            });
            worker.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
            changed.forget();
        })
    };
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    found.forget();
}

/// The notice: nothing changes until the reader confirms.
#[component]
pub fn NewVersion(waiting: RwSignal<Option<ServiceWorker>, LocalStorage>) -> impl IntoView {
    let take = move |_| {
        if let Some(worker) = waiting.get_untracked() {
            post(&worker, &[("type", "takeOver")]);
        }
    };
    view! {
        <Show when=move || waiting.with(Option::is_some)>
            <div class="new-version" role="status">
                <p>{t!(shell.new_version)}</p>
                <button type="button" class="primary" on:click=take>{t!(shell.take_new_version)}</button>
                <button type="button" on:click=move |_| waiting.set(None)>{t!(shell.later)}</button>
            </div>
        </Show>
    }
}
