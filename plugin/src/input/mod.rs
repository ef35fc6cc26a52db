//! What drives the rig besides the host: OSC, MIDI, the editor.
//!
//! Every way in ends the same: a request with its [`Source`] on a queue to the executor, or a parameter's move in the
//! host's own block. Whether a source may act at all, what it may ask for and how often is the safety policy's
//! ([`SourceRules`](echelon_engine::safety::SourceRules)); so are the counts of what it asked for and what was refused.

pub mod midi;
pub mod osc;

use echelon_engine::action::{Action, Setting};
use echelon_engine::safety::Source;

/// A way in.
pub trait ControlInput {
    /// By whose rules its requests go.
    fn source(&self) -> Source;

    /// What went through it, each figure with its name in the telemetry: `osc/dropped`.
    fn figures(&self) -> Vec<(String, f64)>;

    /// The action that switches it on or off. Off, it can still stop, cancel, panic and change settings.
    fn switch(&self, on: bool) -> Action {
        Action::Configure { setting: Setting::SourceOn { source: self.source(), on } }
    }
}
