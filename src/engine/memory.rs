//! Memory that models need against the available memory: checked before the first byte of weights arrives, so that a
//! model that does not fit is refused at once, and loaded ones go on working.

use std::{cell::Cell, rc::Rc};

use crate::{
    error::{LecternError, MemoryUse, Result},
    models::Footprint,
    quantization::try_with_capacity,
};

/// Memory of a model beside its weights: tokenizer, activations, the current answer.
const BESIDE_A_MODEL: u64 = 64 << 20;
/// Copies of a tensor in memory on its way to a GPU: as it arrived, as it is handed over, and as it is copied.
const COPIES_TO_THE_GPU: u64 = 3;
/// Bytes that 32-bit addresses reach.
#[cfg(target_arch = "wasm32")]
const ADDRESSES: u64 = 4 << 30;
/// Memory of the engine itself, and of the gaps between blocks of unequal size.
#[cfg(target_arch = "wasm32")]
const BESIDE_MODELS: u64 = 256 << 20;
/// Size of the blocks in which memory is tested: many tensors are no larger.
#[cfg(target_arch = "wasm32")]
const BLOCK: u64 = 16 << 20;

/// The memory of an engine.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// Bytes for all models together; `None` without a known limit.
    limit: Option<u64>,
    reserved: Rc<Cell<u64>>,
}

impl Default for Memory {
    /// The memory of this machine.
    fn default() -> Self {
        #[cfg(target_arch = "wasm32")]
        return Self::of(Some(ADDRESSES - BESIDE_MODELS));
        #[cfg(not(target_arch = "wasm32"))]
        Self::of(None)
    }
}

/// The memory of a model's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weights {
    /// The engine's own memory.
    OnTheHost,
    /// The GPU's memory, with its largest buffer.
    OnTheGpu {
        /// Bytes.
        largest_buffer: u64,
    },
}

impl Memory {
    /// A memory with a limit for all models together.
    pub(super) fn of(limit: Option<u64>) -> Self {
        Self { limit, reserved: Rc::default() }
    }

    /// Bytes for one model if no other was loaded.
    pub(super) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Reserves the memory for the model of that name.
    ///
    /// # Errors
    /// [`LecternError::OutOfMemory`] if there is not enough, or a single tensor is too large.
    pub(super) fn reserve(
        &self,
        model: &str,
        footprint: &Footprint,
        weights: Weights,
    ) -> Result<Reservation> {
        let refused = |bytes| {
            let what = MemoryUse::Model { model: model.to_owned() };
            Err(LecternError::OutOfMemory { what, bytes })
        };
        let (loading, loaded) = needs(footprint, weights);
        if let Some(limit) = self.limit
            && self.reserved.get().saturating_add(loading) > limit
        {
            return refused(loading);
        }
        // No block of memory is longer than half the address space.
        if weights == Weights::OnTheHost && footprint.block > isize::MAX as u64 {
            return refused(footprint.block);
        }
        if let Weights::OnTheGpu { largest_buffer } = weights
            && footprint.buffer > largest_buffer
        {
            return refused(footprint.buffer);
        }
        if !is_there(loading.saturating_sub(footprint.cache + BESIDE_A_MODEL)) {
            return refused(loading);
        }
        let mut reservation = Reservation { reserved: Rc::clone(&self.reserved), bytes: 0, loaded };
        reservation.set(loading);
        Ok(reservation)
    }
}

/// Bytes of the engine's own memory while a model is loaded, and afterwards.
fn needs(footprint: &Footprint, weights: Weights) -> (u64, u64) {
    let Footprint { matrices, rest, arriving, largest, cache, .. } = *footprint;
    let sum = |terms: &[u64]| terms.iter().fold(BESIDE_A_MODEL, |all, &it| all.saturating_add(it));
    match weights {
        Weights::OnTheHost => {
            (sum(&[matrices, rest, arriving, cache]), sum(&[matrices, rest, cache]))
        }
        Weights::OnTheGpu { .. } => {
            (sum(&[rest, largest.saturating_mul(COPIES_TO_THE_GPU)]), sum(&[]))
        }
    }
}

/// Whether the machine gives so much memory; a phone may have less than the address space.
#[cfg(target_arch = "wasm32")]
fn is_there(bytes: u64) -> bool {
    let mut blocks = Vec::new();
    for _ in 0..bytes.div_ceil(BLOCK) {
        match try_with_capacity::<u8>(BLOCK) {
            // Otherwise the compiler may remove an allocation that is not used.
            Ok(block) => blocks.push(std::hint::black_box(block)),
            Err(_) => return false,
        }
    }
    true
}

/// Always true natively, where memory is only used when it is written to.
#[cfg(not(target_arch = "wasm32"))]
fn is_there(bytes: u64) -> bool {
    try_with_capacity::<u8>(bytes).is_ok()
}

/// The reserved memory of a model, released on drop.
#[derive(Debug)]
pub(super) struct Reservation {
    reserved: Rc<Cell<u64>>,
    bytes: u64,
    /// Bytes of the complete model.
    loaded: u64,
}

impl Reservation {
    /// Releases the memory that the model needed only while it arrived.
    pub(super) fn complete(&mut self) {
        self.set(self.loaded);
    }

    fn set(&mut self, bytes: u64) {
        self.reserved.set(self.reserved.get() - self.bytes + bytes);
        self.bytes = bytes;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEGABYTE: u64 = 1 << 20;

    fn weights(megabytes: u64) -> Footprint {
        Footprint {
            matrices: megabytes * MEGABYTE,
            largest: 10 * MEGABYTE,
            arriving: 10 * MEGABYTE,
            ..Footprint::default()
        }
    }

    fn is_refused(memory: &Memory, footprint: &Footprint, where_: Weights) -> bool {
        let refused = memory.reserve("it", footprint, where_);
        matches!(refused, Err(LecternError::OutOfMemory { .. }))
    }

    #[test]
    fn models_share_the_memory_and_give_it_back() {
        let memory = Memory::of(Some(1000 * MEGABYTE));
        let mut first = memory.reserve("a", &weights(500), Weights::OnTheHost).unwrap();
        first.complete();
        assert!(is_refused(&memory, &weights(400), Weights::OnTheHost));
        let second = memory.reserve("b", &weights(300), Weights::OnTheHost).unwrap();
        drop(first);
        assert!(!is_refused(&memory, &weights(500), Weights::OnTheHost));
        drop(second);
        assert_eq!(memory.reserved.get(), 0);
    }

    #[test]
    fn weights_on_the_gpu_take_one_tensor_at_a_time() {
        let memory = Memory::of(Some(1000 * MEGABYTE));
        let on_gpu = |megabytes: u64| Weights::OnTheGpu { largest_buffer: megabytes * MEGABYTE };
        assert!(is_refused(&memory, &weights(5000), Weights::OnTheHost));
        assert!(!is_refused(&memory, &weights(5000), on_gpu(2000)));
        let wide = Footprint { buffer: 3000 * MEGABYTE, ..weights(5000) };
        assert!(is_refused(&memory, &wide, on_gpu(2000)));
        assert!(!is_refused(&memory, &wide, on_gpu(4000)));
    }

    #[test]
    fn where_no_limit_is_known_the_largest_sizes_are_refused_all_the_same() {
        let memory = Memory::of(None);
        let endless = Footprint { matrices: u64::MAX, ..Footprint::default() };
        assert!(is_refused(&memory, &endless, Weights::OnTheHost));
        assert!(!is_refused(&memory, &weights(10), Weights::OnTheHost));
    }
}
