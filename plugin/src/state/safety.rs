//! The safety settings as they are saved: in words, so that a kind of action that a later version adds changes nothing here.

use std::collections::BTreeMap;

use echelon_engine::action::{ActionKind, Grid, Setting};
use echelon_engine::clock::ClockPolicy;
use echelon_engine::safety::{ActionMask, DeckState, OnAirRule, SafetySettings, Source, SourceRules};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

use crate::input::source_name;

/// A source that may ask less often could never set it right again. Requests a second.
const LEAST_RATE: f64 = 1.0;

/// The safety settings of a project.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SavedSafety(SafetySettings);

/// Its numbers are finite.
impl Eq for SavedSafety {}

impl SavedSafety {
    /// As they are now.
    #[must_use]
    pub const fn of(settings: SafetySettings) -> Self {
        Self(settings)
    }

    /// The rules of a source.
    #[must_use]
    pub const fn source(&self, source: Source) -> &SourceRules {
        self.0.source(source)
    }

    /// The same, but for what would keep a project's values from the decks: they come by the host's hand.
    #[must_use]
    pub fn with_values_let_in(self) -> Self {
        let Self(mut all) = self;
        let values = ActionMask::of(&[ActionKind::Motion, ActionKind::Effect, ActionKind::Mixer]);
        DeckState::ALL.into_iter().for_each(|state| all.set_mask(state, all.mask(state).or(values)));
        // Of these kinds the only one that a host's value waits for.
        all.set_cooldown_beats(ActionKind::Motion, 0.0);
        let host = all.source_mut(Source::Host);
        (host.enabled, host.mask) = (true, ActionMask::ALL);
        Self(all)
    }

    /// The same, but with what another one has instead of what was `open` for it.
    #[must_use]
    pub fn with_waiting(self, open: &Self, waiting: &Self) -> Self {
        let Self(mut all) = self;
        let lists = self.settings().into_iter().zip(open.settings()).zip(waiting.settings());
        for ((now, open), waiting) in lists {
            if now == open {
                waiting.change(&mut all, &mut ClockPolicy::default());
            }
        }
        Self(all)
    }

    /// What is to be changed so that these are the settings instead of others.
    #[must_use]
    pub fn changes(&self, from: &SafetySettings) -> Vec<Setting> {
        let (own, other) = (self.settings(), Self(*from).settings());
        own.into_iter().zip(other).filter(|(own, other)| own != other).map(|(own, _)| own).collect()
    }

    /// All of them, in an order that is always the same.
    fn settings(&self) -> Vec<Setting> {
        let Self(all) = self;
        let mut settings = vec![
            Setting::OnAir { rule: all.on_air },
            Setting::UndoBars { bars: all.undo_bars },
            Setting::PlayToggle { ms: all.play_toggle_ms },
        ];
        settings.extend(cooling_kinds().map(|kind| Setting::Cooldown { kind, beats: all.cooldown_beats(kind) }));
        settings.extend(DeckState::ALL.map(|state| Setting::Allows { state, kinds: known(all.mask(state)) }));
        for source in Source::WAYS_IN {
            let rules = all.source(source);
            settings.extend([
                Setting::SourceAllows { source, kinds: known(rules.mask) },
                Setting::SourceRate { source, per_sec: rules.per_sec.unwrap_or(0.0) },
                Setting::SourceQuantize { source, choice: choice_of(rules) },
                Setting::SourceOn { source, on: rules.enabled },
            ]);
        }
        settings
    }

