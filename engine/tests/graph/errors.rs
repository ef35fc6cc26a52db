//! Every refusal, and that the graph is as before.

use echelon_engine::graph::nodes::{FeedbackDelay, Gain, Sum};
use echelon_engine::graph::{
    Command, DspNode, GraphError, InputBus, NodeIo, Param, Ports, Reply, SourceId, Status, Width,
};

use crate::support::*;

#[test]
fn a_circle_is_refused_and_a_feedback_delay_allows_it() {
    let mut bench = Bench::new();
    let (a, b) = (bench.add_k(1.0, TWO), bench.add_k(2.0, ONE));
    bench.control.connect(a, b, 0).unwrap();
    assert_eq!(bench.control.connect(b, a, 0), Err(GraphError::Cycle { from: b, to: a }));
    assert_eq!(bench.control.connect(a, a, 0), Err(GraphError::Cycle { from: a, to: a }));
    assert_eq!(bench.control.graph().input(a, 0), Ok(None));
    let round = bench.control.add(FeedbackDelay::new(Width::Mono, 64)).unwrap();
    bench.control.connect(b, round, 0).unwrap();
    bench.control.connect(round, a, 0).unwrap();
}

#[test]
fn a_slot_that_is_not_there_is_refused() {
    let mut bench = Bench::new();
    let (a, b) = (bench.add_k(1.0, NONE), bench.add_k(2.0, ONE));
    let no_slot = GraphError::NoSlot { node: b, slot: 1, inputs: 1 };
    assert_eq!(bench.control.connect(a, b, 1), Err(no_slot));
    assert_eq!(bench.control.disconnect(b, 1), Err(no_slot));
    assert_eq!(
        bench.control.connect(a, b, usize::MAX),
        Err(GraphError::NoSlot { node: b, slot: usize::MAX, inputs: 1 })
    );
}

#[test]
fn mono_and_stereo_do_not_mix_by_themselves() {
    let mut bench = Bench::new();
    let mono = bench.add_k(1.0, NONE);
    let sum = bench.control.add(Sum::new(Width::Stereo, 2)).unwrap();
    let wrong = |takes, given, node| Err(GraphError::WrongWidth { node, slot: 0, takes, given });
    assert_eq!(bench.control.connect(mono, sum, 0), wrong(Width::Stereo, Width::Mono, sum));
    let gain = bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap();
    assert_eq!(bench.control.connect(InputBus(0), gain, 0), wrong(Width::Mono, Width::Stereo, gain));
}

#[test]
fn an_id_is_stale_for_ever() {
    let mut bench = Bench::new();
    let (a, b) = (bench.add_k(1.0, ONE), bench.add_k(2.0, ONE));
    bench.control.remove(a).unwrap();
    let again = bench.add_k(3.0, ONE);
    assert_ne!(again, a, "the place is used again under another generation");
    let stale = Err(GraphError::StaleNode(a));
    assert_eq!(bench.control.remove(a), stale);
    assert_eq!(bench.control.connect(a, b, 0), stale);
    assert_eq!(bench.control.connect(b, a, 0), stale);
    assert_eq!(bench.control.disconnect(a, 0), stale);
    assert_eq!(bench.control.set_output_node(Some(a)), stale);
    assert_eq!(bench.control.update_param(a, 0, jump(0.0)), stale);
    bench.control.clear();
    assert_eq!(bench.control.connect(again, b, 0), Err(GraphError::StaleNode(b)));
}

/// More inputs than a graph allows.
#[derive(Debug)]
struct Wide;

impl DspNode for Wide {
    fn process(&mut self, _: NodeIo<'_>) -> Status {
        Status::Silent
    }
    fn type_name(&self) -> &'static str {
        "Wide"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Mono; 9], output: Width::Mono }
    }
}

#[test]
fn too_many_inputs_are_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.control.add(Wide).unwrap_err(), GraphError::TooManyInputs(9));
    assert!(bench.control.graph().is_empty());
}

#[test]
fn parameters_that_are_not_there_or_not_finite_are_refused() {
    let mut bench = Bench::new();
    let gain = bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap();
    let no_param = GraphError::NoParam { node: gain, index: 1, params: 1 };
    assert_eq!(bench.control.update_param(gain, 1, jump(0.0)), Err(no_param));
    for bad in [f32::NAN, f32::INFINITY] {
        assert_eq!(bench.control.update_param(gain, 0, jump(bad)), Err(GraphError::NotFinite(gain)));
    }
}

#[test]
fn a_full_ring_is_answered_counted_and_loses_nothing() {
    let mut bench = Bench::new();
    let source = bench.add_k(1.0, NONE);
    let gain = bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap();
    bench.control.connect(source, gain, 0).unwrap();
    bench.control.set_output_node(Some(gain)).unwrap();
    bench.settle();
    let mut sent = 0_u16;
    let refused = loop {
        match bench.control.update_param(gain, 0, jump(f32::from(sent + 1) / 1024.0)) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000, "the ring never fills");
    };
    assert_eq!(refused, GraphError::RingFull);
    assert_eq!(bench.control.telemetry().refused_commands, 1);
    // Structure waits too, and arrives later.
    bench.control.set_output_node(Some(source)).unwrap();
    assert_eq!(bench.control.commit(), Err(GraphError::RingFull));
    for _ in 0..sent / 64 {
        bench.render(1);
    }
    assert_eq!(bench.left(2)[1], f32::from(sent) / 1024.0, "every accepted move arrived, in order");
    bench.settle();
    assert_eq!(bench.left(1), [1.0]);
}

#[test]
fn every_command_works_through_apply() {
    let mut bench = Bench::new();
    let Ok(Reply::Added(one)) = bench.control.apply(Command::AddNode(Box::new(AddK(1.0, NONE)))) else { panic!() };
    let gain = Command::AddNode(Box::new(Gain::new(Width::Mono, 1.0)));
    let Ok(Reply::Added(gain)) = bench.control.apply(gain) else { panic!() };
    let mut apply = |command| assert_eq!(bench.control.apply(command), Ok(Reply::Done));
    apply(Command::Connect { src: SourceId::Node(one), dst: gain, slot: 0 });
    apply(Command::SetOutputNode(Some(gain)));
    let new_param = Param { target: 0.5, ramp_frames: 1 };
    apply(Command::UpdateParam { node: gain, param_index: 0, new_param });
    bench.settle();
    assert_eq!(bench.left(1), [0.5]);
    bench.control.apply(Command::SetMute(true)).unwrap();
    assert_eq!(bench.left(FADE + 10)[FADE..], [0.0; 10]);
    bench.control.apply(Command::SetMute(false)).unwrap();
    assert_eq!(bench.left(FADE + 10)[FADE..], [0.5; 10]);
    bench.control.apply(Command::Disconnect { dst: gain, slot: 0 }).unwrap();
    bench.settle();
    assert_eq!(bench.left(1), [0.0]);
    bench.control.apply(Command::RemoveNode(one)).unwrap();
    assert_eq!(bench.control.graph().len(), 1);
    bench.control.apply(Command::ClearGraph).unwrap();
    bench.settle();
    assert!(bench.control.graph().is_empty());
    assert_eq!(bench.left(100), [0.0; 100]);
}
