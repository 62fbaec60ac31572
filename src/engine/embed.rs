//! Texts to vectors, and words in their contexts.

use std::ops::Range;

use super::{
    encode::encode,
    loaded::{Encoder, Loaded},
    pause::pause,
};
use crate::{
    embeddings::{combine, pool},
    error::{Allowed, BadRequestReason, LecternError, Result},
    generation::read,
    models::{BertInput, BertOutputOptions},
    progress::CancelToken,
    protocol::{EmbedOptions, Event, Layers, Occurrence, Pooling},
    text::Encoding,
};

/// Tokens that run at once: enough to keep a processor busy, few enough that a cancellation is
/// noticed soon.
const BATCH_TOKENS: usize = 1024;
/// [CLS], a token and [SEP].
const SHORTEST_TEXT: usize = 3;

/// The vectors of texts.
pub(super) async fn embed(
    loaded: &Loaded,
    texts: &[String],
    options: &EmbedOptions,
    cancel: &CancelToken,
    emit: &dyn Fn(Event),
) -> Result<Event> {
    let limit = options.max_tokens.unwrap_or(loaded.info.context);
    if !(SHORTEST_TEXT..=loaded.info.context).contains(&limit) {
        let (least, most) = (SHORTEST_TEXT as u64, loaded.info.context as u64);
        let allowed = Allowed::WholeBetween { least, most };
        return Err(LecternError::bad_option("maxTokens", limit, allowed));
    }
    let sentences = &loaded.sentences;
    let prompt = sentences.prompt(options)?;
    let encode = |text: &String| loaded.encode(&format!("{prompt}{text}"), None, limit);
    let encodings = texts.iter().map(encode).collect::<Result<Vec<_>>>()?;
    let left_out = match sentences.leaves_out_prompts() && !prompt.is_empty() {
        true => prompt_tokens(&loaded.encode(prompt, None, limit)?),
        false => 0,
    };
    let counted = |index: usize| {
        let tokens = encodings[index].ids.len();
        left_out.min(tokens.saturating_sub(1))..tokens
    };
    let (hidden, is_last) = (loaded.info.hidden_size, is_last(loaded, &options.layers));
    let finish = |vector| sentences.finish(vector, hidden, is_last, options.normalize);
    let pooling = options.pooling.as_ref().unwrap_or(&sentences.pooling);
    let work = Work { loaded, layers: &options.layers, pooling, cancel, emit };
    let (vectors, size) = work.run(&encodings, counted, finish).await?;
    Ok(embedded(&encodings, vectors, size))
}

/// A prompt's tokens as sentence-transformers counts them: without the special one at the end, which comes after
/// the text.
fn prompt_tokens(prompt: &Encoding) -> usize {
    let ends_special = prompt.texts.last() == Some(&None);
    prompt.ids.len() - usize::from(ends_special)
}

/// Whether the choice is the last layer alone.
fn is_last(loaded: &Loaded, layers: &Layers) -> bool {
    let last = i32::try_from(loaded.info.layers).unwrap_or(i32::MAX);
    matches!(layers, Layers::One { layer } if [-1, last].contains(layer))
}

/// The vectors of words: the mean over the tokens of each, without a prompt and as the layers give it.
pub(super) async fn embed_words(
    loaded: &Loaded,
    occurrences: &[Occurrence],
    layers: &Layers,
    cancel: &CancelToken,
    emit: &dyn Fn(Event),
) -> Result<Event> {
    let mut encodings = Vec::with_capacity(occurrences.len());
    let mut ranges = Vec::with_capacity(occurrences.len());
    for occurrence in occurrences {
        let encoding = loaded.encode(&occurrence.text, None, loaded.info.context)?;
        ranges.push(tokens_of(&encoding, occurrence)?);
        encodings.push(encoding);
    }
    let range = |index: usize| ranges[index].clone();
    let work = Work { loaded, layers, pooling: &Pooling::default(), cancel, emit };
    let (vectors, size) = work.run(&encodings, range, |vector| vector).await?;
    Ok(embedded(&encodings, vectors, size))
}

