//! The host parameters: ids (stable for ever), ranges, and text with units both ways.

use echelon_engine::input::Control;
use echelon_engine::mixer::{EqBand, Knob, KnobRow, Taper};
use echelon_engine::units::{DeckId, NUM_DECKS};
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::*;

use crate::state::SavedState;

/// Names of the quantize choices, in the order of [`echelon_engine::action::Grid::CHOICES`].
pub const QUANTIZE_NAMES: [&str; 5] = ["off", "1 beat", "1 bar", "2 bars", "4 bars"];

/// Parameters of one deck; ids get the suffix `_1` (deck A) .. `_4` (deck D).
#[derive(Params)]
pub struct DeckParams {
    /// [`Control::Play`]
    #[id = "play"]
    pub play: BoolParam,
    /// [`Control::Gain`]
    #[id = "gain"]
    pub gain_db: FloatParam,
    /// [`Control::Eq`], low band
    #[id = "eq_low"]
    pub eq_low_db: FloatParam,
    /// [`Control::Eq`], mid band
    #[id = "eq_mid"]
    pub eq_mid_db: FloatParam,
    /// [`Control::Eq`], high band
    #[id = "eq_high"]
    pub eq_high_db: FloatParam,
}

/// All host parameters.
#[derive(Params)]
pub struct RigParams {
    /// One per deck.
    #[nested(array, group = "Deck")]
    pub decks: [DeckParams; NUM_DECKS],
    /// [`Control::Crossfader`]
    #[id = "xfader"]
    pub crossfader: FloatParam,
    /// [`Control::MasterGain`]
    #[id = "master"]
    pub master_gain_db: FloatParam,
    /// [`Control::Quantize`]
    #[id = "quantize"]
    pub quantize: IntParam,
    /// The mixer's table: [`Control::Knob`]
    #[nested]
    pub knobs: KnobParams,
    /// What else is saved with the project.
    #[persist = "rig"]
    pub saved: SavedState,
}

impl Default for RigParams {
    fn default() -> Self {
        Self {
            decks: DeckId::ALL.map(DeckParams::new),
            knobs: KnobParams::default(),
            crossfader: FloatParam::new("Crossfader", 0.5, FloatRange::Linear { min: 0.0, max: 1.0 }),
            master_gain_db: gain_param("Master Gain".to_owned()),
            quantize: IntParam::new("Quantize", 2, IntRange::Linear { min: 0, max: 4 })
                .with_value_to_string(std::sync::Arc::new(|v| {
                    QUANTIZE_NAMES.get(usize::try_from(v).unwrap_or(0)).unwrap_or(&"?").to_string()
                }))
                .with_string_to_value(std::sync::Arc::new(|s| {
                    let s = s.trim();
                    QUANTIZE_NAMES
                        .iter()
                        .position(|name| name.eq_ignore_ascii_case(s))
                        .and_then(|i| i32::try_from(i).ok())
                })),
            saved: SavedState::default(),
        }
    }
}

impl DeckParams {
    fn new(deck: DeckId) -> Self {
        Self {
            play: BoolParam::new(format!("Deck {deck} Play"), false)
                .with_value_to_string(std::sync::Arc::new(|on| if on { "playing" } else { "stopped" }.to_owned()))
                .with_string_to_value(std::sync::Arc::new(|s| match s.trim().to_ascii_lowercase().as_str() {
                    "playing" | "play" | "on" | "1" => Some(true),
                    "stopped" | "stop" | "off" | "0" => Some(false),
                    _ => None,
                })),
            gain_db: gain_param(format!("Deck {deck} Gain")),
            eq_low_db: eq_param(deck, EqBand::Low),
            eq_mid_db: eq_param(deck, EqBand::Mid),
            eq_high_db: eq_param(deck, EqBand::High),
        }
    }

    /// The parameter of a band of the EQ.
    #[must_use]
    pub const fn eq(&self, band: EqBand) -> &FloatParam {
        match band {
            EqBand::Low => &self.eq_low_db,
            EqBand::Mid => &self.eq_mid_db,
            EqBand::High => &self.eq_high_db,
        }
    }
}

fn eq_param(deck: DeckId, band: EqBand) -> FloatParam {
    let name = match band {
        EqBand::Low => "Low",
        EqBand::Mid => "Mid",
        EqBand::High => "High",
    };
    let (min, max) = (EqBand::RANGE.start().0, EqBand::RANGE.end().0);
    // 0 dB in the middle of the travel, as on a mixer.
    let factor = 0.5_f32.ln() / (-min / (max - min)).ln();
    FloatParam::new(format!("Deck {deck} EQ {name}"), 0.0, FloatRange::Skewed { min, max, factor })
        .with_value_to_string(std::sync::Arc::new(|db| format!("{db:.1} dB")))
        .with_string_to_value(std::sync::Arc::new(decibels))
}

/// A number with or without its unit.
fn decibels(text: &str) -> Option<f32> {
    let number = text.trim().trim_end_matches(['d', 'B', 'D', 'b']).trim();
    number.parse::<f32>().ok().filter(|db| db.is_finite())
}

