//! The host's undo: a state that was saved a moment ago comes back, and with it everything.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::{Setup, TempDir, for_each_format, signals};

use crate::stage::Stage;

fn hot_cue_of(main: &support::MainThread, deck: usize) -> Option<serde_json::Value> {
    main.rig_field("marks").map(|marks| marks[deck]["hot_cues_ns"][2].clone()).filter(|cue| !cue.is_null())
}

fn on_air_of(main: &support::MainThread) -> Option<serde_json::Value> {
    main.rig_field("safety").map(|safety| safety["on_air"].clone())
}

#[test]
fn the_host_s_undo_puts_everything_back() {
    let folder = TempDir::new("undo");
    let [one, two] = [1, 2].map(|seed| folder.wav(&format!("{seed}.wav"), 48_000, &signals::noise(seed, 0.5, 100_000)));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &one);
        stage.host.set("gain_1", -7.5);
        stage.host.set("cue_mix", 0.75);
        stage.host.set("quantize", 3.0);
        let (id, _) = stage.schedule("/deck/a/seek", &[0.5_f32.into(), "now".into()]);
        stage.done(id);
        let (id, _) = stage.schedule("/deck/a/hotcue/set", &[3.into(), "now".into()]);
        stage.done(id);
        let id = stage.osc.call("/safety/onair", &[2.into()]);
        stage.done(id);
        stage.host.pump_until("the hot cue in the state", |main| hot_cue_of(main, 0).is_some());
        stage.host.pump_until("the rule in the state", |main| on_air_of(main).is_some_and(|rule| rule == "allow"));
        stage.wait_for_content(DeckId::A);
        let before = stage.host.save();

        stage.host.set("gain_1", 3.0);
        stage.host.set("cue_mix", 0.0);
        stage.host.set("quantize", 0.0);
        stage.host.set("master", -40.0);
        let (id, _) = stage.schedule("/deck/a/hotcue/clear", &[3.into(), "now".into()]);
        stage.done(id);
        for (address, value) in [("/safety/onair", 1.0), ("/safety/undo/bars", 3.0), ("/safety/cooldown/cue", 7.0)] {
            let id = stage.osc.call(address, &[OscType::Double(value)]);
            stage.done(id);
        }
        stage.load('b', &two);
        let (id, _) = stage.schedule("/deck/b/play/now", &[]);
        stage.done(id);
        let (id, _) = stage.schedule("/deck/a/eject", &[]);
        stage.done(id);
        stage.host.pump_until("another state", |main| {
            let tracks = main.rig_field("tracks");
            let is_other = on_air_of(main).is_some_and(|rule| rule == "stop_first");
            is_other && tracks.is_some_and(|tracks| tracks[0].is_null() && tracks[1] == two.as_str())
        });
        assert!(stage.host.save() != before);

        assert!(stage.host.load(&before));
        stage.host.pump_until("everything as it was", |main| main.save() == before);
        assert_eq!((stage.host.get("cue_mix"), stage.host.get("play_2")), (0.75, 0.0));
        // Not in the state alone: the deck has its track, and the hot cue is on it. One that is not set would be -1.
        let Stage { host, osc } = &mut stage;
        host.pump_until("the hot cue on the deck", |_| {
            osc.send("/deck/a/motion", &[]);
            let hot_cue = &osc.expect("/motion").args[15];
            matches!(hot_cue, OscType::Double(secs) if (secs - 0.5).abs() < 1e-6)
        });
        // On the deck it is allowed again what was allowed: another track takes over from one that is on air.
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        stage.load('a', &two);
        assert!(stage.refused("/deck/b/play", &[]).contains("empty"));
    });
}
