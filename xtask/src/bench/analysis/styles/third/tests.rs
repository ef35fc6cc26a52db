//! The truth of the third blind set is what is heard: measured on the sounds, not on any analysis.

use std::collections::HashSet;

use super::super::RATE_HZ;
use super::drums::{Drum, strike};
use super::piece::Role;
use super::voices::{Note, Voice, sound};
use super::*;
use crate::music::{Noise, Stereo};

#[test]
fn it_is_as_large_and_mixed_as_told() {
    let pieces = pieces().unwrap();
    let names: HashSet<&str> = pieces.iter().map(|piece| piece.name.as_str()).collect();
    assert_eq!(names.len(), pieces.len(), "a name that two pieces have");
    assert!((55..70).contains(&pieces.len()), "{}", pieces.len());
    assert_eq!(pieces.iter().filter(|piece| piece.movement != Movement::Steady).count(), 6);
    assert!(pieces.iter().all(|piece| (40.0..=60.0).contains(&piece.secs) && piece.first_secs < 2.0));
    assert!(pieces.iter().all(|piece| (60.0..190.0).contains(&piece.bpm)));
    let keys: HashSet<(i32, bool)> = pieces.iter().filter(|piece| piece.tells_its_key).map(|piece| piece.key).collect();
    assert_eq!(keys.len(), 24, "{keys:?}");
}

/// A key that is judged is told by the first chord, its bass, and the notes of all chords.
#[test]
fn keys_are_beyond_doubt() {
    for piece in pieces().unwrap().iter().filter(|piece| piece.tells_its_key) {
        let (tonic, minor) = piece.key;
        let first = piece.chords[0][0];
        assert_eq!((first.root, first.bass), (tonic, tonic), "{}", piece.name);
        assert_eq!(first.above[1], if minor { 3 } else { 4 }, "{}", piece.name);
        let all: Vec<i32> = piece.chords.iter().flatten().flat_map(|c| c.above.iter().map(|a| c.root + a)).collect();
        // The scale, with both sixths and sevenths in minor; some borrowed notes, and a blues' sevenths.
        let own: &[i32] = if minor { &[0, 2, 3, 5, 7, 8, 9, 10, 11] } else { &[0, 2, 4, 5, 7, 9, 11] };
        let inside = all.iter().filter(|note| own.contains(&(*note - tonic).rem_euclid(12))).count();
        assert!(inside * 10 >= all.len() * 7, "{}: {inside} of {}", piece.name, all.len());
        let tonics = piece.chords.iter().flatten().filter(|chord| chord.root == tonic).count();
        assert!(tonics * 5 >= piece.chords.iter().flatten().count(), "{}: hardly a tonic", piece.name);
        assert!(piece.parts.iter().any(|(role, ..)| *role == Role::Bass), "{}", piece.name);
    }
}

/// Where it is first louder than a hundredth of its peak.
fn onset_secs(sound: &Stereo) -> f64 {
    let peak = sound.left.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let frame = sound.left.iter().position(|sample| sample.abs() > 0.01 * peak).expect("a sound");
    frame as f64 / RATE_HZ
}

#[test]
fn what_is_struck_begins_at_its_time() {
    let drums = "kick punch boom foot stomp snare crack tight rim clap snap hat open tick ride crash tamb tom floor \
                 bongo quinto djembe block bell triangle knock";
    for name in drums.split_whitespace() {
        let mut out = Stereo::silence(44_100);
        strike(&mut out, Drum::named(name).unwrap(), 0.5, 0.25, 1.0, &mut Noise::new(3));
        let late_ms = (onset_secs(&out) - 0.25) * 1e3;
        assert!((0.0..1.0).contains(&late_ms), "{name} begins {late_ms} ms late");
    }
}

