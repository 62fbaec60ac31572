//! Building the site: trunk, then what trunk does not do.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::Parser;

use crate::command::{cargo, program, run as run_command};
use crate::{minilm, model_index, offline, policy, root, styles, target, tools};

/// Megabytes, as the limits below and the report count them.
const MEGABYTE: f64 = 1e6;

/// The binaries and how large they may be, with brotli, in megabytes.
const LIMITS: [(&str, &str, f64); 2] =
    [("page", "app_bg.wasm", 0.55), ("engine", "worker_bg.wasm", 2.5)];

/// What wasm-opt may count on: what rustc's target has by default, and SIMD.
const WASM_FEATURES: [&str; 10] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-call-indirect-overlong",
    "--enable-sign-ext",
    "--enable-simd",
    "--enable-relaxed-simd",
];

/// Which site to build.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// Into dist/, with wasm-opt.
    Shipped,
    /// For the browser tests: the same binaries without wasm-opt's minutes, elsewhere.
    Tested,
}

/// The folder of the site as it is shipped.
pub fn shipped() -> PathBuf {
    root().join("dist")
}

/// The folder of the site that the browser tests see.
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
        println!("{what:6} {file:14} {raw:6.2} MB, {packed:5.2} MB with brotli (limit {limit} MB)");
        fits &= packed < limit;
    }
    if !fits {
        bail!("a binary is larger than its limit");
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the site and gives its folder.
pub fn build(kind: Kind) -> Result<PathBuf> {
    tools::for_build()?;
    let dist = if kind == Kind::Shipped { shipped() } else { tested() };
    run_command(
        program("trunk")
            .args(["build", "--release", "--dist"])
            .arg(&dist)
            .env("PATH", tools::path()?)
            // Flags from outside would replace those of .cargo/config.toml.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            // trunk wants `true` where others set `1`.
            .env_remove("NO_COLOR"),
    )?;
    if kind == Kind::Shipped {
        for (_, file, _) in LIMITS {
            optimise(&dist.join(file))?;
        }
    }
    if kind == Kind::Tested {
        checks(&dist.join("checks"))?;
    }
    let models = dist.join("models");
    if let Some(original) = minilm::obtain() {
        minilm::bring(&original, &models)?;
        if kind == Kind::Tested {
            minilm::bring_original(&original, &dist.join("originals"))?;
        }
    }
    let index = model_index::of(&models)?;
    fs::write(models.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    styles::join(&dist)?;
    policy::write(&dist)?;
    // Last: it lists what there is.
    offline::write(&dist)?;
    Ok(dist)
}

/// Builds the kernels' checks, which only the browser tests run, into a folder of the site.
fn checks(folder: &Path) -> Result<()> {
    run_command(
        cargo().args(["build", "--release", "--package", "lectern", "--bin", "checks"]).args([
            "--features",
            "checks",
            "--target",
            tools::TARGET,
        ]),
    )?;
    let wasm = target().join(tools::TARGET).join("release/checks.wasm");
    run_command(
        program("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-dir"])
            .arg(folder)
            .arg(wasm)
            .env("PATH", tools::path()?),
    )
}

/// Runs wasm-opt over a file, unless the same file went through it before.
fn optimise(file: &Path) -> Result<()> {
    let Some(wasm_opt) = tools::wasm_opt()? else {
        println!(
            "npm was not found: the site is built without wasm-opt, and larger than it need be."
        );
        return Ok(());
    };
    let mut hasher = DefaultHasher::new();
    (fs::read(file)?, WASM_FEATURES).hash(&mut hasher);
    let folder = target().join("wasm-opt");
    let name = file.file_name().context("a file has a name")?.to_string_lossy();
    let done = folder.join(format!("{:016x}-{name}", hasher.finish()));
    if !done.exists() {
        println!("Optimising {name} (some minutes, where it changed)");
        fs::create_dir_all(&folder)?;
        let unfinished = folder.join("unfinished.wasm");
        let mut command = program("node");
        command.arg(wasm_opt).arg("-Oz").args(WASM_FEATURES).arg(file).arg("-o").arg(&unfinished);
        run_command(&mut command)?;
        fs::rename(&unfinished, &done)?;
    }
    fs::copy(&done, file)?;
    Ok(())
}

/// The size of bytes packed as a server would pack them ahead of time.
fn brotli_size(bytes: &[u8]) -> Result<usize> {
    let mut packed = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)?;
    Ok(packed.len())
}
