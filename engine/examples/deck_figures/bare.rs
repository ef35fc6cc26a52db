//! The time stretcher alone, as its library runs it.

use std::hint::black_box;

use signalsmith_stretch::Stretch;

use crate::stage::cpu_secs;

/// Prints what the library costs for four stereo streams.
pub fn compare() {
    let mut stretchers: Vec<Stretch> = (0..4).map(|_| Stretch::preset_cheaper(2, 48_000)).collect();
    let input: Vec<f32> = (0..2 * 66).map(|i| (i as f32 * 0.1).sin() * 0.3).collect();
    let mut output = [0.0; 128];
    let blocks = 10_000;
    let start = cpu_secs();
    for _ in 0..blocks {
        for stretcher in &mut stretchers {
            stretcher.process(black_box(&input), &mut output);
            black_box(&output);
        }
    }
    let part = (cpu_secs() - start) / f64::from(blocks) / (64.0 / 48_000.0);
    println!("the stretch library alone, 4 streams, 64 frames: {:.2} %", 100.0 * part);
}
