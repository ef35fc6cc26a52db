//! Transition recipes through the plugin: every step on its frame, all or none, taken back as one thing.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::osc::Receipt;
use support::signals::constant;
use support::transport::Move;
use support::{Blocks, Event, Format, Setup, TempDir, Transport, for_each_format};

use crate::stage::Stage;

/// 120 BPM at 48 kHz.
const BEAT: u64 = 24_000;
const BAR: u64 = 4 * BEAT;

/// Start B, cross over to it in two bars, then stop A and close the master a little.
const MIX: &str = r#"{
  "echelon_recipe": 1, "name": "Two bars", "unit": "bars",
  "steps": [
    { "at": 0, "action": "play_deck", "deck": "to" },
    { "at": 0, "over": 2, "action": "set_crossfader", "position": "to" },
    { "at": 2, "action": "stop_deck", "deck": "from" },
    { "at": 2.5, "action": "set_master_gain", "gain_db": -6 }
  ]
}"#;

fn args(recipe: &str) -> Vec<OscType> {
    [recipe, "a", "b"].map(OscType::from).to_vec()
}

/// Deck A plays from beat 0 on, the crossfader is at its end; B is loaded. A is 0.5 on the left, B on the right.
fn on_air(folder: &TempDir, setup: &Setup, format: Format) -> Stage {
    const FRAMES: usize = 2_000_000;
    let mut stage = Stage::open(setup, format);
    for (deck, name, left, right) in [('a', "left.wav", 0.5, 0.0), ('b', "right.wav", 0.0, 0.5)] {
        let file = folder.wav(name, 48_000, &constant(left, right, FRAMES));
        stage.load_whole(deck, &file, FRAMES);
    }
    stage.host.at(0, Event::param("xfader", 0.0));
    stage.schedule("/deck/a/play", &[1.into(), OscType::Double(0.0)]);
    stage.host.render(BEAT);
    stage
}

fn codes(stage: &mut Stage, id: i32) -> Vec<String> {
    stage.osc.poll();
    let word = |receipt: &Receipt| match receipt {
        Receipt::Ack(_) => "ack".to_owned(),
        Receipt::Done(_) => "done".to_owned(),
        Receipt::Nack(nack) => nack.code.clone().string().unwrap_or_default(),
    };
    stage.osc.receipts(id).iter().map(word).collect()
}

/// Waits until a request has as many receipts.
fn wait_for_receipts(stage: &mut Stage, id: i32, count: usize) -> Vec<String> {
    let Stage { host, osc } = stage;
    host.pump_until("the receipts", |_| {
        osc.poll();
        osc.receipts(id).len() >= count
    });
    codes(stage, id)
}

#[test]
fn every_step_is_on_its_frame_in_any_blocks() {
    let folder = TempDir::new("recipe");
    for_each_format(|format| {
        let mut first: Option<support::Sound> = None;
        for blocks in [Blocks::Fixed(64), Blocks::Fixed(1024), Blocks::Random { seed: 3, range: 1..=2048 }] {
            let mut stage = on_air(&folder, &Setup::new().blocks(blocks), format);
            let (id, due_beat) = stage.schedule("/recipe/run/text", &args(MIX));
            assert_eq!(due_beat, 4.0);
            let heard = stage.host.render_to(5 * BAR);
            assert_eq!(heard.deck(DeckId::B).first_nonzero(), Some(BAR));
            assert_eq!(heard.deck(DeckId::A).last_nonzero(), Some(3 * BAR + 142), "3 ms after beat 12");
            let master = heard.master();
            assert_eq!(master.at(BAR - 1), [0.5, 0.0]);
            let [left, right] = master.at(2 * BAR - 1);
            let half = 0.5 * std::f32::consts::FRAC_1_SQRT_2;
            assert!((left - half).abs() < 1e-4 && (right - half).abs() < 1e-4, "half way: {left} {right}");
            assert_eq!(master.at(3 * BAR), [0.0, 0.5], "there on the beat on which deck A stops");
            assert_eq!(master.at(3 * BAR + BAR / 2 - 1), [0.0, 0.5]);
            assert!(master.at(3 * BAR + BAR / 2)[1] < 0.5);
            assert_eq!(stage.done(id), (14.0, 0.0));
            assert_eq!(codes(&mut stage, id), ["ack", "done"], "one of each for the whole");
            support::compare::assert_identical(master, first.get_or_insert_with(|| master.clone()));
        }
    });
}

