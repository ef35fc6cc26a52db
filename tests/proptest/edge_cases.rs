//! The edge cases that the plan names: rapid play and stop, seek during playback, crossfader during a load, many decks
//! at once, undo, panic.

use std::sync::Arc;

use echelon_engine::action::{Action, ActionTiming, RequestId};
use echelon_engine::deck::{ListenTo, Track};
use echelon_engine::safety::{DeckState, OnAirRule, Source};
use echelon_engine::units::DeckId;
use proptest::prelude::*;
use support::Transport;
use support::rig::{DeckModel, Library, RigHost};

const NOW: ActionTiming = ActionTiming::Immediate;

fn stage(decks: &[DeckId]) -> (RigHost, DeckModel) {
    let mut host = RigHost::new(48_000.0, &Transport::rolling(120.0));
    host.receipts = Some(vec![]);
    for deck in decks {
        host.ask(Source::State, load(*deck, "low", 0), NOW);
    }
    host.run_to(512, 64);
    let mut model = DeckModel::default();
    check(&mut host, &mut model);
    (host, model)
}

fn load(deck: DeckId, name: &str, turns: u32) -> Action {
    Action::LoadDeck { deck, path: Library::path(name, turns) }
}

const fn play(deck: DeckId) -> Action {
    Action::PlayDeck { deck, position_secs: None }
}

fn check(host: &mut RigHost, model: &mut DeckModel) {
    let deeds = host.ledger.take_fired();
    model.follow(&deeds, OnAirRule::Refuse, host.snapshot()).unwrap();
    assert!(host.ledger.wrong.is_empty(), "{:?}", host.ledger.wrong);
}

fn state(host: &RigHost, deck: DeckId) -> DeckState {
    host.snapshot().decks[deck.index()].state
}

fn done(host: &RigHost, id: Option<RequestId>) -> bool {
    use echelon_engine::action::Receipt;
    let receipts = host.receipts.as_ref().unwrap();
    receipts.iter().any(|receipt| matches!(receipt, Receipt::Done { id: other, .. } if Some(*other) == id))
}

