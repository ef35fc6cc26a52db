//! A track's tempo, key and loudness by OSC, and changes of its beat grid.

use rosc::OscType;
use serde_json::Value;
use support::signals::{clicks, noise};
use support::{Format, Setup, TempDir, for_each_format, wait_for};

use crate::stage::Stage;

/// What is told of a deck's track.
fn track(stage: &mut Stage, address: &str, args: &[OscType]) -> Vec<OscType> {
    stage.osc.send(address, args);
    stage.osc.expect("/track").args
}

fn number(arg: &OscType) -> f64 {
    arg.clone().double().expect("a number")
}

/// A stage with a click track on deck A that has been analysed.
fn analysed(format: Format, file: &str) -> (Stage, Vec<OscType>) {
    let mut stage = Stage::with_track(&Setup::new(), format, file);
    let told = wait_for("the analysis", || {
        let told = track(&mut stage, "/deck/a/track", &[]);
        (told[1] == "done".into()).then_some(told)
    });
    (stage, told)
}

#[test]
fn what_is_found_is_told_and_the_grid_can_be_changed() {
    let folder = TempDir::new("analysis");
    let file = folder.wav("clicks.wav", 48_000, &clicks(48_000.0, 126.0, 48));
    for_each_format(|format| {
        let (mut stage, told) = analysed(format, &file);
        assert_eq!((&told[0], &told[8], &told[9], &told[10]), (&"a".into(), &1.into(), &0.into(), &"".into()));
        assert!((number(&told[2]) - 126.0).abs() < 0.02, "{told:?}");
        assert!(number(&told[5]) < 0.0 && number(&told[6]) <= 0.1, "{told:?}");
        let halved = track(&mut stage, "/deck/a/grid/halve", &[]);
        assert!((number(&halved[2]) - 63.0).abs() < 0.01, "{halved:?}");
        assert_eq!(track(&mut stage, "/deck/a/grid/lock", &[1.into()])[9], 1.into());
        let refused = track(&mut stage, "/deck/a/grid/double", &[]);
        assert_eq!((number(&refused[2]), &refused[10]), (number(&halved[2]), &"the beat grid is locked".into()));
        track(&mut stage, "/deck/a/grid/lock", &[0.into()]);
        let doubled = track(&mut stage, "/deck/a/grid/double", &[]);
        assert!((number(&doubled[2]) - 126.0).abs() < 0.02, "{doubled:?}");
        let shifted = track(&mut stage, "/deck/a/grid/shift", &[OscType::Float(5.0)]);
        assert_eq!(shifted[10], "".into());
        let empty = track(&mut stage, "/deck/c/grid/double", &[]);
        assert_eq!(
            (&empty[0], &empty[1], &empty[10]),
            (&"c".into(), &"none".into(), &"there is no track on this deck".into())
        );
    });
}

#[test]
fn auto_gain_levels_a_track_once_unless_it_is_off_or_a_hand_was_at_the_trim() {
    let folder = TempDir::new("auto_gain");
    let quiet = |name: &str, seed| folder.wav(name, 48_000, &noise(seed, 0.05, 200_000));
    let [one, two, three] = [("one.wav", 5), ("two.wav", 6), ("three.wav", 7)].map(|(name, seed)| quiet(name, seed));
    for_each_format(|format| {
        let mut stage = Stage::open(&Setup::new(), format);
        stage.host.set("auto_gain", 1.0);
        stage.load('a', &one);
        let told = wait_for("the analysis", || done(&mut stage, "/deck/a/track"));
        let wanted_db = number(&told[7]);
        assert!(wanted_db > 3.0, "{told:?}");
        stage.host.pump_until("the trim", |host| (host.get("trim_1") - wanted_db).abs() < 0.01);
        stage.host.set("auto_gain", 0.0);
        stage.host.pump(512);
        stage.load('b', &two);
        wait_for("the analysis", || done(&mut stage, "/deck/b/track"));
        stage.host.pump(4096);
        assert_eq!(stage.host.get("trim_2"), 0.0, "it is off");
        stage.host.set("trim_2", -3.0);
        stage.host.pump(512);
        stage.host.set("auto_gain", 1.0);
        stage.load('c', &three);
        stage.host.pump_until("another deck's trim", |host| host.get("trim_3") > 3.0);
        assert_eq!(stage.host.get("trim_2"), -3.0, "a hand's setting stays");
    });
}

fn done(stage: &mut Stage, address: &str) -> Option<Vec<OscType>> {
    let told = track(stage, address, &[]);
    (told[1] == "done".into()).then_some(told)
}

#[test]
fn a_project_brings_its_grids_along_where_nothing_is_known_of_them() {
    let folder = TempDir::new("project_grid");
    let file = folder.wav("clicks.wav", 48_000, &clicks(48_000.0, 122.0, 40));
    for_each_format(|format| {
        let (mut stage, _) = analysed(format, &file);
        let bpm = number(&track(&mut stage, "/deck/a/grid/shift", &[OscType::Float(9.0)])[2]);
        let json = wait_for("the grid in the project", || {
            stage.host.pump(1);
            let json = stage.host.state_json();
            let rig: Value = serde_json::from_str(json["fields"]["rig"].as_str()?).ok()?;
            let frames = rig["grids"][0]["grid"]["places"][0]["frames_per_beat"].as_f64()?;
            ((48_000.0 * 60.0 / frames - bpm).abs() < 1e-6).then_some((json, rig))
        });
        drop(stage);
        // A tempo that neither the analysis nor the cache would say, as an edit on another machine.
        let told_bpm = |change: &dyn Fn(&mut Value)| {
            let (mut json, mut rig) = json.clone();
            rig["osc_port"] = Value::Null;
            change(&mut rig["grids"][0]);
            json["fields"]["rig"] = rig.to_string().into();
            let mut host = Setup::new().create(format);
            assert!(host.load_json(&json));
            host.activate();
            let osc = host.osc();
            let mut stage = Stage { host, osc };
            let mut told = None;
            stage.host.pump_until("the project's track", |_| {
                stage.osc.send("/deck/a/track", &[]);
                told = Some(stage.osc.expect("/track").args).filter(|told| told[1] == "done".into());
                told.is_some()
            });
            number(&told.expect("it is there")[2])
        };
        let at_100 = |grid: &mut Value| grid["grid"]["places"][0]["frames_per_beat"] = 28_800.0.into();
        assert!((told_bpm(&at_100) - 100.0).abs() < 1e-6);
        let of_another_file = |grid: &mut Value| {
            at_100(grid);
            grid["num_frames"] = 17.into();
        };
        assert!((told_bpm(&of_another_file) - bpm).abs() < 1e-6, "the file is another one by now");
    });
}
