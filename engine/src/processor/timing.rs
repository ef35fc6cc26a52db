//! The way onto the timeline: from "when" to a beat, and to another one when the host jumps.

use super::{Moment, RigProcessor, readable};
use crate::action::{
    ActionKind, Awaited, Deed, Entry, Gesture, MusicalNow, QuantizedAction, RecipeStart, RequestId, TimelineFull,
    TooLate,
};
use crate::clock::BlockClock;
use crate::input::ControlMove;
use crate::message::{At, EngineEvent, Order, Refusal};
use crate::safety::DeckState;

impl RigProcessor {
    /// Puts a deed on the timeline. Resolved here rather than on the control side, so that a press a moment before the
    /// line still makes it.
    pub(super) fn schedule(&mut self, order: Order, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        self.cause = order.id;
        if self.recipe == Some((order.id, None)) {
            // A step before this one was refused or taken back: its request has its answer already.
            return self.discard(order.deed);
        }
        let Place { due, awaited } = match self.place(&order, moment) {
            Ok(place) => self.with_its_press(&order, place, moment),
            Err(too_late) => return self.refuse_at_once(order, Refusal::TooLate(too_late.0), moment, moves),
        };
        if self.stop_waiting(&order, due, moment, moves) {
            return;
        }
        self.replace_pending(&order, due, moment);
        if order.deed.kind() == ActionKind::Panic
            && let Some(last) = self.timeline.take_last_of_full()
        {
            // It would be taken back a moment later.
            self.take_back(last);
            self.cause = order.id;
        }
        let Order { id, step, source, at, deed } = order;
        let deck = deed.deck();
        let due_beat = readable(moment.clock.to_song(due));
        let frame = self.frames_at(moment);
        match self.timeline.insert(Entry { id, step, source, due, awaited, deed }) {
            Ok(()) => self.send(EngineEvent::Scheduled { id, step, due_beat, frame }),
            Err(TimelineFull(Entry { deed, .. })) => {
                self.refuse_at_once(Order { id, step, source, at, deed }, Refusal::Full, moment, moves);
            }
        }
        if let Some(deck) = deck {
            self.send_state(deck);
        }
    }

    /// It came, and there is no place for it.
    fn refuse_at_once(&mut self, order: Order, why: Refusal, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        if order.id != RequestId::HOST {
            self.send(EngineEvent::Came { id: order.id, step: order.step, frame: self.frames_at(moment) });
        }
        self.refuse(order, why, moment, moves);
    }

    /// The performance beat on which an order is due, and what it waits for.
    fn place(&mut self, order: &Order, moment: Moment<'_>) -> Result<Place, TooLate> {
        let clock = moment.clock;
        match order.at {
            At::Step { start, after_beats } => {
                let base = match self.recipe {
                    Some((id, Some(base))) if id == order.id => base,
                    _ => {
                        let line = self.quantizer.resolve(order.at, order.deed.kind(), now(moment))?;
                        clock.to_performance(line.due_beat)
                    }
                };
                self.recipe = Some((order.id, Some(base)));
                let awaited = Awaited::Step { start, after_beats };
                Ok(Place { due: base + after_beats, awaited })
            }
            At::Frame(frame) if frame > self.frames_before + u64::from(moment.block_frame) => {
                let due = beat_of_frame(frame, self.frames_before, moment);
                Ok(Place { due, awaited: Awaited::Frame(frame) })
            }
            at => {
                let QuantizedAction { due_beat, awaited, .. } =
                    self.quantizer.resolve(at, order.deed.kind(), now(moment))?;
                Ok(Place { due: clock.to_performance(due_beat), awaited })
            }
        }
    }

    /// On a deck that plays on from a hot cue a press is enough: the release of one that still waits takes nothing back.
    /// It comes when the press comes, and ends that should the deck rest by then.
    fn with_its_press(&mut self, order: &Order, place: Place, moment: Moment<'_>) -> Place {
        let Deed::Gesture { deck, gesture: Gesture::HotCueRelease, value: number } = order.deed else { return place };
        let plays_on = self.deck(deck).is_some_and(|node| node.plays_on_from_cues());
        let after = place.due + moment.clock.half_frame_beats();
        let is_press = |entry: &&Entry| {
            matches!(entry.deed, Deed::Gesture { deck: on, gesture: Gesture::HotCue, value } if on == deck && value == number)
                && entry.due > after
        };
        match self.timeline.iter().find(is_press) {
            Some(&Entry { due, awaited, .. }) if plays_on && order.step == 0 => Place { due, awaited },
            _ => place,
        }
    }

    /// What waits for a frame is due on it, whatever the tempo has done since.
    pub(super) fn anchor_frames(&mut self, moment: Moment<'_>) {
        if self.timeline.iter().any(|entry| matches!(entry.awaited, Awaited::Frame(_))) {
            let before = self.frames_before;
            self.timeline.requantize(|awaited, due| match awaited {
                Awaited::Frame(frame) => beat_of_frame(frame, before, moment),
                _ => due,
            });
        }
    }

