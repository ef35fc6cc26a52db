//! Scenes of a night: locks, cooldowns, undo, cancel, panic, recipes, loads, and a host that stops and jumps.

use super::*;
use crate::action::{ActionQueue, Pending, Recipe, RecipeStep, Setting};
use crate::clock::{JumpPolicy, StopPolicy};
use crate::mixer::EqBand;
use crate::safety::{LockReason, OnAirRule, SourceRules};

fn stop(deck: DeckId) -> Action {
    Action::StopDeck { deck }
}

fn load(deck: DeckId) -> Action {
    Action::LoadDeck { deck, path: "y.wav".into() }
}

impl Bench {
    fn set(&mut self, setting: Setting) {
        let id = self.ask(Action::Configure { setting }, ActionTiming::Immediate);
        assert!(self.done(id).is_some());
    }

    fn cancelled(&self, id: RequestId) -> bool {
        self.turn.receipts.contains(&Receipt::Cancelled { id })
    }

    fn code(&self, id: RequestId) -> Option<&'static str> {
        self.turn.receipts.iter().find_map(|r| match r {
            Receipt::Refused { id: other, code, .. } if *other == id => Some(*code),
            _ => None,
        })
    }
}

#[test]
fn an_undo_brings_a_stopped_deck_back_in_phase_at_the_next_bar() {
    for block in [1, 512, 4096] {
        let mut bench = Bench::loaded(120.0);
        bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
        bench.run_to(30_000, block);
        let oops = bench.ask(stop(DeckId::A), ActionTiming::Immediate);
        bench.run_to(40_000, block);
        assert!(bench.done(oops).is_some());
        let undo = bench.ask(Action::Undo { deck: None }, ActionTiming::Default);
        bench.run_to(100_000, block);
        assert_eq!(bench.done(undo), Some((4.0, 0)), "blocks of {block}");
        let deck = &bench.decks[0];
        assert!(deck[41_000..96_000].iter().all(|s| *s == 0.0) && deck[96_000] != 0.0);
        assert!((96_240..100_000).all(|n| deck[n] == sample(n as u64)), "as if nothing had been");
        let again = bench.ask(Action::Undo { deck: None }, ActionTiming::Default);
        assert_eq!(bench.code(again), Some("nothing_to_undo"));
    }
}

#[test]
fn an_undo_is_possible_for_eight_bars_and_no_longer() {
    let mut bench = Bench::loaded(240.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(4_800, 512);
    bench.ask(stop(DeckId::A), ActionTiming::CustomBeat(4.0));
    bench.run_to(12_000 * 35, 512);
    let late = bench.ask(Action::Undo { deck: Some(DeckId::A) }, ActionTiming::CustomBeat(36.5));
    assert_eq!(bench.refusal(late), Some("there is nothing to undo on deck A"), "beat 36 is 8 bars after the stop");
    let in_time = bench.ask(Action::Undo { deck: Some(DeckId::A) }, ActionTiming::CustomBeat(36.0));
    bench.run_to(12_000 * 37, 512);
    assert_eq!(bench.done(in_time), Some((36.0, 0)));
}

#[test]
fn an_undo_puts_an_ejected_track_back_and_says_which() {
    let mut bench = Bench::new(120.0);
    let loaded = bench.load(DeckId::A);
    bench.ask(Action::EjectDeck { deck: DeckId::A }, ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    assert_eq!(bench.console.deck_state(DeckId::A), DeckState::Empty);
    bench.ask(Action::Undo { deck: None }, ActionTiming::Immediate);
    bench.run_to(2_000, 64);
    assert_eq!(bench.console.deck_state(DeckId::A), DeckState::Stopped);
    assert_eq!(bench.turn.restored, [(DeckId::A, loaded)]);
}

#[test]
fn a_locked_deck_refuses_everyone_but_panic_and_the_mixer() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: true }, ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    let (held, gain) = (bench.ask(stop(DeckId::A), ActionTiming::Immediate), Decibels(-6.0));
    let mix = bench.ask(Action::SetGain { deck: DeckId::A, gain }, ActionTiming::Immediate);
    bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Play(DeckId::A), 0.0) }]);
    bench.run_to(2_000, 64);
    assert_eq!((bench.code(held), bench.done(mix).is_some()), (Some("locked"), true));
    assert_eq!(bench.refusal(held), Some("deck A was locked by OSC: unlock it first"));
    assert_eq!(bench.code(RequestId::HOST), Some("locked"), "the host's automation too");
    assert!(bench.moves.contains(&(1_000, Control::Play(DeckId::A), 1.0)), "its control springs back");
    let panic = bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(4_000, 64);
    assert!(bench.done(panic).is_some());
    assert_eq!(bench.console.deck_state(DeckId::A), DeckState::Stopped);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: false }, ActionTiming::Immediate);
    bench.run_to(6_000, 64);
    let free = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(9_000, 64);
    assert!(bench.done(free).is_some(), "{:?}", bench.refusal(free));
    let telemetry = bench.console.safety_telemetry();
    assert_eq!((telemetry.locks, telemetry.unlocks, telemetry.panics > 0), (1, 1, true));
    assert_eq!((telemetry.rejected("locked"), telemetry.rejected_from(Source::Host)), (2, 1));
}

