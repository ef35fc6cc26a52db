//! Nodes whose output can be read, and a graph with both halves in one hand.

#[cfg(feature = "parallel")]
use echelon_engine::graph::Helpers;
use std::sync::mpsc::{Receiver, Sender, channel};

use echelon_engine::graph::nodes::FilterMode;
use echelon_engine::graph::{
    BusIo, CommandReceiver, Commit, DspNode, Graph, GraphConfig, GraphControl, Guard, InputBus, LOUDEST, LaneEntry,
    LanePool, NodeIo, OutputBus, Parallel, Param, Ports, Scheduler, Status, StereoBlock, Width,
};

pub const SR: f64 = 48_000.0;
/// A fade of 3 ms.
pub const FADE: usize = 144;

pub const NONE: &[Width] = &[];
pub const ONE: &[Width] = &[Width::Mono];
pub const TWO: &[Width] = &[Width::Mono; 2];

/// Adds a number to the sum of its inputs.
#[derive(Debug)]
pub struct AddK(pub f32, pub &'static [Width]);

impl DspNode for AddK {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let slots = io.num_inputs();
        for n in 0..io.frames() {
            io.out_left()[n] = self.0 + (0..slots).map(|slot| io.left(slot)[n]).sum::<f32>();
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "AddK"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: self.1, output: Width::Mono }
    }
}

/// Noise that depends on the frame and the seed only.
#[derive(Debug)]
pub struct Noise {
    pub state: u32,
    pub width: Width,
}

impl Noise {
    pub fn new(seed: u32, width: Width) -> Self {
        Self { state: seed.wrapping_mul(2_654_435_761) | 1, width }
    }

    fn next(&mut self) -> f32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        f32::from(self.state as u16) / 32_768.0 - 1.0
    }
}

impl DspNode for Noise {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for n in 0..io.frames() {
            io.out_left()[n] = self.next();
            if self.width == Width::Stereo {
                io.out_right()[n] = self.next();
            }
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Noise"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: self.width }
    }
    fn guard(&self) -> Guard {
        Guard::Own
    }
}

/// Sounds for a while, then says that it is silent, and so on.
#[derive(Debug)]
pub struct Gate {
    pub noise: Noise,
    pub frame: usize,
    pub on: usize,
    pub off: usize,
}

impl DspNode for Gate {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let mut heard = false;
        for n in 0..io.frames() {
            let is_on = self.frame % (self.on + self.off) < self.on;
            heard |= is_on;
            io.out_left()[n] = if is_on { self.noise.next() } else { 0.0 };
            self.frame += 1;
        }
        if heard { Status::Audio } else { Status::Silent }
    }
    fn type_name(&self) -> &'static str {
        "Gate"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
}

/// Makes what it is told once, then the number 1.
#[derive(Debug)]
pub struct Bad(pub Option<f32>);

impl DspNode for Bad {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        io.out_left().fill(1.0);
        if let Some(bad) = self.0.take() {
            *io.out_left().last_mut().unwrap() = bad;
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Bad"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
}

/// Adds its state to its input. The state becomes what it is told on the frames it is told, and is well after a reset.
#[derive(Debug)]
pub struct Infected {
    frame: u32,
    ills: Vec<(u32, f32)>,
    state: f32,
    guard: Guard,
}

impl Infected {
    pub fn new(guard: Guard, ills: &[(u32, f32)]) -> Self {
        Self { frame: 0, ills: ills.to_vec(), state: 0.0, guard }
    }
}

impl DspNode for Infected {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for n in 0..io.frames() {
            if let Some((_, ill)) = self.ills.iter().find(|(frame, _)| *frame == self.frame) {
                self.state = *ill;
            }
            self.frame += 1;
            io.out_left()[n] = io.left(0)[n] + self.state;
        }
        let is_well = self.state.abs() <= LOUDEST;
        if self.guard == Guard::Reports && !is_well { Status::Broken } else { Status::Audio }
    }
    fn type_name(&self) -> &'static str {
        "Infected"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: ONE, output: Width::Mono }
    }
    fn reset(&mut self) {
        self.state = 0.0;
    }
    fn guard(&self) -> Guard {
        self.guard
    }
    fn cost_hint_ns(&self) -> u32 {
        1000
    }
}

/// Who shares the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    Nobody,
    /// Resident threads.
    #[cfg(feature = "parallel")]
    Helpers(usize),
    /// A host that runs its tasks one after the other on the audio thread.
    Serial,
    /// A host that runs its tasks on another thread.
    Threads,
    /// A host that will not.
    Refuses,
}

/// A host's thread pool. Its one thread is older than any block: a new one would have the float mode of its maker.
pub struct Pool {
    help: Help,
    entry: LaneEntry,
    pub asked: usize,
    tasks: Sender<u32>,
    done: Receiver<()>,
}

