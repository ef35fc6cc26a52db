//! What is played: patterns, and the songs that are made of them.

use super::sounds::{Drum, Timbre};

/// A drum and its steps of a sixteenth: `x` is loud, `o` is soft; shorter patterns repeat.
pub type Line = (Drum, &'static str);

/// Which layers the first bars have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intro {
    /// All of them.
    None,
    /// So many bars of chords and little else.
    Chords(u32),
    /// So many bars of quiet hats.
    Hats(u32),
    /// So many bars of kicks.
    Kicks(u32),
}

/// Where the off-beats are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Feel {
    Straight,
    /// The second of two sixteenths is at this part of an eighth.
    Swing16(f64),
    /// The second of two eighths is at this part of a beat.
    Swing8(f64),
}

/// A track whose truth is known because it is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub name: &'static str,
    pub bpm: f64,
    pub feel: Feel,
    pub drums: &'static [Line],
    /// Steps of the bass; it plays the root.
    pub bass: &'static str,
    pub bass_timbre: Timbre,
    /// Steps of the chords; `-` holds on.
    pub chords: &'static str,
    pub chord_timbre: Timbre,
    /// Steps of a run of notes through the chord; empty for none.
    pub run: &'static str,
    /// Semitones above C, and whether it is minor.
    pub key: (i32, bool),
    /// A degree of the scale for each bar.
    pub progression: &'static [usize],
    pub intro: Intro,
    /// When the first bar begins.
    pub first_secs: f64,
    /// How exact the hands are.
    pub hands_ms: f64,
    /// How deep the kick ducks the rest, 0..1.
    pub duck: f64,
    /// Whether the kick is heard.
    pub kick_heard: bool,
    /// The tempo at a beat, of the tempo.
    pub curve: Option<fn(f64) -> f64>,
}

const HOUSE: &[Line] = &[
    (Drum::Kick, "x...x...x...x..."),
    (Drum::Clap, "....x.......x..."),
    (Drum::OpenHat, "..x...x...x...x."),
    (Drum::Hat, "o.xo"),
];
const TECHNO: &[Line] =
    &[(Drum::Kick, "x...x...x...x..."), (Drum::Hat, "..x...x...x...xo"), (Drum::Rim, "...o..o....o.o..")];
const DISCO: &[Line] = &[
    (Drum::Kick, "x...o...x...o..."),
    (Drum::Snare, "....x.......x..."),
    (Drum::OpenHat, "..x."),
    (Drum::Hat, "x.o."),
];
const BREAK: &[Line] =
    &[(Drum::Kick, "x.x.......xx...."), (Drum::Snare, "....x..o.o..x..o"), (Drum::Hat, "x.x.x.x.x.x.x.x.")];
const AMENISH: &[Line] = &[
    (Drum::Kick, "x.x.......xx....x.x.......xx....x.x.......x.......xx......x....."),
    (Drum::Snare, "....x..o.o..x..o....x..o.o..x..o....x..o.o....x..o..x..o.o....x."),
    (Drum::Ride, "x.x.x.x.x.x.x.x."),
];
const TWO_STEP_DNB: &[Line] =
    &[(Drum::Kick, "x.........x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.xox.x.x.xox.xo")];
const ROLLING_DNB: &[Line] =
    &[(Drum::Kick, "x.....x...x....."), (Drum::Snare, "....x..o.o..x..."), (Drum::Ride, "x.x.x.x.x.x.x.x.")];
const ONE_DROP: &[Line] =
    &[(Drum::Kick, "........x......."), (Drum::Rim, "........x......."), (Drum::Hat, "x.x.xox.x.x.x.xo")];
const STEPPERS: &[Line] = &[(Drum::Kick, "x...x...x...x..."), (Drum::Rim, "........x......o"), (Drum::Hat, "..x...x.")];
const HIP_HOP: &[Line] =
    &[(Drum::Kick, "x......x..x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.x.x.xox.x.x.x.")];
const LAZY: &[Line] = &[(Drum::Kick, "x.x....x.x......"), (Drum::Snare, "....x.......x..o"), (Drum::Hat, "x.x.")];
const DUBSTEP: &[Line] =
    &[(Drum::Kick, "x.....o.......o."), (Drum::Snare, "........x......."), (Drum::Hat, "x.x.x.x.x.x.x.xo")];
