//! Key lock through the plugin: the tempo changes and the key stays; without allocation, lock or wait, which the guard
//! sees to on every block.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::compare::assert_identical;
use support::signals::sine;
use support::{Blocks, Event, Format, Setup, Sound, TempDir, for_each_format};

use crate::stage::Stage;

const SECOND: u64 = 48_000;

/// A tone of 500 Hz at 6 % more tempo; with key lock from 1 s to 3 s, an octave up from 4 s.
fn play(setup: &Setup, format: Format) -> Sound {
    let folder = TempDir::new("key_lock");
    let file = folder.wav("tone.wav", 48_000, &sine(48_000.0, 500.0, 0.5, 500_000));
    let mut stage = Stage::with_track(setup, format, &file);
    // The host rolls at 120 BPM.
    stage.schedule("/deck/a/keyshift", &[12.0_f32.into(), OscType::Double(8.0)]);
    stage.host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("rate_1", 1.06));
    stage.host.at(100, Event::param("play_1", 1.0));
    stage.host.at(SECOND, Event::param("keylock_1", 1.0)).at(3 * SECOND, Event::param("keylock_1", 0.0));
    stage.host.render(6 * SECOND).deck(DeckId::A).clone()
}

/// Of a tone between two seconds.
fn pitch_hz(sound: &Sound, from: f64, to: f64) -> f64 {
    let part = sound.part((from * 48_000.0) as u64..(to * 48_000.0) as u64);
    let rises = |i: &usize| part.left[i - 1] < 0.0 && part.left[*i] >= 0.0;
    let rises: Vec<usize> = (1..part.len()).filter(rises).collect();
    (rises.len() - 1) as f64 * 48_000.0 / (rises[rises.len() - 1] - rises[0]) as f64
}

#[test]
fn the_key_stays_or_moves_as_it_is_asked_to() {
    for_each_format(|format| {
        let heard = play(&Setup::new(), format);
        for (from, to, hz) in [(0.1, 1.0, 530.0), (1.3, 3.0, 500.0), (3.2, 4.0, 530.0), (4.3, 6.0, 1_060.0)] {
            let pitch = pitch_hz(&heard, from, to);
            assert!((pitch - hz).abs() < 0.01 * hz, "{format}: {pitch} Hz from {from} s on");
        }
    });
}

#[test]
fn it_is_the_same_at_any_block_size_offline_and_in_real_time() {
    let reference = play(&Setup::new(), Format::Clap);
    for blocks in
        [Blocks::Fixed(1), Blocks::Fixed(64), Blocks::Fixed(4_096), Blocks::Random { seed: 3, range: 0..=999 }]
    {
        assert_identical(&play(&Setup::new().blocks(blocks.clone()), Format::Clap), &reference);
        assert_identical(&play(&Setup::new().blocks(blocks).offline(), Format::Clap), &reference);
    }
    assert_identical(&play(&Setup::new().real_time(), Format::Vst3), &reference);
}
