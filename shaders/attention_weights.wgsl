// The attention weights themselves, for looking at: they are not needed to compute the output.
//   weights[h, t, j] = softmax_j(query[t, h] · key[h, j] · SCALE), 0 where the mask hides j from t
// from the queries and the cached keys of the same run.
//
// query_key_value  [tokens, 3 · HEADS · HEAD_SIZE]
// keys             [HEADS, capacity, HEAD_SIZE], rows 0..past+tokens of it filled
// position         [past, tokens, capacity]
// weights          [HEADS, tokens, past + tokens]
// Dispatch: (tokens, HEADS) workgroups of 64 threads: a row each. Scores are written, then turned into
// weights in place; a thread only touches the positions j that are its own.
// A call: 1 launch, 2·tokens·length·HEADS·HEAD_SIZE operations, 12·tokens·length·HEADS bytes.
// Specialised: HEADS, HEAD_SIZE, SCALE, CAUSAL.

const HEADS: u32 = 12u;
const HEAD_SIZE: u32 = 64u;
const SCALE: f32 = 0.125;
const CAUSAL: bool = true;
const THREADS: u32 = 64u;
const LOWEST: f32 = -3.0e38;

@group(0) @binding(0) var<storage, read_write> query_key_value: array<f32>;
@group(0) @binding(1) var<storage, read_write> keys: array<f32>;
@group(0) @binding(2) var<storage, read_write> position: array<u32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;

var<workgroup> partial: array<f32, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let token = workgroup.x;
    let head = workgroup.y;
    let past = position[0];
    let tokens = position[1];
    let length = past + tokens;
    let sees = select(length, past + token + 1u, CAUSAL);
    let query = token * 3u * HEADS * HEAD_SIZE + head * HEAD_SIZE;
    let cache_start = head * position[2] * HEAD_SIZE;
    let row = (head * tokens + token) * length;

    var maximum = LOWEST;
    for (var j = thread; j < sees; j += THREADS) {
        var score = 0.0;
        for (var d = 0u; d < HEAD_SIZE; d++) {
            score += query_key_value[query + d] * keys[cache_start + j * HEAD_SIZE + d];
        }
        score *= SCALE;
        weights[row + j] = score;
        maximum = max(maximum, score);
    }
    partial[thread] = maximum;
    workgroupBarrier();
    for (var i = 0u; i < THREADS; i++) {
        maximum = max(maximum, partial[i]);
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var j = thread; j < sees; j += THREADS) {
        let weight = exp(weights[row + j] - maximum);
        weights[row + j] = weight;
        sum += weight;
    }
    partial[thread] = sum;
    workgroupBarrier();
    var total = 0.0;
    for (var i = 0u; i < THREADS; i++) {
        total += partial[i];
    }
    for (var j = thread; j < length; j += THREADS) {
        weights[row + j] = select(0.0, weights[row + j] / total, j < sees);
    }
}
