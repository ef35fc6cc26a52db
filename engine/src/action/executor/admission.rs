//! From a request to an order: is it valid, does the policy allow it, is there room?

use std::path::PathBuf;

use super::ActionExecutor;
use super::loads::PendingLoad;
use super::open::Open;
use crate::action::{
    Action, ActionKind, ActionTiming, Deed, Gesture, Grid, MusicalNow, Quantizer, Receipt, Recipe, RecipeStart,
    Request, RequestId, Setting, Timeline, TooLate, Turn, WantedTrack,
};
use crate::clock::BeatClock;
use crate::message::{At, Order, Refusal, Snapshot};
use crate::mixer::SlewClass;
use crate::safety::{ActionMask, Ask, DeckSafety, DeckState, Nature, SafetyViolation, Source};
use crate::shadow::EngineShadowState;
use crate::units::DeckId;

/// Why a request is not admitted: a word for programs and a sentence for people.
struct NotAdmitted {
    code: &'static str,
    text: String,
}

impl From<SafetyViolation> for NotAdmitted {
    fn from(violation: SafetyViolation) -> Self {
        Self { code: violation.code(), text: violation.to_string() }
    }
}

impl From<Refusal> for NotAdmitted {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code(), text: refusal.to_string() }
    }
}

impl NotAdmitted {
    fn invalid(reason: impl ToString) -> Self {
        Self { code: "invalid", text: reason.to_string() }
    }
}

/// Why not, with what the policy says if it is the policy's word.
type NotAllowed = (NotAdmitted, Option<SafetyViolation>);

/// The policy's word on one step of a recipe, counted from 0.
fn of_step(step: usize, recipe: &Recipe, violation: SafetyViolation) -> NotAllowed {
    let text = format!("step {} of \"{}\": {violation}", step + 1, recipe.name);
    (NotAdmitted { code: violation.code(), text }, Some(violation))
}

/// What may be asked without doing it.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Who would ask.
    pub source: Source,
    /// What.
    pub action: &'a Action,
    /// When.
    pub timing: ActionTiming,
}

impl ActionExecutor {
    /// Whether a request would be admitted now. Changes nothing.
    ///
    /// # Errors
    /// The code and the sentence of the refusal.
    pub fn can(&self, question: &Question<'_>, shadow: &EngineShadowState) -> Result<(), (&'static str, String)> {
        let Question { source, action, timing } = *question;
        let action = valid(action.clone()).map_err(|invalid| (invalid.code, invalid.text))?;
        let verdict = self.check(source, &action, self.at(source, &action, timing, shadow), shadow);
        verdict.map_err(|(refused, _)| (refused.code, refused.text))
    }

    pub(super) fn admit(&mut self, request: Request, shadow: &EngineShadowState, turn: &mut Turn) {
        let Request { id, source, action, timing } = request;
        let (deck, kind) = (action.deck(), action.kind());
        let snapshot = shadow.snapshot();
        self.open.insert(id, Open::new(snapshot.frames, timing == ActionTiming::Immediate));
        let action = valid(action);
        self.log.asked(id, source, action.as_ref().ok(), timing, snapshot);
        let admitted = action.and_then(|action| self.admit_valid(id, source, action, timing, shadow, turn));
        self.policy.telemetry_mut().heard(source, kind, admitted.is_ok(), snapshot.frames);
        if let Err(NotAdmitted { code, text }) = admitted {
            self.finish(Receipt::Refused { id, deck, code, text }, turn);
        }
    }

    fn admit_valid(
        &mut self,
        id: RequestId,
        source: Source,
        action: Action,
        timing: ActionTiming,
        shadow: &EngineShadowState,
        turn: &mut Turn,
    ) -> Result<(), NotAdmitted> {
        let kind = action.kind();
        if matches!(timing, ActionTiming::CustomBeat(beat) if !beat.is_finite()) {
            return Err(NotAdmitted::invalid("the beat is not a finite number"));
        }
        let urgent = ActionMask::ALWAYS.allows(kind);
        self.check_rate(source, urgent)?;
        let at = self.at(source, &action, timing, shadow);
        if let Err((refused, violation)) = self.check(source, &action, at, shadow) {
            if let Some(violation) = violation {
                self.policy.telemetry_mut().reject(&violation, source);
            }
            return Err(refused);
        }
        let orders = if let Action::RunRecipe { recipe } = &action { recipe.steps.len() } else { 1 };
        let crowded = orders > 1 && self.open.recipe_steps() + orders > Timeline::RECIPE_ROOM;
        // A panic makes room: it takes the others back.
        let bars_stops = !urgent && source != Source::State && (kind.is_gesture() || kind == ActionKind::Lock);
        let is_full = !self.outbox.has_room(orders, urgent) || bars_stops && !self.outbox.has_room_for_gesture();
        if crowded || (kind != ActionKind::Panic && is_full) {
            return Err(Refusal::Full.into());
        }
        self.post(id, source, action, at, shadow.snapshot(), turn);
        Ok(())
    }