    /// From any JSON: what is missing or of the wrong kind is as in a new rig, what is out of range at its end.
    pub(super) fn read(value: &Value) -> Self {
        let mut all = SafetySettings::default();
        let number = |value: &Value, name: &str| value.get(name)?.as_f64().filter(|number| number.is_finite());
        if let Some(rule) = value.get("on_air").and_then(|rule| OnAirRule::deserialize(rule).ok()) {
            all.on_air = rule;
        }
        if let Some(bars) = number(value, "undo_bars") {
            all.undo_bars = bars.clamp(0.0, Setting::MAX_UNDO_BARS);
        }
        if let Some(ms) = number(value, "play_toggle_ms") {
            all.play_toggle_ms = ms.clamp(0.0, Setting::MAX_PLAY_TOGGLE_MS);
        }
        for kind in cooling_kinds() {
            if let Some(beats) = value.get("cooldown_beats").and_then(|beats| number(beats, kind.word())) {
                all.set_cooldown_beats(kind, beats.clamp(0.0, Setting::MAX_COOLDOWN_BEATS));
            }
        }
        for state in DeckState::ALL {
            if let Some(kinds) = value.get("allows").and_then(|allows| kinds(allows.get(state.word())?)) {
                all.set_mask(state, kinds);
            }
        }
        for source in Source::WAYS_IN {
            if let Some(saved) = value.get("sources").and_then(|sources| sources.get(source_name(source))) {
                read_rules(saved, &mut all, source);
            }
        }
        Self(all)
    }
}

fn read_rules(saved: &Value, all: &mut SafetySettings, source: Source) {
    if let Some(kinds) = saved.get("allows").and_then(kinds) {
        all.set_source_kinds(source, kinds);
    }
    let rules = all.source_mut(source);
    if let Some(on) = saved.get("on").and_then(Value::as_bool) {
        rules.enabled = on;
    }
    if let Some(per_sec) = saved.get("per_sec").and_then(Value::as_f64) {
        #[expect(clippy::cast_possible_truncation, reason = "in the range of the setting")]
        let limit = per_sec.clamp(LEAST_RATE, Setting::MAX_PER_SEC) as f32;
        rules.per_sec = (per_sec > 0.0).then_some(limit);
    }
    if let Some(word) = saved.get("quantize").and_then(Value::as_str) {
        let choice = Grid::CHOICE_WORDS.iter().position(|known| *known == word);
        rules.quantize = choice.map(|choice| Grid::CHOICES[choice]);
    }
}

impl Serialize for SavedSafety {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(all) = self;
        let cooldowns = cooling_kinds().map(|kind| (kind.word(), all.cooldown_beats(kind)));
        let allows = DeckState::ALL.map(|state| (state.word(), words(all.mask(state))));
        let sources = Source::WAYS_IN.map(|source| {
            let rules = all.source(source);
            let quantize = choice_of(rules).and_then(|choice| Grid::CHOICE_WORDS.get(usize::from(choice)));
            let (allows, per_sec) = (words(rules.mask), rules.per_sec.unwrap_or(0.0));
            let rules = json!({"on": rules.enabled, "allows": allows, "per_sec": per_sec, "quantize": quantize});
            (source_name(source), rules)
        });
        json!({
            "on_air": all.on_air,
            "undo_bars": all.undo_bars,
            "play_toggle_ms": all.play_toggle_ms,
            "cooldown_beats": BTreeMap::from_iter(cooldowns),
            "allows": BTreeMap::from(allows),
            "sources": BTreeMap::from(sources),
        })
        .serialize(serializer)
    }
}

/// The kinds that can have a cooldown in beats. Play has one in milliseconds.
fn cooling_kinds() -> impl Iterator<Item = ActionKind> {
    let can = |kind: &ActionKind| *kind != ActionKind::Play && !ActionMask::ALWAYS.allows(*kind);
    ActionKind::ALL.into_iter().filter(can)
}

/// What `quantize` is among the choices; `None` is the rig's own setting.
fn choice_of(rules: &SourceRules) -> Option<u8> {
    let own = rules.quantize?;
    let place = Grid::CHOICES.iter().position(|choice| *choice == own)?;
    u8::try_from(place).ok()
}

/// The words of the kinds in a mask.
fn words(mask: ActionMask) -> Vec<&'static str> {
    ActionKind::ALL.into_iter().filter(|kind| mask.allows(*kind)).map(ActionKind::word).collect()
}

/// The mask without kinds that there are not; all of them is all that there ever will be.
fn known(mask: ActionMask) -> ActionMask {
    let kinds: Vec<ActionKind> = ActionKind::ALL.into_iter().filter(|kind| mask.allows(*kind)).collect();
    if kinds.len() == ActionKind::COUNT { ActionMask::ALL } else { ActionMask::of(&kinds) }
}

