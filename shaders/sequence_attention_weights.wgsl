// The attention weights of a batch of sequences laid end to end, for looking at:
//   weights[s][h, t, j] = softmax_j(query[t, h] · key[j, h] · SCALE),  t and j over the sequence s
// one sequence's [HEADS, n, n] after the other.
//
// query_key_value  [tokens, 3 · HEADS · HEAD_SIZE]
// rows             [tokens, 3]: the first token of the token's sequence, its end, and where the sequence's
//                  weights of one head begin, counted in weights of one head
// weights          [HEADS · Σ n²]
// Dispatch: (tokens, HEADS) workgroups of 64 threads: a row each. Scores are written, then turned into
// weights in place; a thread only touches the positions that are its own.
// A call: 1 launch, 2·Σ n²·HEADS·HEAD_SIZE operations, weights written and read 5 times (20·Σ n²·HEADS
// bytes), keys read anew for every query: bound by memory, for short sequences by latency.
// Where CAUSAL a token sees those up to itself; the others' weights are 0.
// Specialised: HEADS, HEAD_SIZE, SCALE, CAUSAL.

const HEADS: u32 = 12u;
const HEAD_SIZE: u32 = 64u;
const SCALE: f32 = 0.125;
const CAUSAL: bool = false;
const THREADS: u32 = 64u;
const LOWEST: f32 = -3.0e38;

@group(0) @binding(0) var<storage, read_write> query_key_value: array<f32>;
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;

var<workgroup> partial: array<f32, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let token = workgroup.x;
    let head = workgroup.y;
    let first = rows[3u * token];
    let length = rows[3u * token + 1u] - first;
    let width = 3u * HEADS * HEAD_SIZE;
    let query = token * width + head * HEAD_SIZE;
    let keys = first * width + (HEADS + head) * HEAD_SIZE;
    let row = HEADS * rows[3u * token + 2u] + (head * length + token - first) * length;
    let sees = select(length, token - first + 1u, CAUSAL);

    var maximum = LOWEST;
    for (var j = thread; j < sees; j += THREADS) {
        var score = 0.0;
        for (var d = 0u; d < HEAD_SIZE; d++) {
            score += query_key_value[query + d] * query_key_value[keys + j * width + d];
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
