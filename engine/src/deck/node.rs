//! The deck in the graph: plays its track, and passes on what comes in from the DAW.

use std::sync::Arc;

use super::Track;
use super::side::{Ghost, Side};
use super::voice::Voice;
use crate::dsp::{Fade, FadeShape, SincBank};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// Start and stop.
const DECLICK_MS: f64 = 3.0;
/// From one place of a playing track to another.
const SEEK_CROSSFADE_MS: f64 = 5.0;
/// From a playing track to the one that takes its place.
const SWAP_CROSSFADE_MS: f64 = 50.0;

/// A deck. Input 0 is live sound from the DAW, which is added to the track's.
#[derive(Debug)]
pub struct DeckNode {
    bank: Arc<SincBank>,
    sample_rate: f64,
    /// The track on the deck.
    current: Option<Side>,
    /// The track before, as long as it fades out or can be brought back.
    before: Option<Side>,
    /// The playhead while the deck plays.
    voice: Option<Voice>,
    /// The playhead while the deck rests, in frames of the track.
    resting: f64,
    reached_end: bool,
    /// Frames that the playhead has made since this was asked last.
    played: u64,
    /// Time stands still: the playhead waits where it is.
    held: bool,
}

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
    /// An empty deck. `sample_rate` in Hz.
    #[must_use]
    pub const fn new(bank: Arc<SincBank>, sample_rate: f64) -> Self {
        Self {
            bank,
            sample_rate,
            current: None,
            before: None,
            voice: None,
            resting: 0.0,
            reached_end: false,
            played: 0,
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

    /// The playhead in seconds from the track's start.
    #[must_use]
    pub fn position_secs(&self) -> f64 {
        let Some(Side { track, .. }) = &self.current else { return 0.0 };
        let frames = self.voice.as_ref().map_or(self.resting, |voice| voice.position(self.ratio()));
        frames.min(track.num_frames() as f64) / track.sample_rate()
    }

    /// Starts, from `position_secs` or from where it rests, as if it had started `frames_late` frames of the host ago.
    /// A track from its first frame starts as it is; one from the middle comes in within 3 ms. No track: no effect.
    ///
    /// # Real-time
    /// No allocation.
    pub fn play(&mut self, position_secs: Option<f64>, frames_late: u32) {
        let Some(from) = position_secs.map_or(Some(self.resting), |secs| self.frame_at(secs)) else { return };
        if self.current.is_none() {
            return;
        }
        let start = from + f64::from(frames_late) * self.ratio();
        let fade = if start == 0.0 { Fade::Flat } else { self.fade_in(FadeShape::Linear, DECLICK_MS) };
        self.retire_voice(FadeShape::Linear, DECLICK_MS);
        self.voice = Some(Voice::new(start, fade));
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
        self.resting = self.voice.as_ref().map_or(self.resting, |voice| voice.position(self.ratio()));
        self.leave_ghost();
        self.retire_voice(FadeShape::Linear, ms);
    }

    /// Moves the playhead; a playing deck goes over in 5 ms with equal power.
    ///
    /// # Real-time
    /// No allocation.
    pub fn seek(&mut self, position_secs: f64) {
        let Some(to) = self.frame_at(position_secs) else { return };
        self.resting = to;
        if self.is_playing() {
            self.leave_ghost();
            self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
            self.voice = Some(Voice::new(to, self.fade_in(FadeShape::EqualPower, SEEK_CROSSFADE_MS)));
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
        if let (Some(voice), Some(side)) = (&mut self.voice, &mut self.current) {
            if held {
                side.add_tail(*voice, voice.fade.into_fade_out(FadeShape::Linear, length));
            }
            *voice = voice.with_fade(Fade::fade_in(FadeShape::Linear, length));
        }
    }

    /// Moves a playing deck by so many seconds, forwards or back, with a crossfade of 5 ms. A place before the track's
    /// start is its start, one after its end the end.
    ///
    /// # Real-time
    /// No allocation.
    pub fn shift(&mut self, secs: f64) {
        let (Some(voice), Some(side)) = (self.voice, &self.current) else { return };
        let frames = (secs * side.track.sample_rate()).round();
        let to = (voice.position(self.ratio()) + frames).clamp(0.0, side.track.num_frames() as f64);
        self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
        self.voice = Some(Voice::new(to, self.fade_in(FadeShape::EqualPower, SEEK_CROSSFADE_MS)));
    }

    /// Whether [`DeckNode::load`] would take a track now: not while the one before the last is still fading.
    #[must_use]
    pub fn can_load(&self) -> bool {
        self.current.is_none() || !self.before.as_ref().is_some_and(Side::is_fading_out)
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
        if self.is_playing() {
            self.leave_ghost();
            self.retire_voice(FadeShape::EqualPower, SWAP_CROSSFADE_MS);
        } else if let Some(side) = &mut self.current {
            side.ghost.get_or_insert(Ghost::Resting(self.resting));
        }
        let out = if let Some(side) = self.current.take() { self.before.replace(side) } else { None };
        self.current = track.map(|track| Side::new(track, tag));
        self.resting = 0.0;
        if plays_on {
            self.voice = Some(Voice::new(0.0, self.fade_in(FadeShape::EqualPower, SWAP_CROSSFADE_MS)));
        }
        Ok(out.map(|side| side.track))
    }

    /// Brings back what the last stop, seek or load took away, where it would be by now. `None` if there is nothing.
    ///
    /// # Real-time
    /// No allocation; nothing is dropped.
    pub fn undo(&mut self) -> Option<Undone> {
        let rate = self.sample_rate;
        if let Some(ghost) = self.current.as_mut().and_then(|side| side.take_ghost(rate)) {
            self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
            self.take_up(ghost);
            return Some(Undone { restored: None });
        }
        let ghost = self.before.as_mut().and_then(|side| side.take_ghost(rate))?;
        self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
        std::mem::swap(&mut self.current, &mut self.before);
        self.take_up(ghost);
        Some(Undone { restored: self.current.as_ref().map(|side| side.tag) })
    }

    /// Nothing can be undone any more.
    pub fn forget(&mut self) {
        for side in self.current.iter_mut().chain(&mut self.before) {
            side.ghost = None;
        }
    }

    /// The track before, once it has faded out and cannot be brought back.
    pub fn take_left(&mut self) -> Option<Arc<Track>> {
        if self.before.as_ref().is_some_and(Side::is_over) { self.before.take().map(|side| side.track) } else { None }
    }

    /// Whether a playhead of the track on the deck is still fading out.
    #[must_use]
    pub fn is_fading_out(&self) -> bool {
        self.current.as_ref().is_some_and(Side::is_fading_out)
    }

    /// Whether the track has ended since the last time this was asked.
    pub const fn take_reached_end(&mut self) -> bool {
        std::mem::replace(&mut self.reached_end, false)
    }

    /// How many frames its playhead has made since this was asked last.
    pub const fn take_played(&mut self) -> u64 {
        std::mem::replace(&mut self.played, 0)
    }

    /// Frames of the track for one frame of the host.
    fn ratio(&self) -> f64 {
        self.current.as_ref().map_or(1.0, |side| side.ratio(self.sample_rate))
    }

    /// The whole frame of the track that is nearest to a time, inside the track.
    fn frame_at(&self, secs: f64) -> Option<f64> {
        let Side { track, .. } = self.current.as_ref()?;
        let last = (track.num_frames() - 1) as f64;
        Some((secs * track.sample_rate()).round().clamp(0.0, last))
    }

    /// Whether a playhead is at work, be it one that fades out.
    fn sounds(&self) -> bool {
        (self.voice.is_some() && !self.held) || self.current.iter().chain(&self.before).any(Side::is_fading_out)
    }

    /// Adds what the deck's own tracks sound like.
    fn add_tracks(&mut self, output: &mut [&mut [f32]; 2]) {
        let ratio = self.ratio();
        if let (Some(side), Some(voice), false) = (&self.current, &mut self.voice, self.held) {
            let before = voice.played();
            let goes_on = voice.add_to(output, &side.track, &self.bank, ratio);
            self.played += voice.played() - before;
            if !goes_on {
                self.voice = None;
                self.resting = 0.0;
                self.reached_end = true;
            }
        }
        for side in self.current.iter_mut().chain(&mut self.before) {
            side.add_tails_to(output, &self.bank, self.sample_rate);
        }
    }

    fn fade_in(&self, shape: FadeShape, ms: f64) -> Fade {
        Fade::fade_in(shape, ms_to_frames(ms, self.sample_rate))
    }

    /// Goes on, or rests, where a ghost is.
    fn take_up(&mut self, ghost: Ghost) {
        match ghost {
            Ghost::Running(voice) => {
                self.resting = voice.position(self.ratio());
                let fade = self.fade_in(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
                self.voice = Some(voice.with_fade(fade));
            }
            Ghost::Resting(frame) => self.resting = frame,
        }
    }

    /// What plays now can be brought back.
    fn leave_ghost(&mut self) {
        if let (Some(side), Some(voice)) = (&mut self.current, self.voice) {
            side.ghost = Some(Ghost::Running(voice));
        }
    }

    /// The playhead becomes a tail that fades out.
    fn retire_voice(&mut self, shape: FadeShape, ms: f64) {
        let length = ms_to_frames(ms, self.sample_rate);
        if let (Some(voice), Some(side), false) = (self.voice.take(), &mut self.current, self.held) {
            side.add_tail(voice, voice.fade.into_fade_out(shape, length));
        }
    }
}

impl DspNode for DeckNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let frames = io.frames();
        if !self.held {
            for side in self.current.iter_mut().chain(&mut self.before) {
                side.let_ghost_run(frames);
            }
        }
        if !self.sounds() && io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let (live_left, live_right) = (io.left(0), io.right(0));
        let mut output = io.out();
        output[0].copy_from_slice(live_left);
        output[1].copy_from_slice(live_right);
        self.add_tracks(&mut output);
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn cost_hint_ns(&self) -> u32 {
        2_000
    }

    fn prepare(&mut self, sample_rate: f64) {
        let ratio = self.ratio();
        self.voice.iter_mut().for_each(|voice| voice.rebase(ratio));
        for side in self.current.iter_mut().chain(&mut self.before) {
            side.rebase(self.sample_rate);
        }
        self.sample_rate = sample_rate;
    }

    fn type_name(&self) -> &'static str {
        "Deck"
    }
}

#[cfg(test)]
mod tests;
