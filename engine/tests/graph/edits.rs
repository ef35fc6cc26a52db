//! Edits while it sounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ThreadId;

use echelon_engine::graph::nodes::{Gain, Sum};
use echelon_engine::graph::{Commit, DspNode, NodeIo, Ports, Status, Width};

use crate::support::*;

#[test]
fn edits_gather_while_a_plan_is_in_flight() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    bench.control.set_output_node(Some(one)).unwrap();
    assert_eq!(bench.control.commit(), Ok(Commit::Sent));
    for k in 0..50_u8 {
        let node = bench.add_k(f32::from(k), NONE);
        bench.control.set_output_node(Some(node)).unwrap();
        assert_eq!(bench.control.commit(), Ok(Commit::Busy), "one plan in flight");
    }
    bench.render(1);
    assert_eq!(bench.control.commit(), Ok(Commit::Sent));
    bench.settle();
    assert_eq!(bench.control.telemetry().plans, 3, "the first, the fifty edits, and the end of their fade");
    assert_eq!(bench.left(1), [49.0]);
}

/// ```text
/// 1 --> gain --> out        becomes        1 --> gain --X
///                                          2 ----------> out
/// ```
#[test]
fn a_replaced_source_goes_over_in_three_milliseconds() {
    let mut bench = Bench::new();
    let (one, gain) = (bench.add_k(1.0, NONE), bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap());
    bench.control.connect(one, gain, 0).unwrap();
    bench.control.set_output_node(Some(gain)).unwrap();
    bench.settle();
    let two = bench.add_k(2.0, NONE);
    bench.control.set_output_node(Some(two)).unwrap();
    bench.control.commit().unwrap();
    let over = bench.left(FADE + 1);
    assert!(over[0] > 1.0 && over[0] < 1.01, "{}", over[0]);
    assert!(biggest_step(&over) < 0.01);
    assert_eq!(over[FADE - 1..], [2.0, 2.0]);
}

/// ```text
/// 1 --> (sum) --> out
/// 4 --->          4 is removed while it sounds
/// ```
#[test]
fn a_removed_node_fades_out_and_is_dropped_elsewhere() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    let four = bench.control.add(Mortal { dropped: dropped.clone(), home: std::thread::current().id() }).unwrap();
    let sum = bench.control.add(Sum::new(Width::Mono, 2)).unwrap();
    bench.control.connect(one, sum, 0).unwrap();
    bench.control.connect(four, sum, 1).unwrap();
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.settle();
    assert_eq!(bench.left(1), [5.0]);
    bench.control.remove(four).unwrap();
    bench.control.commit().unwrap();
    let over = std::thread::scope(|scope| scope.spawn(|| bench.left(FADE + 1)).join().unwrap());
    assert!(biggest_step(&over) < 0.04 && over[0] < 5.0);
    assert_eq!(over[FADE], 1.0);
    assert_eq!(dropped.load(Ordering::Relaxed), 0, "the plan with the fade still has it");
    while bench.control.commit().unwrap() != Commit::Settled {
        std::thread::scope(|scope| scope.spawn(|| bench.left(64)).join().unwrap());
    }
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
}

/// The number 4, which must be dropped where it was made.
#[derive(Debug)]
struct Mortal {
    dropped: Arc<AtomicUsize>,
    home: ThreadId,
}

impl DspNode for Mortal {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        io.out_left().fill(4.0);
        Status::Constant
    }
    fn type_name(&self) -> &'static str {
        "Mortal"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        assert_eq!(std::thread::current().id(), self.home, "dropped on the audio thread");
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// ```text
/// 1 --> a(+10) --> b(+100) --> out    becomes    1 --> b(+100) --> a(+10) --> out
/// ```
/// Old and new connections together would go round.
#[test]
fn a_chain_turned_around_neither_clicks_nor_goes_round() {
    let mut bench = Bench::new();
    let (one, a, b) = (bench.add_k(1.0, NONE), bench.add_k(10.0, ONE), bench.add_k(100.0, ONE));
    bench.control.connect(one, a, 0).unwrap();
    bench.control.connect(a, b, 0).unwrap();
    bench.control.set_output_node(Some(b)).unwrap();
    bench.settle();
    bench.control.disconnect(b, 0).unwrap();
    bench.control.connect(one, b, 0).unwrap();
    bench.control.connect(b, a, 0).unwrap();
    bench.control.set_output_node(Some(a)).unwrap();
    let mut out = bench.left(64);
    while bench.control.commit().unwrap() != Commit::Settled {
        out.extend(bench.left(64));
    }
    out.extend(bench.left(1));
    assert_eq!((out[0], out.last()), (111.0, Some(&111.0)));
    assert!(biggest_step(&out) < 2.0, "{}", biggest_step(&out));
}

