//! Builds a graph, edits it while it plays, and renders it.
//!
//! `cargo run -p echelon_engine --example engine` makes four seconds of sound on an audio thread of its own while this
//! one edits, and prints what was heard in each half second.
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use echelon_engine::graph::nodes::{Gain, Meter, Sum, Svf};
use echelon_engine::graph::{
    Commit, DspNode, Graph, GraphConfig, GraphControl, GraphError, NodeId, NodeIo, Param, Ports, Status, Width,
};

const SAMPLE_RATE: f64 = 48_000.0;
const BLOCK_FRAMES: usize = 480;
const BLOCKS: u64 = 400;

/// A saw wave: the least that a node has to be.
struct Saw {
    phase: f32,
    step: f32,
}

impl DspNode for Saw {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for sample in io.out_left() {
            self.phase = (self.phase + self.step).fract();
            *sample = self.phase - 0.5;
        }
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "Saw"
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[], output: Width::Mono }
    }
}

/// `saw --> filter --> gain --> (sum)`
fn add_voice(graph: &mut GraphControl, hz: f32, sum: NodeId, slot: usize) -> Result<NodeId, GraphError> {
    let saw = graph.add(Saw { phase: 0.0, step: hz / 48_000.0 })?;
    let filter =
        graph.add(Svf::new(echelon_engine::graph::nodes::FilterMode::LowPass, Width::Mono, 800.0, 2.0, 0.0))?;
    let gain = graph.add(Gain::new(Width::Mono, 0.5))?;
    graph.connect(saw, filter, 0)?;
    graph.connect(filter, gain, 0)?;
    graph.connect(gain, sum, slot)?;
    Ok(filter)
}

/// Sends the edits as soon as the plan before them is through, and waits until they are heard.
fn commit(graph: &mut GraphControl) -> Result<(), GraphError> {
    while graph.commit()? != Commit::Settled {
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn main() -> Result<(), GraphError> {
    let (mut graph, mut commands, mut scheduler) = Graph::new(GraphConfig::new(SAMPLE_RATE));
    let (meter, reading) = Meter::new(Width::Mono);
    let (sum, meter) = (graph.add(Sum::new(Width::Mono, 4))?, graph.add(meter)?);
    graph.connect(sum, meter, 0)?;
    graph.set_output_node(Some(meter))?;
    let played = AtomicU64::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            // In a plugin this is the host's callback.
            let (mut left, mut right) = ([0.0; BLOCK_FRAMES], [0.0; BLOCK_FRAMES]);
            for _ in 0..BLOCKS {
                scheduler.process_block(&mut commands, [&mut left, &mut right]);
                played.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(10));
            }
        });
        let wait = |text: &str| {
            _ = reading.take_peak();
            let until = (played.load(Ordering::Relaxed) + 50).min(BLOCKS);
            while played.load(Ordering::Relaxed) < until {
                thread::sleep(Duration::from_millis(5));
            }
            println!("{text:<40} peak {:.3}", reading.take_peak());
        };
        commit(&mut graph)?;
        wait("an empty mixer");
        let low = add_voice(&mut graph, 110.0, sum, 0)?;
        commit(&mut graph)?;
        wait("one voice");
        add_voice(&mut graph, 165.0, sum, 1)?;
        add_voice(&mut graph, 220.0, sum, 2)?;
        commit(&mut graph)?;
        wait("two more, their filters in one bank");
        graph.update_param(low, 0, Param { target: 80.0, ramp_frames: 12_000 })?;
        wait("the first one's filter closes");
        graph.remove(low)?;
        commit(&mut graph)?;
        wait("it is gone, without a click");
        graph.set_mute(true)?;
        wait("mute is after the meter");
        graph.clear();
        commit(&mut graph)?;
        wait("nothing is left");
        println!("{:?}", graph.telemetry());
        Ok(())
    })
}
