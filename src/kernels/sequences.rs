//! Sequences laid end to end: a batch of unequal texts without a row of padding. Where each begins and ends
//! says what a padding mask would say.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

/// Queries that a workgroup of the attention kernel takes.
const TILE_QUERIES: usize = 32;

/// A batch of sequences, one after the other; its tables are on the device once for all layers.
#[derive(Debug, Clone)]
pub struct Sequences {
    lengths: Vec<usize>,
    tokens: usize,
    /// `[tiles, 4]`: first query, end of the queries, first key, end of the keys.
    pub(crate) tiles: Tensor<2, Int>,
    /// `[tokens, 3]`: first token of the token's sequence, its end, Σ n² over the sequences before it.
    pub(crate) rows: Tensor<2, Int>,
}

impl Sequences {
    /// Sequences of so many tokens.
    ///
    /// # Panics
    /// If there is none, or one is empty.
    pub fn new(lengths: &[usize], device: &Device) -> Self {
        assert!(!lengths.is_empty() && !lengths.contains(&0), "sequences hold tokens: {lengths:?}");
        let (mut tiles, mut rows) = (Vec::new(), Vec::new());
        let (mut first, mut pairs) = (0, 0);
        for &length in lengths {
            let end = first + length;
            for query in (first..end).step_by(TILE_QUERIES) {
                tiles.extend([query, end.min(query + TILE_QUERIES), first, end]);
            }
            rows.extend([first, end, pairs].repeat(length));
            first = end;
            pairs += length * length;
        }
        let table = |numbers: Vec<usize>, width: usize| {
            let shape = [numbers.len() / width, width];
            let numbers: Vec<u32> = numbers.into_iter().map(|number| number as u32).collect();
            Tensor::from_data(TensorData::new(numbers, shape), (device, DType::U32))
        };
        Self {
            lengths: lengths.to_vec(),
            tokens: first,
            tiles: table(tiles, 4),
            rows: table(rows, 3),
        }
    }

    /// Tokens of each sequence.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Tokens of all together.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The place of each sequence's first token.
    pub fn starts(&self) -> Vec<usize> {
        let mut next = 0;
        let start = |length: &usize| {
            next += length;
            next - length
        };
        self.lengths.iter().map(start).collect()
    }

    /// Weights of one head over all sequences: Σ n².
    pub(crate) fn pairs(&self) -> usize {
        self.lengths.iter().map(|length| length * length).sum()
    }
}
