//! The musical key: how much there is of each of the twelve notes, compared with what each key would have.

use echelon_engine::deck::Track;
use rayon::prelude::*;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::thin::Thinner;
use super::watch::Part;

/// The rate that notes are looked for at, more or less, and the length of a look: three quarters of a second.
const TARGET_HZ: f64 = 5_500.0;
const LOOK_SECS: f64 = 0.75;
/// Looks of one piece of work.
const PIECE_LOOKS: usize = 64;
/// Notes that count: A1 to C7.
const LOWEST_HZ: f64 = 55.0;
const HIGHEST_HZ: f64 = 2_100.0;
/// Notes below this are the bass: its most frequent one is often the key's.
const BASS_HZ: f64 = 180.0;
const BASS_WEIGHT: f64 = 0.25;
/// Below this likeness there is no key.
const LEAST_LIKENESS: f64 = 0.35;
/// Below this unevenness of the notes there is none, either, nor if they are this little in tune with one another:
/// divided by the root of how many looks there are, since noise is less and less so.
const LEAST_CONTRAST: f64 = 0.1;
const LEAST_TUNED: f64 = 0.13;
/// How much the chord counts that phrases open with.
const OPENING_WEIGHT: f64 = 0.7;

/// Overtones with another note's name: their number, and semitones above the note.
const OVERTONES: [(f64, f64); 4] = [(3.0, 19.02), (5.0, 27.86), (6.0, 31.02), (7.0, 33.69)];
/// How strong an overtone is taken to be, of the note's amplitude divided by its number.
const OVERTONE_SHARE: f64 = 1.0;
/// From amplitude to weight.
const LOUDNESS_POWER: f64 = 0.6;

/// How often the notes of a major and of a minor key are heard (Temperley's, from harmony books).
const MAJOR: [f64; 12] = [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400];
const MINOR: [f64; 12] = [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.280, 0.260];

const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "(u8, bool)", into = "(u8, bool)")]
pub struct Key {
    tonic: u8,
    minor: bool,
}

impl Key {
    /// `tonic` in semitones above C, 0..=11.
    #[must_use]
    pub const fn new(tonic: u8, minor: bool) -> Option<Self> {
        if tonic < 12 { Some(Self { tonic, minor }) } else { None }
    }

    /// Semitones above C, 0..=11.
    #[must_use]
    pub const fn tonic(self) -> u8 {
        self.tonic
    }

    /// Whether it is a minor key.
    #[must_use]
    pub const fn is_minor(self) -> bool {
        self.minor
    }

    /// On the wheel that DJs know: 8A for A minor, 8B for C major; neighbours fit together.
    #[must_use]
    pub fn camelot(self) -> String {
        let major_tonic = if self.minor { self.tonic + 3 } else { self.tonic };
        // Up a fifth is one further; C is at 8.
        let hour = (u32::from(major_tonic) * 7 + 7) % 12 + 1;
        format!("{hour}{}", if self.minor { 'A' } else { 'B' })
    }

    /// Whether the other is the major or minor key with the same notes.
    #[must_use]
    pub const fn is_relative_of(self, other: Self) -> bool {
        let (minor, major) = if self.minor { (self, other) } else { (other, self) };
        minor.minor && !major.minor && (minor.tonic + 3) % 12 == major.tonic
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = NAMES[usize::from(self.tonic) % 12];
        write!(f, "{name} {}", if self.minor { "minor" } else { "major" })
    }
}

impl From<Key> for (u8, bool) {
    fn from(key: Key) -> Self {
        (key.tonic, key.minor)
    }
}

impl TryFrom<(u8, bool)> for Key {
    type Error = &'static str;

    fn try_from((tonic, minor): (u8, bool)) -> Result<Self, Self::Error> {
        Self::new(tonic, minor).ok_or("a tonic is 0..=11")
    }
}

/// A peak of a spectrum: the note in semitones above C0, with its fraction, and its weight.
type Note = (f64, f64);

/// The notes of a track: for each look the middle in seconds, how much there is of each class, and in the bass.
#[derive(Clone, Debug)]
pub struct Notes {
    looks: Vec<Classes>,
    /// How much they are in tune with one another, 0..1.
    tuned: f64,
}

#[derive(Clone, Copy, Debug)]
struct Classes {
    middle_secs: f64,
    all: [f64; 12],
    bass: [f64; 12],
}

