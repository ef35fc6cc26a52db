//! The host parameters: ids (stable for ever), ranges, and text with units both ways.

use echelon_engine::action::{Gesture, Takes, Trigger};
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
    /// The decks' switches and pitch faders: [`Control::Trigger`], [`Control::Rate`]
    #[nested]
    pub hands: HandParams,
    /// What else is saved with the project.
    #[persist = "rig"]
    pub saved: SavedState,
}

impl Default for RigParams {
    fn default() -> Self {
        Self {
            decks: DeckId::ALL.map(DeckParams::new),
            knobs: KnobParams::default(),
            hands: HandParams::default(),
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
        pairs.extend(self.hands.controls());
        pairs
    }
}

/// The parameters of one deck's switches, buttons and pitch fader.
struct DeckHands {
    deck: DeckId,
    triggers: [BoolParam; Trigger::ALL.len()],
    rate: FloatParam,
}

/// The same of all decks.
pub struct HandParams(Box<[DeckHands]>);

impl HandParams {
    fn controls(&self) -> impl Iterator<Item = (Control, ParamPtr)> {
        self.0.iter().flat_map(|hands| {
            let deck = hands.deck;
            let triggers = Trigger::ALL.into_iter().zip(&hands.triggers);
            let triggers = triggers.map(move |(trigger, param)| (Control::Trigger(deck, trigger), param.as_ptr()));
            triggers.chain([(Control::Rate(deck), hands.rate.as_ptr())])
        })
    }
}

impl Default for HandParams {
    fn default() -> Self {
        let hands =
            |deck| DeckHands { deck, triggers: Trigger::ALL.map(|t| trigger_param(deck, t)), rate: rate_param(deck) };
        Self(DeckId::ALL.map(hands).into())
    }
}

/// The id of a trigger's parameter, but for the deck.
fn trigger_id(trigger: Trigger) -> String {
    match trigger {
        Trigger::Cue => "cue".to_owned(),
        Trigger::HotCue(number) => format!("hotcue{number}"),
        Trigger::Loop => "loop".to_owned(),
        Trigger::Sync => "sync".to_owned(),
        Trigger::Slip => "slip".to_owned(),
        Trigger::Reverse => "reverse".to_owned(),
    }
}

fn trigger_param(deck: DeckId, trigger: Trigger) -> BoolParam {
    let (name, words) = match trigger {
        Trigger::Cue => ("Cue".to_owned(), ["up", "held"]),
        Trigger::HotCue(number) => (format!("Hot Cue {number}"), ["up", "held"]),
        Trigger::Loop => ("Loop 4 Beats".to_owned(), ["off", "on"]),
        Trigger::Sync => ("Sync".to_owned(), ["off", "on"]),
        Trigger::Slip => ("Slip".to_owned(), ["off", "on"]),
        Trigger::Reverse => ("Reverse".to_owned(), ["off", "on"]),
    };
    BoolParam::new(format!("Deck {deck} {name}"), false)
        .with_value_to_string(std::sync::Arc::new(move |on| words[usize::from(on)].to_owned()))
        .with_string_to_value(std::sync::Arc::new(move |s| match s.trim().to_ascii_lowercase().as_str() {
            "on" | "held" | "1" => Some(true),
            "off" | "up" | "0" => Some(false),
            _ => None,
        }))
}

/// The pitch fader: the track's own speed in the middle of its travel.
fn rate_param(deck: DeckId) -> FloatParam {
    let (min, max) = match Gesture::Rate.row().takes {
        #[expect(clippy::cast_possible_truncation, reason = "0.5 to 2")]
        Takes::Number { min, max, .. } => (min as f32, max as f32),
        _ => (0.5, 2.0),
    };
    let factor = 0.5_f32.ln() / ((1.0 - min) / (max - min)).ln();
    FloatParam::new(format!("Deck {deck} Rate"), 1.0, FloatRange::Skewed { min, max, factor })
        .with_value_to_string(std::sync::Arc::new(|rate| format!("{:+.2} %", (rate - 1.0) * 100.0)))
        .with_string_to_value(std::sync::Arc::new(rate_of))
}

/// `+2.5 %` or `1.025x`; a number alone is in per cent.
fn rate_of(text: &str) -> Option<f32> {
    let text = text.trim();
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|number| number.is_finite());
    match text.strip_suffix(['x', 'X']) {
        Some(times) => number(times),
        None => number(text.trim_end_matches('%')).map(|percent| 1.0 + percent / 100.0),
    }
}

// SAFETY: the pointers are to parameters in a box that is never changed or replaced: they live as long as `self`.
unsafe impl Params for HandParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.0
            .iter()
            .flat_map(|hands| {
                let number = hands.deck.index() + 1;
                let group = move || format!("Deck {number}");
                let triggers = Trigger::ALL.into_iter().zip(&hands.triggers);
                let triggers =
                    triggers.map(move |(t, param)| (format!("{}_{number}", trigger_id(t)), param.as_ptr(), group()));
                triggers.chain([(format!("rate_{number}"), hands.rate.as_ptr(), group())])
            })
            .collect()
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
            let (default, max) = (row.default as i32, words.len() as i32 - 1);
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
            FloatParam::new(name, row.default, range(row))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pitch_fader_speaks_per_cent_and_understands_times() {
        let param = rate_param(DeckId::A);
        let text = |rate: f32| param.normalized_value_to_string(param.preview_normalized(rate), true);
        assert_eq!([text(1.0), text(1.025), text(0.5)], ["+0.00 %", "+2.50 %", "-50.00 %"]);
        for (said, rate) in [("+2.5 %", 1.025), ("-50", 0.5), ("1.25x", 1.25), (" 100% ", 2.0)] {
            assert!((rate_of(said).unwrap() - rate).abs() < 1e-6, "{said}");
        }
        assert_eq!([rate_of("fast"), rate_of("NaN"), rate_of("x")], [None; 3]);
    }

    #[test]
    fn switches_have_words_both_ways() {
        for trigger in Trigger::ALL {
            let param = trigger_param(DeckId::B, trigger);
            for on in [0.0, 1.0] {
                let text = param.normalized_value_to_string(on, true);
                assert_eq!(param.string_to_normalized_value(&text), Some(on), "{text}");
            }
            assert_eq!(param.string_to_normalized_value("perhaps"), None);
        }
    }
}