#[test]
fn those_that_are_shipped_run_by_their_names() {
    let folder = TempDir::new("recipe_shipped");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        stage.osc.send("/recipe/list", &[]);
        let count = stage.osc.expect("/recipe/list/end").args[0].clone().int().unwrap();
        let ids: Vec<String> =
            (0..count).map(|_| stage.osc.expect("/recipe/list").args[0].clone().string().unwrap()).collect();
        assert!(ids.len() >= 5 && ids.contains(&"crossfade_16".to_owned()), "{ids:?}");
        let (cut, _) = stage.schedule("/recipe/run/bar", &args("quick_cut"));
        let heard = stage.host.render_to(BAR + BEAT);
        assert_eq!(heard.deck(DeckId::B).first_nonzero(), Some(BAR));
        assert_eq!(heard.deck(DeckId::A).last_nonzero(), Some(BAR + 142));
        assert_eq!(stage.done(cut), (4.0, 0.0));
        let text = stage.refused("/recipe/run", &args("no_such"));
        assert!(text.contains("there is no recipe 'no_such'"), "{text}");
        // Back, in 16 bars, when both play.
        stage.schedule("/deck/a/play/bar", &[]);
        stage.host.render_to(2 * BAR + BEAT);
        let (id, due_beat) = stage.schedule("/recipe/run/bar", &["crossfade_16", "b", "a"].map(OscType::from));
        assert_eq!(due_beat, 12.0);
        let heard = stage.host.render_to(20 * BAR);
        assert_eq!(heard.deck(DeckId::B).last_nonzero(), Some(19 * BAR + 142));
        assert_eq!(stage.done(id), (76.0, 0.0));
    });
}

#[test]
fn an_echo_rings_out_and_a_bass_changes_its_place() {
    let folder = TempDir::new("recipe_echo");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        let (id, _) = stage.schedule("/recipe/run/bar", &args("echo_out_2"));
        let heard = stage.host.render_to(8 * BAR);
        let level = |frame: u64| heard.deck(DeckId::A).at(frame)[0];
        assert!(level(3 * BAR + BEAT) > 0.05, "its echo goes on: {}", level(3 * BAR + BEAT));
        assert!(level(8 * BAR - 1) < level(3 * BAR + BEAT) / 2.0, "and rings out");
        assert_eq!(stage.done(id), (20.0, 0.0));
        // A constant is all bass.
        let mut stage = on_air(&folder, &Setup::new(), format);
        let (id, _) = stage.schedule("/recipe/run/bar", &args("bass_swap_8"));
        let heard = stage.host.render_to(19 * BAR);
        let [a, b] = [DeckId::A, DeckId::B].map(|deck| heard.deck(deck));
        let (cut, flat) = (0.5 * 10.0_f32.powf(-26.0 / 20.0), 0.5);
        for (frame, left, right) in [(8 * BAR, flat, cut), (10 * BAR, cut, flat), (16 * BAR, cut, flat)] {
            let (is_left, is_right) = (a.at(frame)[0], b.at(frame)[1]);
            assert!((is_left - left).abs() < 1e-3 && (is_right - right).abs() < 1e-3, "{frame}: {is_left} {is_right}");
        }
        assert_eq!(stage.done(id).0, 4.0 + 65.0);
        assert_eq!(stage.host.get("eq_low_1"), 0.0);
    });
}

#[test]
fn bars_are_the_song_s_bars() {
    let folder = TempDir::new("recipe_bars");
    for_each_format(|format| {
        let setup = Setup::new().transport(Transport::rolling(120.0).signature(7, 8));
        let mut stage = on_air(&folder, &setup, format);
        // Told with the first turn after a block: what the pump of the load has made sure of.
        let (_, due_beat) = stage.schedule("/recipe/run/text", &args(MIX));
        assert_eq!(due_beat, 3.5);
        let heard = stage.host.render_to(20 * BEAT);
        assert_eq!(heard.deck(DeckId::B).first_nonzero(), Some(84_000));
        assert_eq!(heard.deck(DeckId::A).last_nonzero(), Some(3 * 84_000 + 142), "two bars of 3.5 beats later");
    });
}

#[test]
fn one_step_that_is_not_allowed_and_nothing_of_it_happens() {
    let folder = TempDir::new("recipe_refused");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        let wrong = MIX.replace("\"stop_deck\", \"deck\": \"from\"", "\"stop_deck\", \"deck\": \"d\"");
        let reason = "step 3 of \"Two bars\": deck D is empty: load a track first";
        // Asked first, which does nothing either.
        for address in ["/recipe/preview/text", "/can/recipe/run/text"] {
            stage.osc.send(address, &args(&wrong));
            let answer = stage.osc.expect(address);
            assert_eq!(answer.args, vec![0.into(), "not_allowed".into(), reason.into()]);
            stage.osc.send(address, &args(MIX));
            assert_eq!(stage.osc.expect(address).args, vec![1.into()]);
        }
        let id = stage.osc.call("/recipe/run/text", &args(&wrong));
        assert_eq!(wait_for_receipts(&mut stage, id, 1), ["not_allowed"]);
        let broken = MIX.replace("\"over\": 2", "\"over\": \"2\"");
        let text = stage.refused("/recipe/run/text", &args(&broken));
        assert_eq!(text, "the recipe cannot be run: line 5: invalid type: string \"2\", expected f64");
        let heard = stage.host.render_to(5 * BAR);
        assert!(heard.deck(DeckId::B).is_silent());
        assert_eq!(heard.master().at(5 * BAR - 1), [0.5, 0.0], "nobody touched the crossfader or deck A");
    });
}

