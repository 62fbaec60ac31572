//! A weight matrix in any format: floats, float16, or integers with scales.

use burn::{
    backend::{
        Backend, Dispatch, ExtensionType,
        tensor::{FloatTensor, IntTensor},
    },
    module::{Module, Param},
    tensor::{DType, Device, Int, Tensor, TensorData},
};

use crate::quantization::{BLOCK, PackedMatrix, Scheme};

/// A weight matrix `[rows, columns]`: a row for each output.
#[derive(Module, Debug)]
pub enum Weight {
    /// 32-bit floats, `[rows, columns]`.
    Float(Param<Tensor<2>>),
    /// A quantized matrix.
    Packed(PackedWeight),
}

/// A weight matrix on the device in the layout of [`PackedMatrix`].
#[derive(Module, Debug)]
pub struct PackedWeight {
    /// `[rows · words a row]`, 32-bit unsigned words.
    pub words: Param<Tensor<1, Int>>,
    /// `[rows · groups]`, absent for float16.
    pub scales: Option<Param<Tensor<1>>>,
    /// `[rows · groups]`, absent where the scheme has none.
    pub minimums: Option<Param<Tensor<1>>>,
    /// The quantization scheme.
    #[module(skip)]
    pub scheme: Scheme,
    /// Outputs.
    pub rows: usize,
    /// Inputs.
    pub columns: usize,
}

impl Weight {
    /// Brings a row-major matrix of floats to the device.
    pub fn from_floats(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Self {
        Self::Float(Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device)))
    }

    /// Brings a quantized matrix to the device.
    pub fn from_packed(matrix: PackedMatrix, device: &Device) -> Self {
        let floats = |values: Vec<f32>| {
            let shape = [values.len()];
            (!values.is_empty()).then(|| {
                Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
            })
        };
        let length = [matrix.words.len()];
        let words = TensorData::new(matrix.words, length);
        Self::Packed(PackedWeight {
            words: Param::initialized(
                burn::module::ParamId::new(),
                Tensor::from_data(words, (device, DType::U32)),
            ),
            scales: floats(matrix.scales),
            minimums: floats(matrix.minimums),
            scheme: matrix.scheme,
            rows: matrix.rows,
            columns: matrix.columns,
        })
    }

    /// The quantization scheme; `None`: 32-bit floats.
    pub fn scheme(&self) -> Option<Scheme> {
        match self {
            Self::Float(_) => None,
            Self::Packed(packed) => Some(packed.scheme),
        }
    }

    /// `[rows, columns]`.
    pub fn shape(&self) -> [usize; 2] {
        match self {
            Self::Float(weight) => weight.val().dims(),
            Self::Packed(packed) => [packed.rows, packed.columns],
        }
    }

    /// Its bytes on the device.
    pub fn bytes(&self) -> usize {
        let length = |tensor: &Option<Param<Tensor<1>>>| {
            tensor.as_ref().map_or(0, |tensor| tensor.val().dims()[0])
        };
        let words = match self {
            Self::Float(weight) => weight.val().dims().iter().product::<usize>(),
            Self::Packed(packed) => {
                packed.words.val().dims()[0] + length(&packed.scales) + length(&packed.minimums)
            }
        };
        4 * words
    }
}

/// The tensors of a weight, as they cross into a backend.
#[derive(ExtensionType, Debug, Clone)]
pub(crate) enum WeightTensors<B: Backend> {
    /// `[rows, columns]`
    Float(FloatTensor<B>),
    /// Words of float16 values.
    F16(IntTensor<B>),
    /// Words of integers, scales.
    Scaled(IntTensor<B>, FloatTensor<B>),
    /// Words of integers, scales, minimums.
    Affine(IntTensor<B>, FloatTensor<B>, FloatTensor<B>),
}

#[cfg(feature = "train")]
impl WeightTensors<Dispatch> {
    /// Whether operations on it are recorded.
    pub(crate) fn is_autodiff(&self) -> bool {
        match self {
            Self::Float(weight) => {
                weight.autodiff != burn::backend::DispatchAutodiffContext::Disabled
            }
            _ => false,
        }
    }
}

/// A tensor that may be absent, as it crosses into a backend.
#[derive(ExtensionType)]
pub(crate) enum Maybe<B: Backend> {
    /// A tensor.
    Given(FloatTensor<B>),
    /// No tensor.
    Absent,
}

impl Maybe<Dispatch> {
    pub(crate) fn new<const D: usize>(tensor: Option<Tensor<D>>) -> Self {
        tensor.map_or(Self::Absent, |tensor| Self::Given(tensor.into_dispatch()))
    }
}

