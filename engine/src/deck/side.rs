//! A track on a deck with everything that belongs to it: its marks, what fades out of it, and where it would be by now
//! had it not been stopped.

use std::sync::Arc;

use super::Track;
use super::marks::Places;
use super::motion::{Ground, Motion, Place};
use super::supply::Supply;
use super::voice::{Beyond, Reached, Voice};
use crate::dsp::{Fade, SincBank};

/// Playheads that may be fading out at once; one more takes the place of the oldest.
const MAX_TAILS: usize = 8;
/// What fades out goes straight on: it needs neither clock nor grid.
const NOWHERE: Ground<'static> = Ground { pulse: None, grid: None };

/// Where an undo takes the track up again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ghost {
    /// It would be playing: this playhead runs on, unheard.
    Running(Voice),
    /// It was at rest, on this frame.
    Resting(f64),
}

/// A track with its playheads that still fade out.
#[derive(Debug)]
pub(super) struct Side {
    pub track: Arc<Track>,
    /// Who brought it: the number of the load's request.
    pub tag: u64,
    pub ghost: Option<Ghost>,
    pub places: Places,
    tails: [Option<Voice>; MAX_TAILS],
}

impl Side {
    pub(super) fn new(track: Arc<Track>, tag: u64) -> Self {
        Self { track, tag, ghost: None, places: Places::default(), tails: [None; MAX_TAILS] }
    }

    /// Frames of the track for one frame of the host, at the track's own speed.
    pub(super) fn ratio(&self, sample_rate: f64) -> f64 {
        self.track.sample_rate() / sample_rate
    }

    /// Whether a playhead is still fading out.
    pub(super) fn is_fading_out(&self) -> bool {
        self.tails.iter().any(Option::is_some)
    }

    /// A playhead fades out from a place, straight on: one of that ratio, and so much of it heard.
    pub(super) fn add_tail(&mut self, from: Place, fade: Fade, (ratio, supply): (f64, Supply)) {
        let place = self.tails.iter().position(Option::is_none).unwrap_or_else(|| {
            self.tails.rotate_left(1);
            MAX_TAILS - 1
        });
        // What comes to an edge meanwhile turns back there. Who was beyond it already was not heard.
        let is_inside = self.track.sound().mirrored(from.frame) == from.frame;
        let beyond = if is_inside { Beyond::Mirror } else { Beyond::End };
        self.tails[place] = Some(Voice { motion: Motion::straight(from), fade, ratio, supply, beyond });
    }

    /// Adds what still fades out, and forgets what is over.
    pub(super) fn add_tails_to(&mut self, [left, right]: [&mut [f32]; 2], bank: &SincBank) {
        for tail in &mut self.tails {
            if let Some(voice) = tail
                && voice.add_to([left, right], (&self.track, bank), &NOWHERE, 0.0, None) != Reached::All
            {
                *tail = None;
            }
        }
    }

    /// Time passes for the playhead that nobody hears.
    pub(super) const fn let_ghost_run(&mut self, frames: usize) {
        if let Some(Ghost::Running(voice)) = &mut self.ghost {
            voice.motion.skip(frames);
        }
    }

    /// Takes what [`Side::ghost_by_now`] says.
    pub(super) fn take_ghost(&mut self, pulse: Option<super::pulse::Pulse>) -> Option<Ghost> {
        let ghost = self.ghost_by_now(pulse);
        self.ghost = None;
        ghost
    }

    /// Where the undo takes it up: a playhead that has run to the track's end rests at its start.
    pub(super) fn ghost_by_now(&self, pulse: Option<super::pulse::Pulse>) -> Option<Ghost> {
        let ghost = self.ghost?;
        let Ghost::Running(voice) = ghost else { return Some(ghost) };
        let place = voice.motion.at(&Ground { pulse, grid: self.track.grid() }, 0);
        let is_out = !(0.0..self.track.num_frames() as f64).contains(&place.frame);
        Some(if is_out { Ghost::Resting(0.0) } else { ghost })
    }

    /// Goes on at another sample rate of the host, where speeds are so many times as high.
    pub(super) fn rescale(&mut self, by: f64) {
        let ghost = self
            .ghost
            .iter_mut()
            .filter_map(|ghost| if let Ghost::Running(voice) = ghost { Some(voice) } else { None });
        for voice in self.tails.iter_mut().flatten().chain(ghost) {
            voice.motion.rescale(by, &NOWHERE);
            voice.ratio *= by;
        }
    }
}
