//! Settings that can be changed while the rig plays.

use serde::{Deserialize, Serialize};

use super::ActionKind;
use crate::clock::{ClockPolicy, JumpPolicy, StopPolicy};
use crate::safety::{OnAirRule, SafetySettings};

/// A change of one setting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "setting")]
pub enum Setting {
    /// How long a kind of action cools down.
    Cooldown {
        /// Which kind.
        kind: ActionKind,
        /// In beats; 0 for not at all.
        beats: f64,
    },
    /// What happens to a load, an eject or a needle drop on air.
    OnAir {
        /// What.
        rule: OnAirRule,
    },
    /// What happens when the host stops.
    HostStops {
        /// What.
        policy: StopPolicy,
    },
    /// What happens to the decks when the host jumps.
    HostJumps {
        /// What.
        policy: JumpPolicy,
    },
}

impl Setting {
    /// Takes the change over.
    pub(crate) fn change(self, safety: &mut SafetySettings, clock: &mut ClockPolicy) {
        match self {
            Self::Cooldown { kind, beats } => safety.set_cooldown_beats(kind, beats),
            Self::OnAir { rule } => safety.on_air = rule,
            Self::HostStops { policy } => clock.stop = policy,
            Self::HostJumps { policy } => clock.jump = policy,
        }
    }
}