impl Notes {
    /// Listens to a track. `None` if it was cancelled.
    pub fn of(track: &Track, watch: &Part<'_>) -> Option<Self> {
        let (looks, hop_secs) = looks(track, watch)?;
        let (tuning, tuned) = tuning(&looks);
        let classes = looks.iter().enumerate().map(|(index, look)| classes(look, tuning, index as f64 * hop_secs));
        Some(Self { looks: classes.collect(), tuned })
    }

    /// The key, if there are notes and they fit one. `opens` says of a time whether a phrase opens there: its chord
    /// is mostly that of the key, which tells a minor key from the major with the same notes.
    pub fn key(&self, opens: impl Fn(f64) -> bool) -> Option<Key> {
        let (mut all, mut bass, mut opening) = ([0.0f64; 12], [0.0f64; 12], [0.0f64; 12]);
        for look in &self.looks {
            // Loud places count more, but not as much more as they are louder.
            add_scaled(&mut all, &look.all);
            add_scaled(&mut bass, &look.bass);
            if opens(look.middle_secs) {
                add_scaled(&mut opening, &look.all);
                add_scaled(&mut opening, &look.bass);
            }
        }
        let is_tuned = self.tuned > LEAST_TUNED / (self.looks.len() as f64).sqrt();
        (is_tuned && contrast(&all) > LEAST_CONTRAST).then(|| best_key(&all, &bass, &opening))?
    }

    /// Where the first notes are, in seconds.
    pub fn first_secs(&self) -> f64 {
        let total = |look: &Classes| look.all.iter().sum::<f64>();
        let most = self.looks.iter().map(total).fold(0.0, f64::max);
        self.looks.iter().find(|look| total(look) > 0.3 * most).map_or(0.0, |look| look.middle_secs)
    }
}

fn classes(look: &[Note], tuning: f64, middle_secs: f64) -> Classes {
    let mut classes = Classes { middle_secs, all: [0.0; 12], bass: [0.0; 12] };
    for (semitones, weight) in look {
        let semitones = semitones - tuning;
        let class = class(semitones);
        // A note between two keys of the piano says little.
        let near = 1.0 - (2.0 * (semitones - semitones.round())).abs();
        classes.all[class] += weight * near;
        if semitones < note(BASS_HZ) {
            classes.bass[class] += weight * near;
        }
    }
    classes
}

/// How uneven the notes are: noise has all of them.
fn contrast(all: &[f64; 12]) -> f64 {
    let mean = all.iter().sum::<f64>() / 12.0;
    let spread = all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 12.0;
    if mean > 0.0 { spread.sqrt() / mean } else { 0.0 }
}

fn add_scaled(sum: &mut [f64; 12], part: &[f64; 12]) {
    let total: f64 = part.iter().sum();
    if total > 0.0 {
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part / total.sqrt());
    }
}

/// Semitones above C0.
fn note(hz: f64) -> f64 {
    12.0 * (hz / 16.351_597_831_287_414).log2()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..12")]
fn class(semitones: f64) -> usize {
    (semitones.round().rem_euclid(12.0) as usize) % 12
}

/// The notes of each look at the track, and seconds from one to the next.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a transform's size, positive")]
fn looks(track: &Track, watch: &Part<'_>) -> Option<(Vec<Vec<Note>>, f64)> {
    let thinner = Thinner::new(track, TARGET_HZ);
    let rate = thinner.rate_hz();
    let size = ((LOOK_SECS * rate) as usize).next_power_of_two();
    let hop = size / 2;
    let count = track.num_frames() / thinner.factor() / hop + 1;
    let fft = FftPlanner::<f32>::new().plan_fft_forward(size);
    let window: Vec<f32> = (0..size)
        .map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / size as f64).cos()) as f32)
        .collect();
    let firsts: Vec<usize> = (0..count).step_by(PIECE_LOOKS).collect();
    let total = firsts.len() as f32;
    let pieces = firsts.into_par_iter().map(|first| {
        let looks = PIECE_LOOKS.min(count - first);
        let mut signal = vec![Complex::default(); (looks - 1) * hop + size];
        if watch.cancelled() {
            return None;
        }
        thinner.fill((first * hop).cast_signed() - hop.cast_signed(), &mut signal);
        let mut bins = vec![Complex::default(); size];
        let mut notes = Vec::with_capacity(looks);
        for look in 0..looks {
            let frame = &signal[look * hop..][..size];
            bins.iter_mut().zip(frame).zip(&window).for_each(|((bin, sample), window)| *bin = sample * window);
            fft.process(&mut bins);
            let power = |bin: usize| f64::from(bins[bin].norm_sqr() + bins[size - bin].norm_sqr());
            notes.push(peaks(power, rate / size as f64, size / 2));
        }
        watch.advance(1.0 / total);
        Some(notes)
    });
    let pieces: Vec<Vec<Vec<Note>>> = pieces.collect::<Option<_>>()?;
    Some((pieces.into_iter().flatten().collect(), hop as f64 / rate))
}

