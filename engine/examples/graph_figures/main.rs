//! Figures of the graph engine against a bare loop over the same nodes: nanoseconds a node for 64 frames.
//!
//! `cargo run --release -p echelon_engine --example graph_figures`; with a name (`bare-gain`, `plan-gain`) it runs only
//! that, 2000 times, for counting instructions: `valgrind --tool=cachegrind --cache-sim=no`. With `lanes` only what two
//! lanes gain; with `contention` how they fare while the machine is busy.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a program for people")]

#[cfg(feature = "parallel")]
mod contention;

use std::hint::black_box;
use std::time::Instant;

use echelon_engine::graph::nodes::{Biquad, FilterMode, Gain, Sum};
use echelon_engine::graph::{
    CommandReceiver, DspNode, Graph, GraphConfig, GraphControl, IoSetup, NodeId, NodeIo, Ports, Scheduler, Status,
    StereoBlock, Width,
};

const SR: f64 = 48_000.0;
const FRAMES: usize = 64;

/// A source that costs next to nothing.
#[derive(Debug)]
struct One;

impl DspNode for One {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        io.out_left().fill(0.5);
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "One"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: &[], output: Width::Mono }
    }
    fn guard(&self) -> echelon_engine::graph::Guard {
        echelon_engine::graph::Guard::Own
    }
}

struct Halves {
    control: GraphControl,
    commands: CommandReceiver,
    scheduler: Scheduler,
}

fn gain() -> Gain {
    Gain::new(Width::Mono, 0.999)
}

fn biquad() -> Biquad {
    Biquad::new(FilterMode::Peak, Width::Mono, 1000.0, 0.7, 1.0)
}

/// `decks` chains of `length` nodes each, summed.
fn decks<N: DspNode>(config: GraphConfig, decks: usize, length: usize, node: impl Fn() -> N) -> Halves {
    let (mut control, mut commands, mut scheduler) = Graph::new(config);
    let sum = control.add(Sum::new(Width::Mono, decks)).unwrap();
    for deck in 0..decks {
        let mut last: NodeId = control.add(One).unwrap();
        for _ in 0..length {
            let next = control.add(node()).unwrap();
            control.connect(last, next, 0).unwrap();
            last = next;
        }
        control.connect(last, sum, deck).unwrap();
    }
    control.set_output_node(Some(sum)).unwrap();
    control.commit().unwrap();
    scheduler.receive(&mut commands);
    control.commit().unwrap();
    Halves { control, commands, scheduler }
}

/// The same nodes, called straight one after the other through two buffers a chain.
struct Bare<N> {
    chains: Vec<Vec<N>>,
    buffers: [StereoBlock; 2],
    sum: [f32; FRAMES],
}

impl<N: DspNode> Bare<N> {
    fn new(decks: usize, length: usize, node: impl Fn() -> N) -> Self {
        let chains = (0..decks).map(|_| (0..length).map(|_| node()).collect()).collect();
        Self { chains, buffers: [StereoBlock::SILENT, StereoBlock::SILENT], sum: [0.0; FRAMES] }
    }

    fn run(&mut self, frames: usize) {
        self.sum.fill(0.0);
        for chain in &mut self.chains {
            let [a, b] = &mut self.buffers;
            let (mut from, mut to) = (a, b);
            from.channels_mut()[0].fill(0.5);
            for node in chain {
                node.process(IoSetup::new(&[from], to, frames).io());
                (from, to) = (to, from);
            }
            self.sum.iter_mut().zip(from.left()).for_each(|(sum, sample)| *sum += sample);
        }
        black_box(&self.sum);
    }
}

/// Least time of many batches, in nanoseconds a call.
fn least(mut call: impl FnMut()) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..60 {
        let start = Instant::now();
        for _ in 0..20 {
            call();
        }
        least = least.min(start.elapsed().as_nanos() as f64 / 20.0);
    }
    least
}

fn plan(mut halves: Halves) -> impl FnMut() {
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    move || {
        halves.scheduler.process_block(&mut halves.commands, [&mut left, &mut right]);
        black_box(&left);
    }
}

const PLAIN: GraphConfig = GraphConfig { sample_rate: SR, banks: false, lanes: 1 };

