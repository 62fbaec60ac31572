//! Views: the elements of a storage that are a tensor.

/// A view of a storage: offset, shape and strides, in elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub offset: u64,
    /// Outermost first.
    pub shape: Vec<usize>,
    pub strides: Vec<u64>,
    /// The product of the shape.
    pub elements: u64,
    /// The offset after the last element; `offset` if there is none.
    pub end: u64,
}

impl View {
    /// A view; `None` if shape and strides contradict each other or sizes overflow.
    pub fn new(offset: u64, shape: Vec<usize>, strides: Vec<u64>) -> Option<Self> {
        if shape.len() != strides.len() {
            return None;
        }
        // The sizes of an empty view are multiplied too, because its shape is used elsewhere.
        let sizes = shape.iter().filter(|&&size| size != 0);
        let product = sizes.copied().try_fold(1, usize::checked_mul)?;
        if shape.contains(&0) {
            return Some(Self { offset, shape, strides, elements: 0, end: offset });
        }
        let mut last = offset;
        for (&size, &stride) in shape.iter().zip(&strides) {
            last = (size as u64 - 1).checked_mul(stride)?.checked_add(last)?;
        }
        let end = last.checked_add(1)?;
        Some(Self { offset, shape, strides, elements: product as u64, end })
    }

    /// Whether the elements follow each other without a gap, in row-major order.
    pub fn is_contiguous(&self) -> bool {
        // The stride of an axis of size 1 has no effect.
        let mut axes = self.shape.iter().zip(&self.strides).rev().filter(|(size, _)| **size != 1);
        let mut expected = 1u64;
        axes.all(|(&size, &stride)| {
            let follows = stride == expected;
            expected = expected.saturating_mul(size as u64);
            follows
        })
    }

    /// The offsets of the elements in the storage, in row-major order.
    pub fn offsets(&self) -> Offsets<'_> {
        Offsets {
            view: self,
            indices: vec![0; self.shape.len()],
            offset: self.offset,
            left: self.elements,
        }
    }
}

/// The offsets of a view's elements, in row-major order.
pub(super) struct Offsets<'a> {
    view: &'a View,
    /// The indices of the next element.
    indices: Vec<usize>,
    offset: u64,
    left: u64,
}

impl Iterator for Offsets<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        let offset = self.offset;
        for (axis, index) in self.indices.iter_mut().enumerate().rev() {
            let (size, stride) = (self.view.shape[axis], self.view.strides[axis]);
            *index += 1;
            if *index < size {
                self.offset += stride;
                break;
            }
            *index = 0;
            self.offset -= (size as u64 - 1) * stride;
        }
        Some(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(offset: u64, shape: &[usize], strides: &[u64]) -> View {
        View::new(offset, shape.into(), strides.into()).unwrap()
    }

    #[test]
    fn offsets_are_those_of_the_strides() {
        let transposed = view(1, &[3, 2], &[1, 3]);
        assert_eq!(transposed.offsets().collect::<Vec<_>>(), [1, 4, 2, 5, 3, 6]);
        assert_eq!((transposed.end, transposed.elements), (7, 6));
        assert!(!transposed.is_contiguous());
        let scalar = view(4, &[], &[]);
        assert_eq!(scalar.offsets().collect::<Vec<_>>(), [4]);
        assert!(scalar.is_contiguous());
        let empty = view(4, &[0, 3], &[3, 1]);
        assert_eq!((empty.offsets().count(), empty.end), (0, 4));
        assert_eq!(view(0, &[2, 3], &[0, 1]).offsets().collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn an_axis_of_one_may_have_any_stride() {
        assert!(view(0, &[1, 4, 1], &[77, 1, 9]).is_contiguous());
        assert!(!view(0, &[2, 4], &[5, 1]).is_contiguous());
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        let large = usize::MAX;
        assert_eq!(View::new(0, vec![large, large], vec![1, 1]), None);
        assert_eq!(View::new(0, vec![2], vec![u64::MAX]), None);
        assert_eq!(View::new(0, vec![2, 1], vec![1]), None);
        assert_eq!(View::new(u64::MAX, vec![1], vec![1]), None);
        assert_eq!(View::new(0, vec![large, large, 0], vec![1, 1, 1]), None);
    }
}
