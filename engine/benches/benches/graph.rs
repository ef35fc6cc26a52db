//! The main graphs under criterion: `cargo bench -p echelon_bench`. For all graphs, checks and verdicts:
//! `cargo xtask bench graph`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use echelon_bench::engine::{BARE_AGAIN, CONTENDERS, check};
use echelon_bench::shape::{Graph, Shape, Work};

const FRAMES: usize = 64;
const NODES: usize = 1000;

fn graphs(criterion: &mut Criterion) {
    for (shape, work) in [(Shape::Decks, Work::Gain), (Shape::Random, Work::Gain), (Shape::Decks, Work::Biquad)] {
        let mut group = criterion.benchmark_group(format!("{} of {NODES} x {}", shape.name(), work.name()));
        group.throughput(Throughput::Elements(NODES as u64));
        let graph = Graph::new(shape, work, NODES);
        for contender in CONTENDERS.iter().filter(|contender| contender.name != BARE_AGAIN) {
            let Ok(mut engine) = (contender.build)(&graph, FRAMES) else { continue };
            if let Err(reason) = check(&mut *engine, &graph, FRAMES) {
                panic!("{}: {reason}", contender.name);
            }
            let mut output = [0.0; FRAMES];
            group.bench_function(BenchmarkId::from_parameter(contender.name), |bencher| {
                bencher.iter(|| engine.run(&mut output));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = graphs
}
criterion_main!(benches);
