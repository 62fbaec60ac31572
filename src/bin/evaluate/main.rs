//! The figures of a model card, by the engine itself: `cargo xtask evaluate --model DIR --valid FILE [--train FILE]
//! [--prompt TEXT]`. The files hold stories, with a line `<|endoftext|>` between two. Prints Markdown.
//!
//! Of a decoder: perplexity, characters a token, bits a character, samples with their longest run of words that stands in
//! a training story. Of an encoder: masked words that are named right, and pairs of passages that are told right.

#[cfg(not(target_arch = "wasm32"))]
mod corpus;
#[cfg(not(target_arch = "wasm32"))]
mod decoder;
#[cfg(not(target_arch = "wasm32"))]
mod encoder;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{error::Error, path::PathBuf, rc::Rc};

    use lectern::{
        checkpoint::Folder,
        engine::Engine,
        library::DiskFolder,
        progress::CancelToken,
        protocol::{Ability, DeviceChoice, Event, ModelInfo, Quantization, Request, Source},
    };
    use pollster::block_on;

    use crate::{corpus, decoder, encoder};

    pub type Outcome<T> = Result<T, Box<dyn Error>>;

    #[derive(Default)]
    struct Options {
        model: PathBuf,
        valid: PathBuf,
        train: Option<PathBuf>,
        prompt: Option<String>,
    }

    fn options() -> Outcome<Options> {
        let mut options = Options::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} requires a value"))?;
            match name.as_str() {
                "--model" => options.model = value.into(),
                "--valid" => options.valid = value.into(),
                "--train" => options.train = Some(value.into()),
                "--prompt" => options.prompt = Some(value),
                _ => return Err(format!("unknown option {name}").into()),
            }
        }
        Ok(options)
    }

    /// Returns the final event of a request, and hands the others to `emit`.
    pub fn answer_with(
        engine: &Engine,
        request: Request,
        folder: Option<Rc<dyn Folder>>,
    ) -> Outcome<Event> {
        let (cancel, emit) = (CancelToken::default(), Rc::new(|_| ()));
        match block_on(engine.answer(request, folder, &cancel, emit)) {
            Event::Error { message, .. } => Err(message.into()),
            event => Ok(event),
        }
    }

    /// Returns the final event of a request.
    pub fn answer(engine: &Engine, request: Request) -> Outcome<Event> {
        answer_with(engine, request, None)
    }

    fn load(engine: &Engine, options: &Options, quantization: Quantization) -> Outcome<ModelInfo> {
        let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new(&options.model));
        let request = Request::load(Source::Files, quantization, DeviceChoice::Cpu);
        match answer_with(engine, request, Some(folder))? {
            Event::Loaded { info } => Ok(info),
            other => Err(format!("{other:?}").into()),
        }
    }

    pub fn run() -> Outcome<()> {
        let options = options()?;
        let valid = corpus::stories(&options.valid)?;
        let train = match &options.train {
            Some(path) => Some(corpus::Index::new(&corpus::stories(path)?)),
            None => None,
        };
        let engine = Engine::new();
        let exact = load(&engine, &options, Quantization::AsStored)?;
        println!("{} weights, {} layers, {} heads", exact.parameters, exact.layers, exact.heads);
        for (name, quantization) in [
            ("as stored", Quantization::AsStored),
            ("int8", Quantization::Int8),
            ("int4", Quantization::Int4),
        ] {
            let info = load(&engine, &options, quantization)?;
            println!("\n{name}, {} bytes:", info.weight_bytes);
            if info.abilities.contains(&Ability::Generate) {
                decoder::score(&engine, info.model, &valid)?;
            } else {
                let tokenizer = options.model.join("tokenizer.json");
                encoder::score(&engine, &info, &tokenizer, &valid)?;
            }
            answer(&engine, Request::Dispose { model: info.model })?;
        }
        match options.prompt {
            Some(prompt) => decoder::samples(&engine, exact.model, &prompt, train.as_ref()),
            None => Ok(()),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
