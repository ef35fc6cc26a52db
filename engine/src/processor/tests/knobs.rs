//! The mixer's table of controls, by every way that leads to one.

use super::*;
use crate::action::{Recipe, RecipeFile, RecipeStep, Roles};
use crate::mixer::{EqBand, Knob};
use crate::safety::Slew;

fn fader(deck: DeckId) -> Knob {
    Knob::of_deck(deck, "fader").unwrap()
}

fn set(knob: Knob, value: f32) -> Action {
    Action::SetKnob { knob, value }
}

fn playing() -> Bench {
    playing_at(120.0)
}

fn playing_at(bpm: f64) -> Bench {
    let mut bench = Bench::loaded(bpm);
    bench.ask(play(DeckId::A), ActionTiming::CustomBeat(0.0));
    bench.run_to(24_000, 64);
    bench
}

#[test]
fn a_request_moves_it_on_its_beat_and_the_host_hears_of_it() {
    let mut bench = playing();
    let id = bench.ask(set(fader(DeckId::A), 0.5), ActionTiming::NextBeat);
    bench.run_to(48_000, 64);
    assert_eq!(bench.done(id), Some((1.0, 0)));
    assert!(bench.moves.contains(&(24_000, Control::Knob(fader(DeckId::A)), 0.5)));
    assert_eq!(bench.decks[0][23_999], sample(23_999), "open is the file itself");
    assert_eq!(bench.decks[0][40_000], sample(40_000) * 0.25);
    assert_eq!(bench.console.snapshot().knob(fader(DeckId::A)), 0.5);
    assert_eq!(bench.console.snapshot().knob(fader(DeckId::B)), 1.0);
    let logged = serde_json::to_string(&bench.console.log().entries().next_back().unwrap().what).unwrap();
    assert_eq!(logged, r#"{"action":"set_knob","knob":"/deck/a/fader","value":0.5}"#);
    bench.process(64, &[TimedInput { frame: 7, input: HostInput::Control(Control::Knob(fader(DeckId::A)), 1.0) }]);
    bench.run_to(60_000, 64);
    assert_eq!(bench.decks[0][48_006], sample(48_006) * 0.25, "until the host's frame");
    assert_eq!(bench.decks[0][59_000], sample(59_000));
}

#[test]
fn values_are_clamped_and_nonsense_is_refused() {
    let mut bench = playing();
    let wrong = bench.ask(set(fader(DeckId::A), f32::NAN), ActionTiming::Immediate);
    assert_eq!(bench.refusal(wrong), Some("the value is not a finite number"));
    bench.ask(set(fader(DeckId::A), -3.0), ActionTiming::Immediate);
    bench.run_to(30_000, 64);
    assert_eq!(bench.console.snapshot().knob(fader(DeckId::A)), 0.0);
    assert!(bench.decks[0][29_000..].iter().all(|s| *s == 0.0));
}

#[test]
fn moves_in_a_flood_coalesce_and_the_last_one_counts() {
    let mut bench = playing();
    let _: Vec<_> = (0..60)
        .map(|i| {
            bench.sender.send(Request::new(
                Source::Osc,
                set(fader(DeckId::A), i as f32 / 100.0),
                ActionTiming::Immediate,
            ))
        })
        .collect();
    let filter = Knob::of_deck(DeckId::A, "filter").unwrap();
    bench.ask(set(filter, -0.25), ActionTiming::Immediate);
    bench.ask(set(fader(DeckId::B), 0.5), ActionTiming::Immediate);
    bench.run_to(30_000, 64);
    assert_eq!(bench.console.snapshot().knob(filter), -0.25, "another control of the same deck");
    assert_eq!([DeckId::A, DeckId::B].map(|deck| bench.console.snapshot().knob(fader(deck))), [0.59, 0.5]);
    assert!(bench.console.telemetry().coalesced >= 50, "{}", bench.console.telemetry().coalesced);
}

#[test]
fn a_remote_agent_s_moves_take_their_time() {
    let mut bench = playing();
    let mut safety = *bench.console.policy().settings();
    safety.source_mut(Source::Osc).slew = Some(Slew { db_per_beat: 6.0, crossfader_per_beat: 0.25 });
    bench.console.set_safety(safety);
    bench.ask(set(fader(DeckId::A), 0.0), ActionTiming::Immediate);
    bench.run_to(24_000 + 48_000, 64);
    let half = bench.decks[0][71_000] / sample(71_000);
    assert!((half - 0.2604).abs() < 0.01, "two of four beats: half of the way, squared; {half}");
}

#[test]
fn a_recipe_moves_it_and_a_cancel_holds_it_where_it_is() {
    let text = r#"{ "echelon_recipe": 1, "name": "x", "unit": "beats", "steps": [
        { "at": 0, "over": 4, "action": "set_knob", "knob": "fader", "deck": "from", "value": "0 %" },
        { "at": 8, "action": "set_knob", "knob": "fader", "deck": "to", "value": 0.25 } ] }"#;
    let recipe = RecipeFile::read(text).unwrap().fill(Roles::new(DeckId::A, DeckId::B), 4.0).unwrap();
    let step = |after_beats, over_beats, action| RecipeStep { after_beats, over_beats, action };
    let steps = vec![step(0.0, 4.0, set(fader(DeckId::A), 0.0)), step(8.0, 0.0, set(fader(DeckId::B), 0.25))];
    assert_eq!(recipe, Recipe { name: "x".to_owned(), steps });
    let mut bench = playing();
    let id = bench.ask(Action::RunRecipe { recipe }, ActionTiming::Immediate);
    bench.run_to(24_000 + 48_000, 64);
    bench.ask(Action::Cancel { pending: crate::action::Pending::Request(id) }, ActionTiming::Immediate);
    bench.run_to(100_000, 64);
    let held = bench.console.snapshot().knob(fader(DeckId::A));
    assert!((held - 0.5).abs() < 0.01, "{held}");
    assert!((bench.decks[0][99_000] - sample(99_000) * held * held).abs() < 1e-6);
    assert!(
        bench.moves.iter().any(|(_, control, value)| *control == Control::Knob(fader(DeckId::A)) && *value == held)
    );
}

