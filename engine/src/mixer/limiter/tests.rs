use std::f64::consts::{PI, TAU};

use super::*;
use crate::mixer::testing::{bits, noise, through};

const SR: f64 = 48_000.0;

fn limiter(ceiling_db: f32, sample_rate: f64) -> LimiterNode {
    let mut node = LimiterNode::new(sample_rate);
    node.ceiling_mut().move_to(ceiling_db, 0);
    node.prepare(sample_rate);
    node
}

/// Highest of the wave between the samples, 16 times oversampled by a sinc of so many taps under a Hann window, in
/// dB. Meters as ITU-R BS.1770 describes them have 12 taps, the limiter looks with 32; 128 are much finer than both.
fn true_peak_db<const TAPS: usize>(sound: &[[f32; 2]]) -> f64 {
    let reach = TAPS as f64 / 2.0;
    let kernel = |phase: usize| {
        let tap = |k: usize| {
            let distance = k as f64 - (reach - 1.0) - phase as f64 / 16.0;
            (PI * distance).sin() / (PI * distance) * (PI * distance / (2.0 * reach)).cos().powi(2)
        };
        std::array::from_fn::<f64, TAPS, _>(tap)
    };
    let kernels: Vec<_> = (1..16).map(kernel).collect();
    let mut peak = 0.0_f64;
    for channel in 0..2 {
        let x: Vec<f64> = sound.iter().map(|frame| f64::from(frame[channel])).collect();
        peak = x.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
        for part in x.windows(TAPS) {
            for kernel in &kernels {
                peak = peak.max(part.iter().zip(kernel).map(|(sample, tap)| sample * tap).sum::<f64>().abs());
            }
        }
    }
    20.0 * peak.max(1e-9).log10()
}

fn both(sound: impl Iterator<Item = f64>) -> Vec<[f32; 2]> {
    sound.map(|sample| [sample as f32, -sample as f32]).collect()
}

/// Sines between whose samples the wave is higher than any sample, as in EBU Tech 3341, cases 15 to 19: part of the
/// sample rate, phase in turns, amplitude.
const CASES: [(f64, f64, f64); 5] =
    [(0.25, 0.0, 0.5), (0.25, 0.125, 0.5), (1.0 / 6.0, 1.0 / 6.0, 0.5), (0.125, 0.1875, 0.5), (0.25, 0.125, 1.41)];

#[test]
fn no_true_peak_of_the_ebu_s_sines_goes_over_the_ceiling() {
    let mut most = f64::NEG_INFINITY;
    for (part, phase, amplitude) in CASES {
        for drive_db in [0.0, 6.0, 12.0, 24.0] {
            let gain = amplitude * 10.0_f64.powf(drive_db / 20.0);
            let sound = both((0..6_000).map(|n| gain * (TAU * (f64::from(n) * part + phase)).sin()));
            let made = through(&mut limiter(-0.3, SR), &sound, 64);
            most = most.max(true_peak_db::<128>(&made));
        }
    }
    println!("limiter: EBU sines up to +27 dB: {most:.3} dBTP at a ceiling of -0.3");
    assert!(most <= -0.3, "{most}");
    assert!(most > -0.75, "and it is not simply turned down: {most}");
}

/// Cases 20 to 23: a sine at a quarter of the rate of four times oversampling, cut at each of the four places.
#[test]
fn nor_does_a_burst_that_was_cut_between_its_samples() {
    let mut most = f64::NEG_INFINITY;
    for offset in 0..4_usize {
        let fine: Vec<f64> = (0..24_000)
            .map(|n| {
                let t = n as f64 / 192_000.0;
                let fade = (n as f64 / 2_000.0).min((24_000.0 - n as f64) / 2_000.0).min(1.0);
                let inter = if (11_000..11_016).contains(&n) { 1.41 } else { 0.5 };
                fade * inter * (TAU * 6_000.0 * t).sin()
            })
            .collect();
        let sound = both(fine.into_iter().skip(offset).step_by(4).map(|sample| sample * 4.0));
        most = most.max(true_peak_db::<128>(&through(&mut limiter(-0.3, SR), &sound, 64)));
    }
    println!("limiter: bursts: {most:.3} dBTP at a ceiling of -0.3");
    assert!(most <= -0.3, "{most}");
}

