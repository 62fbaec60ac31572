//! Runs other programs.

use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::root;

/// A command of a program, run at the repository's root.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// Cargo, without flags from outside that would replace those of `.cargo/config.toml`.
pub fn cargo() -> Command {
    without_flags(program(cargo_path()))
}

/// Cargo at low priority, for results that can wait.
pub fn yielding_cargo() -> Command {
    nice_cargo(10)
}

/// Cargo at the lowest priority, for results that are needed last.
pub fn idle_cargo() -> Command {
    nice_cargo(19)
}

/// Cargo that gives way to others: by so many steps on Unix, by one class on Windows.
#[cfg_attr(windows, allow(unused_variables))]
fn nice_cargo(steps: u32) -> Command {
    #[cfg(unix)]
    let command = {
        let mut command = program("nice");
        command.arg("-n").arg(steps.to_string()).arg(cargo_path());
        command
    };
    #[cfg(windows)]
    let command = {
        use std::os::windows::process::CommandExt;
        const BELOW_NORMAL_PRIORITY_CLASS: u32 = 0x4000;
        let mut command = program(cargo_path());
        command.creation_flags(BELOW_NORMAL_PRIORITY_CLASS);
        command
    };
    without_flags(command)
}

fn cargo_path() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Has a build lint this workspace while it compiles it, with every warning an error: clippy's driver is a compiler too.
/// A run of clippy beside the build would read all dependencies a second time.
pub fn lint(command: &mut Command) -> &mut Command {
    command
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        // As cargo-clippy passes on `-- --deny warnings`.
        .env("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__")
}

fn without_flags(mut command: Command) -> Command {
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// npm, which is a script with another name on Windows.
pub fn npm() -> Command {
    program(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// npx, likewise.
pub fn npx() -> Command {
    program(if cfg!(windows) { "npx.cmd" } else { "npx" })
}

/// Whether the command starts at all.
pub fn exists(mut command: Command) -> bool {
    let quiet =
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed ({status})");
    }
    Ok(())
}

/// Runs a command that may be expected to fail: its last line is the error.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", command.get_program().display()))?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr);
        bail!("{}", output.trim().lines().next_back().unwrap_or("failed in silence"));
    }
    Ok(())
}

/// Python, which has another name on Windows.
pub fn python() -> Command {
    program(if cfg!(windows) { "python" } else { "python3" })
}
