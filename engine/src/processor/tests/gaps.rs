//! What a change of the code once got past the other tests with.

use super::*;

fn midi(frame: u32, note: u8) -> TimedInput {
    TimedInput { frame, input: HostInput::Midi([0x90, note, 100]) }
}

#[test]
fn a_note_on_an_empty_deck_is_refused_at_once() {
    let mut bench = Bench::new(120.0);
    bench.run_to(6000, 64);
    bench.process(64, &[midi(3, 36)]);
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.refusal(RequestId::HOST), Some("deck A is empty: load a track first"));
    assert_eq!(bench.console.snapshot().pending[0], None);
}

#[test]
fn the_host_hears_of_the_master_and_of_a_track_s_end() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(Action::SetMasterGain { gain: Decibels(-3.0) }, ActionTiming::CustomBeat(0.5));
    let last_second = f64::from(TRACK_FRAMES - 1000) / SR;
    bench.ask(Action::PlayDeck { deck: DeckId::B, position_secs: Some(last_second) }, ActionTiming::CustomBeat(1.0));
    bench.run_to(30_000, 64);
    let [master, start, end] = bench.moves[..] else { panic!("{:?}", bench.moves) };
    assert_eq!(master, (12_000, Control::MasterGain, -3.0));
    assert_eq!(start, (24_000, Control::Play(DeckId::B), 1.0));
    assert_eq!((end.1, end.2), (Control::Play(DeckId::B), 0.0));
    assert!((25_000..25_064).contains(&end.0), "in the block of its end: {}", end.0);
    assert_eq!(bench.console.snapshot().decks[1].state, DeckState::Stopped);
}

#[test]
fn refused_tracks_come_back() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(64, 64);
    let load = || Action::LoadDeck { deck: DeckId::A, path: "y.wav".into() };
    for i in 0..2 * crate::action::ActionExecutor::MAX_LIVE_TRACKS {
        // Admitted because of the stop, and then against the policy: the deck is still playing.
        bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::CustomBeat(1000.0));
        let id = bench.ask(load(), ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
        bench.run_to(bench.frame + 64, 64);
        assert_eq!(
            bench.refusal(id),
            Some("deck A is on air: fade it out or stop it before you load another track"),
            "{i}"
        );
    }
}

#[test]
fn tracks_that_faded_out_come_back() {
    let mut bench = Bench::loaded(120.0);
    for i in 0..2 * crate::action::ActionExecutor::MAX_LIVE_TRACKS {
        bench.ask(play(DeckId::A), ActionTiming::Immediate);
        bench.run_to(bench.frame + 64, 64);
        bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate);
        let id = bench.ask(Action::LoadDeck { deck: DeckId::A, path: "y.wav".into() }, ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
        bench.run_to(bench.frame + 640, 64);
        assert!(bench.done(id).is_some(), "{i}: {:?}", bench.refusal(id));
    }
}

#[test]
fn what_waits_keeps_its_beat_through_another_sample_rate() {
    let mut bench = Bench::loaded(120.0);
    bench.playing = false;
    bench.run_to(24_000, 512);
    let id = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(24_064, 64);
    bench.processor.prepare(2.0 * SR);
    bench.run_to(200_000, 512);
    assert_eq!(bench.done(id), Some((4.0, 0)));
    // Two frames for the loads; the rest of the bar takes twice as many frames as before.
    assert_eq!(bench.onset(DeckId::A), Some(24_064 + 2 * (96_000 - 24_064 - 2)));
}
