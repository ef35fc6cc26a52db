//! NaN, infinity and what is too loud to be sound stop at the node that made them, on the same frames however the stream
//! is cut and whoever runs it.

use echelon_engine::graph::nodes::{Biquad, DelayLine, FeedbackDelay, FilterMode, Gain, Meter, Sum, Svf};
use echelon_engine::graph::{
    BusIo, DspNode, GraphConfig, Guard, InputBus, LOUDEST, NodeId, NodeIo, OutputBus, Ports, Status, StereoBlock, Width,
};

use crate::support::*;

fn chain(bench: &mut Bench, ids: &[NodeId]) {
    for pair in ids.windows(2) {
        bench.control.connect(pair[0], pair[1], 0).unwrap();
    }
    bench.control.set_output_node(ids.last().copied()).unwrap();
    bench.control.commit().unwrap();
}

#[test]
fn it_is_silent_from_the_bad_frame_on_up_to_a_multiple_of_64_and_well_again_after() {
    for guard in [Guard::Scan, Guard::Reports] {
        for ill in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::MAX, LOUDEST.next_up() * 1.01] {
            let ills = &[(0, 0.0), (100, ill), (200, 0.5), (300, ill)];
            for blocks in [&[512][..], &[1], &[64], &[100, 412], &[101, 63, 348], &[37]] {
                let mut bench = Bench::new();
                let (one, node) = (bench.add_k(1.0, NONE), bench.control.add(Infected::new(guard, ills)).unwrap());
                chain(&mut bench, &[one, node]);
                let mut out = vec![];
                while out.len() < 512 {
                    let frames = blocks[out.len() % blocks.len()].min(512 - out.len());
                    out.extend(bench.left(frames));
                }
                let expected = |n: usize| match n {
                    100..192 | 300..384 => 0.0,
                    200..300 => 1.5,
                    _ => 1.0,
                };
                for (n, sample) in out.iter().enumerate() {
                    assert_eq!(*sample, expected(n), "frame {n} in {blocks:?}, {guard:?} {ill}");
                }
                assert_eq!((bench.control.faults(node), bench.control.telemetry().non_finite), (Ok(2), 2));
                assert_eq!(bench.control.faults(one), Ok(0));
            }
        }
    }
}

#[test]
fn an_alarm_without_a_bad_frame_changes_nothing() {
    #[derive(Debug)]
    struct Alarmed;
    impl DspNode for Alarmed {
        fn process(&mut self, mut io: NodeIo<'_>) -> Status {
            io.out_left().fill(0.25);
            Status::Broken
        }
        fn type_name(&self) -> &'static str {
            "Alarmed"
        }
        fn ports(&self) -> Ports {
            Ports { inputs: NONE, output: Width::Mono }
        }
    }
    let mut bench = Bench::new();
    let node = bench.control.add(Alarmed).unwrap();
    chain(&mut bench, &[node]);
    assert_eq!(bench.left(200), [0.25; 200]);
    assert_eq!(bench.control.telemetry().non_finite, 0);
}

/// ```text
/// 1 --> 16 --> 16 --> ... 60 times ... --> out
/// ```
#[test]
fn gains_and_sums_that_overflow_are_silenced_where_they_could() {
    for banks in [false, true] {
        for sums in [false, true] {
            let mut bench = Bench::with(GraphConfig { banks, ..GraphConfig::new(SR) });
            let mut ids = vec![bench.add_k(1.0, NONE)];
            for _ in 0..60 {
                let gain = bench.control.add(Gain::new(Width::Mono, 16.0)).unwrap();
                let sum = sums.then(|| bench.control.add(Sum::new(Width::Mono, 1)).unwrap());
                ids.extend([Some(gain), sum].into_iter().flatten());
            }
            chain(&mut bench, &ids);
            assert!(bench.left(1000).iter().all(|s| s.is_finite()));
            let faults: Vec<u32> = ids.iter().map(|id| bench.control.faults(*id).unwrap()).collect();
            assert_eq!(faults.iter().sum::<u32>() as u64, bench.control.telemetry().non_finite);
            assert!(faults.iter().any(|count| *count >= 7), "{faults:?}");
            // 16^10 is not too loud yet; before 16^31 is over it is not infinite.
            assert!(faults[..10].iter().all(|count| *count == 0), "{faults:?}");
        }
    }
}

