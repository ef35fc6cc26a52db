use echelon_engine::action::{Action, ActionTiming, Pending, Receipt};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;

use super::super::clock::{OtherClock, OwnClock};
use super::super::follow::{Follow, Step};
use super::super::{ClockWord, Message, Request};

/// Both stand at this beat, at 120 BPM, at second 1.
fn both_at(beat: f64) -> (OwnClock, OtherClock) {
    let mut snapshot = Snapshot { frames: 1, ..Snapshot::default() };
    snapshot.clock.song_beat = beat;
    snapshot.clock.beats_per_frame = 2.0 / 48_000.0;
    let (mut own, mut other) = (OwnClock::default(), OtherClock::default());
    own.observe(&snapshot, 1.0);
    let word = ClockWord {
        secs: 500.0,
        beat,
        beats_per_sec: 2.0,
        tempo_bpm: 120.0,
        bar_start_beat: 0.0,
        bar_beats: 4.0,
        host_leads: true,
    };
    other.hear(word, &own, 1.0);
    (own, other)
}

const PLAY: Request = Request::Play { deck: DeckId::A, beat: 8.0 };

#[test]
fn a_request_becomes_an_action_of_the_bridge_on_its_beat() {
    let (own, other) = both_at(5.0);
    let mut follow = Follow::default();
    let Step::Act(act) = follow.request(1, PLAY, &other, &own, 1.0) else { panic!() };
    assert_eq!(act.source, Source::Bridge);
    assert_eq!(act.action, Action::PlayDeck { deck: DeckId::A, position_secs: None });
    assert_eq!(act.timing, ActionTiming::CustomBeat(8.0));
    let Step::Act(stop) = follow.request(2, Request::Stop { deck: DeckId::B, beat: 4.8 }, &other, &own, 1.0) else {
        panic!()
    };
    assert_eq!(stop.timing, ActionTiming::Immediate, "a moment ago");
    let late = follow.request(3, Request::Stop { deck: DeckId::B, beat: 4.0 }, &other, &own, 1.0);
    assert!(matches!(late, Step::Tell(Message::Result { number: 3, code, .. }) if code == "too_late"));
    let nothing_known = follow.request(4, PLAY, &OtherClock::default(), &own, 1.0);
    assert!(matches!(nothing_known, Step::Tell(Message::Result { code, .. }) if code == "no_clock"));
    let Step::Act(fader) = follow.request(5, Request::Crossfader { position: 0.25 }, &other, &own, 1.0) else {
        panic!()
    };
    assert_eq!((fader.action, fader.timing), (Action::SetCrossfader { position: 0.25 }, ActionTiming::Immediate));
}

#[test]
fn outcomes_go_back_once_and_requests_are_bounded() {
    let (own, other) = both_at(5.0);
    let mut follow = Follow::default();
    let Step::Act(act) = follow.request(1, PLAY, &other, &own, 1.0) else { panic!() };
    let id = act.id;
    assert_eq!(follow.settle(&Receipt::Accepted { id, due_beat: 8.0 }), (true, None));
    let done = Receipt::Done { id, due_beat: 8.0, error_frames: 0 };
    let told = Message::Result { number: 1, code: "done".into(), text: String::new() };
    assert_eq!(follow.settle(&done), (true, Some(told)));
    assert_eq!(follow.settle(&done), (false, None));
    let taken = (0..1000).filter(|n| matches!(follow.request(*n, PLAY, &other, &own, 1.0), Step::Act(_))).count();
    assert_eq!(taken, 64);
    // The leader is gone.
    let cancels = follow.revoke_all();
    assert_eq!(cancels.len(), 64);
    assert!(cancels.iter().all(|cancel| matches!(cancel.action, Action::Cancel { pending: Pending::Request(_) })));
    assert!(follow.settle(&Receipt::Cancelled { id: cancels[3].id }).0, "nobody here need be told");
}

#[test]
fn what_is_revoked_is_cancelled() {
    let (own, other) = both_at(5.0);
    let mut follow = Follow::default();
    let Step::Act(act) = follow.request(7, PLAY, &other, &own, 1.0) else { panic!() };
    let cancel = follow.revoke(7).unwrap();
    assert_eq!(cancel.action, Action::Cancel { pending: Pending::Request(act.id) });
    assert_eq!(cancel.source, Source::Bridge);
    assert!(follow.revoke(8).is_none());
}
