//! `models/index.json`: the site's models and their abilities.

use std::fs::{self, File};
use std::io::{Read, Take};
use std::path::Path;

use anyhow::{Context, Result, bail};
use lectern::checkpoint::{PytorchStream, TensorHeader, TensorSink, is_weights};
use lectern::error::Result as LecternResult;
use lectern::protocol::Ability;
use serde_json::{Map, Value, json};
use yaml_rust2::{Yaml, YamlLoader};

/// The format's own limit of a header in bytes.
const HEADER_LIMIT: u64 = 100_000_000;
/// Bytes of a file read at once.
const CHUNK: usize = 1 << 20;

/// The list for the page's model pickers:
/// `{ "models": [{ "name", "bytes", "architecture", "abilities", "languages" }] }`, in the order of the names.
pub fn of(models: &Path) -> Result<Value> {
    let mut list = Vec::new();
    for entry in fs::read_dir(models).with_context(|| format!("no {}", models.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("config.json").is_file() {
            let about =
                describe(&name, &entry.path()).with_context(|| format!("the model {name}"))?;
            list.push((name, about));
        }
    }
    list.sort_by(|(one, _), (other, _)| one.cmp(other));
    let models: Vec<_> = list.into_iter().map(|(_, about)| about).collect();
    Ok(json!({ "models": models }))
}

fn describe(name: &str, folder: &Path) -> Result<Value> {
    let config: Value = serde_json::from_slice(&fs::read(folder.join("config.json"))?)?;
    // The oldest GPT-2 models do not name their architecture.
    let architecture = config["model_type"].as_str().unwrap_or("gpt2");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| is_weights(&name.to_string_lossy())) {
            files.push(path);
        }
    }
    // Of a model with both, safetensors are read.
    if files.iter().any(|path| is_safetensors(path)) {
        files.retain(|path| is_safetensors(path));
    }
    let (mut bytes, mut tensors) = (0, Vec::new());
    for path in files {
        bytes += fs::metadata(&path)?.len();
        let names = if is_safetensors(&path) { safetensors_names } else { pytorch_names };
        tensors.extend(names(&path).with_context(|| path.display().to_string())?);
    }
    let card = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    Ok(json!({
        "name": name,
        "bytes": bytes,
        "architecture": architecture,
        "abilities": abilities(architecture, &tensors),
        "languages": languages(&card).context("the head of README.md")?,
    }))
}

/// The languages that a model card names in the YAML at its head, as those of the Hugging Face Hub do; none if it names
/// none.
fn languages(card: &str) -> Result<Vec<String>> {
    let head = card.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---"));
    let Some((head, _)) = head else { return Ok(Vec::new()) };
    let documents = YamlLoader::load_from_str(head)?;
    let language = documents.first().map(|document| &document["language"]);
    let several = language.and_then(Yaml::as_vec).into_iter().flatten();
    let names = language.into_iter().chain(several).filter_map(Yaml::as_str);
    Ok(names.map(str::to_owned).collect())
}

fn is_safetensors(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "safetensors")
}

/// The tensors' names in a safetensors file's header.
fn safetensors_names(path: &Path) -> Result<Vec<String>> {
    let mut file = File::open(path)?;
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > HEADER_LIMIT {
        bail!("its header would be {length} bytes long");
    }
    let header: Take<File> = file.take(length);
    let header: Map<String, Value> = serde_json::from_reader(std::io::BufReader::new(header))?;
    Ok(header.into_iter().map(|(name, _)| name).collect())
}

/// The tensors' names in a PyTorch file, which is read completely.
fn pytorch_names(path: &Path) -> Result<Vec<String>> {
    let mut names = Names(Vec::new());
    let mut file = File::open(path)?;
    let mut stream = PytorchStream::new(&path.to_string_lossy(), None);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            length => stream.feed(&chunk[..length], &mut names)?,
        }
    }
    stream.finish()?;
    Ok(names.0)
}

