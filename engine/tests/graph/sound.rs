//! What comes out.

use echelon_engine::graph::nodes::{Biquad, DelayLine, FeedbackDelay, FilterMode, Fold, Gain, Meter, Sum, Svf, Widen};
use echelon_engine::graph::{
    BusIo, DspNode, Guard, InputBus, NodeIo, OutputBus, Param, Ports, SourceId, Status, StereoBlock, Width,
};

use crate::support::*;

#[test]
fn an_empty_graph_writes_silence_on_every_frame_of_any_block() {
    let mut bench = Bench::new();
    for frames in [1, 63, 64, 65, 1000, 8192] {
        assert_eq!(bench.render(frames), vec![[0.0; 2]; frames]);
    }
}

#[test]
fn every_frame_of_any_block_is_written_and_a_mono_node_sounds_on_both_sides() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    bench.control.set_output_node(Some(one)).unwrap();
    bench.control.commit().unwrap();
    for frames in [1, 2, 63, 64, 65, 127, 1000, 8191, 8192] {
        assert_eq!(bench.render(frames), vec![[1.0; 2]; frames]);
    }
}

/// ```text
/// 5 --> a(+1) --+--> b(+10) ---> d(+0) --> out
///               +--> c(+100) ---^
/// ```
#[test]
fn a_diamond_sums_both_ways() {
    let mut bench = Bench::new();
    let d = bench.add_k(0.0, TWO);
    let (c, b, a, five) =
        (bench.add_k(100.0, ONE), bench.add_k(10.0, ONE), bench.add_k(1.0, ONE), bench.add_k(5.0, NONE));
    for (from, to, slot) in [(five, a, 0), (a, b, 0), (a, c, 0), (b, d, 0), (c, d, 1)] {
        bench.control.connect(from, to, slot).unwrap();
    }
    bench.control.set_output_node(Some(d)).unwrap();
    bench.control.commit().unwrap();
    assert_eq!(bench.left(70), [122.0; 70]);
}

#[test]
fn a_long_chain_needs_few_buffers_and_no_stack() {
    let mut bench = Bench::new();
    let mut last = bench.add_k(1.0, NONE);
    for _ in 0..20_000 {
        let next = bench.add_k(1.0, ONE);
        bench.control.connect(last, next, 0).unwrap();
        last = next;
    }
    bench.control.set_output_node(Some(last)).unwrap();
    bench.control.commit().unwrap();
    assert_eq!(bench.left(1), [20_001.0]);
    assert!(bench.scheduler.num_buffers() <= 4, "{}", bench.scheduler.num_buffers());
}

/// ```text
/// 512 sources, summed by eights: depth first a few buffers are enough
/// ```
#[test]
fn a_wide_fan_in_needs_few_buffers() {
    let mut bench = Bench::new();
    let mut level: Vec<_> = (0..512).map(|_| bench.add_k(1.0, NONE)).collect();
    while level.len() > 1 {
        let sums = level.chunks(8).map(|feeders| {
            let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
            for (slot, &feeder) in feeders.iter().enumerate() {
                bench.control.connect(feeder, sum, slot).unwrap();
            }
            sum
        });
        level = sums.collect();
    }
    bench.control.set_output_node(Some(level[0])).unwrap();
    bench.control.commit().unwrap();
    assert_eq!(bench.left(1), [512.0]);
    assert!(bench.scheduler.num_buffers() <= 27, "{}", bench.scheduler.num_buffers());
}

/// Adds a dent of latency: an honest look-ahead of so many frames.
#[derive(Debug)]
struct Late(DelayLine, u32);

impl DspNode for Late {
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.0.process(io)
    }
    fn type_name(&self) -> &'static str {
        "Late"
    }
    fn ports(&self) -> Ports {
        self.0.ports()
    }
    fn latency_frames(&self) -> u32 {
        self.1
    }
}

/// Frame n is n + 1.
#[derive(Debug)]
struct Count(f32);

