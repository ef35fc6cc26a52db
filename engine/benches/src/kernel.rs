//! What the nodes compute. Every engine runs this code, so that only the way from node to node differs.

use std::f32::consts::TAU;
use std::f64::consts::PI;

/// In Hz.
pub const SAMPLE_RATE: f64 = 48_000.0;
/// Samples that the source repeats.
const PERIOD: usize = 64;

/// One frame after the other: what a node does with the sum of its inputs.
pub trait Kernel: Clone + Send + Sync + 'static {
    /// Roughly how long 64 frames take, in nanoseconds: for engines that plan with it.
    const COST_NS: u32;

    /// The next frame.
    fn step(&mut self, input: f32) -> f32;

    /// Frames from an input.
    #[inline(always)]
    fn run(&mut self, input: &[f32], output: &mut [f32]) {
        // A copy, so that the state stays in registers.
        let mut this = self.clone();
        for (out, sample) in output.iter_mut().zip(input) {
            *out = this.step(*sample);
        }
        *self = this;
    }

    /// Frames in place.
    #[inline(always)]
    fn run_in_place(&mut self, samples: &mut [f32]) {
        let mut this = self.clone();
        for sample in samples {
            *sample = this.step(*sample);
        }
        *self = this;
    }

    /// Frames without an input.
    #[inline(always)]
    fn run_alone(&mut self, output: &mut [f32]) {
        output.fill(0.0);
        self.run_in_place(output);
    }

    /// Whether what is remembered is neither NaN nor infinite.
    #[inline(always)]
    fn is_finite(&self) -> bool {
        true
    }

    /// How many times as loud as its input it may be, where it knows: for engines that ask.
    fn most_gain(&self) -> Option<f32> {
        None
    }
}

/// Noise, the same in every period: costs a copy.
#[derive(Clone, Debug)]
pub struct Source {
    /// Elsewhere, so that nodes of any type stay small where they lie side by side.
    table: Box<[f32; PERIOD]>,
    position: usize,
}

impl Source {
    /// Noise of -12 dB. No sample is zero.
    #[must_use]
    pub fn new() -> Self {
        let mut random = Random::new(7);
        let table = [(); PERIOD].map(|()| random.between(0.01, 0.25) * random.sign());
        Self { table: Box::new(table), position: 0 }
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::new()
    }
}

impl Kernel for Source {
    const COST_NS: u32 = 8;

    #[inline(always)]
    fn step(&mut self, _: f32) -> f32 {
        let sample = self.table[self.position % PERIOD];
        self.position = (self.position + 1) % PERIOD;
        sample
    }

    #[inline(always)]
    fn run_alone(&mut self, mut output: &mut [f32]) {
        while !output.is_empty() {
            let from = self.position % PERIOD;
            let count = output.len().min(PERIOD - from);
            let (now, later) = output.split_at_mut(count);
            now.copy_from_slice(&self.table[from..from + count]);
            self.position = (from + count) % PERIOD;
            output = later;
        }
    }
}

/// Passes: for engines that sum in a node of its own.
#[derive(Clone, Copy, Debug)]
pub struct Pass;

impl Kernel for Pass {
    const COST_NS: u32 = 8;

    #[inline(always)]
    fn step(&mut self, input: f32) -> f32 {
        input
    }
}

/// About 5 ns for 64 frames: shows what an engine adds.
#[derive(Clone, Copy, Debug)]
pub struct Gain(pub f32);

impl Kernel for Gain {
    const COST_NS: u32 = 8;

    #[inline(always)]
    fn step(&mut self, input: f32) -> f32 {
        input * self.0
    }

    fn most_gain(&self) -> Option<f32> {
        Some(self.0.abs())
    }
}

/// A peak filter's settings.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// In Hz.
    pub frequency_hz: f32,
    /// Quality.
    pub q: f32,
    /// In dB.
    pub gain_db: f32,
}

/// Direct form II, transposed: about 200 ns for 64 frames, each of which waits for the one before.
#[derive(Clone, Copy, Debug)]
pub struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    states: [f32; 2],
}

impl Biquad {
    /// R. Bristow-Johnson's peaking filter ("Audio EQ Cookbook").
    #[must_use]
    pub fn new(peak: Peak) -> Self {
        let (sin, cos) = (2.0 * PI * (f64::from(peak.frequency_hz) / SAMPLE_RATE)).sin_cos();
        let alpha = sin / (2.0 * f64::from(peak.q));
        let a = 10.0_f64.powf(f64::from(peak.gain_db) / 40.0);
        let a0 = 1.0 + alpha / a;
        let b = [1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a].map(|b| to_f32(b / a0));
        Self { b, a: [-2.0 * cos, 1.0 - alpha / a].map(|a| to_f32(a / a0)), states: [0.0; 2] }
    }
}

