//! What every control of the performance page is given: the window, the view, and the way to act.

use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::message::DeckView;
use echelon_engine::mixer::Knob;
use echelon_engine::units::DeckId;
use egui::{Rect, Ui};

use super::button::Face;
use super::hands::Times;
use super::{choice, ids, knob, press};
use crate::view::{Act, RigView, TrackView};

/// One frame's desk.
pub struct Desk<'a> {
    /// Where it is drawn.
    pub ui: &'a Ui,
    /// What is seen.
    pub view: &'a RigView,
    /// Where it is asked.
    pub act: &'a mut dyn Act,
    /// How far the music is past the view, in seconds.
    pub ahead_secs: f64,
    /// The deck that was touched in this frame.
    pub touched: Option<DeckId>,
    /// When the hands' play and stop happen.
    pub times: &'a mut Times,
}

impl Desk<'_> {
    /// A deck as the engine has it.
    #[must_use]
    pub const fn live(&self, deck: DeckId) -> &DeckView {
        &self.view.snapshot.decks[deck.index()]
    }

    /// A deck's track.
    #[must_use]
    pub const fn track(&self, deck: DeckId) -> &TrackView {
        &self.view.tracks[deck.index()]
    }

    /// Asks for an action; with Shift at once.
    pub fn ask(&mut self, action: Action) {
        let at_once = self.ui.input(|input| input.modifiers.shift);
        self.touched = action.deck().or(self.touched);
        self.act.act(action, if at_once { ActionTiming::Immediate } else { ActionTiming::Default });
    }

    /// Asks for a gesture.
    pub fn gesture(&mut self, deck: DeckId, gesture: Gesture, value: f64) {
        self.ask(Action::Gesture { deck, gesture, value });
    }

    /// Asks for a gesture whose Shift means something else.
    pub fn gesture_now(&mut self, deck: DeckId, gesture: Gesture, value: f64) {
        self.touched = Some(deck);
        self.act.act(Action::Gesture { deck, gesture, value }, ActionTiming::Default);
    }

    /// A switch of a deck.
    pub fn switch(&mut self, rect: Rect, deck: DeckId, gesture: Gesture, on: bool, face: Face<'_>) {
        let response = press::switch(self.ui, rect, ids::gesture(deck, gesture), face, on);
        if response.clicked() {
            self.gesture(deck, gesture, f64::from(u8::from(!on)));
        }
        response.on_hover_text(gesture.row().help);
    }

    /// A button that does one thing.
    pub fn button(&mut self, rect: Rect, deck: DeckId, gesture: Gesture, value: f64, face: Face<'_>) {
        let response = super::button::button(self.ui, rect, ids::gesture(deck, gesture), face);
        if response.clicked() {
            self.gesture(deck, gesture, value);
        }
        response.on_hover_text(gesture.row().help);
    }

    /// A knob of the mixer's table.
    pub fn knob(&mut self, rect: Rect, control: Knob, word: &str, colour: egui::Color32) {
        let row = control.row();
        let face = knob::Face {
            id: ids::knob(control),
            word,
            place: knob::place_of(row, self.view.snapshot.knob(control)),
            rest: knob::place_of(row, control.default_value()),
            colour,
            help: row.help,
        };
        if let Some(place) = knob::show(self.ui, rect, &face, |place| row.text(knob::value_at(row, place))) {
            self.set_knob(control, knob::value_at(row, place));
        }
    }

    /// A switch of the mixer's table: one that has two words.
    pub fn toggle(&mut self, rect: Rect, control: Knob, word: &str, colour: egui::Color32) {
        let on = self.view.snapshot.knob(control) > 0.5;
        let face = press::lamp(word, 11.0, on, colour);
        let response = press::switch(self.ui, rect, ids::knob(control), face, on);
        if response.clicked() {
            self.set_knob(control, f32::from(u8::from(!on)));
        }
        response.on_hover_text(control.row().help);
    }

    /// A choice of the mixer's table.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a few words")]
    pub fn choose(&mut self, rect: Rect, control: Knob, face: impl FnOnce(&'static str) -> Face<'static>) {
        let Some(words) = control.row().choices() else { return };
        let now = (self.view.snapshot.knob(control).round().max(0.0) as usize).min(words.len().saturating_sub(1));
        let chosen = choice::show(self.ui, rect, ids::knob(control), words, now, face(words[now]), control.row().help);
        if let Some(index) = chosen.and_then(|index| u8::try_from(index).ok()) {
            self.set_knob(control, f32::from(index));
        }
    }

    /// Moves a control of the mixer's table.
    pub fn set_knob(&mut self, knob: Knob, value: f32) {
        self.touched = knob.deck().or(self.touched);
        self.act.act(Action::SetKnob { knob, value }, ActionTiming::Default);
    }
}
