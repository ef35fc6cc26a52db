//! The audio-thread guard sees what it is for, and nothing else.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use support::guard::{self, Counts, Kind};

fn counts(body: impl FnOnce()) -> Counts {
    guard::watch(body).1.counts
}

#[test]
fn plain_work_counts_nothing() {
    let mutex = Mutex::new(1);
    let shared = Arc::new(2);
    let atomic = AtomicU32::new(3);
    let (sender, receiver) = mpsc::sync_channel(4);
    let mut vec = Vec::with_capacity(8);
    let seen = counts(|| {
        *mutex.lock().unwrap() += 1;
        drop(black_box(Arc::clone(&shared)));
        atomic.fetch_add(1, Ordering::SeqCst);
        vec.push(black_box(1.0_f64).sin());
        let _ = black_box(Instant::now());
    });
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(seen, Counts::default(), "{seen}");
}

#[test]
fn rust_memory_is_seen() {
    let seen = counts(|| drop(black_box(vec![1_u8; 1000])));
    assert_eq!((seen.of(Kind::Alloc), seen.of(Kind::Free)), (1, 1), "{seen}");
    let seen = counts(|| drop(black_box(Box::new(black_box(7_u64)))));
    assert_eq!((seen.of(Kind::Alloc), seen.of(Kind::Free)), (1, 1), "{seen}");
    let seen = counts(|| drop(black_box(vec![0_u64; 1000])));
    assert_eq!((seen.of(Kind::Alloc), seen.of(Kind::Free)), (1, 1), "zeroed: {seen}");
    let mut grows = vec![1_u8];
    let seen = counts(|| grows.reserve(black_box(10_000)));
    assert_eq!(seen.of(Kind::Alloc), 1, "{seen}");
    #[repr(align(64))]
    struct Aligned(#[allow(dead_code, reason = "only its size matters")] [u8; 64]);
    let seen = counts(|| drop(black_box(Box::new(Aligned(black_box([1; 64]))))));
    assert!(seen.of(Kind::Alloc) == 1 && seen.of(Kind::Free) == 1, "{seen}");
}

#[test]
fn c_memory_is_seen_also_when_the_c_library_asks_itself() {
    let seen = counts(|| {
        // SAFETY: allocated and freed here.
        unsafe { libc::free(black_box(libc::malloc(100))) };
    });
    assert_eq!((seen.of(Kind::Alloc), seen.of(Kind::Free)), (1, 1), "{seen}");
    let seen = counts(|| {
        // SAFETY: a C string, duplicated and freed.
        unsafe { libc::free(black_box(libc::strdup(c"duplicate".as_ptr())).cast()) };
    });
    assert_eq!((seen.of(Kind::Alloc), seen.of(Kind::Free)), (1, 1), "strdup's own malloc: {seen}");
}

/// Tries a race again until it went the way that shows the event; a loaded machine may lose it a few times.
fn eventually(mut seen: impl FnMut() -> bool) -> bool {
    (0..50).any(|_| seen())
}

#[test]
fn a_contended_mutex_is_seen() {
    let once = || {
        let mutex = Mutex::new(());
        let held = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _lock = mutex.lock().unwrap();
                held.store(true, Ordering::SeqCst);
                // Long enough for the other side to stop spinning and sleep on the futex.
                std::thread::sleep(Duration::from_millis(20));
            });
            while !held.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            counts(|| drop(mutex.lock().unwrap())).of(Kind::Wait) >= 1
        })
    };
    assert!(eventually(once));
}

#[test]
fn c_locks_sleep_yield_files_sockets_and_threads_are_seen() {
    let mut mutex = libc::PTHREAD_MUTEX_INITIALIZER;
    // SAFETY: an initialised mutex, locked and unlocked by this thread.
    let seen = counts(|| unsafe {
        libc::pthread_mutex_lock(&raw mut mutex);
        libc::pthread_mutex_unlock(&raw mut mutex);
    });
    assert_eq!(seen.of(Kind::Lock), 1, "{seen}");
    assert_eq!(counts(|| std::thread::sleep(Duration::from_micros(1))).of(Kind::Wait), 1);
    assert_eq!(counts(std::thread::yield_now).of(Kind::Wait), 1);
    assert!(counts(|| drop(std::fs::read("/proc/self/stat"))).of(Kind::Io) >= 2);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = socket.local_addr().unwrap();
    assert_eq!(counts(|| drop(socket.send_to(b"x", to))).of(Kind::Io), 1);
    assert_eq!(counts(|| std::thread::spawn(|| ()).join().unwrap()).of(Kind::Spawn), 1);
}

#[test]
fn waking_a_waiting_thread_is_seen() {
    let once = || {
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            let waits = scope.spawn(move || receiver.recv().unwrap());
            std::thread::sleep(Duration::from_millis(20));
            let seen = counts(|| sender.send(5).unwrap());
            assert_eq!(waits.join().unwrap(), 5);
            seen.of(Kind::Wake) >= 1
        })
    };
    assert!(eventually(once));
}

