//! The rows of the mixer's table of controls.

use std::sync::LazyLock;

use echelon_engine::action::Action;
use echelon_engine::mixer::{DECK_ROWS, Knob, KnobRow, MASTER_ROWS, Unit};

use super::{Arg, DefaultWhen, Given, Row, Wish};

static KNOBS: LazyLock<Vec<Row>> = LazyLock::new(|| DECK_ROWS.iter().chain(&MASTER_ROWS).map(row).collect());

pub(super) fn rows() -> std::slice::Iter<'static, Row> {
    KNOBS.iter()
}

fn row(knob: &KnobRow) -> Row {
    let unit = match knob.unit {
        Unit::Decibels { .. } => "dB",
        Unit::Milliseconds => "ms",
        Unit::Part | Unit::Bipolar | Unit::Choice(_) => "",
    };
    let arg = match knob.unit {
        Unit::Choice(words) => Arg::Pick(words),
        _ => Arg::Number { unit, min: knob.min.into(), max: knob.max.into() },
    };
    Row {
        path: knob.path,
        // Once in the life of the process.
        args: Box::leak(Box::new([arg])),
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: knob.help,
        make,
    }
}

fn make(given: &Given) -> Wish {
    match Knob::of_pattern(given.path, given.deck) {
        Some(knob) => Wish::Act(Action::SetKnob { knob, value: given.number_f32(0) }),
        // Cannot be: the path is a row's of the same table.
        None => Wish::Ping,
    }
}
