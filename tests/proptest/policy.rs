//! Cooldowns, masks and the order of the reasons, against the rules written down once more.

use echelon_engine::action::ActionKind;
use echelon_engine::safety::{
    ActionMask, Ask, DeckLock, DeckState, LockReason, Nature, OnAirRule, SafetyPolicy, SafetySettings, SafetyViolation,
    Source,
};
use echelon_engine::units::DeckId;
use proptest::prelude::*;

prop_compose! {
    fn ask()(
        source in proptest::sample::select(&Source::ALL[..]),
        deck in proptest::sample::select(&DeckId::ALL[..]),
        action in proptest::sample::select(&ActionKind::ALL[..]),
        beat in -8.0..64.0,
        special in any::<bool>(),
    ) -> Ask {
        let nature = match action {
            ActionKind::Seek if special => Nature::NeedleDrop,
            ActionKind::Load if special => Nature::Release,
            _ => Nature::Plain,
        };
        Ask { source, deck, action, beat, nature }
    }
}

prop_compose! {
    /// A policy in any shape.
    fn policy()(
        states in proptest::collection::vec(proptest::sample::select(&DeckState::ALL[..]), 4),
        on_air in proptest::collection::vec(any::<bool>(), 4),
        done in proptest::collection::vec(
            (proptest::sample::select(&DeckId::ALL[..]), proptest::sample::select(&ActionKind::ALL[..]), -8.0..64.0),
            0..6,
        ),
        locked in proptest::option::of((
            proptest::sample::select(&DeckId::ALL[..]),
            proptest::sample::select(&Source::ALL[..]),
            proptest::sample::select(vec![LockReason::User, LockReason::Source, LockReason::Loading]),
        )),
        masked in proptest::option::of((
            proptest::sample::select(&Source::ALL[..]),
            proptest::sample::select(&ActionKind::ALL[..]),
        )),
        rule in proptest::sample::select(vec![OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow]),
    ) -> SafetyPolicy {
        let mut settings = SafetySettings::default();
        settings.on_air = rule;
        if let Some((source, kind)) = masked {
            settings.source_mut(source).mask = ActionMask::of(&[kind]);
        }
        let mut policy = SafetyPolicy::new(settings);
        for deck in DeckId::ALL {
            let known = policy.deck_mut(deck);
            (known.state, known.on_air) = (states[deck.index()], on_air[deck.index()]);
        }
        for (deck, kind, beat) in done {
            policy.done(deck, kind, beat, 120.0);
        }
        if let Some((deck, owner, reason)) = locked {
            policy.lock(deck, DeckLock { owner, reason }).unwrap();
        }
        policy
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_word_has_the_reason_that_it_says(policy in policy(), ask in ask()) {
        let before = policy;
        let word = policy.decide(&ask);
        prop_assert_eq!(policy, before, "a question changes nothing");
        let known = policy.deck(ask.deck);
        let settings = policy.settings();
        let urgent = ActionMask::ALWAYS.allows(ask.action);
        let mask = settings.source(ask.source).mask;
        match word {
            Ok(()) => {
                prop_assert!(urgent || mask.allows(ask.action));
                let state_allows = settings.mask(known.state).allows(ask.action)
                    || (ask.action == ActionKind::Load && settings.on_air != OnAirRule::Refuse)
                    || matches!(ask.action, ActionKind::Cancel | ActionKind::Panic);
                prop_assert!(state_allows);
                let cools = known.lock.cooldowns().active(ask.action, ask.beat).is_some();
                prop_assert!(
                    !cools || urgent || ask.source == Source::State || ask.nature == Nature::Release,
                    "done in spite of a cooldown"
                );
            }
            Err(SafetyViolation::CooldownActive { deck, action, expires_at, beats_left }) => {
                prop_assert_eq!((deck, action), (ask.deck, ask.action));
                prop_assert!(!urgent, "a cooldown never blocks stop, cancel or panic");
                prop_assert!(expires_at > ask.beat && (expires_at - ask.beat - beats_left).abs() < 1e-9);
                prop_assert!(policy.decide(&Ask { beat: expires_at, ..ask }).is_ok(), "it ends when it says");
            }
            Err(SafetyViolation::DeckLocked { deck, reason, .. }) => {
                prop_assert_eq!(deck, ask.deck);
                prop_assert!(ask.source != Source::State, "a project is not kept out");
                prop_assert!(ask.action.touches_deck(), "the mixer, a cancel and a panic pass any lock");
                if reason == LockReason::Playing {
                    prop_assert!(known.on_air && known.state == DeckState::Playing);
                } else {
                    prop_assert!(known.lock.lock().is_some());
                }
            }
            Err(SafetyViolation::ActionNotAllowed { deck, action, state }) => {
                prop_assert_eq!((deck, action, state), (ask.deck, ask.action, known.state));
                prop_assert!(!settings.mask(state).allows(action) || ask.action == ActionKind::Undo);
            }
            Err(SafetyViolation::SourceNotAllowed { source_of, action }) => {
                prop_assert!(!mask.allows(action) && !urgent && source_of == ask.source);
            }
            Err(violation @ SafetyViolation::TooFast { .. }) => prop_assert!(false, "{violation}"),
        }
        if let Err(violation) = word {
            prop_assert!(SafetyViolation::CODES.contains(&violation.code()));
            prop_assert!(violation.to_string().len() > 10, "a sentence");
        }
    }

    #[test]
    fn another_deck_s_lock_and_cooldown_do_not_matter(policy in policy(), ask in ask()) {
        let mut alone = SafetyPolicy::new(*policy.settings());
        *alone.deck_mut(ask.deck) = *policy.deck(ask.deck);
        prop_assert_eq!(policy.decide(&ask), alone.decide(&ask));
    }

    #[test]
    fn a_mask_filters(policy in policy(), ask in ask(), bits in proptest::collection::vec(any::<bool>(), 12)) {
        let kinds: Vec<_> = ActionKind::ALL.into_iter().zip(bits).filter(|(_, on)| *on).map(|(kind, _)| kind).collect();
        let mask = ActionMask::of(&kinds);
        let (with, without) = (
            policy.can_perform_action_with_mask(ask.deck, ask.action, mask),
            policy.can_perform_action_with_mask(ask.deck, ask.action, ActionMask::ALL),
        );
        let in_mask = kinds.contains(&ask.action);
        prop_assert_eq!(with.is_ok(), in_mask && without.is_ok());
        prop_assert_eq!(mask.allows(ask.action), in_mask);
    }
}
