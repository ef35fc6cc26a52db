//! Where phrases of four bars open: their chord is mostly that of the key, which tells a minor key from the major with the
//! same notes. Which of every four bars that is nobody says, so each is tried, and what speaks for it is told.

use echelon_engine::deck::BeatGrid;

/// Bars of a phrase, and how long its opening is.
pub const PHRASE_BARS: usize = 4;
const OPENING_BEATS: f64 = 2.0;
const OPENING_SECS: f64 = 1.5;
/// What it counts (in natural logarithms of likelihood) that the first notes are in that bar, and that the first sound is:
/// a band that enters after a bar of drums is in the second bar of its phrase. Learned with the weights of the keys.
const FIRST_NOTES: f64 = 2.74;
const FIRST_ATTACK: f64 = 2.62;

/// The places where phrases may open.
#[derive(Clone, Debug)]
pub struct Phrases<'a> {
    grid: Option<&'a BeatGrid>,
    frames_per_sec: f64,
    first_notes_secs: f64,
    first_attack_secs: f64,
}

impl<'a> Phrases<'a> {
    /// Of a track with this grid, whose first notes and first attack are there.
    pub const fn new(
        grid: Option<&'a BeatGrid>,
        frames_per_sec: f64,
        first_notes_secs: f64,
        first_attack_secs: f64,
    ) -> Self {
        Self { grid, frames_per_sec, first_notes_secs, first_attack_secs }
    }

    /// Whether a moment is in an opening, if phrases open with this one of every four bars; without a grid the first notes are.
    pub fn opens(&self, secs: f64, place: usize) -> bool {
        let Some((grid, beats)) = self.beats(secs) else { return secs < self.first_notes_secs + OPENING_SECS };
        let bar = beats / f64::from(grid.beats_per_bar());
        place_of(bar.floor()) == place && beats.rem_euclid(f64::from(grid.beats_per_bar())) < OPENING_BEATS
    }

    /// How likely each of them is; together 1.
    pub fn likely(&self) -> [f64; PHRASE_BARS] {
        let mut likely = [1.0; PHRASE_BARS];
        for (secs, counts) in [(self.first_notes_secs, FIRST_NOTES), (self.first_attack_secs, FIRST_ATTACK)] {
            if let Some((grid, beats)) = self.beats(secs) {
                likely[place_of((beats / f64::from(grid.beats_per_bar())).round())] *= counts.exp();
            }
        }
        let sum: f64 = likely.iter().sum();
        likely.map(|value| value / sum)
    }

    fn beats(&self, secs: f64) -> Option<(&BeatGrid, f64)> {
        self.grid.map(|grid| (grid, grid.beat_at(secs * self.frames_per_sec)))
    }
}

/// The place of a bar in phrases that open with the grid's first.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..4")]
fn place_of(bar: f64) -> usize {
    bar.rem_euclid(PHRASE_BARS as f64) as usize % PHRASE_BARS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 120 BPM at 1000 frames a second: a bar is two seconds.
    fn grid() -> BeatGrid {
        BeatGrid::steady(0.0, 500.0).unwrap()
    }

    #[test]
    fn every_fourth_bar_opens_with_its_first_two_beats() {
        let grid = grid();
        let phrases = Phrases::new(Some(&grid), 1_000.0, 0.0, 0.0);
        let open: Vec<u32> = (0..32).filter(|half| phrases.opens(f64::from(*half) + 0.5, 1)).collect();
        assert_eq!(open, [2, 10, 18, 26]);
    }

    #[test]
    fn a_band_that_enters_after_a_bar_of_drums_may_be_in_its_second() {
        let grid = grid();
        let both = Phrases::new(Some(&grid), 1_000.0, 0.1, 0.0).likely();
        assert!(both[0] > 0.9, "{both:?}");
        let late = Phrases::new(Some(&grid), 1_000.0, 2.1, 0.0).likely();
        assert!(late[0] > 0.3 && late[1] > 0.3 && late[2] < 0.1, "{late:?}");
        assert_eq!(Phrases::new(None, 1_000.0, 2.1, 0.0).likely(), [0.25; 4]);
    }
}
