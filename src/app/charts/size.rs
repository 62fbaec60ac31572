//! The size of a chart's element.

use leptos::{html, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;

/// Returns the width of an element, in CSS pixels, as it changes.
pub fn observed_width(element: NodeRef<html::Div>) -> RwSignal<f64> {
    let width = RwSignal::new(0.0);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        width.set(f64::from(element.client_width()));
        let on_resize = {
            let element = element.clone();
            Closure::<dyn FnMut()>::new(move || {
                let now = f64::from(element.client_width());
                if width.try_get_untracked().is_some_and(|before| before != now) {
                    width.set(now);
                }
            })
        };
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
            // The observer calls for as long as the element exists.
            let kept = StoredValue::new_local((observer, on_resize));
            on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    width
}