/// The range of a word's tokens.
pub(super) fn tokens_of(encoding: &Encoding, occurrence: &Occurrence) -> Result<Range<usize>> {
    let Occurrence { start, end, .. } = *occurrence;
    let touches = |span: &Range<usize>| start < end && span.start < end && span.end > start;
    let first = encoding.spans.iter().position(touches);
    let last = encoding.spans.iter().rposition(touches);
    first.zip(last).map(|(first, last)| first..last + 1).ok_or_else(|| {
        if encoding.cut > 0 {
            return LecternError::bad_request(BadRequestReason::WordCutOff { start, end });
        }
        no_word(start, end)
    })
}

/// The error for a place in a text where no word is.
pub(super) fn no_word(start: usize, end: usize) -> LecternError {
    LecternError::bad_request(BadRequestReason::NoWord { start, end })
}

fn embedded(encodings: &[Encoding], vectors: Vec<f32>, size: usize) -> Event {
    let tokens = encodings.iter().map(|encoding| encoding.ids.len()).collect();
    let cut = encodings.iter().map(|encoding| encoding.cut).collect();
    Event::Embedded { vectors: vectors.into(), size, tokens, cut }
}

struct Work<'a> {
    loaded: &'a Loaded,
    layers: &'a Layers,
    pooling: &'a Pooling,
    cancel: &'a CancelToken,
    emit: &'a dyn Fn(Event),
}

impl Work<'_> {
    /// A vector of each text: its tokens in the range `tokens_of`, pooled, then mapped by `finish`. With the size of a
    /// vector.
    async fn run(
        &self,
        encodings: &[Encoding],
        tokens_of: impl Fn(usize) -> Range<usize>,
        finish: impl Fn(Vec<f32>) -> Vec<f32>,
    ) -> Result<(Vec<f32>, usize)> {
        let encoder = self.loaded.encoder()?;
        let mut vectors = Vec::new();
        let mut size = 0;
        let mut done = 0;
        while done < encodings.len() {
            pause().await;
            self.cancel.check()?;
            let batch = batch(&encodings[done..]);
            let layers = self.hidden_states(encoder, batch).await?;
            let hidden = self.loaded.info.hidden_size;
            let mut start = 0;
            for (index, encoding) in batch.iter().enumerate() {
                let tokens = tokens_of(done + index);
                let rows = (start + tokens.start) * hidden..(start + tokens.end) * hidden;
                let layers: Vec<Vec<f32>> =
                    layers.iter().map(|layer| layer[rows.clone()].to_vec()).collect();
                let choice = if layers.len() == 1 { &Layers::default() } else { self.layers };
                let (rows, width) = combine(&layers, hidden, choice)?;
                let vector = finish(pool(&rows, width, self.pooling, tokens.start));
                size = vector.len();
                vectors.extend(vector);
                start += encoding.ids.len();
            }
            done += batch.len();
            (self.emit)(Event::TextsDone { done, total: encodings.len() });
        }
        Ok((vectors, size))
    }

    /// The hidden states of a batch, one tensor for each layer; the last one alone if no other is requested.
    async fn hidden_states(&self, encoder: &Encoder, batch: &[Encoding]) -> Result<Vec<Vec<f32>>> {
        let only_last = is_last(self.loaded, self.layers);
        let inputs: Vec<BertInput<'_>> = batch.iter().map(input).collect();
        let options = BertOutputOptions { hidden_states: !only_last, attentions: None };
        let encoded = encode(&encoder.model, &inputs, options, self.cancel).await?;
        if only_last {
            return Ok(vec![read(encoded.last).await?]);
        }
        let mut layers = Vec::with_capacity(encoded.hidden_states.len());
        for layer in encoded.hidden_states {
            layers.push(read(layer).await?);
        }
        Ok(layers)
    }
}

/// The texts that run together: as many as fit, one at least.
fn batch(encodings: &[Encoding]) -> &[Encoding] {
    let mut tokens = 0;
    let fits = |encoding: &&Encoding| {
        tokens += encoding.ids.len();
        tokens <= BATCH_TOKENS
    };
    let count = encodings.iter().take_while(fits).count();
    &encodings[..count.max(1)]
}

/// A text as the model takes it.
pub(super) fn input(encoding: &Encoding) -> BertInput<'_> {
    BertInput { ids: &encoding.ids, types: &encoding.types }
}
