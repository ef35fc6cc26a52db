//! All of a format's buses switched off or null at once, as hosts have them that route nothing to or from a plugin.

use rosc::OscType;
use support::buses::{INPUTS, OUTPUTS};
use support::{BusFault, Event, Setup, Status, TempDir, for_each_format};

use super::track;
use crate::stage::Stage;

fn every(count: usize, fault: fn(usize) -> BusFault) -> Vec<BusFault> {
    (0..count).map(fault).collect()
}

#[test]
fn with_every_bus_off_or_null_the_music_goes_on_unheard() {
    let folder = TempDir::new("every_bus");
    let (_, file) = track(&folder);
    let faults = [
        every(OUTPUTS, BusFault::InactiveOutput),
        every(INPUTS, BusFault::InactiveInput),
        every(OUTPUTS, BusFault::NullOutput),
        every(OUTPUTS, BusFault::NullOutputChannels),
        [every(OUTPUTS, BusFault::NullOutput), every(INPUTS, BusFault::NullInput)].concat(),
        [every(OUTPUTS, BusFault::InactiveOutput), every(INPUTS, BusFault::InactiveInput)].concat(),
        [every(OUTPUTS, BusFault::NullOutputChannels), every(INPUTS, BusFault::NullInputChannels)].concat(),
        vec![BusFault::NoBuses],
    ];
    for_each_format(|format| {
        for faults in &faults {
            let setup = faults.iter().fold(Setup::new(), |setup, fault| setup.fault(*fault));
            let mut stage = Stage::with_track(&setup, format, &file);
            let (play, _) = stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
            stage.host.at(1000, Event::param("xfader", 0.25)).at(30_000, Event::note_on(37, 1.0));
            let recording = stage.host.render(96_500);
            assert_eq!(recording.count(Status::Error), 0, "{faults:?}");
            assert_eq!(stage.done(play), (1.0, 0.0), "{faults:?}");
            assert_eq!(recording.param_moves("play_1"), [(24_000, 1.0), (96_000, 0.0)], "{faults:?}");
            assert_eq!(stage.host.get("xfader"), 0.25, "{faults:?}");
        }
    });
}
