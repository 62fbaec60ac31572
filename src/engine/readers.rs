//! A text as ELMo's two readers go over it (Peters et al. 2018).

use burn::tensor::Tensor;
use web_time::Instant;

use super::{loaded::Loaded, pause::Pacing};
use crate::{
    error::Result,
    generation::{probabilities, read},
    kernels::LstmTrace,
    models::Elmo,
    progress::CancelToken,
    protocol::{Candidate, Event, ReadWord, ReaderStep, ReaderTrace, Reading},
};

/// The words of a text.
pub(super) struct Words {
    pub(super) words: Vec<ReadWord>,
    /// Number of words that were cut off at the model's limit.
    pub(super) cut: usize,
}

impl Words {
    /// Splits a text into words, of which there must be one.
    pub(super) fn of(loaded: &Loaded, text: &str) -> Result<Self> {
        let encoding = loaded.encode(text, None, loaded.info.context)?;
        let units: Vec<u16> = text.encode_utf16().collect();
        let unknown = loaded.tokenizer.unknown();
        let words = encoding.ids.iter().zip(&encoding.spans).map(|(id, span)| ReadWord {
            text: String::from_utf16_lossy(&units[span.clone()]),
            start: span.start,
            end: span.end,
            is_known: Some(*id) != unknown,
        });
        Ok(Self { words: words.collect(), cut: encoding.cut })
    }

    pub(super) fn texts(&self) -> Vec<&str> {
        self.words.iter().map(|word| word.text.as_str()).collect()
    }
}

/// Reads a text from both ends, with the `count` likeliest words after each step.
pub(super) async fn read_text(
    loaded: &Loaded,
    text: &str,
    count: usize,
    cancel: &CancelToken,
) -> Result<Event> {
    let start = Instant::now();
    let model = loaded.readers()?;
    let words = Words::of(loaded, text)?;
    let mut pacing = Pacing::new(cancel);
    pacing.between().await?;
    let output = model.read(&words.texts());
    let mut layers = Vec::with_capacity(output.forward.len() + 1);
    for layer in output.layers() {
        layers.push(read(layer).await?.into());
    }
    let steps = words.words.len() + 1;
    // The mark at which a reader ends has nothing to come after it.
    let mut traces = Vec::with_capacity(2);
    for (first, reader) in [(0, &output.forward), (1, &output.backward)] {
        let mut trace = ReaderTrace { layers: Vec::new(), likely: Vec::new() };
        for (layer, _) in reader {
            trace.layers.push(steps_of(layer, first, steps).await?);
        }
        if let Some((_, last)) = reader.last().filter(|_| count > 0) {
            pacing.between().await?;
            trace.likely =
                likely(loaded, model, last.clone().narrow(0, first, steps), count).await?;
        }
        traces.push(trace);
    }
    let [forward, backward]: [ReaderTrace; 2] = traces.try_into().expect("two readers");
    let reading = Reading {
        words: words.words,
        layers,
        size: loaded.info.hidden_size,
        forward,
        backward,
        cut: words.cut,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok(Event::Read { reading: Box::new(reading) })
}

/// The means of a layer's gates and the lengths of its states, of so many rows from `first` on.
async fn steps_of(layer: &LstmTrace, first: usize, count: usize) -> Result<Vec<ReaderStep>> {
    let (gates, cells) = (read(layer.gates.clone()).await?, read(layer.cells.clone()).await?);
    let width = layer.cells.dims()[1];
    let step = |row: usize| {
        let gates = &gates[row * 4 * width..][..4 * width];
        let mean = |gate: usize| gates[gate * width..][..width].iter().sum::<f32>() / width as f32;
        let state = &cells[row * width..][..width];
        ReaderStep {
            input: mean(0),
            forget: mean(1),
            output: mean(3),
            norm: state.iter().map(|x| x * x).sum::<f32>().sqrt(),
        }
    };
    Ok((first..first + count).map(step).collect())
}

/// The likeliest words after each of a reader's last states.
async fn likely(
    loaded: &Loaded,
    model: &Elmo,
    states: Tensor<2>,
    count: usize,
) -> Result<Vec<Vec<Candidate>>> {
    let Some(logits) = model.logits(states) else { return Ok(Vec::new()) };
    let logits = read(logits).await?;
    let of = |row: &[f32]| loaded.candidates(row, &probabilities(row, 1.0), count);
    Ok(logits.chunks_exact(loaded.info.vocabulary).map(of).collect())
}
