//! Files that the system opens with the installed app: a double click on a .gguf (the manifest's `file_handlers`).

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::app::{browser::dropped, model::Slots};
use crate::worker::client::LocalFile;

#[wasm_bindgen]
extern "C" {
    type LaunchQueue;
    #[wasm_bindgen(method, js_name = setConsumer)]
    fn set_consumer(this: &LaunchQueue, consumer: &JsValue);

    type LaunchParams;
    #[wasm_bindgen(method, getter)]
    fn files(this: &LaunchParams) -> js_sys::Array;

    type FileHandle;
    #[wasm_bindgen(method, catch, js_name = getFile)]
    fn get_file(this: &FileHandle) -> Result<js_sys::Promise, JsValue>;
}

/// Opens such files, in browsers that support it.
pub fn watch(slots: Slots) {
    let Ok(queue) = js_sys::Reflect::get(&window(), &"launchQueue".into()) else { return };
    if queue.is_undefined() {
        return;
    }
    let consume = Closure::<dyn FnMut(LaunchParams)>::new(move |launch: LaunchParams| {
        leptos::task::spawn_local(async move {
            let files = files(&launch).await;
            if !files.is_empty() {
                let is_decoder = files.len() == 1 || dropped::is_decoder(&files).await;
                let model = if is_decoder { slots.decoder } else { slots.masked };
                model.open_files(files);
            }
        });
    });
    queue.unchecked_into::<LaunchQueue>().set_consumer(consume.as_ref());
    // It listens for the life of the app.
    consume.forget();
}

/// Returns the launch's readable files.
async fn files(launch: &LaunchParams) -> Vec<LocalFile> {
    let mut files = Vec::new();
    for handle in launch.files() {
        if let Ok(promise) = handle.unchecked_into::<FileHandle>().get_file()
            && let Ok(file) = JsFuture::from(promise).await
        {
            files.push(dropped::single(file.unchecked_into()));
        }
    }
    files
}
