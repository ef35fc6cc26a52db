//! Bitwig: rolls in before the song's start, modulates parameters, and leaves out fields of the transport.

use echelon_engine::units::DeckId;
use support::compare::assert_identical;
use support::signals::constant;
use support::{Blocks, Event, Format, Quirk, Setup, TempDir, Transport, for_each_format};

use super::{A, ASKED, about_to_play, assert_plays, track};

#[test]
fn bars_before_the_song_s_start_are_bars() {
    let folder = TempDir::new("pre_roll");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        for (start, line) in [(-3.7, 0.0), (-9.3, -8.0), (-4.0, 0.0), (-0.001, 0.0)] {
            // Where the host says where its bars start, and where it does not: then they are counted from the song's start.
            for quirk in [None, Some(Quirk::NoBarStart)] {
                let rolling = Transport::rolling(126.0).from_beat(start);
                let transport = quirk.into_iter().fold(rolling, Transport::quirk);
                let setup = Setup::new().blocks(Blocks::Fixed(192)).transport(transport);
                let mut stage = about_to_play(&setup, format, &file);
                // The play may be asked for behind the line already.
                let asked = stage.host.timeline().beats_at(ASKED);
                let due = stage.host.frame_of_beat(if asked > line { line + 4.0 } else { line });
                let heard = stage.host.render(due + 20_000).deck(A).clone();
                assert_eq!(heard.first_nonzero(), Some(due), "from beat {start}, {quirk:?}");
                assert_plays(&heard.part(due..due + 20_000), &sound, 0);
            }
        }
    });
}

#[test]
fn fields_that_are_not_told_cost_no_frame() {
    let folder = TempDir::new("fields");
    let (_, file) = track(&folder);
    let quirks = [
        vec![Quirk::NoSecs],
        vec![Quirk::NoSignature],
        vec![Quirk::NoBarStart],
        vec![Quirk::BarStartIsPosition],
        vec![Quirk::LoopUntold, Quirk::NoSecs],
        vec![Quirk::NoSignature, Quirk::NoBarStart, Quirk::NoSecs, Quirk::NoTempoStep],
    ];
    for_each_format(|format| {
        for quirks in &quirks {
            let transport = Transport::rolling(126.0).from_beat(1.5);
            let transport = quirks.iter().fold(transport, |transport, quirk| transport.quirk(*quirk));
            let mut stage = about_to_play(&Setup::new().transport(transport), format, &file);
            let line = stage.host.frame_of_beat(4.0);
            assert_eq!(stage.host.render(line + 5000).deck(A).first_nonzero(), Some(line), "{quirks:?}");
        }
    });
}

#[test]
fn without_tempo_or_position_a_play_still_comes() {
    let folder = TempDir::new("no_position");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        for quirks in [vec![Quirk::NoTempo], vec![Quirk::NoBeats], vec![Quirk::NoTempo, Quirk::NoBeats, Quirk::NoSecs]]
        {
            let transport = quirks.iter().fold(Transport::rolling(126.0), |told, quirk| told.quirk(*quirk));
            let mut stage = about_to_play(&Setup::new().transport(transport), format, &file);
            // At the slowest a bar of the rig's own clock is twelve seconds long.
            let heard = stage.host.render(600_000).deck(A).clone();
            let first = heard.first_nonzero().unwrap_or_else(|| panic!("{quirks:?}: never"));
            assert_plays(&heard.part(first..first + 20_000), &sound, 0);
        }
    });
}

#[test]
fn modulation_is_heard_and_never_saved() {
    let mut host = Setup::new().input(DeckId::A, constant(0.5, 0.5, 1_000_000)).open(Format::Clap);
    let _ = host.osc_port();
    host.at(0, Event::param("xfader", 0.25));
    let before = host.render(9600);
    let saved = host.save();
    // At most one value in 64 frames; each stands for itself and stays.
    for step in 0..50_u32 {
        host.at(9600 + u64::from(step) * 64, Event::modulation("xfader", f64::from(step) / 100.0));
    }
    let during = host.render(9600);
    assert_eq!(host.save(), saved, "modulated, the project is the same bytes");
    assert!(during.master().at(19_199)[0] < 0.8 * before.master().at(9599)[0], "and the crossfader is elsewhere");
    assert_eq!(during.param_moves("xfader"), [], "the host is not told what it did itself");
    host.at(19_200, Event::modulation("xfader", 0.0));
    let after = host.render(9600);
    let settled = after.master().part(28_000..28_800).moved_to(0);
    assert_identical(&settled, &before.master().part(8_000..8_800).moved_to(0));
    assert_eq!(host.save(), saved);
}

#[test]
fn a_state_saved_while_modulated_opens_as_it_was_set() {
    let mut host = Setup::new().open(Format::Clap);
    host.at(0, Event::param("gain_1", -6.0)).at(64, Event::modulation("gain_1", 0.4));
    host.render(1024);
    let again = Setup::new().state(host.save()).open(Format::Clap);
    assert!((again.get("gain_1") + 6.0).abs() < 1e-3, "{}", again.get("gain_1"));
}
