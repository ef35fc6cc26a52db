//! The program behind `cargo xtask link`: the plugin in a mini-host that runs in real time, as one peer of a session.
//!
//! `echelon-link-peer play FORMAT FRAMES` takes commands from its input and tells what happens on its output, each in a
//! line; it ends with its input. `echelon-link-peer cycles LIBRARY COUNT on|off` loads and unloads the plugin's
//! library with a session on or off. To be run in a network namespace: it sends multicast.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frames, bins and counts of a measurement are small and not negative"
)]

mod cycles;
mod device;
mod raw_clock;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["play", format, frames] => device::play(format, frames),
        ["cycles", library, count, session @ ("on" | "off")] => cycles::run(library, count, session == "on"),
        _ => Err("usage: echelon-link-peer play clap|vst3 FRAMES | cycles LIBRARY COUNT on|off".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}
