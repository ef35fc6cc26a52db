//! What another analyser found, read from a file.

use std::collections::HashMap;
use std::path::Path;

use echelon_engine::deck::{BeatGrid, Track};

use super::{Answer, Tally};

/// With fewer beats than that it has found none.
const LEAST_BEATS: usize = 4;

/// Another analyser.
pub struct Peer {
    pub name: String,
    pub tally: Tally,
    /// What the tracks took us that it was asked about.
    pub ours_secs: f64,
    answers: HashMap<String, (String, f64, Vec<f64>)>,
}

impl Peer {
    /// With the answers of a file.
    pub fn new(name: &str, path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let answers = text.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            // Behind them is what tells whether the track has changed since.
            let [path, key, secs, beats, ..] = fields[..] else { return None };
            let beats = beats.split(',').filter_map(|beat| beat.parse().ok()).collect();
            Some((path.to_owned(), (key.to_owned(), secs.parse().ok()?, beats)))
        });
        Self { name: name.to_owned(), tally: Tally::default(), ours_secs: 0.0, answers: answers.collect() }
    }

    /// What it says of a track: a line through its beats. `None` if it was not asked.
    pub fn answer(&mut self, path: &str, track: &Track) -> Option<Answer> {
        let (key, secs, beats) = self.answers.get(path)?;
        self.tally.secs += secs;
        let fitted = fit(beats);
        let rate = track.sample_rate();
        let grid = fitted.and_then(|(first, period)| BeatGrid::steady(first * rate, period * rate).ok());
        Some(Answer { grid, bpm: fitted.map(|(_, period)| 60.0 / period), key: key.clone() })
    }
}

/// First beat and period of the line that is nearest to most beats: of what is left out or played twice in between
/// nothing is carried on, as a mean of gaps would.
fn fit(beats: &[f64]) -> Option<(f64, f64)> {
    if beats.len() < LEAST_BEATS {
        return None;
    }
    let mut gaps: Vec<f64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let mut period = gaps[gaps.len() / 2];
    // Numbered by the gaps; then by a line, once it is near.
    let mut numbered = vec![(0.0, beats[0])];
    for pair in beats.windows(2) {
        let number = numbered[numbered.len() - 1].0 + ((pair[1] - pair[0]) / period).round().max(1.0);
        numbered.push((number, pair[1]));
    }
    let mut first = beats[0];
    for _ in 0..5 {
        (first, period) = line(&numbered)?;
        let off = |point: &(f64, f64)| (point.1 - first - point.0 * period).abs();
        let mut all: Vec<f64> = numbered.iter().map(off).collect();
        all.sort_by(f64::total_cmp);
        let most = (3.0 * all[all.len() / 2]).max(0.005);
        let near: Vec<(f64, f64)> = numbered.iter().copied().filter(|point| off(point) <= most).collect();
        if near.len() >= LEAST_BEATS {
            (first, period) = line(&near)?;
        }
    }
    Some((first, period))
}

/// The line of least squares: its beginning and its slope.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let (mean_x, mean_y) =
        points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / count, sum.1 + point.1 / count));
    let (mut both, mut own) = (0.0, 0.0);
    for (x, y) in points {
        both += (x - mean_x) * (y - mean_y);
        own += (x - mean_x).powi(2);
    }
    (own > 0.0).then(|| (mean_y - both / own * mean_x, both / own))
}