#[test]
fn an_undo_does_not_touch_a_deck_that_was_locked_in_the_meantime() {
    let mut bench = Bench::loaded(120.0);
    for deck in [DeckId::A, DeckId::B] {
        bench.ask(play(deck), ActionTiming::Immediate);
    }
    bench.run_to(6_400, 64);
    bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(8_000, 64);
    let both = bench.ask(Action::Undo { deck: None }, ActionTiming::NextBar);
    let one = bench.ask(Action::Undo { deck: Some(DeckId::A) }, ActionTiming::NextBeat);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: true }, ActionTiming::Immediate);
    bench.run_to(100_000, 64);
    assert_eq!((bench.code(one), bench.done(both)), (Some("locked"), Some((4.0, 0))));
    let plays = |deck| bench.console.deck_state(deck) == DeckState::Playing;
    assert!(!plays(DeckId::A) && plays(DeckId::B));
}

#[test]
fn a_lock_that_is_on_its_way_holds_what_fires_after_it() {
    let mut bench = Bench::loaded(120.0);
    let waits = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(1_000, 64);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: true }, ActionTiming::NextBeat);
    bench.run_to(100_000, 512);
    let first_line = bench.done(waits).is_some();
    assert!(first_line, "frame 0 is on the bar: it was done before the lock");
    let held = bench.ask(stop(DeckId::A), ActionTiming::NextBar);
    assert_eq!(bench.code(held), Some("locked"));
}

#[test]
fn a_worn_play_button_counts_once() {
    let mut bench = Bench::loaded(120.0);
    let press = |bench: &mut Bench, at| {
        bench.run_to(at, 64);
        let id = bench.ask(play(DeckId::A), ActionTiming::Immediate);
        bench.run_to(at + 640, 64);
        id
    };
    let first = press(&mut bench, 0);
    bench.ask(stop(DeckId::A), ActionTiming::Immediate);
    let bounce = press(&mut bench, 3_840);
    assert!(bench.done(first).is_some());
    assert_eq!(bench.code(bounce), Some("cooldown"), "80 ms after the first");
    let second = press(&mut bench, 5_760);
    assert!(bench.done(second).is_some(), "120 ms after the first: {:?}", bench.refusal(second));
}

#[test]
fn a_load_cools_down_for_sixteen_beats_unless_it_is_ejected() {
    let mut bench = Bench::loaded(120.0);
    bench.set(Setting::Cooldown { kind: ActionKind::Load, beats: 16.0 });
    let put = |bench: &mut Bench| {
        let id = bench.ask(load(DeckId::A), ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
        bench.run_to(bench.frame + 640, 64);
        id
    };
    let first = put(&mut bench);
    assert!(bench.done(first).is_some());
    let again = put(&mut bench);
    assert_eq!(bench.code(again), Some("cooldown"));
    bench.ask(Action::EjectDeck { deck: DeckId::A }, ActionTiming::Immediate);
    let after_eject = put(&mut bench);
    assert!(bench.done(after_eject).is_some(), "{:?}", bench.refusal(after_eject));
    bench.run_to(17 * 24_000, 512);
    let later = put(&mut bench);
    assert!(bench.done(later).is_some(), "{:?}", bench.refusal(later));
}

#[test]
fn on_air_ends_a_quarter_of_a_second_after_the_fade() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(6_400, 64);
    assert!(bench.console.snapshot().decks[0].on_air);
    let drop = Action::SeekDeck { deck: DeckId::A, position_secs: 2.0 };
    let torn = bench.ask(drop.clone(), ActionTiming::Immediate);
    assert_eq!(bench.refusal(torn), Some("deck A is on air: jump on a beat or a bar, or fade it out before you seek"));
    let jump = bench.ask(drop.clone(), ActionTiming::NextBeat);
    bench.ask(Action::SetCrossfader { position: 1.0 }, ActionTiming::Immediate);
    bench.run_to(18_000, 64);
    assert!(bench.console.snapshot().decks[0].on_air, "242 ms after the fader began to move");
    bench.run_to(6_400 + 240 + 12_064, 64);
    assert!(!bench.console.snapshot().decks[0].on_air);
    let unheard = bench.ask(drop, ActionTiming::Immediate);
    bench.run_to(30_000, 64);
    assert!(bench.cancelled(jump) && bench.done(unheard).is_some(), "the newer seek takes the other's place");
}