impl Kernel for Biquad {
    const COST_NS: u32 = 200;

    #[inline(always)]
    fn step(&mut self, x: f32) -> f32 {
        let [s1, s2] = self.states;
        let y = self.b[0] * x + s1;
        self.states = [(self.b[1] * x + s2) - self.a[0] * y, self.b[2] * x - self.a[1] * y];
        y
    }

    #[inline(always)]
    fn is_finite(&self) -> bool {
        self.states[0] * 0.0 + self.states[1] * 0.0 == 0.0
    }
}

/// Adds a sine from the mathematics library: about 600 ns for 64 frames.
#[derive(Clone, Copy, Debug)]
pub struct Sine {
    phase: f32,
    step: f32,
}

impl Sine {
    /// At -40 dB.
    const LEVEL: f32 = 0.01;

    /// By its frequency in Hz.
    #[must_use]
    pub fn new(frequency_hz: f32) -> Self {
        Self { phase: 0.0, step: to_f32(f64::from(frequency_hz) / SAMPLE_RATE) }
    }
}

impl Kernel for Sine {
    const COST_NS: u32 = 600;

    #[inline(always)]
    fn step(&mut self, input: f32) -> f32 {
        let y = input + Self::LEVEL * (TAU * self.phase).sin();
        self.phase += self.step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        y
    }
}

#[expect(clippy::cast_possible_truncation, reason = "values of ordinary size")]
const fn to_f32(value: f64) -> f32 {
    value as f32
}

/// A node: the sum of its inputs in slot order, divided by their number, then its kernel.
#[derive(Clone, Debug)]
pub struct Unit<K> {
    inputs: usize,
    scale: f32,
    kernel: K,
}

impl<K: Kernel> Unit<K> {
    /// With so many inputs.
    #[expect(clippy::cast_precision_loss, reason = "a handful of inputs")]
    #[must_use]
    pub fn new(inputs: usize, kernel: K) -> Self {
        Self { inputs, scale: 1.0 / inputs.max(1) as f32, kernel }
    }

    /// How many inputs.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// Whether what it remembers is neither NaN nor infinite.
    #[inline(always)]
    pub fn is_finite(&self) -> bool {
        self.kernel.is_finite()
    }

    /// How many times as loud as its inputs' sum it may be, where it knows.
    pub fn most_gain(&self) -> Option<f32> {
        self.kernel.most_gain().map(|gain| gain * self.scale)
    }

    /// The next frames. Every input is as long as the output.
    #[inline(always)]
    pub fn process<'a>(&mut self, input: impl Fn(usize) -> &'a [f32], output: &mut [f32]) {
        match self.inputs {
            0 => self.kernel.run_alone(output),
            1 => self.kernel.run(input(0), output),
            count => {
                for (out, (a, b)) in output.iter_mut().zip(input(0).iter().zip(input(1))) {
                    *out = a + b;
                }
                for slot in 2..count {
                    output.iter_mut().zip(input(slot)).for_each(|(out, sample)| *out += sample);
                }
                output.iter_mut().for_each(|sample| *sample *= self.scale);
                self.kernel.run_in_place(output);
            }
        }
    }
}

impl<K: Kernel> Unit<K> {
    /// As [`Unit::process`], for engines that call a node by a pointer: what is rare is apart, so that a node with one
    /// input, which most are, has no registers to save.
    #[inline(always)]
    pub fn process_called<'a>(&mut self, input: impl Fn(usize) -> &'a [f32], output: &mut [f32]) {
        if self.inputs == 1 {
            return self.kernel.run(input(0), output);
        }
        self.process_apart(input, output);
    }

    #[inline(never)]
    fn process_apart<'a>(&mut self, input: impl Fn(usize) -> &'a [f32], output: &mut [f32]) {
        match self.inputs {
            0 => self.kernel.run_alone(output),
            2 => self.process_gathered(std::array::from_fn::<_, 2, _>(input), output),
            3 => self.process_gathered(std::array::from_fn::<_, 3, _>(input), output),
            _ => self.process(input, output),
        }
    }

    /// With the inputs looked up beforehand.
    #[inline(always)]
    pub fn process_gathered<'a, I: AsRef<[f32]> + ?Sized + 'a, const N: usize>(
        &mut self,
        inputs: [&'a I; N],
        output: &mut [f32],
    ) {
        self.process(|slot| inputs[slot].as_ref(), output);
    }
}

/// Random numbers that are the same in every run (xorshift).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// By a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `end`, which is not zero.
    pub const fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end
    }

    /// In `low..high`.
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next() >> 40) as f32 / 16_777_216.0)
    }

    /// -1 or 1.
    pub const fn sign(&mut self) -> f32 {
        if self.next() >> 63 == 0 { 1.0 } else { -1.0 }
    }
}
