use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use echelon_engine::action::RequestId;
use echelon_engine::deck::{BeatGrid, Track};
use echelon_engine::units::DeckId;

use super::super::{AnalyseError, Analyser, Analysis, AnalysisEvent};
use super::synth::Music;
use crate::media::AnalysisCache;
use crate::media::tests::Folder;

/// How long a test waits for something that should come.
const PATIENCE: Duration = Duration::from_secs(60);

fn song(bpm: f64, secs: f64) -> Arc<Track> {
    let mut music = Music::new(44_100.0, secs, 5);
    music.drums(&|beat| beat * 60.0 / bpm, 0.5);
    Arc::new(music.track())
}

fn next(analyser: &Analyser) -> AnalysisEvent {
    let start = Instant::now();
    loop {
        if let Some(event) = analyser.poll() {
            return event;
        }
        assert!(start.elapsed() < PATIENCE, "no event came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The next final event, and how far it was told to be before.
fn end(analyser: &Analyser) -> (RequestId, Result<Arc<Analysis>, AnalyseError>, Vec<f32>) {
    let mut told = vec![];
    loop {
        match next(analyser) {
            AnalysisEvent::Progress { ratio, .. } => told.push(ratio),
            AnalysisEvent::Done { id, analysis, .. } => return (id, Ok(analysis), told),
            AnalysisEvent::Failed { id, error, .. } => return (id, Err(error), told),
        }
    }
}

fn ask(analyser: &Analyser, track: &Arc<Track>) -> RequestId {
    let id = RequestId::next();
    analyser.analyse(DeckId::A, id, track.clone()).unwrap();
    id
}

#[test]
fn a_track_gets_its_grid_and_the_asker_is_woken() {
    let woken = Arc::new(AtomicU64::new(0));
    let counter = woken.clone();
    let analyser = Analyser::new(None, move || {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    assert!(analyser.poll().is_none());
    let track = song(124.0, 20.0);
    let id = ask(&analyser, &track);
    let (done, analysis, told) = end(&analyser);
    let analysis = analysis.unwrap();
    assert_eq!((done, track.grid()), (id, analysis.grid.as_ref()));
    assert!((analysis.bpm.unwrap() - 124.0).abs() < 0.02);
    assert!(woken.load(Ordering::SeqCst) > 0);
    assert!(told.windows(2).all(|pair| pair[0] < pair[1]) && told.iter().all(|ratio| (0.0..=1.0).contains(ratio)));
    assert!(analyser.poll().is_none(), "nothing comes after the end");
}

#[test]
fn a_grid_that_somebody_set_stays() {
    let analyser = Analyser::new(None, || ());
    let track = song(124.0, 10.0);
    let own = BeatGrid::steady(5.0, 20_000.0).unwrap();
    track.set_grid(Some(own.clone())).unwrap();
    ask(&analyser, &track);
    end(&analyser).1.unwrap();
    assert_eq!(track.grid(), Some(&own));
}

/// An analysis tells something on the way and stands still there while the gate is held.
fn gated(cache: Option<AnalysisCache>) -> (Analyser, Arc<Mutex<()>>) {
    let gate = Arc::new(Mutex::new(()));
    let barrier = gate.clone();
    let analyser = Analyser::new(cache, move || {
        if std::thread::current().name().is_some_and(|name| name.starts_with("echelon-analyse")) {
            drop(barrier.lock());
        }
    });
    (analyser, gate)
}

#[test]
fn every_request_ends_once_and_in_order_cancelled_or_done() {
    let (analyser, gate) = gated(None);
    let (first, second, third) = (song(100.0, 15.0), song(110.0, 15.0), song(120.0, 15.0));
    let held = gate.lock().unwrap();
    let ids = [ask(&analyser, &first), ask(&analyser, &second), ask(&analyser, &third)];
    // The first stands still at its first progress.
    while !matches!(next(&analyser), AnalysisEvent::Progress { .. }) {}
    analyser.cancel(ids[0]);
    analyser.cancel(ids[1]);
    analyser.cancel(ids[1]);
    drop(held);
    let mut ends: Vec<(RequestId, bool)> =
        (0..3).map(|_| end(&analyser)).map(|(id, end, _)| (id, end.is_ok())).collect();
    ends.sort_by_key(|(id, _)| ids.iter().position(|other| other == id));
    assert_eq!(ends, [(ids[0], false), (ids[1], false), (ids[2], true)]);
    assert!(first.grid().is_none() && second.grid().is_none() && third.grid().is_some());
    assert!(analyser.poll().is_none());
}

#[test]
fn too_much_at_once_is_refused() {
    let analyser = Analyser::new(None, || ());
    let track = Arc::new(Music::new(44_100.0, 0.01, 1).track());
    let mut asked = 0;
    // Not asked once more: one that had room a moment later would be taken.
    let refused = (0..1_000).find_map(|_| {
        let refused = analyser.analyse(DeckId::B, RequestId::next(), track.clone()).err();
        asked += usize::from(refused.is_none());
        refused
    });
    assert_eq!(refused, Some(AnalyseError::Busy));
    for _ in 0..asked {
        end(&analyser).1.unwrap();
    }
}

#[test]
fn dropping_it_stops_what_is_under_way_and_lets_the_track_go() {
    let analyser = Analyser::new(None, || ());
    let track = song(100.0, 60.0);
    for _ in 0..4 {
        ask(&analyser, &track);
    }
    drop(analyser);
    // Others may share the pool: it lets go as soon as it has noticed.
    let start = Instant::now();
    while Arc::strong_count(&track) > 1 {
        assert!(start.elapsed() < PATIENCE, "the track is still held");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(track.grid(), None);
}

#[test]
fn what_is_known_is_not_analysed_again() {
    let folder = Folder::new();
    let cache = || AnalysisCache::new(folder.path("cache"), 1 << 24);
    let track = song(133.0, 12.0);
    let by_work = {
        let (analyser, gate) = gated(Some(cache()));
        let held = gate.lock().unwrap();
        ask(&analyser, &track);
        // It tells something on the way, and goes on when that was heard.
        assert!(matches!(next(&analyser), AnalysisEvent::Progress { .. }));
        drop(held);
        end(&analyser)
    };
    let again = song(133.0, 12.0);
    let from_disk = {
        let analyser = Analyser::new(Some(cache()), || ());
        ask(&analyser, &again);
        end(&analyser)
    };
    assert_eq!(by_work.1.unwrap(), from_disk.1.unwrap());
    assert!(from_disk.2.is_empty(), "it has nothing to tell on the way");
    assert_eq!(again.grid(), track.grid());
}
