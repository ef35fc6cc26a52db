//! Loops, rolls and beat jumps.

use super::motion::Span;
use super::{DeckNode, GestureRefused};
use crate::dsp::FadeShape;

/// The shortest and the longest loop, in beats of the track.
pub const LOOP_BEATS: std::ops::RangeInclusive<f64> = 1.0 / 32.0..=64.0;
/// Loops and jumps of a new deck, in beats.
pub(super) const USUAL_BEATS: f64 = 4.0;
/// Without beats: the shortest loop, in frames of the track.
const MIN_FRAMES: f64 = 512.0;
/// And with beats, however fast they are.
const LEAST_FRAMES: f64 = 32.0;
/// A press so much before a beat means that beat.
const EARLY_BEATS: f64 = 0.02;
/// A beat so little before the track's start is taken for its start.
const EDGE_BEATS: f64 = 1.0 / 16.0;

/// The lengths that a deck keeps for loops and jumps, in beats: 1/32, 1/16 .. 64.
pub const KEPT_BEATS: [f64; 12] = [0.031_25, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// The place among [`KEPT_BEATS`] of the length that is nearest by its ratio; of what is no length, the shortest.
#[must_use]
pub fn kept_place(beats: f64) -> u8 {
    let octave = beats.abs().log2().round().clamp(-5.0, 6.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 11; what is no number is 0")]
    let place = (octave + 5.0) as u8;
    place
}

fn kept(beats: f64) -> f64 {
    KEPT_BEATS[usize::from(kept_place(beats))]
}

impl DeckNode {
    /// The length of the loops and rolls that are asked for without one: the nearest of [`KEPT_BEATS`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_loop_beats(&mut self, beats: f64) {
        // A host that repeats the length of a roll does not make it the one that comes back.
        if kept(beats) != self.hands.loop_beats {
            (self.hands.loop_beats, self.hands.before_roll) = (kept(beats), kept(beats));
        }
    }

    /// How far a jump goes that is asked for without a number: the nearest of [`KEPT_BEATS`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_jump_beats(&mut self, beats: f64) {
        self.hands.jump_beats = kept(beats);
    }

    /// See [`DeckNode::set_loop_beats`].
    #[must_use]
    pub const fn loop_beats(&self) -> f64 {
        self.hands.loop_beats
    }

    /// See [`DeckNode::set_jump_beats`].
    #[must_use]
    pub const fn jump_beats(&self) -> f64 {
        self.hands.jump_beats
    }

    /// The loop is a roll no longer; whether it was one. Then the length is what it was before.
    pub(super) fn end_roll(&mut self) -> bool {
        let was = std::mem::take(&mut self.hands.roll);
        if was {
            self.hands.loop_beats = self.hands.before_roll;
        }
        was
    }

    /// Where the playhead was when the gesture was due.
    pub(super) fn due_frame(&self, frames_late: f64) -> f64 {
        let here = self.here();
        if self.is_playing() { here.frame - frames_late * here.rate } else { here.frame }
    }

    /// The beat that is nearest to a frame, if marks land on beats and there are any; else the frame. A beat that is
    /// a hair before the track's start is its start: the grid is that little off.
    pub(super) fn snapped(&self, frame: f64) -> f64 {
        let Some(grid) = self.grid().filter(|_| self.hands.snap) else { return frame };
        let beat = grid.nearest_beat(frame);
        match grid.frame_at(beat) {
            at if at >= 0.0 => at,
            _ if grid.beat_at(0.0) - beat < EDGE_BEATS => 0.0,
            _ => grid.frame_at(beat + 1.0),
        }
    }

    /// The next loop starts here.
    ///
    /// # Errors
    /// [`GestureRefused::NoTrack`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_in(&mut self, frames_late: f64) -> Result<(), GestureRefused> {
        let at = self.snapped(self.due_frame(frames_late));
        self.current.as_mut().ok_or(GestureRefused::NoTrack)?.places.loop_in = Some(at);
        Ok(())
    }

    /// The loop ends here, and begins again.
    ///
    /// # Errors
    /// [`GestureRefused::NoLoop`] without a start before this place, [`GestureRefused::LoopLength`] too near to it.
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_out(&mut self, frames_late: f64) -> Result<(), GestureRefused> {
        let end = self.snapped(self.due_frame(frames_late));
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let start = side.places.loop_in.filter(|start| *start < end).ok_or(GestureRefused::NoLoop)?;
        self.set_loop(Span { start, end })
    }

    /// A loop of so many beats from here; of one that holds the playhead, another length. A roll lets the track run on
    /// beneath it.
    ///
    /// # Errors
    /// [`GestureRefused::NoGrid`], or what [`DeckNode::loop_out`] says.
    ///
    /// # Real-time
    /// No allocation.
    pub fn beat_loop(&mut self, beats: f64, roll: bool, frames_late: f64) -> Result<(), GestureRefused> {
        if roll && self.voice.is_none() {
            return Err(GestureRefused::NotPlaying);
        }
        let grid = self.grid().ok_or(GestureRefused::NoGrid)?;
        let here = grid.beat_at(self.due_frame(frames_late));
        let step = beats.min(1.0);
        let start = match self.active_loop().filter(|_| !roll) {
            Some(span) => grid.beat_at(span.start),
            None if self.hands.snap => ((here + EARLY_BEATS) / step).floor() * step,
            None => here,
        };
        let first = (grid.beat_at(0.0) / step).ceil() * step;
        let start = start.max(first);
        let span = Span { start: grid.frame_at(start), end: grid.frame_at(start + beats) };
        self.check_loop(span)?;
        self.end_roll();
        self.hands.roll = roll;
        // A hand's loop sets the length for the next one; a roll only as long as it is held.
        self.hands.loop_beats = kept(beats);
        if !roll {
            self.hands.before_roll = self.hands.loop_beats;
        }
        self.slip_away();
        self.set_loop(span)
    }

    fn set_loop(&mut self, span: Span) -> Result<(), GestureRefused> {
        self.check_loop(span)?;
        if let Some(side) = &mut self.current {
            side.places.span = Some(span);
            side.places.loop_in = Some(span.start);
            side.places.looping = true;
        }
        self.apply_loop();
        Ok(())
    }

    fn check_loop(&self, span: Span) -> Result<(), GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        if span.start < 0.0 || span.end > side.track.num_frames() as f64 {
            return Err(GestureRefused::OutsideTrack);
        }
        let fits = match side.track.grid() {
            Some(grid) => {
                let beats = grid.beat_at(span.end) - grid.beat_at(span.start);
                (LOOP_BEATS.start() - 1e-6..=LOOP_BEATS.end() + 1e-6).contains(&beats) && span.length() >= LEAST_FRAMES
            }
            None => span.length() >= MIN_FRAMES,
        };
        if fits { Ok(()) } else { Err(GestureRefused::LoopLength) }
    }

    /// The playhead goes by the loop as it is now; where that is elsewhere, in a crossfade.
    pub(super) fn apply_loop(&mut self) {
        let before = self.here();
        let Some(motion) = self.rebased(before) else { return };
        let after = motion.at(&self.ground(), 0);
        if (after.frame - before.frame).abs() > 0.5 {
            self.cross_to(motion, FadeShape::Linear);
        } else {
            self.set_motion(motion);
        }
    }

    /// The loop no longer holds the playhead; after a roll, and with slip, it goes where it would be by now.
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_exit(&mut self) {
        self.end_roll();
        let Some(side) = &mut self.current else { return };
        if !std::mem::take(&mut side.places.looping) {
            return;
        }
        let elsewhere = self.hands.reverse || self.hands.scratch.is_some();
        if self.slipped.is_some() && !elsewhere {
            return self.slip_back();
        }
        self.apply_loop();
        self.settle();
    }

    /// The end of a roll; of a loop that is none, nothing.
    ///
    /// # Real-time
    /// No allocation.
    pub fn roll_exit(&mut self) {
        if self.hands.roll {
            self.loop_exit();
        }
    }

    /// The last loop holds the playhead again, from its start if it is elsewhere.
    ///
    /// # Errors
    /// [`GestureRefused::NoLoop`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn reloop(&mut self) -> Result<(), GestureRefused> {
        let here = self.here().frame;
        let side = self.current.as_mut().ok_or(GestureRefused::NoTrack)?;
        let span = side.places.span.ok_or(GestureRefused::NoLoop)?;
        if std::mem::replace(&mut side.places.looping, true) {
            return Ok(());
        }
        self.slip_away();
        if (span.start..span.end).contains(&here) {
            self.apply_loop();
        } else if self.is_playing() {
            self.jump(span.start, 0.0);
        } else {
            self.resting = span.start;
        }
        Ok(())
    }

    /// Makes the loop so many times as long, from its start.
    ///
    /// # Errors
    /// [`GestureRefused::NoLoop`], or what [`DeckNode::loop_out`] says.
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_scale(&mut self, factor: f64) -> Result<(), GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let (span, was) = (side.places.span.ok_or(GestureRefused::NoLoop)?, side.places.looping);
        let end = match self.grid() {
            Some(grid) => {
                let start = grid.beat_at(span.start);
                grid.frame_at(start + (grid.beat_at(span.end) - start) * factor)
            }
            None => span.start + span.length() * factor,
        };
        self.set_loop(Span { end, ..span })?;
        self.keep_looping(was);
        Ok(())
    }

    fn keep_looping(&mut self, looping: bool) {
        if let Some(side) = &mut self.current
            && side.places.looping != looping
        {
            side.places.looping = looping;
            self.apply_loop();
        }
    }

    /// Moves the loop by so many beats, and a playhead that it holds with it.
    ///
    /// # Errors
    /// [`GestureRefused::NoGrid`], [`GestureRefused::NoLoop`], [`GestureRefused::OutsideTrack`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_move(&mut self, beats: f64) -> Result<(), GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let span = side.places.span.ok_or(GestureRefused::NoLoop)?;
        let grid = self.grid().ok_or(GestureRefused::NoGrid)?;
        let moved = |frame: f64| grid.frame_at(grid.beat_at(frame) + beats);
        let here = self.here().frame;
        let (to, new) = (moved(here), Span { start: moved(span.start), end: moved(span.end) });
        self.check_loop(new)?;
        let side = self.current.as_mut().ok_or(GestureRefused::NoTrack)?;
        side.places.span = Some(new);
        side.places.loop_in = Some(new.start);
        if side.places.looping && (span.start..=span.end).contains(&here) {
            if self.is_playing() { self.jump(to, 0.0) } else { self.resting = to }
        } else {
            self.apply_loop();
        }
        Ok(())
    }

    /// Jumps by so many beats, forwards or back; a loop that holds the playhead jumps with it.
    ///
    /// # Errors
    /// [`GestureRefused::NoGrid`], [`GestureRefused::OutsideTrack`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn beat_jump(&mut self, beats: f64) -> Result<(), GestureRefused> {
        if self.active_loop().is_some() {
            self.loop_move(beats)?;
            self.hands.jump_beats = kept(beats);
            return Ok(());
        }
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let (grid, end) = (self.grid().ok_or(GestureRefused::NoGrid)?, side.track.num_frames() as f64);
        let to = grid.frame_at(grid.beat_at(self.here().frame) + beats);
        if !(-0.5..end).contains(&to) {
            return Err(GestureRefused::OutsideTrack);
        }
        self.hands.jump_beats = kept(beats);
        self.slipped = None;
        if self.is_playing() {
            self.leave_ghost();
            self.jump(to.max(0.0), 0.0);
        } else {
            self.resting = to.max(0.0);
        }
        Ok(())
    }
}