/// A sink that collects every tensor's name and reads none.
struct Names(Vec<String>);

impl TensorSink for Names {
    fn begin(&mut self, tensor: &TensorHeader) -> LecternResult<bool> {
        self.0.push(tensor.name.clone());
        Ok(false)
    }

    fn values(&mut self, _: &[f32]) -> LecternResult<()> {
        Ok(())
    }

    fn end(&mut self) -> LecternResult<()> {
        Ok(())
    }
}

/// The abilities of a model with these tensors: the heads it was published with.
fn abilities(architecture: &str, tensors: &[String]) -> Vec<Ability> {
    let has = |head: &str| tensors.iter().any(|name| name.contains(head));
    match architecture {
        "gpt2" => vec![Ability::Generate],
        "bert" | "distilbert" => {
            let fill_mask = has("cls.predictions") || has("vocab_transform");
            let heads = [
                (Ability::FillMask, fill_mask),
                (Ability::NextSentence, has("cls.seq_relationship")),
            ];
            let present = heads.into_iter().filter(|(_, present)| *present);
            [Ability::Embed].into_iter().chain(present.map(|(ability, _)| ability)).collect()
        }
        "elmo" => vec![Ability::Read],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root;

    #[test]
    fn the_built_in_model_is_listed_with_what_it_can_do() {
        let folder = root().join("web/models");
        let index = of(&folder).unwrap();
        let models = index["models"].as_array().unwrap();
        let stories = models.iter().find(|model| model["name"] == "stories-en-gpt2").unwrap();
        let weights = folder.join("stories-en-gpt2/model.safetensors");
        assert_eq!(stories["bytes"], fs::metadata(weights).unwrap().len());
        assert_eq!(stories["architecture"], "gpt2");
        assert_eq!(stories["abilities"], json!(["generate"]));
    }

    #[test]
    fn the_languages_are_those_of_the_card() {
        let of = |card: &str| languages(card).unwrap();
        assert_eq!(of("---\nlanguage: ru\nlicense: mit\n---\n# A model"), ["ru"]);
        assert_eq!(of("---\nlanguage:\n- ru\n- en\ntags: [bert]\n---\n"), ["ru", "en"]);
        for card in ["", "# A model\n\n---\nlanguage: ru\n---\n", "---\nlicense: mit\n---\n"] {
            assert!(of(card).is_empty(), "{card}");
        }
        assert!(languages("---\nlanguage: [ru\n---\n").is_err());
        let folder = root().join("web/models/stories-ru-gpt2");
        assert_eq!(describe("stories-ru-gpt2", &folder).unwrap()["languages"], json!(["ru"]));
    }

    #[test]
    fn the_names_in_pytorchs_files_are_found() {
        for file in ["zip.bin", "legacy.bin"] {
            let path = root().join("tests/fixtures/pytorch").join(file);
            let names = pytorch_names(&path).unwrap();
            assert!(names.contains(&"head.weight".into()) && names.len() == 16, "{names:?}");
        }
    }

    #[test]
    fn an_encoder_can_do_what_it_has_heads_for() {
        let body = "bert.encoder.layer.0.output.dense.weight";
        let masked = "cls.predictions.transform.dense.weight";
        let next = "cls.seq_relationship.weight";
        for (architecture, tensors, expected) in [
            ("bert", &[body][..], json!(["embed"])),
            ("bert", &[body, masked], json!(["embed", "fillMask"])),
            ("bert", &[body, next, masked], json!(["embed", "fillMask", "nextSentence"])),
            ("distilbert", &["vocab_transform.weight"], json!(["embed", "fillMask"])),
            ("llama", &["model.norm.weight"], json!([])),
        ] {
            let tensors: Vec<String> = tensors.iter().map(|name| name.to_string()).collect();
            assert_eq!(json!(abilities(architecture, &tensors)), expected, "{architecture}");
        }
    }
}
