//! Runs the readers over damaged files: src/fuzz.

use std::process::ExitCode;

use anyhow::Result;
use lexopt::Arg::Long;
use lexopt::Parser;

use crate::command::{cargo, run as run_command};

/// The readers' features, which compile fast even when optimised.
const BINARY: [&str; 10] = [
    "run",
    "--quiet",
    "--release",
    "--package",
    "lectern",
    "--no-default-features",
    "--features",
    "fuzz",
    "--bin",
    "fuzz",
];
/// Default number of files, which the readers are known to survive.
const EXECUTIONS: &str = "10000000";

pub fn run(mut arguments: Parser) -> Result<ExitCode> {
    let mut options = vec!["--executions".into(), EXECUTIONS.into()];
    while let Some(argument) = arguments.next()? {
        match argument {
            Long(name @ ("executions" | "seed" | "first")) => {
                let name = format!("--{name}").into();
                options.extend([name, arguments.value()?]);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    run_command(cargo().args(BINARY).arg("--").args(options))?;
    Ok(ExitCode::SUCCESS)
}
