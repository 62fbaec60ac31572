// Matrix-vector product with dequantization on the fly: one token's linear layer, epilogue fused.
//   output[r] = activation(Σ_c weight[r, c] · input[c] + bias[r]) + residual[r]
//   weight[r, c] = (stored[r, c] − ZERO_POINT) · scale[r, group of c] + minimum[r, group of c]
//
// input            [COLUMNS]
// words            [ROWS, WORDS_PER_ROW] (layout: quantization/packing.rs): blocks of 32 numbers
// scales, minimums [ROWS, GROUPS]
// bias, residual   [ROWS]; one element, not used, where there is none
// output           [ROWS]
// Dispatch: ceil(ROWS / 8) workgroups of 64 threads, in rows of at most GRID_WIDTH: 8 rows, 8 threads ("lanes") a row. A lane takes every
// eighth block of its row, so that the 8 lanes read 128 (int4) to 512 (f16) consecutive bytes; the lanes'
// sums meet in workgroup memory.
// A call: 1 launch, ROWS·COLUMNS·bits/8 bytes of weights + 4·(COLUMNS + ROWS), 2·ROWS·COLUMNS operations:
// bound by memory bandwidth, to which the input adds little (every workgroup finds it in the cache).
// Specialised: all constants.

const ROWS: u32 = 768u;
const COLUMNS: u32 = 768u;
const WORDS_PER_ROW: u32 = 96u;
const FORMAT: u32 = 3u; // 1 f16, 2 int8, 3 int4
const GROUP: u32 = 32u; // a multiple of NUMBERS_PER_PIECE: 16 of int8, else 32 and more
const GROUPS: u32 = 24u;
const ZERO_POINT: f32 = 8.0;
const HAS_SCALE: bool = true;
const HAS_MINIMUM: bool = false;
const HAS_BIAS: bool = true;
const HAS_RESIDUAL: bool = false;
const ACTIVATION: u32 = 0u; // 0 none, 1 GELU with tanh, 2 GELU with erf, 3 ReLU, 4 SiLU, 5 tanh

const BLOCK: u32 = 32u;
const NUMBERS_PER_PIECE: u32 = select(select(8u, 16u, FORMAT == 2u), 32u, FORMAT == 3u);
const LANES: u32 = 8u;
const ROWS_PER_WORKGROUP: u32 = 8u;
const GRID_WIDTH: u32 = 65535u; // WebGPU's limit for one axis

@group(0) @binding(0) var<storage, read_write> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> words: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> minimums: array<f32>;
@group(0) @binding(4) var<storage, read_write> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

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

fn input_in_column(column: u32) -> f32 {
    if (COLUMNS % BLOCK == 0u) {
        return input[column];
    }
    return select(0.0, input[min(column, COLUMNS - 1u)], column < COLUMNS);
}

fn input4(column: u32, step: u32) -> vec4<f32> {
    return vec4(input_in_column(column), input_in_column(column + step), input_in_column(column + 2u * step), input_in_column(column + 3u * step));
}

// Σ (stored − zero point) · input over the numbers of one 16-byte piece, and Σ input.
fn piece_sums(piece: vec4<u32>, first_column: u32) -> vec2<f32> {
    var dots = 0.0;
    var sum = 0.0;
    for (var i = 0u; i < 4u; i++) {
        if (FORMAT == 3u) {
            // Even and odd nibbles of a word.
            let column = first_column + 8u * i;
            let even = input4(column, 2u);
            let odd = input4(column + 1u, 2u);
            dots += dot(vec4<f32>(unpack4xU8(piece[i] & 0x0f0f0f0fu)) - ZERO_POINT, even);
            dots += dot(vec4<f32>(unpack4xU8((piece[i] >> 4u) & 0x0f0f0f0fu)) - ZERO_POINT, odd);
            if (HAS_MINIMUM) {
                sum += dot(even + odd, vec4(1.0));
            }
        } else if (FORMAT == 2u) {
            let x = input4(first_column + 4u * i, 1u);
            dots += dot(vec4<f32>(unpack4xI8(piece[i])) - ZERO_POINT, x);
            if (HAS_MINIMUM) {
                sum += dot(x, vec4(1.0));
            }
        } else {
            let column = first_column + 2u * i;
            dots += dot(unpack2x16float(piece[i]), vec2(input_in_column(column), input_in_column(column + 1u)));
        }
    }
    return vec2(dots, sum);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let lane = thread % LANES;
    let row = (workgroup.y * GRID_WIDTH + workgroup.x) * ROWS_PER_WORKGROUP + thread / LANES;
    let pieces_per_row = WORDS_PER_ROW / 4u;
    var total = 0.0;
    if (row < ROWS) {
        for (var piece = lane; piece < pieces_per_row; piece += LANES) {
            let column = piece * NUMBERS_PER_PIECE;
            let sums = piece_sums(words[row * pieces_per_row + piece], column);
            let group = row * GROUPS + column / GROUP;
            if (HAS_SCALE) {
                total += sums.x * scales[group];
            } else {
                total += sums.x;
            }
            if (HAS_MINIMUM) {
                total += sums.y * minimums[group];
            }
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
