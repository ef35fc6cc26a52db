//! The tags of the files in a list, read by a thread of its own: first those in sight, then the rest, each once as long as
//! it stays as it is.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Tags;
use crate::media::cache::{Stamp, stamp};
use crate::media::late_thread::LateThread;

/// Files that are remembered; then all are forgotten, and read again when they are wanted.
const MOST_FILES: usize = 20_000;
/// While many files are read, what was found is shown this often: each time costs a copy of the whole table.
const EVERY: Duration = Duration::from_millis(100);

/// What the files of a list say of themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagsView {
    /// By file. Of those that say nothing there is an entry, too.
    pub of: Arc<HashMap<Arc<Path>, Tags>>,
    /// Files of the list that were read, and how many there are; nothing if no list is being read.
    pub progress: Option<(usize, usize)>,
    /// How often a whole list was read.
    pub rounds: u64,
}

#[derive(Debug, Default)]
struct State {
    /// In sight: before all others.
    soon: VecDeque<PathBuf>,
    /// The rest of the list.
    rest: VecDeque<PathBuf>,
    /// How many files the list had.
    total: usize,
    view: TagsView,
    /// The view has changed since it was fetched.
    is_news: bool,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
    read: Box<dyn Fn(&Path) -> Tags + Send + Sync>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads tags. Its thread begins with the first question and is joined when this is dropped: a drive that hangs holds that
/// up as it holds up a load.
pub struct TagShelf {
    shared: Arc<Shared>,
    thread: LateThread,
}

impl TagShelf {
    /// Costs no thread yet. `wake` is called whenever there is news, from the thread.
    #[must_use]
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::reading(Tags::read, wake)
    }

    /// That are read in another way.
    fn reading(read: impl Fn(&Path) -> Tags + Send + Sync + 'static, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Shared { state, changed, wake: Box::new(wake), read: Box::new(read) };
        Self { shared: Arc::new(shared), thread: LateThread::new("echelon-tags") }
    }

    /// These are in sight.
    pub fn soon(&mut self, files: Vec<PathBuf>) {
        self.ask(|state| files.into_iter().rev().for_each(|file| state.soon.push_front(file)));
    }

    /// These are all of the list, behind those in sight. What another list still waited for is not wanted any more.
    pub fn list(&mut self, files: Vec<PathBuf>) {
        self.ask(|state| {
            state.soon.clear();
            state.total = files.len();
            state.rest = files.into();
            state.view.progress = (state.total > 0).then_some((0, state.total));
            state.is_news = true;
        });
    }

    /// What is known, if that is another than the last time.
    #[must_use]
    pub fn news(&self) -> Option<TagsView> {
        let mut state = self.shared.state();
        std::mem::take(&mut state.is_news).then(|| state.view.clone())
    }

    fn ask(&mut self, what: impl FnOnce(&mut State)) {
        what(&mut self.shared.state());
        self.shared.changed.notify_all();
        let shared = self.shared.clone();
        // Without a thread files have no tags; that is no harm.
        self.thread.begin(move || run(&shared));
    }
}

impl Drop for TagShelf {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.changed.notify_all();
        self.thread.join();
    }
}

impl std::fmt::Debug for TagShelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TagShelf").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// What the thread remembers.
#[derive(Default)]
struct Memory {
    /// Files as they were when they were read.
    stamps: HashMap<Arc<Path>, Stamp>,
    /// What was found and not shown yet.
    found: Vec<(Arc<Path>, Tags)>,
    shown: Option<Instant>,
}

fn run(shared: &Shared) {
    let mut memory = Memory::default();
    while let Some((file, is_last_in_sight)) = next(shared) {
        memory.look(shared, &file);
        show(shared, &mut memory, is_last_in_sight);
    }
}

/// The next file, and whether it is the last of those in sight. `None` at the end.
fn next(shared: &Shared) -> Option<(PathBuf, bool)> {
    let mut state = shared.state();
    loop {
        if state.stop {
            return None;
        }
        if let Some(file) = state.soon.pop_front() {
            return Some((file, state.soon.is_empty()));
        }
        if let Some(file) = state.rest.pop_front() {
            return Some((file, false));
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

impl Memory {
    fn look(&mut self, shared: &Shared, file: &Path) {
        let Ok(now) = stamp(file) else {
            // What is gone has no tags; should it come back, it is read.
            if let Some((file, _)) = self.stamps.remove_entry(file) {
                self.found.push((file, Tags::default()));
            }
            return;
        };
        if self.stamps.get(file) == Some(&now) {
            return;
        }
        let file: Arc<Path> = file.into();
        self.found.push((file.clone(), (shared.read)(&file)));
        self.stamps.insert(file, now);
    }
}

/// Shows what was found, if it is time.
fn show(shared: &Shared, memory: &mut Memory, is_last_in_sight: bool) {
    let mut state = shared.state();
    let is_over = state.soon.is_empty() && state.rest.is_empty();
    let is_time = memory.shown.is_none_or(|shown| shown.elapsed() >= EVERY);
    if !(is_over || is_last_in_sight || is_time) {
        return;
    }
    // Copied without the lock: whoever asks for the view must not wait for that.
    let mut of = state.view.of.clone();
    drop(state);
    if !memory.found.is_empty() {
        let table = Arc::make_mut(&mut of);
        if table.len() + memory.found.len() > MOST_FILES {
            table.clear();
            memory.stamps.clear();
        }
        table.extend(memory.found.drain(..));
    }
    state = shared.state();
    state.view.of = of;
    let left = state.rest.len();
    if state.view.progress.is_some() {
        state.view.progress = (left > 0).then_some((state.total - left, state.total));
        state.view.rounds += u64::from(left == 0);
    }
    state.is_news = true;
    drop(state);
    memory.shown = Some(Instant::now());
    (shared.wake)();
}

#[cfg(test)]
mod tests;
