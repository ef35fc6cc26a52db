//! What a host is like: everything that is decided before an instance is created.

use std::collections::BTreeMap;

use echelon_engine::units::DeckId;

use crate::blocks::Blocks;
use crate::buses::BusFault;
use crate::clap::ThreadPool;
use crate::events::Delivery;
use crate::format::Format;
use crate::host::MiniHost;
use crate::sound::Sound;
use crate::transport::Transport;

/// A kind of host. Start from [`Setup::new`] and change what the test is about; open any number of instances from it.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(crate) sample_rate: f64,
    pub(crate) blocks: Blocks,
    pub(crate) max_block: Option<u32>,
    pub(crate) transport: Transport,
    pub(crate) offline: bool,
    pub(crate) limiter: bool,
    pub(crate) real_time: bool,
    pub(crate) hop: Option<Hop>,
    pub(crate) restart_every_block: bool,
    pub(crate) in_place: bool,
    pub(crate) faults: Vec<BusFault>,
    pub(crate) delivery: Delivery,
    pub(crate) inputs: BTreeMap<usize, Sound>,
    pub(crate) state: Option<Vec<u8>>,
    pub(crate) thread_pool: Option<ThreadPool>,
    pub(crate) network: bool,
    pub(crate) tolerates_guard: bool,
    pub(crate) tolerates_misuse: bool,
    pub(crate) tolerates_errors: bool,
}

/// Processing in bursts, by several threads in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub threads: usize,
    pub burst_blocks: u32,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            sample_rate: 48_000.0,
            blocks: Blocks::Fixed(512),
            max_block: None,
            transport: Transport::rolling(120.0),
            offline: false,
            limiter: false,
            real_time: false,
            hop: None,
            restart_every_block: false,
            in_place: false,
            faults: Vec::new(),
            delivery: Delivery::Sorted,
            inputs: BTreeMap::new(),
            state: None,
            thread_pool: None,
            network: false,
            tolerates_guard: false,
            tolerates_misuse: false,
            tolerates_errors: false,
        }
    }
}

impl Setup {
    /// 48 kHz, blocks of 512 frames, rolling from song position 0 at 120 BPM in 4/4, as fast as the machine can.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sample rate in Hz.
    #[must_use]
    pub fn sample_rate(mut self, hz: f64) -> Self {
        self.sample_rate = hz;
        self
    }

    /// Block sizes.
    #[must_use]
    pub fn blocks(mut self, blocks: Blocks) -> Self {
        self.blocks = blocks;
        self
    }

    /// Tells the plugin a larger maximum block than ever comes, as hosts do.
    #[must_use]
    pub fn max_block(mut self, frames: u32) -> Self {
        self.max_block = Some(frames);
        self
    }

    /// The transport's script.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// With the master's limiter and its latency. Without, samples come out as they are, on their frame.
    #[must_use]
    pub const fn limiter(mut self) -> Self {
        self.limiter = true;
        self
    }

    /// The host says that it renders offline (CLAP `clap.render`, VST3 `kOffline`).
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// Blocks come when their time has come, not as fast as possible.
    #[must_use]
    pub fn real_time(mut self) -> Self {
        self.real_time = true;
        self
    }

    /// Processes in bursts of blocks, each burst on the next of several threads (Reaper's anticipative processing).
    #[must_use]
    pub fn hopping(mut self, threads: usize, burst_blocks: u32) -> Self {
        assert!(threads > 0 && burst_blocks > 0, "{threads} threads, bursts of {burst_blocks}");
        self.hop = Some(Hop { threads, burst_blocks });
        self
    }

    /// Stops and starts processing before every block (Element).
    #[must_use]
    pub fn restart_every_block(mut self) -> Self {
        self.restart_every_block = true;
        self
    }

    /// The main output shares the main input's memory, as most hosts have it.
    #[must_use]
    pub fn in_place(mut self) -> Self {
        self.in_place = true;
        self
    }

    /// The host withholds a bus. Several may be given.
    #[must_use]
    pub fn fault(mut self, fault: BusFault) -> Self {
        self.faults.push(fault);
        self
    }

    /// How events reach the plugin.
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sound on a deck's input bus, on the absolute frame scale; silence before and after it.
    #[must_use]
    pub fn input(mut self, deck: DeckId, sound: Sound) -> Self {
        self.inputs.insert(deck.index(), sound);
        self
    }

    /// A saved state that is loaded before the instance is activated, as hosts open a project.
    #[must_use]
    pub fn state(mut self, saved: Vec<u8>) -> Self {
        self.state = Some(saved);
        self
    }

    /// The host lends threads to an instance (CLAP's thread pool). VST3 has no such thing.
    #[must_use]
    pub fn thread_pool(mut self, pool: &ThreadPool) -> Self {
        self.thread_pool = Some(pool.clone());
        self
    }

    /// Instances may join sessions on this machine's networks. Only where the network is the test's own: everything else
    /// must not talk to anyone.
    #[must_use]
    pub fn network(mut self) -> Self {
        self.network = true;
        self
    }

    /// `render` does not fail when the audio thread does what it must not. For tests of the guard and of defects that
    /// are known to be the framework's; say why where you use it.
    #[must_use]
    pub fn tolerate_guard_violations(mut self) -> Self {
        self.tolerates_guard = true;
        self
    }

    /// `render` does not fail when the plugin calls its host on the wrong thread.
    #[must_use]
    pub fn tolerate_misuse(mut self) -> Self {
        self.tolerates_misuse = true;
        self
    }

    /// `render` does not fail when a process call does.
    #[must_use]
    pub fn tolerate_process_errors(mut self) -> Self {
        self.tolerates_errors = true;
        self
    }

    /// Creates an instance, loads the state if there is one, and activates it: ready to render.
    #[must_use]
    pub fn open(&self, format: Format) -> MiniHost {
        let mut host = self.create(format);
        host.activate();
        host
    }

    /// Creates an instance and loads the state if there is one, without activating it.
    #[must_use]
    pub fn create(&self, format: Format) -> MiniHost {
        MiniHost::create(format, self)
    }

    pub(crate) fn max_block_frames(&self) -> u32 {
        self.max_block.unwrap_or(0).max(self.blocks.max())
    }
}
