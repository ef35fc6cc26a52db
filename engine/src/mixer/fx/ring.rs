//! A delay line, read and written a stretch at a time.

use super::loud;
use crate::graph::SUB_BLOCK_FRAMES;

/// A ring of samples, and how long ago one went in that was not zero.
#[derive(Debug, Default)]
pub(super) struct Ring {
    samples: Vec<f32>,
    at: usize,
    quiet: usize,
}

impl Ring {
    pub(super) fn prepare(&mut self, frames: usize) {
        (self.samples, self.at, self.quiet) = (vec![0.0; frames.max(4)], 0, frames.max(4));
    }

    /// The longest time ago that can be read, in frames.
    pub(super) fn reach(&self) -> f32 {
        self.samples.len() as f32 - 2.0
    }

    /// The sample that went in so many frames ago, 1 or more: between two, by a straight line.
    #[inline]
    pub(super) fn ago(&self, frames: f32) -> f32 {
        let (whole, part) = self.split(frames);
        let place = |ago: usize| {
            let place = self.at + self.samples.len() - ago;
            self.samples[if place >= self.samples.len() { place - self.samples.len() } else { place }]
        };
        place(whole) + part * (place(whole + 1) - place(whole))
    }

    /// Whole frames ago, and the rest.
    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ring")]
    fn split(&self, frames: f32) -> (usize, f32) {
        let frames = frames.clamp(1.0, (self.samples.len() - 2) as f32);
        let whole = frames as usize;
        (whole, frames - whole as f32)
    }

    /// How many of the next frames can be read at once: all that are in it already.
    pub(super) fn readable(&self, frames: f32) -> usize {
        self.split(frames).0
    }

    /// As [`Ring::ago`] for each of the next frames, at most [`Ring::readable`].
    pub(super) fn read(&self, frames: f32, out: &mut [f32]) {
        let (whole, part) = self.split(frames);
        self.copy(whole, out);
        if part != 0.0 {
            let mut before = [0.0; SUB_BLOCK_FRAMES];
            let before = &mut before[..out.len().min(SUB_BLOCK_FRAMES)];
            self.copy(whole + 1, before);
            out.iter_mut().zip(before).for_each(|(out, before)| *out += part * (*before - *out));
        }
    }

    /// Samples from so many frames ago on.
    fn copy(&self, ago: usize, out: &mut [f32]) {
        let length = self.samples.len();
        let place = self.at + length - ago;
        let from = if place >= length { place - length } else { place };
        let first = out.len().min(length - from);
        let (to_end, rest) = out.split_at_mut(first);
        to_end.copy_from_slice(&self.samples[from..from + first]);
        rest.copy_from_slice(&self.samples[..rest.len()]);
    }

    #[inline]
    pub(super) fn push(&mut self, sample: f32) {
        let sample = loud(sample);
        self.samples[self.at] = sample;
        self.at = if self.at + 1 == self.samples.len() { 0 } else { self.at + 1 };
        self.quiet = if sample == 0.0 { (self.quiet + 1).min(self.samples.len()) } else { 0 };
    }

    /// As [`Ring::push`] for each; they are left as they went in.
    pub(super) fn write(&mut self, samples: &mut [f32]) {
        samples.iter_mut().for_each(|sample| *sample = loud(*sample));
        let length = self.samples.len();
        let first = samples.len().min(length - self.at);
        let (to_end, rest) = samples.split_at(first);
        self.samples[self.at..self.at + first].copy_from_slice(to_end);
        self.samples[..rest.len()].copy_from_slice(rest);
        self.at = if rest.is_empty() && self.at + first < length { self.at + first } else { rest.len() };
        self.quiet = match samples.iter().rposition(|sample| *sample != 0.0) {
            Some(last) => samples.len() - 1 - last,
            None => (self.quiet + samples.len()).min(length),
        };
    }

    /// For how many frames something is left in it, if only zeros go in.
    pub(super) fn lasts(&self) -> usize {
        self.samples.len() - self.quiet
    }

    pub(super) fn clear(&mut self) {
        if self.lasts() > 0 {
            self.samples.fill(0.0);
        }
        (self.at, self.quiet) = (0, self.samples.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_the_same_as_frames_around_the_end_and_in_every_part() {
        for length in [4, 7, 64, 100] {
            let [mut one, mut many] = [Ring::default(), Ring::default()];
            [&mut one, &mut many].into_iter().for_each(|ring| ring.prepare(length));
            let mut state = 1_u32;
            let mut roll = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32
            };
            for _ in 0..2_000 {
                let ago = 1.0 + roll() * (one.reach() - 1.0);
                let ago = if roll() < 0.5 { ago.round() } else { ago };
                let count = 1 + (roll() * 60.0) as usize;
                let count = count.min(many.readable(ago));
                let silent = roll() < 0.3;
                let mut sound: Vec<f32> = (0..count).map(|_| if silent { 1e-9 } else { roll() - 0.5 }).collect();
                let mut read = vec![0.0; count];
                many.read(ago, &mut read);
                for (sample, read) in sound.iter().zip(&read) {
                    assert_eq!(one.ago(ago).to_bits(), read.to_bits());
                    one.push(*sample);
                }
                many.write(&mut sound);
                assert_eq!((one.at, one.lasts(), &one.samples), (many.at, many.lasts(), &many.samples));
            }
            [&mut one, &mut many].into_iter().for_each(Ring::clear);
            assert_eq!((one.lasts(), many.samples.iter().sum::<f32>()), (0, 0.0));
        }
    }
}
