//! Chords as people write them: progressions of a key, in degrees and borrowed chords, and the melodies over them.

use super::lot::Lot;

/// A chord: semitones of its root above the tonic, and of its notes above the root.
pub type Chord = (i32, &'static [i32]);

const MAJ: &[i32] = &[0, 4, 7];
const MIN: &[i32] = &[0, 3, 7];
const DOM7: &[i32] = &[0, 4, 7, 10];
const MAJ7: &[i32] = &[0, 4, 7, 11];
const MIN7: &[i32] = &[0, 3, 7, 10];
const MIN9: &[i32] = &[0, 3, 7, 10, 14];
const HALF_DIM: &[i32] = &[0, 3, 6, 10];
const SUS4: &[i32] = &[0, 5, 7];
const POWER: &[i32] = &[0, 7, 12];

/// A progression, one chord a bar, and whether it is of a minor key. All begin on the tonic: what begins elsewhere and
/// has the notes of two keys is in the key that its listener hears first, and that is no truth to judge by.
pub type Progression = (bool, &'static [Chord]);

/// Those that the analysis is tuned on.
pub const TUNE: &[Progression] = &[
    (false, &[(0, MAJ), (7, MAJ), (9, MIN), (5, MAJ)]),
    (false, &[(0, MAJ), (9, MIN), (5, MAJ), (7, MAJ)]),
    (false, &[(0, MAJ), (5, MAJ), (7, MAJ), (5, MAJ)]),
    (false, &[(0, MAJ7), (9, MIN7), (2, MIN7), (7, DOM7)]),
    (false, &[(0, MAJ), (4, MIN), (5, MAJ), (7, MAJ)]),
    (false, &[(0, MAJ), (10, MAJ), (5, MAJ), (0, MAJ)]),
    (false, &[(0, POWER), (5, POWER), (7, POWER), (0, POWER), (0, MAJ), (5, MAJ), (7, SUS4), (7, MAJ)]),
    (true, &[(0, MIN), (10, MAJ), (8, MAJ), (7, MAJ)]),
    (true, &[(0, MIN), (8, MAJ), (3, MAJ), (10, MAJ)]),
    (true, &[(0, MIN7), (5, MIN7), (10, DOM7), (3, MAJ7)]),
    (true, &[(0, MIN), (5, MIN), (7, MAJ), (0, MIN)]),
    (true, &[(0, MIN), (0, MIN), (10, MAJ), (8, MAJ)]),
    (true, &[(0, MIN7)]),
    (true, &[(0, MIN), (0, MIN), (5, MIN), (7, MIN)]),
];

/// Those that it is not.
pub const HELD: &[Progression] = &[
    (false, &[(0, MAJ), (7, MAJ), (9, MIN), (4, MIN), (5, MAJ), (0, MAJ), (5, MAJ), (7, MAJ)]),
    (false, &[(0, MAJ), (5, MAJ), (9, MIN), (7, MAJ)]),
    (false, &[(0, MAJ), (2, MIN), (5, MAJ), (7, MAJ)]),
    (
        false,
        &[
            (0, DOM7),
            (0, DOM7),
            (0, DOM7),
            (0, DOM7),
            (5, DOM7),
            (5, DOM7),
            (0, DOM7),
            (0, DOM7),
            (7, DOM7),
            (5, DOM7),
            (0, DOM7),
            (7, DOM7),
        ],
    ),
    (false, &[(0, MAJ7), (0, MAJ7), (5, MAJ7), (5, MIN7)]),
    (false, &[(0, MAJ), (9, MIN), (2, MIN), (7, DOM7)]),
    (false, &[(0, MAJ), (7, MAJ), (5, MAJ), (5, MAJ)]),
    (true, &[(0, MIN), (8, MAJ), (5, MIN), (7, MAJ)]),
    (true, &[(0, MIN), (3, MAJ), (10, MAJ), (8, MAJ)]),
    (true, &[(0, MIN), (5, MIN), (0, MIN), (7, DOM7)]),
    (
        true,
        &[
            (0, MIN7),
            (0, MIN7),
            (0, MIN7),
            (0, MIN7),
            (5, MIN7),
            (5, MIN7),
            (0, MIN7),
            (0, MIN7),
            (8, DOM7),
            (7, DOM7),
            (0, MIN7),
            (0, MIN7),
        ],
    ),
    (true, &[(0, MIN9), (2, HALF_DIM), (7, DOM7), (0, MIN9)]),
    (true, &[(0, MIN), (8, MAJ), (10, MAJ), (0, MIN)]),
    (true, &[(0, MIN9)]),
    (true, &[(0, POWER), (3, POWER), (5, POWER), (10, POWER), (0, MIN), (8, MAJ), (10, MAJ), (10, MAJ)]),
];

/// Semitones above the tonic that melodies are made of.
pub const fn scale(minor: bool) -> &'static [i32] {
    if minor { &[0, 2, 3, 5, 7, 8, 10] } else { &[0, 2, 4, 5, 7, 9, 11] }
}

/// The next note of a melody, in semitones above the tonic: mostly a step of the scale; on strong places a note of the
/// chord that is near.
pub fn next_note(lot: &mut Lot, minor: bool, chord: Chord, last: i32, strong: bool) -> i32 {
    if strong || lot.chance(0.3) {
        let notes = chord.1.iter().map(|above| chord.0 + above);
        let near = |note: i32| (-2..=2).map(move |octave| note + 12 * octave);
        let mut all: Vec<i32> = notes.flat_map(near).filter(|note| (-5..=16).contains(note)).collect();
        all.sort_by_key(|note| (note - last).abs());
        return all[lot.below(3).min(all.len() - 1)];
    }
    let scale = scale(minor);
    let tones: Vec<i32> = (-1..=1)
        .flat_map(|octave| scale.iter().map(move |note| note + 12 * octave))
        .filter(|n| (-5..=16).contains(n))
        .collect();
    let at = tones.iter().position(|note| *note >= last).unwrap_or(tones.len() / 2);
    let steps = [-2, -1, -1, 0, 1, 1, 2];
    let step = steps[lot.below(steps.len())];
    tones[at.saturating_add_signed(step).min(tones.len() - 1)]
}
