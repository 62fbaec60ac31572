//! Looking inside an encoder: what attends to what, hidden states, what every place might hold.

use super::{embed::input, inspect::Parts, loaded::Loaded};
use crate::{
    error::{LecternError, Result},
    generation::read,
    models::EncoderWanted,
    protocol::Event,
};

/// One head's attention over the text that was read last.
pub(super) async fn attention(loaded: &Loaded, layer: usize, head: usize) -> Result<Event> {
    if layer >= loaded.info.layers || head >= loaded.info.heads {
        return Err(LecternError::bad_request(format!("no head {head} in layer {layer}")));
    }
    let encoder = loaded.encoder()?;
    let encoding = encoder.last.borrow().clone();
    let none = || LecternError::bad_request("there is no text yet that could be looked into");
    let encoding = encoding.ok_or_else(none)?;
    let wanted = EncoderWanted { attentions: Some(Some(layer)), ..EncoderWanted::default() };
    let encoded = encoder.model.encode(&[input(&encoding)], wanted);
    let weights = encoded.attentions.into_iter().next().expect("the layer's weights were wanted");
    let pairs = encoding.ids.len() * encoding.ids.len();
    let weights = read(weights.narrow(0, head * pairs, pairs)).await?;
    Ok(Event::Attention { tokens: loaded.token_texts(&encoding.ids), weights })
}

/// Run a text, or a pair, and report what is inside.
pub(super) async fn inspect(
    loaded: &Loaded,
    text: &str,
    pair: Option<&str>,
    parts: Parts,
) -> Result<Event> {
    let model = &loaded.encoder()?.model;
    let encoding = loaded.encode(text, pair, loaded.info.context)?;
    parts.check_size(&loaded.info, encoding.ids.len())?;
    let wanted = EncoderWanted {
        hidden_states: parts.hidden_states,
        attentions: parts.attentions.then_some(None),
    };
    let encoded = model.encode(&[input(&encoding)], wanted);
    let mut attentions = Vec::new();
    for attention in encoded.attentions {
        attentions.push(read(attention).await?);
    }
    let mut hidden_states = Vec::new();
    for hidden in encoded.hidden_states {
        hidden_states.push(read(hidden).await?);
    }
    let pooled = match model.pool_first(&encoded.last, &encoded.starts) {
        Some(pooled) => read(pooled).await?,
        None => Vec::new(),
    };
    let mut logits = Vec::new();
    if parts.logits {
        let all = model.masked_logits(encoded.last);
        logits = read(all.ok_or_else(|| loaded.missing("masked-language head"))?).await?;
    }
    let tokens = loaded.token_texts(&encoding.ids);
    let cut = encoding.cut;
    loaded.encoder()?.last.borrow_mut().replace(encoding);
    Ok(Event::Inspected { tokens, attentions, hidden_states, logits, pooled, cut })
}
