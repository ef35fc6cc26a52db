//! Bursts as controllers send them, and what they mean.

use echelon_engine::midi::{Relative, SourceKind};

use crate::input::midi::{Heard, Learned, MapMode, infer};

/// Messages so many milliseconds apart.
fn burst(ms: f64, messages: &[[u8; 3]]) -> Vec<Heard> {
    messages.iter().enumerate().map(|(i, bytes)| Heard { secs: i as f64 * ms / 1000.0, bytes: *bytes }).collect()
}

fn controller(number: u8, values: &[u8]) -> Vec<Heard> {
    burst(9.0, &values.iter().map(|value| [0xB0, number, *value]).collect::<Vec<_>>())
}

#[track_caller]
fn is(burst: &[Heard], kind: SourceKind, number: u16, mode: MapMode) -> bool {
    let Learned { from, mode: learned, is_sure } = infer(burst).expect("something");
    assert_eq!((from.kind, from.number, learned), (kind, number, mode));
    is_sure
}

/// A fader pulled up and down a little, as its wiper and a hand have it.
const FADER: [u8; 24] = [0, 1, 3, 6, 9, 14, 20, 27, 33, 40, 46, 53, 61, 66, 70, 75, 79, 82, 84, 85, 84, 81, 77, 74];

#[test]
fn buttons_and_latching_buttons() {
    // A DDJ's play button, pressed once: note on, note on with velocity 0.
    assert!(is(&burst(120.0, &[[0x90, 11, 127], [0x90, 11, 0]]), SourceKind::Note, 11, MapMode::Button));
    // A pad with velocity, pressed three times, with note offs.
    let pad = [[0x99, 36, 88], [0x89, 36, 64], [0x99, 36, 101], [0x89, 36, 64], [0x99, 36, 93], [0x89, 36, 64]];
    assert!(is(&burst(90.0, &pad), SourceKind::Note, 36, MapMode::Button));
    // A pad with aftertouch says much more of that than of itself; the key's pressure is a control of its own.
    let squeezed: Vec<_> = (0..2).flat_map(|_| [[0x99, 36, 88], [0x89, 36, 64]]).chain([[0xD9, 40, 0]]).collect();
    assert!(is(&burst(60.0, &squeezed), SourceKind::Note, 36, MapMode::Button));
    // A nanoKONTROL2's button: a controller with 127 and 0.
    is(&burst(100.0, &[[0xB0, 41, 127], [0xB0, 41, 0]]), SourceKind::Controller, 41, MapMode::Button);
    // Latching: one message for each press.
    is(&burst(0.0, &[[0xB0, 41, 127]]), SourceKind::Controller, 41, MapMode::Toggle);
    is(&burst(0.0, &[[0x90, 20, 127]]), SourceKind::Note, 20, MapMode::Toggle);
    is(&burst(700.0, &[[0xB0, 41, 0], [0xB0, 41, 127]]), SourceKind::Controller, 41, MapMode::Toggle);
    is(&burst(800.0, &[[0x90, 20, 127], [0x90, 20, 0], [0x90, 20, 127]]), SourceKind::Note, 20, MapMode::Toggle);
    is(&burst(0.0, &[[0xC0, 7, 0]]), SourceKind::Program, 7, MapMode::Button);
}

