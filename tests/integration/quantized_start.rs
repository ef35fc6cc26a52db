//! What was asked for a beat happens on its frame, whatever the block size, the tempo, the format and the pace.

use echelon_engine::units::DeckId;
use support::TempDir;
use support::signals::ramp;
use support::transport::Move;
use support::{Blocks, Edges, Format, Setup, Sound, Transport, for_each_format};

use crate::stage::Stage;

const SR: f64 = 48_000.0;

fn due_frame(beat: f64, bpm: f64) -> u64 {
    (beat * 60.0 / bpm * SR - 1.0 / 1024.0).ceil() as u64
}

fn block_sizes() -> impl Iterator<Item = Blocks> {
    let random = Blocks::Random { seed: 11, range: 1..=2048 };
    [1, 64, 127, 512, 1024, 4096].map(Blocks::Fixed).into_iter().chain([random])
}

/// Deck A asked onto the bar line at beat 8 from inside bar 2 (beats 4..8); everything from beat 5 on.
fn play_on_bar_three(setup: &Setup, format: Format, bpm: f64, file: &str) -> Sound {
    let setup = setup.clone().transport(Transport::rolling(bpm));
    let mut stage = Stage::with_track(&setup, format, file);
    let mut master = stage.host.render_to_beat(5.0).master().clone();
    let (id, due_beat) = stage.schedule("/deck/a/play/bar", &[]);
    assert_eq!(due_beat, 8.0);
    let due = due_frame(8.0, bpm);
    let rest = stage.host.render_to(due + 3000);
    assert_eq!(rest.deck(DeckId::A).first_nonzero(), Some(due), "{format} at {bpm} BPM, {setup:?}");
    assert_eq!(stage.done(id), (8.0, 0.0), "{format} at {bpm} BPM, {setup:?}");
    master.append(rest.master());
    master
}

#[test]
fn asked_for_in_bar_two_heard_on_the_first_frame_of_bar_three() {
    let folder = TempDir::new("quantized_start");
    let file = folder.wav("ramp.wav", 48_000, &ramp(40_000));
    for_each_format(|format| {
        for bpm in [60.0, 126.0, 127.3, 174.0] {
            let mut first: Option<Sound> = None;
            for blocks in block_sizes() {
                let sound = play_on_bar_three(&Setup::new().blocks(blocks), format, bpm, &file);
                support::compare::assert_identical(&sound, first.get_or_insert_with(|| sound.clone()));
            }
        }
    });
}

#[test]
fn offline_and_in_real_time_are_the_same() {
    let folder = TempDir::new("pace");
    let file = folder.wav("ramp.wav", 48_000, &ramp(40_000));
    for_each_format(|format| {
        let fast = play_on_bar_three(&Setup::new(), format, 174.0, &file);
        let offline = play_on_bar_three(&Setup::new().offline(), format, 174.0, &file);
        support::compare::assert_identical(&offline, &fast);
        let hopping = play_on_bar_three(&Setup::new().hopping(3, 7), format, 174.0, &file);
        support::compare::assert_identical(&hopping, &fast);
        let real_time = play_on_bar_three(&Setup::new().real_time(), format, 174.0, &file);
        support::compare::assert_identical(&real_time, &fast);
    });
}

#[test]
fn the_demo_s_own_promise() {
    // 126 BPM at 48 kHz: bar 3 starts at 182857.14, heard on frame 182858; silence before, the file's first sample on it.
    let folder = TempDir::new("promise");
    let sound = ramp(40_000);
    let file = folder.wav("ramp.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new().transport(Transport::rolling(126.0)), format, &file);
        let before = stage.host.render_to_beat(6.0);
        stage.schedule("/deck/a/play/bar", &[]);
        let after = stage.host.render_to(182_858 + 4096);
        assert!(before.master().is_silent());
        assert_eq!(after.master().first_nonzero(), Some(182_858));
        let heard = after.deck(DeckId::A).since(182_858).moved_to(0);
        support::compare::assert_identical(&heard, &sound.part(0..4096));
    });
}

#[test]
fn another_signature_has_other_bars() {
    let folder = TempDir::new("seven_eight");
    let file = folder.wav("ramp.wav", 48_000, &ramp(40_000));
    for_each_format(|format| {
        let transport = Transport::rolling(120.0).signature(7, 8).from_beat(-3.5);
        let mut stage = Stage::with_track(&Setup::new().transport(transport), format, &file);
        stage.host.render_to_beat(-1.0);
        let (_, due_beat) = stage.schedule("/deck/a/play/bar", &[]);
        assert_eq!(due_beat, 0.0, "the count-in's bar ends where the song starts");
        let rest = stage.host.render(96_000);
        assert_eq!(rest.deck(DeckId::A).first_nonzero(), Some(84_000));
    });
}

#[test]
fn a_host_loop_neither_starves_nor_repeats_what_is_pending() {
    let folder = TempDir::new("host_loop");
    let file = folder.wav("ramp.wav", 48_000, &ramp(20_000));
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(512), Blocks::Fixed(4096), Blocks::Random { seed: 5, range: 1..=1500 }] {
            let transport = Transport::rolling(120.0).looping(0.0, 16.0).from_beat(13.0);
            let mut stage = Stage::with_track(&Setup::new().blocks(blocks).transport(transport), format, &file);
            // Bar 5 is at beat 16, which the song never reaches: it is where the loop starts again.
            stage.host.render(1000);
            stage.schedule("/deck/a/play/bar", &[]);
            let sound = stage.host.render(500_000).deck(DeckId::A).clone();
            assert_eq!(sound.onsets(1e-9, 1), [72_000], "{format}: once, on the frame of the wrap");
        }
    });
}

#[test]
fn on_a_tempo_ramp_a_start_is_within_a_frame_of_its_beat() {
    let folder = TempDir::new("tempo_ramp");
    let file = folder.wav("ramp.wav", 48_000, &ramp(20_000));
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(64), Blocks::Fixed(512), Blocks::Fixed(1024)] {
            for bpm in [90.0, 150.0] {
                // The ramp begins at beat 4 and takes four seconds; the beats asked for are in its middle.
                let change = Move::Ramp { bpm, frames: 192_000 };
                let transport = Transport::rolling(120.0).at(96_000, change).edges(Edges::Split);
                let setup = Setup::new().blocks(blocks.clone()).transport(transport);
                for beat in [6.0, 8.0] {
                    let mut stage = Stage::with_track(&setup, format, &file);
                    let due = stage.host.frame_of_beat(beat);
                    stage.schedule("/deck/a/play", &[1.into(), rosc::OscType::Double(beat)]);
                    let heard = stage.host.render_to(due + 3000).deck(DeckId::A).first_nonzero();
                    let heard = heard.unwrap_or_default();
                    assert!(heard.abs_diff(due) <= 1, "{format}, {blocks:?}, to {bpm} BPM: {heard} for {due}");
                }
            }
        }
    });
}