    fn check_rate(&mut self, source: Source, urgent: bool) -> Result<(), NotAdmitted> {
        let Some(per_sec) = self.policy.settings().source(source).per_sec.filter(|_| !urgent) else { return Ok(()) };
        if self.rates[source.index()].take(per_sec, self.now_secs) {
            return Ok(());
        }
        let violation = SafetyViolation::TooFast { source_of: source, per_sec };
        self.policy.telemetry_mut().reject(&violation, source);
        Err(violation.into())
    }

    /// When, in the audio thread's words.
    fn at(&self, source: Source, action: &Action, timing: ActionTiming, shadow: &EngineShadowState) -> At {
        let kind = action.kind();
        let by_line = |grid: Option<Grid>| grid.map_or(At::Now, At::Line);
        match timing {
            // Never too late, and never put off.
            _ if kind == ActionKind::Panic => At::Now,
            ActionTiming::Immediate => At::Now,
            ActionTiming::CustomBeat(beat) => At::SongBeat(beat),
            ActionTiming::AtFrame(frame) => At::Frame(frame),
            ActionTiming::NextBeat | ActionTiming::NextBar | ActionTiming::NextLine(_) => by_line(timing.grid(None)),
            ActionTiming::Default => match self.policy.settings().source(source).quantize {
                own if let Action::Gesture { deck, gesture, value } = action => {
                    let rig = Grid::CHOICES.get(self.quantize).copied().flatten();
                    by_line(gesture.line(moves(*deck, (*gesture, *value), shadow), own.unwrap_or(rig).is_some()))
                }
                Some(own) if matches!(kind, ActionKind::Play | ActionKind::Stop | ActionKind::Undo) => by_line(own),
                _ => At::Default,
            },
        }
    }

    /// The policy's word on all that an action does.
    fn check(&self, source: Source, action: &Action, at: At, shadow: &EngineShadowState) -> Result<(), NotAllowed> {
        let snapshot = shadow.snapshot();
        let now = snapshot.clock.performance_beat;
        let beat = due_beat(at, action.kind(), snapshot).unwrap_or(now);
        let refused = |violation: SafetyViolation| (violation.into(), Some(violation));
        match action {
            Action::RunRecipe { recipe } => self.check_recipe(source, recipe, at, snapshot),
            Action::Undo { deck: None } => {
                let can = |deck| {
                    self.ask(Ask { source, deck, action: ActionKind::Undo, beat, nature: Nature::Plain }).is_ok()
                };
                if DeckId::ALL.into_iter().any(can) { Ok(()) } else { Err((Refusal::NothingToUndo.into(), None)) }
            }
            _ => match action.deck() {
                Some(deck) => {
                    let nature = match action {
                        Action::EjectDeck { .. } => Nature::Release,
                        action if action.lets_go() => Nature::Release,
                        action if source.is_hand() && action.turns(snapshot.decks[deck.index()].echo_send) => {
                            Nature::Turn
                        }
                        Action::Gesture { gesture, value, .. } => {
                            gesture.nature(*value, moves(deck, (*gesture, *value), shadow))
                        }
                        Action::SetMarks { .. } => Nature::Release,
                        Action::LoadDeck { .. } if self.open.ejects(deck) => Nature::Release,
                        Action::SeekDeck { .. } if matches!(at, At::Now | At::Default) => Nature::NeedleDrop,
                        _ => Nature::Plain,
                    };
                    let held = shadow.snapshot().decks[deck.index()].motion.held;
                    self.ask_held(Ask { source, deck, action: action.kind(), beat, nature }, held).map_err(refused)
                }
                None => self.ask_mixer(source, action.kind()).map_err(refused),
            },
        }
    }

    /// What plays only while it is held may be started, so that it plays on.
    fn ask_held(&self, ask: Ask, held: bool) -> Result<(), SafetyViolation> {
        if held && ask.action == ActionKind::Play {
            let known = DeckSafety { state: DeckState::Stopped, ..*self.policy.deck(ask.deck) };
            return self.policy.decide_on(&ask, &known);
        }
        self.ask(ask)
    }

