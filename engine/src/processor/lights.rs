//! The controllers' lights show what the rig does: only what has changed, so many in a block.

use super::RigProcessor;
use crate::action::{ActionKind, Deed, Gesture, Trigger};
use crate::input::Control;
use crate::midi::{Binding, LightState, Lights, MidiOut, MidiTarget};
use crate::safety::DeckState;
use crate::units::DeckId;

/// Lights are looked at once in so many frames, however small the blocks are.
const LOOK_FRAMES: u64 = 256;

impl RigProcessor {
    /// Looks at some lights, and tells the host's MIDI output which of them change. At the end of a block.
    pub(super) fn show_lights(&mut self, frames: u32) {
        let count = self.midi.table.bindings().len();
        let now = self.frames_before;
        self.snapshot.midi = self.midi.counts;
        if count == 0 || frames == 0 || !self.midi.table.has_lights || now < self.midi.next_look {
            return;
        }
        self.midi.next_look = now + LOOK_FRAMES;
        let [blink, flicker] = [Lights::BLINK_SECS, Lights::FLICKER_SECS].map(|half| self.beat_of_lights(half));
        for _ in 0..count.min(Lights::LOOKED_AT) {
            if self.midi.out.len() == Lights::SENT {
                return;
            }
            let place = self.midi.table.next_light % count;
            self.midi.table.next_light = (place + 1) % count;
            let binding = self.midi.table.bindings()[place];
            let Some(light) = binding.light else { continue };
            let value = light.value(self.light_state(place, &binding), blink, flicker);
            let shown = &mut self.midi.table.memory[place].shown;
            if shown.replace(value) != Some(value)
                && let Some(bytes) = light.place.shows(value)
            {
                self.midi.out.push(MidiOut { frame: frames - 1, bytes });
                self.midi.counts.sent += 1;
            }
        }
    }

    /// Which half of a beat of this length it is.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a second, above zero")]
    fn beat_of_lights(&self, half_secs: f64) -> bool {
        let half = ((half_secs * self.clock.sample_rate()) as u64).max(1);
        (self.frames_before / half).is_multiple_of(2)
    }

    fn light_state(&mut self, place: usize, binding: &Binding) -> LightState {
        let target = binding.target;
        if let (Some(deck), Some(kind)) = (target.deck(), target.kind(true)) {
            let until = self.midi.refused[deck.index()];
            let other = if kind == ActionKind::Play { ActionKind::Stop } else { kind };
            if until[kind.index()].max(until[other.index()]) > self.frames_before {
                return LightState::Refused;
            }
        }
        match self.shown_of(place, binding) {
            LightState::Level(part) => LightState::Level(part),
            _ if self.is_waiting(&target) => LightState::Pending,
            LightState::Off if self.is_kept_off(&target) => LightState::Locked,
            state => state,
        }
    }

    /// Its deck is locked, and it would move that.
    fn is_kept_off(&self, target: &MidiTarget) -> bool {
        let touches = target.kind(true).is_some_and(ActionKind::touches_deck);
        touches && target.deck().is_some_and(|deck| self.is_locked(deck))
    }

    /// What it asks for waits for its beat.
    fn is_waiting(&self, target: &MidiTarget) -> bool {
        let gesture = match *target {
            MidiTarget::Gesture { gesture, value, .. } => Some([Some((gesture, value)); 2]),
            MidiTarget::Control(Control::Trigger(_, trigger)) => Some([true, false].map(|on| trigger.gesture(on))),
            _ => None,
        };
        let (plays, stops) = match target {
            MidiTarget::Control(Control::Play(_)) => (true, true),
            MidiTarget::Play(_) => (true, false),
            MidiTarget::Stop(_) => (false, true),
            _ => (false, false),
        };
        self.timeline.iter().any(|entry| match entry.deed {
            Deed::Gesture { gesture: waiting, value, .. } => {
                entry.deed.deck() == target.deck() && gesture.is_some_and(|own| own.contains(&Some((waiting, value))))
            }
            Deed::Play { deck, .. } => plays && Some(deck) == target.deck(),
            Deed::Stop { deck } => stops && Some(deck) == target.deck(),
            _ => false,
        })
    }

    /// What there is to show of a target, but for what waits or was refused.
    fn shown_of(&mut self, place: usize, binding: &Binding) -> LightState {
        let held = self.midi.table.memory[place].held;
        let on = match binding.target {
            MidiTarget::Control(Control::Trigger(deck, Trigger::Cue)) => self.state(deck) == DeckState::Stopped,
            MidiTarget::Control(Control::Trigger(deck, Trigger::HotCue(number))) => self.has_hot_cue(deck, number),
            MidiTarget::Control(Control::Play(deck)) | MidiTarget::Play(deck) => self.state(deck) == DeckState::Playing,
            MidiTarget::Control(control) => {
                let part = binding.travel.part(self.control_now(control));
                if binding.travel.steps != Some(1) {
                    return LightState::Level(part);
                }
                part > 0.5
            }
            MidiTarget::Stop(deck) => self.state(deck) == DeckState::Stopped,
            MidiTarget::Gesture { deck, gesture, .. } => {
                let motion = self.deck(deck).map(|node| node.motion_view()).unwrap_or_default();
                match gesture {
                    Gesture::BeatLoop | Gesture::LoopExit | Gesture::Reloop => motion.looping,
                    Gesture::LoopRoll => motion.rolling,
                    gesture => held || self.gesture_is_on(deck, gesture),
                }
            }
            MidiTarget::Lock(deck) => self.is_locked(deck),
            MidiTarget::Undo(deck) => {
                let beat = self.snapshot.clock.performance_beat;
                let decks = self.policy.decks();
                DeckId::ALL.into_iter().any(|one| deck.is_none_or(|d| d == one) && decks[one.index()].undo_until > beat)
            }
            MidiTarget::Shift => self.midi.table.shift,
            MidiTarget::Set(control, value) => (self.control_now(control) - value).abs() < 1e-3,
            MidiTarget::Cancel(_) | MidiTarget::Panic | MidiTarget::Elsewhere => held,
        };
        if on { LightState::On } else { LightState::Off }
    }

    fn has_hot_cue(&mut self, deck: DeckId, number: u8) -> bool {
        let marks = self.deck(deck).map(|node| node.motion_view().marks).unwrap_or_default();
        marks.hot_cues_secs.get(usize::from(number).wrapping_sub(1)).is_some_and(Option::is_some)
    }
}
