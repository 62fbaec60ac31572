//! "Copy link": the address of the current state.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::app::address::sharing::Sharing;
use crate::app::components::Icon;
use crate::app::language::t;

/// Duration for which the button shows its status.
const STATUS_DURATION: Duration = Duration::from_millis(2500);

/// The button. Where the page may not use the clipboard, as in some frames, the link is shown for copying by hand.
#[component]
pub fn CopyLink() -> impl IntoView {
    let sharing = Sharing::here();
    let status = RwSignal::new(None::<&'static str>);
    let by_hand = RwSignal::new(None::<String>);
    let copy = move |_| {
        let link = sharing.link();
        by_hand.set(None);
        leptos::task::spawn_local(async move {
            if copied(&link).await {
                status.set(Some(t!(shell.copied)));
                set_timeout(move || _ = status.try_set(None), STATUS_DURATION);
            } else {
                by_hand.set(Some(link));
            }
        });
    };
    view! {
        <button type="button" title=t!(shell.copy_link) aria-label=t!(shell.copy_link) on:click=copy>
            <Icon name="link"/>
        </button>
        <p class="said" role="status">{status}</p>
        {move || by_hand.get().map(|link| view! {
            <input class="link-by-hand" type="text" readonly aria-label=t!(shell.link) prop:value=link
                on:focus:target=|event| event.target().select()
                on:blur=move |_| by_hand.set(None)/>
        })}
    }
}

/// Writes a text to the clipboard; returns whether the browser allowed it.
pub async fn copied(text: &str) -> bool {
    // Only pages from a secure origin have a clipboard.
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
