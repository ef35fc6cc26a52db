//! From "when" to a beat. The control side uses it to foretell, the audio thread to decide.

use super::{ActionKind, Grid, RecipeStart};
use crate::clock::GridLines;
use crate::message::At;

/// What an action waits for: tells where it goes when the host jumps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Awaited {
    /// Nothing that can move: it is due in the flow of time.
    Moment,
    /// A line of a grid: after a jump, the next one.
    Line(Grid),
    /// This beat of the song: after a jump, there if it is still to come.
    SongBeat(f64),
    /// So many beats after a line, with the other steps of a recipe: it moves with that line until it has begun.
    Step {
        /// The recipe's line.
        start: RecipeStart,
        /// Beats after its line.
        after_beats: f64,
    },
    /// A frame since the rig began.
    Frame(u64),
}

/// A beat for an action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantizedAction {
    /// Song beat on which it is due.
    pub due_beat: f64,
    /// What it waits for.
    pub awaited: Awaited,
    /// By how much the beat is past, in beats; above zero only within the late grace.
    pub late_beats: f64,
}

/// The beat that was asked for is past, by this many beats.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("that beat was {0:.3} beats ago")]
pub struct TooLate(pub f64);

/// Musical now, as the quantizer needs it.
#[derive(Clone, Copy, Debug)]
pub struct MusicalNow {
    /// Song beat.
    pub song_beat: f64,
    /// Bars around it.
    pub lines: GridLines,
    /// Quarter notes a minute.
    pub tempo_bpm: f64,
    /// Closer than this to a line is on it: half a frame.
    pub tolerance_beats: f64,
}

/// Finds the beat on which an action is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantizer {
    /// The quantize setting for play and stop; `None` is off.
    pub default: Option<Grid>,
}

impl Default for Quantizer {
    fn default() -> Self {
        Self { default: Grid::CHOICES[Grid::DEFAULT_CHOICE] }
    }
}

impl Quantizer {
    /// A start that comes up to this long after its line runs at once, in phase, in beats.
    const GRACE_BEATS: f64 = 1.0 / 16.0;
    /// And no longer than this.
    const GRACE_SECS: f64 = 0.060;

    /// The beat on which an action of `kind` is due.
    ///
    /// # Errors
    /// [`TooLate`] if it asked for a song beat that is past.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn resolve(&self, at: At, kind: ActionKind, now: MusicalNow) -> Result<QuantizedAction, TooLate> {
        let at_once = QuantizedAction { due_beat: now.song_beat, awaited: Awaited::Moment, late_beats: 0.0 };
        let default = match kind {
            ActionKind::Play | ActionKind::Stop | ActionKind::Undo => self.default,
            _ => None,
        };
        match at {
            // Where its frame is the processor knows.
            At::Now | At::Frame(_) | At::Step { start: RecipeStart::Now, .. } => Ok(at_once),
            At::Step { start: RecipeStart::Line(grid), .. } => Ok(Self::next_line(grid, now)),
            // No late grace: it is for one start, not for what comes with it.
            At::Step { start: RecipeStart::SongBeat(beat), .. } => {
                self.resolve(At::SongBeat(beat), ActionKind::Stop, now)
            }
            At::Default => Ok(default.map_or(at_once, |grid| Self::on_grid(grid, kind, now))),
            At::Line(grid) => Ok(Self::on_grid(grid, kind, now)),
            At::SongBeat(due_beat) => {
                let late_beats = now.song_beat - due_beat;
                let (awaited, graced) = (Awaited::SongBeat(due_beat), Self::grace_beats(kind, now));
                match late_beats {
                    late if late <= now.tolerance_beats => Ok(QuantizedAction { due_beat, awaited, late_beats: 0.0 }),
                    late if late <= graced => Ok(QuantizedAction { due_beat, awaited: Awaited::Moment, late_beats }),
                    late => Err(TooLate(late)),
                }
            }
        }
    }

    fn on_grid(grid: Grid, kind: ActionKind, now: MusicalNow) -> QuantizedAction {
        let last = now.lines.last(grid, now.song_beat);
        let late_beats = now.song_beat - last;
        if late_beats > now.tolerance_beats && late_beats <= Self::grace_beats(kind, now) {
            return QuantizedAction { due_beat: last, awaited: Awaited::Moment, late_beats };
        }
        Self::next_line(grid, now)
    }

    fn next_line(grid: Grid, now: MusicalNow) -> QuantizedAction {
        let due_beat = now.lines.next(grid, now.song_beat, now.tolerance_beats);
        QuantizedAction { due_beat, awaited: Awaited::Line(grid), late_beats: 0.0 }
    }

    /// Only a start can be late and still right: its track goes on in phase.
    fn grace_beats(kind: ActionKind, now: MusicalNow) -> f64 {
        if kind == ActionKind::Play { Self::GRACE_BEATS.min(Self::GRACE_SECS * now.tempo_bpm / 60.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(song_beat: f64) -> MusicalNow {
        let lines = GridLines { bar_start_beat: (song_beat / 4.0).floor() * 4.0, bar_beats: 4.0 };
        MusicalNow { song_beat, lines, tempo_bpm: 120.0, tolerance_beats: 1e-5 }
    }

    #[test]
    fn play_and_stop_follow_the_setting_and_the_rest_is_at_once() {
        let quantizer = Quantizer::default();
        let due = |kind| quantizer.resolve(At::Default, kind, now(5.5)).unwrap().due_beat;
        assert_eq!((due(ActionKind::Play), due(ActionKind::Stop)), (8.0, 8.0));
        assert_eq!((due(ActionKind::Seek), due(ActionKind::Mixer)), (5.5, 5.5));
        let off = Quantizer { default: None };
        assert_eq!(off.resolve(At::Default, ActionKind::Play, now(5.5)).unwrap().due_beat, 5.5);
    }

    #[test]
    fn a_start_just_after_the_line_catches_up_and_a_stop_waits() {
        let quantizer = Quantizer::default();
        let play = quantizer.resolve(At::Line(Grid::BAR), ActionKind::Play, now(8.05)).unwrap();
        assert_eq!((play.due_beat, play.awaited), (8.0, Awaited::Moment));
        assert!((play.late_beats - 0.05).abs() < 1e-12);
        assert_eq!(quantizer.resolve(At::Line(Grid::BAR), ActionKind::Play, now(8.07)).unwrap().due_beat, 12.0);
        assert_eq!(quantizer.resolve(At::Line(Grid::BAR), ActionKind::Stop, now(8.05)).unwrap().due_beat, 12.0);
        let fast = MusicalNow { tempo_bpm: 30.0, ..now(8.05) };
        assert_eq!(quantizer.resolve(At::Line(Grid::BAR), ActionKind::Play, fast).unwrap().due_beat, 12.0, "60 ms");
    }

    #[test]
    fn a_beat_in_the_past_is_refused_beyond_the_grace() {
        let quantizer = Quantizer::default();
        assert_eq!(quantizer.resolve(At::SongBeat(4.0), ActionKind::Play, now(5.0)), Err(TooLate(1.0)));
        assert!(quantizer.resolve(At::SongBeat(4.96), ActionKind::Play, now(5.0)).unwrap().late_beats > 0.0);
        assert!(quantizer.resolve(At::SongBeat(4.96), ActionKind::Stop, now(5.0)).is_err());
        assert_eq!(quantizer.resolve(At::SongBeat(6.5), ActionKind::Stop, now(5.0)).unwrap().due_beat, 6.5);
    }
}
