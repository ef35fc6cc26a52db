//! What is printed, and kept in a file at the same time.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::peer::Peer;
use super::{Answer, Count, LEAST, Line, Tally, Timing, Verdict};

/// Prints lines, and writes them to a file if there is one: what is known so far is there whenever it ends.
pub struct Table {
    file: Option<File>,
}

impl Table {
    /// # Errors
    /// The system's, if the file cannot be made.
    pub fn new(path: Option<&Path>) -> io::Result<Self> {
        Ok(Self { file: path.map(File::create).transpose()? })
    }

    pub fn line(&mut self, text: &str) {
        println!("{text}");
        if let Some(Err(error)) = self.file.as_mut().map(|file| writeln!(file, "{text}")) {
            eprintln!("the results cannot be written: {error}");
            self.file = None;
        }
    }

    pub fn head(&mut self, peers: &[Peer]) {
        let mut text = format!(
            "{:<36} {:>8} {:>8} {:>9}  {:<5} {:<12} {:>6} {:>6} half",
            "track", "known", "found", "off", "right", "key", "decode", "analyse"
        );
        peers.iter().for_each(|peer| text.push_str(&format!(" | {:>8} {:>9}      ", peer.name, "off")));
        self.line(&text);
    }
}

/// A track's line.
pub struct Row<'a> {
    pub line: &'a Line<'a>,
    pub answer: &'a Answer,
    pub verdict: &'a Verdict,
    /// To decode, and to analyse.
    pub secs: [f64; 2],
    /// For people.
    pub key: &'a str,
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, answer, verdict, secs, key } = self;
        let path = Path::new(line.path);
        let parts = if path.ends_with("song.ogg") { 2 } else { 1 };
        let name: Vec<_> = path.iter().rev().take(parts).map(|part| part.to_string_lossy()).collect();
        let name: Vec<_> = name.into_iter().rev().collect();
        write!(
            f,
            "{:<36.36} {:>8.2} {}{:>7.2} {:>6.1} ms  {:<5} {key:<9}{:<3} {:>6.2} {:>6.2} {}",
            name.join("/"),
            verdict.known_bpm,
            if answer.grid.as_ref().is_some_and(|grid| !grid.is_steady()) { "~" } else { " " },
            answer.bpm.unwrap_or(0.0),
            verdict.off_ms,
            if verdict.is_right { "yes" } else { "NO" },
            if line.key.is_empty() || line.key == answer.key { "" } else { "NO" },
            secs[0],
            secs[1],
            line.half,
        )
    }
}

/// What another found: its tempo, and how right it is; nothing if it was not asked.
pub fn of_peer(told: Option<(f64, Verdict)>) -> String {
    told.map_or_else(
        || format!(" | {:<24}", "not asked"),
        |(bpm, verdict)| {
            format!(" | {bpm:>8.2} {:>6.1} ms {:<4}", verdict.off_ms, if verdict.is_right { "yes" } else { "NO" })
        },
    )
}

/// Prints the counts; says whether they are enough, of all tracks and of those that were held out.
pub fn summary(table: &mut Table, tally: &Tally, timing: &Timing, peers: &[Peer]) -> bool {
    let mut is_enough = true;
    let mut head = format!(
        "\n{:<9} {:>12} {:>12} {:>12} {:>12} {:>13} {:>12}",
        "right of", "all", "tuned on", "held out", "blind", "blind, second", "blind, third"
    );
    peers.iter().for_each(|peer| head.push_str(&format!(" {:>12}", peer.name)));
    table.line(&format!("{head}   needed"));
    let told = |count: &Count| format!("{:>12}", format!("{} / {}", count.right, count.all));
    for (index, (name, least)) in LEAST.iter().enumerate() {
        let [tune, held, blind, second, third] = [0, 1, 2, 3, 4].map(|half: usize| &tally.halves[half][index]);
        let all = tally.all(index);
        let reaches = |count: &Count| count.all == 0 || f64::from(count.right) / f64::from(count.all) >= *least;
        let enough = [&all, held, blind, second, third].into_iter().all(reaches);
        is_enough &= enough;
        let mut text = format!("{name:<9} {} {} {} {}", told(&all), told(tune), told(held), told(blind));
        text.push_str(&format!(" {:>13} {}", told(second), told(third)));
        peers.iter().for_each(|peer| text.push_str(&format!(" {}", told(&peer.tally.all(index)))));
        let verdict = if enough { "enough" } else { "NOT ENOUGH" };
        table.line(&format!("{text}   {:.0} %, held out and blind too: {verdict}", least * 100.0));
    }
    let mut times = format!("{:<9} {:>12} {:>12} {:>12} {:>12} {:>13} {:>12}", "time", "1.00", "", "", "", "", "");
    for peer in peers {
        times.push_str(&format!(" {:>12.2}", peer.tally.secs / peer.ours_secs.max(1e-9)));
    }
    table.line(&format!("{times}   times ours, for the tracks that each was asked about (aubio: beats alone)"));
    for peer in peers.iter().filter(|peer| peer.tally.asked < tally.asked) {
        table.line(&format!(
            "{} was asked about {} of {} tracks: run again for the rest",
            peer.name, peer.tally.asked, tally.asked
        ));
    }
    let five_minutes = |secs: f64| secs / timing.audio_secs.max(1e-9) * 300.0;
    table.line(&format!(
        "five minutes take {:.2} s on one thread, on average: {:.2} s to decode, {:.2} s to analyse",
        five_minutes(timing.decode_secs + timing.analyse_secs),
        five_minutes(timing.decode_secs),
        five_minutes(timing.analyse_secs)
    ));
    is_enough
}
