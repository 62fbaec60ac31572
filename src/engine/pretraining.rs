//! BERT's two pre-training tasks: masked tokens, and whether B follows A (Devlin et al. 2019, section 3.1).

use super::{embed::input, encode::encode, loaded::Loaded};
use crate::{
    error::{BadRequestReason, Head, LecternError, Result},
    generation::{probabilities, read},
    models::BertOutputOptions,
    progress::CancelToken,
    protocol::{Event, Filling},
};

/// The model's candidates for each mask.
pub(super) async fn fill_mask(
    loaded: &Loaded,
    text: &str,
    top_k: usize,
    cancel: &CancelToken,
) -> Result<Event> {
    let encoder = loaded.encoder()?;
    let no_head = || loaded.missing(Head::MaskedLanguage);
    let (mask, name) = loaded.tokenizer.mask().ok_or_else(no_head)?;
    let encoding = loaded.encode(text, None, loaded.info.context)?;
    let options = BertOutputOptions::default();
    let encoded = encode(&encoder.model, &[input(&encoding)], options, cancel).await?;
    let mut fillings = Vec::new();
    for (position, _) in encoding.ids.iter().enumerate().filter(|(_, id)| **id == mask) {
        let row = encoded.last.clone().narrow(0, position, 1);
        let logits = read(encoder.model.masked_logits(row).ok_or_else(no_head)?).await?;
        let probabilities = probabilities(&logits, 1.0);
        let candidates = loaded.candidates(&logits, &probabilities, top_k);
        fillings.push(Filling { position, candidates });
    }
    if encoder.model.masked_head.is_none() {
        return Err(no_head());
    }
    if fillings.is_empty() {
        return Err(LecternError::bad_request(BadRequestReason::NoMask { mask: name }));
    }
    let event =
        Event::Filled { tokens: loaded.token_texts(&encoding.ids), fillings, cut: encoding.cut };
    encoder.last.borrow_mut().replace(encoding);
    Ok(event)
}

/// The probability that `second` follows `first`.
pub(super) async fn next_sentence(
    loaded: &Loaded,
    first: &str,
    second: &str,
    cancel: &CancelToken,
) -> Result<Event> {
    let encoder = loaded.encoder()?;
    let no_head = || loaded.missing(Head::NextSentence);
    let encoding = loaded.encode(first, Some(second), loaded.info.context)?;
    let options = BertOutputOptions::default();
    let encoded = encode(&encoder.model, &[input(&encoding)], options, cancel).await?;
    let pooled = encoder.model.pool_first(&encoded.last, &encoded.starts).ok_or_else(no_head)?;
    let logits = encoder.model.next_sentence_logits(pooled).ok_or_else(no_head)?;
    let logits = read(logits).await?;
    let probability = probabilities(&logits, 1.0)[0];
    let event = Event::NextSentence {
        tokens: loaded.token_texts(&encoding.ids),
        probability,
        logits: [logits[0], logits[1]],
        cut: encoding.cut,
    };
    encoder.last.borrow_mut().replace(encoding);
    Ok(event)
}
