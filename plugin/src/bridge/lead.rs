//! What a leader asks for: seen from the rig's snapshots, so that it does not matter who moved it. Pure.
//!
//! A start or stop that waits for its beat is asked for as soon as it is seen waiting, well ahead; if it is taken back
//! it is revoked. What happens without having waited is asked for after the fact, for at once. A recipe shows one step
//! at a time: steps on the same beat as the one that is shown come after the fact too.

use echelon_engine::action::{ActionKind, RequestId};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::DeckState;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::{Message, Request};

/// The crossfader is told of at most this often, in seconds.
const FADER_SECS: f64 = 0.05;
/// A way of the crossfader that is worth telling.
const FADER_STEP: f32 = 1.0 / 512.0;
/// A track this near to its end has ended by itself, in seconds.
const END_SECS: f64 = 0.1;

/// A request that waits at the leader.
#[derive(Clone, Copy, Debug)]
struct Announced {
    deck: DeckId,
    kind: ActionKind,
    id: RequestId,
    due_beat: f64,
    number: i32,
}

/// What the other end has been told. Begins with a connection, or with the lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Lead {
    announced: Vec<Announced>,
    states: Option<[DeckState; NUM_DECKS]>,
    crossfader: f32,
    crossfader_at: f64,
    next_number: i32,
}

impl Lead {
    /// Begins anew: what there is now is not told.
    pub fn begin(&mut self) {
        *self = Self { next_number: self.next_number, ..Self::default() };
    }

    /// What is to be told of a snapshot. `now` in seconds. At most a request for each deck and kind, twice, and one
    /// for the crossfader.
    pub fn follow(&mut self, snapshot: &Snapshot, now: f64) -> Vec<Message> {
        let states = snapshot.decks.map(|deck| deck.state);
        let Some(before) = self.states.replace(states) else {
            (self.crossfader, self.crossfader_at) = (snapshot.crossfader, now);
            return vec![];
        };
        let mut told = vec![];
        let mut known = [false; NUM_DECKS];
        self.follow_pending(snapshot, &before, &mut known, &mut told);
        for deck in DeckId::ALL {
            let i = deck.index();
            if !known[i] {
                self.follow_deck(snapshot, deck, before[i], &mut told);
            }
        }
        self.follow_crossfader(snapshot, now, &mut told);
        told
    }

    /// What waits, and what no longer does. Decks of which the change was foretold are `known`.
    fn follow_pending(
        &mut self,
        snapshot: &Snapshot,
        before: &[DeckState; NUM_DECKS],
        known: &mut [bool; NUM_DECKS],
        told: &mut Vec<Message>,
    ) {
        let waiting: Vec<(DeckId, ActionKind, RequestId, f64)> = snapshot
            .pending
            .iter()
            .flatten()
            .filter(|view| matches!(view.kind, ActionKind::Play | ActionKind::Stop))
            .filter_map(|view| Some((view.deck?, view.kind, view.id, view.due_beat)))
            .collect();
        for gone in std::mem::take(&mut self.announced) {
            let i = gone.deck.index();
            let plays = snapshot.decks[i].state == DeckState::Playing;
            if waiting.iter().any(|(deck, kind, ..)| (*deck, *kind) == (gone.deck, gone.kind)) {
                self.announced.push(gone);
            } else if plays == (gone.kind == ActionKind::Play) && plays != (before[i] == DeckState::Playing) {
                known[i] = true;
            } else {
                told.push(Message::Revoke(gone.number));
            }
        }
        for (deck, kind, id, due_beat) in waiting {
            let place = self.announced.iter().position(|other| (other.deck, other.kind) == (deck, kind));
            let old = place.map(|place| self.announced[place]);
            if old.is_some_and(|old| old.id == id && (old.due_beat - due_beat).abs() < 1e-3) {
                continue;
            }
            let number = self.ask(kind, deck, due_beat, told);
            let new = Announced { deck, kind, id, due_beat, number };
            match place {
                // The newer one takes the place of the older, here and there.
                Some(place) => self.announced[place] = new,
                None => self.announced.push(new),
            }
        }
    }

    /// What happened without having waited.
    fn follow_deck(&mut self, snapshot: &Snapshot, deck: DeckId, before: DeckState, told: &mut Vec<Message>) {
        let view = &snapshot.decks[deck.index()];
        let (was, is) = (before == DeckState::Playing, view.state == DeckState::Playing);
        let has_ended = was && view.length_secs > 0.0 && view.position_secs >= view.length_secs - END_SECS;
        if was != is && !has_ended {
            let kind = if is { ActionKind::Play } else { ActionKind::Stop };
            self.ask(kind, deck, snapshot.clock.song_beat, told);
        }
    }

    fn follow_crossfader(&mut self, snapshot: &Snapshot, now: f64, told: &mut Vec<Message>) {
        let way = (snapshot.crossfader - self.crossfader).abs();
        if way >= FADER_STEP && now - self.crossfader_at >= FADER_SECS {
            (self.crossfader, self.crossfader_at) = (snapshot.crossfader, now);
            let number = self.number();
            told.push(Message::Request(number, Request::Crossfader { position: snapshot.crossfader }));
        }
    }

    fn ask(&mut self, kind: ActionKind, deck: DeckId, beat: f64, told: &mut Vec<Message>) -> i32 {
        let number = self.number();
        let request =
            if kind == ActionKind::Play { Request::Play { deck, beat } } else { Request::Stop { deck, beat } };
        told.push(Message::Request(number, request));
        number
    }

    fn number(&mut self) -> i32 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }
}
