//! The cue button as on a CDJ, and hot cues.

use super::marks::NUM_HOT_CUES;
use super::{DeckNode, GestureRefused};

/// As near as this to the cue, in frames of the track, a deck is at the cue.
const AT_CUE: f64 = 1.5;
/// The cue among what is held; the hot cues count from 1.
const CUE: usize = 0;

impl DeckNode {
    /// The cue button goes down: a playing deck goes back to its cue and stops; one that rests at its cue plays as long
    /// as the button is held; one that rests elsewhere has its cue there from now on.
    ///
    /// # Errors
    /// [`GestureRefused::NoTrack`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn cue_press(&mut self) -> Result<(), GestureRefused> {
        let cue = self.current.as_ref().ok_or(GestureRefused::NoTrack)?.places.cue;
        if self.is_playing() {
            self.stop();
            self.resting = cue;
        } else if (self.resting - cue).abs() < AT_CUE {
            self.start(cue, 0);
            self.hands.held_cue = Some(CUE);
        } else {
            let at = self.snapped(self.resting);
            self.resting = at;
            if let Some(side) = &mut self.current {
                side.places.cue = at;
            }
        }
        Ok(())
    }

    /// The cue button comes up: what played only while it was held stops, back at the cue.
    ///
    /// # Real-time
    /// No allocation.
    pub fn cue_release(&mut self) {
        let cue = self.current.as_ref().map_or(0.0, |side| side.places.cue);
        self.release(CUE, cue);
    }

    fn release(&mut self, held: usize, back_to: f64) {
        if self.hands.slip_cue == Some(held) {
            return self.slip_back();
        }
        if self.hands.held_cue != Some(held) {
            return;
        }
        self.stop();
        self.resting = back_to;
    }

    /// The button of a hot cue (1..8) goes down: one that is not set is set here; a playing deck jumps there; one that
    /// rests plays from there as long as the button is held.
    ///
    /// # Errors
    /// [`GestureRefused::NoTrack`], [`GestureRefused::NoCue`] if there is no hot cue of that number.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hot_cue_press(&mut self, number: usize, frames_late: f64) -> Result<(), GestureRefused> {
        let Some(to) = *self.hot(number)? else { return self.hot_cue_set(number, frames_late) };
        if self.is_playing() && self.hands.held_cue.is_none() {
            self.slip_away();
            if self.slipped.is_some() {
                self.hands.slip_cue = Some(number);
            } else {
                self.leave_ghost();
            }
            self.jump(to, frames_late);
        } else {
            self.start(to, 0);
            self.hands.held_cue = Some(number);
        }
        Ok(())
    }

    /// The button of a hot cue comes up: what played only while it was held stops, back at the hot cue.
    ///
    /// # Errors
    /// As for [`DeckNode::hot_cue_press`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn hot_cue_release(&mut self, number: usize) -> Result<(), GestureRefused> {
        if let Some(back_to) = *self.hot(number)? {
            self.release(number, back_to);
        }
        Ok(())
    }

    /// Sets a hot cue (1..8) here, be it set or not.
    ///
    /// # Errors
    /// As for [`DeckNode::hot_cue_press`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn hot_cue_set(&mut self, number: usize, frames_late: f64) -> Result<(), GestureRefused> {
        let at = self.snapped(self.due_frame(frames_late)).max(0.0);
        *self.hot(number)? = Some(at);
        Ok(())
    }

    /// A hot cue (1..8) is no longer set.
    ///
    /// # Errors
    /// As for [`DeckNode::hot_cue_press`].
    ///
    /// # Real-time
    /// No allocation.
    pub fn hot_cue_clear(&mut self, number: usize) -> Result<(), GestureRefused> {
        *self.hot(number)? = None;
        Ok(())
    }

    fn hot(&mut self, number: usize) -> Result<&mut Option<f64>, GestureRefused> {
        let side = self.current.as_mut().ok_or(GestureRefused::NoTrack)?;
        let index = number.checked_sub(1).filter(|index| *index < NUM_HOT_CUES).ok_or(GestureRefused::NoCue)?;
        Ok(&mut side.places.hot[index])
    }
}
