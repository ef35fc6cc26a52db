//! What the rig knows of a session, and how it stands with it.

use super::{BeatMap, Regularity};
use crate::units::Bpm;

/// What is known of a session as a block begins. Plain data, taken on the audio thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionWord {
    /// When the host called, in the map's time.
    pub now_micros: f64,
    /// The session's beat.
    pub map: BeatMap,
    /// Beats in a bar for which that was asked.
    pub bar_beats: f64,
    /// Others in the session.
    pub peers: u32,
    /// How much later than it is made all sound leaves the plugin.
    pub latency_micros: f64,
}

/// How well the rig can follow a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkQuality {
    /// No session.
    #[default]
    Off,
    /// The host has not called for long enough.
    Settling,
    /// To well below a millisecond, but for the latency of the output.
    Good,
    /// The host's calls come more than 2 ms beside their time: it renders ahead.
    Jittery,
    /// The host says that it renders ahead: nobody knows when that is heard.
    Ahead,
    /// Nothing is heard as it is made: the host bounces, or stands still. The host's clock leads.
    Offline,
}

impl LinkQuality {
    pub(crate) const fn of(regularity: Regularity) -> Self {
        match regularity {
            Regularity::Settling => Self::Settling,
            Regularity::Regular => Self::Good,
            Regularity::Irregular => Self::Jittery,
            Regularity::NotRealTime => Self::Offline,
        }
    }

    /// A short, stable word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Settling => "settling",
            Self::Good => "good",
            Self::Jittery => "jittery",
            Self::Ahead => "ahead",
            Self::Offline => "offline",
        }
    }
}

/// How host, session and rig stand to each other after a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkView {
    /// How well the session can be followed.
    pub quality: LinkQuality,
    /// How far beside their time the host's calls usually are, in microseconds.
    pub spread_micros: f64,
    /// Beats to the bar on which another source is to lead; `None` if none is.
    pub switches_in_beats: Option<f64>,
    /// How often the session moved too far to go along.
    pub jumps: u32,
    /// The host's transport rolls.
    pub host_rolls: bool,
    /// The host's tempo, if it tells one.
    pub host_tempo: Option<Bpm>,
    /// How far the rolling host is ahead of the session, in beats.
    pub host_ahead_beats: Option<f64>,
    /// The rolling host's song beat over the session's time.
    pub host_map: Option<BeatMap>,
    /// The rig's song beat over the session's time.
    pub rig_map: Option<BeatMap>,
    /// The host loops, and not by whole bars.
    pub host_loops_oddly: bool,
}
