//! The player for listening to a file without a deck: one track at its own speed, for the headphones alone.

use std::sync::Arc;

use super::Track;
use super::motion::Place;
use super::node::DECLICK_MS;
use super::supply::{Supply, TAPS_AHEAD};
use super::voice::read;
use crate::dsp::{Fade, FadeShape, SincBank};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// What is to be listened to.
#[derive(Clone, Debug)]
pub struct ListenTo {
    /// The track.
    pub track: Arc<Track>,
    /// Where it begins, as a part of its length: 0..1.
    pub part: f64,
    /// Names this wish in [`ListenView`].
    pub number: u64,
}

/// What is listened to, at the end of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ListenView {
    /// The wish that is carried out.
    pub number: u64,
    /// Seconds from the track's start.
    pub position_secs: f64,
    /// The track's length in seconds.
    pub length_secs: f64,
    /// It waits for the place where it begins to be decoded.
    pub waits: bool,
}

/// A track and its playhead.
#[derive(Debug)]
struct Listened {
    track: Arc<Track>,
    number: u64,
    /// Where it began, in frames of the track.
    start: f64,
    /// Frames of the host since then.
    frames: u64,
    fade: Fade,
    supply: Supply,
    /// Its place was there, and it moves.
    begun: bool,
}

impl Listened {
    fn new(ListenTo { track, part, number }: ListenTo, fade_frames: u32) -> Self {
        let last = track.num_frames() as f64 - 1.0;
        let start = (part.clamp(0.0, 1.0) * last).floor();
        let fade = Fade::fade_in(FadeShape::Linear, fade_frames);
        Self { track, number, start, frames: 0, fade, supply: Supply::default(), begun: false }
    }

    fn place(&self, ratio: f64) -> Place {
        place(self.start, self.frames, ratio)
    }

    /// Adds what comes next. How many frames that was; fewer than all if it is over.
    fn add_to(&mut self, [left, right]: [&mut [f32]; 2], bank: &SincBank, ratio: f64, fade_frames: u32) -> usize {
        let Self { track, number: _, start, frames, fade, supply, begun } = self;
        let (sound, end) = (track.sound(), track.num_frames() as f64);
        if fade.is_over() {
            return 0;
        }
        // It stands until its place is decoded, so that nothing of it is missed.
        *begun |= sound.reaches(*start + TAPS_AHEAD);
        if !*begun {
            return left.len();
        }
        for (n, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let place = place(*start, *frames, ratio);
            if place.frame >= end || fade.is_over() {
                return n;
            }
            let (of_left, of_right) = read(&sound, bank, &place);
            let gain = fade.next_gain() * supply.next_gain(&sound, &place, fade_frames as f32);
            *left += of_left * gain;
            *right += of_right * gain;
            *frames += 1;
        }
        left.len()
    }

    fn is_over(&self, ratio: f64) -> bool {
        self.fade.is_over() || self.place(ratio).frame >= self.track.num_frames() as f64
    }
}

/// By the count, not by adding up: any split of the stream gives the same places.
fn place(start: f64, frames: u64, ratio: f64) -> Place {
    Place { frame: start + frames as f64 * ratio, laps: 0.0, rate: ratio }
}

/// Plays one track, once, from a place on. Where another one takes its place, it fades out first.
#[derive(Debug)]
pub struct ListenNode {
    bank: Arc<SincBank>,
    sample_rate: f64,
    playing: Option<Listened>,
    /// Comes when that has faded out.
    next: Option<ListenTo>,
    /// To be given back.
    left: Option<Arc<Track>>,
}

impl ListenNode {
    /// Silent. `sample_rate` in Hz.
    #[must_use]
    pub const fn new(bank: Arc<SincBank>, sample_rate: f64) -> Self {
        Self { bank, sample_rate, playing: None, next: None, left: None }
    }

    /// Plays a track, or nothing any more. Gives back one that was to come and never sounded.
    ///
    /// # Real-time
    /// No allocation; nothing is dropped.
    pub fn play(&mut self, next: Option<ListenTo>) -> Option<Arc<Track>> {
        let fade_frames = self.fade_frames();
        if let Some(playing) = &mut self.playing
            && !matches!(playing.fade, Fade::Out { .. })
        {
            playing.fade = playing.fade.into_fade_out(FadeShape::Linear, if playing.begun { fade_frames } else { 0 });
        }
        std::mem::replace(&mut self.next, next).map(|unused| unused.track)
    }

    /// A track that has sounded. To be asked after each run: until then none can take its place.
    pub const fn take_left(&mut self) -> Option<Arc<Track>> {
        self.left.take()
    }

    /// What is listened to; `None` if nothing is, or it is going.
    #[must_use]
    pub fn view(&self) -> Option<ListenView> {
        if let Some(ListenTo { track, part, number }) = &self.next {
            return Some(ListenView {
                number: *number,
                position_secs: part * track.seconds(),
                length_secs: track.seconds(),
                waits: true,
            });
        }
        let playing = self.playing.as_ref().filter(|playing| !matches!(playing.fade, Fade::Out { .. }))?;
        let position_secs = playing.place(self.ratio(&playing.track)).frame / playing.track.sample_rate();
        Some(ListenView {
            number: playing.number,
            position_secs,
            length_secs: playing.track.seconds(),
            waits: !playing.begun,
        })
    }

    fn fade_frames(&self) -> u32 {
        ms_to_frames(DECLICK_MS, self.sample_rate)
    }

    /// Frames of the track for one of the host.
    fn ratio(&self, track: &Track) -> f64 {
        track.sample_rate() / self.sample_rate
    }

    /// Puts what is over aside. Whether there was room.
    fn put_aside(&mut self) -> bool {
        let has_room = self.left.is_none();
        if has_room {
            self.left = self.playing.take().map(|playing| playing.track);
        }
        has_room
    }
}

impl DspNode for ListenNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let (frames, fade_frames) = (io.frames(), self.fade_frames());
        let [left, right] = io.out();
        let mut from = 0;
        loop {
            if self.playing.is_none() {
                self.playing = self.next.take().map(|next| Listened::new(next, fade_frames));
            }
            let Some(playing) = &mut self.playing else { break };
            if from == 0 {
                left.fill(0.0);
                right.fill(0.0);
            }
            let ratio = playing.track.sample_rate() / self.sample_rate;
            from += playing.add_to([&mut left[from..], &mut right[from..]], &self.bank, ratio, fade_frames);
            // What is over ends with its last frame, so that no frame of the next depends on where blocks end.
            if !playing.is_over(ratio) || !self.put_aside() || from >= frames {
                return Status::Audio;
            }
        }
        if from == 0 { Status::Silent } else { Status::Audio }
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[], output: Width::Stereo }
    }

    fn prepare(&mut self, sample_rate: f64) {
        if let Some(playing) = &mut self.playing {
            playing.start = playing.place(playing.track.sample_rate() / self.sample_rate).frame;
            playing.frames = 0;
        }
        self.sample_rate = sample_rate;
    }

    fn type_name(&self) -> &'static str {
        "Listen"
    }
}

#[cfg(test)]
mod tests;