/// Says that it needs no looking at, which is not true.
#[test]
fn a_node_that_says_too_much_of_itself_never_gets_to_the_output_and_is_found() {
    let mut bench = Bench::new();
    let liar = Infected::new(Guard::Own, &[(10, f32::NAN), (50, 0.0), (500, f32::INFINITY)]);
    let (one, liar) = (bench.add_k(1.0, NONE), bench.control.add(liar).unwrap());
    let (gain, (meter, reading)) = (bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap(), Meter::new(Width::Mono));
    let meter = bench.control.add(meter).unwrap();
    chain(&mut bench, &[one, liar, gain, meter]);
    let out = bench.left(1000);
    for (n, sample) in out.into_iter().enumerate() {
        assert_eq!(sample, if (10..128).contains(&n) || (500..576).contains(&n) { 0.0 } else { 1.0 }, "frame {n}");
    }
    assert_eq!(bench.control.telemetry().non_finite, 2, "once at the output, once at the node");
    assert_eq!([liar, gain, meter].map(|id| bench.control.faults(id).unwrap()), [1, 0, 0]);
    assert_eq!(reading.take_peak(), LOUDEST, "what came by first was not a number");
}

/// Input bus 0 with what is no sound in it; output buses are recorded.
#[derive(Default)]
struct Tape {
    out: [Vec<f32>; 2],
    start: usize,
}

impl BusIo for Tape {
    fn read(&mut self, _: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) -> Status {
        for n in 0..frames {
            let now = self.start + frame + n;
            let [left, right] = block.channels_mut();
            (left[n], right[n]) = (1.0, if now == 70 || now == 90 || now == 333 { f32::NAN } else { 0.5 });
        }
        Status::Audio
    }
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        let (start, out) = (self.start, &mut self.out[bus.0]);
        out.resize(out.len().max(start + frame + frames), f32::NAN);
        out[start + frame..start + frame + frames].copy_from_slice(&block.left()[..frames]);
    }
}

#[test]
fn an_input_bus_is_silenced_in_the_same_way() {
    for size in [1, 7, 64, 100, 500] {
        let mut bench = Bench::new();
        let gain = bench.control.add(Gain::new(Width::Stereo, 2.0)).unwrap();
        bench.control.connect(InputBus(0), gain, 0).unwrap();
        bench.control.set_output_node(Some(gain)).unwrap();
        bench.control.commit().unwrap();
        bench.scheduler.receive(&mut bench.commands);
        let mut tape = Tape::default();
        while tape.start < 500 {
            let frames = size.min(500 - tape.start);
            bench.scheduler.run(&mut tape, 0, frames);
            tape.start += frames;
        }
        for (n, sample) in tape.out[0].iter().enumerate() {
            let is_bad = (70..192).contains(&n) || (333..448).contains(&n);
            assert_eq!(*sample, if is_bad { 0.0 } else { 2.0 }, "frame {n} in blocks of {size}");
        }
        assert_eq!(bench.control.telemetry().non_finite, 2);
    }
}

const ILLS: [&[(u32, f32)]; 8] = [
    &[],
    &[(77, f32::NAN), (900, f32::MAX)],
    &[(77, f32::INFINITY)],
    &[(1000, f32::NEG_INFINITY), (1064, f32::NAN), (1130, f32::NAN)],
    &[(3, -f32::MAX)],
    &[(64, f32::NAN)],
    &[(127, f32::NAN), (2000, f32::INFINITY)],
    &[(128, 1e12), (500, 1e10)],
];

