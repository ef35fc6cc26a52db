//! Kick, clap, snare and hats.

use super::synth::{Filter, Noise, Sine};
use super::{Stereo, Time, Tune};

/// The drums, and the frames of the kicks.
pub fn render(tune: Tune, time: &Time) -> (Stereo, Vec<usize>) {
    let mut kit = Kit { out: Stereo::silence(time.num_frames()), noise: Noise::new(tune.seed()), time };
    let mut kicks = Vec::new();
    for bar in 0..time.bars {
        let fill = bar % 8 == 7;
        for step in 0..16_u32 {
            let beat = f64::from(bar * 4) + f64::from(step) / 4.0;
            if kick_plays(step, fill) {
                kicks.push(time.frame(beat));
                kit.kick(beat);
            }
            kit.backbeat(tune, beat, step, fill);
            kit.hats(tune, beat, step, bar);
        }
    }
    (kit.out, kicks)
}

/// Four on the floor; a fill leaves out the last one and pushes.
fn kick_plays(step: u32, fill: bool) -> bool {
    match step {
        12 => !fill,
        14 => fill,
        _ => step.is_multiple_of(4),
    }
}

struct Kit<'a> {
    out: Stereo,
    noise: Noise,
    time: &'a Time,
}

impl Kit<'_> {
    fn rate(&self) -> f64 {
        self.time.sample_rate
    }

    /// Runs `voice(secs)` from a beat on and adds it, panned -1..1.
    fn hit(&mut self, beat: f64, secs: f64, pan: f64, mut voice: impl FnMut(f64, &mut Noise) -> f64) {
        let start = self.time.frame(beat);
        let (left, right) = (1.0 - pan.max(0.0), 1.0 + pan.min(0.0));
        for frame in 0..self.time.frames_of_secs(secs) {
            let value = voice(frame as f64 / self.time.sample_rate, &mut self.noise);
            self.out.add(start + frame, (value * left) as f32, (value * right) as f32);
        }
    }

    fn kick(&mut self, beat: f64) {
        let mut body = Sine::new(self.rate());
        self.hit(beat, 0.42, 0.0, |secs, noise| {
            let hz = 47.0 + 130.0 * (-secs / 0.028).exp() + 260.0 * (-secs / 0.004).exp();
            let tail = (1.0 - secs / 0.42).max(0.0);
            let boom = body.next(hz) * (-secs / 0.19).exp() * tail;
            // The beater: it makes the very first frame loud.
            let click = (0.55 + 0.25 * noise.next()) * (-secs / 0.0011).exp();
            (1.7 * boom + click).tanh()
        });
    }

    fn backbeat(&mut self, tune: Tune, beat: f64, step: u32, fill: bool) {
        match (tune, step) {
            (_, 4 | 12) if tune == Tune::HarbourLights => self.clap(beat, 0.95),
            (Tune::NightFreight, 4 | 12) => self.snare(beat, 0.75),
            (Tune::NightFreight, 7) => self.snare(beat, 0.2),
            _ => {}
        }
        if fill && step >= 11 {
            self.snare(beat, 0.16 + 0.07 * f64::from(step - 11));
        }
    }

    fn clap(&mut self, beat: f64, gain: f64) {
        let (mut band, rate) = (Filter::default(), self.rate());
        self.hit(beat, 0.26, 0.08, |secs, noise| {
            let burst = if secs < 0.033 { (-(secs % 0.011) / 0.004).exp() } else { (-(secs - 0.033) / 0.062).exp() };
            band.next(noise.next(), 1350.0, 1.3, rate).band * burst * gain * 1.5
        });
    }

    fn snare(&mut self, beat: f64, gain: f64) {
        let rate = self.rate();
        let (mut low, mut high, mut wires) = (Sine::new(rate), Sine::new(rate), Filter::default());
        self.hit(beat, 0.22, -0.05, |secs, noise| {
            let tone = (low.next(186.0) + 0.6 * high.next(331.0)) * (-secs / 0.045).exp();
            let rattle = wires.next(noise.next(), 2400.0, 0.8, rate).high * (-secs / 0.075).exp();
            gain * (0.55 * tone + 0.6 * rattle)
        });
    }

    fn hats(&mut self, tune: Tune, beat: f64, step: u32, bar: u32) {
        const ACCENTS: [f64; 4] = [0.5, 0.3, 0.85, 0.4];
        // Every second sixteenth comes a little late.
        let swing = if step % 2 == 1 { 0.018 } else { 0.0 };
        let accent = ACCENTS[step as usize % 4] * (1.0 + 0.12 * self.noise.next());
        if step % 4 == 2 && (tune == Tune::HarbourLights || bar % 8 >= 4) {
            self.hat(beat, 0.34, 0.085, 0.30);
        }
        if tune == Tune::HarbourLights || !step.is_multiple_of(4) {
            self.hat(beat + swing, 0.44 * accent, 0.022, -0.35);
        }
        if bar % 16 >= 8 && step.is_multiple_of(4) {
            self.hat(beat, 0.17, 0.16, 0.45);
        }
    }

    fn hat(&mut self, beat: f64, gain: f64, decay_secs: f64, pan: f64) {
        let rate = self.rate();
        let mut air = Filter::default();
        // Square waves that fit no scale sound like metal.
        let metal = [3125.0, 4183.0, 5394.0, 6760.0];
        self.hit(beat, decay_secs * 6.0, pan, |secs, noise| {
            let ring: f64 = metal.iter().map(|hz| if (secs * hz).fract() < 0.5 { 0.22 } else { -0.22 }).sum();
            air.next(ring + 0.75 * noise.next(), 7400.0, 0.9, rate).high * (-secs / decay_secs).exp() * gain
        });
    }
}
