//! Both halves of a rig without a plugin around them: hours of music in minutes, every source of actions, any host.
//!
//! A [`RigHost`] is host, control thread and file loader in one: it makes blocks by a [`Timeline`], takes the console's
//! turns between them, answers wishes for files out of its [`Library`], and checks what holds always: no sample is left
//! out or not finite, the audio side takes no memory and no lock, every request ends in exactly one final receipt
//! ([`Ledger`]).

mod clicks;
mod ledger;
mod library;
mod model;
mod random;
mod report;
mod soak;

use std::collections::BTreeMap;

use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, Receipt, Request, RequestId, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::input::{ControlMove, HostInput, TimedInput};
use echelon_engine::log::Replay;
use echelon_engine::message::Snapshot;
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::Source;
use echelon_engine::units::{Bpm, NUM_DECKS, TimeSignature};

pub use clicks::{Click, ClickMeter};
pub use ledger::{Fired, Ledger};
pub use library::{Library, TRACKS};
pub use model::{Broken, DeckModel};
pub use random::{Chaos, Manner};
pub use report::SoakReport;
pub use soak::soak;

use crate::guard;
use crate::transport::{Edges, Said, Timeline, Transport};

/// Sources that ask through a queue of their own.
pub const QUEUED: [Source; 4] = [Source::Osc, Source::Editor, Source::Bridge, Source::State];
/// Requests that fit into each queue.
const QUEUE_CAPACITY: usize = 256;
/// Channels of the host: master and each deck, left and right.
pub const CHANNELS: usize = 2 + 2 * NUM_DECKS;

/// See the module.
pub struct RigHost {
    /// The control half.
    pub console: Console,
    /// The audio half.
    pub processor: RigProcessor,
    /// What became of requests.
    pub ledger: Ledger,
    /// Where files come from.
    pub library: Library,
    /// The last block's samples: master left, right, deck A left, right, and so on.
    pub out: [Vec<f32>; CHANNELS],
    /// What the host was told in the last block.
    pub moves: Vec<ControlMove>,
    /// What the audio side did that it must not: allocations, locks, waits.
    pub offences: guard::Counts,
    /// Every receipt, if someone keeps them.
    pub receipts: Option<Vec<Receipt>>,
    senders: BTreeMap<usize, ActionSender>,
    timeline: Timeline,
    sample_rate: f64,
    frame: u64,
    last_told: Option<u64>,
    turn: Turn,
    silence: Vec<f32>,
}

