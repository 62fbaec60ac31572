//! The site's WebAssembly programs: cargo compiles them, wasm-bindgen gives them their JavaScript.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use anyhow::{Result, anyhow};

use crate::command::{cargo, program, run, yielding_cargo};
use crate::progress::step;
use crate::{target, tools};

/// A program of the site.
#[derive(Clone, Copy)]
struct Program {
    /// What it is called where people read it.
    name: &'static str,
    /// The package's binary, after which its files are named.
    binary: &'static str,
    /// Cargo's profile: see Cargo.toml.
    profile: &'static str,
    features: &'static [&'static str],
    /// The cargo that compiles it.
    cargo: fn() -> Command,
}

/// The features of the page's binary, which is built apart from the engine.
pub const PAGE_FEATURES: [&str; 3] = ["--no-default-features", "--features", "page"];

/// It takes a quarter of the engine's time, and fills the cores that the engine's long last steps leave idle.
const PAGE: Program = Program {
    name: "the page",
    binary: "app",
    profile: "page",
    features: &PAGE_FEATURES,
    cargo: yielding_cargo,
};
const ENGINE: Program =
    Program { name: "the engine", binary: "worker", profile: "release", features: &[], cargo };
/// The profile of wasm-bindgen.
const TOOL: &str = "tool";

/// Builds the page and the engine as they are shipped, into a folder.
///
/// Without wasm-opt: it takes minutes, and what it makes smaller by a tenth or a fifth is larger once packed with brotli.
pub fn shipped(folder: &Path) -> Result<()> {
    if !target().join(tools::TARGET).join(ENGINE.profile).exists() {
        println!(
            "The first time everything is compiled, which takes a quarter of an hour on two cores."
        );
    }
    at_once(|| PAGE.build(folder), || ENGINE.build(folder))
}

/// Builds the page, the engine and the kernels' checks for the browser tests, into a folder and its folder `checks`:
/// the engine with the whole program's optimisation, as it is shipped, or sooner.
pub fn tested(folder: &Path, lto: bool) -> Result<()> {
    let profile = if lto { ENGINE.profile } else { "tested" };
    // The feature only adds modules that the engine does not use, so that both share one library.
    let features = &["--features", "checks"];
    let engine = Program { profile, features, ..ENGINE };
    let checks = Program { name: "the kernels' checks", binary: "checks", ..engine };
    at_once(
        || PAGE.build(folder),
        || {
            engine.build(folder)?;
            checks.build(&folder.join("checks"))
        },
    )
}

/// Does two things at the same time: each has long steps on one core. Where both fail, the first one's error counts.
fn at_once(
    first: impl FnOnce() -> Result<()> + Send,
    second: impl FnOnce() -> Result<()>,
) -> Result<()> {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        first.join().map_err(|_| anyhow!("a build step panicked"))?.and(second)
    })
}

impl Program {
    /// Compiles the program, and writes it with its JavaScript into a folder.
    fn build(&self, folder: &Path) -> Result<()> {
        let Self { name, binary, profile, features, cargo } = self;
        step(&format!("Compiling {name}"), || {
            run(cargo()
                .args(["build", "--quiet", "--package", "lectern", "--bin", binary])
                .args(["--profile", profile, "--target", tools::TARGET])
                .args(*features))
        })?;
        let wasm = target().join(tools::TARGET).join(profile).join(binary).with_extension("wasm");
        run(program(bindgen()?).arg(wasm).arg(folder))
    }
}

/// The program of `xtask/bindgen`, compiled once.
fn bindgen() -> Result<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let compile = || {
        step("Compiling wasm-bindgen", || {
            run(cargo()
                .args(["build", "--quiet", "--package", "lectern-bindgen"])
                .args(["--profile", TOOL]))
        })
        .map_err(|error| format!("{error:#}"))?;
        let program = target().join(TOOL).join("lectern-bindgen");
        Ok(program.with_extension(std::env::consts::EXE_EXTENSION))
    };
    match PROGRAM.get_or_init(compile) {
        Ok(path) => Ok(path),
        Err(error) => Err(anyhow!(error.clone())),
    }
}
