//! What a soak has seen, for people.

use std::fmt::Write as _;

use echelon_engine::safety::{SafetyViolation, Source};

use super::RigHost;
use super::soak::SR;

/// What a soak has seen.
#[derive(Clone, Debug, Default)]
pub struct SoakReport {
    /// Frames of music.
    pub frames: u64,
    /// Sessions.
    pub sessions: u64,
    /// Requests.
    pub requests: u64,
    /// Done, refused, cancelled, expired.
    pub finals: [u64; 4],
    /// What the host itself did: deeds of parameters and MIDI.
    pub host_deeds: u64,
    /// Starts that were checked to be on their frame.
    pub on_time: u64,
    /// The largest frame error of a deed on an exact host at a steady tempo.
    pub worst_error: i64,
    /// The worst step above what the music and its fades explain, in amplitude; below zero is none.
    pub worst_click: f64,
    /// Refusals while a deck was on air that went on undisturbed, counted for each such deck.
    pub refused_on_air: u64,
    /// Heap in bytes that this process held after the first sessions and at the end.
    pub memory: [u64; 2],
    /// The tables.
    pub telemetry: String,
}

impl SoakReport {
    pub(super) fn add(&mut self, other: &Self) {
        self.frames += other.frames;
        self.sessions += other.sessions;
        self.requests += other.requests;
        self.finals.iter_mut().zip(other.finals).for_each(|(sum, own)| *sum += own);
        self.host_deeds += other.host_deeds;
        self.on_time += other.on_time;
        self.worst_error = self.worst_error.max(other.worst_error);
        self.worst_click = self.worst_click.max(other.worst_click);
        self.refused_on_air += other.refused_on_air;
    }
}

/// Sums of both telemetries over the sessions.
#[derive(Default)]
pub(super) struct Rows {
    counts: [u64; 8],
    high_water: usize,
    error: [f64; 3],
    latency: [f64; 3],
    sessions: u64,
    safety: [u64; 4],
    rejections: [u64; SafetyViolation::CODES.len()],
    by_source: [u64; Source::ALL.len()],
    lost_events: u64,
}

impl Rows {
    pub(super) fn add(&mut self, host: &RigHost) {
        let t = host.console.telemetry();
        self.lost_events += t.lost_events;
        let counts = [t.requests, t.done, t.refused, t.cancelled, t.expired, t.coalesced, t.late, t.graced];
        self.counts.iter_mut().zip(counts).for_each(|(sum, own)| *sum += own);
        self.high_water = self.high_water.max(t.queue_high_water);
        for (row, spread) in [(&mut self.error, &t.error_frames), (&mut self.latency, &t.latency_frames)] {
            row[0] = row[0].min(spread.min);
            row[1] += spread.mean();
            row[2] = row[2].max(spread.max);
        }
        self.sessions += 1;
        let s = host.console.safety_telemetry();
        let safety = [s.locks, s.unlocks, s.cooldowns, s.panics];
        self.safety.iter_mut().zip(safety).for_each(|(sum, own)| *sum += own);
        for (sum, code) in self.rejections.iter_mut().zip(SafetyViolation::CODES) {
            *sum += s.rejected(code);
        }
        for (sum, source) in self.by_source.iter_mut().zip(Source::ALL) {
            *sum += s.rejected_from(source);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let sums = |mine: &mut [u64], theirs: &[u64]| mine.iter_mut().zip(theirs).for_each(|(sum, own)| *sum += own);
        sums(&mut self.counts, &other.counts);
        sums(&mut self.safety, &other.safety);
        sums(&mut self.rejections, &other.rejections);
        sums(&mut self.by_source, &other.by_source);
        self.high_water = self.high_water.max(other.high_water);
        self.sessions += other.sessions;
        self.lost_events += other.lost_events;
        for (mine, theirs) in [(&mut self.error, &other.error), (&mut self.latency, &other.latency)] {
            (mine[0], mine[1], mine[2]) = (mine[0].min(theirs[0]), mine[1] + theirs[1], mine[2].max(theirs[2]));
        }
    }

    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<34} {value}");
        };
        let names =
            ["requests", "done", "refused", "cancelled", "expired", "coalesced", "late", "late and put in phase"];
        for (name, count) in names.into_iter().zip(self.counts) {
            row(name, count.to_string());
        }
        let sessions = self.sessions.max(1) as f64;
        let spread = |of: [f64; 3]| format!("{:.0} / {:.2} / {:.0}", of[0], of[1] / sessions, of[2]);
        row("queue high-water", self.high_water.to_string());
        row("error, frames (min/mean/max)", spread(self.error));
        row("latency, frames (min/mean/max)", spread(self.latency));
        row("events lost (of the host's own)", self.lost_events.to_string());
        for (name, count) in ["locks", "unlocks", "cooldowns", "panics"].into_iter().zip(self.safety) {
            row(name, count.to_string());
        }
        for (code, count) in SafetyViolation::CODES.into_iter().zip(self.rejections) {
            row(&format!("rejected: {code}"), count.to_string());
        }
        for (source, count) in Source::ALL.into_iter().zip(self.by_source) {
            row(&format!("rejected from {}", source.word()), count.to_string());
        }
        text
    }
}

impl std::fmt::Display for SoakReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [done, refused, cancelled, expired] = self.finals;
        writeln!(f, "{:.1} minutes of music in {} sessions", self.frames as f64 / SR / 60.0, self.sessions)?;
        writeln!(
            f,
            "  {} requests: {done} done, {refused} refused, {cancelled} cancelled, {expired} expired",
            self.requests
        )?;
        writeln!(f, "  {} deeds of the host's own", self.host_deeds)?;
        writeln!(f, "  {} deeds on their frame on exact hosts, worst error {} frames", self.on_time, self.worst_error)?;
        writeln!(f, "  {} refusals beside a deck on air, none heard", self.refused_on_air)?;
        writeln!(f, "  steepest unexplained step {:.1} dB", 20.0 * self.worst_click.max(1e-9).log10())?;
        writeln!(f, "  heap {} -> {} KiB", self.memory[0] >> 10, self.memory[1] >> 10)?;
        write!(f, "{}", self.telemetry)
    }
}
