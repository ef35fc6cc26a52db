//! How loud it is: peak, RMS and momentary loudness (ITU-R BS.1770, EBU Tech 3341) over the last 400 ms.

use std::f64::consts::PI;

/// The window, in steps.
const STEPS: usize = 40;
/// Steps in a second: the window moves on by 10 ms.
const STEPS_PER_SEC: f64 = 100.0;
/// No sound, in dB or LUFS.
const FLOOR_DB: f32 = -100.0;

/// What a meter shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Highest sample of the window, in dBFS.
    pub peak_db: f32,
    /// Of both channels' mean power, in dBFS: a full-scale sine reads -3.
    pub rms_db: f32,
    /// Momentary loudness, in LUFS.
    pub lufs: f32,
}

impl Levels {
    /// No sound.
    pub const SILENT: Self = Self { peak_db: FLOOR_DB, rms_db: FLOOR_DB, lufs: FLOOR_DB };
}

impl Default for Levels {
    fn default() -> Self {
        Self::SILENT
    }
}

/// A second-order filter in transposed direct form II.
#[derive(Clone, Copy, Debug)]
struct Stage {
    b: [f64; 3],
    a: [f64; 2],
    /// Each by channel.
    states: [[f64; 2]; 2],
}

impl Stage {
    /// Both channels, as lanes. What waits for the frame before comes last.
    #[inline]
    fn next(&mut self, x: [f64; 2]) -> [f64; 2] {
        let [b0, b1, b2] = self.b;
        let [a1, a2] = self.a;
        let [s1, s2] = &mut self.states;
        let mut y = [0.0; 2];
        for n in 0..2 {
            y[n] = b0 * x[n] + s1[n];
            s1[n] = (b1 * x[n] + s2[n]) - a1 * y[n];
            s2[n] = b2 * x[n] - a2 * y[n];
        }
        y
    }
}

/// The head as a shelf of 4 dB, then a high-pass: the standard's filters for any sample rate.
fn stages(sample_rate: f64) -> [Stage; 2] {
    let stage =
        |b: [f64; 3], a0: f64, a: [f64; 2]| Stage { b: b.map(|b| b / a0), a: a.map(|a| a / a0), states: [[0.0; 2]; 2] };
    let (high, band) = (10.0_f64.powf(3.999_843_853_973_347 / 20.0), 0.499_666_774_154_541_6);
    let (k, q) = ((PI * 1_681.974_450_955_533 / sample_rate).tan(), 0.707_175_236_955_419_6);
    let band = high.powf(band);
    let shelf = stage(
        [high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k],
        1.0 + k / q + k * k,
        [2.0 * (k * k - 1.0), 1.0 - k / q + k * k],
    );
    let (k, q) = ((PI * 38.135_470_876_024_44 / sample_rate).tan(), 0.500_327_037_323_877_3);
    let a0 = 1.0 + k / q + k * k;
    let high_pass = stage([a0, -2.0 * a0, a0], a0, [2.0 * (k * k - 1.0), 1.0 - k / q + k * k]);
    [shelf, high_pass]
}

/// What was in a step.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    peak: f32,
    /// By channel.
    energy: [f64; 2],
    weighted: [f64; 2],
}

/// Measures one stereo sound.
#[derive(Clone, Debug)]
pub struct LoudnessMeter {
    stages: [Stage; 2],
    step_frames: u32,
    steps: [Step; STEPS],
    at: usize,
    now: Step,
    done: u32,
    /// Of the steps: it changes when one ends.
    levels: Levels,
}

impl LoudnessMeter {
    /// After silence. `sample_rate` in Hz.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a hundredth of a sample rate")]
    pub fn new(sample_rate: f64) -> Self {
        Self {
            stages: stages(sample_rate),
            step_frames: (sample_rate / STEPS_PER_SEC).round().max(1.0) as u32,
            steps: [Step::default(); STEPS],
            at: 0,
            now: Step::default(),
            done: 0,
            levels: Levels::SILENT,
        }
    }

