//! What the rig does when the host's transport stops or jumps. Settings; plain data.

/// What happens when the host stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopPolicy {
    /// Musical time goes on at the host's last tempo and phase.
    #[default]
    FreeRun,
    /// Musical time stands still until the host rolls again: nothing falls due. A host that has no transport at all
    /// (it says neither tempo nor place) is not one that stopped: there time goes on.
    Freeze,
    /// The decks stop, and musical time goes on as in [`StopPolicy::FreeRun`]. The processor stops them, on
    /// [`Discontinuity::Stopped`](super::Discontinuity::Stopped).
    StopDecks,
}

/// What happens to the decks when the host jumps to another place in the song. The clock reports the jump, as
/// [`Discontinuity::Jumped`](super::Discontinuity::Jumped); the processor does this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JumpPolicy {
    /// They play on, and come back into phase with the song at its next bar.
    #[default]
    RealignAtNextBar,
    /// They jump as far as the host did.
    Jump,
    /// They play on.
    Ignore,
}

/// Whose beat the rig goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The host's.
    #[default]
    Host,
    /// The session's (Ableton Link), whatever the host does. The host's where there is no session, and offline.
    Link,
    /// The host's; the session is told of its tempo, and of its beat as far as the others let it.
    Publish,
    /// Nobody's: the rig runs free at the last tempo.
    Local,
}

impl ClockMode {
    /// Every one, in the order of [`ClockMode::WORDS`].
    pub const ALL: [Self; 4] = [Self::Host, Self::Link, Self::Publish, Self::Local];
    /// Short, stable words for programs.
    pub const WORDS: [&str; 4] = ["host", "link", "publish", "local"];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Whether it takes part in a session.
    #[must_use]
    pub const fn joins_session(self) -> bool {
        matches!(self, Self::Link | Self::Publish)
    }
}

/// The clock's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockPolicy {
    /// When the host stops.
    pub stop: StopPolicy,
    /// When the host jumps.
    pub jump: JumpPolicy,
    /// Whose beat it is.
    pub mode: ClockMode,
    /// How much earlier than the session's beat the rig plays, to make up for the latency of the output; in microseconds.
    pub link_offset_micros: i32,
}

impl ClockPolicy {
    /// How far [`ClockPolicy::link_offset_micros`] goes to either side: half a second.
    pub const MAX_LINK_OFFSET_MICROS: i32 = 500_000;
}
