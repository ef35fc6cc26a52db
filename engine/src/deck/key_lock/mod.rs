//! Key lock: a deck at another tempo in its own key.
//!
//! The stretcher hears the track ahead of the playhead, by its own latency, and is fed by where the playhead will be: so
//! what it says now is what the playhead is on now, and the deck stays in phase with the clock. Before it can speak it
//! has to hear 140 ms of the track. Until then, and wherever it cannot follow (backwards, under a hand, slower than half
//! speed), the deck is heard at plain varispeed; from one to the other it goes in 20 ms.
//!
//! It works in steps of 64 frames that are counted from what made it necessary, and a step knows only what the deck knew
//! at its start: the same samples come out at any block size.

mod stretch;
mod tape;

use super::motion::{Ground, Motion, Place};
use super::node::WRAP_FRAMES;
use super::supply::TAPS_AHEAD;
use crate::dsp::Fade;
use crate::units::ms_to_frames;
use stretch::Stretcher;
use tape::Needle;

pub(super) use tape::Tape;

/// Frames of a step.
pub(super) const STEP: usize = 64;
/// Over how many steps the history is read.
const HISTORY_STEPS: usize = 16;
/// Steps of the stretcher for one of the deck while it catches up.
const CATCH_UP: usize = 3;
/// Frames that it takes in one step at most.
const MAX_INPUT: usize = 4 * STEP;
/// And at least, also when it is ahead: of a hop that moves on by less than half of itself the library draws the phases
/// by chance, and a bounce would not be what was heard. Of a hop of an odd number of frames half is one more: there half
/// speed is a bit too slow.
const MIN_INPUT: usize = STEP / 2;
/// For so many steps at most it may be ahead before it makes up for that: about a second. Near half speed it would take
/// for ever.
const AHEAD_STEPS: f64 = 750.0;
/// So far ahead, in frames, is no matter: a millisecond.
const AHEAD_FRAMES: f64 = 48.0;
/// Further off than this the playhead has gone elsewhere, in frames of the host.
const LOST_FRAMES: f64 = 2_048.0;
/// Speeds that it follows: see [`MIN_INPUT`]. A clock's half speed is that but for the last digits.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.499_999..=2.05;
/// From varispeed to key lock and back.
const CROSSFADE_MS: f64 = 20.0;
/// How long it goes straight on at most when the playhead has left, with some to spare: from track to track.
const LONGEST_LEAVE_MS: f64 = 60.0;

/// Where it is in its work.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Not at work.
    Off,
    /// Reading its history; steps done.
    Hearing { needle: Needle, steps: usize },
    /// Not yet where the playhead is.
    CatchingUp { needle: Needle },
    /// In phase.
    Following { needle: Needle },
    /// The playhead has left; what it says fades out, straight on.
    Leaving { needle: Needle, rate: f64, rest: f64, tag: u64, fade: Fade },
}

/// What a step goes by.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub tape: Tape<'a>,
    pub motion: &'a Motion,
    pub ground: Ground<'a>,
    /// The tempo is to change without the key.
    pub keep_key: bool,
    /// Semitones.
    pub shift: f64,
    /// A hand is on the record.
    pub by_hand: bool,
}

/// One deck's.
#[derive(Debug)]
pub(super) struct KeyLock {
    stretcher: Stretcher,
    state: State,
    history: Box<[f32]>,
    input: Box<[f32; 2 * MAX_INPUT]>,
    output: Box<[f32; 2 * STEP]>,
    /// Frames of `output` that have been taken.
    taken: usize,
    /// How much of the deck is its sound rather than varispeed, 0..1, and how that changes with each frame.
    part: f32,
    change: f32,
    crossfade: f32,
}

impl KeyLock {
    /// Allocates. `sample_rate` in Hz.
    pub(super) fn new(sample_rate: f64) -> Self {
        let stretcher = Stretcher::new(sample_rate);
        let history = vec![0.0; 2 * stretcher.history_frames()].into();
        Self {
            stretcher,
            state: State::Off,
            history,
            input: Box::new([0.0; 2 * MAX_INPUT]),
            output: Box::new([0.0; 2 * STEP]),
            taken: STEP,
            part: 0.0,
            change: 0.0,
            crossfade: ms_to_frames(CROSSFADE_MS, sample_rate).max(1) as f32,
        }
    }

    /// Whether it does nothing.
    pub(super) fn is_off(&self) -> bool {
        self.state == State::Off
    }

    /// How much of the deck's sound is its own: 0 is varispeed alone.
    pub(super) const fn part(&self) -> f32 {
        self.part
    }

    /// The side whose sound it still lets fade out.
    pub(super) const fn leaves(&self) -> Option<u64> {
        match self.state {
            State::Leaving { tag, .. } => Some(tag),
            _ => None,
        }
    }