#[test]
fn nor_do_square_bursts_at_any_rate_and_ceiling() {
    for sample_rate in [44_100.0, 48_000.0, 96_000.0] {
        for ceiling in [-0.3, -6.0] {
            let mut most = [f64::NEG_INFINITY; 3];
            for hz in [50.0, 997.0, 5_011.0] {
                let square = |n: u32| {
                    let is_on = (n / 1_000).is_multiple_of(2);
                    let wave = (TAU * hz * f64::from(n) / sample_rate).sin().signum();
                    if is_on { 4.0 * wave } else { 0.02 * wave }
                };
                let made = through(&mut limiter(ceiling, sample_rate), &both((0..3_000).map(square)), 64);
                let peaks = [true_peak_db::<12>(&made), true_peak_db::<32>(&made), true_peak_db::<128>(&made)];
                most = std::array::from_fn(|look| most[look].max(peaks[look]));
            }
            println!(
                "limiter: square bursts at {sample_rate} Hz: {most:.3?} dBTP (12, 32, 128 taps), ceiling {ceiling}"
            );
            assert!(most.iter().all(|peak| *peak <= f64::from(ceiling)), "{most:?}");
        }
    }
}

#[test]
fn below_the_ceiling_the_sound_passes_bit_for_bit_and_late() {
    let sound = noise(2_000);
    for sample_rate in [44_100.0, 48_000.0, 192_000.0] {
        let mut node = limiter(-0.3, sample_rate);
        let late = node.latency_frames() as usize;
        assert_eq!(late, LimiterNode::latency_at(sample_rate) as usize);
        let made = through(&mut node, &sound, 64);
        assert_eq!(bits(&made[late..]), bits(&sound[..2_000 - late]));
    }
    assert_eq!(LimiterNode::latency_at(48_000.0), 88);
}

fn driven(block: usize) -> Vec<[f32; 2]> {
    let loud: Vec<[f32; 2]> = noise(20_000).into_iter().map(|frame| frame.map(|s| 5.0 * s)).collect();
    let mut node = limiter(-0.3, SR);
    let mut made = through(&mut node, &loud[..3_000], block);
    node.ceiling_mut().move_to(-9.0, 0);
    made.extend(through(&mut node, &loud[3_000..6_000], block));
    made.extend(through(&mut node, &vec![[0.0; 2]; 60_000], block));
    made.extend(through(&mut node, &loud[6_000..9_000], block));
    made
}

#[test]
fn any_split_gives_the_same_samples_and_silence_comes_to_rest() {
    let whole = bits(&driven(64));
    for block in [1, 7, 63] {
        assert_eq!(bits(&driven(block)), whole, "{block}");
    }
    let mut node = limiter(-0.3, SR);
    through(&mut node, &both((0..2_000).map(|n| f64::from(n % 7) - 3.0)), 64);
    assert!(!node.rests());
    through(&mut node, &vec![[0.0; 2]; 100_000], 64);
    assert!(node.rests());
}

#[test]
fn it_comes_back_within_its_release_and_never_jumps() {
    let sine = |n: u32| (TAU * 100.0 * f64::from(n) / SR).sin() * if n < 10_000 { 4.0 } else { 0.5 };
    let made = through(&mut limiter(-0.3, SR), &both((0..60_000).map(sine)), 64);
    let peak = |from: usize| made[from..from + 480].iter().fold(0.0_f32, |peak, frame| peak.max(frame[0].abs()));
    assert!(peak(5_000) < 0.967 && peak(11_000) < 0.25, "{} {}", peak(5_000), peak(11_000));
    assert!(peak(10_100 + 4_800) > 0.3 && (peak(50_000) - 0.5).abs() < 1e-3, "{}", peak(50_000));
}
