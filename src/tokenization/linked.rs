//! The crate as the program `tokenizer` (src/bin/tokenizer.rs), which the worker starts before this one.

use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::{AddedToken, EncodedPrompt, EncodedTexts, Failure, Result};

#[wasm_bindgen(raw_module = "./tokenizer.js")]
extern "C" {
    #[wasm_bindgen(js_name = Tokenizer)]
    #[derive(Debug)]
    type Program;

    #[wasm_bindgen(catch, constructor, js_class = Tokenizer)]
    fn new(json: &[u8]) -> std::result::Result<Program, JsValue>;
    #[wasm_bindgen(method)]
    fn free(this: &Program);
    #[wasm_bindgen(catch, method)]
    fn to_json(this: &Program) -> std::result::Result<String, JsValue>;
    #[wasm_bindgen(method)]
    fn added_tokens(this: &Program) -> String;
    #[wasm_bindgen(method)]
    fn add_tokens(this: &Program, tokens: &str);
    #[wasm_bindgen(method)]
    fn split_special_tokens(this: &Program);
    #[wasm_bindgen(catch, method)]
    fn set_template(this: &Program, template: &str) -> std::result::Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn lower_case(this: &Program);
    #[wasm_bindgen(catch, method)]
    fn encode(
        this: &Program,
        text: &str,
        adds_special: bool,
    ) -> std::result::Result<Vec<u32>, JsValue>;
    #[wasm_bindgen(method)]
    fn special_tokens(this: &Program, is_pair: bool) -> usize;
    #[wasm_bindgen(catch, method)]
    fn encode_texts(
        this: &Program,
        first: &str,
        second: Option<&str>,
        capacity: usize,
    ) -> std::result::Result<Vec<u32>, JsValue>;
    #[wasm_bindgen(method)]
    fn token(this: &Program, id: u32) -> Option<String>;
    #[wasm_bindgen(method)]
    fn id_of(this: &Program, token: &str) -> Option<u32>;
    #[wasm_bindgen(method)]
    fn size(this: &Program) -> usize;
    #[wasm_bindgen(method)]
    fn largest_own_id(this: &Program) -> u32;
    #[wasm_bindgen(method)]
    fn unknown(this: &Program) -> Option<String>;
}

/// A tokenizer of the `tokenizers` crate, in the memory of the program `tokenizer`.
#[derive(Debug)]
pub struct Library(Program);

impl Library {
    /// A tokenizer from a tokenizer.json, without its padding and truncation.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        Program::new(json).map(Self).map_err(failure)
    }

    /// Its tokenizer.json.
    pub fn to_json(&self) -> Result<String> {
        self.0.to_json().map_err(failure)
    }

    /// The added tokens, with their ids.
    pub fn added_tokens(&self) -> Vec<(u32, AddedToken)> {
        serde_json::from_str(&self.0.added_tokens()).expect("added tokens have a form in JSON")
    }

    /// Adds tokens; those of the vocabulary keep their ids.
    pub fn add_tokens(&mut self, tokens: &[AddedToken]) {
        let tokens = serde_json::to_string(tokens).expect("added tokens have a form in JSON");
        self.0.add_tokens(&tokens);
    }

    /// Encodes special tokens in a text like any other text.
    pub fn split_special_tokens(&mut self) {
        self.0.split_special_tokens();
    }

    /// Sets the post-processor that adds special tokens, given as in a tokenizer.json.
    pub fn set_template(&mut self, template: &Value) -> Result<()> {
        self.0.set_template(&template.to_string()).map_err(failure)
    }

    /// Lowercases every text first.
    pub fn lower_case(&mut self) {
        self.0.lower_case();
    }

    /// Encodes a text, with the special tokens of the template or without.
    pub fn encode(&self, text: &str, adds_special: bool) -> Result<EncodedPrompt> {
        let numbers = self.0.encode(text, adds_special).map_err(failure)?;
        Ok(EncodedPrompt::from_numbers(numbers))
    }

    /// Number of special tokens that the template adds to a text or a pair.
    pub fn special_tokens(&self, is_pair: bool) -> usize {
        self.0.special_tokens(is_pair)
    }

    /// Encodes a text or a pair with special tokens, and at most `capacity` others: tokens are removed from the end of
    /// the longer text, one by one.
    pub fn encode_texts(
        &self,
        first: &str,
        second: Option<&str>,
        capacity: usize,
    ) -> Result<EncodedTexts> {
        let numbers = self.0.encode_texts(first, second, capacity).map_err(failure)?;
        Ok(EncodedTexts::from_numbers(&numbers))
    }

    /// A token's text in the vocabulary.
    pub fn token(&self, id: u32) -> Option<String> {
        self.0.token(id)
    }

    /// A token's id.
    pub fn id_of(&self, token: &str) -> Option<u32> {
        self.0.id_of(token)
    }

    /// Number of tokens, added ones included.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// The largest id, added tokens excluded.
    pub fn largest_own_id(&self) -> u32 {
        self.0.largest_own_id()
    }

    /// The token for unknown words, of a tokenizer of whole words.
    pub fn unknown(&self) -> Option<String> {
        self.0.unknown()
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// An error of the crate, which arrives as its message. What else is thrown is a trap of the program: it goes on through
/// this one, and ends the worker.
fn failure(thrown: JsValue) -> Failure {
    match thrown.as_string() {
        Some(message) => Failure(message),
        None => wasm_bindgen::throw_val(thrown),
    }
}
