//! What is pending on the audio thread, soonest first.

use super::{ActionKind, Awaited, Deed, RequestId};
use crate::deck::NUM_HOT_CUES;
use crate::safety::Source;
use crate::units::{DeckId, NUM_DECKS};

/// A deed that waits for its beat.
#[derive(Debug)]
pub struct Entry {
    /// For the receipts; [`RequestId::HOST`] has none.
    pub id: RequestId,
    /// Which step of a recipe; 0 for what is none.
    pub step: u8,
    /// Who asked.
    pub source: Source,
    /// Performance beat on which it is due.
    pub due: f64,
    /// What it waits for.
    pub awaited: Awaited,
    /// What to do.
    pub deed: Deed,
}

impl Entry {
    /// Sorts by beat, then by kind; of seeks the rig's own first: it must not move where a hand wants to be. Beats within
    /// 2^-24 (a thousandth of a frame) are one.
    fn key(&self) -> (i64, ActionKind, bool) {
        #[expect(clippy::cast_possible_truncation, reason = "saturates beyond 10^11 beats")]
        let beat = (self.due * f64::from(1 << 24)).round() as i64;
        (beat, self.deed.kind(), self.deed.is_wish())
    }

    /// Whether it is the pending gesture of this kind on this deck.
    fn is_gesture_of(&self, deck: DeckId, kind: ActionKind) -> bool {
        self.deed.deck() == Some(deck) && self.deed.kind() == kind && self.deed.is_wish()
    }
}

/// Pending deeds in the order of execution, in room that never grows. Audio thread.
#[derive(Debug)]
pub struct Timeline {
    entries: Vec<Entry>,
}

/// No room; the entry comes back.
#[derive(Debug)]
pub struct TimelineFull(pub Entry);

impl Default for Timeline {
    fn default() -> Self {
        Self { entries: Vec::with_capacity(Self::ROOM) }
    }
}

impl Timeline {
    /// Deeds that may be pending at once.
    pub const CAPACITY: usize = 304;
    /// What may be pending but for gestures. The rest is kept for these and for the steps of recipes: a stop always finds
    /// room.
    pub const MIXER_CAPACITY: usize = Self::CAPACITY - NUM_DECKS * Self::OF_A_DECK - Self::RECIPE_ROOM;
    /// Gestures of a deck that may be pending: one of each kind, the releases of its buttons, what sets a mark, and the
    /// deck's way back into phase.
    const OF_A_DECK: usize = ActionKind::GESTURES + NUM_HOT_CUES + 4;
    /// Steps of recipes that may be pending.
    pub const RECIPE_ROOM: usize = 64;
    /// Beyond all that, for locks, cancels and panics.
    pub const URGENT_ROOM: usize = 16;
    /// Everything that can be in it.
    pub const ROOM: usize = Self::CAPACITY + Self::URGENT_ROOM;

    /// Adds an entry behind those of the same beat and kind.
    ///
    /// # Errors
    /// [`TimelineFull`] gives it back when there is no room.
    #[expect(clippy::result_large_err, reason = "what finds no room comes back whole: nothing is boxed on this way")]
    pub fn insert(&mut self, entry: Entry) -> Result<(), TimelineFull> {
        let capacity = match entry.deed.kind() {
            ActionKind::Lock | ActionKind::Cancel | ActionKind::Panic => Self::ROOM,
            kind if kind.is_gesture() || matches!(entry.awaited, Awaited::Step { .. }) => Self::CAPACITY,
            _ => Self::MIXER_CAPACITY,
        };
        if self.entries.len() >= capacity {
            return Err(TimelineFull(entry));
        }
        let key = entry.key();
        let place = self.entries.partition_point(|other| other.key() <= key);
        self.entries.insert(place, entry);
        Ok(())
    }

    /// When the first entry is due.
    #[must_use]
    pub fn next_due(&self) -> Option<f64> {
        self.entries.first().map(|entry| entry.due)
    }

    /// Takes the first entry.
    pub fn pop(&mut self) -> Option<Entry> {
        (!self.entries.is_empty()).then(|| self.entries.remove(0))
    }

    /// Takes the last entry, if there is no room for one more.
    pub fn take_last_of_full(&mut self) -> Option<Entry> {
        if self.entries.len() < Self::ROOM { None } else { self.entries.pop() }
    }

    /// Takes the first entry of which `matches` says yes.
    pub fn take_first(&mut self, matches: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let place = self.entries.iter().position(matches)?;
        Some(self.entries.remove(place))
    }

