//! How high a track's wave goes between its samples.

use echelon_engine::deck::Track;

use super::watch::Part;

/// Samples that one value between is made of.
const TAPS: usize = 16;
/// Values that are worked out together.
const LANES: usize = 16;
/// At this rate and above, there is no need to look between the samples as often, or at all.
const HALF_RATE_HZ: f64 = 80_000.0;
const FULL_RATE_HZ: f64 = 160_000.0;
const PIECE_FRAMES: usize = 1 << 15;

/// In dBTP. The outer `None` if it was cancelled; the inner for digital silence.
pub fn true_peak_db(track: &Track, watch: &Part<'_>) -> Option<Option<f64>> {
    let steps = match track.sample_rate() {
        rate if rate >= FULL_RATE_HZ => 1,
        rate if rate >= HALF_RATE_HZ => 2,
        _ => 4,
    };
    let phases: Vec<[f32; TAPS]> = (1..steps).map(|step| taps(f64::from(step) / f64::from(steps))).collect();
    let overshoot = phases.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>()).fold(1.0, f32::max);
    let channels = [track.left(), track.right()];
    let mut peak = channels.into_iter().map(highest).fold(0.0, f32::max);
    let pieces = 2 * track.num_frames().div_ceil(PIECE_FRAMES);
    for channel in channels {
        for piece in pieces_of(channel) {
            if watch.cancelled() {
                return None;
            }
            peak = peak.max(between(piece, &phases, overshoot, peak));
            watch.advance(1.0 / pieces as f32);
        }
    }
    Some((peak > 0.0).then(|| 20.0 * f64::from(peak).log10()))
}

/// Pieces that overlap by as much as a value between needs.
fn pieces_of(channel: &[f32]) -> impl Iterator<Item = &[f32]> {
    let starts = (0..channel.len()).step_by(PIECE_FRAMES);
    starts.map(|start| &channel[start.saturating_sub(TAPS)..(start + PIECE_FRAMES).min(channel.len())])
}

/// The highest sample of either sign.
fn highest(samples: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let chunks = samples.chunks_exact(8);
    let rest = chunks.remainder().iter().map(|sample| sample.abs()).fold(0.0, f32::max);
    for chunk in chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            *lane = if sample.abs() > *lane { sample.abs() } else { *lane };
        }
    }
    lanes.into_iter().fold(rest, f32::max)
}

/// The highest value between the samples, where it may be above `peak`.
fn between(samples: &[f32], phases: &[[f32; TAPS]], overshoot: f32, mut peak: f32) -> f32 {
    const WINDOW: usize = LANES + TAPS - 1;
    let mut padded = [0.0f32; WINDOW];
    for start in (0..samples.len()).step_by(LANES) {
        let end = (start + WINDOW).min(samples.len());
        let window = &samples[start..end];
        if highest(window) * overshoot <= peak {
            continue;
        }
        padded[..window.len()].copy_from_slice(window);
        padded[window.len()..].fill(0.0);
        for taps in phases {
            let mut sums = [0.0f32; LANES];
            for (tap, at) in taps.iter().zip(0..) {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    *sum += tap * padded[at + lane];
                }
            }
            peak = peak.max(highest(&sums));
        }
    }
    peak
}

/// A windowed sinc for the value `part` of the way from one sample to the next.
#[allow(clippy::cast_possible_truncation, reason = "filter taps are f32")]
fn taps(part: f64) -> [f32; TAPS] {
    let half = (TAPS / 2) as f64;
    let mut taps = [0.0f64; TAPS];
    for (index, tap) in taps.iter_mut().enumerate() {
        let x = index as f64 - (half - 1.0) - part;
        let window = (std::f64::consts::PI * x / (2.0 * half)).cos();
        *tap = window.max(0.0).powf(1.2) * (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x);
    }
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}
