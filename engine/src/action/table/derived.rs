//! The rows of the gestures' and of the mixer's tables, and all rows in one list.

use super::rows::{MIXER, PLAYING, RIG, SETTINGS, SOURCES};
use super::{Arg, Args, Buttons, Makes, Param, ParamOf, Release, Row, Touch, When};
use crate::action::{GESTURES, Gesture, GestureRow, Takes, Trigger};
use crate::deck::{KEPT_BEATS, LOOP_BEATS, NUM_HOT_CUES};
use crate::message::Snapshot;
use crate::mixer::{DECK_ROWS, KnobRow, MASTER_ROWS, Scale, Taper, Unit};
use crate::units::DeckId;

/// Rows of a source.
const OF_SOURCE: usize = SOURCES[0].len();
const OWN: [&[Row]; 4] = [&PLAYING, &MIXER, &RIG, &SETTINGS];
const NUM: usize = PLAYING.len()
    + MIXER.len()
    + RIG.len()
    + SETTINGS.len()
    + OF_SOURCE * SOURCES.len()
    + GESTURES.len()
    + DECK_ROWS.len()
    + MASTER_ROWS.len();

/// Every row. Made by the compiler: reading it neither waits nor allocates.
pub(super) static CATALOG: [Row; NUM] = all();

const fn all() -> [Row; NUM] {
    let mut rows = [Row::PLAIN; NUM];
    let (mut n, mut i, mut part) = (0, 0, 0);
    while part < OWN.len() {
        while i < OWN[part].len() {
            rows[n] = OWN[part][i];
            (n, i) = (n + 1, i + 1);
        }
        (part, i) = (part + 1, 0);
    }
    while i < GESTURES.len() {
        rows[n] = of_gesture(&GESTURES[i]);
        (n, i) = (n + 1, i + 1);
    }
    i = 0;
    while i < DECK_ROWS.len() {
        rows[n] = of_knob(&DECK_ROWS[i], true, i);
        (n, i) = (n + 1, i + 1);
    }
    i = 0;
    while i < MASTER_ROWS.len() {
        rows[n] = of_knob(&MASTER_ROWS[i], false, i);
        (n, i) = (n + 1, i + 1);
    }
    i = 0;
    while i < OF_SOURCE * SOURCES.len() {
        rows[n] = SOURCES[i / OF_SOURCE][i % OF_SOURCE];
        (n, i) = (n + 1, i + 1);
    }
    rows
}

const fn of_knob(knob: &KnobRow, of_deck: bool, row: usize) -> Row {
    let arg = match knob.unit {
        Unit::Choice(words) => Arg::Pick(words),
        Unit::Decibels { .. } => arg_of("dB", knob),
        Unit::Beats => Arg::Number { unit: "beats", min: *LOOP_BEATS.start(), max: *LOOP_BEATS.end() },
        Unit::Milliseconds => arg_of("ms", knob),
        Unit::Number(unit) => arg_of(unit, knob),
        Unit::Part | Unit::Bipolar | Unit::Speed => arg_of("", knob),
    };
    Row {
        name: knob.name,
        path: knob.path,
        args: Args::one(arg),
        class: knob.kind,
        touch: Touch::Turn(knob.scale()),
        help: knob.help,
        makes: Makes::Knob { of_deck, row },
        ..Row::PLAIN
    }
}

const fn arg_of(unit: &'static str, knob: &KnobRow) -> Arg {
    Arg::Number { unit, min: knob.min as f64, max: knob.max as f64 }
}

const fn of_gesture(row: &GestureRow) -> Row {
    let args = match row.takes {
        Takes::Nothing => Args::NONE,
        Takes::Switch => Args::one(Arg::SWITCH),
        Takes::HotCue => Args::one(Arg::Index { what: "hot cue", last: NUM_HOT_CUES }),
        Takes::Number { unit, min, max } => Args::one(Arg::Number { unit, min, max }),
    };
    Row {
        name: row.title,
        path: row.path,
        args,
        optional: matches!(row.takes, Takes::Switch),
        button: matches!(row.takes, Takes::Nothing),
        when: if row.on_beat { When::Beat } else { When::Now },
        class: row.kind,
        params: params_of(row.gesture),
        touch: touch_of(row),
        buttons: buttons_of(row.gesture),
        help: row.help,
        shows: shows_of(row.gesture),
        makes: Makes::Gesture(row.gesture),
        ..Row::PLAIN
    }
}

