//! What leads the playhead: the clock, the pitch fader, or a hand.
//!
//! A synced deck's place is a function of the clock's beat. A small way off (after a push, or an edit of the grid) it
//! comes back at most 2 % faster or slower; a long way off it jumps, in a crossfade.

use super::DeckNode;
use super::GestureRefused;
use super::motion::{Away, Drive, Glide, Lock, Motion, Place, Span};
use super::side::Side;
use crate::dsp::FadeShape;
use crate::units::ms_to_frames;

/// From one speed to another: no zipper is heard, and a hand feels no delay.
const GLIDE_MS: f64 = 5.0;
/// The same under a hand on the record.
const SCRATCH_MS: f64 = 5.0;
/// How much faster or slower a synced deck goes to come back into phase.
const BEND: f64 = 0.02;
/// Further off than this, in beats of the track, it jumps.
const JUMP_BEATS: f64 = 0.25 + TIE_BEATS;
/// Just half a beat off is off to the same side, whatever the last digits say.
const TIE_BEATS: f64 = 1e-6;
/// Less than this is no way off.
const IN_PHASE_BEATS: f64 = 1e-9;
/// A speed that is further off the clock's, in parts of the track's own, goes over in a crossfade.
const FAR_SPEED: f64 = 0.5;
/// A track that is slower or faster than the clock by more octaves than this is played as if by so many.
const MAX_OCTAVES: f64 = 4.0;

impl DeckNode {
    /// Frames of the track for one of the host, as the hands want it.
    pub(super) fn speed(&self) -> f64 {
        let hands = &self.hands;
        let direction = if hands.reverse { -1.0 } else { 1.0 };
        self.ratio() * hands.scratch.unwrap_or(direction * hands.rate * (1.0 + hands.nudge / 100.0))
    }

    /// The loop that holds the playhead.
    pub(super) fn active_loop(&self) -> Option<Span> {
        self.current.as_ref()?.places.active()
    }

    /// How it would move from a frame of the track, as if it had begun `frames_late` frames of the host ago; in phase,
    /// if the clock leads.
    pub(super) fn motion_from(&self, frame: f64, frames_late: f64) -> Motion {
        let speed = self.speed();
        let from = frame + frames_late * speed;
        let drive = match self.lock_at(from) {
            Some(lock) => Drive::Lock(Lock { away: Away::NONE, ..lock }),
            None => Drive::Glide(Glide::steady(from, speed)),
        };
        Motion::new(drive).with_loop(self.active_loop(), self.grid())
    }

    /// Tied to the clock from a frame of the track on, and so far out of phase; `None` if the clock does not lead.
    fn lock_at(&self, frame: f64) -> Option<Lock> {
        let (hands, side) = (&self.hands, self.current.as_ref()?);
        let (grid, pulse) = (side.track.grid()?, self.pulse?);
        if !hands.sync || hands.scratch.is_some() {
            return None;
        }
        let origin = pulse.beat(0);
        let here = grid.beat_at(frame);
        let own_per_sec = side.track.sample_rate() / grid.frames_per_beat_at(frame);
        let octaves = (own_per_sec * 60.0 / pulse.tempo_bpm()).log2().round();
        let tempo = octaves.clamp(-MAX_OCTAVES, MAX_OCTAVES).exp2();
        if hands.reverse {
            // Backwards a beat of the track meets the clock's only now and then: it keeps the tempo.
            return Some(Lock { tempo: -tempo, origin, beat: here, away: Away::NONE });
        }
        // One of the track's beats shall fall on each of the clock's; a track at half tempo has one on every other.
        let line = tempo.min(1.0);
        let off = here - tempo * pulse.song_beat(origin);
        let error = off - (off / line + 0.5 - TIE_BEATS).floor() * line;
        let error = if error.abs() < IN_PHASE_BEATS { 0.0 } else { error };
        Some(Lock { tempo, origin, beat: here - error, away: Away { error, ..Away::NONE } })
    }

    /// A playing deck goes by what leads it now, from where it is.
    pub(super) fn settle(&mut self) {
        if self.voice.is_none() {
            return;
        }
        let place = self.here();
        let (span, grid) = (self.active_loop(), self.grid());
        let Some(lock) = self.lock_at(place.frame) else {
            let ramp = ms_to_frames(GLIDE_MS, self.sample_rate);
            let motion = Motion::glide_to(place, self.speed(), ramp).with_loop(span, grid);
            return self.set_motion(motion);
        };
        let error = lock.away.error;
        let motion = |away| Motion::new(Drive::Lock(Lock { away, ..lock })).with_loop(span, grid);
        if error.abs() > JUMP_BEATS {
            let motion = motion(Away::NONE);
            return self.cross_to(motion, FadeShape::EqualPower);
        }
        let slope = if error == 0.0 { 0.0 } else { -error.signum() * BEND * lock.tempo.abs() };
        let motion = motion(Away { error, slope, returns: true });
        // The clock's speed is there at once: from a hand's, or from rest, it is far.
        let [from, to] = [place, motion.at(&self.ground(), 0)].map(|place| place.rate / self.ratio());
        if (from - to).abs() > FAR_SPEED {
            // From one place to the same: the two are alike.
            return self.cross_to(motion, FadeShape::Linear);
        }
        self.set_motion(motion);
    }

    /// A tempo that has come so far that the track would be played too slowly or too fast is met in another octave.
    pub(super) fn keep_octave(&mut self) {
        if self.is_locked() && !self.hands.reverse {
            let speed = self.here().rate / self.ratio();
            if speed > 0.0 && !super::RATES.contains(&speed) {
                self.settle();
            }
        }
    }

