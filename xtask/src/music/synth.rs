//! The parts that instruments are made of.

use std::f64::consts::TAU;

/// Noise that is the same on every machine (xorshift64*).
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Evenly spread over -1..1.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f64 / f64::from(1_u32 << 23) - 1.0
    }
}

/// A saw with its step rounded off, so that it hardly aliases (PolyBLEP).
#[derive(Clone, Debug)]
pub struct Saw {
    phase: f64,
    step: f64,
}

impl Saw {
    pub fn new(hz: f64, sample_rate: f64, phase: f64) -> Self {
        Self { phase, step: hz / sample_rate }
    }

    pub fn next(&mut self) -> f64 {
        let (phase, step) = (self.phase, self.step);
        let blep = if phase < step {
            let t = phase / step;
            t + t - t * t - 1.0
        } else if phase > 1.0 - step {
            let t = (phase - 1.0) / step;
            t * t + t + t + 1.0
        } else {
            0.0
        };
        self.phase = (phase + step).fract();
        2.0 * phase - 1.0 - blep
    }
}

/// A sine.
#[derive(Clone, Debug)]
pub struct Sine {
    phase: f64,
    sample_rate: f64,
}

impl Sine {
    pub fn new(sample_rate: f64) -> Self {
        Self { phase: 0.0, sample_rate }
    }

    pub fn next(&mut self, hz: f64) -> f64 {
        let value = (self.phase * TAU).sin();
        self.phase = (self.phase + hz / self.sample_rate).fract();
        value
    }
}

/// What a [`Filter`] gives for one sample.
#[derive(Clone, Copy, Debug)]
pub struct Bands {
    pub low: f64,
    pub band: f64,
    pub high: f64,
}

/// State-variable filter, trapezoidal (after A. Simper): stable when its frequency moves.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    ic1: f64,
    ic2: f64,
}

impl Filter {
    pub fn next(&mut self, input: f64, hz: f64, q: f64, sample_rate: f64) -> Bands {
        let g = (std::f64::consts::PI * (hz / sample_rate).min(0.45)).tan();
        let k = 1.0 / q;
        let a1 = 1.0 / (1.0 + g * (g + k));
        let a2 = g * a1;
        let v3 = input - self.ic2;
        let v1 = a1 * self.ic1 + a2 * v3;
        let v2 = self.ic2 + a2 * self.ic1 + g * a2 * v3;
        self.ic1 = 2.0 * v1 - self.ic1;
        self.ic2 = 2.0 * v2 - self.ic2;
        Bands { low: v2, band: v1, high: input - k * v1 - v2 }
    }
}

/// Rises in `attack_secs`, holds until `gate_secs`, then falls to nothing in `release_secs`.
pub fn envelope(secs: f64, attack_secs: f64, gate_secs: f64, release_secs: f64) -> f64 {
    let rise = (secs / attack_secs).min(1.0);
    let fall = 1.0 - ((secs - gate_secs) / release_secs).clamp(0.0, 1.0);
    rise * fall * fall
}

/// Hz of a MIDI note number.
pub fn note_hz(note: i32) -> f64 {
    440.0 * 2.0_f64.powf(f64::from(note - 69) / 12.0)
}

/// An echo that bounces between the sides.
pub fn ping_pong(sound: &mut super::Stereo, delay_frames: usize, feedback: f32) {
    for frame in delay_frames..sound.num_frames() {
        let (left, right) = (sound.left[frame - delay_frames], sound.right[frame - delay_frames]);
        sound.left[frame] += feedback * right;
        sound.right[frame] += feedback * left * 0.8;
    }
}

/// A small hall: four combs a side with slightly different lengths, then two all-passes.
pub fn hall(dry: &super::Stereo, sample_rate: f64) -> super::Stereo {
    let side = |input: &[f32], spread: usize| {
        let scale = sample_rate / 44_100.0;
        let length = |frames: f64| (frames * scale) as usize + spread;
        let mut wet = vec![0.0_f32; input.len()];
        for frames in [1687.0, 1601.0, 1491.0, 1422.0] {
            comb(input, &mut wet, length(frames));
        }
        for frames in [556.0, 225.0] {
            all_pass(&mut wet, length(frames));
        }
        wet
    };
    super::Stereo { left: side(&dry.left, 0), right: side(&dry.right, 23) }
}

fn comb(input: &[f32], sum: &mut [f32], length: usize) {
    let mut line = vec![0.0_f32; length];
    let mut damped = 0.0_f32;
    for (frame, (sample, sum)) in input.iter().zip(sum).enumerate() {
        let out = line[frame % length];
        damped += 0.45 * (out - damped);
        line[frame % length] = sample + 0.82 * damped;
        *sum += 0.25 * out;
    }
}

fn all_pass(signal: &mut [f32], length: usize) {
    let mut line = vec![0.0_f32; length];
    for (frame, sample) in signal.iter_mut().enumerate() {
        let delayed = line[frame % length];
        let input = *sample + 0.5 * delayed;
        line[frame % length] = input;
        *sample = delayed - 0.5 * input;
    }
}
