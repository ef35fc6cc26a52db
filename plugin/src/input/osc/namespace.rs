//! The OSC namespace: one row per address. Parser, error texts and the README's table all come from here.

use std::fmt::Write;

use echelon_engine::action::{Action, ActionKind, ActionTiming, Pending, Setting};
use echelon_engine::clock::{JumpPolicy, StopPolicy};
use echelon_engine::mixer::EqBand;
use echelon_engine::safety::OnAirRule;
use echelon_engine::units::{Decibels, DeckId};

/// The timing of a word that says when, as a trailing argument or as the last part of an address: `now`, or a grid.
pub(super) fn when_word(word: &str) -> Option<ActionTiming> {
    ActionTiming::from_word(word).filter(|timing| *timing != ActionTiming::Default)
}

/// Every such word.
#[cfg(test)]
pub(super) fn when_words() -> impl Iterator<Item = &'static str> {
    std::iter::once("now").chain(echelon_engine::action::Grid::NAMED.iter().map(|(name, _)| *name))
}

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

    /// The n-th argument as a whole number.
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    fn whole(&self, n: usize) -> i32 {
        self.number(n).round() as i32
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
    /// To take back what the sender asked for with this number.
    CancelOwn(i32),
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
    /// Its arguments may be left out.
    pub optional: bool,
    /// Takes an optional number: above 0 (or left out) it fires, 0 does nothing.
    pub button: bool,
    pub when: DefaultWhen,
    pub help: &'static str,
    pub make: fn(&Given) -> Wish,
}

const POSITION: Arg = Arg::Number { unit: "seconds", min: 0.0, max: f64::INFINITY };
const LEVEL: Arg = Arg::Number { unit: "dB", min: Decibels::SILENCE.0 as f64, max: Decibels::MAX.0 as f64 };
const FADER: Arg = Arg::Number { unit: "", min: 0.0, max: 1.0 };

const EQ: Arg = Arg::Number { unit: "dB", min: EqBand::RANGE.start().0 as f64, max: EqBand::RANGE.end().0 as f64 };
const ID: Arg = Arg::Number { unit: "id", min: i32::MIN as f64, max: i32::MAX as f64 };
const SWITCH: Arg = Arg::Number { unit: "", min: 0.0, max: 1.0 };
const COOLDOWN: Arg = Arg::Number { unit: "beats", min: 0.0, max: 256.0 };
const RULE: Arg = Arg::Number { unit: "", min: 0.0, max: 2.0 };

fn eq(band: EqBand, given: &Given) -> Wish {
    Wish::Act(Action::SetEq { deck: given.deck, band, gain: Decibels(given.number_f32(0)) })
}

fn cooldown(kind: ActionKind, given: &Given) -> Wish {
    Wish::Act(Action::Configure { setting: Setting::Cooldown { kind, beats: given.number(0) } })
}