#[test]
fn what_a_recipe_says_wrong_of_a_knob_is_told_with_its_line() {
    let read = |step: &str| {
        let text = format!(
            "{{ \"echelon_recipe\": 1, \"name\": \"x\", \"unit\": \"beats\", \"steps\": [\n{{ \"at\": 0, \"action\": {step} }} ] }}"
        );
        RecipeFile::read(&text).unwrap_err().to_string()
    };
    for (step, expected) in [
        (r#""set_knob", "value": 1"#, "line 2: set_knob needs \"knob\""),
        (r#""set_knob", "knob": "fader", "deck": "a""#, "line 2: set_knob needs \"value\""),
        (r#""set_knob", "knob": "x", "deck": "a", "value": 1"#, "line 2: there is no knob \"x\""),
        (r#""set_knob", "knob": "fader", "value": 1"#, "line 2: \"fader\" needs \"deck\""),
        (r#""set_knob", "knob": "fader", "deck": "a", "value": 2"#, "line 2: \"fader\" is from 0 to 1, not 2"),
        (
            r#""set_knob", "knob": "fader", "deck": "a", "value": "x""#,
            "line 2: \"x\" is no value of the knob \"fader\"",
        ),
        (r#""stop_deck", "deck": "a", "knob": "fader""#, "line 2: stop_deck has no \"knob\""),
    ] {
        assert_eq!(read(step), expected);
    }
}

#[test]
fn a_closed_fader_takes_a_deck_off_the_air() {
    let mut bench = playing();
    assert!(bench.console.snapshot().decks[0].on_air);
    bench.ask(set(fader(DeckId::A), 0.0), ActionTiming::Immediate);
    bench.run_to(24_000 + 13_000, 64);
    assert!(!bench.console.snapshot().decks[0].on_air);
}

fn eq_model(model: f32) -> Action {
    set(Knob::of_master("eq_model").unwrap(), model)
}

#[test]
fn the_eq_s_knobs_move_the_eq_or_the_isolator() {
    let mut bench = playing();
    let gone = |band| Action::SetEq { deck: DeckId::A, band, gain: Decibels(-26.0) };
    for band in EqBand::ALL {
        bench.ask(gone(band), ActionTiming::Immediate);
    }
    bench.run_to(40_000, 64);
    assert!(bench.decks[0][39_000..].iter().any(|s| *s != 0.0), "an EQ lets a twentieth through");
    bench.ask(eq_model(1.0), ActionTiming::Immediate);
    bench.run_to(80_000, 64);
    assert!(bench.decks[0][50_000..].iter().all(|s| *s == 0.0), "an isolator nothing");
    assert!(!bench.console.snapshot().decks[0].on_air);
    for band in EqBand::ALL {
        bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Eq(DeckId::A, band), 0.0) }]);
    }
    bench.run_to(100_000, 64);
    assert_eq!(bench.decks[0][99_000], sample(99_000), "flat is the file itself");
    bench.ask(eq_model(0.0), ActionTiming::Immediate);
    bench.run_to(120_000, 64);
    assert_eq!(bench.decks[0][119_000], sample(119_000));
}

#[test]
fn a_recipe_s_way_in_the_isolator_is_held_by_a_cancel() {
    let mut bench = playing();
    bench.ask(eq_model(1.0), ActionTiming::Immediate);
    let step = |after_beats, over_beats, action| RecipeStep { after_beats, over_beats, action };
    let eq = Action::SetEq { deck: DeckId::A, band: EqBand::Low, gain: Decibels(-20.0) };
    let steps = vec![step(0.0, 4.0, eq), step(8.0, 0.0, play(DeckId::B))];
    let recipe = Recipe { name: "x".to_owned(), steps };
    let id = bench.ask(Action::RunRecipe { recipe }, ActionTiming::Immediate);
    bench.run_to(24_000 + 48_000, 64);
    bench.ask(Action::Cancel { pending: crate::action::Pending::Request(id) }, ActionTiming::Immediate);
    bench.run_to(100_000, 64);
    let held = bench.console.snapshot().decks[0].eq_db[0];
    assert!((held + 10.0).abs() < 0.1, "{held}");
    assert!(
        bench.moves.iter().any(|(_, control, value)| *control == Control::Eq(DeckId::A, EqBand::Low) && *value == held)
    );
}

#[test]
fn a_master_s_control_reaches_every_deck() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(set(Knob::of_master("filter_resonance").unwrap(), 0.5), ActionTiming::Immediate);
    bench.run_to(1_000, 64);
    let processor = &mut bench.processor;
    for deck in DeckId::ALL {
        let knob = Knob::of_master("filter_resonance").unwrap();
        assert_eq!((knob.row().slide)(&processor.mixer, &mut processor.scheduler, deck).unwrap().setting(), 0.5);
    }
}

fn of_a(id: &str, value: f32) -> Action {
    set(Knob::of_deck(DeckId::A, id).unwrap(), value)
}

/// A place in the words of a choice.
fn word(id: &str, word: &str) -> Action {
    let knob = Knob::of_deck(DeckId::A, id).unwrap();
    set(knob, knob.row().value(word).unwrap())
}

#[test]
fn effects_follow_the_beat_at_any_block_size_and_ring_out_after_the_deck_has_stopped() {
    // 100 BPM: a beat has 28,800 frames.
    let runs = [64, 1, 500].map(|block| {
        let mut bench = playing_at(100.0);
        let at = ActionTiming::CustomBeat(1.5);
        for action in [word("fx1", "gate"), of_a("fx1_depth", 1.0), of_a("fx1_mix", 1.0), word("fx1_time", "1/2")] {
            bench.ask(action, at);
        }
        for action in [word("fx2", "echo"), word("fx2_time", "1/4"), of_a("filter", -0.3)] {
            bench.ask(action, ActionTiming::CustomBeat(3.0));
        }
        bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::CustomBeat(4.0));
        bench.run_to(130_000, block);
        std::mem::take(&mut bench.decks[0])
    });
    assert!(runs.iter().all(|run| *run == runs[0]));
    // The gate opens on every half beat and is closed after 0.56 of it.
    let heard = |beat: f64| runs[0][(beat * 28_800.0) as usize];
    assert!([1.6, 1.7, 2.1, 2.6].iter().all(|beat| heard(*beat) != 0.0));
    assert!([1.9, 2.45, 2.95].iter().all(|beat| heard(*beat) == 0.0));
    assert!(runs[0][116_000..130_000].iter().any(|s| s.abs() > 0.01), "the echo goes on after the stop on beat 4");
}

