//! Benchmarks: `src/bin/bench.rs` natively, `tests/browser/bench.mjs` in Chromium.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};
use lexopt::Arg::Long;
use lexopt::Parser;

use crate::command::{cargo, program, run as run_command};
use crate::system::{self, Need};
use crate::{absolute, root, serve, site, tools};

pub struct Options {
    native: bool,
    /// The arguments of the benchmark program, with absolute paths.
    passed_on: Vec<OsString>,
}

impl Options {
    pub fn parse(mut arguments: Parser) -> Result<Self> {
        let mut options = Self { native: false, passed_on: Vec::new() };
        while let Some(argument) = arguments.next()? {
            let (name, is_path) = match argument {
                Long("native") => {
                    options.native = true;
                    continue;
                }
                Long("model") => ("--model", true),
                Long("out") => ("--out", true),
                Long("device") => ("--device", false),
                Long("dtype") => ("--dtype", false),
                Long("parts") => ("--parts", false),
                other => return Err(other.unexpected().into()),
            };
            let value = arguments.value()?;
            let value = if is_path { absolute(value)?.into_os_string() } else { value };
            options.passed_on.extend([name.into(), value]);
        }
        Ok(options)
    }
}

pub fn run(options: Options) -> Result<ExitCode> {
    if options.native {
        let bench = ["run", "--release", "--package", "lectern", "--bin", "bench"];
        run_command(cargo().args(bench).arg("--").args(&options.passed_on))?;
    } else {
        in_chromium(&options.passed_on)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn in_chromium(passed_on: &[OsString]) -> Result<()> {
    system::require(&[Need::Npm, Need::Chromium], system::is_ci())?;
    tools::browser_packages()?;
    site::build(site::Kind::Shipped)?;
    let address = serve::in_background()?;
    run_command(
        program("node")
            .arg(root().join("tests/browser/bench.mjs"))
            .args(passed_on)
            .env("LECTERN_ADDRESS", address)
            .env("CHROMIUM", system::chromium().context("Chromium was found before")?),
    )
}
