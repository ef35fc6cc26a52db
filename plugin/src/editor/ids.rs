//! Names of the things that can be touched. Fixed, so that a value under the pointer outlives a change of layout and
//! tests find what they press.

use echelon_engine::action::Gesture;
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;
use egui::Id;

/// A part of a deck that can be touched and is no row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The play, cancel and stop button.
    Play,
    /// Opens the browser.
    Load,
    /// Takes the track off.
    Eject,
    /// The gain knob.
    Gain,
    /// What goes into the echo.
    Echo,
    /// The waveform of the whole track.
    Overview,
    /// The zoomed waveform.
    Strip,
    /// The padlock.
    Lock,
    /// The button with the loop's length.
    Loop,
    /// Half the length.
    Halve,
    /// Twice the length.
    Double,
    /// Jumps back.
    JumpBack,
    /// Jumps on.
    JumpOn,
    /// How far they go.
    JumpSize,
    /// Holds back.
    NudgeBack,
    /// Pushes on.
    NudgeOn,
    /// A semitone down.
    KeyDown,
    /// A semitone up.
    KeyUp,
    /// Takes back what is pending.
    Cancel,
    /// When play and stop happen.
    Quantize,
    /// The tempo, behind which the beat grid is edited.
    Grid,
    /// The deck itself: a click chooses it for the keyboard.
    Panel,
}

/// A part of a deck.
#[must_use]
pub fn deck(deck: DeckId, part: Part) -> Id {
    Id::unique(("echelon", "part", part, deck.index()))
}

/// The button of a gesture.
#[must_use]
pub fn gesture(deck: DeckId, gesture: Gesture) -> Id {
    Id::unique(("echelon", "gesture", gesture, deck.index()))
}

/// A hot cue's pad, 1 to 8.
#[must_use]
pub fn hot_cue(deck: DeckId, number: u8) -> Id {
    Id::unique(("echelon", "hot cue", deck.index(), number))
}

/// A control of the mixer's table.
#[must_use]
pub fn knob(knob: Knob) -> Id {
    Id::unique(("echelon", "knob", knob.index()))
}

/// A band of a channel's EQ.
#[must_use]
pub fn eq(deck: DeckId, band: EqBand) -> Id {
    Id::unique(("echelon", "eq", deck.index(), band.index()))
}

/// An entry of the menu that a control opens.
#[must_use]
pub fn entry(menu: Id, index: usize) -> Id {
    Id::unique(("echelon", "entry", menu, index))
}

/// Something that there is once.
#[must_use]
pub fn once(name: &'static str) -> Id {
    Id::unique(("echelon", name))
}

/// The crossfader.
#[must_use]
pub fn crossfader() -> Id {
    once("crossfader")
}

/// The master's gain.
#[must_use]
pub fn master() -> Id {
    once("master")
}

/// A button of the browser: `up`, `home`, `refresh`, `close`, `load`, or the text field `filter`.
#[must_use]
pub fn browser(button: &'static str) -> Id {
    Id::unique(("echelon", "browser", button))
}

/// A control of a source's rules: 0 on or off, 1 its rate, 2 what it may, 3 its quantize.
#[must_use]
pub fn source(source: Source, part: u8) -> Id {
    Id::unique(("echelon", "source", source.index(), part))
}

/// What takes a folder of OSC's away.
#[must_use]
pub fn osc_folder(row: usize) -> Id {
    Id::unique(("echelon", "osc folder", row))
}

/// A line of the MIDI mapping.
#[must_use]
pub fn midi_line(place: usize) -> Id {
    Id::unique(("echelon", "midi line", place))
}

/// A row of what can be mapped, counted from the top of what the search lets through.
#[must_use]
pub fn midi_target(row: usize) -> Id {
    Id::unique(("echelon", "midi target", row))
}

/// A row of a list, counted from the top of what the filter lets through.
#[must_use]
pub fn row(index: usize) -> Id {
    Id::unique(("echelon", "browser row", index))
}
