//! Cues, loops, sync and slip through the plugin: by OSC, recipes and parameters, each on its frame.

use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::Value;
use support::compare::{assert_identical, assert_silent};
use support::osc::Receipt;
use support::signals::{clicks, noise};
use support::transport::Move;
use support::{Blocks, Event, Format, Setup, TempDir, Transport, for_each_format};

use crate::stage::Stage;

/// 120 BPM at 48 kHz.
const BEAT: u64 = 24_000;
/// A loop's end fades into its start over so many frames.
const WRAP: u64 = 192;
/// A jump fades over so many.
const JUMP: u64 = 240;

const SET: &str = r#"{
  "echelon_recipe": 1, "name": "Hands", "unit": "beats",
  "steps": [
    { "at": 0, "action": "play_deck", "deck": "from" },
    { "at": 1, "action": "gesture", "gesture": "loop_in", "deck": "from" },
    { "at": 2, "action": "gesture", "gesture": "loop_out", "deck": "from" },
    { "at": 4, "action": "gesture", "gesture": "loop_exit", "deck": "from" },
    { "at": 5, "action": "gesture", "gesture": "hot_cue_set", "deck": "from", "value": 1 },
    { "at": 7, "action": "gesture", "gesture": "hot_cue", "deck": "from", "value": 1 },
    { "at": 8, "action": "gesture", "gesture": "cue", "deck": "from" }
  ]
}"#;

#[test]
fn loops_hot_cues_and_the_cue_button_play_the_file_s_own_samples_on_their_frames() {
    let folder = TempDir::new("hands");
    let sound = noise(5, 0.5, 400_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(64), Blocks::Fixed(4096), Blocks::Random { seed: 8, range: 0..=999 }] {
            for offline in [false, true] {
                let setup = Setup::new().blocks(blocks.clone());
                let setup = if offline { setup.offline() } else { setup };
                let mut stage = Stage::with_track(&setup, format, &file);
                let (snap, _) = stage.schedule("/deck/a/snap", &[0.into()]);
                stage.done(snap);
                stage.schedule("/recipe/run/text", &[SET.into(), "a".into(), "b".into(), OscType::Double(1.0)]);
                let heard = stage.host.render(10 * BEAT).deck(DeckId::A).clone();
                let plays = |from: u64, to: u64, file_from: u64| {
                    let expected = sound.part(file_from..file_from + to - from);
                    assert_identical(&heard.part(from..to).moved_to(0), &expected.moved_to(0));
                };
                assert_silent(&heard.part(0..BEAT));
                plays(BEAT, 3 * BEAT, 0);
                plays(3 * BEAT + JUMP, 4 * BEAT, BEAT + JUMP);
                plays(4 * BEAT + WRAP, 5 * BEAT, BEAT + WRAP);
                plays(5 * BEAT, 8 * BEAT, 2 * BEAT);
                plays(8 * BEAT + JUMP, 9 * BEAT, 3 * BEAT + JUMP);
                assert_eq!(heard.last_nonzero(), Some(9 * BEAT + 142), "the cue button stops it in 3 ms");
            }
        }
    });
}

#[test]
fn the_host_s_switches_act_on_their_frames() {
    let folder = TempDir::new("switches");
    let sound = noise(6, 0.5, 400_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let (snap, _) = stage.schedule("/deck/a/snap", &[0.into()]);
        stage.done(snap);
        stage.host.at(0, Event::param("quantize", 0.0));
        stage.host.at(0, Event::param("slip_1", 1.0));
        stage.host.at(1_000, Event::param("play_1", 1.0));
        stage.host.at(21_003, Event::param("reverse_1", 1.0));
        stage.host.at(31_003, Event::param("reverse_1", 0.0));
        let heard = stage.host.render(60_000).deck(DeckId::A).clone();
        let backwards = |frame: u64| 20_003 - (frame - 21_003);
        for frame in [22_000, 25_000, 31_000] {
            assert_eq!(heard.at(frame), sound.at(backwards(frame)), "{frame}");
        }
        let back = heard.part(31_003 + JUMP..60_000).moved_to(0);
        assert_identical(&back, &sound.part(30_003 + JUMP..59_000).moved_to(0));
        assert!((stage.host.get("rate_1") - 1.0).abs() < 1e-6);
    });
}

/// Waits until the track's beats are known, with sync on from there.
fn sync(stage: &mut Stage) {
    let Stage { host, osc } = stage;
    let mut id = osc.call("/deck/a/sync", &[1.into()]);
    host.pump_until("the track's beats", |_| {
        osc.poll();
        let receipts = osc.receipts(id);
        if receipts.iter().any(|receipt| matches!(receipt, Receipt::Nack(_))) {
            id = osc.call("/deck/a/sync", &[1.into()]);
        }
        receipts.iter().any(|receipt| matches!(receipt, Receipt::Done(_)))
    });
}