const TRAP: &[Line] =
    &[(Drum::Kick, "x.....x...x..x.."), (Drum::Clap, "........x......."), (Drum::Hat, "x.x.x.x.x.x.xxxx")];
const GARAGE: &[Line] = &[
    (Drum::Kick, "x.........x....."),
    (Drum::Snare, "....x.......x..."),
    (Drum::Hat, "..x...x...xo..x."),
    (Drum::Rim, "...o...o.o.....o"),
];
const ROCK: &[Line] =
    &[(Drum::Kick, "x.......x.x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.o.x.o.x.o.x.o.")];
const FAST_ROCK: &[Line] = &[(Drum::Kick, "x...o..."), (Drum::Snare, "..x...x."), (Drum::Ride, "x.x.x.x.")];
const FUNK: &[Line] =
    &[(Drum::Kick, "x..x..x...x..x.."), (Drum::Snare, "....x..o.o..x..o"), (Drum::Hat, "xoxoxoxoxoxoxoxo")];
const SHUFFLE: &[Line] =
    &[(Drum::Kick, "x.......x......."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.x.x.x.x.x.x.x.")];
const JAZZ: &[Line] =
    &[(Drum::Ride, "x...x.x.x...x.x."), (Drum::Hat, "....x.......x..."), (Drum::Kick, "o.......o.....o.")];
const DEMBOW: &[Line] = &[(Drum::Kick, "x...x...x...x..."), (Drum::Snare, "...x..x....x..x."), (Drum::Hat, "x.x.")];
const ELECTRO: &[Line] =
    &[(Drum::Kick, "x..x..x...x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "xoxoxoxo")];
const JERSEY: &[Line] = &[(Drum::Kick, "x...x...x..x..x."), (Drum::Clap, "....x.......x..."), (Drum::Hat, "..x.")];
const HARDCORE: &[Line] = &[(Drum::Kick, "x...x...x...x..."), (Drum::Hat, "..x.")];
const GHOST_KICK: &[Line] = &[(Drum::Kick, "x...x...x...x...")];

/// What most of them have.
const BASE: Style = Style {
    name: "",
    bpm: 120.0,
    feel: Feel::Straight,
    drums: HOUSE,
    bass: "x...x...x...x...",
    bass_timbre: Timbre::Pluck,
    chords: "x---------------",
    chord_timbre: Timbre::Pad,
    run: "",
    key: (0, false),
    progression: &[0, 4, 5, 3],
    intro: Intro::None,
    first_secs: 0.0,
    hands_ms: 0.0,
    duck: 0.0,
    kick_heard: true,
    curve: None,
};

const I_VI_III_VII: &[usize] = &[0, 5, 2, 6];
const I_IV: &[usize] = &[0, 0, 3, 3];
const I_ONLY: &[usize] = &[0];
const I_VII_VI: &[usize] = &[0, 6, 5, 6];
const TWO_FIVE_ONE: &[usize] = &[1, 4, 0, 0];
const I_IV_V: &[usize] = &[0, 3, 4, 0];
const I_II_IV: &[usize] = &[0, 1, 3, 0];

const OFF: &str = "..x...x...x...x.";
const ROLL: &str = ".xxx.xxx.xxx.xxx";
const EIGHTHS: &str = "x.x.x.x.x.x.x.x.";

/// All that are steady or swung.
pub const STYLES: &[Style] = &[
    Style { name: "house_124", bpm: 124.0, key: (9, true), progression: I_VI_III_VII, duck: 0.6, bass: OFF, ..BASE },
    Style {
        name: "house_127.3",
        bpm: 127.3,
        key: (5, true),
        progression: I_VII_VI,
        intro: Intro::Kicks(8),
        chords: "x..x..x.........",
        chord_timbre: Timbre::Stab,
        bass: "..x..x..x.x...x.",
        ..BASE
    },
    Style {
        name: "swung_house_122.7",
        bpm: 122.7,
        feel: Feel::Swing16(0.6),
        key: (7, true),
        progression: I_IV,
        chords: "..x..x....x.....",
        chord_timbre: Timbre::Keys,
        bass: "x..x....x..x..x.",
        first_secs: 0.31,
        ..BASE
    },
    Style {
        name: "disco_118.2",
        bpm: 118.2,
        drums: DISCO,
        key: (2, true),
        progression: I_VI_III_VII,
        bass: "x.xxx.x.x.xxx.x.",
        chords: "..x...x...x.x...",
        chord_timbre: Timbre::Keys,
        hands_ms: 4.0,
        ..BASE
    },
    Style {
        name: "techno_135.4",
        bpm: 135.4,
        drums: TECHNO,
        key: (10, true),
        progression: I_ONLY,
        bass: ROLL,
        bass_timbre: Timbre::Sub,
        chords: "...x..x.........",
        chord_timbre: Timbre::Stab,
        intro: Intro::Kicks(16),
        first_secs: 0.05,
        ..BASE
    },
    Style {
        name: "trance_138_quiet_intro",
        bpm: 138.0,
        key: (6, true),
        progression: &[0, 5, 6, 4],
        bass: OFF,
        duck: 0.7,
        run: "xxxx",
        intro: Intro::Chords(16),
        ..BASE
    },
    Style {
        name: "psy_145",
        bpm: 145.0,
        drums: TECHNO,
        key: (4, true),
        progression: I_ONLY,
        bass: ROLL,
        chords: "",
        run: "x..x..x.x..x.x..",
        intro: Intro::Hats(4),
        ..BASE
    },
    Style {
        name: "offbeat_bass_130",
        bpm: 130.0,
        drums: GHOST_KICK,
        key: (11, true),
        progression: I_VII_VI,
        bass: OFF,
        bass_timbre: Timbre::Pluck,
        duck: 0.5,
        chords: "x---------------",
        intro: Intro::Chords(4),
        ..BASE
    },
    Style {
        name: "sidechained_pads_120",
        bpm: 120.0,
        drums: GHOST_KICK,
        kick_heard: false,
        key: (5, false),
        duck: 0.9,
        bass: "x---------------",
        bass_timbre: Timbre::Pad,
        ..BASE
    },
    Style {
        name: "breakbeat_130.6",
        bpm: 130.6,
        drums: BREAK,
        key: (0, true),
        progression: I_VI_III_VII,
        bass: "x..x......x.....",
        bass_timbre: Timbre::Sub,
        chords: "x-------....x...",
        chord_timbre: Timbre::Stab,
        ..BASE
    },
    Style {
        name: "breakbeat_112.65",
        bpm: 112.65,
        drums: BREAK,
        feel: Feel::Swing16(0.56),
        key: (3, false),
        progression: I_II_IV,
        bass: "x.....x...x.....",
        hands_ms: 5.0,
        first_secs: 1.27,
        ..BASE
    },
    Style {
        name: "dnb_174",
        bpm: 174.0,
        drums: TWO_STEP_DNB,
        key: (5, true),
        progression: I_VI_III_VII,
        bass: "x-----....x-----",
        bass_timbre: Timbre::Sub,
        intro: Intro::Chords(8),
        ..BASE
    },
    Style {
        name: "dnb_172.5_rolling",
        bpm: 172.5,
        drums: ROLLING_DNB,
        key: (8, true),
        progression: I_ONLY,
        bass: "x--x--x-..x-x-..",
        bass_timbre: Timbre::Pluck,
        chords: "x---------------................",
        intro: Intro::Hats(8),
        ..BASE
    },
    Style {
        name: "jungle_166",
        bpm: 166.0,
        drums: AMENISH,
        key: (1, true),
        progression: I_IV,
        bass: "x-------..x-----",
        bass_timbre: Timbre::Sub,
        hands_ms: 3.0,
        ..BASE
    },
    Style {
        name: "dub_70",
        bpm: 70.0,
        drums: ONE_DROP,
        key: (4, true),
        progression: I_IV,
        bass: "x.x...x.x...x...",
        bass_timbre: Timbre::Sub,
        chords: "..x...x...x...x.",
        chord_timbre: Timbre::Stab,
        ..BASE
    },
    Style {
        name: "reggae_72.4",
        bpm: 72.4,
        drums: ONE_DROP,
        feel: Feel::Swing16(0.6),
        key: (7, false),
        progression: &[0, 3, 0, 4],
        bass: "x..xx...x.x.x...",
        bass_timbre: Timbre::Sub,
        chords: "..x...x...x...x.",
        chord_timbre: Timbre::Keys,
        hands_ms: 5.0,
        first_secs: 0.4,
        ..BASE
    },
    Style {
        name: "steppers_dub_136",
        bpm: 136.0,
        drums: STEPPERS,
        key: (2, true),
        progression: I_VII_VI,
        bass: "x...x.x...x.x...",
        bass_timbre: Timbre::Sub,
        chords: "....x.......x...",
        chord_timbre: Timbre::Stab,
        ..BASE
    },
    Style {
        name: "hip_hop_90",
        bpm: 90.0,
        drums: HIP_HOP,
        feel: Feel::Swing16(0.58),
        key: (6, true),
        progression: I_IV,
        bass: "x......x..x.....",
        bass_timbre: Timbre::Sub,
        chords: "x-----..x-......",
        chord_timbre: Timbre::Keys,
        ..BASE
    },
    Style {
        name: "hip_hop_84.7",
        bpm: 84.7,
        drums: LAZY,
        feel: Feel::Swing16(0.62),
        key: (10, true),
        progression: I_VI_III_VII,
        bass: "x.x....x........",
        chords: "x-------x-------",
        chord_timbre: Timbre::Keys,
        hands_ms: 6.0,
        first_secs: 0.77,
        ..BASE
    },
    Style {
        name: "hip_hop_96.5",
        bpm: 96.5,
        drums: HIP_HOP,
        key: (3, true),
        progression: I_ONLY,
        bass: "x..x..x.....x...",
        run: "x..x..x.x..x..x.",
        intro: Intro::Chords(4),
        ..BASE
    },
    Style {
        name: "dubstep_140",
        bpm: 140.0,
        drums: DUBSTEP,
        key: (5, true),
        progression: I_VII_VI,
        bass: "x--x--x-x--x--x-",
        bass_timbre: Timbre::Square,
        intro: Intro::Chords(8),
        ..BASE
    },
    Style {
        name: "trap_146",
        bpm: 146.0,
        drums: TRAP,
        key: (1, true),
        progression: I_VI_III_VII,
        bass: "x-----x---x--x--",
        bass_timbre: Timbre::Sub,
        run: "x.x.x.x.",
        ..BASE
    },
    Style {
        name: "garage_132",
        bpm: 132.0,
        drums: GARAGE,
        feel: Feel::Swing16(0.62),
        key: (9, true),
        progression: TWO_FIVE_ONE,
        bass: "x..x....x.x..x..",
        bass_timbre: Timbre::Sub,
        chords: "...x--....x--...",
        chord_timbre: Timbre::Keys,
        ..BASE
    },
    Style {
        name: "rock_105",
        bpm: 105.0,
        drums: ROCK,
        key: (4, false),
        progression: I_IV_V,
        bass: EIGHTHS,
        chords: "x---x---x---x-x-",
        chord_timbre: Timbre::Square,
        hands_ms: 7.0,
        ..BASE
    },
    Style {
        name: "fast_rock_182",
        bpm: 182.0,
        drums: FAST_ROCK,
        key: (2, false),
        progression: I_IV_V,
        bass: EIGHTHS,
        chords: "x-x-x-x-x-x-x-x-",
        chord_timbre: Timbre::Square,
        hands_ms: 5.0,
        ..BASE
    },
    Style {
        name: "funk_101.8",
        bpm: 101.8,
        drums: FUNK,
        key: (7, true),
        progression: I_ONLY,
        bass: "x..x..x.....x.xx",
        chords: "..x..x..x...x...",
        chord_timbre: Timbre::Keys,
        hands_ms: 5.0,
        first_secs: 0.15,
        ..BASE
    },
    Style {
        name: "shuffle_92",
        bpm: 92.0,
        drums: SHUFFLE,
        feel: Feel::Swing8(0.667),
        key: (9, false),
        progression: I_IV_V,
        bass: EIGHTHS,
        chords: "x.....x.x.....x.",
        chord_timbre: Timbre::Keys,
        hands_ms: 4.0,
        ..BASE
    },
    Style {
        name: "shuffle_129",
        bpm: 129.0,
        drums: SHUFFLE,
        feel: Feel::Swing8(0.66),
        key: (11, false),
        progression: I_IV_V,
        bass: "x...x...x...x...",
        chords: "....x.......x...",
        chord_timbre: Timbre::Stab,
        first_secs: 0.22,
        ..BASE
    },
    Style {
        name: "jazz_160",
        bpm: 160.0,
        drums: JAZZ,
        feel: Feel::Swing8(0.64),
        key: (10, false),
        progression: TWO_FIVE_ONE,
        bass: "x...x...x...x...",
        chords: "x.....x-....x...",
        chord_timbre: Timbre::Keys,
        hands_ms: 6.0,
        ..BASE
    },
    Style {
        name: "dembow_94",
        bpm: 94.0,
        drums: DEMBOW,
        key: (11, true),
        progression: I_VI_III_VII,
        bass: "x..x..x.x..x..x.",
        bass_timbre: Timbre::Sub,
        ..BASE
    },
    Style {
        name: "electro_128.5",
        bpm: 128.5,
        drums: ELECTRO,
        key: (8, true),
        progression: I_ONLY,
        bass: "x.xx.x..x.xx.x..",
        bass_timbre: Timbre::Square,
        chords: "",
        run: "x...",
        first_secs: 0.6,
        ..BASE
    },
    Style {
        name: "jersey_134",
        bpm: 134.0,
        drums: JERSEY,
        key: (0, false),
        bass: "x...x...x..x..x.",
        bass_timbre: Timbre::Sub,
        chords: "x--x--x---------",
        chord_timbre: Timbre::Keys,
        ..BASE
    },
    Style {
        name: "hardcore_178",
        bpm: 178.0,
        drums: HARDCORE,
        key: (6, false),
        bass: OFF,
        run: "x.x.",
        chord_timbre: Timbre::Stab,
        chords: "x...x...x...x...",
        ..BASE
    },
    Style {
        name: "game_150",
        bpm: 150.0,
        drums: ROCK,
        key: (8, false),
        progression: I_II_IV,
        bass: EIGHTHS,
        bass_timbre: Timbre::Square,
        chords: "",
        run: "xxxx",
        ..BASE
    },
    Style {
        name: "arpeggio_108",
        bpm: 108.0,
        drums: &[],
        key: (1, false),
        bass: "x---------------",
        bass_timbre: Timbre::Sub,
        run: "xxxx",
        chords: "",
        ..BASE
    },
    Style {
        name: "ballad_66",
        bpm: 66.0,
        drums: ROCK,
        key: (5, false),
        progression: I_IV_V,
        bass: "x-------x-x-----",
        chords: "x---x---x---x---",
        chord_timbre: Timbre::Keys,
        hands_ms: 5.0,
        first_secs: 0.9,
        ..BASE
    },
];

/// Tracks whose tempo moves: people, tape, and a change for the next piece.
pub const MOVING: &[Style] = &[
    Style {
        name: "moving_funk",
        bpm: 103.0,
        drums: FUNK,
        key: (7, true),
        progression: I_ONLY,
        bass: "x..x..x.....x.xx",
        chords: "..x..x..x...x...",
        chord_timbre: Timbre::Keys,
        hands_ms: 4.0,
        curve: Some(|beat| 1.0 + 0.012 * (beat / 19.0).sin() + 0.008 * (beat / 7.3).sin()),
        ..BASE
    },
    Style {
        name: "moving_rock",
        bpm: 118.0,
        drums: ROCK,
        key: (4, false),
        progression: I_IV_V,
        bass: EIGHTHS,
        hands_ms: 5.0,
        curve: Some(|beat| 1.0 + 0.000_5 * beat),
        ..BASE
    },
    Style {
        name: "moving_tape",
        bpm: 126.0,
        key: (9, true),
        curve: Some(|beat| 1.0 + 0.004 * (beat / 14.0).sin()),
        ..BASE
    },
    Style {
        name: "moving_disco",
        bpm: 117.0,
        drums: DISCO,
        key: (2, true),
        hands_ms: 3.0,
        curve: Some(|beat| 1.0 - 0.02 * (beat / 45.0).sin()),
        ..BASE
    },
    Style {
        name: "moving_step",
        bpm: 124.0,
        key: (2, true),
        curve: Some(|beat| if beat < 64.0 { 1.0 } else { 1.032 }),
        ..BASE
    },
    Style {
        name: "moving_dub",
        bpm: 74.0,
        drums: ONE_DROP,
        key: (4, true),
        progression: I_IV,
        bass: "x.x...x.x...x...",
        bass_timbre: Timbre::Sub,
        chords: "..x...x...x...x.",
        chord_timbre: Timbre::Stab,
        hands_ms: 3.0,
        curve: Some(|beat| 1.0 + 0.01 * (beat / 11.0).sin()),
        ..BASE
    },
];
