//! A value that is replaced now and then while the audio thread reads it: without a lock, a wait, or a drop there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

const CHUNKS: usize = 64;
const CHUNK: usize = 256;
/// How often a value may be replaced.
pub const MAX_CHANGES: usize = CHUNKS * CHUNK;

/// Every value that there was is kept as long as this, so that whoever reads one may go on reading it.
#[derive(Debug)]
pub(super) struct Latest<T> {
    /// Filled in order. Each chunk is made with its first value.
    chunks: [OnceLock<Box<[OnceLock<T>]>>; CHUNKS],
    /// How many values there are; the last one holds.
    count: AtomicUsize,
    writer: Mutex<()>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { chunks: [const { OnceLock::new() }; CHUNKS], count: AtomicUsize::new(0), writer: Mutex::new(()) }
    }
}

impl<T> Latest<T> {
    /// The value that holds now.
    ///
    /// # Real-time
    /// No allocation, no lock, no loop.
    pub fn get(&self) -> Option<&T> {
        let last = self.count.load(Ordering::Acquire).checked_sub(1)?;
        self.chunks.get(last / CHUNK)?.get()?.get(last % CHUNK)?.get()
    }

    /// From now on this one holds; gives it back after [`MAX_CHANGES`]. Not on the audio thread.
    pub fn set(&self, value: T) -> Result<(), T> {
        let _alone = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.count.load(Ordering::Acquire);
        let Some(chunk) = self.chunks.get(next / CHUNK) else { return Err(value) };
        let chunk = chunk.get_or_init(|| (0..CHUNK).map(|_| OnceLock::new()).collect());
        chunk[next % CHUNK].set(value)?;
        self.count.store(next + 1, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn the_last_value_holds_and_one_too_many_is_given_back() {
        let latest = Latest::default();
        assert_eq!(latest.get(), None);
        for value in 0..MAX_CHANGES {
            latest.set(value).unwrap();
            assert_eq!(latest.get(), Some(&value));
        }
        assert_eq!(latest.set(7), Err(7));
        assert_eq!(latest.get(), Some(&(MAX_CHANGES - 1)));
    }

    #[test]
    fn a_reader_sees_whole_values_that_only_get_newer() {
        let (latest, over) = (Latest::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for value in 0..2_000u64 {
                    latest.set((value, value.wrapping_mul(3))).unwrap();
                }
                over.store(true, Ordering::Release);
            });
            let mut newest = 0;
            loop {
                let is_over = over.load(Ordering::Acquire);
                if let Some((value, triple)) = latest.get() {
                    assert!(*value >= newest && *triple == value.wrapping_mul(3));
                    newest = *value;
                }
                if is_over {
                    break;
                }
            }
            assert_eq!(newest, 1_999);
        });
    }
}