/// Every address that is understood.
pub(super) const TABLE: [Row; 27] = [
    Row {
        path: "/deck/{deck}/play",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from where it stands.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: None }),
    },
    Row {
        path: "/deck/{deck}/play/from",
        args: &[POSITION],
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from a place in its track.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: Some(given.number(0)) }),
    },
    Row {
        path: "/deck/{deck}/stop",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Stops the deck where it is; a deck that waits for its beat no longer waits.",
        make: |given| Wish::Act(Action::StopDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/load",
        args: &[Arg::File],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Puts a file on the deck.",
        make: |given| Wish::Act(Action::LoadDeck { deck: given.deck, path: given.text(0).into() }),
    },
    Row {
        path: "/deck/{deck}/eject",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Takes the track off the deck.",
        make: |given| Wish::Act(Action::EjectDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/seek",
        args: &[POSITION],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the playhead; a playing deck plays on from there.",
        make: |given| Wish::Act(Action::SeekDeck { deck: given.deck, position_secs: given.number(0) }),
    },
    Row {
        path: "/deck/{deck}/gain",
        args: &[LEVEL],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the channel's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetGain { deck: given.deck, gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/eq/{deck}/low",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a shelf below 250 Hz.",
        make: |given| eq(EqBand::Low, given),
    },
    Row {
        path: "/eq/{deck}/mid",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a bell around 800 Hz.",
        make: |given| eq(EqBand::Mid, given),
    },
    Row {
        path: "/eq/{deck}/high",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a shelf above 2500 Hz.",
        make: |given| eq(EqBand::High, given),
    },
    Row {
        path: "/deck/{deck}/echo",
        args: &[FADER],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sends this part of the channel into its echo, which repeats it every three quarters of a beat.",
        make: |given| Wish::Act(Action::SetEcho { deck: given.deck, send: given.number_f32(0) }),
    },
    Row {
        path: "/crossfader",
        args: &[FADER],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the crossfader: 0 is deck A alone, 1 is deck B alone.",
        make: |given| Wish::Act(Action::SetCrossfader { position: given.number_f32(0) }),
    },
    Row {
        path: "/master/gain",
        args: &[LEVEL],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the master's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetMasterGain { gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/deck/{deck}/undo",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Brings back, in phase, what a stop, an eject, a load or a seek took away in the last 8 bars.",
        make: |given| Wish::Act(Action::Undo { deck: Some(given.deck) }),
    },
    Row {
        path: "/undo",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "The same, on the deck or decks where it happened last.",
        make: |_| Wish::Act(Action::Undo { deck: None }),
    },
    Row {
        path: "/deck/{deck}/cancel",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Takes back everything that is pending on the deck.",
        make: |given| Wish::Act(Action::Cancel { pending: Pending::Deck(given.deck) }),
    },
    Row {
        path: "/cancel",
        args: &[ID],
        optional: true,
        button: false,
        when: DefaultWhen::Now,
        help: "Takes back what the sender asked for with this id; without one, everything that is pending.",
        make: |given| match given.values.first() {
            Some(_) => Wish::CancelOwn(given.whole(0)),
            None => Wish::Act(Action::Cancel { pending: Pending::All }),
        },
    },
    Row {
        path: "/panic",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Stops every deck within 10 ms and takes back all that is pending. Nothing can hold it.",
        make: |_| Wish::Act(Action::Panic),
    },
    Row {
        path: "/lock/{deck}",
        args: &[SWITCH],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "1 keeps everyone from the deck, 0 lets them at it again; mixer, cancel and panic pass.",
        make: |given| Wish::Act(Action::SetLock { deck: given.deck, locked: given.number(0) >= 0.5 }),
    },
    Row {
        path: "/safety/cooldown/load",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other track after a load.",
        make: |given| cooldown(ActionKind::Load, given),
    },
    Row {
        path: "/safety/cooldown/cue",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other cue after a cue.",
        make: |given| cooldown(ActionKind::Cue, given),
    },
    Row {
        path: "/safety/cooldown/loop",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other loop after a loop.",
        make: |given| cooldown(ActionKind::Loop, given),
    },
    Row {
        path: "/safety/onair",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "A load, an eject or a needle drop on a deck that is on air: 0 refuses it, 1 stops the deck first, 2 lets it.",
        make: |given| {
            let rule = match given.whole(0) {
                0 => OnAirRule::Refuse,
                1 => OnAirRule::StopFirst,
                _ => OnAirRule::Allow,
            };
            Wish::Act(Action::Configure { setting: Setting::OnAir { rule } })
        },
    },
    Row {
        path: "/clock/stop",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "When the host stops: 0 musical time runs on, 1 it stands still with the decks, 2 the decks stop.",
        make: |given| {
            let policy = match given.whole(0) {
                0 => StopPolicy::FreeRun,
                1 => StopPolicy::Freeze,
                _ => StopPolicy::StopDecks,
            };
            Wish::Act(Action::Configure { setting: Setting::HostStops { policy } })
        },
    },
    Row {
        path: "/clock/jump",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "When the host jumps: 0 the decks come back into phase at the next bar, 1 they jump too, 2 they play on.",
        make: |given| {
            let policy = match given.whole(0) {
                0 => JumpPolicy::RealignAtNextBar,
                1 => JumpPolicy::Jump,
                _ => JumpPolicy::Ignore,
            };
            Wish::Act(Action::Configure { setting: Setting::HostJumps { policy } })
        },
    },
    Row {
        path: "/ping",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/pong`.",
        make: |_| Wish::Ping,
    },
    Row {
        path: "/info",
        args: &[],
        optional: false,
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
            Self::Number { unit: "id", .. } => "i id".to_owned(),
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
        let usage = |arg: &Arg| if self.optional { format!("[{}]", arg.usage()) } else { arg.usage() };
        let mut parts: Vec<String> = self.args.iter().map(usage).collect();
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
- *when*: `\"now\"`, a grid or a number, the song beat (quarter notes from the song's start). Grids are the parts of a \
beat `\"1/32\"`, `\"1/16\"`, `\"1/8\"`, `\"1/4\"`, `\"1/2\"`, their triplets `\"1/16t\"`, `\"1/8t\"`, `\"1/4t\"`, `\"1/2t\"`, \
`\"1t\"`, then `\"beat\"`, `\"2beats\"`, `\"bar\"`, `\"2bars\"`, `\"4bars\"`, `\"8bars\"` and `\"16bars\"`. Words without a slash \
can also end the address: `/deck/a/play/bar`.
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
