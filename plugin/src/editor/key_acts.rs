//! What the keyboard asks of the rig.

use echelon_engine::action::{Action, ActionTiming, Gesture, Pending};
use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::Ui;

use super::hands::Through;
use super::keys::Stroke;
use super::{deck, mixer};
use crate::view::{Act, RigView};

/// Carries a key out on the chosen deck.
pub fn play(
    ui: &Ui,
    stroke: Stroke,
    chosen: &mut DeckId,
    lengths: &mut [f64; NUM_DECKS],
    view: &RigView,
    act: &mut Through<'_>,
) {
    let deck = *chosen;
    let live = &view.snapshot.decks[deck.index()];
    let length = &mut lengths[deck.index()];
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
        Stroke::Loop => gesture(Gesture::BeatLoop, *length),
        Stroke::Length(factor) => {
            *length = (*length * factor).clamp(1.0 / 32.0, 64.0);
            if live.motion.looping {
                gesture(if factor < 1.0 { Gesture::LoopHalve } else { Gesture::LoopDouble }, 0.0);
            }
        }
        Stroke::Jump(way) => gesture(Gesture::BeatJump, way * *length),
        Stroke::Toggle { at_once } => deck::toggle(deck, live.state, at_once, act),
        Stroke::Choose(deck) => *chosen = deck,
        Stroke::Crossfade(step) => mixer::nudge_crossfader(ui, step, view, act),
        Stroke::Cancel => {
            act.act(Action::Cancel { pending: Pending::Deck(deck) }, ActionTiming::Immediate);
        }
        Stroke::Undo => act.act(Action::Undo { deck: None }, ActionTiming::Default),
        Stroke::Hold(key, what, value) => act.press(key, deck, what, value),
        Stroke::Release(key) => act.release(key),
        Stroke::LetGo => act.let_go(),
        Stroke::Page(_) | Stroke::Browse => {}
    }
}
