//! Allocations that may fail: sizes come from files, and a browser gives four gigabytes at most.

/// A failed allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationError {
    /// Bytes that were requested.
    pub bytes: u64,
}

/// An empty vector with capacity for exactly so many elements.
///
/// # Errors
/// [`AllocationError`] if there is no memory for them, or they exceed the address space.
pub fn try_with_capacity<T>(count: u64) -> Result<Vec<T>, AllocationError> {
    let mut elements = Vec::new();
    let is_there =
        usize::try_from(count).is_ok_and(|count| elements.try_reserve_exact(count).is_ok());
    let bytes = count.saturating_mul(size_of::<T>() as u64);
    if is_there { Ok(elements) } else { Err(AllocationError { bytes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_with_its_size() {
        assert_eq!(try_with_capacity::<f32>(1 << 62), Err(AllocationError { bytes: u64::MAX }));
        assert_eq!(try_with_capacity::<f32>(1 << 61), Err(AllocationError { bytes: 1 << 63 }));
        assert_eq!(try_with_capacity::<f32>(3).unwrap().capacity(), 3);
        assert_eq!(try_with_capacity::<f32>(0), Ok(Vec::new()));
    }
}