#[test]
fn what_begins_with_a_plan_begins_unfaded_and_what_already_sounds_fades_in() {
    let mut bench = Bench::new();
    let (one, quiet) = (bench.add_k(1.0, NONE), bench.control.add(Sum::new(Width::Mono, 2)).unwrap());
    bench.control.set_output_node(Some(quiet)).unwrap();
    bench.settle();
    let fresh = bench.add_k(2.0, NONE);
    bench.control.connect(fresh, quiet, 0).unwrap();
    bench.control.commit().unwrap();
    assert_eq!(bench.left(3), [2.0; 3], "its first frames are its own");
    bench.control.connect(one, quiet, 1).unwrap();
    bench.control.commit().unwrap();
    let over = bench.left(FADE);
    assert!(over[0] < 2.01 && over[FADE - 1] == 3.0, "it has been sounding all the time");
}

#[test]
fn a_disconnected_or_cleared_graph_fades_and_then_is_silent() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    bench.control.set_output_node(Some(one)).unwrap();
    bench.settle();
    bench.control.clear();
    bench.control.commit().unwrap();
    let over = bench.left(FADE + 64);
    assert!(over[0] < 1.0 && biggest_step(&over) < 0.01);
    assert_eq!(over[FADE..], [0.0; 64]);
    bench.settle();
    assert_eq!(bench.scheduler.num_buffers(), 1, "nothing is left but silence");
}

/// Random edits at random moments: it goes on, stays finite, and ends as it was asked to.
#[test]
fn any_stream_of_commands_is_survived() {
    for seed in 1..40_u32 {
        let mut bench = Bench::new();
        let mut random = Noise::new(seed, Width::Mono).state;
        let mut roll = |n: u32| {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            random % n
        };
        let mut ids = vec![];
        for _ in 0..300 {
            let pick =
                |ids: &[_], roll: &mut dyn FnMut(u32) -> u32| ids.get(roll(ids.len().max(1) as u32) as usize).copied();
            match roll(12) {
                0..3 => ids.push(bench.control.add(Noise::new(roll(1000), Width::Mono)).unwrap()),
                3..5 => ids.push(bench.control.add(Gain::new(Width::Mono, 0.5)).unwrap()),
                5 => ids.push(bench.control.add(Sum::new(Width::Mono, 3)).unwrap()),
                6..9 => {
                    if let (Some(a), Some(b)) = (pick(&ids, &mut roll), pick(&ids, &mut roll)) {
                        // Refusals are part of the stream.
                        _ = bench.control.connect(a, b, roll(4) as usize);
                    }
                }
                9 => {
                    if let Some(id) = pick(&ids, &mut roll) {
                        _ = bench.control.remove(id);
                    }
                }
                10 => {
                    if let Some(id) = pick(&ids, &mut roll) {
                        _ = bench.control.set_output_node(Some(id));
                        _ = bench.control.update_param(id, roll(2) as u16, jump(0.25));
                    }
                }
                _ => bench.control.set_mute(roll(2) == 0).unwrap(),
            }
            if roll(200) == 0 {
                bench.control.clear();
            }
            if roll(3) == 0 {
                bench.control.commit().unwrap();
            }
            let frames = 1 + roll(200) as usize;
            assert!(bench.left(frames).iter().all(|s| s.is_finite()));
        }
        bench.settle();
        assert_eq!(bench.control.telemetry().non_finite, 0);
        assert_eq!(bench.control.telemetry().refused_swaps, 0);
    }
}
