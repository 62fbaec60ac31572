//! ELMo's mixture of layers: a slider for each, their softmax weights, and the result.

use leptos::prelude::*;

use super::study::{Mixture, Study};
use crate::app::components::Similarity;
use crate::app::language::{
    numbers::{decimal, percent, similarity},
    t,
};
use crate::app::strings::{common, words as strings};
use crate::embeddings::mixture_weights;

/// Limit of the sliders, both ways: enough to select one layer nearly alone.
const FARTHEST: f32 = 10.0;
/// "Sum last four hidden", in BERT's paper.
const LAST: usize = 4;
/// Maximum number of layers in a single column.
const MOST_IN_A_COLUMN: usize = 9;
const MOST_GAMMA: f32 = 8.0;

/// The panel of the mixer.
#[component]
pub fn Mixer(
    study: Study,
    /// The row of the map to mark.
    #[prop(into)]
    row: Signal<Option<usize>>,
    cursor: RwSignal<Option<(usize, usize)>>,
    on_pick: Callback<usize>,
) -> impl IntoView {
    let mixture = study.mixture;
    let count = Memo::new(move |_| mixture.with(|it| it.scalars.len()));
    let weights = Memo::new(move |_| mixture.with(|it| mixture_weights(&it.scalars)));
    let mixed = Memo::new(move |_| study.mixed());
    // Equal weights for the last `kept` layers, none for the others.
    let keep = move |kept: usize| {
        let layers = count.get_untracked();
        let scalar = |layer| if layers < layer + 1 + kept { FARTHEST } else { -FARTHEST };
        mixture.set(Mixture {
            scalars: (0..layers).map(scalar).collect(),
            // γ times the mean of the kept layers is their sum.
            gamma: kept.min(layers).max(1) as f32,
        });
    };
    let equal = move |_| {
        mixture.set(Mixture { scalars: vec![0.0; count.get_untracked()], gamma: 1.0 });
    };
    let row_of = move |layer: usize| {
        let name = if layer == 0 { t!(words.embeddings).into() } else { common::layer(layer) };
        let value = move || mixture.with(|it| it.scalars.get(layer).copied().unwrap_or_default());
        let weight = move || weights.with(|all| all.get(layer).copied().unwrap_or_default());
        let id = format!("scalar-{layer}");
        view! {
            <li class="mixed-layer">
                <label for=id.clone()>{name}</label>
                <input
                    id=id
                    type="range"
                    min=-FARTHEST
                    max=FARTHEST
                    step="0.1"
                    aria-valuetext=move || strings::scalar(value(), weight())
                    prop:value=move || value().to_string()
                    on:input:target=move |event| {
                        let scalar = event.target().value_as_number() as f32;
                        mixture.update(|it| {
                            if let Some(scalar_slot) = it.scalars.get_mut(layer) {
                                *scalar_slot = scalar;
                            }
                        });
                    }
                />
                <span class="bar-track" aria-hidden="true">
                    <span style:width=move || format!("{:.1}%", weight() * 100.0)></span>
                </span>
                <output>{move || percent(weight().into(), 0)}</output>
            </li>
        }
    };
    let outcome = move || {
        let mixed = mixed.get()?;
        let [same, other] = study.means(&mixed.map);
        Some(view! {
            <div class="same"><dt>{t!(words.same)}</dt><dd>{same.map(similarity)}</dd></div>
            <div class="other"><dt>{t!(words.other)}</dt><dd>{other.map(similarity)}</dd></div>
            <div><dt>{t!(words.gap)}</dt><dd>{same.zip(other).map(|(same, other)| similarity(same - other))}</dd></div>
            <div>
                <dt>{t!(words.length_label)}</dt>
                <dd>{strings::length(mixed.length)}</dd>
                <dd class="hint">{t!(words.length_hint)}</dd>
            </div>
        })
    };
    let texts = Signal::derive(move || {
        let vectors = study.vectors.get();
        let found = vectors.iter().flat_map(|vectors| &vectors.found);
        found.map(|found| found.occurrence.text.clone()).collect::<Vec<_>>()
    });
    view! {
        <section class="panel mixer" aria-labelledby="mixer-title">
            <header>
                <h2 id="mixer-title">{t!(words.mixer)}</h2>
                <p class="formula" aria-hidden="true">{t!(words.formula)}</p>
            </header>
            <div class="chips" role="group" aria-label=t!(words.presets)>
                <button type="button" class="chip" on:click=move |_| keep(1)>{t!(words.last_layer)}</button>
                <button type="button" class="chip" on:click=equal>{t!(words.all_equal)}</button>
                <button type="button" class="chip" on:click=move |_| keep(LAST)>{t!(words.sum_of_four)}</button>
            </div>
            <ol class="mixed-layers" class:many=move || { count.get() > MOST_IN_A_COLUMN }>
                {move || (0..count.get()).map(row_of).collect_view()}
            </ol>
            <div class="mixed-layer gamma">
                <label for="gamma">{t!(words.gamma)}</label>
                <input
                    id="gamma"
                    type="range"
                    min="0"
                    max=MOST_GAMMA
                    step="0.1"
                    prop:value=move || mixture.with(|it| it.gamma.to_string())
                    on:input:target=move |event| {
                        let gamma = event.target().value_as_number() as f32;
                        mixture.update(|it| it.gamma = gamma);
                    }
                />
                <output for="gamma">{move || mixture.with(|it| decimal(it.gamma.into(), 1))}</output>
            </div>
            <div class="mixed">
                <div>
                    <Similarity
                        map=Signal::derive(move || mixed.get().map(|mixed| mixed.map))
                        texts
                        row
                        cursor
                        label=t!(words.mixed_label)
                        on_pick
                    />
                </div>
                <dl class="outcome" aria-live="polite">{outcome}</dl>
            </div>
        </section>
    }
}
