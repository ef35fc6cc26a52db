//! Sounds without a beat, each of a kind and drawn by lot: nothing comes at even times.

use super::super::RATE_HZ;
use super::super::sounds::{Drum, Timbre, add, play, strike};
use super::SECS;
use super::lot::Lot;
use super::voices::Voice;
use crate::music::{Filter, Stereo};

/// A kind: its name, and what plays it.
pub struct Kind {
    pub name: &'static str,
    play: fn(&mut Free),
}

pub const KINDS: &[Kind] = &[
    Kind { name: "applause", play: Free::applause },
    Kind { name: "birds", play: Free::birds },
    Kind { name: "chords_at_will", play: Free::chords_at_will },
    Kind { name: "drums_at_will", play: Free::drums_at_will },
    Kind { name: "organ_drone", play: Free::organ_drone },
    Kind { name: "sea", play: Free::sea },
    Kind { name: "speech", play: Free::speech },
    Kind { name: "swells", play: Free::swells },
];

impl Kind {
    pub fn render(&self, seed: u64) -> Stereo {
        let out = Stereo::silence((SECS * RATE_HZ) as usize);
        let mut free = Free { out, lot: Lot::new(seed), seed };
        (self.play)(&mut free);
        free.out
    }
}

/// A piece that is being made.
struct Free {
    out: Stereo,
    lot: Lot,
    seed: u64,
}

impl Free {
    /// Until the end, with gaps that `gap` draws.
    fn now_and_then(&mut self, mut event: impl FnMut(&mut Self, f64), gap: impl Fn(&mut Lot) -> f64) {
        let mut at = self.lot.within(0.1, 1.0);
        while at < SECS - 1.0 {
            event(self, at);
            at += gap(&mut self.lot);
        }
    }

    fn applause(&mut self) {
        let hands = |free: &mut Self, at: f64| {
            let (gain, seed) = (free.lot.within(0.02, 0.2), free.seed ^ free.lot.below(7) as u64);
            strike(&mut free.out, Drum::Clap, seed, at, gain, free.lot.noise());
        };
        self.now_and_then(hands, |lot| -0.03 * lot.within(0.01, 1.0).ln());
    }

    /// Calls of a few chirps, each in a time of its own.
    fn birds(&mut self) {
        let call = |free: &mut Self, at: f64| {
            let (chirps, gap, hz) =
                (2 + free.lot.below(7), free.lot.within(0.07, 0.22), free.lot.within(1800.0, 4200.0));
            for chirp in 0..chirps {
                let at = at + chirp as f64 * gap;
                Voice::Bell.play(&mut free.out, hz, at, 0.08, 0.2, free.lot.noise());
            }
        };
        self.now_and_then(call, |lot| lot.within(0.4, 3.5));
        self.hiss(0.004);
    }

    /// A pianist who waits as long as it takes.
    fn chords_at_will(&mut self) {
        let chord = |free: &mut Self, at: f64| {
            let root = *free.lot.of(&[45, 48, 50, 52, 53, 55]);
            for (order, above) in [0, 7, 12, 16].into_iter().enumerate() {
                let at = at + order as f64 * free.lot.within(0.0, 0.06);
                play(&mut free.out, Timbre::Keys, root + above, at, 2.5, 0.2);
            }
        };
        self.now_and_then(chord, |lot| lot.within(0.3, 2.4));
    }

    fn drums_at_will(&mut self) {
        let hit = |free: &mut Self, at: f64| {
            let drum = *free.lot.of(&[Drum::Kick, Drum::Snare, Drum::Rim, Drum::Hat, Drum::OpenHat]);
            let gain = free.lot.within(0.2, 0.9);
            strike(&mut free.out, drum, free.seed, at, gain, free.lot.noise());
        };
        self.now_and_then(hit, |lot| -0.35 * lot.within(0.02, 1.0).ln() + 0.03);
    }

    fn organ_drone(&mut self) {
        for above in [0.0, 7.02, 12.05] {
            let hz = 65.4 * f64::exp2((above + self.lot.within(-0.05, 0.05)) / 12.0);
            Voice::Organ.play(&mut self.out, hz, 0.0, SECS, 0.12, self.lot.noise());
        }
        let note = |free: &mut Self, at: f64| {
            let hz = 261.6 * f64::exp2(free.lot.below(12) as f64 / 12.0);
            let secs = free.lot.within(1.5, 6.0);
            Voice::Organ.play(&mut free.out, hz, at, secs, 0.08, free.lot.noise());
        };
        self.now_and_then(note, |lot| lot.within(1.0, 7.0));
    }

    fn sea(&mut self) {
        let wave = |free: &mut Self, at: f64| {
            let (rise, secs, cut) =
                (free.lot.within(1.0, 3.0), free.lot.within(4.0, 9.0), free.lot.within(400.0, 1500.0));
            let mut filter = Filter::default();
            let noise = free.lot.noise();
            add(&mut free.out, at, secs, 0.0, |t| {
                let level = (t / rise).min(1.0) * ((secs - t) / (secs - rise)).clamp(0.0, 1.0);
                0.4 * level * filter.next(noise.next(), cut, 0.7, RATE_HZ).low
            });
        };
        self.now_and_then(wave, |lot| lot.within(2.0, 7.0));
        self.hiss(0.004);
    }

    /// Syllables of any length, words, and breaths between them.
    fn speech(&mut self) {
        let syllable = |free: &mut Self, at: f64| {
            let (hz, secs) = (free.lot.within(90.0, 150.0), free.lot.within(0.07, 0.24));
            Voice::Sung.play(&mut free.out, hz, at, secs, 0.3, free.lot.noise());
        };
        let gap = |lot: &mut Lot| lot.within(0.12, 0.3) + if lot.chance(0.2) { lot.within(0.2, 1.2) } else { 0.0 };
        self.now_and_then(syllable, gap);
        self.hiss(0.002);
    }

    fn swells(&mut self) {
        let swell = |free: &mut Self, at: f64| {
            let (note, secs) = (40 + free.lot.below(30) as i32, free.lot.within(3.0, 8.0));
            play(&mut free.out, Timbre::Pad, note, at, secs, 0.25);
        };
        self.now_and_then(swell, |lot| lot.within(0.6, 3.6));
    }

    fn hiss(&mut self, level: f64) {
        let noise = self.lot.noise();
        add(&mut self.out, 0.0, SECS, 0.0, |_| level * noise.next());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_sounds_and_is_the_same_each_time() {
        let kind = &KINDS[0];
        let first = kind.render(5);
        assert!(first.left.iter().any(|sample| sample.abs() > 0.01));
        assert_eq!(first, kind.render(5));
        assert_ne!(first, kind.render(6));
    }
}
