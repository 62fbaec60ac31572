// Masked self-attention of one new token over the key/value cache, which it joins:
//   output[h] = Σ_j softmax_j(query[h] · key[h, j] · SCALE) · value[h, j],   j = 0..past
//
// query_key_value  [3 · HEADS · HEAD_SIZE]: the new token's query, key and value, one after the other
// keys, values     [HEADS, capacity, HEAD_SIZE]; row `past` is written here
// position         [past, 1, capacity]
// output           [HEADS · HEAD_SIZE]
// Dispatch: one workgroup of 64 threads a head. A thread takes every 64th cached position and keeps its own
// running maximum, sum and weighted value (online softmax: Milakov and Gimelshein 2018); the 64 of them are
// merged at the end. No row of scores is ever in memory, so the context has no limit here.
// A call: 1 launch, 8·past·HEADS·HEAD_SIZE bytes, 4·past·HEADS·HEAD_SIZE operations: bound by bandwidth.
// Specialised: HEADS, HEAD_SIZE (at most 128), SCALE.

const HEADS: u32 = 12u;
const HEAD_SIZE: u32 = 64u;
const SCALE: f32 = 0.125;
const THREADS: u32 = 64u;
const LOWEST: f32 = -3.0e38;

@group(0) @binding(0) var<storage, read_write> query_key_value: array<f32>;
@group(0) @binding(1) var<storage, read_write> keys: array<f32>;
@group(0) @binding(2) var<storage, read_write> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> position: array<u32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

var<workgroup> query: array<f32, HEAD_SIZE>;
var<workgroup> maximums: array<f32, THREADS>;
var<workgroup> sums: array<f32, THREADS>;
var<workgroup> merged: array<f32, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let head = workgroup.x;
    let past = position[0];
    let hidden = HEADS * HEAD_SIZE;
    let first = head * position[2] * HEAD_SIZE;
    for (var d = thread; d < HEAD_SIZE; d += THREADS) {
        query[d] = query_key_value[head * HEAD_SIZE + d] * SCALE;
        keys[first + past * HEAD_SIZE + d] = query_key_value[hidden + head * HEAD_SIZE + d];
        values[first + past * HEAD_SIZE + d] = query_key_value[2u * hidden + head * HEAD_SIZE + d];
    }
    storageBarrier();
    workgroupBarrier();

    var maximum = LOWEST;
    var sum = 0.0;
    var weighted: array<f32, HEAD_SIZE>;
    for (var j = thread; j <= past; j += THREADS) {
        let row = first + j * HEAD_SIZE;
        var score = 0.0;
        for (var d = 0u; d < HEAD_SIZE; d++) {
            score += query[d] * keys[row + d];
        }
        let higher = max(maximum, score);
        let shrink = exp(maximum - higher);
        let weight = exp(score - higher);
        sum = sum * shrink + weight;
        for (var d = 0u; d < HEAD_SIZE; d++) {
            weighted[d] = weighted[d] * shrink + weight * values[row + d];
        }
        maximum = higher;
    }

    maximums[thread] = maximum;
    sums[thread] = sum;
    workgroupBarrier();
    var highest = LOWEST;
    for (var i = 0u; i < THREADS; i++) {
        highest = max(highest, maximums[i]);
    }
    var total = 0.0;
    for (var i = 0u; i < THREADS; i++) {
        total += sums[i] * exp(maximums[i] - highest);
    }
    // A thread without a position has the sum 0 and adds nothing.
    let share = select(0.0, exp(maximum - highest) / total, sum > 0.0);
    for (var d = 0u; d < HEAD_SIZE; d++) {
        merged[thread] = weighted[d] * share;
        workgroupBarrier();
        for (var half = THREADS / 2u; half > 0u; half = half / 2u) {
            if (thread < half) {
                merged[thread] += merged[thread + half];
            }
            workgroupBarrier();
        }
        if (thread == 0u) {
            output[head * HEAD_SIZE + d] = merged[0];
        }
        workgroupBarrier();
    }
}
