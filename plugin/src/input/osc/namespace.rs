//! The OSC namespace: one row per address. Parser, error texts and the README's table all come from here.

use std::fmt::Write;

use echelon_engine::action::{Action, ActionTiming, Grid};
use echelon_engine::units::{Decibels, DeckId};

/// The words that say when, as a trailing argument or as the last part of an address.
pub(super) const WHEN_WORDS: [(&str, ActionTiming); 5] = [
    ("now", ActionTiming::Immediate),
    ("beat", ActionTiming::NextBeat),
    ("bar", ActionTiming::NextBar),
    ("2bars", ActionTiming::NextLine(Grid::Bars(2))),
    ("4bars", ActionTiming::NextLine(Grid::Bars(4))),
];

/// The part of a path that stands for `a`, `b`, `c` or `d`.
pub(super) const DECK: &str = "{deck}";

/// What an address takes as an argument.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg {
    /// A number; outside of its range it is clamped.
    Number {
        /// For people: `seconds`, `dB`.
        unit: &'static str,
        min: f64,
        /// `f64::INFINITY` if there is no upper end.
        max: f64,
    },
    /// The full path of an audio file.
    File,
}

/// An argument as it came, checked against its [`Arg`].
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
}

/// What a row's constructor gets.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The deck in the address; A where the address names none.
    pub deck: DeckId,
    /// One for each of the row's arguments, in order.
    pub values: Vec<Value>,
}

