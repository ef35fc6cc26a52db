use super::super::Key;
use super::analysis;
use super::synth::{Drum, Music};

/// Sixteen bars of a progression with bass and chords in a key, at a tuning in semitones; with drums if wanted.
fn song(tonic: u8, minor: bool, tuning: f64, drums: bool) -> Option<Key> {
    const BAR: f64 = 1.5;
    let mut music = Music::new(22_050.0, 16.0 * BAR, u64::from(tonic) + 1);
    // I V vi IV, and i VI VII v.
    let major: [(f64, [f64; 3]); 4] =
        [(0.0, [0.0, 4.0, 7.0]), (7.0, [7.0, 11.0, 14.0]), (9.0, [9.0, 12.0, 16.0]), (5.0, [5.0, 9.0, 12.0])];
    let minor_chords: [(f64, [f64; 3]); 4] =
        [(0.0, [0.0, 3.0, 7.0]), (8.0, [8.0, 12.0, 15.0]), (10.0, [10.0, 14.0, 17.0]), (7.0, [7.0, 10.0, 14.0])];
    let chords = if minor { minor_chords } else { major };
    let root = f64::from(tonic) + tuning;
    for bar in 0..16u32 {
        let at = f64::from(bar) * BAR;
        let (bass, chord) = chords[bar as usize % 4];
        chord.iter().for_each(|note| music.note(60.0 + root + note, at, BAR, 0.12));
        for quarter in 0..4u32 {
            music.note(36.0 + root + bass % 12.0, at + f64::from(quarter) * BAR / 4.0, BAR / 4.0, 0.2);
            if drums {
                let drum = if quarter % 2 == 0 { Drum::Kick } else { Drum::Snare };
                music.hit(drum, at + f64::from(quarter) * BAR / 4.0, 0.6);
            }
        }
    }
    analysis(&music.track()).key
}

fn all() -> impl Iterator<Item = Key> {
    [false, true].into_iter().flat_map(|minor| (0..12).map(move |tonic| Key::new(tonic, minor).unwrap()))
}

#[test]
fn all_keys_but_two_at_most_are_found() {
    for (tuning, drums) in [(0.0, false), (0.3, true)] {
        let found = all().map(|key| (key, song(key.tonic(), key.is_minor(), tuning, drums)));
        let wrong: Vec<_> = found.filter(|(key, found)| *found != Some(*key)).collect();
        assert!(wrong.len() <= 2, "a tuning of {tuning} and drums {drums}: {wrong:?}");
    }
}

/// Sixteen bars of A minor's i VI VII v, over a kick that rings at 52 Hz (near G#1, which is in none of the chords), with
/// bells at G#5; the band enters after `drums` bars alone.
fn over_tuned_drums(drums: u32) -> Option<Key> {
    const BAR: f64 = 1.5;
    let mut music = Music::new(22_050.0, 20.0 * BAR, 5);
    let chords: [[f64; 3]; 4] = [[69.0, 72.0, 76.0], [65.0, 69.0, 72.0], [67.0, 71.0, 74.0], [64.0, 67.0, 71.0]];
    for bar in 0..20u32 {
        let at = f64::from(bar) * BAR;
        for quarter in 0..4u32 {
            let at = at + f64::from(quarter) * BAR / 4.0;
            music.hit(if quarter % 2 == 0 { Drum::Kick } else { Drum::Snare }, at, 0.6);
            music.note(32.0, at, BAR / 4.0, 0.5);
            music.note(80.0, at, BAR / 4.0, 0.15);
        }
        if bar >= drums {
            chords[bar as usize % 4].iter().for_each(|note| music.note(*note, at, BAR, 0.1));
        }
    }
    analysis(&music.track()).key
}

#[test]
fn drums_that_ring_at_a_pitch_have_no_say() {
    assert_eq!(over_tuned_drums(0), Key::new(9, true));
    assert_eq!(over_tuned_drums(4), Key::new(9, true));
}

#[test]
fn drums_and_noise_have_no_key() {
    let mut music = Music::new(44_100.0, 20.0, 3);
    music.hiss(0.3);
    assert_eq!(analysis(&music.track()).key, None);
    assert_eq!(analysis(&Music::new(44_100.0, 5.0, 1).track()).key, None);
}

#[test]
fn keys_have_names_and_places_on_the_wheel() {
    let key = |tonic, minor| Key::new(tonic, minor).unwrap();
    let told = |key: Key| (key.to_string(), key.camelot());
    assert_eq!(told(key(0, false)), ("C major".to_owned(), "8B".to_owned()));
    assert_eq!(told(key(9, true)), ("A minor".to_owned(), "8A".to_owned()));
    assert_eq!(told(key(6, false)), ("F# major".to_owned(), "2B".to_owned()));
    assert_eq!(told(key(8, true)), ("Ab minor".to_owned(), "1A".to_owned()));
    assert_eq!(told(key(11, false)), ("B major".to_owned(), "1B".to_owned()));
    assert!(key(9, true).is_relative_of(key(0, false)) && !key(9, true).is_relative_of(key(9, false)));
    assert_eq!(Key::new(12, false), None);
    let wheel: std::collections::BTreeSet<String> = all().map(Key::camelot).collect();
    assert_eq!(wheel.len(), 24);
}
