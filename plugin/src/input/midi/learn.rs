//! What a control is, from what it sends while someone moves it. Pure: a burst in, a source and a mode out.

use std::collections::BTreeMap;

use echelon_engine::midi::{MidiMessage, MidiSource, Relative, SourceKind};

use super::map::{MapMode, MapSource};

/// A message, and when it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// Seconds, from whenever.
    pub secs: f64,
    /// A channel message.
    pub bytes: [u8; 3],
}

/// What was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    /// Which control it is.
    pub from: MapSource,
    /// How its messages are meant.
    pub mode: MapMode,
    /// Nothing else would have sent this. If not: turn it both ways, or press it twice.
    pub is_sure: bool,
}

/// The halves of a pair come within so many seconds.
const PAIR_SECS: f64 = 0.02;
/// A press that lasts longer than this, again and again, is a latching button.
const LONG_PRESS_SECS: f64 = 0.6;
/// Steps of a turned knob in one message are hardly ever more.
const MANY_STEPS: u8 = 24;

const DATA: [u8; 2] = [6, 38];
const NRPN: [u8; 2] = [98, 99];

/// What the control is that sent a burst; `None` if no message in it means one.
#[must_use]
pub fn infer(burst: &[Heard]) -> Option<Learned> {
    let heard: Vec<(f64, MidiMessage)> =
        burst.iter().filter_map(|heard| Some((heard.secs, MidiMessage::parse(heard.bytes)?))).collect();
    if let Some(from) = nrpn(&heard) {
        return Some(Learned { from, mode: MapMode::Absolute, is_sure: true });
    }
    let mut sources: BTreeMap<MidiSource, Vec<(f64, u16)>> = BTreeMap::new();
    let mut first: Vec<MidiSource> = vec![];
    for (secs, message) in &heard {
        let (source, value) = source_of(*message)?;
        first.push(source);
        sources.entry(source).or_default().push((*secs, value));
    }
    // The one that says most; of equals the first.
    let place = |source: &MidiSource| first.iter().position(|other| other == source).unwrap_or(usize::MAX);
    let loudest = sources.iter().max_by_key(|(source, said)| (said.len(), std::cmp::Reverse(place(source))))?;
    let (source, said) = loudest;
    if let Some(pair) = pair_of(*source, said, &sources) {
        return Some(Learned { from: pair.into(), mode: MapMode::Absolute, is_sure: said.len() > 1 });
    }
    let (mode, is_sure) = match source.kind {
        SourceKind::Note => button_or_toggle(said),
        SourceKind::Program => (MapMode::Button, true),
        SourceKind::Controller => of_controller(said),
        _ => (MapMode::Absolute, true),
    };
    Some(Learned { from: (*source).into(), mode, is_sure })
}

fn source_of(message: MidiMessage) -> Option<(MidiSource, u16)> {
    let (kind, channel, number, value) = match message {
        MidiMessage::NoteOn { channel, key, velocity } => (SourceKind::Note, channel, key, velocity.into()),
        MidiMessage::NoteOff { channel, key } => (SourceKind::Note, channel, key, 0),
        MidiMessage::KeyPressure { channel, key, value } => (SourceKind::KeyPressure, channel, key, value.into()),
        MidiMessage::Controller { channel, number, value } => (SourceKind::Controller, channel, number, value.into()),
        MidiMessage::Program { channel, number } => (SourceKind::Program, channel, number, 127),
        MidiMessage::Pressure { channel, value } => (SourceKind::Pressure, channel, 0, value.into()),
        MidiMessage::Bend { channel, value } => (SourceKind::Bend, channel, 0, value),
    };
    Some((MidiSource::new(kind, channel, number.into())?, value))
}

/// The NRPN that data was sent to.
fn nrpn(heard: &[(f64, MidiMessage)]) -> Option<MapSource> {
    let mut halves: [[Option<u8>; 2]; 16] = [[None; 2]; 16];
    heard.iter().find_map(|(_, message)| {
        let MidiMessage::Controller { channel, number, value } = *message else { return None };
        let selected = &mut halves[usize::from(channel & 0x0F)];
        if let Some(half) = NRPN.iter().position(|own| *own == number) {
            selected[half] = Some(value);
            return None;
        }
        let [Some(low), Some(high)] = *selected else { return None };
        let number = u16::from(high) << 7 | u16::from(low);
        let source = MidiSource::new(SourceKind::Nrpn, channel, number)?;
        DATA.contains(&heard_number(*message)).then(|| source.into())
    })
}

