//! The rows. Ids and addresses are stable for ever: projects and surfaces hold them.

use super::{KnobRow, SlewClass, Taper, Unit};
use crate::action::ActionKind;
use crate::mixer::crossfader::{CONSTANT_POWER, FIRST_SIDES, SIDES};
use crate::mixer::limiter::FIRST_CEILING_DB;
use crate::mixer::tap::PLACES;
use crate::mixer::{EqBand, fx};
use crate::units::NUM_DECKS;

/// The same on every deck.
const fn every(default: f32) -> [f32; NUM_DECKS] {
    [default; NUM_DECKS]
}

/// What most rows are.
const PLAIN: KnobRow = KnobRow {
    name: "",
    id: "",
    path: "",
    unit: Unit::Part,
    min: 0.0,
    max: 1.0,
    defaults: every(0.0),
    taper: Taper::Linear,
    slew: SlewClass::Free,
    kind: ActionKind::Mixer,
    help: "",
    slide: |_, _, _| None,
};

const fn choice(words: &'static [&'static str], max: f32) -> KnobRow {
    KnobRow { unit: Unit::Choice(words), max, ..PLAIN }
}

const KILL: KnobRow = choice(&["open", "kill"], 1.0);
const SWITCH: KnobRow = choice(&["off", "on"], 1.0);

/// The rows of an effect slot: its number for people, and its place.
macro_rules! slot {
    ($number:literal, $place:literal) => {
        [
            KnobRow {
                name: concat!("FX ", $number),
                id: concat!("fx", $number),
                path: concat!("/deck/{deck}/fx/", $number),
                help: "Chooses the effect of the slot; the one before rings out.",
                slide: |mixer, scheduler, deck| mixer.fx(scheduler, deck, $place).map(|node| node.kind_mut()),
                ..choice(&fx::WORDS, fx::WORDS.len() as f32 - 1.0)
            },
            KnobRow {
                name: concat!("FX ", $number, " Mix"),
                id: concat!("fx", $number, "_mix"),
                path: concat!("/deck/{deck}/fx/", $number, "/mix"),
                defaults: every(0.5),
                slew: SlewClass::Travel,
                help: "How much of the effect is heard: 0 dry, 1 wet alone. At 0 it rings out.",
                slide: |mixer, scheduler, deck| mixer.fx(scheduler, deck, $place).map(|node| node.mix_mut()),
                ..PLAIN
            },
            KnobRow {
                name: concat!("FX ", $number, " Depth"),
                id: concat!("fx", $number, "_depth"),
                path: concat!("/deck/{deck}/fx/", $number, "/depth"),
                defaults: every(0.5),
                help: "Echo: feedback. Reverb: length. Flanger, phaser: how far. Gate: how closed. Crush: fewer samples.",
                slide: |mixer, scheduler, deck| mixer.fx(scheduler, deck, $place).map(|node| node.depth_mut()),
                ..PLAIN
            },
            KnobRow {
                name: concat!("FX ", $number, " Tone"),
                id: concat!("fx", $number, "_tone"),
                path: concat!("/deck/{deck}/fx/", $number, "/tone"),
                defaults: every(0.5),
                help: "Echo, reverb: highs. Flanger, phaser: feedback. Gate: how long it is open. Crush: fewer bits.",
                slide: |mixer, scheduler, deck| mixer.fx(scheduler, deck, $place).map(|node| node.tone_mut()),
                ..PLAIN
            },
            KnobRow {
                name: concat!("FX ", $number, " Time"),
                id: concat!("fx", $number, "_time"),
                path: concat!("/deck/{deck}/fx/", $number, "/time"),
                defaults: every(fx::FIRST_TIME),
                help: "The time that the effect goes by, in beats.",
                slide: |mixer, scheduler, deck| mixer.fx(scheduler, deck, $place).map(|node| node.time_mut()),
                ..choice(&fx::TIMES, fx::TIMES.len() as f32 - 1.0)
            },
        ]
    };
}

/// The controls that each deck has.
pub const DECK_ROWS: [KnobRow; 9 + 5 * fx::NUM_SLOTS] = {
    let ([a, b, c, d, e], [f, g, h, i, j]) = (slot!("1", 0), slot!("2", 1));
    let [k, l, m, n, o, p, q, r, s] = CHANNEL_ROWS;
    [k, l, m, n, o, p, q, r, s, a, b, c, d, e, f, g, h, i, j]
};

