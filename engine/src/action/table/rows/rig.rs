//! What is about the whole rig, and what takes back or holds.

use super::super::{Arg, Args, Meaning, Row, Touch, When};
use super::{BUTTON, act, own};
use crate::action::{Action, ActionKind, Pending};

const ID: Arg = Arg::Number { unit: "id", min: i32::MIN as f64, max: i32::MAX as f64 };

pub const RIG: [Row; 6] = [
    Row {
        name: "Undo",
        path: "/deck/{deck}/undo",
        when: When::Quantize,
        class: ActionKind::Undo,
        help: "Brings back, in phase, what a stop, an eject, a load or a seek took away in the last 8 bars.",
        makes: own(|given| act(Action::Undo { deck: Some(given.deck) })),
        ..BUTTON
    },
    Row {
        name: "Undo",
        path: "/undo",
        when: When::Quantize,
        class: ActionKind::Undo,
        help: "The same, on the deck or decks where it happened last.",
        makes: own(|_| act(Action::Undo { deck: None })),
        ..BUTTON
    },
    Row {
        name: "Cancel",
        path: "/deck/{deck}/cancel",
        class: ActionKind::Cancel,
        help: "Takes back everything that is pending on the deck.",
        makes: own(|given| act(Action::Cancel { pending: Pending::Deck(given.deck) })),
        ..BUTTON
    },
    Row {
        name: "Cancel",
        path: "/cancel",
        args: Args::one(ID),
        optional: true,
        class: ActionKind::Cancel,
        touch: Touch::Press,
        help: "Takes back what the sender asked for with this id; without one, everything that is pending.",
        makes: own(|given| match given.values.first() {
            Some(_) => Meaning::CancelOwn(given.whole(0)),
            None => act(Action::Cancel { pending: Pending::All }),
        }),
        ..Row::PLAIN
    },
    Row {
        name: "Panic",
        path: "/panic",
        class: ActionKind::Panic,
        help: "Stops every deck within 10 ms and takes back all that is pending. Nothing can hold it.",
        makes: own(|_| act(Action::Panic)),
        ..BUTTON
    },
    Row {
        name: "Lock",
        path: "/lock/{deck}",
        target: "deck/{deck}/lock",
        args: Args::one(Arg::SWITCH),
        class: ActionKind::Lock,
        touch: Touch::Switch,
        help: "1 keeps everyone from the deck, 0 lets them at it again; mixer, cancel and panic pass.",
        shows: Some(|snapshot, deck| f64::from(u8::from(snapshot.safety[deck.index()].lock.lock().is_some()))),
        makes: own(|given| act(Action::SetLock { deck: given.deck, locked: given.is_on(0) })),
        ..Row::PLAIN
    },
];
