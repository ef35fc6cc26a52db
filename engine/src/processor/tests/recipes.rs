//! Recipes: all steps on their frames, all or none, taken back as one thing.

use super::*;
use crate::action::{Pending, Recipe, RecipeFile, RecipeStep, Roles};
use crate::message::PendingView;

/// Start B, cross over to it in 8 beats, stop A.
fn crossfade() -> Recipe {
    let step = |after_beats, over_beats, action| RecipeStep { after_beats, over_beats, action };
    Recipe {
        name: "crossfade".to_owned(),
        steps: vec![
            step(0.0, 0.0, play(DeckId::B)),
            step(0.0, 8.0, Action::SetCrossfader { position: 1.0 }),
            step(8.0, 0.0, Action::StopDeck { deck: DeckId::A }),
        ],
    }
}

fn run(recipe: Recipe) -> Action {
    Action::RunRecipe { recipe }
}

/// Deck A plays, the crossfader is at its end, one beat of music has been.
fn on_air() -> Bench {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.ask(Action::SetCrossfader { position: 0.0 }, ActionTiming::Immediate);
    bench.run_to(24_000, 512);
    bench.turn.receipts.clear();
    bench
}

fn of(bench: &Bench, id: RequestId) -> Vec<&Receipt> {
    bench.turn.receipts.iter().filter(|receipt| receipt.id() == id).collect()
}

fn pending(bench: &Bench) -> Vec<PendingView> {
    bench.console.snapshot().pending.into_iter().flatten().collect()
}

#[test]
fn every_step_comes_on_its_frame_at_any_block_size() {
    let mut first: Option<Vec<f32>> = None;
    for block in [1, 64, 127, 512, 4096] {
        let mut bench = on_air();
        let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
        bench.run_to(300_000, block);
        assert_eq!(bench.onset(DeckId::B), Some(96_000), "blocks of {block}");
        // 3 ms of fade after beat 12.
        assert_eq!(bench.decks[0].iter().rposition(|s| *s != 0.0), Some(288_000 + 142), "blocks of {block}");
        let receipts = of(&bench, id);
        assert_eq!(
            receipts,
            [&Receipt::Accepted { id, due_beat: 4.0 }, &Receipt::Done { id, due_beat: 12.0, error_frames: 0 }]
        );
        // Half way in time is half way of the fader: both at cos(45 degrees).
        let half = 96_000 + 96_000;
        let (a, b) = (bench.decks[0][half], bench.decks[1][half]);
        let expected = (a + b) * std::f32::consts::FRAC_1_SQRT_2;
        assert!((bench.master[half] - expected).abs() < 1e-4, "{} {expected}", bench.master[half]);
        assert_eq!(bench.master[290_000], bench.decks[1][290_000], "B alone, bit for bit");
        let reference = first.get_or_insert_with(|| bench.master.clone());
        assert!(bench.master.iter().zip(&*reference).all(|(a, b)| a.to_bits() == b.to_bits()), "blocks of {block}");
    }
}

#[test]
fn it_is_shown_as_one_thing() {
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(25_000, 500);
    let views = pending(&bench);
    assert_eq!(views.len(), 1);
    assert_eq!((views[0].id, views[0].steps, views[0].due_beat), (id, 3, 4.0));
    bench.run_to(100_000, 500);
    let views = pending(&bench);
    assert_eq!((views.len(), views[0].steps, views[0].kind), (1, 1, ActionKind::Stop));
    assert!((views[0].due_beat - 12.0).abs() < 1e-9);
}

#[test]
fn nothing_of_a_refused_one_happens() {
    let mut bench = on_air();
    let mut wrong = crossfade();
    // By then deck A has stopped.
    wrong.steps.push(RecipeStep { after_beats: 9.0, over_beats: 0.0, action: Action::StopDeck { deck: DeckId::A } });
    let id = bench.ask(run(wrong.clone()), ActionTiming::NextBar);
    assert_eq!(bench.refusal(id), Some("step 4 of \"crossfade\": deck A is stopped already"));
    let question = crate::action::Question { source: Source::Osc, action: &run(wrong), timing: ActionTiming::NextBar };
    let (code, text) = bench.console.can(&question).unwrap_err();
    assert_eq!((code, text.as_str()), ("not_allowed", "step 4 of \"crossfade\": deck A is stopped already"));
    bench.run_to(200_000, 512);
    assert_eq!(bench.onset(DeckId::B), None);
    assert_eq!((bench.console.snapshot().crossfader, of(&bench, id).len()), (0.0, 1));
}

