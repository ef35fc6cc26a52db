//! Two lanes against one while the machine is busy: one block in 1.333 ms, as a device asks for them.
#![cfg_attr(target_os = "linux", allow(unsafe_code, reason = "asks for real-time priority, as a host does"))]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::graph::{GraphConfig, Helpers, Parallel};

use super::{FRAMES, PLAIN, biquad, decks, median};

const PERIOD: Duration = Duration::from_nanos(1_333_333);
const BLOCKS: usize = 1500;
/// At the start, while caches are cold and helpers find the rhythm.
const WARM_UP: usize = 100;

/// What else the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Load {
    /// As many busy threads of ordinary priority as there are cores here.
    TwoThreads,
    /// Pieces of 5 ms, as many as there is room for, in the pool that everyone in a process shares.
    GlobalPool,
}

/// How the blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    name: &'static str,
    mode: Parallel,
    has_helper: bool,
    is_helper_raised: bool,
}

const WAYS: [Way; 4] = [
    Way { name: "one lane", mode: Parallel::Off, has_helper: false, is_helper_raised: false },
    Way { name: "two, helper raised", mode: Parallel::On, has_helper: true, is_helper_raised: true },
    Way { name: "two, ordinary helper", mode: Parallel::On, has_helper: true, is_helper_raised: false },
    Way { name: "auto, ordinary helper", mode: Parallel::Auto, has_helper: true, is_helper_raised: false },
];

/// Prints missed deadlines and how long blocks take. Less than half a minute.
pub(super) fn run() {
    let raised = std::thread::spawn(|| raise(50)).join().unwrap_or(false);
    let priority = if raised { "real-time" } else { "ordinary: no more is allowed here" };
    println!("8 decks, 800 biquads, {BLOCKS} blocks of {FRAMES} frames every 1.333 ms; audio thread: {priority}");
    for load in [Load::TwoThreads, Load::GlobalPool] {
        for way in WAYS {
            let stop = Arc::new(AtomicBool::new(false));
            start(load, &stop);
            let Ok(mut took) = std::thread::spawn(move || paced(way)).join() else { continue };
            stop.store(true, Ordering::Relaxed);
            let missed = took.iter().filter(|block| block.missed).count();
            let woken = took.iter().filter(|block| block.woken_late).count();
            let mut us: Vec<f64> = took.drain(..).map(|block| block.us).collect();
            let p50 = median(&mut us);
            let p99 = us[us.len() * 99 / 100];
            let name = way.name;
            println!(
                "{load:?}: {name:>22}: missed {missed:4}, p50 {p50:6.1} us, p99 {p99:7.1} us, most {:7.1} us; woken late {woken}",
                us[us.len() - 1]
            );
            // What the load has begun comes to its end.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

struct Block {
    us: f64,
    /// Not done when the next was due.
    missed: bool,
    /// The system let it begin in the second half of its time: what is missed then is not the engine's.
    woken_late: bool,
}

/// On a thread of its own, which is raised if that is allowed.
fn paced(way: Way) -> Vec<Block> {
    raise(50);
    let config = GraphConfig { lanes: if way.has_helper { 2 } else { 1 }, ..PLAIN };
    let mut halves = decks(config, 8, 100, biquad);
    let _ = halves.control.set_parallel(way.mode);
    let is_raised = way.is_helper_raised;
    let settle = move |_| {
        // A new thread has the priority of its maker.
        raise(if is_raised { 49 } else { 0 });
    };
    let helpers = way.has_helper.then(|| Helpers::start(&halves.control, 1, settle));
    if let Some(Ok(helpers)) = &helpers {
        while !helpers.are_ready() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let mut due = Instant::now() + PERIOD;
    let mut blocks = Vec::with_capacity(BLOCKS + WARM_UP);
    for _ in 0..BLOCKS + WARM_UP {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        halves.scheduler.process_block(&mut halves.commands, [&mut left, &mut right]);
        let end = Instant::now();
        let woken_late = start > due + PERIOD / 2;
        let us = (end - start).as_nanos() as f64 / 1000.0;
        blocks.push(Block { us, missed: end > due + PERIOD && !woken_late, woken_late });
        due += PERIOD;
        if end > due {
            // The device went on without it.
            due = end;
        }
    }
    blocks.split_off(WARM_UP)
}

fn start(load: Load, stop: &Arc<AtomicBool>) {
    match load {
        Load::TwoThreads => {
            for _ in 0..2 {
                let stop = stop.clone();
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        work_for(Duration::from_millis(5));
                    }
                });
            }
        }
        Load::GlobalPool => (0..2 * rayon::current_num_threads()).for_each(|_| again(stop.clone())),
    }
}

/// A piece of work in the global pool that is followed by another.
fn again(stop: Arc<AtomicBool>) {
    rayon::spawn(move || {
        if !stop.load(Ordering::Relaxed) {
            work_for(Duration::from_millis(5));
            again(stop);
        }
    });
}

fn work_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::black_box((0..1000_u32).fold(1_u32, |a, b| a.wrapping_mul(b | 1)));
    }
}

/// Real-time priority for this thread; 0 for ordinary. Whether it was given.
#[cfg(target_os = "linux")]
fn raise(priority: i32) -> bool {
    let policy = if priority > 0 { libc::SCHED_FIFO } else { libc::SCHED_OTHER };
    let param = libc::sched_param { sched_priority: priority };
    // SAFETY: the parameter is valid for the call.
    unsafe { libc::sched_setscheduler(0, policy, &raw const param) == 0 }
}

/// Not asked for elsewhere.
#[cfg(not(target_os = "linux"))]
fn raise(_: i32) -> bool {
    false
}
