//! An allocator that counts what each thread asks of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counted.
pub struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<u64> = const { Cell::new(0) };
}

/// How often this thread has asked for memory so far.
#[must_use]
pub fn count() -> u64 {
    COUNT.get()
}

/// How many bytes it has asked for, those included that it gave back.
#[must_use]
#[allow(dead_code, reason = "not everybody looks at both")]
pub fn bytes() -> u64 {
    BYTES.get()
}

fn one_more(size: usize) {
    // A thread that ends has nothing to count with any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    let _ = BYTES.try_with(|bytes| bytes.set(bytes.get() + size as u64));
}

// SAFETY: everything is the system allocator's; the counter is a number of the thread's own and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        one_more(layout.size());
        // SAFETY: the caller promises what the system asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: it came from `System`, with this layout, as the caller promises.
        unsafe { System.dealloc(pointer, layout) };
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        one_more(size);
        // SAFETY: it came from `System`, with this layout, as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
