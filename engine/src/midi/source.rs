//! What a controller's knob or key is to the rig: where it is found, and what it says.

/// Which kind of message a control sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// Notes on and off.
    Note,
    /// One controller with 7 bits.
    Controller,
    /// Two controllers, `number` and `number + 32`, with 14 bits.
    Controller14,
    /// A non-registered parameter: controllers 99, 98, then 6 and 38.
    Nrpn,
    /// The pitch wheel.
    Bend,
    /// Pressure on the channel.
    Pressure,
    /// Pressure on one key.
    KeyPressure,
    /// One program: a press without a release.
    Program,
}

/// Where a control is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MidiSource {
    /// What it sends.
    pub kind: SourceKind,
    /// 0..=15.
    pub channel: u8,
    /// Key, controller, program, or NRPN (0..=16383); 0 for what has no number.
    pub number: u16,
}

impl MidiSource {
    /// A source; `None` if there is no such channel or number.
    #[must_use]
    pub const fn new(kind: SourceKind, channel: u8, number: u16) -> Option<Self> {
        let most = match kind {
            SourceKind::Note | SourceKind::Controller | SourceKind::KeyPressure | SourceKind::Program => 127,
            SourceKind::Controller14 => 31,
            SourceKind::Nrpn => 16_383,
            SourceKind::Bend | SourceKind::Pressure => 0,
        };
        if channel < 16 && number <= most { Some(Self { kind, channel, number }) } else { None }
    }

    /// The message that shows a light at this place, with a value of 0..=127; `None` where nothing can be shown.
    #[must_use]
    pub const fn shows(self, value: u8) -> Option<[u8; 3]> {
        let number = (self.number & 0x7F) as u8;
        match self.kind {
            SourceKind::Note => Some([0x90 | self.channel, number, value & 0x7F]),
            SourceKind::Controller | SourceKind::Controller14 => Some([0xB0 | self.channel, number, value & 0x7F]),
            _ => None,
        }
    }
}

/// What a source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub source: MidiSource,
    /// Its value, up to `most`.
    pub value: u16,
    /// 127 or 16383.
    pub most: u16,
}

impl Reading {
    pub(super) const fn seven(source: MidiSource, value: u8) -> Self {
        Self { source, value: value as u16, most: 127 }
    }

    /// 0..=1: the ends are the ends, and the middle (64, 8192) is exactly the middle, as a knob with a notch means it.
    #[must_use]
    pub fn part(self) -> f32 {
        let (value, middle) = (f32::from(self.value), f32::from(self.most / 2 + 1));
        if value <= middle {
            0.5 * value / middle
        } else {
            0.5 + 0.5 * (value - middle) / (f32::from(self.most) - middle)
        }
    }

    /// Whether a button or switch that says this is down. A note's velocity does not matter.
    #[must_use]
    pub const fn is_down(self) -> bool {
        match self.source.kind {
            SourceKind::Note | SourceKind::Program => self.value > 0,
            _ => self.value > self.most / 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_ends_and_the_middle_is_the_middle() {
        let knob = MidiSource::new(SourceKind::Controller, 0, 7).unwrap();
        for most in [127, 16_383] {
            let part = |value| Reading { source: knob, value, most }.part();
            assert_eq!([part(0), part(most / 2 + 1), part(most)], [0.0, 0.5, 1.0]);
            assert!((0..most).all(|value| part(value) < part(value + 1)));
        }
    }

    #[test]
    fn there_is_no_controller_128_and_no_seventeenth_channel() {
        assert_eq!(MidiSource::new(SourceKind::Controller, 16, 7), None);
        assert_eq!(MidiSource::new(SourceKind::Controller, 0, 128), None);
        assert_eq!(MidiSource::new(SourceKind::Controller14, 0, 32), None);
        assert_eq!(MidiSource::new(SourceKind::Bend, 0, 1), None);
    }
}
