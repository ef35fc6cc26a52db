//! Starts and stops that come from the session, or go to it. Pure.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::safety::DeckState;
use echelon_engine::units::{DeckId, NUM_DECKS};

/// Goes by the session's start and stop, if that is set.
///
/// A stop stops the decks that play; a start lets those go on that a stop had stopped, on the next bar. A session that
/// plays already when it is joined starts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct StartStop {
    session_plays: Option<bool>,
    host_rolls: Option<bool>,
    stopped: [bool; NUM_DECKS],
}

impl StartStop {
    /// The session as it is now: what the decks are to do. `plays` is `None` if starts and stops are not to be shared.
    pub fn hear(&mut self, plays: Option<bool>, states: impl Fn(DeckId) -> DeckState) -> Vec<(Action, ActionTiming)> {
        let before = std::mem::replace(&mut self.session_plays, plays);
        match (before, plays) {
            (Some(true), Some(false)) => self.stop(states),
            (Some(false), Some(true)) => self.start(),
            (_, None) => {
                self.stopped = [false; NUM_DECKS];
                vec![]
            }
            _ => vec![],
        }
    }

    /// The host as it is now: what to tell the session, if that changed. `rolls` is `None` if it is not to be told.
    pub fn tell(&mut self, rolls: Option<bool>) -> Option<bool> {
        let before = std::mem::replace(&mut self.host_rolls, rolls);
        rolls.filter(|rolls| before.is_some_and(|before| before != *rolls))
    }

    fn stop(&mut self, states: impl Fn(DeckId) -> DeckState) -> Vec<(Action, ActionTiming)> {
        self.stopped = DeckId::ALL.map(|deck| matches!(states(deck), DeckState::Playing | DeckState::Primed));
        let stop = |deck| (Action::StopDeck { deck }, ActionTiming::Immediate);
        self.decks().map(stop).collect()
    }

    fn start(&mut self) -> Vec<(Action, ActionTiming)> {
        let play = |deck| (Action::PlayDeck { deck, position_secs: None }, ActionTiming::NextBar);
        let acts = self.decks().map(play).collect();
        self.stopped = [false; NUM_DECKS];
        acts
    }

    fn decks(&self) -> impl Iterator<Item = DeckId> {
        let stopped = self.stopped;
        DeckId::ALL.into_iter().filter(move |deck| stopped[deck.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(deck: DeckId) -> DeckState {
        if deck == DeckId::B { DeckState::Playing } else { DeckState::Stopped }
    }

    #[test]
    fn a_stop_stops_what_plays_and_a_start_lets_it_go_on_at_the_bar() {
        let mut sync = StartStop::default();
        assert!(sync.hear(Some(true), states).is_empty(), "it played before we came");
        let stop = (Action::StopDeck { deck: DeckId::B }, ActionTiming::Immediate);
        assert_eq!(sync.hear(Some(false), states), [stop]);
        assert!(sync.hear(Some(false), states).is_empty());
        let play = (Action::PlayDeck { deck: DeckId::B, position_secs: None }, ActionTiming::NextBar);
        assert_eq!(sync.hear(Some(true), |_| DeckState::Stopped), [play]);
        assert!(sync.hear(Some(true), states).is_empty());
    }

    #[test]
    fn nothing_happens_while_it_is_off_or_when_it_is_switched_on() {
        let mut sync = StartStop::default();
        for plays in [None, Some(true), None, Some(false), None, Some(true)] {
            assert!(sync.hear(plays, states).is_empty(), "{plays:?}");
        }
        sync.hear(Some(false), states);
        sync.hear(None, states);
        assert!(sync.hear(Some(false), states).is_empty());
        assert!(sync.hear(Some(true), states).is_empty(), "what was stopped before is forgotten");
    }

    #[test]
    fn the_session_is_told_what_the_host_does_and_not_what_it_did() {
        let mut sync = StartStop::default();
        let told = [Some(true), Some(true), Some(false), None, Some(true), Some(false)].map(|rolls| sync.tell(rolls));
        assert_eq!(told, [None, None, Some(false), None, None, Some(false)]);
    }
}
