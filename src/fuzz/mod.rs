//! A fuzzer of the streaming readers: small valid files are mutated and fed in chunks of random size. A reader must
//! end with a result or a typed error, must not allocate more memory than the bytes it got account for, and must
//! give the same result however the bytes are cut into chunks.
//!
//! A program that uses this has [`Allocations`] as its global allocator.

mod allocations;
mod corpus;
mod mutation;
mod target;

use std::{
    process,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use allocations::Allocations;

/// Bytes of memory allowed per byte of a file: headers become names, shapes and maps of them.
const BYTES_PER_BYTE: usize = 16;
/// Bytes of memory allowed for any file.
const FIXED_BYTES: usize = 64 << 10;
/// The time after which a file of some hundred bytes counts as a hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// The index of the current execution, plus 1; 0 for none.
static RUNNING: AtomicU64 = AtomicU64::new(0);

/// The executions to run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The random seed.
    pub seed: u64,
    /// The index of the first execution, to repeat one.
    pub first: u64,
    /// Number of executions.
    pub executions: u64,
}

/// The results of the executions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Report {
    /// Files read without an error.
    pub accepted: u64,
    /// Files refused with an error.
    pub refused: u64,
    /// The largest memory peak in bytes.
    pub peak_bytes: usize,
    /// The length of the file with that peak.
    pub peak_length: usize,
    /// The duration of the longest execution.
    pub slowest: Duration,
}

/// Runs the executions of a plan.
///
/// # Panics
/// With the execution's index, if a reader violates a rule. A hang aborts the process.
pub fn run(plan: Plan, mut progress: impl FnMut(u64, &Report)) -> Report {
    let corpus = corpus::files();
    let mut report = Report::default();
    watch();
    for execution in plan.first..plan.first + plan.executions {
        RUNNING.store(execution + 1, Ordering::Relaxed);
        let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
        random.set_stream(execution);
        let (format, file) = mutation::mutate(&corpus, &mut random);
        let start = Instant::now();
        let before = Allocations::begin();
        let outcome = target::read(format, &file, &mut random);
        let peak = Allocations::peak() - before;
        let again =
            random.next_u32().is_multiple_of(8).then(|| target::read(format, &file, &mut random));
        let description =
            || format!("execution {execution} of seed {}: {format:?}, {file:02x?}", plan.seed);
        assert!(
            peak <= BYTES_PER_BYTE * file.len() + FIXED_BYTES,
            "{peak} bytes of memory for a file of {}: {}",
            file.len(),
            description()
        );
        if let Some(again) = again {
            assert_eq!(outcome.is_ok(), again.is_ok(), "{}", description());
            if let (Ok(first), Ok(second)) = (&outcome, &again) {
                assert_eq!(first, second, "{}", description());
            }
        }
        match outcome {
            Ok(_) => report.accepted += 1,
            Err(_) => report.refused += 1,
        }
        if peak > report.peak_bytes {
            (report.peak_bytes, report.peak_length) = (peak, file.len());
        }
        report.slowest = report.slowest.max(start.elapsed());
        progress(execution + 1 - plan.first, &report);
    }
    RUNNING.store(0, Ordering::Relaxed);
    report
}

/// Aborts the process if an execution hangs.
fn watch() {
    thread::spawn(|| {
        let mut last = 0;
        loop {
            thread::sleep(PATIENCE);
            let running = RUNNING.load(Ordering::Relaxed);
            if running != 0 && running == last {
                eprintln!("execution {} hangs", running - 1);
                process::abort();
            }
            last = running;
        }
    });
}
