//! Learns what a controller's control is, and prints the line of a mapping file for it.
//!
//! ```text
//! cargo run -p echelon --example midi_learn -- deck/a/fader recorded.txt
//! cargo run -p echelon --example midi_learn --features standalone -- deck/a/fader --port "DDJ"
//! ```
//!
//! A recording has a message on each line: seconds, then up to three bytes in hex, as in `0.125 b0 07 40`. `-` reads it
//! from the standard input. With a port (`--port virtual` offers one) the control is to be moved until nothing comes for
//! a moment. Without any of them a recorded DDJ fader is learnt, and the targets' names are listed by `--targets`.

use std::io::Read;

use echelon::input::midi::{Heard, MidiLearn, MidiMap, To, message_words};
use echelon_engine::action::Target;

/// A channel fader of a DJ controller, moved up a little: coarse and fine half by half.
const RECORDED: &str = "0.000 b0 13 02\n0.000 b0 33 10\n0.009 b0 13 05\n0.009 b0 33 44\n0.018 b0 13 09\n0.018 b0 33 01";

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--targets") {
        Target::all().for_each(|target| println!("{:<24} {}", target.name(), target.label()));
        return Ok(());
    }
    let name = arguments.first().map_or("deck/a/fader", String::as_str);
    let to = To::named(name).ok_or_else(|| format!("\"{name}\" is nothing that can be mapped: see --targets"))?;
    let burst = match arguments.get(1).map(String::as_str) {
        Some("--port") => from_port(arguments.get(2).map_or("", String::as_str))?,
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
            recording(&text)?
        }
        Some(path) => recording(&std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?)?,
        None => recording(RECORDED)?,
    };
    for heard in &burst {
        println!("{:>8.3} s  {}", heard.secs, message_words(heard.bytes));
    }
    let (map, is_sure) = learn(to, &burst)?;
    let sure = if is_sure { "" } else { " (turn it both ways, or press it again, to be sure)" };
    println!("{} is learnt{sure}:", to.label());
    print!("{}", map.write());
    Ok(())
}

/// The mapping with the one line that a burst means, and whether nothing else would have sent it.
pub(crate) fn learn(to: To, burst: &[Heard]) -> Result<(MidiMap, bool), String> {
    let learn = MidiLearn::from_recording(to, burst);
    let (line, learned) = learn.line().zip(learn.learned()).ok_or("no message in it means a control")?;
    let map = MidiMap { name: "Learnt".to_owned(), about: String::new(), lights: true, lines: vec![line] };
    Ok((map, learned.is_sure))
}

/// The messages of a recording.
pub(crate) fn recording(text: &str) -> Result<Vec<Heard>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| message(line).ok_or_else(|| format!("line {}: no message", number + 1))).collect()
}

fn message(line: &str) -> Option<Heard> {
    let mut words = line.split_whitespace();
    let secs = words.next()?.parse().ok()?;
    let mut bytes = [0; 3];
    for (byte, word) in bytes.iter_mut().zip(words) {
        *byte = u8::from_str_radix(word, 16).ok()?;
    }
    (bytes[0] >= 0x80).then_some(Heard { secs, bytes })
}

#[cfg(not(feature = "standalone"))]
fn from_port(_: &str) -> Result<Vec<Heard>, String> {
    Err("ports are opened with --features standalone".to_owned())
}

/// Listens until something came and then nothing for a while.
#[cfg(feature = "standalone")]
fn from_port(name: &str) -> Result<Vec<Heard>, String> {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    let (sender, receiver) = channel();
    let begun = Instant::now();
    let hear = move |bytes| _ = sender.send(Heard { secs: begun.elapsed().as_secs_f64(), bytes });
    let port = echelon::input::midi::ports::Port::open(name, hear).map_err(|error| error.to_string())?;
    println!("Move the control on {}.", port.name);
    let mut burst = vec![receiver.recv().map_err(|_| "the port has closed")?];
    loop {
        let patience = if burst.len() == 1 { Duration::from_millis(1_500) } else { Duration::from_millis(400) };
        match receiver.recv_timeout(patience) {
            Ok(heard) => burst.push(heard),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(burst),
        }
    }
}