impl Pool {
    fn new(help: Help, entry: LaneEntry) -> Self {
        let ((tasks, work), (finish, done)) = (channel(), channel());
        let mine = entry.clone();
        std::thread::spawn(move || {
            for lane in work {
                mine.exec(lane);
                if finish.send(()).is_err() {
                    return;
                }
            }
        });
        Self { help, entry, asked: 0, tasks, done }
    }
}

impl LanePool for Pool {
    fn request_exec(&mut self, lanes: u32) -> bool {
        self.asked += 1;
        match self.help {
            Help::Serial => (0..lanes).for_each(|lane| self.entry.exec(lane)),
            Help::Threads => {
                (0..lanes).for_each(|lane| self.tasks.send(lane).unwrap());
                (0..lanes).for_each(|_| self.done.recv().unwrap());
            }
            _ => return false,
        }
        true
    }
}

/// The main output in two vectors.
struct Main<'a>([&'a mut [f32]; 2]);

impl BusIo for Main<'_> {
    fn read(&mut self, _: InputBus, _: usize, _: usize, _: &mut StereoBlock) -> Status {
        Status::Silent
    }
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        if bus == OutputBus(0) {
            self.0[0][frame..frame + frames].copy_from_slice(&block.left()[..frames]);
            self.0[1][frame..frame + frames].copy_from_slice(&block.right()[..frames]);
        }
    }
}

/// Both halves.
pub struct Bench {
    pub pool: Option<Pool>,
    #[cfg(feature = "parallel")]
    pub helpers: Option<Helpers>,
    pub control: GraphControl,
    pub commands: CommandReceiver,
    pub scheduler: Scheduler,
}

impl Bench {
    pub fn new() -> Self {
        Self::with(GraphConfig::new(SR))
    }

    pub fn with(config: GraphConfig) -> Self {
        let (control, commands, scheduler) = Graph::new(config);
        Self {
            pool: None,
            #[cfg(feature = "parallel")]
            helpers: None,
            control,
            commands,
            scheduler,
        }
    }

    /// Whose strips are shared, always.
    pub fn helped(lanes: usize, banks: bool, help: Help) -> Self {
        let mut bench = Self::with(GraphConfig { sample_rate: SR, banks, lanes });
        bench.control.set_parallel(Parallel::On).unwrap();
        match help {
            Help::Nobody => {}
            #[cfg(feature = "parallel")]
            Help::Helpers(threads) => {
                let helpers = Helpers::start(&bench.control, threads, |_| {}).unwrap();
                while !helpers.are_ready() {
                    std::thread::yield_now();
                }
                bench.helpers = Some(helpers);
            }
            _ => bench.pool = Some(Pool::new(help, bench.control.lane_entry())),
        }
        bench
    }

    pub fn add_k(&mut self, k: f32, inputs: &'static [Width]) -> echelon_engine::graph::NodeId {
        self.control.add(AddK(k, inputs)).unwrap()
    }

    /// The next frames on the main output.
    pub fn render(&mut self, frames: usize) -> Vec<[f32; 2]> {
        let (mut left, mut right) = (vec![f32::NAN; frames], vec![f32::NAN; frames]);
        if let Some(pool) = &mut self.pool {
            left.fill(0.0);
            right.fill(0.0);
            self.scheduler.receive(&mut self.commands);
            self.scheduler.run_with(&mut Main([&mut left, &mut right]), 0, frames, Some(pool));
        } else {
            self.scheduler.process_block(&mut self.commands, [&mut left, &mut right]);
        }
        left.into_iter().zip(right).map(|(l, r)| [l, r]).collect()
    }

    /// The next frames of the left side.
    pub fn left(&mut self, frames: usize) -> Vec<f32> {
        self.render(frames).into_iter().map(|[left, _]| left).collect()
    }

    /// Commits, and plays silence-free until every edit has arrived and every fade is over.
    pub fn settle(&mut self) {
        for _ in 0..100 {
            if self.control.commit().unwrap() == Commit::Settled {
                return;
            }
            self.render(64);
        }
        panic!("the edits never arrived");
    }
}

pub fn biggest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
}

pub fn energy(samples: &[[f32; 2]]) -> f32 {
    samples.iter().flatten().map(|s| s * s).sum()
}

pub fn bits(samples: &[[f32; 2]]) -> Vec<u32> {
    samples.iter().flatten().map(|s| s.to_bits()).collect()
}

pub const MODES: [FilterMode; 6] = [
    FilterMode::LowPass,
    FilterMode::HighPass,
    FilterMode::BandPass,
    FilterMode::Peak,
    FilterMode::LowShelf,
    FilterMode::HighShelf,
];

pub const fn jump(target: f32) -> Param {
    Param::jump(target)
}