impl DspNode for Count {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for sample in io.out_left() {
            self.0 += 1.0;
            *sample = self.0;
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Count"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
}

/// ```text
/// count --+--> late(100) --> (sum) --> out 0       out 1 <-- count
///         +--> late(30) ---^  ^
///         +-------------------+
/// ```
#[test]
fn late_and_early_sound_come_together_on_every_output() {
    let mut bench = Bench::new();
    let count = bench.control.add(Count(0.0)).unwrap();
    let late = [100, 30].map(|frames| bench.control.add(Late(DelayLine::new(Width::Mono, frames), frames)).unwrap());
    let sum = bench.control.add(Sum::new(Width::Mono, 3)).unwrap();
    for (slot, &late) in late.iter().enumerate() {
        bench.control.connect(count, late, 0).unwrap();
        bench.control.connect(late, sum, slot).unwrap();
    }
    bench.control.connect(count, sum, 2).unwrap();
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.control.set_output(OutputBus(1), Some(count)).unwrap();
    bench.control.commit().unwrap();
    assert_eq!(bench.control.latency_frames(), 100);
    let mut tape = Tape::default();
    bench.scheduler.receive(&mut bench.commands);
    bench.scheduler.run(&mut tape, 0, 500);
    for n in 0..500 {
        let expected = (n as f32 + 1.0 - 100.0).max(0.0);
        assert_eq!((tape.out[0][n], tape.out[1][n]), (3.0 * expected, expected), "frame {n}");
    }
}

#[test]
fn a_delay_that_stays_the_same_goes_on_through_edits() {
    let mut bench = Bench::new();
    let count = bench.control.add(Count(0.0)).unwrap();
    let late = bench.control.add(Late(DelayLine::new(Width::Mono, 100), 100)).unwrap();
    let sum = bench.control.add(Sum::new(Width::Mono, 3)).unwrap();
    bench.control.connect(count, late, 0).unwrap();
    bench.control.connect(late, sum, 0).unwrap();
    bench.control.connect(count, sum, 1).unwrap();
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.settle();
    let before = *bench.left(300).last().unwrap();
    bench.add_k(1.0, NONE);
    bench.control.commit().unwrap();
    assert_eq!(bench.left(1), [before + 2.0]);
}

/// Input bus 0 counts frames; output buses are recorded.
#[derive(Default)]
struct Tape {
    out: [Vec<f32>; 2],
}

impl BusIo for Tape {
    fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) -> Status {
        for n in 0..frames {
            block.channels_mut()[0][n] = (bus.0 * 1000 + frame + n) as f32;
        }
        Status::Audio
    }
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        let out = &mut self.out[bus.0];
        out.resize(out.len().max(frame + frames), f32::NAN);
        out[frame..frame + frames].copy_from_slice(&block.left()[..frames]);
    }
}

/// ```text
/// bus 0 --> fold --> widen --> out 0
/// bus 1 --> (gain 2) --------> out 1
/// ```
#[test]
fn buses_come_in_and_go_out() {
    let mut bench = Bench::new();
    let (fold, widen) = (bench.control.add(Fold).unwrap(), bench.control.add(Widen).unwrap());
    let gain = bench.control.add(Gain::new(Width::Stereo, 2.0)).unwrap();
    bench.control.connect(InputBus(0), fold, 0).unwrap();
    bench.control.connect(fold, widen, 0).unwrap();
    bench.control.connect(SourceId::Bus(InputBus(1)), gain, 0).unwrap();
    bench.control.set_output(OutputBus(0), Some(widen)).unwrap();
    bench.control.set_output(OutputBus(1), Some(gain)).unwrap();
    bench.control.commit().unwrap();
    bench.scheduler.receive(&mut bench.commands);
    let mut tape = Tape::default();
    bench.scheduler.run(&mut tape, 0, 200);
    for n in 0..200 {
        assert_eq!((tape.out[0][n], tape.out[1][n]), (n as f32 / 2.0, 2000.0 + 2.0 * n as f32));
    }
}

