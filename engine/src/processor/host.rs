//! The host's hand on its controls: each acts on its own frame, by the same rules as everyone's.

use super::gestures::beats_of;
use super::{Fader, Moment, RigProcessor, tell};
use crate::action::{Deed, Gesture, Grid};
use crate::input::{Control, ControlMove};
use crate::safety::{Nature, SafetyViolation, Source};
use crate::units::{Decibels, DeckId};

/// A control this near to what the host sends, in its own unit, is there already: hosts repeat what they were told.
const SAME: f32 = 1e-6;

impl RigProcessor {
    /// The host moved a control.
    pub(super) fn take_control(
        &mut self,
        control: Control,
        value: f32,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        match control {
            Control::Play(deck) => {
                let on = value > 0.5;
                if std::mem::replace(&mut self.play_controls[deck.index()], on) != on {
                    let deed = if on { Deed::Play { deck, position_secs: None } } else { Deed::Stop { deck } };
                    self.request(Source::Host, deed, moment, moves);
                }
            }
            Control::Trigger(deck, trigger) => self.take_trigger((deck, trigger), value, moment, moves),
            fader if self.lets_host_move(fader, value, moment, moves) => self.take_fader(fader, value),
            _ => {}
        }
    }

    /// Whether the host may move a fader there. If not it springs back: the host's parameter shows what is.
    fn lets_host_move(
        &mut self,
        control: Control,
        value: f32,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> bool {
        let (now, kind) = (self.control_now(control), control.kind());
        if (now - value).abs() <= SAME {
            return true;
        }
        let word = match control {
            Control::Rate(deck)
            | Control::KeyShift(deck)
            | Control::Nudge(deck)
            | Control::LoopLength(deck)
            | Control::JumpSize(deck) => {
                let lets_go = matches!(control, Control::Nudge(_)) && value == 0.0;
                let nature = if lets_go { Nature::LetGo } else { Nature::Plain };
                self.decide(deck, kind, Source::Host, nature, moment)
            }
            _ if self.policy.settings().source(Source::Host).allowed().allows(kind) => Ok(()),
            _ => Err(SafetyViolation::SourceNotAllowed { source_of: Source::Host, action: kind }),
        };
        self.count_heard(Source::Host, kind, word.is_ok(), moment);
        if let Err(violation) = word {
            self.policy.telemetry_mut().reject(&violation, Source::Host);
            tell(moves, moment.block_frame, control, now);
        }
        word.is_ok()
    }

    fn take_fader(&mut self, control: Control, value: f32) {
        match control {
            Control::Rate(deck) => self.take_hand(deck, Gesture::Rate, value.into()),
            Control::KeyShift(deck) => self.take_hand(deck, Gesture::KeyShift, value.into()),
            Control::Nudge(deck) => self.take_hand(deck, Gesture::Nudge, value.into()),
            Control::LoopLength(deck) => self.take_hand(deck, Gesture::LoopLength, beats_of(value)),
            Control::JumpSize(deck) => self.take_hand(deck, Gesture::JumpSize, beats_of(value)),
            Control::Quantize => self.set_quantize(value),
            Control::Eq(deck, band) if self.takes_over(Fader::Eq(deck, band), value) => {
                self.set_eq(deck, band, Decibels(value), 0);
            }
            Control::Gain(deck) if self.takes_over(Fader::Gain(deck), value) => {
                self.set_gain(deck, Decibels(value), 0);
            }
            Control::Echo(deck) if self.takes_over(Fader::Echo(deck), value) => {
                let send = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
                self.set_echo(deck, send, 0);
            }
            Control::Crossfader if self.takes_over(Fader::Crossfader, value) => self.set_crossfader(value, 0),
            Control::Knob(knob) if self.takes_over(Fader::Knob(knob), value) => self.set_knob(knob, value, 0),
            Control::MasterGain if self.takes_over(Fader::Master, value) => self.set_master_gain(Decibels(value), 0),
            _ => {}
        }
    }

    /// The host moved what a hand turns on a deck: it knows that already.
    fn take_hand(&mut self, deck: DeckId, gesture: Gesture, value: f64) {
        let value = gesture.row().takes.clamp(value);
        if let Some(node) = self.deck(deck) {
            match gesture {
                Gesture::Nudge => node.nudge(value),
                Gesture::LoopLength => node.set_loop_beats(value),
                Gesture::JumpSize => node.set_jump_beats(value),
                Gesture::KeyShift => node.set_key_shift(value),
                _ => node.set_rate(value),
            }
        }
        self.host_hands.set(deck, gesture, value);
    }

    /// The rig's quantize setting, by its place among the choices.
    pub(super) fn set_quantize(&mut self, index: f32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then is looked up")]
        let index = index.round() as usize;
        if let Some(&grid) = Grid::CHOICES.get(index) {
            self.quantizer.default = grid;
            self.snapshot.quantize = index;
        }
    }
}
