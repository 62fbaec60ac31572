// Layer normalization (Ba, Kiros, Hinton 2016), over the last axis:
//   output[t, c] = (input[t, c] − mean_t) / sqrt(variance_t + EPSILON) · gain[c] + shift[c]
//
// input, output  [rows, COLUMNS]   gain, shift  [COLUMNS]
// Dispatch: one workgroup a row. Its 64 threads stride over the columns; the mean is taken first and the
// variance from the differences to it (the one-pass formula loses digits where the mean is large).
// A call: 1 launch, 8·rows·COLUMNS bytes, about 8·rows·COLUMNS operations: bound by launch latency.
// Specialised: COLUMNS, EPSILON.

const COLUMNS: u32 = 768u;
const EPSILON: f32 = 1e-5;
const THREADS: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> gain: array<f32>;
@group(0) @binding(2) var<storage, read_write> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

var<workgroup> partial: array<f32, THREADS>;

// The sum of every thread's value, known to all of them.
fn sum_over_workgroup(thread: u32, value: f32) -> f32 {
    partial[thread] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half = half / 2u) {
        if (thread < half) {
            partial[thread] += partial[thread + half];
        }
        workgroupBarrier();
    }
    let total = partial[0];
    workgroupBarrier();
    return total;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = workgroup.x * COLUMNS;
    var sum = 0.0;
    for (var c = thread; c < COLUMNS; c += THREADS) {
        sum += input[first + c];
    }
    let mean = sum_over_workgroup(thread, sum) / f32(COLUMNS);
    var squares = 0.0;
    for (var c = thread; c < COLUMNS; c += THREADS) {
        let difference = input[first + c] - mean;
        squares += difference * difference;
    }
    let variance = sum_over_workgroup(thread, squares) / f32(COLUMNS);
    let inverse = 1.0 / sqrt(variance + EPSILON);
    for (var c = thread; c < COLUMNS; c += THREADS) {
        output[first + c] = (input[first + c] - mean) * inverse * gain[c] + shift[c];
    }
}
