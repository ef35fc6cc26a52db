//! From a target of the table of actions to what the audio thread does.

use echelon_engine::action::{Action, Move, Pending, Target, TargetKind, params};
use echelon_engine::input::Control;
use echelon_engine::midi::{GestureEnds, MidiTarget, Travel};
use echelon_engine::mixer::Scale;

/// What the audio thread does for a target, and the way of a fader to its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// What it does.
    pub target: MidiTarget,
    /// A fader's way.
    pub travel: Travel,
}

/// What the audio thread does for a target; `None` for what only the control side can do (an eject, a setting).
#[must_use]
pub fn aim(target: Target) -> Option<Aim> {
    let (aimed, default) = match target.turn(1.0)? {
        Move::Control(control, _) => (MidiTarget::Control(control), default_of(control)),
        Move::Act(action, _) => (of_action(target, &action)?, 0.0),
    };
    Some(Aim { target: aimed, travel: way(target, default) })
}

fn of_action(target: Target, action: &Action) -> Option<MidiTarget> {
    Some(match *action {
        Action::Gesture { deck, gesture, value } => {
            let ends = match (target.kind(), target.turn(0.0)) {
                (TargetKind::Hold, Some(Move::Act(Action::Gesture { gesture, value, .. }, _))) => {
                    GestureEnds::With(gesture, value)
                }
                _ => GestureEnds::Stroke,
            };
            // A turned knob multiplies it by its steps.
            let value = if matches!(target.kind(), TargetKind::Continuous(_)) { 1.0 } else { value };
            MidiTarget::Gesture { deck, gesture, value, ends }
        }
        Action::PlayDeck { deck, position_secs: None } => MidiTarget::Play(deck),
        Action::StopDeck { deck } => MidiTarget::Stop(deck),
        Action::Undo { deck } => MidiTarget::Undo(deck),
        Action::Cancel { pending: Pending::Deck(deck) } => MidiTarget::Cancel(Some(deck)),
        Action::Cancel { pending: Pending::All } => MidiTarget::Cancel(None),
        Action::SetLock { deck, .. } => MidiTarget::Lock(deck),
        Action::Panic => MidiTarget::Panic,
        _ => return None,
    })
}

fn default_of(control: Control) -> f32 {
    params().iter().find(|param| param.control == control).map_or(0.0, |param| param.default)
}

/// The way of a target's fader.
fn way(target: Target, default: f32) -> Travel {
    match target.kind() {
        TargetKind::Trigger | TargetKind::Hold | TargetKind::Switch => Travel { default, ..Travel::SWITCH },
        TargetKind::Choice(words) => {
            let last = u16::try_from(words.len().saturating_sub(1)).unwrap_or(u16::MAX);
            Travel { steps: Some(last), ..Travel::linear(0.0, f32::from(last), default) }
        }
        TargetKind::Continuous(scale) => scaled(&scale, default),
    }
}

fn scaled(scale: &Scale, default: f32) -> Travel {
    let linear = Travel::linear(scale.min, scale.max, default);
    scale.exponent().map_or(linear, |exponent| Travel { power: 1.0 / exponent, ..linear })
}
