//! What a groove of the second blind set is, and the chords it is played over.

use super::kit::Hit;
use super::tones::Tone;

/// Where the off-beats may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Feels {
    Straight,
    /// The second of two sixteenths comes at such a part of an eighth, from and to.
    Sixteenths(f64, f64),
    /// The second of two eighths comes at such a part of a beat, from and to.
    Eighths(f64, f64),
}

/// How a piece goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For mixing: drums or pads come first, then a break, a build and a drop.
    Club,
    /// Verses and choruses, with fills between and a bridge.
    Song,
    /// A loop that goes round, with a part left out now and then.
    Loop,
}

/// A kind of music. Steps: `X` is an accent, `x` a stroke, `o` a soft one, `g` a ghost, `r` two and `t` three in the time
/// of one. Basses: `1 3 5 7 8` are the note of the chord; `-` holds on. A pattern is as long as one bar or several.
#[derive(Clone, Copy, Debug)]
pub struct Groove {
    pub name: &'static str,
    /// BPM, from and to.
    pub tempi: (f64, f64),
    pub feels: Feels,
    /// Beats of a bar, and steps of a beat.
    pub bar: (usize, usize),
    pub drums: &'static [(Hit, &'static str)],
    pub bass: (Tone, &'static str),
    pub chords: (Tone, &'static str),
    /// The rhythm of a melody, and who plays it.
    pub lead: Option<(Tone, &'static str)>,
    /// Those that fit.
    pub harmony: &'static [Progression],
    pub form: Form,
    /// How exact the hands are, at most.
    pub hands_ms: f64,
    /// How deep kicks duck the rest.
    pub duck: f64,
}

/// What most of them have.
pub const BASE: Groove = Groove {
    name: "",
    tempi: (120.0, 128.0),
    feels: Feels::Straight,
    bar: (4, 4),
    drums: &[],
    bass: (Tone::Sub, "1---------------"),
    chords: (Tone::Warm, "x---------------"),
    lead: None,
    harmony: MINOR,
    form: Form::Club,
    hands_ms: 0.0,
    duck: 0.0,
};

/// Semitones of a chord's root above the tonic, and of its notes above the root.
pub type Chord = (i32, &'static [i32]);
/// Whether it is of a minor key, and a chord for each bar.
pub type Progression = (bool, &'static [Chord]);

const MAJ: &[i32] = &[0, 4, 7];
const MIN: &[i32] = &[0, 3, 7];
const DOM: &[i32] = &[0, 4, 7, 10];
const MAJ7: &[i32] = &[0, 4, 7, 11];
const MIN7: &[i32] = &[0, 3, 7, 10];
const SIX: &[i32] = &[0, 4, 7, 9];
const ADD9: &[i32] = &[0, 4, 7, 14];

/// Of clubs: minor, and the tonic is never in doubt.
pub const MINOR: &[Progression] = &[
    (true, &[(0, MIN), (0, MIN), (8, MAJ), (7, MIN)]),
    (true, &[(0, MIN), (10, MAJ), (5, MIN), (0, MIN)]),
    (true, &[(0, MIN), (3, MAJ), (8, MAJ), (10, MAJ)]),
    (true, &[(0, MIN), (8, MAJ), (5, MIN), (7, MAJ)]),
];
/// One chord, or hardly more.
pub const VAMP: &[Progression] = &[(true, &[(0, MIN)]), (true, &[(0, MIN), (0, MIN), (0, MIN), (7, MIN)])];
pub const BRIGHT: &[Progression] = &[
    (false, &[(0, MAJ), (7, MAJ), (9, MIN), (5, MAJ)]),
    (false, &[(0, MAJ), (5, MAJ), (0, MAJ), (7, MAJ)]),
    (false, &[(0, ADD9), (9, MIN), (5, MAJ), (7, MAJ)]),
    (false, &[(0, MAJ), (4, MIN), (5, MAJ), (7, MAJ)]),
];
pub const SOUL: &[Progression] = &[
    (false, &[(0, MAJ7), (9, MIN7), (2, MIN7), (7, DOM)]),
    (false, &[(0, MAJ7), (5, MAJ7), (0, MAJ7), (7, DOM)]),
    (true, &[(0, MIN7), (5, MIN7), (0, MIN7), (7, DOM)]),
    (true, &[(0, MIN7), (10, MAJ), (8, MAJ7), (7, DOM)]),
];
pub const BLUES: &[Progression] = &[(
    false,
    &[
        (0, DOM),
        (5, DOM),
        (0, DOM),
        (0, DOM),
        (5, DOM),
        (5, DOM),
        (0, DOM),
        (0, DOM),
        (7, DOM),
        (5, DOM),
        (0, DOM),
        (7, DOM),
    ],
)];
pub const SWING: &[Progression] = &[
    (false, &[(0, SIX), (9, DOM), (2, MIN7), (7, DOM)]),
    (false, &[(0, SIX), (0, SIX), (5, SIX), (0, SIX), (2, MIN7), (7, DOM), (0, SIX), (7, DOM)]),
];
pub const LATIN: &[Progression] = &[
    (true, &[(0, MIN), (5, MIN), (7, DOM), (0, MIN)]),
    (true, &[(0, MIN), (10, MAJ), (8, MAJ), (7, DOM)]),
    (false, &[(0, MAJ), (5, MAJ), (7, DOM), (0, MAJ)]),
    (false, &[(0, MAJ), (0, MAJ), (7, DOM), (7, DOM), (7, DOM), (7, DOM), (0, MAJ), (0, MAJ)]),
];