fn main() {
    match std::env::args().nth(1).as_deref() {
        #[cfg(feature = "parallel")]
        Some("lanes") => return lanes(),
        #[cfg(feature = "parallel")]
        Some("contention") => return contention::run(),
        Some(name) => return one(name),
        None => {}
    }
    for (shape, chains, length) in [("chain 1000", 1, 1000), ("8 decks, 1000", 8, 125), ("8 decks, 104", 8, 13)] {
        let nodes = (chains * length) as f64;
        let mut bare = Bare::new(chains, length, gain);
        let (bare, ours) =
            (least(|| bare.run(black_box(FRAMES))) / nodes, least(plan(decks(PLAIN, chains, length, gain))) / nodes);
        println!("gain    {shape:>14}: bare {bare:6.2}  plan {ours:6.2}  ratio {:.2}", ours / bare);
        let mut bare = Bare::new(chains, length, biquad);
        let bare = least(|| bare.run(black_box(FRAMES))) / nodes;
        let ours = least(plan(decks(PLAIN, chains, length, biquad))) / nodes;
        let banked = least(plan(decks(GraphConfig::new(SR), chains, length, biquad)));
        let (a, b) = (ours / bare, banked / nodes / ours);
        println!(
            "biquad  {shape:>14}: bare {bare:6.2}  plan {ours:6.2}  ratio {a:.2}  banked {:6.2} = {b:.3} of it, {:.1} us",
            banked / nodes,
            banked / 1000.0
        );
    }
    #[cfg(feature = "parallel")]
    lanes();
    swap();
}

/// A tangled graph: each node takes two of the `window` before it.
#[cfg(feature = "parallel")]
fn tangle(config: GraphConfig, nodes: usize, window: usize) -> Halves {
    let (mut control, mut commands, mut scheduler) = Graph::new(config);
    let mut ids: Vec<NodeId> = (0..window).map(|_| control.add(One).unwrap()).collect();
    let mut random = 1_u32;
    for _ in 0..nodes {
        // Halves what two make, or it would grow from node to node.
        let node = control.add(Biquad::new(FilterMode::LowShelf, Width::Mono, 1000.0, 0.7, -6.03)).unwrap();
        let sum = control.add(Sum::new(Width::Mono, 2)).unwrap();
        for slot in 0..2 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let back = 1 + (random >> 16) as usize % window;
            control.connect(ids[ids.len() - back], sum, slot).unwrap();
        }
        control.connect(sum, node, 0).unwrap();
        ids.push(node);
    }
    control.set_output_node(ids.last().copied()).unwrap();
    control.commit().unwrap();
    scheduler.receive(&mut commands);
    control.commit().unwrap();
    Halves { control, commands, scheduler }
}

/// A host that will not help.
#[cfg(feature = "parallel")]
struct Refuses;

#[cfg(feature = "parallel")]
impl echelon_engine::graph::LanePool for Refuses {
    fn request_exec(&mut self, _: u32) -> bool {
        false
    }
}

/// Where the sound of a lane alone goes.
#[cfg(feature = "parallel")]
struct Nowhere;

#[cfg(feature = "parallel")]
impl echelon_engine::graph::BusIo for Nowhere {
    fn read(&mut self, _: echelon_engine::graph::InputBus, _: usize, _: usize, _: &mut StereoBlock) -> Status {
        Status::Silent
    }
    fn write(&mut self, _: echelon_engine::graph::OutputBus, _: usize, _: usize, block: &StereoBlock) {
        black_box(block);
    }
}

/// As `plan`, shared with a host that refuses: one lane claims every strip.
#[cfg(feature = "parallel")]
fn refused(mut halves: Halves) -> impl FnMut() {
    halves.control.set_parallel(echelon_engine::graph::Parallel::On).unwrap();
    move || {
        halves.scheduler.receive(&mut halves.commands);
        halves.scheduler.run_with(&mut Nowhere, 0, FRAMES, Some(&mut Refuses));
    }
}

