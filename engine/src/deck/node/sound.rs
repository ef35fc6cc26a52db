//! The deck's sound: its playhead, what still fades out, and the key lock, put together piece by piece.

use super::{DeckNode, WRAP_FRAMES};
use crate::deck::key_lock::{KeyLock, STEP, Step, Tape};
use crate::deck::motion::{Ground, Motion, Place, Span};
use crate::deck::side::Side;
use crate::deck::supply::Supply;
use crate::deck::voice::{Beyond, Reached};
use crate::dsp::{Fade, FadeShape, SincBank};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// From a key lock that cannot follow to varispeed.
const LEAVE_KEY_MS: f64 = 20.0;

impl DeckNode {
    /// Whether a playhead is at work, be it one that fades out.
    fn sounds(&self) -> bool {
        (self.voice.is_some() && !self.held) || self.current.iter().chain(&self.before).any(|side| self.is_fading(side))
    }

    /// Adds what the deck's own tracks sound like: piece by piece, from one beginning of its loop to the next.
    fn add_tracks(&mut self, [left, right]: &mut [&mut [f32]; 2]) {
        let (mut from, frames) = (0, left.len());
        while from < frames {
            self.lock_key();
            let piece = (frames - from).min(STEP - self.frames_of_step());
            let reached = self.add_voice([&mut left[from..from + piece], &mut right[from..from + piece]]);
            let made = match reached {
                Reached::Wrap { frames } => frames,
                Reached::All | Reached::End { .. } => piece,
            };
            let leaving = self.current.iter().chain(&self.before).find(|side| self.key.leaves() == Some(side.tag));
            let tape = leaving.map(|side| tape(side, &self.bank, self.sample_rate, None));
            self.key.add_leaving_to([&mut left[from..from + made], &mut right[from..from + made]], tape.as_ref());
            for side in self.current.iter_mut().chain(&mut self.before) {
                side.add_tails_to([&mut left[from..from + made], &mut right[from..from + made]], &self.bank);
            }
            if let Some(pulse) = &mut self.pulse {
                pulse.frame += u32::try_from(made).unwrap_or(0);
            }
            if matches!(reached, Reached::Wrap { .. }) {
                self.wrap();
            }
            self.frames += made as u64;
            from += made;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "less than a step")]
    const fn frames_of_step(&self) -> usize {
        (self.frames % STEP as u64) as usize
    }

    /// At the start of a step the key lock works for it.
    fn lock_key(&mut self) {
        let (Some(side), Some(voice), false) = (&self.current, &self.voice, self.held) else { return };
        if self.frames_of_step() != 0 {
            return;
        }
        let step = Step {
            tape: tape(side, &self.bank, self.sample_rate, voice.motion.loop_span()),
            motion: &voice.motion,
            ground: Ground { pulse: self.pulse, grid: side.track.grid() },
            keep_key: self.hands.key_lock,
            shift: self.hands.key_shift,
            by_hand: self.hands.scratch.is_some(),
        };
        if !self.key.work(&step) {
            // It cannot follow: plain varispeed, from here on.
            let length = ms_to_frames(LEAVE_KEY_MS, self.sample_rate);
            let (place, fade) = (self.here(), voice.fade.into_fade_out(FadeShape::Linear, length));
            let sounds = (voice.ratio, voice.supply);
            self.fade_out_from(place, fade, sounds);
            let fade = Fade::fade_in(FadeShape::Linear, length);
            self.voice.iter_mut().for_each(|voice| voice.fade = fade);
        }
    }

    /// What is heard of the playhead fades out from a place, straight on.
    pub(super) fn fade_out_from(&mut self, place: Place, fade: Fade, (ratio, supply): (f64, Supply)) {
        let Some(side) = &mut self.current else { return };
        let part = self.key.part();
        self.key.leave(&place, ratio, side.tag, fade);
        if part < 1.0 {
            side.add_tail(place, fade.scaled(1.0 - part), (ratio, supply));
        }
    }

