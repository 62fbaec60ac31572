// Matrix product with dequantization on the fly: the linear layer of many tokens at once, epilogue fused.
//   output[t, r] = activation(Σ_c weight[r, c] · input[t, c] + bias[r]) + residual[t, r]
//   weight[r, c] = (stored[r, c] − ZERO_POINT) · scale[r, group of c] + minimum[r, group of c]
//
// input            [tokens, COLUMNS]
// words            [ROWS, WORDS_PER_ROW] as FORMAT says (layout: quantization/packing.rs)
// scales, minimums [ROWS, GROUPS]; one element, not used, where the format has none
// bias             [ROWS]; one element, not used, where there is none
// residual         [tokens, ROWS]; one element, not used, where there is none
// tokens           [1]
// output           [tokens, ROWS]
// Dispatch: (ceil(ROWS / 64), ceil(tokens / 32)) workgroups of 128 threads. A workgroup makes a tile of 32
// tokens by 64 rows: for every 32 columns it brings that piece of the input and of the weights (dequantized
// once) to workgroup memory, and each thread adds to its own 4 tokens by 4 rows.
// A call: 1 launch, 2·tokens·ROWS·COLUMNS operations, the weights read ceil(tokens / 32) times, the input
// ceil(ROWS / 64) times: bound by arithmetic from about 32 tokens on.
// Specialised: all constants.

const ROWS: u32 = 768u;
const COLUMNS: u32 = 768u;
const WORDS_PER_ROW: u32 = 96u;
const FORMAT: u32 = 3u; // 0 f32, 1 f16, 2 int8, 3 int4
const GROUP: u32 = 32u;
const GROUPS: u32 = 24u;
const ZERO_POINT: f32 = 8.0;
const HAS_SCALE: bool = true;
const HAS_MINIMUM: bool = false;
const HAS_BIAS: bool = true;
const HAS_RESIDUAL: bool = false;
const ACTIVATION: u32 = 0u; // 0 none, 1 GELU with tanh, 2 GELU with erf, 3 ReLU, 4 SiLU, 5 tanh

const TILE_TOKENS: u32 = 32u;
const TILE_ROWS: u32 = 64u;
const TILE_COLUMNS: u32 = 32u;
const THREADS: u32 = 128u;

@group(0) @binding(0) var<storage, read_write> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> minimums: array<f32>;
@group(0) @binding(4) var<storage, read_write> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(7) var<storage, read_write> output: array<f32>;

// Both with the column as the slower index, so that a thread reads its 4 tokens and 4 rows side by side.
var<workgroup> input_tile: array<vec4<f32>, 256>;
var<workgroup> weight_tile: array<vec4<f32>, 512>;

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

fn stored(row: u32, column: u32) -> f32 {
    let first = row * WORDS_PER_ROW;
    if (FORMAT == 0u) {
        return bitcast<f32>(words[first + column]);
    }
    if (FORMAT == 1u) {
        return unpack2x16float(words[first + column / 2u])[column % 2u];
    }
    if (FORMAT == 2u) {
        return f32(extractBits(bitcast<i32>(words[first + column / 4u]), 8u * (column % 4u), 8u));
    }
    return f32(extractBits(words[first + column / 8u], 4u * (column % 8u), 4u));
}

fn weight_at(row: u32, column: u32) -> f32 {
    if (row >= ROWS || column >= COLUMNS) {
        return 0.0;
    }
    var value = stored(row, column);
    if (HAS_SCALE) {
        value = (value - ZERO_POINT) * scales[row * GROUPS + column / GROUP];
    }
    if (HAS_MINIMUM) {
        value += minimums[row * GROUPS + column / GROUP];
    }
    return value;
}

fn input_at(token: u32, column: u32) -> f32 {
    if (token >= tokens[0] || column >= COLUMNS) {
        return 0.0;
    }
    return input[token * COLUMNS + column];
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first_row = workgroup.x * TILE_ROWS;
    let first_token = workgroup.y * TILE_TOKENS;
    let my_rows = thread % 16u;
    let my_tokens = thread / 16u;
    var sums: array<vec4<f32>, 4>;
    for (var first_column = 0u; first_column < COLUMNS; first_column += TILE_COLUMNS) {
        for (var i = thread; i < 256u; i += THREADS) {
            let column = first_column + i / 8u;
            let token = first_token + 4u * (i % 8u);
            input_tile[i] = vec4(
                input_at(token, column),
                input_at(token + 1u, column),
                input_at(token + 2u, column),
                input_at(token + 3u, column),
            );
        }
        for (var i = thread; i < 512u; i += THREADS) {
            let column = first_column + i / 16u;
            let row = first_row + 4u * (i % 16u);
            weight_tile[i] = vec4(
                weight_at(row, column),
                weight_at(row + 1u, column),
                weight_at(row + 2u, column),
                weight_at(row + 3u, column),
            );
        }
        workgroupBarrier();
        for (var column = 0u; column < TILE_COLUMNS; column++) {
            let x = input_tile[column * 8u + my_tokens];
            let w = weight_tile[column * 16u + my_rows];
            sums[0] += x[0] * w;
            sums[1] += x[1] * w;
            sums[2] += x[2] * w;
            sums[3] += x[3] * w;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        let token = first_token + 4u * my_tokens + i;
        if (token >= tokens[0]) {
            return;
        }
        for (var j = 0u; j < 4u; j++) {
            let row = first_row + 4u * my_rows + j;
            if (row < ROWS) {
                var value = sums[i][j];
                if (HAS_BIAS) {
                    value += bias[row];
                }
                value = activate(value);
                if (HAS_RESIDUAL) {
                    value += residual[token * ROWS + row];
                }
                output[token * ROWS + row] = value;
            }
        }
    }
}
