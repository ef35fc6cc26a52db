//! The state machine: by its table, and with anything at any time.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::super::*;

const US: i64 = 1;

fn address(n: u16) -> SocketAddr {
    ([127, 0, 0, 1], 9000 + n).into()
}

fn hello(version: i32, nonce: i64) -> Hello {
    Hello { version, name: "other".into(), capabilities: String::new(), role: Role::Follow, nonce }
}

fn refuse(code: &str) -> Message {
    Message::Refuse { code: code.into(), text: "why".into() }
}

fn heard(n: u16, message: Message) -> LinkInput {
    LinkInput::Heard(address(n), Ok(message))
}

fn step(link: &mut Link, now: f64, input: LinkInput) -> Vec<LinkOutput> {
    let mut out = vec![];
    link.step(now, input, &mut out);
    out
}

fn sent(out: &[LinkOutput]) -> Vec<(SocketAddr, Message)> {
    let message = |output: &LinkOutput| match output {
        LinkOutput::Send(to, message) => Some((*to, message.clone())),
        _ => None,
    };
    out.iter().filter_map(message).collect()
}

fn code(out: &[LinkOutput]) -> String {
    match sent(out).last() {
        Some((_, Message::Refuse { code, .. })) => code.clone(),
        other => format!("{other:?}"),
    }
}

/// A link in a state; address 1 is whom it called or who called it.
fn link(state: BridgeState) -> Link {
    let mut link = Link::new("us".into(), US);
    if state != BridgeState::Disconnected {
        step(&mut link, 0.0, LinkInput::Connect(address(1)));
    }
    if state == BridgeState::Connected {
        step(&mut link, 0.0, heard(1, Message::Welcome(hello(VERSION, US))));
    }
    assert_eq!(link.state(), state);
    link
}

#[test]
fn the_table() {
    use BridgeState::{Connected, Connecting, Disconnected};
    let bad = || LinkInput::Heard(address(1), Err(BadMessage { address: "/bridge/play".into(), reason: "x".into() }));
    let play = || Message::Request(1, Request::Crossfader { position: 0.0 });
    let rows: Vec<(BridgeState, LinkInput, BridgeState, &str)> = vec![
        (Disconnected, LinkInput::Connect(address(1)), Connecting, "hello"),
        (Disconnected, LinkInput::Disconnect, Disconnected, ""),
        (Disconnected, LinkInput::Tick, Disconnected, ""),
        (Disconnected, heard(1, Message::Hello(hello(VERSION, 7))), Connected, "welcome"),
        (Disconnected, heard(1, Message::Hello(hello(VERSION + 1, 7))), Disconnected, "version"),
        (Disconnected, heard(1, Message::Hello(hello(VERSION, US))), Disconnected, "self"),
        (Disconnected, heard(1, play()), Disconnected, "not_connected"),
        (Disconnected, heard(1, Message::Alive), Disconnected, "not_connected"),
        (Disconnected, heard(1, Message::Welcome(hello(VERSION, US))), Disconnected, ""),
        (Disconnected, heard(1, refuse("busy")), Disconnected, ""),
        (Disconnected, heard(1, Message::Bye), Disconnected, ""),
        (Disconnected, bad(), Disconnected, "malformed"),
        (Connecting, LinkInput::Tick, Connecting, ""),
        (Connecting, LinkInput::Disconnect, Disconnected, "bye"),
        (Connecting, heard(1, Message::Welcome(hello(VERSION, US))), Connected, ""),
        (Connecting, heard(1, Message::Welcome(hello(VERSION, 8))), Connecting, ""),
        (Connecting, heard(2, Message::Welcome(hello(VERSION, US))), Connecting, ""),
        (Connecting, heard(1, Message::Hello(hello(VERSION, 7))), Connected, "welcome"),
        (Connecting, heard(2, Message::Hello(hello(VERSION, 7))), Connecting, "busy"),
        (Connecting, heard(1, refuse("busy")), Disconnected, ""),
        (Connecting, heard(2, refuse("busy")), Connecting, ""),
        (Connecting, bad(), Connecting, "malformed"),
        (Connected, LinkInput::Tick, Connected, ""),
        (Connected, LinkInput::Disconnect, Disconnected, "bye"),
        (Connected, LinkInput::Connect(address(2)), Connecting, "bye hello"),
        (Connected, heard(1, Message::Hello(hello(VERSION, 7))), Connected, "welcome"),
        (Connected, heard(2, Message::Hello(hello(VERSION, 7))), Connected, "busy"),
        (Connected, heard(1, Message::Bye), Disconnected, ""),
        (Connected, heard(2, Message::Bye), Connected, ""),
        (Connected, heard(1, refuse("not_connected")), Disconnected, ""),
        (Connected, heard(1, refuse("malformed")), Connected, ""),
        (Connected, heard(2, refuse("not_connected")), Connected, ""),
        (Connected, heard(2, play()), Connected, "not_connected"),
        (Connected, bad(), Connected, "malformed"),
    ];
    for (from, input, to, expected) in rows {
        let mut link = link(from);
        let out = step(&mut link, 0.1, input.clone());
        assert_eq!(link.state(), to, "{from:?} {input:?}");
        let words: Vec<String> = sent(&out)
            .iter()
            .map(|(_, message)| match message {
                Message::Refuse { code, .. } => code.clone(),
                message => message.to_osc().addr.replace("/bridge/", ""),
            })
            .collect();
        assert_eq!(words.join(" "), expected, "{from:?} {input:?}");
        let begins = to == Connected && (from != Connected || expected == "welcome");
        assert_eq!(out.contains(&LinkOutput::Opened), begins, "{input:?}");
        assert_eq!(link.peer().is_some(), to == Connected);
    }
}

