//! BERT's tokenizers against the reference cases, from tokenizer.json and from vocab.txt alone.

mod support;

use std::path::Path;

use lectern::{
    checkpoint::Metadata,
    text::{Encoding, Tokenizer},
};
use serde_json::Value;
use support::{cases, ids, json, minilm_or_skip, tensors};

/// A folder's tokenizer, from each of its files, and through GGUF metadata.
fn tokenizers(folder: &Path) -> [(&'static str, Tokenizer); 3] {
    let read = |file: &str| std::fs::read(folder.join(file)).expect(file);
    let config = std::fs::read(folder.join("tokenizer_config.json")).ok();
    let own = Tokenizer::from_json(&read("tokenizer.json")).unwrap();
    let mut metadata = Metadata::default();
    own.to_gguf(own.largest_own_id() as usize + 1, None, &mut metadata).unwrap();
    [
        ("gguf", Tokenizer::from_gguf(&metadata).unwrap()),
        ("tokenizer.json", own),
        ("vocab.txt", Tokenizer::from_vocab_txt(&read("vocab.txt"), config.as_deref()).unwrap()),
    ]
}

/// A text of a case, or a pair.
fn encode(tokenizer: &Tokenizer, text: &Value, limit: usize) -> Encoding {
    let string = |value: &Value| value.as_str().expect("a text").to_owned();
    match text.as_array() {
        Some(pair) => {
            tokenizer.encode_texts(&string(&pair[0]), Some(&string(&pair[1])), limit).unwrap()
        }
        None => tokenizer.encode_texts(&string(text), None, limit).unwrap(),
    }
}

#[test]
fn ids_and_types_are_the_references() {
    for case in cases("bert").into_iter().chain(cases("distilbert")) {
        let (expected, tensors) = (json(&case), tensors(&case));
        let (shape, mask) = tensors.get("attention_mask");
        let with_types = tensors.names("").contains(&"token_type_ids".to_owned());
        for (file, tokenizer) in tokenizers(&case) {
            for (index, text) in expected["texts"].as_array().expect("texts").iter().enumerate() {
                let kept = |name: &str| -> Vec<u32> {
                    let row = index * shape[1]..(index + 1) * shape[1];
                    let numbers = tensors.get(name).1[row.clone()].iter().zip(&mask[row]);
                    numbers.filter(|(_, kept)| **kept == 1.0).map(|(id, _)| *id as u32).collect()
                };
                let found = encode(&tokenizer, text, 512);
                let what = format!("{}, {file}: {text}", case.display());
                assert_eq!(found.ids, kept("input_ids"), "{what}");
                assert_eq!(found.cut, 0, "{what}");
                if with_types {
                    assert_eq!(found.types, kept("token_type_ids"), "{what}");
                }
            }
        }
    }
}

#[test]
fn the_real_vocabulary_gives_the_references_ids() {
    let Some(folder) = minilm_or_skip("the real vocabulary") else { return };
    for case in cases("minilm") {
        let expected = json(&case);
        let list = |name: &str| expected[name].as_array().expect("a list").clone();
        let limit = expected["max_tokens"].as_u64().expect("a limit") as usize;
        for (file, tokenizer) in tokenizers(&folder) {
            let plain = list("tokenizer_cases");
            for case in &plain {
                let found = encode(&tokenizer, &case["text"], usize::MAX);
                assert_eq!(found.ids, ids(&case["ids"]), "{file}: {}", case["text"]);
            }
            for case in list("tokenizer_pairs") {
                let pair = Value::from(vec![case["a"].clone(), case["b"].clone()]);
                let found = encode(&tokenizer, &pair, usize::MAX);
                assert_eq!(found.ids, ids(&case["ids"]), "{file}: {pair}");
                assert_eq!(found.types, ids(&case["type_ids"]), "{file}: {pair}");
            }
            let lengths = ids(&expected["untruncated_lengths"]);
            for ((text, tokens), length) in list("sentences").iter().zip(list("ids")).zip(lengths) {
                let found = encode(&tokenizer, text, limit);
                assert_eq!(found.ids, ids(&tokens), "{file}: {text}");
                assert_eq!(found.ids.len() + found.cut, length as usize, "{file}: {text}");
            }
            println!("{file}: {} texts and their pairs", plain.len());
        }
    }
}

#[test]
fn what_would_make_the_library_panic_is_refused() {
    for case in cases("bert") {
        let json: Value =
            serde_json::from_slice(&std::fs::read(case.join("tokenizer.json")).unwrap()).unwrap();
        let change = |change: &dyn Fn(&mut Value)| {
            let mut json = json.clone();
            change(&mut json);
            Tokenizer::from_json(json.to_string().as_bytes())
        };
        let template = |json: &mut Value, element: Value| {
            json["post_processor"] = serde_json::json!({
                "type": "TemplateProcessing", "single": [element], "pair": [element], "special_tokens": {},
            });
        };
        let undefined = serde_json::json!({ "SpecialToken": { "id": "[CLS]", "type_id": 0 } });
        assert!(change(&|json| template(json, undefined.clone())).is_err());
        let second = serde_json::json!({ "Sequence": { "id": "B", "type_id": 0 } });
        assert!(change(&|json| template(json, second.clone())).is_err());
        assert!(change(&|json| json["model"]["vocab"] = 7.into()).is_err());
        assert!(change(&|json| json["model"]["type"] = "Unigram".into()).is_err());
        // Without the unknown token, a text that needs it is an error, and other texts are not.
        let unknown = change(&|json| json["model"]["unk_token"] = "[NONE]".into());
        if let Ok(tokenizer) = unknown {
            assert!(tokenizer.encode_texts("\u{4e16}\u{754c}\u{2603}", None, 64).is_err());
        }
        // A token with an absurd id is reported by `largest_own_id`, so that it is never an index.
        let absurd = change(&|json| json["model"]["vocab"]["the"] = u32::MAX.into());
        assert!(absurd.is_err() || absurd.unwrap().largest_own_id() == u32::MAX);
    }
}