/// ```text
/// 8 x  noise --> infected --> svf --> biquad --> delay --> gain --> (sum) --> out
///                                                           +--> feedback --^
/// ```
/// Every other one says that it needs no looking at.
fn ill_decks(mut bench: Bench, blocks: &[usize]) -> Vec<[f32; 2]> {
    let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
    for (deck, ills) in ILLS.into_iter().enumerate() {
        let noise = bench.control.add(Noise::new(deck as u32 + 1, Width::Mono)).unwrap();
        let guard = if deck % 2 == 0 { Guard::Own } else { Guard::Scan };
        let ill = bench.control.add(Infected::new(guard, ills)).unwrap();
        let svf = bench.control.add(Svf::new(FilterMode::HighShelf, Width::Mono, 900.0, 8.0, 24.0)).unwrap();
        let biquad = bench.control.add(Biquad::new(FilterMode::LowShelf, Width::Mono, 900.0, 8.0, 24.0)).unwrap();
        let delay = bench.control.add(DelayLine::new(Width::Mono, 33)).unwrap();
        let mix = bench.control.add(Sum::new(Width::Mono, 2)).unwrap();
        let gain = bench.control.add(Gain::new(Width::Mono, 0.5)).unwrap();
        let round = bench.control.add(FeedbackDelay::new(Width::Mono, 100)).unwrap();
        for (from, to, slot) in
            [(noise, ill, 0), (ill, svf, 0), (svf, biquad, 0), (biquad, delay, 0), (delay, mix, 0), (round, mix, 1)]
        {
            bench.control.connect(from, to, slot).unwrap();
        }
        bench.control.connect(mix, gain, 0).unwrap();
        bench.control.connect(gain, round, 0).unwrap();
        bench.control.connect(gain, sum, deck).unwrap();
    }
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.control.commit().unwrap();
    let mut out = vec![];
    for frames in blocks.iter().cycle() {
        if out.len() >= 3000 {
            break;
        }
        out.extend(bench.render((*frames).min(3000 - out.len())));
    }
    assert!(energy(&out[2500..]) > 0.1, "it sounds again");
    assert!(out.iter().flatten().all(|sample| sample.is_finite()));
    assert!(bench.control.telemetry().non_finite > 10);
    out
}

#[test]
fn however_blocks_are_cut_and_whoever_runs_them_the_silence_is_the_same() {
    let plain = GraphConfig { sample_rate: SR, banks: false, lanes: 1 };
    let expected = bits(&ill_decks(Bench::with(plain), &[3000]));
    let same = |bench: Bench, blocks: &[usize], what: &str| {
        let out = bits(&ill_decks(bench, blocks));
        let first = expected.iter().zip(&out).position(|(a, b)| a != b);
        assert_eq!(first, None, "{what} in {blocks:?}");
    };
    for blocks in [&[3000][..], &[1], &[64], &[63, 1], &[7, 100, 16, 33], &[5, 64, 500]] {
        same(Bench::with(plain), blocks, "one by one");
        same(Bench::with(GraphConfig::new(SR)), blocks, "banked");
        for banks in [false, true] {
            for help in [Help::Serial, Help::Refuses, Help::Threads] {
                same(Bench::helped(2, banks, help), blocks, "shared with a host");
            }
            #[cfg(feature = "parallel")]
            same(Bench::helped(2, banks, Help::Helpers(1)), blocks, "shared with a helper");
        }
    }
}

#[test]
fn a_plan_that_comes_in_the_middle_of_the_silence_ends_it_with_a_reset() {
    let mut bench = Bench::new();
    let node = Infected::new(Guard::Scan, &[(100, f32::NAN)]);
    let (one, node) = (bench.add_k(1.0, NONE), bench.control.add(node).unwrap());
    chain(&mut bench, &[one, node]);
    assert_eq!(bench.left(120)[99..], [[1.0].as_slice(), &[0.0; 20]].concat());
    bench.control.commit().unwrap();
    bench.add_k(0.0, NONE);
    bench.control.commit().unwrap();
    assert_eq!(bench.left(100), [1.0; 100]);
    assert_eq!(bench.control.faults(node), Ok(1));
}
