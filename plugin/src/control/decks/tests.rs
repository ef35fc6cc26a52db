//! Tracks that come while projects are opened, and projects whose tracks do not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionQueue, ActionTiming, Receipt, Turn};
use echelon_engine::deck::Track;
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::Source;
use nice_plug::params::persist::PersistentField;

use super::project::TRIES;
use super::settle::NOT_ALLOWED;
use super::*;
use crate::media::analyse::ContentId;
use crate::media::tests::{Folder, int_wav, noise};
use crate::media::{Hold, OVERVIEW_COLUMNS, Peak, Tags};
use crate::state::RigState;
use crate::view::LoadState;

fn files(saved: SavedState) -> DeckFiles {
    DeckFiles::new(Loader::new(|| ()).unwrap(), Analyser::new(None, || ()), saved, SharedView::default())
}

/// The file that is saved for deck A after a load was done, of which the steps before are given.
fn saved_after(steps: impl FnOnce(&mut DeckFiles, &SavedState, &dyn Fn(&mut DeckFiles))) -> Option<String> {
    let saved = SavedState::default();
    let mut files = files(saved.clone());
    let id = RequestId::next();
    let ask = |files: &mut DeckFiles| {
        let track = named(Path::new("/old.wav"));
        let loads = files.loads;
        files.changes.push(Change::new(id, DeckId::A, track, loads));
    };
    steps(&mut files, &saved, &ask);
    files.settle(&Receipt::Done { id, due_beat: 0.0, error_frames: 0 });
    saved.get().tracks[0].as_ref().map(|path| path.display().to_string())
}

fn project() -> RigState {
    let mut state = RigState::default();
    state.tracks[0] = Some("/project.wav".into());
    state
}

