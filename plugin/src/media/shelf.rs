//! What is known of files that are on no deck: tempo and key from the analyses on disk, and analyses on request. A thread of
//! its own reads, decodes and waits; neither the editor nor the control thread ever does.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use echelon_engine::action::RequestId;
use echelon_engine::units::DeckId;

use super::analyse::{Analyser, AnalysisEvent, ContentId, Waveform};
use super::decode::decode_within;
use super::late_thread::LateThread;
use super::memory::TrackMemory;
use super::{AnalysisCache, TrackFacts};

/// Files that are remembered; then all are forgotten, and looked for again.
const MOST_FILES: usize = 20_000;
/// Of the whole, what decoding takes.
const DECODING: f32 = 0.3;
/// What was found is shown this often at most, in files.
const BATCH: usize = 32;
/// Should the word of an analysis be lost, it is looked for this often.
const LOOK: Duration = Duration::from_millis(250);

/// What the shelf knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShelfView {
    /// Files that were analysed.
    pub facts: Arc<HashMap<PathBuf, TrackFacts>>,
    /// The one that is being analysed, and how far that is: 0..1.
    pub running: Option<(PathBuf, f32)>,
    /// How many wait for that.
    pub waiting: usize,
    /// Files that cannot be analysed, and why.
    pub failed: Arc<HashMap<PathBuf, String>>,
    /// The file that was to be seen.
    pub preview: Option<Arc<Preview>>,
}

/// A file at a glance.
#[derive(Debug, PartialEq)]
pub struct Preview {
    /// Which file.
    pub file: PathBuf,
    /// Its waveform, if it was analysed.
    pub waveform: Option<Waveform>,
    /// Its length in seconds.
    pub secs: f64,
}

#[derive(Debug)]
enum Job {
    Look(PathBuf),
    Preview(PathBuf),
    Note(PathBuf, ContentId),
    Analyse(PathBuf),
}

#[derive(Debug, Default)]
struct State {
    /// What is quickly done.
    quick: VecDeque<Job>,
    /// What takes long.
    slow: VecDeque<Job>,
    view: ShelfView,
    /// The view has changed since it was fetched.
    is_news: bool,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The analysis under way is not wanted any more.
    cancelled: AtomicBool,
    cache: AnalysisCache,
    memory: Arc<TrackMemory>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, change: impl FnOnce(&mut ShelfView)) {
        let mut state = self.state();
        change(&mut state.view);
        state.is_news = true;
        drop(state);
        (self.wake)();
    }
}

/// The shelf of an instance. Its thread begins with the first question and is joined when it is dropped.
pub struct Shelf {
    shared: Arc<Shared>,
    thread: LateThread,
}

impl Shelf {
    /// Costs no thread yet. `wake` is called whenever there is news, from the thread.
    #[must_use]
    pub fn new(cache: AnalysisCache, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::within(TrackMemory::of_process(), cache, wake)
    }

    /// [`Shelf::new`] with another memory budget.
    fn within(memory: Arc<TrackMemory>, cache: AnalysisCache, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let cancelled = AtomicBool::new(false);
        let shared = Shared { state, changed, cancelled, cache, memory, wake: Box::new(wake) };
        Self { shared: Arc::new(shared), thread: LateThread::new("echelon-shelf") }
    }

    /// Looks whether these were analysed before.
    pub fn look(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.ask(|state| state.quick.extend(files.into_iter().map(Job::Look)));
    }

    /// Shows a file's waveform, if it was analysed before.
    pub fn preview(&mut self, file: PathBuf) {
        self.ask(|state| {
            // Whoever walks through a list wants the last one.
            state.quick.retain(|job| !matches!(job, Job::Preview(_)));
            state.quick.push_front(Job::Preview(file));
        });
    }

    /// A file was on a deck, and this is what it has in it.
    pub fn note(&mut self, file: PathBuf, content: ContentId) {
        self.ask(|state| state.quick.push_back(Job::Note(file, content)));
    }

