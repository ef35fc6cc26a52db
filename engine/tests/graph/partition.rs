//! However a stream is cut into blocks, each node makes the same bits.

use echelon_engine::graph::nodes::{Biquad, DelayLine, FeedbackDelay, Fold, Gain, Meter, Sum, Svf, Widen};
use echelon_engine::graph::{DspNode, Param, Width};

use crate::support::*;

/// `gate --> (widen, for a stereo node) --> node --> out`, with moves of parameter 0, in blocks of the sizes given, over and over.
fn render(node: impl DspNode, blocks: &[usize], ends: [f32; 2]) -> Vec<u32> {
    let mut bench = Bench::new();
    let gate = bench.control.add(Gate { noise: Noise::new(9, Width::Mono), frame: 0, on: 500, off: 700 }).unwrap();
    let has_params = node.num_params() > 0;
    let is_stereo = node.ports().inputs == [Width::Stereo];
    let node = bench.control.add(node).unwrap();
    if is_stereo {
        let widen = bench.control.add(Widen).unwrap();
        bench.control.connect(gate, widen, 0).unwrap();
        bench.control.connect(widen, node, 0).unwrap();
    } else {
        bench.control.connect(gate, node, 0).unwrap();
    }
    bench.control.set_output_node(Some(node)).unwrap();
    bench.control.commit().unwrap();
    if has_params {
        bench.control.commit().unwrap();
        for (at, target, ramp_frames) in [(130, ends[0], 200), (301, ends[1], 77), (2000, ends[0], 1)] {
            bench.control.update_param_at(at, node, 0, Param { target, ramp_frames }).unwrap();
        }
    }
    let mut out = vec![];
    for frames in blocks.iter().cycle() {
        if out.len() >= 6000 {
            break;
        }
        out.extend(bench.render((*frames).min(6000 - out.len())));
    }
    assert!(energy(&out) > 0.1, "something must sound");
    bits(&out)
}

fn is_invariant<N: DspNode>(make: impl Fn() -> N, ends: [f32; 2]) {
    let whole = render(make(), &[6000], ends);
    for blocks in [&[1][..], &[64], &[63, 1], &[7, 100, 16, 33], &[5, 64, 8192]] {
        let split = render(make(), blocks, ends);
        let first = whole.iter().zip(&split).position(|(a, b)| a != b);
        assert_eq!(first, None, "{} in blocks of {blocks:?}", make().type_name());
    }
}

#[test]
fn gain() {
    is_invariant(|| Gain::new(Width::Mono, 0.5), [2.0, 0.25]);
    is_invariant(|| Gain::new(Width::Stereo, 0.5), [2.0, 0.25]);
}

#[test]
fn between_mono_and_stereo() {
    is_invariant(|| Widen, [0.0; 2]);
    is_invariant(|| Fold, [0.0; 2]);
}

#[test]
fn sum_delay_feedback_and_meter() {
    is_invariant(|| Sum::new(Width::Mono, 2), [0.0; 2]);
    is_invariant(|| DelayLine::new(Width::Mono, 77), [0.0; 2]);
    is_invariant(|| FeedbackDelay::new(Width::Mono, 64), [0.0; 2]);
    is_invariant(|| FeedbackDelay::new(Width::Mono, 1000), [0.0; 2]);
    is_invariant(|| Meter::new(Width::Mono).0, [0.0; 2]);
    is_invariant(|| Sum::new(Width::Stereo, 1), [0.0; 2]);
    is_invariant(|| DelayLine::new(Width::Stereo, 77), [0.0; 2]);
    is_invariant(|| FeedbackDelay::new(Width::Stereo, 100), [0.0; 2]);
    is_invariant(|| Meter::new(Width::Stereo).0, [0.0; 2]);
}

#[test]
fn filters_still_and_swept() {
    for mode in MODES {
        is_invariant(|| Biquad::new(mode, Width::Mono, 700.0, 2.0, 6.0), [3_000.0, 200.0]);
        is_invariant(|| Svf::new(mode, Width::Mono, 700.0, 2.0, 6.0), [3_000.0, 200.0]);
        is_invariant(|| Biquad::new(mode, Width::Stereo, 700.0, 2.0, 6.0), [3_000.0, 200.0]);
        is_invariant(|| Svf::new(mode, Width::Stereo, 700.0, 2.0, 6.0), [3_000.0, 200.0]);
    }
}

#[test]
fn mute_and_fades() {
    let render = |block: usize| {
        let mut bench = Bench::new();
        let (a, b) = [1, 2].map(|seed| bench.control.add(Noise::new(seed, Width::Stereo)).unwrap()).into();
        bench.control.set_output_node(Some(a)).unwrap();
        bench.settle();
        bench.render(128 - (bench.scheduler.clock_frames() as usize) % 64);
        bench.control.set_output_node(Some(b)).unwrap();
        bench.control.commit().unwrap();
        bench.control.set_mute(true).unwrap();
        let out: Vec<_> = (0..300 / block).flat_map(|_| bench.render(block)).collect();
        assert!(energy(&out) > 0.1);
        bits(&out)
    };
    assert_eq!(render(300), render(1));
    assert_eq!(render(300), render(50));
}
