//! A sound card that plays the plugin, by commands.
//!
//! | command | answer |
//! |---|---|
//! | `osc ADDRESS [NUMBER or WORD]...` | |
//! | `state` | `{"state": [...]}`: the arguments of `/link/state` |
//! | `tempo BPM` | `{"sent": micros}` |
//! | `await-tempo MICROS_PER_BEAT` | `{"tempo": micros}`: when it was seen first |
//! | `await-playing 0/1` | `{"playing": micros}` |
//! | `await-peers N` | `{"peers": micros}` |
//! | `await-leader WORD` | `{"leader": micros}` |
//! | `host` | `{"host": [beat, micros]}`: the DAW's beat, and when it is heard |
//! | `sibling 1` | `{"sibling": [joined, peers]}`: a second instance in this process, in the session too; how many it sees |
//! | `sibling 0` | removes it |
//! | `fires FROM STEP COUNT` | `{"fire": [beat, micros]}` for each, when its frame is heard; then `{"fired": {...}}` |

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use rosc::OscType;
use serde_json::{Value, json};
use support::{Blocks, Format, MiniHost, OscClient, OutKind, Setup, Transport};

use super::raw_clock::{micros_of, now_micros};

/// Frames that are asked for ahead, at most.
const ASKED_AHEAD: usize = 12;
/// So many beats before it is due it is asked for.
const BEATS_AHEAD: f64 = 3.0;

struct Device {
    host: MiniHost,
    format: Format,
    sibling: Option<MiniHost>,
    osc: OscClient,
    port: u16,
    /// The last `/link/state`.
    state: Vec<OscType>,
    /// Answers of what is waited for.
    awaited: Option<Receiver<Value>>,
    fires: Option<Fires>,
}

