//! What speaks for a tempo's level and meter, in numbers, and what each counts.
//!
//! The weights are those of a softmax over the levels and meters of the tracks that `cargo xtask bench analysis` tunes on, of
//! both sets that were blind once, and of others made for it: 776, of which, with grooves left out in turn, it had 23 wrong.
//! docs/analysis.md has what it does on others.

use super::bars::Bars;
use super::meter::Meter;
use super::tempo::PREFERRED_BPM;

/// What is weaker than that, of all the track's rises, is as good as nothing.
const FAINT: f64 = 0.005;

/// A number that is higher or lower at the true level. Times are in its beats.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// That it is this meter at all.
    Meter,
    /// Octaves above people's favourite tempo; their square.
    Fast,
    Far,
    /// That what comes so many beats later is alike.
    Alike(f64),
    /// That so many beats after kicks, kicks are struck; or what is between kicks and hats: snares and the like.
    Kicks(f64),
    Snares(f64),
    /// The same after snares, and of hats after hats.
    Backbeat(f64),
    Hats(f64),
    /// That so many beats after a chord changes another one does.
    Chords(f64),
    /// How strong so many times the tempo is, by its logarithm.
    Pulse(f64),
    /// How many kicks (0), snares (1) and hats (2) a beat has, by the logarithm; its square.
    Many(usize),
    Crowd(usize),
}

const THIRD: f64 = 1.0 / 3.0;

/// Each sign, and what it counts in bars of four, of three, and of four whose beats have thirds: in the order of [`Meter::ALL`].
pub const SIGNS: [(Sign, [f64; 3]); 72] = [
    (Sign::Meter, [0.01, 0.01, -0.01]),
    (Sign::Fast, [0.47, 0.19, -0.41]),
    (Sign::Far, [-3.53, -2.73, -1.49]),
    (Sign::Alike(0.5), [-1.94, -2.69, -2.85]),
    (Sign::Alike(1.0), [0.65, 0.78, 1.03]),
    (Sign::Alike(2.0), [0.16, -0.23, 0.35]),
    (Sign::Alike(3.0), [-0.32, 1.17, 0.16]),
    (Sign::Alike(4.0), [1.87, 0.89, 1.72]),
    (Sign::Alike(6.0), [0.68, 1.50, 0.79]),
    (Sign::Alike(8.0), [0.12, -0.62, -0.22]),
    (Sign::Kicks(0.25), [-1.81, -1.77, -1.43]),
    (Sign::Kicks(0.5), [-2.45, -1.53, -1.44]),
    (Sign::Kicks(1.0), [1.43, 0.14, -0.32]),
    (Sign::Kicks(2.0), [0.22, -0.03, 0.92]),
    (Sign::Kicks(3.0), [-1.19, -0.38, -1.77]),
    (Sign::Kicks(4.0), [1.95, 0.98, 2.19]),
    (Sign::Snares(0.5), [4.44, 2.79, 3.72]),
    (Sign::Snares(1.0), [3.83, 4.63, 5.22]),
    (Sign::Snares(2.0), [0.94, 1.50, 0.53]),
    (Sign::Snares(3.0), [0.97, 1.78, 2.74]),
    (Sign::Backbeat(0.5), [1.77, 0.85, 0.61]),
    (Sign::Backbeat(1.0), [0.33, 0.82, 1.31]),
    (Sign::Backbeat(2.0), [-0.23, -0.54, -0.15]),
    (Sign::Backbeat(3.0), [-0.29, 1.21, 0.58]),
    (Sign::Backbeat(4.0), [1.30, 0.50, 1.13]),
    (Sign::Hats(0.25), [2.77, 1.67, 1.80]),
    (Sign::Hats(0.5), [2.34, 1.86, 1.67]),
    (Sign::Hats(1.0), [0.48, 1.12, 0.65]),
    (Sign::Chords(1.0), [1.00, 0.10, 0.38]),
    (Sign::Chords(2.0), [-1.54, -1.56, -1.50]),
    (Sign::Chords(3.0), [-0.05, 0.59, -0.61]),
    (Sign::Chords(4.0), [0.88, -0.26, 2.40]),
    (Sign::Chords(8.0), [-0.14, -1.30, -0.08]),
    (Sign::Pulse(0.25), [0.63, 0.04, 0.39]),
    (Sign::Pulse(1.0 / 3.0), [-0.20, 0.52, -0.50]),
    (Sign::Pulse(0.5), [0.06, -0.35, -0.05]),
    (Sign::Pulse(1.0), [-0.04, 0.25, 0.19]),
    (Sign::Pulse(1.5), [0.04, -0.56, -0.16]),
    (Sign::Pulse(2.0), [0.58, 0.57, 0.68]),
    (Sign::Pulse(3.0), [-0.29, 0.00, -0.21]),
    (Sign::Pulse(4.0), [0.56, 0.46, 0.50]),
    (Sign::Many(0), [-0.01, -0.02, -0.06]),
    (Sign::Many(2), [0.23, -0.13, -0.21]),
    (Sign::Crowd(0), [-0.08, -0.07, -0.07]),
    (Sign::Crowd(1), [-0.09, -0.05, -0.06]),
    (Sign::Crowd(2), [-0.20, -0.27, -0.29]),
    (Sign::Alike(0.25), [-2.32, -2.59, -2.25]),
    (Sign::Alike(THIRD), [-1.57, -0.49, 0.53]),
    (Sign::Alike(2.0 * THIRD), [-1.06, -0.84, -1.16]),
    (Sign::Alike(1.5), [-0.65, -1.32, -1.51]),
    (Sign::Kicks(THIRD), [-1.05, -0.08, -0.22]),
    (Sign::Kicks(2.0 * THIRD), [-0.23, 0.01, -1.04]),
    (Sign::Kicks(0.75), [-0.46, -0.86, -1.55]),
    (Sign::Kicks(1.5), [0.29, -0.24, 0.00]),
    (Sign::Snares(0.25), [2.78, 0.03, 0.19]),
    (Sign::Snares(THIRD), [-0.09, -0.92, 0.15]),
    (Sign::Snares(2.0 * THIRD), [2.63, 2.39, 2.13]),
    (Sign::Snares(1.5), [-0.16, -0.12, -0.47]),
    (Sign::Backbeat(0.25), [-1.57, -2.41, -2.53]),
    (Sign::Backbeat(THIRD), [0.38, 0.80, 1.60]),
    (Sign::Backbeat(1.5), [0.13, -0.46, -0.58]),
    (Sign::Hats(THIRD), [-0.26, 0.06, 0.63]),
    (Sign::Hats(2.0 * THIRD), [-1.64, -1.38, -1.48]),
    (Sign::Hats(1.5), [0.26, -0.02, -0.06]),
    (Sign::Hats(2.0), [2.01, 1.93, 1.73]),
    (Sign::Chords(0.5), [3.40, 1.91, 1.17]),
    (Sign::Chords(1.5), [-0.77, -1.62, -0.96]),
    (Sign::Chords(6.0), [-1.22, 0.08, -1.68]),
    (Sign::Pulse(2.0 * THIRD), [-0.87, -0.21, -0.82]),
    (Sign::Pulse(0.75), [0.13, -0.19, 0.12]),
    (Sign::Pulse(6.0), [-0.16, -0.03, -0.01]),
    (Sign::Many(1), [-0.12, 0.06, -0.03]),
];

