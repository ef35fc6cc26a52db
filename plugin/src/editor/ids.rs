//! Names of the things that can be touched. Fixed, so that a value under the pointer outlives a change of layout and
//! tests find what they press.

use echelon_engine::units::DeckId;
use egui::Id;

/// A part of a deck that can be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The play, cancel and stop button.
    Play,
    /// Opens the browser.
    Load,
    /// The gain fader.
    Gain,
    /// The waveform.
    Overview,
    /// The deck itself: a click chooses it for the keyboard.
    Panel,
}

/// A part of a deck.
#[must_use]
pub fn deck(deck: DeckId, part: Part) -> Id {
    Id::unique(("echelon", part, deck.index()))
}

/// The crossfader.
#[must_use]
pub fn crossfader() -> Id {
    Id::unique(("echelon", "crossfader"))
}

/// The master's gain.
#[must_use]
pub fn master() -> Id {
    Id::unique(("echelon", "master"))
}

/// A button of the browser: `up`, `home`, `refresh`, `close`, `load`, or the text field `filter`.
#[must_use]
pub fn browser(button: &'static str) -> Id {
    Id::unique(("echelon", "browser", button))
}

/// A row of the browser's list, counted from the top of what the filter lets through.
#[must_use]
pub fn row(index: usize) -> Id {
    Id::unique(("echelon", "browser row", index))
}