#[test]
fn condition_variables_of_c_still_work_under_the_hooks() {
    let mut mutex = libc::PTHREAD_MUTEX_INITIALIZER;
    let mut cond = libc::PTHREAD_COND_INITIALIZER;
    let seen = counts(|| {
        let past = libc::timespec { tv_sec: 1, tv_nsec: 0 };
        // SAFETY: an initialised pair, used as its contract asks.
        unsafe {
            libc::pthread_mutex_lock(&raw mut mutex);
            let result = libc::pthread_cond_timedwait(&raw mut cond, &raw mut mutex, &raw const past);
            assert_eq!(result, libc::ETIMEDOUT);
            libc::pthread_cond_signal(&raw mut cond);
            libc::pthread_mutex_unlock(&raw mut mutex);
        }
    });
    assert_eq!((seen.of(Kind::Wait), seen.of(Kind::Wake)), (1, 1), "{seen}");
}

#[test]
fn only_the_watched_thread_counts_and_not_while_paused() {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                drop(black_box(vec![1_u8; 100]));
            }
        });
        let seen = counts(|| {
            let end = Instant::now() + Duration::from_millis(20);
            while Instant::now() < end {
                std::hint::spin_loop();
            }
            guard::pause(|| drop(black_box(vec![1_u8; 100])));
        });
        stop.store(true, Ordering::SeqCst);
        assert_eq!(seen, Counts::default(), "{seen}");
    });
}

#[test]
fn the_first_offender_is_named() {
    #[inline(never)]
    fn the_culprit() -> Vec<u8> {
        black_box(vec![1; 100])
    }
    let ((), report) = guard::watch(|| drop(the_culprit()));
    let offence = report.first.expect("an offence");
    assert_eq!(offence.kind, Kind::Alloc);
    let trace = offence.backtrace.to_string();
    assert!(trace.contains("the_culprit"), "{trace}");
}

#[test]
fn a_panic_inside_a_watch_ends_the_watch() {
    let caught = std::panic::catch_unwind(|| guard::watch(|| panic!("on purpose")));
    assert!(caught.is_err());
    drop(black_box(vec![1_u8; 100]));
    let ((), report) = guard::watch(|| ());
    assert_eq!(report.counts, Counts::default());
}

/// Said to the program that is this one again, for the one test.
const SAYS_FIRST: &str = "ECHELON_FIRST_WATCHES";

/// The first watches of a process are set up by whichever thread is the first, and the others wait for it.
#[test]
fn the_first_watches_of_many_threads_count_nothing_of_their_own() {
    if std::env::var_os(SAYS_FIRST).is_some() {
        return first_watches_at_once();
    }
    for _ in 0..40 {
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_first_watches_of_many_threads_count_nothing_of_their_own"])
            .env(SAYS_FIRST, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success() && said.contains("1 passed"), "{said}");
    }
}

fn first_watches_at_once() {
    let waiting = AtomicU32::new(8);
    let begin = || {
        waiting.fetch_sub(1, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) > 0 {
            std::hint::spin_loop();
        }
        let seen = counts(|| ());
        assert_eq!(seen, Counts::default(), "{seen}");
    };
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(begin))));
}

/// A system call as the processor has it: the C library knows nothing of it.
#[cfg(target_arch = "x86_64")]
fn process_id_of_the_kernel() -> i64 {
    let result: i64;
    // SAFETY: `getpid` takes nothing and writes nothing but its result; the instruction changes rcx and r11.
    unsafe {
        std::arch::asm!("syscall", inlateout("rax") libc::SYS_getpid => result, out("rcx") _, out("r11") _, options(nostack));
    }
    result
}

#[cfg(target_arch = "x86_64")]
#[test]
fn a_system_call_past_the_c_library_is_seen_and_done() {
    assert!(guard::stops_at_the_kernel(), "Linux has it since 5.11");
    let mut id = 0;
    let ((), report) = guard::watch(|| id = process_id_of_the_kernel());
    assert_eq!(id, i64::from(std::process::id()));
    assert_eq!(report.counts.of(Kind::Kernel), 1, "{}", report.counts);
    let trace = report.first.expect("an offence").backtrace.to_string();
    assert!(trace.contains("a_system_call_past"), "{trace}");
    let seen = counts(|| id = guard::pause(process_id_of_the_kernel));
    assert_eq!(seen, Counts::default(), "the host's own code may do so: {seen}");
    // A hook has it: it is one thing, and counted once.
    let seen = counts(std::thread::yield_now);
    assert_eq!((seen.total(), seen.of(Kind::Wait)), (1, 1), "{seen}");
    assert_eq!(counts(|| ()), Counts::default());
}
