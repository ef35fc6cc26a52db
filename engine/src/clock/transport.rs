//! What a host says about its transport, at one frame. Nothing in it is trusted.

use crate::units::{Bpm, TimeSignature};

/// The host's transport at one frame. `None` means the host did not say.
///
/// Plain data, taken over as the host gave it: [`crate::clock::HostClock`] decides what to believe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostTransport {
    /// The host's transport rolls.
    pub playing: bool,
    /// Tempo at this frame.
    pub tempo: Option<Bpm>,
    /// Change of the tempo with each frame, in BPM; 0 when steady or unknown.
    pub tempo_step_bpm: f64,
    /// Song position in quarter notes from the song's start; negative in a pre-roll.
    pub song_beats: Option<f64>,
    /// Song position in seconds of audio from the song's start. Looked at only if there is no position in beats.
    pub song_secs: Option<f64>,
    /// Song position of the current bar's first beat, in quarter notes.
    pub bar_start_beats: Option<f64>,
    /// Time signature at this frame.
    pub signature: Option<TimeSignature>,
    /// The host's loop, from and to in quarter notes, when it is on.
    pub loop_beats: Option<(f64, f64)>,
}

impl HostTransport {
    /// A host that says nothing: stopped, without tempo or place.
    pub const SILENT: Self = Self {
        playing: false,
        tempo: None,
        tempo_step_bpm: 0.0,
        song_beats: None,
        song_secs: None,
        bar_start_beats: None,
        signature: None,
        loop_beats: None,
    };
}

impl HostTransport {
    /// What the host would say so many frames later, if nothing happens between. A loop's end is not looked at: the host
    /// tells of the jump when it makes it. `sample_rate` in Hz.
    #[must_use]
    pub fn advanced(mut self, frames: u32, sample_rate: f64) -> Self {
        let (true, Some(tempo)) = (self.playing && sample_rate > 0.0, self.tempo) else { return self };
        let frames = f64::from(frames);
        let end_bpm = tempo.get() + self.tempo_step_bpm * frames;
        let beats = (tempo.get() + end_bpm) / 2.0 * frames / (60.0 * sample_rate);
        self.song_beats = self.song_beats.map(|song| song + beats);
        self.song_secs = self.song_secs.map(|song| song + frames / sample_rate);
        self.tempo = Bpm::new(end_bpm).or(self.tempo);
        if let (Some(song), Some(bar), Some(signature)) = (self.song_beats, self.bar_start_beats, self.signature) {
            let bars = ((song - bar) / signature.bar_beats()).floor().max(0.0);
            self.bar_start_beats = Some(bar + bars * signature.bar_beats());
        }
        self
    }
}

impl Default for HostTransport {
    fn default() -> Self {
        Self::SILENT
    }
}
