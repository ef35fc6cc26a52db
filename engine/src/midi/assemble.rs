//! Values that come in several messages: 14-bit pairs of controllers, and NRPNs.

use super::message::fourteen;
use super::{MidiMessage, MidiSource, Reading, SourceKind};

const PAIRS: usize = 32;
const DATA_HIGH: u8 = 6;
const DATA_LOW: u8 = 38;
const DATA_UP: u8 = 96;
const DATA_DOWN: u8 = 97;
const NRPN_LOW: u8 = 98;
const NRPN_HIGH: u8 = 99;
const RPN_LOW: u8 = 100;
const RPN_HIGH: u8 = 101;

/// What a message says, by every way to read it: alone, as half of a pair, as a parameter's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings([Option<Reading>; 3]);

impl Readings {
    fn add(&mut self, reading: Option<Reading>) {
        if let (Some(_), Some(place)) = (reading, self.0.iter_mut().find(|place| place.is_none())) {
            *place = reading;
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Reading> {
        self.0.into_iter().flatten()
    }
}

/// A high and a low half on their way.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    high: u8,
    low: u8,
    /// A low half has come at some time: high halves wait for theirs.
    has_low: bool,
    /// The last high half has not had its low half.
    waits: bool,
    /// A half came that its other half did not follow or lead: nobody can be waited for.
    comes_alone: bool,
}

impl Pair {
    /// The value, if this half completes it.
    fn high(&mut self, high: u8) -> Option<u16> {
        self.comes_alone |= self.has_low && self.waits;
        (self.high, self.waits) = (high, true);
        if !self.has_low {
            // Nobody has ever sent the fine half: the coarse one spans the whole range.
            return Some(fourteen(high, high));
        }
        self.comes_alone.then(|| fourteen(high, self.low))
    }

    fn low(&mut self, low: u8) -> u16 {
        self.comes_alone |= !self.waits;
        (self.low, self.has_low, self.waits) = (low, true, false);
        fourteen(self.high, low)
    }
}

/// The parameter that a channel's data is for.
#[derive(Clone, Copy, Debug, Default)]
struct Selected {
    high: u8,
    low: u8,
    is_nrpn: bool,
    data: Pair,
}

/// Puts together what belongs together. Audio thread; fixed size.
#[derive(Clone, Debug)]
pub struct Assembler {
    pairs: [[Pair; PAIRS]; 16],
    selected: [Selected; 16],
}

impl Default for Assembler {
    fn default() -> Self {
        Self { pairs: [[Pair::default(); PAIRS]; 16], selected: [Selected::default(); 16] }
    }
}

impl Assembler {
    /// What a message says.
    ///
    /// # Real-time
    /// No allocation; three readings at most.
    pub fn read(&mut self, message: MidiMessage) -> Readings {
        let mut readings = Readings::default();
        let of = |kind, channel, number: u8| MidiSource { kind, channel, number: number.into() };
        match message {
            MidiMessage::NoteOff { channel, key } => {
                readings.add(Some(Reading::seven(of(SourceKind::Note, channel, key), 0)));
            }
            MidiMessage::NoteOn { channel, key, velocity } => {
                readings.add(Some(Reading::seven(of(SourceKind::Note, channel, key), velocity)));
            }
            MidiMessage::KeyPressure { channel, key, value } => {
                readings.add(Some(Reading::seven(of(SourceKind::KeyPressure, channel, key), value)));
            }
            MidiMessage::Controller { channel, number, value } => {
                readings.add(Some(Reading::seven(of(SourceKind::Controller, channel, number), value)));
                readings.add(self.pair(channel, number, value));
                readings.add(self.nrpn(channel, number, value));
            }
            MidiMessage::Program { channel, number } => {
                readings.add(Some(Reading::seven(of(SourceKind::Program, channel, number), 127)));
            }
            MidiMessage::Pressure { channel, value } => {
                readings.add(Some(Reading::seven(of(SourceKind::Pressure, channel, 0), value)));
            }
            MidiMessage::Bend { channel, value } => {
                readings.add(Some(Reading { source: of(SourceKind::Bend, channel, 0), value, most: 16_383 }));
            }
        }
        readings
    }

