//! `cargo xtask soak`: hours of music in minutes, with random actions from every source.

use anyhow::{Result, bail};

use crate::cli::Args;
use crate::workspace::{cargo, run, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask soak [--minutes M] [--seed S]

Plays M minutes of music offline, as fast as the machine can (60 unless you say so), on a rig with a simulated host:
stops and starts, loops, jumps, ramps, odd bars, hosts that round or lie. OSC, editor and bridge (each a queue of its own),
parameters and MIDI ask for anything at random. The same seed (1 unless you say so) is the same soak.

It fails at once, with the seed and the second, if a request has no final receipt or two, a deck leaves its table of states,
a deed is not on its frame on an exact host, a deck on air is moved or stopped by nobody, a step in the sound is more than
-60 dB above what the music and its fades explain, a sample is no number, the audio side takes memory or a lock, or the
memory or the number of open files grows. At the end it prints the telemetry of the scheduler and of the safety policy, and
what the process held after each hour of music (memory, open files, threads).

The report stays in target/soak/MINUTES-minutes-seed-SEED.txt. A day of music (`--minutes 1440`) takes about 40 minutes of two
cores. A soak of 60 minutes is part of `cargo xtask test`.
";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Soak {
    minutes: u64,
    seed: u64,
}

impl Soak {
    fn from_args(mut args: Args) -> Result<Self> {
        let minutes = args.value("--minutes")?.unwrap_or(60);
        let seed = args.value("--seed")?.unwrap_or(1);
        args.finish()?;
        if minutes == 0 {
            bail!("`--minutes 0`: at least one");
        }
        Ok(Self { minutes, seed })
    }
}

pub fn main(args: Args) -> Result<()> {
    let Soak { minutes, seed } = Soak::from_args(args)?;
    step(&format!("Soaking {minutes} minutes of music, seed {seed} (the first time everything is compiled: minutes)"));
    let report = target_dir().join("soak").join(format!("{minutes}-minutes-seed-{seed}.txt"));
    let (minutes, seed, path) = (minutes.to_string(), seed.to_string(), report.display().to_string());
    let program =
        ["run", "--quiet", "--package", "echelon_tests", "--bin", "echelon-soak", "--", &minutes, &seed, &path];
    if !run(cargo().args(program))?.success() {
        bail!("the soak failed: the reason is above");
    }
    println!("    {}", shown(&report));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soak(text: &str) -> Result<Soak> {
        Soak::from_args(Args::new(text.split_whitespace().map(str::to_owned)))
    }

    #[test]
    fn an_hour_unless_told_otherwise() {
        assert_eq!(soak("").unwrap(), Soak { minutes: 60, seed: 1 });
        assert_eq!(soak("--seed 7 --minutes=600").unwrap(), Soak { minutes: 600, seed: 7 });
        for wrong in ["--minutes 0", "--minutes -1", "--hours 2"] {
            assert!(soak(wrong).is_err(), "{wrong}");
        }
    }
}
