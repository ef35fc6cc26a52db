//! Where the host's bar lines are. Some hosts do not know: Ardour says the next bar's start, or counts every bar as one
//! of four beats; qtractor says its own position.

use super::super::GridLines;
use crate::units::TimeSignature;

/// Rounding in what hosts say of bars and places, in beats.
const SLIP_BEATS: f64 = 1.0 / 400.0;

/// Closer than this to the host's position is that position, in beats.
const OWN_PLACE_BEATS: f64 = 1e-6;

/// Bars that must start where the host said, before a host that said wrong is believed again.
const PENANCE: i8 = 2;

/// Weighs the host's word on bar starts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bars {
    /// The last word.
    said: Option<f64>,
    /// The song beat then.
    song_beat: f64,
    /// They were the same.
    was_own_place: bool,
    /// Bars that are missing until the host is believed.
    doubt: i8,
}

impl Bars {
    /// Brings the lines up to a place in the song. `moved` says that it did not come there in the flow of time.
    /// Returns whether the lines are others than those before, though the song went on.
    pub(super) fn follow(
        &mut self,
        lines: &mut GridLines,
        said: Option<f64>,
        signature: TimeSignature,
        song_beat: f64,
        moved: bool,
    ) -> bool {
        let (before, bar_beats) = (*lines, signature.bar_beats());
        // Bars of another length begin with the bar in which they came, or, if the song came from elsewhere, who knows.
        let from = if moved && bar_beats != before.bar_beats { 0.0 } else { before.around(song_beat).bar_start_beat };
        *lines = GridLines { bar_start_beat: from, bar_beats }.around(song_beat);
        let doubted = self.doubt;
        if let Some(said) = said {
            let flow = (!moved).then_some(before.bar_beats);
            if self.is_credible(said, song_beat, bar_beats, flow) {
                lines.bar_start_beat = said;
            }
        }
        if self.doubt > doubted && doubted == 0 {
            // It was believed until now: forget what it said.
            *lines = GridLines { bar_start_beat: 0.0, bar_beats }.around(song_beat);
        }
        (self.said, self.song_beat) = (said, song_beat);
        !moved && !lines.agrees_with(&before)
    }

    /// Whether a bar can start there. `flow`: length of the bars until now, if the song went on since the last word.
    fn is_credible(&mut self, said: f64, song_beat: f64, bar_beats: f64, flow: Option<f64>) -> bool {
        let into_bar = song_beat - said;
        let is_own_place = into_bar.abs() <= OWN_PLACE_BEATS;
        // Off every eighth of a beat no bar starts.
        let off_beat = (said * 8.0 - (said * 8.0).round()).abs() > 1e-3;
        let was_own_place = std::mem::replace(&mut self.was_own_place, is_own_place);
        if is_own_place && off_beat {
            self.doubt = PENANCE;
        }
        if let (Some(last), Some(old_bar_beats)) = (self.said.filter(|last| *last != said), flow) {
            let bars = (said - last) / old_bar_beats;
            let whole = bars.round() >= 1.0 && (bars - bars.round()).abs() * old_bar_beats <= SLIP_BEATS;
            let crossed = said > self.song_beat - SLIP_BEATS && into_bar >= -SLIP_BEATS;
            if crossed && whole {
                self.doubt = (self.doubt - 1).max(0);
            } else if !crossed || (is_own_place && was_own_place) {
                self.doubt = PENANCE;
            }
        }
        self.doubt == 0 && into_bar >= -SLIP_BEATS && into_bar < bar_beats + SLIP_BEATS
    }
}
