//! The rows. Ids and addresses are stable for ever: projects and surfaces hold them.

use super::{KnobRow, SlewClass, Taper, Unit};
use crate::action::ActionKind;

/// The controls that each deck has.
pub const DECK_ROWS: [KnobRow; 1] = [KnobRow {
    name: "Fader",
    id: "fader",
    path: "/deck/{deck}/fader",
    unit: Unit::Part,
    min: 0.0,
    max: 1.0,
    default: 1.0,
    taper: Taper::Linear,
    slew: SlewClass::Travel,
    kind: ActionKind::Mixer,
    help: "Moves the channel fader: 1 is 0 dB, 0.5 is -12 dB, 0 is closed.",
    slide: |mixer, scheduler, deck| mixer.fader(scheduler, deck).map(|node| node.slide_mut()),
}];

/// The controls that there are once.
pub const MASTER_ROWS: [KnobRow; 0] = [];
