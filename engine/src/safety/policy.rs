//! The policy: one predicate, asked when an action is admitted and again when it fires.

use super::{
    ActionMask, DeckLock, DeckState, HeldByAnother, LockMachine, LockReason, OnAirRule, SafetySettings,
    SafetyTelemetry, SafetyViolation, Source,
};
use crate::action::ActionKind;
use crate::units::{DeckId, NUM_DECKS};

/// What the policy knows of a deck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeckSafety {
    /// What it is doing.
    pub state: DeckState,
    /// Whether the audience may hear it.
    pub on_air: bool,
    /// Its lock and cooldowns.
    pub lock: LockMachine,
    /// Performance beat until which something can be undone on it.
    pub undo_until: f64,
    /// What an undo would bring back was at rest, or has run to its end.
    pub undo_rests: bool,
}

impl Default for DeckSafety {
    fn default() -> Self {
        let lock = LockMachine::default();
        Self { state: DeckState::Empty, on_air: false, lock, undo_until: f64::NEG_INFINITY, undo_rests: false }
    }
}

/// A question to the policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// Who asks.
    pub source: Source,
    /// On which deck.
    pub deck: DeckId,
    /// For what.
    pub action: ActionKind,
    /// Performance beat on which it would happen.
    pub beat: f64,
    /// What more there is to it.
    pub nature: Nature,
}

/// What the kind of an action does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// Nothing more.
    #[default]
    Plain,
    /// A seek that waits for no line: on air it tears the sound out of the music.
    NeedleDrop,
    /// It takes something back or ends it (an eject, an effect that is switched off): no cooldown holds it.
    Release,
    /// A hand opens: it ends what it began, even if it may begin nothing any more.
    LetGo,
    /// A hand turns what is on already, in many small moves: no cooldown holds it, and none begins with it.
    Turn,
}

impl Nature {
    /// Whether it ends something.
    #[must_use]
    pub const fn is_release(self) -> bool {
        matches!(self, Self::Release | Self::LetGo)
    }

    /// Whether cooldowns hold it.
    const fn cools_down(self) -> bool {
        !self.is_release() && !matches!(self, Self::Turn)
    }
}

/// Locks, cooldowns and masks of all decks. The audio thread's is the truth; the control side's is its shadow. Plain
/// data; every check is constant time, without allocation or lock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SafetyPolicy {
    settings: SafetySettings,
    decks: [DeckSafety; NUM_DECKS],
    telemetry: SafetyTelemetry,
    /// Performance beat of the questions that name none.
    now: f64,
}

