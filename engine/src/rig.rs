//! The rig's two halves and the rings between them.

use ringbuf::traits::Split;
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::action::ActionExecutor;
use crate::console::Console;
use crate::graph::GraphError;
use crate::message::{ControlEvent, EngineEvent, Garbage, Snapshot};
use crate::processor::RigProcessor;

/// Deeds on their way to the audio thread. Full: they wait in the executor.
const CONTROL_CAPACITY: usize = 256;
/// Events on their way back. Full: counted; the next snapshot sets the shadow right.
const EVENT_CAPACITY: usize = 1024;

/// What a rig is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RigConfig {
    /// In Hz.
    pub sample_rate: f64,
}

/// The audio half's ends.
pub(crate) struct AudioLinks {
    pub(crate) control: HeapCons<ControlEvent>,
    pub(crate) events: HeapProd<EngineEvent>,
    pub(crate) garbage: HeapProd<Garbage>,
    pub(crate) snapshot: triple_buffer::Input<Snapshot>,
}

/// The control half's ends.
pub(crate) struct ControlLinks {
    pub(crate) control: HeapProd<ControlEvent>,
    pub(crate) events: HeapCons<EngineEvent>,
    pub(crate) garbage: HeapCons<Garbage>,
    pub(crate) snapshot: triple_buffer::Output<Snapshot>,
}

/// Makes a rig: one half for the control thread, one for the audio thread.
#[derive(Debug)]
pub struct Rig;

impl Rig {
    /// The two halves. Not real-time.
    ///
    /// # Errors
    /// [`GraphError`] never, unless the mixer's graph contradicts itself.
    #[expect(clippy::new_ret_no_self, reason = "a rig is its two halves")]
    pub fn new(config: RigConfig) -> Result<(Console, RigProcessor), GraphError> {
        let (control_tx, control_rx) = HeapRb::new(CONTROL_CAPACITY).split();
        let (events_tx, events_rx) = HeapRb::new(EVENT_CAPACITY).split();
        // Room for every track that can be out there: it cannot fill.
        let (garbage_tx, garbage_rx) = HeapRb::new(ActionExecutor::MAX_LIVE_TRACKS).split();
        let (snapshot_tx, snapshot_rx) = triple_buffer::triple_buffer(&Snapshot::default());
        let audio = AudioLinks { control: control_rx, events: events_tx, garbage: garbage_tx, snapshot: snapshot_tx };
        let console =
            ControlLinks { control: control_tx, events: events_rx, garbage: garbage_rx, snapshot: snapshot_rx };
        Ok((Console::new(console), RigProcessor::new(config, audio)?))
    }
}