#[test]
fn what_the_other_end_says_gets_through_only_from_there() {
    let mut link = link(BridgeState::Connected);
    let word = Message::Request(1, Request::Crossfader { position: 0.0 });
    assert_eq!(step(&mut link, 0.1, heard(1, word.clone())), [LinkOutput::Word(word.clone())]);
    assert!(!step(&mut link, 0.1, heard(2, word.clone())).contains(&LinkOutput::Word(word)));
    step(&mut link, 0.1, heard(1, Message::Role(Role::Lead)));
    assert_eq!(link.peer().unwrap().role, Role::Lead);
}

#[test]
fn silence_ends_it_and_who_called_calls_again_ever_more_slowly() {
    let mut link = link(BridgeState::Connected);
    assert!(step(&mut link, Link::SILENCE_SECS - 0.01, LinkInput::Tick).len() <= 1);
    assert_eq!(link.state(), BridgeState::Connected);
    let out = step(&mut link, Link::SILENCE_SECS, LinkInput::Tick);
    assert!(out.contains(&LinkOutput::Closed) && sent(&out) == [(address(1), Message::Bye)]);
    assert_eq!((link.state(), link.reason()), (BridgeState::Disconnected, "the other end is silent"));
    // From then on only time passes: when does it call?
    let (mut calls, mut now) = (vec![], Link::SILENCE_SECS);
    while now < 60.0 {
        now += 0.01;
        if sent(&step(&mut link, now, LinkInput::Tick)).iter().any(|(_, m)| matches!(m, Message::Hello(_))) {
            calls.push(now);
        }
    }
    let waits: Vec<f64> = calls.windows(2).map(|pair| pair[1] - pair[0] - Link::ANSWER_SECS).collect();
    for (wait, expected) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 8.0]) {
        assert!((wait - expected).abs() < 0.05, "{waits:?}");
    }
    assert!((calls[0] - Link::SILENCE_SECS - Link::RETRY_SECS).abs() < 0.05);
    // Who was called waits to be called.
    let mut called = Link::new("us".into(), US);
    step(&mut called, 0.0, heard(1, Message::Hello(hello(VERSION, 7))));
    step(&mut called, 10.0, LinkInput::Tick);
    assert_eq!(called.state(), BridgeState::Disconnected);
    assert!((11..100).all(|now| step(&mut called, f64::from(now), LinkInput::Tick).is_empty()));
}

#[test]
fn it_says_something_often_enough_to_be_alive() {
    let mut link = link(BridgeState::Connected);
    let mut alive = 0;
    for tick in 1..=1000 {
        let now = f64::from(tick) * 0.01;
        step(&mut link, now, heard(1, Message::Alive));
        alive += sent(&step(&mut link, now, LinkInput::Tick)).len();
    }
    assert!((19..=21).contains(&alive), "in 10 s: {alive}");
    assert_eq!(link.state(), BridgeState::Connected);
}

#[test]
fn a_refusal_that_will_not_change_is_the_end_of_it() {
    for (code, again) in [("version", false), ("self", false), ("busy", true)] {
        let mut link = link(BridgeState::Connecting);
        step(&mut link, 0.1, heard(1, refuse(code)));
        assert_eq!((link.state(), link.reason()), (BridgeState::Disconnected, "why"));
        let calls = (0..1000).any(|tick| !step(&mut link, 0.1 + f64::from(tick) * 0.01, LinkInput::Tick).is_empty());
        assert_eq!(calls, again, "{code}");
    }
}

#[test]
fn a_flood_is_refused_a_few_times_a_second() {
    let mut link = link(BridgeState::Disconnected);
    let mut refused = 0;
    for i in 0..10_000 {
        refused += step(&mut link, f64::from(i) / 10_000.0, heard(3, Message::Alive)).len();
    }
    assert!((10..=20).contains(&refused), "{refused}");
    assert_eq!(code(&step(&mut link, 5.0, heard(3, Message::Alive))), "not_connected");
}

