//! Settings that can be changed while the rig plays.

use serde::{Deserialize, Serialize};

use super::{ActionKind, Grid};
use crate::clock::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
use crate::safety::{ActionMask, DeckState, OnAirRule, SafetySettings, Source};

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
    /// What a deck in a state allows.
    Allows {
        /// Which state.
        state: DeckState,
        /// Which kinds of action.
        kinds: ActionMask,
    },
    /// How long a stop, an eject, a load or a seek can be undone.
    UndoBars {
        /// In bars; 0 for not at all.
        bars: f64,
    },
    /// Presses of play closer than this are one press.
    PlayToggle {
        /// In milliseconds.
        ms: f64,
    },
    /// Switches a source on or off.
    SourceOn {
        /// Which source.
        source: Source,
        /// Whether it may act.
        on: bool,
    },
    /// What a source may ask for.
    SourceAllows {
        /// Which source.
        source: Source,
        /// Which kinds of action; stop, cancel and panic always.
        kinds: ActionMask,
    },
    /// How often a source may ask.
    SourceRate {
        /// Which source.
        source: Source,
        /// Requests a second; 0 for no limit.
        per_sec: f32,
    },
    /// When plays and stops of a source happen that do not say when.
    SourceQuantize {
        /// Which source.
        source: Source,
        /// Index into [`Grid::CHOICES`]; `None` is the rig's own setting.
        choice: Option<u8>,
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
    /// Whose beat the rig goes by. Another source takes over on the next bar.
    ClockMode {
        /// Whose.
        mode: ClockMode,
    },
    /// How much earlier than a session's beat the rig plays.
    LinkOffset {
        /// In microseconds.
        micros: i32,
    },
}

impl Setting {
    /// No cooldown is longer, in beats.
    pub const MAX_COOLDOWN_BEATS: f64 = 256.0;
    /// Nothing can be undone for longer, in bars.
    pub const MAX_UNDO_BARS: f64 = 64.0;
    /// No press of play is taken for the one before after more than this, in milliseconds.
    pub const MAX_PLAY_TOGGLE_MS: f64 = 5000.0;
    /// No limit of a source is higher, in requests a second.
    pub const MAX_PER_SEC: f64 = 1e6;

    /// Takes the change over: what is out of range goes to its end.
    ///
    /// A project's own requests go by fixed rules: what would change them changes nothing.
    pub fn change(self, safety: &mut SafetySettings, clock: &mut ClockPolicy) {
        match self {
            Self::SourceOn { source: Source::State, .. }
            | Self::SourceAllows { source: Source::State, .. }
            | Self::SourceRate { source: Source::State, .. }
            | Self::SourceQuantize { source: Source::State, .. } => {}
            Self::Cooldown { kind, beats } => safety.set_cooldown_beats(kind, beats),
            Self::OnAir { rule } => safety.on_air = rule,
            Self::Allows { state, kinds } => safety.set_mask(state, kinds),
            Self::UndoBars { bars } => safety.undo_bars = sane(bars, Self::MAX_UNDO_BARS),
            Self::PlayToggle { ms } => safety.play_toggle_ms = sane(ms, Self::MAX_PLAY_TOGGLE_MS),
            Self::SourceOn { source, on } => safety.source_mut(source).enabled = on,
            Self::SourceAllows { source, kinds } => safety.set_source_kinds(source, kinds),
            Self::SourceRate { source, per_sec } => {
                let is_limit = per_sec.is_finite() && per_sec > 0.0;
                safety.source_mut(source).per_sec = is_limit.then_some(per_sec);
            }
            Self::SourceQuantize { source, choice } => {
                let grid = |choice: u8| Grid::CHOICES.get(usize::from(choice)).copied().flatten();
                safety.source_mut(source).quantize = choice.map(grid);
            }
            Self::HostStops { policy } => clock.stop = policy,
            Self::HostJumps { policy } => clock.jump = policy,
            Self::ClockMode { mode } => clock.mode = mode,
            Self::LinkOffset { micros } => {
                let most = ClockPolicy::MAX_LINK_OFFSET_MICROS;
                clock.link_offset_micros = micros.clamp(-most, most);
            }
        }
    }
}

/// Finite and in 0..=most.
fn sane(value: f64, most: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, most) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(settings: &[Setting]) -> SafetySettings {
        let (mut safety, mut clock) = (SafetySettings::default(), ClockPolicy::default());
        settings.iter().for_each(|setting| setting.change(&mut safety, &mut clock));
        safety
    }

    #[test]
    fn settings_are_never_taken_from_the_editor() {
        let nothing = Source::WAYS_IN.map(|source| Setting::SourceAllows { source, kinds: ActionMask::NONE });
        let safety = changed(&nothing);
        for source in Source::WAYS_IN {
            let may = safety.source(source).allowed().allows(ActionKind::Lock);
            assert_eq!(may, source == Source::Editor, "{source:?}");
        }
    }

    #[test]
    fn a_project_s_own_requests_go_by_fixed_rules() {
        let source = Source::State;
        let safety = changed(&[
            Setting::SourceOn { source, on: false },
            Setting::SourceAllows { source, kinds: ActionMask::NONE },
            Setting::SourceRate { source, per_sec: 1.0 },
            Setting::SourceQuantize { source, choice: Some(1) },
        ]);
        assert_eq!(safety, SafetySettings::default());
    }
}
