//! How high a wave goes between its samples: eight times oversampled, by a windowed sinc of 32 taps.

#![allow(unsafe_code, reason = "larger registers, where the processor has them")]

use std::sync::{Arc, OnceLock};

use super::window::{kaiser, sinc};

/// Taps of each phase; the latest sample is 16 frames after the interval that is looked at.
pub const TRUE_PEAK_TAPS: usize = 32;
/// Frames from a sample to the look at the interval after it.
pub const TRUE_PEAK_DELAY: usize = TRUE_PEAK_TAPS / 2;
/// Places in the interval that are looked at; the first is the sample itself.
const PHASES: usize = 8;
/// The window's shape: broad, so that little is missed near the Nyquist frequency; a sine below 20 kHz is read 0.1 dB too
/// high at most.
const KAISER_BETA: f64 = 2.2;

/// Coefficients by tap, then by phase: eight places are one vector.
#[derive(Debug)]
struct Table {
    taps: [[f32; PHASES]; TRUE_PEAK_TAPS],
    /// No place is higher than so many times the loudest sample.
    most: f32,
}

#[expect(clippy::cast_possible_truncation, reason = "coefficients are below 1")]
fn table() -> Arc<Table> {
    static TABLE: OnceLock<Arc<Table>> = OnceLock::new();
    let make = || {
        let (mut taps, mut most) = ([[0.0; PHASES]; TRUE_PEAK_TAPS], 0.0_f64);
        let reach = TRUE_PEAK_DELAY as f64;
        for phase in 0..PHASES {
            let tap = |k: usize| {
                let distance = k as f64 - (reach - 1.0) - phase as f64 / PHASES as f64;
                sinc(distance) * kaiser(distance / reach, KAISER_BETA)
            };
            let of_phase: [f64; TRUE_PEAK_TAPS] = std::array::from_fn(tap);
            let sum: f64 = of_phase.iter().sum();
            most = most.max(of_phase.iter().map(|tap| (tap / sum).abs()).sum());
            taps.iter_mut().zip(of_phase).for_each(|(to, tap)| to[phase] = (tap / sum) as f32);
        }
        Arc::new(Table { taps, most: most as f32 })
    };
    Arc::clone(TABLE.get_or_init(make))
}

/// Looks at one channel, frame by frame.
#[derive(Clone, Debug)]
pub struct TruePeak {
    table: Arc<Table>,
    /// The latest samples, twice, so that any 32 in a row are in one piece.
    history: [f32; 2 * TRUE_PEAK_TAPS],
    at: usize,
    /// Frames for which a sample louder than the floor is in reach.
    loud_left: usize,
}

impl TruePeak {
    /// After silence. Not real-time: the table is made once.
    #[must_use]
    pub fn new() -> Self {
        Self { table: table(), history: [0.0; 2 * TRUE_PEAK_TAPS], at: 0, loud_left: 0 }
    }

    /// Forgets what was.
    pub fn reset(&mut self) {
        (self.history, self.at, self.loud_left) = ([0.0; 2 * TRUE_PEAK_TAPS], 0, 0);
    }

    /// Takes a sample. The highest of the wave in the interval that begins [`TRUE_PEAK_DELAY`] frames before it; 0 where
    /// that is certainly not above `floor`.
    #[inline]
    pub fn next(&mut self, sample: f32, floor: f32) -> f32 {
        self.history[self.at] = sample;
        self.history[self.at + TRUE_PEAK_TAPS] = sample;
        self.at = if self.at + 1 == TRUE_PEAK_TAPS { 0 } else { self.at + 1 };
        if sample.abs() * self.table.most > floor {
            self.loud_left = TRUE_PEAK_TAPS;
        } else if self.loud_left == 0 {
            return 0.0;
        } else {
            self.loud_left -= 1;
        }
        match self.history[self.at..].first_chunk() {
            Some(latest) => highest(latest, &self.table.taps),
            None => 0.0,
        }
    }
}

#[inline]
fn highest(latest: &[f32; TRUE_PEAK_TAPS], taps: &[[f32; PHASES]; TRUE_PEAK_TAPS]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the processor has AVX.
        return unsafe { highest_avx(latest, taps) };
    }
    highest_of_places(latest, taps)
}

/// The same operations, eight in each. Nothing is fused, so that the bits stay the same.
///
/// # Safety
/// The processor has AVX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn highest_avx(latest: &[f32; TRUE_PEAK_TAPS], taps: &[[f32; PHASES]; TRUE_PEAK_TAPS]) -> f32 {
    highest_of_places(latest, taps)
}

#[inline(always)]
fn highest_of_places(latest: &[f32; TRUE_PEAK_TAPS], taps: &[[f32; PHASES]; TRUE_PEAK_TAPS]) -> f32 {
    let mut places = [0.0_f32; PHASES];
    for (sample, taps) in latest.iter().zip(taps) {
        for (place, tap) in places.iter_mut().zip(taps) {
            *place += tap * sample;
        }
    }
    places.iter().fold(0.0, |peak, place| peak.max(place.abs()))
}

impl Default for TruePeak {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn highest(sound: impl Iterator<Item = f64>) -> f64 {
        let mut look = TruePeak::new();
        sound.map(|sample| look.next(sample as f32, 0.0)).skip(32).fold(0.0, |peak, now| peak.max(now.into()))
    }

    #[test]
    fn a_sine_between_its_samples_is_found() {
        for (part, phase) in [(0.25, 0.125), (1.0 / 6.0, 1.0 / 6.0), (0.125, 0.1875), (0.01, 0.0), (0.31, 0.2)] {
            let peak = highest((0..4_000).map(|n| (TAU * (f64::from(n) * part + phase)).sin()));
            let db = 20.0 * peak.log10();
            assert!(db.abs() < 0.15, "{part}: {db}");
        }
    }

    #[test]
    fn where_it_does_not_look_there_is_nothing_to_see() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        let (mut lazy, mut busy) = (TruePeak::new(), TruePeak::new());
        for _ in 0..20_000 {
            let sample = noise() * noise().abs();
            let (seen, all) = (lazy.next(sample, 0.3), busy.next(sample, 0.0));
            assert!(seen == all || (seen == 0.0 && all <= 0.3), "{seen} {all}");
        }
    }
}
