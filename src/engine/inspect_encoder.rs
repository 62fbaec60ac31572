//! Inspection of an encoder: attention weights, hidden states, logits at every position.

use super::{
    embed::input,
    encode::encode,
    inspect::{Outputs, check_answer, square},
    loaded::{LayerAttention, Loaded},
    pause::Pacing,
};
use crate::{
    error::{BadRequestReason, Head, LecternError, Result},
    generation::read,
    models::{BertOutputOptions, LayerSelection},
    progress::CancelToken,
    protocol::{Event, TypedArray},
};

/// One head's attention over the text that was read last.
pub(super) async fn attention(
    loaded: &Loaded,
    layer: usize,
    head: usize,
    cancel: &CancelToken,
) -> Result<Event> {
    if layer >= loaded.info.layers || head >= loaded.info.heads {
        return Err(LecternError::bad_request(BadRequestReason::NoSuchHead { layer, head }));
    }
    let encoder = loaded.encoder()?;
    let encoding = encoder.last.borrow().clone();
    let none = || LecternError::bad_request(BadRequestReason::NothingRead);
    let encoding = encoding.ok_or_else(none)?;
    let pairs = square(encoding.ids.len());
    check_answer([pairs.saturating_mul(loaded.info.heads as u64)])?;
    let of_head = head * pairs as usize..(head + 1) * pairs as usize;
    let tokens = loaded.token_texts(&encoding.ids);
    let kept = encoder.attention.borrow().as_ref().and_then(|it| it.of(&encoding, layer));
    if let Some(kept) = kept {
        return Ok(Event::Attention { tokens, weights: kept[of_head].to_vec().into() });
    }
    // Frees their memory before the new ones take theirs.
    encoder.attention.take();
    let options = BertOutputOptions {
        attentions: Some(LayerSelection::One(layer)),
        ..BertOutputOptions::default()
    };
    let mut pacing = Pacing::new(cancel);
    let mut run = encoder.model.begin(&[input(&encoding)], options);
    while !run.has_attentions() {
        pacing.between().await?;
        run.step();
    }
    let weights = run.stop().attentions.pop().expect("the layer's weights were requested");
    let weights = read(weights).await?;
    let chosen = weights[of_head].to_vec().into();
    encoder.attention.replace(LayerAttention::keep(encoding, layer, weights));
    Ok(Event::Attention { tokens, weights: chosen })
}

/// Runs a text, or a pair, and reports the requested outputs.
pub(super) async fn inspect(
    loaded: &Loaded,
    text: &str,
    pair: Option<&str>,
    outputs: Outputs,
    cancel: &CancelToken,
) -> Result<Event> {
    let model = &loaded.encoder()?.model;
    let encoding = loaded.encode(text, pair, loaded.info.context)?;
    outputs.check_size(&loaded.info, encoding.ids.len())?;
    let options = BertOutputOptions {
        hidden_states: outputs.hidden_states,
        attentions: outputs.attentions.then_some(LayerSelection::All),
    };
    let encoded = encode(model, &[input(&encoding)], options, cancel).await?;
    let mut attentions = Vec::new();
    for attention in encoded.attentions {
        attentions.push(read(attention).await?.into());
    }
    let mut hidden_states = Vec::new();
    for hidden in encoded.hidden_states {
        hidden_states.push(read(hidden).await?.into());
    }
    let pooled = match model.pool_first(&encoded.last, &encoded.starts) {
        Some(pooled) => read(pooled).await?.into(),
        None => TypedArray::default(),
    };
    let mut logits = TypedArray::default();
    if outputs.logits {
        let all = model.masked_logits(encoded.last);
        logits = read(all.ok_or_else(|| loaded.missing(Head::MaskedLanguage))?).await?.into();
    }
    let tokens = loaded.token_texts(&encoding.ids);
    let cut = encoding.cut;
    loaded.encoder()?.last.borrow_mut().replace(encoding);
    Ok(Event::Inspected { tokens, attentions, hidden_states, logits, pooled, cut })
}
