//! The tests' requirements of the system: browsers, and a driver for the GPU's tests. They are looked for before
//! anything is compiled; missing ones are named with the command that installs them, or installed if requested.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::{exists, npm, program, run};
use crate::progress::step;

/// A requirement of the tests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Need {
    Npm,
    Chromium,
    Firefox,
    /// A driver for the native tests' GPU; on Linux a software one will do.
    Vulkan,
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Self::Npm => exists(npm()),
            Self::Chromium => chromium().is_some(),
            Self::Firefox => firefox().is_some(),
            Self::Vulkan => !cfg!(target_os = "linux") || has_vulkan_driver(),
        }
    }

    /// The software to install on systems other than Debian.
    fn name(self) -> &'static str {
        match self {
            Self::Npm => "Node.js with npm",
            Self::Chromium => "Chromium or Chrome (or its path in the variable CHROMIUM)",
            Self::Firefox => "Firefox (or its path in the variable FIREFOX)",
            Self::Vulkan => "a Vulkan driver, such as Mesa's software one",
        }
    }

    fn debian_package(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Chromium => "chromium",
            Self::Firefox => "firefox-esr",
            Self::Vulkan => "mesa-vulkan-drivers",
        }
    }
}

/// Whether to install Debian packages without a request, as on a machine for tests.
pub fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Ensures that the requirements are met. Debian packages are installed only with `install`; without it, or if that
/// does not help, the error names the missing ones.
pub fn require(needs: &[Need], install: bool) -> Result<()> {
    let mut missing = missing(needs);
    let has_apt = exists(program("apt-get"));
    if install && has_apt && !missing.is_empty() {
        let packages: Vec<_> = missing.iter().map(|need| need.debian_package()).collect();
        let installed = step(&format!("Installing with apt-get: {}", packages.join(", ")), || {
            apt_get(&["update", "-qq"])?;
            apt_get(&[&["install", "-y", "-qq", "--no-install-recommends"], &*packages].concat())
        });
        if let Err(error) = installed {
            eprintln!("{error:#}");
        }
        missing = self::missing(needs);
    }
    if !missing.is_empty() {
        bail!(advice(&missing, has_apt));
    }
    Ok(())
}

fn missing(needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|need| !need.is_met()).collect()
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    run(program("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// The missing requirements, with the commands that install them.
fn advice(missing: &[Need], has_apt: bool) -> String {
    let mut text = "the tests need what is not here:".to_owned();
    for need in missing {
        text += &format!("\n  {}", need.name());
    }
    if has_apt {
        let packages: Vec<_> = missing.iter().map(|need| need.debian_package()).collect();
        let packages = packages.join(" ");
        text += &format!(
            "\nInstall it with\n  sudo apt-get install --no-install-recommends {packages}\n\
             or let `cargo xtask test --install` do so, as root."
        );
    }
    let only_browsers = !missing.contains(&Need::Vulkan);
    if only_browsers {
        text += "\n`cargo xtask test --native` runs the tests that need no browser.";
    }
    text
}

fn has_vulkan_driver() -> bool {
    let named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().any(|it| env::var_os(it).is_some());
    let folders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
    let has_file =
        |folder: &&str| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
    named || folders.iter().any(has_file)
}

/// The browser: the path in the variable CHROMIUM, else the first of the usual paths that exists.
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

/// The path in a variable, else the first of these paths that exists.
fn first_of<const COUNT: usize>(variable: &str, paths: [&str; COUNT]) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from);
    named.into_iter().chain(paths.map(PathBuf::from)).find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_line_that_installs_it() {
        let text = advice(&[Need::Chromium, Need::Vulkan], true);
        assert!(text.contains("Chromium or Chrome"), "{text}");
        assert!(text.contains("install --no-install-recommends chromium mesa-vulkan-drivers\n"));
        assert!(!text.contains("--native"), "{text}");
        let text = advice(&[Need::Firefox], false);
        assert!(!text.contains("apt-get"), "{text}");
        assert!(text.contains("--native"), "{text}");
    }
}
