//! What a pad, a key, a knob or a fader can be mapped to. Names are stable for ever: mapping files hold them.
//!
//! Everything but the names is free of allocation and locks: the audio thread may call it.

use super::{Buttons, DECK, Makes, ParamOf, Release, Row, Touch, catalog};
use crate::action::{Action, ActionKind, ActionTiming, Gesture};
use crate::input::Control;
use crate::message::Snapshot;
use crate::mixer::Scale;
use crate::units::DeckId;

/// A row on a deck, or one of its buttons: `deck/a/fader`, `deck/b/play`, `deck/c/hotcue/3`, `xfader`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// In the catalog.
    row: u16,
    deck: Option<DeckId>,
    /// Which of the row's buttons.
    button: Option<u8>,
}

/// What kind of thing it is for a hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TargetKind {
    /// A press does it.
    Trigger,
    /// A press does it, the release ends it.
    Hold,
    /// On or off: a button turns it over, a switch sets it.
    Switch,
    /// A fader, knob or wheel.
    Continuous(Scale),
    /// One of some words.
    Choice(&'static [&'static str]),
}

/// What becomes of a turn or a press.
#[derive(Clone, Debug, PartialEq)]
pub enum Move {
    /// A host parameter moves: as if the host's own hand had moved it, and the host is to record it.
    Control(Control, f32),
    /// An action.
    Act(Action, ActionTiming),
}

