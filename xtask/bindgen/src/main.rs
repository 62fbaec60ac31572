//! The command `wasm-bindgen` as trunk calls it: writes the JavaScript module through which a page calls a WebAssembly
//! binary, and the binary to go with it. The published command contains a test runner with a web server, TLS and
//! compression too, and compiles several times as long.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::{
    Arg::{Long, Value},
    Parser, ValueExt,
};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut bindgen = Bindgen::new();
    // As the published command has it: the module finds the binary beside itself.
    bindgen.typescript(false).omit_default_module_path(false);
    let (mut input, mut folder) = (None, None);
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("version") => {
                println!("wasm-bindgen {}", wasm_bindgen_shared::version());
                return Ok(());
            }
            Long("target") => match arguments.value()?.string()?.as_str() {
                "web" => drop(bindgen.web(true)?),
                "no-modules" => drop(bindgen.no_modules(true)?),
                other => bail!("the target {other} is not supported here"),
            },
            Long("out-dir") => folder = Some(PathBuf::from(arguments.value()?)),
            Long("out-name") => drop(bindgen.out_name(&arguments.value()?.string()?)),
            Long("no-typescript") => {}
            Value(file) if input.is_none() => input = Some(PathBuf::from(file)),
            other => return Err(other.unexpected().into()),
        }
    }
    let input = input.context("no WebAssembly file is given")?;
    bindgen.input_path(input).generate(folder.context("--out-dir is missing")?)
}
