//! A copy as a file: GGUF for llama.cpp and its kin, or safetensors with the weights exactly as they are here.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::column::Column;
use super::copies::Copies;
use crate::app::language::t;
use crate::app::model::Question;
use crate::app::strings::squeezed as strings;
use crate::quantization::Scheme;
use crate::worker::protocol::{Event, Format, Request, WeightFormat};

/// The browser may still read the file a while after the click.
const KEPT: std::time::Duration = std::time::Duration::from_secs(60);

/// Two buttons, and while a file is made how far it is.
#[component]
pub fn Download(copies: Copies, column: Column) -> impl IntoView {
    let [first, ..] = copies.columns;
    let own = Question::new(column.model);
    // What GGUF has another scheme for is made of the weights that lost least.
    let from_first = Question::new(first.model);
    let share = RwSignal::new(None::<f64>);
    let is_open = Memo::new(move |_| [own, from_first].iter().any(|it| it.is_open.get()));
    let gguf = move || {
        column.model.loaded.with(|it| it.as_ref().and_then(|it| gguf_scheme(it.info.quantization)))
    };
    let start = move |question: Question, format: Format, scheme: Option<Scheme>| {
        let (own_fit, blobs) =
            (column.model.selection.with_untracked(|it| it.fit), js_sys::Array::new());
        share.set(Some(0.0));
        let request = move |model| Request::Export { model, format, scheme, fit: own_fit };
        question.ask(request, move |event| match event {
            Event::FilePiece { bytes, done, total } => {
                share.set(Some(done as f64 / total.max(1) as f64));
                // The browser keeps blobs where it likes, on the disk too; not in this page's memory.
                let piece = js_sys::Uint8Array::from(&*bytes);
                if let Ok(blob) = Blob::new_with_u8_array_sequence(&js_sys::Array::of1(&piece)) {
                    blobs.push(&blob);
                }
            }
            Event::Exported { file, .. } => {
                share.set(None);
                save(&file, &blobs);
            }
            _ => (),
        });
    };
    let stop = move |_| {
        own.cancel();
        from_first.cancel();
    };
    let button = move |name: String, title: String, act: Callback<()>| {
        view! {
            <button type="button" class="chip" title=title
                disabled=move || column.model.loaded.with(Option::is_none)
                on:click=move |_| act.run(())>{name}</button>
        }
    };
    let buttons = move || {
        match is_open.get() {
        true => view! {
            <progress max="1" prop:value=move || share.get().unwrap_or(0.0) aria-label=t!(squeezed.saving)></progress>
            <button type="button" class="chip" on:click=stop>{t!(common.stop)}</button>
        }
        .into_any(),
        false => {
            let name = gguf().map(|scheme| scheme.to_string());
            let label = strings::gguf(name.as_deref());
            let save_gguf = Callback::new(move |()| match gguf() {
                Some(scheme) => start(from_first, Format::Gguf, Some(scheme)),
                None => start(own, Format::Gguf, None),
            });
            let save_own = Callback::new(move |()| start(own, Format::Safetensors, None));
            view! {
                {button(label, t!(squeezed.save_gguf).into(), save_gguf)}
                {button(t!(squeezed.safetensors).into(), t!(squeezed.save_safetensors).into(), save_own)}
            }
            .into_any()
        }
    }
    };
    view! { <div class="copy-files" role="group" aria-label=t!(squeezed.files)>{buttons}</div> }
}

/// The scheme that GGUF has for it; none where the weights can be written as they are.
fn gguf_scheme(format: WeightFormat) -> Option<Scheme> {
    match format {
        WeightFormat::F32 | WeightFormat::F16 => None,
        WeightFormat::Int8 => Some(Scheme::Q8_0),
        WeightFormat::Int4 => Some(Scheme::Q4_1),
        WeightFormat::Scheme(scheme) => match scheme {
            Scheme::F16 | Scheme::Q8_0 | Scheme::Q6_K | Scheme::Q4_0 | Scheme::Q4_1 => None,
            Scheme::Int4Asymmetric { .. } => Some(Scheme::Q4_1),
            Scheme::Int4Symmetric { .. } => Some(Scheme::Q4_0),
            _ => Some(Scheme::Q8_0),
        },
    }
}

/// Give the file to the browser, which asks or knows where to put it.
fn save(name: &str, blobs: &js_sys::Array) {
    let Ok(file) = Blob::new_with_blob_sequence(blobs) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&file) else { return };
    let link = document().create_element("a").map(JsCast::unchecked_into::<HtmlAnchorElement>);
    if let Ok(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        KEPT,
    );
}