#[test]
fn a_cancel_in_the_middle_leaves_everything_where_it_is() {
    let folder = TempDir::new("recipe_cancel");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        let (id, _) = stage.schedule("/recipe/run/text", &args(MIX));
        stage.host.render_to(2 * BAR);
        let cancel = stage.osc.call("/cancel", &[id.into()]);
        assert_eq!(wait_for_receipts(&mut stage, cancel, 2), ["ack", "done"]);
        assert_eq!(wait_for_receipts(&mut stage, id, 2), ["ack", "cancelled"]);
        let heard = stage.host.render_to(6 * BAR);
        let half = 0.5 * std::f32::consts::FRAC_1_SQRT_2;
        for frame in [2 * BAR + BEAT, 6 * BAR - 1] {
            let [left, right] = heard.master().at(frame);
            assert!((left - half).abs() < 1e-3 && (right - half).abs() < 1e-3, "frame {frame}: {left} {right}");
        }
        let shown = stage.host.get("xfader");
        assert!((shown - 0.5).abs() < 0.01, "the host's control too: {shown}");
    });
}

#[test]
fn a_panic_in_the_middle_is_the_end_of_it() {
    let folder = TempDir::new("recipe_panic");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        let (id, _) = stage.schedule("/recipe/run/text", &args(MIX));
        stage.host.render_to(2 * BAR);
        let (panic, _) = stage.schedule("/panic", &[]);
        stage.done(panic);
        assert_eq!(wait_for_receipts(&mut stage, id, 2), ["ack", "cancelled"]);
        let heard = stage.host.render_to(6 * BAR);
        assert!(heard.master().since(2 * BAR + 480).is_silent());
        let shown = stage.host.get("master");
        assert_eq!(shown, 0.0, "its last step has not come");
    });
}

#[test]
fn a_hand_on_the_crossfader_takes_over() {
    let folder = TempDir::new("recipe_hand");
    for_each_format(|format| {
        let mut stage = on_air(&folder, &Setup::new(), format);
        let (id, _) = stage.schedule("/recipe/run/text", &args(MIX));
        stage.host.at(2 * BAR, Event::param("xfader", 0.25));
        let heard = stage.host.render_to(6 * BAR);
        let angle = 0.25 * std::f32::consts::FRAC_PI_2;
        let [left, right] = heard.master().at(2 * BAR + BEAT);
        assert!((left - 0.5 * angle.cos()).abs() < 1e-4 && (right - 0.5 * angle.sin()).abs() < 1e-4);
        let [left, right] = heard.master().at(3 * BAR + BEAT);
        assert!(left == 0.0 && (right - 0.5 * angle.sin()).abs() < 1e-4, "deck A stops all the same: {left} {right}");
        assert_eq!(stage.done(id).0, 14.0);
    });
}

#[test]
fn a_loop_or_a_jump_before_it_begins_moves_it_as_a_whole() {
    let folder = TempDir::new("recipe_jump");
    for_each_format(|format| {
        // Bar 2 is where the loop begins again.
        let looped = Transport::rolling(120.0).looping(0.0, 4.0);
        // From beat 3 to 7.5: half a beat to the next bar line.
        let jumping = Transport::rolling(120.0).at(3 * BEAT, Move::Jump(7.5));
        for (transport, begins) in [(looped, BAR), (jumping, 3 * BEAT + BEAT / 2)] {
            let mut stage = on_air(&folder, &Setup::new().transport(transport), format);
            let (id, due_beat) = stage.schedule("/recipe/run/text", &args(MIX));
            assert_eq!(due_beat, 4.0);
            let heard = stage.host.render_to(begins + 5 * BAR);
            assert_eq!(heard.deck(DeckId::B).first_nonzero(), Some(begins), "{format}");
            assert_eq!(heard.deck(DeckId::A).last_nonzero(), Some(begins + 2 * BAR + 142), "{format}");
            stage.done(id);
            assert_eq!(codes(&mut stage, id), ["ack", "done"]);
        }
    });
}
