//! How far the vectors of a text's words depend on one word: what changes in them when other words stand in its place
//! (occlusion, Zeiler and Fergus 2014, section 4.2, on words). In an LSTM it fades from word to word, since all that is
//! known of a word has to pass through the state; in a Transformer every position looks at it directly.

use std::{cmp::Ordering, ops::Range};

use super::{
    embed::{input, no_word, tokens_of},
    encode::encode,
    loaded::{Loaded, Model},
    pause::pause,
    readers::Words,
};
use crate::{
    embeddings::pool,
    error::{BadRequestReason, LecternError, Result},
    generation::read,
    models::BertOutputOptions,
    progress::CancelToken,
    protocol::{Event, Occurrence, Pooling},
};

/// A word of a text, in UTF-16 code units.
type Span = [usize; 2];

/// Vectors of words by layer.
type Layers = Vec<Vec<Vec<f32>>>;

/// Replaces a word by others, one after the other, and measures the mean relative change ‖h − h′‖ / ‖h‖ of every word's
/// vector in every layer. Of ELMo's vectors the half counts whose reader has read the word by then: the forward reader's
/// after it, the backward reader's before it, both at the word itself.
pub(super) async fn influence(
    loaded: &Loaded,
    text: &str,
    words: &[Span],
    word: usize,
    instead: &[String],
    cancel: &CancelToken,
) -> Result<Event> {
    if instead.is_empty() || instead.iter().any(|it| it.trim().is_empty()) {
        return Err(LecternError::bad_request(BadRequestReason::EmptyText));
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    let outside = words.iter().find(|[start, end]| start >= end || *end > units.len());
    outside.map_or(Ok(()), |[start, end]| Err(no_word(*start, *end)))?;
    let [start, end] = *words.get(word).ok_or_else(|| no_word(0, 0))?;
    let before = vectors(loaded, text, words, cancel).await?;
    let mut changes = vec![vec![0.0; words.len()]; before.len()];
    for other in instead {
        let length = other.encode_utf16().count();
        let replaced = [
            &String::from_utf16_lossy(&units[..start]),
            other.as_str(),
            &String::from_utf16_lossy(&units[end..]),
        ]
        .concat();
        let moved = |at: usize| if at < end { at } else { at + length - (end - start) };
        let mut spans: Vec<Span> = words.iter().map(|it| it.map(moved)).collect();
        spans[word] = [start, start + length];
        let after = vectors(loaded, &replaced, &spans, cancel).await?;
        for (sums, (before, after)) in changes.iter_mut().zip(before.iter().zip(&after)) {
            for (index, sum) in sums.iter_mut().enumerate() {
                let part = part_that_knows(loaded, index, word, before[index].len());
                *sum += relative_change(&before[index][part.clone()], &after[index][part]);
            }
        }
    }
    let count = instead.len() as f32;
    changes.iter_mut().flatten().for_each(|change| *change /= count);
    Ok(Event::Influence { layers: changes })
}

/// The part of a word's vector that has met the replaced word.
fn part_that_knows(loaded: &Loaded, index: usize, word: usize, size: usize) -> Range<usize> {
    let is_elmo = matches!(loaded.model, Model::Readers(_));
    match index.cmp(&word) {
        Ordering::Greater if is_elmo => 0..size / 2,
        Ordering::Less if is_elmo => size / 2..size,
        _ => 0..size,
    }
}

fn relative_change(before: &[f32], after: &[f32]) -> f32 {
    let change: f32 = before.iter().zip(after).map(|(x, y)| (x - y) * (x - y)).sum();
    let length: f32 = before.iter().map(|x| x * x).sum();
    (change / length.max(f32::MIN_POSITIVE)).sqrt()
}

/// The vectors of words in every layer, each the mean over the word's tokens.
async fn vectors(
    loaded: &Loaded,
    text: &str,
    words: &[Span],
    cancel: &CancelToken,
) -> Result<Layers> {
    cancel.check()?;
    let encoding = loaded.encode(text, None, loaded.info.context)?;
    let rows = |[start, end]: &Span| {
        tokens_of(&encoding, &Occurrence { text: String::new(), start: *start, end: *end })
    };
    let rows = words.iter().map(rows).collect::<Result<Vec<_>>>()?;
    let layers = match &loaded.model {
        Model::Readers(model) => {
            pause().await;
            model.read(&Words::of(loaded, text)?.texts()).layers()
        }
        _ => {
            let options = BertOutputOptions { hidden_states: true, attentions: None };
            encode(&loaded.encoder()?.model, &[input(&encoding)], options, cancel)
                .await?
                .hidden_states
        }
    };
    let width = loaded.info.hidden_size;
    let mut found = Vec::with_capacity(layers.len());
    for layer in layers {
        let states = read(layer).await?;
        let of_word = |rows: &Range<usize>| {
            let states = &states[rows.start * width..rows.end * width];
            pool(states, width, &Pooling::default(), rows.start)
        };
        found.push(rows.iter().map(of_word).collect());
    }
    Ok(found)
}
