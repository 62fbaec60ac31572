//! The tools the site is built and tested with: installed into `target/tools` where they are missing, or named.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{exists, npm, program, run};
use crate::progress::step;
use crate::{root, target};

const WORKBOX: &str = "7.4.1";
/// Google's library for service workers, in the order in which its parts need each other.
pub const WORKBOX_MODULES: [&str; 4] =
    ["workbox-core", "workbox-routing", "workbox-strategies", "workbox-precaching"];
/// The Rust target of the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where the pinned tools are kept.
fn folder() -> PathBuf {
    target().join("tools")
}

/// Installs the Rust target of the browser.
pub fn wasm_target() -> Result<()> {
    let output = program("rustc").args(["--print", "sysroot"]).output()?;
    let sysroot = String::from_utf8(output.stdout)?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    run(program("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!("the Rust target {TARGET} is missing: install it as your Rust came, with `rustup target add {TARGET}` if by rustup")
    })
}

/// The folder of Workbox's modules, installed where they are missing; nothing where there is no npm.
pub fn workbox() -> Result<Option<PathBuf>> {
    // npm removes from a folder what it was not asked for: each tool has its own.
    node_modules(&folder().join("workbox"), &WORKBOX_MODULES, WORKBOX)
}

/// The folder of packages of one version, installed below `prefix` where one is missing; nothing where there is no npm.
fn node_modules(prefix: &Path, packages: &[&str], version: &str) -> Result<Option<PathBuf>> {
    let modules = prefix.join("node_modules");
    let is_there = |package: &&str| {
        let manifest = fs::read_to_string(modules.join(package).join("package.json"));
        manifest.is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")))
    };
    if packages.iter().all(is_there) {
        return Ok(Some(modules));
    }
    if !exists(npm()) {
        return Ok(None);
    }
    step(&format!("Installing {} {version} into target/tools", packages.join(", ")), || {
        run(npm()
            .args(["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .arg(prefix)
            .args(packages.iter().map(|package| format!("{package}@{version}"))))
    })?;
    Ok(Some(modules))
}

/// Installs the packages of the browser tests.
pub fn playwright() -> Result<()> {
    let tests = root().join("tests/browser");
    if is_newer(&tests.join("node_modules/.package-lock.json"), &tests.join("package-lock.json")) {
        return Ok(());
    }
    step("Installing Playwright into tests/browser", || {
        run(npm().args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(tests))
    })
}

/// Is there a file that was changed after another one?
fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    changed(file).is_some_and(|time| changed(than).is_some_and(|other| time > other))
}
