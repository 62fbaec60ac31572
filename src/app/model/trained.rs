//! A model that was trained, as files: it opens in the other pages like a folder of the reader's.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::File;

use super::Trainer;
use crate::quantization::Fit;
use crate::worker::client::LocalFile;
use crate::worker::protocol::{Event, Format, Request};

/// Hands a model of the trainer as the files of a folder to `then`.
pub fn files_of(
    trainer: Trainer,
    model: u32,
    folder: &'static str,
    then: impl FnOnce(Vec<LocalFile>) + 'static,
) {
    let then = RefCell::new(Some(then));
    trainer.send(Request::ModelFiles { model }, move |event| {
        let Event::ModelFiles { config, tokenizer } = event else { return };
        let Some(then) = then.take() else { return };
        let pieces = Rc::new(js_sys::Array::new());
        let request = Request::Export {
            model,
            format: Format::Safetensors,
            scheme: None,
            fit: Fit::default(),
        };
        let mut then = Some(then);
        trainer.send(request, move |event| match event {
            Event::FilePiece { bytes, .. } => {
                pieces.push(&js_sys::Uint8Array::from(&bytes[..]));
            }
            Event::Exported { .. } => {
                let text = |text: &str| js_sys::Array::of1(&text.into());
                let files = [
                    ("config.json", text(&config)),
                    ("tokenizer.json", text(&tokenizer)),
                    ("model.safetensors", (*pieces).clone()),
                ];
                let file = |(name, parts): (&str, js_sys::Array)| {
                    let file = File::new_with_blob_sequence(&parts, name).ok()?;
                    Some(LocalFile { path: format!("{folder}/{name}"), file })
                };
                let files = files.into_iter().filter_map(file).collect();
                if let Some(then) = then.take() {
                    then(files);
                }
            }
            Event::Error { error, .. } => trainer.fail(error),
            _ => (),
        });
    });
}