/// One block and its turns.
fn step(host: &mut RigHost, model: &mut DeckModel, frames: u32) {
    host.tick();
    host.block(frames, &[]);
    host.tick();
    check(host, model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rapid_play_and_stop_end_as_the_last_one_says(
        presses in proptest::collection::vec((any::<bool>(), 1_u32..3_000), 1..60),
        last in any::<bool>(),
    ) {
        let (mut host, mut model) = stage(&[DeckId::A]);
        for (plays, frames) in presses {
            let action = if plays { play(DeckId::A) } else { Action::StopDeck { deck: DeckId::A } };
            host.ask(Source::Editor, action, NOW);
            step(&mut host, &mut model, frames);
        }
        // The worn button's 120 ms are over.
        step(&mut host, &mut model, 6_000);
        let action = if last { play(DeckId::A) } else { Action::StopDeck { deck: DeckId::A } };
        host.ask(Source::Editor, action, NOW);
        step(&mut host, &mut model, 64);
        prop_assert_eq!(state(&host, DeckId::A) == DeckState::Playing, last);
    }

    #[test]
    fn a_seek_during_playback_moves_on_a_line_and_never_by_a_needle_drop_on_air(
        seeks in proptest::collection::vec((0.0..60.0, any::<bool>(), 1_u32..9_000), 1..30),
    ) {
        let (mut host, mut model) = stage(&[DeckId::A]);
        host.ask(Source::Editor, play(DeckId::A), NOW);
        step(&mut host, &mut model, 4_800);
        for (position_secs, on_line, frames) in seeks {
            let before = host.snapshot().decks[0].position_secs;
            let timing = if on_line { ActionTiming::NextBeat } else { NOW };
            let id = host.ask(Source::Osc, Action::SeekDeck { deck: DeckId::A, position_secs }, timing);
            step(&mut host, &mut model, frames);
            if !on_line {
                prop_assert!(!done(&host, id), "a needle drop on air");
            }
            if !host.receipts.as_ref().unwrap().iter().rev().take(3).any(echelon_engine::action::Receipt::is_final) {
                let now = host.snapshot().decks[0].position_secs;
                let way = f64::from(frames) / 48_000.0;
                prop_assert!((now - before - way).abs() < 1e-6, "nothing else moves it");
            }
            prop_assert_eq!(state(&host, DeckId::A), DeckState::Playing);
        }
    }

    #[test]
    fn the_crossfader_goes_on_during_a_load(
        turns in 0_u32..20,
        moves in proptest::collection::vec((0.0_f32..=1.0, 1_u32..600), 1..30),
    ) {
        let (mut host, mut model) = stage(&[DeckId::A]);
        host.ask(Source::Editor, play(DeckId::A), NOW);
        step(&mut host, &mut model, 480);
        let id = host.ask(Source::Osc, load(DeckId::B, "high", turns), NOW);
        for (position, frames) in moves {
            let fader = host.ask(Source::Osc, Action::SetCrossfader { position }, NOW);
            step(&mut host, &mut model, frames);
            prop_assert!(done(&host, fader));
            prop_assert_eq!(host.snapshot().crossfader, position);
            prop_assert_eq!(state(&host, DeckId::A), DeckState::Playing);
        }
        for _ in 0..turns {
            step(&mut host, &mut model, 64);
        }
        prop_assert!(done(&host, id));
    }

    #[test]
    fn many_decks_at_once_start_on_one_frame_and_a_panic_ends_them_all(wait in 1_u32..50_000) {
        let (mut host, mut model) = stage(&DeckId::ALL);
        let ids = DeckId::ALL.map(|deck| host.ask(Source::Osc, play(deck), ActionTiming::NextBar));
        host.tick();
        host.block(96_000 - 512 + wait, &[]);
        let onsets: Vec<_> = (0..4).map(|deck| host.out[2 + 2 * deck].iter().position(|s| *s != 0.0)).collect();
        prop_assert!(onsets.iter().all(|onset| onset.is_some() && *onset == onsets[0]) || wait < 10, "{:?}", onsets);
        host.tick();
        check(&mut host, &mut model);
        prop_assert!(ids.into_iter().all(|id| done(&host, id)));
        // Locked decks too: nothing holds a panic back.
        host.ask(Source::Editor, Action::SetLock { deck: DeckId::B, locked: true }, NOW);
        step(&mut host, &mut model, 64);
        host.ask(Source::Bridge, Action::Panic, NOW);
        step(&mut host, &mut model, 2_000);
        let silent = |channel: &Vec<f32>| channel[480..].iter().all(|sample| *sample == 0.0);
        prop_assert!(host.out.iter().all(silent), "10 ms after a panic");
        prop_assert!(DeckId::ALL.into_iter().all(|deck| state(&host, deck) == DeckState::Stopped));
    }

    #[test]
    fn an_undo_goes_on_where_the_track_would_be(played in 5_800_u32..200_000, silent in 1_u32..300_000) {
        let (mut host, mut model) = stage(&[DeckId::A]);
        host.ask(Source::Editor, play(DeckId::A), NOW);
        step(&mut host, &mut model, played);
        host.ask(Source::Editor, Action::StopDeck { deck: DeckId::A }, NOW);
        step(&mut host, &mut model, silent);
        let id = host.ask(Source::Editor, Action::Undo { deck: Some(DeckId::A) }, NOW);
        step(&mut host, &mut model, 1_000);
        prop_assert!(done(&host, id));
        let expected = f64::from(played + silent + 1_000) / 48_000.0;
        prop_assert!((host.snapshot().decks[0].position_secs - expected).abs() < 1e-9);
        prop_assert_eq!(state(&host, DeckId::A), DeckState::Playing);
    }
}

/// Every block of a [`RigHost`] is under the guard: no memory is taken or given back, and nothing waits, while a file is
/// listened to without a deck, changed, stopped and given back.
#[test]
fn a_file_without_a_deck_is_played_and_given_back_under_the_guard() {
    let (mut host, _) = stage(&[DeckId::A]);
    let left: Vec<f32> = (0..20_000_u16).map(|n| f32::from(n % 100) / 100.0).collect();
    let mut given = vec![];
    for number in 1..=6 {
        let track = Arc::new(Track::new(left.clone(), left.clone(), 44_100.0).unwrap());
        given.push(Arc::downgrade(&track));
        host.console.listen(Some(ListenTo { track, part: 0.5, number }));
        // Some are replaced before they have begun.
        host.run_to(host.frame() + if number % 3 == 0 { 64 } else { 3000 }, 64);
    }
    assert_eq!(host.snapshot().listen.map(|listen| listen.number), Some(6), "the last one plays");
    host.console.listen(None);
    host.run_to(host.frame() + 4096, 64);
    assert_eq!(host.snapshot().listen, None);
    assert!(given.iter().all(|track| track.upgrade().is_none()), "each came back, and was dropped on this side");
}
