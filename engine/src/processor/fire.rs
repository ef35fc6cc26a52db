//! What is due happens: asked of the policy once more, done, and told.

use std::sync::Arc;

use super::timing::beat_of_frame;
use super::{Fader, Moment, RigProcessor, readable, tell};
use crate::action::{ActionKind, Awaited, Deed, Entry, RecipeStart, RequestId, TimelineFull};
use crate::deck::{LoadRefused, Track};
use crate::input::{Control, ControlMove};
use crate::message::{At, EngineEvent, Garbage, Order, Refusal};
use crate::safety::{Ask, DeckLock, DeckState, LockReason, Nature, OnAirRule, SafetyViolation, Source};
use crate::units::{DeckId, ms_to_frames};

/// A load that comes while the track before the last one is still fading tries again after so many milliseconds.
const LOAD_RETRY_MS: f64 = 3.0;
/// All decks are out this long after a panic, in milliseconds.
pub(super) const PANIC_MS: f64 = 10.0;

impl RigProcessor {
    /// The policy's word on a deed, by the state of its deck now.
    pub(super) fn ask(
        &mut self,
        deed: &Deed,
        source: Source,
        nature: Nature,
        moment: Moment<'_>,
    ) -> Result<(), SafetyViolation> {
        let Some(deck) = deed.deck() else { return Ok(()) };
        let verdict = self.decide(deck, deed.kind(), source, nature, moment);
        if let Err(violation) = &verdict {
            self.policy.telemetry_mut().reject(violation, source);
        }
        verdict
    }

    /// The policy's word on an action, by the state of its deck now.
    pub(super) fn decide(
        &mut self,
        deck: DeckId,
        action: ActionKind,
        source: Source,
        nature: Nature,
        moment: Moment<'_>,
    ) -> Result<(), SafetyViolation> {
        let state = match self.state(deck) {
            DeckState::Primed if self.prepares_a_start(action, deck, moment) => DeckState::Stopped,
            DeckState::Playing if action == ActionKind::Play && self.is_held(deck) => DeckState::Stopped,
            state => state,
        };
        let on_air = self.is_on_air(deck, moment.block_frame);
        let undo_rests = self.deck(deck).is_some_and(|node| node.undo_rests());
        let known = self.policy.deck_mut(deck);
        (known.state, known.on_air, known.undo_rests) = (state, on_air, undo_rests);
        let beat = moment.clock.performance_beat_at(moment.frame);
        self.policy.decide(&Ask { source, deck, action, beat, nature })
    }

    /// Whether a deck plays only as long as a cue is held: a start lets it play on.
    fn is_held(&mut self, deck: DeckId) -> bool {
        self.deck(deck).is_some_and(|node| node.is_held())
    }

    /// Whether it moves the playhead on the very frame on which the deck is to start, as a seek and a play that were sent
    /// together do: that comes before the start.
    fn prepares_a_start(&self, kind: ActionKind, deck: DeckId, moment: Moment<'_>) -> bool {
        let here = moment.clock.performance_beat_at(moment.frame) + moment.clock.half_frame_beats();
        let start = self.timeline.gesture(deck, ActionKind::Play);
        matches!(kind, ActionKind::Seek | ActionKind::Cue | ActionKind::Loop) && start.is_some_and(|e| e.due <= here)
    }

