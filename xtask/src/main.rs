//! `cargo xtask`: everything one does with Echelon's source, in one command each.

use std::process::ExitCode;

#[cfg(test)]
mod arch;
mod bench;
mod bundle;
mod canvas;
mod cli;
mod demo;
mod dist;
mod fuzz;
mod hosts;
mod install;
mod link;
mod music;
#[cfg(test)]
mod newcomer;
mod osc;
#[cfg(test)]
mod pages;
mod platforms;
mod realtime;
mod report;
mod setup;
mod shots;
mod soak;
mod test;
mod workspace;

use cli::Args;

/// One row per command: its name, what it does in a line, its help, and the function.
struct Command {
    name: &'static str,
    summary: &'static str,
    help: &'static str,
    run: fn(Args) -> anyhow::Result<()>,
}

const COMMANDS: [Command; 16] = [
    Command {
        name: "setup",
        summary: "install (or name) the system packages that building and testing need",
        help: setup::HELP,
        run: setup::main,
    },
    Command {
        name: "bundle",
        summary: "build the plugin and put Echelon.clap and Echelon.vst3 into target/bundled/",
        help: bundle::HELP,
        run: bundle::main,
    },
    Command {
        name: "demo",
        summary: "play a short set in a real host by OSC; prove each action on its frame (sound, picture, table)",
        help: demo::HELP,
        run: demo::main,
    },
    Command {
        name: "test",
        summary: "set up, then run every test of the workspace and sum the counts",
        help: test::HELP,
        run: test::main,
    },
    Command {
        name: "shots",
        summary: "take pictures of the editor in every state, and compare them with kept ones",
        help: shots::HELP,
        run: shots::main,
    },
    Command {
        name: "hosts",
        summary: "open the bundles in hosts that others wrote: sound, beats, automation, MIDI, state",
        help: hosts::HELP,
        run: hosts::main,
    },
    Command {
        name: "install",
        summary: "copy the bundles into your plugin folders",
        help: install::HELP,
        run: install::main,
    },
    Command {
        name: "dist",
        summary: "pack what people download: plugins, standalone, licences, maps, layouts, with a checksum",
        help: dist::HELP,
        run: dist::main,
    },
    Command {
        name: "osc",
        summary: "print the OSC namespace, listen, send by hand, write the layouts for surfaces",
        help: osc::HELP,
        run: osc::main,
    },
    Command {
        name: "soak",
        summary: "play hours of music with random actions from every source, and check all that must hold",
        help: soak::HELP,
        run: soak::main,
    },
    Command {
        name: "realtime",
        summary: "play four decks at real-time priority on a busy machine: a histogram of what the blocks took",
        help: realtime::HELP,
        run: realtime::main,
    },
    Command {
        name: "platforms",
        summary: "check the code for Windows, macOS and without Link, as far as this machine can",
        help: platforms::HELP,
        run: platforms::main,
    },
    Command {
        name: "fuzz",
        summary: "throw any bytes at OSC, states, mappings, audio files and the engine (cargo-fuzz)",
        help: fuzz::HELP,
        run: fuzz::main,
    },
    Command {
        name: "report",
        summary: "draw what the sound is: responses, stretched drums, a track with its grid and cues",
        help: report::HELP,
        run: report::main,
    },
    Command {
        name: "link",
        summary: "measure Ableton Link against an independent peer, on two machines that are namespaces of this one",
        help: link::HELP,
        run: link::main,
    },
    Command {
        name: "bench",
        summary: "measure the graph engine beside a bare loop and other engines",
        help: bench::HELP,
        run: bench::main,
    },
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(name) = args.next() else {
        print!("{}", overview());
        return ExitCode::SUCCESS;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", overview());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("error: there is no command `{name}`\n\n{}", overview());
        return ExitCode::from(2);
    };
    let args = Args::new(args);
    if args.wants_help() {
        println!("cargo xtask {}: {}\n\n{}", command.name, command.summary, command.help.trim());
        return ExitCode::SUCCESS;
    }
    match (command.run)(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn overview() -> String {
    let mut text = String::from("Usage: cargo xtask <command> [options]\n\nCommands:\n");
    for command in &COMMANDS {
        text += &format!("  {:<9} {}\n", command.name, command.summary);
    }
    text + "\n`cargo xtask <command> --help` explains a command.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_lists_every_command() {
        let text = overview();
        for command in &COMMANDS {
            assert!(text.contains(&format!("  {:<9} {}", command.name, command.summary)));
            assert!(command.help.contains(&format!("Usage: cargo xtask {}", command.name)), "{}", command.name);
        }
    }
}
