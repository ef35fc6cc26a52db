//! Echelon without a host: sound by JACK or the system, MIDI by hardware and virtual ports.
//!
//! `echelon --help` lists the framework's options: `--midi-input NAME` opens a port of the system, `--backend jack`
//! registers ports of JACK. Ours go beside them: `--midi-port` lists what there is, `--midi-port virtual` offers a port of
//! its own by which other programs play it, and `--fresh` begins without what it remembers of the last time.

use echelon::host::remember;
use echelon::input::midi::ports::{Asked, open_asked};

fn main() {
    let own = Own::of(std::env::args());
    if own.is_help {
        println!("{HELP}");
    }
    let port = match open_asked(&own.ports) {
        Ok(Asked::Listed) => return,
        Ok(Asked::Open(port)) => port,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    let memory = remember::file().map(|file| remember::begin(file, own.fresh));
    let ran = nice_plug::prelude::nice_export_standalone_with_args::<echelon::Echelon, _>(own.rest);
    drop(memory);
    drop(port);
    if !ran {
        std::process::exit(1);
    }
}

const HELP: &str = "\
Echelon's own options:
      --midi-port <NAME>  Opens the MIDI input with this in its name; `virtual` offers one of its own; without a name it
                          lists what there is
      --fresh             Begins empty; what was there the last time is put aside

The framework's:
";

/// Our own arguments, and those of the framework.
#[derive(Debug, Default, PartialEq)]
struct Own {
    ports: Vec<String>,
    fresh: bool,
    is_help: bool,
    rest: Vec<String>,
}

impl Own {
    fn of(all: impl Iterator<Item = String>) -> Self {
        let mut own = Self::default();
        let mut all = all.peekable();
        while let Some(argument) = all.next() {
            match argument.as_str() {
                "--midi-port" => own.ports.push(all.next_if(|next| !next.starts_with('-')).unwrap_or_default()),
                "--fresh" => own.fresh = true,
                _ => {
                    own.is_help |= matches!(argument.as_str(), "--help" | "-h");
                    own.rest.push(argument);
                }
            }
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(words: &[&str]) -> Own {
        Own::of(std::iter::once("echelon").chain(words.iter().copied()).map(str::to_owned))
    }

    #[test]
    fn our_options_are_taken_out_of_the_framework_s() {
        let read = own(&["--backend", "jack", "--midi-port", "DDJ", "--fresh", "--midi-port", "-p", "64"]);
        assert_eq!(read.ports, ["DDJ", ""]);
        assert_eq!(read.rest, ["echelon", "--backend", "jack", "-p", "64"]);
        assert!(read.fresh && !read.is_help);
        assert!(own(&["--help"]).is_help && own(&["-h"]).rest.contains(&"-h".to_owned()));
        assert_eq!(own(&[]), Own { rest: vec!["echelon".to_owned()], ..Own::default() });
    }
}
