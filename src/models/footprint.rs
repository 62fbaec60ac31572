//! Memory of a model, computed from names and sizes before any of its tensors arrives.

use std::collections::HashMap;

use super::assembly::{Role, Slot};
use crate::{
    checkpoint::{Dtype, TensorHeader},
    kernels::WeightLayout,
};

/// Memory of a model in bytes, while it is loaded and afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Footprint {
    /// The matrices as they are kept, on the device.
    pub matrices: u64,
    /// Vectors and small tables: on the host until the model is complete, then on the device.
    pub rest: u64,
    /// Memory on the host for one tensor while it arrives, beside what is kept of it; the largest of all tensors.
    pub arriving: u64,
    /// Memory of the largest matrix, with that of its arrival.
    pub largest: u64,
    /// The largest block of memory, on the host or on the device.
    pub block: u64,
    /// The largest buffer on the device.
    pub buffer: u64,
    /// Keys and values of a full context.
    pub cache: u64,
}

impl Footprint {
    /// Counts a tensor. `stored` is its header in the file, if known.
    pub(super) fn add(&mut self, slot: &Slot, stored: Option<&TensorHeader>) {
        let by_output = stored.is_some_and(|header| header.by_output);
        let packed = stored.and_then(|header| match header.dtype {
            Dtype::Packed(scheme) => Some(scheme),
            _ => None,
        });
        let elements = slot.shape.iter().fold(1u64, |all, &size| all.saturating_mul(size as u64));
        let floats = elements.saturating_mul(4);
        let [first, second] = match slot.shape[..] {
            [first, second] => [first, second],
            _ => [1, elements as usize],
        };
        let (scheme, shape, is_transposed) = match slot.role {
            Role::Plain => {
                self.rest = self.rest.saturating_add(floats);
                self.block = self.block.max(floats);
                self.buffer = self.buffer.max(floats);
                return;
            }
            Role::Matrix(scheme) => (scheme, [first, second], false),
            Role::Conv1d(scheme) => (scheme, [second, first], !by_output),
        };
        let scheme = scheme.or(packed);
        let [rows, columns] = shape;
        let buffers = WeightLayout { rows, columns, scheme }.buffer_bytes();
        let kept = buffers.iter().fold(0u64, |all, &bytes| all.saturating_add(bytes));
        let is_whole = scheme.is_some_and(|scheme| scheme.is_whole_tensor());
        let arriving = match scheme {
            // Kept as stored.
            Some(_) if scheme == packed => 0,
            // Complete in floats, once as it arrived and once transposed.
            Some(_) if is_transposed => floats.saturating_mul(2),
            None if is_transposed => floats,
            Some(_) if is_whole => floats,
            Some(_) | None => 0,
        };
        let is_in_floats = arriving > 0 || scheme.is_none();
        // Several tensors that become one are joined after the last one.
        let count = slot.component.1 as u64;
        let whole = kept.saturating_mul(count);
        let arriving = arriving.saturating_add(if count > 1 { whole } else { 0 });
        let largest_buffer = buffers.into_iter().max().unwrap_or_default().saturating_mul(count);
        self.matrices = self.matrices.saturating_add(kept);
        self.arriving = self.arriving.max(arriving);
        self.largest = self.largest.max(arriving.saturating_add(whole));
        self.block = self.block.max(largest_buffer).max(if is_in_floats { floats } else { 0 });
        self.buffer = self.buffer.max(largest_buffer);
    }
}

/// Headers of a file's tensors by the model's names for them.
pub(super) fn by_name(
    headers: &[TensorHeader],
    name: impl Fn(&str) -> Option<String>,
) -> HashMap<String, &TensorHeader> {
    let named = headers.iter().filter_map(|header| Some((name(&header.name)?, header)));
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantization::Scheme;

    fn of(
        role: Role,
        shape: [usize; 2],
        component: (usize, usize),
        stored: Option<Dtype>,
    ) -> Footprint {
        let slot = Slot { name: "a".into(), role, shape: shape.into(), component };
        let header = stored.map(|dtype| TensorHeader {
            name: "a".into(),
            dtype,
            shape: shape.into(),
            by_output: true,
        });
        let mut footprint = Footprint::default();
        footprint.add(&slot, header.as_ref());
        footprint
    }

    #[test]
    fn a_tensor_counts_as_it_is_kept_and_as_it_arrives() {
        let (shape, whole) = ([64, 32], (0, 1));
        let floats = 4 * 64 * 32;
        let plain = of(Role::Matrix(None), shape, whole, None);
        assert_eq!((plain.matrices, plain.arriving), (floats, 0));
        let transposed = of(Role::Conv1d(None), shape, whole, None);
        assert_eq!((transposed.matrices, transposed.arriving), (floats, floats));
        let eight = Some(Scheme::Int8Channel);
        // A scale a row, and 64 rows of integers.
        let by_rows = of(Role::Matrix(eight), shape, whole, None);
        assert_eq!((by_rows.matrices, by_rows.arriving), (64 * 32 + 4 * 64, 0));
        // 32 rows of 64, out of two copies in floats.
        let turned = of(Role::Conv1d(eight), shape, whole, None);
        assert_eq!((turned.matrices, turned.arriving), (64 * 32 + 4 * 32, 2 * floats));
        let by_tensor = of(Role::Matrix(Some(Scheme::Int8Tensor)), shape, whole, None);
        assert_eq!(by_tensor.arriving, floats);
        let component = of(Role::Matrix(None), shape, (0, 3), None);
        assert_eq!(
            (component.matrices, component.arriving, component.block),
            (floats, 3 * floats, 3 * floats)
        );
    }

    #[test]
    fn what_a_file_holds_in_integers_counts_as_integers() {
        let (shape, whole) = ([64, 32], (0, 1));
        let stored = Some(Dtype::Packed(Scheme::Q4_0));
        let kept = of(Role::Conv1d(None), shape, whole, stored.clone());
        assert_eq!((kept.matrices, kept.arriving), (64 * 32 / 2 + 4 * 64, 0));
        let again = of(Role::Matrix(Some(Scheme::F16)), shape, whole, stored);
        assert_eq!(again.matrices, 2 * 64 * 32);
    }

    #[test]
    fn the_largest_sizes_do_not_wrap() {
        let side = 1 << 22;
        let footprint = of(Role::Conv1d(None), [side, side], (0, 3), None);
        assert_eq!(footprint.matrices, 1 << 46);
        assert!(footprint.largest > footprint.matrices);
    }
}
