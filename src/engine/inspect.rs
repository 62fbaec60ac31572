//! Looking inside a decoder: what else a token might have been, what attends to what, hidden states.

use super::{
    distribution::LogSoftmax,
    loaded::{Loaded, no_text},
};
use crate::{
    checkpoint::CancelToken,
    error::{LecternError, Result},
    generation::{probabilities, read},
    models::{Cache, Wanted},
    protocol::{Event, ModelInfo},
};

/// No answer is larger than this many numbers (256 MB): a browser would not survive it.
const LARGEST_ANSWER: usize = 1 << 26;

/// Which distribution, and how much of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) position: usize,
    pub(super) temperature: f32,
    pub(super) count: usize,
}

/// The distribution from which a token of the last generation came, and how far it is from the reference's.
pub(super) async fn candidates(
    loaded: &Loaded,
    reference: Option<&Loaded>,
    asked: Asked,
    cancel: &CancelToken,
) -> Result<Event> {
    let Asked { position, temperature, count } = asked;
    if !temperature.is_finite() || temperature < 0.0 {
        return Err(LecternError::bad_request("temperature must be 0 or more"));
    }
    let (before, logits) = before(loaded, position, cancel).await?;
    // One session after the other: two at once could wait for each other for ever.
    let divergence = match reference {
        None => None,
        Some(reference) => {
            let (others_before, others) = self::before(reference, position, cancel).await?;
            if before != others_before || logits.len() != others.len() {
                let reason = "the two models' texts are not the same up to that token";
                return Err(LecternError::bad_request(reason));
            }
            Some(LogSoftmax::of(&others).divergence(&LogSoftmax::of(&logits)))
        }
    };
    let candidates = loaded.candidates(&logits, &probabilities(&logits, temperature), count);
    Ok(Event::Candidates { candidates, divergence })
}

/// The tokens before one of the last generation, and the logits from which it came.
async fn before(
    loaded: &Loaded,
    position: usize,
    cancel: &CancelToken,
) -> Result<(Vec<u32>, Vec<f32>)> {
    let decoder = loaded.decoder()?;
    let mut session = decoder.session(cancel).await?;
    let session = session.as_mut().ok_or_else(no_text)?;
    let logits = session.logits_before(&decoder.model, position).await?;
    Ok((session.ids()[..position].to_vec(), logits))
}

/// One head's attention over the last generation.
pub(super) async fn attention(
    loaded: &Loaded,
    layer: usize,
    head: usize,
    cancel: &CancelToken,
) -> Result<Event> {
    let decoder = loaded.decoder()?;
    let mut session = decoder.session(cancel).await?;
    let session = session.as_mut().ok_or_else(no_text)?;
    let weights = session.attention(&decoder.model, layer, head).await?;
    Ok(Event::Attention { tokens: loaded.token_texts(session.ids()), weights })
}

/// What of a text's run to report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) attentions: bool,
    pub(super) hidden_states: bool,
    pub(super) logits: bool,
}

impl Parts {
    /// Refuse what no browser could take, for a text of `length` tokens.
    pub(super) fn check_size(self, info: &ModelInfo, length: usize) -> Result<()> {
        let counts = [
            (self.attentions, info.layers * info.heads * length * length),
            (self.hidden_states, (info.layers + 1) * length * info.hidden_size),
            (self.logits, length * info.vocabulary),
        ];
        let numbers: usize =
            counts.iter().filter(|(wanted, _)| *wanted).map(|(_, count)| count).sum();
        if numbers > LARGEST_ANSWER {
            let (what, bytes) = ("the answer".into(), 4 * numbers as u64);
            return Err(LecternError::OutOfMemory { what, bytes });
        }
        Ok(())
    }
}

/// Run a text and report what is inside.
pub(super) async fn inspect(loaded: &Loaded, text: &str, parts: Parts) -> Result<Event> {
    let model = &loaded.decoder()?.model;
    let config = &model.config;
    let ids = loaded.encode_prompt(text)?;
    let length = ids.len();
    if ids.is_empty() {
        return Err(LecternError::bad_request("the text is empty"));
    }
    if length > config.n_positions {
        return Err(LecternError::ContextFull { tokens: length, limit: config.n_positions });
    }
    parts.check_size(&loaded.info, length)?;
    let mut cache = Cache::new(config, length, &model.device());
    let wanted = Wanted {
        all_logits: parts.logits,
        hidden_states: parts.hidden_states,
        attentions: parts.attentions.then_some(None),
    };
    let inside = model.forward(&ids, &mut cache, wanted);
    let mut attentions = Vec::new();
    for attention in inside.attentions {
        attentions.push(read(attention).await?);
    }
    let mut hidden_states = Vec::new();
    for hidden in inside.hidden_states {
        hidden_states.push(read(hidden).await?);
    }
    let logits = if parts.logits { read(inside.logits).await? } else { Vec::new() };
    let tokens = loaded.token_texts(&ids);
    Ok(Event::Inspected { tokens, attentions, hidden_states, logits, pooled: Vec::new(), cut: 0 })
}
