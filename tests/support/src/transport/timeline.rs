//! The exact song position at every frame.

use super::{Edges, FRAME_TOLERANCE, Move, Quirk, Said, Signatures, Transport};

/// A stretch of time in which the transport follows one law.
#[derive(Clone, Copy, Debug)]
struct Leg {
    start_frame: u64,
    playing: bool,
    /// Position at `start_frame` without any wrap of this leg's loop.
    origin_beats: f64,
    origin_secs: f64,
    bpm: f64,
    /// Change of the tempo with each frame.
    bpm_step: f64,
    loop_beats: Option<(f64, f64)>,
    /// First wrap and length of a round in frames, for loops that snap to whole frames.
    snap: Option<(u64, u64)>,
}

/// A transport's true course at one sample rate. Frames are absolute: frame 0 is where the recording starts.
#[derive(Clone, Debug)]
pub struct Timeline {
    legs: Vec<Leg>,
    sample_rate: f64,
    edges: Edges,
    signatures: Signatures,
    quirks: Vec<Quirk>,
}

impl Timeline {
    pub(super) fn new(script: &Transport, sample_rate: f64) -> Self {
        assert!(sample_rate > 0.0, "a sample rate of {sample_rate}");
        let mut timeline = Self {
            legs: Vec::new(),
            sample_rate,
            edges: script.edges,
            signatures: script.signatures.clone(),
            quirks: script.quirks.clone(),
        };
        let first = Leg {
            start_frame: 0,
            playing: script.playing,
            origin_beats: script.start_beats,
            origin_secs: script.start_beats * 60.0 / script.bpm,
            bpm: script.bpm,
            bpm_step: 0.0,
            loop_beats: script.loop_beats,
            snap: None,
        };
        timeline.push_leg(first, script.loop_snaps);
        let mut moves = script.moves.clone();
        // A ramp ends by itself: the end is a move too.
        for (frame, change) in &script.moves {
            if let Move::Ramp { bpm, frames } = *change {
                let end = frame + frames;
                let cut_short = script.moves.iter().any(|(at, other)| {
                    *at > *frame && *at <= end && matches!(other, Move::Tempo(_) | Move::Ramp { .. })
                });
                if !cut_short {
                    let index = moves.partition_point(|(at, _)| *at <= end);
                    moves.insert(index, (end, Move::Tempo(bpm)));
                }
            }
        }
        for (frame, change) in moves {
            timeline.apply(frame, change, script.loop_snaps);
        }
        timeline
    }

    fn push_leg(&mut self, mut leg: Leg, snaps: bool) {
        leg.snap = None;
        // Rounds of a ramp differ in length: no host snaps there.
        let snaps = snaps && leg.bpm_step == 0.0;
        if let (true, true, Some((from, to))) = (snaps, leg.playing, leg.loop_beats)
            && leg.origin_beats < to
        {
            let first = leg.start_frame + self.frames_for(&leg, to - leg.origin_beats);
            let round = self.frames_for(&Leg { origin_beats: from, ..leg }, to - from);
            leg.snap = Some((first, round.max(1)));
        }
        // A second move on the same frame replaces the leg of the first.
        if self.legs.last().is_some_and(|last| last.start_frame == leg.start_frame) {
            self.legs.pop();
        }
        self.legs.push(leg);
    }

    fn apply(&mut self, frame: u64, change: Move, snaps: bool) {
        let mut leg = *self.leg_at(frame);
        let (beats, secs) = (self.beats_at(frame), self.secs_at(frame));
        // The tempo ramps on while the transport stands.
        leg.bpm = self.bpm_at(frame);
        leg.start_frame = frame;
        leg.origin_beats = beats;
        leg.origin_secs = secs;
        match change {
            Move::Start => leg.playing = true,
            Move::Stop => leg.playing = false,
            Move::Jump(to) => {
                leg.origin_beats = to;
                leg.origin_secs = to * 60.0 / leg.bpm;
            }
            Move::Tempo(bpm) => (leg.bpm, leg.bpm_step) = (bpm, 0.0),
            Move::Ramp { bpm, frames } => leg.bpm_step = (bpm - leg.bpm) / frames.max(1) as f64,
            Move::Loop(range) => leg.loop_beats = range,
        }
        self.push_leg(leg, snaps);
    }

