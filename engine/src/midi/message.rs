//! The channel messages of MIDI 1.0.

/// A channel message. Channels are 0..=15, keys, controllers and values 0..=127.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are MIDI's own words")]
pub enum MidiMessage {
    /// A key comes up.
    NoteOff { channel: u8, key: u8 },
    /// A key goes down; the velocity is above 0.
    NoteOn { channel: u8, key: u8, velocity: u8 },
    /// Pressure on one key.
    KeyPressure { channel: u8, key: u8, value: u8 },
    /// A controller moves.
    Controller { channel: u8, number: u8, value: u8 },
    /// A program is chosen.
    Program { channel: u8, number: u8 },
    /// Pressure on the whole channel.
    Pressure { channel: u8, value: u8 },
    /// The pitch wheel, 0..=16383; 8192 is its middle.
    Bend { channel: u8, value: u16 },
}

impl MidiMessage {
    /// The message of these bytes; `None` for what is no channel message. A note with velocity 0 is a key that comes up.
    #[must_use]
    pub const fn parse([status, first, second]: [u8; 3]) -> Option<Self> {
        let (channel, first, second) = (status & 0x0F, first & 0x7F, second & 0x7F);
        Some(match status & 0xF0 {
            0x80 => Self::NoteOff { channel, key: first },
            0x90 if second == 0 => Self::NoteOff { channel, key: first },
            0x90 => Self::NoteOn { channel, key: first, velocity: second },
            0xA0 => Self::KeyPressure { channel, key: first, value: second },
            0xB0 => Self::Controller { channel, number: first, value: second },
            0xC0 => Self::Program { channel, number: first },
            0xD0 => Self::Pressure { channel, value: first },
            0xE0 => Self::Bend { channel, value: fourteen(second, first) },
            _ => return None,
        })
    }
}

/// 14 bits of two sevens.
pub(super) const fn fourteen(high: u8, low: u8) -> u16 {
    ((high as u16 & 0x7F) << 7) | (low as u16 & 0x7F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_and_nothing_else() {
        use MidiMessage as M;
        for (bytes, message) in [
            ([0x83, 60, 9], M::NoteOff { channel: 3, key: 60 }),
            ([0x93, 60, 0], M::NoteOff { channel: 3, key: 60 }),
            ([0x9F, 60, 1], M::NoteOn { channel: 15, key: 60, velocity: 1 }),
            ([0xA0, 60, 5], M::KeyPressure { channel: 0, key: 60, value: 5 }),
            ([0xB1, 7, 127], M::Controller { channel: 1, number: 7, value: 127 }),
            ([0xC2, 5, 99], M::Program { channel: 2, number: 5 }),
            ([0xD2, 5, 99], M::Pressure { channel: 2, value: 5 }),
            ([0xE0, 0, 64], M::Bend { channel: 0, value: 8192 }),
            ([0xE0, 127, 127], M::Bend { channel: 0, value: 16_383 }),
            ([0xB0, 0xFF, 0xFF], M::Controller { channel: 0, number: 127, value: 127 }),
        ] {
            assert_eq!(MidiMessage::parse(bytes), Some(message));
        }
        for status in (0..=0x7F).chain(0xF0..=0xFF) {
            assert_eq!(MidiMessage::parse([status, 1, 1]), None);
        }
    }
}