const HOT_CUES: [f64; NUM_HOT_CUES] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
const JUMPS: [f64; 14] = [-32.0, -16.0, -8.0, -4.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
const PUSHES: [f64; 4] = [-4.0, -2.0, 2.0, 4.0];

/// Buttons of gestures that take a number.
const fn buttons_of(gesture: Gesture) -> Option<Buttons> {
    let (values, release): (&'static [f64], Release) = match gesture {
        Gesture::HotCue => (&HOT_CUES, Release::Gesture(Gesture::HotCueRelease)),
        Gesture::HotCueSet | Gesture::HotCueClear => (&HOT_CUES, Release::Nothing),
        Gesture::BeatLoop => (&KEPT_BEATS, Release::Nothing),
        Gesture::LoopRoll => (&KEPT_BEATS, Release::Gesture(Gesture::LoopRollEnd)),
        Gesture::BeatJump | Gesture::LoopMove => (&JUMPS, Release::Nothing),
        Gesture::Nudge => (&PUSHES, Release::Value(0.0)),
        _ => return None,
    };
    Some(Buttons { values, release })
}

#[expect(clippy::cast_possible_truncation, reason = "ranges are small whole numbers")]
const fn touch_of(row: &GestureRow) -> Touch {
    match (row.gesture, row.takes) {
        (Gesture::Cue | Gesture::RollOn, _) => Touch::Hold,
        (Gesture::LoopLength | Gesture::JumpSize, _) => Touch::Turn(BEATS),
        // By its parameter: as long as the length says, or out of the loop.
        (Gesture::BeatLoop, _) => Touch::Switch,
        (_, Takes::Nothing) => Touch::Press,
        (_, Takes::Switch) => Touch::Switch,
        (Gesture::Rate, _) => Touch::Turn(RATE),
        (Gesture::Nudge | Gesture::Scratch | Gesture::KeyShift, Takes::Number { unit, min, max }) => {
            let (min, max) = (min as f32, max as f32);
            Touch::Turn(Scale { unit: Unit::Number(unit), min, max, taper: Taper::Linear })
        }
        _ => Touch::No,
    }
}

/// The track's own speed in the middle of the travel.
#[expect(clippy::cast_possible_truncation, reason = "0.5 to 2")]
const RATE: Scale = {
    let (min, max) = (*crate::deck::RATES.start() as f32, *crate::deck::RATES.end() as f32);
    Scale { unit: Unit::Speed, min, max, taper: Taper::Middle(1.0) }
};

const fn switch(trigger: Trigger, id: &'static str, name: &'static str, words: &'static [&'static str; 2]) -> Param {
    Param { id, name, scale: Scale::switch(words), default: 0.0, is_switch: true, of: ParamOf::Trigger(trigger) }
}

const HELD: &[&str; 2] = &["up", "held"];
const ON: &[&str; 2] = &["off", "on"];

