//! Token, position and token type embeddings of a batch of sequences (Devlin et al. 2019, figure 2).

use burn::{
    backend::{
        Backend, Dispatch, Flex, backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{DType, Int, Tensor, TensorData},
};

#[cfg(feature = "train")]
use super::taped;
use super::{
    Sequences, Weight, cpu,
    weight::{WeightLayout, WeightTensors},
};

/// `output[t] = weight[ids[t]] + positions[position of t in its sequence] + types[token_types[t]]`, `[tokens, hidden]`.
///
/// `weight` `[vocabulary, hidden]` may be quantized, `positions` is `[context, hidden]`, `types` `[types,
/// hidden]`; `ids` and `token_types` are `[tokens]`.
///
/// # Panics
/// If the sizes do not match, or an id is out of range.
pub fn sequence_embedding(
    weight: &Weight,
    positions: Tensor<2>,
    types: Tensor<2>,
    ids: &[u32],
    token_types: &[u32],
    sequences: &Sequences,
) -> Tensor<2> {
    let [vocabulary, columns] = weight.shape();
    let ([context, width], [type_count, type_width]) = (positions.dims(), types.dims());
    let tokens = sequences.tokens();
    assert_eq!(
        [width, type_width, ids.len(), token_types.len()],
        [columns, columns, tokens, tokens]
    );
    let below = |ids: &[u32], end: usize| ids.iter().all(|n| (*n as usize) < end);
    assert!(below(ids, vocabulary) && below(token_types, type_count), "ids and types in range");
    assert!(sequences.lengths().iter().all(|length| *length <= context), "positions in range");
    let position_ids = sequences.lengths().iter().flat_map(|length| 0..*length as u32);
    let table: Vec<u32> = ids
        .iter()
        .zip(position_ids)
        .zip(token_types)
        .flat_map(|((id, position), token_type)| [*id, position, *token_type])
        .collect();
    let table: Tensor<2, Int> =
        Tensor::from_data(TensorData::new(table, [tokens, 3]), (&positions.device(), DType::U32));
    let (weight, layout) = weight.tensors();
    #[cfg(feature = "train")]
    if positions.is_autodiff() || weight.is_autodiff() {
        return taped::sequence_embedding((weight, layout), positions, types, table);
    }
    Tensor::from_dispatch(<Dispatch as SequenceEmbeddingOps>::embed_sequences(
        weight,
        positions.into_dispatch(),
        types.into_dispatch(),
        table.into_dispatch(),
        layout,
    ))
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(crate) trait SequenceEmbeddingOps: Backend {
    fn embed_sequences(
        #[extension_type] weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self>;
}

impl SequenceEmbeddingOps for Flex {
    fn embed_sequences(
        weight: WeightTensors<Self>,
        positions: FloatTensor<Self>,
        types: FloatTensor<Self>,
        table: IntTensor<Self>,
        layout: WeightLayout,
    ) -> FloatTensor<Self> {
        let matrix = cpu::Matrix::new(&weight, layout);
        let output =
            cpu::embed_sequences(&matrix, positions.storage(), types.storage(), table.storage());
        let tokens = output.len() / layout.columns;
        cpu::tensor(output, [tokens, layout.columns])
    }
}
