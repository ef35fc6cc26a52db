//! The control half of a rig: may allocate, never on the audio thread.

use std::sync::Arc;

use ringbuf::traits::{Consumer, Observer, Producer};

use crate::action::{ActionExecutor, ActionReceiver, Question, RequestId, Turn};
use crate::clock::ClockPolicy;
use crate::deck::{ListenTo, Track};
use crate::graph::LaneEntry;
use crate::log::{ActionLog, ReplayStep};
use crate::message::{ControlEvent, Garbage, Snapshot};
use crate::midi::{MidiHeard, MidiTable};
use crate::processor::MAX_COMMANDS_PER_TICK;
use crate::rig::ControlLinks;
use crate::safety::{DeckState, SafetyPolicy, SafetySettings, SafetyTelemetry};
use crate::shadow::EngineShadowState;
use crate::telemetry::SchedulerTelemetry;
use crate::units::DeckId;

/// Takes requests, answers with receipts, and keeps the shadow of the engine's state. Control thread.
pub struct Console {
    links: ControlLinks,
    executor: ActionExecutor,
    shadow: EngineShadowState,
    /// For the audio thread, as soon as there is room.
    midi: MidiWaits,
    listen: ListenWaits,
}

/// What the headphones alone shall play, and how many tracks of that the audio side has.
#[derive(Debug, Default)]
struct ListenWaits {
    /// To be sent: a track, or silence.
    word: Option<Option<ListenTo>>,
    live: usize,
}

/// Tracks for the headphones alone that the audio side may have at once; more wait until one is back.
pub(crate) const MAX_LISTENED: usize = 8;

/// What MIDI has to tell the audio thread.
#[derive(Debug, Default)]
struct MidiWaits {
    table: Option<Box<MidiTable>>,
    lights: bool,
}

/// The engine's controller, both ways: control events to the audio thread by its command ring, feedback from there. It is
/// the [`Console`], one half of a [`Rig`](crate::rig::Rig).
///
/// ```
/// use echelon_engine::action::{Action, ActionQueue, ActionTiming, Receipt, Request, Turn};
/// use echelon_engine::clock::HostTransport;
/// use echelon_engine::console::EngineController;
/// use echelon_engine::processor::{BlockInput, BlockIo};
/// use echelon_engine::rig::{Rig, RigConfig};
/// use echelon_engine::safety::Source;
/// use echelon_engine::units::NUM_DECKS;
///
/// let (controller, mut processor) = Rig::new(RigConfig::new(48_000.0))?;
/// let mut controller: EngineController = controller;
/// let (mut sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
/// controller.connect(receiver);
/// sender.send(Request::new(Source::Osc, Action::SetCrossfader { position: 0.25 }, ActionTiming::Immediate))?;
/// let mut turn = Turn { now_secs: 1.0, ..Turn::default() };
/// // There: the fader's move goes to the audio thread, which makes a block.
/// controller.tick(&mut turn);
/// let (silence, mut out) = ([0.0; 480], vec![[0.0; 480]; 2 + 2 * NUM_DECKS]);
/// let mut io = BlockIo::over(out.iter_mut().map(|channel| &mut channel[..]), &silence);
/// let block = BlockInput { frames: 480, transport: HostTransport::SILENT, inputs: &[] };
/// processor.process(&mut io, block, &mut Vec::with_capacity(16));
/// // And back: the controller hears on which frame it happened.
/// controller.tick(&mut turn);
/// assert!(turn.receipts.iter().any(|receipt| matches!(receipt, Receipt::Done { .. })));
/// assert_eq!(controller.snapshot().frames, 480);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type EngineController = Console;

impl Console {
    pub(crate) fn new(links: ControlLinks) -> Self {
        Self {
            links,
            executor: ActionExecutor::default(),
            shadow: EngineShadowState::default(),
            midi: MidiWaits::default(),
            listen: ListenWaits::default(),
        }
    }

    /// Takes requests from one more source.
    pub fn connect(&mut self, receiver: ActionReceiver) {
        self.executor.connect(receiver);
    }

    /// One turn: feedback in, requests checked and sent on, garbage dropped. To be called every 10 ms, and at once when
    /// a request came in. Appends what became of the requests.
    pub fn tick(&mut self, turn: &mut Turn) {
        self.collect_garbage();
        self.read_feedback(turn);
        self.executor.execute_pending(&self.shadow, turn);
        self.send();
    }

    /// The file of a [`WantedTrack`](crate::action::WantedTrack) is decoded.
    pub fn track_ready(&mut self, id: RequestId, track: Arc<Track>, turn: &mut Turn) {
        self.executor.track_ready(id, track, turn);
        self.send();
    }

    /// The file of a [`WantedTrack`](crate::action::WantedTrack) cannot be had; `text` says why.
    pub fn track_failed(&mut self, id: RequestId, text: String, turn: &mut Turn) {
        self.executor.track_failed(id, text, turn);
    }

    /// A [`WantedTrack`](crate::action::WantedTrack) was given up for a newer one.
    pub fn track_cancelled(&mut self, id: RequestId, turn: &mut Turn) {
        self.executor.track_cancelled(id, turn);
    }

    /// Whether a stop, a cancel or a panic waits in a queue behind what the last turn had no time for: then another turn
    /// should come at once.
    #[must_use]
    pub fn has_urgent(&self) -> bool {
        self.executor.has_urgent()
    }