    /// The same motion from a place on, with the loop as it is now.
    pub(super) fn rebased(&self, place: Place) -> Option<Motion> {
        let motion = match (&self.voice.as_ref()?.motion.drive, self.grid(), self.pulse) {
            (Drive::Lock(lock), Some(grid), Some(pulse)) => {
                let origin = pulse.beat(0);
                let error = lock.error(origin);
                let beat = grid.beat_at(place.frame) - error;
                Motion::new(Drive::Lock(Lock { origin, beat, away: Away { error, ..lock.away }, ..*lock }))
            }
            _ => Motion::glide_to(place, self.speed(), ms_to_frames(GLIDE_MS, self.sample_rate)),
        };
        Some(motion.with_loop(self.active_loop(), self.grid()))
    }

    /// Lets the clock lead, or no longer. After that the deck keeps the speed that it had.
    ///
    /// # Errors
    /// [`GestureRefused::NoGrid`] if there is a track of which no beats are known.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_sync(&mut self, on: bool) -> Result<(), GestureRefused> {
        if on && self.has_track() && self.grid().is_none() {
            return Err(GestureRefused::NoGrid);
        }
        if self.hands.sync == on {
            return Ok(());
        }
        if !on && self.is_locked() {
            let range = super::RATES;
            self.hands.rate = (self.here().rate.abs() / self.ratio()).clamp(*range.start(), *range.end());
        }
        self.hands.sync = on;
        self.settle();
        Ok(())
    }

    /// Whether the clock leads the playhead.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.voice.as_ref().is_some_and(|voice| matches!(voice.motion.drive, Drive::Lock(_)))
    }

    /// Sets the pitch fader: how many times as fast as it was recorded. A synced deck goes by it once it is no longer
    /// synced.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_rate(&mut self, rate: f64) {
        if std::mem::replace(&mut self.hands.rate, rate) != rate && !self.is_locked() {
            self.settle();
        }
    }

    /// Pushes a playing deck on by so many percent of its speed, or holds it back; 0 lets go.
    ///
    /// # Real-time
    /// No allocation.
    pub fn nudge(&mut self, percent: f64) {
        self.hands.nudge = percent;
        match self.lock_at(self.here().frame).filter(|_| percent != 0.0 && self.voice.is_some()) {
            Some(lock) => {
                let away = Away { slope: lock.tempo * percent / 100.0, returns: false, ..lock.away };
                let lock = Lock { away, ..lock };
                let motion = Motion::new(Drive::Lock(lock)).with_loop(self.active_loop(), self.grid());
                self.set_motion(motion);
            }
            None => self.settle(),
        }
    }

    /// Plays backwards, or forwards again, in a crossfade of 5 ms; with slip from where it would be by then.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_reverse(&mut self, on: bool) {
        if std::mem::replace(&mut self.hands.reverse, on) == on || self.voice.is_none() {
            return;
        }
        if on {
            self.slip_away();
        } else if self.slipped.is_some() && !self.is_rolling() {
            return self.slip_back();
        }
        let place = Place { rate: self.speed(), ..self.here() };
        let motion = Motion::straight(place).with_loop(self.active_loop(), None);
        self.cross_to(motion, FadeShape::Linear);
        self.settle();
    }

    /// Whether a loop, a reverse, a scratch or a held hot cue lets the track run on beneath it.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_slip(&mut self, on: bool) {
        self.hands.slip = on;
        if !on && !self.is_rolling() {
            self.forget_course();
        }
    }

    /// Whether marks land on beats.
    ///
    /// # Real-time
    /// No allocation.
    pub const fn set_snap(&mut self, on: bool) {
        self.hands.snap = on;
    }

    /// A hand moves the record at so many times its speed, negative is back; `None` lets go.
    ///
    /// # Errors
    /// [`GestureRefused::NotPlaying`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn scratch(&mut self, speed: Option<f64>) -> Result<(), GestureRefused> {
        if self.voice.is_none() {
            return Err(GestureRefused::NotPlaying);
        }
        if speed.is_some() {
            self.slip_away();
        }
        let touched = std::mem::replace(&mut self.hands.scratch, speed).is_some();
        match speed {
            Some(_) => {
                let ramp = ms_to_frames(SCRATCH_MS, self.sample_rate);
                let motion = Motion::glide_to(self.here(), self.speed(), ramp).with_loop(self.active_loop(), None);
                self.set_motion(motion);
            }
            None if touched && self.slipped.is_some() => self.slip_back(),
            None => self.settle(),
        }
        Ok(())
    }

    /// From here on the playhead leaves its course, which runs on beneath if slip is on.
    pub(super) fn slip_away(&mut self) {
        if self.hands.slip {
            self.keep_course();
        }
    }

    /// The present course runs on beneath what comes, unless another one does already.
    pub(super) fn keep_course(&mut self) {
        if self.slipped.is_none() {
            self.slipped = self.voice.as_ref().map(|voice| voice.motion);
        }
    }

    /// Back to the course that ran on, and into its loop.
    pub(super) fn slip_back(&mut self) {
        let Some(course) = self.slipped else { return };
        self.forget_course();
        self.take_loop_of(&course);
        self.cross_to(course, FadeShape::EqualPower);
        self.settle();
    }

    /// The loop that a motion goes round in holds the playhead again, or none does.
    pub(super) fn take_loop_of(&mut self, motion: &Motion) {
        let Some(Side { places, .. }) = &mut self.current else { return };
        places.looping = motion.has_loop();
        if let Some(span) = motion.loop_span().filter(|span| places.span != Some(*span)) {
            places.set_loop(span);
        }
    }
}