impl RigHost {
    /// A rig at a sample rate in Hz, in a host with this transport.
    ///
    /// # Panics
    /// If there can be no such rig.
    #[must_use]
    pub fn new(sample_rate: f64, transport: &Transport) -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(sample_rate)).expect("a rig");
        let mut senders = BTreeMap::new();
        for source in QUEUED {
            let (sender, receiver) = ActionQueue::new(QUEUE_CAPACITY);
            console.connect(receiver);
            senders.insert(source.index(), sender);
        }
        Self {
            console,
            processor,
            ledger: Ledger::default(),
            library: Library::new(),
            out: Default::default(),
            moves: Vec::with_capacity(64),
            offences: guard::Counts::default(),
            receipts: None,
            senders,
            timeline: transport.timeline(sample_rate),
            sample_rate,
            frame: 0,
            last_told: None,
            turn: Turn::default(),
            silence: vec![],
        }
    }

    /// Frames made so far.
    #[must_use]
    pub const fn frame(&self) -> u64 {
        self.frame
    }

    /// The host's true course.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The engine's state after the last block that the console has seen.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        self.console.snapshot()
    }

    /// Puts a request into its source's queue; `None` if that is full.
    ///
    /// # Panics
    /// If the source has no queue.
    pub fn ask(&mut self, source: Source, action: Action, timing: ActionTiming) -> Option<RequestId> {
        let request = Request::new(source, action, timing);
        let id = request.id;
        let sender = self.senders.get_mut(&source.index()).expect("a source with a queue");
        sender.send(request).ok()?;
        self.ledger.asked(id);
        Some(id)
    }

    /// One turn of the control thread.
    pub fn tick(&mut self) {
        self.tick_expecting(Vec::new);
    }

    /// One turn; `expected` gives the requests that other threads have put into queues of their own by the time at which
    /// its receipts are read.
    pub fn tick_expecting(&mut self, expected: impl FnOnce() -> Vec<RequestId>) {
        self.turn.now_secs = self.frame as f64 / self.sample_rate;
        self.library.deliver(&mut self.console, &mut self.turn);
        self.console.tick(&mut self.turn);
        for wanted in self.turn.wanted.drain(..) {
            self.library.want(wanted, self.turn.now_secs);
        }
        for id in self.turn.unwanted.drain(..) {
            self.library.forget(id);
        }
        // Files that are there at once.
        self.library.deliver(&mut self.console, &mut self.turn);
        self.turn.ejects.clear();
        self.turn.restored.clear();
        self.ledger.expect(expected());
        self.ledger.read(&self.turn.receipts, self.console.log());
        if let Some(kept) = &mut self.receipts {
            kept.extend_from_slice(&self.turn.receipts);
        }
        self.turn.receipts.clear();
    }

    /// Hands over what a log says was done before a frame: to be called before the block that ends there.
    pub fn replay_to(&mut self, replay: &mut Replay, frame: u64) {
        while let Some(step) = replay.next_before(frame) {
            let track = if let Action::LoadDeck { path, .. } = &step.action { self.library.track(path) } else { None };
            self.console.replay(step, track);
        }
    }

    /// Makes frames in one block, cut where the host cuts it. Inputs are on frames of the whole.
    pub fn block(&mut self, frames: u32, inputs: &[TimedInput]) {
        self.out.iter_mut().for_each(Vec::clear);
        self.moves.clear();
        let end = self.frame + u64::from(frames);
        let begin = self.frame;
        let mut inputs = inputs;
        loop {
            let cut = self.timeline.next_edge(self.frame).filter(|edge| *edge < end);
            let (to, mid_block) = match (cut, self.timeline.edges()) {
                (Some(cut), Edges::Split) => (cut, false),
                (Some(_), Edges::MidBlock) => (end, true),
                _ => (end, false),
            };
            let count = inputs.iter().take_while(|input| begin + u64::from(input.frame) < to).count();
            let (now, rest) = inputs.split_at(if to == end { inputs.len() } else { count });
            inputs = rest;
            let offset = (self.frame - begin) as u32;
            let mut own: Vec<TimedInput> =
                now.iter().map(|input| TimedInput { frame: input.frame - offset, ..*input }).collect();
            if mid_block {
                self.tell_edges(to, &mut own);
            }
            self.part((to - self.frame) as u32, &own);
            if to == end {
                return;
            }
        }
    }

    /// The edges of the transport up to a frame, as events among the inputs.
    fn tell_edges(&self, to: u64, inputs: &mut Vec<TimedInput>) {
        let mut at = self.frame;
        while let Some(edge) = self.timeline.next_edge(at).filter(|edge| *edge < to) {
            if let Some(said) = self.timeline.said_at(edge, self.last_told) {
                let frame = (edge - self.frame) as u32;
                let place = inputs.partition_point(|input| input.frame < frame);
                inputs.insert(place, TimedInput { frame, input: HostInput::Transport(transport(&said)) });
            }
            at = edge;
        }
    }

    fn part(&mut self, frames: u32, inputs: &[TimedInput]) {
        let said = self.timeline.said_at(self.frame, self.last_told);
        let transport = said.as_ref().map_or(HostTransport::SILENT, transport);
        self.last_told = Some(self.frame);
        let (start, n) = (self.out[0].len(), frames as usize);
        self.silence.resize(self.silence.len().max(n), 0.0);
        for channel in &mut self.out {
            channel.resize(start + n, f32::NAN);
        }
        let Self { processor, out, moves, silence, .. } = self;
        let silence = &silence[..n];
        let mut io = BlockIo::over(out.iter_mut().map(|channel| &mut channel[start..]), silence);
        let block = BlockInput { frames, transport, inputs };
        let ((), report) = guard::watch(|| processor.process(&mut io, block, moves));
        self.offences.add(&report.counts);
        if let Some(first) = report.first {
            panic!("the audio side did what it must not: {:?} by\n{}", first.kind, first.backtrace);
        }
        for (channel, samples) in self.out.iter().enumerate() {
            let bad = samples[start..].iter().position(|sample| !sample.is_finite());
            assert!(bad.is_none(), "channel {channel}, frame {}: {:?}", self.frame, bad.map(|at| samples[start + at]));
        }
        self.frame += u64::from(frames);
    }

    /// Blocks of a size up to a frame, with a turn before each.
    pub fn run_to(&mut self, frame: u64, block: u32) {
        while self.frame < frame {
            self.tick();
            self.block((frame - self.frame).min(u64::from(block)) as u32, &[]);
        }
        self.tick();
    }

    /// Takes back all that is pending, and runs on for a second: by then every request has its answer.
    pub fn settle(&mut self) {
        self.ask(Source::State, Action::Panic, ActionTiming::Immediate);
        self.run_to(self.frame + 48_000, 512);
    }

    /// Takes everything off the decks, and runs on until nothing is pending and nothing can be undone.
    ///
    /// # Panics
    /// If a request has no answer, or a track does not come back.
    pub fn wind_up(&mut self) {
        use echelon_engine::units::DeckId;
        self.ask(Source::State, Action::Panic, ActionTiming::Immediate);
        for deck in DeckId::ALL {
            self.ask(Source::State, Action::SetLock { deck, locked: false }, ActionTiming::Immediate);
        }
        self.run_to(self.frame + 48_000, 512);
        for deck in DeckId::ALL {
            self.ask(Source::State, Action::EjectDeck { deck }, ActionTiming::Immediate);
        }
        // The slowest tempo that a soak has, and the longest bar: eight of them.
        for _ in 0..400 {
            self.run_to(self.frame + 24_000, 8192);
            if self.ledger.open() == 0 && self.library.lent() == 0 {
                return;
            }
        }
        panic!(
            "after the end {} requests have no answer and {} tracks have not come back: {}",
            self.ledger.open(),
            self.library.lent(),
            self.ledger
        );
    }
}

/// A host's words as the engine takes them.
#[must_use]
pub fn transport(said: &Said) -> HostTransport {
    HostTransport {
        playing: said.playing,
        tempo: said.tempo.and_then(Bpm::new),
        tempo_step_bpm: said.tempo_step,
        song_beats: said.beats,
        song_secs: said.secs,
        bar_start_beats: said.bar_start_beats,
        signature: said.signature.and_then(|(numerator, denominator)| TimeSignature::new(numerator, denominator)),
        loop_beats: said.loop_beats,
    }
}