#[test]
fn a_synced_deck_is_on_the_host_s_beat_whatever_the_tempo_does() {
    let folder = TempDir::new("sync");
    let file = folder.wav("clicks.wav", 48_000, &clicks(48_000.0, 125.0, 128));
    for_each_format(|format| {
        let transport = Transport::rolling(120.0).at(400_000, Move::Tempo(133.0)).at(900_000, Move::Tempo(127.3));
        let mut stage = Stage::with_track(&Setup::new().transport(transport), format, &file);
        sync(&mut stage);
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(4.0)]);
        let heard = stage.host.render(1_500_000).deck(DeckId::A).clone();
        let onsets = heard.onsets(0.1, 4_000);
        assert!(onsets.len() > 50, "{}", onsets.len());
        let beats: Vec<f64> = onsets.iter().map(|frame| stage.host.timeline().beats_at(*frame)).collect();
        for (frame, beat) in onsets.iter().zip(&beats) {
            let off_ms = (beat - beat.round()) * 60_000.0 / 127.3;
            assert!(off_ms.abs() < 8.0, "frame {frame}: {off_ms:.2} ms off");
        }
        // What the analysis is off in phase is the same for all of them.
        let spread = |beats: &[f64]| {
            let offs: Vec<f64> = beats.iter().map(|beat| beat - beat.round()).collect();
            offs.iter().copied().fold(f64::MIN, f64::max) - offs.iter().copied().fold(f64::MAX, f64::min)
        };
        assert!(spread(&beats) * 60_000.0 / 127.3 < 1.0, "{} beats", spread(&beats));
    });
}

#[test]
fn what_cannot_be_is_refused_with_a_code() {
    let folder = TempDir::new("refused_hands");
    let file = folder.wav("noise.wav", 48_000, &noise(7, 0.5, 100_000));
    let mut stage = Stage::with_track(&Setup::new(), Format::Clap, &file);
    assert!(stage.refused("/deck/a/reloop", &[]).contains("there is no loop"));
    assert!(stage.refused("/deck/a/scratch", &[1.0_f32.into()]).contains("not playing"));
    assert!(stage.refused("/deck/b/hotcue", &[1.into()]).contains("deck B is empty"));
    stage.osc.send("/deck/a/hotcue", &[9.into()]);
    let error = stage.osc.expect("/error");
    assert!(error.args[1].clone().string().unwrap().contains("'9' is not taken here"), "{error:?}");
    stage.osc.send("/deck/a/rate", &[5.0_f32.into()]);
    let warning = stage.osc.expect("/warn");
    assert!(warning.args[1].clone().string().unwrap().contains("clamped to 2"), "{warning:?}");
}

#[test]
fn cues_and_hot_cues_come_back_with_the_project() {
    let folder = TempDir::new("marks");
    let sound = noise(8, 0.5, 200_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        for (address, args) in [
            ("/deck/a/snap", vec![0.into()]),
            ("/deck/a/seek", vec![1.5_f32.into()]),
            ("/deck/a/hotcue/set", vec![3.into()]),
        ] {
            let (id, _) = stage.schedule(address, &args);
            stage.done(id);
        }
        let mut hot_cue = 0.0;
        let Stage { host, osc } = &mut stage;
        host.pump_until("the hot cue to be told", |_| {
            osc.send("/deck/a/motion", &[]);
            let told = osc.expect("/motion");
            hot_cue = told.args[15].clone().double().unwrap();
            assert_eq!((told.args.len(), told.args[1].clone()), (21, "stopped".into()));
            hot_cue > 0.0
        });
        assert_eq!(hot_cue, 1.5);
        let mut json = support::wait_for("the hot cue in the saved state", || {
            stage.host.pump(1);
            let json = stage.host.state_json();
            json["fields"]["rig"].as_str().is_some_and(|rig| rig.contains("1500000000")).then_some(json)
        });
        let mut rig: Value = serde_json::from_str(json["fields"]["rig"].as_str().unwrap()).unwrap();
        assert_eq!(rig["marks"][0]["hot_cues_ns"][2], 1_500_000_000_u64, "{rig}");
        rig["osc_port"] = Value::Null;
        json["fields"]["rig"] = rig.to_string().into();
        drop(stage);

        let mut host = Setup::new().create(format);
        assert!(host.load_json(&json));
        host.activate();
        host.rewind(Transport::rolling(120.0));
        host.at(5_000, Event::param("hotcue3_1", 1.0));
        host.at(25_000, Event::param("hotcue3_1", 0.0));
        let heard = host.render(40_000).deck(DeckId::A).clone();
        assert_silent(&heard.part(0..5_000));
        let held = heard.part(5_000 + 144..25_000).moved_to(0);
        assert_identical(&held, &sound.part(72_000 + 144..92_000).moved_to(0));
        assert_eq!(heard.last_nonzero(), Some(25_000 + 142), "held, not started");
    });
}
