//! What is played, and what is measured of it. The plugin is the session's elder.

mod lead;

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::net::{CLOCK_AHEAD_SECS, Net};
use super::process::Peer;
use super::table::{Spread, Table};
use crate::workspace::step;

/// Where things are in `/link/state`.
const PEERS: usize = 3;
const TEMPO: usize = 4;
const BEAT: usize = 5;
const PLAYING: usize = 11;
const PLAYING_MICROS: usize = 13;
const AT_MICROS: usize = 14;

const BAR_BEATS: f64 = 4.0;
const AHEAD_MICROS: f64 = CLOCK_AHEAD_SECS * 1e6;
const PATIENCE: Duration = Duration::from_secs(10);
/// The peer's tempo before it joins: nobody may hear of it.
const STRANGE_BPM: f64 = 97.0;
/// The host's.
const HOST_BPM: f64 = 120.0;
/// Tempi that are taken in turns.
const BPMS: [f64; 2] = [127.3, 120.0];

/// Who plays, and where.
pub struct Cast<'a> {
    pub net: &'a Net,
    pub peer: &'a Path,
    pub python: &'a Path,
    pub script: &'a Path,
}

pub struct Scenes<'a> {
    cast: Cast<'a>,
    format: String,
    frames: u32,
    seconds: f64,
}

/// The plugin and the other one.
struct Two {
    a: Peer,
    b: Peer,
}

impl<'a> Scenes<'a> {
    pub fn new(cast: Cast<'a>, format: &str, frames: u32, seconds: f64) -> Self {
        Self { cast, format: format.to_owned(), frames, seconds }
    }

    pub fn play(&self, table: &mut Table) -> Result<()> {
        step("Joining");
        let mut two = self.join(table)?;
        step(&format!("Phase for {} s", self.seconds));
        let apart = two.phase(self.seconds)?;
        table.at_most("phase apart, at most", apart.part(1.0), 100.0, "us");
        step("30 changes of tempo, in turns");
        two.tempo(30, "", (10.0, 300.0, 0.0), table)?;
        step("Frames that fire on quarter beats, through a change of tempo");
        two.fire(self.seconds, table)?;
        step("Starts and stops");
        two.start_stop(table)?;
        step("A tenth of all packets is lost");
        self.cast.net.lose(10)?;
        let apart = two.phase(self.seconds / 3.0)?;
        table.at_most("phase apart with 10 % loss, at most", apart.part(1.0), 100.0, "us");
        two.tempo(20, " with 10 % loss", (20.0, 1000.0, 1.0), table)?;
        self.cast.net.lose(0)?;
        step("Leaving, coming back, a crash");
        two.leave_and_return(table)?;
        lead::tempo_and_bar(&mut two, table)?;
        siblings(&mut two, table)?;
        two.b.crash()?;
        let since = Instant::now();
        two.a.ask_for("await-peers 0", "peers", Duration::from_secs(15))?;
        table.at_most("a crashed peer is gone after", since.elapsed().as_secs_f64(), 8.0, "s");
        two.a.send("osc /clock/source host")?;
        two.a.ask_for("await-leader host", "leader", PATIENCE)?;
        // It ends with an error if the audio thread took memory, a lock or a system call in any block.
        table.holds("no memory, lock or system call on the audio thread", two.a.end(PATIENCE).unwrap_or(false));
        Ok(())
    }

    fn other(&self) -> Result<Peer> {
        let mut command = self.cast.net.on_b(&self.cast.python.display().to_string());
        command.arg(self.cast.script).arg(STRANGE_BPM.to_string());
        Peer::start("the independent peer", &mut command, PATIENCE)
    }

    fn join(&self, table: &mut Table) -> Result<Two> {
        let mut command = self.cast.net.on_a(&self.cast.peer.display().to_string());
        command.args(["play", &self.format, &self.frames.to_string()]);
        let mut a = Peer::start("the plugin", &mut command, Duration::from_secs(60))?;
        a.send("osc /clock/source link")?;
        a.ask("await-leader link", "leader")?;
        // The elder session wins; its age must tell.
        sleep(Duration::from_millis(2500));
        let mut b = self.other()?;
        let since = Instant::now();
        b.ask("enable 1", "sent")?;
        a.ask("await-peers 1", "peers")?;
        table.at_most("join", since.elapsed().as_secs_f64(), 3.0, "s");
        b.ask("await-peers 1", "peers")?;
        let tempo = b.ask_for(&format!("await-tempo {}", micros(HOST_BPM)), "tempo", PATIENCE);
        table.holds("the elder's tempo is kept", tempo.is_ok());
        sleep(Duration::from_millis(1500));
        Ok(Two { a, b })
    }
}

