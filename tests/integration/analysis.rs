//! A track's tempo, key and loudness by OSC, and changes of its beat grid.

use rosc::OscType;
use support::signals::clicks;
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
