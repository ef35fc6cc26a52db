//! Saving and loading a project.

use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::json;
use support::compare::assert_identical;
use support::osc::Receipt;
use support::signals::noise;
use support::{Format, Setup, TempDir, for_each_format};

use crate::stage::Stage;

/// Asks deck A to play at beat 3 until the answer is a `wanted` one: the project's track is loaded, or gone.
pub fn ask_until(stage: &mut Stage, what: &str, wanted: fn(&Receipt) -> bool) {
    let args = [1.into(), OscType::Double(3.0)];
    let Stage { host, osc } = stage;
    let mut id = osc.call("/deck/a/play", &args);
    host.pump_until(what, |_| {
        osc.poll();
        let receipts = osc.receipts(id);
        if !receipts.is_empty() && !receipts.iter().any(wanted) {
            id = osc.call("/deck/a/play", &args);
        }
        receipts.iter().any(wanted)
    });
}

#[test]
fn a_project_brings_tracks_and_settings_back_and_does_not_play() {
    let folder = TempDir::new("project");
    let sound = noise(3, 0.5, 60_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.host.set("gain_2", -6.5);
        stage.host.set("quantize", 4.0);
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        stage.host.render(4096);
        // Without the port: by now another test's instance may have it, and would be the one that answers.
        let mut json = stage.host.state_json();
        let mut rig: serde_json::Value = serde_json::from_str(json["fields"]["rig"].as_str().unwrap()).unwrap();
        rig["osc_port"] = serde_json::Value::Null;
        json["fields"]["rig"] = rig.to_string().into();
        drop(stage);

        let mut host = Setup::new().create(format);
        assert!(host.load_json(&json));
        host.activate();
        assert!((host.get("gain_2") + 6.5).abs() < 1e-3);
        assert_eq!((host.get("quantize"), host.get("play_1")), (4.0, 0.0));
        assert!(host.render(24_000).master().is_silent(), "nothing plays because a project was opened");
        host.rewind(support::Transport::rolling(120.0));
        let osc = host.osc();
        let mut stage = Stage { host, osc };
        ask_until(&mut stage, "the project's track", |answer| matches!(answer, Receipt::Ack(_)));
        let heard = stage.host.render(96_000).deck(DeckId::A).part(72_000..96_000).moved_to(0);
        assert_identical(&heard, &sound.part(0..24_000));
    });
}

/// Loads the instance's own project with another file on deck A.
fn load_with(stage: &mut Stage, file: Option<&str>) {
    let mut json = stage.host.state_json();
    json["fields"]["rig"] = json!({"version": 1, "tracks": [file], "osc_port": null}).to_string().into();
    assert!(stage.host.load_json(&json));
}

#[test]
fn a_project_ends_what_waits_on_the_decks() {
    let folder = TempDir::new("waiting");
    let [one, two] = ["one.wav", "two.wav"].map(|name| folder.wav(name, 48_000, &noise(3, 0.5, 200_000)));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &one);
        let (id, _) = stage.schedule("/deck/a/play", &[1.into(), OscType::Double(40.0)]);
        load_with(&mut stage, Some(&two));
        let Stage { host, osc } = &mut stage;
        host.pump_until("the start to be taken away", |_| {
            osc.poll();
            osc.receipts(id).iter().any(|answer| matches!(answer, Receipt::Nack(_)))
        });
        stage.host.rewind(support::Transport::rolling(120.0).from_beat(39.0));
        assert!(stage.host.render(96_000).master().is_silent(), "nothing plays because a project was opened");
    });
}

#[test]
fn a_project_stops_what_plays() {
    let folder = TempDir::new("playing");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, 2_000_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let (id, _) = stage.schedule("/deck/a/play/now", &[]);
        stage.done(id);
        load_with(&mut stage, None);
        let empty = |answer: &Receipt| matches!(answer, Receipt::Nack(nack) if nack.text.contains("is empty"));
        ask_until(&mut stage, "the deck to be empty", empty);
        // A block of a waiting host is one frame; the stop fades over 144.
        stage.host.pump(144);
        assert!(stage.host.render(4096).master().is_silent());
        assert_eq!(stage.host.get("play_1"), 0.0);
    });
}

