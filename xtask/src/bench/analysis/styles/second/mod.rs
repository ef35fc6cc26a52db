//! A second blind set: pieces of 53 grooves that no other set has, with drums, instruments, forms and chords of their
//! own. It was written by someone who had not seen the analysis, and the analysis was not tuned on it.

mod club;
mod groove;
mod kit;
mod piece;
mod player;
mod stage;
mod still;
mod street;
mod tones;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};

use self::groove::Groove;
use self::piece::{Curve, Piece};
use self::player::Player;
use super::super::{Half, List, Truth, render_with};
use crate::music::{Depth, write_wav};

/// Raised whenever a track comes out differently.
const VERSION: u32 = 1;
/// Length of a piece.
const SECS: f64 = 60.0;
/// Steady pieces of each groove.
const OF_EACH: u64 = 2;
/// Of the first piece.
const SEED: u64 = 0x2b_11d0;

/// Grooves that are played once more with a tempo that moves, and whether the pitch goes with it, as on a tape.
const MOVING: [(&str, Curve, bool); 7] = [
    // A drummer who wanders.
    ("philly_disco", |beat| 1.0 + 0.008 * (beat / 31.0).sin() + 0.005 * (beat / 11.7).sin(), false),
    // A band that hurries.
    ("classic_rock", |beat| 1.0 + 0.000_35 * beat + 0.003 * (beat / 9.0).sin(), false),
    // Choruses are faster than verses.
    ("p_funk", |beat| 1.0 + 0.013 * (3.0 * (beat * std::f64::consts::TAU / 64.0).sin()).tanh(), false),
    // Each phrase of four bars ends slower.
    ("power_ballad", |beat| 1.0 - 0.05 * ((beat % 16.0 - 12.0) / 4.0).max(0.0).powi(2), false),
    // Dancers breathe.
    ("country_waltz", |beat| 1.0 + 0.02 * (beat * std::f64::consts::TAU / 24.0).sin(), false),
    // A cassette.
    ("synthwave", |beat| 1.0 + 0.005 * (beat * 1.3).sin() + 0.002 * (beat / 27.0).sin(), true),
    // A turntable that gets slower.
    ("golden_age", |beat| 1.0 - 0.000_4 * beat, true),
];

fn grooves() -> impl Iterator<Item = &'static Groove> {
    club::CLUB.iter().chain(street::STREET).chain(stage::STAGE)
}