#[test]
fn what_a_load_on_air_does_is_a_setting() {
    for (rule, plays) in [(OnAirRule::StopFirst, false), (OnAirRule::Allow, true)] {
        let mut bench = Bench::loaded(120.0);
        bench.set(Setting::OnAir { rule });
        bench.ask(play(DeckId::A), ActionTiming::Immediate);
        bench.run_to(6_400, 64);
        let id = bench.ask(load(DeckId::A), ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
        bench.run_to(20_000, 64);
        assert!(bench.done(id).is_some(), "{rule:?}: {:?}", bench.refusal(id));
        assert_eq!(bench.console.deck_state(DeckId::A) == DeckState::Playing, plays, "{rule:?}");
        let heard = bench.decks[0][10_000..].iter().any(|s| *s != 0.0);
        assert_eq!(heard, plays);
        bench.ask(Action::Undo { deck: None }, ActionTiming::Immediate);
        bench.run_to(21_000, 64);
        assert_eq!(bench.decks[0][20_900], sample(20_900), "{rule:?}: the old one is back, in phase");
    }
}

#[test]
fn a_panic_is_over_in_ten_milliseconds_and_leaves_nothing_pending() {
    let mut bench = Bench::loaded(120.0);
    for deck in [DeckId::A, DeckId::B] {
        bench.ask(play(deck), ActionTiming::Immediate);
    }
    bench.run_to(9_600, 64);
    let waits = bench.ask(stop(DeckId::A), ActionTiming::NextBar);
    let loading = bench.ask(load(DeckId::C), ActionTiming::Immediate);
    let held = bench.ask(play(DeckId::C), ActionTiming::Immediate);
    bench.run_to(9_664, 64);
    let panic = bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(20_000, 64);
    assert!(bench.done(panic).is_some() && bench.cancelled(waits) && bench.cancelled(held));
    for deck in &bench.decks[..2] {
        assert!(deck[9_664 + 470] != 0.0 && deck[9_664 + 480..].iter().all(|s| *s == 0.0), "10 ms");
    }
    assert!(bench.console.snapshot().pending.iter().all(Option::is_none));
    bench.console.track_ready(loading, track(), &mut bench.turn);
    bench.run_to(21_000, 64);
    assert!(bench.done(loading).is_some(), "a track on a resting deck disturbs nobody");
    bench.ask(Action::Undo { deck: None }, ActionTiming::Immediate);
    bench.run_to(22_000, 64);
    let plays = |deck| bench.console.deck_state(deck) == DeckState::Playing;
    assert!(plays(DeckId::A) && plays(DeckId::B), "both decks of the panic come back");
}

#[test]
fn what_is_pending_is_cancelled_by_request_by_deck_and_altogether() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6_400, 64);
    let cancel = |bench: &mut Bench, pending| {
        let id = bench.ask(Action::Cancel { pending }, ActionTiming::Immediate);
        bench.run_to(bench.frame + 64, 64);
        id
    };
    let (a, b) = (bench.ask(play(DeckId::A), ActionTiming::NextBar), bench.ask(play(DeckId::B), ActionTiming::NextBar));
    let mix = bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::NextBar);
    bench.run_to(6_464, 64);
    let by_request = cancel(&mut bench, Pending::Request(a));
    assert!(bench.done(by_request).is_some() && bench.cancelled(a) && !bench.cancelled(b));
    let again = cancel(&mut bench, Pending::Request(a));
    assert_eq!(bench.code(again), Some("not_pending"));
    let gain = bench.ask(Action::SetMasterGain { gain: Decibels::ZERO }, ActionTiming::NextBar);
    cancel(&mut bench, Pending::Rig);
    assert!(bench.cancelled(mix) && bench.cancelled(gain) && !bench.cancelled(b), "what is of no deck");
    let mix = bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::NextBar);
    cancel(&mut bench, Pending::Deck(DeckId::B));
    assert!(bench.cancelled(b) && !bench.cancelled(mix));
    let load = bench.ask(load(DeckId::D), ActionTiming::Immediate);
    cancel(&mut bench, Pending::All);
    assert!(bench.cancelled(mix) && bench.cancelled(load));
    assert_eq!(bench.turn.unwanted, [load]);
    bench.run_to(120_000, 512);
    assert!(bench.master.iter().all(|s| *s == 0.0));
}