#[test]
fn faders_with_seven_bits_and_with_fourteen() {
    assert!(is(&controller(7, &FADER), SourceKind::Controller, 7, MapMode::Absolute));
    let low: Vec<u8> = FADER.iter().map(|value| value / 8).collect();
    is(&controller(7, &low[..]), SourceKind::Controller, 7, MapMode::Absolute);
    is(&controller(7, &[60, 61, 62, 63, 64, 65, 66, 67, 66, 65, 64, 63]), SourceKind::Controller, 7, MapMode::Absolute);
    is(&controller(7, &[3, 40, 90, 127]), SourceKind::Controller, 7, MapMode::Absolute);
    is(&controller(7, &[127, 126, 124, 120, 117, 113]), SourceKind::Controller, 7, MapMode::Absolute);
    // A DDJ's channel fader: the fine half follows the coarse one at once.
    let mut pair = vec![];
    for (i, value) in FADER.iter().enumerate() {
        let secs = i as f64 * 0.009;
        pair.push(Heard { secs, bytes: [0xB1, 19, *value] });
        pair.push(Heard { secs: secs + 0.0003, bytes: [0xB1, 51, value.wrapping_mul(37) & 0x7F] });
    }
    assert!(is(&pair, SourceKind::Controller14, 19, MapMode::Absolute));
    pair.swap(0, 1);
    assert!(is(&pair[1..], SourceKind::Controller14, 19, MapMode::Absolute), "begun in the middle of a pair");
    // A knob in a bank whose neighbour 32 further on trembled once is no pair.
    let mut knob = controller(5, &FADER);
    knob.push(Heard { secs: 3.0, bytes: [0xB0, 37, 64] });
    is(&knob, SourceKind::Controller, 5, MapMode::Absolute);
    let bend: Vec<_> = FADER.iter().map(|value| [0xE2, value.wrapping_mul(5) & 0x7F, *value]).collect();
    is(&burst(9.0, &bend), SourceKind::Bend, 0, MapMode::Absolute);
    let nrpn: Vec<_> =
        FADER.iter().flat_map(|value| [[0xB0, 99, 1], [0xB0, 98, 5], [0xB0, 6, *value], [0xB0, 38, 3]]).collect();
    assert!(is(&burst(1.0, &nrpn), SourceKind::Nrpn, 133, MapMode::Absolute));
}

#[test]
fn knobs_without_ends_of_every_kind() {
    const TWOS: MapMode = MapMode::Relative(Relative::TwosComplement);
    const OFFSET: MapMode = MapMode::Relative(Relative::Offset64);
    const SIGN: MapMode = MapMode::Relative(Relative::SignMagnitude);
    for (values, mode) in [
        (&[1, 1, 1, 2, 1, 1, 127, 127, 126, 127, 127][..], TWOS),
        (&[1, 1, 2, 3, 5, 4, 2, 1, 127, 125, 122, 124, 127], TWOS),
        (&[127, 127, 127, 126, 127, 127], TWOS),
        (&[127, 127, 127, 127], TWOS),
        (&[65, 65, 65, 66, 65, 63, 63, 62, 63, 63], OFFSET),
        (&[65, 66, 68, 71, 69, 66, 65, 63, 60, 57, 61, 63], OFFSET),
        (&[63, 63, 63, 63], OFFSET),
        (&[1, 1, 1, 2, 1, 65, 65, 66, 65], SIGN),
        (&[1, 2, 4, 3, 1, 65, 67, 66, 65], SIGN),
    ] {
        is(&controller(22, values), SourceKind::Controller, 22, mode);
    }
    let one_way = is(&controller(22, &[1, 1, 1, 1, 2, 1, 1]), SourceKind::Controller, 22, TWOS);
    assert!(!one_way, "only up: two kinds say the same");
    assert!(is(&controller(22, &[1, 1, 127, 127, 1, 127]), SourceKind::Controller, 22, TWOS), "both ways is sure");
    // A touched jog wheel: the touch is one note, the turn is what says most.
    let mut jog = vec![Heard { secs: -0.1, bytes: [0x90, 54, 127] }];
    jog.extend(controller(34, &[65, 65, 66, 67, 66, 65, 65, 63, 63, 62]));
    jog.push(Heard { secs: 1.0, bytes: [0x90, 54, 0] });
    is(&jog, SourceKind::Controller, 34, OFFSET);
}

#[test]
fn nothing_means_nothing() {
    assert_eq!(infer(&[]), None);
    assert_eq!(infer(&burst(1.0, &[[0xF8, 0, 0], [0xFE, 0, 0]])), None);
    assert_eq!(infer(&burst(1.0, &[[0xB0, 99, 1], [0xB0, 98, 5]])).map(|l| l.from.kind), Some(SourceKind::Controller));
}
