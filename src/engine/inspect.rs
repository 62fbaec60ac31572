//! Inspection of a decoder: candidates for a token, attention weights, hidden states, logits.

use burn::tensor::Tensor;

use super::{
    distribution::LogSoftmax,
    loaded::{Loaded, no_text},
    pause::Pacing,
};
use crate::{
    error::{Allowed, BadRequestReason, LecternError, MemoryUse, Result},
    generation::{AttentionRows, inspection_chunk, probabilities, read},
    models::{Cache, Gpt2OutputOptions, Gpt2PartialOutput, LayerSelection},
    progress::CancelToken,
    protocol::{Event, ModelInfo, TypedArray},
    quantization::AllocationError,
};

/// Values of the largest answer (256 MB): a browser would not survive a larger one.
const LARGEST_ANSWER: u64 = 1 << 26;

/// A request for the distribution at a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) position: usize,
    pub(super) temperature: f32,
    pub(super) count: usize,
}

/// The distribution of a token of the last generation, and its divergence from the reference's.
pub(super) async fn candidates(
    loaded: &Loaded,
    reference: Option<&Loaded>,
    asked: Asked,
    cancel: &CancelToken,
) -> Result<Event> {
    let Asked { position, temperature, count } = asked;
    if !temperature.is_finite() || temperature < 0.0 {
        let allowed = Allowed::AtLeast { least: 0.0 };
        return Err(LecternError::bad_option("temperature", temperature, allowed));
    }
    let (before, logits) = before(loaded, position, cancel).await?;
    // One session after the other: two at once could wait for each other for ever.
    let divergence = match reference {
        None => None,
        Some(reference) => {
            let (others_before, others) = self::before(reference, position, cancel).await?;
            if before != others_before || logits.len() != others.len() {
                return Err(LecternError::bad_request(BadRequestReason::DifferentTexts));
            }
            Some(LogSoftmax::of(&others).divergence(&LogSoftmax::of(&logits)))
        }
    };
    let candidates = loaded.candidates(&logits, &probabilities(&logits, temperature), count);
    Ok(Event::Candidates { candidates, divergence })
}

/// The tokens before one of the last generation, and its logits.
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
    check_answer([square(session.ids().len())])?;
    let mut pacing = Pacing::new(cancel);
    let weights = session.attention(&decoder.model, layer, head, async || pacing.between().await);
    let weights = weights.await?;
    Ok(Event::Attention { tokens: loaded.token_texts(session.ids()), weights: weights.into() })
}

/// Outputs of a text's run to report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outputs {
    pub(super) attentions: bool,
    pub(super) hidden_states: bool,
    pub(super) logits: bool,
}

impl Outputs {
    /// Refuses an answer too large for a browser, for a text of `length` tokens.
    pub(super) fn check_size(self, info: &ModelInfo, length: usize) -> Result<()> {
        let [layers, heads, hidden, vocabulary] =
            [info.layers, info.heads, info.hidden_size, info.vocabulary].map(|size| size as u64);
        let tokens = length as u64;
        let counts = [
            (self.attentions, (layers * heads).saturating_mul(square(length))),
            (self.hidden_states, (layers + 1).saturating_mul(tokens * hidden)),
            (self.logits, tokens * vocabulary),
        ];
        check_answer(
            counts.into_iter().filter(|(is_requested, _)| *is_requested).map(|(_, count)| count),
        )
    }
}

/// Number of values in an attention matrix.
pub(super) fn square(tokens: usize) -> u64 {
    (tokens as u64).saturating_mul(tokens as u64)
}

/// Refuses an answer with too many values in all for a browser.
pub(super) fn check_answer(counts: impl IntoIterator<Item = u64>) -> Result<()> {
    let values = counts.into_iter().fold(0, u64::saturating_add);
    if values > LARGEST_ANSWER {
        let bytes = values.saturating_mul(4);
        return Err(LecternError::OutOfMemory { what: MemoryUse::Answer, bytes });
    }
    Ok(())
}