fn recipe() -> Recipe {
    let step = |after_beats, over_beats, action| RecipeStep { after_beats, over_beats, action };
    Recipe {
        name: "four-beat fade".to_owned(),
        steps: vec![
            step(4.0, 0.0, stop(DeckId::A)),
            step(0.0, 0.0, play(DeckId::B)),
            step(0.0, 4.0, Action::SetCrossfader { position: 1.0 }),
        ],
    }
}

fn playing_a(crossfader: f32) -> Bench {
    let mut bench = Bench::loaded(120.0);
    bench.ask(Action::SetCrossfader { position: crossfader }, ActionTiming::Immediate);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(6_400, 64);
    bench
}

#[test]
fn a_recipe_is_one_request_and_every_step_is_on_its_frame() {
    for block in [64, 1_000] {
        let mut bench = playing_a(0.0);
        let id = bench.ask(Action::RunRecipe { recipe: recipe() }, ActionTiming::NextBar);
        bench.run_to(10_000, block);
        let pending: Vec<_> = bench.console.snapshot().pending.iter().flatten().collect();
        assert_eq!((pending.len(), pending[0].steps, pending[0].due_beat), (1, 3, 4.0), "one pending thing");
        bench.run_to(230_000, block);
        let of_it: Vec<_> = bench.turn.receipts.iter().filter(|r| r.id() == id).cloned().collect();
        let accepted = Receipt::Accepted { id, due_beat: 4.0 };
        assert_eq!(of_it, [accepted, Receipt::Done { id, due_beat: 8.0, error_frames: 0 }]);
        assert_eq!(bench.onset(DeckId::B), Some(96_000));
        let last = bench.decks[0].iter().rposition(|s| *s != 0.0).unwrap();
        assert_eq!(last, 192_000 + 142, "3 ms after beat 8");
        let middle = bench.master[144_000];
        let (a, b) = (bench.decks[0][144_000], bench.decks[1][144_000]);
        assert!((middle - (a + b) * 0.5_f32.sqrt()).abs() < 1e-3, "half way over");
    }
}

#[test]
fn a_recipe_is_done_whole_or_not_at_all() {
    let mut bench = playing_a(0.0);
    let mut bad = recipe();
    bad.steps[0].action = play(DeckId::C);
    let refused = bench.ask(Action::RunRecipe { recipe: bad }, ActionTiming::NextBar);
    assert_eq!(bench.refusal(refused), Some("step 3 of \"four-beat fade\": deck C is empty: load a track first"));
    bench.run_to(120_000, 512);
    assert_eq!(bench.onset(DeckId::B), None);
    // Admitted, and then a hand takes the deck off it: the steps that are left do not happen.
    let mut bench = playing_a(0.0);
    let id = bench.ask(Action::RunRecipe { recipe: recipe() }, ActionTiming::NextBar);
    bench.run_to(100_000, 512);
    bench.ask(stop(DeckId::A), ActionTiming::Immediate);
    bench.run_to(101_000, 512);
    assert!(bench.cancelled(id), "a hand's stop is the newer gesture");
    bench.run_to(230_000, 512);
    assert_eq!(bench.turn.receipts.iter().filter(|r| r.id() == id && r.is_final()).count(), 1);
}

