//! The deck in the graph: plays its track, and passes on what comes in from the DAW.

use std::sync::Arc;

use super::Track;
use super::voice::Voice;
use crate::dsp::{Fade, FadeShape, SincBank};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// Start and stop.
const DECLICK_MS: f64 = 3.0;
/// From one place of a playing track to another.
const SEEK_CROSSFADE_MS: f64 = 5.0;
/// Playheads that may be fading out at once; one more takes the place of the oldest.
const MAX_TAILS: usize = 8;

/// A deck. Input 0 is live sound from the DAW, which is added to the track's.
#[derive(Debug)]
pub struct DeckNode {
    bank: Arc<SincBank>,
    sample_rate: f64,
    track: Option<Arc<Track>>,
    /// The playhead while the deck plays.
    voice: Option<Voice>,
    /// Playheads that fade out.
    tails: [Option<Voice>; MAX_TAILS],
    /// The track before, as long as it is still fading out.
    leaving: Option<Leaving>,
    /// The playhead while the deck rests, in frames of the track.
    resting: f64,
    reached_end: bool,
}

/// A track that is off the deck, and its playheads that still fade out.
#[derive(Debug)]
struct Leaving {
    track: Arc<Track>,
    tails: [Option<Voice>; MAX_TAILS],
}

/// A track cannot be put on the deck now; it comes back.
#[derive(Debug)]
pub struct LoadRefused(pub Option<Arc<Track>>);