    /// What it says of the present place fades out from here, in full or as far as it was heard; it begins anew.
    /// `tag` names the side whose tape it is on.
    pub(super) fn leave(&mut self, place: &Place, ratio: f64, tag: u64, fade: Fade) {
        self.state = match self.state {
            State::Following { needle } if self.part > 0.0 => {
                let rate = (place.rate / ratio).clamp(*SPEEDS.start(), *SPEEDS.end());
                State::Leaving { needle, rate, rest: 0.0, tag, fade: fade.scaled(self.part) }
            }
            // It is rather cut off twice than heard twice.
            leaving @ State::Leaving { .. } => leaving,
            _ => State::Off,
        };
        (self.part, self.change) = (0.0, 0.0);
    }

    /// Forgets everything: nobody hears it.
    pub(super) const fn drop_all(&mut self) {
        self.state = State::Off;
        (self.part, self.change) = (0.0, 0.0);
    }

    /// Works for the next [`STEP`] frames. `false` if it was heard and can follow no longer: it has to [`leave`].
    ///
    /// [`leave`]: Self::leave
    pub(super) fn work(&mut self, step: &Step<'_>) -> bool {
        let here = step.motion.at(&step.ground, 0);
        let speed = here.rate / step.tape.ratio;
        let can_follow = !step.by_hand && self.speeds().contains(&speed) && self.has_supply(step, &here, speed);
        let is_wanted = step.shift != 0.0 || step.keep_key && (speed - 1.0).abs() > 1e-4;
        self.tune(step, speed);
        match self.state {
            State::Leaving { .. } => {}
            _ if !can_follow => {
                let was_heard = self.part > 0.0;
                if !was_heard {
                    self.drop_all();
                }
                return !was_heard;
            }
            State::Off if is_wanted => self.begin(step, speed),
            State::Off => {}
            State::Hearing { .. } | State::CatchingUp { .. } if !is_wanted => self.drop_all(),
            State::Hearing { needle, steps } => self.hear(step, needle, steps, speed),
            State::CatchingUp { needle } => self.catch_up(step, needle, speed),
            State::Following { needle } => {
                self.change = if is_wanted { 1.0 } else { -1.0 } / self.crossfade;
                return self.follow(step, needle, speed);
            }
        }
        true
    }

    #[expect(clippy::cast_possible_truncation, reason = "a factor of pitch")]
    fn tune(&mut self, step: &Step<'_>, speed: f64) {
        let shift = (step.shift / 12.0).exp2();
        let factor = if step.keep_key { shift } else { shift * speed };
        if self.leaves().is_none() && factor.is_finite() {
            self.stretcher.set_factor((factor as f32).clamp(0.25, 4.0));
        }
    }

    /// Whether all is there of the track that it may read before it is asked again, and when the playhead leaves then.
    fn has_supply(&self, step: &Step<'_>, here: &Place, speed: f64) -> bool {
        let tape = &step.tape;
        if tape.sound.is_whole() {
            return true;
        }
        let leaving = f64::from(self.crossfade) * LONGEST_LEAVE_MS / CROSSFADE_MS;
        let to_hear = self.stretcher.input_latency() as f64 / speed;
        let ahead = ((HISTORY_STEPS + 2) * STEP + self.stretcher.output_latency()) as f64 + to_hear;
        let straight = here.frame + (ahead + leaving) * here.rate;
        let reach = match tape.span {
            Some(span) if here.frame < span.end => {
                straight.min(span.end + (leaving + f64::from(WRAP_FRAMES)) * here.rate.max(tape.ratio))
            }
            _ => straight,
        };
        tape.sound.reaches(reach + TAPS_AHEAD)
    }

