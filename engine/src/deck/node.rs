//! The deck in the graph: plays its track, and passes on what comes in from the DAW.

mod sides;
mod sound;

use std::sync::Arc;

use super::BeatGrid;
use super::key_lock::KeyLock;
use super::loops::USUAL_BEATS;
use super::marks::{Marks, Places};
use super::motion::{Drive, Ground, Motion, Place, Span};
use super::pulse::Pulse;
use super::side::Side;
use super::supply::Supply;
use super::voice::{Beyond, Voice};
use crate::clock::BlockClock;
use crate::dsp::{Fade, FadeShape, SincBank};
use crate::units::ms_to_frames;

pub use self::sides::{LoadRefused, Undone};

/// Start and stop.
pub(super) const DECLICK_MS: f64 = 3.0;
/// From one place of a playing track to another.
pub(super) const SEEK_CROSSFADE_MS: f64 = 5.0;
/// From a loop's end to its start, in frames of the host; a shorter loop takes half of its length.
pub(super) const WRAP_FRAMES: u32 = 192;

/// How a deck moves, whatever is on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hands {
    /// The pitch fader: times the track's own speed.
    pub rate: f64,
    /// Percent on top, while someone pushes.
    pub nudge: f64,
    /// The speed under a hand on the record.
    pub scratch: Option<f64>,
    pub reverse: bool,
    pub slip: bool,
    /// Whether the clock shall lead; where the track has beats, it does.
    pub sync: bool,
    /// Whether marks land on the track's beats.
    pub snap: bool,
    /// As long as its button is down.
    pub held_cue: Option<HeldCue>,
    /// A change of tempo leaves the key.
    pub key_lock: bool,
    /// Semitones.
    pub key_shift: f64,
    /// The length of the next loop or roll that is asked for without one, in beats.
    pub loop_beats: f64,
    /// What that was before the roll that is on.
    pub before_roll: f64,
    /// How far a jump goes that is asked for without a number, in beats.
    pub jump_beats: f64,
}

/// A cue that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeldCue {
    /// 0 is the cue, 1.. are the hot cues.
    pub number: usize,
    /// The deck rested, and plays only as long as it is held.
    pub preview: bool,
}

/// A deck. Input 0 is live sound from the DAW, which is added to the track's.
#[derive(Debug)]
pub struct DeckNode {
    bank: Arc<SincBank>,
    pub(super) sample_rate: f64,
    /// The track on the deck.
    pub(super) current: Option<Side>,
    /// The track before, as long as it fades out or can be brought back.
    before: Option<Side>,
    /// The playhead while the deck plays.
    pub(super) voice: Option<Voice>,
    pub(super) key: KeyLock,
    /// Frames of the key lock's present step that are done, and all steps before.
    frames: u64,
    /// How often the playhead's loop has begun again.
    pub(super) laps: f64,
    /// The playhead while the deck rests, in frames of the track.
    pub(super) resting: f64,
    pub(super) hands: Hands,
    /// Where the playhead would be without what slip lets pass; as long as a roll is on there is something.
    pub(super) slipped: Option<Motion>,
    pub(super) pulse: Option<Pulse>,
    /// Where the grid is that the playhead goes by; 0 for none. Tells that it is another one.
    grid_seen: usize,
    /// Where the playhead was to be next, by the grid that was seen.
    next: Place,
    reached_end: bool,
    /// Something was left to come back to, since this was asked last.
    new_ghost: bool,
    /// Frames that the playhead has made since this was asked last.
    played: u64,
    /// Frames of it that its track did not have yet, since this was asked last.
    starved: u64,
    /// Time stands still: the playhead waits where it is.
    held: bool,
}

impl DeckNode {
    /// An empty deck. `sample_rate` in Hz. Allocates.
    #[must_use]
    pub fn new(bank: Arc<SincBank>, sample_rate: f64) -> Self {
        Self {
            bank,
            sample_rate,
            current: None,
            before: None,
            voice: None,
            key: KeyLock::new(sample_rate),
            frames: 0,
            laps: 0.0,
            resting: 0.0,
            hands: Hands {
                rate: 1.0,
                nudge: 0.0,
                scratch: None,
                reverse: false,
                slip: false,
                sync: false,
                snap: true,
                held_cue: None,
                key_lock: false,
                key_shift: 0.0,
                loop_beats: USUAL_BEATS,
                before_roll: USUAL_BEATS,
                jump_beats: USUAL_BEATS,
            },
            slipped: None,
            pulse: None,
            grid_seen: 0,
            next: Place { frame: 0.0, laps: 0.0, rate: 1.0 },
            reached_end: false,
            new_ghost: false,
            played: 0,
            starved: 0,
            held: false,
        }
    }

