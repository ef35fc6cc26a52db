//! What the decks do when the host's transport starts, stops or jumps.

use super::{Moment, RigProcessor};
use crate::action::{Awaited, Deed, Entry, Grid, RequestId};
use crate::clock::{BlockClock, Discontinuity, JumpPolicy, StopPolicy};
use crate::input::ControlMove;
use crate::safety::{DeckState, Source};
use crate::units::DeckId;

/// A deck this close to its phase is in phase, in seconds: a tenth of a millisecond.
const IN_PHASE_SECS: f64 = 1e-4;

impl RigProcessor {
    /// Carries out the policies. `moment` is the first frame on which the host is where it says.
    pub(super) fn follow_host(&mut self, what: Discontinuity, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let wrapped = if let Discontinuity::Jumped { wrapped: Some(ago), .. } = what { ago } else { 0.0 };
        self.requantize(moment.clock, wrapped);
        match what {
            Discontinuity::Stopped => self.host_stopped(moment, moves),
            Discontinuity::Jumped { beats, .. } => self.host_jumped(beats, moment.clock),
            Discontinuity::Switched { beats } => self.source_switched(beats, moment.clock),
            Discontinuity::Started { .. } | Discontinuity::Regridded => {}
        }
    }

    fn host_stopped(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        if self.clock.policy().stop != StopPolicy::StopDecks {
            return;
        }
        for deck in DeckId::ALL {
            if self.state(deck) == DeckState::Playing {
                self.stop(deck, None, moment, moves);
            }
        }
    }

    /// Lets the decks stand still with musical time, or go on with it.
    pub(super) fn hold_decks(&mut self, held: bool) {
        for deck in DeckId::ALL {
            if let Some(node) = self.deck(deck) {
                node.hold(held);
            }
        }
    }

    fn host_jumped(&mut self, beats: f64, clock: &BlockClock) {
        let (secs_per_beat, bar_beats) = (60.0 / clock.tempo().get(), clock.lines().bar_beats);
        match self.clock.policy().jump {
            JumpPolicy::Ignore => {}
            JumpPolicy::Jump => {
                for deck in DeckId::ALL {
                    self.realign(deck, beats * secs_per_beat);
                }
            }
            JumpPolicy::RealignAtNextBar => {
                for deck in DeckId::ALL {
                    if self.state(deck) == DeckState::Playing {
                        self.realign_at_next_bar(deck, beats, bar_beats, clock);
                    }
                }
            }
        }
    }

    /// Another source leads: what is heard goes on, and comes into phase at the new source's next bar.
    fn source_switched(&mut self, beats: f64, clock: &BlockClock) {
        if self.clock.policy().jump == JumpPolicy::Ignore {
            return;
        }
        for deck in DeckId::ALL {
            if self.state(deck) == DeckState::Playing {
                self.realign_at_next_bar(deck, beats, clock.lines().bar_beats, clock);
            }
        }
    }

    /// What stood on a bar line shall stand on one again: the shorter way there, on the next line.
    fn realign_at_next_bar(&mut self, deck: DeckId, beats: f64, bar_beats: f64, clock: &BlockClock) {
        let is_realign = |entry: &Entry| matches!(entry.deed, Deed::Realign { deck: other, .. } if other == deck);
        let secs_per_beat = 60.0 / clock.tempo().get();
        let before = match self.timeline.take_first(is_realign).map(|entry| entry.deed) {
            Some(Deed::Realign { secs, .. }) => secs / secs_per_beat,
            _ => 0.0,
        };
        let way = beats + before;
        let way = way - (way / bar_beats).round() * bar_beats;
        let secs = way * secs_per_beat;
        if secs.abs() < IN_PHASE_SECS {
            return;
        }
        let line = clock.lines().next(Grid::BAR, clock.song_beat_at(0), clock.half_frame_beats());
        // No room for it: the deck plays on out of phase, which is what it does now.
        let _ = self.timeline.insert(Entry {
            id: RequestId::HOST,
            step: 0,
            source: Source::Host,
            due: clock.to_performance(line),
            awaited: Awaited::Line(Grid::BAR),
            deed: Deed::Realign { deck, secs },
        });
    }

    /// Moves a deck if it still plays.
    pub(super) fn realign(&mut self, deck: DeckId, secs: f64) {
        if self.state(deck) == DeckState::Playing
            && let Some(node) = self.deck(deck)
        {
            node.shift(secs);
        }
    }
}
