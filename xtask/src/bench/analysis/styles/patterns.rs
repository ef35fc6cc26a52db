//! What is played: patterns of drums, steps of basses and chords, progressions.

use super::score::Line;
use super::sounds::Drum;

pub const HOUSE: &[Line] = &[
    (Drum::Kick, "x...x...x...x..."),
    (Drum::Clap, "....x.......x..."),
    (Drum::OpenHat, "..x...x...x...x."),
    (Drum::Hat, "o.xo"),
];
pub const TECHNO: &[Line] =
    &[(Drum::Kick, "x...x...x...x..."), (Drum::Hat, "..x...x...x...xo"), (Drum::Rim, "...o..o....o.o..")];
pub const DISCO: &[Line] = &[
    (Drum::Kick, "x...o...x...o..."),
    (Drum::Snare, "....x.......x..."),
    (Drum::OpenHat, "..x."),
    (Drum::Hat, "x.o."),
];
pub const BREAK: &[Line] =
    &[(Drum::Kick, "x.x.......xx...."), (Drum::Snare, "....x..o.o..x..o"), (Drum::Hat, "x.x.x.x.x.x.x.x.")];
pub const AMENISH: &[Line] = &[
    (Drum::Kick, "x.x.......xx....x.x.......xx....x.x.......x.......xx......x....."),
    (Drum::Snare, "....x..o.o..x..o....x..o.o..x..o....x..o.o....x..o..x..o.o....x."),
    (Drum::Ride, "x.x.x.x.x.x.x.x."),
];
pub const TWO_STEP_DNB: &[Line] =
    &[(Drum::Kick, "x.........x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.xox.x.x.xox.xo")];
pub const ROLLING_DNB: &[Line] =
    &[(Drum::Kick, "x.....x...x....."), (Drum::Snare, "....x..o.o..x..."), (Drum::Ride, "x.x.x.x.x.x.x.x.")];
pub const ONE_DROP: &[Line] =
    &[(Drum::Kick, "........x......."), (Drum::Rim, "........x......."), (Drum::Hat, "x.x.xox.x.x.x.xo")];
pub const STEPPERS: &[Line] =
    &[(Drum::Kick, "x...x...x...x..."), (Drum::Rim, "........x......o"), (Drum::Hat, "..x...x.")];
pub const HIP_HOP: &[Line] =
    &[(Drum::Kick, "x......x..x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.x.x.xox.x.x.x.")];
pub const LAZY: &[Line] = &[(Drum::Kick, "x.x....x.x......"), (Drum::Snare, "....x.......x..o"), (Drum::Hat, "x.x.")];
pub const DUBSTEP: &[Line] =
    &[(Drum::Kick, "x.....o.......o."), (Drum::Snare, "........x......."), (Drum::Hat, "x.x.x.x.x.x.x.xo")];
pub const TRAP: &[Line] =
    &[(Drum::Kick, "x.....x...x..x.."), (Drum::Clap, "........x......."), (Drum::Hat, "x.x.x.x.x.x.xxxx")];
pub const GARAGE: &[Line] = &[
    (Drum::Kick, "x.........x....."),
    (Drum::Snare, "....x.......x..."),
    (Drum::Hat, "..x...x...xo..x."),
    (Drum::Rim, "...o...o.o.....o"),
];
pub const ROCK: &[Line] =
    &[(Drum::Kick, "x.......x.x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.o.x.o.x.o.x.o.")];
pub const FAST_ROCK: &[Line] = &[(Drum::Kick, "x...o..."), (Drum::Snare, "..x...x."), (Drum::Ride, "x.x.x.x.")];
pub const FUNK: &[Line] =
    &[(Drum::Kick, "x..x..x...x..x.."), (Drum::Snare, "....x..o.o..x..o"), (Drum::Hat, "xoxoxoxoxoxoxoxo")];
pub const SHUFFLE: &[Line] =
    &[(Drum::Kick, "x.......x......."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.x.x.x.x.x.x.x.")];
pub const JAZZ: &[Line] =
    &[(Drum::Ride, "x...x.x.x...x.x."), (Drum::Hat, "....x.......x..."), (Drum::Kick, "o.......o.....o.")];
pub const DEMBOW: &[Line] = &[(Drum::Kick, "x...x...x...x..."), (Drum::Snare, "...x..x....x..x."), (Drum::Hat, "x.x.")];
pub const ELECTRO: &[Line] =
    &[(Drum::Kick, "x..x..x...x....."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "xoxoxoxo")];
pub const JERSEY: &[Line] = &[(Drum::Kick, "x...x...x..x..x."), (Drum::Clap, "....x.......x..."), (Drum::Hat, "..x.")];
pub const HARDCORE: &[Line] = &[(Drum::Kick, "x...x...x...x..."), (Drum::Hat, "..x.")];
pub const GHOST_KICK: &[Line] = &[(Drum::Kick, "x...x...x...x...")];

pub const I_VI_III_VII: &[usize] = &[0, 5, 2, 6];
pub const I_IV: &[usize] = &[0, 0, 3, 3];
pub const I_ONLY: &[usize] = &[0];
pub const I_VII_VI: &[usize] = &[0, 6, 5, 6];
pub const TWO_FIVE_ONE: &[usize] = &[1, 4, 0, 0];
pub const I_IV_V: &[usize] = &[0, 3, 4, 0];
pub const I_II_IV: &[usize] = &[0, 1, 3, 0];

pub const OFF: &str = "..x...x...x...x.";
pub const ROLL: &str = ".xxx.xxx.xxx.xxx";
pub const EIGHTHS: &str = "x.x.x.x.x.x.x.x.";
