//! The ways in: whether each may act, what it may ask for, how often, and when that happens.

use super::super::{Arg, Args, Row};
use super::{SETTING, own, set};
use crate::action::{Grid, Setting};
use crate::safety::Source;

/// The rig's setting, or one of its own.
const OWN_QUANTIZE: [&str; 1 + Grid::CHOICES.len()] = ["rig", "off", "beat", "bar", "2bars", "4bars"];

/// A source's switch, kinds, rate and quantize setting.
macro_rules! source {
    ($source:ident, $name:literal, $path:literal) => {
        [
            Row {
                name: concat!($name, " On"),
                path: concat!("/source/", $path),
                args: Args::one(Arg::SWITCH),
                help: concat!(
                    "Lets ",
                    $name,
                    " act (1), or not (0): then stop, cancel, panic and settings are all it can do."
                ),
                makes: own(|given| set(Setting::SourceOn { source: Source::$source, on: given.is_on(0) })),
                ..SETTING
            },
            Row {
                name: concat!($name, " Kinds"),
                path: concat!("/source/", $path, "/allows"),
                args: Args::one(Arg::Kinds),
                help: concat!("The kinds of action that ", $name, " may ask for; stop, cancel and panic always."),
                makes: own(|given| set(Setting::SourceAllows { source: Source::$source, kinds: given.kinds(0) })),
                ..SETTING
            },
            Row {
                name: concat!($name, " Rate"),
                path: concat!("/source/", $path, "/rate"),
                args: Args::one(Arg::Number { unit: "a second", min: 0.0, max: Setting::MAX_PER_SEC }),
                help: concat!("How many actions ", $name, " may ask for in a second; 0 for no limit."),
                makes: own(|given| set(Setting::SourceRate { source: Source::$source, per_sec: given.number_f32(0) })),
                ..SETTING
            },
            Row {
                name: concat!($name, " Quantize"),
                path: concat!("/source/", $path, "/quantize"),
                args: Args::one(Arg::Pick(&OWN_QUANTIZE)),
                help: concat!(
                    "When a play or a stop of ",
                    $name,
                    " happens that does not say when: by the rig's setting, or its own."
                ),
                makes: own(|given| {
                    let choice = u8::try_from(given.whole(0) - 1).ok();
                    set(Setting::SourceQuantize { source: Source::$source, choice })
                }),
                ..SETTING
            },
        ]
    };
}

/// The switches of the sources.
pub const SOURCES: [[Row; 4]; 5] = [
    source!(Host, "the host", "host"),
    source!(Midi, "MIDI", "midi"),
    source!(Osc, "OSC", "osc"),
    source!(Editor, "the editor", "editor"),
    source!(Bridge, "the bridge", "bridge"),
];
