//! The tokenizer against the reference: every case `tokenizer-…` of `LECTERN_FIXTURES`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use lectern::{
    checkpoint::Metadata,
    text::{TextStream, Tokenizer},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
    #[serde(default)]
    invalid_utf8_decodes: Vec<Decode>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    decoded: String,
}

#[derive(Deserialize)]
struct Decode {
    ids: Vec<u32>,
    text: String,
}

/// The folders whose name up to the first dash is `tokenizer`.
fn folders() -> Vec<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let root = env::var_os("LECTERN_FIXTURES").map_or(default, PathBuf::from);
    let entries = fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| {
        path.file_name().unwrap().to_string_lossy().split('-').next() == Some("tokenizer")
    });
    assert!(!folders.is_empty(), "no case tokenizer-… in {}", root.display());
    folders
}

fn open(folder: &Path) -> (Tokenizer, Cases) {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let tokenizer = Tokenizer::from_json(&read("tokenizer.json")).unwrap();
    (tokenizer, serde_json::from_slice(&read("cases.json")).unwrap())
}

fn streamed(tokenizer: &Tokenizer, ids: &[u32]) -> String {
    let mut stream = TextStream::new(tokenizer);
    let mut text: String = ids.iter().map(|&id| stream.push(id)).collect();
    text += &stream.finish();
    text
}

#[test]
fn texts_are_encoded_as_the_reference_does_and_decoded_again() {
    for folder in folders() {
        let (tokenizer, cases) = open(&folder);
        for case in cases.cases {
            let ids = tokenizer.encode(&case.text).unwrap();
            assert_eq!(ids, case.ids, "{}: {:?}", folder.display(), case.text);
            assert_eq!(tokenizer.decode(&ids), case.decoded, "{}", folder.display());
            assert_eq!(streamed(&tokenizer, &ids), case.decoded, "{}", folder.display());
        }
    }
}

#[test]
fn tokens_that_break_characters_decode_as_the_reference_does() {
    for folder in folders() {
        let (tokenizer, cases) = open(&folder);
        for case in cases.invalid_utf8_decodes {
            assert_eq!(tokenizer.decode(&case.ids), case.text, "{:?}", case.ids);
            assert_eq!(streamed(&tokenizer, &case.ids), case.text, "{:?}", case.ids);
        }
    }
}

#[test]
fn vocabulary_and_merges_give_the_same_tokens_as_the_one_file() {
    for folder in folders() {
        let (_, cases) = open(&folder);
        let file = fs::read(folder.join("tokenizer.json")).unwrap();
        let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let vocab = serde_json::to_vec(&file["model"]["vocab"]).unwrap();
        let merge = |merge: &serde_json::Value| match merge.as_array() {
            Some(halves) => {
                format!("{} {}\n", halves[0].as_str().unwrap(), halves[1].as_str().unwrap())
            }
            None => format!("{}\n", merge.as_str().unwrap()),
        };
        let merges: String =
            file["model"]["merges"].as_array().unwrap().iter().map(merge).collect();
        let tokenizer = Tokenizer::from_vocab_and_merges(&vocab, merges.as_bytes()).unwrap();
        for case in cases.cases {
            assert_eq!(tokenizer.encode(&case.text).unwrap(), case.ids, "{:?}", case.text);
        }
    }
}

#[test]
fn a_tokenizer_written_to_a_gguf_file_gives_the_same_tokens() {
    for folder in folders() {
        let (tokenizer, cases) = open(&folder);
        let mut metadata = Metadata::default();
        // A model may have more rows than the tokenizer has tokens.
        let size = tokenizer.largest_own_id() as usize + 5;
        tokenizer.to_gguf(size, None, &mut metadata).unwrap();
        assert_eq!(metadata.texts("tokenizer.ggml.tokens").unwrap().unwrap().len(), size);
        let again = Tokenizer::from_gguf(&metadata).unwrap();
        assert_eq!(again.largest_own_id(), tokenizer.largest_own_id());
        for case in cases.cases {
            assert_eq!(again.encode(&case.text).unwrap(), case.ids, "{:?}", case.text);
            assert_eq!(again.decode(&case.ids), case.decoded, "{:?}", case.text);
        }
    }
}