impl<B: Backend> Maybe<B> {
    pub(crate) fn into_option(self) -> Option<FloatTensor<B>> {
        match self {
            Self::Given(tensor) => Some(tensor),
            Self::Absent => None,
        }
    }
}

impl Weight {
    /// The tensors, as the backends take them.
    pub(crate) fn tensors(&self) -> (WeightTensors<Dispatch>, WeightLayout) {
        let [rows, columns] = self.shape();
        let float = |tensor: &Param<Tensor<1>>| tensor.val().into_dispatch();
        match self {
            Self::Float(weight) => {
                let weight = weight.val().into_dispatch();
                (WeightTensors::Float(weight), WeightLayout { rows, columns, scheme: None })
            }
            Self::Packed(packed) => {
                let words = packed.words.val().into_dispatch();
                let tensors = match (&packed.scales, &packed.minimums) {
                    (Some(scales), Some(minimums)) => {
                        WeightTensors::Affine(words, float(scales), float(minimums))
                    }
                    (Some(scales), None) => WeightTensors::Scaled(words, float(scales)),
                    (None, _) => WeightTensors::F16(words),
                };
                (tensors, WeightLayout { rows, columns, scheme: Some(packed.scheme) })
            }
        }
    }
}

/// The layout of a weight, without its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WeightLayout {
    /// Outputs.
    pub rows: usize,
    /// Inputs.
    pub columns: usize,
    /// `None`: 32-bit floats.
    pub scheme: Option<Scheme>,
}

impl WeightLayout {
    pub(crate) fn words_per_row(self) -> usize {
        match self.scheme {
            None => self.columns,
            Some(scheme) => self.columns.div_ceil(BLOCK) * scheme.bits(),
        }
    }

    pub(crate) fn groups(self) -> usize {
        self.scheme.map_or(0, |scheme| scheme.groups(self.columns))
    }

    /// The group size: a multiple of 32, or 16 of eight-bit integers. Where a row is one group it is rounded up, so
    /// that the padding at a row's end is in it too.
    pub(crate) fn group_size(self) -> usize {
        match self.scheme {
            Some(scheme) if self.groups() > 1 => scheme.group_size(self.columns),
            _ => self.columns.next_multiple_of(BLOCK),
        }
    }

    pub(crate) fn zero_point(self) -> i32 {
        self.scheme.map_or(0, Scheme::zero_point)
    }

    pub(crate) fn has_minimum(self) -> bool {
        self.scheme.is_some_and(Scheme::has_minimum)
    }

    /// Bytes of its buffers: words, scales, minimums. Computed before there is a matrix, from sizes that were
    /// not checked.
    pub(crate) fn buffer_bytes(self) -> [u64; 3] {
        let [rows, columns] = [self.rows, self.columns].map(|size| size as u64);
        let words = match self.scheme {
            None => columns,
            Some(scheme) => columns.div_ceil(BLOCK as u64) * scheme.bits() as u64,
        };
        let groups = self.groups() as u64;
        let minimums = if self.has_minimum() { groups } else { 0 };
        [words, groups, minimums].map(|a_row| rows.saturating_mul(4 * a_row))
    }

    /// The value of `FORMAT` in the shaders.
    pub(crate) fn format(self) -> usize {
        match self.scheme {
            None => 0,
            Some(Scheme::F16) => 1,
            Some(scheme) if scheme.bits() == 8 => 2,
            Some(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_known_before_there_is_a_matrix() {
        for scheme in [None].into_iter().chain(Scheme::ALL.map(Some)) {
            for [rows, columns] in [[3, 7], [5, 64], [2, 300]] {
                let values = vec![0.5; rows * columns];
                let device = Device::flex();
                let weight = match scheme {
                    None => Weight::from_floats(values, [rows, columns], &device),
                    Some(scheme) => {
                        let packed = PackedMatrix::quantize(&values, rows, columns, scheme);
                        Weight::from_packed(packed, &device)
                    }
                };
                let counted = WeightLayout { rows, columns, scheme }.buffer_bytes();
                assert_eq!(counted.iter().sum::<u64>(), weight.bytes() as u64, "{scheme:?}");
            }
        }
    }

    #[test]
    fn the_bytes_of_the_largest_sizes_do_not_wrap() {
        let size = 1 << 22;
        let layout = WeightLayout { rows: size, columns: size, scheme: None };
        assert_eq!(layout.buffer_bytes(), [1 << 46, 0, 0]);
    }
}
