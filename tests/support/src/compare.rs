//! Comparing sounds, with messages that say what is different.

use std::fmt::Write;

use crate::sound::Sound;

/// How far [`difference`] looks for a shift, in frames.
const FURTHEST_SHIFT: usize = 2000;

/// Fails unless two sounds have the same start, length and samples, bit for bit (but `0.0` is `-0.0`).
///
/// # Panics
/// With a text that shows the first difference, how many there are, how large the largest is, and whether the one is
/// the other shifted.
#[track_caller]
pub fn assert_identical(found: &Sound, expected: &Sound) {
    assert_eq!((found.start, found.len()), (expected.start, expected.len()), "start and length differ");
    if let Some(text) = difference(found, expected) {
        panic!("{text}");
    }
}

/// Fails unless every sample is within `tolerance` of the expected one.
///
/// # Panics
/// As [`assert_identical`].
#[track_caller]
pub fn assert_close(found: &Sound, expected: &Sound, tolerance: f32) {
    assert_eq!((found.start, found.len()), (expected.start, expected.len()), "start and length differ");
    let is_far = |(found, expected): (&f32, &f32)| {
        let distance = (found - expected).abs();
        distance.is_nan() || distance > tolerance
    };
    let far = [(&found.left, &expected.left), (&found.right, &expected.right)];
    if far.into_iter().any(|(found, expected)| found.iter().zip(expected).any(is_far)) {
        panic!("not within {tolerance}: {}", difference(found, expected).unwrap_or_default());
    }
}

/// Fails unless there is digital silence.
///
/// # Panics
/// With the first sound's frame.
#[track_caller]
pub fn assert_silent(sound: &Sound) {
    if let Some(frame) = sound.first_nonzero() {
        panic!("{:?} at frame {frame}, last at {:?}, peak {}", sound.at(frame), sound.last_nonzero(), sound.peak());
    }
}

/// What is different between two sounds of the same length, for a reader; `None` if nothing is.
#[must_use]
pub fn difference(found: &Sound, expected: &Sound) -> Option<String> {
    let pairs = || found.frames().zip(expected.frames()).filter(|((_, a), (_, b))| a != b);
    let ((frame, _), _) = pairs().next()?;
    let count = pairs().count();
    let largest = pairs()
        .flat_map(|((_, a), (_, b))| [(a[0] - b[0]).abs(), (a[1] - b[1]).abs()])
        .fold(0.0_f32, |largest, size| if size.is_nan() || size > largest { size } else { largest });
    let mut text = format!(
        "{count} of {} frames differ, from frame {frame} (the {}. of the sound), by {largest} at most\n",
        found.len(),
        frame - found.start + 1
    );
    if let Some(shift) = shift(found, expected) {
        let word = if shift > 0 { "later" } else { "earlier" };
        let _ = writeln!(text, "it is the expected sound, but {} frames {word}", shift.abs());
    }
    let from = frame.saturating_sub(3).max(found.start);
    for frame in from..(frame + 5).min(found.end()) {
        let (a, b) = (found.at(frame), expected.at(frame));
        let _ = writeln!(text, "{} {frame}: {a:?} expected {b:?}", if a == b { ' ' } else { '>' });
    }
    Some(text)
}

/// By how many frames `found` is later than `expected`, if that is all that is different between the two.
#[must_use]
pub fn shift(found: &Sound, expected: &Sound) -> Option<i64> {
    let is_shifted = |later: &Sound, earlier: &Sound, by: usize| {
        let overlap = later.len() - by;
        // Enough in common to mean something.
        overlap > 8
            && later.left[by..] == earlier.left[..overlap]
            && later.right[by..] == earlier.right[..overlap]
            && earlier.left[..overlap].iter().any(|sample| *sample != 0.0)
    };
    let furthest = FURTHEST_SHIFT.min(found.len());
    (1..furthest).find_map(|by| {
        if is_shifted(found, expected, by) {
            Some(by as i64)
        } else {
            is_shifted(expected, found, by).then_some(-(by as i64))
        }
    })
}
