//! What is on the decks once a request came to its end: view and saved state follow the receipt.

use echelon_engine::action::{Receipt, RequestId};
use echelon_engine::units::DeckId;

use super::{Change, DeckFiles};
use crate::view::{LoadState, TrackView};

/// The code of a refusal because of what the deck is doing.
pub(super) const NOT_ALLOWED: &str = "not_allowed";
/// Loads that are remembered for an undo.
const BROUGHT: usize = 64;

impl DeckFiles {
    /// An undo put back the track that a load had brought.
    pub(in crate::control) fn undone(&mut self, deck: DeckId, load: RequestId) {
        let track = self.brought.iter().find(|(id, _)| *id == load).map(|(_, track)| track.clone()).unwrap_or_default();
        let path = track.path.clone();
        self.saved.put_track_as_of(self.loads, deck, path);
        self.put_on_deck(deck, track);
        self.load_on_deck[deck.index()] = Some(load);
        self.analyses.ask(load);
        self.show_what_is_there(deck);
    }

    /// Notes what is on a deck now. What was there before need not be analysed any more.
    fn put_on_deck(&mut self, deck: DeckId, track: TrackView) {
        let before = std::mem::replace(&mut self.on_deck[deck.index()], track);
        if let Some(load) = before.brought_by.filter(|load| self.on_deck[deck.index()].brought_by != Some(*load)) {
            self.analyses.give_up(load);
        }
    }

    /// Brings view and saved state in line with a receipt. `true` if the person need not be told otherwise.
    pub(in crate::control) fn settle(&mut self, receipt: &Receipt) -> bool {
        if !receipt.is_final() {
            return false;
        }
        let id = receipt.id();
        if let Some(place) = self.stops.iter().position(|stop| *stop == id) {
            self.stops.remove(place);
            return true;
        }
        if let Some(place) = self.marking.iter().position(|(other, _)| *other == id) {
            self.marking.remove(place);
            return true;
        }
        let Some(place) = self.changes.iter().position(|change| change.id == id) else { return false };
        let change = self.changes.remove(place);
        match receipt {
            Receipt::Done { .. } => self.done(change),
            Receipt::Refused { code, text, .. } if change.restoring => {
                self.not_restored(change, code, text);
                return true;
            }
            _ => {
                self.analyses.give_up(id);
                self.show_what_is_there(change.deck);
            }
        }
        false
    }

    /// The deck has the change's track.
    fn done(&mut self, change: Change) {
        self.see_to_missing(&change);
        let Change { id, deck, track, note, restoring, loads, located, .. } = change;
        self.brought.truncate(BROUGHT - 1);
        self.brought.push_front((id, track.clone()));
        // A project's file may have been found elsewhere. Its ejects only make room.
        if !restoring || track.path.is_some() {
            let path = track.path.clone();
            self.saved.put_track_as_of(loads, deck, path);
            // With the path: who hears that the load is done may save at once.
            let length = self.analyses.length(id);
            self.saved.update_as_of(loads, |state| state.lengths[deck.index()] = length);
        }
        if let Some(note) = note {
            self.view.tell(Some(deck), format!("{}: {note}", track.name));
        }
        self.load_on_deck[deck.index()] = track.path.is_some().then_some(id);
        // The trim of a file that was found is the project's too.
        self.of_project[deck.index()] = (restoring || located.is_some()).then_some(id);
        self.put_on_deck(deck, track);
        self.show_what_is_there(deck);
    }

    /// A project's track could not be put onto its deck.
    fn not_restored(&mut self, change: Change, code: &str, text: &str) {
        let Change { id, deck, track, loads, .. } = change;
        self.analyses.give_up(id);
        // It was started in between: by the host's own hand, or by a request that was on its way.
        if code == NOT_ALLOWED && loads == self.loads && self.tries > 0 {
            self.tries -= 1;
            self.again[deck.index()] = true;
            return;
        }
        self.load_on_deck[deck.index()] = None;
        self.is_missing[deck.index()] = loads == self.loads;
        self.put_on_deck(deck, TrackView { load: LoadState::Failed(text.to_owned()), ..track });
        self.show_what_is_there(deck);
    }
}