/// The pieces, with their files' names.
fn pieces() -> Vec<(String, Piece)> {
    let steady =
        (0..OF_EACH).flat_map(|time| grooves().enumerate().map(move |(number, groove)| (time, number, groove)));
    let steady = steady.map(|(time, number, groove)| {
        let piece = Piece::draw(SEED + 0x100 * time + number as u64, groove, None);
        (format!("second_{}_{}_{}", groove.name, time + 1, piece.bpm), piece)
    });
    let moving = MOVING.into_iter().enumerate().filter_map(|(number, (name, curve, bends))| {
        let groove = grooves().find(|groove| groove.name == name)?;
        let piece = Piece::draw(SEED + 0x8000 + number as u64, groove, Some((curve, bends)));
        Some((format!("second_moving_{name}"), piece))
    });
    steady.chain(moving).collect()
}

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    let dir = out.join(format!("second{VERSION}"));
    std::fs::create_dir_all(&dir)?;
    let pieces = pieces();
    let wav = |name: &str| dir.join(format!("{name}.wav"));
    // They take a while each, and know nothing of each other.
    let (next, threads) = (AtomicUsize::new(0), std::thread::available_parallelism().map_or(1, usize::from));
    let work = || -> Result<()> {
        while let Some((name, piece)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let play = |part: &Path| write_wav(part, &Player::new(piece).play(), Depth::Bits16, 44_100);
            render_with(&wav(name), play)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a renderer panicked"))?)
    })?;
    for (name, piece) in &pieces {
        let truth = match piece.curve {
            None => Truth::From(piece.bpm, piece.first_secs),
            Some(_) => Truth::Moving(Player::new(piece).beats()),
        };
        // A tape that gets slower has no one key.
        if piece.curve.is_some_and(|(_, bends)| bends) {
            list.add_made(&wav(name), &truth, Half::Second);
        } else {
            list.add_in_key(&wav(name), &truth, (piece.tonic, piece.harmony.0), Half::Second);
        }
    }
    for (what, name) in still::STILL {
        let wav = wav(&format!("second_no_beat_{name}"));
        render_with(&wav, |part| write_wav(part, &still::play(what), Depth::Bits16, 44_100))?;
        list.add_made(&wav, &Truth::Beatless, Half::Second);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::RATE_HZ;
    use super::kit::{Hit, hit};
    use super::*;
    use crate::music::{Noise, Stereo};

    #[test]
    fn it_is_large_and_its_grooves_are_its_own() {
        let names: HashSet<&str> = grooves().map(|groove| groove.name).collect();
        let files: HashSet<String> = pieces().into_iter().map(|(name, _)| name).collect();
        assert!(names.len() == grooves().count() && names.len() > 50, "{}", names.len());
        assert_eq!(files.len(), 2 * names.len() + MOVING.len(), "a name that two pieces have");
        for other in super::super::drawn::names() {
            assert!(!names.contains(other), "{other} is in another set too");
        }
    }

    #[test]
    fn patterns_are_whole_bars_of_known_signs() {
        for groove in grooves() {
            let steps = groove.bar.0 * groove.bar.1;
            let whole = |pattern: &str, signs: &str| {
                assert!(
                    pattern.len().is_multiple_of(steps) || steps.is_multiple_of(pattern.len()),
                    "{}: {pattern}",
                    groove.name
                );
                assert!(pattern.chars().all(|sign| signs.contains(sign)), "{}: {pattern}", groove.name);
            };
            groove.drums.iter().for_each(|(_, pattern)| whole(pattern, "Xxogrt."));
            whole(groove.bass.1, "13578-.");
            whole(groove.chords.1, "Xx-.");
            groove.lead.iter().for_each(|(_, pattern)| whole(pattern, "x-."));
        }
    }

    /// Where it first is louder than a thousandth.
    fn onset(sound: &Stereo) -> f64 {
        let frame = sound.left.iter().position(|sample| sample.abs() > 0.001).expect("a sound");
        frame as f64 / RATE_HZ
    }

    #[test]
    fn every_drum_begins_at_its_time() {
        use Hit::*;
        for what in [
            Kick808, Kick909, KickLive, KickHard, Snare909, SnareLive, Brush, Clap, Snap, Hat, OpenHat, Ride, Crash,
            Shaker, Tambourine, Cowbell, Conga, Tumba, Tom, Timbale, Clave, Guiro, Surdo, Sticks,
        ] {
            let mut out = Stereo::silence(44_100);
            hit(&mut out, what, 0.5, 0.25, 1.0, &mut Noise::new(3));
            let late_ms = (onset(&out) - 0.25) * 1e3;
            assert!((0.0..1.0).contains(&late_ms), "{what:?} begins {late_ms} ms late");
        }
    }

    /// A metronome in the piece's own time: what is struck on the beats of a bar is at the truth's times.
    #[test]
    fn the_beats_that_are_told_are_those_that_are_played() {
        for (name, mut piece) in pieces() {
            let first = Player::new(&piece).beat_secs(0.0);
            assert!((first - piece.first_secs).abs() < 1e-12, "{name}");
            piece.hands_ms = 0.0;
            let (beats, per_beat) = piece.groove.bar;
            let mut player = Player::new(&piece);
            let told = player.beats();
            for (number, (_, secs)) in told.iter().enumerate().take(64) {
                let step = (number % beats * per_beat) as f64;
                let played = player.hand_secs(number / beats, step);
                assert!((played - secs).abs() < 1e-9, "{name}: beat {number} is at {secs}, played at {played}");
                if piece.curve.is_none() {
                    let exact = piece.first_secs + number as f64 * 60.0 / piece.bpm;
                    assert!((exact - secs).abs() < 1e-9, "{name}: beat {number}");
                }
            }
        }
    }
}
