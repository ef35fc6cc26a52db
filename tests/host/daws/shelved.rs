//! An instance that is put aside and taken up again: bypass, freeze, undo, another device.

use support::compare::assert_silent;
use support::{Blocks, Event, Setup, TempDir, Transport, for_each_format};

use super::{A, about_to_play, assert_plays, track};

/// Settings of every kind: of a deck, the mixer, a choice, a switch.
const SETTINGS: [(&str, f64); 6] =
    [("gain_1", -7.5), ("gain_4", 3.0), ("xfader", 0.875), ("quantize", 1.0), ("master", -2.0), ("xfader_curve", 1.0)];

#[test]
fn an_undo_in_the_host_brings_every_setting_back() {
    let folder = TempDir::new("undo");
    let (_, file) = track(&folder);
    for_each_format(|format| {
        let mut stage = super::Stage::with_track(&Setup::new(), format, &file);
        stage.host.render(1000);
        stage.wait_for_content(A);
        let before = stage.host.save();
        for (id, value) in SETTINGS {
            let frame = stage.host.frame();
            stage.host.at(frame, Event::param(id, value));
            stage.host.render(600);
        }
        stage.schedule("/deck/b/gain", &[(-3.0_f32).into(), "now".into()]);
        stage.host.render(600);
        let after = stage.host.save();
        assert_ne!(after, before);
        // Undo, redo, undo.
        for state in [&before, &after, &before] {
            assert!(stage.host.load(state));
            stage.host.pump_until("the project as it was", |main| main.save() == *state);
        }
        assert_eq!(stage.host.get("gain_2"), 0.0);
        assert_eq!(stage.host.get("xfader"), 0.5);
    });
}

#[test]
fn a_bypass_that_calls_nobody_is_taken_up_where_it_was_left() {
    let folder = TempDir::new("bypass");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        let mut stage = about_to_play(&Setup::new(), format, &file);
        let heard = stage.host.render(130_000).deck(A).clone();
        assert_plays(&heard.part(96_000..130_000), &sound, 0);
        // No block for eight bars and a bit, by the host's clock.
        stage.host.deactivate();
        stage.host.rewind(Transport::rolling(120.0).from_beat(5.0 + 32.0 + 0.5));
        stage.host.activate();
        let line = stage.host.frame_of_beat(40.0);
        let heard = stage.host.render(line).deck(A).clone();
        assert_plays(&heard, &sound, 34_000);
        stage.host.at(line + 10, Event::param("play_1", 0.0));
        let heard = stage.host.render(200_000).deck(A).clone();
        assert_eq!(heard.last_nonzero(), Some(line + 96_000 + super::FADE_FRAMES), "its bars are the host's again");
    });
}

#[test]
fn a_frozen_track_keeps_its_settings_and_its_silence() {
    let folder = TempDir::new("freeze");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        let mut stage = about_to_play(&Setup::new().offline(), format, &file);
        stage.host.at(150_000, Event::param("xfader", 0.25)).at(190_000, Event::param("play_1", 0.0));
        let heard = stage.host.render(400_000).deck(A).clone();
        assert_plays(&heard.part(96_000..192_000), &sound, 0);
        assert_eq!(heard.last_nonzero(), Some(192_000 + super::FADE_FRAMES));
        stage.wait_for_content(A);
        let frozen = stage.host.save();
        stage.host.deactivate();
        assert_eq!(stage.host.save(), frozen, "also while nobody processes it");
        // Not offline any more.
        stage.host.reactivate(|_| Setup::new());
        for bus in &stage.host.render(48_000).buses {
            assert_silent(bus);
        }
        assert_eq!(stage.host.save(), frozen);
        // Thawed, it plays on from where the deck stands.
        let frame = stage.host.frame();
        stage.host.at(frame, Event::param("play_1", 1.0));
        let line = stage.host.frame_of_beat(20.0);
        let heard = stage.host.render(line + 20_000 - frame).deck(A).clone();
        assert_plays(&heard.part(line + super::FADED_IN..line + 20_000), &sound, 96_000 + super::FADED_IN);
    });
}

#[test]
fn another_device_changes_no_setting() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        let _ = host.osc_port();
        for (id, value) in SETTINGS {
            host.set(id, value);
        }
        host.render(2000);
        let before = host.save();
        for (rate, block) in [(44_100.0, 64), (96_000.0, 4096), (192_000.0, 1), (8_000.0, 333), (48_000.0, 512)] {
            host.reactivate(|setup| setup.sample_rate(rate).blocks(Blocks::Fixed(block)));
            host.render(2000);
            assert_eq!(host.save(), before, "{rate} Hz, blocks of {block}");
        }
    });
}
