//! Memory that may not be there.

/// There is no memory for so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom {
    /// How many.
    pub bytes: u64,
}

/// An empty vector with room for exactly so many elements.
///
/// # Errors
/// [`NoRoom`] where there is no memory for them, or where they are more than this machine can count.
pub fn room<T>(count: u64) -> Result<Vec<T>, NoRoom> {
    let mut elements = Vec::new();
    let is_there =
        usize::try_from(count).is_ok_and(|count| elements.try_reserve_exact(count).is_ok());
    let bytes = count.saturating_mul(size_of::<T>() as u64);
    if is_there { Ok(elements) } else { Err(NoRoom { bytes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_with_its_size() {
        assert_eq!(room::<f32>(1 << 62), Err(NoRoom { bytes: u64::MAX }));
        assert_eq!(room::<f32>(1 << 61), Err(NoRoom { bytes: 1 << 63 }));
        assert_eq!(room::<f32>(3).unwrap().capacity(), 3);
        assert_eq!(room::<f32>(0), Ok(Vec::new()));
    }
}
