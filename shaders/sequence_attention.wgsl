// Self-attention in a batch of sequences laid end to end: a token sees all tokens of its own sequence, where CAUSAL
// those up to itself, and none of another's. The bounds are the padding mask: no row of padding is ever computed.
//   output[t, h] = Σ_j softmax_j(query[t, h] · key[j, h] · SCALE) · value[j, h],  j over the sequence of t
//
// query_key_value  [tokens, 3 · HEADS · HEAD_SIZE]
// tiles            [tiles, 4]: first query, end of the queries, first key, end of the keys
// output           [tokens, HEADS · HEAD_SIZE]
// Dispatch: (HEADS, tiles) workgroups of 32 threads, a thread a query; a tile holds at most 32 queries, all
// of one sequence. The workgroup brings 16 keys and values at a time to workgroup memory; every thread holds
// its query and its running maximum, sum and weighted value (online softmax: Milakov and Gimelshein 2018).
// A call: 1 launch, 4·Σ n²·HEADS·HEAD_SIZE operations over sequences of n tokens, keys and values read
// ceil(n / 32) times: bound by arithmetic, for short sequences by latency.
// Where CAUSAL, half of that: keys after a tile's last query are not read.
// Specialised: HEADS, HEAD_SIZE (at most 128), SCALE, CAUSAL.

const HEADS: u32 = 12u;
const HEAD_SIZE: u32 = 64u;
const SCALE: f32 = 0.125;
const CAUSAL: bool = false;
const QUERIES: u32 = 32u;
const TILE: u32 = 16u;
const QUADS: u32 = (HEAD_SIZE + 3u) / 4u; // a head in fours, the last one padded with zeros
const TILE_QUADS: u32 = TILE * QUADS;
const LOWEST: f32 = -3.0e38;

@group(0) @binding(0) var<storage, read_write> query_key_value: array<f32>;
@group(0) @binding(1) var<storage, read_write> tiles: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;

// Loop bounds must be known to be the same in all threads, or barriers may not stand inside.
var<workgroup> bounds: vec4<u32>;
var<workgroup> key_tile: array<vec4<f32>, TILE_QUADS>;
var<workgroup> value_tile: array<vec4<f32>, TILE_QUADS>;

// Four numbers of a row, zeros beyond the head's end.
fn four(first: u32, quad: u32) -> vec4<f32> {
    var numbers = vec4(0.0);
    for (var i = 0u; i < 4u; i++) {
        if (4u * quad + i < HEAD_SIZE) {
            numbers[i] = query_key_value[first + 4u * quad + i];
        }
    }
    return numbers;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    if (thread == 0u) {
        let tile = 4u * workgroup.y;
        bounds = vec4(tiles[tile], tiles[tile + 1u], tiles[tile + 2u], tiles[tile + 3u]);
    }
    let at = workgroupUniformLoad(&bounds);
    let hidden = HEADS * HEAD_SIZE;
    let column = workgroup.x * HEAD_SIZE;
    let token = at.x + thread;
    let valid = token < at.y;
    let last = select(at.w, at.y, CAUSAL);
    let sees = select(at.w, token + 1u, CAUSAL);

    var query: array<vec4<f32>, QUADS>;
    var weighted: array<vec4<f32>, QUADS>;
    if (valid) {
        for (var quad = 0u; quad < QUADS; quad++) {
            query[quad] = four(token * 3u * hidden + column, quad) * SCALE;
        }
    }
    var maximum = LOWEST;
    var sum = 0.0;
    for (var start = at.z; start < last; start += TILE) {
        for (var i = thread; i < TILE_QUADS; i += QUERIES) {
            let j = start + i / QUADS;
            if (j < last) {
                let row = j * 3u * hidden + column;
                key_tile[i] = four(row + hidden, i % QUADS);
                value_tile[i] = four(row + 2u * hidden, i % QUADS);
            }
        }
        workgroupBarrier();
        if (valid) {
            let end = min(TILE, max(sees, start) - start);
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
            output[token * hidden + column + d] = weighted[d / 4u][d % 4u] / sum;
        }
    }
}
