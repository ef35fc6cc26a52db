//! What drives the rig besides its own code: OSC, MIDI, the host's parameters, the editor, the bridge.
//!
//! Every way in ends the same: a request with its [`Source`] on a queue to the executor, or a control's move in the
//! host's own block. Whether a source may act at all, what it may ask for and how often is the safety policy's
//! ([`SourceRules`](echelon_engine::safety::SourceRules)), for all of them alike. [`ControlInput`] is what they have in
//! common; each is one line of `/source/list`.

pub mod midi;
pub mod osc;

use echelon_engine::action::{Action, Setting};
use echelon_engine::safety::{SafetySettings, SafetyTelemetry, Source, SourceTally};

/// A way in.
pub trait ControlInput {
    /// By whose rules its requests go.
    fn source(&self) -> Source;

    /// What was lost on its way in, so that the policy never saw it: floods, full queues.
    fn dropped(&self) -> u64;

    /// More figures of its own, each with its name in the telemetry: `osc/late`.
    fn figures(&self) -> Vec<(String, f64)> {
        vec![]
    }

    /// The action that switches it on or off. Off, it can still stop, cancel, panic, let go of what it holds, and change
    /// settings.
    fn switch(&self, on: bool) -> Action {
        Action::Configure { setting: Setting::SourceOn { source: self.source(), on } }
    }

    /// How it stands.
    fn telemetry(&self, settings: &SafetySettings, safety: &SafetyTelemetry) -> InputTelemetry {
        let source = self.source();
        let (is_on, tally) = (settings.source(source).enabled, *safety.source(source));
        InputTelemetry { source, is_on, tally, dropped: self.dropped() }
    }
}

/// How a way in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputTelemetry {
    /// Which.
    pub source: Source,
    /// Whether it may act.
    pub is_on: bool,
    /// What it asked for, and what the policy said.
    pub tally: SourceTally,
    /// What the policy never saw.
    pub dropped: u64,
}

impl InputTelemetry {
    /// Each figure with its name in the telemetry: `source/midi/received`.
    pub fn figures(&self) -> impl Iterator<Item = (String, f64)> {
        let SourceTally { received, accepted, refused, .. } = self.tally;
        let counts = [("received", received), ("accepted", accepted), ("refused", refused), ("dropped", self.dropped)];
        let source = source_name(self.source);
        counts.into_iter().map(move |(name, count)| (format!("source/{source}/{name}"), count as f64))
    }
}

/// The part of an address that names a source: `/source/midi`.
#[must_use]
pub fn source_name(source: Source) -> String {
    format!("{source:?}").to_lowercase()
}

/// The host's hand: parameters that it automates or a person moves in its window. They act inside the block, on their
/// frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostControls;

impl ControlInput for HostControls {
    fn source(&self) -> Source {
        Source::Host
    }

    /// Of a block that holds too much the last value of each control is kept: nothing that counts is lost.
    fn dropped(&self) -> u64 {
        0
    }
}
