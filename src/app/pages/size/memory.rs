//! Memories of devices, filled by the model.

use leptos::prelude::*;

use super::plan::Plan;
use crate::app::language::t;
use crate::app::strings::size as strings;

/// Memory of common graphics cards in gigabytes, by their makers' data sheets.
const CARDS: [(&str, f64); 6] = [
    ("RTX 4060", 8.0),
    ("Tesla T4", 16.0),
    ("RTX 4090", 24.0),
    ("RTX 5090", 32.0),
    ("A100, H100", 80.0),
    ("H200", 141.0),
];

/// Bytes that WebAssembly's 32-bit addresses reach.
const WEBASSEMBLY: f64 = (1u64 << 32) as f64;

/// Name and capacity in bytes.
type Memory = (String, f64);

/// The panel: one bar for each memory, filled by weights and cache.
#[component]
pub fn MemoryPanel(plan: Plan) -> impl IntoView {
    let mut memories: Vec<Memory> = vec![(t!(size.webassembly).into(), WEBASSEMBLY)];
    memories.extend(
        device_memory()
            .map(|gigabytes| (t!(size.this_computer, gigabytes = gigabytes), gigabytes * 1e9)),
    );
    memories.extend(CARDS.map(|(name, gigabytes)| {
        (t!(size.card, name = name, gigabytes = gigabytes), gigabytes * 1e9)
    }));
    let row = move |(name, capacity): Memory| {
        let fits = Memo::new(move |_| plan.bytes() <= capacity);
        let width = move |bytes: f64| format!("{:.2}%", (100.0 * bytes / capacity).min(100.0));
        view! {
            <li class="room" class:room-full=move || !fits.get()>
                <span class="room-name">{name}</span>
                <span class="room-track" aria-hidden="true">
                    <span class="room-weights" style:width=move || width(plan.weight_bytes())></span>
                    <span class="room-cache" style:width=move || width(plan.cache_bytes())></span>
                </span>
                <span class="room-verdict">{move || match fits.get() {
                    true => strings::fits(capacity - plan.bytes()),
                    false => strings::too_much(plan.bytes() - capacity),
                }}</span>
            </li>
        }
    };
    view! {
        <section class="panel size-room" aria-labelledby="room-title">
            <header>
                <h2 id="room-title">{t!(size.room)}</h2>
                <p class="room-legend" aria-hidden="true">
                    <span class="legend-weights">{t!(size.legend_weights)}</span>
                    <span class="legend-cache">{t!(size.legend_cache)}</span>
                </p>
            </header>
            <ul class="rooms">{memories.into_iter().map(row).collect_view()}</ul>
            <p class="hint">{t!(size.room_hint)}</p>
        </section>
    }
}

/// Returns this computer's memory in gigabytes, where the browser reports it: rounded and capped.
fn device_memory() -> Option<f64> {
    let navigator = js_sys::Reflect::get(&window(), &"navigator".into()).ok()?;
    js_sys::Reflect::get(&navigator, &"deviceMemory".into()).ok()?.as_f64()
}