    /// By what the deck does now or will do once what is under way has happened: a stop and a play sent together are
    /// both right.
    fn ask(&self, ask: Ask) -> Result<(), SafetyViolation> {
        let now = *self.policy.deck(ask.deck);
        let loading = self.loads.for_deck(ask.deck).map(|load| (ActionKind::Load, Some(load.source)));
        if let Some((_, Some(owner))) = loading
            && ask.action == ActionKind::Load
            && ask.source != owner
            && ask.source != Source::State
        {
            let reason = crate::safety::LockReason::Loading;
            return Err(SafetyViolation::DeckLocked { deck: ask.deck, reason, owner, action: ask.action });
        }
        let then = self.open.gestures(ask.deck).fold(now.state, after);
        let word = self.policy.decide_on(&ask, &now);
        word.or_else(|_| self.policy.decide_on(&ask, &DeckSafety { state: then, ..now }))
    }

    /// What is about no deck: only the source's own rules count.
    fn ask_mixer(&self, source: Source, kind: ActionKind) -> Result<(), SafetyViolation> {
        let mask = self.policy.settings().source(source).allowed();
        if mask.allows(kind) {
            Ok(())
        } else {
            Err(SafetyViolation::SourceNotAllowed { source_of: source, action: kind })
        }
    }

    /// The line from which a recipe counts: with the rig's quantize setting as far as it is known here, because its
    /// steps need one answer.
    fn recipe_start(&self, at: At) -> RecipeStart {
        match at {
            At::Line(grid) => RecipeStart::Line(grid),
            At::SongBeat(beat) => RecipeStart::SongBeat(beat),
            At::Default => {
                Grid::CHOICES.get(self.quantize).copied().flatten().map_or(RecipeStart::Now, RecipeStart::Line)
            }
            _ => RecipeStart::Now,
        }
    }

    /// Plays a recipe through in the mind: each step by what the steps before it will have done.
    fn check_recipe(&self, source: Source, recipe: &Recipe, at: At, now: &Snapshot) -> Result<(), NotAllowed> {
        let start = self.recipe_start(at);
        let line = At::Step { start, after_beats: 0.0 };
        let beat = due_beat(line, ActionKind::Mixer, now).map_err(|late| (Refusal::TooLate(late.0).into(), None))?;
        let mut mind = self.policy;
        for deck in DeckId::ALL {
            let state = &mut mind.deck_mut(deck).state;
            *state = self.open.gestures(deck).fold(*state, after);
        }
        for (i, step) in recipe.steps.iter().enumerate() {
            let kind = step.action.kind();
            let Some(deck) = step.action.deck() else {
                self.ask_mixer(source, kind).map_err(|violation| of_step(i, recipe, violation))?;
                continue;
            };
            let beat = beat + step.after_beats;
            let nature = match step.action {
                Action::SeekDeck { .. } if start == RecipeStart::Now => Nature::NeedleDrop,
                ref action if action.lets_go() => Nature::Release,
                Action::Gesture { gesture, value, .. } => {
                    gesture.nature(value, mind.deck(deck).state == DeckState::Playing)
                }
                Action::SetMarks { .. } => Nature::Release,
                _ => Nature::Plain,
            };
            let verdict = mind.decide(&Ask { source, deck, action: kind, beat, nature });
            verdict.map_err(|violation| of_step(i, recipe, violation))?;
            let is_free = nature.is_release() && matches!(step.action, Action::Gesture { .. });
            if !is_free {
                mind.done(deck, kind, beat, now.clock.tempo.get());
            }
            let state = &mut mind.deck_mut(deck).state;
            *state = after(*state, kind);
        }
        Ok(())
    }