/// ```text
/// click --> (sum) --> out
///            ^  |
///   gain 0.5 +--+ 100 frames
/// ```
#[test]
fn sound_goes_round_a_feedback_delay() {
    let mut bench = Bench::new();
    let click = bench.control.add(Gate { noise: Noise::new(3, Width::Mono), frame: 0, on: 1, off: 100_000 }).unwrap();
    let sum = bench.control.add(Sum::new(Width::Mono, 2)).unwrap();
    let half = bench.control.add(Gain::new(Width::Mono, 0.5)).unwrap();
    let round = bench.control.add(FeedbackDelay::new(Width::Mono, 100)).unwrap();
    for (from, to, slot) in [(click, sum, 0), (sum, half, 0), (half, round, 0), (round, sum, 1)] {
        bench.control.connect(from, to, slot).unwrap();
    }
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.control.commit().unwrap();
    let out = bench.left(450);
    assert!(out[0] != 0.0);
    for (n, sample) in out.iter().enumerate() {
        let rounds = (n / 100) as i32;
        assert_eq!(*sample, if n % 100 == 0 { out[0] * 0.5_f32.powi(rounds) } else { 0.0 }, "frame {n}");
    }
}

#[test]
fn not_a_number_stops_at_the_node_that_made_it_and_is_counted_there() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut bench = Bench::new();
        let node = bench.control.add(Bad(Some(bad))).unwrap();
        let filter = bench.control.add(Biquad::new(FilterMode::LowPass, Width::Mono, 1000.0, 0.7, 0.0)).unwrap();
        let sum = bench.add_k(3.0, ONE);
        bench.control.connect(node, filter, 0).unwrap();
        bench.control.connect(filter, sum, 0).unwrap();
        bench.control.set_output_node(Some(sum)).unwrap();
        bench.control.commit().unwrap();
        let out = bench.left(640);
        let dip = out[63..127].iter().fold(4.0, |least: f32, s| least.min(*s));
        assert!(out[62] > 3.9 && dip < 3.1, "the silence comes through the filter as a dip");
        assert!(out[639] > 3.9 && out.iter().all(|s| s.is_finite()), "and the rest is sound");
        assert_eq!((bench.control.faults(node), bench.control.faults(filter)), (Ok(1), Ok(0)));
        assert_eq!(bench.control.telemetry().non_finite, 1);
    }
}

/// Says that it guards itself, and does not: what a filter makes of that is its own fault.
#[derive(Debug)]
struct Liar;

impl DspNode for Liar {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        io.out_left().fill(f32::MAX);
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Liar"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
    fn guard(&self) -> Guard {
        Guard::Own
    }
}

#[test]
fn a_filter_whose_state_overflows_is_silenced_and_reset() {
    let mut bench = Bench::new();
    let loud = bench.control.add(Liar).unwrap();
    let filters = [0, 1, 2].map(|_| {
        let filter = bench.control.add(Svf::new(FilterMode::HighShelf, Width::Mono, 1000.0, 8.0, 24.0)).unwrap();
        bench.control.connect(loud, filter, 0).unwrap();
        filter
    });
    bench.control.set_output_node(Some(filters[0])).unwrap();
    bench.control.commit().unwrap();
    assert!(bench.left(256).iter().all(|s| s.is_finite()));
    let found = filters.map(|filter| bench.control.faults(filter).unwrap());
    assert_eq!(found, [1; 3], "in a bank too");
    bench.left(640);
    assert_eq!(filters.map(|filter| bench.control.faults(filter).unwrap()), found, "by now the node is known");
    assert!(bench.control.faults(loud).unwrap() >= 5);
}

