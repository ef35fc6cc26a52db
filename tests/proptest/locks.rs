//! `Unlocked -> Locked -> Cooldown -> Unlocked`, and nothing else.

use echelon_engine::action::ActionKind;
use echelon_engine::safety::{ActionMask, DeckLock, DeckLockState, LockMachine, LockReason, Source};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Event {
    Acquire(Source, LockReason),
    Release(Source),
    CoolDown(ActionKind, f64),
    Wait(f64),
}

fn source() -> impl Strategy<Value = Source> {
    proptest::sample::select(&Source::ALL[..])
}

fn kind() -> impl Strategy<Value = ActionKind> {
    proptest::sample::select(&ActionKind::ALL[..])
}

fn event() -> impl Strategy<Value = Event> {
    let reasons = [LockReason::User, LockReason::Playing, LockReason::Loading, LockReason::Source];
    prop_oneof![
        (source(), proptest::sample::select(reasons.to_vec())).prop_map(|(who, why)| Event::Acquire(who, why)),
        source().prop_map(Event::Release),
        (kind(), 0.0..32.0).prop_map(|(kind, beats)| Event::CoolDown(kind, beats)),
        (0.0..20.0).prop_map(Event::Wait),
    ]
}

/// The state without its details.
fn name(state: DeckLockState) -> &'static str {
    match state {
        DeckLockState::Unlocked => "unlocked",
        DeckLockState::Locked(_) => "locked",
        DeckLockState::Cooldown { .. } => "cooldown",
    }
}

fn may_follow(from: &str, event: Event, to: &str) -> bool {
    match event {
        Event::Acquire(..) => to == "locked" || to == from,
        Event::Release(_) => to == from || from == "locked",
        Event::CoolDown(..) => to == from || (from == "unlocked" && to == "cooldown") || from == "cooldown",
        Event::Wait(_) => to == from || (from == "cooldown" && to == "unlocked"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lock_never_leaves_its_table(events in proptest::collection::vec(event(), 1..60)) {
        let (mut machine, mut beat) = (LockMachine::default(), 0.0);
        for event in events {
            let (before, held) = (name(machine.state(beat)), machine.lock());
            match event {
                Event::Acquire(owner, reason) => {
                    let lock = DeckLock { owner, reason };
                    let taken = machine.acquire(lock);
                    let free = held.is_none_or(|held| held.owner == owner) || reason == LockReason::User;
                    prop_assert_eq!(taken.is_ok(), free);
                    prop_assert_eq!(machine.lock(), if free { Some(lock) } else { held });
                }
                Event::Release(by) => {
                    let given = machine.release(by);
                    let may = held.is_none_or(|held| held.owner == by) || by != Source::Bridge;
                    prop_assert_eq!(given.is_ok(), may, "an agent breaks no one's lock");
                    prop_assert_eq!(machine.lock(), if may { None } else { held });
                }
                Event::CoolDown(kind, beats) => machine.cool_down(kind, beat + beats),
                Event::Wait(beats) => beat += beats,
            }
            let after = machine.state(beat);
            prop_assert!(may_follow(before, event, name(after)), "{} -> {:?} by {:?}", before, after, event);
            if let DeckLockState::Cooldown { action, expires_at } = after {
                prop_assert!(expires_at > beat && machine.cooldowns().active(action, beat) == Some(expires_at));
                prop_assert!(ActionKind::ALL.iter().all(|kind| {
                    machine.cooldowns().active(*kind, beat).is_none_or(|until| until <= expires_at)
                }), "the longest is told");
            }
        }
        // However it went: once nobody holds it and time has passed, it is free.
        machine.release(Source::Editor).unwrap();
        prop_assert_eq!(machine.state(beat + 33.0), DeckLockState::Unlocked);
    }

    #[test]
    fn no_lock_holds_the_mixer_a_cancel_or_a_panic(owner in source(), asks in source(), kind in kind()) {
        for reason in [LockReason::User, LockReason::Playing, LockReason::Loading, LockReason::Source] {
            let holds = DeckLock { owner, reason }.holds(asks, kind);
            prop_assert!(!holds || kind.touches_deck());
            prop_assert!(!(holds && ActionMask::ALWAYS.allows(kind) && kind != ActionKind::Stop));
        }
    }
}
