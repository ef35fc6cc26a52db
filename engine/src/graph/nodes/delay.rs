//! A delay of a fixed number of frames.

use crate::graph::{DspNode, NodeIo, Ports, Status, Width};

/// Delays by a fixed number of frames. The compiler puts it where early sound meets late sound.
#[derive(Debug)]
pub struct DelayLine {
    width: Width,
    /// One ring for each channel; `frames` long.
    rings: [Vec<f32>; 2],
    frames: usize,
    at: usize,
    /// Frames since the last sound went in: at `frames` the line is empty.
    quiet: usize,
}

impl DelayLine {
    /// Empty.
    #[must_use]
    pub fn new(width: Width, frames: u32) -> Self {
        let frames = frames as usize;
        let right = if width == Width::Stereo { frames } else { 0 };
        Self { width, rings: [vec![0.0; frames], vec![0.0; right]], frames, at: 0, quiet: frames }
    }
}

/// Puts samples in and takes out those of one round before.
fn turn(ring: &mut [f32], mut at: usize, input: &[f32], output: &mut [f32]) {
    let (mut input, mut output) = (input, output);
    while !input.is_empty() {
        let count = input.len().min(ring.len() - at);
        let (now_in, rest_in) = input.split_at(count);
        let (now_out, rest_out) = output.split_at_mut(count);
        now_out.copy_from_slice(&ring[at..at + count]);
        ring[at..at + count].copy_from_slice(now_in);
        at = (at + count) % ring.len();
        (input, output) = (rest_in, rest_out);
    }
}

impl DspNode for DelayLine {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let frames = io.frames();
        let is_silent = io.status(0) == Status::Silent;
        if is_silent && self.quiet >= self.frames {
            return Status::Silent;
        }
        self.quiet = if is_silent { self.quiet + frames } else { 0 };
        if self.frames == 0 {
            let left = io.left(0);
            io.out_left().copy_from_slice(left);
        } else {
            turn(&mut self.rings[0], self.at, io.left(0), io.out_left());
        }
        if self.width == Width::Stereo {
            let right = io.right(0);
            match self.frames {
                0 => io.out_right().copy_from_slice(right),
                _ => turn(&mut self.rings[1], self.at, right, io.out_right()),
            }
        }
        self.at = (self.at + frames) % self.frames.max(1);
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "DelayLine"
    }

    fn ports(&self) -> Ports {
        super::ports(1, self.width)
    }

    fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
        self.quiet = self.frames;
    }

    fn cost_hint_ns(&self) -> u32 {
        15
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    #[test]
    fn what_goes_in_comes_out_later_however_the_calls_are_cut() {
        for (delay, calls) in [(5, vec![3, 1, 7, 64, 2]), (100, vec![64, 64, 1, 30]), (64, vec![64, 64, 64])] {
            let mut node = DelayLine::new(Width::Stereo, delay);
            let (mut count, mut out) = (0.0, vec![]);
            for frames in calls {
                let (mut input, mut output) = (StereoBlock::SILENT, StereoBlock::SILENT);
                for n in 0..frames {
                    count += 1.0;
                    let [left, right] = input.channels_mut();
                    (left[n], right[n]) = (count, -count);
                }
                IoSetup::new(&[&input], &mut output, frames).run(&mut node);
                for n in 0..frames {
                    assert_eq!(output.right()[n], -output.left()[n]);
                    out.push(output.left()[n]);
                }
            }
            for (n, sample) in out.into_iter().enumerate() {
                assert_eq!(sample, (n as f32 + 1.0 - delay as f32).max(0.0), "frame {n} of {delay}");
            }
        }
    }

    #[test]
    fn it_is_silent_only_once_it_is_empty() {
        let mut node = DelayLine::new(Width::Mono, 80);
        let (mut input, mut output) = (StereoBlock::SILENT, StereoBlock::SILENT);
        assert_eq!(IoSetup::new(&[&input], &mut output, 64).run(&mut node), Status::Silent);
        input.channels_mut()[0][63] = 1.0;
        IoSetup::new(&[&input], &mut output, 64).run(&mut node);
        let silent = StereoBlock::SILENT;
        IoSetup::new(&[&silent], &mut output, 64).run(&mut node);
        assert_eq!(IoSetup::new(&[&silent], &mut output, 64).run(&mut node), Status::Audio);
        assert_eq!(output.left()[15], 1.0);
        assert_eq!(IoSetup::new(&[&silent], &mut output, 64).run(&mut node), Status::Silent);
    }
}
