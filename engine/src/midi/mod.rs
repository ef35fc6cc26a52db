//! MIDI on the audio thread: from bytes to what a mapping says they do, on their own frame, and back to the controller's
//! lights. Files, learning and names are the plugin's; here is only what a block needs.
//!
//! ```text
//! bytes -> MidiMessage -> Assembler (14-bit pairs, NRPN) -> Reading -> MidiTable (sorted; binary search) -> Binding
//! ```

mod assemble;
mod binding;
mod light;
mod message;
mod source;
mod table;
mod takeover;
mod travel;

pub use assemble::{Assembler, Readings};
pub use binding::{Binding, GestureEnds, MidiTarget, Mode, Relative, Shift};
pub use light::{Light, LightState, Lights};
pub use message::MidiMessage;
pub use source::{MidiSource, Reading, SourceKind};
pub use table::MidiTable;
pub use takeover::{Hand, Takeover};
pub use travel::Travel;

/// A message that came, for a monitor or for learning: the frame counts from the first that the rig made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MidiHeard {
    /// When.
    pub frame: u64,
    /// A channel message.
    pub bytes: [u8; 3],
    /// Whether a binding of the mapping took it.
    pub is_mapped: bool,
}

/// A message for the host, to a controller's lights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MidiOut {
    /// Frame in the block.
    pub frame: u32,
    /// A channel message.
    pub bytes: [u8; 3],
}

/// What MIDI has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MidiCounts {
    /// Messages that came.
    pub received: u64,
    /// Messages that no binding takes.
    pub unmapped: u64,
    /// Positions of faders that have not picked their value up yet.
    pub waiting: u64,
    /// Messages that the monitor missed.
    pub unheard: u64,
    /// Messages sent to lights.
    pub sent: u64,
}