    fn leg_at(&self, frame: u64) -> &Leg {
        let index = self.legs.partition_point(|leg| leg.start_frame <= frame);
        &self.legs[index.max(1) - 1]
    }

    /// Quarter notes that pass in `frames` frames from a leg's start, loops aside.
    fn beats_in(&self, leg: &Leg, frames: f64) -> f64 {
        (leg.bpm * frames + 0.5 * leg.bpm_step * frames * frames) / (60.0 * self.sample_rate)
    }

    /// Frames until `beats` quarter notes have passed from a leg's start, as a real number.
    fn real_frames_for(&self, leg: &Leg, beats: f64) -> f64 {
        let area = beats * 60.0 * self.sample_rate;
        if leg.bpm_step == 0.0 {
            return area / leg.bpm;
        }
        // The root of the quadratic in the form that does not cancel.
        2.0 * area / (leg.bpm + (leg.bpm * leg.bpm + 2.0 * leg.bpm_step * area).max(0.0).sqrt())
    }

    /// The first whole frame on or after that.
    fn frames_for(&self, leg: &Leg, beats: f64) -> u64 {
        (self.real_frames_for(leg, beats) - FRAME_TOLERANCE).ceil().max(0.0) as u64
    }

    /// The sample rate that this timeline is for, in Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// How the host tells about edges.
    #[must_use]
    pub const fn edges(&self) -> Edges {
        self.edges
    }

    /// Whether the transport rolls at this frame.
    #[must_use]
    pub fn playing_at(&self, frame: u64) -> bool {
        self.leg_at(frame).playing
    }

    /// True tempo at this frame.
    #[must_use]
    pub fn bpm_at(&self, frame: u64) -> f64 {
        let leg = self.leg_at(frame);
        leg.bpm + leg.bpm_step * (frame - leg.start_frame) as f64
    }

    /// True song position at this frame, in quarter notes.
    #[must_use]
    pub fn beats_at(&self, frame: u64) -> f64 {
        let leg = self.leg_at(frame);
        let (length, rounds) = self.round_at(leg, frame);
        if let (Some((first, round)), true) = (leg.snap, rounds > 0) {
            let (start, _) = leg.loop_beats.expect("a snapped loop has a range");
            let into = (frame - first) % round;
            return start + self.beats_in(leg, into as f64);
        }
        let passed = if leg.playing { (frame - leg.start_frame) as f64 } else { 0.0 };
        let beats = leg.origin_beats + self.beats_in(leg, passed) - rounds as f64 * length;
        match leg.loop_beats {
            // The wrap forgives a thousandth of a frame; the place behind it is never before the loop.
            Some((start, _)) if rounds > 0 => beats.max(start),
            _ => beats,
        }
    }

    /// Length of the loop in quarter notes, and how often it has wrapped in this leg up to `frame`.
    fn round_at(&self, leg: &Leg, frame: u64) -> (f64, u64) {
        let (Some((from, to)), true) = (leg.loop_beats, leg.playing) else { return (0.0, 0) };
        // A place behind the loop's end never comes back into it.
        if leg.origin_beats >= to {
            return (0.0, 0);
        }
        if let Some((first, round)) = leg.snap {
            let rounds = if frame < first { 0 } else { 1 + (frame - first) / round };
            return (to - from, rounds);
        }
        let mut rounds = 0;
        let unrolled = leg.origin_beats + self.beats_in(leg, (frame - leg.start_frame) as f64);
        if unrolled >= to - self.beats_in(leg, 1.0).abs() {
            rounds = ((unrolled - from) / (to - from)).floor().max(0.0) as u64;
            // Rounding must agree with the wrap frames.
            while self.wrap_frame(leg, rounds + 1) <= frame {
                rounds += 1;
            }
            while rounds > 0 && self.wrap_frame(leg, rounds) > frame {
                rounds -= 1;
            }
        }
        (to - from, rounds)
    }