/// A tempo on trial.
pub struct Trial<'a, A, P> {
    /// In BPM.
    pub bpm: f64,
    /// The tempo that `after` and `pulse` are told at, of this one's.
    pub ratio: f64,
    pub bars: &'a Bars,
    /// Where so many beats after a value of the curves are.
    pub after: &'a A,
    /// How strongly the track repeats at so many times the tempo.
    pub pulse: &'a P,
}

impl<A: Fn(usize, f64) -> f64, P: Fn(f64) -> f64> Trial<'_, A, P> {
    /// How much speaks for it in each meter. `None` if the track is too short to tell.
    pub fn scores(&self) -> Option<[(Meter, f64); 3]> {
        let signs = self.signs()?;
        let score = |meter: usize| signs.iter().zip(&SIGNS).map(|(sign, (_, weights))| sign * weights[meter]).sum();
        Some(std::array::from_fn(|meter| (Meter::ALL[meter], score(meter))))
    }

    /// In the order of [`SIGNS`].
    pub fn signs(&self) -> Option<[f64; SIGNS.len()]> {
        let bar = self.alike(4.0)?;
        Some(SIGNS.map(|(sign, _)| self.sign(sign, bar)))
    }

    /// How much what comes so many beats later is alike. `None` if the track is too short to tell.
    pub fn alike(&self, beats: f64) -> Option<f64> {
        self.bars.likeness(beats / self.ratio, self.after)
    }

    fn sign(&self, sign: Sign, bar: f64) -> f64 {
        let Self { bars, after, ratio, .. } = self;
        let octaves = (self.bpm / PREFERRED_BPM).log2();
        let many = |of: usize| (bars.per_sec[of] * 60.0 / self.bpm).max(1e-3).ln();
        match sign {
            Sign::Meter => 1.0,
            Sign::Fast => octaves,
            Sign::Far => octaves * octaves,
            // A track that is too short for two bars to be compared has them as its bars are.
            Sign::Alike(beats) => self.alike(beats).unwrap_or(bar),
            Sign::Kicks(beats) => bars.kicks_after_kicks(beats / ratio, after),
            Sign::Snares(beats) => bars.snares_after_kicks(beats / ratio, after),
            Sign::Backbeat(beats) => bars.snares_after_snares(beats / ratio, after),
            Sign::Hats(beats) => bars.hats_after_hats(beats / ratio, after),
            Sign::Chords(beats) => bars.chords_after_chords(beats / ratio, after),
            Sign::Pulse(times) => ((self.pulse)(times * ratio) + FAINT).ln(),
            Sign::Many(of) => many(of),
            Sign::Crowd(of) => many(of).powi(2),
        }
    }
}
