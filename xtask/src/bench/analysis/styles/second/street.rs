//! Grooves of hip-hop and its kin, and of dance music from Africa and the Americas.

use super::groove::{BASE, BRIGHT, Feels, Form, Groove, LATIN, MINOR, SOUL, VAMP};
use super::kit::Hit::*;
use super::tones::Tone::*;

/// See above.
pub const STREET: &[Groove] = &[
    Groove {
        name: "g_funk",
        tempi: (89.0, 100.0),
        drums: &[
            (Kick808, "X..x..x...x.x..."),
            (Clap, "....X.......X..."),
            (Hat, "x.x.x.x.x.x.x.x."),
            (Tambourine, "....o.......o..."),
        ],
        bass: (Acid, "1..1..3.5.7.8..."),
        chords: (Rhodes, "x-------x---x---"),
        lead: Some((Solo, "x-----x-x---....")),
        harmony: SOUL,
        form: Form::Song,
        ..BASE
    },
    Groove {
        name: "golden_age",
        tempi: (86.0, 97.0),
        feels: Feels::Sixteenths(0.56, 0.63),
        drums: &[(KickLive, "X......x..xx...."), (SnareLive, "....X..g.g..X..g"), (Hat, "x.x.x.xox.x.x.x.")],
        bass: (Upright, "1--.5-..1-3.5..."),
        chords: (Piano, "x--...x-..x-...."),
        harmony: SOUL,
        form: Form::Loop,
        hands_ms: 2.5,
        ..BASE
    },
    Groove {
        name: "triplet_trap",
        tempi: (136.0, 152.0),
        drums: &[
            (Kick808, "X.....x.........X....x....x....."),
            (Clap, "........X......."),
            (Hat, "x.x.x.xrx.x.x.tx"),
            (Snap, "........o.....g."),
        ],
        bass: (Sub, "1-----1---------1----1----1-----"),
        chords: (Marimba, "x..x..x..x..x..."),
        lead: Some((Choir, "x-------x---....")),
        form: Form::Loop,
        ..BASE
    },
    Groove {
        name: "lo_fi_study",
        tempi: (68.0, 87.0),
        feels: Feels::Sixteenths(0.55, 0.62),
        drums: &[(KickLive, "X.....x..x......"), (Brush, "....X.......X..g"), (Hat, "x.o.x.o.x.o.x.o.")],
        bass: (Upright, "1-----1-..5---.."),
        chords: (Rhodes, "x-------x-----.."),
        lead: Some((Nylon, "..x-x---..x-....")),
        harmony: SOUL,
        form: Form::Loop,
        hands_ms: 3.0,
        ..BASE
    },
    Groove {
        name: "reggaeton",
        tempi: (88.0, 99.0),
        drums: &[
            (Kick808, "X...X...X...X..."),
            (Snare909, "...x..x....x..x."),
            (Hat, "o.o.o.o.o.o.o.o."),
            (Timbale, "..............oo"),
        ],
        bass: (Sub, "1--1--1-1--1--5-"),
        chords: (Nylon, "x--x--x-x--x--x-"),
        lead: Some((Solo, "x-x-x-..x-x---..")),
        form: Form::Song,
        ..BASE
    },
    Groove {
        name: "afro_pop",
        tempi: (98.0, 113.0),
        drums: &[
            (Kick808, "X..x..x.X..x..x."),
            (Snap, "...x..x....x...."),
            (Shaker, "xoxoxoxoxoxoxoxo"),
            (Conga, "..o...o...o..oo."),
            (Kick909, "x...x...x...x..."),
        ],
        bass: (Sub, "1--1--5-1--...7."),
        chords: (Marimba, "x..x..x..x..x.x."),
        lead: Some((Nylon, "..x-x-..x---x-..")),
        harmony: BRIGHT,
        form: Form::Song,
        ..BASE
    },
    Groove {
        name: "amapiano",
        tempi: (110.0, 115.0),
        feels: Feels::Sixteenths(0.5, 0.55),
        drums: &[
            (Kick909, "x...x...x...x..."),
            (Shaker, "xoXoxoXoxoXoxoXo"),
            (Snap, "......x.......x."),
            (Conga, "...o..o..o....o."),
        ],
        bass: (LogDrum, "1..1...1..1.5.3."),
        chords: (Piano, "x-----x-----x---"),
        harmony: SOUL,
        ..BASE
    },
    Groove {
        name: "gqom",
        tempi: (124.0, 129.0),
        drums: &[
            (Kick909, "X..x..X.X..x..X."),
            (Tom, "x...x...x...x..."),
            (Clap, "....o.......o..."),
            (Shaker, "..x...x...x...x."),
        ],
        bass: (Sub, "1---------------"),
        chords: (Strings, "x-------x-------"),
        harmony: VAMP,
        ..BASE
    },
    Groove {
        name: "baile_funk",
        tempi: (126.0, 132.0),
        drums: &[
            (Kick808, "X..x..x.X..x...."),
            (Conga, "x.xx.xx.x.xx.xx."),
            (Clap, "....x.......x..."),
            (Tom, "...x..x....x.x.."),
        ],
        bass: (Sub, "1--1--1-1--1...."),
        chords: (Brass, "x-......x-..x-.."),
        harmony: VAMP,
        form: Form::Loop,
        ..BASE
    },
    Groove {
        name: "dancehall",
        tempi: (92.0, 106.0),
        drums: &[
            (Kick909, "X.....x.X.....x."),
            (Snare909, "...x..X....x..X."),
            (Hat, "x.x.x.x.x.x.x.x."),
            (Cowbell, "x...o...x...o..."),
        ],
        bass: (Sub, "1--.1-..5--.1-.."),
        chords: (Rhodes, "..x-..x-..x-..x-"),
        harmony: MINOR,
        ..BASE
    },
    Groove {
        name: "soca",
        tempi: (126.0, 160.0),
        drums: &[
            (Kick909, "X...X...X...X..."),
            (SnareLive, "...x..x....x..x."),
            (Tambourine, "x.x.x.x.x.x.x.x."),
            (Cowbell, "x..xx..xx..xx..x"),
        ],
        bass: (Finger, "1.....5.1.....5."),
        chords: (Brass, "..x-..x-..x-..x-"),
        lead: Some((Brass, "x-x-x---x-x-x---")),
        harmony: BRIGHT,
        form: Form::Song,
        hands_ms: 2.0,
        ..BASE
    },
    Groove {
        name: "cumbia",
        tempi: (84.0, 102.0),
        drums: &[
            (KickLive, "X.......X......."),
            (Guiro, "x.ooX.oox.ooX.oo"),
            (Conga, "..x...x...x...x."),
            (Cowbell, "x...x...x...x..."),
        ],
        bass: (Finger, "1---5-8-1---5-3-"),
        chords: (Accordion, "..x-..x-..x-..x-"),
        lead: Some((Accordion, "x-x-x-x-x---....")),
        harmony: LATIN,
        form: Form::Song,
        hands_ms: 3.0,
        ..BASE
    },
    Groove {
        name: "bachata",
        tempi: (116.0, 134.0),
        drums: &[
            (KickLive, "X.......x...x..."),
            (Conga, "x.o.x.o.x.o.X.o."),
            (Guiro, "x.oox.oox.oox.oo"),
            (Tumba, "............x.x."),
        ],
        bass: (Finger, "1-----5-8---...."),
        chords: (Nylon, "x.x.x.x.x.x.x.x."),
        lead: Some((Nylon, "x-x-x-x-x-x-x---")),
        harmony: LATIN,
        form: Form::Song,
        hands_ms: 2.5,
        ..BASE
    },
    Groove {
        name: "salsa",
        tempi: (88.0, 104.0),
        drums: &[
            (Cowbell, "X.ooX.ooX.ooX.oo"),
            (Clave, "..x.x...x..x..x."),
            (Conga, "..x.....x.x....."),
            (Tumba, "......xx......xx"),
            (Timbale, "..............oo................"),
        ],
        bass: (Upright, "...5--8-...5--1-"),
        chords: (Piano, "x.xx.x.xx.x.xx.x"),
        lead: Some((Brass, "x-..x-x-..x-....")),
        harmony: LATIN,
        form: Form::Song,
        hands_ms: 2.5,
        ..BASE
    },
    Groove {
        name: "merengue",
        tempi: (118.0, 138.0),
        drums: &[
            (KickLive, "X...X...X...X..."),
            (Guiro, "X.ooX.ooX.ooX.oo"),
            (Tumba, "x.....x.x...xxxx"),
            (Conga, "....x.......x..."),
        ],
        bass: (Finger, "1...5...8...5..."),
        chords: (Piano, "x.x..x.xx.x..x.x"),
        lead: Some((Accordion, "x-x-x-x-x-x-x---")),
        harmony: LATIN,
        form: Form::Song,
        hands_ms: 2.5,
        ..BASE
    },
    Groove {
        name: "samba",
        tempi: (92.0, 110.0),
        drums: &[
            (Surdo, "o...X...o...X..."),
            (Tambourine, "XooxXooxXooxXoox"),
            (Sticks, "x.x.xx.x.x.xx.x."),
            (Shaker, "xoxoxoxoxoxoxoxo"),
        ],
        bass: (Upright, "1-..5-..1-..5-.."),
        chords: (Nylon, "x.x.xx.x.x.xx.x."),
        lead: Some((Nylon, "x-x---x-x-x-....")),
        harmony: LATIN,
        form: Form::Song,
        hands_ms: 2.5,
        ..BASE
    },
];
