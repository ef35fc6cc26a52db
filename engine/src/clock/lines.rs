//! Where the lines of a grid are in the song.

use crate::action::Grid;

/// The bars around a place in the song; answers where grid lines are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridLines {
    /// Song beat of a bar's first beat.
    pub bar_start_beat: f64,
    /// Length of a bar in quarter notes; above zero.
    pub bar_beats: f64,
}

/// Bars of rounding below a bar line that still belong to the bar after it.
const ON_BAR_LINE: f64 = 1e-9;

impl GridLines {
    /// The same lines, told from the bar in which `song_beat` is.
    #[must_use]
    pub fn around(&self, song_beat: f64) -> Self {
        let bars = ((song_beat - self.bar_start_beat) / self.bar_beats + ON_BAR_LINE).floor();
        Self { bar_start_beat: self.bar_start_beat + bars * self.bar_beats, ..*self }
    }

    /// Whether both have their bar lines on the same beats.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let bars = (self.bar_start_beat - other.bar_start_beat) / self.bar_beats;
        self.bar_beats == other.bar_beats && (bars - bars.round()).abs() * self.bar_beats < 1e-6
    }

    /// The first line at or after `song_beat`; one up to `tolerance_beats` before it still counts as at it.
    ///
    /// `ceil((b - e) / q) * q`, from BEHAVIOUR: on the line means now.
    #[must_use]
    pub fn next(&self, grid: Grid, song_beat: f64, tolerance_beats: f64) -> f64 {
        let (anchor, step) = self.anchor_and_step(grid);
        anchor + ((song_beat - anchor - tolerance_beats) / step).ceil() * step
    }

    /// The last line at or before `song_beat`.
    #[must_use]
    pub fn last(&self, grid: Grid, song_beat: f64) -> f64 {
        let (anchor, step) = self.anchor_and_step(grid);
        anchor + ((song_beat - anchor) / step).floor() * step
    }

    /// Whether a line is within `tolerance_beats` of `song_beat`.
    #[must_use]
    pub fn is_on(&self, grid: Grid, song_beat: f64, tolerance_beats: f64) -> bool {
        let (anchor, step) = self.anchor_and_step(grid);
        let steps = (song_beat - anchor) / step;
        (steps - steps.round()).abs() * step <= tolerance_beats
    }

    /// Place in the bar, 0..1.
    #[must_use]
    pub fn bar_phase(&self, song_beat: f64) -> f64 {
        let phase = ((song_beat - self.bar_start_beat) / self.bar_beats).rem_euclid(1.0);
        // A rounding below 0 is a whole one.
        if phase < 1.0 { phase } else { 0.0 }
    }

    /// One line of the grid, and the distance between lines. Every n-th bar is counted from the song's start.
    fn anchor_and_step(&self, grid: Grid) -> (f64, f64) {
        match grid {
            Grid::Beats(beats) => (0.0, beats),
            Grid::Bars(bars) => {
                let bars = f64::from(bars.max(1));
                let bar_index = (self.bar_start_beat / self.bar_beats).round();
                (self.bar_start_beat - bar_index.rem_euclid(bars) * self.bar_beats, bars * self.bar_beats)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: GridLines = GridLines { bar_start_beat: 8.0, bar_beats: 4.0 };

    #[test]
    fn on_the_line_means_now() {
        assert_eq!(COMMON.next(Grid::BAR, 8.0, 1e-6), 8.0);
        assert_eq!(COMMON.next(Grid::BAR, 8.0 + 5e-7, 1e-6), 8.0);
        assert_eq!(COMMON.next(Grid::BAR, 8.0 + 2e-6, 1e-6), 12.0);
        assert_eq!(COMMON.next(Grid::BEAT, 8.5, 1e-6), 9.0);
    }

    #[test]
    fn every_second_bar_counts_from_the_song_start() {
        assert_eq!(COMMON.next(Grid::Bars(2), 8.1, 1e-6), 16.0);
        let odd = GridLines { bar_start_beat: 12.0, bar_beats: 4.0 };
        assert_eq!(odd.next(Grid::Bars(2), 12.1, 1e-6), 16.0);
        assert_eq!(odd.next(Grid::Bars(4), 12.1, 1e-6), 16.0);
    }

    #[test]
    fn bars_of_seven_eight_and_before_the_song() {
        let lines = GridLines { bar_start_beat: 7.0, bar_beats: 3.5 };
        assert_eq!(lines.next(Grid::BAR, 8.0, 1e-6), 10.5);
        let pre_roll = GridLines { bar_start_beat: -4.0, bar_beats: 4.0 };
        assert_eq!(pre_roll.next(Grid::BAR, -2.5, 1e-6), 0.0);
        assert_eq!(pre_roll.last(Grid::BAR, -2.5), -4.0);
        assert_eq!(pre_roll.bar_phase(-3.0), 0.25);
        let from_zero = GridLines { bar_start_beat: 0.0, bar_beats: 4.0 };
        assert_eq!(from_zero.bar_phase(-1e-300), 0.0, "never a whole one");
    }

    #[test]
    fn is_on_sees_both_sides_of_a_line() {
        assert!(COMMON.is_on(Grid::BAR, 12.0 - 1e-9, 1e-6));
        assert!(COMMON.is_on(Grid::BAR, 12.0 + 1e-9, 1e-6));
        assert!(!COMMON.is_on(Grid::BAR, 13.0, 1e-6));
    }
}