fn gain_param(name: String) -> FloatParam {
    // Half of the travel for the top 24 dB, as on a mixer's fader.
    let range = FloatRange::Skewed { min: -100.0, max: 12.0, factor: FloatRange::skew_factor(1.6) };
    FloatParam::new(name, 0.0, range)
        .with_value_to_string(std::sync::Arc::new(|db| {
            if db <= -99.95 { "-inf dB".to_owned() } else { format!("{db:.1} dB") }
        }))
        .with_string_to_value(std::sync::Arc::new(|s| {
            let number = s.trim().trim_end_matches(['d', 'B', 'D', 'b']).trim();
            if number.eq_ignore_ascii_case("-inf") { Some(-100.0) } else { decibels(number) }
        }))
}

impl RigParams {
    /// The parameters' ids and default values, as a saved state has them.
    #[must_use]
    pub fn default_values(&self) -> Vec<(String, ParamValue)> {
        let value = |param: ParamPtr| match param {
            // SAFETY: the pointers are to fields of `self`, which is borrowed.
            ParamPtr::FloatParam(p) => ParamValue::F32(unsafe { (*p).default_plain_value() }),
            // SAFETY: as above.
            ParamPtr::IntParam(p) => ParamValue::I32(unsafe { (*p).default_plain_value() }),
            // SAFETY: as above.
            ParamPtr::BoolParam(p) => ParamValue::Bool(unsafe { (*p).default_plain_value() }),
            // SAFETY: as above.
            ParamPtr::EnumParam(p) => ParamValue::I32(unsafe { (*p).default_plain_value() }),
        };
        self.param_map().into_iter().map(|(id, param, _)| (id, value(param))).collect()
    }

    /// The pairs of control and parameter, in the parameters' order.
    #[must_use]
    pub fn controls(&self) -> Vec<(Control, ParamPtr)> {
        let mut pairs = Vec::new();
        for (params, deck) in self.decks.iter().zip(DeckId::ALL) {
            pairs.push((Control::Play(deck), params.play.as_ptr()));
            pairs.push((Control::Gain(deck), params.gain_db.as_ptr()));
            pairs.extend(EqBand::ALL.map(|band| (Control::Eq(deck, band), params.eq(band).as_ptr())));
        }
        pairs.push((Control::Crossfader, self.crossfader.as_ptr()));
        pairs.push((Control::MasterGain, self.master_gain_db.as_ptr()));
        pairs.push((Control::Quantize, self.quantize.as_ptr()));
        pairs.extend(self.knobs.0.iter().map(|(knob, param)| (Control::Knob(*knob), param.as_ptr())));
        pairs
    }
}

/// The parameters of the mixer's table, by its rows.
pub struct KnobParams(Box<[(Knob, KnobParam)]>);

enum KnobParam {
    Continuous(FloatParam),
    Stepped(IntParam),
}

impl KnobParam {
    fn new(knob: Knob) -> Self {
        let (name, row) = (knob.name(), knob.row());
        if let Some(words) = row.choices() {
            #[expect(clippy::cast_possible_truncation, reason = "a choice has few words")]
            let (default, max) = (knob.default_value() as i32, words.len() as i32 - 1);
            #[expect(clippy::cast_precision_loss, reason = "a choice has few words")]
            let text = move |place: i32| row.text(place as f32);
            #[expect(clippy::cast_possible_truncation, reason = "a choice has few words")]
            let place = move |text: &str| row.value(text).map(|place| place as i32);
            let range = IntRange::Linear { min: 0, max };
            return Self::Stepped(
                IntParam::new(name, default, range)
                    .with_value_to_string(std::sync::Arc::new(text))
                    .with_string_to_value(std::sync::Arc::new(place)),
            );
        }
        Self::Continuous(
            FloatParam::new(name, knob.default_value(), range(row))
                .with_value_to_string(std::sync::Arc::new(|value| row.text(value)))
                .with_string_to_value(std::sync::Arc::new(|text| row.value(text))),
        )
    }

    fn as_ptr(&self) -> ParamPtr {
        match self {
            Self::Continuous(param) => param.as_ptr(),
            Self::Stepped(param) => param.as_ptr(),
        }
    }
}

fn range(row: &KnobRow) -> FloatRange {
    let KnobRow { min, max, .. } = *row;
    match row.taper {
        Taper::Linear => FloatRange::Linear { min, max },
        Taper::Middle(middle) => {
            let factor = 0.5_f32.ln() / ((middle - min) / (max - min)).ln();
            FloatRange::Skewed { min, max, factor }
        }
    }
}

impl Default for KnobParams {
    fn default() -> Self {
        Self(Knob::all().map(|knob| (knob, KnobParam::new(knob))).collect())
    }
}

// SAFETY: the pointers are to parameters in a box that is never changed or replaced: they live as long as `self`.
unsafe impl Params for KnobParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let group =
            |knob: Knob| knob.deck().map_or_else(|| "Mixer".to_owned(), |deck| format!("Deck {}", deck.index() + 1));
        self.0.iter().map(|(knob, param)| (knob.param_id(), param.as_ptr(), group(*knob))).collect()
    }
}