#[test]
fn a_load_that_was_under_way_does_not_end_up_in_the_project_that_was_opened() {
    let opened = |before: bool, taken_up: bool| {
        saved_after(|files, saved, ask| {
            if before {
                ask(files);
            }
            saved.set(project());
            if taken_up {
                let (mut console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
                files.begin_state(saved.loads(), &mut console, &mut Turn::default());
            }
            if !before {
                ask(files);
            }
        })
    };
    assert_eq!(opened(true, false).as_deref(), Some("/project.wav"));
    assert_eq!(opened(true, true).as_deref(), Some("/project.wav"));
    assert_eq!(opened(false, true).as_deref(), Some("/old.wav"), "asked for after the project");
    assert_eq!(saved_after(|files, _, ask| ask(files)).as_deref(), Some("/old.wav"));
}

/// Files that are about to put `/project.wav` onto deck B, and the request for it.
fn restoring() -> (DeckFiles, RequestId) {
    let mut files = files(SavedState::default());
    (files.tries, files.loads) = (TRIES, 1);
    let id = restore(&mut files);
    (files, id)
}

fn restore(files: &mut DeckFiles) -> RequestId {
    let load = Action::LoadDeck { deck: DeckId::B, path: "/project.wav".into() };
    let request = Request::new(Source::State, load, ActionTiming::Immediate);
    files.restoring(&request);
    request.id
}

fn refused(id: RequestId, code: &'static str) -> Receipt {
    Receipt::Refused { id, deck: Some(DeckId::B), code, text: "a sentence".to_owned() }
}

#[test]
fn a_project_s_track_that_finds_its_deck_playing_is_tried_again_and_not_for_ever() {
    let (mut files, mut id) = restoring();
    for _ in 0..TRIES {
        assert!(files.settle(&refused(id, NOT_ALLOWED)), "nobody need be told");
        assert!(files.is_decoding(), "the project is not open yet");
        assert_eq!(files.take_to_restore().collect::<Vec<_>>(), [DeckId::B]);
        id = restore(&mut files);
    }
    files.settle(&refused(id, NOT_ALLOWED));
    assert_eq!(files.take_to_restore().count(), 0);
    assert_eq!(files.view.read().tracks[1].load, LoadState::Failed("a sentence".to_owned()));
}

#[test]
fn a_project_s_track_that_is_damaged_is_not_tried_again() {
    let (mut files, id) = restoring();
    files.settle(&refused(id, "load_failed"));
    assert_eq!(files.take_to_restore().count(), 0);
}

#[test]
fn what_takes_too_long_is_no_longer_waited_for_and_is_told() {
    let (mut files, _) = restoring();
    files.changes[0].awaited = true;
    assert!(files.is_decoding());
    files.wait_no_longer();
    assert!(!files.is_decoding());
    let notice = files.view.read().notice.unwrap();
    assert_eq!((notice.deck, notice.text.starts_with("project: still being read")), (Some(DeckId::B), true));
}

#[test]
fn a_project_s_stop_of_a_resting_deck_is_no_news() {
    let (mut files, _) = restoring();
    let stop = Request::new(Source::State, Action::StopDeck { deck: DeckId::B }, ActionTiming::Immediate);
    files.restoring(&stop);
    assert!(files.settle(&refused(stop.id, NOT_ALLOWED)));
    assert!(files.stops.is_empty() && files.changes.len() == 1);
}

#[test]
fn a_deck_shows_the_waveform_of_a_track_whose_end_is_not_there() {
    let folder = Folder::new();
    let path = folder.write("long.wav", &int_wav(1, 8_000, 16, &noise(32 * 8_000, 16)));
    let hold = Hold::at(&path, 8 * 8_000);
    let mut files = files(SavedState::default());
    let (mut console, _processor) = Rig::new(RigConfig::new(48_000.0)).unwrap();
    let (mut sender, receiver) = ActionQueue::new(4);
    console.connect(receiver);
    let load = Action::LoadDeck { deck: DeckId::A, path };
    sender.send(Request::new(Source::Editor, load, ActionTiming::Immediate)).unwrap();
    let mut turn = Turn::default();
    console.tick(&mut turn);
    let wanted = turn.wanted.pop().expect("the file is asked for");
    let id = wanted.id;
    files.load(wanted, &mut console, &mut turn);
    let mut until = |what: &str, files: &mut DeckFiles, so: &dyn Fn(&TrackView) -> bool| {
        let start = Instant::now();
        loop {
            files.poll(&mut console, &mut Turn::default());
            let track = files.changes.iter().map(|change| &change.track).chain([&files.on_deck[0]]).find(|t| so(t));
            if track.is_some() {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "never: {what}");
            std::thread::yield_now();
        }
    };
    let columns = |track: &TrackView| {
        let overview = track.overview.as_ref()?;
        Some(overview.columns.iter().filter(|column| **column != Peak::default()).count())
    };
    // On its way to the deck.
    until("some of it", &mut files, &|track| track.coming.is_some() && columns(track) > Some(0));
    files.settle(&Receipt::Done { id, due_beat: 0.0, error_frames: 0 });
    let quarter = OVERVIEW_COLUMNS / 4;
    until("a quarter", &mut files, &|track| columns(track) >= Some(quarter));
    let shown = files.view.read().tracks[0].clone();
    assert!(shown.coming.is_some() && columns(&shown) < Some(quarter + 50), "{:?}", columns(&shown));
    drop(hold);
    until("all of it", &mut files, &|track| track.coming.is_none() && track.overview.is_some());
    assert_eq!(columns(&files.view.read().tracks[0]), Some(OVERVIEW_COLUMNS));
}

#[test]
fn a_project_s_file_that_holds_something_else_now_is_told_once() {
    let folder = Folder::new();
    let path = folder.write("mixdown.wav", &int_wav(1, 8_000, 16, &noise(8_000, 16)));
    let saved = SavedState::default();
    let mut files = files(saved.clone());
    let track = Arc::new(Track::new(vec![0.5; 8_000], vec![0.5; 8_000], 8_000.0).unwrap());
    let come = |files: &mut DeckFiles, restoring: bool| {
        let id = RequestId::next();
        let mut change = Change::new(id, DeckId::A, named(&path), files.loads);
        change.restoring = restoring;
        files.changes.push(change);
        files.begin_track(id, &track, Tags::default());
        files.settle(&Receipt::Done { id, due_beat: 0.0, error_frames: 0 });
        files.analyses.ask(id);
        let start = Instant::now();
        while files.analyses.found(id).is_none() {
            let _ = files.analyses.poll();
            assert!(start.elapsed() < Duration::from_secs(30), "never analysed");
            std::thread::yield_now();
        }
        files.compare_content(DeckId::A);
        saved.get().contents[0]
    };
    let content = come(&mut files, false).expect("what it holds");
    assert_eq!(files.view.read().notice, None, "it is new");
    come(&mut files, true);
    assert_eq!(files.view.read().notice, None, "it is the same");
    let other = Track::new(vec![0.25; 9], vec![0.5; 9], 8_000.0).unwrap();
    files.saved.update_as_of(files.loads, |state| state.contents[0] = Some(ContentId::of(&other)));
    come(&mut files, true);
    let notice = files.view.read().notice.unwrap();
    assert_eq!((notice.deck, notice.text.contains("is not what it was")), (Some(DeckId::A), true));
    files.compare_content(DeckId::A);
    assert_eq!(files.view.read().notice.unwrap().number, notice.number, "once");
    assert_eq!(saved.get().contents[0], Some(content));
}
