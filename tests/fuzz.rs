//! A short run of the fuzzer (`cargo xtask fuzz`).

use lectern::fuzz::{Allocations, Plan, run};

#[global_allocator]
static ALLOCATIONS: Allocations = Allocations;

#[test]
fn damaged_files_are_read_or_refused_within_their_memory() {
    let report = run(Plan { seed: 4, first: 0, executions: 20_000 }, |_, _| ());
    assert_eq!(report.accepted + report.refused, 20_000);
    // Both outcomes must occur, or the mutations test nothing.
    assert!(report.accepted > 500 && report.refused > 5000, "{report:?}");
    assert!(report.peak_bytes > 0, "memory was counted");
}
