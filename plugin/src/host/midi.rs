//! Notes of the plugin formats as MIDI 1.0 channel messages.

use super::inputs::Sink;

/// A MIDI channel, 0..=15.
fn channels(channel: i16) -> std::ops::RangeInclusive<u8> {
    match u8::try_from(channel) {
        Ok(channel) if channel < 16 => channel..=channel,
        // A wildcard.
        _ => 0..=15,
    }
}

fn key(key: i16) -> Option<u8> {
    u8::try_from(key).ok().filter(|key| *key < 128)
}

/// 0..=127 from 0..=1; not a number is silence.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=127")]
fn seven_bits(value: f64) -> u8 {
    (value.clamp(0.0, 1.0) * 127.0).round() as u8
}

/// A note begins. It needs a key; a wildcard channel is taken as the first.
pub(super) fn note_on(sink: &mut impl Sink, frame: u32, channel: i16, note: i16, velocity: f64) {
    if let Some(key) = key(note) {
        // A velocity of 0 would mean the note's end.
        sink.midi(frame, [0x90 | channels(channel).start(), key, seven_bits(velocity).max(1)]);
    }
}

/// A note ends. A wildcard key ends all notes (controller 123).
pub(super) fn note_off(sink: &mut impl Sink, frame: u32, channel: i16, note: i16, velocity: f64) {
    for channel in channels(channel) {
        let message = match key(note) {
            Some(key) => [0x80 | channel, key, seven_bits(velocity)],
            None => [0xb0 | channel, 123, 0],
        };
        sink.midi(frame, message);
    }
}

/// A note is cut off. A wildcard key silences all (controller 120).
pub(super) fn choke(sink: &mut impl Sink, frame: u32, channel: i16, note: i16) {
    for channel in channels(channel) {
        let message = match key(note) {
            Some(key) => [0x80 | channel, key, 0],
            None => [0xb0 | channel, 120, 0],
        };
        sink.midi(frame, message);
    }
}

/// Pressure on one key.
pub(super) fn key_pressure(sink: &mut impl Sink, frame: u32, channel: i16, note: i16, pressure: f64) {
    if let Some(key) = key(note) {
        sink.midi(frame, [0xa0 | channels(channel).start(), key, seven_bits(pressure)]);
    }
}

/// Bytes from a host, if they are a channel message.
pub(super) fn message(sink: &mut impl Sink, frame: u32, [status, first, second]: [u8; 3]) {
    if (0x80..0xf0).contains(&status) {
        sink.midi(frame, [status, first & 0x7f, second & 0x7f]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::inputs::InputList;
    use echelon_engine::input::HostInput;

    fn sent(send: impl FnOnce(&mut InputList)) -> Vec<[u8; 3]> {
        let mut list = InputList::new(0);
        list.begin(1);
        send(&mut list);
        list.finish();
        let bytes = |input| match input {
            HostInput::Midi(bytes) => bytes,
            _ => unreachable!(),
        };
        list.range(0, 1).map(|timed| bytes(timed.input)).collect()
    }

    #[test]
    fn notes_become_channel_messages() {
        assert_eq!(sent(|s| note_on(s, 0, 3, 60, 1.0)), [[0x93, 60, 127]]);
        assert_eq!(sent(|s| note_on(s, 0, -1, 60, 0.0)), [[0x90, 60, 1]]);
        assert_eq!(sent(|s| note_on(s, 0, 0, 60, f64::NAN)), [[0x90, 60, 1]]);
        assert_eq!(sent(|s| note_off(s, 0, 15, 127, 0.5)), [[0x8f, 127, 64]]);
        assert_eq!(sent(|s| choke(s, 0, 2, 7)), [[0x82, 7, 0]]);
        assert!(sent(|s| note_on(s, 0, 0, -1, 1.0)).is_empty());
        assert!(sent(|s| note_on(s, 0, 0, 128, 1.0)).is_empty());
    }

    #[test]
    fn wildcards_reach_every_channel() {
        let offs = sent(|s| note_off(s, 0, -1, -1, 0.0));
        assert_eq!(offs.len(), 16);
        assert_eq!([offs[0], offs[15]], [[0xb0, 123, 0], [0xbf, 123, 0]]);
        assert_eq!(sent(|s| choke(s, 0, 4, -1)), [[0xb4, 120, 0]]);
    }

    #[test]
    fn only_channel_messages_pass() {
        assert_eq!(sent(|s| message(s, 0, [0xb1, 0xff, 0x80])), [[0xb1, 0x7f, 0]]);
        assert!(sent(|s| message(s, 0, [0xf8, 0, 0])).is_empty());
        assert!(sent(|s| message(s, 0, [0x12, 0, 0])).is_empty());
    }
}
