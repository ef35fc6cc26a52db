//! A DJ's hands, by every way that leads to a deck.

use super::*;
use crate::action::{Gesture, Grid, Pending, RecipeFile, Roles, Trigger};
use crate::deck::{BeatGrid, Marks};
use crate::log::Replay;

/// The same file with beats of 24,000 frames: 120 BPM.
fn beats() -> Arc<Track> {
    let samples: Vec<f32> = (0..u64::from(TRACK_FRAMES)).map(sample).collect();
    let grid = BeatGrid::steady(0.0, 24_000.0).unwrap();
    Arc::new(Track::new(samples.clone(), samples, SR).unwrap().with_grid(grid))
}

fn with_beats(bpm: f64) -> Bench {
    let mut bench = Bench::new(bpm);
    for deck in [DeckId::A, DeckId::B] {
        bench.load_track(deck, beats());
    }
    bench
}

/// Deck A plays from beat 0 on, deck B rests; it is beat 2.
fn playing() -> Bench {
    let mut bench = with_beats(120.0);
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.run_to(48_000, 64);
    bench
}

const fn hand(gesture: Gesture, value: f64) -> Action {
    Action::Gesture { deck: DeckId::A, gesture, value }
}

fn motion(bench: &Bench) -> crate::deck::MotionView {
    bench.console.snapshot().decks[0].motion
}

#[test]
fn a_loop_waits_for_the_beat_and_repeats_the_files_own_samples() {
    for block in [1, 64, 100, 4_096] {
        let mut bench = playing();
        bench.run_to(50_000, block);
        let id = bench.ask(hand(Gesture::BeatLoop, 1.0), ActionTiming::Default);
        bench.run_to(180_000, block);
        assert_eq!(bench.done(id), Some((3.0, 0)));
        for frame in [72_000_u64, 95_999, 96_192, 100_000, 120_191 + 1, 179_000] {
            assert_eq!(bench.decks[0][frame as usize], sample(72_000 + frame % 24_000), "{frame}");
        }
        assert!(motion(&bench).looping);
        assert_eq!(motion(&bench).marks.loop_secs, Some([1.5, 2.0]));
        bench.ask(hand(Gesture::LoopExit, 0.0), ActionTiming::Default);
        bench.run_to(230_000, block);
        assert!(!motion(&bench).looping);
        assert_eq!(bench.decks[0][192_100], sample(96_100), "the loop's end is not its start");
    }
}

#[test]
fn a_synced_deck_starts_on_the_bar_with_its_beat_on_the_clock_s() {
    let mut bench = with_beats(128.0);
    bench.ask(hand(Gesture::Sync, 1.0), ActionTiming::Immediate);
    bench.ask(Action::SeekDeck { deck: DeckId::A, position_secs: 2.11 }, ActionTiming::Immediate);
    bench.run_to(5_000, 64);
    bench.ask(play(DeckId::A), ActionTiming::Default);
    bench.run_to(150_000, 512);
    let start = due_frame(4.0, 128.0);
    assert_eq!(bench.onset(DeckId::A), Some(start as usize));
    let view = *bench.console.snapshot();
    let beat = view.decks[0].position_secs * 2.0;
    assert!((beat - view.clock.song_beat).abs() < 1e-6 && motion(&bench).locked, "beat 4 on beat 4");
}

#[test]
fn two_synced_decks_with_one_track_are_one_sound() {
    let mut bench = with_beats(127.3);
    for deck in [DeckId::A, DeckId::B] {
        bench.ask(Action::Gesture { deck, gesture: Gesture::Sync, value: 1.0 }, ActionTiming::Immediate);
    }
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.ask(Action::PlayDeck { deck: DeckId::B, position_secs: Some(4.0) }, ActionTiming::CustomBeat(8.0));
    bench.run_to(300_000, 333);
    let (a, b) = (&bench.decks[0][200_000..], &bench.decks[1][200_000..]);
    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst == 0.0, "{worst}");
    bench.ask(hand(Gesture::BeatJump, -4.0), ActionTiming::Default);
    let before = bench.decks[1].len();
    bench.run_to(310_000, 333);
    let alone = |bench: &Bench| bench.decks[1][before..].to_vec();
    let mut other = with_beats(127.3);
    let sync = Action::Gesture { deck: DeckId::B, gesture: Gesture::Sync, value: 1.0 };
    other.ask(sync, ActionTiming::Immediate);
    other.ask(Action::PlayDeck { deck: DeckId::B, position_secs: Some(4.0) }, ActionTiming::CustomBeat(8.0));
    other.run_to(310_000, 333);
    let worst = alone(&bench).iter().zip(alone(&other)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "what another deck does is not heard on this one: {worst}");
}

