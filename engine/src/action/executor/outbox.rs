//! What the audio thread shall do and has not been sent yet, in order.

use std::collections::{HashSet, VecDeque};

use crate::action::{ActionKind, RequestId};
use crate::message::{At, ControlEvent, Order};
use crate::safety::{ActionMask, Source};

/// An order with the time at which it was admitted, in seconds.
#[derive(Debug)]
struct Waiting {
    since_secs: f64,
    event: ControlEvent,
}

/// Orders that wait for room on the way to the audio thread. Control thread.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Waiting>,
}

impl Outbox {
    /// Orders that wait here at most while the host makes no blocks; then the newest is refused.
    const CAPACITY: usize = 1024;
    /// Room beyond that for stop, cancel and panic.
    const RESERVED: usize = 64;
    /// So many orders (but for a project's) may wait ahead of a gesture or a lock; then the newest is refused. A stop that must not go ahead of
    /// it waits behind no more, and all of them fit into the ring at once.
    const AHEAD_OF_A_GESTURE: usize = 160;
    /// A gesture that has waited this long for a host that makes no blocks is too old to be right.
    const STALE_SECS: f64 = 10.0;

    /// Whether so many more fit.
    pub(super) fn has_room(&self, orders: usize, urgent: bool) -> bool {
        self.waiting.len() + orders <= Self::CAPACITY + if urgent { Self::RESERVED } else { 0 }
    }

    /// Whether one more thing fits that no stop of its deck goes ahead of.
    pub(super) fn has_room_for_gesture(&self) -> bool {
        let counts = |waiting: &&Waiting| matches!(&waiting.event, ControlEvent::Schedule(order) if order.source != Source::State);
        self.waiting.len() < Self::AHEAD_OF_A_GESTURE
            || self.waiting.iter().filter(counts).count() < Self::AHEAD_OF_A_GESTURE
    }

    /// How many wait up to the last that is urgent, that one included.
    pub(super) fn urgent_len(&self) -> usize {
        let urgent = |waiting: &Waiting| matches!(&waiting.event, ControlEvent::Schedule(order) if is_urgent(order));
        self.waiting.iter().rposition(urgent).map_or(0, |last| last + 1)
    }

    /// Adds an order behind the others; what is urgent goes ahead of all that it does not matter to. A move of a control that is already on its way to the same moment is replaced
    /// by it: the id of the older one is returned.
    pub(super) fn push(&mut self, order: Order, now_secs: f64) -> Option<RequestId> {
        if let Some(older) = self.superseded(&order) {
            let old = std::mem::replace(older, order);
            return Some(old.id);
        }
        let place = if is_urgent(&order) {
            self.waiting.iter().rposition(|other| !gives_way(&other.event, &order)).map_or(0, |last| last + 1)
        } else {
            self.waiting.len()
        };
        self.waiting.insert(place, Waiting { since_secs: now_secs, event: ControlEvent::Schedule(order) });
        None
    }

    /// The last order for the same control, unless something that is not a fader's move came after it: what is asked in
    /// an order happens in that order.
    fn superseded(&mut self, order: &Order) -> Option<&mut Order> {
        let alone = |at: At| !matches!(at, At::Step { .. });
        self.waiting.iter_mut().rev().find_map(|waiting| match &mut waiting.event {
            ControlEvent::Schedule(older)
                if older.deed.moves_the_same(&order.deed)
                    && older.at == order.at
                    && older.source == order.source
                    && alone(order.at) =>
            {
                Some(older)
            }
            _ => None,
        })
    }

    /// Adds what is no order.
    pub(super) fn push_event(&mut self, event: ControlEvent) {
        self.waiting.push_back(Waiting { since_secs: f64::INFINITY, event });
    }

    /// Hands on what there is room for, oldest first.
    pub(super) fn drain(&mut self, mut send: impl FnMut(ControlEvent) -> Result<(), ControlEvent>) {
        while let Some(Waiting { since_secs, event }) = self.waiting.pop_front() {
            if let Err(event) = send(event) {
                self.waiting.push_front(Waiting { since_secs, event });
                return;
            }
        }
    }

    /// Takes out what `matches`; of a recipe every step that is still here.
    pub(super) fn take(&mut self, matches: impl Fn(&Order) -> bool) -> Vec<Order> {
        self.take_whole(|order, _| matches(order))
    }

    fn take_whole(&mut self, matches: impl Fn(&Order, f64) -> bool) -> Vec<Order> {
        let meant = |waiting: &Waiting| match &waiting.event {
            ControlEvent::Schedule(order) if matches(order, waiting.since_secs) => Some(order.id),
            _ => None,
        };
        let ids: HashSet<RequestId> = self.waiting.iter().filter_map(meant).collect();
        let mut taken = vec![];
        if ids.is_empty() {
            return taken;
        }
        for waiting in std::mem::take(&mut self.waiting) {
            match waiting.event {
                ControlEvent::Schedule(order) if ids.contains(&order.id) => taken.push(order),
                event => self.waiting.push_back(Waiting { event, ..waiting }),
            }
        }
        taken
    }

