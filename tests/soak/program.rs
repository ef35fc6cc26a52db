//! The program behind `cargo xtask soak`: `echelon-soak MINUTES SEED`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use support::rig::soak;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let (Some(Ok(minutes)), Some(Ok(seed)), None) = (args.next(), args.next(), args.next()) else {
        eprintln!("usage: echelon-soak MINUTES SEED");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let frames = minutes * 60 * 48_000;
    let made = AtomicU64::new(0);
    let result = soak(frames, seed, |session| {
        let made = made.fetch_add(session, Ordering::Relaxed) + session;
        let secs = start.elapsed().as_secs_f64();
        let music = made as f64 / 48_000.0;
        eprint!("\r{:.0} of {minutes} minutes, {:.0} times real time ", music / 60.0, music / secs.max(1e-3));
    });
    eprintln!();
    match result {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\nrun it again with seed {seed}");
            ExitCode::FAILURE
        }
    }
}
