//! The host parameters: made from the engine's table of actions and controls. Ids are stable for ever.

use std::sync::Arc;

use echelon_engine::action::{HostParam, params};
use echelon_engine::input::Control;
use echelon_engine::mixer::Scale;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::state::SavedState;

/// All host parameters.
#[derive(Params)]
pub struct RigParams {
    /// One for each [`Control`].
    #[nested]
    pub controls: TableParams,
    /// What else is saved with the project.
    #[persist = "rig"]
    pub saved: SavedState,
}

impl Default for RigParams {
    fn default() -> Self {
        let controls = params().into_iter().map(TableParam::new).collect();
        Self { controls: TableParams(controls), saved: SavedState::default() }
    }
}

/// One value of each parameter, read by this method that all their types have.
macro_rules! values {
    ($params:expr, $read:ident) => {{
        let value = |param: ParamPtr| match param {
            // SAFETY: the pointers are to fields of the parameters, which are borrowed.
            ParamPtr::FloatParam(p) => ParamValue::F32(unsafe { (*p).$read() }),
            // SAFETY: as above.
            ParamPtr::IntParam(p) => ParamValue::I32(unsafe { (*p).$read() }),
            // SAFETY: as above.
            ParamPtr::BoolParam(p) => ParamValue::Bool(unsafe { (*p).$read() }),
            // SAFETY: as above.
            ParamPtr::EnumParam(p) => ParamValue::I32(unsafe { (*p).$read() }),
        };
        $params.param_map().into_iter().map(|(id, param, _)| (id, value(param))).collect()
    }};
}

impl RigParams {
    /// The parameters' ids and default values, as a saved state has them.
    #[must_use]
    pub fn default_values(&self) -> Vec<(String, ParamValue)> {
        values!(self, default_plain_value)
    }

    /// The parameters' ids and values, as a state saves them: the base values, never with modulation.
    #[must_use]
    pub fn values(&self) -> Vec<(String, ParamValue)> {
        values!(self, unmodulated_plain_value)
    }

    /// The pairs of control and parameter, in the parameters' order.
    #[must_use]
    pub fn controls(&self) -> Vec<(Control, ParamPtr)> {
        self.controls.0.iter().map(|param| (param.said.control, param.kind.as_ptr())).collect()
    }
}

/// The parameters of the table's rows.
pub struct TableParams(Box<[TableParam]>);

struct TableParam {
    said: HostParam,
    kind: Kind,
}

enum Kind {
    Switch(BoolParam),
    Continuous(FloatParam),
    Stepped(IntParam),
}

impl TableParam {
    fn new(said: HostParam) -> Self {
        let (name, scale) = (said.name.clone(), said.scale);
        let kind = match scale.choices() {
            Some(_) if said.is_switch => Kind::Switch(
                BoolParam::new(name, said.default > 0.5)
                    .with_value_to_string(Arc::new(move |on| scale.text(f32::from(u8::from(on)))))
                    .with_string_to_value(Arc::new(move |text| Some(switch_of(&scale, text)? > 0.5))),
            ),
            Some(words) => Kind::Stepped(stepped(name, words.len(), &said)),
            None => Kind::Continuous(
                FloatParam::new(name, said.default, range(&scale))
                    .with_value_to_string(Arc::new(move |value| scale.text(value)))
                    .with_string_to_value(Arc::new(move |text| scale.value(text))),
            ),
        };
        Self { said, kind }
    }
}

