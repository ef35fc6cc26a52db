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
/// A beat so little before the track's start is taken for its start; and a loop may reach so far over an edge, in parts
/// of its length if that is less than a beat.
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

    /// Whether a roll holds the playhead.
    pub(super) fn is_rolling(&self) -> bool {
        self.current.as_ref().is_some_and(|side| side.places.roll.is_some())
    }

    /// There is no roll any more; whether there was one. Then the length is what it was before.
    pub(super) fn end_roll(&mut self) -> bool {
        let was = self.current.as_mut().is_some_and(|side| side.places.roll.take().is_some());
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
        let span = self.fitted(Span { start, end })?;
        self.catch_roll();
        self.set_loop(span);
        Ok(())
    }

    /// A loop of so many beats from here; of one that holds the playhead, another length. A roll lets the track run on
    /// beneath it, and is not kept.
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
            None if self.hands.snap => {
                let first = (grid.beat_at(0.0) / step - EDGE_BEATS).ceil();
                ((here + EARLY_BEATS) / step).floor().max(first) * step
            }
            None => here.max(grid.beat_at(0.0)),
        };
        let span = self.fitted(Span { start: grid.frame_at(start), end: grid.frame_at(start + beats) })?;
        if roll {
            self.end_roll();
            self.keep_course();
        } else {
            self.catch_roll();
            self.slip_away();
        }
        // A hand's loop sets the length for the next one; a roll only as long as it is held.
        self.hands.loop_beats = kept(beats);
        if roll {
            self.set_roll(span);
        } else {
            self.hands.before_roll = self.hands.loop_beats;
            self.set_loop(span);
        }
        Ok(())
    }

    fn set_roll(&mut self, span: Span) {
        if let Some(side) = &mut self.current {
            side.places.roll = Some(span);
        }
        self.apply_loop();
    }

    fn set_loop(&mut self, span: Span) {
        if let Some(side) = &mut self.current {
            side.places.set_loop(span);
            side.places.looping = true;
        }
        self.apply_loop();
    }

    /// A loop takes the place of a roll: without slip nothing runs on beneath.
    fn catch_roll(&mut self) {
        if self.end_roll() && !self.hands.slip {
            self.forget_course();
        }
    }

    /// How far a loop may reach over an edge of its track: grids are that little off, and tracks cut that close.
    fn edge(&self, span: Span) -> f64 {
        self.grid().map_or(0.0, |grid| EDGE_BEATS * span.length().min(grid.frames_per_beat_at(span.start)))
    }

    /// Whether a loop is in its track, or as good as.
    pub(super) fn is_near_track(&self, span: Span) -> bool {
        let end = self.current.as_ref().map_or(0.0, |side| side.track.num_frames() as f64);
        span.start >= 0.0 && span.end <= end + self.edge(span)
    }

    /// A loop as it is played. One that reaches a little over an edge of its track moves inside: with all of its beats,
    /// for a synced deck is in phase after any number of rounds only if a round is what the clock takes it for. What
    /// still does not fit, of a file that is a hair shorter than its beats, is played beyond its end: see
    /// [`Beyond::Mirror`](super::voice::Beyond).
    fn fitted(&self, span: Span) -> Result<Span, GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let (end, edge) = (side.track.num_frames() as f64, self.edge(span));
        if span.start < -edge || span.end > end + edge {
            return Err(GestureRefused::OutsideTrack);
        }
        let Some(grid) = side.track.grid() else {
            return if span.length() >= MIN_FRAMES { Ok(span) } else { Err(GestureRefused::LoopLength) };
        };
        let beats = grid.beat_at(span.end) - grid.beat_at(span.start);
        let is_loop = (LOOP_BEATS.start() - 1e-6..=LOOP_BEATS.end() + 1e-6).contains(&beats);
        if !is_loop || span.length() < LEAST_FRAMES {
            return Err(GestureRefused::LoopLength);
        }
        if span.start >= 0.0 && span.end <= end {
            return Ok(span);
        }
        let start = if span.start < 0.0 { 0.0 } else { grid.frame_at(grid.beat_at(end) - beats).max(0.0) };
        let span = Span { start, end: grid.frame_at(grid.beat_at(start) + beats) };
        if self.is_near_track(span) { Ok(span) } else { Err(GestureRefused::OutsideTrack) }
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

    /// No loop holds the playhead any more, nor what runs on beneath; after a roll, and with slip, it goes where it would
    /// be by now.
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_exit(&mut self) {
        if self.active_loop().is_none() {
            return;
        }
        self.end_roll();
        if let Some(side) = &mut self.current {
            side.places.looping = false;
        }
        let ground = self.ground();
        self.slipped = self.slipped.map(|course| course.out_of_loop(&ground));
        self.let_out();
    }

    /// The end of a roll: the playhead goes where it would be by now, and be it in a loop. Of a loop that is no roll,
    /// nothing.
    ///
    /// # Real-time
    /// No allocation.
    pub fn roll_exit(&mut self) {
        if self.end_roll() {
            self.let_out();
        }
    }

    fn let_out(&mut self) {
        let elsewhere = self.hands.reverse || self.hands.scratch.is_some();
        if self.slipped.is_some() && !elsewhere {
            return self.slip_back();
        }
        self.apply_loop();
        self.settle();
    }

    /// The last loop holds the playhead again, from its start if it is elsewhere.
    ///
    /// # Errors
    /// [`GestureRefused::NoLoop`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn reloop(&mut self) -> Result<(), GestureRefused> {
        if self.active_loop().is_some() {
            return Ok(());
        }
        let here = self.here().frame;
        let side = self.current.as_mut().ok_or(GestureRefused::NoTrack)?;
        let span = side.places.span.ok_or(GestureRefused::NoLoop)?;
        side.places.looping = true;
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

    /// Makes the loop, or the roll, so many times as long, from its start. A playhead that it does not hold goes on.
    ///
    /// # Errors
    /// [`GestureRefused::NoLoop`], or what [`DeckNode::loop_out`] says.
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_scale(&mut self, factor: f64) -> Result<(), GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let span = side.places.roll_or_loop().ok_or(GestureRefused::NoLoop)?;
        let end = match self.grid() {
            Some(grid) => {
                let start = grid.beat_at(span.start);
                grid.frame_at(start + (grid.beat_at(span.end) - start) * factor)
            }
            None => span.start + span.length() * factor,
        };
        let span = self.fitted(Span { end, ..span })?;
        if let Some(side) = &mut self.current {
            side.places.change(span);
        }
        if self.active_loop().is_some() {
            self.apply_loop();
        }
        Ok(())
    }

    /// Moves the loop, or the roll, by so many beats, and a playhead that it holds with it.
    ///
    /// # Errors
    /// [`GestureRefused::NoGrid`], [`GestureRefused::NoLoop`], [`GestureRefused::OutsideTrack`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn loop_move(&mut self, beats: f64) -> Result<(), GestureRefused> {
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let span = side.places.roll_or_loop().ok_or(GestureRefused::NoLoop)?;
        let grid = self.grid().ok_or(GestureRefused::NoGrid)?;
        let moved = |frame: f64| grid.frame_at(grid.beat_at(frame) + beats);
        let here = self.here().frame;
        let (to, new) = (moved(here), Span { start: moved(span.start), end: moved(span.end) });
        let new = self.fitted(new)?;
        let is_held = self.active_loop().is_some_and(|span| span.holds(here));
        let side = self.current.as_mut().ok_or(GestureRefused::NoTrack)?;
        side.places.change(new);
        if !is_held {
            // It does not call back who is past it now.
            self.leave_loop_before(here);
            self.apply_loop();
        } else if self.is_playing() {
            self.jump(new.land(new.start, to), 0.0);
        } else {
            self.resting = new.land(new.start, to);
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
        let here = self.here().frame;
        if self.active_loop().is_some_and(|span| span.holds(here)) {
            self.loop_move(beats)?;
            self.hands.jump_beats = kept(beats);
            return Ok(());
        }
        let side = self.current.as_ref().ok_or(GestureRefused::NoTrack)?;
        let (grid, end) = (self.grid().ok_or(GestureRefused::NoGrid)?, side.track.num_frames() as f64);
        let to = grid.frame_at(grid.beat_at(here) + beats);
        if !(-0.5..end).contains(&to) {
            return Err(GestureRefused::OutsideTrack);
        }
        self.hands.jump_beats = kept(beats);
        if self.is_playing() {
            self.leave_ghost();
            self.forget_course();
            self.jump(to.max(0.0), 0.0);
        } else {
            self.resting = to.max(0.0);
        }
        Ok(())
    }
}
