//! The size of a model: the lecture's arithmetic, plus the factors of groups and the cache.

/// The bits of stored weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitBudget {
    /// Bits of a stored weight.
    pub bits: u32,
    /// Weights that share a scale; `None` if scales are negligible (one a row or a tensor) or absent.
    pub group: Option<u32>,
    /// Bits of a scale, and of a minimum.
    pub factor_bits: u32,
    /// Whether a group has a minimum beside its scale.
    pub has_minimum: bool,
}

impl BitBudget {
    /// Weights without groups.
    pub const fn plain(bits: u32) -> Self {
        Self { bits, group: None, factor_bits: 16, has_minimum: false }
    }

    /// Bits a weight: its own, and its share of the group's factors.
    pub fn bits_per_weight(self) -> f64 {
        let factors = self.factor_bits * (1 + u32::from(self.has_minimum));
        let share = self.group.map_or(0.0, |group| f64::from(factors) / f64::from(group.max(1)));
        f64::from(self.bits) + share
    }

    /// The bytes of so many weights.
    pub fn bytes(self, parameters: u64) -> f64 {
        parameters as f64 * self.bits_per_weight() / 8.0
    }
}

/// The shape of a decoder's key/value cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheShape {
    /// Layers; 0 for an encoder, which has no cache.
    pub layers: u32,
    /// The size of a token's key in a layer: key/value heads times the head size. Its value is as large.
    pub width: u32,
}

impl CacheShape {
    /// The bytes for `context` tokens whose keys and values have `bits` bits: `2 · layers · width · context · bits/8`.
    pub fn bytes(self, context: u64, bits: u32) -> f64 {
        let elements = 2.0 * f64::from(self.layers) * f64::from(self.width) * context as f64;
        elements * f64::from(bits) / 8.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::Scheme;

    #[test]
    fn eight_billion_weights_are_those_of_the_lecture() {
        for (bits, gigabytes) in [(32, 32.0), (8, 8.0), (4, 4.0)] {
            assert_eq!(BitBudget::plain(bits).bytes(8_000_000_000), gigabytes * 1e9);
        }
    }

    #[test]
    fn groups_cost_what_they_cost_in_files() {
        let budget = |bits, group, factor_bits, has_minimum| BitBudget {
            bits,
            group: Some(group),
            factor_bits,
            has_minimum,
        };
        let cases = [
            (Scheme::Int4Symmetric { group: 32 }, budget(4, 32, 32, false)),
            (Scheme::Int4Symmetric { group: 128 }, budget(4, 128, 32, false)),
            (Scheme::Int4Asymmetric { group: 64 }, budget(4, 64, 32, true)),
            (Scheme::Q8_0, budget(8, 32, 16, false)),
            (Scheme::Q4_0, budget(4, 32, 16, false)),
            (Scheme::Q4_1, budget(4, 32, 16, true)),
            (Scheme::F16, BitBudget::plain(16)),
        ];
        for (scheme, budget) in cases {
            let (rows, columns) = (6, 512);
            let found = budget.bytes((rows * columns) as u64);
            assert_eq!(found, scheme.file_bytes(rows, columns) as f64, "{scheme}");
        }
    }

    #[test]
    fn a_cache_holds_keys_and_values() {
        // GPT-2 small: 12 layers of 768, 1024 tokens, 32 bits.
        let cache = CacheShape { layers: 12, width: 768 };
        assert_eq!(cache.bytes(1024, 32), 75_497_472.0);
        // Llama 3 8B: 32 layers, 8 key/value heads of 128, 8192 tokens, 16 bits: 1 GiB.
        let cache = CacheShape { layers: 32, width: 1024 };
        assert_eq!(cache.bytes(8192, 16), f64::from(1 << 30));
        assert_eq!(CacheShape::default().bytes(512, 32), 0.0);
    }
}