impl Given {
    /// The n-th argument, which the row says is a number.
    fn number(&self, n: usize) -> f64 {
        match self.values.get(n) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the value is clamped to a small range; f32 is the unit's type")]
    fn number_f32(&self, n: usize) -> f32 {
        self.number(n) as f32
    }

    /// The n-th argument, which the row says is text.
    fn text(&self, n: usize) -> &str {
        match self.values.get(n) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    Act(Action),
    Ping,
    Info,
}

/// When an address acts if the message does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefaultWhen {
    /// By the rig's quantize setting.
    Quantize,
    /// At once.
    Now,
    /// It is no action: it takes neither a time nor a receipt.
    None,
}

impl DefaultWhen {
    pub const fn timing(self) -> ActionTiming {
        match self {
            Self::Quantize => ActionTiming::Default,
            Self::Now | Self::None => ActionTiming::Immediate,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Quantize => "quantize setting",
            Self::Now => "now",
            Self::None => "-",
        }
    }
}

/// One address.
pub(super) struct Row {
    pub path: &'static str,
    pub args: &'static [Arg],
    /// Takes an optional number: above 0 (or left out) it fires, 0 does nothing.
    pub button: bool,
    pub when: DefaultWhen,
    pub help: &'static str,
    pub make: fn(&Given) -> Wish,
}

const POSITION: Arg = Arg::Number { unit: "seconds", min: 0.0, max: f64::INFINITY };
const LEVEL: Arg = Arg::Number { unit: "dB", min: Decibels::SILENCE.0 as f64, max: Decibels::MAX.0 as f64 };
const FADER: Arg = Arg::Number { unit: "", min: 0.0, max: 1.0 };

/// Every address that is understood.
pub(super) const TABLE: [Row; 11] = [
    Row {
        path: "/deck/{deck}/play",
        args: &[],
        button: true,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from where it stands.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: None }),
    },
    Row {
        path: "/deck/{deck}/play/from",
        args: &[POSITION],
        button: false,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from a place in its track.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: Some(given.number(0)) }),
    },
    Row {
        path: "/deck/{deck}/stop",
        args: &[],
        button: true,
        when: DefaultWhen::Quantize,
        help: "Stops the deck where it is; a deck that waits for its beat no longer waits.",
        make: |given| Wish::Act(Action::StopDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/load",
        args: &[Arg::File],
        button: false,
        when: DefaultWhen::Now,
        help: "Puts a file on the deck.",
        make: |given| Wish::Act(Action::LoadDeck { deck: given.deck, path: given.text(0).into() }),
    },
    Row {
        path: "/deck/{deck}/eject",
        args: &[],
        button: true,
        when: DefaultWhen::Now,
        help: "Takes the track off the deck.",
        make: |given| Wish::Act(Action::EjectDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/seek",
        args: &[POSITION],
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the playhead; a playing deck plays on from there.",
        make: |given| Wish::Act(Action::SeekDeck { deck: given.deck, position_secs: given.number(0) }),
    },
    Row {
        path: "/deck/{deck}/gain",
        args: &[LEVEL],
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the channel's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetGain { deck: given.deck, gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/crossfader",
        args: &[FADER],
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the crossfader: 0 is deck A alone, 1 is deck B alone.",
        make: |given| Wish::Act(Action::SetCrossfader { position: given.number_f32(0) }),
    },
    Row {
        path: "/master/gain",
        args: &[LEVEL],
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the master's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetMasterGain { gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/ping",
        args: &[],
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/pong`.",
        make: |_| Wish::Ping,
    },
    Row {
        path: "/info",
        args: &[],
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/info \"Echelon\" version port`.",
        make: |_| Wish::Info,
    },
];

/// Every address that is sent, with its arguments.
const REPLIES: [(&str, &str, &str); 7] = [
    ("/ack", "`i` id, `d` song beat", "The action is scheduled for that beat."),
    (
        "/done",
        "`i` id, `d` song beat, `i` frames late",
        "It happened; 0 frames late means on the frame. For a load: the track is on the deck.",
    ),
    ("/nack", "`i` id, `s` code, `s` reason", "It will not happen."),
    ("/error", "`s` address, `s` reason", "A message without an id was not understood, or its action was refused."),
    ("/warn", "`s` address, `s` text", "A value was outside of its range and was clamped."),
    ("/pong", "", "The answer to `/ping`."),
    ("/info", "`s` \"Echelon\", `s` version, `i` port", "The answer to `/info`."),
];

/// Addresses that only answers have. They are never answered, so that two programs cannot keep each other busy.
pub(super) fn is_reply(address: &str) -> bool {
    REPLIES.iter().any(|(reply, ..)| *reply == address) && !TABLE.iter().any(|row| row.path == address)
}

impl Arg {
    /// `f seconds, 0 or more`
    fn usage(self) -> String {
        match self {
            Self::File => "s full path of a file".to_owned(),
            Self::Number { unit, min, max } => {
                let unit = if unit.is_empty() { String::new() } else { format!("{unit}, ") };
                if max.is_finite() { format!("f {unit}{min} to {max}") } else { format!("f {unit}{min} or more") }
            }
        }
    }
}

impl Row {
    /// The arguments in one line, for errors: `f seconds, 0 or more [when] ["id" i]`.
    pub fn usage(&self) -> String {
        let mut parts: Vec<String> = self.args.iter().map(|arg| arg.usage()).collect();
        if self.button {
            parts.push("[f button]".to_owned());
        }
        if self.when != DefaultWhen::None {
            parts.push("[when] [\"id\" i]".to_owned());
        }
        if parts.is_empty() { "no arguments".to_owned() } else { parts.join(" ") }
    }
}

/// How messages are read, below the tables in the README.
const NOTES: &str = "\
- `{deck}` is `a`, `b`, `c` or `d`. Numbers may be of type i, h, f, d, T or F.
- *when*: `\"now\"`, `\"beat\"`, `\"bar\"`, `\"2bars\"`, `\"4bars\"` or a number, the song beat (quarter notes from the \
song's start). Words can also end the address: `/deck/a/play/bar`.
- *button*: fires on a value above 0 or without an argument; 0 is ignored. A lone i, T, F, or an f of 0.0 or 1.0 is the \
button's value; any other lone f, and every lone d, is the song beat; of two numbers the first is the button and the second the beat. With a \
time in the address, a lone 0 to 1 is the button's value.
- `\"id\" i` as the last two arguments asks for receipts: `/ack`, then `/done`, or `/nack`.
- Values outside of a range are clamped, with a `/warn`; NaN and infinity are refused.
- A bundle is done as a whole or, if one of its messages is wrong, not at all. Time tags in the future are refused for \
now: say when with *when*. Bundles nest up to 4 deep; packets are up to 8 KiB.
";

/// The namespace as Markdown, for the README.
#[must_use]
pub fn namespace_markdown() -> String {
    let mut text = String::from("| address | arguments | when not said | what it does |\n|---|---|---|---|\n");
    for row in &TABLE {
        let usage = row.usage();
        let when = row.when.words();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {usage} | {when} | {} |", row.path, row.help);
    }
    text.push_str("\n| answer | arguments | meaning |\n|---|---|---|\n");
    for (address, args, meaning) in REPLIES {
        let _ = writeln!(text, "| `{address}` | {args} | {meaning} |");
    }
    text.push('\n');
    text.push_str(NOTES);
    text
}
