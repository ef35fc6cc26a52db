//! The keyboard: space plays or stops the chosen deck, 1-4 choose one, left and right move the crossfader.
//!
//! Keys are the editor's only while nothing in it has the keyboard for itself (a text field, a button reached by Tab).
//! On X11 baseview gives a key that was pressed in the editor to nobody else; on other systems the host gets it too.

use echelon_engine::units::DeckId;
use egui::{Event, Key, Ui};

/// How far an arrow key moves the crossfader.
pub const CROSSFADER_STEP: f32 = 0.05;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    /// Play or stop the chosen deck; at once with Shift.
    Toggle {
        /// Not by the quantize setting.
        at_once: bool,
    },
    /// Choose a deck.
    Choose(DeckId),
    /// Move the crossfader.
    Crossfade(f32),
}

/// What was pressed since the last frame.
#[must_use]
pub fn strokes(ui: &Ui) -> Vec<Stroke> {
    let busy = ui.memory(|memory| memory.focused().is_some());
    if busy {
        return Vec::new();
    }
    ui.input(|input| if input.focused { input.events.iter().filter_map(stroke).collect() } else { Vec::new() })
}

fn stroke(event: &Event) -> Option<Stroke> {
    let Event::Key { key, pressed: true, repeat, modifiers, .. } = event else { return None };
    if modifiers.ctrl || modifiers.alt || modifiers.command || modifiers.mac_cmd {
        return None;
    }
    match key {
        // A key that is held down must not play and stop in turns.
        Key::Space if !repeat => Some(Stroke::Toggle { at_once: modifiers.shift }),
        Key::Num1 => Some(Stroke::Choose(DeckId::A)),
        Key::Num2 => Some(Stroke::Choose(DeckId::B)),
        Key::Num3 => Some(Stroke::Choose(DeckId::C)),
        Key::Num4 => Some(Stroke::Choose(DeckId::D)),
        Key::ArrowLeft => Some(Stroke::Crossfade(-CROSSFADER_STEP)),
        Key::ArrowRight => Some(Stroke::Crossfade(CROSSFADER_STEP)),
        _ => None,
    }
}