/// The mask of a list of words; words that nobody knows are nothing. `None` for what is no list.
fn kinds(value: &Value) -> Option<ActionMask> {
    let words = value.as_array()?.iter().filter_map(|word| ActionKind::from_word(word.as_str()?));
    Some(known(ActionMask::of(&words.collect::<Vec<_>>())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> SafetySettings {
        SavedSafety::read(&serde_json::from_str(json).unwrap()).0
    }

    /// Nothing is as in a new rig.
    fn other() -> SafetySettings {
        let mut all = SafetySettings::default();
        (all.on_air, all.undo_bars, all.play_toggle_ms) = (OnAirRule::Allow, 2.5, 77.0);
        for (i, kind) in (1_u8..).zip(cooling_kinds()) {
            all.set_cooldown_beats(kind, f64::from(i) / 3.0);
        }
        for state in DeckState::ALL {
            all.set_mask(state, ActionMask::of(&[ActionKind::Load, ActionKind::Lock]));
        }
        for (i, source) in (0..).zip(Source::WAYS_IN) {
            let rules = all.source_mut(source);
            (rules.enabled, rules.mask) = (false, ActionMask::of(&[ActionKind::Seek, ActionKind::Lock]));
            (rules.per_sec, rules.quantize) = (Some(12.5), Some(Grid::CHOICES[i % 5]));
        }
        all
    }

    #[test]
    fn every_setting_comes_back_and_is_changed_when_it_is_another() {
        for settings in [SafetySettings::default(), other()] {
            let saved = SavedSafety::of(settings);
            let json = serde_json::to_string(&saved).unwrap();
            assert_eq!(read(&json), settings);
            assert_eq!(saved.changes(&settings), []);
        }
        let (new, other) = (SafetySettings::default(), other());
        let count = SavedSafety::of(other).settings().len();
        assert_eq!(SavedSafety::of(other).changes(&new).len(), count);
        assert_eq!(SavedSafety::of(new).changes(&other).len(), count);
    }

    #[test]
    fn what_is_damaged_is_as_in_a_new_rig_and_what_is_too_much_is_less() {
        let new = SafetySettings::default();
        for damaged in ["{}", "[]", "7", r#"{"on_air": "moon", "undo_bars": "x", "cooldown_beats": [1], "allows": 3}"#]
        {
            assert_eq!(read(damaged), new, "{damaged}");
        }
        let hostile = read(
            r#"{"undo_bars": 1e300, "play_toggle_ms": -5, "cooldown_beats": {"load": 1e300, "stop": 9, "cue": -1},
            "allows": {"playing": ["seek", "fly", 7]},
            "sources": {"state": {"on": false}, "osc": {"on": false, "allows": [], "per_sec": 1e-30, "quantize": "moon"},
                        "editor": {"allows": [], "per_sec": 1e30}, "midi": {"per_sec": -1, "on": "no"}}}"#,
        );
        assert_eq!((hostile.undo_bars, hostile.play_toggle_ms), (64.0, 0.0));
        let cooldowns = [ActionKind::Load, ActionKind::Stop, ActionKind::Cue].map(|kind| hostile.cooldown_beats(kind));
        assert_eq!(cooldowns, [256.0, 0.0, 0.0]);
        assert_eq!(words(hostile.mask(DeckState::Playing)), ["stop", "seek", "cancel", "panic"]);
        assert_eq!(hostile.source(Source::State), new.source(Source::State), "a project cannot be kept out");
        assert_eq!((hostile.source(Source::Osc).per_sec, hostile.source(Source::Osc).quantize), (Some(1.0), None));
        assert_eq!((hostile.source(Source::Editor).per_sec, hostile.source(Source::Midi).enabled), (Some(1e6), true));
        assert_eq!(hostile.source(Source::Midi).per_sec, None);
        let kept = words(hostile.source(Source::Editor).allowed());
        assert_eq!(kept, ["stop", "lock", "cancel", "panic"], "the settings are never taken from the editor");
        assert!(!hostile.source(Source::Osc).mask.allows(ActionKind::Lock), "from the others they can be");
    }
}
