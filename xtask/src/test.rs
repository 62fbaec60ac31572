//! Everything that is checked before a change goes in: formatting, lints, native tests, browser tests.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use lexopt::Arg::{Long, Value};
use lexopt::{Parser, ValueExt};

use crate::command::{cargo, npx, run as run_command};
use crate::{absolute, minilm, root, site, tools, types};

const WASM: [&str; 2] = ["--target", tools::TARGET];

/// The features of the page's binary, which is built apart from the engine.
const PAGE: [&str; 3] = ["--no-default-features", "--features", "page"];

pub struct Options {
    lints: bool,
    native: bool,
    browser: bool,
    filter: Option<String>,
    fixtures: PathBuf,
}

impl Options {
    pub fn parse(mut arguments: Parser) -> Result<Self> {
        let (mut native, mut browser, mut filter) = (false, false, None);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("native") => native = true,
                Long("browser") => browser = true,
                Value(text) if filter.is_none() => filter = Some(text.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let all = !native && !browser;
        let fixtures = match std::env::var_os("LECTERN_FIXTURES") {
            Some(folder) => absolute(folder)?,
            None => root().join("tests/fixtures"),
        };
        Ok(Self {
            lints: all && filter.is_none(),
            native: native || all,
            browser: browser || all,
            filter,
            fixtures,
        })
    }
}

/// How many checks went well, and how many did not.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn of(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self { passed: 1, failed: 0 },
            Err(error) => {
                eprintln!("{error:#}");
                Self { passed: 0, failed: 1 }
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

pub fn run(options: Options) -> Result<ExitCode> {
    let mut tally = Tally::default();
    if options.lints {
        tally += lints()?;
    }
    if options.native {
        tally += native(&options)?;
    }
    if options.browser {
        tally += browser(&options).unwrap_or_else(|error| Tally::of(Err(error)));
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lints() -> Result<Tally> {
    tools::wasm_target()?;
    let mut tally = Tally::of(run_command(cargo().args(["fmt", "--all", "--check"])));
    let native = ["--workspace", "--all-targets", "--features", "checks"];
    tally += Tally::of(clippy(cargo().arg("clippy").args(native)));
    let page = ["--package", "lectern", "--bin", "app"];
    tally += Tally::of(clippy(cargo().arg("clippy").args(page).args(PAGE).args(WASM)));
    let engine = ["--package", "lectern", "--bin", "worker"];
    tally += Tally::of(clippy(cargo().arg("clippy").args(engine).args(WASM)));
    tally += Tally::of(types::check());
    Ok(tally)
}

fn clippy(command: &mut Command) -> Result<()> {
    run_command(command.args(["--quiet", "--", "--deny", "warnings"]))
}

fn native(options: &Options) -> Result<Tally> {
    tools::vulkan()?;
    minilm::obtain();
    let mut command = cargo();
    command
        .args(["test", "--workspace", "--features", "checks", "--no-fail-fast", "--"])
        .args(&options.filter)
        .env("LECTERN_FIXTURES", &options.fixtures)
        .env("LECTERN_MODELS", minilm::originals())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("could not start cargo")?;
    let mut tally = Tally::default();
    for line in BufReader::new(child.stdout.take().context("its output is piped")?).lines() {
        let line = line?;
        println!("{line}");
        tally += result_line(&line).unwrap_or_default();
    }
    if !child.wait()?.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn result_line(line: &str) -> Option<Tally> {
    let mut words = line.strip_prefix("test result: ")?.split_whitespace().skip(1);
    let passed = words.next()?.parse().ok()?;
    let failed = words.nth(1)?.parse().ok()?;
    Some(Tally { passed, failed })
}

fn browser(options: &Options) -> Result<Tally> {
    tools::for_browser()?;
    site::build(site::Kind::Tested)?;
    let results = root().join("tests/browser/results");
    let report = results.join("report.json");
    fs::create_dir_all(&results)?;
    let _ = fs::remove_file(&report);
    let mut command = playwright(&options.fixtures)?;
    if let Some(filter) = &options.filter {
        command.args(["--grep", filter]);
    }
    command.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    let success = command.status().context("could not start Playwright")?.success();
    let report = fs::read(&report).context("Playwright ended without a report")?;
    let mut tally = report_counts(&serde_json::from_slice(&report)?);
    // With a filter there may be nothing to run here.
    if !success && tally.failed == 0 && options.filter.is_none() {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Playwright over the tested site.
fn playwright(fixtures: &Path) -> Result<Command> {
    let mut command = npx();
    command
        .args(["playwright", "test"])
        .current_dir(root().join("tests/browser"))
        .env("LECTERN_SERVER", std::env::current_exe()?)
        .env("LECTERN_SITE", site::tested())
        .env("LECTERN_FIXTURES", fixtures)
        .env("LECTERN_PORT", free_port()?.to_string())
        .env("CHROMIUM", tools::chromium().context("Chromium was found before")?)
        .env("FIREFOX", tools::firefox().context("Firefox was found before")?);
    Ok(command)
}

/// `cargo xtask screenshots`: every page into docs/screenshots.
pub fn screenshots(mut arguments: Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    tools::for_browser()?;
    site::build(site::Kind::Tested)?;
    let mut command = playwright(&root().join("tests/fixtures"))?;
    run_command(command.args(["--config", "screenshots.config.ts"]))?;
    Ok(ExitCode::SUCCESS)
}

/// The counts in a report of Playwright's; a test that passed at a second try counts as failed.
fn report_counts(report: &serde_json::Value) -> Tally {
    let count = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    Tally { passed: count("expected"), failed: count("unexpected") + count("flaky") }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(result_line(line), Some(Tally { passed: 12, failed: 3 }));
        assert_eq!(result_line("running 3 tests"), None);
        let report = serde_json::json!({ "stats": { "expected": 7, "unexpected": 1, "flaky": 1 } });
        assert_eq!(report_counts(&report), Tally { passed: 7, failed: 2 });
    }
}
