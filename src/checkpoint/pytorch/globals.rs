//! The names that a pickle may use: those of a state dict, all of them data.

use crate::checkpoint::Dtype;

/// The element type of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    F64,
    F32,
    F16,
    BF16,
    F8E4M3,
    F8E5M2,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    C64,
    C128,
}

impl Scalar {
    /// Bytes of an element.
    pub fn width(self) -> u64 {
        match self {
            Self::C128 => 16,
            Self::F64 | Self::I64 | Self::U64 | Self::C64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::BF16 | Self::I16 | Self::U16 => 2,
            Self::F8E4M3 | Self::F8E5M2 | Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }

    /// The type as a tensor's dtype; types that do not become f32 by their name in safetensors.
    pub fn dtype(self) -> Dtype {
        let name = match self {
            Self::F32 => return Dtype::F32,
            Self::F16 => return Dtype::F16,
            Self::BF16 => return Dtype::BF16,
            Self::F64 => "F64",
            Self::F8E4M3 => "F8_E4M3",
            Self::F8E5M2 => "F8_E5M2",
            Self::I64 => "I64",
            Self::I32 => "I32",
            Self::I16 => "I16",
            Self::I8 => "I8",
            Self::U64 => "U64",
            Self::U32 => "U32",
            Self::U16 => "U16",
            Self::U8 => "U8",
            Self::Bool => "BOOL",
            Self::C64 => "C64",
            Self::C128 => "C128",
        };
        Dtype::Other(name.to_owned())
    }

    /// The element type of a storage class.
    fn of_storage(name: &str) -> Option<Self> {
        Some(match name {
            "DoubleStorage" => Self::F64,
            "FloatStorage" => Self::F32,
            "HalfStorage" => Self::F16,
            "BFloat16Storage" => Self::BF16,
            "Float8_e4m3fnStorage" => Self::F8E4M3,
            "Float8_e5m2Storage" => Self::F8E5M2,
            "LongStorage" => Self::I64,
            "IntStorage" => Self::I32,
            "ShortStorage" => Self::I16,
            "CharStorage" => Self::I8,
            "ByteStorage" | "UntypedStorage" | "_UntypedStorage" => Self::U8,
            "BoolStorage" => Self::Bool,
            "ComplexFloatStorage" => Self::C64,
            "ComplexDoubleStorage" => Self::C128,
            _ => return None,
        })
    }

    /// The element type of a dtype in torch.
    fn of_dtype(name: &str) -> Option<Self> {
        Some(match name {
            "float64" | "double" => Self::F64,
            "float32" | "float" => Self::F32,
            "float16" | "half" => Self::F16,
            "bfloat16" => Self::BF16,
            "float8_e4m3fn" => Self::F8E4M3,
            "float8_e5m2" => Self::F8E5M2,
            "int64" | "long" => Self::I64,
            "int32" | "int" => Self::I32,
            "int16" | "short" => Self::I16,
            "int8" => Self::I8,
            "uint64" => Self::U64,
            "uint32" => Self::U32,
            "uint16" => Self::U16,
            "uint8" => Self::U8,
            "bool" => Self::Bool,
            "complex64" | "cfloat" => Self::C64,
            "complex128" | "cdouble" => Self::C128,
            _ => return None,
        })
    }
}

/// A known Python name. The names are a subset of those that `torch.load(weights_only=True)` allows; none of them is a
/// function that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch.Size`: a tuple.
    Size,
    /// `torch._utils._rebuild_tensor`: a view of a storage.
    RebuildTensor,
    /// `torch._utils._rebuild_tensor_v2`: a view of a storage, with training state.
    RebuildTensorV2,
    /// `torch._utils._rebuild_tensor_v3`: a view of bytes as a dtype.
    RebuildTensorV3,
    /// `torch._utils._rebuild_parameter`, `torch.nn.parameter.Parameter` and the like: the tensor given to it.
    Parameter,
    /// `torch._tensor._rebuild_from_type_v2`: the result of another known name for its arguments.
    RebuildFromType,
    /// The class of tensors, as an argument.
    Tensor,
    /// A class of storages.
    Storage(Scalar),
    /// A dtype.
    Dtype(Scalar),
    /// Sets, bytes, devices: values that no weight contains.
    Ignored,
}

impl Global {
    /// The known name, if it is one.
    pub fn find(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch", "Size") => Self::Size,
            ("torch._utils", "_rebuild_tensor") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensorV2,
            ("torch._utils", "_rebuild_tensor_v3") => Self::RebuildTensorV3,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state")
            | ("torch.nn.parameter" | "torch.nn", "Parameter") => Self::Parameter,
            // The module was called `tensor` before PyTorch 1.9.
            ("torch._tensor" | "torch.tensor", "_rebuild_from_type_v2") => Self::RebuildFromType,
            ("torch" | "torch._tensor" | "torch.tensor", "Tensor") => Self::Tensor,
            ("torch", "device")
            | ("_codecs", "encode")
            | ("builtins" | "__builtin__", "set" | "frozenset") => Self::Ignored,
            ("torch" | "torch.cuda" | "torch.storage", name) => match Scalar::of_storage(name) {
                Some(scalar) => Self::Storage(scalar),
                None if module == "torch" => Self::Dtype(Scalar::of_dtype(name)?),
                None => return None,
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_data_are_known() {
        assert_eq!(Global::find("torch", "HalfStorage"), Some(Global::Storage(Scalar::F16)));
        assert_eq!(Global::find("torch.cuda", "FloatStorage"), Some(Global::Storage(Scalar::F32)));
        assert_eq!(Global::find("torch", "bfloat16"), Some(Global::Dtype(Scalar::BF16)));
        for (module, name) in [
            ("os", "system"),
            ("posix", "system"),
            ("nt", "system"),
            ("builtins", "eval"),
            ("builtins", "exec"),
            ("builtins", "getattr"),
            ("__builtin__", "eval"),
            ("subprocess", "Popen"),
            ("runpy", "_run_code"),
            ("torch", "load"),
            ("torch", "hub.load"),
            ("torch.storage", "_load_from_bytes"),
            ("torch.storage", "float32"),
            ("torch.serialization", "load"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("collections", "OrderedDict.__class__"),
            ("", ""),
        ] {
            assert_eq!(Global::find(module, name), None, "{module}.{name}");
        }
    }
}
