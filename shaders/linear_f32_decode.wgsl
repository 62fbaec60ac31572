// Matrix-vector product with 32-bit float weights: one token's linear layer, epilogue fused.
//   output[r] = activation(Σ_c weight[r, c] · input[c] + bias[r]) + residual[r]
//
// input           [COLUMNS]
// weight          [ROWS, COLUMNS]
// bias, residual  [ROWS]; one element, not used, where there is none
// output          [ROWS]
// Dispatch: ceil(ROWS / 4) workgroups of 64 threads, in rows of at most GRID_WIDTH: 4 rows, 16 threads ("lanes") a row, which read 64
// consecutive bytes at a time; the lanes' sums meet in workgroup memory.
// A call: 1 launch, 4·ROWS·COLUMNS bytes of weights, 2·ROWS·COLUMNS operations: bound by memory bandwidth.
// Specialised: all constants.

const ROWS: u32 = 768u;
const COLUMNS: u32 = 768u;
const HAS_BIAS: bool = true;
const HAS_RESIDUAL: bool = false;
const ACTIVATION: u32 = 0u; // 0 none, 1 GELU with tanh, 2 GELU with erf, 3 ReLU, 4 SiLU, 5 tanh

const LANES: u32 = 16u;
const ROWS_PER_WORKGROUP: u32 = 4u;
const GRID_WIDTH: u32 = 65535u; // WebGPU's limit for one axis

@group(0) @binding(0) var<storage, read_write> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> residual: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

var<workgroup> partial: array<f32, 64>;

// Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(x) * (1.0 - series * exp(-x * x));
}

fn activate(x: f32) -> f32 {
    if (ACTIVATION == 1u) {
        // tanh saturates in f32 beyond 10; some drivers overflow there.
        let inner = clamp(0.7978845608 * (x + 0.044715 * x * x * x), -10.0, 10.0);
        return 0.5 * x * (1.0 + tanh(inner));
    }
    if (ACTIVATION == 2u) {
        return 0.5 * x * (1.0 + erf(x * 0.7071067812));
    }
    if (ACTIVATION == 3u) {
        return max(x, 0.0);
    }
    if (ACTIVATION == 4u) {
        return x / (1.0 + exp(-x));
    }
    if (ACTIVATION == 5u) {
        return tanh(clamp(x, -10.0, 10.0));
    }
    return x;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let lane = thread % LANES;
    let row = (workgroup.y * GRID_WIDTH + workgroup.x) * ROWS_PER_WORKGROUP + thread / LANES;
    var total = 0.0;
    if (row < ROWS) {
        for (var column = lane; column < COLUMNS; column += LANES) {
            total += weight[row * COLUMNS + column] * input[column];
        }
    }
    partial[thread] = total;
    workgroupBarrier();
    if (lane != 0u || row >= ROWS) {
        return;
    }
    for (var other = 1u; other < LANES; other++) {
        total += partial[thread + other];
    }
    if (HAS_BIAS) {
        total += bias[row];
    }
    total = activate(total);
    if (HAS_RESIDUAL) {
        total += residual[row];
    }
    output[row] = total;
}
