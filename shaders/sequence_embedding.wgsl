// Token, position and type embedding of a batch of sequences laid end to end, in one:
//   output[t, c] = token_weight[id_t, c] + position_weight[place_t, c] + type_weight[type_t, c]
// where token_weight is the matrix that the masked-language head reads too (tied weights), quantized or not.
//
// words            rows of the token matrix as FORMAT says (layout: quantization/packing.rs)
// scales, minimums [vocabulary, GROUPS]; one element, not used, where the format has none
// position_weight  [positions, COLUMNS]
// type_weight      [types, COLUMNS]
// tokens           [tokens, 3]: id, place in its sequence, type
// output           [tokens, COLUMNS]
// Dispatch: (ceil(COLUMNS / 64), tokens); a thread an element.
// A call: 1 launch, at most 16·tokens·COLUMNS bytes: bound by launch latency.
// Specialised: COLUMNS, FORMAT (0 f32, 1 f16, 2 int8, 3 int4), GROUP, GROUPS, ZERO_POINT, HAS_SCALE,
// HAS_MINIMUM.

const COLUMNS: u32 = 768u;
const WORDS_PER_ROW: u32 = 768u;
const FORMAT: u32 = 0u;
const GROUP: u32 = 32u;
const GROUPS: u32 = 1u;
const ZERO_POINT: f32 = 0.0;
const HAS_SCALE: bool = false;
const HAS_MINIMUM: bool = false;

@group(0) @binding(0) var<storage, read_write> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> minimums: array<f32>;
@group(0) @binding(3) var<storage, read_write> position_weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> type_weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(6) var<storage, read_write> output: array<f32>;

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

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let column = id.x;
    let token = id.y;
    if (column >= COLUMNS) {
        return;
    }
    let row = tokens[3u * token];
    let place = tokens[3u * token + 1u];
    let kind = tokens[3u * token + 2u];
    let group = row * GROUPS + column / GROUP;
    var value = stored(row, column);
    if (HAS_SCALE) {
        value = (value - ZERO_POINT) * scales[group];
    }
    if (HAS_MINIMUM) {
        value += minimums[group];
    }
    value += position_weight[place * COLUMNS + column] + type_weight[kind * COLUMNS + column];
    output[token * COLUMNS + column] = value;
}