/// The mind goes through the recipe with everything that the audio thread would say.
#[test]
fn what_would_be_refused_on_its_way_is_refused_before_it_begins() {
    let mut bench = on_air();
    let steps = |steps: &[(f64, Action)]| {
        let step = |(after_beats, action): &(f64, Action)| RecipeStep {
            after_beats: *after_beats,
            over_beats: 0.0,
            action: action.clone(),
        };
        run(Recipe { name: "x".to_owned(), steps: steps.iter().map(step).collect() })
    };
    let stop = |deck| Action::StopDeck { deck };
    // Play within 120 ms of a play: a worn button's bounce.
    let worn = steps(&[(0.0, play(DeckId::B)), (0.1, stop(DeckId::B)), (0.2, play(DeckId::B))]);
    let id = bench.ask(worn, ActionTiming::NextBar);
    assert!(bench.refusal(id).unwrap().starts_with("step 3 of \"x\": deck B cannot play again so soon"));
    // A needle drop on air, at once; on a line it is a jump.
    let seek = steps(&[(0.0, Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 })]);
    let id = bench.ask(seek.clone(), ActionTiming::Immediate);
    assert!(bench.refusal(id).unwrap().starts_with("step 1 of \"x\": deck A is on air"));
    let id = bench.ask(seek, ActionTiming::NextBeat);
    let late = bench.ask(run(crossfade()), ActionTiming::CustomBeat(0.5));
    assert!(bench.refusal(late).unwrap().starts_with("that beat was 0.5"), "{:?}", bench.refusal(late));
    bench.run_to(60_000, 512);
    assert!(bench.done(id).is_some(), "{:?}", bench.refusal(id));
}

#[test]
fn a_cancel_in_the_middle_takes_back_the_rest_and_holds_the_fader() {
    for pending in [None, Some(Pending::Deck(DeckId::A)), Some(Pending::All)] {
        let mut bench = on_air();
        let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
        bench.run_to(144_000, 512);
        let pending = pending.unwrap_or(Pending::Request(id));
        bench.moves.clear();
        let cancel = bench.ask(Action::Cancel { pending }, ActionTiming::Immediate);
        bench.run_to(400_000, 512);
        assert!(bench.done(cancel).is_some());
        assert_eq!(of(&bench, id)[1..], [&Receipt::Cancelled { id }]);
        assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Playing, "nobody stopped it");
        let crossfader = bench.console.snapshot().crossfader;
        assert!((crossfader - 0.25).abs() < 0.01, "a quarter of the way: {crossfader}");
        let told: Vec<_> = bench.moves.iter().filter(|(_, control, _)| *control == Control::Crossfader).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].2, crossfader, "the host knows where it is");
        // And it is heard there.
        let (a, b) = (bench.decks[0][390_000], bench.decks[1][390_000]);
        let angle = crossfader * std::f32::consts::FRAC_PI_2;
        assert!((bench.master[390_000] - (a * angle.cos() + b * angle.sin())).abs() < 1e-5);
    }
}

#[test]
fn a_panic_in_the_middle_ends_it() {
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(144_000, 512);
    bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(400_000, 512);
    assert_eq!(of(&bench, id)[1..], [&Receipt::Cancelled { id }]);
    assert!(bench.master[146_000..].iter().all(|s| *s == 0.0));
    assert!((bench.console.snapshot().crossfader - 0.25).abs() < 0.01);
    assert!(pending(&bench).is_empty());
}

#[test]
fn a_hand_on_the_same_fader_takes_over_and_an_echo_does_not() {
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(120_000, 512);
    let at = |value| TimedInput { frame: 0, input: HostInput::Control(Control::Crossfader, value) };
    // Some hosts send back what they were told.
    bench.process(512, &[at(1.0)]);
    bench.run_to(144_000, 512);
    let half = 143_000;
    let (a, b) = (bench.decks[0][half], bench.decks[1][half]);
    let angle = 0.245 * std::f32::consts::FRAC_PI_2;
    assert!((bench.master[half] - (a * angle.cos() + b * angle.sin())).abs() < 0.01, "it still travels");
    bench.process(512, &[at(0.5)]);
    bench.run_to(300_000, 512);
    assert_eq!(bench.console.snapshot().crossfader, 0.5, "the hand's place, also after the way would have ended");
    assert_eq!(bench.done(id), Some((12.0, 0)), "the rest happens");
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
}