    /// Does the first deed of the timeline, if the policy still allows it.
    pub(super) fn fire_next(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let Some(entry) = self.timeline.pop() else { return };
        self.cause = entry.id;
        let Entry { id, step, source, due, awaited, deed } = entry;
        if let Deed::Realign { deck, secs } = deed {
            return self.realign(deck, secs);
        }
        let nature = match deed {
            Deed::Seek { .. } if is_now(awaited) => Nature::NeedleDrop,
            Deed::Load { track: None, .. } => Nature::Release,
            ref deed if deed.lets_go() => Nature::Release,
            ref deed => self.nature_by_hand(deed, source),
        };
        if let Err(violation) = self.ask(&deed, source, nature, moment) {
            self.policy.telemetry_mut().refused_late(source);
            let order = Order { id, step, source, at: At::Now, deed };
            return self.refuse(order, Refusal::Violation(violation), moment, moves);
        }
        let late = moment.clock.frames_late(due, moment.frame);
        let cools_down = match deed {
            Deed::Gesture { .. } | Deed::SetMarks { .. } => !nature.is_release(),
            _ => nature != Nature::Turn,
        };
        let done = Done { id, step, source, kind: deed.kind(), deck: deed.deck(), cools_down };
        let deed = match deed {
            Deed::Load { deck, track } => match self.load(deck, track, (id, source), moment, moves) {
                Ok(()) => return self.tell_done(done, due, late, moment),
                Err(track) => {
                    let deed = Deed::Load { deck, track };
                    return self.retry_load(Entry { id, step, source, due, awaited, deed }, moment, moves);
                }
            },
            deed => deed,
        };
        match self.perform(&deed, source, late, moment, moves) {
            Ok(()) => self.tell_done(done, due, late, moment),
            Err(refusal) => self.refuse(Order { id, step, source, at: At::Now, deed }, refusal, moment, moves),
        }
    }

    fn tell_done(&mut self, done: Done, due: f64, error_frames: i64, moment: Moment<'_>) {
        let Done { id, step, source, kind, deck, cools_down } = done;
        let due_beat = readable(moment.clock.to_song(due));
        let frame = self.frames_before + u64::from(moment.block_frame);
        self.send(EngineEvent::Fired { id, step, source, action: kind, deck, frame, due_beat, error_frames });
        if let Some(deck) = deck.filter(|_| cools_down && kind != ActionKind::Load) {
            let beat = moment.clock.performance_beat_at(moment.frame);
            self.policy.done(deck, kind, beat, moment.clock.tempo().get());
        }
    }

    /// Does a deed that holds no track.
    fn perform(
        &mut self,
        deed: &Deed,
        source: Source,
        late: i64,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let frame = moment.block_frame;
        match *deed {
            Deed::Play { deck, position_secs } => {
                let late = u32::try_from(late).unwrap_or(0);
                if let Some(node) = self.deck(deck) {
                    node.play(position_secs, late);
                }
                self.deck_changed(deck, frame, moves);
            }
            Deed::Stop { deck } => self.stop(deck, None, moment, moves),
            Deed::Seek { deck, position_secs } => {
                if let Some(node) = self.deck(deck) {
                    node.seek(position_secs);
                }
                self.note_undo(deck, moment);
            }
            Deed::SetGain { deck, gain, over_beats } => {
                self.ways.start(Fader::Gain(deck), self.cause, over_beats > 0.0);
                self.set_gain(deck, gain, frames_of(over_beats, moment));
                tell(moves, frame, Control::Gain(deck), gain.0);
            }
            Deed::SetEq { deck, band, gain, over_beats } => {
                self.ways.start(Fader::Eq(deck, band), self.cause, over_beats > 0.0);
                self.set_eq(deck, band, gain, frames_of(over_beats, moment));
                tell(moves, frame, Control::Eq(deck, band), gain.0);
            }
            Deed::SetEcho { deck, send, over_beats } => {
                self.ways.start(Fader::Echo(deck), self.cause, over_beats > 0.0);
                self.set_echo(deck, send, frames_of(over_beats, moment));
                tell(moves, frame, Control::Echo(deck), send);
            }
            Deed::SetKnob { knob, value, over_beats } => {
                self.ways.start(Fader::Knob(knob), self.cause, over_beats > 0.0);
                self.set_knob(knob, value, frames_of(over_beats, moment));
                tell(moves, frame, Control::Knob(knob), value);
            }
            Deed::SetCrossfader { position, over_beats } => {
                self.ways.start(Fader::Crossfader, self.cause, over_beats > 0.0);
                self.set_crossfader(position, frames_of(over_beats, moment));
                tell(moves, frame, Control::Crossfader, position);
            }
            Deed::SetMasterGain { gain, over_beats } => {
                self.ways.start(Fader::Master, self.cause, over_beats > 0.0);
                self.set_master_gain(gain, frames_of(over_beats, moment));
                tell(moves, frame, Control::MasterGain, gain.0);
            }
            Deed::SetQuantize { choice } => {
                self.set_quantize(f32::from(choice));
                tell(moves, frame, Control::Quantize, f32::from(choice));
            }
            Deed::Gesture { deck, gesture, value } => {
                return self.gesture((deck, source), (gesture, value), late, moment, moves);
            }
            Deed::SetMarks { deck, marks } => {
                if let Some(node) = self.deck(deck) {
                    node.set_marks(marks);
                }
            }
            Deed::SetLock { deck, locked } => return self.set_lock(deck, locked, source),
            Deed::Undo { deck } => return self.undo(deck, source, moment, moves),
            Deed::Cancel { pending } => return self.cancel(pending, moment, moves),
            Deed::Panic => self.panic(moment, moves),
            Deed::Load { .. } | Deed::Realign { .. } => {}
        }
        Ok(())
    }