impl Kind {
    fn as_ptr(&self) -> ParamPtr {
        match self {
            Self::Switch(param) => param.as_ptr(),
            Self::Continuous(param) => param.as_ptr(),
            Self::Stepped(param) => param.as_ptr(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a choice has few words")]
fn stepped(name: String, words: usize, said: &HostParam) -> IntParam {
    let scale = said.scale;
    let range = IntRange::Linear { min: 0, max: words as i32 - 1 };
    IntParam::new(name, said.default as i32, range)
        .with_value_to_string(Arc::new(move |place| scale.text(place as f32)))
        .with_string_to_value(Arc::new(move |text| scale.value(text).map(|place| place as i32)))
}

/// Any switch understands `on` and `off` too.
fn switch_of(scale: &Scale, text: &str) -> Option<f32> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" => Some(1.0),
        "off" => Some(0.0),
        other => scale.value(other),
    }
}

fn range(scale: &Scale) -> FloatRange {
    let Scale { min, max, .. } = *scale;
    match scale.exponent() {
        None => FloatRange::Linear { min, max },
        Some(factor) => FloatRange::Skewed { min, max, factor },
    }
}

// SAFETY: the pointers are to parameters in a box that is never changed or replaced: they live as long as `self`.
unsafe impl Params for TableParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.0.iter().map(|param| (param.said.id.clone(), param.kind.as_ptr(), param.said.group.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(id: &str) -> ParamPtr {
        let params = Box::leak(Box::new(RigParams::default()));
        params.param_map().into_iter().find(|(known, ..)| known == id).unwrap().1
    }

    fn value(id: &str, text: &str) -> Option<f32> {
        // SAFETY: the parameters are leaked.
        unsafe { param(id).string_to_normalized_value(text) }
    }

    fn text(id: &str, plain: f32) -> String {
        let param = param(id);
        // SAFETY: as above.
        unsafe { param.normalized_value_to_string(param.preview_normalized(plain), true) }
    }

    #[test]
    fn a_pitch_fader_speaks_per_cent_and_understands_times() {
        assert_eq!(
            ["1", "1.025", "0.5"].map(|v| text("rate_1", v.parse().unwrap())),
            ["+0.00 %", "+2.50 %", "-50.00 %"]
        );
        for (said, rate) in [("+2.5 %", 1.025), ("-50", 0.5), ("1.25x", 1.25), (" 100% ", 2.0)] {
            // SAFETY: as above.
            let plain = unsafe { param("rate_1").preview_plain(value("rate_1", said).unwrap()) };
            assert!((plain - rate).abs() < 1e-5, "{said}: {plain}");
        }
        assert_eq!([value("rate_1", "fast"), value("rate_1", "NaN"), value("rate_1", "x")], [None; 3]);
    }

    #[test]
    fn lengths_are_beats_and_never_places() {
        for id in ["loop_length_1", "jump_size_3"] {
            let plain = |words: &str| {
                // SAFETY: the parameters are leaked.
                value(id, words).map(|value| unsafe { param(id).preview_plain(value) })
            };
            let words = [0.0, 1.0, 4.0, 5.0, 6.0, 11.0].map(|place| text(id, place));
            assert_eq!(words, ["1/32 beat", "1/16 beat", "1/2 beat", "1 beat", "2 beats", "64 beats"]);
            for (said, place) in [("4", 7.0), ("4 beats", 7.0), (" 1/2 Beat", 4.0), ("0.5", 4.0), ("32", 10.0)] {
                assert_eq!(plain(said), Some(place), "{said}");
            }
            for odd in ["3", "0", "-4", "128", "1/0", "0/0", "beats", "", "1/64", "NaN", "inf", "1/2/4"] {
                assert_eq!(value(id, odd), None, "{odd}");
            }
        }
        assert_eq!([text("nudge_1", 4.0), text("nudge_1", -0.5)], ["4.00 %", "-0.50 %"]);
    }

    #[test]
    fn switches_have_words_both_ways() {
        for id in [
            "play_1",
            "cue_2",
            "hotcue3_3",
            "loop_4",
            "sync_1",
            "keylock_2",
            "snap_1",
            "roll_3",
            "loop_in_4",
            "jump_on_2",
        ] {
            for on in [0.0, 1.0] {
                assert_eq!(value(id, &text(id, on)), Some(on), "{id}");
            }
            assert_eq!([value(id, "on"), value(id, "perhaps")], [Some(1.0), None], "{id}");
        }
        assert_eq!([text("play_1", 1.0), text("cue_2", 1.0), text("sync_1", 0.0)], ["playing", "held", "off"]);
        assert_eq!([value("play_1", "play"), value("play_1", "stop")], [Some(1.0), Some(0.0)]);
    }

    #[test]
    fn levels_have_their_units() {
        assert_eq!(
            [text("gain_1", -100.0), text("gain_1", -6.0), text("eq_low_2", -26.0)],
            ["-inf dB", "-6.0 dB", "-26.0 dB"]
        );
        assert_eq!(value("gain_1", "-inf"), Some(0.0));
        assert_eq!(value("eq_mid_1", "0 dB"), Some(0.5), "flat in the middle of the travel");
        assert_eq!(["off", "1 bar", "4 bars"].map(|said| value("quantize", said)), [Some(0.0), Some(0.5), Some(1.0)]);
        assert_eq!([text("xfader", 0.25), text("key_shift_3", -3.5)], ["25.0 %", "-3.50 semitones"]);
    }

    #[test]
    fn every_parameter_s_text_has_its_unit_and_is_understood() {
        let params = RigParams::default();
        let units = ["dB", "%", "semitones", "ms"];
        for (id, param, _) in params.param_map() {
            // SAFETY: here and below: the pointer is to a parameter of `params`, which lives to the end of the test.
            let text_at = |part: f32| unsafe { param.normalized_value_to_string(part, true) };
            // SAFETY: as above.
            let is_stepped = unsafe { param.step_count() }.is_some();
            for k in 0..=20_u8 {
                let part = f32::from(k) / 20.0;
                let text = text_at(part);
                let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c));
                let has_unit = is_stepped || !is_number || units.iter().any(|unit| text.ends_with(unit));
                assert!(has_unit && !text.is_empty(), "{id} at {part}: {text:?} has no unit");
                // SAFETY: as above.
                let back = unsafe { param.string_to_normalized_value(&text) };
                assert_eq!(back.map(text_at).as_deref(), Some(text.as_str()), "{id} at {part}");
            }
            for nonsense in ["", "perhaps", "NaN", "7 dBx"] {
                // SAFETY: as above.
                assert_eq!(unsafe { param.string_to_normalized_value(nonsense) }, None, "{id}: {nonsense:?}");
            }
        }
    }
}