    /// The place up to which the stretcher has to have heard at the end of a step that starts `ahead` frames from now.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand frames")]
    fn target(&self, step: &Step<'_>, ahead: usize, speed: f64) -> f64 {
        let to_hear = self.stretcher.input_latency() as f64 / speed;
        let frames = ahead + STEP + self.stretcher.output_latency() + to_hear.round() as usize;
        step.motion.at(&step.ground, frames as u32).frame
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand frames")]
    fn begin(&mut self, step: &Step<'_>, speed: f64) {
        let to_hear = (self.stretcher.input_latency() as f64 / speed).round() as usize;
        let end = step.motion.at(&step.ground, (HISTORY_STEPS * STEP + to_hear) as u32).frame;
        let end = if step.tape.ratio == 1.0 { end.round() } else { end };
        let frames = self.history.len() / 2;
        let needle = Needle::new(end - frames as f64 * step.tape.ratio);
        self.hear(step, needle, 0, speed);
    }

    fn hear(&mut self, step: &Step<'_>, mut needle: Needle, steps: usize, speed: f64) {
        let frames = self.history.len() / 2;
        let part = |steps: usize| 2 * (frames * steps / HISTORY_STEPS);
        // Straight on: a loop may begin after its end.
        let tape = Tape { span: None, ..step.tape };
        tape.read(&mut needle, &mut self.history[part(steps)..part(steps + 1)]);
        self.state = if steps + 1 < HISTORY_STEPS {
            State::Hearing { needle, steps: steps + 1 }
        } else {
            self.stretcher.seek(&self.history, speed.max(0.5));
            State::CatchingUp { needle }
        };
    }

    fn catch_up(&mut self, step: &Step<'_>, mut needle: Needle, speed: f64) {
        let target = self.target(step, 0, speed);
        for _ in 0..CATCH_UP {
            let left = step.tape.distance(needle.at, target);
            if left.abs() < 1.5 * STEP as f64 * speed {
                self.follow(step, needle, speed);
                return;
            }
            if left < 0.0 {
                return self.drop_all();
            }
            let frames = self.input_frames((STEP as f64 * speed).min(left));
            self.speak(&step.tape, &mut needle, frames);
        }
        self.taken = STEP;
        self.state = State::CatchingUp { needle };
    }

    fn follow(&mut self, step: &Step<'_>, mut needle: Needle, speed: f64) -> bool {
        let left = step.tape.distance(needle.at, self.target(step, 0, speed));
        let is_over = self.change < 0.0 && self.part <= 0.0;
        let ahead = STEP as f64 * speed - left;
        let is_ahead = ahead > AHEAD_FRAMES.max(AHEAD_STEPS * (STEP as f64 * speed - self.min_input() as f64));
        if is_over || is_ahead || left.abs() > LOST_FRAMES {
            let was_heard = self.part > 0.0;
            if !was_heard {
                self.drop_all();
            }
            return !was_heard;
        }
        let frames = self.input_frames(left);
        self.speak(&step.tape, &mut needle, frames);
        self.state = State::Following { needle };
        true
    }

    /// See [`MIN_INPUT`].
    const fn min_input(&self) -> usize {
        MIN_INPUT + self.stretcher.hop_frames() % 2
    }

    /// Speeds that it follows.
    fn speeds(&self) -> std::ops::RangeInclusive<f64> {
        let odd = self.min_input() - MIN_INPUT;
        *SPEEDS.start() + odd as f64 / STEP as f64..=*SPEEDS.end()
    }

    /// A whole number of frames that fits the input.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn input_frames(&self, frames: f64) -> usize {
        frames.round().clamp(self.min_input() as f64, MAX_INPUT as f64) as usize
    }

    /// Puts frames of the tape in, and fills the output.
    fn speak(&mut self, tape: &Tape<'_>, needle: &mut Needle, frames: usize) {
        let input = &mut self.input[..2 * frames];
        tape.read(needle, input);
        self.stretcher.process(input, &mut self.output[..]);
        self.taken = 0;
    }

    /// The sound of the next frame, and how much of the deck it is; `None` when it is nothing of it.
    pub(super) fn next(&mut self) -> Option<([f32; 2], f32)> {
        if !matches!(self.state, State::Following { .. }) {
            return None;
        }
        self.part = (self.part + self.change).clamp(0.0, 1.0);
        Some((self.take(), self.part))
    }

    fn take(&mut self) -> [f32; 2] {
        let at = 2 * self.taken;
        self.taken += 1;
        [self.output.get(at), self.output.get(at + 1)].map(|sample| sample.copied().unwrap_or(0.0))
    }

    /// Adds what it has left behind. Up to the end of the step at most; at a step's start `tape` is the one that it was on.
    pub(super) fn add_leaving_to(&mut self, [left, right]: [&mut [f32]; 2], tape: Option<&Tape<'_>>) {
        for (left, right) in left.iter_mut().zip(right) {
            let State::Leaving { fade, .. } = &mut self.state else { return };
            if fade.is_over() {
                return self.drop_all();
            }
            let gain = fade.next_gain();
            if self.taken >= STEP
                && let State::Leaving { mut needle, rate, rest, tag, fade } = self.state
            {
                let Some(tape) = tape else { return self.drop_all() };
                let wanted = STEP as f64 * rate + rest;
                let frames = self.input_frames(wanted);
                self.speak(tape, &mut needle, frames);
                self.state = State::Leaving { needle, rate, rest: wanted - frames as f64, tag, fade };
            }
            let sound = self.take();
            *left += sound[0] * gain;
            *right += sound[1] * gain;
        }
    }
}

#[cfg(test)]
mod tests;