#[test]
fn meters_show_the_outputs_at_any_block_size() {
    let levels = [64, 1, 441].map(|block| {
        let mut bench = playing();
        bench.ask(set(fader(DeckId::A), 0.5), ActionTiming::CustomBeat(2.0));
        bench.run_to(48_000, block);
        let before = (bench.console.snapshot().decks[0].levels, bench.console.snapshot().master_levels);
        bench.run_to(96_000, block);
        (before, bench.console.snapshot().decks[0].levels, bench.console.snapshot().decks[1].levels)
    });
    let [((before, master), after, silent), others @ ..] = levels;
    assert!(others.iter().all(|other| *other == levels[0]), "{levels:?}");
    assert!(
        (before.peak_db + 6.02).abs() < 0.1 && (before.rms_db - after.rms_db - 12.04).abs() < 0.5,
        "{before:?} {after:?}"
    );
    assert!((before.rms_db - master.rms_db - 3.01).abs() < 0.02, "the crossfader is in the middle: {master:?}");
    assert_eq!(silent, crate::dsp::Levels::SILENT);
}

#[test]
fn a_deck_s_own_output_is_after_its_fader_or_before() {
    let mut bench = playing();
    bench.ask(set(fader(DeckId::A), 0.0), ActionTiming::Immediate);
    bench.ask(word("out", "pre"), ActionTiming::CustomBeat(2.0));
    bench.run_to(80_000, 64);
    assert_eq!(bench.decks[0][47_999], 0.0);
    assert_eq!(bench.decks[0][70_000], sample(70_000));
    assert!(bench.master[70_000..].iter().all(|s| *s == 0.0), "what the audience hears is after it");
    assert!(!bench.console.snapshot().decks[0].on_air);
    bench.ask(word("out", "post"), ActionTiming::Immediate);
    bench.run_to(90_000, 64);
    assert_eq!(bench.decks[0][89_000], 0.0);
}

#[test]
fn the_cue_carries_what_is_listened_to_before_its_fader() {
    let mut bench = playing();
    bench.ask(set(fader(DeckId::A), 0.0), ActionTiming::Immediate);
    bench.ask(of_a("pfl", 1.0), ActionTiming::CustomBeat(2.0));
    bench.run_to(72_000, 64);
    assert!(bench.cue[..48_000].iter().all(|s| *s == 0.0));
    assert_eq!((bench.cue[60_000], bench.decks[0][60_000]), (sample(60_000), 0.0));
    assert!(!bench.console.snapshot().decks[0].on_air, "nobody but the DJ hears it");
    bench.ask(set(Knob::of_master("cue_mix").unwrap(), 1.0), ActionTiming::Immediate);
    bench.ask(set(fader(DeckId::A), 1.0), ActionTiming::Immediate);
    bench.run_to(90_000, 64);
    assert_eq!(bench.cue[89_000], bench.master[89_000]);
    assert_ne!(bench.cue[89_000], 0.0);
}
