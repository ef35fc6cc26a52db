//! Names of chords and keys, and which notes they are.

use anyhow::{Context, Result};

/// A chord: semitones above C of its bass and its root, and its notes above the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    pub bass: i32,
    pub root: i32,
    pub above: &'static [i32],
}

/// Suffixes of chords and their notes.
const QUALITIES: [(&str, &[i32]); 18] = [
    ("", &[0, 4, 7]),
    ("m", &[0, 3, 7]),
    ("5", &[0, 7]),
    ("6", &[0, 4, 7, 9]),
    ("m6", &[0, 3, 7, 9]),
    ("7", &[0, 4, 7, 10]),
    ("m7", &[0, 3, 7, 10]),
    ("maj7", &[0, 4, 7, 11]),
    ("9", &[0, 4, 7, 10, 14]),
    ("m9", &[0, 3, 7, 10, 14]),
    ("maj9", &[0, 4, 7, 11, 14]),
    ("add9", &[0, 4, 7, 14]),
    ("madd9", &[0, 3, 7, 14]),
    ("sus2", &[0, 2, 7]),
    ("sus4", &[0, 5, 7]),
    ("7sus4", &[0, 5, 7, 10]),
    ("dim", &[0, 3, 6]),
    ("m7b5", &[0, 3, 6, 10]),
];

/// Semitones of the scales above their first note. The first two are the keys' own.
const SCALES: [(&str, [i32; 7]); 7] = [
    ("major", [0, 2, 4, 5, 7, 9, 11]),
    ("minor", [0, 2, 3, 5, 7, 8, 10]),
    ("dorian", [0, 2, 3, 5, 7, 9, 10]),
    ("phrygian", [0, 1, 3, 5, 7, 8, 10]),
    ("harmonic", [0, 2, 3, 5, 7, 8, 11]),
    ("mixolydian", [0, 2, 4, 5, 7, 9, 10]),
    ("lydian", [0, 2, 4, 6, 7, 9, 11]),
];

/// A letter with its accidental, as semitones above C; and what follows it.
pub fn note(text: &str) -> Option<(i32, &str)> {
    let natural = match text.chars().next()? {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = &text[1..];
    Some(match rest.chars().next() {
        Some('#') => ((natural + 1) % 12, &rest[1..]),
        Some('b') => ((natural + 11) % 12, &rest[1..]),
        _ => (natural, rest),
    })
}

/// `F#m7`, or `D/F#` with another bass.
pub fn chord(name: &str) -> Result<Chord> {
    let read = || {
        let (upper, bass) = name.split_once('/').map_or((name, None), |(upper, bass)| (upper, Some(bass)));
        let (root, suffix) = note(upper)?;
        let (_, above) = QUALITIES.iter().find(|(quality, _)| *quality == suffix)?;
        let bass = bass.map_or(Some(root), |bass| note(bass).map(|(bass, _)| bass))?;
        Some(Chord { bass, root, above })
    };
    read().with_context(|| format!("{name} is not a chord"))
}

/// The notes of a scale by its name.
pub fn scale(name: &str) -> Result<[i32; 7]> {
    let found = SCALES.iter().find(|(other, _)| *other == name);
    found.map(|(_, notes)| *notes).with_context(|| format!("{name} is not a scale"))
}

/// The notes of a chord, low to high, near a note and near what was played before: as a pianist's right hand would.
pub fn voiced(chord: Chord, centre: f64, before: &[i32]) -> Vec<i32> {
    let mut classes: Vec<i32> = chord.above.iter().map(|above| (chord.root + above).rem_euclid(12)).collect();
    classes.sort_unstable();
    classes.dedup();
    let mean = |notes: &[i32]| notes.iter().sum::<i32>() as f64 / notes.len().max(1) as f64;
    let aim = if before.is_empty() { centre } else { 0.5 * (mean(before) + centre) };
    let inversions = (0..classes.len() as i32 * 4).map(|first| {
        let count = classes.len() as i32;
        let tone = |index: i32| 36 + classes[(index % count) as usize] + 12 * (index / count);
        (first..first + count).map(tone).collect::<Vec<i32>>()
    });
    let off = |notes: &Vec<i32>| {
        let moved = before.iter().zip(notes).map(|(from, to)| f64::from((from - to).abs())).sum::<f64>();
        (mean(notes) - aim).abs() * 3.0 + moved
    };
    inversions.min_by(|one, other| off(one).total_cmp(&off(other))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_are_read() {
        assert_eq!(chord("F#m7").unwrap(), Chord { bass: 6, root: 6, above: &[0, 3, 7, 10] });
        assert_eq!(chord("Bb/D").unwrap(), Chord { bass: 2, root: 10, above: &[0, 4, 7] });
        assert_eq!(chord("Cb").unwrap().root, 11);
        assert!(chord("H").is_err() && chord("Cmaj").is_err());
    }

    #[test]
    fn voices_stay_near() {
        let one = voiced(chord("C").unwrap(), 62.0, &[]);
        let two = voiced(chord("F").unwrap(), 62.0, &one);
        assert_eq!(one.len(), 3);
        assert!(one.iter().zip(&two).all(|(from, to)| (from - to).abs() <= 3), "{one:?} {two:?}");
    }
}
