//! What is struck and when: grooves of many kinds, with the tempi and the feel that they are played at.

use super::super::score::Line;
use super::super::sounds::Drum::{Clap, Hat, Kick, OpenHat, Ride, Rim, Snare};

/// Where the off-beats may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feels {
    /// Even.
    Straight,
    /// Even or swung sixteenths.
    Sixteenths,
    /// Swung eighths.
    Eighths,
}

/// A kind of music.
pub struct Groove {
    pub name: &'static str,
    /// BPM, from and to.
    pub tempi: (f64, f64),
    pub feels: Feels,
    pub drums: &'static [Line],
    pub bass: &'static [&'static str],
    pub chords: &'static [&'static str],
    /// Played by people rather than machines.
    pub hands: bool,
}

impl Groove {
    /// Its bars have three beats: its patterns are twelve steps long.
    pub fn is_in_three(&self) -> bool {
        self.drums.first().is_some_and(|(_, pattern)| pattern.len() == 12)
    }
}

/// Those that the analysis is tuned on.
pub const TUNE: &[Groove] = &[
    Groove {
        name: "house",
        tempi: (118.0, 129.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "x...x...x...x..."), (Clap, "....x.......x..."), (OpenHat, "..x...x...x...x."), (Hat, "oooo")],
        bass: &["..x...x...x...x.", "x..x..x...x..x.."],
        chords: &["x--x--x---------", "..x-..x-..x-..x-"],
        hands: false,
    },
    Groove {
        name: "techno",
        tempi: (126.0, 142.0),
        feels: Feels::Straight,
        drums: &[
            (Kick, "x...x...x...x..."),
            (Hat, "..x.o.x.o.x.o.x."),
            (Clap, "............x..."),
            (Rim, "..o..o....o.o..."),
        ],
        bass: &["..xx..xx..xx..xx", ".xxx.xxx.xxx.xxx"],
        chords: &["...x......x.....", "x---------------"],
        hands: false,
    },
    Groove {
        name: "pop",
        tempi: (96.0, 126.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.....x.x......."), (Snare, "....x.......x..."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: &["x.....x.x.....x.", "x.x.x.x.x.x.x.x."],
        chords: &["x---x---x---x---", "x---------------"],
        hands: true,
    },
    Groove {
        name: "rock",
        tempi: (108.0, 150.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.x.....x.x....."), (Snare, "....x.......x..."), (Ride, "x.x.x.x.x.x.x.x.")],
        bass: &["x.x.x.x.x.x.x.x.", "x...x.x.x...x.x."],
        chords: &["x-x-x-x-x-x-x-x-", "x-----x-x---x---"],
        hands: true,
    },
    Groove {
        name: "boom_bap",
        tempi: (82.0, 98.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "x.....x..xx....."), (Snare, "....x.......x..."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: &["x.....x..xx.....", "x..x....x..x...."],
        chords: &["x-----..x-......", "..x...x...x...x."],
        hands: true,
    },
    Groove {
        name: "dnb",
        tempi: (168.0, 178.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x....x....x....."), (Snare, "....x..o....x.o."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: &["x-------x-----x-", "x--x----..x-----"],
        chords: &["x---------------", "x-------....x---"],
        hands: false,
    },
    Groove {
        name: "trap",
        tempi: (132.0, 152.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.........x...x."), (Clap, "........x......."), (Hat, "x.x.x.xxx.x.x.x.x.x.x.x.xxxxx.x.")],
        bass: &["x---------x---x-", "x-----------x---"],
        chords: &["x---------------", "x-------x-------"],
        hands: false,
    },
    Groove {
        name: "reggae",
        tempi: (66.0, 84.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "........x......."), (Snare, "........x......."), (Hat, "x.x.x.x.x.x.xox.")],
        bass: &["x...x.x.....x.x.", "x..x..x.x...x..."],
        chords: &["..x...x...x...x.", "..x..xx...x..xx."],
        hands: true,
    },
    Groove {
        name: "swing",
        tempi: (118.0, 190.0),
        feels: Feels::Eighths,
        drums: &[
            (Ride, "x...x.x.x...x.x."),
            (Hat, "....x.......x..."),
            (Kick, "o...o...o...o..."),
            (Snare, "......o.......o."),
        ],
        bass: &["x...x...x...x..."],
        chords: &["x.....x.........", "..x.........x..."],
        hands: true,
    },
    Groove {
        name: "shuffle",
        tempi: (84.0, 132.0),
        feels: Feels::Eighths,
        drums: &[(Kick, "x.....x.x......."), (Snare, "....x.......x..."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: &["x...x...x...x...", "x.x.x.x.x.x.x.x."],
        chords: &["x.....x.x.....x.", "....x.......x..."],
        hands: true,
    },
    Groove {
        name: "ballad",
        tempi: (60.0, 78.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.......x.x....."), (Snare, "....x.......x..."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: &["x-------x-x-----", "x---------x-----"],
        chords: &["x---x---x---x---", "x-x-x-x-x-x-x-x-"],
        hands: true,
    },
    Groove {
        name: "garage",
        tempi: (128.0, 136.0),
        feels: Feels::Sixteenths,
        drums: &[
            (Kick, "x.........x....."),
            (Clap, "....x.......x..."),
            (Hat, "..x..xx...x..xx."),
            (Rim, "...o......o....."),
        ],
        bass: &["x..x....x.x.....", "x.....x...x..x.."],
        chords: &["...x--....x--...", "x-----x---......"],
        hands: false,
    },
    Groove {
        name: "dembow",
        tempi: (86.0, 104.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x...x...x...x..."), (Snare, "...x..x....x..x."), (Hat, "..x...x...x...x.")],
        bass: &["x..x..x.x..x..x.", "x-----x-x-----x-"],
        chords: &["x---------------", "..x...x...x...x."],
        hands: false,
    },
    Groove {
        name: "no_drums",
        tempi: (78.0, 128.0),
        feels: Feels::Straight,
        drums: &[],
        bass: &["x-------x-------", "x---x---x---x---"],
        chords: &["x---x---x---x---", "x-x-x-x-x-x-x-x-"],
        hands: false,
    },
];

/// Those that it is not.
pub const HELD: &[Groove] = &[
    Groove {
        name: "deep_house",
        tempi: (116.0, 126.0),
        feels: Feels::Sixteenths,
        drums: &[
            (Kick, "x...x...x...x..."),
            (Snare, "....x.......x..o"),
            (OpenHat, "..x...x...x...x."),
            (Rim, "x..x..x...x.x..."),
        ],
        bass: &["x.....x..x....x.", "..x..x....x..x.."],
        chords: &["x..x......x.....", "x------x--------"],
        hands: false,
    },
    Groove {
        name: "trance",
        tempi: (132.0, 143.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x...x...x...x..."), (OpenHat, "..x...x...x...x."), (Clap, "....x.......x...")],
        bass: &["..x...x...x...x.", ".xxx.xxx.xxx.xxx"],
        chords: &["x---------------", "x..x..x..x..x.x."],
        hands: false,
    },
    Groove {
        name: "indie",
        tempi: (100.0, 140.0),
        feels: Feels::Straight,
        drums: &[
            (Kick, "x..x....x..x...."),
            (Snare, "....x.......x..."),
            (Hat, "x.x.x.x.x.x.x.x."),
            (OpenHat, "..............x."),
        ],
        bass: &["x.x.x.x.x.x.x.x.", "x..x..x.x..x..x."],
        chords: &["x-x-x-x-x-x-x-x-", "x---x-x---x-x---"],
        hands: true,
    },
    Groove {
        name: "metal",
        tempi: (140.0, 188.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.xxx.x.x.xxx.x."), (Snare, "....x.......x..."), (Ride, "x...x...x...x...")],
        bass: &["x.xxx.x.x.xxx.x.", "x.x.x.x.x.x.x.x."],
        chords: &["x.xxx.x.x.xxx.x.", "x-------x-x-x---"],
        hands: true,
    },
    Groove {
        name: "lofi",
        tempi: (70.0, 88.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "x......xx......."), (Snare, "....x.......x..."), (Hat, "x.xxx.x.x.x.x.xx")],
        bass: &["x-----..x-----..", "x..x....x......."],
        chords: &["x---------------", "x-----x---------"],
        hands: true,
    },
    Groove {
        name: "jungle",
        tempi: (160.0, 172.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x.x.......x.....x.x.......x..x.."), (Snare, "....x..o.o..x..o"), (Ride, "x.x.x.x.x.x.x.x.")],
        bass: &["x-----x-........", "x---....x-----x-"],
        chords: &["x---------------................", "x-------x-------"],
        hands: false,
    },
    Groove {
        name: "dubstep",
        tempi: (138.0, 142.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x..........x...."), (Snare, "........x......."), (Hat, "x...x.x.x...x.xx")],
        bass: &["x--x--x---x-x---", "x-----------x-x-"],
        chords: &["x---------------", "x---..........x-"],
        hands: false,
    },
    Groove {
        name: "rocksteady",
        tempi: (68.0, 90.0),
        feels: Feels::Straight,
        drums: &[(Kick, "........x......."), (Rim, "........x......."), (Hat, "..x...x...x...x.")],
        bass: &["x.x.x...x.x.x...", "x...x...x.x.x.x."],
        chords: &["..x...x...x...x."],
        hands: true,
    },
    Groove {
        name: "bebop",
        tempi: (130.0, 188.0),
        feels: Feels::Eighths,
        drums: &[
            (Ride, "x...x.x.x...x.x."),
            (Hat, "....x.......x..."),
            (Snare, "..o.......o...o."),
            (Kick, "......o.....o..."),
        ],
        bass: &["x...x...x...x...", "x...x...x.x.x..."],
        chords: &["......x.....x...", "x-----..x-......"],
        hands: true,
    },
    Groove {
        name: "boogie",
        tempi: (96.0, 140.0),
        feels: Feels::Eighths,
        drums: &[(Kick, "x...x...x...x..."), (Snare, "....x.......x..."), (Ride, "x.x.x.x.x.x.x.x.")],
        bass: &["x.x.x.x.x.x.x.x."],
        chords: &["..x...x...x...x.", "x-----x-----x---"],
        hands: true,
    },
    Groove {
        name: "slow_soul",
        tempi: (61.0, 80.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "x..x....x......."), (Rim, "....x.......x..."), (Hat, "x.x.xox.x.x.x.x.")],
        bass: &["x-----x-x---x---", "x..x....x-------"],
        chords: &["x-------x-------", "x---x-..x---x-.."],
        hands: true,
    },
    Groove {
        name: "electro_funk",
        tempi: (104.0, 130.0),
        feels: Feels::Sixteenths,
        drums: &[(Kick, "x..x......x..x.."), (Clap, "....x.......x..."), (Hat, "x.xxx.xxx.xxx.xx")],
        bass: &["x..x..x.x..x..xx", "x.xx.x..x.xx...."],
        chords: &["..x..x....x.x...", "....x--.....x--."],
        hands: false,
    },
    Groove {
        name: "afrobeat",
        tempi: (98.0, 120.0),
        feels: Feels::Straight,
        drums: &[(Kick, "x..x..x.x..x..x."), (Rim, "x..x..x...x.x..."), (Snare, "....x.......x..."), (Hat, "xoxoxoxo")],
        bass: &["x..x..x...x.x...", "x.....x.x.x....."],
        chords: &["..x..x..x..x..x.", "x..x..x...x.x..."],
        hands: true,
    },
    Groove {
        name: "drumless",
        tempi: (84.0, 132.0),
        feels: Feels::Straight,
        drums: &[],
        bass: &["x---x---x---x---", "x-----x-x-----x-"],
        chords: &["x-x-x-x-x-x-x-x-", "x-------x-------"],
        hands: false,
    },
];
