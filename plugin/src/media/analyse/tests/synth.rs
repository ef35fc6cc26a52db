//! Music by arithmetic: drums, chords and noise on exact places.

use std::f64::consts::TAU;

use echelon_engine::deck::Track;

/// Numbers that look random, the same each time.
pub(super) struct Noise(u64);

impl Noise {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// -1..1
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A track that is being made.
pub(super) struct Music {
    left: Vec<f32>,
    right: Vec<f32>,
    pub rate: f64,
    noise: Noise,
}

#[derive(Clone, Copy)]
pub(super) enum Drum {
    Kick,
    Snare,
    Hat,
    Click,
}

impl Music {
    pub fn new(rate: f64, secs: f64, seed: u64) -> Self {
        let frames = (rate * secs) as usize;
        Self { left: vec![0.0; frames], right: vec![0.0; frames], rate, noise: Noise::new(seed) }
    }

    pub fn secs(&self) -> f64 {
        self.left.len() as f64 / self.rate
    }

    pub fn track(self) -> Track {
        Track::new(self.left, self.right, self.rate).unwrap()
    }

    /// Adds a sound that begins at a time, between two samples if need be.
    pub fn add(&mut self, at_secs: f64, secs: f64, pan: f64, sound: impl Fn(f64, f64) -> f64) {
        let start = (at_secs * self.rate).ceil() as usize;
        let end = (((at_secs + secs) * self.rate) as usize).min(self.left.len());
        for frame in start..end {
            let value = sound(frame as f64 / self.rate - at_secs, self.noise.next());
            self.left[frame] += (value * (1.0 - pan)) as f32;
            self.right[frame] += (value * (1.0 + pan)) as f32;
        }
    }

    pub fn hit(&mut self, drum: Drum, at_secs: f64, gain: f64) {
        match drum {
            Drum::Kick => self.add(at_secs, 0.25, 0.0, |t, _| {
                let phase = TAU * (50.0 * t + 4.0 * (1.0 - (-t * 30.0).exp()));
                0.7 * gain * phase.sin() * (-t * 14.0).exp() * (t * 1000.0).min(1.0)
            }),
            Drum::Snare => self.add(at_secs, 0.18, 0.1, |t, noise| {
                gain * (0.35 * noise * (-t * 25.0).exp() + 0.3 * (TAU * 190.0 * t).sin() * (-t * 30.0).exp())
            }),
            Drum::Hat => self.add(at_secs, 0.05, -0.2, |t, noise| {
                0.25 * gain * noise * (TAU * 9_000.0 * t).sin() * (-t * 90.0).exp()
            }),
            Drum::Click => self.add(at_secs, 0.01, 0.0, |t, _| gain * (TAU * 1_500.0 * t).sin() * (-t * 400.0).exp()),
        }
    }

    /// A note with overtones.
    pub fn note(&mut self, midi: f64, at_secs: f64, secs: f64, gain: f64) {
        let hz = 440.0 * ((midi - 69.0) / 12.0).exp2();
        self.add(at_secs, secs, 0.0, |t, _| {
            let envelope = (t * 60.0).min(1.0) * ((secs - t) * 30.0).clamp(0.0, 1.0);
            let overtones = (1..=5).map(|n| (TAU * hz * f64::from(n) * t).sin() / f64::from(n * n));
            gain * envelope * overtones.sum::<f64>()
        });
    }

    /// A hiss under everything.
    pub fn hiss(&mut self, gain: f64) {
        let secs = self.secs();
        self.add(0.0, secs, 0.0, |_, noise| gain * noise);
    }

    /// Kick, snare and hats from beat 0 on; `secs_of` says when a beat is. `swing` is where the off-beat hat is between
    /// two beats: 0.5 is straight, 0.667 a shuffle.
    pub fn drums(&mut self, secs_of: &dyn Fn(f64) -> f64, swing: f64) {
        let mut beat = 0u32;
        while secs_of(f64::from(beat)) < self.secs() {
            let at = f64::from(beat);
            match beat % 4 {
                0 => self.hit(Drum::Kick, secs_of(at), 1.0),
                2 => {
                    self.hit(Drum::Kick, secs_of(at), 0.9);
                    self.hit(Drum::Kick, secs_of(at + swing), 0.6);
                }
                _ => self.hit(Drum::Snare, secs_of(at), 1.0),
            }
            self.hit(Drum::Hat, secs_of(at), 0.7);
            self.hit(Drum::Hat, secs_of(at + swing), 1.0);
            if beat.is_multiple_of(16) {
                let start = secs_of(at);
                self.add(start, 0.6, 0.0, |t, noise| 0.3 * noise * (-t * 6.0).exp());
            }
            beat += 1;
        }
    }
}
