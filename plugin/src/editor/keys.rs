//! The keyboard: see [`HELP`].
//!
//! Keys are the editor's only while nothing in it has the keyboard for itself (a text field, a button reached by Tab).
//! On X11 baseview gives a key that was pressed in the editor to nobody else; on other systems the host gets it too.

use echelon_engine::action::Gesture;
use echelon_engine::units::DeckId;
use egui::{Event, Key, Ui};

use super::page::Page;

/// How far an arrow key moves the crossfader.
pub const CROSSFADER_STEP: f32 = 0.05;

/// Every key and what it does, for people.
pub const HELP: [(&str, &str); 16] = [
    ("Space", "play or stop the chosen deck; with Shift at once"),
    ("1 2 3 4", "choose deck A, B, C, D"),
    ("Q W E R T Y U I", "hot cues 1 to 8; with Shift set them"),
    ("A", "cue, while held"),
    ("S  D  F  G", "sync, key lock, slip, reverse"),
    ("L", "loop on, loop off"),
    ("-  =", "half, twice the loop's length"),
    (",  .", "jump back, jump on by the loop's length"),
    ("[  ]", "hold back, push on, while held"),
    ("Left, Right", "crossfader"),
    ("X", "take back what waits on the chosen deck"),
    ("Backspace", "undo"),
    ("Shift Escape", "panic: everything out"),
    ("5 6 7 8 9 0", "pages, in the order of their tabs"),
    ("Enter", "choose a file for the deck"),
    ("Tab, then arrows", "reach any control and move it"),
];

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
    /// A gesture with a value.
    Gesture(Gesture, f64),
    /// A switch of the chosen deck, to what it is not.
    Switch(Gesture),
    /// The loop, on or off.
    Loop,
    /// The loop's length times this.
    Length(f64),
    /// A jump by the loop's length, on or back.
    Jump(f64),
    /// Take back what waits on the chosen deck.
    Cancel,
    /// Bring back what was taken away.
    Undo,
    /// Everything out.
    Panic,
    /// Another page.
    Page(Page),
    /// Look for a file.
    Browse,
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
    let Event::Key { key, pressed, repeat, modifiers, .. } = event else { return None };
    if modifiers.ctrl || modifiers.alt || modifiers.command || modifiers.mac_cmd {
        return None;
    }
    if *pressed { down(*key, *repeat, modifiers.shift) } else { up(*key, modifiers.shift) }
}

const HOT_CUES: [Key; 8] = [Key::Q, Key::W, Key::E, Key::R, Key::T, Key::Y, Key::U, Key::I];
/// How much a push is, in per cent.
const PUSH: f64 = 4.0;

/// The number of a hot cue's key.
fn hot_cue(key: Key) -> Option<f64> {
    let numbered = HOT_CUES.iter().zip(1_u8..);
    numbered.filter(|(known, _)| **known == key).map(|(_, number)| f64::from(number)).next()
}

fn down(key: Key, repeat: bool, shift: bool) -> Option<Stroke> {
    // Only what moves in steps goes on while its key is held.
    match key {
        Key::ArrowLeft => return Some(Stroke::Crossfade(-CROSSFADER_STEP)),
        Key::ArrowRight => return Some(Stroke::Crossfade(CROSSFADER_STEP)),
        _ if repeat => return None,
        _ => {}
    }
    if let Some(number) = hot_cue(key) {
        return Some(Stroke::Gesture(if shift { Gesture::HotCueSet } else { Gesture::HotCue }, number));
    }
    Some(match key {
        Key::Space => Stroke::Toggle { at_once: shift },
        Key::Num1 => Stroke::Choose(DeckId::A),
        Key::Num2 => Stroke::Choose(DeckId::B),
        Key::Num3 => Stroke::Choose(DeckId::C),
        Key::Num4 => Stroke::Choose(DeckId::D),
        Key::A => Stroke::Gesture(Gesture::Cue, 1.0),
        Key::S => Stroke::Switch(Gesture::Sync),
        Key::D => Stroke::Switch(Gesture::KeyLock),
        Key::F => Stroke::Switch(Gesture::Slip),
        Key::G => Stroke::Switch(Gesture::Reverse),
        Key::L => Stroke::Loop,
        Key::Minus => Stroke::Length(0.5),
        Key::Equals | Key::Plus => Stroke::Length(2.0),
        Key::Comma => Stroke::Jump(-1.0),
        Key::Period => Stroke::Jump(1.0),
        Key::OpenBracket => Stroke::Gesture(Gesture::Nudge, -PUSH),
        Key::CloseBracket => Stroke::Gesture(Gesture::Nudge, PUSH),
        Key::X => Stroke::Cancel,
        Key::Backspace => Stroke::Undo,
        Key::Escape if shift => Stroke::Panic,
        Key::Enter => Stroke::Browse,
        _ => {
            return Page::ALL
                .into_iter()
                .find(|page| page.key() == key || page.function_key() == key)
                .map(Stroke::Page);
        }
    })
}

/// What is held acts again when it comes up.
fn up(key: Key, shift: bool) -> Option<Stroke> {
    match key {
        Key::A => Some(Stroke::Gesture(Gesture::Cue, 0.0)),
        Key::OpenBracket | Key::CloseBracket => Some(Stroke::Gesture(Gesture::Nudge, 0.0)),
        _ => hot_cue(key).filter(|_| !shift).map(|number| Stroke::Gesture(Gesture::HotCueRelease, number)),
    }
}