const fn params_of(gesture: Gesture) -> &'static [Param] {
    match gesture {
        Gesture::Cue => const { &[switch(Trigger::Cue, "cue", "Cue", HELD)] },
        Gesture::HotCue => {
            const {
                &[
                    switch(Trigger::HotCue(1), "hotcue1", "Hot Cue 1", HELD),
                    switch(Trigger::HotCue(2), "hotcue2", "Hot Cue 2", HELD),
                    switch(Trigger::HotCue(3), "hotcue3", "Hot Cue 3", HELD),
                    switch(Trigger::HotCue(4), "hotcue4", "Hot Cue 4", HELD),
                    switch(Trigger::HotCue(5), "hotcue5", "Hot Cue 5", HELD),
                    switch(Trigger::HotCue(6), "hotcue6", "Hot Cue 6", HELD),
                    switch(Trigger::HotCue(7), "hotcue7", "Hot Cue 7", HELD),
                    switch(Trigger::HotCue(8), "hotcue8", "Hot Cue 8", HELD),
                ]
            }
        }
        Gesture::BeatLoop => const { &[switch(Trigger::Loop, "loop", "Loop", ON)] },
        Gesture::Sync => const { &[switch(Trigger::Sync, "sync", "Sync", ON)] },
        Gesture::Slip => const { &[switch(Trigger::Slip, "slip", "Slip", ON)] },
        Gesture::Reverse => const { &[switch(Trigger::Reverse, "reverse", "Reverse", ON)] },
        Gesture::Snap => const { &[Param { default: 1.0, ..switch(Trigger::Snap, "snap", "Snap", ON) }] },
        Gesture::KeyLock => const { &[switch(Trigger::KeyLock, "keylock", "Key Lock", ON)] },
        Gesture::LoopIn => const { &[switch(Trigger::LoopIn, "loop_in", "Loop In", HELD)] },
        Gesture::LoopOut => const { &[switch(Trigger::LoopOut, "loop_out", "Loop Out", HELD)] },
        Gesture::Reloop => const { &[switch(Trigger::Reloop, "reloop", "Reloop or Exit", HELD)] },
        Gesture::LoopHalve => const { &[switch(Trigger::LoopHalve, "loop_halve", "Loop Halve", HELD)] },
        Gesture::LoopDouble => const { &[switch(Trigger::LoopDouble, "loop_double", "Loop Double", HELD)] },
        Gesture::RollOn => const { &[switch(Trigger::Roll, "roll", "Loop Roll", HELD)] },
        Gesture::JumpBack => const { &[switch(Trigger::JumpBack, "jump_back", "Jump Back", HELD)] },
        Gesture::JumpOn => const { &[switch(Trigger::JumpOn, "jump_on", "Jump On", HELD)] },
        Gesture::LoopLength => const { &[number("loop_length", "Loop Length", BEATS, 7.0, ParamOf::LoopLength)] },
        Gesture::JumpSize => const { &[number("jump_size", "Jump Size", BEATS, 7.0, ParamOf::JumpSize)] },
        Gesture::Nudge => const { &[number("nudge", "Nudge", PUSH, 0.0, ParamOf::Nudge)] },
        Gesture::Rate => {
            &[Param { id: "rate", name: "Rate", scale: RATE, default: 1.0, is_switch: false, of: ParamOf::Rate }]
        }
        Gesture::KeyShift => {
            const {
                &[Param {
                    id: "key_shift",
                    name: "Key Shift",
                    scale: SEMITONES,
                    default: 0.0,
                    is_switch: false,
                    of: ParamOf::KeyShift,
                }]
            }
        }
        _ => &[],
    }
}

const fn number(id: &'static str, name: &'static str, scale: Scale, default: f32, of: ParamOf) -> Param {
    Param { id, name, scale, default, is_switch: false, of }
}

/// A place among [`KEPT_BEATS`].
const BEATS: Scale = Scale { unit: Unit::Beats, min: 0.0, max: KEPT_BEATS.len() as f32 - 1.0, taper: Taper::Linear };

/// As far as a hand pushes a record.
const PUSH: Scale = Scale { unit: Unit::Number("%"), min: -8.0, max: 8.0, taper: Taper::Linear };

/// An octave down and up.
const SEMITONES: Scale = Scale { unit: Unit::Number("semitones"), min: -12.0, max: 12.0, taper: Taper::Linear };

type Shows = fn(&Snapshot, DeckId) -> f64;

const fn shows_of(gesture: Gesture) -> Option<Shows> {
    let shows: Shows = match gesture {
        Gesture::BeatLoop => |snapshot, deck| loop_beats(snapshot, deck),
        Gesture::Sync => |snapshot, deck| on(snapshot.decks[deck.index()].motion.sync),
        Gesture::Rate => |snapshot, deck| snapshot.decks[deck.index()].motion.rate,
        Gesture::Reverse => |snapshot, deck| on(snapshot.decks[deck.index()].motion.reverse),
        Gesture::Slip => |snapshot, deck| on(snapshot.decks[deck.index()].motion.slip),
        Gesture::Snap => |snapshot, deck| on(snapshot.decks[deck.index()].motion.snap),
        Gesture::KeyLock => |snapshot, deck| on(snapshot.decks[deck.index()].motion.key_lock),
        Gesture::KeyShift => |snapshot, deck| snapshot.decks[deck.index()].motion.key_shift,
        Gesture::LoopLength => |snapshot, deck| snapshot.decks[deck.index()].motion.loop_beats,
        Gesture::JumpSize => |snapshot, deck| snapshot.decks[deck.index()].motion.jump_beats,
        _ => return None,
    };
    Some(shows)
}

fn on(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// The length of the loop that holds the deck; 0 when none does, and without known beats 1.
pub(super) fn loop_beats(snapshot: &Snapshot, deck: DeckId) -> f64 {
    let motion = &snapshot.decks[deck.index()].motion;
    match (motion.looping, motion.loop_secs, motion.track_bpm) {
        (false, ..) | (_, None, _) => 0.0,
        (true, Some(_), None) => 1.0,
        // To a 64th of a beat, as loops are: the seconds carry rounding.
        (true, Some([start, end]), Some(bpm)) => ((end - start) * bpm / 60.0 * 64.0).round() / 64.0,
    }
}
