//! What a controller's lights show.

use super::MidiSource;

/// A light, with the values that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Light {
    /// Where: mostly the place of the button itself.
    pub place: MidiSource,
    /// While it is on; of a ring around a knob the highest value.
    pub on: u8,
    /// While it is off; of a ring the lowest value.
    pub off: u8,
    /// While it is off and its deck is locked: dimmed.
    pub locked: u8,
    /// In turns with `off` while it waits for its beat.
    pub pending: u8,
    /// It shows a value between `off` and `on` instead of a state.
    pub is_ring: bool,
}

impl Light {
    /// The usual one: 127 and 0, dimmed to 1.
    #[must_use]
    pub const fn plain(place: MidiSource) -> Self {
        Self { place, on: 127, off: 0, locked: 1, pending: 127, is_ring: false }
    }

    /// The value for a state; `blink` and `flicker` are the slow and the fast beat of the lights.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 127")]
    pub fn value(&self, state: LightState, blink: bool, flicker: bool) -> u8 {
        match state {
            LightState::Level(part) if self.is_ring => {
                let (off, on) = (f32::from(self.off), f32::from(self.on));
                (off + (on - off) * part.clamp(0.0, 1.0)).round() as u8 & 0x7F
            }
            LightState::Level(part) if part > 0.5 => self.on,
            LightState::Refused if flicker => self.on,
            LightState::Pending if blink => self.pending,
            LightState::On => self.on,
            LightState::Locked => self.locked,
            LightState::Level(_) | LightState::Off | LightState::Refused | LightState::Pending => self.off,
        }
    }
}

/// What there is to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LightState {
    /// It is off.
    Off,
    /// It is on.
    On,
    /// It waits for its beat.
    Pending,
    /// Its deck is locked.
    Locked,
    /// It has just been refused.
    Refused,
    /// How far a fader is.
    Level(f32),
}

/// Lights that are looked at in a block, and messages that it sends at most: 128 and 32.
#[derive(Clone, Copy, Debug)]
pub struct Lights;

impl Lights {
    /// Lights that one block looks at; the next one goes on behind them.
    pub const LOOKED_AT: usize = 128;
    /// Messages that one block sends at most.
    pub const SENT: usize = 32;
    /// Seconds of a slow beat's half.
    pub const BLINK_SECS: f64 = 0.25;
    /// Seconds of a fast beat's half.
    pub const FLICKER_SECS: f64 = 0.05;
    /// Seconds for which a refusal is shown.
    pub const REFUSED_SECS: f64 = 0.4;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::midi::SourceKind;

    #[test]
    fn each_state_looks_like_itself() {
        let place = MidiSource::new(SourceKind::Note, 0, 11).unwrap();
        let light = Light { on: 100, off: 2, locked: 7, pending: 60, ..Light::plain(place) };
        let at = |state, beat| light.value(state, beat, beat);
        assert_eq!((at(LightState::Off, true), at(LightState::On, false)), (2, 100));
        assert_eq!([true, false].map(|beat| at(LightState::Pending, beat)), [60, 2]);
        assert_eq!([true, false].map(|beat| at(LightState::Refused, beat)), [100, 2]);
        assert_eq!(at(LightState::Locked, true), 7);
        let ring = Light { is_ring: true, on: 127, off: 0, ..light };
        assert_eq!([0.0, 0.5, 1.0].map(|part| ring.value(LightState::Level(part), false, false)), [0, 64, 127]);
    }
}