impl SafetyPolicy {
    /// A policy that goes by other settings than the default.
    #[must_use]
    pub fn new(settings: SafetySettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// What it goes by.
    #[must_use]
    pub const fn settings(&self) -> &SafetySettings {
        &self.settings
    }

    /// Goes by other settings from now on. What is locked or cools down stays so.
    pub const fn set_settings(&mut self, settings: SafetySettings) {
        self.settings = settings;
    }

    /// What it knows of a deck.
    #[must_use]
    pub const fn deck(&self, deck: DeckId) -> &DeckSafety {
        &self.decks[deck.index()]
    }

    /// Takes in what a deck is doing now.
    pub const fn deck_mut(&mut self, deck: DeckId) -> &mut DeckSafety {
        &mut self.decks[deck.index()]
    }

    /// Every deck.
    #[must_use]
    pub const fn decks(&self) -> &[DeckSafety; NUM_DECKS] {
        &self.decks
    }

    /// Takes over what another policy knows of the decks.
    pub const fn set_decks(&mut self, decks: [DeckSafety; NUM_DECKS]) {
        self.decks = decks;
    }

    /// What time it is, as a performance beat.
    pub const fn set_now(&mut self, beat: f64) {
        self.now = beat;
    }

    /// What it has done so far.
    #[must_use]
    pub const fn telemetry(&self) -> &SafetyTelemetry {
        &self.telemetry
    }

    /// For those who refuse on its word.
    pub const fn telemetry_mut(&mut self) -> &mut SafetyTelemetry {
        &mut self.telemetry
    }

    /// The policy's word. Changes nothing.
    ///
    /// # Errors
    /// The [`SafetyViolation`] that stands in the way; the one that a person can do most about, if there are several.
    pub fn decide(&self, ask: &Ask) -> Result<(), SafetyViolation> {
        self.decide_on(ask, self.deck(ask.deck))
    }

    /// The policy's word if its deck were so.
    ///
    /// # Errors
    /// As [`SafetyPolicy::decide`].
    pub fn decide_on(&self, ask: &Ask, known: &DeckSafety) -> Result<(), SafetyViolation> {
        let Ask { source, deck, action, beat, nature } = *ask;
        let rules = self.settings.source(source);
        if matches!(action, ActionKind::Cancel | ActionKind::Panic) {
            return Ok(());
        }
        if !rules.allowed().allows(action) && nature != Nature::LetGo {
            return Err(SafetyViolation::SourceNotAllowed { source_of: source, action });
        }
        if let Some(DeckLock { owner, reason }) = known.lock.lock().filter(|lock| holds(*lock, source, action)) {
            return Err(SafetyViolation::DeckLocked { deck, reason, owner, action });
        }
        self.check_state(ask, known)?;
        let held = rules.cools_down && nature.cools_down() && self.settings.cools_down(action);
        match known.lock.cooldowns().active(action, beat).filter(|_| held) {
            Some(expires_at) => {
                Err(SafetyViolation::CooldownActive { deck, action, expires_at, beats_left: expires_at - beat })
            }
            None => Ok(()),
        }
    }

    fn check_state(&self, ask: &Ask, known: &DeckSafety) -> Result<(), SafetyViolation> {
        let Ask { source, deck, action, beat, nature } = *ask;
        let protects = self.settings.on_air == OnAirRule::Refuse && source != Source::State;
        let can_undo = action != ActionKind::Undo || beat <= known.undo_until;
        let tears = match action {
            ActionKind::Load => true,
            ActionKind::Undo => can_undo && known.undo_rests,
            _ => nature == Nature::NeedleDrop,
        };
        if known.on_air && known.state == DeckState::Playing && protects && tears {
            return Err(SafetyViolation::DeckLocked { deck, reason: LockReason::Playing, owner: source, action });
        }
        // A project is put onto the decks by the rules of a new rig, whatever its own forbid from then on.
        let is_project = source == Source::State;
        let mut mask =
            if is_project { SafetySettings::NEW_MASKS[known.state.index()] } else { self.settings.mask(known.state) };
        if self.settings.on_air != OnAirRule::Refuse {
            mask = mask.or(ActionMask::of(&[ActionKind::Load]));
        }
        if mask.allows(action) && can_undo {
            Ok(())
        } else {
            Err(SafetyViolation::ActionNotAllowed { deck, action, state: known.state })
        }
    }

    /// Whether a person may do this to a deck now, and `mask` allows it too. Changes nothing.
    ///
    /// # Errors
    /// As [`SafetyPolicy::decide`].
    pub fn can_perform_action_with_mask(
        &self,
        deck: DeckId,
        action: ActionKind,
        mask: ActionMask,
    ) -> Result<(), SafetyViolation> {
        if !mask.allows(action) {
            return Err(SafetyViolation::ActionNotAllowed { deck, action, state: self.deck(deck).state });
        }
        self.decide(&Ask { source: Source::Editor, deck, action, beat: self.now, nature: Nature::Plain })
    }

    /// Whether the deck may start.
    ///
    /// # Errors
    /// As [`SafetyPolicy::decide`].
    pub fn can_play(&self, deck: DeckId) -> Result<(), SafetyViolation> {
        self.can_perform_action_with_mask(deck, ActionKind::Play, ActionMask::ALL)
    }

    /// Whether the deck's playhead may be moved.
    ///
    /// # Errors
    /// As [`SafetyPolicy::decide`].
    pub fn can_seek(&self, deck: DeckId) -> Result<(), SafetyViolation> {
        self.can_perform_action_with_mask(deck, ActionKind::Seek, ActionMask::ALL)
    }

    /// Whether the deck may loop.
    ///
    /// # Errors
    /// As [`SafetyPolicy::decide`].
    pub fn can_loop(&self, deck: DeckId) -> Result<(), SafetyViolation> {
        self.can_perform_action_with_mask(deck, ActionKind::Loop, ActionMask::ALL)
    }

    /// Locks a deck.
    ///
    /// # Errors
    /// [`HeldByAnother`] if another source holds it.
    pub fn lock(&mut self, deck: DeckId, lock: DeckLock) -> Result<(), HeldByAnother> {
        self.decks[deck.index()].lock.acquire(lock)?;
        self.telemetry.locks += 1;
        Ok(())
    }

    /// Unlocks a deck.
    ///
    /// # Errors
    /// [`HeldByAnother`] if `by` may not.
    pub fn unlock(&mut self, deck: DeckId, by: Source) -> Result<(), HeldByAnother> {
        if self.decks[deck.index()].lock.release(by)? {
            self.telemetry.unlocks += 1;
        }
        Ok(())
    }

    /// The track was taken off a deck: another one may come at once.
    pub const fn ejected(&mut self, deck: DeckId) {
        self.decks[deck.index()].lock.cool_down(ActionKind::Load, f64::NEG_INFINITY);
    }

    /// An action of this kind was done on a deck, at a performance beat and a tempo: its cooldown starts.
    pub fn done(&mut self, deck: DeckId, action: ActionKind, beat: f64, tempo_bpm: f64) {
        let beats = match action {
            ActionKind::Play => self.settings.play_toggle_ms / 60_000.0 * tempo_bpm,
            kind => self.settings.cooldown_beats(kind),
        };
        if beats > 0.0 {
            self.decks[deck.index()].lock.cool_down(action, beat + beats);
            self.telemetry.cooldowns += 1;
        }
    }
}

/// A project that is opened is a new rig: no lock of the old one keeps it out.
fn holds(lock: DeckLock, source: Source, action: ActionKind) -> bool {
    source != Source::State && lock.holds(source, action)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDS: ActionMask = ActionMask::ALL;

    fn policy(state: DeckState) -> SafetyPolicy {
        let mut policy = SafetyPolicy::default();
        for deck in DeckId::ALL {
            policy.deck_mut(deck).state = state;
        }
        policy
    }

    #[test]
    fn the_table_of_states_and_actions() {
        use ActionKind::{Cancel, Cue, Effect, Load, Lock, Loop, Mixer, Motion, Panic, Play, Seek, Stop};
        let always = [Effect, Mixer, Motion, Lock, Cancel, Panic];
        let rows = [
            (DeckState::Empty, vec![Load]),
            (DeckState::Stopped, vec![Load, Seek, Cue, Loop, Play]),
            (DeckState::Primed, vec![Stop, Load, Play]),
            (DeckState::Playing, vec![Stop, Seek, Cue, Loop]),
        ];
        for (state, allowed) in rows {
            for kind in ActionKind::ALL {
                let verdict = policy(state).can_perform_action_with_mask(DeckId::C, kind, HANDS);
                let expected = allowed.contains(&kind) || always.contains(&kind);
                assert_eq!(verdict.is_ok(), expected, "{kind:?} while {state:?}");
                assert!(policy(state).can_perform_action_with_mask(DeckId::C, kind, ActionMask::NONE).is_err());
            }
        }
    }

    #[test]
    fn a_refusal_tells_a_person_what_to_do() {
        let violation = policy(DeckState::Empty).can_play(DeckId::A).unwrap_err();
        assert_eq!(violation.to_string(), "deck A is empty: load a track first");
        assert_eq!(violation.code(), "not_allowed");
        let load = |policy: &SafetyPolicy| policy.can_perform_action_with_mask(DeckId::B, ActionKind::Load, HANDS);
        let mut playing = policy(DeckState::Playing);
        let text = load(&playing).unwrap_err().to_string();
        assert_eq!(text, "deck B is playing: stop it before you load another track");
        playing.deck_mut(DeckId::B).on_air = true;
        let violation = load(&playing).unwrap_err();
        assert_eq!(violation.code(), "locked");
        assert_eq!(violation.to_string(), "deck B is on air: fade it out or stop it before you load another track");
    }

    #[test]
    fn on_air_a_needle_drop_is_refused_and_a_jump_on_a_line_is_not() {
        let mut policy = policy(DeckState::Playing);
        let ask = |nature| Ask { source: Source::Osc, deck: DeckId::A, action: ActionKind::Seek, beat: 0.0, nature };
        assert!(policy.decide(&ask(Nature::NeedleDrop)).is_ok(), "nobody hears it");
        policy.deck_mut(DeckId::A).on_air = true;
        assert!(matches!(
            policy.decide(&ask(Nature::NeedleDrop)),
            Err(SafetyViolation::DeckLocked { reason: LockReason::Playing, .. })
        ));
        assert!(policy.decide(&ask(Nature::Plain)).is_ok());
        for rule in [OnAirRule::StopFirst, OnAirRule::Allow] {
            policy.settings.on_air = rule;
            assert!(policy.decide(&ask(Nature::NeedleDrop)).is_ok());
            assert!(policy.can_perform_action_with_mask(DeckId::A, ActionKind::Load, HANDS).is_ok());
        }
    }

    #[test]
    fn on_air_an_undo_to_a_track_that_rested_is_refused_and_one_to_a_playing_track_is_not() {
        let mut policy = policy(DeckState::Playing);
        let ask =
            Ask { source: Source::Editor, deck: DeckId::A, action: ActionKind::Undo, beat: 0.0, nature: Nature::Plain };
        let known = policy.deck_mut(DeckId::A);
        (known.on_air, known.undo_rests) = (true, true);
        assert_eq!(policy.decide(&ask).unwrap_err().to_string(), "there is nothing to undo on deck A");
        policy.deck_mut(DeckId::A).undo_until = 8.0;
        assert_eq!(policy.decide(&ask).unwrap_err().code(), "locked");
        policy.deck_mut(DeckId::A).undo_rests = false;
        assert!(policy.decide(&ask).is_ok());
        policy.deck_mut(DeckId::A).undo_rests = true;
        policy.settings.on_air = OnAirRule::Allow;
        assert!(policy.decide(&ask).is_ok());
    }

    #[test]
    fn a_cooldown_holds_its_kind_until_its_beat_and_never_a_stop() {
        let mut policy = policy(DeckState::Stopped);
        for (kind, beats) in [(ActionKind::Load, 16.0), (ActionKind::Loop, 2.0), (ActionKind::Cue, 4.0)] {
            policy.done(DeckId::A, kind, 8.0, 120.0);
            policy.set_now(8.0 + beats - 0.001);
            let violation = policy.can_perform_action_with_mask(DeckId::A, kind, HANDS).unwrap_err();
            assert!(
                matches!(violation, SafetyViolation::CooldownActive { expires_at, .. } if expires_at == 8.0 + beats)
            );
            assert!(policy.can_perform_action_with_mask(DeckId::B, kind, HANDS).is_ok(), "another deck");
            policy.set_now(8.0 + beats);
            assert!(policy.can_perform_action_with_mask(DeckId::A, kind, HANDS).is_ok());
        }
        policy.done(DeckId::A, ActionKind::Play, 30.0, 120.0);
        policy.set_now(30.0 + 0.23);
        assert_eq!(policy.can_play(DeckId::A).unwrap_err().code(), "cooldown", "120 ms are 0.24 beats at 120 BPM");
        policy.set_now(30.0 + 0.24);
        assert!(policy.can_play(DeckId::A).is_ok());
        policy.settings.set_cooldown_beats(ActionKind::Stop, 100.0);
        policy.done(DeckId::A, ActionKind::Stop, 40.0, 120.0);
        policy.deck_mut(DeckId::A).state = DeckState::Playing;
        assert!(policy.can_perform_action_with_mask(DeckId::A, ActionKind::Stop, HANDS).is_ok());
    }

    #[test]
    fn an_eject_takes_a_load_back_and_its_cooldown_with_it() {
        let mut policy = policy(DeckState::Stopped);
        policy.done(DeckId::A, ActionKind::Load, 0.0, 120.0);
        let ask = |nature| Ask { source: Source::Osc, deck: DeckId::A, action: ActionKind::Load, beat: 1.0, nature };
        let text = policy.decide(&ask(Nature::Plain)).unwrap_err().to_string();
        assert_eq!(text, "deck A took a track a moment ago: eject that first, or wait 15.0 beats");
        assert!(policy.decide(&ask(Nature::Release)).is_ok());
        let mut without = policy;
        without.settings.set_cooldown_beats(ActionKind::Load, 0.0);
        assert!(without.decide(&ask(Nature::Plain)).is_ok(), "switched off is off at once");
        policy.ejected(DeckId::A);
        assert!(policy.decide(&ask(Nature::Plain)).is_ok());
    }

    #[test]
    fn a_source_does_only_what_its_rules_allow_but_may_always_stop() {
        let mut policy = policy(DeckState::Playing);
        policy.settings.source_mut(Source::Bridge).mask = ActionMask::NONE;
        let ask = |action, source| Ask { source, deck: DeckId::A, action, beat: 0.0, nature: Nature::Plain };
        let violation = policy.decide(&ask(ActionKind::Seek, Source::Bridge)).unwrap_err();
        assert_eq!(violation.code(), "source_not_allowed");
        assert_eq!(violation.to_string(), "the bridge may not seek: allow it in the safety settings");
        for always in [ActionKind::Stop, ActionKind::Cancel, ActionKind::Panic] {
            assert!(policy.decide(&ask(always, Source::Bridge)).is_ok());
        }
        assert!(policy.decide(&ask(ActionKind::Seek, Source::Osc)).is_ok());
    }

    #[test]
    fn what_a_deck_is_forbidden_keeps_no_project_from_it() {
        let mut policy = policy(DeckState::Empty);
        for state in DeckState::ALL {
            policy.settings.set_mask(state, ActionMask::NONE);
        }
        let load = |source| Ask { source, deck: DeckId::A, action: ActionKind::Load, beat: 0.0, nature: Nature::Plain };
        assert!(policy.decide(&load(Source::State)).is_ok());
        assert_eq!(policy.decide(&load(Source::Editor)).unwrap_err().code(), "not_allowed");
        policy.deck_mut(DeckId::A).state = DeckState::Playing;
        let stop = |source| Ask { action: ActionKind::Stop, ..load(source) };
        assert!(policy.decide(&stop(Source::Editor)).is_ok(), "what plays can be stopped, whatever is forbidden");
    }

    #[test]
    fn undo_is_possible_until_its_beat() {
        let mut policy = policy(DeckState::Stopped);
        let undo = |policy: &SafetyPolicy| policy.can_perform_action_with_mask(DeckId::A, ActionKind::Undo, HANDS);
        assert_eq!(undo(&policy).unwrap_err().to_string(), "there is nothing to undo on deck A");
        policy.deck_mut(DeckId::A).undo_until = 32.0;
        policy.set_now(32.0);
        assert!(undo(&policy).is_ok());
        policy.set_now(32.1);
        assert!(undo(&policy).is_err());
    }

    #[test]
    fn questions_change_nothing() {
        let policy = policy(DeckState::Playing);
        let before = policy;
        for kind in ActionKind::ALL {
            let _ = policy.can_perform_action_with_mask(DeckId::A, kind, HANDS);
        }
        assert!(policy.can_seek(DeckId::A).is_ok() && policy.can_loop(DeckId::A).is_ok());
        assert_eq!(policy, before);
    }
}
