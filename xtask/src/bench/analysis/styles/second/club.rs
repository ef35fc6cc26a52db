//! Grooves of clubs: from house to hardcore.

use super::groove::{BASE, BRIGHT, Feels, Form, Groove, MINOR, SOUL, VAMP};
use super::kit::Hit::*;
use super::tones::Tone::*;

/// See above.
pub const CLUB: &[Groove] = &[
    Groove {
        name: "piano_house",
        tempi: (120.0, 127.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Clap, "....x.......x..."),
            (OpenHat, "..x...x...x...x."),
            (Shaker, "xgogxgogxgogxgog"),
        ],
        bass: (Brassy, "1..1..1.1...5.8."),
        chords: (Piano, "x--x--x-..x-x-.."),
        lead: Some((Solo, "x---..x-x-..x---")),
        harmony: SOUL,
        duck: 0.3,
        ..BASE
    },
    Groove {
        name: "jackin_house",
        tempi: (123.0, 129.0),
        feels: Feels::Sixteenths(0.54, 0.6),
        drums: &[
            (Kick909, "X...X...X...X..x"),
            (Snare909, "....x..g....x.g."),
            (Hat, "o.xoo.xoo.xoo.xx"),
            (Cowbell, "...o..........o."),
        ],
        bass: (Finger, "1..1.8..1..5..7."),
        chords: (Rhodes, "..x-...x-.....x-"),
        harmony: SOUL,
        duck: 0.2,
        ..BASE
    },
    Groove {
        name: "progressive_house",
        tempi: (121.0, 127.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Clap, "....o.......x..."),
            (OpenHat, "..x...x...x...x."),
            (Tom, "..............o.....o..........."),
        ],
        bass: (Reese, "..1-..1-..1-..5-"),
        chords: (Supersaw, "x-----x-----x---"),
        lead: Some((Marimba, "x..x..x..x..x.x.")),
        duck: 0.6,
        ..BASE
    },
    Groove {
        name: "acid_techno",
        tempi: (128.0, 141.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Hat, "..x...x...x...x."),
            (Snare909, "....o.......o..g"),
            (Ride, "..o...o...o...o."),
        ],
        bass: (Acid, "1.81.1.8.11.3.8."),
        chords: (Warm, "x---------------"),
        harmony: VAMP,
        duck: 0.2,
        ..BASE
    },
    Groove {
        name: "dub_techno",
        tempi: (116.0, 125.0),
        drums: &[
            (Kick808, "X...X...X...X..."),
            (Shaker, "..x...x...x...x."),
            (Snap, "............o..."),
            (Hat, "...g..g....g.g.."),
        ],
        bass: (Sub, "1-....1---....1-"),
        chords: (Strings, "...x-.....x-...."),
        harmony: VAMP,
        duck: 0.4,
        ..BASE
    },
    Groove {
        name: "melodic_techno",
        tempi: (119.0, 125.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Clap, "....x.......x..."),
            (Shaker, "x.o.x.o.x.o.x.oo"),
            (Tumba, "...o..o......o.."),
        ],
        bass: (Reese, "1.1.1.1.1.1.1.1."),
        chords: (Warm, "x---------------"),
        lead: Some((Supersaw, "x.x..x.xx..x.x..")),
        duck: 0.5,
        ..BASE
    },
    Groove {
        name: "uplifting_trance",
        tempi: (136.0, 141.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (OpenHat, "..x...x...x...x."),
            (Clap, "....x.......x..."),
            (Ride, "x.x.x.x.x.x.x.x."),
        ],
        bass: (Brassy, "..11..11..11..18"),
        chords: (Supersaw, "x..x..x..x..x.x."),
        lead: Some((Supersaw, "x-----x---x-x---")),
        duck: 0.5,
        ..BASE
    },
    Groove {
        name: "jump_up",
        tempi: (172.0, 177.0),
        drums: &[
            (Kick909, "X.........X....."),
            (SnareLive, "....X..g....X..g"),
            (Hat, "x.o.x.o.x.o.x.o."),
            (Ride, "x...x...x...x..."),
        ],
        bass: (Reese, "1---..1-1--.8-1-"),
        chords: (Strings, "x-------........"),
        ..BASE
    },
    Groove {
        name: "chopped_breaks",
        tempi: (158.0, 170.0),
        drums: &[
            (KickLive, "X.x.......xx....X.x.......x....x"),
            (SnareLive, "....X..g.g..X..g....X..g.gX..g.x"),
            (Ride, "x.x.x.x.x.x.x.x."),
        ],
        bass: (Sub, "1-----..5---1---"),
        chords: (Strings, "x---------------"),
        form: Form::Loop,
        hands_ms: 2.0,
        ..BASE
    },
    Groove {
        name: "nu_breaks",
        tempi: (127.0, 137.0),
        drums: &[
            (Kick909, "X.........x.....X......x..x....."),
            (Snare909, "....X.......X..."),
            (Hat, "x.xgx.xgx.xgx.xg"),
            (Tambourine, "..o...o...o...o."),
        ],
        bass: (Acid, "1..1..1...1.5.7."),
        chords: (Brass, "x-......x-......"),
        ..BASE
    },
    Groove {
        name: "speed_garage",
        tempi: (129.0, 135.0),
        feels: Feels::Sixteenths(0.56, 0.62),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Snare909, "....x..o....x..."),
            (Hat, "..x..ox...x..ox."),
            (Sticks, ".o....o..o....o."),
        ],
        bass: (Reese, "1--.1-..8--.5-.."),
        chords: (Rhodes, "...x-...x-....x-"),
        harmony: SOUL,
        duck: 0.2,
        ..BASE
    },
    Groove {
        name: "future_garage",
        tempi: (128.0, 139.0),
        feels: Feels::Sixteenths(0.55, 0.6),
        drums: &[
            (Kick808, "X.........x....."),
            (Snap, "....x.......x..."),
            (Hat, "..x.o.x...xo..x."),
            (Shaker, "g.g.g.g.g.g.g.g."),
        ],
        bass: (Sub, "1------...1---.."),
        chords: (Warm, "x-------x-------"),
        lead: Some((Choir, "x---....x-x-....")),
        ..BASE
    },
    Groove {
        name: "deep_dubstep",
        tempi: (138.0, 143.0),
        drums: &[
            (Kick808, "X.....x........."),
            (Clap, "........X......."),
            (Hat, "x..xx.x.x..xx.x."),
            (Conga, "......o....o...."),
        ],
        bass: (Reese, "1-1-1---1-1-1-1-"),
        chords: (Choir, "x-------........"),
        harmony: VAMP,
        ..BASE
    },
    Groove {
        name: "hardstyle",
        tempi: (148.0, 157.0),
        drums: &[(KickHard, "X...X...X...X..."), (OpenHat, "..x...x...x...x."), (Clap, "....o.......o...")],
        bass: (Reese, "..1-..1-..1-..1-"),
        chords: (Supersaw, "x-------x-------"),
        lead: Some((Supersaw, "x--x--x-x--x--x-")),
        duck: 0.6,
        ..BASE
    },
    Groove {
        name: "gabber",
        tempi: (164.0, 189.0),
        drums: &[(KickHard, "X...X...X...X..."), (Hat, "..x...x...x...x."), (Clap, "....x.......x...")],
        bass: (Brassy, "..1...1...1...1."),
        chords: (Brass, "x--x--x---x-x-.."),
        duck: 0.5,
        ..BASE
    },
    Groove {
        name: "electro_808",
        tempi: (122.0, 134.0),
        drums: &[
            (Kick808, "X..x..x...x....."),
            (Snare909, "....X.......X..."),
            (Hat, "xoxoxoxoxoxoxoxo"),
            (Cowbell, "..o..o..o....o.."),
        ],
        bass: (Acid, "1.1..1.31.1..1.5"),
        chords: (Strings, "x-------x-------"),
        form: Form::Loop,
        ..BASE
    },
    Groove {
        name: "synthwave",
        tempi: (84.0, 118.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Snare909, "....X.......X..."),
            (Hat, "x.x.x.x.x.x.x.x."),
            (Tom, "..............oo"),
        ],
        bass: (Reese, "1.1.1.1.1.1.1.1."),
        chords: (Supersaw, "x---------------"),
        lead: Some((Solo, "x-----x-x---x-x-")),
        form: Form::Song,
        duck: 0.3,
        ..BASE
    },
    Groove {
        name: "italo_disco",
        tempi: (112.0, 128.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Clap, "....X.......X..."),
            (OpenHat, "..x...x...x...x."),
            (Tom, "..........o.o..."),
        ],
        bass: (Brassy, "1.8.1.8.1.8.1.8."),
        chords: (Strings, "x---------------"),
        lead: Some((Solo, "x-x-x---x-x-x---")),
        harmony: MINOR,
        form: Form::Song,
        ..BASE
    },
    Groove {
        name: "euro_dance",
        tempi: (132.0, 146.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (Snare909, "....x.......x..."),
            (OpenHat, "..X...X...X...X."),
            (Tambourine, "o.o.o.o.o.o.o.o."),
        ],
        bass: (Brassy, "..1...1...1...5."),
        chords: (Supersaw, "x..x..x.x..x..x."),
        lead: Some((Solo, "x--x--x-x-x-x---")),
        harmony: BRIGHT,
        form: Form::Song,
        duck: 0.2,
        ..BASE
    },
];
