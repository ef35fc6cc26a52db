//! The safety settings are the project's: saved, brought back, and undone with it.

use serde_json::Value;
use support::{Event, Setup, for_each_format};

use crate::stage::Stage;

/// Other settings than a new rig has: address and value.
fn others() -> [(&'static str, rosc::OscType); 12] {
    [
        ("/safety/onair", 2.into()),
        ("/safety/cooldown/load", 3.5_f32.into()),
        ("/safety/cooldown/effect", 0.0_f32.into()),
        ("/safety/allows/stopped", "play load motion".into()),
        ("/safety/allows/empty", "load".into()),
        ("/safety/undo/bars", 2.0_f32.into()),
        ("/safety/playtoggle", 40.0_f32.into()),
        ("/source/midi", 0.into()),
        ("/source/editor/rate", 50.0_f32.into()),
        ("/source/bridge/allows", "mixer".into()),
        ("/source/midi/quantize", "4bars".into()),
        ("/source/host", 0.into()),
    ]
}

fn set_others(stage: &mut Stage) {
    for (address, value) in others() {
        let id = stage.osc.call(address, &[value]);
        stage.done(id);
    }
}

/// Waits until the state has these settings.
fn wait_for(stage: &mut Stage, wanted: &Value) {
    stage.host.pump_until("the settings in the state", |main| main.rig_field("safety").as_ref() == Some(wanted));
}

fn safety(stage: &Stage) -> Value {
    stage.host.rig_field("safety").expect("settings")
}

/// The host's fader does nothing.
fn are_obeyed(stage: &mut Stage) {
    let start = stage.host.frame();
    stage.host.at(start + 10, Event::param("gain_1", 3.0));
    let recording = stage.host.render(512);
    let sprung: Vec<_> = recording.param_moves("gain_1").iter().map(|(_, value)| *value).collect();
    assert!(sprung.last().is_some_and(|value| (value + 6.0).abs() < 1e-3), "it springs back: {sprung:?}");
}

#[test]
fn the_safety_settings_come_back_with_the_project_and_keep_its_values_not_out() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format).alone();
        let fresh = safety(&stage);
        stage.host.set("gain_1", -6.0);
        stage.host.set("rate_2", 1.04);
        stage.host.render(64);
        set_others(&mut stage);
        stage.host.pump_until("other settings", |main| {
            main.rig_field("safety").is_some_and(|safety| safety["sources"]["host"]["on"] == false)
        });
        let set = safety(&stage);
        assert_eq!(set["on_air"], "allow");
        assert_eq!((&set["cooldown_beats"]["load"], &set["cooldown_beats"]["effect"]), (&3.5.into(), &0.0.into()));
        assert_eq!(set["allows"]["stopped"], serde_json::json!(["load", "play", "motion", "cancel", "panic"]));
        assert_eq!((&set["undo_bars"], &set["play_toggle_ms"]), (&2.0.into(), &40.0.into()));
        assert_eq!(set["sources"]["midi"]["quantize"], "4bars");
        assert_eq!(
            (&set["sources"]["midi"]["on"], &set["sources"]["editor"]["per_sec"]),
            (&false.into(), &50.0.into())
        );
        let project = stage.host.save();
        drop(stage);

        // Another instance, which has the settings of a new rig.
        let host = Setup::new().state(project.clone()).open(format);
        let osc = host.osc();
        let mut stage = Stage { host, osc };
        wait_for(&mut stage, &set);
        // Until the rules of the host are its own again: what they forbid was let in before.
        stage.host.pump(16);
        let gain = stage.host.get("gain_1");
        assert!((gain + 6.0).abs() < 1e-3 && (stage.host.get("rate_2") - 1.04).abs() < 1e-4, "{gain}");
        assert_eq!(safety(&stage), set);
        let Stage { host, osc } = &mut stage;
        host.pump_until("the host switched off", |_| {
            osc.send("/source/list", &[]);
            osc.expect("/source/end");
            osc.take_replies().iter().any(|told| told.addr == "/source" && told.args[..2] == ["host".into(), 0.into()])
        });
        are_obeyed(&mut stage);

        // The host's undo: first to the settings of a new rig, then back.
        let mut json = stage.host.state_json();
        let mut rig: Value = serde_json::from_str(json["fields"]["rig"].as_str().expect("a text")).expect("JSON");
        rig.as_object_mut().expect("fields").remove("safety");
        json["fields"]["rig"] = rig.to_string().into();
        assert!(stage.host.load_json(&json), "as an older version saved it");
        wait_for(&mut stage, &fresh);
        assert!(stage.host.load(&project));
        wait_for(&mut stage, &set);
    });
}
