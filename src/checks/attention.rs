//! Checks of attention: prefill, then decode over the same cache, and the attention weights.

use burn::tensor::{Device, Tensor, TensorData};

use super::{
    outcome::{Outcome, compare, read},
    reference,
};
use crate::kernels::{AttentionShape, KeyValueCache, Position, attention, attention_weights};

/// `(heads, head size, tokens of each successive call, causal)`
pub(super) type Case = (usize, usize, &'static [usize], bool);

pub(super) const CASES: [Case; 10] = [
    (1, 1, &[1], true),
    (2, 16, &[1, 1, 1], true),
    (3, 64, &[5, 1, 1], true),
    (4, 32, &[33, 1, 32, 1], true),
    (1, 128, &[17, 3, 1], true),
    (2, 7, &[40, 1], true),
    (12, 64, &[64, 1], true),
    (2, 64, &[1023, 1], true),
    (1, 80, &[1100, 1, 2], true),
    (3, 24, &[37], false),
];

pub(super) async fn check_attention(device: &Device, case: Case) -> Outcome {
    let (heads, head_size, calls, causal) = case;
    let name = format!("attention {heads} heads of {head_size}, calls {calls:?}, causal {causal}");
    (name, run(device, heads, head_size, calls, causal).await)
}

async fn run(
    device: &Device,
    heads: usize,
    head_size: usize,
    calls: &[usize],
    causal: bool,
) -> Result<(), String> {
    let width = 3 * heads * head_size;
    let total: usize = calls.iter().sum();
    let capacity = total + 5;
    let rows: Vec<f32> = reference::values(11, total * width).iter().map(|x| 2.0 * x).collect();
    let mut cache = KeyValueCache::new(heads, capacity, head_size, device);
    let mut past = 0;
    for &tokens in calls {
        let shape = AttentionShape {
            heads,
            head_size,
            past,
            tokens,
            capacity,
            scale: 1.0 / (head_size as f32).sqrt(),
            causal,
        };
        let position = Position::new(past, tokens, capacity, device);
        let new = rows[past * width..(past + tokens) * width].to_vec();
        let new: Tensor<2> = Tensor::from_data(TensorData::new(new, [tokens, width]), device);
        let (output, filled) = attention(new.clone(), cache, &position, shape);
        cache = filled;
        let weights = attention_weights(new, &cache, &position, shape);
        past += tokens;
        let (expected, expected_weights) = reference::attention(&rows[..past * width], &shape);
        compare(&read(output).await?, &expected, 1e-5)?;
        compare(&read(weights).await?, &expected_weights, 1e-5)?;
    }
    Ok(())
}