#[test]
fn refusals_have_codes_and_change_nothing() {
    let mut bench = Bench::loaded(120.0);
    let sync = bench.ask(hand(Gesture::Sync, 1.0), ActionTiming::Immediate);
    let jump = bench.ask(hand(Gesture::BeatJump, 4.0), ActionTiming::Immediate);
    let nan = bench.ask(hand(Gesture::Rate, f64::NAN), ActionTiming::Immediate);
    let ninth = bench.ask(hand(Gesture::HotCue, 9.0), ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    let text = "deck A: the track has no beat grid: wait for its analysis, or set the grid by hand";
    assert_eq!((bench.refusal(sync), bench.refusal(jump)), (Some(text), Some(text)));
    assert_eq!(bench.refusal(nan), Some("the value is not a finite number"));
    assert_eq!(bench.refusal(ninth), Some("there is no such hot cue: they are 1 to 8"));
    let code = bench.turn.receipts.iter().find_map(|r| match r {
        Receipt::Refused { id, code, .. } if *id == sync => Some(*code),
        _ => None,
    });
    assert_eq!(code, Some("no_grid"));
    let empty =
        bench.ask(Action::Gesture { deck: DeckId::C, gesture: Gesture::HotCue, value: 1.0 }, ActionTiming::Immediate);
    assert_eq!(bench.refusal(empty), Some("deck C is empty: load a track first"));
}

#[test]
fn cooldowns_hold_jumps_and_loops_of_a_playing_deck_and_never_what_ends_them() {
    let mut bench = playing();
    let set = bench.ask(hand(Gesture::HotCueSet, 1.0), ActionTiming::Immediate);
    bench.run_to(48_500, 64);
    let first = bench.ask(hand(Gesture::HotCue, 1.0), ActionTiming::Immediate);
    bench.run_to(49_000, 64);
    let second = bench.ask(hand(Gesture::HotCue, 1.0), ActionTiming::Immediate);
    bench.run_to(50_000, 64);
    assert!(bench.done(set).is_some() && bench.done(first).is_some());
    assert!(bench.refusal(second).is_some_and(|text| text.starts_with("deck A cannot cue again so soon")));
    let looped = bench.ask(hand(Gesture::BeatLoop, 1.0), ActionTiming::Immediate);
    bench.run_to(51_000, 64);
    let again = bench.ask(hand(Gesture::BeatLoop, 2.0), ActionTiming::Immediate);
    bench.run_to(51_100, 64);
    let halved = bench.ask(hand(Gesture::LoopHalve, 0.0), ActionTiming::Immediate);
    bench.run_to(51_200, 64);
    let left = bench.ask(hand(Gesture::LoopExit, 0.0), ActionTiming::Immediate);
    let cue = bench.ask(hand(Gesture::Cue, 1.0), ActionTiming::Immediate);
    bench.run_to(52_000, 64);
    assert!(bench.refusal(again).is_some());
    for id in [looped, halved, left, cue] {
        assert!(bench.done(id).is_some(), "{:?}", bench.refusal(id));
    }
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped, "the cue button stops it");
}

