use serde_json::{Value, json};

use super::*;
use crate::{library::MemoryFolder, text::TextStream};

/// A tokenizer of the 256 bytes, two merges and the end-of-text token, as vocab.json and merges.txt.
fn pair() -> (Vec<u8>, &'static str) {
    let mut vocab: HashMap<String, u32> =
        BYTE_OF.iter().map(|(character, byte)| (character.to_string(), u32::from(*byte))).collect();
    for (id, token) in (256..).zip(["he", "Ġhe", "<|endoftext|>"]) {
        vocab.insert(token.into(), id);
    }
    (serde_json::to_vec(&vocab).unwrap(), "#version: 0.2\nh e\nĠ he\n")
}

fn tokenizer() -> Tokenizer {
    let (vocab, merges) = pair();
    Tokenizer::from_vocab_and_merges(&vocab, merges.as_bytes()).unwrap()
}

fn json() -> Value {
    let (vocab, merges) = pair();
    let json = tokenizer_file::from_vocab_and_merges(&vocab, merges.as_bytes()).unwrap();
    serde_json::from_slice(&json).unwrap()
}

fn from_value(value: &Value) -> Result<Tokenizer> {
    Tokenizer::from_json(&serde_json::to_vec(value).unwrap())
}

#[test]
fn vocabulary_and_merges_make_a_tokenizer() {
    let tokenizer = tokenizer();
    assert_eq!(tokenizer.size(), 259);
    assert_eq!(tokenizer.id_of("<|endoftext|>"), Some(258));
    assert_eq!(tokenizer.encode("he he<|endoftext|>é").unwrap(), [256, 257, 258, 0xC3, 0xA9]);
    assert_eq!(tokenizer.decode(&[256, 257, 258, 0xC3, 0xA9]), "he he<|endoftext|>é");
    assert_eq!(tokenizer.encode("").unwrap(), [0u32; 0]);
}

#[test]
fn a_token_stands_for_its_bytes() {
    let tokenizer = tokenizer();
    for byte in 0..=u8::MAX {
        assert_eq!(tokenizer.token_bytes(byte.into()), [byte]);
    }
    assert_eq!(tokenizer.token_text(257), " he");
    assert_eq!(tokenizer.token_text(0xC3), "\u{FFFD}");
    assert_eq!(tokenizer.token_text(1000), "");
}

#[test]
fn every_sequence_of_bytes_streams_as_it_decodes() {
    let tokenizer = tokenizer();
    let json = tokenizer.to_json().unwrap();
    let library = tokenizers::Tokenizer::from_bytes(json).unwrap();
    // Bytes at the edges of what UTF-8 allows, in all sequences of up to four.
    let bytes = [0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF, 258];
    for combination in 0..bytes.len().pow(4) {
        let ids: Vec<u32> =
            (0..4).map(|digit| bytes[combination / bytes.len().pow(digit) % bytes.len()]).collect();
        let mut stream = TextStream::new(&tokenizer);
        let mut text: String = ids.iter().map(|&id| stream.push(id)).collect();
        text += &stream.finish();
        assert_eq!(text, tokenizer.decode(&ids), "{ids:?}");
        assert_eq!(text, library.decode(&ids, false).unwrap(), "{ids:?}");
    }
}

#[test]
fn padding_and_truncation_of_training_are_ignored() {
    let mut json = json();
    json["truncation"] = json!({
        "direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0,
    });
    json["padding"] = json!({
        "strategy": { "Fixed": 64 }, "direction": "Right", "pad_to_multiple_of": null,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "!",
    });
    assert_eq!(from_value(&json).unwrap().encode("hhhhh").unwrap().len(), 5);
}

#[test]
fn long_runs_of_spaces_or_letters_are_encoded() {
    let tokenizer = tokenizer();
    for text in [" ".repeat(300_000), "h".repeat(300_000), " h".repeat(100_000)] {
        let ids = tokenizer.encode(&text).unwrap();
        assert_eq!(tokenizer.decode(&ids), text);
    }
}

#[test]
fn what_would_make_the_library_panic_is_refused() {
    let mut prefix = json();
    prefix["model"]["continuing_subword_prefix"] = json!("##########");
    assert!(matches!(from_value(&prefix), Err(LecternError::UnsupportedModel { .. })));

    let template = |element: Value| {
        json!({
            "type": "TemplateProcessing", "single": [element], "pair": [], "special_tokens": {},
        })
    };
    for element in [
        json!({ "SpecialToken": { "id": "[CLS]", "type_id": 0 } }),
        json!({ "Sequence": { "id": "B", "type_id": 0 } }),
    ] {
        let mut bad = json();
        bad["post_processor"] = template(element.clone());
        assert!(matches!(from_value(&bad), Err(LecternError::BadFile { .. })));
        bad["post_processor"] = json!({ "type": "Sequence", "processors": [template(element)] });
        assert!(matches!(from_value(&bad), Err(LecternError::BadFile { .. })));
    }
}

#[test]
fn other_tokenizers_are_named_as_not_supported() {
    for (pointer, value) in [
        ("/model/type", json!("Unigram")),
        (
            "/decoder",
            json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always" }),
        ),
        ("/decoder", json!(null)),
    ] {
        let mut other = json();
        *other.pointer_mut(pointer).unwrap() = value;
        assert!(matches!(from_value(&other), Err(LecternError::UnsupportedModel { .. })));
    }
    let mut wrapped = json();
    wrapped["decoder"] = json!({ "type": "Sequence", "decoders": [wrapped["decoder"]] });
    assert!(from_value(&wrapped).is_ok());
}

#[test]
fn bad_files_are_named() {
    let (vocab, merges) = pair();
    let named = |result: Result<Tokenizer>| match result {
        Err(LecternError::BadFile { file, .. }) => file,
        other => panic!("not refused: {other:?}"),
    };
    for bad in
        [&b"<!DOCTYPE html>"[..], b"", b"{}", b"[1]", b"\xFF", b"{\"model\":{\"type\":\"BPE\"}"]
    {
        assert_eq!(named(Tokenizer::from_json(bad)), TOKENIZER);
        assert_eq!(
            named(Tokenizer::from_vocab_and_merges(bad, merges.as_bytes())),
            if bad == b"{}" { MERGES } else { VOCAB }
        );
    }
    for bad in [&b"a"[..], b"a b c", b" a", b"\xFF", b"h q\n", b"x y", b"<html>\n"] {
        assert_eq!(named(Tokenizer::from_vocab_and_merges(&vocab, bad)), MERGES);
    }
}

#[test]
fn a_folder_gives_whichever_files_it_has() {
    let load = |files: &[(&str, &[u8])]| {
        let files = files.iter().map(|(name, bytes)| (name.to_string(), bytes.to_vec()));
        let folder = MemoryFolder::new("test", files);
        pollster::block_on(Tokenizer::load(&folder, &Transfer::silent()))
    };
    let (vocab, merges) = pair();
    let json = serde_json::to_vec(&json()).unwrap();
    assert_eq!(load(&[(TOKENIZER, &json)]).unwrap().size(), 259);
    assert_eq!(load(&[(VOCAB, &vocab), (MERGES, merges.as_bytes())]).unwrap().size(), 259);
    let missing = |file: &str| LecternError::NotFound { file: file.into() };
    assert_eq!(load(&[]).unwrap_err(), missing(TOKENIZER));
    assert_eq!(load(&[(VOCAB, &vocab)]).unwrap_err(), missing(MERGES));
}
