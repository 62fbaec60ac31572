//! Measures the engine natively: `cargo xtask bench --native [--model DIR] [--device gpu|cpu] [--dtype LIST]
//! [--out FILE]`. The figures are those of `tests/browser/bench.mjs`.

#[cfg(not(target_arch = "wasm32"))]
mod requests;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::rc::Rc;

    use lectern::{
        checkpoint::Folder,
        engine::Engine,
        library::DiskFolder,
        protocol::{
            DeviceChoice, Event, GenerateOptions, GenerationStats, ModelInfo, Quantization,
            Request, Source,
        },
    };
    use serde_json::{Value, json};

    use crate::requests::{self, Outcome, answer};

    const PROMPT_TOKENS: usize = 128;
    const NEW_TOKENS: usize = 32;
    /// The best of two: the first run warms caches and compiles pipelines.
    const RUNS: usize = 2;

    struct Options {
        model: Option<String>,
        devices: String,
        dtypes: String,
        out: Option<String>,
    }

    fn options() -> Outcome<Options> {
        let mut options = Options {
            model: None,
            devices: "cpu".into(),
            dtypes: "f32,int8,int4".into(),
            out: None,
        };
        requests::options(std::env::args().skip(1), |name, value| {
            match name {
                "--model" => options.model = Some(value),
                "--device" => options.devices = value,
                "--dtype" => options.dtypes = value,
                "--out" => options.out = Some(value),
                _ => return false,
            }
            true
        })?;
        Ok(options)
    }

    /// The shape of GPT-2 small.
    fn gpt2_small() -> Value {
        json!({
            "model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_layer": 12,
            "n_positions": 1024, "vocab_size": 50257, "eos_token_id": 50256,
        })
    }

    fn load(options: &Options, engine: &Engine, device: &str, dtype: &str) -> Outcome<ModelInfo> {
        let device: DeviceChoice = serde_json::from_value(device.into())?;
        let quantization: Quantization = serde_json::from_value(dtype.into())?;
        let (source, folder): (Source, Option<Rc<dyn Folder>>) = match &options.model {
            Some(path) => (Source::Files, Some(Rc::new(DiskFolder::new(path)))),
            None => (Source::Random { config: gpt2_small(), seed: 1 }, None),
        };
        match answer(engine, Request::load(source, quantization, device), folder)? {
            Event::Loaded { info } => Ok(info),
            other => Err(format!("{other:?}").into()),
        }
    }

    fn measure(options: &Options, device: &str, dtype: &str) -> Outcome<Value> {
        let engine = Engine::new();
        let info = load(options, &engine, device, dtype)?;
        let prompt = match options.model {
            Some(_) => vec!["the"; PROMPT_TOKENS].join(" "),
            None => "a".repeat(PROMPT_TOKENS),
        };
        let mut best: Option<GenerationStats> = None;
        for _ in 0..RUNS {
            let generate = GenerateOptions {
                max_new_tokens: NEW_TOKENS,
                temperature: 0.0,
                ..GenerateOptions::default()
            };
            let request =
                Request::Generate { model: info.model, prompt: prompt.clone(), options: generate };
            if let Event::Generated { stats, .. } = answer(&engine, request, None)?
                && best.is_none_or(|best| stats.tokens_per_second > best.tokens_per_second)
            {
                best = Some(stats);
            }
        }
        let stats = best.ok_or("nothing was generated")?;
        println!(
            "| {device} | {dtype} | {:.1} | {:.2} | {:.1} | {:.0} | {:.1} | {:.0} |",
            info.load_seconds,
            stats.time_to_first_token,
            stats.tokens_per_second,
            stats.launches_per_token,
            stats.microseconds_per_launch,
            info.weight_bytes as f64 / 1e6,
        );
        Ok(json!({ "device": device, "dtype": dtype, "model": info, "stats": stats }))
    }

    pub fn run() -> Outcome<()> {
        let options = options()?;
        println!(
            "| device | weights | load s | first token s | tokens/s | launches a token | µs a launch | weights MB |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        let mut rows = Vec::new();
        for device in options.devices.split(',') {
            for dtype in options.dtypes.split(',') {
                rows.push(measure(&options, device, dtype)?);
            }
        }
        if let Some(out) = &options.out {
            let machine = json!({
                "os": std::env::consts::OS,
                "architecture": std::env::consts::ARCH,
                "cores": std::thread::available_parallelism()?.get(),
            });
            std::fs::write(
                out,
                serde_json::to_string_pretty(&json!({ "machine": machine, "rows": rows }))?,
            )?;
        }
        Ok(())
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    native::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