    /// A stop takes away a start that would not have come before it. On a deck that rests that is all there is to do,
    /// at once: `true`.
    fn stop_waiting(&mut self, order: &Order, due: f64, moment: Moment<'_>, moves: &mut Vec<ControlMove>) -> bool {
        let (Deed::Stop { deck }, id) = (&order.deed, order.id) else { return false };
        let deck = *deck;
        let starts_after = |play: &Entry| {
            play.deed.deck() == Some(deck)
                && play.deed.kind() == ActionKind::Play
                && (play.id != id || id == RequestId::HOST)
                && play.due >= due - moment.clock.half_frame_beats()
        };
        let waits = self.state(deck) == DeckState::Primed;
        let Some(play) = self.timeline.take_first(starts_after) else { return false };
        self.take_back(play);
        if !waits || order.step > 0 || matches!(order.at, At::Step { .. }) {
            return false;
        }
        let due_beat = readable(moment.clock.song_beat_at(moment.frame));
        self.deck_changed(deck, moment.block_frame, moves);
        let frame = self.frames_at(moment);
        self.send(EngineEvent::Scheduled { id, step: 0, due_beat, frame });
        let Order { source, .. } = *order;
        let (action, deck) = (ActionKind::Stop, Some(deck));
        self.send(EngineEvent::Fired { id, step: 0, source, action, deck, frame, due_beat, error_frames: 0 });
        true
    }

    /// One pending gesture for each deck and kind: the newest. The steps of one recipe do not replace each other, and
    /// a load does not replace an eject that is due on this very frame, nor a button's release a press that comes before
    /// it: both happen.
    fn replace_pending(&mut self, order: &Order, due: f64, moment: Moment<'_>) {
        let half_frame = moment.clock.half_frame_beats();
        let now = moment.clock.performance_beat_at(moment.frame) + half_frame;
        let Some(deck) = order.deed.deck().filter(|_| order.deed.kind().is_gesture()) else { return };
        let (kind, id) = (order.deed.kind(), order.id);
        let both_happen = matches!(kind, ActionKind::Load | ActionKind::Cue | ActionKind::Loop);
        let is_older = |old: &Entry| {
            old.deed.deck() == Some(deck)
                && old.deed.kind() == kind
                && (old.due > now || !both_happen)
                && (old.id != id || id == RequestId::HOST)
                && order.deed.replaces(&old.deed)
                && (!order.deed.is_release() || old.deed.is_release() || old.due > due + half_frame)
        };
        if let Some(old) = self.timeline.take_first(is_older) {
            self.take_back(old);
        }
    }

    /// After the host jumped: what waits for a line that is none any more waits for the next one, and what waits for a
    /// beat of the song waits where that beat is now; if that is past, its time has passed. What is due at this very
    /// frame stays: a loop's end is its start. `wrapped` is how many beats ago the host's loop began again: a line in
    /// these beats has not been heard.
    pub(super) fn requantize(&mut self, clock: &BlockClock, wrapped: f64) {
        let (lines, tolerance) = (clock.lines(), clock.half_frame_beats());
        let (now, song_now) = (clock.performance_beat_at(0), clock.song_beat_at(0));
        let is_past = |beat: f64| beat < song_now - tolerance;
        let expires = |entry: &Entry| match entry.awaited {
            Awaited::SongBeat(beat) => is_past(beat) && (entry.due - now).abs() > tolerance,
            Awaited::Step { start: RecipeStart::SongBeat(beat), after_beats } => {
                is_past(beat) && entry.due - after_beats > now + tolerance
            }
            _ => false,
        };
        while let Some(entry) = self.timeline.take_first(expires) {
            self.cause = entry.id;
            self.send(EngineEvent::Expired { id: entry.id });
            self.discard(entry.deed);
            self.take_back_the_rest(entry.id);
        }
        let next_line = |grid, due: f64| {
            if lines.is_on(grid, clock.to_song(due), tolerance) {
                due
            } else {
                // Just under a frame: a wrap between two frames must not lose the line at the loop's start.
                clock.to_performance(lines.next(grid, song_now - wrapped, 1.9 * tolerance))
            }
        };
        self.timeline.requantize(|awaited, due| match awaited {
            _ if (due - now).abs() <= tolerance => due,
            Awaited::Line(grid) => next_line(grid, due),
            Awaited::Step { start, after_beats } if due - after_beats > now + tolerance => match start {
                RecipeStart::Now => due,
                RecipeStart::Line(grid) => next_line(grid, due - after_beats) + after_beats,
                RecipeStart::SongBeat(beat) => clock.to_performance(beat) + after_beats,
            },
            Awaited::SongBeat(beat) => clock.to_performance(beat),
            Awaited::Step { .. } | Awaited::Moment | Awaited::Frame(_) => due,
        });
    }
}

/// Where on the timeline an order belongs.
struct Place {
    due: f64,
    awaited: Awaited,
}

/// The performance beat of a frame that counts from the rig's first, of which `before` came before this block. One that
/// is past is now; one after the segment is guessed by the tempo, and anchored again when its segment comes.
pub(super) fn beat_of_frame(frame: u64, before: u64, moment: Moment<'_>) -> f64 {
    let clock = moment.clock;
    let segment = before + u64::from(moment.block_frame - moment.frame);
    let ahead = frame.saturating_sub(segment).max(u64::from(moment.frame));
    match u32::try_from(ahead) {
        // Musical time stands still: not due before the next block that begins at or after it.
        Ok(ahead) if clock.stands_still() && ahead > moment.frame => clock.performance_beat_at(0) + 1.0,
        Ok(ahead) if ahead < clock.frames() => clock.performance_beat_at(ahead),
        _ => {
            let beyond = (ahead - u64::from(clock.frames())) as f64 + 0.5;
            clock.performance_beat_at(clock.frames()) + beyond * 2.0 * clock.half_frame_beats()
        }
    }
}

fn now(moment: Moment<'_>) -> MusicalNow {
    MusicalNow {
        song_beat: moment.clock.song_beat_at(moment.frame),
        lines: moment.clock.lines(),
        tempo_bpm: moment.clock.tempo().get(),
        tolerance_beats: moment.clock.half_frame_beats(),
    }
}