    fn rests(&self) -> bool {
        self.stages.iter().flat_map(|stage| stage.states).flatten().all(|state| state == 0.0)
    }

    /// Frames of one step.
    fn add(&mut self, left: &[f32], right: &[f32]) {
        let ([mut shelf, mut high_pass], Step { mut peak, mut energy, mut weighted }) = (self.stages, self.now);
        for (left, right) in left.iter().zip(right) {
            let loudest = left.abs().max(right.abs());
            peak = if loudest > peak { loudest } else { peak };
            let x = [f64::from(*left), f64::from(*right)];
            let y = high_pass.next(shelf.next(x));
            for n in 0..2 {
                energy[n] += x[n] * x[n];
                weighted[n] += y[n] * y[n];
            }
        }
        (self.stages, self.now) = ([shelf, high_pass], Step { peak, energy, weighted });
    }

    fn end_step(&mut self) {
        self.steps[self.at] = std::mem::take(&mut self.now);
        self.at = (self.at + 1) % STEPS;
        self.done = 0;
        // Below -240 dB nothing is left to hear; nothing lingers.
        let tiny = |state: &mut f64| *state = if state.abs() > 1e-12 { *state } else { 0.0 };
        self.stages.iter_mut().flat_map(|stage| &mut stage.states).flatten().for_each(tiny);
        self.levels = self.measure();
    }

    /// Takes in frames.
    ///
    /// # Real-time
    /// No allocation.
    pub fn take(&mut self, left: &[f32], right: &[f32]) {
        let (mut left, mut right) = (left, right);
        while !left.is_empty() {
            let count = left.len().min((self.step_frames - self.done) as usize).min(right.len());
            let (of_left, of_right);
            ((of_left, left), (of_right, right)) = (left.split_at(count), right.split_at(count));
            self.add(of_left, of_right);
            self.done += u32::try_from(count).unwrap_or(0);
            if self.done >= self.step_frames {
                self.end_step();
            } else if count == 0 {
                return;
            }
        }
    }

    /// Takes in frames of silence: for nothing, once it has come to rest.
    ///
    /// # Real-time
    /// No allocation.
    pub fn take_silence(&mut self, frames: u32) {
        let mut left = frames;
        while left > 0 {
            let count = left.min(self.step_frames - self.done);
            if !self.rests() {
                (0..count).for_each(|_| self.add(&[0.0], &[0.0]));
            }
            (self.done, left) = (self.done + count, left - count);
            if self.done >= self.step_frames {
                self.end_step();
            }
        }
    }

    /// Of the last 400 ms that are whole.
    #[must_use]
    pub const fn levels(&self) -> Levels {
        self.levels
    }

