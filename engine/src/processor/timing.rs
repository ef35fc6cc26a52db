//! The way onto the timeline: from "when" to a beat, and to another one when the host jumps.

use super::{Moment, RigProcessor, is_gesture, readable};
use crate::action::{ActionKind, Awaited, Deed, Entry, MusicalNow, QuantizedAction, RequestId, TimelineFull};
use crate::clock::BlockClock;
use crate::input::ControlMove;
use crate::message::{At, EngineEvent, Refusal};
use crate::safety::{DeckState, Source};

impl RigProcessor {
    /// Puts a deed on the timeline. Resolved here rather than on the control side, so that a press a moment before the
    /// line still makes it.
    pub(super) fn schedule(
        &mut self,
        id: RequestId,
        source: Source,
        at: At,
        deed: Deed,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        self.cause = id;
        let quantized = self.quantizer.resolve(at, deed.kind(), now(moment));
        let QuantizedAction { due_beat, awaited, .. } = match quantized {
            Ok(quantized) => quantized,
            Err(too_late) => return self.refuse(id, deed, Refusal::TooLate(too_late.0)),
        };
        if self.stop_waiting(id, &deed, moment.clock.to_performance(due_beat), moment, moves) {
            return;
        }
        self.replace_pending(&deed);
        let deck = deed.deck();
        let entry = Entry { id, source, due: moment.clock.to_performance(due_beat), awaited, deed };
        match self.timeline.insert(entry) {
            Ok(()) => self.send(EngineEvent::Scheduled { id, due_beat: readable(due_beat) }),
            Err(TimelineFull(entry)) => self.refuse(id, entry.deed, Refusal::Full),
        }
        if let Some(deck) = deck {
            self.send_state(deck);
        }
    }

    /// A stop takes away a start that would not have come before it. On a deck that rests that is all there is to do,
    /// at once: `true`.
    fn stop_waiting(
        &mut self,
        id: RequestId,
        deed: &Deed,
        due: f64,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> bool {
        let Deed::Stop { deck } = *deed else { return false };
        let starts_before = |play: &Entry| play.due < due - moment.clock.half_frame_beats();
        if self.timeline.gesture(deck, ActionKind::Play).is_none_or(starts_before) {
            return false;
        }
        let waits = self.state(deck) == DeckState::Primed;
        if let Some(play) = self.timeline.take_gesture(deck, ActionKind::Play) {
            self.send(EngineEvent::Cancelled { id: play.id });
        }
        if !waits {
            return false;
        }
        let due_beat = readable(moment.clock.song_beat_at(moment.frame));
        self.deck_changed(deck, moment.block_frame, moves);
        self.send(EngineEvent::Scheduled { id, due_beat });
        self.send(EngineEvent::Fired { id, due_beat, error_frames: 0 });
        true
    }

    /// One pending gesture for each deck and kind: the newest.
    fn replace_pending(&mut self, deed: &Deed) {
        let Some(deck) = deed.deck().filter(|_| is_gesture(deed.kind())) else { return };
        if let Some(old) = self.timeline.take_gesture(deck, deed.kind()) {
            self.send(EngineEvent::Cancelled { id: old.id });
            self.discard(old.deed);
        }
    }

    /// After the host jumped: what waits for a line that is none any more waits for the next one, and what waits for a
    /// beat of the song waits where that beat is now. What is due at this very frame stays: a loop's end is its start.
    pub(super) fn requantize(&mut self, clock: &BlockClock) {
        let (lines, tolerance) = (clock.lines(), clock.half_frame_beats());
        let (now, song_now) = (clock.performance_beat_at(0), clock.song_beat_at(0));
        self.timeline.requantize(|awaited, due| match awaited {
            _ if (due - now).abs() <= tolerance => due,
            Awaited::Line(grid) if !lines.is_on(grid, clock.to_song(due), tolerance) => {
                clock.to_performance(lines.next(grid, song_now, tolerance))
            }
            Awaited::SongBeat(beat) if beat >= song_now - tolerance => clock.to_performance(beat),
            Awaited::Line(_) | Awaited::SongBeat(_) | Awaited::Moment => due,
        });
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
