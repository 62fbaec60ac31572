//! The site's own models, a folder for each in `web/models/`; and quantized files of any model.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::Arg::{Long, Value};
use lexopt::Parser;

use crate::command::{cargo, run as run_command};
use crate::{absolute, root};

/// Files of weights, in order of preference: a file, or the index of shards.
const WEIGHTS: [(&str, &str); 2] = [
    ("model.safetensors", "model.safetensors.index.json"),
    ("pytorch_model.bin", "pytorch_model.bin.index.json"),
];
/// Files of a tokenizer, in order of preference.
const TOKENIZERS: [&[&str]; 3] =
    [&["tokenizer.json"], &["vocab.json", "merges.txt"], &["vocab.txt"]];
/// Optional files of a model: its card, settings of generation, lower case, pooling and truncation.
const OPTIONAL: [&str; 9] = [
    "README.md",
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    MODULES,
    POOLING,
];
/// The list of a sentence encoder's modules.
const MODULES: &str = "modules.json";
const POOLING: &str = "1_Pooling/config.json";
/// Files in the folder of a module.
const MODULE: [&str; 3] = ["config.json", "model.safetensors", "pytorch_model.bin"];
const USAGE: &str = "usage: cargo xtask model add DIR, or
cargo xtask model quantize DIR --scheme NAME --out FILE [--fit range|least-squares]";

pub fn run(mut arguments: Parser) -> Result<ExitCode> {
    let (mut words, mut options) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(word) => words.push(word),
            Long("out") => {
                options.extend(["--out".into(), absolute(arguments.value()?)?.into_os_string()]);
            }
            Long(name @ ("scheme" | "fit")) => {
                let name = format!("--{name}").into();
                options.extend([name, arguments.value()?]);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    match &words[..] {
        [verb, folder] if verb == "add" && options.is_empty() => add(&absolute(folder)?)?,
        [verb, folder] if verb == "quantize" => {
            let binary = ["run", "--quiet", "--package", "lectern", "--bin", "quantize", "--"];
            run_command(cargo().args(binary).arg(absolute(folder)?).args(options))?;
        }
        _ => bail!(USAGE),
    }
    Ok(ExitCode::SUCCESS)
}

fn add(folder: &Path) -> Result<()> {
    let name = folder.file_name().context(USAGE)?;
    let files = files_of(folder)?;
    let target = root().join("web/models").join(name);
    fs::create_dir_all(&target)?;
    for file in files {
        if let Some(parent) = file.parent() {
            fs::create_dir_all(target.join(parent))?;
        }
        // A download cache has links to its files: the file itself is copied.
        fs::copy(folder.join(&file), target.join(&file))
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    println!("{} is in web/models: `cargo xtask serve` offers it.", name.to_string_lossy());
    Ok(())
}

/// The files of a model, as names within its folder; fails if a required one is missing.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let has = |file: &str| folder.join(file).is_file();
    let mut files = Vec::new();
    if !has("config.json") {
        bail!("{} has no config.json: it is no Hugging Face folder", folder.display());
    }
    files.push("config.json".into());
    let tokenizer = TOKENIZERS.iter().find(|files| files.iter().all(|file| has(file)));
    let Some(tokenizer) = tokenizer else {
        let known = TOKENIZERS.map(|files| files.join(" and ")).join(", nor ");
        bail!("{} has no {known}", folder.display())
    };
    files.extend(tokenizer.iter().map(PathBuf::from));
    let Some((whole, index)) = WEIGHTS.iter().find(|(whole, index)| has(whole) || has(index))
    else {
        let known = WEIGHTS.map(|(whole, index)| format!("{whole} nor {index}")).join(", nor ");
        bail!("{} has no {known}", folder.display());
    };
    if has(whole) {
        files.push(whole.into());
    } else {
        files.push(index.into());
        files.extend(shards(folder, index)?);
    }
    files.extend(OPTIONAL.into_iter().filter(|file| has(file)).map(PathBuf::from));
    if has(MODULES) {
        let modules = modules(folder)?.into_iter();
        let named = modules.flat_map(|module| MODULE.map(|file| PathBuf::from(&module).join(file)));
        let is_new = |file: &PathBuf| file != Path::new(POOLING) && folder.join(file).is_file();
        files.extend(named.filter(is_new));
    }
    Ok(files)
}

/// The folders of a sentence encoder's modules: Dense layers and the like.
fn modules(folder: &Path) -> Result<Vec<String>> {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(MODULES))?)
        .with_context(|| format!("{MODULES} is damaged"))?;
    let modules = json.as_array().with_context(|| format!("{MODULES} names no modules"))?;
    let mut paths = Vec::new();
    for path in
        modules.iter().filter_map(|module| module["path"].as_str()).filter(|it| !it.is_empty())
    {
        if Path::new(path).file_name() != Some(path.as_ref()) {
            bail!("{MODULES} names {path:?}, which is no folder beside it");
        }
        paths.push(path.to_owned());
    }
    Ok(paths)
}

