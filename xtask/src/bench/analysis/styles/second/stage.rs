//! Grooves of bands: from swing to power ballads.

use super::groove::{BASE, BLUES, BRIGHT, Feels, Form, Groove, LATIN, MINOR, SOUL, SWING, VAMP};
use super::kit::Hit::*;
use super::tones::Tone::*;

/// What bands have.
const LIVE: Groove = Groove { form: Form::Song, hands_ms: 3.0, ..BASE };

/// See above.
pub const STAGE: &[Groove] = &[
    Groove {
        name: "philly_disco",
        tempi: (112.0, 127.0),
        drums: &[
            (KickLive, "X...X...X...X..."),
            (SnareLive, "....X.......X..g"),
            (OpenHat, "..x...x...x...x."),
            (Hat, "xx..xx..xx..xx.."),
            (Conga, "..o..o.o..o..o.o"),
        ],
        bass: (Finger, "1.8.1.8.5.8.1.8."),
        chords: (Chank, "..x..xx...x..xx."),
        lead: Some((Strings, "x-------x---x---")),
        harmony: SOUL,
        ..LIVE
    },
    Groove {
        name: "p_funk",
        tempi: (96.0, 113.0),
        drums: &[
            (KickLive, "X..x..x...x..x.."),
            (SnareLive, "....X..g.g..X..."),
            (Hat, "x.x.x.xxx.x.x.x."),
            (Clap, "....o.......o..."),
        ],
        bass: (Finger, "1..1.8....1.5.78"),
        chords: (Chank, ".x.x..x..x.x..x."),
        lead: Some((Brass, "..x-x-......x-x-")),
        harmony: VAMP,
        ..LIVE
    },
    Groove {
        name: "motown",
        tempi: (108.0, 136.0),
        drums: &[(KickLive, "X.....x.X.x....."), (SnareLive, "X...X...X...X..."), (Tambourine, "x.x.x.x.x.x.x.x.")],
        bass: (Finger, "1..13.5.1..15.3."),
        chords: (Piano, "x...x...x...x..."),
        lead: Some((Solo, "x-x-x---x---x-x-")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "classic_rock",
        tempi: (104.0, 138.0),
        drums: &[
            (KickLive, "X.....x.x......."),
            (SnareLive, "....X.......X..."),
            (Hat, "X.o.X.o.X.o.X.o."),
            (Crash, "x..............................................................."),
        ],
        bass: (Finger, "1.1.1.1.1.1.1.5."),
        chords: (Crunch, "x---..x-x---..x-"),
        lead: Some((Crunch, "x-----x-x-------")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "alt_rock",
        tempi: (128.0, 152.0),
        drums: &[(KickLive, "X.x.....X.x....."), (SnareLive, "....X.......X.g."), (Ride, "x.x.x.x.x.x.x.x.")],
        bass: (Finger, "1.1.1.1.1.1.1.1."),
        chords: (Crunch, "x.x.x.x.x.x.x.x."),
        harmony: MINOR,
        ..LIVE
    },
    Groove {
        name: "power_ballad",
        tempi: (62.0, 80.0),
        drums: &[(KickLive, "X.....x.x......."), (SnareLive, "....X.......X..."), (Hat, "x.o.x.o.x.o.x.oo")],
        bass: (Finger, "1-------5---1---"),
        chords: (Piano, "x---x---x---x---"),
        lead: Some((Choir, "x---x-x-x-------")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "neo_soul",
        tempi: (74.0, 94.0),
        feels: Feels::Sixteenths(0.54, 0.6),
        drums: &[(KickLive, "X..x.....x.x...."), (Snap, "....X.......X..."), (Hat, "x.xox.xox.xox.xx")],
        bass: (Finger, "1--.1..5..1.3..."),
        chords: (Rhodes, "x-----..x--x----"),
        harmony: SOUL,
        ..LIVE
    },
    Groove {
        name: "chicago_blues",
        tempi: (92.0, 128.0),
        feels: Feels::Eighths(0.63, 0.67),
        drums: &[(KickLive, "X.......X......."), (SnareLive, "....X.......X.g."), (Ride, "x.x.x.x.x.x.x.x.")],
        bass: (Upright, "1...3...5...7..."),
        chords: (Chank, "x.x.x.x.x.x.x.x."),
        lead: Some((Crunch, "..x-x---..x-x-..")),
        harmony: BLUES,
        ..LIVE
    },
    Groove {
        name: "big_band",
        tempi: (118.0, 172.0),
        feels: Feels::Eighths(0.6, 0.66),
        drums: &[
            (Ride, "X...x.x.X...x.x."),
            (Hat, "....x.......x..."),
            (KickLive, "o...o...o...o..."),
            (SnareLive, "......g.......g."),
        ],
        bass: (Upright, "1---3---5---7---"),
        chords: (Brass, "..x-....x-....x-"),
        lead: Some((Brass, "x-x-..x---x-....")),
        harmony: SWING,
        ..LIVE
    },
    Groove {
        name: "gypsy_swing",
        tempi: (150.0, 188.0),
        feels: Feels::Eighths(0.6, 0.64),
        drums: &[(Brush, "o...X...o...X...")],
        bass: (Upright, "1---....5---...."),
        chords: (Nylon, "x...X...x...X..."),
        lead: Some((Nylon, "x.x.x.x.x.x.x---")),
        harmony: SWING,
        ..LIVE
    },
    Groove {
        name: "ska",
        tempi: (122.0, 156.0),
        drums: &[(KickLive, "....X.......X..."), (SnareLive, "....x.......x..."), (Hat, "x.x.x.x.x.x.x.x.")],
        bass: (Upright, "1...3...5...3..."),
        chords: (Chank, "..x...x...x...x."),
        lead: Some((Brass, "x---..x-x-x-....")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "country_two",
        tempi: (92.0, 122.0),
        drums: &[(KickLive, "X.......X......."), (Sticks, "....x.......x..."), (Brush, "x.x.X.x.x.x.X.x.")],
        bass: (Upright, "1-------5-------"),
        chords: (Nylon, "..x.x.x...x.x.x."),
        lead: Some((Solo, "x---x-x-x-------")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "cha_cha",
        tempi: (108.0, 128.0),
        drums: &[
            (Cowbell, "X...X...X...X..."),
            (Guiro, "x.ooX.oox.ooX.oo"),
            (Conga, "x...x...x...x..."),
            (Tumba, "............x.x."),
        ],
        bass: (Upright, "1---..5-8---..5-"),
        chords: (Piano, "x.x..x.x..x.x.x."),
        lead: Some((Solo, "..x-x-x---......")),
        harmony: LATIN,
        ..LIVE
    },
    Groove {
        name: "slow_waltz",
        tempi: (82.0, 98.0),
        bar: (3, 4),
        drums: &[(KickLive, "X..........."), (Brush, "....x...x..."), (Hat, "o...o...o...")],
        bass: (Upright, "1-----------"),
        chords: (Strings, "....x---x---"),
        lead: Some((Strings, "x---x-x-x---")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "country_waltz",
        tempi: (98.0, 138.0),
        bar: (3, 4),
        drums: &[(KickLive, "X..........."), (SnareLive, "....x...x..."), (Hat, "x.o.x.o.x.o.")],
        bass: (Finger, "1-----------5-----------"),
        chords: (Nylon, "....x---x---"),
        lead: Some((Accordion, "x---x---x-x-")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "six_eight",
        tempi: (60.0, 76.0),
        bar: (2, 3),
        drums: &[(KickLive, "X.....X.o..."), (SnareLive, "...X.....X.."), (Hat, "xooxoo")],
        bass: (Finger, "1--..11-----"),
        chords: (Piano, "xxxxxx"),
        lead: Some((Choir, "x--x-xx-----")),
        harmony: BRIGHT,
        ..LIVE
    },
    Groove {
        name: "slow_blues",
        tempi: (60.0, 74.0),
        bar: (4, 3),
        drums: &[(KickLive, "X.....X.x..."), (SnareLive, "...X.....X.."), (Ride, "xoxxoxxoxxox")],
        bass: (Finger, "1--3--5--7--"),
        chords: (Piano, "xxxxxxxxxxxx"),
        lead: Some((Crunch, "..x--xx-----")),
        harmony: BLUES,
        ..LIVE
    },
    Groove {
        name: "bembe",
        tempi: (98.0, 124.0),
        bar: (4, 3),
        drums: &[
            (Cowbell, "x.x.xx.x.x.x"),
            (KickLive, "X..x..X..x.."),
            (Tumba, "..x..x..x..x"),
            (Shaker, "xooxooxooxoo"),
        ],
        bass: (Finger, "1--..5-..8--"),
        chords: (Chank, "..x..x..x..x"),
        harmony: VAMP,
        ..LIVE
    },
];