#[test]
fn a_move_happens_on_its_frame_and_a_ramp_takes_its_time() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    let gain = bench.control.add(Gain::new(Width::Mono, 0.0)).unwrap();
    bench.control.connect(one, gain, 0).unwrap();
    bench.control.set_output_node(Some(gain)).unwrap();
    bench.settle();
    let start = bench.scheduler.clock_frames();
    let ramp = Param { target: 1.0, ramp_frames: 4 };
    bench.control.update_param_at(start + 150, gain, 0, jump(0.0)).unwrap();
    bench.control.update_param_at(start + 100, gain, 0, ramp).unwrap();
    bench.control.update_param_at(start + 130, gain, 0, jump(0.5)).unwrap();
    bench.control.update_param_at(start + 130, gain, 0, jump(0.75)).unwrap();
    let out = bench.left(200);
    let expected = |n: usize| match n {
        0..100 => 0.0,
        100..104 => (n - 99) as f32 / 4.0,
        104..130 => 1.0,
        130..150 => 0.75,
        _ => 0.0,
    };
    for (n, sample) in out.into_iter().enumerate() {
        assert_eq!(sample, expected(n), "frame {n}");
    }
}

#[test]
fn the_audio_side_can_move_parameters_by_itself() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    let gain = bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap();
    bench.control.connect(one, gain, 0).unwrap();
    bench.control.set_output_node(Some(gain)).unwrap();
    bench.settle();
    assert!(bench.scheduler.push_event(3, gain, 0, jump(0.5)));
    assert_eq!(bench.left(5), [1.0, 1.0, 1.0, 0.5, 0.5]);
    bench.scheduler.node_mut::<Gain>(gain).unwrap().set_param(0, jump(2.0));
    assert_eq!(bench.left(1), [2.0]);
    assert!(bench.scheduler.node_mut::<AddK>(gain).is_none(), "another type");
}

#[test]
fn a_move_of_a_node_that_is_gone_is_counted() {
    let mut bench = Bench::new();
    let gain = bench.control.add(Gain::new(Width::Mono, 1.0)).unwrap();
    bench.settle();
    bench.control.update_param_at(1_000_000, gain, 0, jump(0.0)).unwrap();
    bench.render(1);
    bench.control.remove(gain).unwrap();
    bench.settle();
    bench.render(1_000_000);
    assert_eq!(bench.control.telemetry().lost_events, 1);
}

#[test]
fn muting_takes_three_milliseconds_each_way_on_every_bus_alike() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    bench.control.set_output_node(Some(one)).unwrap();
    bench.control.set_output(OutputBus(1), Some(one)).unwrap();
    bench.settle();
    bench.control.set_mute(true).unwrap();
    bench.scheduler.receive(&mut bench.commands);
    let mut tape = Tape::default();
    bench.scheduler.run(&mut tape, 0, 200);
    assert!(biggest_step(&tape.out[0]) < 0.01 && tape.out[0][0] < 1.0 && tape.out[0][142] > 0.0);
    assert_eq!(tape.out[0][FADE..], [0.0; 200 - FADE]);
    assert_eq!(tape.out[0], tape.out[1]);
    bench.control.set_mute(false).unwrap();
    assert_eq!(bench.left(FADE + 1)[FADE - 1..], [1.0, 1.0]);
}

#[test]
fn silence_is_passed_on_without_work() {
    let mut bench = Bench::new();
    let gate = bench.control.add(Gate { noise: Noise::new(1, Width::Mono), frame: 0, on: 64, off: 640 }).unwrap();
    let (meter, reading) = Meter::new(Width::Mono);
    let (gain, meter) = (bench.control.add(Gain::new(Width::Mono, 2.0)).unwrap(), bench.control.add(meter).unwrap());
    let counter = bench.control.add(SilenceCounter(0)).unwrap();
    for (from, to) in [(gate, gain), (gain, meter), (meter, counter)] {
        bench.control.connect(from, to, 0).unwrap();
    }
    bench.control.set_output_node(Some(counter)).unwrap();
    bench.control.commit().unwrap();
    let out = bench.left(704);
    assert!(out[..64].iter().any(|s| *s != 0.0) && out[64..].iter().all(|s| s.to_bits() == 0));
    assert_eq!(bench.scheduler.node_mut::<SilenceCounter>(counter).unwrap().0, 10);
    assert_eq!(reading.take_peak(), out.iter().fold(0.0, |peak: f32, s| peak.max(s.abs())));
}

