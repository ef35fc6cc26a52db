//! EBU Tech 3341 and 3342: the cases for stereo, made here as they describe them; and noise against another meter.

use std::f64::consts::TAU;

use echelon_engine::deck::Track;

use super::super::{Analysis, loudness, true_peak, watch::Watch};
use super::synth::{Music, Noise};

/// A tone of 1 kHz on both sides, in pieces of (peak in dBFS, seconds).
fn tone(pieces: &[(f64, f64)], rate: f64) -> Track {
    let mut samples = Vec::new();
    for (db, secs) in pieces {
        let gain = 10f64.powf(db / 20.0);
        for _ in 0..(secs * rate) as usize {
            samples.push((gain * (TAU * 1_000.0 * samples.len() as f64 / rate).sin()) as f32);
        }
    }
    Track::new(samples.clone(), samples, rate).unwrap()
}

fn measure(track: &Track) -> loudness::Loudness {
    loudness::loudness(track, &Watch::new(&|_| {}, &|| false).part(1.0)).unwrap()
}

fn true_peak_db(track: &Track) -> Option<f64> {
    true_peak::true_peak_db(track, &Watch::new(&|_| {}, &|| false).part(1.0)).unwrap()
}

#[test]
fn integrated_loudness_of_ebu_3341() {
    let cases: [(&[(f64, f64)], f64); 5] = [
        (&[(-23.0, 20.0)], -23.0),
        (&[(-33.0, 20.0)], -33.0),
        (&[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        (&[(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        (&[(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ];
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        for (pieces, lufs) in cases {
            let found = measure(&tone(pieces, rate)).integrated_lufs.unwrap();
            assert!((found - lufs).abs() <= 0.1, "{pieces:?} at {rate} Hz: {found}, not {lufs}");
        }
    }
}

#[test]
fn loudness_range_of_ebu_3342() {
    let cases: [(&[(f64, f64)], f64); 4] = [
        (&[(-20.0, 20.0), (-30.0, 20.0)], 10.0),
        (&[(-20.0, 20.0), (-15.0, 20.0)], 5.0),
        (&[(-40.0, 20.0), (-20.0, 20.0)], 20.0),
        (&[(-50.0, 20.0), (-35.0, 20.0), (-20.0, 20.0), (-35.0, 20.0), (-50.0, 20.0)], 15.0),
    ];
    for (pieces, range) in cases {
        let found = measure(&tone(pieces, 48_000.0)).range_lu.unwrap();
        assert!((found - range).abs() <= 0.1, "{pieces:?}: {found}, not {range}");
    }
}

#[test]
fn noise_is_as_loud_as_another_meter_says() {
    for rate in [44_100.0, 48_000.0, 88_200.0] {
        let mut noise = Noise::new(17);
        let mut slow = 0.0;
        let mut channel = |gain: f64| -> Vec<f32> {
            let swell = |i: usize| 0.2 + 0.8 * (i as f64 / rate / 7.0).sin().abs();
            (0..(rate * 30.0) as usize)
                .map(|i| {
                    slow += 0.05 * (noise.next() - slow);
                    (gain * swell(i) * (0.5 * noise.next() + 4.0 * slow)) as f32
                })
                .collect()
        };
        let track = Track::new(channel(0.3), channel(0.1), rate).unwrap();
        let mode = ebur128::Mode::I | ebur128::Mode::LRA | ebur128::Mode::TRUE_PEAK;
        let mut other = ebur128::EbuR128::new(2, rate as u32, mode).unwrap();
        other.add_frames_planar_f32(&[track.left(), track.right()]).unwrap();
        let found = measure(&track);
        let (lufs, range) = (found.integrated_lufs.unwrap(), found.range_lu.unwrap());
        assert!((lufs - other.loudness_global().unwrap()).abs() < 0.05, "{lufs}");
        // The other meter looks once a second only.
        assert!((range - other.loudness_range().unwrap()).abs() < 1.0, "{range}");
        let peak = other.true_peak(0).unwrap().max(other.true_peak(1).unwrap());
        assert!((true_peak_db(&track).unwrap() - 20.0 * peak.log10()).abs() < 0.3);
    }
}

#[test]
fn true_peaks_of_ebu_3341() {
    // A quarter of the rate: its samples miss the peak, more or less.
    for (degrees, gain, db) in
        [(0.0, 0.5, -6.0), (45.0, 0.5, -6.0), (60.0, 0.5, -6.0), (67.5, 0.5, -6.0), (45.0, 1.41, 3.0)]
    {
        let rate = 48_000.0;
        let wave = |i: usize| {
            let fade = (i as f64 / 2_400.0).min(1.0);
            (fade * gain * (TAU * i as f64 / 4.0 + f64::to_radians(degrees)).sin()) as f32
        };
        let samples: Vec<f32> = (0..48_000).map(wave).collect();
        let found = true_peak_db(&Track::new(samples.clone(), samples, rate).unwrap()).unwrap();
        assert!(found <= db + 0.2 && found >= db - 0.4, "{degrees} degrees: {found}, not {db}");
    }
}

#[test]
fn silence_and_what_is_too_short_has_no_loudness() {
    let silence = Music::new(48_000.0, 5.0, 1).track();
    assert_eq!(measure(&silence), loudness::Loudness { integrated_lufs: None, range_lu: None });
    assert_eq!(true_peak_db(&silence), None);
    let short = tone(&[(-10.0, 0.3)], 48_000.0);
    assert_eq!(measure(&short).integrated_lufs, None);
    assert!(true_peak_db(&short).is_some());
}

#[test]
fn auto_gain_makes_tracks_equally_loud_but_does_not_clip() {
    let found = |lufs: Option<f64>, peak_db: Option<f64>| {
        let track = Music::new(48_000.0, 0.1, 1).track();
        let analysis = Analysis { loudness_lufs: lufs, true_peak_db: peak_db, ..super::analysis(&track) };
        analysis.auto_gain_db()
    };
    assert_eq!(found(Some(-8.0), Some(0.5)), -6.0);
    assert_eq!(found(Some(-20.0), Some(-9.0)), 6.0);
    assert_eq!(found(Some(-20.0), Some(-2.0)), 2.0, "up to full scale");
    assert_eq!(found(Some(-20.0), Some(1.0)), 0.0);
    assert_eq!(found(Some(-60.0), Some(-40.0)), 12.0);
    assert_eq!(found(None, None), 0.0);
}
