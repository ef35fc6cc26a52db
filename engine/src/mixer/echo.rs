//! A channel's echo: what is sent into it comes back on the beat, softer each time, also after the deck has stopped.

use super::FADER_MS;
use super::fx::{Echo, Effect};
use crate::dsp::Ramp;
use crate::graph::{DspNode, NodeIo, Ports, SUB_BLOCK_FRAMES, Status, Width};
use crate::units::ms_to_frames;

/// Between repeats: the dotted eighth that dub and techno are full of.
const BEATS: f64 = 0.75;
/// What of each repeat comes back as the next one.
const FEEDBACK: f32 = 0.6;
/// Each repeat loses highs: what a one-pole low-pass lets through at once, at 48 kHz.
const BRIGHT: f32 = 0.75;
/// Until a clock has been heard, in beats a second.
const FIRST_TEMPO: f64 = 2.0;
/// Tempi that differ by no more than this part are the same, measured on blocks of other lengths.
const SAME_TEMPO: f64 = 1e-9;

/// An echo after the channel's EQ. With nothing sent and nothing left in it, samples pass bit for bit.
#[derive(Debug)]
pub struct EchoNode {
    sample_rate: f64,
    echo: Echo,
    beats_per_frame: f64,
    send: Ramp,
    setting: f32,
}

impl EchoNode {
    /// Nothing sent. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let beats_per_frame = FIRST_TEMPO / sample_rate;
        let mut node =
            Self { sample_rate, echo: Echo::default(), beats_per_frame, send: Ramp::new(0.0, 1), setting: 0.0 };
        node.prepare(sample_rate);
        node
    }

    /// Sends this part (0..1) of the sound in from now on, within so many frames but no faster than a fader.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, send: f32, frames: u32) {
        self.setting = send.clamp(0.0, 1.0);
        self.send.set_over(self.setting, frames.max(ms_to_frames(FADER_MS, self.sample_rate)));
    }

    /// The music goes at this tempo from the next frame on: the repeats go with it, also those of what is in already.
    /// Where it stands still, they go on as before.
    ///
    /// # Real-time
    /// No allocation.
    pub fn follow(&mut self, beats_per_frame: f64) {
        if beats_per_frame > 0.0 && (beats_per_frame / self.beats_per_frame - 1.0).abs() > SAME_TEMPO {
            self.beats_per_frame = beats_per_frame;
        }
    }

    /// The part that is sent, as set.
    #[must_use]
    pub const fn send(&self) -> f32 {
        self.setting
    }

    /// Stops the send where it is on its way; whether it was still moving.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hold(&mut self) -> bool {
        let is_moving = !self.send.is_settled();
        if is_moving {
            self.setting = self.send.current();
            self.send = Ramp::new(self.setting, ms_to_frames(FADER_MS, self.sample_rate));
        }
        is_moving
    }

    fn is_closed(&self) -> bool {
        self.send.is_settled() && self.send.target() == 0.0
    }

    fn rests(&self) -> bool {
        self.is_closed() && self.echo.is_empty()
    }

    /// For how many of the next frames the send stays and the tail has no end.
    fn stretch(&self, most: usize) -> usize {
        if !self.send.is_settled() {
            1
        } else if self.is_closed() {
            most.min(self.echo.lasts())
        } else {
            most
        }
    }

    /// Adds the repeats of a stretch.
    fn add_to(&mut self, [left, right]: [&mut [f32]; 2]) {
        let (frames, send) = (left.len(), self.send.next_value());
        let mut repeats = [[0.0; SUB_BLOCK_FRAMES]; 2];
        let [of_left, of_right] = repeats.each_mut().map(|repeats| &mut repeats[..frames]);
        of_left.iter_mut().zip(&*left).for_each(|(sent, x)| *sent = *x * send);
        of_right.iter_mut().zip(&*right).for_each(|(sent, y)| *sent = *y * send);
        #[expect(clippy::cast_possible_truncation, reason = "frames of a beat")]
        let period_frames = (BEATS / self.beats_per_frame) as f32;
        self.echo.repeat_every(period_frames, [of_left, of_right], (FEEDBACK, BRIGHT));
        left.iter_mut().zip(of_left).for_each(|(x, repeat)| *x += *repeat);
        right.iter_mut().zip(of_right).for_each(|(y, repeat)| *y += *repeat);
    }
}