#[test]
fn a_jump_before_it_begins_moves_it_as_a_whole_and_after_that_not() {
    // The song jumps by half a beat: what waits for the bar line waits for the new one, with all steps.
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(48_000, 512);
    let jump = 12_000;
    bench.frame += jump;
    let lost = jump as usize;
    bench.run_to(320_000, 512);
    assert_eq!(bench.onset(DeckId::B), Some(96_000 - lost));
    assert_eq!(bench.decks[0].iter().rposition(|s| *s != 0.0), Some(288_000 - lost + 142));
    assert_eq!(bench.done(id), Some((12.0, 0)));
    // Begun: it goes on in the flow of time.
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(120_000, 512);
    bench.frame += jump;
    bench.run_to(320_000, 512);
    assert_eq!(bench.decks[0].iter().rposition(|s| *s != 0.0), Some(288_000 + 142));
    assert_eq!(bench.done(id), Some((12.5, 0)), "by the song, half a beat further");
}

#[test]
fn on_a_beat_of_the_song_it_goes_there_or_expires_whole() {
    for (to_beat, expires) in [(6.0, false), (20.0, true)] {
        let mut bench = on_air();
        let id = bench.ask(run(crossfade()), ActionTiming::CustomBeat(8.0));
        bench.run_to(48_000, 512);
        let made = bench.master.len();
        bench.frame = (to_beat * 24_000.0) as u64;
        let from = bench.frame;
        bench.run_to(from + 480_000, 512);
        if expires {
            assert_eq!(of(&bench, id)[1..], [&Receipt::Expired { id }]);
            assert_eq!((bench.onset(DeckId::B), bench.console.snapshot().crossfader), (None, 0.0));
        } else {
            assert_eq!(bench.onset(DeckId::B), Some(made + 48_000));
            assert_eq!(bench.done(id), Some((16.0, 0)));
        }
    }
}

#[test]
fn a_loop_of_the_host_does_not_starve_it() {
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(96_000, 512);
    let made = bench.master.len();
    // The loop ends exactly on the line.
    bench.frame = 0;
    bench.run_to(300_000, 512);
    assert_eq!(bench.onset(DeckId::B), Some(made));
    assert!(bench.done(id).is_some());
}

#[test]
fn faders_full_of_moves_leave_room_for_it() {
    let mut bench = on_air();
    for i in 0..200 {
        bench.ask(Action::SetGain { deck: DeckId::C, gain: Decibels(-1.0) }, ActionTiming::CustomBeat(1000.0));
        if i % 50 == 0 {
            bench.run_to(bench.frame + 64, 64);
        }
    }
    bench.run_to(bench.frame + 640, 64);
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(300_000, 512);
    assert_eq!(bench.done(id), Some((12.0, 0)), "{:?}", bench.refusal(id));
    // And so many recipes that they do not fit are refused whole.
    let ids: Vec<_> = (0..30).map(|_| bench.ask(run(crossfade_back()), ActionTiming::CustomBeat(2000.0))).collect();
    bench.run_to(310_000, 512);
    let taken = ids.iter().filter(|id| bench.refusal(**id).is_none()).count();
    assert_eq!(taken, Timeline::RECIPE_ROOM / 3);
}

/// Faders only.
fn crossfade_back() -> Recipe {
    let step = |after_beats, gain| RecipeStep {
        after_beats,
        over_beats: 1.0,
        action: Action::SetGain { deck: DeckId::D, gain: Decibels(gain) },
    };
    Recipe { name: "back".to_owned(), steps: vec![step(0.0, -3.0), step(1.0, -6.0), step(2.0, -9.0)] }
}

