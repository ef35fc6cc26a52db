//! Echelon without a host: sound by JACK or the system, MIDI by hardware and virtual ports.
//!
//! `echelon --help` lists the framework's options: `--midi-input NAME` opens a port of the system, `--backend jack`
//! registers ports of JACK. `--midi-port` lists what there is, and `--midi-port virtual` offers a port of its own by which other programs
//! play it; both go beside the framework's.

fn main() {
    let (own, rest): (Vec<String>, Vec<String>) = own_arguments(std::env::args());
    let port = match echelon::input::midi::ports::open_asked(&own) {
        Ok(echelon::input::midi::ports::Asked::Listed) => return,
        Ok(echelon::input::midi::ports::Asked::Open(port)) => port,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    let ran = nice_plug::prelude::nice_export_standalone_with_args::<echelon::Echelon, _>(rest);
    drop(port);
    if !ran {
        std::process::exit(1);
    }
}

/// Our own arguments, and those of the framework.
fn own_arguments(all: impl Iterator<Item = String>) -> (Vec<String>, Vec<String>) {
    let (mut own, mut rest) = (vec![], vec![]);
    let mut all = all.peekable();
    while let Some(argument) = all.next() {
        if argument == "--midi-port" {
            own.push(all.next_if(|next| !next.starts_with('-')).unwrap_or_default());
        } else {
            rest.push(argument);
        }
    }
    (own, rest)
}
