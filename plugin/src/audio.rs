//! The audio half of a rig, and what one block of it is.
//!
//! It is made when the host first activates the plugin: a scan costs no thread and no socket.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};

use crate::control::{EditorHands, SchedulerThread};
use crate::host::{self, Exchange, HostLink};
use crate::peers::{AudioEar, LinkSession};
use crate::state::SavedState;
use crate::view::SharedView;

/// A rig that runs: its audio half with its ear for a session, and the thread of its control half.
pub struct AudioHalf {
    processor: RigProcessor,
    control: SchedulerThread,
    ear: AudioEar,
}

// SAFETY: it is `Send`, and a shared reference gives access to nothing: the fields are private to this file, and every
// method takes `&mut self`.
unsafe impl Sync for AudioHalf {}

impl AudioHalf {
    /// Makes a rig at a sample rate in Hz and starts its control side. Not real-time. `None` if the rate is none for
    /// the engine, or the system gives no thread.
    pub(crate) fn start(
        link: &Arc<HostLink>,
        sample_rate: f64,
        saved: SavedState,
        view: SharedView,
        hands: &EditorHands,
    ) -> Option<Self> {
        let (lanes, parallel) = (link.threads.lanes(), host::parallel());
        let (console, processor) =
            Rig::new(RigConfig { sample_rate, lanes, parallel, limiter: host::limiter() }).ok()?;
        let entry = console.lane_entry();
        link.latency_frames.store(console.latency_frames(), Ordering::Relaxed);
        let (session, ear) = LinkSession::create();
        // The host's thread waits for the tracks; the values need not.
        let waiting = Arc::downgrade(link);
        let resend = move || waiting.upgrade().into_iter().for_each(|link| link.resend());
        let control = SchedulerThread::start(console, saved, view, session, hands, resend).ok()?;
        link.threads.connect(entry);
        Some(Self { processor, control, ear })
    }

    /// Prepares for a sample rate in Hz. Not real-time.
    pub(crate) fn prepare(&mut self, sample_rate: f64) {
        self.processor.prepare(sample_rate);
    }

    /// Waits a moment until the tracks of the project that was opened are there. Not real-time.
    pub(crate) fn wait_for_project(&mut self) {
        self.control.wait_for_project();
    }

    /// Makes one block: what the host sends comes in `exchange`, what is for the host goes out with it.
    ///
    /// # Real-time
    /// As the engine; a block that the host renders offline takes the control side's turn, and may wait.
    pub(crate) fn run(&mut self, link: &HostLink, io: &mut BlockIo<'_>, exchange: &mut Exchange) {
        let _turn = exchange.offline.then(|| self.control.turn_offline());
        let frames = u32::try_from(io.master[0].len()).unwrap_or(u32::MAX);
        let late = link.latency_micros(self.processor.sample_rate());
        let session = self.ear.hear(self.processor.bar_beats(), late);
        self.processor.hear_session(session, frames, exchange.offline, exchange.ahead);
        let block = BlockInput { frames, transport: exchange.transport, inputs: &exchange.inputs };
        self.processor.process(io, block, &mut exchange.moves);
        exchange.push_midi(self.processor.midi_out());
    }
}
