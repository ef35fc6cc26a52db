//! The rows of the decks' gestures.

use std::sync::LazyLock;

use echelon_engine::action::{Action, GESTURES, Gesture, GestureRow, Takes};
use echelon_engine::deck::NUM_HOT_CUES;

use super::{Arg, DefaultWhen, Given, Row, Wish};

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| GESTURES.iter().map(row).collect());

const SWITCH: [Arg; 1] = [Arg::Number { unit: "", min: 0.0, max: 1.0 }];
const HOT_CUE: [Arg; 1] = [Arg::Index { what: "hot cue", last: NUM_HOT_CUES }];

pub(super) fn rows() -> std::slice::Iter<'static, Row> {
    ROWS.iter()
}

fn row(gesture: &GestureRow) -> Row {
    let args: &'static [Arg] = match gesture.takes {
        Takes::Nothing => &[],
        Takes::Switch => &SWITCH,
        Takes::HotCue => &HOT_CUE,
        // Once in the life of the process.
        Takes::Number { unit, min, max } => Box::leak(Box::new([Arg::Number { unit, min, max }])),
    };
    Row {
        path: gesture.path,
        args,
        optional: gesture.takes == Takes::Switch,
        button: gesture.takes == Takes::Nothing,
        when: if gesture.on_beat { DefaultWhen::Beat } else { DefaultWhen::Now },
        help: gesture.help,
        make,
    }
}

fn make(given: &Given) -> Wish {
    match Gesture::of_pattern(given.path) {
        Some(gesture) => {
            let value = if given.values.is_empty() { 1.0 } else { given.number(0) };
            let value = gesture.row().takes.clamp(value);
            Wish::Act(Action::Gesture { deck: given.deck, gesture, value })
        }
        // Cannot be: the path is a row's of the same table.
        None => Wish::Ping,
    }
}
