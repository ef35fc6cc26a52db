//! What the policy goes by. Plain data: the audio thread has a copy of what the control side has.

use super::{ActionMask, DeckState, Source, SourceRules};
use crate::action::ActionKind;

/// What happens to a load, an eject or a needle drop on a deck that is on air.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnAirRule {
    /// It is refused.
    #[default]
    Refuse,
    /// The deck stops, then the new track is put on it.
    StopFirst,
    /// The new track takes over in a crossfade of 50 ms and plays on.
    Allow,
}

/// The settings of the safety policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafetySettings {
    /// What each deck state allows, in the order of [`DeckState::ALL`].
    masks: [ActionMask; 4],
    /// How long each kind cools down, in beats.
    cooldown_beats: [f64; ActionKind::COUNT],
    /// Presses of play closer than this are one press of a worn button, in milliseconds.
    pub play_toggle_ms: f64,
    /// Decks on air.
    pub on_air: OnAirRule,
    /// What each source may do, in the order of [`Source::ALL`].
    sources: [SourceRules; Source::ALL.len()],
    /// For how many bars a deck can be brought back.
    pub undo_bars: f64,
}

impl Default for SafetySettings {
    fn default() -> Self {
        use ActionKind::{Cue, Effect, Load, Loop};
        let mut cooldown_beats = [0.0; ActionKind::COUNT];
        for (kind, beats) in [(Loop, 2.0), (Effect, 4.0), (Cue, 4.0), (Load, 16.0)] {
            cooldown_beats[kind.index()] = beats;
        }
        Self {
            masks: Self::NEW_MASKS,
            cooldown_beats,
            play_toggle_ms: 120.0,
            on_air: OnAirRule::Refuse,
            sources: Source::ALL.map(SourceRules::default_for),
            undo_bars: 8.0,
        }
    }
}

impl SafetySettings {
    /// What a new rig has in [`SafetySettings::mask`].
    pub(super) const NEW_MASKS: [ActionMask; 4] = {
        use ActionKind::{Cue, Effect, Load, Lock, Loop, Mixer, Motion, Play, Seek, Stop, Undo};
        let always = ActionMask::of(&[Mixer, Effect, Motion, Lock, Undo]);
        let always = always.or(ActionMask::ALWAYS).without(ActionMask::of(&[Stop]));
        [
            ActionMask::of(&[Load]).or(always),
            ActionMask::of(&[Play, Load, Seek, Cue, Loop]).or(always),
            ActionMask::of(&[Play, Stop, Load]).or(always),
            ActionMask::of(&[Stop, Seek, Cue, Loop]).or(always),
        ]
    };

    /// What a deck in this state allows.
    #[must_use]
    pub const fn mask(&self, state: DeckState) -> ActionMask {
        self.masks[state.index()]
    }

    /// Changes what a deck in this state allows. Cancel and panic always, and a stop where there is something to stop.
    pub const fn set_mask(&mut self, state: DeckState, mask: ActionMask) {
        let always = match state {
            DeckState::Primed | DeckState::Playing => ActionMask::ALWAYS,
            DeckState::Empty | DeckState::Stopped => ActionMask::ALWAYS.without(ActionMask::of(&[ActionKind::Stop])),
        };
        self.masks[state.index()] = mask.or(always);
    }

    /// How long a kind cools down, in beats; 0 if it does not.
    #[must_use]
    pub const fn cooldown_beats(&self, kind: ActionKind) -> f64 {
        self.cooldown_beats[kind.index()]
    }

    /// Whether a kind cools down at all.
    #[must_use]
    pub fn cools_down(&self, kind: ActionKind) -> bool {
        let span = if kind == ActionKind::Play { self.play_toggle_ms } else { self.cooldown_beats(kind) };
        span > 0.0 && !ActionMask::ALWAYS.allows(kind)
    }

    /// Changes how long a kind cools down. What is not finite or below zero is none. Stop, cancel and panic never do.
    pub fn set_cooldown_beats(&mut self, kind: ActionKind, beats: f64) {
        let can = beats.is_finite() && beats > 0.0 && !ActionMask::ALWAYS.allows(kind);
        self.cooldown_beats[kind.index()] = if can { beats } else { 0.0 };
    }

    /// What a source may do.
    #[must_use]
    pub const fn source(&self, source: Source) -> &SourceRules {
        &self.sources[source.index()]
    }

    /// Changes the kinds of action that a source may ask for. The editor keeps the settings: whoever took them from it by
    /// mistake would have no hand left to give them back with.
    pub const fn set_source_kinds(&mut self, source: Source, kinds: ActionMask) {
        let kept = match source {
            Source::Editor => ActionMask::of(&[ActionKind::Lock]),
            _ => ActionMask::NONE,
        };
        self.source_mut(source).mask = kinds.or(kept);
    }

    /// Changes what a source may do.
    pub const fn source_mut(&mut self, source: Source) -> &mut SourceRules {
        &mut self.sources[source.index()]
    }
}
