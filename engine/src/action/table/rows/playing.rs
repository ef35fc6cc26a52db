//! What is on a deck, and whether it plays.

use super::super::{Arg, Args, Param, ParamOf, Row, Touch, When};
use super::{BUTTON, act, own};
use crate::action::{Action, ActionKind};
use crate::mixer::Scale;
use crate::safety::DeckState;

const POSITION: Arg = Arg::Number { unit: "seconds", min: 0.0, max: f64::INFINITY };

pub const PLAYING: [Row; 6] = [
    Row {
        name: "Play",
        path: "/deck/{deck}/play",
        when: When::Quantize,
        class: ActionKind::Play,
        params: &[Param {
            id: "play",
            name: "Play",
            scale: Scale::switch(&["stopped", "playing"]),
            default: 0.0,
            is_switch: true,
            of: ParamOf::Play,
        }],
        touch: Touch::Switch,
        help: "Starts the deck from where it stands.",
        shows: Some(|snapshot, deck| f64::from(u8::from(snapshot.decks[deck.index()].state == DeckState::Playing))),
        makes: own(|given| act(Action::PlayDeck { deck: given.deck, position_secs: None })),
        ..BUTTON
    },
    Row {
        name: "Play From",
        path: "/deck/{deck}/play/from",
        args: Args::one(POSITION),
        when: When::Quantize,
        class: ActionKind::Play,
        help: "Starts the deck from a place in its track.",
        makes: own(|given| act(Action::PlayDeck { deck: given.deck, position_secs: Some(given.number(0)) })),
        ..Row::PLAIN
    },
    Row {
        name: "Stop",
        path: "/deck/{deck}/stop",
        when: When::Quantize,
        class: ActionKind::Stop,
        help: "Stops the deck where it is; a deck that waits for its beat no longer waits.",
        makes: own(|given| act(Action::StopDeck { deck: given.deck })),
        ..BUTTON
    },
    Row {
        name: "Load",
        path: "/deck/{deck}/load",
        args: Args::one(Arg::File),
        class: ActionKind::Load,
        help: "Puts a file on the deck: one below a folder that is allowed (`docs/osc.md`).",
        makes: own(|given| act(Action::LoadDeck { deck: given.deck, path: given.text(0).into() })),
        ..Row::PLAIN
    },
    Row {
        name: "Eject",
        path: "/deck/{deck}/eject",
        class: ActionKind::Load,
        help: "Takes the track off the deck.",
        makes: own(|given| act(Action::EjectDeck { deck: given.deck })),
        ..BUTTON
    },
    Row {
        name: "Seek",
        path: "/deck/{deck}/seek",
        args: Args::one(POSITION),
        class: ActionKind::Seek,
        help: "Moves the playhead; a playing deck plays on from there.",
        makes: own(|given| act(Action::SeekDeck { deck: given.deck, position_secs: given.number(0) })),
        ..Row::PLAIN
    },
];
