//! Keys: which one, pressed how, and what it writes.

use egui::{Event, Key, Modifiers};
use keyboard_types::{Code, Key as Sign, KeyState, KeyboardEvent, Modifiers as Held, NamedKey};

/// X11 tells a key that is held down as let go and pressed again, both at once.
const REPEATS_ARE_PAIRS: bool = cfg!(target_os = "linux");

/// The keys that are down: where they are, and as what they went down.
#[derive(Debug, Default)]
pub(super) struct Keyboard(Vec<(Code, Key)>);

impl Keyboard {
    /// Adds what an event says to those of the next frame.
    pub(super) fn hear(&mut self, event: &KeyboardEvent, pasted: Option<String>, to: &mut Vec<Event>) {
        let modifiers = modifiers_after(event);
        if event.state == KeyState::Up {
            // It may write something else by now: Shift came or went.
            let down = self.0.iter().position(|(code, _)| *code == event.code);
            let key = down.map(|place| self.0.swap_remove(place).1).or_else(|| key_of(event));
            to.extend(key.map(|key| key_event(key, false, false, modifiers)));
            return;
        }
        let Some(key) = key_of(event) else { return to.extend(written(event, modifiers)) };
        if let Some(command) = clipboard_command(key, modifiers) {
            return to.extend(command.event(pasted));
        }
        let again = event.repeat || self.0.iter().any(|(code, _)| *code == event.code) || forget_release(key, to);
        if !self.0.iter().any(|(code, _)| *code == event.code) {
            self.0.push((event.code, key));
        }
        to.push(key_event(key, true, again, modifiers));
        to.extend(written(event, modifiers));
    }

    /// All that are down come up: whoever has the keyboard now hears of it.
    pub(super) fn let_go(&mut self, to: &mut Vec<Event>) {
        to.extend(self.0.drain(..).map(|(_, key)| key_event(key, false, false, Modifiers::NONE)));
    }
}

const fn key_event(key: Key, pressed: bool, repeat: bool, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed, repeat, modifiers }
}

/// Takes back that a key came up in this frame: then it goes on being held. Returns whether it had.
fn forget_release(key: Key, events: &mut Vec<Event>) -> bool {
    let last = events.iter().rposition(|event| matches!(event, Event::Key { key: other, .. } if *other == key));
    let release = last.filter(|place| matches!(events[*place], Event::Key { pressed: false, .. }));
    let Some(place) = release.filter(|_| REPEATS_ARE_PAIRS) else { return false };
    events.remove(place);
    true
}

/// By its sign; where that is none of egui's (another alphabet, a sign with Shift), by its place.
fn key_of(event: &KeyboardEvent) -> Option<Key> {
    let by_sign = match &event.key {
        Sign::Character(sign) => Key::from_name(sign),
        Sign::Named(name) => Key::from_name(&name.to_string()),
    };
    by_sign.or_else(|| Key::from_name(&event.code.to_string()))
}

/// What it writes into a text field.
fn written(event: &KeyboardEvent, modifiers: Modifiers) -> Option<Event> {
    let Sign::Character(text) = &event.key else { return None };
    // Ctrl and Alt together are AltGr on Windows.
    let is_shortcut = modifiers.mac_cmd || (modifiers.ctrl && !modifiers.alt);
    let is_text = !is_shortcut && !text.is_empty() && !text.chars().any(char::is_control);
    is_text.then(|| Event::Text(text.clone()))
}

/// What the clipboard is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Cut,
    Copy,
    Paste,
}

impl Wanted {
    fn event(self, pasted: Option<String>) -> Option<Event> {
        match self {
            Self::Cut => Some(Event::Cut),
            Self::Copy => Some(Event::Copy),
            Self::Paste => pasted.map(Event::Paste),
        }
    }
}

fn clipboard_command(key: Key, modifiers: Modifiers) -> Option<Wanted> {
    let (command, shift) = (modifiers.command && !modifiers.alt, modifiers.shift);
    match key {
        Key::X if command => Some(Wanted::Cut),
        Key::C if command => Some(Wanted::Copy),
        Key::V if command => Some(Wanted::Paste),
        Key::Delete if shift && !command => Some(Wanted::Cut),
        Key::Insert if command => Some(Wanted::Copy),
        Key::Insert if shift => Some(Wanted::Paste),
        _ => None,
    }
}

/// Whether it asks for the clipboard's text.
pub(super) fn is_paste(event: &KeyboardEvent) -> bool {
    let command = key_of(event).and_then(|key| clipboard_command(key, modifiers_after(event)));
    event.state == KeyState::Down && command == Some(Wanted::Paste)
}

/// Once the event has happened: X11 tells what was held before it.
pub(super) fn modifiers_after(event: &KeyboardEvent) -> Modifiers {
    let mut held = event.modifiers;
    let own = match event.key {
        Sign::Named(NamedKey::Shift) => Held::SHIFT,
        Sign::Named(NamedKey::Control) => Held::CONTROL,
        Sign::Named(NamedKey::Alt) => Held::ALT,
        Sign::Named(NamedKey::Meta) => Held::META,
        _ => Held::empty(),
    };
    held.set(own, event.state == KeyState::Down);
    modifiers(held)
}

/// As egui names them.
pub(super) fn modifiers(held: Held) -> Modifiers {
    let (alt, ctrl, shift) = (held.alt(), held.ctrl(), held.shift());
    let mac_cmd = cfg!(target_os = "macos") && held.meta();
    Modifiers { alt, ctrl, shift, mac_cmd, command: if cfg!(target_os = "macos") { mac_cmd } else { ctrl } }
}
