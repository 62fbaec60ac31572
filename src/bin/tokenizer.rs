//! The tokenizer's binary, which the workers of the engine and of the trainer start beside their own programs: the
//! `tokenizers` crate, for `lectern::tokenization`'s calls.

#[cfg(target_arch = "wasm32")]
mod program {
    use lectern::tokenization::{Failure, Library};
    use wasm_bindgen::prelude::*;

    type Outcome<T> = Result<T, String>;

    /// A tokenizer. Its methods are those of [`Library`]; lists of tokens pass as JSON or as numbers.
    #[wasm_bindgen]
    pub struct Tokenizer(Library);

    #[wasm_bindgen]
    impl Tokenizer {
        #[wasm_bindgen(constructor)]
        pub fn new(json: &[u8]) -> Outcome<Tokenizer> {
            Library::from_json(json).map(Self).map_err(message)
        }

        pub fn to_json(&self) -> Outcome<String> {
            self.0.to_json().map_err(message)
        }

        pub fn added_tokens(&self) -> String {
            serde_json::to_string(&self.0.added_tokens()).expect("added tokens have a form in JSON")
        }

        pub fn add_tokens(&mut self, tokens: &str) {
            let tokens: Vec<_> =
                serde_json::from_str(tokens).expect("the engine wrote this list of tokens");
            self.0.add_tokens(&tokens);
        }

        pub fn split_special_tokens(&mut self) {
            self.0.split_special_tokens();
        }

        pub fn set_template(&mut self, template: &str) -> Outcome<()> {
            let template = serde_json::from_str(template).map_err(|error| error.to_string())?;
            self.0.set_template(&template).map_err(message)
        }

        pub fn lower_case(&mut self) {
            self.0.lower_case();
        }

        pub fn encode(&self, text: &str, adds_special: bool) -> Outcome<Vec<u32>> {
            let prompt = self.0.encode(text, adds_special).map_err(message)?;
            Ok(prompt.into_numbers())
        }

        pub fn special_tokens(&self, is_pair: bool) -> usize {
            self.0.special_tokens(is_pair)
        }

        pub fn encode_texts(
            &self,
            first: &str,
            second: Option<String>,
            capacity: usize,
        ) -> Outcome<Vec<u32>> {
            let texts = self.0.encode_texts(first, second.as_deref(), capacity).map_err(message)?;
            Ok(texts.to_numbers())
        }

        pub fn token(&self, id: u32) -> Option<String> {
            self.0.token(id)
        }

        pub fn id_of(&self, token: &str) -> Option<u32> {
            self.0.id_of(token)
        }

        pub fn size(&self) -> usize {
            self.0.size()
        }

        pub fn largest_own_id(&self) -> u32 {
            self.0.largest_own_id()
        }

        pub fn unknown(&self) -> Option<String> {
            self.0.unknown()
        }
    }

    fn message(Failure(message): Failure) -> String {
        message
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    console_error_panic_hook::set_once();
}