/// Two ends with a wire between them that may mirror, double or delay: they never keep each other busy.
#[test]
fn two_ends_fall_silent_but_for_their_keep_alive() {
    for mirrored in [false, true] {
        let mut ends = [Link::new("a".into(), 1), Link::new("b".into(), 2)];
        let mut wire: Vec<(usize, u16, Message)> = vec![];
        let mut total = 0;
        for tick in 0..3000_u32 {
            let now = f64::from(tick) * 0.01;
            let mut outs: Vec<(usize, Vec<LinkOutput>)> = vec![];
            if tick == 5 {
                outs.push((0, step(&mut ends[0], now, LinkInput::Connect(address(1)))));
                outs.push((1, step(&mut ends[1], now, LinkInput::Connect(address(0)))));
            }
            for (to, from, message) in std::mem::take(&mut wire) {
                outs.push((to, step(&mut ends[to], now, heard(from, message))));
            }
            for (end, link) in ends.iter_mut().enumerate() {
                outs.push((end, step(link, now, LinkInput::Tick)));
            }
            for (end, out) in outs {
                for (to, message) in sent(&out) {
                    total += 1;
                    // To whom it was meant, from us; or back to ourselves, from whom it was meant for.
                    let other = usize::from(to == address(1));
                    wire.push(if mirrored {
                        (end, to.port() - 9000, message)
                    } else {
                        (other, u16::from(end == 1), message)
                    });
                }
            }
            assert!(wire.len() < 20, "after {tick} turns");
        }
        assert!(total < 200, "in 30 s: {total}");
        let expected = if mirrored { BridgeState::Disconnected } else { BridgeState::Connected };
        assert_eq!(ends.each_ref().map(Link::state), [expected; 2]);
    }
}

fn message() -> impl Strategy<Value = Message> {
    let nonce = prop_oneof![Just(US), Just(7)];
    let hello = (prop_oneof![4 => Just(VERSION), 1 => any::<i32>()], nonce).prop_map(|(v, n)| hello(v, n));
    let code = prop::sample::select(vec!["version", "self", "busy", "not_connected", "malformed", "x"]);
    prop_oneof![
        hello.clone().prop_map(Message::Hello),
        hello.prop_map(Message::Welcome),
        code.prop_map(refuse),
        Just(Message::Bye),
        Just(Message::Alive),
        Just(Message::Role(Role::Lead)),
        any::<i32>().prop_map(Message::Revoke),
        any::<i32>().prop_map(|n| Message::Request(n, Request::Crossfader { position: 0.5 })),
        any::<i32>().prop_map(|number| Message::Result { number, code: "done".into(), text: String::new() }),
    ]
}

fn input() -> impl Strategy<Value = LinkInput> {
    let bad = BadMessage { address: "/bridge/clock".into(), reason: "x".into() };
    prop_oneof![
        1 => (0..3_u16).prop_map(|n| LinkInput::Connect(address(n))),
        1 => Just(LinkInput::Disconnect),
        1 => prop::sample::select(vec![Role::None, Role::Lead, Role::Follow]).prop_map(LinkInput::SetRole),
        4 => Just(LinkInput::Tick),
        8 => (0..3_u16, message()).prop_map(|(n, message)| heard(n, message)),
        1 => (0..3_u16).prop_map(move |n| LinkInput::Heard(address(n), Err(bad.clone()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes, whenever: only the steps of the table, and never more than a few messages.
    #[test]
    fn the_table_is_never_left(steps in prop::collection::vec((input(), 0.0_f64..1.5), 1..120)) {
        use BridgeState::{Connected, Connecting, Disconnected};
        let mut link = Link::new("us".into(), US);
        let (mut now, mut is_open) = (0.0, false);
        for (input, passed) in steps {
            now += passed;
            let (before, peer) = (link.state(), link.peer().map(|peer| peer.address));
            let out = step(&mut link, now, input.clone());
            let after = link.state();
            prop_assert!(out.len() <= 4, "{:?}: {:?}", input, out);
            for output in &out {
                match output {
                    LinkOutput::Opened => { prop_assert!(!is_open); is_open = true; }
                    LinkOutput::Closed => { prop_assert!(is_open); is_open = false; }
                    LinkOutput::Word(_) => prop_assert!(before == Connected && matches!(&input, LinkInput::Heard(from, Ok(_)) if Some(*from) == peer)),
                    LinkOutput::Send(..) => {}
                }
            }
            prop_assert_eq!(is_open, after == Connected);
            prop_assert_eq!(link.peer().is_some(), after == Connected);
            let allowed = match (&input, before, after) {
                (_, before, after) if before == after => true,
                (LinkInput::Connect(_), _, Connecting) => true,
                (LinkInput::Disconnect, _, Disconnected) => true,
                (LinkInput::Tick, Disconnected, Connecting) => true,
                (LinkInput::Tick, Connecting | Connected, Disconnected) => true,
                (LinkInput::Heard(_, Ok(Message::Hello(_))), _, Connected) => true,
                (LinkInput::Heard(_, Ok(Message::Welcome(_))), Connecting, Connected) => true,
                (LinkInput::Heard(_, Ok(Message::Refuse { .. } | Message::Bye)), Connecting | Connected, Disconnected) => true,
                _ => false,
            };
            prop_assert!(allowed, "{:?} -> {:?} by {:?}", before, after, input);
            if let LinkInput::Heard(_, Ok(message)) = &input
                && message.is_answer()
            {
                prop_assert!(sent(&out).is_empty(), "an answer was answered");
            }
        }
    }
}
