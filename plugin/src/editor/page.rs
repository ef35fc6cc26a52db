//! The pages of the editor and their tabs.

use egui::{Key, Rect, Ui};

use super::button::{Face, button};
use super::{ids, layout, theme};

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    /// Decks and mixer.
    #[default]
    Play,
    /// Files.
    Library,
    /// The MIDI mapping.
    Midi,
    /// Open Sound Control.
    Osc,
    /// What is refused, and what happened.
    Safety,
    /// How the editor and the rig behave.
    Setup,
}

impl Page {
    /// Every page, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::Play, Self::Library, Self::Midi, Self::Osc, Self::Safety, Self::Setup];

    /// The word on its tab.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Play => "PLAY",
            Self::Library => "LIBRARY",
            Self::Midi => "MIDI",
            Self::Osc => "OSC",
            Self::Safety => "SAFETY",
            Self::Setup => "SETUP",
        }
    }

    /// The key that opens it.
    #[must_use]
    pub const fn key(self) -> Key {
        match self {
            Self::Play => Key::Num5,
            Self::Library => Key::Num6,
            Self::Midi => Key::Num7,
            Self::Osc => Key::Num8,
            Self::Safety => Key::Num9,
            Self::Setup => Key::Num0,
        }
    }
}

impl Page {
    /// The other key that opens it.
    #[must_use]
    pub const fn function_key(self) -> Key {
        match self {
            Self::Play => Key::F1,
            Self::Library => Key::F2,
            Self::Midi => Key::F3,
            Self::Osc => Key::F4,
            Self::Safety => Key::F5,
            Self::Setup => Key::F6,
        }
    }
}

/// Draws the tabs. Returns the page that was chosen.
pub fn tabs(ui: &Ui, rect: Rect, now: Page) -> Option<Page> {
    let mut chosen = None;
    for (page, tab) in Page::ALL.into_iter().zip(layout::share(rect, 3.0, [1.0, 1.35, 0.95, 0.9, 1.2, 1.1])) {
        let plain = Face { size: 12.0, ..Face::plain(page.word()) };
        let face = if page == now { Face { fill: theme::resting(), ink: theme::ink(), ..plain } } else { plain };
        let response = button(ui, tab, ids::once(page.word()), face);
        if response.clicked() {
            chosen = Some(page);
        }
        response.on_hover_text(format!("Key: {}", page.key().symbol_or_name()));
    }
    chosen
}
