//! Builds the site: its programs, its page, its files, its models.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::Parser;

use crate::command::{lint, program, run as run_command};
use crate::progress::step;
use crate::{minilm, model_index, offline, policy, programs, root, styles, target, tools};

/// Bytes in a megabyte of the limits below and of the report.
const MEGABYTE: f64 = 1e6;

/// The binaries and their size limits, with brotli, in megabytes.
const LIMITS: [(&str, &str, f64); 4] = [
    ("page", "app_bg.wasm", 0.72),
    ("engine", "worker_bg.wasm", 2.2),
    ("trainer", "trainer_bg.wasm", 1.2),
    ("tokenizer", "tokenizer_bg.wasm", 0.5),
];

/// The variant of the site.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// The shipped site, in dist/.
    Shipped,
    /// The site for the browser tests, with files for them: the engine optimised like the shipped one, or compiled
    /// sooner; the programs linted, or not.
    Tested { lto: bool, lints: bool },
}

/// The folder of the shipped site.
pub fn shipped() -> PathBuf {
    root().join("dist")
}

/// The folder of the site for the browser tests.
pub fn tested() -> PathBuf {
    target().join("tested-site")
}

pub fn run(mut arguments: Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    build(Kind::Shipped)?;
    let mut fits = true;
    for (what, file, limit) in LIMITS {
        let bytes = fs::read(shipped().join(file))?;
        let packed = brotli_size(&bytes)?;
        let [raw, packed] = [bytes.len(), packed].map(|size| size as f64 / MEGABYTE);
        println!("{what:9} {file:17} {raw:6.2} MB, {packed:5.2} MB with brotli (limit {limit} MB)");
        fits &= packed < limit;
    }
    if !fits {
        bail!("a binary is larger than its limit");
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the site and returns its folder.
pub fn build(kind: Kind) -> Result<PathBuf> {
    tools::wasm_target()?;
    let original = minilm::obtain();
    let dist = if kind == Kind::Shipped { shipped() } else { tested() };
    match kind {
        Kind::Shipped => {
            programs::shipped()?;
            trunk(&dist, "release", false)?;
        }
        Kind::Tested { lto, lints } => {
            let profile = programs::tested_profile(lto);
            programs::tested(profile, lints)?;
            trunk(&dist, profile, lints)?;
            programs::write_checks(profile, &dist.join("checks"))?;
        }
    }
    let models = dist.join("models");
    if let Some(original) = original {
        minilm::bring(&original, &models)?;
        if kind != Kind::Shipped {
            minilm::bring_original(&original, &dist.join("originals"))?;
        }
    }
    let index = model_index::of(&models)?;
    fs::write(models.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    styles::join(&dist)?;
    policy::write(&dist)?;
    // Last, since it lists the site's files.
    offline::write(&dist)?;
    Ok(dist)
}

/// Assembles the page. The programs are compiled already: trunk's own calls of cargo have nothing to do, as long as they
/// are the same calls.
fn trunk(dist: &Path, engine_profile: &str, lints: bool) -> Result<()> {
    let mut command = program("trunk");
    command
        .args(["build", "--quiet", "--release", "--cargo-profile", engine_profile])
        .arg("--dist")
        .arg(dist)
        .env("PATH", tools::path()?)
        // Flags from outside would replace those of .cargo/config.toml.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // trunk wants `true` where others set `1`.
        .env_remove("NO_COLOR");
    if lints {
        lint(&mut command);
    }
    step("Putting the page together", || run_command(&mut command))
}

/// The size of bytes compressed like a server's precompressed files.
fn brotli_size(bytes: &[u8]) -> Result<usize> {
    let mut packed = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed.len())
}