    /// Analyses these, one after the other, unless they were.
    pub fn analyse(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.ask(|state| {
            state.slow.extend(files.into_iter().map(Job::Analyse));
            state.view.waiting = state.slow.len();
            state.is_news = true;
        });
    }

    /// Analyses no more.
    pub fn stop_analysing(&self) {
        let mut state = self.shared.state();
        state.slow.clear();
        (state.view.waiting, state.is_news) = (0, true);
        self.shared.cancelled.store(true, Ordering::Release);
    }

    /// What is known, if that is another than the last time.
    #[must_use]
    pub fn news(&self) -> Option<ShelfView> {
        let mut state = self.shared.state();
        std::mem::take(&mut state.is_news).then(|| state.view.clone())
    }

    fn ask(&mut self, what: impl FnOnce(&mut State)) {
        what(&mut self.shared.state());
        self.shared.changed.notify_all();
        let shared = self.shared.clone();
        // Without a thread nothing is known; that is no harm.
        self.thread.begin(move || run(&shared));
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.cancelled.store(true, Ordering::Release);
        self.shared.changed.notify_all();
        self.thread.join();
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").field("thread", &self.thread).finish_non_exhaustive()
    }
}

fn run(shared: &Arc<Shared>) {
    let (sender, heard) = channel();
    let analyser = analyser(shared, sender);
    let mut found: HashMap<PathBuf, TrackFacts> = HashMap::new();
    while let Some((job, is_last)) = next(shared) {
        match job {
            Job::Look(file) => {
                if let Some(facts) = shared.cache.facts(&file) {
                    found.insert(file, facts);
                }
            }
            Job::Preview(file) => {
                let (waveform, secs) =
                    shared.cache.waveform(&file).map_or((None, 0.0), |(wave, secs)| (Some(wave), secs));
                shared.show(|view| view.preview = Some(Arc::new(Preview { file, waveform, secs })));
            }
            Job::Note(file, content) => {
                if shared.cache.note(&file, content).is_ok()
                    && let Some(facts) = shared.cache.facts(&file)
                {
                    found.insert(file, facts);
                }
            }
            Job::Analyse(file) => analyse(shared, &analyser, &heard, &file, &mut found),
        }
        if !found.is_empty() && (is_last || found.len() >= BATCH) {
            let found = std::mem::take(&mut found);
            shared.show(|view| {
                let facts = Arc::make_mut(&mut view.facts);
                if facts.len() + found.len() > MOST_FILES {
                    facts.clear();
                }
                facts.extend(found);
            });
        }
    }
}

/// Its word comes by the channel, which the control side's bell would not wake.
fn analyser(shared: &Arc<Shared>, sender: Sender<()>) -> Analyser {
    let sender = Mutex::new(sender);
    let wake = move || {
        // Nobody waits any more: that is the end.
        let _ = sender.lock().unwrap_or_else(PoisonError::into_inner).send(());
    };
    Analyser::new(Some(shared.cache.clone()), wake)
}

