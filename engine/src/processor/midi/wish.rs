//! What a binding's touch or move asks of the rig.

use super::super::gestures::beats_of;
use super::super::{Fader, Moment, RigProcessor};
use crate::action::{ActionKind, Deed, Gesture, Pending, Takes, Trigger};
use crate::deck::kept_place;
use crate::input::{Control, ControlMove};
use crate::message::At;
use crate::midi::{Binding, GestureEnds, MidiTarget};
use crate::safety::{DeckLockState, DeckState, SafetyViolation, Source};
use crate::units::{Decibels, DeckId};

/// What a button, or a switch, has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    Down,
    Up,
    /// The controller itself keeps the state.
    Set(bool),
}

impl RigProcessor {
    /// A button was pressed or let go, or a switch set.
    pub(super) fn touch(&mut self, binding: &Binding, touch: Touch, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let is_press = touch != Touch::Up;
        match binding.target {
            MidiTarget::Shift => self.midi.table.shift = matches!(touch, Touch::Down | Touch::Set(true)),
            MidiTarget::Control(control) => self.touch_control(binding, control, touch, moment, moves),
            MidiTarget::Gesture { deck, gesture, value, ends } => {
                let ending = matches!(touch, Touch::Up | Touch::Set(false));
                let (gesture, value) = match ends {
                    GestureEnds::With(gesture, value) if ending => (gesture, value),
                    _ if gesture.row().takes == Takes::Switch && touch == Touch::Down => {
                        (gesture, if self.gesture_is_on(deck, gesture) { 0.0 } else { 1.0 })
                    }
                    _ => (gesture, value),
                };
                if is_press || ends != GestureEnds::Stroke {
                    self.wish(binding, Deed::Gesture { deck, gesture, value }, moment, moves);
                }
            }
            MidiTarget::Set(control, value) if is_press => self.move_control(binding, control, value, moment, moves),
            MidiTarget::Elsewhere => {}
            MidiTarget::Lock(deck) if is_press => {
                let is_locked = self.is_locked(deck);
                let locked = if let Touch::Set(on) = touch { on } else { !is_locked };
                self.wish(binding, Deed::SetLock { deck, locked }, moment, moves);
            }
            target if is_press => {
                let deed = match target {
                    MidiTarget::Play(deck) => Deed::Play { deck, position_secs: None },
                    MidiTarget::Stop(deck) => Deed::Stop { deck },
                    MidiTarget::Undo(deck) => Deed::Undo { deck },
                    MidiTarget::Cancel(deck) => Deed::Cancel { pending: deck.map_or(Pending::All, Pending::Deck) },
                    _ => Deed::Panic,
                };
                self.wish(binding, deed, moment, moves);
            }
            _ => {}
        }
    }

    fn touch_control(
        &mut self,
        binding: &Binding,
        control: Control,
        touch: Touch,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        let travel = &binding.travel;
        let is_held =
            binding.hold || matches!(control, Control::Trigger(_, Trigger::Cue | Trigger::HotCue(_) | Trigger::Roll));
        let now = self.control_now(control);
        let value = match touch {
            Touch::Down if is_held => travel.max,
            Touch::Up if is_held => travel.default,
            Touch::Up => return,
            Touch::Set(on) if is_switch(control, binding) => {
                if on {
                    travel.max
                } else {
                    travel.min
                }
            }
            // A choice goes round; a fader goes back to where it began.
            Touch::Down | Touch::Set(_) => match travel.steps {
                Some(_) if now >= travel.max => travel.min,
                Some(_) => now + 1.0,
                None => travel.default,
            },
        };
        self.move_control(binding, control, value, moment, moves);
    }

    /// Moves a control of the host's, in its own unit; the host hears of it.
    pub(super) fn move_control(
        &mut self,
        binding: &Binding,
        control: Control,
        value: f32,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        let on = value > 0.5;
        let gesture = |deck, gesture, value| Deed::Gesture { deck, gesture, value };
        let over_beats = 0.0;
        let deed = match control {
            Control::Play(deck) if on => Deed::Play { deck, position_secs: None },
            Control::Play(deck) => Deed::Stop { deck },
            Control::Trigger(deck, trigger) => {
                let Some((which, value)) = trigger.gesture(on) else { return };
                gesture(deck, which, value)
            }
            Control::Rate(deck) => gesture(deck, Gesture::Rate, value.into()),
            Control::KeyShift(deck) => gesture(deck, Gesture::KeyShift, value.into()),
            Control::Gain(deck) => Deed::SetGain { deck, gain: Decibels(value), over_beats },
            Control::Eq(deck, band) => Deed::SetEq { deck, band, gain: Decibels(value), over_beats },
            Control::Nudge(deck) => gesture(deck, Gesture::Nudge, value.into()),
            Control::LoopLength(deck) => gesture(deck, Gesture::LoopLength, beats_of(value)),
            Control::JumpSize(deck) => gesture(deck, Gesture::JumpSize, beats_of(value)),
            Control::Echo(deck) => Deed::SetEcho { deck, send: value.clamp(0.0, 1.0), over_beats },
            Control::Crossfader => Deed::SetCrossfader { position: value, over_beats },
            Control::MasterGain => Deed::SetMasterGain { gain: Decibels(value), over_beats },
            Control::Knob(knob) => Deed::SetKnob { knob, value, over_beats },
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
            Control::Quantize => Deed::SetQuantize { choice: value.round() as u8 },
        };
        self.wish(binding, deed, moment, moves);
    }

