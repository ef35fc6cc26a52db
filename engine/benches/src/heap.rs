//! Counts what a block costs besides time: calls of the heap, and waits of the calling thread.
#![allow(unsafe_code, reason = "an allocator, and a question to the system")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static COUNTS: AtomicBool = AtomicBool::new(false);
static CALLS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted on all threads while [`count`] runs.
#[derive(Debug)]
pub struct Counting;

fn note() {
    if COUNTS.load(Ordering::Relaxed) {
        CALLS.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        note();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

/// Calls of the heap by all threads, and times that the calling thread went to sleep, while `work` runs. The heap is
/// only counted in programs that have [`Counting`] as their allocator.
pub fn count(work: impl FnOnce()) -> (u64, u64) {
    let waits = waits();
    CALLS.store(0, Ordering::SeqCst);
    COUNTS.store(true, Ordering::SeqCst);
    work();
    COUNTS.store(false, Ordering::SeqCst);
    (CALLS.load(Ordering::SeqCst), self::waits().saturating_sub(waits))
}

/// How often this thread has given up its processor by itself.
#[cfg(target_os = "linux")]
fn waits() -> u64 {
    // SAFETY: a struct of numbers may be zero, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage);
        usage
    };
    u64::try_from(usage.ru_nvcsw).unwrap_or(0)
}

#[cfg(not(target_os = "linux"))]
const fn waits() -> u64 {
    0
}
