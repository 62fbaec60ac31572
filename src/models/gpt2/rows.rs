//! GPT-2 over many texts that grow side by side, a token each a step: what a policy's rollouts are. The matrices read all
//! texts' tokens at once, which is several times faster than one text after the other. On the CPU only.

use burn::tensor::{DType, Int, Tensor, TensorData};

use super::Gpt2;
use crate::kernels::{Activation, Weight};

/// Texts that grow side by side, with the keys and values of their tokens.
#[derive(Debug, Clone)]
pub struct TextRows {
    /// For each layer and text: keys and values of its tokens, `[tokens, 2 · hidden]`.
    layers: Vec<Vec<Vec<f32>>>,
    /// Number of tokens of each text.
    lengths: Vec<usize>,
}

impl TextRows {
    /// So many empty texts.
    pub fn new(model: &Gpt2, texts: usize) -> Self {
        let layers = vec![vec![Vec::new(); texts]; model.layers.len()];
        Self { layers, lengths: vec![0; texts] }
    }

    /// Number of tokens of each text.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }
}

impl Gpt2 {
    /// Adds a token to some of the texts: pairs of a text's index and the token. Returns their hidden states after the
    /// final norm, `[pairs, hidden]`.
    ///
    /// # Panics
    /// If there are no pairs, a text is at the end of the context, an id is out of range, the weights are packed, or
    /// the model is not on the CPU.
    pub fn extend_rows(&self, rows: &mut TextRows, tokens: &[(usize, u32)]) -> Tensor<2> {
        let (config, device) = (&self.config, self.device());
        let activation = config.activation().expect("checked when the config was read");
        let Weight::Float(table) = &self.token_embedding else { panic!("weights in floats") };
        let select = |matrix: Tensor<2>, indices: Vec<u32>| {
            let shape = [indices.len()];
            let indices: Tensor<1, Int> =
                Tensor::from_data(TensorData::new(indices, shape), (&device, DType::U32));
            matrix.select(0, indices)
        };
        let places = tokens.iter().map(|(text, _)| rows.lengths[*text] as u32).collect();
        let mut hidden = select(table.val(), tokens.iter().map(|(_, id)| *id).collect())
            + select(self.position_embedding.val(), places);
        for (index, layer) in self.layers.iter().enumerate() {
            let attention = &layer.attention;
            let normed = layer.attention_norm.forward(hidden.clone());
            let query_key_value =
                attention.query_key_value.forward(normed, Activation::Identity, None);
            let (width, heads) = (config.n_embd, config.n_head);
            let scale = config.attention_scale(index);
            let all: Vec<f32> =
                query_key_value.into_data().try_into_vec().expect("floats on the CPU");
            let mut context = Vec::with_capacity(tokens.len() * width);
            for ((text, _), own) in tokens.iter().zip(all.chunks_exact(3 * width)) {
                let (query, key_value) = own.split_at(width);
                let cache = &mut rows.layers[index][*text];
                cache.extend_from_slice(key_value);
                context.extend(attend(query, cache, heads, scale));
            }
            let context =
                Tensor::from_data(TensorData::new(context, [tokens.len(), width]), &device);
            let attended =
                attention.projection.forward(context, Activation::Identity, Some(hidden));
            let normed = layer.feed_forward_norm.forward(attended.clone());
            hidden = layer.feed_forward.forward(normed, attended, activation);
        }
        tokens.iter().for_each(|(text, _)| rows.lengths[*text] += 1);
        self.final_norm.forward(hidden)
    }
}

/// Attention of one query `[hidden]` over keys and values `[tokens, 2 · hidden]`: `[hidden]`.
fn attend(query: &[f32], cache: &[f32], heads: usize, scale: f32) -> Vec<f32> {
    let width = query.len();
    let size = width / heads;
    let mut context = vec![0.0; width];
    for head in 0..heads {
        let own = head * size..(head + 1) * size;
        let query = &query[own.clone()];
        let score = |row: &[f32]| {
            scale * query.iter().zip(&row[own.clone()]).map(|(q, k)| q * k).sum::<f32>()
        };
        let scores: Vec<f32> = cache.chunks_exact(2 * width).map(score).collect();
        let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
        let sum: f32 = powers.iter().sum();
        for (row, power) in cache.chunks_exact(2 * width).zip(powers) {
            let values = &row[width..][own.clone()];
            let means = context[own.clone()].iter_mut().zip(values);
            means.for_each(|(mean, value)| *mean += power / sum * value);
        }
    }
    context
}