/// Returns when everything that was sent has been admitted. A refusal by the rules is the control side's own: it needs
/// no block.
fn all_admitted(stage: &mut Stage) {
    let id = stage.osc.call("/deck/d/seek", &[0.into()]);
    stage.osc.nack(id);
}

#[test]
fn a_start_that_is_on_its_way_does_not_play_the_project_s_track() {
    let folder = TempDir::new("on_its_way");
    let [one, two] = ["one.wav", "two.wav"].map(|name| folder.wav(name, 48_000, &noise(3, 0.5, 200_000)));
    for_each_format(|format| {
        for file in [Some(two.as_str()), None] {
            let mut stage = Stage::with_track(&Setup::new(), format, &one);
            let id = stage.osc.call("/deck/a/play/now", &[]);
            all_admitted(&mut stage);
            load_with(&mut stage, file);
            assert!(stage.host.render(200_000).master().is_silent(), "nothing plays because a project was opened");
            let Stage { host, osc } = &mut stage;
            host.pump_until("the start to be taken away", |_| {
                osc.poll();
                osc.receipts(id).iter().any(|answer| matches!(answer, Receipt::Nack(_)))
            });
        }
    });
}

#[test]
fn a_load_that_is_under_way_does_not_land_in_the_project() {
    let folder = TempDir::new("under_way");
    let long = folder.wav("long.wav", 48_000, &noise(3, 0.5, 3_000_000));
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format);
        let id = stage.osc.call("/deck/a/load", &[long.as_str().into()]);
        all_admitted(&mut stage);
        load_with(&mut stage, None);
        // Cancelled, or, if it had been decoded by then, on the deck before the project is.
        let Stage { host, osc } = &mut stage;
        host.pump_until("the load to be over", |_| {
            osc.poll();
            osc.receipts(id).iter().any(|answer| match answer {
                Receipt::Ack(_) => false,
                Receipt::Done(_) => true,
                Receipt::Nack(nack) => matches!(&nack.code, OscType::String(code) if code == "cancelled"),
            })
        });
        let empty = |answer: &Receipt| matches!(answer, Receipt::Nack(nack) if nack.text.contains("is empty"));
        ask_until(&mut stage, "the deck to be empty", empty);
        assert_eq!(stage.host.rig_field("tracks").unwrap()[0], serde_json::Value::Null);
    });
}

#[test]
fn a_project_without_a_port_gets_the_one_that_the_instance_has() {
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format);
        let port = stage.host.osc_port();
        load_with(&mut stage, Some("/nowhere/gone.wav"));
        stage.host.pump_until("the port to be in the state", |main| {
            main.rig_field("osc_port").is_some_and(|saved| saved == u64::from(port))
        });
    });
}

#[test]
fn the_same_settings_are_saved_as_the_same_bytes() {
    let folder = TempDir::new("same_bytes");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, 6_000));
    for_each_format(|format| {
        // At a port of its own: at the common one another test's instance may take its name while it is away.
        let mut stage = Stage::with_track(&Setup::new(), format, &file).alone();
        stage.host.set("xfader", 0.125);
        stage.wait_for_content(DeckId::A);
        let saved = stage.host.save();
        assert_eq!(saved, stage.host.save());
        // Two of a name: the second gets another, and keeps that.
        let host = Setup::new().state(saved.clone()).open(format);
        assert_ne!(host.osc_name(), stage.host.osc_name());
        drop((host, stage));
        let host = Setup::new().state(saved.clone()).open(format);
        assert_eq!(host.save(), saved, "loaded and saved again");
    });
}

#[test]
fn a_missing_file_is_kept_in_the_project() {
    let folder = TempDir::new("missing");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, 6_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        let mut json = stage.host.state_json();
        json["fields"]["rig"] =
            json!({"version": 1, "tracks": ["/nowhere/gone.wav"], "osc_port": null}).to_string().into();
        assert!(stage.host.load_json(&json));
        let empty = |answer: &Receipt| matches!(answer, Receipt::Nack(nack) if nack.text.contains("is empty"));
        ask_until(&mut stage, "the deck to be empty", empty);
        stage.host.render(9600);
        assert_eq!(stage.host.rig_field("tracks").unwrap()[0], "/nowhere/gone.wav");
    });
}

