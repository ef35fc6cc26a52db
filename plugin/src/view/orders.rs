//! What the editor asks of the control side that is no action of the rig: nothing of it makes or changes sound at once.

use std::path::PathBuf;

use echelon_engine::units::DeckId;

use crate::editor::Look;
use crate::input::midi::MapLine;
use crate::input::osc::SettingsChange;
use crate::media::GridEdit;
use crate::peers::Command;

/// Something for the control side.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// For the MIDI desk.
    Midi(MidiOrder),
    /// For the session with others.
    Session(Command),
    /// Another name in OSC addresses.
    OscName(String),
    /// Another UDP port for OSC.
    OscPort(u16),
    /// Other settings of OSC's network or folders.
    OscSettings(SettingsChange),
    /// For the shelf of files that are on no deck.
    Shelf(ShelfOrder),
    /// A file for the headphones alone, from a part of its length on (0..1); or none any more.
    Listen(Option<(PathBuf, f64)>),
    /// The beat grid of the track on a deck is to be another.
    Grid {
        /// Which deck.
        deck: DeckId,
        /// How.
        edit: GridEdit,
    },
    /// The look that was chosen: new instances begin with it.
    KeepLook(Look),
}

/// What is asked about files that are on no deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShelfOrder {
    /// Were these analysed before?
    Look(Vec<PathBuf>),
    /// These are to be analysed.
    Analyse(Vec<PathBuf>),
    /// This one is to be seen.
    Preview(PathBuf),
    /// What do these say of themselves? They are in sight.
    Tags(Vec<PathBuf>),
    /// The same of all of a list, behind those in sight; of another list it is not wanted any more.
    TagList(Vec<PathBuf>),
    /// No more analysing.
    Stop,
}

/// What is done to the MIDI mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum MidiOrder {
    /// Waits for a control to be moved.
    Learn {
        /// The target's name.
        to: String,
        /// In which layer.
        shift: Option<bool>,
    },
    /// Learns no longer.
    StopLearn,
    /// Takes what was learnt.
    Keep {
        /// Lines that the same control works go.
        replaces: bool,
    },
    /// A line by hand.
    Add(MapLine),
    /// Another line in the place of one.
    Set(usize, MapLine),
    /// A line goes.
    Remove(usize),
    /// The last change is taken back.
    Undo,
    /// A file's mapping.
    Import(PathBuf),
    /// The mapping into a file.
    Export(PathBuf),
    /// A mapping that comes with the plugin, by its name.
    LoadShipped(String),
    /// Whether lights are told.
    Lights(bool),
    /// Every light again.
    SendLights,
}
