//! Whatever comes in: no panic, and what comes out is fit for the engine.

use echelon_engine::action::{Action, ActionTiming};
use proptest::prelude::*;
use rosc::{OscMessage, OscPacket, OscTime, OscType};

use super::super::packet::{address_of, decode};
use super::super::{Parsed, parse};
use super::{NOW, bundle, bytes};

fn number() -> impl Strategy<Value = OscType> {
    prop_oneof![
        any::<i32>().prop_map(OscType::Int),
        (-2..3).prop_map(OscType::Int),
        any::<i64>().prop_map(OscType::Long),
        any::<u32>().prop_map(|bits| OscType::Float(f32::from_bits(bits))),
        (-2.0f32..2.0).prop_map(OscType::Float),
        any::<u64>().prop_map(|bits| OscType::Double(f64::from_bits(bits))),
        any::<bool>().prop_map(OscType::Bool),
    ]
}

fn argument() -> impl Strategy<Value = OscType> {
    let word = prop::sample::select(vec![
        "now",
        "beat",
        "bar",
        "2bars",
        "4bars",
        "id",
        "/music/a.wav",
        "soon",
        "",
        "quick_cut",
        "a",
        "b",
        "lead",
    ]);
    prop_oneof![
        4 => number(),
        3 => word.prop_map(OscType::from),
        1 => "\\PC{0,40}".prop_map(OscType::String),
        1 => prop::sample::select(vec![
            OscType::Nil,
            OscType::Inf,
            OscType::Char('x'),
            OscType::Blob(vec![1, 2, 3]),
            OscType::Time(NOW),
        ]),
    ]
}

fn address() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "deck",
        "a",
        "b",
        "c",
        "D",
        "e",
        "play",
        "from",
        "stop",
        "load",
        "seek",
        "gain",
        "crossfader",
        "master",
        "ping",
        "info",
        "now",
        "bar",
        "4bars",
        "",
        "*",
        "{deck}",
        "ä",
    ]);
    let known = prop::sample::select(vec![
        "/deck/a/play",
        "/deck/b/stop",
        "/deck/c/load",
        "/deck/d/seek",
        "/deck/a/play/from",
        "/deck/a/gain",
        "/crossfader",
        "/master/gain",
        "/deck/a/play/bar",
        "/crossfader/2bars",
        "/recipe/run",
        "/recipe/run/text/bar",
        "/recipe/preview",
        "/can/deck/a/play",
        "/can/recipe/run",
        "/bridge/connect",
        "/bridge/role",
    ]);
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        2 => prop::collection::vec(part, 0..6).prop_map(|parts| format!("/{}", parts.join("/"))),
        1 => "/\\PC{0,60}",
    ]
}

fn message() -> impl Strategy<Value = OscMessage> {
    (address(), prop::collection::vec(argument(), 0..6)).prop_map(|(addr, args)| OscMessage { addr, args })
}

fn packet() -> impl Strategy<Value = OscPacket> {
    let tag = prop_oneof![Just(NOW), (any::<u32>(), any::<u32>()).prop_map(OscTime::from)];
    message().prop_map(OscPacket::Message).prop_recursive(6, 24, 4, move |inner| {
        (tag.clone(), prop::collection::vec(inner, 0..4)).prop_map(|(tag, content)| bundle(tag, content))
    })
}

/// What the engine relies on.
fn assert_fit(parsed: &Parsed) {
    if let Parsed::Recipe { recipe, .. } = parsed {
        let Ok(Action::RunRecipe { recipe }) = recipe.action(4.0) else { panic!("it was filled once") };
        assert_eq!(recipe.clone().validated(), Ok(recipe));
    }
    let Parsed::Act { action, timing, .. } = parsed else { return };
    assert_eq!(action.clone().validated().as_ref(), Ok(action), "an action is in range as it comes");
    if let ActionTiming::CustomBeat(beat) = timing {
        assert!(beat.is_finite());
    }
    if let Action::LoadDeck { path, .. } = action {
        assert!(path.is_absolute());
    }
}

fn feed(bytes: &[u8]) {
    address_of(bytes);
    for (message, _) in decode(bytes, NOW).unwrap_or_default() {
        if let Ok(parsed) = parse(&message.addr, &message.args) {
            assert_fit(&parsed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        feed(&bytes);
    }

    /// Bytes that get past the first checks.
    #[test]
    fn any_bytes_in_osc_s_clothes(
        head in prop::sample::select(vec!["/deck/a/play\0\0\0\0", "/crossfader\0", "#bundle\0\0\0\0\0\0\0\0\x01", "/\0\0\0,"]),
        tags in "[,ifdshtbTFNIcmr\\[\\]\0]{0,20}",
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        feed(&[head.as_bytes(), tags.as_bytes(), &tail].concat());
    }

    #[test]
    fn any_message(message in message()) {
        match parse(&message.addr, &message.args) {
            Ok(parsed) => assert_fit(&parsed),
            Err(error) => prop_assert!(error.to_string().len() < 1000),
        }
    }

    /// Good packets with a few bytes changed, or cut.
    #[test]
    fn broken_packets(
        packet in packet(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        keep in 0.5f64..1.5,
    ) {
        let mut bytes = bytes(&packet);
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small length")]
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        feed(&bytes);
    }
}
