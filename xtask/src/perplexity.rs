//! The cost of each scheme on a text: src/bin/perplexity.rs.

use std::process::ExitCode;

use anyhow::Result;
use lexopt::Arg::Long;
use lexopt::Parser;

use crate::absolute;
use crate::command::{cargo, run as run_command};

pub fn run(mut arguments: Parser) -> Result<ExitCode> {
    let mut options = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long(name @ ("model" | "text" | "out")) => {
                let name = format!("--{name}").into();
                options.extend([name, absolute(arguments.value()?)?.into_os_string()]);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let binary = ["run", "--quiet", "--release", "--package", "lectern", "--bin", "perplexity"];
    run_command(cargo().args(binary).arg("--").args(options))?;
    Ok(ExitCode::SUCCESS)
}
