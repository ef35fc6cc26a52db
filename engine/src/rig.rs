//! The rig's two halves and the rings between them.

use ringbuf::traits::Split;
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::action::{ActionExecutor, Timeline};
use crate::console::{Console, MAX_LISTENED};
use crate::graph::{CommandReceiver, GraphConfig, GraphControl, GraphError, Parallel};
use crate::message::{ControlEvent, EngineEvent, Garbage, Snapshot};
use crate::midi::MidiHeard;
use crate::mixer::{Mixer, MixerParts};
use crate::processor::RigProcessor;

/// Deeds on their way to the audio thread. Full: they wait in the executor.
const CONTROL_CAPACITY: usize = 256;
/// Events on their way back. Full: counted; the next snapshot sets the shadow right.
const EVENT_CAPACITY: usize = EVENTS_FOR_REQUESTS + 1024;
/// Of these, kept for what comes of requests, so that no receipt is lost: each makes at most five events, and before the
/// control side empties the ring again no more can be done than the timeline and two fillings of the ring to it hold.
pub(crate) const EVENTS_FOR_REQUESTS: usize = 5 * (Timeline::ROOM + 2 * CONTROL_CAPACITY);

/// MIDI messages on their way to a monitor. Full: counted; the music goes on.
const HEARD_CAPACITY: usize = 1024;

/// What a rig is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RigConfig {
    /// In Hz.
    pub sample_rate: f64,
    /// Threads that may share the work of a block, the audio thread included; 1 for none but that.
    pub lanes: usize,
    /// When they do.
    pub parallel: Parallel,
    /// Whether the master has its limiter, which makes everything late by [`Console::latency_frames`]. Without it nothing
    /// is late, and nothing keeps the master from going over 0 dB.
    pub limiter: bool,
}

impl RigConfig {
    /// One lane, no limiter. `sample_rate` in Hz.
    #[must_use]
    pub const fn new(sample_rate: f64) -> Self {
        Self { sample_rate, lanes: 1, parallel: Parallel::Auto, limiter: false }
    }
}

/// The audio half's ends.
pub(crate) struct AudioLinks {
    pub(crate) commands: CommandReceiver,
    pub(crate) control: HeapCons<ControlEvent>,
    pub(crate) events: HeapProd<EngineEvent>,
    pub(crate) garbage: HeapProd<Garbage>,
    pub(crate) snapshot: triple_buffer::Input<Snapshot>,
    pub(crate) heard: HeapProd<MidiHeard>,
}

/// The control half's ends.
pub(crate) struct ControlLinks {
    pub(crate) graph: GraphControl,
    pub(crate) control: HeapProd<ControlEvent>,
    pub(crate) events: HeapCons<EngineEvent>,
    pub(crate) garbage: HeapCons<Garbage>,
    pub(crate) snapshot: triple_buffer::Output<Snapshot>,
    pub(crate) heard: HeapCons<MidiHeard>,
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
        // Room for every track that can be out there, and for as many settings as fit on the way: it cannot fill.
        let (garbage_tx, garbage_rx) =
            HeapRb::new(ActionExecutor::MAX_LIVE_TRACKS + MAX_LISTENED + CONTROL_CAPACITY).split();
        let (heard_tx, heard_rx) = HeapRb::new(HEARD_CAPACITY).split();
        let (snapshot_tx, snapshot_rx) = triple_buffer::triple_buffer(&Snapshot::default());
        let graph = GraphConfig { lanes: config.lanes.max(1), ..GraphConfig::new(config.sample_rate) };
        let MixerParts { mixer, control: mut graph, commands, scheduler } = Mixer::build(graph, config.limiter)?;
        graph.set_parallel(config.parallel)?;
        let audio = AudioLinks {
            commands,
            control: control_rx,
            events: events_tx,
            garbage: garbage_tx,
            snapshot: snapshot_tx,
            heard: heard_tx,
        };
        let console = ControlLinks {
            graph,
            control: control_tx,
            events: events_rx,
            garbage: garbage_rx,
            snapshot: snapshot_rx,
            heard: heard_rx,
        };
        Ok((Console::new(console), RigProcessor::new(config.sample_rate, audio, mixer, scheduler)))
    }
}
