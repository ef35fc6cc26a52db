//! One playhead at work: where it reads, and how loud.

use super::Track;
use crate::dsp::{Fade, SincBank};

/// A playhead that moves through a track, with its declicking fade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    /// Where it started, in frames of the track.
    start: f64,
    /// Frames of the host since.
    played: u64,
    pub(super) fade: Fade,
}

impl Voice {
    pub(super) const fn new(start: f64, fade: Fade) -> Self {
        Self { start, played: 0, fade }
    }

    /// Place in frames of the track. Counted from the start, so that rounding does not add up.
    pub(super) fn position(&self, ratio: f64) -> f64 {
        self.start + self.played as f64 * ratio
    }

    /// Goes on from here at another ratio.
    pub(super) fn rebase(&mut self, ratio: f64) {
        *self = Self { start: self.position(ratio), played: 0, fade: self.fade };
    }

    /// The same playhead with another fade.
    pub(super) const fn with_fade(self, fade: Fade) -> Self {
        Self { fade, ..self }
    }

    /// Frames of the host since it started.
    pub(super) const fn played(&self) -> u64 {
        self.played
    }

    /// Lets frames pass unheard.
    pub(super) const fn skip(&mut self, frames: usize) {
        self.played += frames as u64;
    }

    /// Adds the next frames; `false` once the track or the fade is at its end. `ratio` is frames of the track for one
    /// frame of the host.
    pub(super) fn add_to(&mut self, output: &mut [&mut [f32]; 2], track: &Track, bank: &SincBank, ratio: f64) -> bool {
        let end = track.num_frames() as f64;
        let sinc = bank.for_ratio(ratio);
        let [out_left, out_right] = output;
        for (out_left, out_right) in out_left.iter_mut().zip(out_right.iter_mut()) {
            let position = self.position(ratio);
            if position >= end || self.fade.is_over() {
                return false;
            }
            let (left, right) = match whole(position, ratio) {
                Some(frame) => (track.left()[frame], track.right()[frame]),
                None => sinc.read(track.left(), track.right(), position),
            };
            let gain = self.fade.next_gain();
            *out_left += left * gain;
            *out_right += right * gain;
            self.played += 1;
        }
        !self.fade.is_over()
    }
}

/// At the track's own rate a whole position needs no filter: the sample itself, bit for bit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 0 to the track's length"
)]
fn whole(position: f64, ratio: f64) -> Option<usize> {
    (ratio == 1.0 && position >= 0.0 && position.fract() == 0.0).then_some(position as usize)
}
