//! The site without a network: Workbox beside the service worker, and the lists of cached files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::tools;

const WORKER: &str = "service-worker.js";
/// Files that the page does not need: those for hosts and developers, and for tests.
const LEFT_OUT: [&str; 7] =
    [WORKER, "_headers", "workbox/", "checks/", "originals/", "lectern.d.ts", "protocol.d.ts"];
/// Models that visitors of a language get; others are cached once they were used.
const MODELS_OF: [(&str, [&str; 3]); 2] = [
    ("en", ["models/stories-en-gpt2/", "models/stories-en-bert/", "models/stories-en-elmo/"]),
    ("ru", ["models/stories-ru-gpt2/", "models/stories-ru-bert/", "models/stories-ru-elmo/"]),
];

/// Writes Workbox into the site and the lists into its service worker. Without npm there is no service worker, and the
/// site needs its network.
pub fn write(site: &Path) -> Result<()> {
    let worker = site.join(WORKER);
    let Some(modules) = tools::workbox()? else {
        println!(
            "npm was not found: the site is built without a service worker, and needs its network."
        );
        return Ok(fs::remove_file(worker)?);
    };
    let folder = site.join("workbox");
    fs::create_dir_all(&folder)?;
    for module in tools::WORKBOX_MODULES {
        let file = format!("{module}.prod.js");
        let text = fs::read_to_string(modules.join(module).join("build").join(&file))
            .with_context(|| format!("no {file}"))?;
        // The source map is not shipped.
        let code = text.lines().filter(|line| !line.starts_with("//# sourceMappingURL"));
        fs::write(folder.join(file), code.collect::<Vec<_>>().join("\n"))?;
    }
    let mut files = Vec::new();
    list(site, site, &mut files)?;
    files.sort();
    let (mut precached, mut models) = (Vec::new(), Map::new());
    for path in files {
        if LEFT_OUT.iter().any(|start| path.starts_with(start)) || path.ends_with("README.md") {
            continue;
        }
        let revision = revision(&site.join(&path))?;
        if path.starts_with("models/") && path != "models/index.json" {
            models.insert(path, revision.into());
        } else {
            precached.push(json!({ "url": path, "revision": revision }));
        }
    }
    let script = fs::read_to_string(&worker)?;
    let script = fill(&script, "self.__WB_MANIFEST", &Value::Array(precached))?;
    let models_of: Map<_, _> =
        MODELS_OF.iter().map(|(language, of)| (language.to_string(), json!(of))).collect();
    let script = fill(&script, "self.__LECTERN_MODELS_OF", &Value::Object(models_of))?;
    let script = fill(&script, "self.__LECTERN_MODELS", &Value::Object(models))?;
    Ok(fs::write(worker, script)?)
}

fn fill(script: &str, marker: &str, list: &Value) -> Result<String> {
    let (before, after) = script.split_once(marker).with_context(|| format!("no {marker}"))?;
    Ok(format!("{before}{list}{after}"))
}

/// Paths below the site, with slashes.
fn list(site: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(site, &path, files)?;
        } else {
            let below = path.strip_prefix(site)?;
            let segments: Vec<_> = below.iter().map(|segment| segment.to_string_lossy()).collect();
            files.push(segments.join("/"));
        }
    }
    Ok(())
}

/// The first half of a file's SHA-256.
fn revision(file: &Path) -> Result<String> {
    let digest = Sha256::digest(fs::read(file)?);
    Ok(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_take_the_places_in_the_script() {
        let script = include_str!("../../web/service-worker.js");
        let filled = fill(script, "self.__WB_MANIFEST", &json!([{ "url": "a" }])).unwrap();
        assert!(filled.contains(r#"const PRECACHED = [{"url":"a"}];"#));
        let filled = fill(&filled, "self.__LECTERN_MODELS_OF", &json!({ "ru": [] })).unwrap();
        assert!(filled.contains(r#"const MODELS_OF = {"ru":[]};"#));
        let filled = fill(&filled, "self.__LECTERN_MODELS", &json!({ "b": "c" })).unwrap();
        assert!(filled.contains(r#"const MODELS = {"b":"c"};"#));
        assert!(fill(&filled, "self.__WB_MANIFEST", &Value::Null).is_err());
    }
}
