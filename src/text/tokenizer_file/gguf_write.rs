//! GGUF metadata from a tokenizer.json: the inverse of [`super::gguf`].

use serde_json::{Map, Value, json};

use super::byte_level::END_OF_TEXT;
use super::gguf::{
    ADD_BOS, ADD_EOS, BOS, CLS, CONTROL, EOS, GPT2_PRE_TOKENIZERS, LOWERCASE, MASK, MERGES, MODEL,
    NORMAL, PAD, PRE, PREFIX_SPACE, SEP, SINGLE_WORD, STRIP_ACCENTS, STRIPS_LEFT, STRIPS_RIGHT,
    TOKEN_TYPES, TOKENS, UNK, UNUSED, USER_DEFINED, to_phantom,
};
use crate::{checkpoint::Metadata, error::Result};

/// Writes a tokenizer.json as GGUF metadata, for a model of `size` tokens: gaps are filled with unused tokens.
/// `end` is the model's end-of-text token, where it has one.
pub(in crate::text) fn to_gguf(
    json: &Value,
    size: usize,
    end: Option<u32>,
    metadata: &mut Metadata,
) -> Result<()> {
    let is_wordpiece = json["model"].get("merges").is_none();
    let integer = |id: &Value| id.as_u64().and_then(|id| usize::try_from(id).ok());
    let mut tokens: Vec<Option<String>> = vec![None; size];
    let mut token_types = vec![NORMAL; size];
    let empty = Map::new();
    for (token, id) in json["model"]["vocab"].as_object().unwrap_or(&empty) {
        if let Some(slot) = integer(id).and_then(|id| tokens.get_mut(id)) {
            *slot = Some(token.clone());
        }
    }
    let mut marked: [Vec<i32>; 3] = Default::default();
    for added in json["added_tokens"].as_array().into_iter().flatten() {
        let Some(id) = integer(&added["id"]).filter(|id| *id < size) else { continue };
        tokens[id] = added["content"].as_str().map(str::to_owned);
        token_types[id] = if added["special"] == json!(true) { CONTROL } else { USER_DEFINED };
        for (ids, mark) in marked.iter_mut().zip(["lstrip", "rstrip", "single_word"]) {
            if added[mark] == json!(true) {
                ids.push(id as i32);
            }
        }
    }
    let id_of = |name: &str| {
        let found = tokens.iter().position(|token| token.as_deref() == Some(name))?;
        u32::try_from(found).ok()
    };
    let unknown = json["model"]["unk_token"].as_str().and_then(id_of);
    let [padding, mask] = ["[PAD]", "[MASK]"].map(id_of);
    let end_of_text = id_of(END_OF_TEXT);
    for (id, (token, token_type)) in tokens.iter_mut().zip(&mut token_types).enumerate() {
        match token {
            None => (*token, *token_type) = (Some(format!("[PAD{id}]")), UNUSED),
            Some(token) if is_wordpiece && *token_type != CONTROL => *token = to_phantom(token),
            Some(_) => {}
        }
    }
    metadata.insert(MODEL, if is_wordpiece { "bert" } else { "gpt2" });
    metadata.insert(TOKENS, tokens.into_iter().flatten().collect::<Vec<String>>());
    metadata.insert(TOKEN_TYPES, token_types);
    for (ids, key) in marked.into_iter().zip([STRIPS_LEFT, STRIPS_RIGHT, SINGLE_WORD]) {
        if !ids.is_empty() {
            metadata.insert(key, ids);
        }
    }
    let [first, last] = around(&json["post_processor"]);
    if is_wordpiece {
        let ids =
            [(UNK, unknown), (PAD, padding), (BOS, first), (CLS, first), (SEP, last), (MASK, mask)];
        write_ids(&ids, metadata);
        write_normalizer(&json["normalizer"], metadata);
        return Ok(());
    }
    metadata.insert(PRE, GPT2_PRE_TOKENIZERS[0]);
    let merge = |merge: &Value| match merge.as_array().map(Vec::as_slice) {
        Some([left, right]) => Some(format!("{} {}", left.as_str()?, right.as_str()?)),
        _ => merge.as_str().map(str::to_owned),
    };
    let merges = json["model"]["merges"].as_array().into_iter().flatten().filter_map(merge);
    metadata.insert(MERGES, merges.collect::<Vec<String>>());
    if json["pre_tokenizer"]["add_prefix_space"] == json!(true) {
        metadata.insert(PREFIX_SPACE, true);
    }
    let end = end.or(end_of_text);
    write_ids(&[(BOS, first.or(end)), (EOS, end.or(last))], metadata);
    for (key, token) in [(ADD_BOS, first), (ADD_EOS, last)] {
        if token.is_some() {
            metadata.insert(key, true);
        }
    }
    Ok(())
}

/// The ids of the tokens that are put before and after every text.
fn around(processor: &Value) -> [Option<u32>; 2] {
    let id = |id: &Value| id.as_u64().and_then(|id| id.try_into().ok());
    match processor["type"].as_str() {
        Some("BertProcessing" | "RobertaProcessing") => {
            ["cls", "sep"].map(|token| id(&processor[token][1]))
        }
        Some("TemplateProcessing") => {
            let special = |element: Option<&Value>| {
                let name = element?.pointer("/SpecialToken/id")?.as_str()?;
                id(&processor["special_tokens"][name]["ids"][0])
            };
            let elements = processor["single"].as_array().map(Vec::as_slice).unwrap_or_default();
            [special(elements.first()), special(elements.last())]
        }
        Some("Sequence") => {
            let steps = processor["processors"].as_array().into_iter().flatten();
            steps.map(around).find(|[first, last]| first.or(*last).is_some()).unwrap_or_default()
        }
        _ => [None; 2],
    }
}

fn write_ids(ids: &[(&str, Option<u32>)], metadata: &mut Metadata) {
    for (key, id) in ids {
        if let Some(id) = id {
            metadata.insert(*key, *id);
        }
    }
}

fn write_normalizer(normalizer: &Value, metadata: &mut Metadata) {
    let lowercase = normalizer["lowercase"] != json!(false);
    metadata.insert(LOWERCASE, lowercase);
    metadata.insert(STRIP_ACCENTS, normalizer["strip_accents"].as_bool().unwrap_or(lowercase));
}
