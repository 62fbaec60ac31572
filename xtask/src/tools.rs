//! The tools that build and test the site: installed into `target/tools` if missing, or named.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{exists, npm, program, run, yielding_cargo};
use crate::progress::step;
use crate::{root, target};

const TRUNK: &str = "0.21.14";
/// The profile of wasm-bindgen.
const BINDGEN_PROFILE: &str = "tool";
const WORKBOX: &str = "7.4.1";
/// Google's library for service workers: its modules, in the order of their dependencies.
pub const WORKBOX_MODULES: [&str; 4] =
    ["workbox-core", "workbox-routing", "workbox-strategies", "workbox-precaching"];
/// The Rust target of the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The folder of the pinned tools.
fn folder() -> PathBuf {
    target().join("tools")
}

/// `PATH` with the pinned tools in front.
pub fn path() -> Result<OsString> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let bindgen = target().join(BINDGEN_PROFILE);
    let own = [bindgen, folder().join("bin")];
    let paths = own.into_iter().chain(std::env::split_paths(&inherited));
    Ok(std::env::join_paths(paths)?)
}

/// Compiles the tools that build a site from the programs, if missing: wasm-bindgen (xtask/bindgen) and trunk.
pub fn for_build() -> Result<()> {
    step("Compiling wasm-bindgen", || {
        run(yielding_cargo()
            .args(["build", "--quiet", "--package", "lectern-bindgen"])
            .args(["--profile", BINDGEN_PROFILE]))
    })?;
    if has_trunk() {
        return Ok(());
    }
    // trunk starts other programs and copies files: there is nothing to optimise, and nothing that it may download.
    step(&format!("Installing trunk {TRUNK} into target/tools"), || {
        run(yielding_cargo()
            .args(["install", "--quiet", "trunk", "--version", TRUNK, "--locked"])
            .args(["--no-default-features", "--root"])
            .arg(folder())
            .env("CARGO_TARGET_DIR", folder().join("build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"))
    })
}

/// Whether trunk of the pinned version is installed, in `target/tools` or on the `PATH`.
fn has_trunk() -> bool {
    let output =
        path().and_then(|path| Ok(program("trunk").arg("--version").env("PATH", path).output()?));
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(TRUNK))
}

/// wasm-bindgen's program.
pub fn bindgen() -> PathBuf {
    let path = target().join(BINDGEN_PROFILE).join("wasm-bindgen");
    path.with_extension(std::env::consts::EXE_EXTENSION)
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

/// The folder of Workbox's modules, installed if missing; `None` without npm.
pub fn workbox() -> Result<Option<PathBuf>> {
    // npm removes other packages from a folder: each tool has its own.
    node_modules(&folder().join("workbox"), &WORKBOX_MODULES, WORKBOX)
}

/// The folder of packages of one version, installed below `prefix` if one is missing; `None` without npm.
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
pub fn browser_packages() -> Result<()> {
    let tests = root().join("tests/browser");
    if is_newer(&tests.join("node_modules/.package-lock.json"), &tests.join("package-lock.json")) {
        return Ok(());
    }
    step("Installing Playwright into tests/browser", || {
        run(npm().args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(tests))
    })
}

/// Whether a file was changed after another one.
fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    changed(file).is_some_and(|time| changed(than).is_some_and(|other| time > other))
}