/// Counts calls whose input is known to be silent.
#[derive(Debug)]
struct SilenceCounter(usize);

impl DspNode for SilenceCounter {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        self.0 += usize::from(io.status(0) == Status::Silent);
        let left = io.left(0);
        io.out_left().copy_from_slice(left);
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "SilenceCounter"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: ONE, output: Width::Mono }
    }
}

/// A sine through a filter, against the formula of its response.
#[test]
fn filters_do_what_their_names_say() {
    let level_db = |mode, svf: bool, hz: f64| {
        let mut bench = Bench::new();
        let tone = bench.control.add(Tone(0.0, hz / SR)).unwrap();
        let filter = if svf {
            bench.control.add(Svf::new(mode, Width::Mono, 1000.0, 0.707, 6.0)).unwrap()
        } else {
            bench.control.add(Biquad::new(mode, Width::Mono, 1000.0, 0.707, 6.0)).unwrap()
        };
        bench.control.connect(tone, filter, 0).unwrap();
        bench.control.set_output_node(Some(filter)).unwrap();
        bench.control.commit().unwrap();
        bench.left(9_600);
        let power: f32 = bench.left(9_600).iter().map(|s| s * s).sum::<f32>() / 9_600.0;
        10.0 * (2.0 * power).log10()
    };
    // dB at 50 Hz, 1 kHz and 16 kHz.
    let expected = [
        (FilterMode::LowPass, [0.0, -3.0, -56.9]),
        (FilterMode::HighPass, [-52.0, -3.0, 0.0]),
        (FilterMode::BandPass, [-23.0, 0.0, -25.4]),
        (FilterMode::Peak, [0.0, 6.0, 0.0]),
        (FilterMode::LowShelf, [6.0, 3.0, 0.0]),
        (FilterMode::HighShelf, [0.0, 3.0, 6.0]),
    ];
    for (mode, levels) in expected {
        for (hz, level) in [50.0, 1000.0, 16_000.0].into_iter().zip(levels) {
            let (biquad, svf) = (level_db(mode, false, hz), level_db(mode, true, hz));
            assert!((biquad - svf).abs() < 0.1, "{mode:?} at {hz} Hz: {biquad} and {svf}");
            let is_near = if level < -20.0 { (svf - level).abs() < 1.0 } else { (svf - level).abs() < 0.3 };
            assert!(is_near, "{mode:?} at {hz} Hz: {svf} for {level}");
        }
    }
}

/// Phase and step, in turns.
#[derive(Debug)]
struct Tone(f64, f64);

impl DspNode for Tone {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for sample in io.out_left() {
            *sample = (2.0 * std::f64::consts::PI * self.0).sin() as f32;
            self.0 = (self.0 + self.1).fract();
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Tone"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
}

#[test]
fn commands_of_another_graph_are_left_alone() {
    let (mut mine, mut other) = (Bench::new(), Bench::new());
    let one = other.add_k(1.0, NONE);
    other.control.set_output_node(Some(one)).unwrap();
    other.control.commit().unwrap();
    std::mem::swap(&mut mine.commands, &mut other.commands);
    assert_eq!(mine.left(4), [0.0; 4]);
}

#[test]
fn at_most_so_many_commands_are_taken_in_one_block() {
    let mut bench = Bench::new();
    let one = bench.add_k(1.0, NONE);
    let gain = bench.control.add(Gain::new(Width::Mono, 0.0)).unwrap();
    bench.control.connect(one, gain, 0).unwrap();
    bench.control.set_output_node(Some(gain)).unwrap();
    bench.settle();
    for n in 1..=100_u8 {
        bench.control.update_param(gain, 0, jump(f32::from(n) / 8.0)).unwrap();
    }
    assert_eq!(bench.left(1), [8.0]);
    assert_eq!(bench.left(1), [12.5]);
}
