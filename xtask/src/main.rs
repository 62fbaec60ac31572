//! `cargo xtask`: the commands of this repository, on Linux, macOS and Windows.

mod bench;
mod command;
mod figures;
mod fuzz;
mod int8;
mod minilm;
mod model;
mod model_index;
mod offline;
mod policy;
mod programs;
mod progress;
mod serve;
mod site;
mod styles;
mod system;
mod test;
mod tools;
mod types;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Arg::{Long, Short, Value};
use lexopt::Parser;

const USAGE: &str = "\
cargo xtask serve [--port 8080] [--host 127.0.0.1]
    Build the site and serve it.
cargo xtask build
    Build the site into dist/ and check its size.
cargo xtask test [--native] [--browser] [--lto] [--install] [FILTER]
    Formatting, lints, native tests, browser tests; or only what is asked for.
    --lto compiles the browser tests' engine as it is shipped: some minutes more.
    --install installs the Debian packages that are missing; it is the default where CI is set.
    LECTERN_FIXTURES=DIR reads the parity cases from DIR.
cargo xtask bench [--native] [--model DIR] [--device gpu|cpu] [--dtype f32,int8,int4] [--out FILE]
                  [--parts texts,sentences,trainings,readers]
    Measure GPT-2 small, or the model in DIR: in Chromium, or natively. In Chromium also sentences, trainings and
    ELMo's readers, or only the parts that are named.
cargo xtask model add DIR
    Put a downloaded Hugging Face folder among the site's own models.
cargo xtask model quantize DIR --scheme NAME --out FILE [--fit range|least-squares]
    Write the model in DIR in fewer bits: int8-channel, int4-g32, int4-g32-asymmetric, q8_0, q4_0, …
    FILE ends with .gguf or .safetensors.
cargo xtask perplexity [--model DIR] [--text FILE] [--out DIR]
    What each scheme costs on a text: the table in docs/quantization.md, and its plot.
cargo xtask evaluate --model DIR --valid FILE [--train FILE --prompt TEXT]
    The figures of a model in docs/models.md: perplexity and samples of a decoder, words and pairs of an encoder.
cargo xtask train teach --examples FILE [--model DIR] [--options JSON] [--out DIR]
cargo xtask train students --lesson FILE [--options JSON]
cargo xtask train distil --model DIR --texts FILE [--probe TEXT] [--options JSON] [--out DIR]
cargo xtask train sft --model DIR --examples JSONL [--tests COUNT] [--options JSON] [--out DIR]
cargo xtask train reward --model DIR --texts FILE [--taste WORDS] [--raters JSON] [--continue JSON]
cargo xtask train ppo --model DIR --texts FILE [--taste WORDS] [--raters JSON] [--continue JSON] [--options JSON]
    [--out DIR]
    The trainings of the pages Teach, Distil and Align natively: metrics as lines of JSON, what learned into --out.
cargo xtask fuzz [--executions 10000000] [--seed 1] [--first 0]
    Damaged files for the GGUF, PyTorch and safetensors readers: no panic, no hang, no memory beyond the file's.
cargo xtask screenshots
    Pictures of every page into docs/screenshots.
cargo xtask record
    The default models' answers to the first requests of every demo, into web/recorded: what a page shows until its
    model has loaded.";

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Parser) -> Result<ExitCode> {
    match arguments.next()? {
        Some(Value(command)) => match command.to_str() {
            Some("serve") => serve::run(serve::Options::parse(arguments)?),
            Some("build") => site::run(arguments),
            Some("test") => test::run(test::Options::parse(arguments)?),
            Some("bench") => bench::run(bench::Options::parse(arguments)?),
            Some("model") => model::run(arguments),
            Some(name @ ("perplexity" | "evaluate" | "train")) => figures::run(name, arguments),
            Some("fuzz") => fuzz::run(arguments),
            Some("screenshots") => test::run_script("screenshots.config.ts", arguments),
            Some("record") => test::run_script("recordings.config.ts", arguments),
            _ => bail!("there is no command {command:?}\n\n{USAGE}"),
        },
        Some(Short('h') | Long("help")) => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => bail!("{}\n\n{USAGE}", other.unexpected()),
        None => bail!("{USAGE}"),
    }
}

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Cargo's target folder.
fn target() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").and_then(|folder| absolute(folder).ok());
    named.unwrap_or_else(|| root().join("target"))
}

/// A path from the command line or the environment, which may be relative to the current folder.
fn absolute(path: impl Into<PathBuf>) -> Result<PathBuf> {
    Ok(std::path::absolute(path.into())?)
}
