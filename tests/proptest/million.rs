//! A million actions.

use echelon_engine::action::ActionKind;
use echelon_engine::safety::{OnAirRule, SafetySettings};
use support::rig::{Chaos, DeckModel, Manner, RigHost};
use support::{Move, Transport};

const SR: f64 = 48_000.0;
const ACTIONS: u64 = 1_000_000;
/// Each is shorter than what the log keeps, out of which the deeds are read.
const SESSIONS: u64 = 20;

/// Plays, stops, loops and jumps.
fn transport() -> Transport {
    let mut transport = Transport::rolling(174.0);
    for i in 0..40_u64 {
        let moves =
            [Move::Stop, Move::Start, Move::Jump(i as f64 * 3.0), Move::Loop(Some((0.0, 4.0))), Move::Loop(None)];
        transport = transport.at(10_000 + i * 31_007, moves[(i % 5) as usize]);
    }
    transport
}

/// Makes so many requests in a rig, a few between two blocks.
fn storm(host: &mut RigHost, chaos: &mut Chaos, actions: u64, rule: OnAirRule) {
    let mut model = DeckModel::default();
    let (mut made, mut turns) = (0, 0_u64);
    while made < actions {
        for _ in 0..=chaos.below(90) {
            let now = *host.snapshot();
            let (source, action, timing) = (chaos.source(), chaos.action(&now), chaos.timing(&now));
            made += 1;
            if let Some(id) = host.ask(source, action, timing) {
                chaos.remember(id);
            }
        }
        host.tick();
        let frames = 1 + chaos.below(63) as u32;
        let inputs = chaos.inputs(frames);
        host.block(frames, &inputs);
        // What the block has done comes with its snapshot.
        host.tick();
        let deeds = host.ledger.take_fired();
        if let Err(broken) = model.follow(&deeds, rule, host.snapshot()) {
            panic!("turn {turns}: {}", broken.0);
        }
        assert!(host.ledger.wrong.is_empty(), "turn {turns}: {:?}", host.ledger.wrong);
        turns += 1;
    }
}

#[test]
fn a_million_actions_are_each_answered_once_and_no_deck_leaves_its_table() {
    let rules = [OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow, OnAirRule::Refuse];
    let mut finals = [0; 4];
    for seed in 0..SESSIONS {
        let mut host = RigHost::new(SR, &transport());
        let mut settings = SafetySettings::default();
        let rule = rules[(seed % 4) as usize];
        settings.on_air = rule;
        if seed % 4 == 3 {
            // Without what slows a storm down.
            settings.play_toggle_ms = 0.0;
            settings.set_cooldown_beats(ActionKind::Load, 0.0);
        }
        host.console.set_safety(settings);
        let manner = if seed % 4 == 0 { Manner::Wild } else { Manner::Bold };
        let mut chaos = Chaos::new(seed, manner);
        let rule = if manner == Manner::Wild { OnAirRule::Allow } else { rule };
        storm(&mut host, &mut chaos, ACTIONS / SESSIONS, rule);
        host.wind_up();
        let ledger = &host.ledger;
        assert!(ledger.wrong.is_empty(), "{:?}", ledger.wrong);
        assert_eq!(ledger.asked, ledger.finals.iter().sum::<u64>(), "{ledger}");
        assert_eq!(host.console.telemetry().lost_events, 0, "of the requests");
        finals.iter_mut().zip(ledger.finals).for_each(|(sum, own)| *sum += own);
    }
    println!("{finals:?} done, refused, cancelled, expired");
    assert!(finals.iter().sum::<u64>() >= ACTIONS && finals.iter().take(3).all(|count| *count > 1_000), "{finals:?}");
}
