//! Launching a WGSL file: specialising its constants, binding its buffers, counting.

use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::{DType, Shape};
use burn_wgpu::{CubeTensor, KernelSource, SourceKernel, SourceTemplate};
use cubecl::{
    prelude::{CubeCount, CubeDim, KernelId},
    server::KernelArguments,
};

static LAUNCHES: AtomicU64 = AtomicU64::new(0);

/// Number of our kernels' launches since the program started.
pub fn launches() -> u64 {
    LAUNCHES.load(Ordering::Relaxed)
}

/// The value of a WGSL constant. Floats are kept as bits, because a kernel's constants are part of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Constant {
    /// `u32`
    Unsigned(u32),
    /// `f32`, as its bits
    Float(u32),
    /// `bool`
    Flag(bool),
}

impl From<usize> for Constant {
    fn from(value: usize) -> Self {
        Self::Unsigned(u32::try_from(value).expect("sizes fit 32 bits"))
    }
}

impl From<f32> for Constant {
    fn from(value: f32) -> Self {
        Self::Float(value.to_bits())
    }
}

impl From<bool> for Constant {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl std::fmt::Display for Constant {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsigned(value) => write!(formatter, "{value}u"),
            Self::Float(bits) => write!(formatter, "f32({:e})", f32::from_bits(*bits)),
            Self::Flag(value) => write!(formatter, "{value}"),
        }
    }
}

/// A WGSL file with the values of its constants.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    /// The file's name, which distinguishes kernels.
    pub name: &'static str,
    /// The file's text.
    pub source: &'static str,
    /// The values that replace the file's own.
    pub constants: Vec<(&'static str, Constant)>,
    /// Threads of a workgroup, as the file says.
    pub threads: u32,
}

impl Kernel {
    /// The file with its constants replaced: `const NAME: type = value;` keeps its shape, so that the file
    /// is valid WGSL as it stands.
    pub(super) fn specialised(&self) -> String {
        let mut lines = Vec::new();
        for line in self.source.lines() {
            let constant = line.strip_prefix("const ").and_then(|rest| {
                let (name, rest) = rest.split_once(": ")?;
                let (type_name, _) = rest.split_once(" = ")?;
                let (_, value) = self.constants.iter().find(|(known, _)| *known == name)?;
                Some(format!("const {name}: {type_name} = {value};"))
            });
            lines.push(constant.unwrap_or_else(|| line.to_owned()));
        }
        lines.join("\n")
    }
}

impl KernelSource for Kernel {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(self.specialised())
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info((self.name, self.constants.clone()))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Launches a kernel over `workgroups`, its bindings in the order of `buffers`.
pub(super) fn launch(kernel: Kernel, workgroups: [usize; 3], buffers: &[&CubeTensor]) {
    // The kernels read and write buffers from end to end.
    let is_whole = |tensor: &&CubeTensor| tensor.is_contiguous();
    assert!(buffers.iter().all(is_whole), "tensors without gaps between their rows");
    let [x, y, z] = workgroups.map(|count| u32::try_from(count).expect("a grid fits 32 bits"));
    let bindings = buffers.iter().map(|tensor| tensor.handle.clone().binding()).collect();
    let dimension = CubeDim::new_1d(kernel.threads);
    LAUNCHES.fetch_add(1, Ordering::Relaxed);
    buffers[0].client.launch(
        Box::new(SourceKernel::new(kernel, dimension)),
        CubeCount::Static(x, y, z),
        KernelArguments::new().with_buffers(bindings),
    );
}

/// A tensor for a kernel to fill, on the device of `like`.
pub(super) fn empty_like<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    new_tensor(like, Shape::from(shape), DType::F32)
}

/// A buffer for a binding that a specialisation does not read. WebGPU requires a separate one: the same one twice in a
/// launch, writable, is an error.
pub(super) fn unused(like: &CubeTensor) -> CubeTensor {
    new_tensor(like, Shape::from([4]), DType::F32)
}

fn new_tensor(like: &CubeTensor, shape: Shape, dtype: DType) -> CubeTensor {
    let bytes = shape.num_elements() * dtype.size();
    let handle = like.client.empty(bytes.max(16));
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, dtype)
}

/// A few values that change from launch to launch.
pub(super) fn parameters(like: &CubeTensor, values: &[u32]) -> CubeTensor {
    let handle = like.client.create_from_slice(bytemuck::cast_slice(values));
    let shape = Shape::from([values.len()]);
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::U32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_replaced_and_the_rest_is_kept() {
        let kernel = Kernel {
            name: "layer_norm",
            source: include_str!("../../../shaders/layer_norm.wgsl"),
            constants: vec![("COLUMNS", 33.into()), ("EPSILON", 1e-12.into())],
            threads: 64,
        };
        let text = kernel.specialised();
        assert!(text.contains("const COLUMNS: u32 = 33u;"));
        assert!(text.contains("const EPSILON: f32 = f32(1e-12);"));
        assert!(text.contains("const THREADS: u32 = 64u;"));
        assert_eq!(text.lines().count(), kernel.source.lines().count());
    }
}
