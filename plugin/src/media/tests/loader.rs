use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use echelon_engine::action::RequestId;
use echelon_engine::units::DeckId;

use super::super::{LoadError, LoadEvent, Loader};
use super::{Folder, int_wav, noise};

/// How long a test waits for something that should come.
const PATIENCE: Duration = Duration::from_secs(60);

struct Rig {
    loader: Loader,
    woken: Arc<AtomicU64>,
    /// While it is locked, the loader's thread stands still at its next news.
    gate: Arc<Mutex<()>>,
    folder: Folder,
}

/// A final event, in short.
#[derive(Debug, PartialEq)]
enum End {
    Loaded(DeckId, RequestId, usize),
    Failed(DeckId, RequestId, LoadError),
}

impl Rig {
    fn new() -> Self {
        let (woken, gate) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(())));
        let (counter, barrier) = (woken.clone(), gate.clone());
        let wake = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            if std::thread::current().name() == Some("echelon-media") {
                drop(barrier.lock().unwrap());
            }
        };
        Self { loader: Loader::new(wake).unwrap(), woken, gate, folder: Folder::new() }
    }

    fn file(&self, name: &str, frames: usize) -> PathBuf {
        self.folder.write(name, &int_wav(2, 44_100, 16, &noise(2 * frames, 16)))
    }

    fn load(&self, deck: DeckId, path: &Path) -> RequestId {
        let id = RequestId::next();
        self.loader.load(deck, id, path.to_owned()).unwrap();
        id
    }

    fn poll(&self) -> LoadEvent {
        let start = Instant::now();
        loop {
            if let Some(event) = self.loader.poll() {
                return event;
            }
            assert!(start.elapsed() < PATIENCE, "no event came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn end(&self) -> End {
        loop {
            match self.poll() {
                LoadEvent::Progress { .. } | LoadEvent::Loaded { .. } | LoadEvent::Coming { .. } => {}
                LoadEvent::Whole { deck, id, decoded } => return End::Loaded(deck, id, decoded.track.num_frames()),
                LoadEvent::Dropped { deck, id } => panic!("{deck:?} {id:?}: nobody has it"),
                LoadEvent::Failed { deck, id, error, .. } => return End::Failed(deck, id, error),
            }
        }
    }
}

#[test]
fn loads_come_back_in_order_with_their_ids() {
    let rig = Rig::new();
    let (long, short) = (rig.file("long.wav", 50_000), rig.file("short.wav", 1_000));
    let gone = rig.folder.path("gone.wav");
    let ids = [rig.load(DeckId::A, &long), rig.load(DeckId::B, &short), rig.load(DeckId::C, &gone)];
    assert_eq!(rig.end(), End::Loaded(DeckId::A, ids[0], 50_000));
    assert_eq!(rig.end(), End::Loaded(DeckId::B, ids[1], 1_000));
    assert_eq!(rig.end(), End::Failed(DeckId::C, ids[2], LoadError::NotFound { path: gone }));
    assert!(rig.loader.poll().is_none());
    assert!(rig.woken.load(Ordering::SeqCst) >= 3);
}

#[test]
fn a_newer_load_cancels_the_older_of_its_deck() {
    let rig = Rig::new();
    let (long, short) = (rig.file("long.wav", 100_000), rig.file("short.wav", 1_000));
    let closed = rig.gate.lock().unwrap();
    let first = rig.load(DeckId::A, &long);
    let LoadEvent::Progress { deck: DeckId::A, ratio: Some(0.0) } = rig.poll() else { panic!("it runs") };
    let second = rig.load(DeckId::A, &long);
    let third = rig.load(DeckId::A, &short);
    let other = rig.load(DeckId::B, &short);
    drop(closed);
    // The second never ran.
    assert_eq!(rig.end(), End::Failed(DeckId::A, second, LoadError::Cancelled));
    assert_eq!(rig.end(), End::Failed(DeckId::A, first, LoadError::Cancelled));
    assert_eq!(rig.end(), End::Loaded(DeckId::A, third, 1_000));
    assert_eq!(rig.end(), End::Loaded(DeckId::B, other, 1_000));
}

#[test]
fn all_that_is_under_way_can_be_given_up() {
    let rig = Rig::new();
    let (long, short) = (rig.file("long.wav", 100_000), rig.file("short.wav", 1_000));
    let closed = rig.gate.lock().unwrap();
    let running = rig.load(DeckId::A, &long);
    let LoadEvent::Progress { deck: DeckId::A, ratio: Some(0.0) } = rig.poll() else { panic!("it runs") };
    let waiting = rig.load(DeckId::B, &long);
    rig.loader.cancel_all();
    let next = rig.load(DeckId::C, &short);
    drop(closed);
    assert_eq!(rig.end(), End::Failed(DeckId::B, waiting, LoadError::Cancelled));
    assert_eq!(rig.end(), End::Failed(DeckId::A, running, LoadError::Cancelled));
    assert_eq!(rig.end(), End::Loaded(DeckId::C, next, 1_000));
}

#[test]
fn progress_is_told_and_never_after_the_end() {
    let rig = Rig::new();
    let path = rig.file("long.wav", 500_000);
    let closed = rig.gate.lock().unwrap();
    rig.load(DeckId::D, &path);
    let LoadEvent::Progress { deck: DeckId::D, ratio: Some(0.0) } = rig.poll() else { panic!("it runs") };
    drop(closed);
    let (mut told, mut on_deck) = (vec![0.0], None);
    loop {
        match rig.poll() {
            LoadEvent::Progress { deck: DeckId::D, ratio } if on_deck.is_none() => told.push(ratio.unwrap()),
            LoadEvent::Loaded { path: loaded, track, .. } => {
                assert_eq!(loaded, path);
                on_deck = Some(track);
            }
            LoadEvent::Coming { deck: DeckId::D, ratio, .. } if on_deck.is_some() => told.push(ratio),
            LoadEvent::Whole { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(told.is_sorted(), "{told:?}");
    assert!(rig.loader.poll().is_none());
}

#[test]
fn unread_results_do_not_pile_up() {
    let rig = Rig::new();
    let short = rig.file("short.wav", 10);
    let mut loads = 0;
    let start = Instant::now();
    // Cancelled ones count as well.
    while rig.loader.load(DeckId::A, RequestId::next(), short.clone()).is_ok() {
        loads += 1;
        assert!(loads < 1000 && start.elapsed() < PATIENCE);
    }
    assert_eq!(rig.loader.load(DeckId::B, RequestId::next(), short.clone()).unwrap_err(), LoadError::Busy);
    for _ in 0..loads {
        rig.end();
    }
    let id = rig.load(DeckId::B, &short);
    assert_eq!(rig.end(), End::Loaded(DeckId::B, id, 10));
}

#[test]
fn dropped_it_ends() {
    let rig = Rig::new();
    let long = rig.file("long.wav", 100_000);
    let closed = rig.gate.lock().unwrap();
    for deck in DeckId::ALL {
        rig.load(deck, &long);
    }
    let LoadEvent::Progress { .. } = rig.poll() else { panic!("it runs") };
    drop(closed);
    let woken = rig.woken.clone();
    drop(rig);
    // The thread is gone: nobody else has the counter.
    assert_eq!(Arc::strong_count(&woken), 1);
}
