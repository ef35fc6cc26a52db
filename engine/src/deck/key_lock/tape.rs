//! A track as one long stream at the host's sample rate, its loop unrolled.

use crate::deck::motion::Span;
use crate::deck::node::WRAP_FRAMES;
use crate::deck::samples::Sound;
use crate::dsp::SincBank;

/// What the time stretcher is fed from.
#[derive(Clone, Copy)]
pub(in crate::deck) struct Tape<'a> {
    /// What is there of the track.
    pub sound: Sound<'a>,
    pub bank: &'a SincBank,
    /// Frames of the track for one of the host, at the track's own speed.
    pub ratio: f64,
    /// The loop that the playhead is in or goes into, in frames of the track.
    pub span: Option<Span>,
}

/// Up to where a tape has been read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Needle {
    /// The next frame of the track.
    pub at: f64,
    /// Frames read since the loop began again.
    seam: u32,
}

impl Needle {
    pub(super) const fn new(at: f64) -> Self {
        Self { at, seam: u32::MAX }
    }
}

impl Tape<'_> {
    /// Reads interleaved frames. Where a loop begins again, what would have come after its end fades out over its start.
    pub(super) fn read(&self, needle: &mut Needle, output: &mut [f32]) {
        for frame in output.chunks_exact_mut(2) {
            let sound = self.across_seam(needle);
            frame.copy_from_slice(&sound);
            needle.seam = needle.seam.saturating_add(1);
            let before = needle.at;
            needle.at += self.ratio;
            if let Some(span) = self.span
                && before < span.end
                && needle.at >= span.end
            {
                *needle = Needle { at: needle.at - span.length(), seam: 0 };
            }
        }
    }

    fn across_seam(&self, needle: &Needle) -> [f32; 2] {
        let new = self.sound(needle.at);
        let Some(span) = self.span else { return new };
        let fade = f64::from(WRAP_FRAMES).min(span.length() / self.ratio / 2.0);
        if f64::from(needle.seam) >= fade {
            return new;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a gain")]
        let come = (f64::from(needle.seam) / fade) as f32;
        let old = self.sound(needle.at + span.length());
        [0, 1].map(|side| new[side] * come + old[side] * (1.0 - come))
    }

    fn sound(&self, at: f64) -> [f32; 2] {
        // A loop at the track's edge, as the deck itself plays it.
        let at = if self.span.is_some() { self.sound.mirrored(at) } else { at };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and 0 or more"
        )]
        if self.ratio == 1.0
            && at >= 0.0
            && at.fract() == 0.0
            && let (Some(left), Some(right)) = (self.sound.left.get(at as usize), self.sound.right.get(at as usize))
        {
            return [*left, *right];
        }
        self.bank.for_ratio(self.ratio).read(self.sound.left, self.sound.right, at).into()
    }

    /// Frames of the host, at the track's own speed, from one place on to another; negative if the tape is beyond it.
    pub(super) fn distance(&self, from: f64, to: f64) -> f64 {
        let straight = to - from;
        let is_inside = |span: &Span| (span.start..span.end).contains(&from) && (span.start..span.end).contains(&to);
        let frames = match self.span.filter(is_inside) {
            Some(span) => {
                let forward = straight.rem_euclid(span.length());
                // Slightly behind, rather than almost all the way round.
                if forward > span.length() * 0.75 { forward - span.length() } else { forward }
            }
            None => straight,
        };
        frames / self.ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::Track;

    fn ramp() -> Track {
        let samples: Vec<f32> = (0..4_000).map(|i| i as f32).collect();
        Track::new(samples.clone(), samples, 48_000.0).unwrap()
    }

    #[test]
    fn a_loop_is_one_stream_however_it_is_cut() {
        let (track, bank) = (ramp(), SincBank::shared());
        let span = Some(Span { start: 1_000.0, end: 2_000.0 });
        let tape = Tape { sound: track.sound(), bank: &bank, ratio: 1.0, span };
        let mut whole = [0.0; 2 * 3_000];
        tape.read(&mut Needle::new(900.0), &mut whole);
        let mut cut = [0.0; 2 * 3_000];
        let mut needle = Needle::new(900.0);
        for piece in cut.chunks_mut(2 * 7) {
            tape.read(&mut needle, piece);
        }
        assert_eq!(whole, cut);
        let left: Vec<f32> = whole.iter().step_by(2).copied().collect();
        assert_eq!((left[0], left[1_099], left[1_100]), (900.0, 1_999.0, 2_000.0), "it goes over, not at once");
        let fade = WRAP_FRAMES as usize;
        assert_eq!(left[1_100 + fade], 1_000.0 + fade as f32);
        assert_eq!(left[2_099], 1_999.0);
        assert!(left.windows(2).skip(1_100).take(fade).all(|pair| (pair[1] - pair[0]).abs() < 10.0));
    }

    #[test]
    fn distances_go_round_the_loop() {
        let (track, bank) = (ramp(), SincBank::shared());
        let span = Some(Span { start: 1_000.0, end: 2_000.0 });
        let tape = Tape { sound: track.sound(), bank: &bank, ratio: 0.5, span };
        assert_eq!(tape.distance(1_950.0, 1_050.0), 200.0);
        assert_eq!(tape.distance(1_050.0, 1_040.0), -20.0);
        assert_eq!(tape.distance(500.0, 1_500.0), 2_000.0);
        assert_eq!(tape.distance(2_500.0, 1_500.0), -2_000.0, "it has run past the loop");
    }
}
