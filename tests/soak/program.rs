//! The program behind `cargo xtask soak`: `echelon-soak MINUTES SEED [REPORT]`.

mod held;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use held::Ledger;
use support::rig::soak;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| args.get(at).and_then(|arg| arg.parse::<u64>().ok());
    let (Some(minutes), Some(seed), true) = (number(0), number(1), args.len() <= 3) else {
        eprintln!("usage: echelon-soak MINUTES SEED [REPORT]");
        return ExitCode::from(2);
    };
    match play(minutes, seed, args.get(2).map(PathBuf::from).as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}\nrun it again with seed {seed}");
            ExitCode::FAILURE
        }
    }
}

/// Soaks, prints what there was to see, and keeps it in a file, also if it failed.
fn play(minutes: u64, seed: u64, path: Option<&Path>) -> Result<(), String> {
    let start = Instant::now();
    let made = Mutex::new((0, Ledger::default()));
    let result = soak(minutes * 60 * 48_000, seed, |session| {
        let (made, ledger) = &mut *made.lock().expect("nothing panics meanwhile");
        *made += session;
        let (secs, music) = (start.elapsed().as_secs_f64(), *made / 48_000);
        ledger.note(music / 60);
        eprint!("\r{} of {minutes} minutes, {:.0} times real time ", music / 60, music as f64 / secs.max(1e-3));
    });
    eprintln!();
    let (_, ledger) = made.into_inner().expect("nothing panics meanwhile");
    let result = result.and_then(|report| ledger.judge().map(|()| report));
    let outcome = match &result {
        Ok(report) => report.to_string(),
        Err(error) => format!("FAILED: {error}\n"),
    };
    let secs = start.elapsed().as_secs();
    let text = format!("Soak of {minutes} minutes, seed {seed}, made in {secs} s\n{outcome}\n{}", ledger.table());
    println!("{text}");
    if let Some(path) = path {
        let folder = path.parent().unwrap_or(Path::new("."));
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
        written.map_err(|error| format!("could not write {}: {error}", path.display()))?;
    }
    result.map(|_| ())
}
