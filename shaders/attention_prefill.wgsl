// Self-attention of many new tokens over the cache and themselves, whose keys and values join the cache:
//   output[t, h] = Σ_j softmax_j(query[t, h] · key[h, j] · SCALE) · value[h, j]
// over j = 0..past+t where CAUSAL (masked self-attention), else over all j = 0..past+tokens.
//
// query_key_value  [tokens, 3 · HEADS · HEAD_SIZE]
// keys, values     [HEADS, capacity, HEAD_SIZE]; rows past..past+tokens are written here
// position         [past, tokens, capacity]
// output           [tokens, HEADS · HEAD_SIZE]
// Dispatch: (HEADS, ceil(tokens / 32)) workgroups of 32 threads, a thread a query. The workgroup brings 16
// keys and values at a time to workgroup memory, from the cache where they are old, from query_key_value
// where they are new (other workgroups may not have written those yet); every thread holds its query and
// its running maximum, sum and weighted value (online softmax), so no matrix of scores is ever in memory.
// A call: 1 launch, 4·tokens·length·HEADS·HEAD_SIZE operations (half of it where causal), keys and values
// read ceil(tokens / 32) times: bound by arithmetic.
// Specialised: HEADS, HEAD_SIZE (at most 128), SCALE, CAUSAL.

const HEADS: u32 = 12u;
const HEAD_SIZE: u32 = 64u;
const SCALE: f32 = 0.125;
const CAUSAL: bool = true;
const QUERIES: u32 = 32u;
const TILE: u32 = 16u;
const QUADS: u32 = (HEAD_SIZE + 3u) / 4u; // a head in fours, the last one padded with zeros
const TILE_QUADS: u32 = TILE * QUADS;
const LOWEST: f32 = -3.0e38;

@group(0) @binding(0) var<storage, read_write> query_key_value: array<f32>;
@group(0) @binding(1) var<storage, read_write> keys: array<f32>;
@group(0) @binding(2) var<storage, read_write> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> position: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

// Loop bounds must be known to be the same in all threads, or barriers may not stand inside.
var<workgroup> bounds: vec3<u32>;
var<workgroup> key_tile: array<vec4<f32>, TILE_QUADS>;
var<workgroup> value_tile: array<vec4<f32>, TILE_QUADS>;

// Four numbers of a row of query_key_value, zeros beyond the head's end.
fn new4(first: u32, quad: u32) -> vec4<f32> {
    var four = vec4(0.0);
    for (var i = 0u; i < 4u; i++) {
        if (4u * quad + i < HEAD_SIZE) {
            four[i] = query_key_value[first + 4u * quad + i];
        }
    }
    return four;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    if (thread == 0u) {
        bounds = vec3(position[0], position[1], position[2]);
    }
    let at = workgroupUniformLoad(&bounds);
    let head = workgroup.x;
    let past = at.x;
    let tokens = at.y;
    let hidden = HEADS * HEAD_SIZE;
    let cache_start = head * at.z * HEAD_SIZE;
    let first_token = workgroup.y * QUERIES;
    let token = first_token + thread;
    let valid = token < tokens;

    var query: array<vec4<f32>, QUADS>;
    var weighted: array<vec4<f32>, QUADS>;
    if (valid) {
        let row = token * 3u * hidden + head * HEAD_SIZE;
        let cached = cache_start + (past + token) * HEAD_SIZE;
        for (var quad = 0u; quad < QUADS; quad++) {
            query[quad] = new4(row, quad) * SCALE;
        }
        for (var d = 0u; d < HEAD_SIZE; d++) {
            keys[cached + d] = query_key_value[row + hidden + d];
            values[cached + d] = query_key_value[row + 2u * hidden + d];
        }
    }

    // How far this thread sees, and how far the workgroup's last query does.
    let length = past + tokens;
    let sees = select(length, min(past + token + 1u, length), CAUSAL);
    let farthest = select(length, min(past + first_token + QUERIES, length), CAUSAL);
    var maximum = LOWEST;
    var sum = 0.0;
    for (var start = 0u; start < farthest; start += TILE) {
        for (var i = thread; i < TILE_QUADS; i += QUERIES) {
            let j = start + i / QUADS;
            let quad = i % QUADS;
            if (j < past) {
                var key = vec4(0.0);
                var value = vec4(0.0);
                for (var d = 0u; d < 4u; d++) {
                    if (4u * quad + d < HEAD_SIZE) {
                        key[d] = keys[cache_start + j * HEAD_SIZE + 4u * quad + d];
                        value[d] = values[cache_start + j * HEAD_SIZE + 4u * quad + d];
                    }
                }
                key_tile[i] = key;
                value_tile[i] = value;
            } else if (j < length) {
                let row = (j - past) * 3u * hidden + head * HEAD_SIZE;
                key_tile[i] = new4(row + hidden, quad);
                value_tile[i] = new4(row + 2u * hidden, quad);
            }
        }
        workgroupBarrier();
        if (valid && start < sees) {
            let end = min(TILE, sees - start);
            for (var j = 0u; j < end; j++) {
                var score = 0.0;
                for (var quad = 0u; quad < QUADS; quad++) {
                    score += dot(query[quad], key_tile[j * QUADS + quad]);
                }
                let higher = max(maximum, score);
                let shrink = exp(maximum - higher);
                let weight = exp(score - higher);
                sum = sum * shrink + weight;
                for (var quad = 0u; quad < QUADS; quad++) {
                    weighted[quad] = weighted[quad] * shrink + weight * value_tile[j * QUADS + quad];
                }
                maximum = higher;
            }
        }
        workgroupBarrier();
    }
    if (valid) {
        for (var d = 0u; d < HEAD_SIZE; d++) {
            output[token * hidden + head * HEAD_SIZE + d] = weighted[d / 4u][d % 4u] / sum;
        }
    }
}
