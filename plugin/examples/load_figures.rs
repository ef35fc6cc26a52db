//! What it costs to load files: `cargo xtask bench load`, or
//! `cargo run --release -p echelon --example load_figures -- FILE...`.
//!
//! Decoding and analysis of each on one thread, in seconds of the processor and as a part of the music; and how much of
//! a whole load has passed when a deck can begin.

#![allow(unsafe_code, reason = "the processor's own clock")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use echelon::media::analyse::analyse;
use echelon::media::{LoadEvent, Loader, decode};
use echelon_engine::action::RequestId;
use echelon_engine::units::DeckId;

/// Of several turns the least is kept: nothing else ran then.
const TURNS: usize = 3;
/// Five minutes in this many seconds of one core.
const BAR: (f64, f64) = (300.0, 1.5);
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    println!("{:<12} {:>8} {:>10} {:>10} {:>10}  begins after", "file", "music", "decode", "analysis", "both");
    let mut holds = true;
    for path in std::env::args_os().skip(1) {
        match figures(Path::new(&path)) {
            Ok(is_quick) => holds &= is_quick,
            Err(why) => {
                eprintln!("{}: {why}", Path::new(&path).display());
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{} five minutes under {} s", if holds { "pass" } else { "FAIL" }, BAR.1);
    ExitCode::SUCCESS
}

/// On a pool of one thread, whose time is all of the work's: the pieces of an analysis are spread over the pool it runs in.
fn figures(path: &Path) -> Result<bool, String> {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| error.to_string())?;
    let mut least = [f64::INFINITY; 3];
    let mut secs = 0.0;
    for _ in 0..TURNS {
        let start = cpu_secs();
        let decoded = decode(path, &mut |_| {}, &|| false).map_err(|error| error.to_string())?;
        let decoding = cpu_secs() - start;
        let analysis = one.install(|| {
            let start = cpu_secs();
            analyse(&decoded.track, &|_| {}, &|| false).map(|_| cpu_secs() - start)
        });
        let parts = [decoding, analysis.ok_or("no analysis")?, head(path)?];
        least = std::array::from_fn(|part| least[part].min(parts[part]));
        secs = decoded.track.seconds();
    }
    let [decoding, analysis, head] = least;
    let both = decoding + analysis;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!(
        "{name:<12} {secs:>6.0} s {decoding:>8.2} s {analysis:>8.2} s {both:>8.2} s  {:.1} % of the load",
        100.0 * head
    );
    Ok(both / secs < BAR.1 / BAR.0)
}

/// The part of a load after which a deck can begin.
fn head(path: &Path) -> Result<f64, String> {
    let loader = Loader::new(|| ()).map_err(|error| error.to_string())?;
    let start = Instant::now();
    loader.load(DeckId::A, RequestId::next(), path.to_owned()).map_err(|error| error.to_string())?;
    let mut on_deck = None;
    while start.elapsed() < PATIENCE {
        match loader.poll() {
            Some(LoadEvent::Loaded { track, .. }) => on_deck = Some((start.elapsed(), track)),
            Some(LoadEvent::Whole { .. }) => {
                let head = on_deck.ok_or("a deck never had it")?.0;
                return Ok(head.as_secs_f64() / start.elapsed().as_secs_f64());
            }
            Some(LoadEvent::Failed { error, .. }) => return Err(error.to_string()),
            _ => std::thread::yield_now(),
        }
    }
    Err("it did not come".to_owned())
}

/// Seconds that the calling thread has worked.
#[cfg(unix)]
fn cpu_secs() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock is there on every system that we build for, and the place is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The wall's: nearest to it.
#[cfg(not(unix))]
fn cpu_secs() -> f64 {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}
