//! The rows that are neither gestures of the decks nor in the mixer's tables. Addresses and targets are stable for ever.

mod mixer;
mod playing;
mod rig;
mod settings;
mod sources;

use super::{Given, Makes, Meaning, Row, Touch};
use crate::action::{Action, ActionKind, Setting};

pub(super) use mixer::MIXER;
pub(super) use playing::PLAYING;
pub(super) use rig::RIG;
pub(super) use settings::SETTINGS;
pub(super) use sources::SOURCES;

const fn own(make: fn(&Given<'_>) -> Meaning) -> Makes {
    Makes::Own(make)
}

fn act(action: Action) -> Meaning {
    Meaning::Act(action)
}

fn set(setting: Setting) -> Meaning {
    act(Action::Configure { setting })
}

/// A button of a deck or of the rig.
const BUTTON: Row = Row { button: true, touch: Touch::Press, ..Row::PLAIN };
/// A setting: nothing for a pad.
const SETTING: Row = Row { class: ActionKind::Lock, ..Row::PLAIN };
