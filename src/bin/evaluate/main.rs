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
#[path = "../requests.rs"]
mod requests;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{path::PathBuf, rc::Rc};

    use lectern::{
        checkpoint::Folder,
        engine::Engine,
        library::DiskFolder,
        protocol::{Ability, DeviceChoice, Event, ModelInfo, Quantization, Request, Source},
    };

    use crate::requests::{self, Outcome, answer};
    use crate::{corpus, decoder, encoder};

    #[derive(Default)]
    struct Options {
        model: PathBuf,
        valid: PathBuf,
        train: Option<PathBuf>,
        prompt: Option<String>,
    }

    fn options() -> Outcome<Options> {
        let mut options = Options::default();
        requests::options(std::env::args().skip(1), |name, value| {
            match name {
                "--model" => options.model = value.into(),
                "--valid" => options.valid = value.into(),
                "--train" => options.train = Some(value.into()),
                "--prompt" => options.prompt = Some(value),
                _ => return false,
            }
            true
        })?;
        Ok(options)
    }

    fn load(engine: &Engine, options: &Options, quantization: Quantization) -> Outcome<ModelInfo> {
        let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new(&options.model));
        let request = Request::load(Source::Files, quantization, DeviceChoice::Cpu);
        match answer(engine, request, Some(folder))? {
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
        let score = |name: &str, info: &ModelInfo| {
            println!("\n{name}, {} bytes:", info.weight_bytes);
            if info.abilities.contains(&Ability::Generate) {
                return decoder::score(&engine, info.model, &valid);
            }
            encoder::score(&engine, info, &options.model.join("tokenizer.json"), &valid)
        };
        score("as stored", &exact)?;
        for (name, quantization) in [("int8", Quantization::Int8), ("int4", Quantization::Int4)] {
            let info = load(&engine, &options, quantization)?;
            score(name, &info)?;
            answer(&engine, Request::Dispose { model: info.model }, None)?;
        }
        match &options.prompt {
            Some(prompt) => decoder::samples(&engine, exact.model, prompt, train.as_ref()),
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
