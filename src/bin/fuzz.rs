//! A fuzzer of the readers: `cargo xtask fuzz [--executions N] [--seed S] [--first N]`.

use std::time::Instant;

use lectern::fuzz::{Allocations, Plan, Report, run};

#[global_allocator]
static ALLOCATIONS: Allocations = Allocations;

/// Number of progress lines.
const LINES: u64 = 20;

fn plan() -> Result<Plan, String> {
    let mut plan = Plan { seed: 1, first: 0, executions: 1_000_000 };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        let value = value.ok_or_else(|| format!("{name} requires an integer"))?;
        match name.as_str() {
            "--executions" => plan.executions = value,
            "--seed" => plan.seed = value,
            "--first" => plan.first = value,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(plan)
}

fn main() -> Result<(), String> {
    let plan = plan()?;
    let start = Instant::now();
    let step = (plan.executions / LINES).max(1);
    let print = |done: u64, report: &Report| {
        let Report { accepted, refused, peak_bytes, peak_length, slowest } = report;
        println!(
            "{done} executions in {:.0} s: {accepted} files read, {refused} refused; at most {peak_bytes} bytes of memory, for a file of {peak_length}; at most {:.1} ms",
            start.elapsed().as_secs_f64(),
            1e3 * slowest.as_secs_f64(),
        );
    };
    run(plan, |done, report| {
        if done.is_multiple_of(step) {
            print(done, report);
        }
    });
    Ok(())
}
