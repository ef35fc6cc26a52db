//! When beats are: even, wandering as a drummer does, hurrying, or on a tape that does not run true.

use std::f64::consts::TAU;

use super::super::drawn::Lot;

/// What becomes of the tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Movement {
    Steady,
    /// A drummer's tempo goes so far from its mean, as a part of it, and never the same way twice.
    Wander(f64),
    /// From the first bar to the end it changes by this part, evenly.
    Ramp(f64),
    /// A recording whose machine runs faster and slower by this part: slowly, and a little with each turn. Pitch goes
    /// with it. The second number is turns a second.
    Tape(f64, f64),
}

/// Eighths of a beat are tabulated.
const PER_BEAT: f64 = 8.0;

/// The studio's clock, and that of the copy that is heard.
#[derive(Clone, Debug)]
pub struct Clock {
    bpm: f64,
    first_secs: f64,
    /// Of each eighth of a beat; none if they are even.
    table_secs: Vec<f64>,
    /// How far a tape is ahead, in seconds, how often a second that comes and goes, and where it begins.
    waves: Vec<(f64, f64, f64)>,
}

impl Clock {
    pub fn new(bpm: f64, first_secs: f64, secs: f64, movement: Movement, seed: u64) -> Self {
        let mut lot = Lot::new(seed ^ 0x000c_10c4);
        let mut clock = Self { bpm, first_secs, table_secs: vec![], waves: vec![] };
        match movement {
            Movement::Steady => {}
            Movement::Ramp(part) => clock.tabulate(secs, |_, at_secs| 1.0 + part * (at_secs / secs).clamp(0.0, 1.0)),
            Movement::Wander(part) => {
                // Over phrases most, over bars some, within them hardly.
                let waves = [(41.0, 0.5), (23.0, 0.3), (13.3, 0.2), (5.7, 0.1)];
                let waves = waves.map(|(beats, share)| (beats * lot.within(0.8, 1.25), share, TAU * lot.part()));
                clock.tabulate(secs, |beat, _| {
                    let sum: f64 = waves.iter().map(|(beats, share, at)| share * (TAU * beat / beats + at).sin()).sum();
                    1.0 + part * sum
                });
            }
            Movement::Tape(part, turns_hz) => {
                let waves = [(0.031, 0.6), (0.083, 0.4), (turns_hz, 0.35)];
                clock.waves = waves.map(|(hz, share)| (part * share / (TAU * hz), hz, TAU * lot.part())).to_vec();
            }
        }
        clock
    }

    fn tabulate(&mut self, secs: f64, speed: impl Fn(f64, f64) -> f64) {
        let mut at_secs = self.first_secs;
        while at_secs < secs + 12.0 {
            self.table_secs.push(at_secs);
            let beat = (self.table_secs.len() as f64 - 0.5) / PER_BEAT;
            at_secs += 60.0 / (PER_BEAT * self.bpm * speed(beat, at_secs));
        }
    }

    /// When a beat is played.
    pub fn beat_secs(&self, beat: f64) -> f64 {
        if self.table_secs.is_empty() {
            return self.first_secs + beat * 60.0 / self.bpm;
        }
        let index = ((beat * PER_BEAT).max(0.0) as usize).min(self.table_secs.len() - 2);
        let [from, to] = [self.table_secs[index], self.table_secs[index + 1]];
        from + (beat * PER_BEAT - index as f64) * (to - from)
    }

    /// Where on the tape is what is heard at a time.
    pub fn on_tape_secs(&self, heard_secs: f64) -> f64 {
        let ahead = |(depth, hz, at): &(f64, f64, f64)| depth * ((TAU * hz * heard_secs + at).sin() - at.sin());
        heard_secs + self.waves.iter().map(ahead).sum::<f64>()
    }

    /// When a beat is heard.
    pub fn heard_secs(&self, beat: f64) -> f64 {
        let played = self.beat_secs(beat);
        let mut heard = played;
        // The tape's speed is within a few hundredths of one: each step leaves as much of the error.
        for _ in 0..16 {
            heard += played - self.on_tape_secs(heard);
        }
        heard
    }

    /// Whether a copy differs from what is played.
    pub const fn is_tape(&self) -> bool {
        !self.waves.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_is_heard_where_it_is() {
        let clock = Clock::new(120.0, 0.4, 50.0, Movement::Tape(0.006, 0.55), 3);
        for beat in 0..96 {
            let heard = clock.heard_secs(f64::from(beat));
            assert!((clock.on_tape_secs(heard) - clock.beat_secs(f64::from(beat))).abs() < 1e-10);
        }
    }

    #[test]
    fn tempi_go_as_far_as_told() {
        let tempi = |movement| {
            let clock = Clock::new(100.0, 1.0, 50.0, movement, 9);
            (0..75)
                .map(|beat| 60.0 / (clock.heard_secs(f64::from(beat + 1)) - clock.heard_secs(f64::from(beat))))
                .collect::<Vec<f64>>()
        };
        assert!(tempi(Movement::Steady).iter().all(|bpm| (bpm - 100.0).abs() < 1e-9));
        let ramp = tempi(Movement::Ramp(0.05));
        assert!((ramp[0] - 100.1).abs() < 0.2 && (ramp[74] - 104.6).abs() < 0.3, "{} {}", ramp[0], ramp[74]);
        for movement in [Movement::Wander(0.015), Movement::Tape(0.006, 0.55)] {
            let all = tempi(movement);
            let most = all.iter().fold(0.0_f64, |most, bpm| most.max((bpm - 100.0).abs()));
            assert!((0.2..1.8).contains(&most), "{movement:?}: {most}");
        }
    }
}