impl DspNode for EchoNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right) = (io.left(0), io.right(0));
        if self.rests() {
            if io.status(0) == Status::Silent {
                return Status::Silent;
            }
            let [out_left, out_right] = io.out();
            out_left.copy_from_slice(left);
            out_right.copy_from_slice(right);
            return Status::Audio;
        }
        let frames = io.frames();
        let [out_left, out_right] = io.out();
        let mut from = 0;
        while from < frames {
            // On its own frame, whatever the block size.
            if self.rests() {
                out_left[from..].copy_from_slice(&left[from..]);
                out_right[from..].copy_from_slice(&right[from..]);
                break;
            }
            let to = from + self.stretch(frames - from).clamp(1, SUB_BLOCK_FRAMES);
            out_left[from..to].copy_from_slice(&left[from..to]);
            out_right[from..to].copy_from_slice(&right[from..to]);
            self.add_to([&mut out_left[from..to], &mut out_right[from..to]]);
            from = to;
        }
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.beats_per_frame *= self.sample_rate / sample_rate;
        self.sample_rate = sample_rate;
        self.echo.prepare(sample_rate);
        self.send = Ramp::new(self.setting, ms_to_frames(FADER_MS, sample_rate));
    }

    fn cost_hint_ns(&self) -> u32 {
        200
    }

    fn type_name(&self) -> &'static str {
        "Echo"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    /// Left channel after an impulse of 1 on frame 0, made in calls of `block` frames.
    fn impulse(echo: &mut EchoNode, frames: usize, block: usize) -> Vec<f32> {
        let mut out = vec![];
        while out.len() < frames {
            let now = block.min(frames - out.len());
            let (mut sound, mut made) = (StereoBlock::SILENT, StereoBlock::SILENT);
            if out.is_empty() {
                sound.channels_mut()[0][0] = 1.0;
            }
            IoSetup::new(&[&sound], &mut made, now).run(echo);
            out.extend_from_slice(&made.left()[..now]);
        }
        out
    }

    /// As [`impulse`], with a sound that is never silent.
    fn impulse_after(echo: &mut EchoNode, frames: usize, block: usize) -> Vec<f32> {
        let mut out = vec![];
        while out.len() < frames {
            let now = block.min(frames - out.len());
            let (mut sound, mut made) = (StereoBlock::SILENT, StereoBlock::SILENT);
            for (n, sample) in sound.channels_mut()[0][..now].iter_mut().enumerate() {
                *sample = ((out.len() + n) % 11) as f32 * 0.05;
            }
            IoSetup::new(&[&sound], &mut made, now).run(echo);
            out.extend_from_slice(&made.left()[..now]);
        }
        out
    }

    /// Repeats every so many frames.
    fn every(frames: f64) -> f64 {
        BEATS / frames
    }

    fn sent() -> EchoNode {
        let mut echo = EchoNode::new(48_000.0);
        echo.follow(every(480.0));
        echo.set(1.0, 0);
        // The send is a fader: let it arrive.
        let mut made = StereoBlock::SILENT;
        for _ in 0..4 {
            IoSetup::new(&[&StereoBlock::SILENT], &mut made, 64).run(&mut echo);
        }
        echo
    }

    #[test]
    fn repeats_come_on_time_and_softer_each_time_and_end() {
        let heard = impulse(&mut sent(), 48_000, 64);
        assert_eq!(heard[0], 1.0);
        assert_eq!(heard[480], 1.0, "the first repeat is what was sent");
        let peaks: Vec<f32> = (2..6).map(|n| heard[480 * n]).collect();
        assert!(peaks.windows(2).all(|w| w[1] < w[0] && w[1] > 0.0), "{peaks:?}");
        let mut echo = sent();
        impulse(&mut echo, 48_000, 64);
        echo.set(0.0, 0);
        impulse(&mut echo, 200_000, 64);
        assert!(echo.rests(), "the tail has an end");
    }

    #[test]
    fn any_split_gives_the_same_samples() {
        let whole = impulse(&mut sent(), 5_000, 64);
        for block in [1, 7, 63] {
            let split = impulse(&mut sent(), 5_000, block);
            assert!(whole.iter().zip(&split).all(|(a, b)| a.to_bits() == b.to_bits()), "{block}");
        }
    }

    #[test]
    fn at_rest_the_sound_passes_bit_for_bit() {
        let mut echo = EchoNode::new(48_000.0);
        assert_eq!(impulse(&mut echo, 640, 64)[..2], [1.0, 0.0]);
        assert!(impulse(&mut echo, 48_000, 64)[1..].iter().all(|s| *s == 0.0));
    }

    #[test]
    fn another_tempo_comes_at_once_in_a_crossfade() {
        for block in [64, 17] {
            let mut echo = sent();
            impulse(&mut echo, 48_000, block);
            echo.follow(every(4_800.0));
            impulse(&mut echo, 2_400, block);
            let heard = impulse(&mut echo, 10_000, block);
            assert_eq!((heard[480].abs() < 0.1, heard[4_800]), (true, 1.0), "blocks of {block}");
        }
        let mut echo = sent();
        echo.follow(0.0);
        assert_eq!(impulse(&mut echo, 481, 64)[480], 1.0, "a clock that stands still has no tempo");
        echo.follow(every(400_000.0));
        impulse(&mut echo, 4_000, 64);
        assert!(impulse(&mut echo, 60_000, 64)[50_000] > 0.9, "too long for it: an eighth of that is on the beat too");
        let mut echo = sent();
        echo.prepare(96_000.0);
        assert_eq!(impulse(&mut echo, 1_000, 64)[960], 1.0, "another sample rate");
    }

    #[test]
    fn it_comes_to_rest_on_the_same_frame_at_any_block_size() {
        let runs = [64, 63, 17, 1].map(|block| {
            let mut echo = sent();
            let mut out = impulse(&mut echo, 3_001, block);
            echo.set(0.0, 0);
            out.extend(impulse_after(&mut echo, 40_000, block));
            out.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>()
        });
        assert!(runs.iter().all(|run| *run == runs[0]));
    }
}
