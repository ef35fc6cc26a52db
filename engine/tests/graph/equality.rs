//! One by one, in banks and in parallel: the same bits, for any graph, any blocks and any edits between them.

use echelon_engine::graph::nodes::{Biquad, FeedbackDelay, FilterMode, Gain, Meter, Sum, Svf};
use echelon_engine::graph::{DspNode, GraphConfig, Guard, NodeId, NodeIo, Param, Ports, Status, Width};
use proptest::prelude::*;

use crate::support::*;

/// One step of a random life of a graph.
#[derive(Clone, Debug)]
enum Deed {
    /// Kind of node, seed.
    Add(u8, u32),
    Connect(usize, usize, usize),
    Remove(usize),
    Output(usize),
    /// Node, target, ramp, frames from now.
    Move(usize, f32, u32, u64),
    /// Frames of the next blocks.
    Render(Vec<usize>),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let node = 0..10_000_usize;
    let deed = prop_oneof![
        8 => (0..10_u8, any::<u32>()).prop_map(|(kind, seed)| Deed::Add(kind, seed)),
        16 => (node.clone(), node.clone(), 0..4_usize).prop_map(|(a, b, slot)| Deed::Connect(a, b, slot)),
        1 => node.clone().prop_map(Deed::Remove),
        2 => node.clone().prop_map(Deed::Output),
        3 => (node, 0.1..4000.0_f32, 1..300_u32, 0..400_u64).prop_map(|(n, t, r, f)| Deed::Move(n, t, r, f)),
        2 => prop::collection::vec(1..200_usize, 1..4).prop_map(Deed::Render),
    ];
    prop::collection::vec(deed, 40..160)
}

fn add(bench: &mut Bench, kind: u8, seed: u32) -> NodeId {
    let hz = 100.0 + (seed % 5000) as f32;
    let mode = MODES[seed as usize % MODES.len()];
    match kind {
        0 => bench.control.add(Gain::new(Width::Mono, 0.5)),
        1 | 2 => bench.control.add(Biquad::new(mode, Width::Mono, hz, 1.0, 3.0)),
        3 => bench.control.add(Svf::new(mode, Width::Mono, hz, 1.0, 3.0)),
        4 => bench.control.add(Meter::new(Width::Mono).0),
        5 | 6 => bench.control.add(Sum::new(Width::Mono, 4)),
        7 => bench.control.add(FeedbackDelay::new(Width::Mono, 64 + seed % 100)),
        8 => {
            let ill = [f32::NAN, f32::INFINITY, -f32::MAX, 1e11][seed as usize % 4];
            let guard = [Guard::Own, Guard::Scan, Guard::Reports][seed as usize / 4 % 3];
            bench.control.add(Infected::new(guard, &[(seed % 700, ill), (seed / 700 % 1000, 0.1)]))
        }
        _ => {
            let noise = Noise::new(seed, Width::Mono);
            bench.control.add(Gate { noise, frame: 0, on: 1 + seed as usize % 300, off: seed as usize % 200 })
        }
    }
    .unwrap()
}

/// Lives through the deeds. A small ground of sources and filters comes first, so that something sounds.
fn live(mut bench: Bench, deeds: &[Deed]) -> Vec<[f32; 2]> {
    let mut ids: Vec<NodeId> =
        (0..6).map(|seed| bench.control.add(Noise::new(seed + 1, Width::Mono)).unwrap()).collect();
    let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
    for slot in 0..6 {
        let filter = bench.control.add(Svf::new(FilterMode::LowPass, Width::Mono, 900.0, 1.0, 0.0)).unwrap();
        let volume = bench.control.add(Gain::new(Width::Mono, 0.1)).unwrap();
        bench.control.connect(ids[slot], filter, 0).unwrap();
        bench.control.connect(filter, volume, 0).unwrap();
        bench.control.connect(volume, sum, slot).unwrap();
        ids.push(filter);
    }
    ids.push(sum);
    let ground = ids.len();
    bench.control.set_output_node(Some(sum)).unwrap();
    let mut out = vec![];
    for deed in deeds.iter().chain([&Deed::Render(vec![64, 300, 1])]) {
        let pick = |n: &usize| ids[n % ids.len()];
        // Refusals are the same for everyone.
        match deed {
            Deed::Add(kind, seed) => ids.push(add(&mut bench, *kind, *seed)),
            Deed::Connect(a, b, slot) => _ = bench.control.connect(pick(a), pick(b), *slot),
            // The ground stays, so that there is always something to compare.
            Deed::Remove(n) if n % ids.len() >= ground => _ = bench.control.remove(pick(n)),
            Deed::Remove(_) => {}
            Deed::Output(n) => _ = bench.control.set_output(echelon_engine::graph::OutputBus(1), Some(pick(n))),
            Deed::Move(n, target, ramp_frames, frames) => {
                let at = bench.scheduler.clock_frames() + frames;
                let param = Param { target: *target, ramp_frames: *ramp_frames };
                _ = bench.control.update_param_at(at, pick(n), 0, param);
            }
            Deed::Render(blocks) => {
                bench.control.commit().unwrap();
                for frames in blocks {
                    out.extend(bench.render(*frames));
                }
            }
        }
    }
    out
}

