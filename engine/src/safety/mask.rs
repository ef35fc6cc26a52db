//! A set of action kinds.

use crate::action::ActionKind;

/// A set of action kinds, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ActionMask(u16);

impl ActionMask {
    /// No kind.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self(u16::MAX);
    /// What no rule and no cooldown keeps from anyone.
    pub const ALWAYS: Self = Self::of(&[ActionKind::Stop, ActionKind::Cancel, ActionKind::Panic]);

    /// The set of these kinds.
    #[must_use]
    pub const fn of(kinds: &[ActionKind]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub const fn allows(self, kind: ActionKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Kinds that are in either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set without some kinds.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Kinds that are in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_holds_what_it_was_made_of() {
        let mask = ActionMask::of(&[ActionKind::Stop, ActionKind::Seek]);
        for kind in ActionKind::ALL {
            assert_eq!(mask.allows(kind), matches!(kind, ActionKind::Stop | ActionKind::Seek), "{kind:?}");
            assert!(ActionMask::ALL.allows(kind));
            assert!(!ActionMask::NONE.allows(kind));
        }
        assert_eq!(mask.without(ActionMask::of(&[ActionKind::Stop])), ActionMask::of(&[ActionKind::Seek]));
        assert_eq!(mask.or(ActionMask::ALL), ActionMask::ALL);
        assert_eq!(mask.and(ActionMask::of(&[ActionKind::Seek])), ActionMask::of(&[ActionKind::Seek]));
    }
}
