//! One word in two sentences: how like its vectors are, for either reader and both, layer by layer and mixed.

use leptos::prelude::*;

use super::texts::Texts;
use crate::app::components::Slider;
use crate::app::language::{
    numbers::{self, percent, similarity},
    t,
};
use crate::app::strings::{common, readers as strings, words};
use crate::embeddings::{mix, mixture_weights};
use crate::view_model::Likeness;

/// Ends of a layer's slider: enough to take nearly one layer alone.
const FARTHEST: f64 = 6.0;
const MOST_GAMMA: f64 = 8.0;
/// Colours of a strip: so many steps each way.
const SHADES: f32 = 6.0;

/// The panel.
#[component]
pub fn Pair(texts: Texts) -> impl IntoView {
    let mixture = texts.mixture;
    let shares = Memo::new(move |_| mixture.with(|it| mixture_weights(&it.scalars)));
    let likenesses = Memo::new(move |_| texts.likenesses());
    let rows = move || {
        let rows = likenesses.get().unwrap_or_default();
        let last = rows.len().saturating_sub(1);
        let row = |(index, row): (usize, [Likeness; 3])| {
            let name = match index {
                _ if index == last => t!(readers.mixture).to_owned(),
                0 => t!(readers.layer_0).to_owned(),
                _ => common::layer(index),
            };
            let cell = |it: Likeness| {
                let is_same = it == Likeness::Same;
                let value = similarity(it.value());
                view! {
                    <td class:is-same=is_same data-same=is_same.then_some("true")
                        title=is_same.then_some(t!(readers.same_bits))
                        style=("--share", format!("{:.3}", it.value().clamp(0.0, 1.0)))>
                        {value}
                        {is_same.then(|| view! { <span class="hidden">" "{t!(readers.same_bits)}</span> })}
                    </td>
                }
            };
            view! { <tr><th scope="row">{name}</th>{row.map(cell)}</tr> }
        };
        rows.into_iter().enumerate().map(row).collect_view()
    };
    let finding = move || match (texts.word(), likenesses.get()) {
        (Some(word), None) if texts.second.reading.with(Option::is_some) => {
            Some(t!(readers.not_in_second, word = word))
        }
        (Some(word), Some(rows)) => {
            let is_context = rows.len() > 2;
            let last = is_context.then(|| rows[rows.len() - 2]);
            last.map(|[forward, backward, _]| strings::finding(&word, forward, backward))
        }
        _ => None,
    };
    let strip = |values: Vec<f32>| {
        let largest = values.iter().fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
        let width = 100.0 / values.len().max(1) as f64;
        let stop = |(index, value): (usize, &f32)| {
            let shade = (value / largest * SHADES).round() / SHADES;
            let colour = if shade < 0.0 { "var(--other)" } else { "var(--same)" };
            let part = (100.0 * shade.abs()) as u32;
            let (from, to) = (width * index as f64, width * (index + 1) as f64);
            format!("color-mix(in srgb, {colour} {part}%, transparent) {from:.2}% {to:.2}%")
        };
        let stops: Vec<String> = values.iter().enumerate().map(stop).collect();
        format!("linear-gradient(90deg, {})", stops.join(", "))
    };
    let strips = Memo::new(move |_| texts.strips());
    let layer_row = move |index: usize| {
        let name = if index == 0 { t!(readers.layer_0).into() } else { common::layer(index) };
        let value = move || mixture.with(|it| it.scalars.get(index).copied().unwrap_or_default());
        let share = move || shares.with(|all| all.get(index).copied().unwrap_or_default());
        let paint = move || strips.with(|all| all.get(index).cloned().map(strip));
        let id = format!("scalar-{index}");
        view! {
            <li class="mixed-layer">
                <label for=id.clone()>{name}</label>
                <input id=id type="range" min=-FARTHEST max=FARTHEST step="0.1"
                    aria-valuetext=move || words::scalar(value(), share())
                    prop:value=move || value().to_string()
                    on:input:target=move |event| {
                        let scalar = event.target().value_as_number() as f32;
                        mixture.update(|it| {
                            if let Some(slot) = it.scalars.get_mut(index) {
                                *slot = scalar;
                            }
                        });
                    }/>
                <output>{move || percent(share().into(), 0)}</output>
                <i class="strip" aria-hidden="true" style:background=paint></i>
            </li>
        }
    };
    let mixed = move || {
        let layers = strips.get();
        let it = mixture.get();
        let layers: Vec<&[f32]> = layers.iter().map(Vec::as_slice).collect();
        (layers.len() == it.scalars.len()).then(|| strip(mix(&layers, &it.scalars, it.gamma)))
    };
    let count = Memo::new(move |_| mixture.with(|it| it.scalars.len()));
    view! {
        <section class="panel readers-pair" aria-labelledby="pair-title">
            <header>
                <h2 id="pair-title">{t!(readers.pair)}</h2>
                <p class="subject">{move || texts.word()}</p>
            </header>
            <div class="field">
                <label for="second">{t!(readers.second)}</label>
                <input id="second" type="text" autocomplete="off" bind:value=texts.second.text/>
            </div>
            <table class="likenesses">
                <caption class="hidden">{t!(readers.cosines)}</caption>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{t!(readers.half_forward)}</th>
                        <th scope="col">{t!(readers.half_backward)}</th>
                        <th scope="col">{t!(readers.half_both)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="finding" aria-live="polite">{finding}</p>
            <h3>{t!(readers.mixer)} " " <span class="formula" aria-hidden="true">{t!(readers.formula)}</span></h3>
            <ol class="mixed-layers">{move || (0..count.get()).map(layer_row).collect_view()}</ol>
            <Slider id="gamma" label=t!(readers.gamma)
                value=Signal::derive(move || mixture.with(|it| it.gamma.into()))
                on_change=Callback::new(move |gamma: f64| mixture.update(|it| it.gamma = gamma as f32))
                max=Signal::stored(MOST_GAMMA) step=0.1 display=numbers::tenths/>
            <div class="mixed-strip"><span>{t!(readers.mixture)}</span><i class="strip" aria-hidden="true" style:background=mixed></i></div>
            <p class="hint">{t!(readers.gamma_hint)}</p>
        </section>
    }
}
