//! One look at all parts.

use std::fmt::Write;

use echelon::peers::LinkSession;
use echelon_engine::clock::BeatMap;
use serde_json::json;

/// Parts that are nearer to each other than this, in microseconds, agree.
const AGREE_MICROS: f64 = 1000.0;
/// Their tempi, in BPM.
const AGREE_BPM: f64 = 0.01;
/// Characters of the bar.
const BAR_WIDTH: f64 = 32.0;

struct Part {
    map: BeatMap,
    peers: usize,
}

/// All parts at one time.
pub struct Moment {
    secs: f64,
    bar_beats: f64,
    parts: Vec<Part>,
    /// How many of the parts should see each other.
    expected: usize,
    at_micros: f64,
}

impl Moment {
    pub fn of(sessions: &[LinkSession], secs: f64, bar_beats: f64) -> Self {
        let part = |session: &LinkSession| {
            let look = session.look(bar_beats)?;
            Some(Part { map: look.map, peers: look.peers })
        };
        let parts: Vec<_> = sessions.iter().filter_map(part).collect();
        let at_micros = parts.last().map_or(0.0, |part| part.map.at_micros);
        Self { secs, bar_beats, parts, expected: sessions.len(), at_micros }
    }

    /// How far a part is from the first one, in microseconds, the shorter way in the bar.
    fn apart(&self, part: &Part) -> f64 {
        let Some(first) = self.parts.first() else { return 0.0 };
        let off = part.map.beat_at(self.at_micros) - first.map.beat_at(self.at_micros);
        (off - (off / self.bar_beats).round() * self.bar_beats) * part.map.micros_per_beat
    }

    /// All parts have the same tempo and place.
    pub fn agree(&self) -> bool {
        let bpm = self.parts.first().map_or(0.0, |part| part.map.tempo_bpm());
        let agrees =
            |part: &Part| self.apart(part).abs() < AGREE_MICROS && (part.map.tempo_bpm() - bpm).abs() < AGREE_BPM;
        self.parts.len() == self.expected && self.parts.iter().all(agrees)
    }

    fn phase(&self, part: &Part) -> f64 {
        (part.map.beat_at(self.at_micros) / self.bar_beats).rem_euclid(1.0)
    }

    pub fn json(&self) -> serde_json::Value {
        let parts = self.parts.iter().map(|part| {
            json!({ "others": part.peers, "tempo_bpm": part.map.tempo_bpm(), "beat": part.map.beat_at(self.at_micros),
                "phase": self.phase(part), "apart_micros": self.apart(part) })
        });
        json!({ "secs": self.secs, "at_micros": self.at_micros, "agree": self.agree(), "parts": parts.collect::<Vec<_>>() })
    }

    pub fn text(&self) -> String {
        let word = if self.agree() { "agree" } else { "apart" };
        let mut text = format!("{:6.1} s  {} parts {word}\n", self.secs, self.parts.len());
        for (index, part) in self.parts.iter().enumerate() {
            let phase = self.phase(part);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=width")]
            let (done, left) = ((phase * BAR_WIDTH) as usize, ((1.0 - phase) * BAR_WIDTH) as usize);
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "  {:2}  {:8.3} BPM  [{}{}]  {:8.1} us apart  {} others",
                index + 1,
                part.map.tempo_bpm(),
                "=".repeat(done),
                " ".repeat(left),
                self.apart(part),
                part.peers
            );
        }
        text
    }
}