impl DeckNode {
    /// An empty deck. `sample_rate` in Hz.
    #[must_use]
    pub const fn new(bank: Arc<SincBank>, sample_rate: f64) -> Self {
        Self {
            bank,
            sample_rate,
            track: None,
            voice: None,
            tails: [None; MAX_TAILS],
            leaving: None,
            resting: 0.0,
            reached_end: false,
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
        self.track.is_some()
    }

    /// The track's length in seconds; 0 without one.
    #[must_use]
    pub fn length_secs(&self) -> f64 {
        self.track.as_ref().map_or(0.0, |track| track.seconds())
    }

    /// The playhead in seconds from the track's start.
    #[must_use]
    pub fn position_secs(&self) -> f64 {
        let Some(track) = &self.track else { return 0.0 };
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
        if self.track.is_none() {
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
        self.resting = self.voice.as_ref().map_or(self.resting, |voice| voice.position(self.ratio()));
        self.retire_voice(FadeShape::Linear, DECLICK_MS);
    }

    /// Moves the playhead; a playing deck goes over in 5 ms with equal power.
    ///
    /// # Real-time
    /// No allocation.
    pub fn seek(&mut self, position_secs: f64) {
        let Some(to) = self.frame_at(position_secs) else { return };
        self.resting = to;
        if self.is_playing() {
            self.retire_voice(FadeShape::EqualPower, SEEK_CROSSFADE_MS);
            self.voice = Some(Voice::new(to, self.fade_in(FadeShape::EqualPower, SEEK_CROSSFADE_MS)));
        }
    }

    /// Puts a track on the resting deck, or none, and gives back the one before. While a stop is still fading, that one
    /// fades on beside the new one, and [`DeckNode::take_left`] gives it back.
    ///
    /// # Errors
    /// [`LoadRefused`] while the deck plays, or while the track before the last one is still fading.
    ///
    /// # Real-time
    /// No allocation; nothing is dropped.
    pub fn load(&mut self, track: Option<Arc<Track>>) -> Result<Option<Arc<Track>>, LoadRefused> {
        if self.is_playing() || (self.is_fading_out() && self.leaving.is_some()) {
            return Err(LoadRefused(track));
        }
        self.resting = 0.0;
        let old = std::mem::replace(&mut self.track, track);
        if !self.is_fading_out() {
            return Ok(old);
        }
        let tails = std::mem::take(&mut self.tails);
        self.leaving = old.map(|track| Leaving { track, tails });
        Ok(None)
    }

    /// The track before, once it has faded out.
    pub fn take_left(&mut self) -> Option<Arc<Track>> {
        let has_faded = self.leaving.as_ref().is_some_and(|leaving| leaving.tails.iter().all(Option::is_none));
        if has_faded { self.leaving.take().map(|leaving| leaving.track) } else { None }
    }

    /// Whether a playhead of the track on the deck is still fading out.
    #[must_use]
    pub fn is_fading_out(&self) -> bool {
        self.tails.iter().any(Option::is_some)
    }

    /// Whether the track has ended since the last time this was asked.
    pub const fn take_reached_end(&mut self) -> bool {
        std::mem::replace(&mut self.reached_end, false)
    }

    /// Frames of the track for one frame of the host.
    fn ratio(&self) -> f64 {
        self.track.as_ref().map_or(1.0, |track| ratio_of(track, self.sample_rate))
    }

    /// The whole frame of the track that is nearest to a time, inside the track.
    fn frame_at(&self, secs: f64) -> Option<f64> {
        let track = self.track.as_ref()?;
        let last = (track.num_frames() - 1) as f64;
        Some((secs * track.sample_rate()).round().clamp(0.0, last))
    }

    /// Whether a playhead is at work, be it one that fades out.
    fn sounds(&self) -> bool {
        let leaves = self.leaving.as_ref().is_some_and(|leaving| leaving.tails.iter().any(Option::is_some));
        self.voice.is_some() || self.is_fading_out() || leaves
    }

    /// Adds what the deck's own track sounds like.
    fn add_track(&mut self, output: &mut [&mut [f32]; 2]) {
        let ratio = self.ratio();
        let Some(track) = &self.track else { return };
        if let Some(voice) = &mut self.voice {
            let goes_on = voice.add_to(output, track, &self.bank, ratio);
            if !goes_on {
                self.voice = None;
                self.resting = 0.0;
                self.reached_end = true;
            }
        }
        add_tails(&mut self.tails, |voice| voice.add_to(output, track, &self.bank, ratio));
    }

    fn fade_in(&self, shape: FadeShape, ms: f64) -> Fade {
        Fade::fade_in(shape, ms_to_frames(ms, self.sample_rate))
    }

    /// The playhead becomes a tail that fades out.
    fn retire_voice(&mut self, shape: FadeShape, ms: f64) {
        let Some(mut voice) = self.voice.take() else { return };
        voice.fade = voice.fade.into_fade_out(shape, ms_to_frames(ms, self.sample_rate));
        let place = self.tails.iter().position(Option::is_none).unwrap_or_else(|| {
            self.tails.rotate_left(1);
            MAX_TAILS - 1
        });
        self.tails[place] = Some(voice);
    }
}

/// Frames of a track for one frame of the host.
fn ratio_of(track: &Track, sample_rate: f64) -> f64 {
    track.sample_rate() / sample_rate
}

/// Lets each playhead sound, and forgets those that are over.
fn add_tails(tails: &mut [Option<Voice>; MAX_TAILS], mut goes_on: impl FnMut(&mut Voice) -> bool) {
    for tail in tails {
        if let Some(voice) = tail
            && !goes_on(voice)
        {
            *tail = None;
        }
    }
}

impl DspNode for DeckNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if !self.sounds() && io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let (live_left, live_right) = (io.left(0), io.right(0));
        let mut output = io.out();
        output[0].copy_from_slice(live_left);
        output[1].copy_from_slice(live_right);
        self.add_track(&mut output);
        if let Some(Leaving { track, tails }) = &mut self.leaving {
            let ratio = ratio_of(track, self.sample_rate);
            add_tails(tails, |voice| voice.add_to(&mut output, track, &self.bank, ratio));
        }
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
        for voice in self.voice.iter_mut().chain(self.tails.iter_mut().flatten()) {
            voice.rebase(ratio);
        }
        if let Some(Leaving { track, tails }) = &mut self.leaving {
            let ratio = ratio_of(track, self.sample_rate);
            tails.iter_mut().flatten().for_each(|voice| voice.rebase(ratio));
        }
        self.sample_rate = sample_rate;
    }

    fn type_name(&self) -> &'static str {
        "Deck"
    }
}

#[cfg(test)]
mod tests;