/// While the host makes no blocks only some of the steps are on their way: what takes back one takes back all.
#[test]
fn one_that_is_half_on_its_way_is_taken_back_whole() {
    for stale in [false, true] {
        let mut bench = on_air();
        // The ring to the audio thread holds 64: two steps fit, one waits.
        for i in 0..62_i16 {
            bench.ask(
                Action::SetGain { deck: DeckId::C, gain: Decibels(-f32::from(i % 7)) },
                ActionTiming::CustomBeat(4.0 + f64::from(i)),
            );
        }
        let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
        if stale {
            bench.turn.now_secs += 11.0;
            bench.console.tick(&mut bench.turn);
        } else {
            bench.ask(Action::Cancel { pending: Pending::Deck(DeckId::A) }, ActionTiming::Immediate);
        }
        let ended = if stale { Receipt::Expired { id } } else { Receipt::Cancelled { id } };
        assert_eq!(of(&bench, id), [&ended]);
        bench.run_to(300_000, 512);
        assert_eq!((bench.onset(DeckId::B), bench.console.snapshot().crossfader), (None, 0.0));
        assert_eq!(of(&bench, id).len(), 1);
    }
}

/// Refused on the audio thread when the rest of it has not come yet: that must not happen either.
#[test]
fn steps_that_come_after_a_refused_one_are_dropped() {
    let mut bench = on_air();
    bench.ask(Action::SetCrossfader { position: 1.0 }, ActionTiming::Immediate);
    bench.run_to(60_000, 512);
    for i in 0..62_i16 {
        let gain = Decibels(-f32::from(i % 7));
        bench.ask(Action::SetGain { deck: DeckId::C, gain }, ActionTiming::CustomBeat(100.0 + f64::from(i)));
    }
    let step = |after_beats, action| RecipeStep { after_beats, over_beats: 0.0, action };
    let recipe = Recipe {
        name: "drop".to_owned(),
        steps: vec![
            step(0.01, Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 }),
            step(0.01, Action::SetMasterGain { gain: Decibels(-12.0) }),
            step(1.0, Action::StopDeck { deck: DeckId::A }),
        ],
    };
    let id = bench.ask(run(recipe), ActionTiming::Immediate);
    // In the block that brings its first two steps, a hand puts deck A on air.
    bench.process(512, &[TimedInput { frame: 0, input: HostInput::Control(Control::Crossfader, 0.0) }]);
    bench.run_to(300_000, 512);
    assert!(bench.refusal(id).is_some_and(|text| text.starts_with("deck A is on air")), "{:?}", of(&bench, id));
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Playing, "nobody stopped it");
    assert_eq!(bench.console.snapshot().master_gain_db, 0.0);
}

#[test]
fn a_newer_gesture_on_one_of_its_decks_takes_its_place() {
    let mut bench = on_air();
    let id = bench.ask(run(crossfade()), ActionTiming::NextBar);
    bench.run_to(48_000, 512);
    // Deck B shall start a bar later: the recipe, of which that start was a part, is off.
    let newer = bench.ask(play(DeckId::B), ActionTiming::CustomBeat(8.0));
    bench.run_to(400_000, 512);
    assert_eq!(of(&bench, id)[1..], [&Receipt::Cancelled { id }]);
    assert_eq!((bench.done(newer), bench.console.snapshot().crossfader), (Some((8.0, 0)), 0.0));
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Playing);
}

#[test]
fn a_file_runs_like_any() {
    let text = r#"{ "echelon_recipe": 1, "name": "cut", "unit": "bars", "steps": [
        { "at": 0, "action": "play_deck", "deck": "to" },
        { "at": 0, "action": "set_crossfader", "position": "to" },
        { "at": 0, "action": "stop_deck", "deck": "from" } ] }"#;
    let mut bench = on_air();
    let recipe = RecipeFile::read(text).unwrap().fill(Roles::new(DeckId::A, DeckId::B), 4.0).unwrap();
    let id = bench.ask(run(recipe), ActionTiming::Default);
    bench.run_to(120_000, 512);
    assert_eq!(bench.done(id), Some((4.0, 0)));
    assert_eq!(bench.onset(DeckId::B), Some(96_000));
    assert_eq!(bench.decks[0].iter().rposition(|s| *s != 0.0), Some(96_000 + 142));
}