#[test]
fn a_recipe_is_cancelled_as_a_whole_and_moves_as_a_whole() {
    let mut bench = playing_a(0.0);
    let id = bench.ask(Action::RunRecipe { recipe: recipe() }, ActionTiming::NextBar);
    bench.run_to(10_000, 512);
    bench.ask(Action::Cancel { pending: Pending::Request(id) }, ActionTiming::Immediate);
    bench.run_to(11_000, 512);
    assert!(bench.cancelled(id) && bench.console.snapshot().pending.iter().all(Option::is_none));
    // The host jumps half a beat on before it begins: the next line is elsewhere.
    let id = bench.ask(Action::RunRecipe { recipe: recipe() }, ActionTiming::NextBar);
    bench.run_to(24_000, 500);
    let shift = bench.master.len();
    bench.frame = 36_000;
    bench.run_to(230_000, 500);
    assert_eq!(bench.done(id), Some((8.0, 0)));
    assert_eq!(bench.onset(DeckId::B), Some(shift + 60_000));
    let last = bench.decks[0].iter().rposition(|s| *s != 0.0).unwrap();
    assert_eq!(last, shift + 156_000 + 142, "the stop still comes a bar after the start");
}

#[test]
fn a_play_right_after_a_load_is_meant_for_the_new_track() {
    let mut bench = Bench::new(120.0);
    bench.load(DeckId::A);
    let (other, start) = (bench.ask(load(DeckId::A), ActionTiming::Immediate), play(DeckId::A));
    let early = bench.ask(start.clone(), ActionTiming::Immediate);
    let later = bench.ask(start, ActionTiming::NextBeat);
    bench.run_to(5_000, 64);
    assert_eq!(bench.onset(DeckId::A), None, "the old track stays where it is");
    assert!(bench.cancelled(early), "one of each kind is held");
    bench.console.track_ready(other, track(), &mut bench.turn);
    bench.run_to(30_000, 64);
    assert_eq!((bench.done(other).is_some(), bench.done(later)), (true, Some((1.0, 0))));
    assert_eq!(bench.onset(DeckId::A), Some(24_000));
    // A file that cannot be read takes what waited for it along.
    let mut bench = Bench::loaded(120.0);
    let bad = bench.ask(load(DeckId::A), ActionTiming::Immediate);
    let waits = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.console.track_failed(bad, "no such file".to_owned(), &mut bench.turn);
    assert_eq!((bench.code(bad), bench.code(waits)), (Some("load_failed"), Some("load_failed")));
}

#[test]
fn another_source_s_load_waits_for_one_that_is_under_way() {
    let mut bench = Bench::loaded(120.0);
    let (mut editor, receiver) = ActionQueue::new(8);
    bench.console.connect(receiver);
    bench.ask(load(DeckId::A), ActionTiming::Immediate);
    let other = Request::new(Source::Editor, load(DeckId::A), ActionTiming::Immediate);
    let id = other.id;
    editor.send(other).unwrap();
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.refusal(id), Some("OSC is loading a track onto deck A: wait for it"));
    let reason = LockReason::Loading.word();
    assert_eq!((bench.code(id), reason), (Some("locked"), "loading"));
}

#[test]
fn a_refused_press_of_the_host_springs_back_and_the_next_one_counts() {
    let mut bench = Bench::new(120.0);
    let press = |on: bool| TimedInput {
        frame: 5,
        input: HostInput::Control(Control::Play(DeckId::A), if on { 1.0 } else { 0.0 }),
    };
    bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Quantize, 0.0) }, press(true)]);
    assert_eq!(bench.moves, [(5, Control::Play(DeckId::A), 0.0)]);
    bench.load(DeckId::A);
    bench.process(64, &[press(true)]);
    assert_eq!(bench.onset(DeckId::A), Some(5), "no release was needed in between");
}

#[test]
fn a_source_has_its_own_mask_rate_quantize_and_slew() {
    let mut bench = Bench::loaded(120.0);
    let mut settings = *bench.console.policy().settings();
    let rules = SourceRules { per_sec: Some(2.0), quantize: Some(None), ..*settings.source(Source::Bridge) };
    *settings.source_mut(Source::Osc) = rules;
    bench.console.set_safety(settings);
    bench.run_to(6_400, 64);
    let at_once = bench.ask(play(DeckId::A), ActionTiming::Default);
    let fade = bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::Immediate);
    let too_fast = bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::Immediate);
    bench.run_to(80_000, 64);
    assert!(bench.done(at_once).is_some() && bench.done(fade).is_some());
    assert_eq!(bench.onset(DeckId::A), Some(6_400), "its own quantize setting is off");
    assert_eq!(bench.code(too_fast), Some("too_fast"));
    // Half the way at 0.25 a beat takes two beats.
    let gain = |n: usize| bench.master[n] / bench.decks[0][n];
    let quarter = (0.25 * std::f32::consts::FRAC_PI_2).cos();
    assert!((gain(6_400 + 24_000) - quarter).abs() < 1e-3 && (gain(6_400 + 48_010) - 1.0).abs() < 1e-6);
    let urgent = bench.ask(stop(DeckId::A), ActionTiming::Immediate);
    bench.run_to(81_000, 64);
    assert!(bench.done(urgent).is_some(), "a stop is never too fast");
}

