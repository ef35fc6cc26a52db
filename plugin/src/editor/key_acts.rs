//! What the keyboard asks of the rig.

use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::units::DeckId;
use egui::Ui;

use super::hands::Through;
use super::keys::Stroke;
use super::{deck, loops, mixer, pending};
use crate::view::{Act, RigView};

/// Carries a key out on the chosen deck.
pub fn play(ui: &Ui, stroke: Stroke, chosen: &mut DeckId, view: &RigView, act: &mut Through<'_>) {
    let deck = *chosen;
    let live = &view.snapshot.decks[deck.index()];
    let mut gesture = |gesture, value| act.act(Action::Gesture { deck, gesture, value }, ActionTiming::Default);
    match stroke {
        Stroke::Gesture(what, value) => gesture(what, value),
        Stroke::Switch(what) => {
            let motion = &live.motion;
            let on = match what {
                Gesture::Sync => motion.sync,
                Gesture::KeyLock => motion.key_lock,
                Gesture::Slip => motion.slip,
                _ => motion.reverse,
            };
            gesture(what, f64::from(u8::from(!on)));
        }
        Stroke::Loop if live.motion.looping => gesture(Gesture::LoopExit, 0.0),
        Stroke::Loop => gesture(Gesture::LoopOn, 0.0),
        Stroke::Length(factor) => loops::scale(ui, deck, &live.motion, factor, act),
        Stroke::Toggle { at_once } => deck::toggle(deck, live.state, at_once, act),
        Stroke::Choose(deck) => *chosen = deck,
        Stroke::Crossfade(step) => mixer::nudge_crossfader(ui, step, view, act),
        Stroke::Cancel => pending::take_back(&view.snapshot, deck, act),
        Stroke::Undo => act.act(Action::Undo { deck: None }, ActionTiming::Default),
        Stroke::Hold(key, what, value) => act.press(key, deck, what, value),
        Stroke::Release(key) => act.release(key),
        Stroke::LetGo => act.let_go(),
        Stroke::Page(_) | Stroke::Browse | Stroke::Zoom(_) => {}
    }
}