#[test]
fn a_lock_holds_every_gesture_and_a_panic_ends_a_roll() {
    let mut bench = playing();
    bench.ask(hand(Gesture::LoopRoll, 0.5), ActionTiming::Immediate);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: true }, ActionTiming::Immediate);
    bench.run_to(49_000, 64);
    for gesture in [Gesture::Rate, Gesture::Sync, Gesture::LoopExit, Gesture::Cue, Gesture::BeatJump, Gesture::Scratch]
    {
        let id = bench.ask(hand(gesture, 1.0), ActionTiming::Immediate);
        assert!(bench.refusal(id).is_some_and(|text| text.contains("locked")), "{gesture:?}");
    }
    assert!(motion(&bench).rolling);
    bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(50_000, 64);
    assert!(!motion(&bench).rolling && !motion(&bench).looping);
    assert!(bench.decks[0][49_600..].iter().all(|s| *s == 0.0));
}

#[test]
fn what_waits_is_cancelled_and_replaced_and_a_release_takes_its_press_back() {
    let mut bench = playing();
    bench.run_to(50_000, 64);
    let first = bench.ask(hand(Gesture::BeatLoop, 1.0), ActionTiming::Default);
    let second = bench.ask(hand(Gesture::BeatLoop, 2.0), ActionTiming::Default);
    bench.run_to(50_100, 64);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: first }));
    bench.ask(Action::Cancel { pending: Pending::Deck(DeckId::A) }, ActionTiming::Immediate);
    bench.run_to(50_200, 64);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: second }));
    let (down, up) = (hand(Gesture::Cue, 1.0), hand(Gesture::Cue, 0.0));
    let (down, up) = (bench.ask(down, ActionTiming::Immediate), bench.ask(up, ActionTiming::Immediate));
    bench.run_to(50_300, 64);
    assert!(bench.done(down).is_some() && bench.done(up).is_some(), "a tap is both");
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
    bench.ask(Action::Undo { deck: Some(DeckId::A) }, ActionTiming::Immediate);
    bench.run_to(50_400, 64);
    let press = bench.ask(hand(Gesture::LoopRoll, 1.0), ActionTiming::Default);
    bench.run_to(60_000, 64);
    bench.ask(hand(Gesture::LoopRollEnd, 0.0), ActionTiming::Immediate);
    bench.run_to(100_000, 64);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: press }));
    assert!(!motion(&bench).looping);
}

#[test]
fn an_undo_takes_back_a_jump_in_phase() {
    let mut bench = playing();
    bench.ask(hand(Gesture::BeatJump, 4.0), ActionTiming::CustomBeat(3.0));
    bench.run_to(80_000, 64);
    assert_eq!(bench.decks[0][79_000], sample(79_000 + 96_000));
    bench.ask(Action::Undo { deck: Some(DeckId::A) }, ActionTiming::Immediate);
    bench.run_to(90_000, 64);
    assert_eq!(bench.decks[0][89_000], sample(89_000));
}

