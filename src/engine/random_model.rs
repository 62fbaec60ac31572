//! A model with random weights, made from a seed: for benchmarks, where only the shape matters.

#[cfg(feature = "train")]
use burn::tensor::Device;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::pause::pause;
#[cfg(feature = "train")]
use crate::models::{Bert, BertConfig, Checkpoint, Precision};
use crate::{
    checkpoint::{Dtype, TensorHeader, TensorSink},
    error::Result,
    models::Kind,
    progress::CancelToken,
    text::Tokenizer,
};

/// The spread of GPT-2's weights at the start of its training.
const SPREAD: f32 = 0.02;
const CHUNK: usize = 65536;

/// Feeds values for all tensors to a checkpoint: norms of gamma 1, all others small and random.
pub(super) async fn fill(
    checkpoint: &mut dyn TensorSink,
    tensors: Vec<(String, Vec<usize>)>,
    seed: u32,
    cancel: &CancelToken,
) -> Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let mut chunk = vec![0.0f32; CHUNK];
    for (name, shape) in tensors {
        let count: u64 = shape.iter().map(|&size| size as u64).product();
        // Of the vectors only a norm's gamma is called a weight.
        let is_gamma = shape.len() == 1 && name.ends_with("weight");
        checkpoint.begin(&TensorHeader { name, dtype: Dtype::F32, shape, by_output: false })?;
        for start in (0..count).step_by(CHUNK) {
            let chunk = &mut chunk[..(CHUNK as u64).min(count - start) as usize];
            for value in chunk.iter_mut() {
                // The sum of a word's four bytes: bell-shaped enough, with unit variance after scaling.
                let bytes = random.next_u32().to_le_bytes();
                let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
                let bell = (sum as f32 - 510.0) / 147.8;
                *value = if is_gamma { 1.0 } else { SPREAD * bell };
            }
            checkpoint.values(chunk)?;
        }
        checkpoint.end()?;
        cancel.check()?;
        pause().await;
    }
    Ok(())
}

/// An encoder of random weights on the CPU, in floats and with the masked head at most.
#[cfg(feature = "train")]
pub(super) async fn encoder(
    config: BertConfig,
    has_masked_head: bool,
    seed: u32,
    cancel: &CancelToken,
) -> Result<Bert> {
    let mut checkpoint = config.checkpoint(Precision::default(), Device::flex());
    let is_asked = |(name, _): &(String, Vec<usize>)| {
        let is_other_head = name.contains("pooler") || name.contains("seq_relationship");
        !is_other_head && (has_masked_head || !name.contains("predictions"))
    };
    let tensors = Checkpoint::tensors(&checkpoint).into_iter().filter(is_asked).collect();
    fill(&mut checkpoint, tensors, seed, cancel).await?;
    checkpoint.finish()
}

/// A tokenizer of `size` tokens: of bytes for a decoder, like GPT-2's, of subwords for an encoder, like BERT's. Tokens
/// are never merged, so that a text has a token for each letter.
pub(super) fn tokenizer(kind: Kind, size: usize) -> Result<Tokenizer> {
    match kind {
        Kind::Decoder => bytes_tokenizer(size),
        Kind::Encoder | Kind::Readers => {
            let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(String::from);
            let first = ('a'..='z').map(String::from);
            let later = ('a'..='z').map(|letter| format!("##{letter}"));
            let mut vocabulary: Vec<String> =
                special.into_iter().chain(first).chain(later).take(size).collect();
            vocabulary.extend((vocabulary.len()..size).map(|id| format!("[{id}]")));
            Tokenizer::from_vocab_txt(vocabulary.join("\n").as_bytes(), None)
        }
    }
}

fn bytes_tokenizer(size: usize) -> Result<Tokenizer> {
    let shown = ('!'..='~').chain('¡'..='¬').chain('®'..='ÿ').chain('\u{100}'..='\u{143}');
    let mut vocabulary: Vec<String> = shown.map(String::from).collect();
    vocabulary.extend((vocabulary.len()..size).map(|id| format!("[{id}]")));
    let numbered =
        vocabulary.into_iter().take(size).enumerate().map(|(id, token)| (token, id.into()));
    let vocabulary: serde_json::Map<String, serde_json::Value> = numbered.collect();
    let vocabulary = serde_json::Value::Object(vocabulary).to_string();
    Tokenizer::from_vocab_and_merges(vocabulary.as_bytes(), b"#version: 0.2\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_a_token() {
        let subwords = tokenizer(Kind::Encoder, 100).unwrap();
        let words = subwords.encode_texts("abc de", None, 64).unwrap();
        assert_eq!(words.ids.len(), 2 + 5);
        assert!(!words.ids.contains(&1), "no letter is unknown");

        let tokenizer = tokenizer(Kind::Decoder, 300).unwrap();
        assert_eq!(tokenizer.size(), 300);
        let ids = tokenizer.encode(&"a b".repeat(10)).unwrap();
        assert_eq!(ids.len(), 30);
        assert!(ids.iter().all(|id| *id < 256));
    }
}
