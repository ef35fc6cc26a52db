//! A channel's echo: what is sent into it comes back on the beat, softer each time, also after the deck has stopped.

use super::FADER_MS;
use crate::dsp::Ramp;
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// What of each repeat comes back as the next one.
const FEEDBACK: f32 = 0.6;
/// Each repeat loses highs: the part of the one before in a one-pole low-pass, at 48 kHz.
const DAMPING: f32 = 0.25;
/// The longest time between repeats, in seconds: a beat and a half at 60 BPM.
const MAX_SECS: f64 = 1.5;
/// The ring is empty when its loudest sample is below -120 dB.
const SILENCE: f32 = 1e-6;

/// An echo after the channel's EQ. With nothing sent and nothing left in it, samples pass bit for bit.
#[derive(Debug)]
pub struct EchoNode {
    sample_rate: f64,
    rings: [Vec<f32>; 2],
    /// Frames between repeats; at most the rings' length.
    time: usize,
    /// The time to take when the ring is empty: a change in the middle of a repeat would tear it.
    next_time: usize,
    at: usize,
    low: [f32; 2],
    send: Ramp,
    setting: f32,
    /// Frames since anything louder than silence went into the ring.
    quiet: usize,
}

impl EchoNode {
    /// Nothing sent, repeats every half second. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let mut node = Self {
            sample_rate,
            rings: [vec![], vec![]],
            time: 1,
            next_time: 1,
            at: 0,
            low: [0.0; 2],
            send: Ramp::new(0.0, 1),
            setting: 0.0,
            quiet: 0,
        };
        node.prepare(sample_rate);
        node
    }

    /// Sends this part (0..1) of the sound in from now on, within so many frames but no faster than a fader; repeats
    /// come every `secs`, as far as that is possible.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, send: f32, secs: f64, frames: u32) {
        self.setting = send.clamp(0.0, 1.0);
        self.send.set_over(self.setting, frames.max(ms_to_frames(FADER_MS, self.sample_rate)));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ring")]
        let time = (secs * self.sample_rate).round().clamp(1.0, self.rings[0].len() as f64) as usize;
        self.next_time = time;
        if self.is_empty() {
            self.start_over();
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

    const fn is_empty(&self) -> bool {
        self.quiet >= self.time
    }

    /// An empty ring takes the new time. What is left in it is below silence and is overwritten frame by frame.
    fn start_over(&mut self) {
        (self.time, self.at) = (self.next_time, 0);
        self.low = [0.0; 2];
        let time = self.time;
        self.rings.iter_mut().for_each(|ring| ring[..time].fill(0.0));
        self.quiet = time;
    }

    /// For how many of the next frames the send stays, the ring has no end, and the tail has none.
    fn stretch(&self, most: usize) -> usize {
        if !self.send.is_settled() {
            return 1;
        }
        let in_piece = most.min(self.time - self.at);
        if self.send.target() == 0.0 { in_piece.min(self.time - self.quiet) } else { in_piece }
    }

    /// Adds the repeats of a stretch.
    fn add_to(&mut self, [left, right]: [&mut [f32]; 2]) {
        let (frames, send) = (left.len(), self.send.next_value());
        let [of_left, of_right] = self.rings.each_mut().map(|ring| &mut ring[self.at..self.at + frames]);
        let [mut low_left, mut low_right] = self.low;
        // Both in one loop: each waits for itself.
        for ((x, y), (ring_x, ring_y)) in left.iter_mut().zip(right).zip(of_left.iter_mut().zip(of_right.iter_mut())) {
            low_left += (1.0 - DAMPING) * (*ring_x - low_left);
            low_right += (1.0 - DAMPING) * (*ring_y - low_right);
            let [repeat_x, repeat_y] = [*ring_x, *ring_y];
            *ring_x = *x * send + low_left * FEEDBACK;
            *ring_y = *y * send + low_right * FEEDBACK;
            *x += repeat_x;
            *y += repeat_y;
        }
        self.low = [low_left, low_right];
        let is_loud = |n: &usize| of_left[*n].abs().max(of_right[*n].abs()) > SILENCE;
        self.quiet = match (0..frames).rfind(is_loud) {
            Some(last) => frames - 1 - last,
            None => self.quiet + frames,
        };
        self.at = if self.at + frames >= self.time { 0 } else { self.at + frames };
    }

    fn rests(&self) -> bool {
        self.is_empty() && self.send.is_settled() && self.send.target() == 0.0
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
            let to = from + self.stretch(frames - from);
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
        self.sample_rate = sample_rate;
        let frames = ms_to_frames(MAX_SECS * 1000.0, sample_rate) as usize;
        self.rings = [vec![0.0; frames], vec![0.0; frames]];
        self.next_time = frames / 3;
        self.send = Ramp::new(self.setting, ms_to_frames(FADER_MS, sample_rate));
        self.start_over();
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

    fn sent() -> EchoNode {
        let mut echo = EchoNode::new(48_000.0);
        echo.set(1.0, 0.01, 0);
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
        echo.set(0.0, 0.01, 0);
        impulse(&mut echo, 96_000, 64);
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
    fn another_time_waits_until_the_tail_is_over() {
        let mut echo = sent();
        impulse(&mut echo, 480, 64);
        echo.set(1.0, 0.02, 0);
        assert_eq!(echo.time, 480);
        echo.set(0.0, 0.02, 0);
        impulse(&mut echo, 96_000, 64);
        echo.set(1.0, 0.02, 0);
        assert_eq!(echo.time, 960);
        echo.set(1.0, 1e9, 0);
        assert!(echo.next_time <= echo.rings[0].len());
    }

    #[test]
    fn it_comes_to_rest_on_the_same_frame_at_any_block_size() {
        let runs = [64, 63, 17, 1].map(|block| {
            let mut echo = sent();
            let mut out = impulse(&mut echo, 3_001, block);
            echo.set(0.0, 0.01, 0);
            out.extend(impulse_after(&mut echo, 40_000, block));
            out.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>()
        });
        assert!(runs.iter().all(|run| *run == runs[0]));
    }
}