#[test]
fn fader_moves_that_nobody_heard_of_yet_become_one() {
    let mut bench = Bench::loaded(120.0);
    let ids: Vec<_> = (0..300_u16)
        .map(|i| bench.ask(Action::SetCrossfader { position: f32::from(i) / 300.0 }, ActionTiming::Immediate))
        .collect();
    bench.run_to(2_000, 64);
    let done = ids.iter().filter(|id| bench.done(**id).is_some()).count();
    let cancelled = ids.iter().filter(|id| bench.cancelled(**id)).count();
    assert_eq!(done + cancelled, 300);
    assert!(done <= 65, "{done}");
    assert!(bench.done(ids[299]).is_some(), "the last one counts");
    assert_eq!(bench.console.telemetry().coalesced as usize, cancelled);
}

#[test]
fn a_gesture_that_nobody_could_do_for_ten_seconds_expires() {
    let mut bench = Bench::loaded(120.0);
    // More than the way to the audio thread holds: the last ones stay behind.
    let at = |i: u16| ActionTiming::CustomBeat(1.0 + f64::from(i));
    for i in 0..100 {
        bench.ask(Action::SetCrossfader { position: 0.5 }, at(i));
    }
    let id = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.turn.now_secs = 9.9;
    bench.console.tick(&mut bench.turn);
    assert!(!bench.turn.receipts.contains(&Receipt::Expired { id }));
    bench.turn.now_secs = 10.1;
    bench.console.tick(&mut bench.turn);
    assert!(bench.turn.receipts.contains(&Receipt::Expired { id }));
    bench.run_to(10_000, 64);
    assert_eq!(bench.onset(DeckId::A), None);
}

#[test]
fn when_the_host_stops_the_decks_run_on_stand_still_or_stop() {
    for (policy, plays, sounds) in
        [(StopPolicy::FreeRun, true, true), (StopPolicy::Freeze, true, false), (StopPolicy::StopDecks, false, false)]
    {
        let mut bench = Bench::loaded(120.0);
        bench.set(Setting::HostStops { policy });
        bench.ask(play(DeckId::A), ActionTiming::Immediate);
        bench.run_to(12_800, 64);
        let waits = bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::NextBar);
        bench.run_to(12_864, 64);
        bench.playing = false;
        bench.run_to(112_896, 64);
        assert_eq!(bench.console.deck_state(DeckId::A) == DeckState::Playing, plays, "{policy:?}");
        assert_eq!(bench.decks[0][112_800] != 0.0, sounds, "{policy:?}");
        assert_eq!(bench.done(waits).is_some(), policy != StopPolicy::Freeze, "{policy:?}");
        // The host goes on where it had stopped.
        (bench.playing, bench.frame) = (true, 12_864);
        bench.run_to(13_864, 64);
        let last = *bench.decks[0].last().unwrap();
        if policy == StopPolicy::Freeze {
            assert_eq!(last, sample(13_863), "as if no time had passed");
        }
        assert_eq!(last != 0.0, plays, "{policy:?}");
    }
}

