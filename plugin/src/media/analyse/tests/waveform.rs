use std::f64::consts::TAU;

use echelon_engine::deck::Track;

use super::super::watch::Watch;
use super::super::{Bands, Waveform};
use super::synth::Noise;

fn waveform(track: &Track) -> Waveform {
    Waveform::of(track, &Watch::new(&|_| {}, &|| false).part(1.0)).unwrap()
}

fn tone(hz: f64, secs: f64) -> Track {
    let rate = 44_100.0;
    let samples: Vec<f32> =
        (0..(secs * rate) as usize).map(|i| (0.5 * (TAU * hz * i as f64 / rate).sin()) as f32).collect();
    Track::new(samples.clone(), samples, rate).unwrap()
}

#[test]
fn each_tone_is_in_its_band() {
    let middle = |hz| {
        let waveform = waveform(&tone(hz, 20.0));
        // Each bin of it is longer than a wave.
        let level = waveform.levels().last().unwrap();
        level.bins[level.bins.len() / 2]
    };
    let (low, mid, high) = (middle(60.0), middle(800.0), middle(8_000.0));
    assert!(low.low > 120 && low.mid < 30 && low.high < 4, "{low:?}");
    assert!(mid.mid > 100 && mid.low < 10 && mid.high < 10, "{mid:?}");
    assert!(high.high > 120 && high.mid < 30 && high.low < 4, "{high:?}");
}

#[test]
fn every_zoom_shows_all_of_the_track_and_no_more() {
    let track = tone(100.0, 60.0);
    let waveform = waveform(&track);
    assert!(waveform.levels().len() >= 3);
    for level in waveform.levels() {
        assert_eq!(level.bins.len(), track.num_frames().div_ceil(level.frames_per_bin));
    }
    for pair in waveform.levels().windows(2) {
        let per = pair[1].frames_per_bin / pair[0].frames_per_bin;
        let most = |bins: &[Bands]| bins.iter().map(|bin| bin.low).max().unwrap();
        assert!(pair[1].bins.iter().zip(pair[0].bins.chunks(per)).all(|(bin, fine)| bin.low == most(fine)));
    }
    let coarsest = waveform.levels().last().unwrap();
    assert!(coarsest.bins.len() <= 1024);
    assert_eq!(waveform.level_for(1e9), Some(coarsest));
    assert_eq!(waveform.level_for(1.0), waveform.levels().first());
    let level = waveform.level_for(1_000.0).unwrap();
    assert!(level.frames_per_bin <= 1_000 && level.frames_per_bin > 250);
}

#[test]
fn pieces_of_work_leave_no_seam() {
    // A filter that began anew in the middle, at 2^19 frames, would take the level for a jump.
    let mut noise = Noise::new(3);
    let samples: Vec<f32> = (0..1 << 20).map(|_| 0.5 + 0.01 * noise.next() as f32).collect();
    let waveform = waveform(&Track::new(samples.clone(), samples, 44_100.0).unwrap());
    let level = &waveform.levels()[0];
    let seam = (1 << 19) / level.frames_per_bin;
    let near = &level.bins[seam - 40..seam + 40];
    let is_calm = |bin: &Bands| bin.low.abs_diff(128) <= 2 && bin.mid <= 4 && bin.high <= 4;
    assert!(near.iter().all(is_calm), "{near:?}");
}