    /// Takes the first pending gesture of this kind on this deck.
    pub fn take_gesture(&mut self, deck: DeckId, kind: ActionKind) -> Option<Entry> {
        self.take_first(|entry| entry.is_gesture_of(deck, kind))
    }

    /// The first pending gesture of this kind on this deck.
    #[must_use]
    pub fn gesture(&self, deck: DeckId, kind: ActionKind) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is_gesture_of(deck, kind))
    }

    /// Gives each entry the beat that `requantize` says for what it awaits and its present beat, and sorts again.
    pub fn requantize(&mut self, requantize: impl Fn(Awaited, f64) -> f64) {
        for entry in &mut self.entries {
            entry.due = requantize(entry.awaited, entry.due);
        }
        // Stable and in place: insertion sort, for at most a few hundred nearly sorted entries.
        for i in 1..self.entries.len() {
            let mut j = i;
            while j > 0 && self.entries[j - 1].key() > self.entries[j].key() {
                self.entries.swap(j - 1, j);
                j -= 1;
            }
        }
    }

    /// The pending entries, soonest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Decibels;

    fn entry(due: f64, deed: Deed) -> Entry {
        Entry { id: RequestId::next(), step: 0, source: Source::Osc, due, awaited: Awaited::Moment, deed }
    }

    fn play(deck: DeckId) -> Deed {
        Deed::Play { deck, position_secs: None }
    }

    #[test]
    fn on_the_same_beat_stop_comes_before_play_before_mixer() {
        let mut timeline = Timeline::default();
        timeline.insert(entry(4.0, Deed::SetGain { deck: DeckId::A, gain: Decibels::ZERO, over_beats: 0.0 })).unwrap();
        timeline.insert(entry(4.0 + 1e-12, play(DeckId::A))).unwrap();
        timeline.insert(entry(4.0, Deed::Stop { deck: DeckId::B })).unwrap();
        timeline.insert(entry(3.0, play(DeckId::C))).unwrap();
        let kinds: Vec<_> = std::iter::from_fn(|| timeline.pop()).map(|e| e.deed.kind()).collect();
        assert_eq!(kinds, [ActionKind::Play, ActionKind::Stop, ActionKind::Play, ActionKind::Mixer]);
    }

    #[test]
    fn equal_entries_keep_the_order_of_admission_through_a_requantize() {
        let mut timeline = Timeline::default();
        let ids: Vec<_> = [8.0, 4.0, 6.0]
            .map(|due| {
                let entry = entry(due, Deed::SetCrossfader { position: 0.5, over_beats: 0.0 });
                let id = entry.id;
                timeline.insert(entry).unwrap();
                id
            })
            .to_vec();
        timeline.requantize(|_, _| 12.0);
        let after: Vec<_> = std::iter::from_fn(|| timeline.pop()).map(|e| e.id).collect();
        assert_eq!(after, [ids[1], ids[2], ids[0]]);
    }

    #[test]
    fn a_full_timeline_gives_the_newest_back_and_does_not_grow() {
        let mut timeline = Timeline::default();
        let capacity = timeline.entries.capacity();
        for _ in 0..Timeline::MIXER_CAPACITY {
            timeline.insert(entry(1.0, Deed::SetCrossfader { position: 0.0, over_beats: 0.0 })).unwrap();
        }
        assert!(timeline.insert(entry(1.0, Deed::SetCrossfader { position: 0.0, over_beats: 0.0 })).is_err());
        for _ in Timeline::MIXER_CAPACITY..Timeline::CAPACITY {
            timeline.insert(entry(0.0, Deed::Stop { deck: DeckId::A })).unwrap();
        }
        let last = entry(0.0, play(DeckId::A));
        let id = last.id;
        let TimelineFull(back) = timeline.insert(last).unwrap_err();
        assert_eq!(back.id, id);
        assert_eq!(timeline.entries.capacity(), capacity);
    }

    #[test]
    fn a_gesture_is_found_by_deck_and_kind() {
        let mut timeline = Timeline::default();
        timeline.insert(entry(1.0, play(DeckId::A))).unwrap();
        assert!(timeline.gesture(DeckId::A, ActionKind::Play).is_some());
        assert!(timeline.take_gesture(DeckId::B, ActionKind::Play).is_none());
        assert!(timeline.take_gesture(DeckId::A, ActionKind::Play).is_some());
        assert!(timeline.gesture(DeckId::A, ActionKind::Play).is_none());
    }
}