const CHANNEL_ROWS: [KnobRow; 9] = [
    KnobRow {
        name: "Fader",
        id: "fader",
        path: "/deck/{deck}/fader",
        defaults: every(1.0),
        slew: SlewClass::Travel,
        help: "Moves the channel fader: 1 is 0 dB, 0.5 is -12 dB, 0 is closed.",
        slide: |mixer, scheduler, deck| mixer.fader(scheduler, deck).map(|node| node.slide_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Auto Gain",
        id: "trim",
        path: "/deck/{deck}/trim",
        unit: Unit::Decibels { least: None },
        min: -24.0,
        max: 24.0,
        slew: SlewClass::Level,
        help: "Sets the gain that brings the track to the others' loudness, faded over a second.",
        slide: |mixer, scheduler, deck| mixer.auto_gain(scheduler, deck).map(|node| node.slide_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Filter",
        id: "filter",
        path: "/deck/{deck}/filter",
        unit: Unit::Bipolar,
        min: -1.0,
        slew: SlewClass::Travel,
        help: "Turns the filter: -1 is a low-pass at 60 Hz, 0 off, 1 a high-pass at 12 kHz.",
        slide: |mixer, scheduler, deck| mixer.filter(scheduler, deck).map(|node| node.position_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Kill Low",
        id: "kill_low",
        path: "/deck/{deck}/kill/low",
        help: "Takes the lows out, below 250 Hz, whatever the EQ says; 0 lets them in again.",
        slide: |mixer, scheduler, deck| mixer.isolator(scheduler, deck).map(|node| node.kill_mut(EqBand::Low)),
        ..KILL
    },
    KnobRow {
        name: "Kill Mid",
        id: "kill_mid",
        path: "/deck/{deck}/kill/mid",
        help: "Takes the mids out, whatever the EQ says; 0 lets them in again.",
        slide: |mixer, scheduler, deck| mixer.isolator(scheduler, deck).map(|node| node.kill_mut(EqBand::Mid)),
        ..KILL
    },
    KnobRow {
        name: "Kill High",
        id: "kill_high",
        path: "/deck/{deck}/kill/high",
        help: "Takes the highs out, above 2500 Hz, whatever the EQ says; 0 lets them in again.",
        slide: |mixer, scheduler, deck| mixer.isolator(scheduler, deck).map(|node| node.kill_mut(EqBand::High)),
        ..KILL
    },
    KnobRow {
        name: "Crossfader Side",
        id: "xfader_side",
        path: "/deck/{deck}/crossfader",
        defaults: FIRST_SIDES,
        help: "Puts the channel on the crossfader's A side, on its B side, or past it.",
        slide: |mixer, scheduler, deck| mixer.crossfader(scheduler).map(|node| node.side_mut(deck)),
        ..choice(&SIDES, 2.0)
    },
    KnobRow {
        name: "Output",
        id: "out",
        path: "/deck/{deck}/out",
        help: "Takes the deck's own output after its fader or before it.",
        slide: |mixer, scheduler, deck| mixer.tap(scheduler, deck).map(|node| node.place_mut()),
        ..choice(&PLACES, 1.0)
    },
    KnobRow {
        name: "PFL",
        id: "pfl",
        path: "/deck/{deck}/pfl",
        help: "Listens to the deck before its fader, on the cue output.",
        slide: |mixer, scheduler, deck| mixer.cue(scheduler).map(|node| node.listen_mut(deck)),
        ..SWITCH
    },
];

/// The controls that there are once. Where each deck has a node for it, each gets it.
pub const MASTER_ROWS: [KnobRow; 8] = [
    KnobRow {
        name: "EQ Model",
        id: super::EQ_MODEL,
        path: "/mixer/eq",
        help: "What the EQ knobs move: shelves and a bell, or an isolator, whose bands are gone at -26 dB.",
        // The processor hands the knobs over.
        ..choice(&["eq", "isolator"], 1.0)
    },
    KnobRow {
        name: "Isolator Slope",
        id: "isolator_slope",
        path: "/mixer/isolator/slope",
        help: "How steep the isolator's and the kills' crossovers are: 24 or 48 dB an octave.",
        slide: |mixer, scheduler, deck| mixer.isolator(scheduler, deck).map(|node| node.steep_mut()),
        ..choice(&["normal", "steep"], 1.0)
    },
    KnobRow {
        name: "Filter Resonance",
        id: "filter_resonance",
        path: "/mixer/filter/resonance",
        defaults: every(0.0),
        help: "How much the filter knobs lift what is at their cutoff: 1 is 12 dB.",
        slide: |mixer, scheduler, deck| mixer.filter(scheduler, deck).map(|node| node.resonance_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Crossfader Curve",
        id: "xfader_curve",
        path: "/crossfader/curve",
        defaults: every(CONSTANT_POWER),
        help: "0 is additive, 0.5 constant power, 1 a fast cut.",
        slide: |mixer, scheduler, _| mixer.crossfader(scheduler).map(|node| node.curve_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Crossfader Reverse",
        id: "xfader_reverse",
        path: "/crossfader/reverse",
        help: "Lets the crossfader's ends change places.",
        slide: |mixer, scheduler, _| mixer.crossfader(scheduler).map(|node| node.reverse_mut()),
        ..SWITCH
    },
    KnobRow {
        name: "Limiter Ceiling",
        id: "limiter",
        path: "/limiter/threshold",
        unit: Unit::Decibels { least: None },
        min: -24.0,
        defaults: every(FIRST_CEILING_DB),
        max: 0.0,
        slew: SlewClass::Level,
        help: "Sets the true peak over which the master never goes.",
        slide: |mixer, scheduler, _| mixer.limiter(scheduler).map(|node| node.ceiling_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Cue Mix",
        id: "cue_mix",
        path: "/cue/mix",
        help: "What the cue output carries: 0 the decks that are listened to, 1 the master.",
        slide: |mixer, scheduler, _| mixer.cue(scheduler).map(|node| node.mix_mut()),
        ..PLAIN
    },
    KnobRow {
        name: "Auto Gain Switch",
        id: "auto_gain",
        path: "/mixer/autogain",
        help: "Brings each track to -14 LUFS once its loudness is known, by the deck's auto gain; a hand's setting stays.",
        // Whoever knows the tracks' loudness looks at it.
        ..SWITCH
    },
];
