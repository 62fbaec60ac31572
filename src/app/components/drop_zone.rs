//! The page as a drop zone for files and folders.

use leptos::{ev, prelude::*, task::spawn_local};
use web_sys::DragEvent;

use crate::app::browser::dropped::Dropped;
use crate::app::language::t;
use crate::worker::client::LocalFile;

/// An overlay while files are dragged over the page; calls back with the files that are dropped.
#[component]
pub fn DropZone(on_files: UnsyncCallback<Vec<LocalFile>>) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let over = window_event_listener(ev::dragover, move |event| {
        if brings_files(&event) {
            // Without this the browser would open the file instead of the page.
            event.prevent_default();
            is_over.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            is_over.set(false);
        }
    });
    let drop = window_event_listener(ev::drop, move |event| {
        is_over.set(false);
        let Some(transfer) = event.data_transfer().filter(|_| brings_files(&event)) else { return };
        event.prevent_default();
        let dropped = Dropped::new(&transfer);
        spawn_local(async move { on_files.run(dropped.files().await) });
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        drop.remove();
    });
    view! {
        <Show when=move || is_over.get()>
            <div class="drop-zone"><p>{t!(model.drop_now)}</p></div>
        </Show>
    }
}

/// Whether the drag has files: dragged text belongs to the prompt.
fn brings_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}