#[test]
fn files_that_were_moved_are_found_beside_the_project_s_others() {
    let folder = TempDir::new("moved");
    let sounds = [3, 4, 5].map(|seed| noise(seed, 0.5, 30_000));
    let places = ["set/House/one.wav", "set/Techno/two.wav", "set/Deep/three.wav"];
    for place in places {
        std::fs::create_dir_all(folder.path().join(place).parent().unwrap()).unwrap();
    }
    let files: Vec<_> = places.iter().zip(&sounds).map(|(place, sound)| folder.wav(place, 48_000, sound)).collect();
    // Another three.wav, whose path is less like the one that is gone.
    folder.wav("set/House/three.wav", 48_000, &sounds[0]);
    // As it was saved elsewhere; only the first is where it says.
    let said = [files[0].as_str(), "/gone/music/Techno/two.wav", r"D:\Music\Deep\three.wav", "/gone/four.wav"];
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format);
        let mut json = stage.host.state_json();
        json["fields"]["rig"] = json!({"version": 1, "tracks": said, "osc_port": null}).to_string().into();
        assert!(stage.host.load_json(&json));
        let expected = json!([files[0], files[1], files[2], said[3]]);
        stage.host.pump_until("the new places in the project", |main| {
            main.rig_field("tracks").is_some_and(|tracks| tracks == expected)
        });
        let (id, _) = stage.schedule("/deck/c/play/now", &[]);
        stage.done(id);
        let heard = stage.host.render(4_000);
        let heard = heard.deck(DeckId::C);
        let first = heard.first_nonzero().expect("the track");
        assert!(heard.at(first + 500) != [0.0, 0.0]);
        let played = (0..2_000).find(|&frame| sounds[2].at(frame) == heard.at(first + 500));
        assert!(played.is_some(), "it is another file");
        assert!(stage.refused("/deck/d/play", &[]).contains("is empty"));
    });
}

#[test]
fn what_is_ejected_leaves_the_project_missing_or_not() {
    let folder = TempDir::new("ejected");
    let file = folder.wav("noise.wav", 48_000, &noise(3, 0.5, 6_000));
    for_each_format(|format| {
        for missing in [false, true] {
            let mut stage = Stage::with_track(&Setup::new(), format, &file);
            if missing {
                load_with(&mut stage, Some("/nowhere/gone.wav"));
                let empty = |answer: &Receipt| matches!(answer, Receipt::Nack(nack) if nack.text.contains("is empty"));
                ask_until(&mut stage, "the deck to be empty", empty);
            }
            let (id, _) = stage.schedule("/deck/a/eject", &[]);
            stage.done(id);
            stage.host.pump_until("the project to forget the file", |main| {
                main.rig_field("tracks").is_some_and(|tracks| tracks[0].is_null())
            });
        }
    });
}

#[test]
fn a_state_that_is_none_is_refused_and_changes_nothing() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.set("xfader", 0.75);
        for garbage in [&b""[..], b"x", b"{}", &[0xFF; 64], b"{\"params\": 3}"] {
            assert!(!host.load(garbage), "{garbage:?}");
        }
        let saved = host.save();
        for length in [1, 8, saved.len() / 2, saved.len() - 1] {
            assert!(!host.load(&saved[..length]), "cut to {length} bytes");
        }
        assert_eq!(host.get("xfader"), 0.75);
        host.render(1024);
    });
}

#[test]
fn an_older_state_gets_defaults_for_what_it_lacks() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.set("xfader", 0.75);
        host.set("master", -20.0);
        let mut json = host.state_json();
        json["params"].as_object_mut().unwrap().remove("master");
        json["params"]["from_the_future"] = json!({"f32": 1.0});
        json["fields"].as_object_mut().unwrap().remove("rig");
        assert!(host.load_json(&json));
        assert_eq!((host.get("xfader"), host.get("master")), (0.75, 0.0));
    });
}

#[test]
fn a_state_may_come_from_the_other_format() {
    let saved = |format: Format| Setup::new().open(format).state_json();
    let (clap, vst3) = (saved(Format::Clap), saved(Format::Vst3));
    assert_eq!(clap["params"], vst3["params"]);
}