    /// Stops a deck in 3 ms, or in so many.
    pub(super) fn stop(&mut self, deck: DeckId, ms: Option<f64>, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        if let Some(node) = self.deck(deck) {
            match ms {
                Some(ms) => node.stop_within(ms),
                None => node.stop(),
            }
        }
        self.note_undo(deck, moment);
        self.deck_changed(deck, moment.block_frame, moves);
    }

    fn set_lock(&mut self, deck: DeckId, locked: bool, source: Source) -> Result<(), Refusal> {
        let reason = if source == Source::Bridge { LockReason::Source } else { LockReason::User };
        let done = if locked {
            self.policy.lock(deck, DeckLock { owner: source, reason })
        } else {
            self.policy.unlock(deck, source)
        };
        done.map_err(Refusal::Held)
    }

    /// Puts a track on a deck, or takes it off; gives it back if the deck cannot take it yet.
    fn load(
        &mut self,
        deck: DeckId,
        track: Option<Arc<Track>>,
        (id, source): (RequestId, Source),
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Option<Arc<Track>>> {
        if !self.deck(deck).is_some_and(|node| node.can_load()) {
            return Err(track);
        }
        let state = self.state(deck);
        let brings_one = track.is_some();
        if state == DeckState::Playing && (self.policy.settings().on_air == OnAirRule::StopFirst || !brings_one) {
            self.stop(deck, None, moment, moves);
        }
        let Some(node) = self.deck(deck) else { return Err(track) };
        let old = node.load(track, id.number()).map_err(|LoadRefused(track)| track)?;
        if let Some(old) = old {
            self.throw_away(Garbage::Track(old));
        }
        self.note_undo(deck, moment);
        if !brings_one {
            self.policy.ejected(deck);
        } else if source != Source::State {
            let beat = moment.clock.performance_beat_at(moment.frame);
            self.policy.done(deck, ActionKind::Load, beat, moment.clock.tempo().get());
        }
        self.deck_changed(deck, moment.block_frame, moves);
        Ok(())
    }

    fn retry_load(&mut self, entry: Entry, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        // By frames: musical time may stand still.
        let retry_frames = ms_to_frames(LOAD_RETRY_MS, moment.clock.sample_rate());
        let frame = self.frames_before + u64::from(moment.block_frame) + u64::from(retry_frames);
        let due = beat_of_frame(frame, self.frames_before, moment);
        let awaited = Awaited::Frame(frame);
        if let Err(TimelineFull(entry)) = self.timeline.insert(Entry { due, awaited, ..entry }) {
            let Entry { id, step, source, deed, .. } = entry;
            let order = Order { id, step, source, at: At::Now, deed };
            self.refuse(order, Refusal::Full, moment, moves);
        }
    }
}

/// It waits for no line and no beat.
const fn is_now(awaited: Awaited) -> bool {
    matches!(awaited, Awaited::Moment | Awaited::Step { start: RecipeStart::Now, .. })
}

/// What was done, for whom.
struct Done {
    id: RequestId,
    step: u8,
    source: Source,
    kind: ActionKind,
    deck: Option<DeckId>,
    /// The next of its kind has to wait.
    cools_down: bool,
}

/// The frames of a way that takes so many beats, at the tempo of its start.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; beats are not negative")]
fn frames_of(over_beats: f32, moment: Moment<'_>) -> u32 {
    (f64::from(over_beats) * 60.0 / moment.clock.tempo().get() * moment.clock.sample_rate()).round() as u32
}
