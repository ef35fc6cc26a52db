//! How loud a track is: integrated loudness (EBU R128, ITU-R BS.1770-5) and loudness range (EBU Tech 3342).

use echelon_engine::deck::Track;

use super::watch::Part;

/// Blocks of the gate are 400 ms, one every 100 ms.
const STEPS_PER_SEC: f64 = 10.0;
const STEPS_PER_BLOCK: usize = 4;
/// Blocks below this are silence; those this much below the mean of the rest do not count either.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const RELATIVE_GATE_LU: f64 = -10.0;
/// For the range: windows of 3 s, another gate, and what lies between these shares of them.
const STEPS_PER_WINDOW: usize = 30;
const RANGE_GATE_LU: f64 = -20.0;
const RANGE: [f64; 2] = [0.10, 0.95];

/// How loud a track is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loudness {
    /// In LUFS; `None` if all of the track lies under the gate, or is shorter than 400 ms.
    pub integrated_lufs: Option<f64>,
    /// In LU; `None` if that is so of less than 3 s.
    pub range_lu: Option<f64>,
}

/// One stage of the K weighting, both channels side by side.
struct Stage {
    b: [f64; 3],
    a: [f64; 2],
    z: [[f64; 2]; 2],
}

impl Stage {
    /// The shelf that stands for the head (BS.1770, from its analogue values, so that it fits any rate).
    fn shelf(rate_hz: f64) -> Self {
        let k = (std::f64::consts::PI * 1_681.974_450_955_533 / rate_hz).tan();
        let (gain_db, q) = (3.999_843_853_973_347, 0.707_175_236_955_419_6);
        let high = 10f64.powf(gain_db / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        let b = [high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k];
        Self::new(b.map(|b| b / a0), k, q, a0)
    }

    /// The high-pass that stands for the ear's deafness to lows.
    fn high_pass(rate_hz: f64) -> Self {
        let k = (std::f64::consts::PI * 38.135_470_876_024_44 / rate_hz).tan();
        let q = 0.500_327_037_323_877_3;
        Self::new([1.0, -2.0, 1.0], k, q, 1.0 + k / q + k * k)
    }

    fn new(b: [f64; 3], k: f64, q: f64, a0: f64) -> Self {
        Self { b, a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0], z: [[0.0; 2]; 2] }
    }

    fn run(&mut self, input: [f64; 2]) -> [f64; 2] {
        let mut output = [0.0; 2];
        for lane in 0..2 {
            let y = self.b[0] * input[lane] + self.z[0][lane];
            self.z[0][lane] = self.b[1] * input[lane] - self.a[0] * y + self.z[1][lane];
            self.z[1][lane] = self.b[2] * input[lane] - self.a[1] * y;
            output[lane] = y;
        }
        output
    }

    /// What would only be slow to work with, and cannot be heard.
    fn flush(&mut self) {
        for z in self.z.iter_mut().flatten() {
            if z.abs() < 1e-30 {
                *z = 0.0;
            }
        }
    }
}

/// Measures a track. `None` if it was cancelled.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame number, positive")]
pub fn loudness(track: &Track, watch: &Part<'_>) -> Option<Loudness> {
    let rate = track.sample_rate();
    let (mut shelf, mut high_pass) = (Stage::shelf(rate), Stage::high_pass(rate));
    let step_frames = rate / STEPS_PER_SEC;
    let steps = (track.num_frames() as f64 / step_frames) as usize;
    let mut powers = Vec::with_capacity(steps);
    for step in 0..steps {
        if watch.cancelled() {
            return None;
        }
        let range = (step as f64 * step_frames).round() as usize..((step + 1) as f64 * step_frames).round() as usize;
        let range = range.start..range.end.min(track.num_frames());
        let mut sums = [0.0; 2];
        for (left, right) in track.left()[range.clone()].iter().zip(&track.right()[range.clone()]) {
            let [left, right] = high_pass.run(shelf.run([f64::from(*left), f64::from(*right)]));
            sums[0] += left * left;
            sums[1] += right * right;
        }
        shelf.flush();
        high_pass.flush();
        powers.push((sums[0] + sums[1]) / range.len().max(1) as f64);
        watch.advance(1.0 / steps as f32);
    }
    Some(Loudness {
        integrated_lufs: gated_lufs(&means(&powers, STEPS_PER_BLOCK), RELATIVE_GATE_LU).map(|(lufs, _)| lufs),
        range_lu: range_lu(&means(&powers, STEPS_PER_WINDOW)),
    })
}

/// The mean power of every so many steps that follow each other.
fn means(powers: &[f64], steps: usize) -> Vec<f64> {
    powers.windows(steps).map(|window| window.iter().sum::<f64>() / steps as f64).collect()
}

/// The loudness of what is not silence, and of all that, what is above that less `gate_lu`: its loudness and its parts.
fn gated_lufs(powers: &[f64], gate_lu: f64) -> Option<(f64, Vec<f64>)> {
    let above = |gate_lufs: f64| {
        let gate = 10f64.powf((gate_lufs + 0.691) / 10.0);
        let parts: Vec<f64> = powers.iter().copied().filter(|power| *power > gate).collect();
        (!parts.is_empty()).then(|| (lufs(parts.iter().sum::<f64>() / parts.len() as f64), parts))
    };
    above((above(ABSOLUTE_GATE_LUFS)?.0 + gate_lu).max(ABSOLUTE_GATE_LUFS))
}

/// From the quiet to the loud places.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn range_lu(windows: &[f64]) -> Option<f64> {
    let (_, mut parts) = gated_lufs(windows, RANGE_GATE_LU)?;
    parts.sort_by(f64::total_cmp);
    let [quiet, loud] = RANGE.map(|share| lufs(parts[((parts.len() - 1) as f64 * share).round() as usize]));
    Some(loud - quiet)
}

fn lufs(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}
