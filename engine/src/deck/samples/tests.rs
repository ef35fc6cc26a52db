use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::super::{Track, TrackError};

fn sample(frame: usize) -> f32 {
    frame as f32 * 0.5 + 1.0
}

fn frames(from: usize, to: usize) -> (Vec<f32>, Vec<f32>) {
    ((from..to).map(sample).collect(), (from..to).map(|frame| -sample(frame)).collect())
}

#[test]
fn what_was_appended_is_there_and_what_was_not_is_not() {
    let (track, mut writer) = Track::coming(10, 12, 48e3).unwrap();
    assert_eq!((track.num_frames(), track.ready_frames(), track.capacity_frames()), (10, 0, 12));
    let (left, right) = frames(0, 4);
    assert_eq!(writer.append(&left, &right), 4);
    assert_eq!((track.left(), track.right()), (&left[..], &right[..]));
    let sound = track.sound();
    assert!(sound.reaches(4.0) && !sound.reaches(4.5) && !track.is_whole());
    assert_eq!(writer.append(&[f32::NAN, 1.0], &[f32::INFINITY]), 1, "the shorter channel counts");
    assert_eq!((track.left()[4], track.right()[4]), (0.0, 0.0));
    assert_eq!(sound.left.len(), 4, "who has looked goes on with what there was");
}

#[test]
fn a_length_that_was_wrong_is_put_right() {
    let (short, mut writer) = Track::coming(10, 12, 48e3).unwrap();
    writer.append(&[1.0; 4], &[1.0; 4]);
    drop(writer);
    assert!(short.is_whole() && short.num_frames() == 4 && short.sound().reaches(1e9));
    let (long, mut writer) = Track::coming(10, 12, 48e3).unwrap();
    assert_eq!(writer.append(&[1.0; 11], &[1.0; 11]), 11);
    assert_eq!((long.num_frames(), writer.room()), (12, 1), "nobody knows yet how long it is");
    assert_eq!(writer.append(&[1.0; 5], &[1.0; 5]), 1, "memory does not grow");
    drop(writer);
    assert_eq!(long.num_frames(), 12);
    let (none, writer) = Track::coming(10, 10, 48e3).unwrap();
    drop(writer);
    assert_eq!((none.num_frames(), none.ready_frames()), (1, 0), "a deck may count on a frame");
}

#[test]
fn what_is_no_track_is_refused() {
    assert_eq!(Track::coming(0, 10, 48e3).unwrap_err(), TrackError::Empty);
    assert_eq!(Track::coming(1, 1, 7999.0).unwrap_err(), TrackError::SampleRate(7999.0));
    assert_eq!(Track::coming(1, usize::MAX / 8, 48e3).unwrap_err(), TrackError::NoMemory);
}

#[test]
fn the_writer_knows_when_nobody_else_has_the_track() {
    let (track, writer) = Track::coming(1, 1, 48e3).unwrap();
    assert!(!writer.is_alone());
    drop(track);
    assert!(writer.is_alone());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever sizes it comes in, and whenever it is looked at: a part from the start of the whole track.
    #[test]
    fn a_reader_on_another_thread_sees_the_start_of_the_whole(
        pieces in prop::collection::vec(0_usize..700, 1..60),
        short in 0_usize..50,
        headroom in 0_usize..50,
    ) {
        let total: usize = pieces.iter().sum::<usize>() + 1;
        let (track, mut writer) = Track::coming(total + short, total + short + headroom, 48e3).unwrap();
        let (left, right) = frames(0, total);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (left, right, over) = (&left, &right, &over);
            let reader = track.clone();
            let looks = scope.spawn(move || {
                let mut seen = 0;
                loop {
                    let was_over = over.load(Ordering::Acquire);
                    let sound = reader.sound();
                    assert!(sound.left.len() >= seen && sound.left.len() == sound.right.len());
                    assert!(sound.left.len() <= sound.num_frames);
                    // All that is new, to the bit.
                    assert_eq!(&sound.left[seen..], &left[seen..sound.left.len()]);
                    assert_eq!(&sound.right[seen..], &right[seen..sound.right.len()]);
                    seen = sound.left.len();
                    if was_over {
                        return seen;
                    }
                }
            });
            let mut from = 0;
            for piece in pieces.iter().chain([&1]) {
                writer.append(&left[from..from + piece], &right[from..from + piece]);
                from += piece;
            }
            drop(writer);
            over.store(true, Ordering::Release);
            assert_eq!(looks.join().unwrap(), total);
        });
        prop_assert_eq!((track.num_frames(), track.is_whole()), (total, true));
        prop_assert_eq!(track.left(), &left[..]);
    }
}
