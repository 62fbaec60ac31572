//! The site's WebAssembly programs, compiled ahead of trunk and at the same time; trunk finds them up to date.

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};

use crate::command::{cargo, lint, program, run, yielding_cargo};
use crate::progress::step;
use crate::{target, tools};

/// A program of the site.
#[derive(Clone, Copy)]
struct Program {
    /// Its name for people.
    name: &'static str,
    /// The package's binary, which its files are named after.
    binary: &'static str,
    /// Cargo's profile: see Cargo.toml.
    profile: &'static str,
    features: &'static [&'static str],
    /// The cargo that compiles it.
    cargo: fn() -> Command,
    /// Whether it is linted on the way.
    lints: bool,
}

/// The features of the page's binary, which is built apart from the engine.
const PAGE_FEATURES: [&str; 3] = ["--no-default-features", "--features", "page"];

/// The page, which takes a quarter of the engine's time and fills the cores that the engine's long last steps leave
/// idle.
const PAGE: Program = Program {
    name: "the page",
    binary: "app",
    profile: "page",
    features: &PAGE_FEATURES,
    cargo: yielding_cargo,
    lints: false,
};
const ENGINE: Program = Program {
    name: "the engine",
    binary: "worker",
    profile: "release",
    features: &["--no-default-features", "--features", "gpu"],
    cargo,
    lints: false,
};
/// The trainer: the engine without the GPU, and what learns. Without LTO it would be ten times slower: the tests that
/// let something learn would take longer than that saves.
const TRAINER: Program = Program {
    name: "the trainer",
    binary: "trainer",
    features: &["--no-default-features", "--features", "train"],
    ..ENGINE
};

/// The tokenizer of both, which is no numeric code: like the page it is compiled to be small.
const TOKENIZER: Program = Program {
    name: "the tokenizer",
    binary: "tokenizer",
    features: &["--no-default-features", "--features", "tokenizer"],
    ..PAGE
};

/// The kernels' checks, with the engine's dependencies.
const CHECKS: Program = Program {
    name: "the kernels' checks",
    binary: "checks",
    features: &["--no-default-features", "--features", "checks,gpu"],
    ..ENGINE
};
/// The checks of what learns, with the trainer's dependencies.
const CASES: Program = Program {
    name: "the trainer's checks",
    binary: "cases",
    features: &["--no-default-features", "--features", "checks,train"],
    ..ENGINE
};

/// Compiles the page, the tokenizer, the engine and the trainer as they are shipped, and the tools that build the site.
pub fn shipped() -> Result<()> {
    if !target().join(tools::TARGET).join(ENGINE.profile).exists() {
        println!(
            "The first time everything is compiled, which takes a quarter of an hour on two cores."
        );
    }
    with_tools([PAGE, TOKENIZER], || {
        ENGINE.compile()?;
        TRAINER.compile()
    })
}

/// Cargo's profile of the engine for the browser tests: with optimisation of the whole program (LTO), as it is shipped,
/// or compiled sooner.
pub fn tested_profile(lto: bool) -> &'static str {
    if lto { ENGINE.profile } else { "tested" }
}

/// Compiles the page, the tokenizer, the engine, the trainer and the checks for the browser tests, and the tools.
pub fn tested(profile: &'static str, lints: bool) -> Result<()> {
    let engine = Program { profile, lints, ..ENGINE };
    with_tools([PAGE, TOKENIZER].map(|program| Program { lints, ..program }), || {
        engine.compile()?;
        Program { profile, ..CHECKS }.compile()?;
        Program { lints, ..TRAINER }.compile()?;
        CASES.compile()
    })
}

/// Writes the JavaScript of the checks, which only the browser tests run, into a folder.
pub fn write_checks(profile: &'static str, folder: &Path) -> Result<()> {
    for Program { binary, profile, .. } in [Program { profile, ..CHECKS }, CASES] {
        let wasm = target().join(tools::TARGET).join(profile).join(binary).with_extension("wasm");
        let mut bindgen = program(tools::bindgen());
        bindgen.args(["--target", "web", "--out-name", binary, "--out-dir"]).arg(folder).arg(wasm);
        run(&mut bindgen)?;
    }
    Ok(())
}

/// Compiles the engine, and beside it small programs and the tools.
fn with_tools(small: [Program; 2], engine: impl FnOnce() -> Result<()>) -> Result<()> {
    at_once(
        || {
            small.iter().try_for_each(Program::compile)?;
            tools::for_build()
        },
        engine,
    )
}

/// Runs two functions at the same time: each has long steps on one core. If both fail, the first one's error counts.
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
    /// Compiles the program.
    fn compile(&self) -> Result<()> {
        let Self { name, binary, profile, features, cargo, lints } = self;
        let mut command = cargo();
        command
            .args(["build", "--quiet", "--package", "lectern", "--bin", binary])
            .args(["--profile", profile, "--target", tools::TARGET])
            .args(*features);
        if *lints {
            lint(&mut command);
        }
        step(&format!("Compiling {name}"), || run(&mut command))
    }
}