/// The peaks of a spectrum that stand out of what is around them.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin, positive")]
fn peaks(power: impl Fn(usize) -> f64, bin_hz: f64, bins: usize) -> Vec<Note> {
    let first = ((LOWEST_HZ / bin_hz) as usize).max(3);
    let last = ((HIGHEST_HZ / bin_hz) as usize).min(bins - 4);
    let powers: Vec<f64> = (0..bins).map(|bin| if bin == 0 { 0.0 } else { power(bin) }).collect();
    let mut notes = Vec::new();
    for bin in first..last {
        let (before, own, after) = (powers[bin - 1], powers[bin], powers[bin + 1]);
        if own <= before || own < after || own < 1e-9 {
            continue;
        }
        let around = (powers[bin - 3] + powers[bin + 3]) / 2.0;
        if own < 4.0 * around {
            continue;
        }
        let (a, b, c) = (before.max(1e-20).ln(), own.ln(), after.max(1e-20).ln());
        let lean = ((a - c) / (2.0 * (a - 2.0 * b + c))).clamp(-0.5, 0.5);
        notes.push((note((bin as f64 + lean) * bin_hz), own.sqrt()));
    }
    without_overtones(&notes)
}

/// Takes away what is likely an overtone of a lower note, and is another note's name: the third, fifth, and seventh.
fn without_overtones(notes: &[Note]) -> Vec<Note> {
    let amplitude_at = |semitones: f64| -> f64 {
        let near = notes.iter().filter(|note| (note.0 - semitones).abs() < 0.35);
        near.map(|note| note.1).fold(0.0, f64::max)
    };
    let own = |(semitones, amplitude): &Note| {
        let overtone = OVERTONES.map(|(number, above)| amplitude_at(semitones - above) * OVERTONE_SHARE / number);
        let left = amplitude - overtone.into_iter().fold(0.0, f64::max);
        // Quiet notes count, too.
        (left > 0.0).then(|| (*semitones, left.powf(LOUDNESS_POWER)))
    };
    notes.iter().filter_map(own).collect()
}

/// By how many semitones the track is tuned above 440 Hz, -0.5..0.5, and how much of it is.
fn tuning(looks: &[Vec<Note>]) -> (f64, f64) {
    let (mut sum, mut total) = (Complex::<f64>::default(), 0.0);
    for (semitones, weight) in looks.iter().flatten() {
        sum += Complex::from_polar(*weight, std::f64::consts::TAU * semitones);
        total += weight;
    }
    (sum.arg() / std::f64::consts::TAU, sum.norm() / f64::max(total, 1e-12))
}

fn best_key(all: &[f64; 12], bass: &[f64; 12], opening: &[f64; 12]) -> Option<Key> {
    let bass_total = bass.iter().sum::<f64>().max(1e-12);
    let mut best = (LEAST_LIKENESS, None);
    for (minor, profile) in [(false, MAJOR), (true, MINOR)] {
        for tonic in 0..12u8 {
            let at = usize::from(tonic);
            let turned: [f64; 12] = std::array::from_fn(|class| profile[(class + 12 - at) % 12]);
            let third = (at + if minor { 3 } else { 4 }) % 12;
            let chord: [f64; 12] = std::array::from_fn(|class| {
                if class == at {
                    1.0
                } else if class == third || class == (at + 7) % 12 {
                    0.7
                } else {
                    0.0
                }
            });
            let likeness = correlation(all, &turned)
                + BASS_WEIGHT * bass[at] / bass_total
                + OPENING_WEIGHT * correlation(opening, &chord);
            if likeness > best.0 {
                best = (likeness, Key::new(tonic, minor));
            }
        }
    }
    best.1
}

fn correlation(a: &[f64; 12], b: &[f64; 12]) -> f64 {
    let mean = |x: &[f64; 12]| x.iter().sum::<f64>() / 12.0;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut own_a, mut own_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        both += (a - mean_a) * (b - mean_b);
        own_a += (a - mean_a).powi(2);
        own_b += (b - mean_b).powi(2);
    }
    if own_a > 0.0 { both / (own_a * own_b).sqrt() } else { 0.0 }
}