    /// The frame on which a leg's loop wraps for the `count`-th time (from 1).
    fn wrap_frame(&self, leg: &Leg, count: u64) -> u64 {
        let (from, to) = leg.loop_beats.expect("only loops wrap");
        match leg.snap {
            Some((first, round)) => first + (count - 1) * round,
            None => {
                let beats = to - leg.origin_beats + (count - 1) as f64 * (to - from);
                leg.start_frame + self.frames_for(leg, beats)
            }
        }
    }

    fn secs_at(&self, frame: u64) -> f64 {
        let leg = self.leg_at(frame);
        if !leg.playing {
            return leg.origin_secs;
        }
        let (length, rounds) = self.round_at(leg, frame);
        let passed = (frame - leg.start_frame) as f64 / self.sample_rate;
        leg.origin_secs + passed - rounds as f64 * length * 60.0 / leg.bpm
    }

    /// The next frame after `frame` on which the transport does anything but go on: a move, the end of a loop.
    #[must_use]
    pub fn next_edge(&self, frame: u64) -> Option<u64> {
        let leg = self.leg_at(frame);
        let end_of_leg = self.legs.iter().map(|leg| leg.start_frame).find(|start| *start > frame);
        let wraps = leg.playing && leg.loop_beats.is_some_and(|(_, to)| leg.origin_beats < to);
        let wrap = wraps.then(|| {
            let (_, rounds) = self.round_at(leg, frame);
            self.wrap_frame(leg, rounds + 1)
        });
        match (end_of_leg, wrap) {
            (Some(end), Some(wrap)) => Some(end.min(wrap)),
            (end, wrap) => end.or(wrap),
        }
    }

    /// The frame on which an action due at this song position fires, if the transport gets there: the first frame
    /// from `from` on that is not before the beat, `ceil(beat * 60 / bpm * sample rate - 2^-10)` at a steady tempo.
    #[must_use]
    pub fn frame_of_beat(&self, beats: f64, from: u64) -> Option<u64> {
        let mut start = from;
        loop {
            let end = self.next_edge(start);
            let leg = self.leg_at(start);
            if leg.playing {
                // From the start of this stretch, which has no edge inside.
                let here = Leg { bpm: self.bpm_at(start), ..*leg };
                let ahead = beats - self.beats_at(start);
                let tolerance = self.beats_in(&here, FRAME_TOLERANCE);
                if ahead >= -tolerance {
                    let frame = start + self.frames_for(&here, ahead.max(0.0));
                    if end.is_none_or(|end| frame < end) {
                        return Some(frame);
                    }
                }
            }
            start = end?;
            // A loop that does not hold the beat goes round for ever.
            if start > from + (self.sample_rate * 86_400.0) as u64 {
                return None;
            }
        }
    }

    /// What the host tells the plugin at this frame, quirks included; `None`: nothing at all. `previous` is the frame
    /// at which it last told something.
    #[must_use]
    pub fn said_at(&self, frame: u64, previous: Option<u64>) -> Option<Said> {
        let leg = self.leg_at(frame);
        let beats = self.beats_at(frame);
        let bar = self.signatures.bar_at(beats);
        let secs = self.secs_at(frame);
        let mut said = Said {
            playing: leg.playing,
            preroll: leg.playing && beats < 0.0,
            tempo: Some(self.bpm_at(frame)),
            tempo_step: leg.bpm_step,
            beats: Some(beats),
            secs: Some(secs),
            frames: (secs * self.sample_rate).round() as i64,
            signature: Some(bar.signature),
            bar_start_beats: Some(bar.start_beats),
            bar_number: bar.number,
            loop_beats: leg.loop_beats,
        };
        for quirk in &self.quirks {
            quirk.distort(&mut said, leg.bpm, || previous.map(|previous| self.beats_at(previous)));
        }
        (!self.quirks.contains(&Quirk::NoTransport)).then_some(said)
    }
}
