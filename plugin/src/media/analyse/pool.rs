//! The process's threads for analysis: made for the first analysis, joined when the last instance is gone.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Half of the cores, up to this many threads: the music needs the rest.
const MAX_THREADS: usize = 4;

/// All instances of the plugin share these threads.
static SHARED: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

/// A private pool. Its threads have ended when it is dropped: the library may be unloaded right after.
#[derive(Debug)]
pub struct Pool {
    /// `None` only while it is being dropped.
    pool: Option<ThreadPool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool {
    /// That of the process.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn shared() -> io::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = shared.upgrade() {
            return Ok(pool);
        }
        let pool = Arc::new(Self::new()?);
        *shared = Arc::downgrade(&pool);
        Ok(pool)
    }

    fn new() -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut threads = Vec::new();
        let pool = ThreadPoolBuilder::new()
            .num_threads((cores / 2).clamp(1, MAX_THREADS))
            .spawn_handler(|worker| {
                let name = format!("echelon-analyse-{}", worker.index());
                threads.push(thread::Builder::new().name(name).spawn(move || {
                    be_nice();
                    worker.run();
                })?);
                Ok(())
            })
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { pool: Some(pool), threads: Mutex::new(threads) })
    }

    /// Runs something there, soon.
    pub fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        if let Some(pool) = &self.pool {
            pool.spawn_fifo(job);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.pool.take());
        for thread in self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = thread.join();
        }
    }
}

/// Everything else in the host goes first.
fn be_nice() {
    #[cfg(target_os = "linux")]
    // SAFETY: It takes no pointer. On Linux, 0 means the calling thread alone.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 10);
    }
}
