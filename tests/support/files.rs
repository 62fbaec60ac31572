//! Requests to the engine on the CPU, and models written to files and read again.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

use lectern::{
    checkpoint::{
        Dtype, Folder, GgufHeader, GgufSink, GgufStream, SafetensorsStream, TensorHeader,
        TensorSink,
    },
    engine::Engine,
    error::Result,
    library::MemoryFolder,
    progress::CancelToken,
    protocol::{DeviceChoice, Event, Format, ModelInfo, Quantization, Request, Source},
    quantization::{Fit, PackedMatrix, Scheme},
};
use pollster::block_on;

use super::{cases, json};

pub fn ask(
    engine: &Engine,
    request: Request,
    folder: Option<Rc<dyn Folder>>,
) -> (Vec<Event>, Event) {
    let events = Rc::new(RefCell::new(Vec::new()));
    let sink = Rc::clone(&events);
    let emit = Rc::new(move |event| sink.borrow_mut().push(event));
    let last = block_on(engine.answer(request, folder, &CancelToken::default(), emit));
    (events.take(), last)
}

pub fn try_load(
    engine: &Engine,
    folder: Rc<dyn Folder>,
    quantization: Quantization,
) -> Result<ModelInfo> {
    let request = Request::load(Source::Files, quantization, DeviceChoice::Cpu);
    match ask(engine, request, Some(folder)).1 {
        Event::Loaded { info } => Ok(info),
        Event::Error { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

pub fn load(engine: &Engine, folder: impl Folder + 'static) -> ModelInfo {
    try_load(engine, Rc::new(folder), Quantization::AsStored).unwrap()
}

pub fn try_export(
    engine: &Engine,
    model: u32,
    format: Format,
    scheme: Option<Scheme>,
) -> Result<Vec<u8>> {
    let request = Request::Export { model, format, scheme, fit: Fit::Range };
    let (events, last) = ask(engine, request, None);
    match last {
        Event::Exported { bytes, .. } => {
            let mut file = Vec::new();
            for event in events {
                let Event::FilePiece { bytes: chunk, done, total } = event else {
                    panic!("{event:?}")
                };
                assert!(chunk.len() <= 4 << 20);
                file.extend(chunk.iter());
                assert_eq!((done, total), (file.len() as u64, bytes));
            }
            assert_eq!(file.len() as u64, bytes);
            Ok(file)
        }
        Event::Error { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

pub fn export(engine: &Engine, model: u32, format: Format, scheme: Option<Scheme>) -> Vec<u8> {
    try_export(engine, model, format, scheme).unwrap()
}

/// The folder of a written file: a GGUF file alone, a safetensors file with the model's other files.
pub fn folder_with(file: Vec<u8>, format: Format, beside: &Path) -> MemoryFolder {
    let files = match format {
        Format::Gguf => vec![("model.gguf".to_owned(), file)],
        Format::Safetensors => {
            let others = ["config.json", "tokenizer.json"];
            let others =
                others.map(|name| (name.to_owned(), std::fs::read(beside.join(name)).unwrap()));
            let weights = [("model.safetensors".to_owned(), file)];
            others.into_iter().chain(weights).collect()
        }
    };
    MemoryFolder::new("written", files)
}

pub fn logits(engine: &Engine, model: u32, text: &str) -> Vec<f32> {
    let request = Request::Inspect {
        model,
        text: text.into(),
        pair: None,
        attentions: false,
        hidden_states: true,
        logits: true,
    };
    match ask(engine, request, None).1 {
        Event::Inspected { logits, hidden_states, .. } => {
            logits.iter().chain(hidden_states.iter().flat_map(|it| it.iter())).copied().collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Models of all architectures, with heads and without token types, and a text for each.
pub fn models() -> Vec<(PathBuf, String)> {
    let of_architecture = |name: &str| {
        cases(name).into_iter().map(|case| {
            let expected = json(&case);
            let text = match expected["text"].as_str() {
                Some(text) => text.to_owned(),
                None => "the king went to the sea".to_owned(),
            };
            (case, text)
        })
    };
    of_architecture("gpt2")
        .chain(of_architecture("bert"))
        .chain(of_architecture("distilbert"))
        .collect()
}

/// A sink for the quantized matrices of a file, in its order.
#[derive(Default)]
struct Matrices(Vec<(String, PackedMatrix)>);

impl TensorSink for Matrices {
    fn begin(&mut self, tensor: &TensorHeader) -> Result<bool> {
        if let Dtype::Packed(scheme) = tensor.dtype {
            let empty = PackedMatrix::with_capacity(0, tensor.shape[1], scheme);
            self.0.push((tensor.name.clone(), empty));
        }
        Ok(matches!(tensor.dtype, Dtype::Packed(_)))
    }

    fn values(&mut self, _: &[f32]) -> Result<()> {
        panic!("a packed matrix came as values")
    }

    fn packed(&mut self, rows: &PackedMatrix) -> Result<()> {
        self.0.last_mut().unwrap().1.append(rows);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

impl GgufSink for Matrices {
    fn header(&mut self, _: GgufHeader) -> Result<()> {
        Ok(())
    }
}

pub fn matrices(file: &[u8], format: Format) -> Vec<(String, PackedMatrix)> {
    let mut sink = Matrices::default();
    match format {
        Format::Gguf => {
            let mut stream = GgufStream::new("model.gguf", None);
            stream.feed(file, &mut sink).unwrap();
            stream.finish(&mut sink).unwrap();
        }
        Format::Safetensors => {
            let mut stream = SafetensorsStream::new("model.safetensors", None);
            stream.feed(file, &mut sink).unwrap();
            stream.finish().unwrap();
        }
    }
    sink.0
}
