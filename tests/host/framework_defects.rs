//! Defects of the plugin framework that the plugin's own host layer covers, each with the name that NICE_PLUG.md gives
//! it. All of them silenced or aborted a host, or lost what it sent.

use support::display::Display;
use support::{BusFault, Event, Format, MiniHost, Setup, Status, for_each_format};

/// Automates everything, densely, from the host's place on.
fn automate(host: &mut MiniHost, frames: u64, step: usize) {
    let start = host.frame();
    for (index, frame) in (start..start + frames).step_by(step).enumerate() {
        let value = (index % 100) as f64 / 100.0;
        host.at(frame, Event::param("xfader", value)).at(frame, Event::param("gain_1", -24.0 * value));
    }
}

#[test]
fn g1_an_editor_opens_while_automation_plays() {
    let display = Display::get();
    for_each_format(|format| {
        let mut host = Setup::new().real_time().open(format);
        for _ in 0..5 {
            automate(&mut host, 24_000, 97);
            host.render_while(24_000, |main| {
                let window = display.window(1000, 700);
                assert!(main.open_editor(window.id()));
                main.serve_callbacks();
                main.close_editor();
            });
        }
    });
}

#[test]
fn g2_a_withheld_bus_silences_nothing_else() {
    let faults = [
        vec![BusFault::OutputsGiven(1)],
        vec![BusFault::OutputsGiven(3)],
        vec![BusFault::InputsGiven(1)],
        vec![BusFault::InputsGiven(0)],
        vec![BusFault::NullOutput(4)],
        vec![BusFault::NullOutputChannels(1)],
        vec![BusFault::NullInput(2), BusFault::NullInput(0)],
        vec![BusFault::NullInputChannels(0), BusFault::NullInputChannels(3)],
        vec![BusFault::InactiveOutput(1), BusFault::InactiveOutput(2)],
        vec![BusFault::InactiveInput(3)],
        vec![BusFault::NullOutput(0)],
        vec![BusFault::NullOutputChannels(0)],
        vec![BusFault::NoBuses],
    ];
    for_each_format(|format| {
        for faults in &faults {
            let setup = faults.iter().fold(Setup::new(), |setup, fault| setup.fault(*fault));
            for setup in [setup.clone(), setup.in_place()] {
                let mut host = setup.open(format);
                host.at(1000, Event::param("gain_1", -12.0));
                // The render itself fails if a bus that was given is not written.
                let recording = host.render(4096);
                assert_eq!(recording.count(Status::Error), 0, "{faults:?}");
                assert!((host.get("gain_1") + 12.0).abs() < 1e-4, "{faults:?}");
            }
        }
    });
}

#[test]
fn g3_instances_come_and_go_while_others_are_busy() {
    let display = Display::get();
    for_each_format(|format| {
        let window = display.window(1000, 700);
        let mut stays = Setup::new().open(format);
        assert!(stays.open_editor(window.id()));
        for _ in 0..10 {
            let mut goes = Setup::new().open(format);
            // So many that some must still be on their way when the instance goes.
            automate(&mut goes, 3000, 1);
            automate(&mut stays, 3000, 1);
            stays.render_while(3000, |_| {
                goes.render(3000);
                drop(goes);
            });
        }
        // Whoever is left still works: the last one, too, goes in peace.
        stays.set("gain_1", -6.0);
        assert!((stays.get("gain_1") + 6.0).abs() < 1e-4);
    });
}

#[test]
fn g12_only_stereo_is_accepted_and_null_arrays_do_no_harm() {
    let mut host = Setup::new().create(Format::Vst3);
    let (stereo, mono) = (3, 1);
    assert!(host.arrange(Some(&[stereo; 4]), Some(&[stereo; 5])));
    for bus in 0..4 {
        let mut inputs = [stereo; 4];
        inputs[bus] = mono;
        assert!(!host.arrange(Some(&inputs), Some(&[stereo; 5])), "input {bus} in mono");
    }
    for bus in 0..5 {
        let mut outputs = [stereo; 5];
        outputs[bus] = mono;
        assert!(!host.arrange(Some(&[stereo; 4]), Some(&outputs)), "output {bus} in mono");
    }
    assert!(!host.arrange(None, None));
    assert!(!host.arrange(Some(&[stereo; 4]), Some(&[stereo])));
    assert!(host.arrange(Some(&[stereo; 4]), Some(&[stereo; 5])));
}
