//! Sequences laid end to end: a batch of unequal texts without a row of padding. Their bounds replace
//! a padding mask.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use super::MOST_TOKENS;

/// Queries in a workgroup of the attention kernel.
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
    /// Sequences of these lengths.
    ///
    /// # Panics
    /// If there is none, one is empty, or all together hold more than [`MOST_TOKENS`].
    pub fn new(lengths: &[usize], device: &Device) -> Self {
        assert!(!lengths.is_empty() && !lengths.contains(&0), "sequences hold tokens: {lengths:?}");
        let tokens: usize = lengths.iter().sum();
        assert!(tokens <= MOST_TOKENS, "{tokens} tokens in a batch");
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
        let table = |values: Vec<usize>, width: usize| {
            let shape = [values.len() / width, width];
            let values: Vec<u32> = values.into_iter().map(|value| value as u32).collect();
            Tensor::from_data(TensorData::new(values, shape), (device, DType::U32))
        };
        Self { lengths: lengths.to_vec(), tokens, tiles: table(tiles, 4), rows: table(rows, 3) }
    }

    /// Number of tokens of each sequence.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Number of tokens of all sequences together.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The index of each sequence's first token.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn values(table: &Tensor<2, Int>) -> Vec<u32> {
        table.clone().into_data().try_to_vec().expect("a table of u32")
    }

    #[test]
    fn tiles_cover_every_token_and_cross_no_sequence() {
        let lengths = [33, 1, 64, 31];
        let sequences = Sequences::new(&lengths, &Device::flex());
        let tiles = values(&sequences.tiles);
        let expected = [
            [0, 32, 0, 33],
            [32, 33, 0, 33],
            [33, 34, 33, 34],
            [34, 66, 34, 98],
            [66, 98, 34, 98],
            [98, 129, 98, 129],
        ];
        assert_eq!(tiles, expected.concat());
        assert_eq!(sequences.starts(), [0, 33, 34, 98]);
        assert_eq!(sequences.tokens(), 129);
    }

    #[test]
    fn rows_say_where_a_sequence_and_its_weights_begin() {
        let sequences = Sequences::new(&[2, 1, 3], &Device::flex());
        let expected = [[0, 2, 0], [0, 2, 0], [2, 3, 4], [3, 6, 5], [3, 6, 5], [3, 6, 5]];
        assert_eq!(values(&sequences.rows), expected.concat());
        assert_eq!(sequences.pairs(), 14);
    }

    #[test]
    #[should_panic(expected = "sequences hold tokens")]
    fn an_empty_sequence_is_refused() {
        Sequences::new(&[3, 0, 1], &Device::flex());
    }

    #[test]
    #[should_panic(expected = "65536 tokens in a batch")]
    fn a_batch_beyond_the_grid_is_refused() {
        Sequences::new(&[65535, 1], &Device::flex());
    }
}
