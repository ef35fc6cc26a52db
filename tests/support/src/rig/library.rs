//! Files without a disk: tracks by name, at once, after a while, or not at all.

use std::f64::consts::TAU;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use echelon_engine::action::{Turn, WantedTrack};
use echelon_engine::console::Console;
use echelon_engine::deck::{BeatGrid, Track};

/// The library's tracks: name, sample rate in Hz, pitch in Hz, seconds. Each is a sine of level `LEVEL` from 0 on,
/// with a whole number of periods: a place that is not faded is a click, and its own slope is known.
pub const TRACKS: [(&str, f64, f64, u32); 4] = [
    ("low", 48_000.0, 50.0, 90),
    ("high", 44_100.0, 110.0, 40),
    ("short", 48_000.0, 80.0, 3),
    ("fine", 96_000.0, 60.0, 20),
];
/// Their level.
pub const LEVEL: f64 = 0.25;

/// A file that is being read.
struct Reading {
    wanted: WantedTrack,
    turns_left: u32,
    /// In the console's seconds.
    not_before: f64,
}

/// See the module.
pub struct Library {
    tracks: Vec<(&'static str, Arc<Track>)>,
    reading: Vec<Reading>,
}

impl Library {
    pub(super) fn new() -> Self {
        static SAMPLES: OnceLock<[Vec<f32>; TRACKS.len()]> = OnceLock::new();
        let samples = SAMPLES.get_or_init(|| {
            TRACKS.map(|(_, rate, hz, secs)| {
                let frames = (rate * f64::from(secs)) as usize;
                (0..frames).map(|k| (LEVEL * (TAU * hz * k as f64 / rate).sin()) as f32).collect()
            })
        });
        let tracks: Vec<_> = TRACKS
            .into_iter()
            .zip(samples)
            .map(|((name, rate, ..), samples)| {
                let track = Track::new(samples.clone(), samples.clone(), rate).expect("a track");
                // One of them has no beats.
                let bpm =
                    [("low", 124.0), ("high", 93.5), ("fine", 174.0)].into_iter().find(|(known, _)| *known == name);
                let grid = bpm.map(|(_, bpm)| BeatGrid::steady(0.1 * rate, 60.0 / bpm * rate).expect("a grid"));
                (
                    name,
                    Arc::new(grid.map_or_else(
                        || Track::new(samples.clone(), samples.clone(), rate).expect("a track"),
                        |grid| track.with_grid(grid),
                    )),
                )
            })
            .collect();
        Self { tracks, reading: vec![] }
    }

    /// The steepest step of a track from frame to frame at a host's sample rate.
    #[must_use]
    pub fn steepest(sample_rate: f64) -> f64 {
        TRACKS.iter().map(|(_, _, hz, _)| LEVEL * TAU * hz / sample_rate).fold(0.0, f64::max)
    }

    /// A path for a track: `name`; `name?3` comes after three turns, `name@0.5` after half a second; anything else is
    /// missing.
    #[must_use]
    pub fn path(name: &str, turns: u32) -> PathBuf {
        if turns == 0 { name.into() } else { format!("{name}?{turns}").into() }
    }

    /// One more track.
    pub fn add(&mut self, name: &'static str, track: Track) {
        self.tracks.push((name, Arc::new(track)));
    }

    /// The track of a path.
    #[must_use]
    pub fn track(&self, path: &std::path::Path) -> Option<Arc<Track>> {
        let text = path.to_string_lossy();
        let name = text.split(['?', '@']).next()?;
        self.tracks.iter().find(|(known, _)| *known == name).map(|(_, track)| track.clone())
    }

    /// How many times tracks are lent out: on decks, on their way, in the garbage.
    #[must_use]
    pub fn lent(&self) -> usize {
        self.tracks.iter().map(|(_, track)| Arc::strong_count(track) - 1).sum()
    }

    pub(super) fn want(&mut self, wanted: WantedTrack, now_secs: f64) {
        let text = wanted.path.to_string_lossy().into_owned();
        let turns_left = text.split_once('?').and_then(|(_, turns)| turns.parse().ok()).unwrap_or(0);
        let secs: f64 = text.split_once('@').and_then(|(_, secs)| secs.parse().ok()).unwrap_or(0.0);
        self.reading.push(Reading { wanted, turns_left, not_before: now_secs + secs });
    }

    pub(super) fn forget(&mut self, id: echelon_engine::action::RequestId) {
        self.reading.retain(|reading| reading.wanted.id != id);
    }

    /// Hands over what is read; a turn passes for the rest.
    pub(super) fn deliver(&mut self, console: &mut Console, turn: &mut Turn) {
        let mut i = 0;
        while i < self.reading.len() {
            let reading = &mut self.reading[i];
            if reading.turns_left > 0 || turn.now_secs < reading.not_before {
                reading.turns_left = reading.turns_left.saturating_sub(1);
                i += 1;
                continue;
            }
            let wanted = self.reading.remove(i).wanted;
            match self.track(&wanted.path) {
                Some(track) => console.track_ready(wanted.id, track, turn),
                None => console.track_failed(wanted.id, format!("{}: no such file", wanted.path.display()), turn),
            }
        }
    }
}
