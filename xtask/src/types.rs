//! The types of the scripts in web/: TypeScript's compiler checks them against web/protocol.d.ts, which a native test
//! compares with the Rust types.

use anyhow::{Context, Result};

use crate::command::{npx, run};
use crate::{root, tools};

/// The projects of the page's scripts and of the workers' scripts.
const PROJECTS: [&str; 2] = ["tsconfig.json", "tsconfig.worker.json"];

/// Checks every script.
///
/// # Errors
/// If a script does not match its types, or TypeScript is not available.
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