/// What is waited for, and the name of the answer.
#[derive(Clone, Debug)]
enum Awaited {
    State,
    Number { name: &'static str, index: usize, value: f64, tolerance: f64 },
    Word { name: &'static str, index: usize, value: String },
}

impl Awaited {
    /// The answer, if this state is what was waited for.
    fn answer(&self, state: &[OscType]) -> Option<Value> {
        let (name, is_there) = match self {
            Self::State => {
                let values = state.iter().map(|value| match value {
                    OscType::String(text) => json!(text),
                    value => json!(number(value)),
                });
                return Some(json!({ "state": values.collect::<Vec<_>>() }));
            }
            Self::Number { name, index, value, tolerance } => {
                let seen = state.get(*index).and_then(number);
                (name, seen.is_some_and(|seen| (seen - value).abs() <= *tolerance))
            }
            Self::Word { name, index, value } => {
                (name, matches!(state.get(*index), Some(OscType::String(word)) if word == value))
            }
        };
        is_there.then(|| json!({ *name: now_micros() }))
    }
}

/// Looks a thousand times a second beside the audio thread until it is so, or the program ends.
fn watch(port: u16, awaited: Awaited, done: &Sender<Value>) {
    let mut osc = OscClient::connect(port);
    loop {
        osc.send("/link/state", &[]);
        for _ in 0..20 {
            let replies = osc.take_replies();
            let states = replies.iter().filter(|reply| reply.addr == "/link/state");
            if let Some(answer) = states.filter_map(|reply| awaited.answer(&reply.args)).next() {
                // The other end may have gone; then nobody waits.
                let _ = done.send(answer);
                return;
            }
            if !replies.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// Fader moves on beats of the session.
struct Fires {
    beats: Vec<f64>,
    asked: usize,
    /// Beats of what was asked for and has not come, with the fader's place.
    open: VecDeque<(f64, f64)>,
    extra: usize,
    heard: usize,
}

pub fn play(format: &str, frames: &str) -> Result<(), String> {
    let format = match format {
        "clap" => Format::Clap,
        "vst3" => Format::Vst3,
        other => return Err(format!("`{other}` is no plugin format")),
    };
    let frames = frames.parse().map_err(|error| format!("{frames}: {error}"))?;
    let setup = Setup::new().network().real_time().limiter().blocks(Blocks::Fixed(frames));
    let host = setup.transport(Transport::rolling(120.0)).open(format);
    let port = host.osc_port();
    let osc = OscClient::connect(port);
    let mut device = Device { host, format, sibling: None, osc, port, state: vec![], awaited: None, fires: None };
    let commands = commands();
    let urgent = be_urgent();
    tell(&json!({ "ready": now_micros(), "urgent": urgent }));
    while device.turn(&commands)? {}
    Ok(())
}

/// As audio hosts do where they may: this thread comes before those of other programs.
fn be_urgent() -> bool {
    let priority = libc::sched_param { sched_priority: 20 };
    // SAFETY: a valid structure; 0 is the calling thread.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, &raw const priority) == 0 }
}

/// Lines of the input.
fn commands() -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    receive
}

fn tell(value: &Value) {
    println!("{value}");
    // Who listens has gone: the input will end too.
    let _ = std::io::stdout().flush();
}

fn number(value: &OscType) -> Option<f64> {
    match *value {
        OscType::Int(value) => Some(value.into()),
        OscType::Double(value) => Some(value),
        OscType::Float(value) => Some(value.into()),
        _ => None,
    }
}

impl Device {
    /// One block; `false` at the end of the input.
    fn turn(&mut self, commands: &Receiver<String>) -> Result<bool, String> {
        self.ask_ahead();
        if self.fires.is_some() {
            self.osc.send("/link/state", &[]);
        }
        // It fails if the audio thread takes memory or a lock.
        let recording = self.host.render_blocks(1);
        for event in &recording.events {
            if let OutKind::Param { id, value } = &event.kind
                && id == "xfader"
            {
                self.heard(event.frame, *value);
            }
        }
        for reply in self.osc.take_replies() {
            match reply.addr.as_str() {
                "/link/state" => self.state = reply.args,
                "/error" | "/nack" => tell(&json!({ "refused": format!("{:?}", reply.args) })),
                _ => {}
            }
        }
        if let Some(answer) = self.awaited.as_ref().and_then(|awaited| awaited.try_recv().ok()) {
            tell(&answer);
            self.awaited = None;
        }
        if self.awaited.is_none() && self.fires.is_none() {
            match commands.try_recv() {
                Ok(line) => self.command(&line)?,
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn command(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let parse = |text: &str| text.parse::<f64>().map_err(|error| format!("{text}: {error}"));
        let number = |name, index, value, tolerance| Awaited::Number { name, index, value, tolerance };
        match words[..] {
            ["osc", address, ref args @ ..] => {
                let args = args.iter().map(|arg| match arg.parse::<f64>() {
                    Ok(number) => OscType::Double(number),
                    Err(_) => OscType::String((*arg).to_owned()),
                });
                self.osc.send(address, &args.collect::<Vec<_>>());
            }
            ["state"] => self.wait(Awaited::State),
            ["tempo", bpm] => {
                let bpm = parse(bpm)?;
                tell(&json!({ "sent": now_micros() }));
                self.osc.send("/link/tempo", &[OscType::Double(bpm)]);
            }
            ["await-tempo", micros] => {
                let bpm = 60e6 / parse(micros)?;
                self.wait(number("tempo", 4, bpm, bpm * bpm / 60e6 * 0.6));
            }
            ["await-playing", playing] => self.wait(number("playing", 11, parse(playing)?, 0.0)),
            ["await-peers", peers] => self.wait(number("peers", 3, parse(peers)?, 0.0)),
            ["await-leader", word] => {
                self.wait(Awaited::Word { name: "leader", index: 1, value: word.to_owned() });
            }
            ["host"] => self.tell_host_beat(),
            ["sibling", "1"] => self.tell_of_sibling(),
            ["sibling", "0"] => self.sibling = None,
            ["fires", from, step, count] => {
                let (from, step, count) = (parse(from)?, parse(step)?, parse(count)? as usize);
                self.state.clear();
                let beats = (0..count).map(|index| from + step * index as f64).collect();
                self.fires = Some(Fires { beats, asked: 0, open: VecDeque::new(), extra: 0, heard: 0 });
            }
            _ => return Err(format!("`{line}` is no command")),
        }
        Ok(())
    }

    fn tell_host_beat(&self) {
        let heard = self.host.frame() + u64::from(self.host.latency_frames());
        let at = self.host.due_time(heard).map(micros_of);
        tell(&json!({ "host": [self.host.song_beats(), at] }));
    }

    /// The sound stops meanwhile: nothing is to be measured.
    fn tell_of_sibling(&mut self) {
        let sibling = self.sibling.get_or_insert_with(|| {
            let host = Setup::new().network().open(self.format);
            host.osc().send("/clock/source", &[OscType::String("link".to_owned())]);
            host
        });
        let mut osc = sibling.osc();
        osc.send("/link/state", &[]);
        let state = osc.expect("/link/state");
        let seen: Vec<_> = [2, 3].iter().filter_map(|&index| state.args.get(index).and_then(number)).collect();
        tell(&json!({ "sibling": seen }));
    }

    /// From here on this is waited for, and no other command is taken.
    fn wait(&mut self, awaited: Awaited) {
        let (send, receive) = channel();
        let port = self.port;
        std::thread::spawn(move || watch(port, awaited, &send));
        self.awaited = Some(receive);
    }

    /// Asks for the next fader moves, by the session's beat.
    fn ask_ahead(&mut self) {
        let Some(fires) = &mut self.fires else { return };
        let Some(beat) = self.state.get(5).and_then(number) else { return };
        while fires.open.len() < ASKED_AHEAD
            && let Some(&next) = fires.beats.get(fires.asked)
            && next < beat + BEATS_AHEAD
        {
            // Neighbours differ, so that every move is one.
            let place = (1 + fires.asked % 250) as f64 / 256.0;
            self.osc.send("/crossfader", &[OscType::Double(place), OscType::Double(next)]);
            fires.open.push_back((next, place));
            fires.asked += 1;
        }
    }

    /// The fader has moved on a frame.
    fn heard(&mut self, frame: u64, place: f64) {
        let latency = u64::from(self.host.latency_frames());
        let Some(fires) = &mut self.fires else { return };
        match fires.open.iter().position(|(_, open)| (open - place).abs() < 1e-3) {
            Some(index) => {
                let heard = self.host.due_time(frame + latency).map(micros_of);
                if let Some((beat, _)) = fires.open.remove(index) {
                    fires.heard += 1;
                    tell(&json!({ "fire": [beat, heard] }));
                }
            }
            None => fires.extra += 1,
        }
        if fires.heard == fires.beats.len() {
            tell(&json!({ "fired": { "heard": fires.heard, "extra": fires.extra } }));
            self.fires = None;
        }
    }
}