/// The files in the index of a sharded model.
fn shards(folder: &Path, index: &str) -> Result<Vec<PathBuf>> {
    let content: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(index))?)
        .with_context(|| format!("{index} is damaged"))?;
    let map =
        content["weight_map"].as_object().with_context(|| format!("{index} names no files"))?;
    let mut shards = Vec::new();
    for shard in map.values() {
        let name = shard.as_str().with_context(|| format!("{index} is damaged"))?;
        if Path::new(name).file_name() != Some(name.as_ref()) || !folder.join(name).is_file() {
            bail!("{} has no {name}, which {index} names", folder.display());
        }
        shards.push(name.into());
    }
    shards.sort();
    shards.dedup();
    Ok(shards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_complete() {
        assert_eq!(files_of(&root().join("web/models/stories-en-gpt2")).unwrap().len(), 6);
    }

    #[test]
    fn a_folder_of_a_bert_is_taken_with_what_it_needs() {
        let folder = std::env::temp_dir().join(format!("lectern-bert-{}", std::process::id()));
        fs::create_dir_all(folder.join("1_Pooling")).unwrap();
        let needed = ["config.json", "vocab.txt", "model.safetensors"];
        let optional =
            ["tokenizer_config.json", "sentence_bert_config.json", "1_Pooling/config.json"];
        for file in needed.iter().chain(&optional).chain(&["pytorch_model.bin"]) {
            fs::write(folder.join(file), "").unwrap();
        }
        let expected: Vec<PathBuf> = needed.iter().chain(&optional).map(PathBuf::from).collect();
        assert_eq!(files_of(&folder).unwrap(), expected);
        // Those of a sentence encoder's modules, by its list of them.
        fs::create_dir_all(folder.join("2_Dense")).unwrap();
        let dense = ["2_Dense/config.json", "2_Dense/model.safetensors"];
        for file in dense {
            fs::write(folder.join(file), "").unwrap();
        }
        let modules = r#"[{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}, {"path": "3_Normalize"}]"#;
        fs::write(folder.join(MODULES), modules).unwrap();
        let files = files_of(&folder).unwrap();
        let new = [MODULES].into_iter().chain(dense);
        assert!(new.clone().all(|file| files.contains(&file.into())), "{files:?}");
        assert_eq!(files.len(), expected.len() + new.count());
        fs::write(folder.join(MODULES), r#"[{"path": "../elsewhere"}]"#).unwrap();
        assert!(files_of(&folder).is_err());
        fs::remove_file(folder.join(MODULES)).unwrap();
        fs::remove_file(folder.join("model.safetensors")).unwrap();
        assert!(files_of(&folder).unwrap().contains(&"pytorch_model.bin".into()));
        fs::rename(folder.join("pytorch_model.bin"), folder.join("one.bin")).unwrap();
        let index = r#"{"weight_map": {"a": "one.bin"}}"#;
        fs::write(folder.join("pytorch_model.bin.index.json"), index).unwrap();
        let sharded = files_of(&folder).unwrap();
        assert!(sharded.ends_with(&expected[3..]) && sharded.contains(&"one.bin".into()));
        fs::remove_file(folder.join("vocab.txt")).unwrap();
        let error = files_of(&folder).unwrap_err().to_string();
        assert!(error.contains("tokenizer.json") && error.contains("vocab.txt"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_without_a_model_is_refused() {
        let error = files_of(&root().join("xtask")).unwrap_err();
        assert!(error.to_string().contains("config.json"), "{error}");
    }
}
