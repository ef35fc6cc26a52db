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

/// The clock's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockPolicy {
    /// When the host stops.
    pub stop: StopPolicy,
    /// When the host jumps.
    pub jump: JumpPolicy,
}
