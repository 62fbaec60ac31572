//! Self-attention over a key/value cache (Vaswani et al. 2017, section 3.2; the lecture's masked
//! self-attention where causal): softmax(query · keyᵀ / √head size) · value.

use burn::{
    backend::{
        Backend, Dispatch, Flex, backend_extension,
        tensor::{FloatTensor, IntTensor},
    },
    tensor::{DType, Device, Int, Tensor, TensorData},
};

use super::{AttentionShape, cpu};

/// The positions of new tokens: what changes from step to step, on the device once for all layers.
#[derive(Debug, Clone)]
pub struct Position {
    /// Number of tokens before them.
    pub past: usize,
    /// Number of new tokens.
    pub tokens: usize,
    /// Capacity of the caches in tokens.
    pub capacity: usize,
    /// The three values, for the kernels.
    pub(crate) tensor: Tensor<1, Int>,
}

impl Position {
    /// Positions of `tokens` new tokens after `past` earlier ones, in caches for `capacity`.
    pub fn new(past: usize, tokens: usize, capacity: usize, device: &Device) -> Self {
        let values = [past, tokens, capacity].map(|value| value as u32);
        let tensor = Tensor::from_data(TensorData::from(values), (device, DType::U32));
        Self { past, tokens, capacity, tensor }
    }
}

/// Keys and values of the tokens seen so far, for one layer.
#[derive(Debug, Clone)]
pub struct KeyValueCache {
    /// `[heads, capacity, head size]`
    pub keys: Tensor<3>,
    /// `[heads, capacity, head size]`
    pub values: Tensor<3>,
}

impl KeyValueCache {
    /// An empty cache for `capacity` tokens.
    pub fn new(heads: usize, capacity: usize, head_size: usize, device: &Device) -> Self {
        let empty = || Tensor::zeros([heads, capacity, head_size], device);
        Self { keys: empty(), values: empty() }
    }
}

/// Attention of new tokens over the cache and themselves.
///
/// `query_key_value` is `[tokens, 3 · heads · head size]`, the output `[tokens, heads · head size]`. The new
/// keys and values are written into the cache in place: the returned cache is the given one.
///
/// # Panics
/// If the sizes do not match, the cache is too short, or a head is wider than 128.
pub fn attention(
    query_key_value: Tensor<2>,
    cache: KeyValueCache,
    position: &Position,
    shape: AttentionShape,
) -> (Tensor<2>, KeyValueCache) {
    check(&query_key_value, &cache, &shape);
    let (output, keys, values) = <Dispatch as AttentionOps>::attend(
        query_key_value.into_dispatch(),
        cache.keys.into_dispatch(),
        cache.values.into_dispatch(),
        position.tensor.clone().into_dispatch(),
        shape,
    );
    let cache =
        KeyValueCache { keys: Tensor::from_dispatch(keys), values: Tensor::from_dispatch(values) };
    (Tensor::from_dispatch(output), cache)
}

/// The weights that [`attention`] used: `[heads, tokens, past + tokens]`, after it was called.
///
/// # Panics
/// As [`attention`].
pub fn attention_weights(
    query_key_value: Tensor<2>,
    cache: &KeyValueCache,
    position: &Position,
    shape: AttentionShape,
) -> Tensor<3> {
    check(&query_key_value, cache, &shape);
    Tensor::from_dispatch(<Dispatch as AttentionOps>::weigh(
        query_key_value.into_dispatch(),
        cache.keys.clone().into_dispatch(),
        position.tensor.clone().into_dispatch(),
        shape,
    ))
}

fn check(query_key_value: &Tensor<2>, cache: &KeyValueCache, shape: &AttentionShape) {
    let AttentionShape { heads, head_size, past, tokens, capacity, .. } = *shape;
    assert_eq!(query_key_value.dims(), [tokens, 3 * heads * head_size]);
    assert_eq!(cache.keys.dims(), [heads, capacity, head_size]);
    assert_eq!(cache.values.dims(), [heads, capacity, head_size]);
    assert!(past + tokens <= capacity, "{past} and {tokens} tokens in a cache for {capacity}");
    assert!(head_size <= 128, "the kernels hold a head in registers");
}

#[backend_extension(Cube: cfg(feature = "gpu"), Flex)]
pub(crate) trait AttentionOps: Backend {
    fn attend(
        query_key_value: FloatTensor<Self>,
        keys: FloatTensor<Self>,
        values: FloatTensor<Self>,
        position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn weigh(
        query_key_value: FloatTensor<Self>,
        keys: FloatTensor<Self>,
        position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> FloatTensor<Self>;
}

impl AttentionOps for Flex {
    fn attend(
        query_key_value: FloatTensor<Self>,
        mut keys: FloatTensor<Self>,
        mut values: FloatTensor<Self>,
        _position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let query_key_value = query_key_value.to_contiguous();
        let output = cpu::attend(
            query_key_value.storage(),
            keys.storage_mut(),
            values.storage_mut(),
            &shape,
        );
        let output = cpu::tensor(output, [shape.tokens, shape.heads * shape.head_size]);
        (output, keys, values)
    }

    fn weigh(
        query_key_value: FloatTensor<Self>,
        keys: FloatTensor<Self>,
        _position: IntTensor<Self>,
        shape: AttentionShape,
    ) -> FloatTensor<Self> {
        let query_key_value = query_key_value.to_contiguous();
        let weights = cpu::attention_weights(query_key_value.storage(), keys.storage(), &shape);
        cpu::tensor(weights, [shape.heads, shape.tokens, shape.past + shape.tokens])
    }
}