/// Runs a text, in chunks and layer by layer, and reports the requested outputs.
pub(super) async fn inspect(
    loaded: &Loaded,
    text: &str,
    outputs: Outputs,
    cancel: &CancelToken,
) -> Result<Event> {
    let model = &loaded.decoder()?.model;
    let config = &model.config;
    let ids = loaded.encode_prompt(text)?;
    let length = ids.len();
    if ids.is_empty() {
        return Err(LecternError::bad_request(BadRequestReason::EmptyText));
    }
    if length > config.n_positions {
        return Err(LecternError::ContextFull { tokens: length, limit: config.n_positions });
    }
    outputs.check_size(&loaded.info, length)?;
    let mut cache = Cache::new(config, length, &model.device());
    let options = Gpt2OutputOptions {
        all_logits: outputs.logits,
        hidden_states: outputs.hidden_states,
        attentions: outputs.attentions.then_some(LayerSelection::All),
    };
    let mut pacing = Pacing::new(cancel);
    let mut found = Found::new(outputs, config.n_layer, config.n_head, length)?;
    for chunk in ids.chunks(inspection_chunk(config)) {
        let mut run = model.begin(chunk, &mut cache, options);
        while run.next_layer().is_some() {
            pacing.between().await?;
            run.step();
        }
        // The last hidden state is that after the final norm, as transformers has it.
        let Gpt2PartialOutput { hidden, mut hidden_states, attentions } = run.stop();
        if outputs.hidden_states || outputs.logits {
            let normed = model.final_norm.forward(hidden);
            hidden_states.extend(outputs.hidden_states.then(|| normed.clone()));
            if outputs.logits {
                pacing.between().await?;
                found.logits.extend(read(model.logits(normed)).await?);
            }
        }
        found.add(chunk.len(), hidden_states, attentions, &mut pacing).await?;
    }
    let Found { attentions, hidden_states, logits } = found;
    Ok(Event::Inspected {
        tokens: loaded.token_texts(&ids),
        attentions: attentions.into_iter().map(|it| it.finish().into()).collect(),
        hidden_states: hidden_states.into_iter().map(Into::into).collect(),
        logits: logits.into(),
        pooled: TypedArray::default(),
        cut: 0,
    })
}

/// Outputs of the chunks that have run.
struct Found {
    /// One matrix for each layer.
    attentions: Vec<AttentionRows>,
    /// The embeddings, then the output of each layer.
    hidden_states: Vec<Vec<f32>>,
    logits: Vec<f32>,
}

impl Found {
    fn new(outputs: Outputs, layers: usize, heads: usize, tokens: usize) -> Result<Self> {
        let attentions = if outputs.attentions { layers } else { 0 };
        let attentions = (0..attentions).map(|_| AttentionRows::new(heads, tokens));
        let no_memory = |none: AllocationError| LecternError::OutOfMemory {
            what: MemoryUse::Answer,
            bytes: none.bytes,
        };
        let attentions = attentions.collect::<Result<_, _>>().map_err(no_memory)?;
        let hidden_states = if outputs.hidden_states { layers + 1 } else { 0 };
        Ok(Self { attentions, hidden_states: vec![Vec::new(); hidden_states], logits: Vec::new() })
    }

    /// Reads the outputs of a chunk of so many tokens.
    async fn add(
        &mut self,
        tokens: usize,
        hidden_states: Vec<Tensor<2>>,
        attentions: Vec<Tensor<3>>,
        pacing: &mut Pacing<'_>,
    ) -> Result<()> {
        for (all, chunk) in self.hidden_states.iter_mut().zip(hidden_states) {
            all.extend(read(chunk).await?);
        }
        for (all, chunk) in self.attentions.iter_mut().zip(attentions) {
            pacing.between().await?;
            all.push(&read(chunk).await?, tokens);
        }
        Ok(())
    }
}
