//! Limits of the kernels and of a device, which a model's sizes are checked against before anything is computed.

#[cfg(feature = "gpu")]
use burn::backend::DispatchDevice;
use burn::tensor::Device;

/// WebGPU's limit for one axis of a grid of workgroups.
pub(crate) const LARGEST_GRID: usize = 65535;

/// Tokens of a batch of sequences, at most: the kernels' grids count them along one axis.
pub const MOST_TOKENS: usize = LARGEST_GRID;

/// Outputs of a linear layer, at most: `linear_tile` has a workgroup for each 64 of them along one axis.
pub const MOST_ROWS: usize = 64 * LARGEST_GRID;

/// Bytes of the largest buffer that a kernel can be given on this device; none where memory alone sets the limit.
#[cfg(feature = "gpu")]
pub fn largest_buffer(device: &Device) -> Option<u64> {
    match device.as_dispatch() {
        DispatchDevice::Cube(device) => Some(device.client().properties().memory.max_page_size),
        _ => None,
    }
}

/// Bytes of the largest buffer that a kernel can be given on this device: memory alone sets the limit.
#[cfg(not(feature = "gpu"))]
pub fn largest_buffer(_: &Device) -> Option<u64> {
    None
}

/// The grid for so many workgroups: where one axis is too short, the second one counts rows of it, and the last row
/// may be longer than what is left.
#[cfg(feature = "gpu")]
pub(super) fn grid(workgroups: usize) -> [usize; 3] {
    [workgroups.min(LARGEST_GRID), workgroups.div_ceil(LARGEST_GRID), 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "gpu")]
    #[test]
    fn a_grid_holds_all_workgroups_and_no_axis_is_too_long() {
        assert_eq!(grid(1), [1, 1, 1]);
        assert_eq!(grid(65535), [65535, 1, 1]);
        assert_eq!(grid(65536), [65535, 2, 1]);
        let [x, y, _] = grid(MOST_ROWS / 4);
        assert!(x * y >= MOST_ROWS / 4 && y <= LARGEST_GRID);
    }

    #[test]
    fn the_processors_buffers_have_no_limit_of_their_own() {
        assert_eq!(largest_buffer(&Device::flex()), None);
    }
}
