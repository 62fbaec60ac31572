//! The tokens that end a text, in a GGUF file.

use std::collections::HashSet;

use crate::{
    checkpoint::{Metadata, Value},
    error::Result,
    text::END_OF_TEXT,
};

const TOKENS: &str = "tokenizer.ggml.tokens";
const EOS: &str = "tokenizer.ggml.eos_token_id";
/// Further tokens that end a text: of a turn, of a message.
const OTHER_ENDS: [&str; 2] = ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"];
/// Tokens of models that fill in code, which end it.
const FILL_IN_ENDS: [&str; 3] = [
    "tokenizer.ggml.fim_pad_token_id",
    "tokenizer.ggml.fim_rep_token_id",
    "tokenizer.ggml.fim_sep_token_id",
];
/// The key of all of them, if there are more than llama.cpp has keys for.
const ALL_ENDS: &str = "lectern.eos_token_ids";
/// Names of such tokens, used without a key for their ids, as in llama.cpp.
const END_NAMES: [&str; 13] = [
    END_OF_TEXT,
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<EOT>",
    "[EOT]",
    "[EOS]",
    "<eos>",
    "</s>",
];
/// The ids of the tokens that end a text, as in llama.cpp: those of keys, the end of the text first, then those with
/// such names.
///
/// # Errors
/// [`crate::error::LecternError::BadFile`] for a key whose value is no id.
pub(super) fn ends(metadata: &Metadata) -> Result<Vec<u32>> {
    let tokens = metadata.texts(TOKENS)?.unwrap_or_default();
    let mut ends = Vec::new();
    let keys = [EOS].into_iter().chain(OTHER_ENDS).chain(FILL_IN_ENDS);
    for key in keys {
        ends.extend(metadata.integer(key)?.filter(|id| *id < tokens.len()));
    }
    if let Some(Value::Numbers(all)) = metadata.get(ALL_ENDS) {
        let all = all.integers().filter_map(|id| usize::try_from(id?).ok());
        ends.extend(all.filter(|id| *id < tokens.len()));
    }
    let is_end = |(_, token): &(usize, &String)| END_NAMES.contains(&token.as_str());
    ends.extend(tokens.iter().enumerate().filter(is_end).map(|(id, _)| id));
    let mut seen = HashSet::new();
    Ok(ends.into_iter().filter(|id| seen.insert(*id)).map(|id| id as u32).collect())
}

/// Writes the tokens that end a text, except the first one, which the tokenizer writes.
pub(super) fn write_ends(ends: &[u32], metadata: &mut Metadata) {
    if ends.len() > 1 + OTHER_ENDS.len() {
        metadata.insert(ALL_ENDS, ends.iter().map(|id| *id as i32).collect::<Vec<i32>>());
    }
    for (key, id) in OTHER_ENDS.iter().zip(ends.iter().skip(1)) {
        metadata.insert(*key, *id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_tokens(tokens: &[String]) -> Metadata {
        let mut metadata = Metadata::default();
        metadata.insert(TOKENS, tokens.to_vec());
        metadata
    }

    #[test]
    fn a_text_ends_at_any_token_that_is_an_end() {
        let tokens = ["a", "<|endoftext|>", "b", "</s>", "c", "d"].map(str::to_owned);
        let of = |ids: &[(&str, u32)]| {
            let mut metadata = with_tokens(&tokens);
            for (key, id) in ids {
                metadata.insert(format!("tokenizer.ggml.{key}_token_id"), *id);
            }
            ends(&metadata).unwrap()
        };
        assert_eq!(of(&[]), [1, 3]);
        assert_eq!(of(&[("eos", 3)]), [3, 1]);
        assert_eq!(of(&[("eot", 5), ("eos", 2), ("eom", 0), ("fim_pad", 4)]), [2, 5, 0, 4, 1, 3]);
        // An id beyond the vocabulary ends no text.
        assert_eq!(of(&[("eos", 6), ("eot", 2)]), [2, 1, 3]);
    }

    #[test]
    fn every_end_goes_into_a_file_and_back() {
        let tokens: Vec<String> = (0..9).map(|id| format!("t{id}")).collect();
        for several in [vec![], vec![4], vec![4, 2, 7], vec![8, 1, 2, 3, 0]] {
            let mut metadata = with_tokens(&tokens);
            if let Some(end) = several.first() {
                metadata.insert(EOS, *end);
            }
            write_ends(&several, &mut metadata);
            assert_eq!(ends(&metadata).unwrap(), several);
        }
    }
}
