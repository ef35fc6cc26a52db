//! What is on a deck: its track, the one before as long as it sounds or can come back, and undo.

use std::sync::Arc;

use super::{DeckNode, SEEK_CROSSFADE_MS};
use crate::deck::Track;
use crate::deck::side::{Ghost, Side};
use crate::deck::supply::Supply;
use crate::deck::voice::Voice;
use crate::dsp::FadeShape;

/// From a playing track to the one that takes its place.
const SWAP_CROSSFADE_MS: f64 = 50.0;

/// A track cannot be put on the deck now; it comes back.
#[derive(Debug)]
pub struct LoadRefused(pub Option<Arc<Track>>);

/// What an undo did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The tag of the track that came back, if another one had taken its place.
    pub restored: Option<u64>,
}

impl DeckNode {
    /// Whether [`DeckNode::load`] would take a track now: not while the one before the last is still fading.
    #[must_use]
    pub fn can_load(&self) -> bool {
        self.current.is_none() || !self.before.as_ref().is_some_and(|side| self.is_fading(side))
    }

    /// Puts a track on the deck, or none. `tag` names it for [`DeckNode::undo`]. On a playing deck the new track goes
    /// on playing from its start, in a crossfade of 50 ms. The track before stays as long as it fades out or can be
    /// brought back; [`DeckNode::take_left`] gives it back then. The one before that is given back here.
    ///
    /// # Errors
    /// [`LoadRefused`] while that one is still fading.
    ///
    /// # Real-time
    /// No allocation; nothing is dropped.
    pub fn load(&mut self, track: Option<Arc<Track>>, tag: u64) -> Result<Option<Arc<Track>>, LoadRefused> {
        if !self.can_load() {
            return Err(LoadRefused(track));
        }
        let plays_on = self.is_playing() && track.is_some();
        self.leave_ghost();
        if let Some(side) = &mut self.current {
            side.ghost.get_or_insert(Ghost::Resting(self.resting));
            self.new_ghost = true;
        }
        if self.is_playing() {
            self.retire_voice(FadeShape::EqualPower, SWAP_CROSSFADE_MS);
        }
        self.let_go();
        self.hands.reverse = false;
        self.hands.nudge = 0.0;
        let out = if let Some(side) = self.current.take() { self.before.replace(side) } else { None };
        self.current = track.map(|track| Side::new(track, tag));
        self.resting = 0.0;
        if plays_on {
            let motion = self.motion_from(0.0, 0.0);
            self.set_voice(motion, self.fade_in(FadeShape::EqualPower, SWAP_CROSSFADE_MS), Supply::default());
        }
        Ok(out.map(|side| side.track))
    }

    /// Brings back what the last stop, seek or load took away, where it would be by now. `None` if there is nothing.
    ///
    /// # Real-time
    /// No allocation; nothing is dropped.
    pub fn undo(&mut self) -> Option<Undone> {
        let pulse = self.pulse;
        let ghost = self.current.as_mut().and_then(|side| side.take_ghost(pulse));
        if let Some(ghost) = ghost {
            self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
            self.let_go();
            self.take_up(ghost);
            return Some(Undone { restored: None });
        }
        let ghost = self.before.as_mut().and_then(|side| side.take_ghost(pulse))?;
        self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
        self.let_go();
        std::mem::swap(&mut self.current, &mut self.before);
        self.take_up(ghost);
        Some(Undone { restored: self.current.as_ref().map(|side| side.tag) })
    }

    /// Whether an undo would bring it to rest: what it brings back rested, or has run to its end by now.
    #[must_use]
    pub fn undo_rests(&self) -> bool {
        let ghost = |side: &Option<Side>| side.as_ref().and_then(|side| side.ghost_by_now(self.pulse));
        matches!(ghost(&self.current).or_else(|| ghost(&self.before)), Some(Ghost::Resting(_)))
    }

    /// Nothing can be undone any more.
    pub fn forget(&mut self) {
        for side in self.current.iter_mut().chain(&mut self.before) {
            side.ghost = None;
        }
    }

    /// The track before, once it has faded out and cannot be brought back.
    pub fn take_left(&mut self) -> Option<Arc<Track>> {
        let is_over = self.before.as_ref().is_some_and(|side| side.ghost.is_none() && !self.is_fading(side));
        if is_over { self.before.take().map(|side| side.track) } else { None }
    }

    /// Whether a playhead of the track on the deck is still fading out.
    #[must_use]
    pub fn is_fading_out(&self) -> bool {
        self.current.as_ref().is_some_and(|side| self.is_fading(side))
    }

    /// Whether something of a track is still fading out.
    pub(super) fn is_fading(&self, side: &Side) -> bool {
        side.is_fading_out() || self.key.leaves() == Some(side.tag)
    }

    /// Goes on, or rests, where a ghost is.
    pub(super) fn take_up(&mut self, ghost: Ghost) {
        match ghost {
            Ghost::Running(voice) => {
                let fade = self.fade_in(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
                self.take_loop_of(&voice.motion);
                self.set_voice(voice.motion, fade, Supply::default());
                self.resting = self.here().frame;
                self.settle();
            }
            Ghost::Resting(frame) => self.resting = frame,
        }
    }

    /// What plays now can be brought back; what plays only as long as it is held cannot, and leaves what can as it is.
    pub(in crate::deck) fn leave_ghost(&mut self) {
        if self.is_held() {
            return;
        }
        let motion = self.slipped;
        if let (Some(side), Some(voice)) = (&mut self.current, self.voice) {
            let motion = motion.unwrap_or(voice.motion);
            side.ghost = Some(Ghost::Running(Voice { motion, ..voice }));
            self.new_ghost = true;
        }
    }
}