    #[expect(clippy::cast_possible_truncation, reason = "decibels")]
    fn measure(&self) -> Levels {
        let frames = f64::from(self.step_frames) * STEPS as f64;
        let sum = |of: fn(&Step) -> [f64; 2]| self.steps.iter().flat_map(of).sum::<f64>() / frames;
        let peak = self.steps.iter().fold(0.0_f32, |peak, step| peak.max(step.peak));
        let db = |power: f64| if power > 1e-10 { (10.0 * power.log10()) as f32 } else { FLOOR_DB };
        let weighted = sum(|step| step.weighted);
        Levels {
            peak_db: db(f64::from(peak).powi(2)),
            rms_db: db(sum(|step| step.energy) / 2.0),
            lufs: if weighted > 1e-10 { db(weighted) - 0.691 } else { FLOOR_DB },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(hz: f64, db: f64, sample_rate: f64, secs: f64) -> Vec<f32> {
        let gain = 10.0_f64.powf(db / 20.0);
        (0..(secs * sample_rate) as usize).map(|n| (gain * (TAU * hz * n as f64 / sample_rate).sin()) as f32).collect()
    }

    #[test]
    fn a_stereo_sine_of_minus_23_db_is_minus_23_lufs_at_any_rate() {
        for sample_rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            for db in [-23.0, -33.0, -3.0] {
                let sound = sine(1_000.0, db, sample_rate, 1.0);
                let mut meter = LoudnessMeter::new(sample_rate);
                meter.take(&sound, &sound);
                let Levels { peak_db, rms_db, lufs } = meter.levels();
                println!("{sample_rate} Hz, {db} dB: {lufs:.3} LUFS, {rms_db:.3} dB RMS, {peak_db:.3} dB peak");
                assert!((f64::from(lufs) - db).abs() < 0.1, "{lufs}");
                assert!((f64::from(rms_db) - (db - 3.01)).abs() < 0.02 && (f64::from(peak_db) - db).abs() < 0.02);
            }
        }
    }

    /// As in EBU Tech 3341, case 13: bursts of 400 ms, wherever they begin.
    #[test]
    fn a_burst_of_400_ms_reads_its_level_at_its_highest() {
        let burst = sine(1_000.0, -23.0, 48_000.0, 0.4);
        for offset in 0..20 {
            let mut meter = LoudnessMeter::new(48_000.0);
            let mut most = f32::MIN;
            let mut sound = vec![0.0; 240 * offset];
            sound.extend(&burst);
            sound.extend(vec![0.0; 48_000]);
            for part in sound.chunks(480) {
                meter.take(part, part);
                most = most.max(meter.levels().lufs);
            }
            assert!((most + 23.0).abs() < 0.1, "{offset}: {most}");
        }
    }

    /// EBU Tech 3341, case 12: louder and softer in turn, 400 ms together, wherever they begin: it stands still.
    #[test]
    fn what_comes_again_every_400_ms_reads_the_same_all_the_time() {
        let mut off = 0.0_f64;
        for rate in [44_100.0, 48_000.0] {
            let turn = [sine(1_000.0, -20.0, rate, 0.18), sine(1_000.0, -30.0, rate, 0.22)].concat();
            let sound: Vec<f32> = turn.iter().copied().cycle().take(25 * turn.len()).collect();
            for offset in [0, 7, 113, 301] {
                let mut meter = LoudnessMeter::new(rate);
                let silence = vec![0.0; offset];
                meter.take(&silence, &silence);
                for (n, part) in sound.chunks(rate as usize / 100).enumerate() {
                    meter.take(part, part);
                    if n > 100 {
                        off = off.max((f64::from(meter.levels().lufs) + 23.0).abs());
                    }
                }
            }
        }
        println!("EBU 3341, case 12: within {off:.3} LU");
        assert!(off < 0.1, "{off}");
    }

    /// EBU Tech 3341, case 14: bursts as in case 13, each louder by 1 dB.
    #[test]
    fn bursts_of_every_level_read_their_level() {
        let mut off = 0.0_f64;
        for db in -38..=-19 {
            let burst = sine(1_000.0, f64::from(db), 48_000.0, 0.4);
            let mut meter = LoudnessMeter::new(48_000.0);
            let mut most = f32::MIN;
            let sound = [vec![0.0; 960 * (39 + db) as usize + 131], burst, vec![0.0; 48_000]].concat();
            for part in sound.chunks(480) {
                meter.take(part, part);
                most = most.max(meter.levels().lufs);
            }
            off = off.max(f64::from(most - db as f32).abs());
        }
        println!("EBU 3341, case 14: within {off:.3} LU");
        assert!(off < 0.1, "{off}");
    }

    #[test]
    fn any_split_gives_the_same_and_silence_costs_nothing_in_the_end() {
        let sound = sine(300.0, -6.0, 48_000.0, 0.5);
        let mut whole = LoudnessMeter::new(48_000.0);
        whole.take(&sound, &sound);
        let mut split = LoudnessMeter::new(48_000.0);
        sound.chunks(7).for_each(|part| split.take(part, part));
        assert_eq!(whole.levels(), split.levels());
        whole.take_silence(100_000);
        assert!(whole.rests());
        assert_eq!(whole.levels(), Levels::SILENT);
    }
}