/// The next thing to do, and whether nothing quick is left behind it. `None` at the end.
fn next(shared: &Shared) -> Option<(Job, bool)> {
    let mut state = shared.state();
    loop {
        if state.stop {
            return None;
        }
        if let Some(job) = state.quick.pop_front() {
            return Some((job, state.quick.is_empty()));
        }
        if let Some(job) = state.slow.pop_front() {
            state.view.waiting = state.slow.len();
            shared.cancelled.store(false, Ordering::Release);
            return Some((job, true));
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Decodes and analyses a file, unless its analysis is there already.
fn analyse(
    shared: &Shared,
    analyser: &Analyser,
    heard: &Receiver<()>,
    file: &Path,
    found: &mut HashMap<PathBuf, TrackFacts>,
) {
    if let Some(facts) = shared.cache.facts(file) {
        found.insert(file.to_owned(), facts);
        return;
    }
    let progress = |part: f32| shared.show(|view| view.running = Some((file.to_owned(), part)));
    progress(0.0);
    let done = work(shared, analyser, heard, file, &progress);
    match done {
        Some(Ok(facts)) => _ = found.insert(file.to_owned(), facts),
        Some(Err(why)) => shared.show(|view| _ = Arc::make_mut(&mut view.failed).insert(file.to_owned(), why)),
        None => {}
    }
    shared.show(|view| view.running = None);
}

/// `None` if it was given up.
fn work(
    shared: &Shared,
    analyser: &Analyser,
    heard: &Receiver<()>,
    file: &Path,
    progress: &dyn Fn(f32),
) -> Option<Result<TrackFacts, String>> {
    let cancelled = || shared.cancelled.load(Ordering::Acquire);
    let mut told = 0.0;
    let mut tell = |part: Option<f32>| {
        if let Some(part) = part.filter(|part| *part > told + 0.02) {
            told = part;
            progress(part * DECODING);
        }
    };
    let room = shared.memory.room();
    let decoded = decode_within(room.bytes, file, &mut tell, &cancelled).map_err(|error| room.explain(error));
    // It counts as long as the analysis has it.
    let track = match decoded.and_then(|decoded| shared.memory.take(&decoded.track).map(|()| decoded.track)) {
        Ok(track) => track,
        Err(_) if cancelled() => return None,
        Err(error) => return Some(Err(error.to_string())),
    };
    let (id, secs) = (RequestId::next(), track.num_frames() as f64 / track.sample_rate());
    if let Err(error) = analyser.analyse(DeckId::A, id, track) {
        return Some(Err(error.to_string()));
    }
    loop {
        while let Some(event) = analyser.poll() {
            match event {
                AnalysisEvent::Progress { ratio, .. } => progress(DECODING + ratio * (1.0 - DECODING)),
                AnalysisEvent::Done { analysis, .. } => {
                    // A full disk costs time the next time.
                    let _ = shared.cache.note(file, analysis.content);
                    return Some(Ok(TrackFacts { bpm: analysis.bpm, key: analysis.key, secs: Some(secs) }));
                }
                AnalysisEvent::Failed { .. } if cancelled() => return None,
                AnalysisEvent::Failed { error, .. } => return Some(Err(error.to_string())),
            }
        }
        if cancelled() {
            analyser.cancel(id);
        }
        let _ = heard.recv_timeout(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::tests::Folder;
    use std::time::Instant;

    fn until(what: &str, shelf: &Shelf, mut so: impl FnMut(&ShelfView) -> bool) -> ShelfView {
        let began = Instant::now();
        loop {
            let view = shelf.shared.state().view.clone();
            if so(&view) {
                return view;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
            std::thread::yield_now();
        }
    }

    /// Eight seconds of clicks at 120 BPM.
    fn write(folder: &Folder, name: &str) -> PathBuf {
        let path = folder.path(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 22_050,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for frame in 0..8 * 22_050_u32 {
            let since = f64::from(frame % 11_025);
            #[expect(clippy::cast_possible_truncation, reason = "a sample")]
            writer.write_sample(((since * 0.3).sin() * (-since / 300.0).exp() * 20_000.0) as i16).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    #[test]
    fn a_file_is_analysed_once_and_known_ever_after() {
        let folder = Folder::new();
        let (one, broken) = (write(&folder, "one.wav"), folder.path("broken.wav"));
        std::fs::write(&broken, b"no music").unwrap();
        let cache = AnalysisCache::new(folder.path("cache"), 1 << 24);
        let mut shelf = Shelf::new(cache.clone(), || ());
        shelf.look([one.clone()]);
        shelf.analyse([one.clone(), broken.clone()]);
        let view = until("both", &shelf, |view| view.facts.len() == 1 && view.failed.len() == 1);
        let bpm = view.facts[&one].bpm.expect("beats");
        assert!((bpm - 120.0).abs() < 0.1, "{bpm}");
        assert!(view.failed.contains_key(&broken));
        drop(shelf);
        let mut next = Shelf::new(cache.clone(), || ());
        assert!(!next.thread.has_begun(), "a shelf of which nobody asks has no thread");
        next.look([broken, one.clone()]);
        let view = until("known", &next, |view| view.facts.contains_key(&one));
        assert_eq!(view.facts[&one].bpm, Some(bpm));
        assert_eq!(view.running, None);
        next.preview(one.clone());
        let view = until("seen", &next, |view| view.preview.is_some());
        let preview = view.preview.unwrap();
        assert!((preview.secs - 8.0).abs() < 1e-3 && preview.file == one);
        let finest = &preview.waveform.as_ref().unwrap().levels()[0];
        assert!(finest.bins.iter().any(|bin| bin.low.max(bin.mid).max(bin.high) > 100), "clicks");
        // Another file under its name is another file.
        std::fs::write(&one, b"something else").unwrap();
        assert_eq!(cache.facts(&one), None);
    }

    #[test]
    fn what_is_analysed_needs_room_beside_what_is_loaded() {
        let folder = Folder::new();
        let one = write(&folder, "one.wav");
        let memory = Arc::new(TrackMemory::new(2 << 20));
        let loaded = echelon_engine::deck::Track::new(vec![0.0; 1 << 17], vec![0.0; 1 << 17], 44_100.0).unwrap();
        let loaded = Arc::new(loaded);
        memory.take(&loaded).unwrap();
        let cache = AnalysisCache::new(folder.path("cache"), 1 << 24);
        let mut shelf = Shelf::within(memory.clone(), cache.clone(), || ());
        // It takes 1.3 MiB.
        shelf.analyse([one.clone()]);
        let view = until("refused", &shelf, |view| view.failed.contains_key(&one));
        assert!(view.failed[&one].contains("1 of 2 MiB"), "{}", view.failed[&one]);
        drop((shelf, loaded));
        let mut shelf = Shelf::within(memory.clone(), cache, || ());
        shelf.analyse([one.clone()]);
        until("analysed", &shelf, |view| view.facts.contains_key(&one));
        drop(shelf);
        // Its analysis told how it ended a moment before it let go of the track.
        let began = Instant::now();
        while memory.used() > 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "it counts longer than it is there");
            std::thread::yield_now();
        }
        assert!(Arc::ptr_eq(
            &Shelf::new(AnalysisCache::new(folder.path("c"), 1), || ()).shared.memory,
            &TrackMemory::of_process()
        ));
    }

    #[test]
    fn analysing_can_be_stopped() {
        let folder = Folder::new();
        let files: Vec<PathBuf> = (0..4).map(|number| write(&folder, &format!("{number}.wav"))).collect();
        let mut shelf = Shelf::new(AnalysisCache::new(folder.path("cache"), 1 << 24), || ());
        shelf.analyse(files);
        until("under way", &shelf, |view| view.running.is_some());
        shelf.stop_analysing();
        until("stopped", &shelf, |view| view.running.is_none() && view.waiting == 0);
    }

    #[test]
    fn of_too_many_notes_the_oldest_go() {
        let folder = Folder::new();
        let cache = AnalysisCache::new(folder.path("cache"), 1 << 24);
        let content = {
            let track = echelon_engine::deck::Track::new(vec![0.0; 8], vec![0.0; 8], 44_100.0).unwrap();
            ContentId::of(&track)
        };
        for number in 0..6 {
            let path = folder.path(&format!("{number}.x"));
            std::fs::write(&path, b"x").unwrap();
            cache.note(&path, content).unwrap();
        }
        cache.trim_notes(2).unwrap();
        assert_eq!(std::fs::read_dir(folder.path("cache")).unwrap().count(), 2);
    }
}
