//! Reaper: renders ahead in bursts and on any thread, cuts its blocks at the loop's end, repeats automation, and switches
//! processing off and on.

use rosc::OscType;
use support::compare::assert_identical;
use support::{Blocks, Edges, Event, Format, Recording, Setup, TempDir, Transport, for_each_format};

use super::{A, FADE_FRAMES, FADED_IN, about_to_play, assert_plays, track};
use crate::stage::Stage;

/// Notes, automation and OSC in one set, over the first five bars.
fn a_set(setup: &Setup, format: Format, file: &str) -> Recording {
    let mut stage = Stage::with_track(setup, format, file);
    stage.schedule("/deck/a/play", &[1.into(), OscType::Double(4.0)]);
    stage.host.at(0, Event::param("quantize", 2.0)).at_beat(10.5, Event::param("play_1", 0.0));
    for step in 0..200 {
        stage.host.at(150_000 + step * 307, Event::param("xfader", step as f64 / 200.0));
    }
    stage.host.at_beat(15.2, Event::note_on(36, 1.0));
    stage.host.render_to_beat(18.0)
}

#[test]
fn rendered_ahead_in_bursts_on_changing_threads_all_is_on_its_frame() {
    let folder = TempDir::new("bursts");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        let reference = a_set(&Setup::new(), format, &file);
        let heard = reference.deck(A);
        // Bars of two seconds: from beat 4 to 12, and from where it stands again from beat 16 on.
        assert_eq!(heard.first_nonzero(), Some(96_000));
        assert_plays(&heard.part(96_000..288_000), &sound, 0);
        assert_plays(&heard.part(384_000 + FADED_IN..432_000), &sound, 192_000 + FADED_IN);
        for (threads, burst) in [(2, 19), (3, 40), (4, 1)] {
            let blocks = Blocks::Random { seed: 5, range: 1..=1024 };
            let bursts = a_set(&Setup::new().blocks(blocks).hopping(threads, burst), format, &file);
            for (found, expected) in bursts.buses.iter().zip(&reference.buses) {
                assert_identical(found, expected);
            }
        }
    });
}

#[test]
fn a_loop_that_cuts_its_blocks_is_played_without_a_gap() {
    let folder = TempDir::new("cut");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(512), Blocks::Random { seed: 8, range: 1..=2048 }] {
            // From the middle of a bar, so that no line is the loop's own edge: 8 beats are 182,857.14 frames.
            let looping = Transport::rolling(126.0).from_beat(6.0).looping(6.0, 14.0).snapped_loop();
            let setup = Setup::new().blocks(blocks).transport(looping.edges(Edges::Split));
            let mut stage = about_to_play(&setup, format, &file);
            let line = stage.host.frame_of_beat(8.0);
            let mut recording = stage.host.render(700_000);
            let wraps = recording.blocks.windows(2).filter(|pair| {
                let beats = |index: usize| stage.host.timeline().beats_at(pair[index].0);
                beats(1) < beats(0)
            });
            assert_eq!(wraps.count(), 3, "each wrap begins a block");
            let (stop, due) = (stage.host.frame() + 10, stage.host.timeline().frame_of_beat(8.0, 700_010).unwrap());
            stage.host.at(stop, Event::param("play_1", 0.0));
            recording.append(stage.host.render(due + 10_000 - stop));
            let heard = recording.deck(A);
            assert_eq!(heard.first_nonzero(), Some(line));
            assert_plays(&heard.part(line..due), &sound, 0);
            assert_eq!(heard.last_nonzero(), Some(due + FADE_FRAMES), "and stops on the bar's line of its round");
        }
    });
}

#[test]
fn the_same_value_again_and_again_is_no_new_move() {
    let folder = TempDir::new("again");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        let mut stage = about_to_play(&Setup::new(), format, &file);
        for frame in (10_200..190_000).step_by(64) {
            stage.host.at(frame, Event::param("play_1", 1.0)).at(frame, Event::param("xfader", 0.5));
        }
        let mut recording = stage.host.render(190_000);
        stage.schedule("/deck/a/stop", &[1.into(), OscType::Double(8.0)]);
        recording.append(stage.host.render(10_000));
        let heard = recording.deck(A);
        assert_eq!(heard.first_nonzero(), Some(96_000));
        assert_plays(&heard.part(96_000..190_000), &sound, 0);
        assert_eq!(recording.param_moves("xfader"), [], "what the host repeats is not told back to it");
        assert_eq!(recording.param_moves("play_1"), [(192_000, 0.0)], "but another hand's stop is");
        // Nor is it asked of the rules again: the deck would have refused to play twice.
        stage.osc.send("/source/list", &[]);
        stage.osc.expect("/source/end");
        let sources = stage.osc.take_replies().into_iter().filter(|reply| reply.addr == "/source");
        let refused: Vec<_> =
            sources.filter(|source| source.args[0] == "host".into()).map(|s| s.args[4].clone()).collect();
        assert_eq!(refused, [OscType::Double(0.0)]);
    });
}

#[test]
fn processing_that_goes_off_and_on_at_once_interrupts_nothing() {
    let folder = TempDir::new("off_and_on");
    let (sound, file) = track(&folder);
    for_each_format(|format| {
        for setup in [Setup::new(), Setup::new().restart_every_block()] {
            let mut stage = about_to_play(&setup, format, &file);
            let mut recording = stage.host.render(110_003);
            for _ in 0..5 {
                stage.host.deactivate();
                stage.host.activate();
                recording.append(stage.host.render(7_001));
            }
            assert_plays(&recording.deck(A).part(96_000..145_000), &sound, 0);
        }
    });
}