#[test]
fn when_the_host_jumps_the_decks_come_back_into_phase_jump_too_or_play_on() {
    for policy in [JumpPolicy::RealignAtNextBar, JumpPolicy::Jump, JumpPolicy::Ignore] {
        let mut bench = Bench::loaded(120.0);
        bench.set(Setting::HostJumps { policy });
        bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
        bench.run_to(12_800, 64);
        // Five and a half beats on: to within half a beat of being four bars.
        bench.frame += 132_000;
        bench.run_to(12_800 + 132_000 + 64_000, 64);
        let heard = |n: usize| bench.decks[0][n];
        let (before_bar, after_bar) = (40_000, 70_000);
        let as_it_was = |n: usize| sample(n as u64);
        let shifted = |n: usize, by: i64| sample((n as i64 + by) as u64);
        match policy {
            JumpPolicy::Ignore => {
                assert_eq!((heard(before_bar), heard(after_bar)), (as_it_was(40_000), as_it_was(70_000)))
            }
            JumpPolicy::Jump => assert_eq!(heard(before_bar), shifted(40_000, 132_000)),
            JumpPolicy::RealignAtNextBar => {
                assert_eq!(heard(before_bar), as_it_was(40_000), "nothing before the bar");
                // 5.5 beats are one bar and a half: the shorter way is 1.5 beats on.
                assert_eq!(heard(after_bar), shifted(70_000, 36_000));
            }
        }
    }
}

#[test]
fn a_host_that_loops_by_whole_bars_moves_no_deck() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.run_to(96_000, 500);
    bench.frame = 0;
    bench.run_to(96_000, 500);
    assert!((1..192_000).all(|n| bench.decks[0][n] == sample(n as u64)));
}

#[test]
fn questions_are_answered_without_doing_anything() {
    let mut bench = Bench::loaded(120.0);
    bench.console.tick(&mut bench.turn);
    let ask = |bench: &Bench, action: Action| {
        let question = crate::action::Question { source: Source::Osc, action: &action, timing: ActionTiming::Default };
        bench.console.can(&question)
    };
    assert_eq!(ask(&bench, play(DeckId::A)), Ok(()));
    let refused = ask(&bench, play(DeckId::C)).unwrap_err();
    assert_eq!(refused, ("not_allowed", "deck C is empty: load a track first".to_owned()));
    let recipe = Action::RunRecipe { recipe: Recipe { name: "empty".to_owned(), steps: vec![] } };
    assert_eq!(ask(&bench, recipe).unwrap_err(), ("invalid", "a recipe has 1 to 16 steps, not 0".to_owned()));
    assert!(bench.console.policy().can_play(DeckId::A).is_ok() && bench.console.policy().can_loop(DeckId::C).is_err());
    bench.run_to(100_000, 512);
    assert_eq!((bench.onset(DeckId::A), bench.console.telemetry().open), (None, 0));
}

#[test]
fn the_eq_and_the_echo_follow_requests_and_the_host_hears_of_the_eq() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.run_to(24_000, 64);
    let gain = Decibels(-26.0);
    let eq = bench.ask(Action::SetEq { deck: DeckId::A, band: EqBand::Low, gain }, ActionTiming::NextBeat);
    bench.run_to(48_000, 64);
    assert_eq!(bench.done(eq), Some((1.0, 0)));
    assert!(bench.moves.contains(&(24_000, Control::Eq(DeckId::A, EqBand::Low), -26.0)));
    assert_eq!(bench.decks[0][23_999], sample(23_999), "flat is the file itself");
    assert_ne!(bench.decks[0][40_000], sample(40_000));
    assert_eq!(bench.console.snapshot().decks[0].eq_db, [-26.0, 0.0, 0.0]);
    bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Eq(DeckId::A, EqBand::Low), 0.0) }]);
    bench.run_to(96_000, 64);
    assert_eq!(bench.decks[0][95_000], sample(95_000), "and flat again");
    // The echo's tail goes on after the deck has stopped: three quarters of a beat later, and again.
    bench.ask(Action::SetEcho { deck: DeckId::A, send: 1.0 }, ActionTiming::Immediate);
    bench.run_to(120_000, 64);
    bench.ask(stop(DeckId::A), ActionTiming::Immediate);
    bench.run_to(150_000, 64);
    assert!(bench.decks[0][140_000..150_000].iter().any(|s| s.abs() > 0.01));
    let more = bench.ask(Action::SetEcho { deck: DeckId::A, send: 0.5 }, ActionTiming::Immediate);
    assert_eq!(bench.code(more), Some("cooldown"), "four beats after the last change");
    let off = bench.ask(Action::SetEcho { deck: DeckId::A, send: 0.0 }, ActionTiming::Immediate);
    bench.run_to(1_500_000, 512);
    assert!(bench.done(off).is_some());
    assert!(bench.decks[0][1_400_000..].iter().all(|s| *s == 0.0), "the tail has an end");
}
