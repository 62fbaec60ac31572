//! The types of the scripts in web/: TypeScript's compiler checks them against web/protocol.d.ts, of which a native test
//! says whether it is what the Rust types are.

use anyhow::{Context, Result};

use crate::command::{npx, run};
use crate::{root, tools};

/// The scripts of the page, and those of workers.
const PROJECTS: [&str; 2] = ["tsconfig.json", "tsconfig.worker.json"];

/// Checks every script.
///
/// # Errors
/// Where one does not suit its types, or TypeScript cannot be had.
pub fn check() -> Result<()> {
    tools::browser_packages()?;
    for project in PROJECTS {
        let mut compiler = npx();
        compiler.args(["--no-install", "tsc", "--project"]).arg(root().join("web").join(project));
        run(compiler.current_dir(root().join("tests/browser")))
            .context("the scripts in web/ and their types are at odds")?;
    }
    Ok(())
}
