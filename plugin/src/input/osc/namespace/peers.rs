//! The rows about a session with others that are no actions (`docs/link.md`).

use echelon_engine::action::{Arg, Args, Given};

use super::table::QUESTION;
use super::{Make, Row, Wish};
use crate::peers::Command;

const TEMPO: Arg = Arg::Number { unit: "BPM", min: 20.0, max: 999.0 };

const fn row(path: &'static str, args: Args, help: &'static str, make: fn(&Given<'_>) -> Wish) -> Row {
    Row { path, args, help, make: Make::Ask(make), ..QUESTION }
}

fn is_on(given: &Given<'_>) -> bool {
    given.number(0) > 0.5
}

pub const ROWS: [Row; 5] = [
    row("/link/tempo", Args::one(TEMPO), "Another tempo for the session and all in it.", |given| {
        Wish::Peers(Command::SetTempo(given.number(0)))
    }),
    row(
        "/link/playing",
        Args::one(Arg::SWITCH),
        "Starts or stops the session, for those that share starts and stops.",
        |given| Wish::Peers(Command::SetPlaying(is_on(given))),
    ),
    row(
        "/link/startstop",
        Args::one(Arg::SWITCH),
        "Shares starts and stops: a stop stops the decks, a start lets them go on at the next bar; off by default.",
        |given| Wish::Peers(Command::SetStartStop(is_on(given))),
    ),
    row(
        "/link/takeover",
        Args::one(Arg::SWITCH),
        "With the clock `publish`: moves the others to the host's bar, not only who is alone.",
        |given| Wish::Peers(Command::SetTakeOver(is_on(given))),
    ),
    row("/link/state", Args::NONE, "Answers `/link/state`, as the four before it do.", |_| Wish::Peers(Command::Tell)),
];
