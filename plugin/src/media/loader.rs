//! Loads files for the decks, one after the other, on a thread of its own.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use echelon_engine::action::RequestId;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::decode::{DecodedTrack, decode_within};
use super::error::LoadError;
use super::memory::TrackMemory;

/// Results that may wait to be fetched. At this many the thread waits, and new loads are refused.
const MAX_UNREAD: usize = 64;

/// What became of a load.
#[derive(Clone, Debug)]
pub enum LoadEvent {
    /// It is being decoded.
    Progress {
        /// For which deck.
        deck: DeckId,
        /// 0..1; `None` if the file does not say how long it is.
        ratio: Option<f32>,
    },
    /// It is decoded. Final.
    Loaded {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// The file.
        path: PathBuf,
        /// The track.
        decoded: DecodedTrack,
    },
    /// It cannot be had. Final.
    Failed {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// The file.
        path: PathBuf,
        /// Why.
        error: LoadError,
    },
}

#[derive(Debug)]
struct Job {
    deck: DeckId,
    id: RequestId,
    path: PathBuf,
    cancelled: Arc<AtomicBool>,
}

impl Job {
    fn cancelled(self) -> LoadEvent {
        LoadEvent::Failed { deck: self.deck, id: self.id, path: self.path, error: LoadError::Cancelled }
    }
}

/// The file that is being decoded.
#[derive(Debug)]
struct Running {
    deck: DeckId,
    id: RequestId,
    cancelled: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct State {
    /// At most one for each deck.
    waiting: VecDeque<Job>,
    running: Option<Running>,
    /// The newest news of each deck's load that nobody fetched yet.
    progress: [Option<Option<f32>>; NUM_DECKS],
    finished: VecDeque<LoadEvent>,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    /// Something to do, or room for results, or the end.
    changed: Condvar,
    memory: TrackMemory,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Loads files. Each load ends in exactly one [`LoadEvent::Loaded`] or [`LoadEvent::Failed`]. Ends when dropped.
pub struct Loader {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Loader {
    /// Starts the thread. `wake` is called whenever [`Loader::poll`] has something new, mostly from there.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        Self::within(TrackMemory::from_env(), wake)
    }

    /// [`Loader::new`] with another memory budget.
    pub(super) fn within(memory: TrackMemory, wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { state, changed, memory, wake: Box::new(wake) });
        let worker = shared.clone();
        let thread = thread::Builder::new().name("echelon-media".to_owned()).spawn(move || run(&worker))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Loads a file for a deck. What is being loaded for that deck is cancelled.
    ///
    /// # Errors
    /// [`LoadError::Busy`] if results are not fetched; then nothing has changed.
    pub fn load(&self, deck: DeckId, id: RequestId, path: PathBuf) -> Result<(), LoadError> {
        let mut state = self.shared.state();
        if state.finished.len() >= MAX_UNREAD {
            return Err(LoadError::Busy);
        }
        if let Some(running) = state.running.as_ref().filter(|running| running.deck == deck) {
            running.cancelled.store(true, Ordering::Release);
        }
        if let Some(older) = state.waiting.iter().position(|job| job.deck == deck).and_then(|i| state.waiting.remove(i))
        {
            state.finished.push_back(older.cancelled());
        }
        state.waiting.push_back(Job { deck, id, path, cancelled: Arc::default() });
        let news = !state.finished.is_empty();
        drop(state);
        self.shared.changed.notify_all();
        if news {
            (self.shared.wake)();
        }
        Ok(())
    }

    /// Gives up one load, if it is not done yet.
    pub fn cancel(&self, id: RequestId) {
        let mut state = self.shared.state();
        if let Some(running) = state.running.as_ref().filter(|running| running.id == id) {
            running.cancelled.store(true, Ordering::Release);
        }
        if let Some(job) = state.waiting.iter().position(|job| job.id == id).and_then(|i| state.waiting.remove(i)) {
            state.finished.push_back(job.cancelled());
        }
    }

    /// Gives up whatever is being loaded or waits to be.
    pub fn cancel_all(&self) {
        let mut state = self.shared.state();
        if let Some(running) = &state.running {
            running.cancelled.store(true, Ordering::Release);
        }
        let waiting = std::mem::take(&mut state.waiting);
        state.finished.extend(waiting.into_iter().map(Job::cancelled));
    }

    /// The next news.
    #[must_use]
    pub fn poll(&self) -> Option<LoadEvent> {
        let mut state = self.shared.state();
        if let Some(event) = state.finished.pop_front() {
            drop(state);
            self.shared.changed.notify_all();
            return Some(event);
        }
        let told = |deck: &DeckId| state.progress[deck.index()].take().map(|ratio| (*deck, ratio));
        DeckId::ALL.iter().find_map(told).map(|(deck, ratio)| LoadEvent::Progress { deck, ratio })
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.stop = true;
        if let Some(running) = &state.running {
            running.cancelled.store(true, Ordering::Release);
        }
        drop(state);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader").field("state", &*self.shared.state()).finish_non_exhaustive()
    }
}

/// The thread.
fn run(shared: &Shared) {
    while let Some(job) = next(shared) {
        let (deck, cancelled) = (job.deck, job.cancelled.clone());
        let mut progress = |ratio| {
            shared.state().progress[deck.index()] = Some(ratio);
            (shared.wake)();
        };
        let is_cancelled = || cancelled.load(Ordering::Acquire);
        let result = shared.memory.load(|max_bytes| decode_within(max_bytes, &job.path, &mut progress, &is_cancelled));
        let mut state = shared.state();
        state.running = None;
        state.progress[deck.index()] = None;
        // It may have been cancelled after its last packet.
        let event = match result {
            _ if cancelled.load(Ordering::Acquire) => job.cancelled(),
            Ok(decoded) => LoadEvent::Loaded { deck, id: job.id, path: job.path, decoded },
            Err(error) => LoadEvent::Failed { deck, id: job.id, path: job.path, error },
        };
        state.finished.push_back(event);
        drop(state);
        (shared.wake)();
    }
}

/// Waits for the next job, and for room for its result; `None` at the end.
fn next(shared: &Shared) -> Option<Job> {
    let mut state = shared.state();
    loop {
        if state.stop {
            return None;
        }
        if state.finished.len() < MAX_UNREAD
            && let Some(job) = state.waiting.pop_front()
        {
            state.running = Some(Running { deck: job.deck, id: job.id, cancelled: job.cancelled.clone() });
            return Some(job);
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}