#[cfg(feature = "parallel")]
type Shape = (&'static str, fn(GraphConfig) -> Halves);

#[cfg(feature = "parallel")]
const SHAPES: [Shape; 5] = [
    ("8 decks, 1000 biquads", |config| decks(config, 8, 125, biquad)),
    ("8 decks, 104 biquads", |config| decks(config, 8, 13, biquad)),
    ("8 decks, 1000 gains", |config| decks(config, 8, 125, gain)),
    ("tangle 16, 1000 biquads", |config| tangle(config, 1000, 16)),
    ("tangle 100, 1000 biquads", |config| tangle(config, 1000, 100)),
];

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Two lanes against one, on graphs without banks. Taken in turns, so that whatever the machine does hits all of them;
/// the middle of the turns' ratios counts.
#[cfg(feature = "parallel")]
fn lanes() {
    use echelon_engine::graph::{Helpers, Parallel};
    const TWO: GraphConfig = GraphConfig { lanes: 2, ..PLAIN };
    const TURNS: usize = 15;
    for (name, shape) in SHAPES {
        let mut one = plan(shape(PLAIN));
        let mut halves = shape(TWO);
        halves.control.set_parallel(Parallel::On).unwrap();
        let strips = halves.scheduler.num_strips();
        let helpers = Helpers::start(&halves.control, 1, |_| {}).unwrap();
        while !helpers.are_ready() {
            std::thread::yield_now();
        }
        let mut two = plan(halves);
        let mut alone = refused(shape(TWO));
        let mut turns = [(); TURNS].map(|()| [brief(&mut one), brief(&mut two), brief(&mut alone)]);
        turns.sort_by(|a, b| (a[1] / a[0]).total_cmp(&(b[1] / b[0])));
        let mut alones = turns.map(|[one, _, alone]| alone / one);
        let ([one, two, _], best) = (turns[TURNS / 2], turns[0][1] / turns[0][0]);
        println!(
            "lanes   {name:>24}: one {:7.1} us, two {:7.1} us, ratio {:.2} (best {best:.2}); alone {:.2}; {strips} strips",
            one / 1000.0,
            two / 1000.0,
            two / one,
            median(&mut alones),
        );
    }
}

/// As `least`, for a turn; a while before it counts, so that helpers are awake.
#[cfg(feature = "parallel")]
fn brief(call: &mut impl FnMut()) -> f64 {
    let (start, mut least) = (Instant::now(), f64::INFINITY);
    while start.elapsed().as_micros() < 2000 {
        call();
    }
    for _ in 0..12 {
        let start = Instant::now();
        for _ in 0..20 {
            call();
        }
        least = least.min(start.elapsed().as_nanos() as f64 / 20.0);
    }
    least
}

/// What a swap costs: compiled here, adopted there.
fn swap() {
    swap_with(GraphConfig::new(SR));
    swap_with(GraphConfig { lanes: 2, ..GraphConfig::new(SR) });
}

fn swap_with(config: GraphConfig) {
    let Halves { mut control, mut commands, mut scheduler } = decks(config, 8, 125, gain);
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let mut block = |scheduler: &mut Scheduler, commands: &mut CommandReceiver| {
        let start = Instant::now();
        scheduler.process_block(commands, [&mut left, &mut right]);
        start.elapsed().as_nanos() as f64 / 1000.0
    };
    let (mut compile, mut hot, mut cold, mut adopt) = (vec![], vec![], vec![], vec![]);
    for _ in 0..200 {
        for _ in 0..20 {
            block(&mut scheduler, &mut commands);
        }
        hot.push(block(&mut scheduler, &mut commands));
        let extra = control.add(One).unwrap();
        let start = Instant::now();
        control.commit().unwrap();
        compile.push(start.elapsed().as_nanos() as f64 / 1000.0);
        let start = Instant::now();
        scheduler.receive(&mut commands);
        adopt.push(start.elapsed().as_nanos() as f64 / 1000.0);
        cold.push(block(&mut scheduler, &mut commands));
        control.remove(extra).unwrap();
        control.commit().unwrap();
        block(&mut scheduler, &mut commands);
        control.commit().unwrap();
    }
    println!(
        "1000 nodes, {} lanes: compile {:.0} us, adopt {:.2} us, first block {:.2} us, others {:.2} us",
        config.lanes,
        median(&mut compile),
        median(&mut adopt),
        median(&mut cold),
        median(&mut hot)
    );
}

fn one(name: &str) {
    let mut bare_gain = Bare::new(1, 1000, gain);
    let mut run: Box<dyn FnMut()> = match name {
        "bare-gain" => Box::new(move || bare_gain.run(black_box(FRAMES))),
        "plan-gain" => Box::new(plan(decks(PLAIN, 1, 1000, gain))),
        "plan-biquad" => Box::new(plan(decks(PLAIN, 8, 125, biquad))),
        "bank-biquad" => Box::new(plan(decks(GraphConfig::new(SR), 8, 125, biquad))),
        _ => panic!("no such figure"),
    };
    let blocks = std::env::args().nth(2).map_or(2000, |count| count.parse().unwrap());
    for _ in 0..blocks {
        run();
    }
}
