//! The audio thread under guard: no heap call, and no system call at all, with parameters, moves, plans and lanes in
//! flight.
#![cfg(target_os = "linux")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    unsafe_code,
    missing_docs,
    reason = "a guard around the allocator and the kernel's filter have no safe interface"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echelon_engine::graph::nodes::{Biquad, FilterMode, Gain, Meter, Sum, Svf};
use echelon_engine::graph::{
    CommandReceiver, DspNode, Graph, GraphConfig, GraphControl, Guard, NodeId, NodeIo, Parallel, Param, Ports,
    Scheduler, Status, Width,
};

/// Counts the heap calls of threads that are being watched.
struct Counting;

static HEAP_CALLS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

fn count() {
    if WATCHED.get() {
        HEAP_CALLS.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised to this function.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: as promised to this function.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Noise that depends on nothing but its seed.
struct Noise(u32);

impl DspNode for Noise {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        for sample in io.out_left() {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Now and then what is no sound: that is seen to without a call of the system too.
            let is_broken = self.0 >> 12 == 0;
            *sample = if is_broken { f32::NAN } else { f32::from((self.0 >> 16) as u16) / 65_536.0 - 0.5 };
        }
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Noise"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: &[], output: Width::Mono }
    }
    fn guard(&self) -> Guard {
        Guard::Scan
    }
}

/// Eight decks with filters, gains and meters.
struct Rig {
    control: GraphControl,
    gains: Vec<NodeId>,
    sum: Option<NodeId>,
}

fn rig() -> (Rig, CommandReceiver, Scheduler) {
    let (control, commands, scheduler) = Graph::new(GraphConfig { sample_rate: 48_000.0, banks: true, lanes: 2 });
    let mut rig = Rig { control, gains: vec![], sum: None };
    rig.fill();
    rig.control.commit().unwrap();
    (rig, commands, scheduler)
}

impl Rig {
    fn fill(&mut self) {
        let control = &mut self.control;
        let sum = control.add(Sum::new(Width::Mono, 8)).unwrap();
        self.sum = Some(sum);
        self.gains.clear();
        for deck in 0..8 {
            let noise = control.add(Noise(deck as u32)).unwrap();
            let svf = control.add(Svf::new(FilterMode::LowPass, Width::Mono, 2000.0, 0.7, 0.0)).unwrap();
            let mut last = control.add(Biquad::new(FilterMode::Peak, Width::Mono, 500.0, 0.7, 3.0)).unwrap();
            control.connect(noise, svf, 0).unwrap();
            control.connect(svf, last, 0).unwrap();
            // Nodes that no bank takes, so that lanes have something to share.
            for _ in 0..12 {
                let next = control.add(Sum::new(Width::Mono, 1)).unwrap();
                control.connect(last, next, 0).unwrap();
                last = next;
            }
            let gain = control.add(Gain::new(Width::Mono, 0.1)).unwrap();
            let meter = control.add(Meter::new(Width::Mono).0).unwrap();
            control.connect(last, gain, 0).unwrap();
            control.connect(gain, meter, 0).unwrap();
            control.connect(meter, sum, deck).unwrap();
            self.gains.push(gain);
        }
        control.set_output_node(Some(sum)).unwrap();
    }

    /// One more round of a busy control side: moves, a mute, an effect put in or taken out, and what came back dropped.
    fn edit(&mut self, round: u64) {
        let gain = self.gains[round as usize % 8];
        let param = Param { target: (round % 10) as f32 / 50.0, ramp_frames: 1 + (round % 100) as u32 };
        // A full ring is an answer.
        _ = self.control.update_param(gain, 0, param);
        if round.is_multiple_of(37) {
            _ = self.control.set_mute(round.is_multiple_of(74));
        }
        let (slot, sum) = (round as usize % 8, self.sum.unwrap());
        match self.control.graph().input(sum, slot).unwrap() {
            Some(echelon_engine::graph::SourceId::Node(node)) if round.is_multiple_of(3) => {
                let extra = self.control.add(Gain::new(Width::Mono, 0.5)).unwrap();
                let is_extra = !self.gains.contains(&node) && self.control.graph().type_name(node) == Ok("Gain");
                if round.is_multiple_of(2) && is_extra {
                    self.control.remove(node).unwrap();
                    self.control.connect(self.gains[slot], extra, 0).unwrap();
                } else {
                    self.control.connect(node, extra, 0).unwrap();
                }
                self.control.connect(extra, sum, slot).unwrap();
            }
            _ => {}
        }
        if self.control.graph().len() > 400 {
            self.control.clear();
            self.fill();
        }
        _ = self.control.commit();
    }
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const BLOCKS: u64 = 3_000;
const SWAPS: u64 = 200;
/// However slow the machine is, they are through by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays on a thread of its own, which `arm` prepares, while this one edits. Ends after enough blocks and swaps.
fn play(parallel: Parallel, arm: fn(), disarm: fn()) -> f32 {
    let (mut rig, mut commands, mut scheduler) = rig();
    rig.control.set_parallel(parallel).unwrap();
    let enough = AtomicBool::new(false);
    let blocks = AtomicU64::new(0);
    let energy = std::thread::scope(|scope| {
        let audio = scope.spawn(|| {
            let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
            let mut energy = 0.0;
            arm();
            while !enough.load(Ordering::Relaxed) {
                let block = blocks.fetch_add(1, Ordering::Relaxed);
                let frames = 1 + (block as usize * 37) % 512;
                scheduler.process_block(&mut commands, [&mut left[..frames], &mut right[..frames]]);
                energy += left[..frames].iter().map(|s| s * s).sum::<f32>();
            }
            disarm();
            energy
        });
        // A failure here must not leave the other thread playing for ever.
        let end_of_audio = SetOnDrop(&enough);
        let start = Instant::now();
        for round in 0.. {
            rig.edit(round);
            let telemetry = rig.control.telemetry();
            if blocks.load(Ordering::Relaxed) >= BLOCKS && telemetry.plans >= SWAPS {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "it never got through: {telemetry:?}");
            std::thread::sleep(Duration::from_micros(100));
        }
        drop(end_of_audio);
        audio.join().unwrap()
    });
    assert!(energy > 1.0, "something sounded");
    assert!(rig.control.telemetry().non_finite > 0, "and some of it was none");
    assert_eq!(rig.control.telemetry().refused_swaps, 0);
    energy
}

#[test]
fn no_heap_call_with_moves_and_plans_in_flight() {
    for parallel in [Parallel::Off, Parallel::Auto] {
        play(parallel, || WATCHED.set(true), || WATCHED.set(false));
        assert_eq!(HEAP_CALLS.swap(0, Ordering::Relaxed), 0);
    }
    // The guard does see one.
    WATCHED.set(true);
    drop(std::hint::black_box(Box::new(1)));
    WATCHED.set(false);
    assert_eq!(HEAP_CALLS.swap(0, Ordering::Relaxed), 2);
}

/// The kernel kills the process at the next system call of this thread but for its end.
fn forbid_system_calls() {
    let allow_if = |number: libc::c_long| libc::sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
        jt: 0,
        jf: 1,
        k: number as u32,
    };
    let ret = |k| libc::sock_filter { code: (libc::BPF_RET | libc::BPF_K) as u16, jt: 0, jf: 0, k };
    let load_number =
        libc::sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k: 0 };
    let mut filter = [
        load_number,
        allow_if(libc::SYS_exit_group),
        ret(libc::SECCOMP_RET_ALLOW),
        ret(libc::SECCOMP_RET_KILL_PROCESS),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the program is valid for the call, which copies it.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

/// The watched thread cannot end like another one, which takes system calls: it ends the process.
fn end_well() {
    // SAFETY: ends the process.
    unsafe { libc::_exit(0) };
}

/// Runs one of the children below in a process of its own.
fn child(name: &str) -> std::process::ExitStatus {
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    command.args(["--exact", "one_child", "--nocapture"]).env("ECHELON_GRAPH_CHILD", name);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.status().unwrap()
}

/// Does nothing but as a child.
#[test]
fn one_child() {
    match std::env::var("ECHELON_GRAPH_CHILD").as_deref() {
        Ok("plays") => _ = play(Parallel::Off, forbid_system_calls, end_well),
        #[cfg(feature = "parallel")]
        Ok("plays with a helper") => with_helper(),
        Ok("calls") => _ = play(Parallel::Off, forbid_system_calls, std::thread::yield_now),
        _ => {}
    }
}

/// As `play`, with lanes always on.
#[cfg(feature = "parallel")]
fn with_helper() {
    use echelon_engine::graph::Helpers;
    let (mut rig, mut commands, mut scheduler) = rig();
    rig.control.set_parallel(Parallel::On).unwrap();
    let helpers = Helpers::start(&rig.control, 1, |_| {}).unwrap();
    while !helpers.are_ready() {
        std::thread::yield_now();
    }
    let blocks = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
            forbid_system_calls();
            loop {
                blocks.fetch_add(1, Ordering::Relaxed);
                scheduler.process_block(&mut commands, [&mut left, &mut right]);
            }
        });
        let start = Instant::now();
        for round in 0.. {
            rig.edit(round);
            let telemetry = rig.control.telemetry();
            let shared = telemetry.shared_sub_blocks;
            if blocks.load(Ordering::Relaxed) >= BLOCKS && telemetry.plans >= SWAPS && shared >= BLOCKS {
                end_well();
            }
            if start.elapsed() >= PATIENCE {
                // SAFETY: ends the process; the audio thread would go on for ever.
                unsafe { libc::_exit(1) };
            }
            std::thread::sleep(Duration::from_micros(100));
        }
    });
}

#[test]
fn three_thousand_blocks_with_swaps_make_no_system_call() {
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(child("calls").signal(), Some(libc::SIGSYS), "the filter does kill");
    assert!(child("plays").success(), "{:?}", child("plays"));
    #[cfg(feature = "parallel")]
    assert!(child("plays with a helper").success());
}
