//! Quantizes a model on disk into one file: `cargo xtask model quantize DIR --scheme NAME --out FILE
//! [--fit least-squares]`. FILE's ending selects the format: `.gguf` or `.safetensors`.

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::{
        cell::RefCell,
        error::Error,
        fs::{self, File},
        io::Write,
        path::{Path, PathBuf},
        rc::Rc,
    };

    use lectern::{
        checkpoint::Folder,
        engine::{Emit, Engine},
        library::DiskFolder,
        progress::CancelToken,
        protocol::{DeviceChoice, Event, Format, Quantization, Request, SchemeError, Source},
        quantization::{Fit, Scheme},
    };
    use pollster::block_on;

    type Outcome<T> = Result<T, Box<dyn Error>>;

    /// Files to copy beside a safetensors file, where the model's folder has them.
    const BESIDE: [&str; 10] = [
        "config.json",
        "tokenizer.json",
        "vocab.json",
        "merges.txt",
        "vocab.txt",
        "tokenizer_config.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        MODULES,
        "1_Pooling/config.json",
    ];
    /// The list of a sentence encoder's modules; each module has a folder, with these files.
    const MODULES: &str = "modules.json";
    const MODULE_FILES: [&str; 3] = ["config.json", "model.safetensors", "pytorch_model.bin"];
    const USAGE: &str = "usage: quantize DIR --scheme NAME --out FILE [--fit range|least-squares]";

    struct Options {
        model: PathBuf,
        scheme: Scheme,
        fit: Fit,
        out: PathBuf,
        format: Format,
    }

    fn options() -> Outcome<Options> {
        let (mut model, mut scheme, mut fit, mut out) = (None, None, Fit::Range, None);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().ok_or_else(|| format!("{argument} requires a value"));
            match argument.as_str() {
                "--scheme" => scheme = Some(value()?.parse::<Scheme>()?),
                "--out" => out = Some(PathBuf::from(value()?)),
                "--fit" => {
                    fit = match value()?.as_str() {
                        "range" => Fit::Range,
                        "least-squares" => Fit::LeastSquares,
                        other => return Err(format!("unknown fit {other:?}; {USAGE}").into()),
                    }
                }
                path if !path.starts_with('-') && model.is_none() => model = Some(path.into()),
                other => return Err(format!("unknown option {other}; {USAGE}").into()),
            }
        }
        let (Some(model), Some(scheme), Some(out)) = (model, scheme, out) else {
            return Err(USAGE.into());
        };
        let format = match out.extension().and_then(|ending| ending.to_str()) {
            Some("gguf") => Format::Gguf,
            Some("safetensors") => Format::Safetensors,
            _ => return Err("the file's name must end with .gguf or .safetensors".into()),
        };
        Ok(Options { model, scheme, fit, out, format })
    }

    fn answer(engine: &Engine, request: Request, emit: Emit) -> Outcome<Event> {
        answer_from(engine, request, None, emit)
    }

    fn answer_from(
        engine: &Engine,
        request: Request,
        folder: Option<Rc<dyn Folder>>,
        emit: Emit,
    ) -> Outcome<Event> {
        match block_on(engine.answer(request, folder, &CancelToken::default(), emit)) {
            Event::Error { message, .. } => Err(message.into()),
            event => Ok(event),
        }
    }

    fn print(errors: &[SchemeError]) {
        println!("| matrix | shape | MB before | MB after | largest error | RMS error | SNR dB |");
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        for SchemeError { tensor, figures, bytes } in errors {
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            println!(
                "| {} | {} × {} | {:.3} | {:.3} | {:.2e} | {:.2e} | {} |",
                tensor.name,
                tensor.rows,
                tensor.columns,
                megabytes(tensor.bytes),
                megabytes(*bytes),
                figures.maximum,
                figures.rms,
                figures.snr.map_or("∞".to_owned(), |snr| format!("{snr:.1}")),
            );
        }
    }

    /// Writes a partial file and renames it, so that the file under the final name is always complete.
    fn write(engine: &Engine, request: Request, out: &Path) -> Outcome<u64> {
        let partial = out.with_extension("partial");
        let file = Rc::new(RefCell::new((File::create(&partial)?, Ok(()))));
        let written = Rc::clone(&file);
        let emit: Emit = Rc::new(move |event| {
            let (file, outcome) = &mut *written.borrow_mut();
            if let (Event::FilePiece { bytes, .. }, Ok(())) = (event, &outcome) {
                *outcome = file.write_all(&bytes);
            }
        });
        let exported = answer(engine, request, emit);
        let (_, outcome) = Rc::into_inner(file)
            .map_or_else(|| Err("the file is still being written"), |file| Ok(file.into_inner()))?;
        let finished = exported.and_then(|event| Ok(outcome.map(|()| event)?));
        match finished {
            Ok(Event::Exported { bytes, .. }) => {
                fs::rename(&partial, out)?;
                Ok(bytes)
            }
            Ok(other) => Err(format!("{other:?}").into()),
            Err(error) => {
                fs::remove_file(&partial)?;
                Err(error)
            }
        }
    }

    /// The module folders of a sentence encoder beside its transformer, such as `2_Dense`.
    fn module_folders(model: &Path) -> Outcome<Vec<String>> {
        let Ok(json) = fs::read(model.join(MODULES)) else { return Ok(Vec::new()) };
        let json: serde_json::Value = serde_json::from_slice(&json)?;
        let modules = json.as_array().into_iter().flatten();
        let paths: Vec<&str> = modules.filter_map(|module| module["path"].as_str()).collect();
        if let Some(inner) = paths.first().filter(|path| !path.is_empty()) {
            return Err(format!("{MODULES} puts the transformer into {inner}: such a folder cannot be copied with a new weight file").into());
        }
        let is_beside = |path: &&str| Path::new(path).file_name() == Some(path.as_ref());
        Ok(paths.into_iter().filter(is_beside).map(str::to_owned).collect())
    }

    /// Copies a model's other files beside the new one, where there is none of that name.
    fn copy_beside(model: &Path, out: &Path) -> Outcome<()> {
        let folder = out.parent().unwrap_or(Path::new(""));
        let folders = module_folders(model)?.into_iter();
        let of_modules =
            folders.flat_map(|folder| MODULE_FILES.map(|name| format!("{folder}/{name}")));
        for name in BESIDE.map(str::to_owned).into_iter().chain(of_modules) {
            let (from, to) = (model.join(&name), folder.join(&name));
            if from.is_file() && !to.exists() {
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::copy(from, to)?;
            }
        }
        Ok(())
    }

    pub fn run() -> Outcome<()> {
        let Options { model: path, scheme, fit, out, format } = options()?;
        let engine = Engine::new();
        let folder: Rc<dyn Folder> = Rc::new(DiskFolder::new(&path));
        let silent: Emit = Rc::new(|_| ());
        let load = Request::load(Source::Files, Quantization::AsStored, DeviceChoice::Cpu);
        let info = match answer_from(&engine, load, Some(folder), Rc::clone(&silent))? {
            Event::Loaded { info } => info,
            other => return Err(format!("{other:?}").into()),
        };
        let model = info.model;
        let compare = Request::CompareSchemes { model, scheme, fit };
        if let Event::SchemesCompared { tensors } = answer(&engine, compare, silent)? {
            print(&tensors);
        }
        let export = Request::Export { model, format, scheme: Some(scheme), fit };
        let bytes = write(&engine, export, &out)?;
        if format == Format::Safetensors {
            copy_beside(&path, &out)?;
        }
        println!(
            "\n{}: {:.2} MB, {:.2} bits a weight; in memory it was {:.2} MB",
            out.display(),
            bytes as f64 / 1e6,
            8.0 * bytes as f64 / info.parameters as f64,
            info.weight_bytes as f64 / 1e6,
        );
        Ok(())
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