    /// An admitted request, on its way.
    fn post(&mut self, id: RequestId, source: Source, action: Action, at: At, snapshot: &Snapshot, turn: &mut Turn) {
        let kind = action.kind();
        if let Some(deck) = action.deck().filter(|_| kind.is_gesture()) {
            self.open.set_gesture(id, deck, kind, matches!(action, Action::EjectDeck { .. }));
        }
        match action {
            Action::EjectDeck { deck } => turn.ejects.push((id, deck)),
            Action::Cancel { pending } => self.cancel(pending, id, turn),
            Action::Panic => self.clear_for_panic(turn),
            Action::StopDeck { deck } => self.release_held_plays(deck, turn),
            Action::Configure { setting } => return self.configure(id, setting, snapshot, turn),
            Action::RunRecipe { recipe } => return self.post_recipe(id, source, recipe, at, snapshot, turn),
            _ => {}
        }
        let over_beats = self.over_beats(source, &action, 0.0, snapshot);
        self.log.goes(id, at, over_beats);
        match Self::deed(action, over_beats) {
            Ok(deed) => {
                let order = Order { id, step: 0, source, at, deed };
                let held = |kind: ActionKind| {
                    kind.is_gesture() && !matches!(kind, ActionKind::Stop | ActionKind::Load | ActionKind::Undo)
                };
                let order = match order.deed.deck().filter(|_| held(kind)) {
                    Some(deck) => self.hold(deck, order, turn),
                    None => Some(order),
                };
                if let Some(order) = order {
                    self.send(order, turn);
                }
            }
            Err((deck, path)) => {
                self.supersede_load(deck, turn);
                let since_secs = self.now_secs;
                self.loads.push(PendingLoad { id, source, deck, at, since_secs, held: vec![] });
                turn.wanted.push(WantedTrack { id, deck, path });
            }
        }
    }

    /// A gesture that comes after a load is meant for the new track: it waits until that is there. One of each kind.
    fn hold(&mut self, deck: DeckId, order: Order, turn: &mut Turn) -> Option<Order> {
        let kind = order.deed.kind();
        if self.loads.for_deck(deck).is_none() {
            return Some(order);
        }
        let same = |other: &Order| other.deed.deck() == Some(deck) && other.deed.kind() == kind;
        let replaced = self.loads.take_held(same);
        self.drop_held(replaced, turn);
        self.loads.hold(deck, order)
    }

    /// A newer load takes the place of one that still waits for its file.
    fn supersede_load(&mut self, deck: DeckId, turn: &mut Turn) {
        for older in self.loads.take_all(|load| load.deck == deck) {
            turn.unwanted.push(older.id);
            self.drop_held(older.held, turn);
            self.finish(Receipt::Cancelled { id: older.id }, turn);
        }
    }

    fn release_held_plays(&mut self, deck: DeckId, turn: &mut Turn) {
        let held =
            self.loads.take_held(|order| order.deed.deck() == Some(deck) && order.deed.kind() == ActionKind::Play);
        self.drop_held(held, turn);
    }

    /// What has not left the control side must not sound after a panic.
    fn clear_for_panic(&mut self, turn: &mut Turn) {
        let mut orders = self.loads.take_held(|_| true);
        let waits = |order: &Order| order.deed.kind() != ActionKind::Mixer || order.at != At::Now;
        orders.extend(self.outbox.take(|order| waits(order) && order.deed.kind() != ActionKind::Load));
        self.drop_held(orders, turn);
        self.policy.telemetry_mut().panics += 1;
    }

    /// A setting holds at once here, and on the audio thread before the next deed.
    fn configure(&mut self, id: RequestId, setting: Setting, now: &Snapshot, turn: &mut Turn) {
        self.set(id, setting);
        let due_beat = now.clock.song_beat;
        self.finish(Receipt::Done { id, due_beat, error_frames: 0 }, turn);
    }

    fn post_recipe(&mut self, id: RequestId, source: Source, recipe: Recipe, at: At, now: &Snapshot, turn: &mut Turn) {
        let start = self.recipe_start(at);
        let mut recipe = recipe;
        for step in &mut recipe.steps {
            step.over_beats = self.over_beats(source, &step.action, step.over_beats, now);
        }
        self.log.runs(id, start, &recipe);
        let steps = u8::try_from(recipe.steps.len()).unwrap_or(u8::MAX);
        self.open.set_steps(id, steps);
        for (step, wish) in (0..steps).zip(recipe.steps) {
            let at = At::Step { start, after_beats: wish.after_beats };
            // A recipe has no loads: `validated` saw to it.
            if let Ok(deed) = Self::deed(wish.action, wish.over_beats) {
                self.send(Order { id, step, source, at, deed }, turn);
            }
        }
    }

