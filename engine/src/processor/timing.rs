//! The way onto the timeline: from "when" to a beat, and to another one when the host jumps.

use super::{Moment, RigProcessor, readable};
use crate::action::{ActionKind, Awaited, Deed, Entry, MusicalNow, QuantizedAction, RequestId, TimelineFull, TooLate};
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
            return self.discard(order.deed);
        }
        let Place { due, awaited, late_frames } = match self.place(&order, moment) {
            Ok(place) => place,
            Err(too_late) => return self.refuse(order, Refusal::TooLate(too_late.0), moment, moves),
        };
        if self.stop_waiting(&order, due, moment, moves) {
            return;
        }
        self.replace_pending(&order);
        let Order { id, step, source, at, deed } = order;
        let deck = deed.deck();
        let due_beat = readable(moment.clock.to_song(due));
        match self.timeline.insert(Entry { id, step, source, due, awaited, late_frames, deed }) {
            Ok(()) => self.send(EngineEvent::Scheduled { id, step, due_beat }),
            Err(TimelineFull(Entry { deed, .. })) => {
                self.refuse(Order { id, step, source, at, deed }, Refusal::Full, moment, moves);
            }
        }
        if let Some(deck) = deck {
            self.send_state(deck);
        }
    }

    /// The performance beat on which an order is due, and what it waits for.
    fn place(&mut self, order: &Order, moment: Moment<'_>) -> Result<Place, TooLate> {
        let clock = moment.clock;
        match order.at {
            At::Frame { frame, late_frames } => {
                let due = beat_of_frame(frame, self.frames_before, moment);
                Ok(Place { due, awaited: Awaited::Frame(frame), late_frames })
            }
            At::Step { grid, after_beats } => {
                let base = match self.recipe {
                    Some((id, Some(base))) if id == order.id => base,
                    _ => {
                        let line = self.quantizer.resolve(order.at, order.deed.kind(), now(moment))?;
                        clock.to_performance(line.due_beat)
                    }
                };
                self.recipe = Some((order.id, Some(base)));
                let awaited = grid.map_or(Awaited::Moment, |grid| Awaited::Step { grid, after_beats });
                Ok(Place { due: base + after_beats, awaited, late_frames: 0 })
            }
            at => {
                let QuantizedAction { due_beat, awaited, .. } =
                    self.quantizer.resolve(at, order.deed.kind(), now(moment))?;
                Ok(Place { due: clock.to_performance(due_beat), awaited, late_frames: 0 })
            }
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
        self.send(EngineEvent::Scheduled { id, step: 0, due_beat });
        let Order { source, .. } = *order;
        let frame = self.frames_before + u64::from(moment.block_frame);
        let (action, deck) = (ActionKind::Stop, Some(deck));
        self.send(EngineEvent::Fired { id, step: 0, source, action, deck, frame, due_beat, error_frames: 0 });
        true
    }

    /// One pending gesture for each deck and kind: the newest. The steps of one recipe do not replace each other.
    fn replace_pending(&mut self, order: &Order) {
        let Some(deck) = order.deed.deck().filter(|_| order.deed.kind().is_gesture()) else { return };
        let (kind, id) = (order.deed.kind(), order.id);
        let is_older = |old: &Entry| {
            old.deed.deck() == Some(deck) && old.deed.kind() == kind && (old.id != id || id == RequestId::HOST)
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
        while let Some(entry) = self.timeline.take_first(|entry| match entry.awaited {
            Awaited::SongBeat(beat) => is_past(beat) && (entry.due - now).abs() > tolerance,
            _ => false,
        }) {
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
            Awaited::Step { grid, after_beats } if due - after_beats > now + tolerance => {
                next_line(grid, due - after_beats) + after_beats
            }
            Awaited::SongBeat(beat) => clock.to_performance(beat),
            Awaited::Step { .. } | Awaited::Moment | Awaited::Frame(_) => due,
        });
    }
}

/// Where on the timeline an order belongs.
struct Place {
    due: f64,
    awaited: Awaited,
    late_frames: u32,
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