    /// The engine's state after a recent block.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        self.shadow.snapshot()
    }

    /// What a deck is doing, as far as is known: newer than the snapshot where an event said so.
    #[must_use]
    pub const fn deck_state(&self, deck: DeckId) -> DeckState {
        self.shadow.state(deck)
    }

    /// Whether something would be admitted now. Changes nothing.
    ///
    /// # Errors
    /// The code and the sentence of the refusal.
    pub fn can(&self, question: &Question<'_>) -> Result<(), (&'static str, String)> {
        self.executor.can(question, &self.shadow)
    }

    /// The safety policy as the control side knows it.
    #[must_use]
    pub const fn policy(&self) -> &SafetyPolicy {
        self.executor.policy()
    }

    /// The clock's settings.
    #[must_use]
    pub const fn clock_policy(&self) -> ClockPolicy {
        self.executor.clock_policy()
    }

    /// Goes by other safety settings from now on.
    pub fn set_safety(&mut self, settings: SafetySettings) {
        self.executor.set_safety(settings);
        self.send();
    }

    /// MIDI is read by this mapping from the next block on.
    pub fn set_midi(&mut self, table: MidiTable) {
        self.midi.table = Some(Box::new(table));
        self.send();
    }

    /// Every light of the controllers is sent again.
    pub fn show_lights(&mut self) {
        self.midi.lights = true;
        self.send();
    }

    /// Plays a track to the headphones alone, or nothing there any more. It takes the place of what plays there; nothing
    /// else changes, and the master never has it.
    pub fn listen(&mut self, to: Option<ListenTo>) {
        self.listen.word = Some(to);
        self.send();
    }

    /// A MIDI message that came, the oldest first.
    pub fn take_heard(&mut self) -> Option<MidiHeard> {
        self.links.heard.try_pop()
    }

    /// What admission and execution have refused, locked and cooled down so far.
    #[must_use]
    pub fn safety_telemetry(&self) -> SafetyTelemetry {
        self.executor.policy().telemetry().plus(&self.shadow.snapshot().safety_telemetry)
    }

    /// How the scheduler has fared so far.
    #[must_use]
    pub fn telemetry(&self) -> SchedulerTelemetry {
        self.executor.telemetry()
    }

    /// What was asked, and what became of it.
    #[must_use]
    pub const fn log(&self) -> &ActionLog {
        self.executor.log()
    }

    /// Lets come again what a log says came: see [`crate::log::Replay`]. `track` is what a load had brought. All that
    /// comes in a block is to be handed over before it is made; up to 100 deeds of one block find their way.
    #[expect(clippy::result_large_err, reason = "what finds no room comes back whole: nothing is boxed on this way")]
    pub fn replay(&mut self, step: ReplayStep, track: Option<Arc<Track>>) {
        self.executor.replay(step, track);
        let control = &mut self.links.control;
        self.executor.tick(|event| control.try_push(event));
    }

    /// What threads that the host lends call to take part in a block.
    #[must_use]
    pub fn lane_entry(&self) -> LaneEntry {
        self.links.graph.lane_entry()
    }

    /// By how many frames all that comes out is late. The same for as long as the rig lives.
    #[must_use]
    pub const fn latency_frames(&self) -> u32 {
        self.links.graph.latency_frames()
    }

    fn collect_garbage(&mut self) {
        while let Some(garbage) = self.links.garbage.try_pop() {
            match garbage {
                Garbage::Track(_) => self.executor.track_returned(),
                Garbage::Listened(_) => self.listen.live = self.listen.live.saturating_sub(1),
                Garbage::Safety(_) | Garbage::Midi(_) => {}
            }
        }
        // Old plans too. A ring that is full now has room in a later turn.
        _ = self.links.graph.commit();
    }

    fn read_feedback(&mut self, turn: &mut Turn) {
        if self.links.snapshot.update() {
            self.shadow.observe(self.links.snapshot.output_buffer_mut());
        }
        while let Some(event) = self.links.events.try_pop() {
            self.shadow.apply(&event);
            self.executor.hear(&event, turn);
        }
    }

    /// No more than the audio thread takes in one block: what comes next must not wait behind a heap. What is urgent goes
    /// at once with all that is before it, between words that let the audio thread take all of it in one block.
    #[expect(clippy::result_large_err, reason = "what finds no room comes back whole: nothing is boxed on this way")]
    fn send(&mut self) {
        let control = &mut self.links.control;
        if let Some(table) = self.midi.table.take()
            && let Err(ControlEvent::SetMidi(table)) = control.try_push(ControlEvent::SetMidi(table))
        {
            self.midi.table = Some(table);
        }
        if self.midi.lights {
            self.midi.lights = control.try_push(ControlEvent::ShowLights).is_err();
        }
        if let Some(word) = self.listen.word.take() {
            let is_track = word.is_some();
            let has_room = !is_track || self.listen.live < MAX_LISTENED;
            match if has_room { control.try_push(ControlEvent::Listen(word)) } else { Err(ControlEvent::Listen(word)) }
            {
                Err(ControlEvent::Listen(word)) => self.listen.word = Some(word),
                _ => self.listen.live += usize::from(is_track),
            }
        }
        let (urgent, mut sent) = (self.executor.urgent_len(), 0);
        self.executor.tick(|event| {
            let has_room =
                if sent < urgent { control.vacant_len() >= 2 } else { control.occupied_len() < MAX_COMMANDS_PER_TICK };
            if !has_room {
                return Err(event);
            }
            if sent < urgent && sent % (MAX_COMMANDS_PER_TICK / 2) == 0 {
                control.try_push(ControlEvent::Until(0))?;
            }
            sent += 1;
            control.try_push(event)
        });
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("executor", &self.executor).finish_non_exhaustive()
    }
}
