//! A simulated host: a tempo map, a song position, and the ways in which hosts misstate it.

use echelon_engine::clock::{BlockClock, Discontinuity, HostClock, HostTransport, ON_FRAME_TOLERANCE};
use echelon_engine::units::Bpm;

pub const SR: f64 = 48_000.0;

/// Pseudo-random and the same in every run.
#[derive(Clone)]
pub struct Random(u32);

impl Random {
    pub const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// `0..bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(self.0) * u64::from(bound)) >> 32) as u32
    }

    /// A block of 1..=1024 frames.
    pub fn block(&mut self) -> u32 {
        self.below(1024) + 1
    }
}

/// From a frame on: a tempo, and its change with each frame.
#[derive(Clone, Copy, Debug)]
struct Section {
    frame: f64,
    beat: f64,
    bpm: f64,
    bpm_per_frame: f64,
}

/// Tempo over time, exactly.
#[derive(Clone, Debug)]
pub struct TempoMap {
    pub sample_rate: f64,
    sections: Vec<Section>,
}

impl TempoMap {
    pub fn steady(sample_rate: f64, bpm: f64) -> Self {
        Self { sample_rate, sections: vec![Section { frame: 0.0, beat: 0.0, bpm, bpm_per_frame: 0.0 }] }
    }

    /// Holds the present tempo for some seconds, then goes to another over some more.
    pub fn ramp(mut self, hold_secs: f64, to_bpm: f64, secs: f64) -> Self {
        let last = *self.sections.last().unwrap();
        let from = last.frame + (hold_secs * self.sample_rate).round();
        let frames = (secs * self.sample_rate).round();
        let bpm_per_frame = if frames > 0.0 { (to_bpm - last.bpm) / frames } else { 0.0 };
        let start = Section { frame: from, beat: self.beat(from), bpm: last.bpm, bpm_per_frame };
        self.sections.push(start);
        let end = from + frames;
        let beat = self.beat(end);
        self.sections.push(Section { frame: end, beat, bpm: to_bpm, bpm_per_frame: 0.0 });
        self
    }

    fn section_at(&self, frame: f64) -> Section {
        *self.sections.iter().rev().find(|section| section.frame <= frame).unwrap_or(&self.sections[0])
    }

    pub fn bpm(&self, frame: f64) -> f64 {
        let section = self.section_at(frame);
        section.bpm + section.bpm_per_frame * (frame - section.frame)
    }

    /// The tempo that a host says which looks at its tempo marks only.
    pub fn bpm_of_section(&self, frame: f64) -> f64 {
        self.section_at(frame).bpm
    }

    pub fn beat(&self, frame: f64) -> f64 {
        let section = self.section_at(frame);
        let n = frame - section.frame;
        section.beat + n * (section.bpm + 0.5 * section.bpm_per_frame * n) / (60.0 * self.sample_rate)
    }

    /// The inverse of [`TempoMap::beat`].
    pub fn frame(&self, beat: f64) -> f64 {
        let section = self.sections.iter().rev().find(|section| section.beat <= beat).unwrap_or(&self.sections[0]);
        let way = (beat - section.beat) * 60.0 * self.sample_rate;
        let (v, a) = (section.bpm, section.bpm_per_frame);
        let n = if a == 0.0 { way / v } else { 2.0 * way / (v + (v * v + 2.0 * a * way).sqrt()) };
        section.frame + n
    }

    /// The frame on which a beat has to be heard.
    pub fn due(&self, beat: f64) -> i64 {
        (self.frame(beat) - ON_FRAME_TOLERANCE).ceil() as i64
    }

    pub fn transport(&self, frame: f64, word: Wording) -> HostTransport {
        HostTransport {
            playing: true,
            tempo: Bpm::new(self.bpm(frame)),
            song_beats: Some(word(self.beat(frame))),
            ..HostTransport::SILENT
        }
    }
}

/// How a host writes a beat down.
pub type Wording = fn(f64) -> f64;

/// How hosts write beats down.
pub mod words {
    const CLAP: f64 = (1_u64 << 31) as f64;

    pub fn exact(beat: f64) -> f64 {
        beat
    }
    pub fn clap_rounded(beat: f64) -> f64 {
        (beat * CLAP).round() / CLAP
    }
    pub fn clap_cut(beat: f64) -> f64 {
        (beat * CLAP).trunc() / CLAP
    }
    pub fn ticks_1920(beat: f64) -> f64 {
        (beat * 1920.0).round() / 1920.0
    }
    pub fn ticks_1920_cut(beat: f64) -> f64 {
        (beat * 1920.0).floor() / 1920.0
    }
    pub fn float_960(beat: f64) -> f64 {
        f64::from(((beat * 960.0).round() / 960.0) as f32)
    }
    pub fn float_960_cut(beat: f64) -> f64 {
        f64::from(((beat * 960.0).floor() / 960.0) as f32)
    }
}

/// What became of the targets of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Frames early (below 0) and late, at worst.
    pub earliest: i64,
    pub latest: i64,
    pub fired: usize,
    pub blocks: usize,
    /// What the clock said, but for the start; the first few.
    pub breaks: Vec<Discontinuity>,
}

impl Outcome {
    pub fn worst(&self) -> i64 {
        self.latest.max(-self.earliest)
    }
}

/// Runs the clock over a song from `from` to `to` (frames) in blocks of `block()`, with targets at song beats in
/// order. `say` makes the host's word on a frame.
pub fn run(
    map: &TempoMap,
    (from, to): (u64, u64),
    mut block: impl FnMut() -> u32,
    targets: impl Iterator<Item = f64>,
    mut say: impl FnMut(f64) -> HostTransport,
) -> Outcome {
    let mut clock = HostClock::new(map.sample_rate);
    let (mut outcome, mut frame) = (Outcome::default(), from);
    let mut targets = targets.peekable();
    while frame < to {
        let frames = block();
        let (now, why) = clock.begin_block(&say(frame as f64), frames);
        outcome.breaks.extend(why.filter(|_| outcome.blocks > 0 && outcome.breaks.len() < 8));
        outcome.blocks += 1;
        while let Some(at) = targets.peek().and_then(|beat| now.frame_of(now.to_performance(*beat))) {
            let error = (frame + u64::from(at)) as i64 - map.due(targets.next().unwrap());
            outcome.earliest = outcome.earliest.min(error);
            outcome.latest = outcome.latest.max(error);
            outcome.fired += 1;
        }
        frame += u64::from(frames);
    }
    outcome
}

/// Worst distance, in frames, between the clock and the music at the end of a block.
pub fn off_by(map: &TempoMap, now: &BlockClock, frame: f64) -> f64 {
    let end = frame + f64::from(now.frames());
    let beats = now.song_beat_at(now.frames()) - map.beat(end);
    (beats * 60.0 * map.sample_rate / map.bpm(end)).abs()
}
