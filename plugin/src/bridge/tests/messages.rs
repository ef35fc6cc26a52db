use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use proptest::prelude::*;
use rosc::{OscMessage, OscType};

use super::super::*;

fn hello() -> Hello {
    Hello {
        version: VERSION, name: "Ä B".into(), capabilities: CAPABILITIES.into(), role: Role::Lead, nonce: i64::MIN
    }
}

fn all() -> Vec<Message> {
    let clock = ClockWord {
        secs: 12.5,
        beat: -3.25,
        beats_per_sec: 2.1,
        tempo_bpm: 126.0,
        bar_start_beat: -4.0,
        bar_beats: 3.5,
        host_leads: true,
    };
    let deck = DeckWord {
        deck: DeckId::C,
        state: DeckState::Primed,
        position_secs: 1.5,
        length_secs: 200.0,
        tempo_bpm: 0.0,
        track: "Title".into(),
    };
    let (code, text) = ("busy".to_owned(), "this end is connected to another".to_owned());
    vec![
        Message::Hello(hello()),
        Message::Welcome(hello()),
        Message::Refuse { code: code.clone(), text: text.clone() },
        Message::Bye,
        Message::Alive,
        Message::Role(Role::Follow),
        Message::Clock(clock),
        Message::Deck(deck),
        Message::Request(1, Request::Play { deck: DeckId::A, beat: 8.0 }),
        Message::Request(i32::MAX, Request::Stop { deck: DeckId::D, beat: -1.5 }),
        Message::Request(-1, Request::Crossfader { position: 0.25 }),
        Message::Revoke(9),
        Message::Result { number: 3, code, text },
    ]
}

#[test]
fn every_message_comes_back_and_has_its_address() {
    for message in all() {
        let osc = message.to_osc();
        assert!(Message::is_one(&osc.addr));
        assert_eq!(Message::from_osc(&osc), Ok(message));
    }
    assert!(!Message::is_one("/bridge/connect") && !Message::is_one("/bridge/state"));
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let read = |addr: &str, args: Vec<OscType>| Message::from_osc(&OscMessage { addr: addr.into(), args });
    let reason = |addr, args| read(addr, args).unwrap_err().to_string();
    assert_eq!(reason("/bridge/play", vec![1.into(), "a".into()]), "/bridge/play: argument 3 is missing: a number");
    assert_eq!(
        reason("/bridge/play", vec![1.into(), "e".into(), 1.0.into()]),
        "/bridge/play: argument 2 is not a deck, a to d"
    );
    assert!(reason("/bridge/crossfader", vec![1.into(), 1.5.into()]).ends_with("argument 2 is not from 0 to 1"));
    assert!(reason("/bridge/stop", vec![1.into(), "a".into(), f64::NAN.into()]).contains("argument 3 is not from"));
    assert!(reason("/bridge/hello", vec!["1".into()]).ends_with("argument 1 is not a whole number (type i)"));
    let other = read("/bridge/hello", vec![2.into()]).unwrap();
    assert!(matches!(other, Message::Hello(Hello { version: 2, .. })), "another version may have any form");
    // What a later version adds at the end.
    let mut osc = Message::Revoke(9).to_osc();
    osc.args.push("more".into());
    assert_eq!(Message::from_osc(&osc), Ok(Message::Revoke(9)));
}

fn argument() -> impl Strategy<Value = OscType> {
    let word = prop::sample::select(vec!["a", "d", "playing", "lead", "none", "busy", ""]);
    prop_oneof![
        any::<i32>().prop_map(OscType::Int),
        (-1..3).prop_map(OscType::Int),
        any::<i64>().prop_map(OscType::Long),
        any::<u64>().prop_map(|bits| OscType::Double(f64::from_bits(bits))),
        (0.0..1.0).prop_map(OscType::Double),
        word.prop_map(OscType::from),
        "\\PC{0,200}".prop_map(OscType::String),
        Just(OscType::Nil),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read is in range, and small; nothing panics.
    #[test]
    fn anything_is_read_or_refused(
        addr in prop::sample::select(all().iter().map(|m| m.to_osc().addr).collect::<Vec<_>>()),
        args in prop::collection::vec(argument(), 0..8),
    ) {
        match Message::from_osc(&OscMessage { addr, args }) {
            Ok(message) => {
                if let Message::Clock(clock) = &message {
                    prop_assert!(clock.tempo_bpm >= 1.0 && clock.bar_beats > 0.0 && clock.beat.is_finite());
                }
                prop_assert_eq!(Message::from_osc(&message.to_osc()), Ok(message));
            }
            Err(bad) => prop_assert!(bad.to_string().len() < 400),
        }
    }
}
