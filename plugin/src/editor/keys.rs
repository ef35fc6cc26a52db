//! The keyboard: see [`HELP`].
//!
//! Keys are the editor's only while nothing in it has the keyboard for itself (a text field, a button reached by Tab);
//! but what is held comes up with its key in any case, and Shift and Escape is panic everywhere.
//! On X11 baseview gives a key that was pressed in the editor to nobody else; on other systems the host gets it too.

use echelon_engine::action::Gesture;
use echelon_engine::units::DeckId;
use egui::{Event, Key, Modifiers, Ui};

use super::page::Page;

/// How far an arrow key moves the crossfader.
pub const CROSSFADER_STEP: f32 = 0.05;

/// Every key and what it does, for people.
pub const HELP: [(&str, &str); 18] = [
    ("Space", "play or stop the chosen deck; with Shift at once"),
    ("1 2 3 4", "choose deck A, B, C, D"),
    ("Q W E R T Y U I", "hot cues 1 to 8; with Shift set them"),
    ("A", "cue, while held"),
    ("S  D  F  G", "sync, key lock, slip, reverse"),
    ("L", "loop on, loop off"),
    ("-  =", "half, twice the loop's length"),
    (",  .", "jump back, jump on by the jump's length"),
    ("[  ]", "hold back, push on, while held"),
    ("Left, Right", "crossfader"),
    ("X", "take back what waits on the chosen deck, or else on none"),
    ("Backspace", "undo"),
    ("Shift Escape", "panic: everything out"),
    ("5 6 7 8 9 0", "pages, in the order of their tabs; F1 to F6 too"),
    ("Enter", "choose a file for the deck"),
    ("PageUp, PageDown", "zoom the waveforms: fewer beats, more beats"),
    ("Tab, then arrows", "reach any control and move it; on a waveform jump"),
    ("Tab, then Delete", "put it back; forget a hot cue; the track's own key"),
];

/// What the most used keys do on a page, in one line.
#[must_use]
pub fn hint(page: Page, chosen: DeckId) -> String {
    match page {
        Page::Library => "Up, down: choose a file    Enter: load    1-4: the deck    Space: listen, with Shift from \
                          the start    Letters: search in the field    Escape: back    5-9, 0: pages"
            .to_owned(),
        _ => format!(
            "Space: play or stop deck {chosen}    1-4: choose a deck    Q-I: hot cues    A: cue    S: sync    L: loop    \
             Left, right: crossfader    Backspace: undo    5-9, 0: pages    Shift: at once, fine"
        ),
    }
}

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
    /// One that lasts until the key comes up.
    Hold(Key, Gesture, f64),
    /// A key came up.
    Release(Key),
    /// The keyboard went to another window: nobody hears of what comes up there.
    LetGo,
    /// A switch of the chosen deck, to what it is not.
    Switch(Gesture),
    /// The loop, on or off.
    Loop,
    /// The loop's length times this.
    Length(f64),
    /// Take back what waits on the chosen deck.
    Cancel,
    /// Bring back what was taken away.
    Undo,
    /// The zoomed waveforms, as the wheel does: nearer above 0.
    Zoom(f32),
    /// Another page.
    Page(Page),
    /// Look for a file.
    Browse,
}

impl Stroke {
    /// Whether it is the rig's although something else has the keyboard: what is held must always come up.
    #[must_use]
    pub const fn is_always_ours(self) -> bool {
        matches!(self, Self::Release(_) | Self::LetGo)
    }
}

/// What was pressed and let go of since the last frame.
#[must_use]
pub fn strokes(ui: &Ui) -> Vec<Stroke> {
    let busy = ui.memory(|memory| memory.focused().is_some());
    ui.input(|input| {
        let deaf = busy || !input.focused;
        let heard = input.events.iter().filter_map(stroke);
        heard.filter(|stroke| !deaf || stroke.is_always_ours()).collect()
    })
}

/// Takes Shift and Escape away from everything that Escape closes or leaves. Returns whether they were pressed.
#[must_use]
pub fn take_panic(ui: &Ui) -> bool {
    let mut panics = false;
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key: Key::Escape, pressed: true, repeat, modifiers, .. } = event else { return true };
            let is_ours = modifiers.shift && !is_the_host_s(*modifiers);
            panics |= is_ours && !repeat;
            !is_ours
        });
    });
    panics
}

const fn is_the_host_s(modifiers: Modifiers) -> bool {
    modifiers.ctrl || modifiers.alt || modifiers.command || modifiers.mac_cmd
}

fn stroke(event: &Event) -> Option<Stroke> {
    match event {
        Event::WindowFocused(false) => Some(Stroke::LetGo),
        // Whatever is held beside it by now.
        Event::Key { key, pressed: false, .. } => Some(Stroke::Release(*key)),
        Event::Key { modifiers, .. } if is_the_host_s(*modifiers) => None,
        Event::Key { key, repeat, modifiers, .. } => down(*key, *repeat, modifiers.shift),
        _ => None,
    }
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
        return Some(match shift {
            true => Stroke::Gesture(Gesture::HotCueSet, number),
            false => Stroke::Hold(key, Gesture::HotCue, number),
        });
    }
    Some(match key {
        Key::Space => Stroke::Toggle { at_once: shift },
        Key::Num1 => Stroke::Choose(DeckId::A),
        Key::Num2 => Stroke::Choose(DeckId::B),
        Key::Num3 => Stroke::Choose(DeckId::C),
        Key::Num4 => Stroke::Choose(DeckId::D),
        Key::A => Stroke::Hold(key, Gesture::Cue, 1.0),
        Key::S => Stroke::Switch(Gesture::Sync),
        Key::D => Stroke::Switch(Gesture::KeyLock),
        Key::F => Stroke::Switch(Gesture::Slip),
        Key::G => Stroke::Switch(Gesture::Reverse),
        Key::L => Stroke::Loop,
        Key::Minus => Stroke::Length(0.5),
        Key::Equals | Key::Plus => Stroke::Length(2.0),
        Key::Comma => Stroke::Gesture(Gesture::JumpBack, 0.0),
        Key::Period => Stroke::Gesture(Gesture::JumpOn, 0.0),
        Key::OpenBracket => Stroke::Hold(key, Gesture::Nudge, -PUSH),
        Key::CloseBracket => Stroke::Hold(key, Gesture::Nudge, PUSH),
        Key::X => Stroke::Cancel,
        Key::Backspace => Stroke::Undo,
        Key::PageUp => Stroke::Zoom(1.0),
        Key::PageDown => Stroke::Zoom(-1.0),
        Key::Enter => Stroke::Browse,
        _ => {
            return Page::ALL
                .into_iter()
                .find(|page| page.key() == key || page.function_key() == key)
                .map(Stroke::Page);
        }
    })
}
