//! For the tests of nodes: sound through a node, in calls of any length, and what comes of it.

use crate::graph::{DspNode, IoSetup, StereoBlock};

/// A repeatable noise, about as loud as music.
pub(super) fn noise(frames: usize) -> Vec<[f32; 2]> {
    let mut state = 0x2545_F491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32
    };
    (0..frames).map(|_| [next(), next()]).collect()
}

/// A sine of amplitude 0.5, the same left and right.
pub(super) fn sine(hz: f64, sample_rate: f64, frames: usize) -> Vec<[f32; 2]> {
    let at = |n: usize| ((std::f64::consts::TAU * hz * n as f64 / sample_rate).sin() * 0.5) as f32;
    (0..frames).map(|n| [at(n); 2]).collect()
}

/// What a node makes of a sound in calls of `block` frames.
pub(super) fn through(node: &mut dyn DspNode, sound: &[[f32; 2]], block: usize) -> Vec<[f32; 2]> {
    let mut made = vec![];
    for part in sound.chunks(block) {
        let (mut input, mut output) = (StereoBlock::SILENT, StereoBlock::SILENT);
        output.channels_mut().into_iter().for_each(|channel| channel.fill(f32::NAN));
        for (n, [left, right]) in part.iter().enumerate() {
            let [to_left, to_right] = input.channels_mut();
            (to_left[n], to_right[n]) = (*left, *right);
        }
        IoSetup::new(&[&input], &mut output, part.len()).run(node);
        made.extend((0..part.len()).map(|n| [output.left()[n], output.right()[n]]));
    }
    made
}

pub(super) fn bits(sound: &[[f32; 2]]) -> Vec<[u32; 2]> {
    sound.iter().map(|frame| frame.map(f32::to_bits)).collect()
}

/// How much louder a sine of this frequency comes out than it went in, in dB, once the node has settled.
pub(super) fn response_db(node: &mut dyn DspNode, hz: f64, sample_rate: f64) -> f64 {
    let (settle, measured) = (sample_rate as usize / 2, sample_rate as usize / 5);
    let sound = sine(hz, sample_rate, settle + measured);
    let made = through(node, &sound, 64);
    let energy = |sound: &[[f32; 2]]| sound[settle..].iter().map(|[left, _]| f64::from(*left).powi(2)).sum::<f64>();
    10.0 * (energy(&made) / energy(&sound)).max(1e-20).log10()
}

/// The greatest step from frame to frame.
pub(super) fn greatest_step(sound: &[[f32; 2]]) -> f32 {
    sound.windows(2).map(|pair| (pair[1][0] - pair[0][0]).abs()).fold(0.0, f32::max)
}

/// The same node as lanes of a bank and one by one: outputs and what comes after must have the same bits. `set` makes
/// a node's state, by its place.
pub(super) fn banked_and_alone<T: DspNode + crate::graph::BankNode>(make: impl Fn(usize) -> T) -> [Vec<[u32; 2]>; 2] {
    use crate::graph::{BusIo, Graph, GraphConfig, InputBus, OutputBus, Status};
    struct Io {
        sound: Vec<[f32; 2]>,
        made: Vec<Vec<[f32; 2]>>,
    }
    impl BusIo for Io {
        fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) -> Status {
            for n in 0..frames {
                let [left, right] = self.sound[frame + n];
                let sign = if bus.0.is_multiple_of(2) { 1.0 } else { -0.7 };
                let [to_left, to_right] = block.channels_mut();
                (to_left[n], to_right[n]) = (left * sign, right * sign);
            }
            Status::Audio
        }
        fn write(&mut self, bus: OutputBus, _: usize, frames: usize, block: &StereoBlock) {
            self.made[bus.0].extend((0..frames).map(|n| [block.left()[n], block.right()[n]]));
        }
    }
    [true, false].map(|banks| {
        let config = GraphConfig { banks, ..GraphConfig::new(48_000.0) };
        let (mut graph, mut commands, mut scheduler) = Graph::new(config);
        for n in 0..4 {
            let node = graph.add(make(n)).unwrap();
            graph.connect(InputBus(n), node, 0).unwrap();
            graph.set_output(OutputBus(n), Some(node)).unwrap();
        }
        graph.commit().unwrap();
        scheduler.receive(&mut commands);
        graph.commit().unwrap();
        let mut io = Io { sound: noise(2_000), made: vec![vec![]; 4] };
        let mut from = 0;
        for frames in [1, 64, 63, 500, 7, 1_365] {
            scheduler.run_with(&mut io, from, from + frames, None);
            from += frames;
        }
        assert!(io.made.iter().flatten().any(|frame| frame[0] != 0.0));
        bits(&io.made.concat())
    })
}