#[test]
fn the_host_s_switches_act_on_their_frames_and_show_what_the_decks_do() {
    let mut bench = with_beats(120.0);
    let input = |frame, control, value| TimedInput { frame, input: HostInput::Control(control, value) };
    let sync = Control::Trigger(DeckId::A, Trigger::Sync);
    let loops = Control::Trigger(DeckId::A, Trigger::Loop);
    let hot = Control::Trigger(DeckId::A, Trigger::HotCue(2));
    bench
        .process(64, &[input(0, Control::Quantize, 0.0), input(3, sync, 1.0), input(5, Control::Play(DeckId::A), 1.0)]);
    bench.console.tick(&mut bench.turn);
    assert!(motion(&bench).locked && bench.moves.is_empty());
    bench.process(
        64,
        &[input(1, loops, 1.0), input(2, hot, 1.0), input(3, hot, 0.0), input(4, Control::Rate(DeckId::A), 1.5)],
    );
    bench.console.tick(&mut bench.turn);
    assert!(motion(&bench).looping && motion(&bench).marks.hot_cues_secs[1] == Some(0.0));
    assert_eq!(motion(&bench).rate, 1.5);
    bench.ask(hand(Gesture::LoopExit, 0.0), ActionTiming::Immediate);
    bench.ask(hand(Gesture::Sync, 0.0), ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    let told: Vec<_> = bench.moves.iter().map(|(_, control, value)| (*control, *value)).collect();
    assert_eq!(told, [(loops, 0.0), (sync, 0.0), (Control::Rate(DeckId::A), 1.0)]);
    bench.moves.clear();
    let refused = Control::Trigger(DeckId::C, Trigger::Loop);
    bench.process(64, &[input(7, refused, 1.0)]);
    assert_eq!(bench.moves.last().map(|(_, control, value)| (*control, *value)), Some((refused, 0.0)), "springs back");
}

#[test]
fn a_switch_that_waits_for_its_beat_does_not_spring_back() {
    let mut bench = playing();
    let loops = Control::Trigger(DeckId::A, Trigger::Loop);
    bench.moves.clear();
    bench.process(64, &[TimedInput { frame: 7, input: HostInput::Control(loops, 1.0) }]);
    bench.run_to(80_000, 64);
    assert!(bench.moves.is_empty() && motion(&bench).looping);
    assert_eq!(motion(&bench).marks.loop_secs, Some([1.5, 3.5]), "on the next beat");
}

#[test]
fn a_recipe_has_gestures_and_the_log_plays_them_again() {
    let text = r#"{ "echelon_recipe": 1, "name": "x", "unit": "beats", "steps": [
        { "at": 0, "action": "gesture", "gesture": "sync", "deck": "to", "value": "on" },
        { "at": 0, "action": "play_deck", "deck": "to" },
        { "at": 2, "action": "gesture", "gesture": "beat_loop", "deck": "to", "value": 0.5 },
        { "at": 4, "action": "gesture", "gesture": "loop_exit", "deck": "to" } ] }"#;
    let session = |replay: Option<&Bench>| {
        let mut bench = with_beats(127.0);
        let recipe = RecipeFile::read(text).unwrap().fill(Roles::new(DeckId::B, DeckId::A), 4.0).unwrap();
        if let Some(before) = replay {
            // The loads came before; the rest comes again.
            let entries: Vec<_> = before.console.log().entries().cloned().collect();
            let mut replay =
                Replay::new(entries.iter().filter(|entry| !matches!(entry.what, Some(Action::LoadDeck { .. }))));
            while let Some(step) = replay.next_before(u64::MAX) {
                bench.console.replay(step, None);
            }
        } else {
            bench.ask(Action::RunRecipe { recipe }, ActionTiming::NextLine(Grid::BAR));
            bench.ask(hand(Gesture::HotCueSet, 2.0), ActionTiming::CustomBeat(1.0));
        }
        bench.run_to(250_000, 777);
        bench
    };
    let first = session(None);
    assert!(first.turn.receipts.iter().all(|r| !matches!(r, Receipt::Refused { .. })), "{:?}", first.turn.receipts);
    assert!(first.decks[0].iter().any(|s| *s != 0.0) && motion(&first).marks.loop_secs == Some([1.0, 1.25]));
    let again = session(Some(&first));
    assert_eq!(first.decks[0], again.decks[0]);
    let read = |step: &str| {
        let text = format!(
            "{{ \"echelon_recipe\": 1, \"name\": \"x\", \"unit\": \"beats\", \"steps\": [\n{{ \"at\": 0, \"action\": {step} }} ] }}"
        );
        RecipeFile::read(&text).unwrap_err().to_string()
    };
    for (step, expected) in [
        (r#""gesture", "deck": "a""#, "line 2: gesture needs \"gesture\""),
        (r#""gesture", "gesture": "sync""#, "line 2: gesture needs \"deck\""),
        (r#""gesture", "gesture": "dance", "deck": "a""#, "line 2: there is no gesture \"dance\""),
        (r#""gesture", "gesture": "beat_loop", "deck": "a""#, "line 2: \"beat_loop\" needs \"value\""),
        (r#""gesture", "gesture": "reloop", "deck": "a", "value": 1"#, "line 2: \"reloop\" has no \"value\""),
        (r#""gesture", "gesture": "hot_cue", "deck": "a", "value": 9"#, "line 2: 9 is no value of \"hot_cue\""),
        (r#""stop_deck", "deck": "a", "gesture": "sync""#, "line 2: stop_deck has no \"gesture\""),
    ] {
        assert_eq!(read(step), expected);
    }
}

#[test]
fn a_preview_becomes_a_start_and_marks_come_with_a_load() {
    let mut bench = with_beats(120.0);
    let marks = Box::new(Marks { cue_secs: 1.0, ..Marks::default() });
    bench.ask(Action::SetMarks { deck: DeckId::A, marks }, ActionTiming::Immediate);
    bench.ask(Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 }, ActionTiming::Immediate);
    bench.run_to(64, 64);
    bench.ask(hand(Gesture::Cue, 1.0), ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    assert!(motion(&bench).held && bench.console.snapshot().decks[0].state == DeckState::Playing);
    let started = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(1_100, 64);
    bench.ask(hand(Gesture::Cue, 0.0), ActionTiming::Immediate);
    bench.run_to(10_000, 64);
    assert!(bench.done(started).is_some(), "{:?}", bench.refusal(started));
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Playing);
    let twice = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    assert_eq!(bench.refusal(twice), Some("deck A is playing already"));
}

#[test]
fn after_a_jump_of_the_host_a_synced_deck_is_in_phase_again_at_the_next_bar() {
    let mut bench = with_beats(125.0);
    bench.ask(hand(Gesture::Sync, 1.0), ActionTiming::Immediate);
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.run_to(60_000, 512);
    bench.frame += 7_777;
    bench.run_to(300_000, 512);
    assert!(motion(&bench).locked);
    let view = *bench.console.snapshot();
    let off = view.decks[0].position_secs * 2.0 - view.clock.song_beat;
    assert!((off - off.round()).abs() < 1e-6, "{off}");
}

/// Moves deck A's echo as a person drags its knob. Whether a cooldown held it, and how far it is open then.
fn drag(bench: &mut Bench, (sender, hand): (&mut crate::action::ActionSender, Source), send: f32) -> (bool, f32) {
    let request = Request::new(hand, Action::SetEcho { deck: DeckId::A, send }, ActionTiming::Immediate);
    let id = request.id;
    sender.send(request).unwrap();
    bench.console.tick(&mut bench.turn);
    bench.process(64, &[]);
    bench.console.tick(&mut bench.turn);
    (is_too_soon(bench, id), bench.console.snapshot().decks[0].echo_send)
}

fn is_too_soon(bench: &Bench, id: RequestId) -> bool {
    bench.refusal(id).is_some_and(|sentence| sentence.contains("again so soon"))
}

#[test]
fn an_echo_that_is_on_is_turned_by_hand_and_the_cooldown_is_for_the_next_one() {
    [Source::Editor, Source::Midi].into_iter().for_each(turned_by);
}

fn turned_by(hand: Source) {
    let mut bench = playing();
    let (mut editor, receiver) = ActionQueue::new(8);
    bench.console.connect(receiver);
    for send in [0.1, 0.2, 0.9, 0.4] {
        assert_eq!(drag(&mut bench, (&mut editor, hand), send), (false, send));
    }
    let message = bench.ask(Action::SetEcho { deck: DeckId::A, send: 0.5 }, ActionTiming::Immediate);
    assert!(is_too_soon(&bench, message), "a message is no hand");
    assert_eq!(drag(&mut bench, (&mut editor, hand), 0.0), (false, 0.0));
    assert_eq!(drag(&mut bench, (&mut editor, hand), 0.3), (true, 0.0), "it was taken away: this is the next one");
    let rest = bench.frame + 4 * 24_000;
    bench.run_to(rest + 512, 64);
    assert_eq!(drag(&mut bench, (&mut editor, hand), 0.3), (false, 0.3));
    let rest = bench.frame + 2 * 24_000;
    bench.run_to(rest, 64);
    assert_eq!(drag(&mut bench, (&mut editor, hand), 0.6), (false, 0.6));
    assert_eq!(drag(&mut bench, (&mut editor, hand), 0.0), (false, 0.0));
}