    fn pair(&mut self, channel: u8, number: u8, value: u8) -> Option<Reading> {
        let pairs = self.pairs.get_mut(usize::from(channel))?;
        let first = number % 32;
        let pair = pairs.get_mut(usize::from(first)).filter(|_| number < 64)?;
        let value = if number < 32 { pair.high(value)? } else { pair.low(value) };
        let source = MidiSource { kind: SourceKind::Controller14, channel, number: first.into() };
        Some(Reading { source, value, most: 16_383 })
    }

    fn nrpn(&mut self, channel: u8, number: u8, value: u8) -> Option<Reading> {
        let selected = self.selected.get_mut(usize::from(channel))?;
        let select = |selected: &mut Selected, is_nrpn| {
            *selected =
                Selected { is_nrpn, data: Pair { has_low: selected.data.has_low, ..Pair::default() }, ..*selected };
        };
        let data = &mut selected.data;
        let now = fourteen(data.high, data.low);
        let value = match number {
            NRPN_HIGH | NRPN_LOW => {
                *(if number == NRPN_HIGH { &mut selected.high } else { &mut selected.low }) = value;
                select(selected, true);
                return None;
            }
            RPN_HIGH | RPN_LOW => {
                select(selected, false);
                return None;
            }
            DATA_HIGH => data.high(value)?,
            DATA_LOW => data.low(value),
            DATA_UP | DATA_DOWN => {
                let next = if number == DATA_UP { (now + 1).min(16_383) } else { now.saturating_sub(1) };
                (data.high, data.low) = (seven(next >> 7), seven(next));
                next
            }
            _ => return None,
        };
        let number = fourteen(selected.high, selected.low);
        let source = MidiSource { kind: SourceKind::Nrpn, channel, number };
        selected.is_nrpn.then_some(Reading { source, value, most: 16_383 })
    }
}

const fn seven(value: u16) -> u8 {
    (value & 0x7F) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(kind: SourceKind, messages: &[[u8; 2]]) -> Vec<(u16, u16)> {
        let mut assembler = Assembler::default();
        let read = |&[number, value]: &[u8; 2]| {
            assembler.read(MidiMessage::Controller { channel: 2, number, value }).iter().collect::<Vec<_>>()
        };
        let all = messages.iter().flat_map(read).filter(|reading| reading.source.kind == kind);
        all.map(|reading| (reading.source.number, reading.value)).collect()
    }

    #[test]
    fn a_pair_is_read_when_it_is_whole() {
        let pairs = [[19, 64], [51, 1], [19, 64], [51, 2], [19, 65], [51, 0]];
        let whole = values(SourceKind::Controller14, &pairs);
        assert_eq!(whole, [(19, fourteen(64, 64)), (19, 8193), (19, 8194), (19, 8320)]);
    }

    #[test]
    fn halves_that_come_alone_are_not_waited_for() {
        let only_coarse = values(SourceKind::Controller14, &[[5, 0], [5, 64], [5, 127]]);
        assert_eq!(only_coarse, [(5, 0), (5, fourteen(64, 64)), (5, 16_383)]);
        let coarse_again = values(SourceKind::Controller14, &[[5, 1], [37, 0], [5, 2], [5, 3]]);
        assert_eq!(coarse_again.last(), Some(&(5, fourteen(3, 0))));
        let fine_first = values(SourceKind::Controller14, &[[37, 7], [5, 1], [37, 8], [5, 1], [37, 9], [5, 2]]);
        assert_eq!(fine_first.last(), Some(&(5, fourteen(2, 9))));
    }

    #[test]
    fn a_parameter_s_data_is_its_own() {
        let nrpn = [[99, 1], [98, 5], [6, 64], [38, 3], [96, 0], [97, 0], [97, 0], [101, 0], [100, 0], [6, 9], [38, 9]];
        let read = values(SourceKind::Nrpn, &nrpn);
        let number = fourteen(1, 5);
        let value = fourteen(64, 3);
        let expected = [fourteen(64, 64), value, value + 1, value, value - 1].map(|value| (number, value));
        assert_eq!(read, expected, "and an RPN's data is nobody's");
    }
}