fn same(one: &[[f32; 2]], other: &[[f32; 2]], what: &str) {
    let first = one.iter().zip(other).position(|(a, b)| a.map(f32::to_bits) != b.map(f32::to_bits));
    assert_eq!((one.len(), first), (other.len(), None), "{what}: first difference");
}

const PLAIN: GraphConfig = GraphConfig { sample_rate: SR, banks: false, lanes: 1 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn banks_change_no_bit(deeds in deeds()) {
        let plain = live(Bench::with(PLAIN), &deeds);
        prop_assert!(energy(&plain) > 0.0);
        same(&plain, &live(Bench::with(GraphConfig::new(SR)), &deeds), "banked");
    }

    #[test]
    fn lanes_change_no_bit(deeds in deeds(), lanes in 2..5_usize) {
        let plain = live(Bench::with(PLAIN), &deeds);
        prop_assert!(energy(&plain) > 0.0);
        for banks in [false, true] {
            for help in [Help::Serial, Help::Refuses] {
                same(&plain, &live(Bench::helped(lanes, banks, help), &deeds), "shared with a host");
            }
            #[cfg(feature = "parallel")]
            same(&plain, &live(Bench::helped(lanes, banks, Help::Helpers(lanes - 1)), &deeds), "shared with helpers");
        }
    }
}

/// ```text
/// 8 x  noise --> svf --> biquad --> gain --> meter --> (sum) --> out       mono and stereo
/// ```
#[test]
fn banks_of_decks_change_no_bit_and_are_made() {
    for width in [Width::Mono, Width::Stereo] {
        for decks in [2, 3, 5, 8] {
            let render = |config: GraphConfig| {
                let mut bench = Bench::with(config);
                let sum = bench.control.add(Sum::new(width, 8)).unwrap();
                for deck in 0..decks {
                    let source = bench.control.add(Noise::new(deck as u32 + 1, width)).unwrap();
                    let svf = bench.control.add(Svf::new(MODES[deck % 6], width, 500.0, 0.7, 3.0)).unwrap();
                    let biquad = bench.control.add(Biquad::new(MODES[5 - deck % 6], width, 900.0, 0.7, 3.0)).unwrap();
                    let gain = bench.control.add(Gain::new(width, 0.5)).unwrap();
                    let meter = bench.control.add(Meter::new(width).0).unwrap();
                    for (from, to, slot) in [(source, svf, 0), (svf, biquad, 0), (biquad, gain, 0), (gain, meter, 0)] {
                        bench.control.connect(from, to, slot).unwrap();
                    }
                    bench.control.connect(meter, sum, deck).unwrap();
                }
                bench.control.set_output_node(Some(sum)).unwrap();
                bench.control.commit().unwrap();
                let out: Vec<_> = [64, 1, 7, 640, 33].into_iter().flat_map(|frames| bench.render(frames)).collect();
                (out, bench.scheduler.num_ops())
            };
            let (plain, plain_ops) = render(PLAIN);
            let (banked, banked_ops) = render(GraphConfig::new(SR));
            assert!(energy(&plain) > 1.0);
            same(&plain, &banked, "decks");
            assert_eq!((plain_ops, banked_ops), (5 * decks + 1, decks + 5), "one op for each kind of node but sources");
        }
    }
}

