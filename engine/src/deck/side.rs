//! A track on a deck with everything that belongs to it: what fades out of it, and where it would be by now had it not
//! been stopped.

use std::sync::Arc;

use super::Track;
use super::voice::Voice;
use crate::dsp::{Fade, SincBank};

/// Playheads that may be fading out at once; one more takes the place of the oldest.
const MAX_TAILS: usize = 8;

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
    tails: [Option<Voice>; MAX_TAILS],
}

impl Side {
    pub(super) const fn new(track: Arc<Track>, tag: u64) -> Self {
        Self { track, tag, ghost: None, tails: [None; MAX_TAILS] }
    }

    /// Frames of the track for one frame of the host.
    pub(super) fn ratio(&self, sample_rate: f64) -> f64 {
        self.track.sample_rate() / sample_rate
    }

    /// Whether a playhead is still fading out.
    pub(super) fn is_fading_out(&self) -> bool {
        self.tails.iter().any(Option::is_some)
    }

    /// Whether it is of no more use: nothing of it is heard, and nothing can bring it back.
    pub(super) fn is_over(&self) -> bool {
        !self.is_fading_out() && self.ghost.is_none()
    }

    /// Takes on a playhead that fades out.
    pub(super) fn add_tail(&mut self, voice: Voice, fade: Fade) {
        let place = self.tails.iter().position(Option::is_none).unwrap_or_else(|| {
            self.tails.rotate_left(1);
            MAX_TAILS - 1
        });
        self.tails[place] = Some(voice.with_fade(fade));
    }

    /// Adds what still fades out, and forgets what is over.
    pub(super) fn add_tails_to(&mut self, output: &mut [&mut [f32]; 2], bank: &SincBank, sample_rate: f64) {
        let ratio = self.ratio(sample_rate);
        for tail in &mut self.tails {
            if let Some(voice) = tail
                && !voice.add_to(output, &self.track, bank, ratio)
            {
                *tail = None;
            }
        }
    }

    /// Time passes for the playhead that nobody hears.
    pub(super) fn let_ghost_run(&mut self, frames: usize) {
        if let Some(Ghost::Running(voice)) = &mut self.ghost {
            voice.skip(frames);
        }
    }

    /// Where the undo takes it up: a playhead that has run to the track's end rests at its start.
    pub(super) fn take_ghost(&mut self, sample_rate: f64) -> Option<Ghost> {
        let ratio = self.ratio(sample_rate);
        Some(match self.ghost.take()? {
            Ghost::Running(voice) if voice.position(ratio) >= self.track.num_frames() as f64 => Ghost::Resting(0.0),
            ghost => ghost,
        })
    }

    /// Goes on at another sample rate of the host; `from` is the present one, in Hz.
    pub(super) fn rebase(&mut self, from: f64) {
        let ratio = self.ratio(from);
        self.tails.iter_mut().flatten().for_each(|voice| voice.rebase(ratio));
        if let Some(Ghost::Running(voice)) = &mut self.ghost {
            voice.rebase(ratio);
        }
    }
}