    fn add_voice(&mut self, output: [&mut [f32]; 2]) -> Reached {
        let (Some(side), Some(mut voice), false) = (&self.current, self.voice, self.held) else { return Reached::All };
        let ground = Ground { pulse: self.pulse, grid: side.track.grid() };
        let frames = output[0].len();
        voice.beyond = match voice.motion.loop_span() {
            _ if self.hands.scratch.is_some() => Beyond::Silence,
            Some(span) if self.is_near_track(span) => Beyond::Mirror,
            _ => Beyond::End,
        };
        let reached = voice.add_to(output, (&side.track, &self.bank), &ground, self.laps, Some(&mut self.key));
        self.starved += voice.supply.take_starved();
        self.voice = Some(voice);
        match reached {
            Reached::All => self.played += frames as u64,
            Reached::Wrap { frames } => self.played += frames as u64,
            Reached::End { frames } => {
                self.played += frames as u64;
                self.voice = None;
                self.key.drop_all();
                self.resting = 0.0;
                self.reached_end = true;
                self.let_go();
            }
        }
        reached
    }

    /// The loop begins again: what came to its end fades out, straight on.
    fn wrap(&mut self) {
        let out = self.here();
        let ground = Ground { pulse: self.pulse, grid: self.grid() };
        let Some(place) = self.voice.as_ref().map(|voice| voice.motion.at(&ground, 0)) else { return };
        let (Some(voice), Some(side)) = (&mut self.voice, &mut self.current) else { return };
        self.laps = place.laps;
        let part = self.key.part();
        if part >= 1.0 {
            // What it is fed goes over from the loop's end to its start.
            return;
        }
        let Some(span) = voice.motion.loop_span() else { return };
        let length_frames = span.length() / place.rate.abs().max(1e-6);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most WRAP_FRAMES")]
        let fade_frames = (length_frames / 2.0).clamp(1.0, f64::from(WRAP_FRAMES)) as u32;
        let fade = voice.fade.into_fade_out(FadeShape::Linear, fade_frames).scaled(1.0 - part);
        let heard = side.track.sound().mirrored(out.frame);
        let out = if voice.beyond == Beyond::Mirror && heard != out.frame {
            Place { frame: heard, rate: -out.rate, ..out }
        } else {
            out
        };
        side.add_tail(out, fade, (voice.ratio, voice.supply));
        voice.fade = Fade::fade_in(FadeShape::Linear, fade_frames);
    }
}

/// What a key lock hears of a track.
fn tape<'a>(side: &'a Side, bank: &'a SincBank, sample_rate: f64, span: Option<Span>) -> Tape<'a> {
    Tape { sound: side.track.sound(), bank, ratio: side.ratio(sample_rate), span }
}

impl DspNode for DeckNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let frames = io.frames();
        self.find_ground();
        if !self.held {
            for side in self.current.iter_mut().chain(&mut self.before) {
                side.let_ghost_run(frames);
            }
            self.slipped.iter_mut().for_each(|motion| motion.skip(frames));
        }
        let status = if !self.sounds() && io.status(0) == Status::Silent {
            if let Some(pulse) = &mut self.pulse {
                pulse.frame += u32::try_from(frames).unwrap_or(0);
            }
            self.frames += frames as u64;
            Status::Silent
        } else {
            let (live_left, live_right) = (io.left(0), io.right(0));
            let mut output = io.out();
            output[0].copy_from_slice(live_left);
            output[1].copy_from_slice(live_right);
            self.add_tracks(&mut output);
            Status::Audio
        };
        self.note_place();
        status
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn cost_hint_ns(&self) -> u32 {
        2_000
    }

    fn prepare(&mut self, sample_rate: f64) {
        let (by, place) = (self.sample_rate / sample_rate, self.here());
        self.forget_course();
        // The clock of another sample rate counts other frames.
        if self.voice.is_some() {
            let place = Place { rate: place.rate * by, ..place };
            self.set_motion(Motion::straight(place).with_loop(self.active_loop(), None));
        }
        for side in self.current.iter_mut().chain(&mut self.before) {
            side.rescale(by);
        }
        self.sample_rate = sample_rate;
        self.key = KeyLock::new(sample_rate);
        self.settle();
    }

    fn type_name(&self) -> &'static str {
        "Deck"
    }
}
