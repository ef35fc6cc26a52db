//! Loads files for the decks on a thread of its own: one after the other up to where a deck can begin, and the rest of
//! all of them in turns.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use echelon_engine::action::RequestId;
use echelon_engine::deck::Track;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::decode::{DecodedTrack, Decoding};
use super::error::LoadError;
use super::find::Elsewhere;
use super::memory::TrackMemory;
use super::overview::Overview;
use super::tags::Tags;

/// Results that may wait to be fetched. At this many the thread waits, and new loads are refused.
const MAX_UNREAD: usize = 64;

/// What became of a load.
#[derive(Clone, Debug)]
pub enum LoadEvent {
    /// Its start is being decoded.
    Progress {
        /// For which deck.
        deck: DeckId,
        /// 0..1 of the file; `None` if the file does not say how long it is.
        ratio: Option<f32>,
    },
    /// A deck may have it. All of it is there, or the rest comes while the deck plays. [`Self::Whole`] or
    /// [`Self::Dropped`] follows.
    Loaded {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// The file.
        path: PathBuf,
        /// The track.
        track: Arc<Track>,
        /// What the file says of itself.
        tags: Tags,
    },
    /// The rest is being decoded.
    Coming {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// How much of the file is there: 0..1.
        ratio: f32,
        /// The waveform of what is there; the rest of its columns is silent.
        overview: Arc<Overview>,
    },
    /// All of it is there. Final.
    Whole {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// The same track, and what can be said of it now.
        decoded: DecodedTrack,
    },
    /// Nobody had the track any more, so the rest was not decoded. Final.
    Dropped {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
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
    /// Of a project's file: where else it may be.
    elsewhere: Option<Elsewhere>,
    cancelled: Arc<AtomicBool>,
}

impl Job {
    fn cancelled(self) -> LoadEvent {
        LoadEvent::Failed { deck: self.deck, id: self.id, path: self.path, error: LoadError::Cancelled }
    }
}

/// The file whose start is being decoded.
#[derive(Debug)]
struct Running {
    deck: DeckId,
    id: RequestId,
    cancelled: Arc<AtomicBool>,
}

/// How far the rest of a track has come.
#[derive(Debug)]
struct Piece {
    deck: DeckId,
    id: RequestId,
    ratio: f32,
    overview: Arc<Overview>,
}

#[derive(Debug, Default)]
struct State {
    /// At most one for each deck.
    waiting: VecDeque<Job>,
    running: Option<Running>,
    /// The newest news of each deck's load that nobody fetched yet.
    progress: [Option<Option<f32>>; NUM_DECKS],
    /// The same of the rest of each track that a deck has already.
    coming: Vec<Piece>,
    finished: VecDeque<LoadEvent>,
}

struct Shared {
    state: Mutex<State>,
    /// Something to do, or room for results, or the end.
    changed: Condvar,
    /// Set with the state locked.
    stop: AtomicBool,
    memory: Arc<TrackMemory>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn finish(&self, events: impl IntoIterator<Item = LoadEvent>) {
        self.state().finished.extend(events);
        (self.wake)();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Loads files. Each load ends in exactly one [`LoadEvent::Whole`], [`LoadEvent::Dropped`] or [`LoadEvent::Failed`]. Ends
/// when dropped.
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
        Self::within(TrackMemory::of_process(), wake)
    }

    /// [`Loader::new`] with another memory budget.
    pub(super) fn within(memory: Arc<TrackMemory>, wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { state, changed, stop: AtomicBool::new(false), memory, wake: Box::new(wake) });
        let worker = shared.clone();
        let thread = thread::Builder::new().name("echelon-media".to_owned()).spawn(move || run(&worker))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Loads a file for a deck. What is being loaded for that deck is cancelled, up to where a deck could have it: after
    /// that it is decoded as long as anybody has the track.
    ///
    /// # Errors
    /// [`LoadError::Busy`] if results are not fetched; then nothing has changed.
    pub fn load(&self, deck: DeckId, id: RequestId, path: PathBuf) -> Result<(), LoadError> {
        self.load_from(deck, id, path, None)
    }

    /// The same for a project's file, which may be elsewhere on this machine.
    ///
    /// # Errors
    /// As [`Loader::load`].
    pub fn load_or_find(
        &self,
        deck: DeckId,
        id: RequestId,
        path: PathBuf,
        elsewhere: Elsewhere,
    ) -> Result<(), LoadError> {
        self.load_from(deck, id, path, Some(elsewhere))
    }

    fn load_from(
        &self,
        deck: DeckId,
        id: RequestId,
        path: PathBuf,
        elsewhere: Option<Elsewhere>,
    ) -> Result<(), LoadError> {
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
        state.waiting.push_back(Job { deck, id, path, elsewhere, cancelled: Arc::default() });
        let news = !state.finished.is_empty();
        drop(state);
        self.shared.changed.notify_all();
        if news {
            (self.shared.wake)();
        }
        Ok(())
    }