/// ```text
/// 8 x  noise --> 20 filters --> (sum) --> out
/// ```
fn heavy(mut bench: Bench) -> Bench {
    let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
    for deck in 0..8 {
        let mut last = bench.control.add(Noise::new(deck as u32 + 1, Width::Mono)).unwrap();
        for _ in 0..20 {
            let next = bench.control.add(Biquad::new(FilterMode::Peak, Width::Mono, 900.0, 0.7, 0.5)).unwrap();
            bench.control.connect(last, next, 0).unwrap();
            last = next;
        }
        bench.control.connect(last, sum, deck).unwrap();
    }
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.control.commit().unwrap();
    bench
}

#[test]
fn decks_are_shared_and_change_no_bit_whoever_helps() {
    let mut plain = heavy(Bench::with(PLAIN));
    let expected: Vec<_> = (0..50).flat_map(|_| plain.render(100)).collect();
    let helpers: &[Help] = match () {
        #[cfg(feature = "parallel")]
        () => &[Help::Helpers(1), Help::Helpers(2), Help::Helpers(3)],
        #[cfg(not(feature = "parallel"))]
        () => &[],
    };
    for &help in [Help::Serial, Help::Threads, Help::Refuses].iter().chain(helpers) {
        let mut bench = heavy(Bench::helped(4, false, help));
        let out: Vec<_> = (0..50).flat_map(|_| bench.render(100)).collect();
        assert_eq!(bench.scheduler.num_strips(), 9, "eight decks and the sum");
        assert_eq!(bench.control.telemetry().shared_sub_blocks, 100, "{help:?}");
        assert!(bench.pool.as_ref().is_none_or(|pool| pool.asked == 100));
        same(&expected, &out, "heavy");
    }
}

#[test]
fn without_anyone_to_help_nothing_is_shared() {
    let mut bench = heavy(Bench::helped(2, false, Help::Nobody));
    bench.render(1000);
    assert_eq!(bench.control.telemetry().shared_sub_blocks, 0);
}

/// Makes 1 where half of the smallest normal number is zero, and 1000 where it is not.
#[derive(Debug)]
struct FloatModeProbe;

impl DspNode for FloatModeProbe {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let half = std::hint::black_box(f32::MIN_POSITIVE) * std::hint::black_box(0.5);
        io.out_left().fill(if half == 0.0 { 1.0 } else { 1000.0 });
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "FloatModeProbe"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
    fn cost_hint_ns(&self) -> u32 {
        10_000
    }
}

/// With `Threads` another thread does all the work, while the audio thread waits in the host's call.
#[test]
fn whoever_helps_takes_over_the_float_mode() {
    for help in [Help::Threads, Help::Serial, Help::Refuses] {
        let mut bench = Bench::helped(4, true, help);
        let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
        for slot in 0..8 {
            let probe = bench.control.add(FloatModeProbe).unwrap();
            bench.control.connect(probe, sum, slot).unwrap();
        }
        bench.control.set_output_node(Some(sum)).unwrap();
        bench.control.commit().unwrap();
        assert_eq!(bench.left(640), [8.0; 640], "{help:?}");
        assert_eq!(bench.scheduler.num_strips(), 9);
    }
}

/// Panics once, at its second sub-block.
#[derive(Debug)]
struct Panics(u32);

impl DspNode for Panics {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        self.0 += 1;
        assert!(self.0 != 2, "on purpose");
        io.out_left().fill(1.0);
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Panics"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
    fn cost_hint_ns(&self) -> u32 {
        10_000
    }
}

#[test]
fn a_node_that_panics_on_any_lane_holds_up_nobody_and_is_heard_of_on_the_audio_thread() {
    for help in [Help::Threads, Help::Serial, Help::Refuses] {
        let mut bench = Bench::helped(2, true, help);
        let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
        for slot in 0..4 {
            let node = bench.control.add(Panics(slot as u32)).unwrap();
            bench.control.connect(node, sum, slot).unwrap();
        }
        bench.control.set_output_node(Some(sum)).unwrap();
        bench.control.commit().unwrap();
        let panics = std::iter::repeat_with(|| {
            let block = std::panic::AssertUnwindSafe(|| bench.left(64));
            std::panic::catch_unwind(block).is_err()
        });
        assert_eq!(panics.take(4).collect::<Vec<_>>(), [true, true, false, false], "{help:?}");
        assert_eq!(bench.left(64), [4.0; 64]);
    }
}
