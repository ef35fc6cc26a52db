//! Analyses tracks for the decks, one after the other, on the process's pool. A track gets its beat grid as soon as that
//! is known, wherever it is by then.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use echelon_engine::action::RequestId;
use echelon_engine::deck::Track;
use echelon_engine::units::DeckId;

use super::pool::Pool;
use super::{Analysis, ContentId, analyse_as};
use crate::media::AnalysisCache;

/// Results that may wait to be fetched. At this many new work is refused.
const MAX_UNREAD: usize = 64;
/// Progress is told in steps of this size.
const PROGRESS_STEP: f32 = 0.01;

/// Why there is no analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnalyseError {
    /// The track is not wanted any more, or the rig is going away.
    #[error("the analysis was cancelled")]
    Cancelled,
    /// Results are not fetched.
    #[error("too many analyses at once: try again")]
    Busy,
    /// The system gives no thread for it.
    #[error("the system gives no thread for the analysis")]
    NoThread,
    /// A mistake of ours.
    #[error("the analysis gave up on this track")]
    Failed,
}

/// What became of an analysis.
#[derive(Clone, Debug)]
pub enum AnalysisEvent {
    /// It is under way.
    Progress {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// 0..1.
        ratio: f32,
    },
    /// It is there. Final.
    Done {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// The result.
        analysis: Arc<Analysis>,
    },
    /// It cannot be had. Final.
    Failed {
        /// For which deck.
        deck: DeckId,
        /// Which request.
        id: RequestId,
        /// Why.
        error: AnalyseError,
    },
}

#[derive(Debug)]
struct Job {
    deck: DeckId,
    id: RequestId,
    track: Arc<Track>,
    cancelled: Arc<AtomicBool>,
}

impl Job {
    fn failed(&self, error: AnalyseError) -> AnalysisEvent {
        AnalysisEvent::Failed { deck: self.deck, id: self.id, error }
    }
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    deck: DeckId,
    id: RequestId,
    ratio: f32,
    is_news: bool,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Request and mark of the one that is under way.
    running: Option<(RequestId, Arc<AtomicBool>)>,
    /// How far that is, and whether somebody fetched this.
    progress: Option<Progress>,
    finished: VecDeque<AnalysisEvent>,
    closed: bool,
}

struct Shared {
    state: Mutex<State>,
    cache: Option<AnalysisCache>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if !self.state().closed {
            (self.wake)();
        }
    }
}

/// Analyses tracks. Each request ends in exactly one [`AnalysisEvent::Done`] or [`AnalysisEvent::Failed`]. Nothing
/// that is called here waits for an analysis; dropping it waits only until the one under way has noticed.
pub struct Analyser {
    shared: Arc<Shared>,
    /// Since the first request.
    pool: Mutex<Option<Arc<Pool>>>,
}

impl Analyser {
    /// Costs no thread before the first request. `wake` is called whenever [`Analyser::poll`] has something new, from
    /// any thread. Without a cache, every track is analysed anew.
    #[must_use]
    pub fn new(cache: Option<AnalysisCache>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let shared = Shared { state: Mutex::default(), cache, wake: Box::new(wake) };
        Self { shared: Arc::new(shared), pool: Mutex::default() }
    }

    /// Analyses the track that this load brought for a deck.
    ///
    /// # Errors
    /// [`AnalyseError::Busy`] if results are not fetched or too much waits, [`AnalyseError::NoThread`]; then nothing has
    /// changed.
    pub fn analyse(&self, deck: DeckId, id: RequestId, track: Arc<Track>) -> Result<(), AnalyseError> {
        let pool = self.pool()?;
        let mut state = self.shared.state();
        if state.finished.len() + state.waiting.len() >= MAX_UNREAD {
            return Err(AnalyseError::Busy);
        }
        state.waiting.push_back(Job { deck, id, track, cancelled: Arc::default() });
        drop(state);
        let shared = self.shared.clone();
        // One call for each request: whichever comes first takes the oldest, and those that find nothing end.
        pool.spawn(move || run(&shared));
        Ok(())
    }

