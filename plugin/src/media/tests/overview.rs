use std::sync::Arc;

use echelon_engine::deck::Track;

use super::super::overview::Growing;
use super::super::{Overview, Peak};

fn track(left: &[f32], right: &[f32]) -> Track {
    Track::new(left.to_vec(), right.to_vec(), 48_000.0).unwrap()
}

#[test]
fn a_column_is_the_peak_and_power_of_its_frames() {
    let track = track(&[0.5, -0.5, 0.0, 0.25, 1.0, 1.0], &[-1.0, 0.0, 0.0, 0.25, 1.0, 1.0]);
    let overview = Overview::of(&track, 3);
    let rms = (1.5f32 / 4.0).sqrt();
    let expected = [
        Peak { low: -1.0, high: 0.5, rms },
        Peak { low: 0.0, high: 0.25, rms: (0.125f32 / 4.0).sqrt() },
        Peak { low: 0.0, high: 1.0, rms: 1.0 },
    ];
    assert_eq!(overview.columns, expected);
}

#[test]
fn every_frame_is_in_exactly_one_column() {
    for frames in [1200, 1201, 2399, 100_003] {
        for frame in [0, 1, frames / 2, frames - 2, frames - 1] {
            let mut left = vec![0.0; frames];
            left[frame] = 0.5;
            let overview = Overview::of(&track(&left, &vec![0.0; frames]), 1200);
            let seen = overview.columns.iter().filter(|column| column.high == 0.5).count();
            assert_eq!((overview.columns.len(), seen), (1200, 1), "frame {frame} of {frames}");
        }
    }
}

#[test]
fn a_track_shorter_than_its_columns_shows_frames_twice() {
    let overview = Overview::of(&track(&[0.5, 0.25], &[0.5, 0.25]), 5);
    let high: Vec<f32> = overview.columns.iter().map(|column| column.high).collect();
    assert_eq!(high, [0.5, 0.5, 0.5, 0.25, 0.25]);
    assert!(Overview::of(&track(&[0.5], &[0.5]), 0).columns.is_empty());
}

#[test]
fn what_is_louder_than_full_scale_is_drawn_at_full_scale() {
    let overview = Overview::of(&track(&[2.0, -3.0], &[2.0, -3.0]), 1);
    assert_eq!(overview.columns, [Peak { low: -1.0, high: 1.0, rms: 1.0 }]);
}

#[test]
fn a_waveform_grows_with_its_track_and_is_the_same_in_the_end() {
    let samples: Vec<f32> = (0..10_007u16).map(|frame| (f32::from(frame) * 0.37).sin() * 0.9).collect();
    let whole = Overview::of(&track(&samples, &samples), 100);
    // As long as its file says; and it says too much, or too little.
    for says in [10_007, 12_000, 9_000] {
        let (coming, mut writer) = Track::coming(says, 12_500, 48_000.0).unwrap();
        let mut growing = Growing::new(says, 100);
        let at_first = growing.so_far().clone();
        for piece in samples.chunks(777) {
            writer.append(piece, piece);
            growing.grow(&coming);
            let ready = coming.ready_frames();
            let there = growing.so_far().columns.iter().filter(|column| **column != Peak::default()).count();
            assert_eq!(there, (ready * 100 / says).min(100), "{ready} of {says}");
            if says == samples.len() {
                assert_eq!(growing.so_far().columns[..there], whole.columns[..there]);
            }
        }
        assert!(at_first.columns.iter().all(|column| *column == Peak::default()), "who has it may still draw it");
        drop(writer);
        assert_eq!(*growing.of_whole(&coming), whole, "{says}");
    }
}

#[test]
fn of_a_waveform_that_nobody_else_has_nothing_is_copied() {
    let (coming, mut writer) = Track::coming(1_000, 1_000, 48_000.0).unwrap();
    let mut growing = Growing::new(1_000, 10);
    let address = Arc::as_ptr(growing.so_far());
    writer.append(&[0.5; 500], &[0.5; 500]);
    growing.grow(&coming);
    assert_eq!(Arc::as_ptr(growing.so_far()), address);
}