impl Target {
    /// Every target: a row of each deck, then the next row.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_row = |(row, entry): (usize, &'static Row)| {
            let row = u16::try_from(row).unwrap_or(u16::MAX);
            let decks = if entry.of_deck() { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
            decks.iter().flat_map(move |deck| {
                let deck = entry.of_deck().then_some(*deck);
                let whole = (entry.touch != Touch::No).then_some(Self { row, deck, button: None });
                let buttons = entry.buttons.map_or(0, |buttons| u8::try_from(buttons.values.len()).unwrap_or(0));
                whole.into_iter().chain((0..buttons).map(move |button| Self { row, deck, button: Some(button) }))
            })
        };
        catalog().enumerate().flat_map(of_row)
    }

    /// The target of a name. Allocates.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|target| target.name() == name)
    }

    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &super::derived::CATALOG[usize::from(self.row)]
    }

    /// Its deck, if it is a deck's.
    #[must_use]
    pub const fn deck(self) -> Option<DeckId> {
        self.deck
    }

    /// Whether it is a button with a value of its own: `deck/a/loop/4`.
    #[must_use]
    pub const fn is_button(self) -> bool {
        self.button.is_some()
    }

    /// The same of another deck; what is the rig's stays.
    #[must_use]
    pub fn on(self, deck: DeckId) -> Self {
        Self { deck: self.deck.map(|_| deck), ..self }
    }

    /// Its name in mapping files. Allocates.
    #[must_use]
    pub fn name(self) -> String {
        let row = self.row();
        let pattern = if row.target.is_empty() { row.path.trim_start_matches('/') } else { row.target };
        let letter = self.deck.map_or(String::new(), |deck| deck.to_string().to_lowercase());
        let name = pattern.replace(DECK, &letter);
        match self.value() {
            Some(value) => format!("{name}/{}", self.words(value)),
            None => name,
        }
    }

    /// For people: `Deck A Fader`, `Deck B Hot Cue 3`. Allocates.
    #[must_use]
    pub fn label(self) -> String {
        let row = self.row();
        let name = self.deck.map_or_else(|| row.name.to_owned(), |deck| format!("Deck {deck} {}", row.name));
        match self.value() {
            Some(value) => format!("{name} {}", self.words(value)),
            None => name,
        }
    }

    /// What it is to the safety policy.
    #[must_use]
    pub fn class(self) -> ActionKind {
        self.row().class
    }

    /// What kind of thing it is.
    #[must_use]
    pub fn kind(self) -> TargetKind {
        if let Some((buttons, _)) = self.buttons() {
            return if buttons.release == Release::Nothing { TargetKind::Trigger } else { TargetKind::Hold };
        }
        match self.row().touch {
            Touch::Press | Touch::No => TargetKind::Trigger,
            Touch::Hold => TargetKind::Hold,
            Touch::Switch => TargetKind::Switch,
            Touch::Turn(scale) => match scale.choices() {
                Some([_, _]) => TargetKind::Switch,
                Some(words) => TargetKind::Choice(words),
                None => TargetKind::Continuous(scale),
            },
        }
    }

    /// What a place of its travel does, 0..1. Above a half is a press, below it a release; `None` where a release does
    /// nothing.
    #[must_use]
    pub fn turn(self, norm: f32) -> Option<Move> {
        let (row, deck, down) = (self.row(), self.deck.unwrap_or(DeckId::A), norm > 0.5);
        if let Some(of) = self.param() {
            let value = match row.touch {
                Touch::Turn(scale) => scale.value_at(norm),
                _ => f32::from(u8::from(down)),
            };
            return Some(Move::Control(of.control(deck), value));
        }
        if let Some(knob) = row.knob(deck) {
            let Touch::Turn(scale) = row.touch else { return None };
            return Some(Move::Control(Control::Knob(knob), scale.value_at(norm)));
        }
        let act = |action| Some(Move::Act(action, row.when.timing()));
        if let Some((buttons, value)) = self.buttons() {
            return match (down, buttons.release) {
                (true, _) => act(row.action(deck, value)?),
                (false, Release::Nothing) => None,
                (false, Release::Gesture(gesture)) => {
                    act(Action::Gesture { deck, gesture, value: released(gesture, value) })
                }
                (false, Release::Value(value)) => act(row.action(deck, value)?),
            };
        }
        match row.touch {
            Touch::Press if row.optional && down => act(self.bare()?),
            Touch::Press => down.then(|| row.action(deck, 0.0)).flatten().and_then(act),
            Touch::Switch | Touch::Hold => act(row.action(deck, f64::from(u8::from(down)))?),
            Touch::Turn(scale) => act(row.action(deck, scale.value_at(norm).into())?),
            Touch::No => None,
        }
    }

    /// Where it stands on its travel, 0..1, for lights, motor faders and pick-up; `None` for what has no state.
    #[must_use]
    pub fn shown(self, snapshot: &Snapshot) -> Option<f32> {
        let (row, deck) = (self.row(), self.deck.unwrap_or(DeckId::A));
        if let Some((_, value)) = self.buttons() {
            return self.shown_by_button(row.gesture()?, value, snapshot, deck);
        }
        let value = row.shown(snapshot, deck)?;
        let value = self.param().map_or(value, |of| of.value_of(value));
        #[expect(clippy::cast_possible_truncation, reason = "values of controls are f32 at heart")]
        Some(match row.touch {
            Touch::Turn(scale) => scale.norm_of(value as f32),
            _ => f32::from(u8::from(value > 0.0)),
        })
    }

    fn shown_by_button(self, gesture: Gesture, value: f64, snapshot: &Snapshot, deck: DeckId) -> Option<f32> {
        let motion = &snapshot.decks[deck.index()].motion;
        let is_lit = match gesture {
            Gesture::HotCue | Gesture::HotCueSet | Gesture::HotCueClear => {
                let place = usize::from(self.button?);
                motion.marks.hot_cues_secs.get(place)?.is_some()
            }
            Gesture::BeatLoop => super::derived::loop_beats(snapshot, deck) == value,
            Gesture::LoopRoll => motion.rolling && super::derived::loop_beats(snapshot, deck) == value,
            _ => return None,
        };
        Some(f32::from(u8::from(is_lit)))
    }

    /// Its row's buttons and its own value, if it is one of them.
    fn buttons(self) -> Option<(&'static Buttons, f64)> {
        let buttons = self.row().buttons.as_ref()?;
        Some((buttons, *buttons.values.get(usize::from(self.button?))?))
    }

    fn value(self) -> Option<f64> {
        self.buttons().map(|(_, value)| value)
    }

    /// The host parameter that it moves.
    fn param(self) -> Option<ParamOf> {
        let row = self.row();
        match (self.buttons(), self.button) {
            (Some((buttons, _)), Some(button)) => {
                let one_each = row.params.len() == buttons.values.len();
                one_each.then(|| row.params.get(usize::from(button)).map(|param| param.of)).flatten()
            }
            // A row with parameters for its buttons has none for the whole.
            _ if row.params.len() > 1 => None,
            _ => row.params.first().map(|param| param.of).filter(|of| of.is_for_hands()),
        }
    }

    /// The action of a row without its argument.
    fn bare(self) -> Option<Action> {
        let given = super::Given { deck: self.deck.unwrap_or(DeckId::A), values: &[] };
        match self.row().meaning(&given)? {
            super::Meaning::Act(action) => Some(action),
            super::Meaning::CancelOwn(_) => None,
        }
    }

    /// A button's value: `3`, `1/8`, `+4`, `-0.5`.
    fn words(self, value: f64) -> String {
        let signed = matches!(self.row().makes, Makes::Gesture(Gesture::BeatJump | Gesture::LoopMove | Gesture::Nudge));
        match (signed, value) {
            (true, value) => format!("{value:+}"),
            (false, value) if value < 1.0 => format!("1/{}", 1.0 / value),
            (false, value) => value.to_string(),
        }
    }
}

/// The value for the gesture of a release: the press's where it takes one.
fn released(gesture: Gesture, value: f64) -> f64 {
    gesture.row().takes.clamp(value)
}
