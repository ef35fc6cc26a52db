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

impl Default for HostTransport {
    fn default() -> Self {
        Self::SILENT
    }
}