    /// How long a fader takes: as long as was asked for, or as the source's slew says.
    fn over_beats(&self, source: Source, action: &Action, asked: f32, now: &Snapshot) -> f32 {
        let Some(slew) = self.policy.settings().source(source).slew else { return asked };
        let least = match *action {
            Action::SetGain { deck, gain } => (gain.0 - now.decks[deck.index()].gain_db) / slew.db_per_beat,
            Action::SetMasterGain { gain } => (gain.0 - now.master_gain_db) / slew.db_per_beat,
            Action::SetEq { deck, band, gain } => {
                (gain.0 - now.decks[deck.index()].eq_db[band.index()]) / slew.db_per_beat
            }
            Action::SetCrossfader { position } => (position - now.crossfader) / slew.crossfader_per_beat,
            Action::SetKnob { knob, value } => {
                let (row, way) = (knob.row(), value - now.knob(knob));
                match row.slew {
                    SlewClass::Level => way / slew.db_per_beat,
                    SlewClass::Travel => way / (row.max - row.min) / slew.crossfader_per_beat,
                    SlewClass::Free => 0.0,
                }
            }
            _ => 0.0,
        };
        asked.max(least.abs())
    }

    /// What the audio thread shall do for an action; a load needs its file first.
    pub(super) fn deed(action: Action, over_beats: f32) -> Result<Deed, (DeckId, PathBuf)> {
        Ok(match action {
            Action::PlayDeck { deck, position_secs } => Deed::Play { deck, position_secs },
            Action::StopDeck { deck } => Deed::Stop { deck },
            Action::SeekDeck { deck, position_secs } => Deed::Seek { deck, position_secs },
            Action::LoadDeck { deck, path } => return Err((deck, path)),
            Action::EjectDeck { deck } => Deed::Load { deck, track: None },
            Action::SetGain { deck, gain } => Deed::SetGain { deck, gain, over_beats },
            Action::SetEq { deck, band, gain } => Deed::SetEq { deck, band, gain, over_beats },
            Action::SetEcho { deck, send } => Deed::SetEcho { deck, send, over_beats },
            Action::Gesture { deck, gesture, value } => Deed::Gesture { deck, gesture, value },
            Action::SetMarks { deck, marks } => Deed::SetMarks { deck, marks: *marks },
            Action::SetKnob { knob, value } => Deed::SetKnob { knob, value, over_beats },
            Action::SetCrossfader { position } => Deed::SetCrossfader { position, over_beats },
            Action::SetMasterGain { gain } => Deed::SetMasterGain { gain, over_beats },
            Action::SetQuantize { choice } => Deed::SetQuantize { choice },
            Action::Undo { deck } => Deed::Undo { deck },
            Action::SetLock { deck, locked } => Deed::SetLock { deck, locked },
            Action::Cancel { pending } => Deed::Cancel { pending },
            // Recipes and settings go other ways and never come here.
            Action::Panic | Action::RunRecipe { .. } | Action::Configure { .. } => Deed::Panic,
        })
    }
}

/// Whether a deck plays, not only as long as a cue is held, and the gesture is more than a mark on it.
fn moves(deck: DeckId, (gesture, value): (Gesture, f64), shadow: &EngineShadowState) -> bool {
    let motion = &shadow.snapshot().decks[deck.index()].motion;
    shadow.state(deck) == DeckState::Playing && !motion.held && !gesture.only_marks(value, &motion.marks)
}

/// The action with its values in their ranges.
fn valid(action: Action) -> Result<Action, NotAdmitted> {
    match action {
        Action::RunRecipe { recipe } => {
            recipe.validated().map(|recipe| Action::RunRecipe { recipe }).map_err(NotAdmitted::invalid)
        }
        action => action.validated().map_err(NotAdmitted::invalid),
    }
}

/// What a deck will be doing once a gesture has happened.
const fn after(state: DeckState, kind: ActionKind) -> DeckState {
    match (kind, state) {
        (ActionKind::Load, DeckState::Empty) | (ActionKind::Stop, _) => DeckState::Stopped,
        (ActionKind::Play, DeckState::Stopped | DeckState::Primed) => DeckState::Playing,
        (_, state) => state,
    }
}

/// The performance beat on which it would happen, as far as can be told from here: the audio thread has the last word.
fn due_beat(at: At, kind: ActionKind, snapshot: &Snapshot) -> Result<f64, TooLate> {
    let clock = &snapshot.clock;
    let now = MusicalNow {
        song_beat: clock.song_beat,
        lines: clock.lines(),
        tempo_bpm: clock.tempo.get(),
        tolerance_beats: 1e-9,
    };
    if let At::Frame(frame) = at {
        let ahead = frame.saturating_sub(clock.frame) as f64;
        return Ok(clock.performance_beat_after_frames(ahead));
    }
    let quantizer = Quantizer { default: Grid::CHOICES.get(snapshot.quantize).copied().flatten() };
    let due = quantizer.resolve(at, kind, now)?.due_beat;
    Ok(clock.performance_beat + (due - clock.song_beat).max(0.0))
}
