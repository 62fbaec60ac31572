//! A layer of a real model: a matrix before and after quantization, the distribution of its errors, and the matrices
//! that a scheme damages most.

mod examined;
mod ranking;
mod zoom;

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::charts::{Cells, ErrorMap, Histograms};
use crate::app::components::{Busy, Recorded, Select, Stat, Stats};
use crate::app::language::t;
use crate::app::model::{Header, Slots};
use crate::app::strings::layer as strings;
use crate::quantization::{Fit, Scheme};
use crate::view_model::{Demo, Need, Slot};
use crate::worker::protocol::Ability;

use examined::Examined;
use ranking::Ranking;
use zoom::Zoom;

const FITS: [Fit; 2] = [Fit::Range, Fit::LeastSquares];

/// The demo, which owns all state of the page.
#[component]
pub fn Layer() -> impl IntoView {
    let need = Need { slot: Slot::Decoder, ability: Ability::Generate };
    let model = Slots::here().need(need);
    let examined = Examined::new(model);
    let study = examined.study;
    let cursor = RwSignal::new(None::<(usize, usize)>);
    let pair = Signal::derive(move || {
        study.with(|study| study.as_ref().map(|it| (it.before.clone(), it.after.clone())))
    });
    let cells = Signal::derive(move || {
        study.with(|study| {
            let study = study.as_ref()?;
            let [rows, columns] = study.map_shape;
            Some(Arc::new(Cells { rows, columns, values: study.map.to_vec() }))
        })
    });
    // A cell covers several rows and columns of the matrix: its middle.
    let position = move |(row, column): (usize, usize)| {
        study.with(|study| {
            let study = study.as_ref()?;
            let middle = |cell: usize, cells: usize, all: usize| (2 * cell + 1) * all / (2 * cells);
            let [rows, columns] = study.map_shape;
            Some((middle(row, rows, study.rows), middle(column, columns, study.columns)))
        })
    };
    let on_pick = Callback::new(move |cell| {
        if let Some((row, column)) = untrack(|| position(cell)) {
            examined.look_at(row, column);
        }
    });
    let readout = move || {
        let pointed = cursor.get().and_then(|cell| {
            let (row, column) = position(cell)?;
            let error = study.with(|study| {
                let study = study.as_ref()?;
                study.map.get(cell.0 * study.map_shape[1] + cell.1).copied()
            })?;
            Some(strings::cell(row, column, error))
        });
        pointed.unwrap_or_else(|| t!(layer.map_hint).into())
    };
    let already = move || {
        let scheme = examined.info()?.scheme?;
        Some(
            view! { <p class="cut" role="status">{t!(layer.already, scheme = &scheme.to_string())}</p> },
        )
    };
    view! {
        <Header demo=Demo::Layer needs=[need]/>
        <main class="page-layer">
            <section class="panel layer-matrix" aria-labelledby="matrix-title"
                aria-busy=move || examined.studying.is_open.get().to_string()>
                <header>
                    <h2 id="matrix-title">{t!(layer.matrix)}</h2>
                    <Busy is_busy=examined.studying.is_open
                        on_stop=Callback::new(move |()| examined.studying.cancel())/>
                </header>
                <Recorded when=examined.studying.is_recorded/>
                <Choices examined/>
                {already}
                <Histograms pair label=t!(layer.histogram) display=strings::weight/>
                <p class="histogram-legend">
                    <span class="legend-before">{t!(layer.before)}</span>
                    <span class="legend-after">{t!(layer.after)}</span>
                </p>
            </section>
            <section class="panel layer-map" aria-labelledby="map-title">
                <header><h2 id="map-title">{t!(layer.map)}</h2></header>
                <ErrorMap cells cursor label=t!(layer.map_label) on_pick/>
                <p class="hint" aria-live="polite">{readout}</p>
            </section>
            <Stats stats=Memo::new(move |_| stats(examined))/>
            <Zoom examined/>
            <Ranking examined/>
        </main>
    }
}

/// Controls of the matrix and its quantization.
#[component]
fn Choices(examined: Examined) -> impl IntoView {
    let names = Signal::derive(move || {
        let name = |it: &crate::worker::protocol::TensorInfo| {
            format!("{} ({})", it.name, strings::shape(it.rows, it.columns))
        };
        examined.tensors.with(|all| all.iter().map(name).collect::<Vec<_>>())
    });
    let tensor = Signal::derive(move || {
        let name = examined.tensor.get();
        examined.tensors.with(|all| all.iter().position(|it| it.name == name)).unwrap_or_default()
    });
    let scheme = Signal::derive(move || {
        let chosen = examined.scheme.get();
        Scheme::ALL.iter().position(|scheme| *scheme == chosen).unwrap_or_default()
    });
    let fit = Signal::derive(move || {
        FITS.iter().position(|fit| *fit == examined.fit.get()).unwrap_or_default()
    });
    view! {
        <div class="options">
            <Select id="tensor" label=t!(layer.tensor) options=names value=tensor
                on_change=Callback::new(move |index: usize| {
                    let name = examined.tensors.with_untracked(|all| all.get(index).map(|it| it.name.clone()));
                    if let Some(name) = name {
                        examined.choose(name);
                    }
                })/>
            <Select id="scheme" label=t!(layer.scheme) value=scheme
                options=Scheme::ALL.map(|scheme| scheme.to_string()).to_vec()
                on_change=Callback::new(move |index: usize| examined.scheme.set(Scheme::ALL[index]))/>
            <Select id="fit" label=t!(layer.fit) value=fit
                options=strings::fits().map(str::to_owned).to_vec()
                on_change=Callback::new(move |index: usize| examined.fit.set(FITS[index]))/>
        </div>
    }
}

/// Returns the strip of figures.
fn stats(examined: Examined) -> Vec<Stat> {
    let study = examined.study.get();
    let stat = |name, value: Option<String>| Stat {
        name,
        value: value.unwrap_or_else(|| t!(common.unknown).into()),
    };
    let figures = study.as_ref().map(|study| study.figures);
    let sizes = study.as_ref().map(|study| {
        let before = 4 * (study.rows * study.columns) as u64;
        strings::size(before, study.bytes)
    });
    vec![
        stat(t!(layer.maximum), figures.map(|it| strings::error(it.maximum))),
        stat(t!(layer.mean), figures.map(|it| strings::error(it.mean))),
        stat(t!(layer.rms), figures.map(|it| strings::error(it.rms))),
        stat(t!(layer.snr), figures.map(|it| strings::decibels(it.snr))),
        stat(t!(layer.size_label), sizes),
    ]
}