    fn pool(&self) -> Result<Arc<Pool>, AnalyseError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = &*pool {
            return Ok(pool.clone());
        }
        let new = Pool::shared().map_err(|_| AnalyseError::NoThread)?;
        Ok(pool.insert(new).clone())
    }

    /// Gives up one analysis, if it is not done yet.
    pub fn cancel(&self, id: RequestId) {
        if cancel(&mut self.shared.state(), |other| other == id) {
            self.shared.wake();
        }
    }

    /// The track's grid was edited: the cache keeps it so from now on.
    pub fn keep(&self, analysis: Arc<Analysis>, track: Arc<Track>) {
        let (Some(cache), Ok(pool)) = (self.shared.cache.clone(), self.pool()) else { return };
        pool.spawn(move || {
            // The newest grid, whichever of several edits is written last.
            let _ = cache.put(&analysis.with_grid_of(&track), &track);
        });
    }

    /// The next news.
    #[must_use]
    pub fn poll(&self) -> Option<AnalysisEvent> {
        let mut state = self.shared.state();
        if let Some(event) = state.finished.pop_front() {
            return Some(event);
        }
        let news = state.progress.as_mut().filter(|progress| progress.is_news)?;
        news.is_news = false;
        Some(AnalysisEvent::Progress { deck: news.deck, id: news.id, ratio: news.ratio })
    }
}

impl Drop for Analyser {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        cancel(&mut state, |_| true);
    }
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyser").field("state", &*self.shared.state()).finish_non_exhaustive()
    }
}

/// Gives up these; says whether that is news already.
fn cancel(state: &mut State, of: impl Fn(RequestId) -> bool) -> bool {
    if let Some((_, cancelled)) = state.running.as_ref().filter(|(id, _)| of(*id)) {
        cancelled.store(true, Ordering::Release);
    }
    let before = state.finished.len();
    let waiting = std::mem::take(&mut state.waiting);
    for job in waiting {
        if of(job.id) {
            state.finished.push_back(job.failed(AnalyseError::Cancelled));
        } else {
            state.waiting.push_back(job);
        }
    }
    state.finished.len() > before
}

/// On the pool: does what waits, unless another call is at it.
fn run(shared: &Shared) {
    while let Some(job) = next(shared) {
        let progress = |ratio: f32| tell(shared, &job, ratio);
        let cancelled = || job.cancelled.load(Ordering::Acquire);
        let result = catch_unwind(AssertUnwindSafe(|| cached(shared, &job.track, &progress, &cancelled)));
        if let Ok(Some(analysis)) = &result
            && job.track.grid().is_none()
        {
            // One that somebody set by hand in the meantime stays. The first of many that there is room for.
            let _ = job.track.set_grid(analysis.grid.clone());
        }
        let mut state = shared.state();
        state.running = None;
        state.progress = None;
        let event = match result {
            Err(_) => job.failed(AnalyseError::Failed),
            Ok(Some(analysis)) if !cancelled() => AnalysisEvent::Done { deck: job.deck, id: job.id, analysis },
            Ok(_) => job.failed(AnalyseError::Cancelled),
        };
        state.finished.push_back(event);
        drop(state);
        shared.wake();
    }
}

fn next(shared: &Shared) -> Option<Job> {
    let mut state = shared.state();
    if state.running.is_some() || state.closed {
        return None;
    }
    let job = state.waiting.pop_front()?;
    state.running = Some((job.id, job.cancelled.clone()));
    Some(job)
}

/// The newest progress, if it is worth telling.
fn tell(shared: &Shared, job: &Job, ratio: f32) {
    let mut state = shared.state();
    if state.progress.is_some_and(|told| ratio < told.ratio + PROGRESS_STEP) {
        return;
    }
    state.progress = Some(Progress { deck: job.deck, id: job.id, ratio, is_news: true });
    drop(state);
    shared.wake();
}

/// From the cache, or by work; then it is in the cache.
fn cached(
    shared: &Shared,
    track: &Track,
    progress: &(dyn Fn(f32) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Arc<Analysis>> {
    let content = ContentId::of(track);
    if let Some(known) = shared.cache.as_ref().and_then(|cache| cache.get(content, track)) {
        return Some(Arc::new(known));
    }
    let analysis = analyse_as(content, track, progress, cancelled)?;
    if let Some(cache) = &shared.cache {
        // A full disk costs time, not the analysis.
        let _ = cache.put(&analysis, track);
    }
    Some(Arc::new(analysis))
}
