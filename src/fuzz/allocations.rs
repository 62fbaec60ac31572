//! A global allocator that counts the bytes that each thread holds.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system allocator with counters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocations;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

impl Allocations {
    /// Resets the peak, and returns the bytes that this thread holds now.
    pub fn begin() -> usize {
        let held = HELD.get();
        PEAK.set(held);
        held
    }

    /// The most bytes that this thread held since [`Self::begin`].
    pub fn peak() -> usize {
        PEAK.get()
    }

    fn count(added: usize, removed: usize) {
        // Memory that another thread allocated may be freed here.
        let held = (HELD.get() + added).saturating_sub(removed);
        HELD.set(held);
        PEAK.set(PEAK.get().max(held));
    }
}

// SAFETY: every call is the system allocator's, with the same arguments; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Allocations {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size(), 0);
        // SAFETY: the caller's guarantee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size(), 0);
        // SAFETY: the caller's guarantee.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::count(0, layout.size());
        // SAFETY: the caller's guarantee.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(size, layout.size());
        // SAFETY: the caller's guarantee.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
