//! Which of the files that a person dropped or picked make up the model.

use crate::checkpoint::is_weights;

/// The chosen files: the model's name, and for each file its name and its place among those given.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub name: String,
    pub files: Vec<(String, usize)>,
}

/// Picks one folder out of paths such as `gpt2/config.json` (or just `config.json`).
///
/// It is the folder with a config.json; of several, the one that also has weights, else the one
/// nearest to the top. Where there is none, all files count, wherever they are. A GGUF file that was
/// given by itself is the model, and the only one of several is where nothing else is one.
pub(super) fn select(paths: &[String]) -> Selection {
    if let [path] = paths
        && let Some(name) = gguf_stem(path)
    {
        let file = path.rsplit('/').next().unwrap_or(path).to_owned();
        return Selection { name: name.to_owned(), files: vec![(file, 0)] };
    }
    let split: Vec<(&str, &str)> =
        paths.iter().map(|path| path.rsplit_once('/').unwrap_or(("", path))).collect();
    let has_weights =
        |folder: &str| split.iter().any(|(other, file)| *other == folder && is_weights(file));
    let folder = split
        .iter()
        .filter(|(_, file)| *file == "config.json")
        .map(|(folder, _)| *folder)
        .min_by_key(|folder| (!has_weights(folder), folder.matches('/').count(), *folder));
    let files: Vec<_> = split
        .iter()
        .enumerate()
        .filter(|(_, (of, _))| folder.is_none_or(|folder| *of == folder))
        .map(|(place, (_, file))| ((*file).to_owned(), place))
        .collect();
    let name = match folder.and_then(|folder| folder.rsplit('/').next()) {
        Some(name) if !name.is_empty() => name.to_owned(),
        // Loose files: the weights are the largest and best-named thing among them.
        _ => files
            .iter()
            .map(|(file, _)| file)
            .find(|file| is_weights(file) || file.ends_with(".gguf"))
            .or(files.first().map(|(file, _)| file))
            .cloned()
            .unwrap_or_default(),
    };
    Selection { name, files }
}

/// The name of a GGUF file without its ending; none of another file's.
fn gguf_stem(path: &str) -> Option<&str> {
    let file = path.rsplit('/').next()?;
    let (stem, ending) = file.rsplit_once('.')?;
    ending.eq_ignore_ascii_case("gguf").then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str]) -> (String, Vec<usize>) {
        let selection = select(&paths.iter().map(ToString::to_string).collect::<Vec<_>>());
        (selection.name, selection.files.into_iter().map(|(_, place)| place).collect())
    }

    #[test]
    fn loose_files_are_all_taken() {
        let files = ["config.json", "model.safetensors", "tokenizer.json"];
        assert_eq!(chosen(&files), ("model.safetensors".into(), vec![0, 1, 2]));
        assert_eq!(chosen(&["x/a.txt", "y/b.txt"]), ("a.txt".into(), vec![0, 1]));
        assert_eq!(chosen(&[]), (String::new(), vec![]));
    }

    #[test]
    fn a_gguf_file_is_a_model_by_itself() {
        assert_eq!(chosen(&["models/gpt2.Q8_0.gguf"]), ("gpt2.Q8_0".into(), vec![0]));
        assert_eq!(chosen(&["README.md", "gpt2.gguf"]), ("gpt2.gguf".into(), vec![0, 1]));
    }

    #[test]
    fn the_folder_with_the_config_and_the_weights_is_taken() {
        let files = [
            "models/readme.md",
            "models/empty/config.json",
            "models/gpt2/config.json",
            "models/gpt2/model.safetensors",
            "models/gpt2/onnx/config.json",
        ];
        assert_eq!(chosen(&files), ("gpt2".into(), vec![2, 3]));
    }

    #[test]
    fn pytorchs_weights_are_weights_and_what_a_training_leaves_is_not() {
        let files =
            ["b/config.json", "b/training_args.bin", "b/c/config.json", "b/c/pytorch_model.bin"];
        assert_eq!(chosen(&files), ("c".into(), vec![2, 3]));
        assert_eq!(chosen(&["vocab.txt", "rubert.bin"]), ("rubert.bin".into(), vec![0, 1]));
    }

    #[test]
    fn without_weights_the_upper_folder_is_taken() {
        let files = ["a/b/config.json", "a/config.json", "a/vocab.json"];
        assert_eq!(chosen(&files), ("a".into(), vec![1, 2]));
    }
}
