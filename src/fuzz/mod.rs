//! Damaged files by the million: small good ones are mutated and given to the streaming readers in pieces of
//! random sizes. Whatever comes, a reader must end with a result or a typed error, must not take more memory
//! than the bytes it got account for, and must say the same however the bytes are cut.
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

/// Bytes of memory that a byte of a file may cost: headers become names, shapes and maps of them.
const BYTES_PER_BYTE: usize = 16;
/// And what the smallest file may cost.
const FIXED_BYTES: usize = 64 << 10;
/// A file of some hundred bytes that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The execution that is running.
static RUNNING: AtomicU64 = AtomicU64::new(0);

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// The number of the first execution: to see one again.
    pub first: u64,
    /// How many.
    pub executions: u64,
}

/// What was seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Report {
    /// Files that were read to their end without an error.
    pub accepted: u64,
    /// Files that were refused.
    pub refused: u64,
    /// The largest peak of memory.
    pub peak_bytes: usize,
    /// The length of the file that had it.
    pub peak_length: usize,
    /// The longest execution.
    pub slowest: Duration,
}

/// Run it.
///
/// # Panics
/// With the number of the execution, where a reader did what it must not. A hang ends the process.
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
        let what =
            || format!("execution {execution} of seed {}: {format:?}, {file:02x?}", plan.seed);
        assert!(
            peak <= BYTES_PER_BYTE * file.len() + FIXED_BYTES,
            "{peak} bytes of memory for a file of {}: {}",
            file.len(),
            what()
        );
        if let Some(again) = again {
            assert_eq!(outcome.is_ok(), again.is_ok(), "{}", what());
            if let (Ok(first), Ok(second)) = (&outcome, &again) {
                assert_eq!(first, second, "{}", what());
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

/// Ends the process where one execution does not end.
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
