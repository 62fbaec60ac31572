//! The tools the site is built and tested with, installed where they are missing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, exists, npm, program, run};
use crate::{root, target};

const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
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

/// `PATH` with the pinned tools in front.
pub fn path() -> Result<OsString> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(folder().join("bin")).chain(std::env::split_paths(&inherited));
    Ok(std::env::join_paths(paths)?)
}

/// Installs what a build of the site needs.
pub fn for_build() -> Result<()> {
    wasm_target()?;
    // trunk only starts other programs: no need to optimise it, nor to let it download anything.
    let quick = [
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ];
    install("trunk", "trunk", TRUNK, &["--locked", "--no-default-features"], &quick)?;
    // Not --locked: that lock file names a version of a crate that not every registry mirror has.
    install("wasm-bindgen-cli", "wasm-bindgen", &wasm_bindgen_version()?, &[], &[])
}

/// The version that the crates are built with, to which the tool must be equal.
fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock is missing")?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"").skip(1);
    let version =
        lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    Ok(version.context("Cargo.lock names no wasm-bindgen")?.to_owned())
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

fn install(
    package: &str,
    binary: &str,
    version: &str,
    flags: &[&str],
    profile: &[(&str, &str)],
) -> Result<()> {
    let path = folder().join("bin").join(binary).with_extension(std::env::consts::EXE_EXTENSION);
    let found = program(&path).arg("--version").output();
    if found.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(version)) {
        return Ok(());
    }
    println!("Installing {package} {version} into target/tools (some minutes, once)");
    run(cargo()
        .args(["install", "--quiet", package, "--version", version, "--root"])
        .arg(folder())
        .args(flags)
        .env("CARGO_TARGET_DIR", folder().join("build"))
        .envs(profile.iter().copied()))
}

/// Binaryen's optimiser as a command, installed where it is missing; nothing where there is no npm.
pub fn wasm_opt() -> Result<Option<PathBuf>> {
    let modules = node_modules(&folder(), &["binaryen"], BINARYEN)?;
    Ok(modules.map(|modules| modules.join("binaryen/bin/wasm-opt")))
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
    println!("Installing {} {version} into target/tools", packages.join(", "));
    run(npm()
        .args(["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"])
        .arg(prefix)
        .args(packages.iter().map(|package| format!("{package}@{version}"))))?;
    Ok(Some(modules))
}

/// Installs what the browser tests need, as far as that is possible here.
pub fn for_browser() -> Result<()> {
    browser_packages()?;
    vulkan()?;
    if chromium().is_none() {
        debian_package("chromium")?;
    }
    if chromium().is_none() {
        bail!(
            "the browser tests need Chromium or Chrome: install it, or name its path in the variable CHROMIUM"
        );
    }
    if firefox().is_none() {
        debian_package("firefox-esr")?;
    }
    if firefox().is_none() {
        bail!(
            "the browser tests need Firefox too: install it, or name its path in the variable FIREFOX"
        );
    }
    Ok(())
}

/// Installs the packages of the browser tests.
pub fn browser_packages() -> Result<()> {
    if !exists(npm()) {
        bail!(
            "the browser tests and the check of web/'s types need Node.js with npm: install it from nodejs.org or your system's packages"
        );
    }
    let tests = root().join("tests/browser");
    if is_newer(&tests.join("node_modules/.package-lock.json"), &tests.join("package-lock.json")) {
        return Ok(());
    }
    run(npm().args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(tests))
}

/// Is there a file that was changed after another one?
fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    changed(file).is_some_and(|time| changed(than).is_some_and(|other| time > other))
}

/// Installs a software Vulkan driver for the GPU tests, where there is none and Debian's packages are at hand.
pub fn vulkan() -> Result<()> {
    let drivers = Path::new("/usr/share/vulkan/icd.d");
    if cfg!(target_os = "linux")
        && fs::read_dir(drivers).map_or(true, |mut found| found.next().is_none())
    {
        debian_package("mesa-vulkan-drivers")?;
    }
    Ok(())
}

/// Installs a Debian package, where apt-get is there and may do so.
fn debian_package(package: &str) -> Result<()> {
    if !is_root() || !exists(program("apt-get")) {
        return Ok(());
    }
    println!("Installing the package {package}");
    let apt_get = |arguments: &[&str]| {
        run(program("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt_get(&["update", "-qq"])?;
    apt_get(&["install", "-y", "-qq", "--no-install-recommends", package])
}

/// The browser: what the variable CHROMIUM names, else the first of the usual places that exists.
pub fn chromium() -> Option<PathBuf> {
    const PLACES: [&str; 5] = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
    ];
    first_of("CHROMIUM", PLACES)
}

/// The other browser, in the same way.
pub fn firefox() -> Option<PathBuf> {
    const PLACES: [&str; 4] = [
        "/usr/bin/firefox-esr",
        "/usr/bin/firefox",
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        "C:/Program Files/Mozilla Firefox/firefox.exe",
    ];
    first_of("FIREFOX", PLACES)
}

/// What a variable names, else the first of these places that exists.
fn first_of<const COUNT: usize>(variable: &str, places: [&str; COUNT]) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    named.into_iter().chain(places.map(PathBuf::from)).find(|path| path.exists())
}

fn is_root() -> bool {
    let id = program("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.starts_with(b"0"))
}
