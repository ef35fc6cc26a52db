//! Two short tunes of known tempo, rendered by our own code: drums, bass, chords. The same seed gives the same samples.
//!
//! The first frame of the file is the first frame of bar 1's kick, and it is not zero: a start is exact when that
//! frame lands on its beat.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a renderer turns times into frame numbers everywhere; all are positive and far below 2^52"
)]

mod bass;
mod chords;
mod drums;
mod synth;
mod write;

pub use synth::{Filter, Noise, Saw, hall, note_hz};
pub use write::{Depth, quantize, write_flac, write_wav};

/// Frames of two channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stereo {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Stereo {
    /// Silence.
    pub fn silence(num_frames: usize) -> Self {
        Self { left: vec![0.0; num_frames], right: vec![0.0; num_frames] }
    }

    /// Length in frames.
    pub fn num_frames(&self) -> usize {
        self.left.len()
    }

    /// Adds a frame where there is room.
    fn add(&mut self, frame: usize, left: f32, right: f32) {
        if frame < self.left.len() {
            self.left[frame] += left;
            self.right[frame] += right;
        }
    }

    fn add_all(&mut self, other: &Self, gain: f32) {
        let both = [(&mut self.left, &other.left), (&mut self.right, &other.right)];
        for (sum, part) in both {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += gain * part);
        }
    }
}

/// Musical time of a tune.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    pub bpm: f64,
    pub sample_rate: f64,
    pub bars: u32,
}

impl Time {
    /// Frame of a beat, counted in quarter notes from the start.
    fn frame(&self, beat: f64) -> usize {
        (beat * 60.0 / self.bpm * self.sample_rate).round() as usize
    }

    fn beats(&self) -> u32 {
        self.bars * 4
    }

    fn num_frames(&self) -> usize {
        self.frame(f64::from(self.beats()))
    }

    fn frames_of_secs(&self, secs: f64) -> usize {
        (secs * self.sample_rate) as usize
    }
}

/// What tells the two tunes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tune {
    /// Warm, in A minor: off-beat chords over a jumping bass.
    HarbourLights,
    /// Darker, in A minor too so that both can be mixed: long chords over a rolling bass.
    NightFreight,
}

impl Tune {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HarbourLights => "Harbour Lights",
            Self::NightFreight => "Night Freight",
        }
    }

    const fn seed(self) -> u64 {
        match self {
            Self::HarbourLights => 0x4c1f,
            Self::NightFreight => 0x9d27,
        }
    }
}

/// A tune's drums alone, as loud.
pub fn render_drums(tune: Tune, time: Time) -> Stereo {
    let (mut drums, _) = drums::render(tune, &time);
    finish(&mut drums);
    drums
}

/// Renders a tune. Peaks at -4 dB: two of them in the middle of a crossfade stay below full scale.
pub fn render(tune: Tune, time: Time) -> Stereo {
    let (drums, kicks) = drums::render(tune, &time);
    let mut band = Stereo::silence(time.num_frames());
    band.add_all(&bass::render(tune, &time), 0.75);
    band.add_all(&chords::render(tune, &time), 1.9);
    duck(&mut band, &kicks, &time);
    let mut mix = drums;
    mix.add_all(&band, 0.8);
    finish(&mut mix);
    mix
}

/// Turns the band down for a moment under each kick, as a compressor keyed by it would.
fn duck(band: &mut Stereo, kicks: &[usize], time: &Time) {
    const DEPTH: f64 = 0.65;
    let release = 0.11 * time.sample_rate;
    let mut last = None;
    let mut kicks = kicks.iter().peekable();
    for frame in 0..band.num_frames() {
        while kicks.next_if(|kick| **kick <= frame).is_some() {
            last = Some(frame);
        }
        let Some(kick) = last else { continue };
        let gain = (1.0 - DEPTH * (-((frame - kick) as f64) / release).exp()) as f32;
        band.left[frame] *= gain;
        band.right[frame] *= gain;
    }
}

/// Rounds off the peaks and sets the level.
fn finish(mix: &mut Stereo) {
    let peak_of = |mix: &Stereo| mix.left.iter().chain(&mix.right).fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let drive = 1.5 / peak_of(mix).max(1e-6);
    for sample in mix.left.iter_mut().chain(&mut mix.right) {
        *sample = (*sample * drive).tanh();
    }
    let gain = 0.63 / peak_of(mix).max(1e-6);
    for sample in mix.left.iter_mut().chain(&mut mix.right) {
        *sample *= gain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Time = Time { bpm: 126.0, sample_rate: 48_000.0, bars: 4 };

    #[test]
    fn the_same_tune_is_the_same_samples() {
        assert_eq!(render(Tune::HarbourLights, TIME), render(Tune::HarbourLights, TIME));
        assert_ne!(render(Tune::HarbourLights, TIME), render(Tune::NightFreight, TIME));
    }

    #[test]
    fn the_kick_is_on_the_first_frame() {
        for tune in [Tune::HarbourLights, Tune::NightFreight] {
            let music = quantize(&render(tune, TIME), Depth::Bits16);
            assert!(music.left[0].abs() > 0.05, "{}: {}", tune.name(), music.left[0]);
        }
    }

    #[test]
    fn levels_and_length_are_as_told() {
        let music = render(Tune::NightFreight, TIME);
        let peak = music.left.iter().chain(&music.right).fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!((0.62..0.64).contains(&peak), "{peak}");
        assert_eq!(music.num_frames(), 365_714);
        assert_ne!(music.left, music.right);
    }

    /// Energy of the low end rises at each quarter note: measured, not assumed.
    #[test]
    fn the_tempo_is_right() {
        for bpm in [96.0, 126.0, 174.0] {
            let time = Time { bpm, ..TIME };
            let music = render(Tune::NightFreight, time);
            let energy = |from: usize| music.left[from..from + 1200].iter().map(|s| s * s).sum::<f32>();
            for beat in 1..12 {
                let frame = (f64::from(beat) * 60.0 / bpm * 48_000.0).round() as usize;
                assert!(energy(frame) > 1.5 * energy(frame - 1200), "beat {beat} at {bpm} BPM");
            }
        }
    }
}
