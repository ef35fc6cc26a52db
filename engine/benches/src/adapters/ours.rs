//! Echelon's own engine, in its ways of use.

use std::time::Duration;

use echelon_engine::graph::{
    BusIo, CommandReceiver, Graph as Halves, GraphConfig, GraphControl, Helpers, InputBus, LanePool, NodeId, OutputBus,
    Parallel, Scheduler, Status, StereoBlock,
};

use self::nodes::{Add, Own};
use crate::engine::{Built, Engine};
use crate::kernel::SAMPLE_RATE;
use crate::shape::{Graph, Node};

mod nodes;

/// How a running graph is used.
#[derive(Clone, Copy)]
struct Use {
    own_nodes: bool,
    banks: bool,
    lanes: usize,
    mode: Parallel,
    helpers: usize,
}

const ONE_BY_ONE: Use = Use { own_nodes: false, banks: false, lanes: 1, mode: Parallel::Off, helpers: 0 };
const BANKED: Use = Use { own_nodes: true, banks: true, ..ONE_BY_ONE };

/// The bench's nodes, one by one.
///
/// # Errors
/// What the engine refuses.
pub fn per_node(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, ONE_BY_ONE, frames)?))
}

/// The engine's nodes, one by one.
///
/// # Errors
/// What the engine refuses.
pub fn own_nodes(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, Use { own_nodes: true, ..ONE_BY_ONE }, frames)?))
}

/// The engine's nodes, those of one kind side by side.
///
/// # Errors
/// What the engine refuses.
pub fn banked(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, BANKED, frames)?))
}

/// The bench's nodes on two threads.
///
/// # Errors
/// What the engine refuses.
pub fn two_lanes(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, Use { lanes: 2, mode: Parallel::On, helpers: 1, ..ONE_BY_ONE }, frames)?))
}

/// The engine's nodes side by side, on two threads.
///
/// # Errors
/// What the engine refuses.
pub fn banked_two_lanes(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, Use { lanes: 2, mode: Parallel::On, helpers: 1, ..BANKED }, frames)?))
}

/// The bench's nodes on two threads whenever the engine finds that it pays.
///
/// # Errors
/// What the engine refuses.
pub fn lanes_auto(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, Use { lanes: 2, mode: Parallel::Auto, helpers: 1, ..ONE_BY_ONE }, frames)?))
}

/// The bench's nodes, cut for two lanes, with helpers that are not used.
///
/// # Errors
/// What the engine refuses.
pub fn lanes_off(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Ours::new(graph, Use { lanes: 2, helpers: 1, ..ONE_BY_ONE }, frames)?))
}

/// The bench's nodes, cut for two lanes, by a host that refuses to help: one lane does it all.
///
/// # Errors
/// What the engine refuses.
pub fn one_of_two(graph: &Graph, frames: usize) -> Built {
    Ok(Box::new(Alone(Ours::new(graph, Use { lanes: 2, mode: Parallel::On, ..ONE_BY_ONE }, frames)?)))
}

/// The two halves of a running graph.
pub struct Ours {
    /// Where edits go.
    pub control: GraphControl,
    /// Between the halves.
    pub commands: CommandReceiver,
    /// Where the sound is made.
    pub scheduler: Scheduler,
    /// The last node.
    pub output: NodeId,
    right: Vec<f32>,
    _helpers: Option<Helpers>,
}

impl Ours {
    /// As a rig uses it: its own nodes, banked.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn in_a_rig(graph: &Graph, frames: usize) -> Result<Self, String> {
        Self::new(graph, BANKED, frames)
    }

    fn new(graph: &Graph, how: Use, frames: usize) -> Result<Self, String> {
        let config = GraphConfig { sample_rate: SAMPLE_RATE, banks: how.banks, lanes: how.lanes };
        let (mut control, mut commands, mut scheduler) = Halves::new(config);
        let mut ids = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            ids.push(add(&mut control, node, &ids, how.own_nodes)?);
        }
        let output = ids[graph.output()];
        control.set_output_node(Some(output)).map_err(text)?;
        control.set_parallel(how.mode).map_err(text)?;
        let helpers = match how.helpers {
            0 => None,
            threads => Some(start(&control, threads)?),
        };
        control.commit().map_err(text)?;
        scheduler.receive(&mut commands);
        control.commit().map_err(text)?;
        Ok(Self { control, commands, scheduler, output, right: vec![0.0; frames], _helpers: helpers })
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn add(control: &mut GraphControl, node: &Node, ids: &[NodeId], own_nodes: bool) -> Result<NodeId, String> {
    let mut inputs: Vec<NodeId> = node.inputs.iter().map(|&from| ids[from]).collect();
    let own = own_nodes.then(|| Own::of(node.recipe)).flatten();
    let id = match own {
        None => node.build(Add(control)).map_err(text)?,
        Some(own) => {
            if inputs.len() > 1 {
                // The engine's own have one input: sums are nodes of their own.
                let mix = control.add(nodes::mix(inputs.len())).map_err(text)?;
                connect(control, &std::mem::replace(&mut inputs, vec![mix]), mix)?;
            }
            own.add(control).map_err(text)?
        }
    };
    connect(control, &inputs, id)?;
    Ok(id)
}

fn connect(control: &mut GraphControl, from: &[NodeId], to: NodeId) -> Result<(), String> {
    from.iter().enumerate().try_for_each(|(slot, &from)| control.connect(from, to, slot)).map_err(text)
}

fn start(control: &GraphControl, threads: usize) -> Result<Helpers, String> {
    let helpers = Helpers::start(control, threads, |_| {}).map_err(text)?;
    for _ in 0..5000 {
        if helpers.are_ready() {
            return Ok(helpers);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Err("the helper threads did not come".to_owned())
}

impl Engine for Ours {
    fn run(&mut self, output: &mut [f32]) {
        self.scheduler.process_block(&mut self.commands, [output, &mut self.right]);
    }
}

/// One lane at work on a plan for two.
struct Alone(Ours);

impl Engine for Alone {
    fn run(&mut self, output: &mut [f32]) {
        self.0.scheduler.receive(&mut self.0.commands);
        let frames = output.len();
        let mut io = Outside { left: output, right: &mut self.0.right };
        self.0.scheduler.run_with(&mut io, 0, frames, Some(&mut Refuses));
    }
}

struct Refuses;

impl LanePool for Refuses {
    fn request_exec(&mut self, _: u32) -> bool {
        false
    }
}

struct Outside<'a> {
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl BusIo for Outside<'_> {
    fn read(&mut self, _: InputBus, _: usize, _: usize, _: &mut StereoBlock) -> Status {
        Status::Silent
    }

    fn write(&mut self, _: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        self.left[frame..frame + frames].copy_from_slice(&block.left()[..frames]);
        self.right[frame..frame + frames].copy_from_slice(&block.right()[..frames]);
    }
}