    /// Asks for what a binding does.
    pub(super) fn wish(&mut self, binding: &Binding, deed: Deed, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let kind = deed.kind();
        // The policy is asked about decks; what has none goes by the source's mask alone.
        if deed.deck().is_none() && !self.may(kind) {
            self.count_heard(Source::Midi, kind, false, moment);
            let violation = SafetyViolation::SourceNotAllowed { source_of: Source::Midi, action: kind };
            return self.policy.telemetry_mut().reject(&violation, Source::Midi);
        }
        let by_rule = matches!(deed, Deed::Gesture { .. })
            || matches!(kind, ActionKind::Play | ActionKind::Stop | ActionKind::Undo);
        let at = binding.at.or(if by_rule { None } else { Some(At::Now) });
        self.request_at(at, Source::Midi, deed, moment, moves);
    }

    fn may(&self, kind: ActionKind) -> bool {
        self.policy.settings().source(Source::Midi).allowed().allows(kind)
    }

    /// A control's value now, in its own unit.
    pub(in super::super) fn control_now(&mut self, control: Control) -> f32 {
        let switch = |on| if on { 1.0 } else { 0.0 };
        match control {
            Control::Play(deck) => switch(matches!(self.state(deck), DeckState::Playing | DeckState::Primed)),
            Control::Trigger(deck, trigger) => {
                let motion = self.deck(deck).map(|node| node.motion_view()).unwrap_or_default();
                switch(trigger.is_on(&motion).unwrap_or_else(|| self.host_holds(deck, trigger)))
            }
            #[expect(clippy::cast_possible_truncation, reason = "0.5 to 2")]
            Control::Rate(deck) => self.deck(deck).map_or(1.0, |node| node.motion_view().rate as f32),
            #[expect(clippy::cast_possible_truncation, reason = "-12 to 12")]
            Control::KeyShift(deck) => self.deck(deck).map_or(0.0, |node| node.motion_view().key_shift as f32),
            #[expect(clippy::cast_possible_truncation, reason = "-8 to 8")]
            Control::Nudge(deck) => self.deck(deck).map_or(0.0, |node| node.motion_view().nudge as f32),
            Control::LoopLength(deck) => self.deck(deck).map_or(0.0, |node| f32::from(kept_place(node.loop_beats()))),
            Control::JumpSize(deck) => self.deck(deck).map_or(0.0, |node| f32::from(kept_place(node.jump_beats()))),
            Control::Gain(deck) => self.setting(Fader::Gain(deck)).unwrap_or(0.0),
            Control::Eq(deck, band) => self.setting(Fader::Eq(deck, band)).unwrap_or(0.0),
            Control::Echo(deck) => self.setting(Fader::Echo(deck)).unwrap_or(0.0),
            Control::Crossfader => self.setting(Fader::Crossfader).unwrap_or(0.5),
            Control::MasterGain => self.setting(Fader::Master).unwrap_or(0.0),
            Control::Knob(knob) => self.snapshot.knob(knob),
            Control::Quantize => u8::try_from(self.snapshot.quantize).map_or(0.0, f32::from),
        }
    }

    pub(in super::super) fn gesture_is_on(&mut self, deck: DeckId, gesture: Gesture) -> bool {
        let motion = self.deck(deck).map(|node| node.motion_view()).unwrap_or_default();
        match gesture {
            Gesture::Snap => motion.snap,
            Gesture::Sync => motion.sync,
            Gesture::Slip => motion.slip,
            Gesture::Reverse => motion.reverse,
            Gesture::KeyLock => motion.key_lock,
            _ => false,
        }
    }

    pub(in super::super) fn is_locked(&self, deck: DeckId) -> bool {
        let beat = self.snapshot.clock.performance_beat;
        matches!(self.policy.decks()[deck.index()].lock.state(beat), DeckLockState::Locked(_))
    }
}

/// It is on or off.
pub(super) fn is_switch(control: Control, binding: &Binding) -> bool {
    match control {
        Control::Play(_) | Control::Trigger(..) => true,
        _ => binding.travel.steps == Some(1),
    }
}
