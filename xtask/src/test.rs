//! All checks of a change: formatting, lints, native tests, browser tests.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow};
use lexopt::Arg::{Long, Value};
use lexopt::{Parser, ValueExt};

use crate::command::{cargo, idle_cargo, lint, npx, run as run_command};
use crate::progress::{self, step};
use crate::system::{self, Need};
use crate::{absolute, minilm, root, site, tools, types};

/// The browser tests' requirements of the system.
const BROWSERS: [Need; 3] = [Need::Npm, Need::Chromium, Need::Firefox];

pub struct Options {
    lints: bool,
    native: bool,
    browser: bool,
    /// Whether the browser tests get the engine as it is shipped.
    lto: bool,
    /// Whether to install missing Debian packages.
    install: bool,
    filter: Option<String>,
    fixtures: PathBuf,
}

impl Options {
    pub fn parse(mut arguments: Parser) -> Result<Self> {
        let (mut native, mut browser, mut filter) = (false, false, None);
        let (mut lto, mut install) = (false, system::is_ci());
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("native") => native = true,
                Long("browser") => browser = true,
                Long("lto") => lto = true,
                Long("install") => install = true,
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
            lto,
            install,
            filter,
            fixtures,
        })
    }

    /// The requirements that are checked before anything is compiled.
    fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        if self.native {
            needs.push(Need::Vulkan);
        }
        if self.browser {
            needs.extend(BROWSERS);
        }
        needs
    }
}

/// Numbers of passed and failed checks, and the failed ones' names.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: u64,
    failed: u64,
    names: Vec<String>,
}