const fn heard_number(message: MidiMessage) -> u8 {
    if let MidiMessage::Controller { number, .. } = message { number } else { u8::MAX }
}

/// The pair that a controller is one half of: the other half came with most of its messages.
fn pair_of(
    source: MidiSource,
    said: &[(f64, u16)],
    sources: &BTreeMap<MidiSource, Vec<(f64, u16)>>,
) -> Option<MidiSource> {
    if source.kind != SourceKind::Controller || source.number >= 64 {
        return None;
    }
    let other = MidiSource { number: source.number ^ 32, ..source };
    let others = sources.get(&other)?;
    let is_near = |secs: f64| others.iter().any(|(at, _)| (at - secs).abs() <= PAIR_SECS);
    let together = said.iter().filter(|(secs, _)| is_near(*secs)).count();
    (2 * together >= said.len())
        .then(|| MidiSource::new(SourceKind::Controller14, source.channel, source.number % 32))?
}

/// A button sends its release, a latching one sends its state with each press.
fn button_or_toggle(said: &[(f64, u16)]) -> (MapMode, bool) {
    match said {
        [] => (MapMode::Button, false),
        // The release of a button would have come by now. Or a latching one that goes off.
        [_] => (MapMode::Toggle, true),
        [(_, 0), ..] => (MapMode::Toggle, true),
        _ => {
            let presses: Vec<f64> =
                said.windows(2).filter(|two| two[0].1 > 0 && two[1].1 == 0).map(|two| two[1].0 - two[0].0).collect();
            let is_long = !presses.is_empty() && presses.iter().all(|secs| *secs > LONG_PRESS_SECS);
            let mode = if is_long && said.len() > 2 { MapMode::Toggle } else { MapMode::Button };
            (mode, !is_long)
        }
    }
}

fn of_controller(said: &[(f64, u16)]) -> (MapMode, bool) {
    let values: Vec<u8> = said.iter().filter_map(|(_, value)| u8::try_from(*value).ok()).collect();
    let mut kinds: Vec<u8> = values.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let is_switch = |values: &[u8]| matches!(values, [0, most] if *most >= 64) || matches!(values, [127 | 0]);
    if is_switch(&kinds) && !is_turn_of_one(&values) {
        return button_or_toggle(said);
    }
    match turned(&values) {
        Some((kind, is_sure)) => (MapMode::Relative(kind), is_sure),
        None => (MapMode::Absolute, values.len() > 2),
    }
}

/// 127 again and again is a knob that is turned down: a button says 0 in between.
fn is_turn_of_one(values: &[u8]) -> bool {
    values.len() > 2 && values.iter().all(|value| *value == 127)
}

/// The kind of turn that the values are, and whether no other kind would have sent them. A fader's values go their way
/// and hardly ever come twice in a row; a turned knob says the same small steps again and again, or jumps from one end of
/// the numbers to the other as it turns back.
fn turned(values: &[u8]) -> Option<(Relative, bool)> {
    if values.len() < 3 {
        return None;
    }
    let up = |value: &u8| (1..=MANY_STEPS).contains(value);
    // None of them says 0: that would be no step. A fader at its end does.
    let counts = |down: &dyn Fn(&u8) -> bool| values.iter().all(|value| up(value) || down(value));
    let twos = counts(&|value| *value >= 128 - MANY_STEPS);
    let sign = counts(&|value| (65..=64 + MANY_STEPS).contains(value));
    let offset = values.iter().all(|value| (64 - MANY_STEPS..=64 + MANY_STEPS).contains(value));
    let pairs = || values.windows(2);
    let repeats = pairs().filter(|two| two[0] == two[1]).count();
    let jumps = pairs().filter(|two| two[0].abs_diff(two[1]) > 48).count();
    let is_turn = 5 * repeats >= 2 * (values.len() - 1) || (jumps > 0 && !offset);
    // Around 64 a fader in its middle looks the same but that it never stands still, nor leaves out the middle.
    let skips_middle = offset && !values.contains(&64) && values.contains(&63) && values.contains(&65);
    if !is_turn && !skips_middle {
        return None;
    }
    let has_up = values.iter().any(up);
    match (twos, sign, offset) {
        (_, _, true) => Some((Relative::Offset64, values.iter().any(|v| *v > 64) && values.iter().any(|v| *v < 64))),
        (true, false, _) => Some((Relative::TwosComplement, has_up || values.len() > 2)),
        (false, true, _) => Some((Relative::SignMagnitude, has_up)),
        // Only up: both say 1.
        (true, true, _) => Some((Relative::TwosComplement, false)),
        (false, false, _) => None,
    }
}