    /// Whether it plays; a deck that fades out after a stop does not.
    #[must_use]
    pub const fn is_playing(&self) -> bool {
        self.voice.is_some()
    }

    /// Whether a track is on it.
    #[must_use]
    pub const fn has_track(&self) -> bool {
        self.current.is_some()
    }

    /// The track's length in seconds; 0 without one.
    #[must_use]
    pub fn length_secs(&self) -> f64 {
        self.current.as_ref().map_or(0.0, |side| side.track.seconds())
    }

    /// How many seconds of the track are there; 0 without one.
    #[must_use]
    pub fn ready_secs(&self) -> f64 {
        self.current.as_ref().map_or(0.0, |Side { track, .. }| track.ready_frames() as f64 / track.sample_rate())
    }

    /// The playhead in seconds from the track's start.
    #[must_use]
    pub fn position_secs(&self) -> f64 {
        let Some(Side { track, .. }) = &self.current else { return 0.0 };
        self.here().frame.clamp(0.0, track.num_frames() as f64) / track.sample_rate()
    }

    /// What the next frames go by: the clock of a segment that begins here.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_time(&mut self, clock: &BlockClock) {
        self.pulse = Some(Pulse::new(clock, 0, self.pulse.as_ref()));
        self.keep_octave();
    }

    /// The frame in the segment that comes next.
    ///
    /// # Real-time
    /// No allocation.
    pub const fn set_frame(&mut self, frame: u32) {
        if let Some(pulse) = &mut self.pulse {
            pulse.frame = frame;
        }
    }

    /// Starts, from `position_secs` or from where it rests, as if it had started `frames_late` frames of the host ago.
    /// A track from its first frame starts as it is; one from the middle comes in within 3 ms. A synced deck starts in
    /// phase, on the nearest beat. What plays while it is held plays on. No track: no effect.
    ///
    /// # Real-time
    /// No allocation.
    pub fn play(&mut self, position_secs: Option<f64>, frames_late: u32) {
        let was_held = self.hands.held_cue.take().is_some();
        if was_held && position_secs.is_none() {
            return self.forget_course();
        }
        let Some(from) = position_secs.map_or(Some(self.resting), |secs| self.frame_at(secs)) else { return };
        self.start(from, frames_late);
    }

    /// Starts from a frame of the track.
    pub(super) fn start(&mut self, from: f64, frames_late: u32) {
        if self.current.is_none() {
            return;
        }
        self.forget_course();
        self.leave_loop_before(from);
        let motion = self.motion_from(from, f64::from(frames_late));
        let is_top = motion.at(&self.ground(), 0).frame < 1.0 && !self.hands.reverse;
        let fade = if is_top { Fade::Flat } else { self.fade_in(FadeShape::Linear, DECLICK_MS) };
        self.retire_voice(FadeShape::Linear, DECLICK_MS);
        self.set_voice(motion, fade, Supply::default());
    }

    /// Stops within 3 ms; the playhead rests where it stopped.
    ///
    /// # Real-time
    /// No allocation.
    pub fn stop(&mut self) {
        self.stop_within(DECLICK_MS);
    }

    /// Stops within so many milliseconds; the playhead rests where it stopped.
    ///
    /// # Real-time
    /// No allocation.
    pub fn stop_within(&mut self, ms: f64) {
        self.resting = self.here().frame.max(0.0);
        self.leave_ghost();
        self.retire_voice(FadeShape::Linear, ms);
        self.let_go();
    }

    /// What only holds while the deck plays is over.
    pub(super) fn let_go(&mut self) {
        self.forget_course();
        (self.hands.held_cue, self.hands.scratch) = (None, None);
    }

    /// Nothing runs on beneath any more.
    pub(super) fn forget_course(&mut self) {
        self.slipped = None;
        // A cue that plays while it is held is a course of its own.
        self.hands.held_cue = self.hands.held_cue.filter(|held| held.preview);
        self.end_roll();
    }

    /// Moves the playhead; a playing deck goes over in 5 ms with equal power. A loop that ends before that place is left.
    ///
    /// # Real-time
    /// No allocation.
    pub fn seek(&mut self, position_secs: f64) {
        let Some(to) = self.frame_at(position_secs) else { return };
        self.resting = to;
        if self.is_playing() {
            self.leave_ghost();
        }
        self.forget_course();
        self.leave_loop_before(to);
        if self.is_playing() {
            self.jump(to, 0.0);
        }
    }

    /// A playing deck goes on from another frame of its track, in 5 ms with equal power.
    pub(super) fn jump(&mut self, to: f64, frames_late: f64) {
        self.leave_loop_before(to);
        let motion = self.motion_from(to, frames_late);
        self.cross_to(motion, FadeShape::EqualPower);
    }

    /// A loop or a roll that ends before a place does not hold who goes there.
    pub(super) fn leave_loop_before(&mut self, to: f64) {
        let ends_before = |span: Option<Span>| span.is_some_and(|span| to >= span.end);
        let Some(Side { places, .. }) = &mut self.current else { return };
        if ends_before(places.span) {
            places.looping = false;
        }
        if ends_before(places.roll) {
            self.end_roll();
        }
    }

    /// A playing deck goes over to another motion, in 5 ms.
    pub(super) fn cross_to(&mut self, motion: Motion, shape: FadeShape) {
        self.retire_voice(shape, SEEK_CROSSFADE_MS);
        self.set_voice(motion, self.fade_in(shape, SEEK_CROSSFADE_MS), Supply::default());
    }

    /// What happens now may want the key lock: its steps are counted from here, if it is not at work.
    fn count_steps_from_here(&mut self) {
        if self.key.is_off() {
            self.frames = 0;
        }
    }

    fn set_voice(&mut self, motion: Motion, fade: Fade, supply: Supply) {
        self.count_steps_from_here();
        self.voice = Some(Voice { motion, fade, ratio: self.ratio(), supply, beyond: Beyond::End });
        self.laps = motion.at(&self.ground(), 0).laps;
        self.note_place();
    }

    /// The playhead goes on with another motion from the same place.
    pub(super) fn set_motion(&mut self, motion: Motion) {
        if let Some(Voice { fade, supply, .. }) = self.voice {
            self.set_voice(motion, fade, supply);
        }
    }

    /// Lets a playing deck stand still where it is, or go on from there; within 3 ms.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hold(&mut self, held: bool) {
        if std::mem::replace(&mut self.held, held) == held {
            return;
        }
        let length = ms_to_frames(DECLICK_MS, self.sample_rate);
        // Not by the clock: that stands still already.
        let from = self.next;
        let Some(voice) = self.voice else { return };
        if held {
            self.fade_out_from(from, voice.fade.into_fade_out(FadeShape::Linear, length), (voice.ratio, voice.supply));
        }
        self.voice = Some(voice.with_fade(Fade::fade_in(FadeShape::Linear, length)));
    }

    /// Moves a playing deck by so many seconds of music, forwards or back, with a crossfade of 5 ms, and what runs on
    /// beneath it. A place before the track's start is its start, one after its end the end; a loop holds it.
    ///
    /// # Real-time
    /// No allocation.
    pub fn shift(&mut self, secs: f64) {
        let (Some(side), true) = (&self.current, self.is_playing()) else { return };
        let (track_rate, ratio, end) = (side.track.sample_rate(), self.ratio(), side.track.num_frames() as f64);
        let target = |from: Place, span: Option<Span>| {
            let to = from.frame + (secs * track_rate * from.rate / ratio).round();
            span.map_or(to.min(end), |span| span.land(from.frame, to)).max(0.0)
        };
        let to = target(self.here(), self.active_loop());
        let ground = self.ground();
        self.slipped =
            self.slipped.map(|course| course.moved_to(target(course.at(&ground, 0), course.loop_span()), &ground));
        self.jump(to, 0.0);
    }

    /// Whether a change of tempo shall leave the track's key. From one to the other within 20 ms, once the track has been
    /// heard for 70.
    pub fn set_key_lock(&mut self, on: bool) {
        self.count_steps_from_here();
        self.hands.key_lock = on;
    }

    /// Moves the track's key by -12..12 semitones without its tempo.
    pub fn set_key_shift(&mut self, semitones: f64) {
        self.count_steps_from_here();
        self.hands.key_shift = semitones.clamp(-12.0, 12.0);
    }

    /// Whether the track has ended since the last time this was asked.
    pub const fn take_reached_end(&mut self) -> bool {
        std::mem::replace(&mut self.reached_end, false)
    }

    /// Whether it has left something that an undo brings back since this was asked last.
    pub const fn take_new_ghost(&mut self) -> bool {
        std::mem::replace(&mut self.new_ghost, false)
    }

    /// How many frames its playhead has made since this was asked last.
    pub const fn take_played(&mut self) -> u64 {
        std::mem::replace(&mut self.played, 0)
    }

    /// How many frames its playhead came to before they were decoded, since this was asked last. They were silent.
    pub const fn take_starved(&mut self) -> u64 {
        std::mem::replace(&mut self.starved, 0)
    }

    /// The marks of the track on the deck.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.current.as_ref().map_or_else(Marks::default, |side| side.places.marks(side.track.sample_rate()))
    }

    /// Marks the track on the deck anew; a loop that holds the playhead lets go.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_marks(&mut self, marks: Marks) {
        self.forget_course();
        if let Some(side) = &mut self.current {
            side.places = Places::from_marks(marks, side.track.sample_rate());
            self.apply_loop();
        }
    }

    /// Frames of the track for one frame of the host, at the track's own speed.
    pub(super) fn ratio(&self) -> f64 {
        self.current.as_ref().map_or(1.0, |side| side.ratio(self.sample_rate))
    }

    /// The beat grid of the track on the deck.
    pub(super) fn grid(&self) -> Option<&BeatGrid> {
        self.current.as_ref()?.track.grid()
    }

    pub(super) fn ground(&self) -> Ground<'_> {
        Ground { pulse: self.pulse, grid: self.grid() }
    }

    /// Where the playhead is, and how fast; at rest at the speed that it would have.
    pub(super) fn here(&self) -> Place {
        match &self.voice {
            Some(voice) => {
                let place = voice.motion.at(&self.ground(), 0);
                // A loop that ends on this very frame has not begun again yet.
                let turns = place.laps - self.laps;
                let length = voice.motion.loop_span().map_or(0.0, |span| span.length());
                Place { frame: place.frame + turns * length, laps: self.laps, ..place }
            }
            None => Place { frame: self.resting, laps: 0.0, rate: self.ratio() * self.hands.rate },
        }
    }

    /// The whole frame of the track that is nearest to a time, inside the track.
    fn frame_at(&self, secs: f64) -> Option<f64> {
        let Side { track, .. } = self.current.as_ref()?;
        let last = (track.num_frames() - 1) as f64;
        Some((secs * track.sample_rate()).round().clamp(0.0, last))
    }

    pub(super) fn fade_in(&self, shape: FadeShape, ms: f64) -> Fade {
        Fade::fade_in(shape, ms_to_frames(ms, self.sample_rate))
    }

    /// The playhead becomes a tail that fades out.
    pub(super) fn retire_voice(&mut self, shape: FadeShape, ms: f64) {
        let length = ms_to_frames(ms, self.sample_rate);
        let place = self.here();
        if let (Some(voice), false) = (self.voice.take(), self.held) {
            self.fade_out_from(place, voice.fade.into_fade_out(shape, length), (voice.ratio, voice.supply));
        }
    }

    /// Remembers where the playhead will be on the next frame, for when the ground moves under it.
    fn note_place(&mut self) {
        self.next = self.here();
        self.grid_seen = self.grid().map_or(0, |grid| std::ptr::from_ref(grid) as usize);
    }

    /// The grid was edited, came, or went: the playhead stays where it is, and finds its phase from there.
    fn find_ground(&mut self) {
        let grid = self.grid().map_or(0, |grid| std::ptr::from_ref(grid) as usize);
        if grid != self.grid_seen && self.voice.is_some() {
            let place = self.next;
            // What went by the old grid leads nowhere now.
            if self.slipped.is_some_and(|course| matches!(course.drive, Drive::Lock(_))) {
                self.forget_course();
            }
            self.set_motion(Motion::straight(place).with_loop(self.active_loop(), None));
            self.settle();
        }
    }
}

#[cfg(test)]
mod tests;
