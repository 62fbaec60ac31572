//! Programs of the engine that print figures of a model: src/bin/perplexity.rs, src/bin/evaluate, src/bin/train.rs.

use std::process::ExitCode;

use anyhow::Result;
use lexopt::Arg::{Long, Value};
use lexopt::Parser;

use crate::absolute;
use crate::command::{cargo, run as run_command};

/// Options whose values are paths, of any of the programs.
const PATHS: [&str; 8] = ["model", "text", "out", "valid", "train", "examples", "lesson", "texts"];
/// Options whose values are texts.
const TEXTS: [&str; 7] = ["prompt", "probe", "options", "tests", "taste", "raters", "continue"];

/// Runs a program with these arguments, which it checks.
pub fn run(binary: &str, mut arguments: Parser) -> Result<ExitCode> {
    let mut options = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long(name) if PATHS.contains(&name) => {
                let name = format!("--{name}").into();
                options.extend([name, absolute(arguments.value()?)?.into_os_string()]);
            }
            Long(name) if TEXTS.contains(&name) => {
                let name = format!("--{name}").into();
                options.extend([name, arguments.value()?]);
            }
            Value(word) => options.push(word),
            other => return Err(other.unexpected().into()),
        }
    }
    let command = ["run", "--quiet", "--release", "--package", "lectern", "--bin", binary, "--"];
    run_command(cargo().args(command).args(options))?;
    Ok(ExitCode::SUCCESS)
}
