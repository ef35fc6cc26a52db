//! A deck's lock: `Unlocked -> Locked -> Cooldown -> Unlocked`.

use super::{ActionMask, Source};
use crate::action::ActionKind;

/// Why a deck is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockReason {
    /// A person locked it: nothing but the mixer, cancel and panic touches it until it is unlocked.
    User,
    /// It is on air: what would cut its sound is refused.
    Playing,
    /// A file for it is being read: another source's load has to wait.
    Loading,
    /// A source works on it alone: the others have to wait.
    Source,
}

impl LockReason {
    /// For people and programs: `user`, `on air`, `loading`, `source`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Playing => "on air",
            Self::Loading => "loading",
            Self::Source => "source",
        }
    }
}

/// Who locked a deck, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeckLock {
    /// Who.
    pub owner: Source,
    /// Why.
    pub reason: LockReason,
}

impl DeckLock {
    /// Whether it keeps `source` from an action of this kind.
    #[must_use]
    pub fn holds(self, source: Source, kind: ActionKind) -> bool {
        if ActionMask::ALWAYS.allows(kind) && kind != ActionKind::Stop {
            return false;
        }
        match self.reason {
            LockReason::User => kind.touches_deck(),
            LockReason::Source => source != self.owner && kind.touches_deck(),
            LockReason::Loading => source != self.owner && kind == ActionKind::Load,
            LockReason::Playing => kind == ActionKind::Load,
        }
    }
}

/// Until which beat a deck does no more of each kind. Performance beats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cooldowns([f64; ActionKind::COUNT]);

impl Default for Cooldowns {
    fn default() -> Self {
        Self([f64::NEG_INFINITY; ActionKind::COUNT])
    }
}

impl Cooldowns {
    /// No more of a kind before `until`.
    pub const fn start(&mut self, kind: ActionKind, until: f64) {
        self.0[kind.index()] = until;
    }

    /// The beat on which a kind may be done again, if that is after `beat`.
    #[must_use]
    pub fn active(&self, kind: ActionKind, beat: f64) -> Option<f64> {
        Some(self.0[kind.index()]).filter(|until| *until > beat)
    }

    /// The kind that cools down longest after `beat`, and until when.
    #[must_use]
    pub fn longest(&self, beat: f64) -> Option<(ActionKind, f64)> {
        let active = ActionKind::ALL.iter().filter_map(|kind| Some((*kind, self.active(*kind, beat)?)));
        active.max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Where a deck's lock stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum DeckLockState {
    /// Anything that the deck's state allows.
    #[default]
    Unlocked,
    /// Held by someone.
    Locked(DeckLock),
    /// Free, but for a kind of action that was done a moment ago.
    Cooldown {
        /// The kind that cools down longest.
        action: ActionKind,
        /// Performance beat on which it may be done again.
        expires_at: f64,
    },
}

/// Why a lock could not be taken or given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the deck is locked by {} ({})", .0.owner.word(), .0.reason.word())]
pub struct HeldByAnother(pub DeckLock);

/// A lock and the cooldowns that follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LockMachine {
    lock: Option<DeckLock>,
    cooldowns: Cooldowns,
}

impl LockMachine {
    /// Where it stands on a performance beat.
    #[must_use]
    pub fn state(&self, beat: f64) -> DeckLockState {
        match (self.lock, self.cooldowns.longest(beat)) {
            (Some(lock), _) => DeckLockState::Locked(lock),
            (None, Some((action, expires_at))) => DeckLockState::Cooldown { action, expires_at },
            (None, None) => DeckLockState::Unlocked,
        }
    }

    /// Who holds it.
    #[must_use]
    pub const fn lock(&self) -> Option<DeckLock> {
        self.lock
    }

    /// The cooldowns.
    #[must_use]
    pub const fn cooldowns(&self) -> &Cooldowns {
        &self.cooldowns
    }

    /// Takes the lock. A person may take it from anyone; otherwise it must be free or the owner's own.
    ///
    /// # Errors
    /// [`HeldByAnother`] says by whom.
    pub fn acquire(&mut self, lock: DeckLock) -> Result<(), HeldByAnother> {
        match self.lock {
            Some(held) if held.owner != lock.owner && lock.reason != LockReason::User => Err(HeldByAnother(held)),
            _ => {
                self.lock = Some(lock);
                Ok(())
            }
        }
    }

    /// Gives the lock back; `true` if there was one. The owner may, and so may a person's hands for any lock.
    ///
    /// # Errors
    /// [`HeldByAnother`] says by whom.
    pub fn release(&mut self, by: Source) -> Result<bool, HeldByAnother> {
        match self.lock {
            Some(held) if held.owner != by && by == Source::Bridge => Err(HeldByAnother(held)),
            held => {
                self.lock = None;
                Ok(held.is_some())
            }
        }
    }

    /// An action of this kind was done: it cools down until a performance beat.
    pub const fn cool_down(&mut self, kind: ActionKind, until: f64) {
        self.cooldowns.start(kind, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: DeckLock = DeckLock { owner: Source::Editor, reason: LockReason::User };
    const AGENT: DeckLock = DeckLock { owner: Source::Bridge, reason: LockReason::Source };

    #[test]
    fn it_goes_from_unlocked_to_locked_to_cooldown_to_unlocked() {
        let mut machine = LockMachine::default();
        assert_eq!(machine.state(0.0), DeckLockState::Unlocked);
        machine.acquire(USER).unwrap();
        machine.cool_down(ActionKind::Load, 16.0);
        assert_eq!(machine.state(0.0), DeckLockState::Locked(USER));
        assert_eq!(machine.release(Source::Editor), Ok(true));
        assert_eq!(machine.state(1.0), DeckLockState::Cooldown { action: ActionKind::Load, expires_at: 16.0 });
        assert_eq!(machine.state(16.0), DeckLockState::Unlocked);
        assert_eq!(machine.release(Source::Editor), Ok(false));
    }

    #[test]
    fn an_agent_cannot_take_or_break_what_a_person_holds_but_a_person_can() {
        let mut machine = LockMachine::default();
        machine.acquire(USER).unwrap();
        assert_eq!(machine.acquire(AGENT), Err(HeldByAnother(USER)));
        assert_eq!(machine.release(Source::Bridge), Err(HeldByAnother(USER)));
        machine.release(Source::Osc).unwrap();
        machine.acquire(AGENT).unwrap();
        machine.acquire(USER).unwrap();
        assert_eq!(machine.lock(), Some(USER));
    }

    #[test]
    fn a_lock_holds_gestures_and_neither_mixer_nor_panic() {
        assert!(USER.holds(Source::Editor, ActionKind::Stop), "an accidental stop is what it is for");
        assert!(!USER.holds(Source::Editor, ActionKind::Mixer));
        assert!(!USER.holds(Source::Osc, ActionKind::Panic));
        assert!(!USER.holds(Source::Osc, ActionKind::Cancel));
        assert!(AGENT.holds(Source::Osc, ActionKind::Play) && !AGENT.holds(Source::Bridge, ActionKind::Play));
        let loading = DeckLock { owner: Source::Osc, reason: LockReason::Loading };
        assert!(loading.holds(Source::Editor, ActionKind::Load) && !loading.holds(Source::Osc, ActionKind::Load));
        assert!(!loading.holds(Source::Editor, ActionKind::Play));
    }
}
