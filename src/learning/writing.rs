//! Texts that a decoder writes side by side at temperature 1, and what a reading of them finds: a policy's rollouts, and
//! the endings that are ranked.

use burn::tensor::{Int, Tensor};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{language::double, softmax::log_softmax, tape::numbers};
use crate::models::{Gpt2, TextRows};

/// A text that was written after an opening.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// The opening and what was written.
    pub ids: Vec<u32>,
    /// Number of the opening's tokens, at least one.
    pub opening: usize,
    /// For each written token: the writer's log-probabilities of the whole vocabulary there.
    pub logs: Vec<Vec<f32>>,
    /// For each written token: the writer's last hidden state there.
    pub states: Vec<Vec<f32>>,
}

impl Written {
    /// The tokens that were written.
    pub fn own(&self) -> &[u32] {
        &self.ids[self.opening..]
    }

    /// Whether it came to an end by itself, with the token `end`.
    pub fn is_ended(&self, end: Option<u32>) -> bool {
        end.is_some() && self.own().last().copied() == end
    }

    /// ln p of each written token by the writer.
    pub fn log_probabilities(&self) -> Vec<f64> {
        let pairs = self.logs.iter().zip(self.own());
        pairs.map(|(logs, id)| f64::from(logs[*id as usize])).collect()
    }
}

/// Texts that are being written.
pub struct Writer {
    texts: Vec<Written>,
    rows: TextRows,
    /// Tokens of a text after its opening.
    tokens: usize,
    /// The token that ends a text.
    end: Option<u32>,
}

impl Writer {
    /// Begins a text of so many tokens after each of the openings; it may end sooner, with the token `end`.
    ///
    /// # Panics
    /// If there are no openings, or one is empty.
    pub fn new(model: &Gpt2, openings: &[&[u32]], tokens: usize, end: Option<u32>) -> Self {
        assert!(!openings.is_empty() && openings.iter().all(|it| !it.is_empty()), "openings");
        let text =
            |ids: &&[u32]| Written { ids: ids.to_vec(), opening: ids.len(), ..Written::default() };
        let texts = openings.iter().map(text).collect();
        Self { texts, rows: TextRows::new(model, openings.len()), tokens, end }
    }

    /// Reads one more token of every text, and writes the next where the opening was read. Returns whether a text goes
    /// on.
    pub fn step(&mut self, model: &Gpt2, random: &mut ChaCha8Rng) -> bool {
        let next: Vec<(usize, u32)> = (0..self.texts.len())
            .filter(|text| !self.is_written(*text))
            .map(|text| (text, self.texts[text].ids[self.rows.lengths()[text]]))
            .collect();
        if next.is_empty() {
            return false;
        }
        let hidden = model.extend_rows(&mut self.rows, &next);
        let writes =
            |(text, _): &(usize, u32)| self.rows.lengths()[*text] == self.texts[*text].ids.len();
        let rows: Vec<i32> =
            (0..next.len()).filter(|row| writes(&next[*row])).map(|row| row as i32).collect();
        if rows.is_empty() {
            return true;
        }
        let hidden = hidden.select(0, Tensor::<1, Int>::from_ints(&rows[..], &model.device()));
        let width = hidden.dims()[1];
        let logits = numbers(model.logits(hidden.clone()));
        let vocabulary = logits.len() / rows.len();
        let states = numbers(hidden);
        let found = logits.chunks_exact(vocabulary).zip(states.chunks_exact(width));
        for (row, (logits, state)) in rows.iter().zip(found) {
            let text = &mut self.texts[next[*row as usize].0];
            let logs = log_softmax(&double(logits), 1.0);
            text.ids.push(sample(&logs, random.random()));
            text.logs.push(logs.into_iter().map(|log| log as f32).collect());
            text.states.push(state.to_vec());
        }
        true
    }

    fn is_written(&self, text: usize) -> bool {
        let text = &self.texts[text];
        text.own().len() >= self.tokens || text.is_ended(self.end)
    }

    /// The texts.
    pub fn finish(self) -> Vec<Written> {
        self.texts
    }
}

/// The token at a share of all probability, from 0 to 1; the last possible one where rounding leaves a rest.
fn sample(logs: &[f64], at: f64) -> u32 {
    let mut rest = at;
    let mut last = 0;
    for (id, log) in logs.iter().enumerate() {
        let share = log.exp();
        if share > 0.0 {
            last = id;
            rest -= share;
            if rest < 0.0 {
                break;
            }
        }
    }
    last as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_drawn_by_its_share() {
        let logs = [0.25f64.ln(), 0.5f64.ln(), f64::NEG_INFINITY, 0.25f64.ln()];
        assert_eq!([0.0, 0.2, 0.3, 0.7, 0.8, 1.0].map(|at| sample(&logs, at)), [0, 0, 1, 1, 3, 3]);
    }
}
