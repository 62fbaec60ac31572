//! The parts that keep more bits: the same for both squeezed copies.

use leptos::prelude::*;

use super::copies::Copies;
use crate::app::components::Select;
use crate::app::language::t;
use crate::app::strings::{layer, squeezed as strings};
use crate::quantization::Fit;
use crate::worker::protocol::Keep;

const FITS: [Fit; 2] = [Fit::Range, Fit::LeastSquares];

/// The panel of switches.
#[component]
pub fn Switches(copies: Copies) -> impl IntoView {
    let keep = copies.keep;
    let fit = Signal::derive(move || {
        FITS.iter().position(|fit| *fit == copies.fit.get()).unwrap_or_default()
    });
    let switch = move |name: String, get: fn(&Keep) -> bool, set: fn(&mut Keep, bool)| {
        view! {
            <label class="switch">
                <input type="checkbox" prop:checked=move || keep.with(get)
                    on:change:target=move |event| {
                        let is_on = event.target().checked();
                        keep.update(|keep| set(keep, is_on));
                    }/>
                {name}
            </label>
        }
    };
    let info = copies.columns[0].model.info();
    let layer = move |layer: usize| {
        view! {
            <label class="switch">
                <input type="checkbox" prop:checked=move || keep.with(|it| it.layers.contains(&layer))
                    on:change:target=move |event| {
                        let is_on = event.target().checked();
                        keep.update(|keep| {
                            keep.layers.retain(|it| *it != layer);
                            keep.layers.extend(is_on.then_some(layer));
                            keep.layers.sort_unstable();
                        });
                    }/>
                {strings::layer(layer)}
            </label>
        }
    };
    let layers = Memo::new(move |_| info.with(|info| info.as_ref().map_or(0, |info| info.layers)));
    // A model with fewer layers has no use for the others' switches.
    Effect::new(move |_| {
        let count = layers.get();
        if count > 0 && keep.with_untracked(|keep| keep.layers.iter().any(|it| *it >= count)) {
            keep.update(|keep| keep.layers.retain(|it| *it < count));
        }
    });
    view! {
        <section class="panel squeezed-switches" aria-labelledby="switches-title">
            <header>
                <h2 id="switches-title">{t!(squeezed.switches)}</h2>
                <p class="hint">{t!(squeezed.switches_hint)}</p>
            </header>
            <div class="switches" role="group" aria-labelledby="switches-title">
                {switch(t!(squeezed.keep_embedding).into(), |it| it.embedding, |it, on| it.embedding = on)}
                {switch(t!(squeezed.keep_attention).into(), |it| it.query_key_value, |it, on| it.query_key_value = on)}
                {move || (0..layers.get()).map(layer).collect_view()}
            </div>
            <Select id="fit" label=t!(layer.fit) value=fit options=layer::fits().map(str::to_owned).to_vec()
                on_change=Callback::new(move |index: usize| copies.fit.set(FITS[index]))/>
            <p class="hidden" aria-live="polite">{move || {
                copies.columns[1..].iter().any(|it| it.model.loading.with(Option::is_some))
                    .then_some(t!(common.reading))
            }}</p>
        </section>
    }
}
