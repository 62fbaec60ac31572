//! Self-attention in a batch of sequences, full (the encoder's: Vaswani et al. 2017, section 3.2.3) or masked (the
//! decoder's, as it learns): softmax(query · keyᵀ / √head size) · value within each of them.

use burn::{
    backend::{
        Backend, Dispatch, Flex, backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::Tensor,
};

#[cfg(feature = "train")]
use super::taped;
use super::{SequenceAttentionShape, Sequences, cpu};

/// Attention of every token over its own sequence; where `causal`, over its tokens up to itself.
///
/// `query_key_value` is `[tokens, 3 · heads · head size]`, the output `[tokens, heads · head size]`.
///
/// # Panics
/// If the sizes do not match, or a head is wider than 128.
pub fn sequence_attention(
    query_key_value: Tensor<2>,
    sequences: &Sequences,
    shape: SequenceAttentionShape,
) -> Tensor<2> {
    check(&query_key_value, sequences, &shape);
    #[cfg(feature = "train")]
    if query_key_value.is_autodiff() {
        return taped::sequence_attention(query_key_value, sequences.tiles.clone(), shape);
    }
    Tensor::from_dispatch(<Dispatch as SequenceAttentionOps>::attend_sequences(
        query_key_value.into_dispatch(),
        sequences.tiles.clone().into_dispatch(),
        shape,
    ))
}

/// The weights that [`sequence_attention`] used: `[heads, n, n]` for each sequence of n tokens, one after the
/// other.
///
/// # Panics
/// As [`sequence_attention`].
pub fn sequence_attention_weights(
    query_key_value: Tensor<2>,
    sequences: &Sequences,
    shape: SequenceAttentionShape,
) -> Tensor<1> {
    check(&query_key_value, sequences, &shape);
    Tensor::from_dispatch(<Dispatch as SequenceAttentionOps>::weigh_sequences(
        query_key_value.into_dispatch(),
        sequences.rows.clone().into_dispatch(),
        sequences.pairs(),
        shape,
    ))
}

fn check(query_key_value: &Tensor<2>, sequences: &Sequences, shape: &SequenceAttentionShape) {
    let SequenceAttentionShape { heads, head_size, .. } = *shape;
    assert_eq!(query_key_value.dims(), [sequences.tokens(), 3 * heads * head_size]);
    assert!(head_size <= 128, "the kernels hold a head in registers");
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(crate) trait SequenceAttentionOps: Backend {
    fn attend_sequences(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self>;

    fn weigh_sequences(
        query_key_value: FloatTensor<Self>,
        rows: IntTensor<Self>,
        pairs: usize,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self>;
}

impl SequenceAttentionOps for Flex {
    fn attend_sequences(
        query_key_value: FloatTensor<Self>,
        tiles: IntTensor<Self>,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        let query_key_value = query_key_value.to_contiguous();
        let output = cpu::attend_sequences(query_key_value.storage(), tiles.storage(), &shape);
        let hidden = shape.heads * shape.head_size;
        let tokens = output.len() / hidden;
        cpu::tensor(output, [tokens, hidden])
    }

    fn weigh_sequences(
        query_key_value: FloatTensor<Self>,
        rows: IntTensor<Self>,
        pairs: usize,
        shape: SequenceAttentionShape,
    ) -> FloatTensor<Self> {
        let query_key_value = query_key_value.to_contiguous();
        let weights =
            cpu::weigh_sequences(query_key_value.storage(), rows.storage(), pairs, &shape);
        cpu::tensor(weights, [shape.heads * pairs])
    }
}