/// Autocorrelation at a period of the note is higher than at those half a semitone off it.
#[test]
fn instruments_are_in_tune() {
    let names = "sine moog pulse donk finger double steel nylon mute clav harp grand tine organ stab pluck glass \
                 kalimba poly soft section horns super mono square flute fiddle fuzz ooh";
    for name in names.split_whitespace() {
        for hz in [110.0, 246.94, 415.3] {
            let mut out = Stereo::silence(30_000);
            let note = Note { hz, at_secs: 0.0, secs: 0.6, gain: 0.5, pan: 0.0 };
            sound(&mut out, Voice::named(name).unwrap(), note, &mut Noise::new(5));
            let alike = |hz: f64| {
                // Eight periods later.
                let by = 8.0 * RATE_HZ / hz;
                let (whole, part) = (by as usize, (by.fract()) as f32);
                let later = |at: usize| out.left[at + whole] * (1.0 - part) + out.left[at + whole + 1] * part;
                (4_000..16_000).map(|at| f64::from(out.left[at] * later(at))).sum::<f64>()
            };
            let off = |cents: f64| alike(hz * (cents / 1_200.0).exp2());
            assert!(off(0.0) > off(50.0).max(off(-50.0)), "{name} at {hz} Hz");
        }
    }
}

/// Begins a hair after a frame, so that the rounded product is that frame: its first moment is a hair before its time. (A
/// number that is none there, and the master is stuck for good.)
#[test]
fn all_sounds_are_finite_and_bounded() {
    let mut noise = Noise::new(9);
    let times = || (1..30).map(|number| (f64::from(number * 331) / RATE_HZ).next_up());
    let is_sound = |out: &Stereo| out.left.iter().chain(&out.right).all(|sample| sample.abs() < 1.0);
    for drum in drums::ALL {
        let mut out = Stereo::silence(12_000);
        times().for_each(|at_secs| strike(&mut out, drum, 1.0, at_secs, 0.02, &mut noise));
        assert!(is_sound(&out), "{drum:?}");
    }
    for voice in voices::ALL {
        let mut out = Stereo::silence(12_000);
        for (number, at_secs) in times().enumerate() {
            let note = Note { hz: 41.2 * 1.13_f64.powi(number as i32), at_secs, secs: 0.05, gain: 0.02, pan: 0.1 };
            sound(&mut out, voice, note, &mut noise);
        }
        assert!(is_sound(&out), "{voice:?}");
    }
}

/// Drums alone: what opens a bar is heard where the truth has it, early and late in the piece.
#[test]
fn bars_open_where_the_truth_is() {
    let mut heard = 0;
    for piece in pieces().unwrap() {
        if piece.hands_ms > 0.0 {
            continue;
        }
        let Some(number) =
            piece.drums.iter().position(|(_, pattern)| pattern.iter().all(|s| *s != b'.') || pattern[0] == b'X')
        else {
            continue;
        };
        let (drum, pattern) = piece.drums[number].clone();
        for bar in [0, 12] {
            let mut player = Player::new(&piece);
            let told = player.clock.beat_secs((bar * piece.bar.0) as f64);
            player.drums = Stereo::silence(((told + 0.05) * RATE_HZ) as usize);
            player.drum(bar, number, drum, &pattern, None);
            let late_ms = (onset_secs(&player.drums) - told) * 1e3;
            if drum.layer() == 'k' {
                assert!((-0.1..1.2).contains(&late_ms), "{}: bar {bar} is {late_ms} ms late", piece.name);
                heard += 1;
            }
        }
    }
    assert!(heard > 50, "{heard}");
}

/// What is told of each beat is where a step on it is played; a tape's beats are those of the tape.
#[test]
fn beats_that_are_told_are_played() {
    for piece in pieces().unwrap() {
        let player = Player::new(&piece);
        let (beats, per_beat) = piece.bar;
        for (number, (_, heard)) in player.beats().iter().enumerate() {
            let played = player.step_secs(number / beats, (number % beats * per_beat) as f64);
            let on_tape = player.clock.on_tape_secs(*heard);
            assert!((on_tape - played).abs() < 1e-9, "{}: beat {number}", piece.name);
            if piece.movement == Movement::Steady {
                let exact = piece.first_secs + number as f64 * 60.0 / piece.bpm;
                assert!((exact - heard).abs() < 1e-9, "{}: beat {number}", piece.name);
            }
        }
    }
}