impl Two {
    fn state(&mut self) -> Result<Vec<Value>> {
        let state = self.a.ask("state", "state")?;
        Ok(state.as_array().context("a state is a list")?.clone())
    }

    /// Looks ten times a second.
    fn phase(&mut self, seconds: f64) -> Result<Spread> {
        let (mut apart, since) = (Spread::default(), Instant::now());
        while since.elapsed().as_secs_f64() < seconds {
            apart.0.push(self.apart()?.abs());
            sleep(Duration::from_millis(100));
        }
        Ok(apart)
    }

    /// How far the plugin's session is ahead of the other's, in microseconds.
    fn apart(&mut self) -> Result<f64> {
        let state = self.state()?;
        let figure = |index: usize| state.get(index).and_then(Value::as_f64).context("a state has figures");
        let (at, beat, bpm) = (figure(AT_MICROS)?, figure(BEAT)?, figure(TEMPO)?);
        Ok(self.ahead(at, beat)? * 60e6 / bpm)
    }

    /// How many beats a beat at a time of the first machine is ahead of the other's, the shorter way in the bar.
    fn ahead(&mut self, at: f64, beat: f64) -> Result<f64> {
        let theirs = self.b.ask(&format!("beats {}", at + AHEAD_MICROS), "beats")?;
        let theirs = theirs.get(0).and_then(Value::as_f64).context("beats are figures")?;
        let off = beat - theirs;
        Ok(off - (off / BAR_BEATS).round() * BAR_BEATS)
    }

    /// `bounds`: median and most in milliseconds, and how many may be lost.
    fn tempo(&mut self, times: usize, note: &str, bounds: (f64, f64, f64), table: &mut Table) -> Result<()> {
        let (mut took, mut lost) = ([Spread::default(), Spread::default()], 0.0);
        for time in 0..times {
            let (bpm, to_plugin) = (BPMS[time / 2 % 2] + (time % 2) as f64, time % 2 == 0);
            let (from, to) = if to_plugin { (&mut self.b, &mut self.a) } else { (&mut self.a, &mut self.b) };
            to.send(&format!("await-tempo {}", micros(bpm)))?;
            // It listens before the word goes out.
            sleep(Duration::from_millis(50));
            let sent = from.number(&format!("tempo {bpm}"), "sent")?;
            match to.answer("tempo", Duration::from_secs(4)).ok().and_then(|seen| seen.as_f64()) {
                Some(seen) => {
                    let clock = if to_plugin { AHEAD_MICROS } else { -AHEAD_MICROS };
                    took[usize::from(!to_plugin)].0.push((seen + clock - sent) / 1e3);
                }
                None => {
                    lost += 1.0;
                    break;
                }
            }
            sleep(Duration::from_millis(950));
        }
        for (way, took) in ["to the plugin", "from the plugin"].iter().zip(&took) {
            table.at_most(&format!("tempo {way}{note}, median"), took.part(0.5), bounds.0, "ms");
            table.at_most(&format!("tempo {way}{note}, at most"), took.part(1.0), bounds.1, "ms");
        }
        table.at_most(&format!("changes of tempo lost{note}"), lost, bounds.2, "");
        Ok(())
    }

    /// Quarter beats, about eight in a second.
    fn fire(&mut self, seconds: f64, table: &mut Table) -> Result<()> {
        let state = self.state()?;
        let beat = state.get(BEAT).and_then(Value::as_f64).context("a state has a beat")?;
        let count = (seconds * 8.0).ceil();
        self.a.send(&format!("fires {} 0.25 {count}", (beat + 4.0).ceil()))?;
        let (mut late, mut number) = (Spread::default(), 0.0);
        loop {
            let next = self.a.find(PATIENCE, |value| {
                value.get("fire").or_else(|| value.get("fired")).map(|found| (found.clone(), found.is_array()))
            });
            let Ok((value, is_fire)) = next else { break };
            if !is_fire {
                let extra = value.get("extra").and_then(Value::as_f64).unwrap_or(f64::NAN);
                table.exactly("frames fired twice, or for nothing", extra, 0.0, "");
                break;
            }
            let figure = |index: usize| value.get(index).and_then(Value::as_f64).context("a fire has figures");
            let (beat, at) = (figure(0)?, figure(1)?);
            number += 1.0;
            if number == (count / 2.0).floor() {
                self.b.ask("tempo 127.3", "sent")?;
            }
            let ahead = self.ahead(at, beat)?;
            late.0.push(-ahead * 60e6 / BPMS[0]);
        }
        table.exactly("frames fired", number, count, "");
        println!(
            "    late by {:.0} us in the middle, 1 % {:.0}, 99 % {:.0}",
            late.part(0.5),
            late.part(0.01),
            late.part(0.99)
        );
        let size = late.absolute();
        table.at_most("a fired frame beside the peer's beat, median", size.part(0.5), 500.0, "us");
        table.at_most("a fired frame beside the peer's beat, 99 %", size.part(0.99), 1000.0, "us");
        Ok(())
    }