    /// Takes out gestures that are too old. What a project brings and where faders stand stays right for ever.
    pub(super) fn take_stale(&mut self, now_secs: f64) -> Vec<Order> {
        let oldest = now_secs - Self::STALE_SECS;
        if self.waiting.iter().all(|waiting| waiting.since_secs > oldest) {
            return vec![];
        }
        self.take_whole(|order, since_secs| since_secs <= oldest && goes_stale(order))
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

/// A stop or a panic that is to happen at once: a flood of other things does not hold it up.
fn is_urgent(order: &Order) -> bool {
    order.at == At::Now && matches!(order.deed.kind(), ActionKind::Stop | ActionKind::Panic)
}

/// Whether nothing is different if `urgent` happens before this, which was asked for earlier.
fn gives_way(earlier: &ControlEvent, urgent: &Order) -> bool {
    let order = match earlier {
        ControlEvent::Schedule(order) => order,
        // No setting keeps anyone from a stop. A replay has its own order.
        other => return !matches!(other, ControlEvent::Until(_)),
    };
    if is_urgent(order) {
        return false;
    }
    let is_other_deck = order.deed.deck() != urgent.deed.deck();
    let is_free =
        matches!(order.deed.kind(), ActionKind::Mixer | ActionKind::Effect | ActionKind::Motion | ActionKind::Cancel);
    match urgent.deed.kind() {
        // Whatever it would have taken back is taken back already.
        ActionKind::Panic => true,
        _ => is_other_deck && order.deed.deck().is_some() || is_free,
    }
}

fn goes_stale(order: &Order) -> bool {
    let is_fader = !order.deed.kind().is_gesture() && !matches!(order.at, At::Step { .. });
    order.source != Source::State && (!is_fader || ActionMask::ALWAYS.allows(order.deed.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Deed;
    use crate::units::{Decibels, DeckId};

    fn order(source: Source, deed: Deed) -> Order {
        Order { id: RequestId::next(), step: 0, source, at: At::Now, deed }
    }

    fn gain(db: f32) -> Order {
        order(Source::Osc, Deed::SetGain { deck: DeckId::A, gain: Decibels(db), over_beats: 0.0 })
    }

    fn play() -> Order {
        order(Source::Osc, Deed::Play { deck: DeckId::A, position_secs: None })
    }

    #[test]
    fn a_fader_s_moves_become_one() {
        let mut outbox = Outbox::default();
        let (first, other) = (gain(-6.0), order(Source::Osc, Deed::SetCrossfader { position: 0.1, over_beats: 0.0 }));
        let id = first.id;
        assert_eq!(outbox.push(first, 0.0), None);
        assert_eq!(outbox.push(other, 0.0), None);
        assert_eq!(outbox.push(Order { source: Source::Editor, ..gain(-7.0) }, 0.0), None, "another hand");
        assert_eq!(outbox.push(gain(-3.0), 0.0), Some(id));
        assert_eq!(outbox.push(play(), 0.0), None);
        assert_eq!(outbox.push(play(), 0.0), None, "gestures are never merged here");
        assert_eq!(outbox.len(), 5);
    }

    #[test]
    #[expect(clippy::result_large_err, reason = "what finds no room comes back by value, without memory")]
    fn a_stop_and_a_panic_go_ahead_of_what_they_do_not_change_and_of_nothing_else() {
        let mut outbox = Outbox::default();
        let stop = |deck| order(Source::Osc, Deed::Stop { deck });
        let seek = |deck| order(Source::Osc, Deed::Seek { deck, position_secs: 1.0 });
        let lock = order(Source::Osc, Deed::SetLock { deck: DeckId::A, locked: false });
        let cancel = order(Source::Osc, Deed::Cancel { pending: crate::action::Pending::All });
        let first = [seek(DeckId::A), lock, cancel];
        let later = [gain(-6.0), seek(DeckId::B), seek(DeckId::C), gain(-7.0)];
        let (first_ids, later_ids) = (first.each_ref().map(|o| o.id), later.each_ref().map(|o| o.id));
        for order in first.into_iter().chain(later) {
            outbox.push(order, 0.0);
        }
        let (stopped, again, out) = (stop(DeckId::A), stop(DeckId::A), order(Source::Osc, Deed::Panic));
        let at_a_line = Order { at: At::Default, ..stop(DeckId::D) };
        let urgent = [stopped.id, again.id, at_a_line.id, out.id];
        for order in [stopped, again, at_a_line, out] {
            outbox.push(order, 0.0);
        }
        let mut ids = vec![];
        outbox.drain(|event| {
            if let ControlEvent::Schedule(order) = event {
                ids.push(order.id);
            }
            Ok(())
        });
        let [seek_a, lock, cancel] = first_ids;
        let [gain_a, seek_b, seek_c, _] = later_ids;
        // The second gain took the place of the first.
        assert_eq!(ids.len(), 10);
        let without_gain: Vec<_> = ids.into_iter().filter(|id| ![gain_a, later_ids[3]].contains(id)).collect();
        let expected = [seek_a, lock, urgent[0], urgent[1], urgent[3], cancel, seek_b, seek_c, urgent[2]];
        assert_eq!(without_gain, expected);
    }

    #[test]
    fn a_gesture_goes_stale_and_a_fader_and_a_project_do_not() {
        let mut outbox = Outbox::default();
        let old = play();
        let id = old.id;
        outbox.push(old, 0.0);
        outbox.push(gain(0.0), 0.0);
        outbox.push(order(Source::State, Deed::Stop { deck: DeckId::B }), 0.0);
        outbox.push(play(), 5.0);
        assert!(outbox.take_stale(9.9).is_empty());
        let stale = outbox.take_stale(10.1);
        assert_eq!((stale.len(), stale[0].id, outbox.len()), (1, id, 3));
    }

    #[test]
    fn a_setting_in_front_keeps_nothing_from_going_stale_and_a_recipe_goes_as_a_whole() {
        let mut outbox = Outbox::default();
        outbox.push_event(ControlEvent::SetClock(RequestId::HOST, crate::clock::ClockPolicy::default()));
        let at = At::Step { start: crate::action::RecipeStart::Now, after_beats: 0.0 };
        outbox.push(Order { at, ..play() }, 0.0);
        outbox.push(Order { at, ..gain(-3.0) }, 0.0);
        assert_eq!((outbox.take_stale(10.1).len(), outbox.len()), (2, 1));
    }
}
