//! Sound without a beat, of the second blind set.

use super::super::RATE_HZ;
use super::super::drawn::Lot;
use super::super::sounds::add;
use super::SECS;
use super::tones::{Note, Tone, tone};
use crate::music::{Filter, Stereo, hall};

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Still {
    /// Chords that swell and go, each as long as it likes.
    Pads,
    /// Syllables, words and breaths.
    Speech,
    /// Drops on leaves.
    Rain,
    /// A piano that is played as the hand will.
    RubatoPiano,
}

pub const STILL: [(Still, &str); 4] =
    [(Still::Pads, "pads"), (Still::Speech, "speech"), (Still::Rain, "rain"), (Still::RubatoPiano, "rubato_piano")];

/// All of it.
pub fn play(what: Still) -> Stereo {
    let lot = &mut Lot::new(0x0057_1110 + what as u64);
    let mut out = Stereo::silence((SECS * RATE_HZ) as usize);
    let mut at_secs = 0.2;
    while at_secs < SECS - 1.0 {
        at_secs += match what {
            Still::Pads => chord(&mut out, at_secs, lot),
            Still::Speech => syllable(&mut out, at_secs, lot),
            Still::Rain => drop(&mut out, at_secs, lot),
            Still::RubatoPiano => keys(&mut out, at_secs, lot),
        };
    }
    let room = hall(&out, RATE_HZ);
    let floor = if what == Still::Rain { 0.03 } else { 0.001 };
    for frame in 0..out.num_frames() {
        let mut mix = |dry: f32, wet: f32| (dry + 0.25 * wet + (floor * lot.noise().next()) as f32).tanh() * 0.9;
        out.left[frame] = mix(out.left[frame], room.left[frame]);
        out.right[frame] = mix(out.right[frame], room.right[frame]);
    }
    out
}

fn hz(note: i32) -> f64 {
    440.0 * (f64::from(note - 69) / 12.0).exp2()
}

fn chord(out: &mut Stereo, at_secs: f64, lot: &mut Lot) -> f64 {
    let root = 41 + lot.below(9) as i32;
    for above in [0, 7, 12, 15 + lot.below(2) as i32, 22] {
        let note = Note {
            hz: hz(root + above),
            at_secs: at_secs + lot.within(0.0, 1.5),
            secs: lot.within(6.0, 11.0),
            gain: 0.2,
        };
        tone(out, Tone::Warm, note, lot.noise());
    }
    lot.within(3.5, 8.5)
}

fn syllable(out: &mut Stereo, at_secs: f64, lot: &mut Lot) -> f64 {
    let secs = lot.within(0.07, 0.26);
    let (from_hz, to_hz) = (lot.within(95.0, 165.0), lot.within(85.0, 150.0));
    let (low, high) = (lot.within(320.0, 780.0), lot.within(950.0, 2_200.0));
    let hiss = if lot.chance(0.4) { 0.05 } else { 0.0 };
    let (mut one, mut two, mut air, mut phase) = (Filter::default(), Filter::default(), Filter::default(), 0.0f64);
    add(out, at_secs, secs, 0.0, |t| {
        phase = (phase + (from_hz + (to_hz - from_hz) * t / secs) / RATE_HZ).fract();
        let throat = 2.0 * phase - 1.0;
        let voice = one.next(throat, low, 5.0, RATE_HZ).band + 0.6 * two.next(throat, high, 7.0, RATE_HZ).band;
        let s = air.next(lot.noise().next(), 5_200.0, 0.8, RATE_HZ).high * if t < hiss { 0.5 } else { 0.0 };
        0.35 * ((t * 35.0).min(1.0) * ((secs - t) * 25.0).min(1.0) * voice + s)
    });
    // Words end, and sentences.
    let pause = if lot.chance(0.12) { lot.within(0.3, 1.3) } else { lot.within(0.0, 0.09) };
    secs + pause
}

fn drop(out: &mut Stereo, at_secs: f64, lot: &mut Lot) -> f64 {
    let (hz, level, side) = (lot.within(1_200.0, 5_200.0), 0.3 * lot.part().powi(3), lot.within(-0.8, 0.8));
    let mut filter = Filter::default();
    add(out, at_secs, 0.04, side, |t| {
        level * filter.next(lot.noise().next(), hz, 2.5, RATE_HZ).band * (-t * 160.0).exp()
    });
    // As drops come: the time to the next is as likely to end at any moment.
    -0.022 * (1.0 - lot.part() * 0.999).ln()
}

fn keys(out: &mut Stereo, at_secs: f64, lot: &mut Lot) -> f64 {
    const NOTES: [i32; 12] = [36, 43, 48, 52, 55, 60, 62, 64, 67, 71, 72, 76];
    let count = *lot.of(&[1, 1, 1, 2, 3]);
    let mut at = at_secs;
    for _ in 0..count {
        let note =
            Note { hz: hz(*lot.of(&NOTES)), at_secs: at, secs: lot.within(1.0, 4.0), gain: lot.within(0.08, 0.3) };
        tone(out, Tone::Piano, note, lot.noise());
        at += lot.within(0.0, 0.03);
    }
    // From a run to a fermata.
    0.16 * (lot.within(0.0, 2.6)).exp()
}