    fn start_stop(&mut self, table: &mut Table) -> Result<()> {
        self.a.send("osc /link/startstop 1")?;
        sleep(Duration::from_millis(500));
        let mut slowest = 0.0_f64;
        let mut apart = 0.0_f64;
        for playing in ["1", "0", "1"] {
            self.a.send(&format!("await-playing {playing}"))?;
            sleep(Duration::from_millis(50));
            let sent = self.b.number(&format!("play {playing}"), "sent")?;
            let seen = self.a.answer("playing", PATIENCE)?.as_f64().unwrap_or(f64::NAN);
            slowest = slowest.max((seen + AHEAD_MICROS - sent) / 1e3);
            let state = self.state()?;
            let since = state.get(PLAYING_MICROS).and_then(Value::as_f64).unwrap_or(f64::NAN);
            apart = apart.max((since + AHEAD_MICROS - sent).abs());
            sleep(Duration::from_millis(500));
        }
        for playing in ["0", "1", "0"] {
            self.b.send(&format!("await-playing {playing}"))?;
            sleep(Duration::from_millis(50));
            let since = Instant::now();
            self.a.send(&format!("osc /link/playing {playing}"))?;
            self.b.answer("playing", PATIENCE)?;
            slowest = slowest.max(since.elapsed().as_secs_f64() * 1e3);
            sleep(Duration::from_millis(500));
        }
        table.at_most("a start or stop, either way, at most", slowest, 300.0, "ms");
        table.at_most("the time of a start or stop apart, at most", apart, 100.0, "us");
        let state = self.state()?;
        table.exactly(
            "the plugin knows it is stopped",
            state.get(PLAYING).and_then(Value::as_f64).unwrap_or(9.0),
            0.0,
            "",
        );
        self.a.send("osc /link/startstop 0")
    }

    fn leave_and_return(&mut self, table: &mut Table) -> Result<()> {
        sleep(Duration::from_millis(1500));
        let figures = |state: &[Value]| {
            let figure = |index: usize| state.get(index).and_then(Value::as_f64).unwrap_or(f64::NAN);
            (figure(AT_MICROS), figure(BEAT), figure(TEMPO))
        };
        let (at, beat, bpm) = figures(&self.state()?);
        let since = Instant::now();
        self.b.ask("enable 0", "sent")?;
        self.a.ask("await-peers 0", "peers")?;
        table.at_most("a peer that leaves is gone after", since.elapsed().as_secs_f64(), 1.0, "s");
        let (later, beat_later, _) = figures(&self.state()?);
        let gap = (beat_later - beat) * micros(bpm) - (later - at);
        table.at_most("the beat's gap when it left", gap.abs(), 10.0, "us");
        sleep(Duration::from_secs(1));
        let since = Instant::now();
        self.b.ask("enable 1", "sent")?;
        self.a.ask("await-peers 1", "peers")?;
        table.at_most("it is back after", since.elapsed().as_secs_f64(), 3.0, "s");
        sleep(Duration::from_secs(2));
        let apart = self.phase(2.0)?;
        table.at_most("phase apart after that, at most", apart.part(1.0), 100.0, "us");
        Ok(())
    }
}

/// A second instance in the plugin's process is a peer to the other one, and none to the plugin.
fn siblings(two: &mut Two, table: &mut Table) -> Result<()> {
    step("A second instance in the process");
    let since = Instant::now();
    let mut joined = vec![];
    while joined != [1.0, 1.0] && since.elapsed() < PATIENCE {
        let seen = two.a.ask_for("sibling 1", "sibling", PATIENCE)?;
        joined = seen.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    }
    table.holds("a second instance in the process sees one peer", joined == [1.0, 1.0]);
    table.holds("the independent peer sees both", two.b.ask_for("await-peers 2", "peers", PATIENCE).is_ok());
    let seen = two.state()?.get(PEERS).and_then(Value::as_f64).unwrap_or(f64::NAN);
    table.exactly("peers that the first instance then sees", seen, 1.0, "peers");
    two.a.send("sibling 0")?;
    table.holds("it goes alone", two.b.ask_for("await-peers 1", "peers", PATIENCE).is_ok());
    Ok(())
}

/// A tempo as a session carries it.
fn micros(bpm: f64) -> f64 {
    (60e6 / bpm).round()
}
