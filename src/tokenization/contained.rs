//! The crate as a part of this program.

use serde_json::Value;
use tokenizers::{
    EncodeInput, ModelWrapper, NormalizerWrapper, PostProcessor, PostProcessorWrapper, Tokenizer,
    TruncationDirection, TruncationParams, TruncationStrategy,
    normalizers::{Sequence, utils::Lowercase},
    utils::truncation::truncate_encodings,
};

use super::{AddedToken, EncodedPrompt, EncodedTexts, Failure, Result, Token};

/// A tokenizer of the `tokenizers` crate.
#[derive(Debug)]
pub struct Library(Tokenizer);

impl Library {
    /// A tokenizer from a tokenizer.json, without its padding and truncation.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let mut tokenizer = Tokenizer::from_bytes(json)?;
        // Some files contain settings of the training run; generation needs the whole text.
        tokenizer.with_padding(None).with_truncation(None)?;
        Ok(Self(tokenizer))
    }

    /// Its tokenizer.json.
    pub fn to_json(&self) -> Result<String> {
        Ok(self.0.to_string(false)?)
    }

    /// The added tokens, with their ids.
    pub fn added_tokens(&self) -> Vec<(u32, AddedToken)> {
        let tokens = self.0.get_added_tokens_decoder().into_iter();
        tokens.map(|(id, token)| (id, token.into())).collect()
    }

    /// Adds tokens; those of the vocabulary keep their ids.
    pub fn add_tokens(&mut self, tokens: &[AddedToken]) {
        let tokens: Vec<tokenizers::AddedToken> = tokens.iter().cloned().map(Into::into).collect();
        self.0.add_tokens(&tokens);
    }

    /// Encodes special tokens in a text like any other text.
    pub fn split_special_tokens(&mut self) {
        self.0.set_encode_special_tokens(true);
    }

    /// Sets the post-processor that adds special tokens, given as in a tokenizer.json.
    pub fn set_template(&mut self, template: &Value) -> Result<()> {
        let template: PostProcessorWrapper =
            serde_json::from_value(template.clone()).map_err(|error| Failure(error.to_string()))?;
        self.0.with_post_processor(Some(template));
        Ok(())
    }

    /// Lowercases every text first.
    pub fn lower_case(&mut self) {
        let normalizer = match self.0.get_normalizer().cloned() {
            None => Lowercase.into(),
            // BERT's own step does the same elsewhere; set there, it can be written to a GGUF file.
            Some(NormalizerWrapper::BertNormalizer(mut bert)) => {
                // By default accents are stripped where letters are lowercased; these were not.
                bert.strip_accents = Some(bert.strip_accents.unwrap_or(bert.lowercase));
                bert.lowercase = true;
                bert.into()
            }
            Some(other) => Sequence::new(vec![Lowercase.into(), other]).into(),
        };
        self.0.with_normalizer(Some::<NormalizerWrapper>(normalizer));
    }

    /// Encodes a text, with the special tokens of the template or without.
    pub fn encode(&self, text: &str, adds_special: bool) -> Result<EncodedPrompt> {
        let encoding = self.0.encode_fast(text, adds_special)?;
        let special = encoding.get_special_tokens_mask().iter().rev();
        let closing = special.take_while(|mask| **mask == 1).count();
        Ok(EncodedPrompt { ids: encoding.get_ids().to_vec(), closing })
    }

    /// Number of special tokens that the template adds to a text or a pair.
    pub fn special_tokens(&self, is_pair: bool) -> usize {
        self.0.get_post_processor().map_or(0, |processor| processor.added_tokens(is_pair))
    }

    /// Encodes a text or a pair with special tokens, and at most `capacity` others: tokens are removed from the end of
    /// the longer text, one by one.
    pub fn encode_texts(
        &self,
        first: &str,
        second: Option<&str>,
        capacity: usize,
    ) -> Result<EncodedTexts> {
        let tokens = |text: &str| self.0.encode_char_offsets(EncodeInput::from(text), false);
        let (first, second) = (tokens(first)?, second.map(tokens).transpose()?);
        let length = |tokens: &tokenizers::Encoding| tokens.get_ids().len();
        let whole = length(&first) + second.as_ref().map_or(0, length);
        let cut = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: capacity,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let (first, second) = truncate_encodings(first, second, &cut)?;
        let kept = length(&first) + second.as_ref().map_or(0, length);
        let encoding = self.0.post_process(first, second, true)?;
        let (ids, types) = (encoding.get_ids().iter(), encoding.get_type_ids().iter());
        let rows = ids.zip(types).zip(encoding.get_sequence_ids()).zip(encoding.get_offsets());
        let token =
            |(((id, type_id), text), (start, end)): (((&u32, &u32), _), &(usize, usize))| Token {
                id: *id,
                type_id: *type_id,
                text,
                start: *start,
                end: *end,
            };
        Ok(EncodedTexts { tokens: rows.map(token).collect(), cut: whole - kept })
    }

    /// A token's text in the vocabulary.
    pub fn token(&self, id: u32) -> Option<String> {
        self.0.id_to_token(id)
    }

    /// A token's id.
    pub fn id_of(&self, token: &str) -> Option<u32> {
        self.0.token_to_id(token)
    }

    /// Number of tokens, added ones included.
    pub fn size(&self) -> usize {
        self.0.get_vocab_size(true)
    }

    /// The largest id, added tokens excluded.
    pub fn largest_own_id(&self) -> u32 {
        self.0.get_vocab(false).into_values().max().unwrap_or_default()
    }

    /// The token for unknown words, of a tokenizer of whole words.
    pub fn unknown(&self) -> Option<String> {
        match self.0.get_model() {
            ModelWrapper::WordLevel(words) => Some(words.unk_token.clone()),
            _ => None,
        }
    }
}

impl From<tokenizers::Error> for Failure {
    fn from(error: tokenizers::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<tokenizers::AddedToken> for AddedToken {
    fn from(token: tokenizers::AddedToken) -> Self {
        let tokenizers::AddedToken { content, single_word, lstrip, rstrip, normalized, special } =
            token;
        Self { content, single_word, lstrip, rstrip, normalized, special }
    }
}

impl From<AddedToken> for tokenizers::AddedToken {
    fn from(token: AddedToken) -> Self {
        let AddedToken { content, single_word, lstrip, rstrip, normalized, special } = token;
        Self { content, single_word, lstrip, rstrip, normalized, special }
    }
}