    /// Gives up one load, if no deck can have it yet.
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
        if let Some((deck, ratio)) = DeckId::ALL.iter().find_map(told) {
            return Some(LoadEvent::Progress { deck, ratio });
        }
        let Piece { deck, id, ratio, overview } = state.coming.pop()?;
        Some(LoadEvent::Coming { deck, id, ratio, overview })
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        let state = self.shared.state();
        self.shared.stop.store(true, Ordering::Release);
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

/// A track that a deck has already, and the rest of its file.
struct Tail {
    deck: DeckId,
    id: RequestId,
    decoding: Decoding,
}

/// The thread.
fn run(shared: &Shared) {
    let mut tails = VecDeque::new();
    while !shared.is_stopped() {
        if let Some(job) = next(shared, tails.is_empty()) {
            begin(shared, job, &mut tails);
        }
        go_on(shared, &mut tails);
    }
}

/// Decodes a file up to where a deck can have it; in between the decks that have theirs get more.
fn begin(shared: &Shared, mut job: Job, tails: &mut VecDeque<Tail>) {
    let (deck, id) = (job.deck, job.id);
    if let Some(elsewhere) = &job.elsewhere {
        job.path = elsewhere.place_of(job.path);
    }
    let room = shared.memory.room();
    let result = head(shared, &job, room.bytes, tails);
    let mut state = shared.state();
    state.running = None;
    state.progress[deck.index()] = None;
    drop(state);
    match result {
        // It may have been cancelled after its last packet.
        _ if job.cancelled.load(Ordering::Acquire) => shared.finish([job.cancelled()]),
        Ok((decoding, Some(track))) => {
            tails.push_back(Tail { deck, id, decoding });
            let tags = Tags::read(&job.path);
            shared.finish([LoadEvent::Loaded { deck, id, path: job.path, track, tags }]);
        }
        Ok((decoding, None)) => match decoding
            .finish()
            .and_then(|decoded| shared.memory.take(&decoded.track).map(|()| decoded))
        {
            Ok(decoded) => {
                let track = decoded.track.clone();
                let tags = Tags::read(&job.path);
                let loaded = LoadEvent::Loaded { deck, id, path: job.path, track, tags };
                shared.finish([loaded, LoadEvent::Whole { deck, id, decoded }]);
            }
            Err(error) => shared.finish([LoadEvent::Failed { deck, id, path: job.path, error: room.explain(error) }]),
        },
        Err(error) => shared.finish([LoadEvent::Failed { deck, id, path: job.path, error: room.explain(error) }]),
    }
}

/// With the track if a deck may have it now; without if all is decoded.
fn head(
    shared: &Shared,
    job: &Job,
    max_bytes: usize,
    tails: &mut VecDeque<Tail>,
) -> Result<(Decoding, Option<Arc<Track>>), LoadError> {
    let mut decoding = Decoding::open(&job.path, max_bytes)?;
    if let Some(track) = decoding.begin_track() {
        shared.memory.take(&track)?;
    }
    let is_cancelled = || job.cancelled.load(Ordering::Acquire);
    loop {
        shared.state().progress[job.deck.index()] = Some(decoding.ratio());
        (shared.wake)();
        if decoding.step(&is_cancelled)? {
            return Ok((decoding, None));
        }
        if let Some(track) = decoding.take_head() {
            return Ok((decoding, Some(track)));
        }
        go_on(shared, tails);
    }
}

/// A piece more of the track whose turn it is.
fn go_on(shared: &Shared, tails: &mut VecDeque<Tail>) {
    let Some(mut tail) = tails.pop_front() else { return };
    let (deck, id) = (tail.deck, tail.id);
    let event = match tail.decoding.step(&|| shared.is_stopped()) {
        Ok(false) => {
            let (ratio, overview) =
                (tail.decoding.ratio().unwrap_or(0.0), tail.decoding.overview().unwrap_or_default());
            tails.push_back(tail);
            let mut state = shared.state();
            state.coming.retain(|piece| piece.id != id);
            state.coming.push(Piece { deck, id, ratio, overview });
            drop(state);
            return (shared.wake)();
        }
        Ok(true) => tail.decoding.finish().map_or(LoadEvent::Dropped { deck, id }, |decoded| LoadEvent::Whole {
            deck,
            id,
            decoded,
        }),
        Err(_) => {
            // It has the track too: who is told that it is dropped finds its memory free.
            drop(tail);
            LoadEvent::Dropped { deck, id }
        }
    };
    shared.state().coming.retain(|piece| piece.id != id);
    shared.finish([event]);
}

/// The next job, if there is room for its result. Waits for one if it may; `None` also at the end.
fn next(shared: &Shared, may_wait: bool) -> Option<Job> {
    let mut state = shared.state();
    loop {
        if shared.is_stopped() {
            return None;
        }
        if state.finished.len() < MAX_UNREAD
            && let Some(job) = state.waiting.pop_front()
        {
            state.running = Some(Running { deck: job.deck, id: job.id, cancelled: job.cancelled.clone() });
            return Some(job);
        }
        if !may_wait {
            return None;
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}