impl Tally {
    fn of(result: Result<()>) -> Self {
        match result {
            Ok(()) => Self { passed: 1, ..Self::default() },
            Err(error) => {
                eprintln!("{error:#}");
                Self { failed: 1, names: vec![format!("{error:#}")], ..Self::default() }
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.names.extend(other.names);
    }
}

pub fn run(options: Options) -> Result<ExitCode> {
    system::require(&options.needs(), options.install)?;
    // Tools that both of those below would install are installed before.
    if options.lints || options.browser {
        tools::wasm_target()?;
        tools::browser_packages()?;
    }
    minilm::obtain();
    let mut tally = Tally::default();
    thread::scope(|scope| {
        // What the browser tests leave idle of the cores is enough to compile the native programs beside them.
        let browser = options.browser.then(|| scope.spawn(|| browser(&options)));
        if options.lints {
            tally += Tally::of(run_command(cargo().args(["fmt", "--all", "--check"])));
            tally += Tally::of(step("Checking the types of web/", types::check));
        }
        if options.native {
            tally += native(&options).unwrap_or_else(|error| Tally::of(Err(error)));
        }
        if let Some(browser) = browser {
            let tested =
                browser.join().unwrap_or_else(|_| Err(anyhow!("the browser tests panicked")));
            tally += tested.unwrap_or_else(|error| Tally::of(Err(error)));
        }
    });
    println!("\nWhat took how long, part of it at the same time:\n{}", progress::split());
    println!("{} passed, {} failed", tally.passed, tally.failed);
    tally.names.iter().for_each(|name| println!("failed: {name}"));
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The native tests, linted where all is checked.
fn native(options: &Options) -> Result<Tally> {
    let tests = || {
        let mut command = idle_cargo();
        command.args(["test", "--workspace", "--features", "checks"]);
        if options.lints {
            lint(&mut command);
        }
        command
    };
    step("Compiling the native tests", || run_command(tests().args(["--no-run", "--quiet"])))?;
    step("Running the native tests", || {
        let mut command = tests();
        command
            .args(["--no-fail-fast", "--"])
            .args(&options.filter)
            .env("LECTERN_FIXTURES", &options.fixtures)
            .env("LECTERN_MODELS", minilm::originals())
            .stdout(Stdio::piped());
        let mut child = command.spawn().context("could not start cargo")?;
        let (mut tally, mut output) = (Tally::default(), String::new());
        for line in BufReader::new(child.stdout.take().context("its output is piped")?).lines() {
            let line = line? + "\n";
            tally += result_line(&line).unwrap_or_default();
            tally.names.extend(failed_line(&line));
            output += &line;
            // Lines between those of the browser tests could not be read: they come at the end.
            if !options.browser {
                print!("{}", std::mem::take(&mut output));
            }
        }
        print!("{output}");
        if !child.wait()?.success() && tally.failed == 0 {
            tally.failed = 1;
        }
        Ok(tally)
    })
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn result_line(line: &str) -> Option<Tally> {
    let mut words = line.strip_prefix("test result: ")?.split_whitespace().skip(1);
    let passed = words.next()?.parse().ok()?;
    let failed = words.nth(1)?.parse().ok()?;
    Some(Tally { passed, failed, ..Tally::default() })
}

/// Reads `test name ... FAILED`.
fn failed_line(line: &str) -> Option<String> {
    Some(line.strip_prefix("test ")?.trim_end().strip_suffix(" ... FAILED")?.to_owned())
}

/// The site for the browser tests, and the tests over it.
fn browser(options: &Options) -> Result<Tally> {
    site::build(site::Kind::Tested { lto: options.lto, lints: options.lints })?;
    let results = root().join("tests/browser/results");
    let report = results.join("report.json");
    fs::create_dir_all(&results)?;
    let _ = fs::remove_file(&report);
    let mut command = playwright(&options.fixtures)?;
    if let Some(filter) = &options.filter {
        command.args(["--grep", filter]);
    }
    command.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    let success = step("Running the browser tests", || {
        Ok(command.status().context("could not start Playwright")?.success())
    })?;
    let report = fs::read(&report).context("Playwright ended without a report")?;
    let mut tally = report_counts(&serde_json::from_slice(&report)?);
    // With a filter there may be no test to run here.
    if !success && tally.failed == 0 && options.filter.is_none() {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Runs Playwright over the tested site.
fn playwright(fixtures: &Path) -> Result<Command> {
    let mut command = npx();
    command
        .args(["playwright", "test"])
        .current_dir(root().join("tests/browser"))
        .env("LECTERN_SERVER", std::env::current_exe()?)
        .env("LECTERN_SITE", site::tested())
        .env("LECTERN_FIXTURES", fixtures)
        .env("LECTERN_PORT", free_port()?.to_string())
        .env("CHROMIUM", system::chromium().context("Chromium was found before")?)
        .env("FIREFOX", system::firefox().context("Firefox was found before")?);
    Ok(command)
}

/// Runs a script that drives the pages and is no test: `cargo xtask screenshots`, `cargo xtask record`.
pub fn run_script(config: &str, mut arguments: Parser) -> Result<ExitCode> {
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    system::require(&BROWSERS, system::is_ci())?;
    tools::browser_packages()?;
    site::build(site::Kind::Tested { lto: false, lints: false })?;
    let mut command = playwright(&root().join("tests/fixtures"))?;
    run_command(command.args(["--config", config]))?;
    Ok(ExitCode::SUCCESS)
}

/// The counts in a report of Playwright; a test that passed at a second attempt counts as failed.
fn report_counts(report: &serde_json::Value) -> Tally {
    let count = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    let mut names = Vec::new();
    failed_specs(report, &mut names);
    Tally { passed: count("expected"), failed: count("unexpected") + count("flaky"), names }
}

/// Collects the failed tests of a suite of such a report, which has suites and tests.
fn failed_specs(suite: &serde_json::Value, names: &mut Vec<String>) {
    let list = |name: &str| suite[name].as_array().into_iter().flatten();
    for spec in list("specs").filter(|spec| spec["ok"] == false) {
        let text = |name: &str| spec[name].as_str().unwrap_or_default();
        names.push(format!("{}: {}", text("file"), text("title")));
    }
    list("suites").for_each(|suite| failed_specs(suite, names));
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_needed() {
        let options = |arguments: &[&str]| Options::parse(Parser::from_args(arguments)).unwrap();
        assert_eq!(options(&["--native"]).needs(), [Need::Vulkan]);
        let browser = options(&["--browser", "--install"]);
        assert_eq!(browser.needs(), BROWSERS);
        assert!(browser.install && !browser.native && !browser.lints);
        let all = options(&[]);
        assert_eq!(all.needs().len(), 1 + BROWSERS.len());
        assert!(all.lints && !options(&["bars"]).lints);
    }

    #[test]
    fn results_are_counted() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(result_line(line), Some(Tally { passed: 12, failed: 3, names: Vec::new() }));
        assert_eq!(result_line("running 3 tests"), None);
        assert_eq!(failed_line("test a::b ... FAILED\n").as_deref(), Some("a::b"));
        assert_eq!(failed_line("test a::b ... ok\n"), None);
        let spec = |title: &str, ok: bool| serde_json::json!({ "file": "a.spec.ts", "title": title, "ok": ok });
        let report = serde_json::json!({
            "stats": { "expected": 7, "unexpected": 1, "flaky": 1 },
            "suites": [{ "specs": [spec("one", true)], "suites": [{ "specs": [spec("two", false)] }] }],
        });
        let names = vec!["a.spec.ts: two".to_owned()];
        assert_eq!(report_counts(&report), Tally { passed: 7, failed: 2, names });
    }
}
