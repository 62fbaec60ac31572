//! `lectern-bindgen FILE.wasm FOLDER`: writes the JavaScript module through which a page calls a WebAssembly binary, and
//! the binary to go with it. This is wasm-bindgen's command without its test runner and the web server, TLS and
//! compression that come with that: it compiles in a fraction of the time.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut next = || arguments.next().context("lectern-bindgen FILE.wasm FOLDER");
    let (binary, folder) = (next()?, next()?);
    Bindgen::new().input_path(binary).web(true)?.typescript(false).generate(folder)
}