#[test]
fn basses_change_places_on_the_beat() {
    let text = r#"{ "echelon_recipe": 1, "name": "swap", "unit": "beats", "steps": [
        { "at": 0, "action": "set_eq", "deck": "to", "band": "low", "gain_db": -26 },
        { "at": 0, "action": "play_deck", "deck": "to" },
        { "at": 8, "action": "set_eq", "deck": "from", "band": "low", "gain_db": -26 },
        { "at": 8, "action": "set_eq", "deck": "to", "band": "low", "gain_db": 0 } ] }"#;
    let recipe = RecipeFile::read(text).unwrap().fill(Roles::new(DeckId::A, DeckId::B), 4.0).unwrap();
    let mut bench = on_air();
    let start = bench.decks[0].iter().position(|s| *s != 0.0).unwrap();
    let id = bench.ask(run(recipe), ActionTiming::NextBar);
    bench.run_to(96_000 + 192_000 + 48_000, 512);
    assert_eq!(bench.done(id).map(|(_, late)| late), Some(0));
    let swap = 96_000 + 192_000;
    // The bass is the mean of these tracks: a high-passed one swings around zero.
    let mean = |deck: usize, from: usize| bench.decks[deck][from..from + 8_186].iter().sum::<f32>() / 8_186.0;
    let whole = (0..8_186).map(sample).sum::<f32>() / 8_186.0;
    assert!((mean(1, swap - 20_000) / whole) < 0.1, "B came without its bass");
    assert!((mean(0, swap - 20_000) / whole - 1.0).abs() < 0.01);
    assert!((mean(0, swap + 20_000) / whole) < 0.1, "A has given it away");
    assert!((mean(1, swap + 20_000) / whole - 1.0).abs() < 0.01);
    assert_eq!(bench.decks[0][swap - 1], sample((swap - 1 - start) as u64), "not a frame too early");
    assert_ne!(bench.decks[0][swap + 300], sample((swap + 300 - start) as u64));
}

#[test]
fn a_deck_goes_out_in_its_echo() {
    let text = r#"{ "echelon_recipe": 1, "name": "out", "unit": "bars", "steps": [
        { "at": 0, "over": 1, "action": "set_echo", "deck": "from", "send": 0.8 },
        { "at": 1, "action": "stop_deck", "deck": "from" },
        { "at": 1, "action": "set_echo", "deck": "from", "send": 0 } ] }"#;
    let recipe = RecipeFile::read(text).unwrap().fill(Roles::new(DeckId::A, DeckId::B), 4.0).unwrap();
    let mut bench = on_air();
    let id = bench.ask(run(recipe), ActionTiming::NextBar);
    bench.run_to(1_600_000, 512);
    assert_eq!(bench.done(id), Some((8.0, 0)));
    let deck = &bench.decks[0];
    let loudest = |from: usize| deck[from..from + 10_000].iter().fold(0.0_f32, |a, s| a.max(s.abs()));
    assert!(loudest(200_000) > 0.05, "the echo rings on: {}", loudest(200_000));
    assert!(loudest(300_000) < loudest(200_000), "softer");
    assert_eq!(loudest(1_580_000), 0.0, "and out");
    let clicks = deck[191_000..240_000].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0_f32, f32::max);
    let own = (0..48_000).map(|n| (sample(n + 1) - sample(n)).abs()).fold(0.0_f32, f32::max);
    assert!(clicks < 3.0 * own, "{clicks} {own}");
}

#[test]
fn a_recipe_s_eq_and_echo_are_read_strictly() {
    let read = |step: &str| {
        let text = format!("{{ \"echelon_recipe\": 1, \"name\": \"x\", \"unit\": \"bars\", \"steps\": [{step}] }}");
        RecipeFile::read(&text).map(drop).map_err(|error| error.to_string())
    };
    let eq = |rest: &str| read(&format!("{{ \"at\": 0, \"action\": \"set_eq\", \"deck\": \"to\", {rest} }}"));
    assert_eq!(eq("\"band\": \"low\", \"gain_db\": -26, \"over\": 4"), Ok(()));
    assert_eq!(eq("\"gain_db\": 0").unwrap_err(), "line 1: set_eq needs \"band\"");
    assert_eq!(eq("\"band\": \"low\", \"gain_db\": 13").unwrap_err(), "line 1: \"gain_db\" is from -26 to 12, not 13");
    assert!(eq("\"band\": \"sub\", \"gain_db\": 0").unwrap_err().contains("unknown variant `sub`"));
    let echo = |rest: &str| read(&format!("{{ \"at\": 0, \"action\": \"set_echo\", \"deck\": \"to\", {rest} }}"));
    assert_eq!(echo("\"send\": 1, \"over\": 1"), Ok(()));
    assert_eq!(echo("\"send\": 2").unwrap_err(), "line 1: \"send\" is from 0 to 1, not 2");
    assert_eq!(echo("\"send\": 1, \"band\": \"low\"").unwrap_err(), "line 1: set_echo has no \"band\"");
}
