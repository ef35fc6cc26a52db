//! Where the host really is, and how fast it goes.
//!
//! All places are performance beats: the host's song beats without its jumps.

use super::super::{HostTransport, Quality};
use super::JUMP_BEATS;
use super::measured::Measured;
use super::told::Told;
use crate::units::Bpm;

/// Part of a rounding difference that is taken over with a word, so that rounding averages out.
const LEAK: f64 = 0.02;

/// The same while the host's tempo cannot be relied on.
const LEAK_BY_WORDS: f64 = 0.25;

/// A difference of up to this part of the way can be a tempo that changed and was not told. If the next is like it, it
/// was; if not, the host made a very small jump, and is caught up with all the same.
const ELASTIC: f64 = 0.25;

/// But not of more than this: the late grace of a start, in beats.
const MAX_ELASTIC_BEATS: f64 = 1.0 / 16.0;

/// The host's tempo is relied on again when it has agreed with its beats for this long.
const TRIAL_SECS: f64 = 0.5;

/// A host counts as coarse for this long after it was.
const COARSE_SECS: f64 = 2.0;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Heard {
    /// The host is where it should be.
    InFlow,
    /// It is so many beats from there.
    Elsewhere { beats: f64 },
}

/// The next block's pace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead {
    /// At its first frame.
    pub(super) tempo: Bpm,
    /// Change of beats per frame with each frame.
    pub(super) step: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Follower {
    sample_rate: f64,
    told: Told,
    measured: Measured,
    /// Tempo is measured, because what the host tells does not agree with its beats, or it tells none.
    by_words: bool,
    /// Where the host should be at the next block's start.
    expected: f64,
    /// Where its last word was.
    word: f64,
    since: Since,
    /// Difference of the last word, in beats.
    last_gap: f64,
    trial: Trial,
    coarse_frames: f64,
    tempo: Bpm,
}

/// The way since the last word.
#[derive(Clone, Copy, Debug, Default)]
struct Since {
    frames: f64,
    /// In beats, as it was foretold.
    foretold: f64,
    /// In beats, by the told tempo.
    by_tempo: f64,
    /// The least and the most that it can be by the told tempo, if that changed somewhere on the way.
    least: f64,
    most: f64,
}

/// The told tempo against the words, while it is not relied on.
#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    frames: f64,
    drift: f64,
}

impl Follower {
    pub(super) fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            told: Told::default(),
            measured: Measured::new(sample_rate),
            by_words: false,
            expected: 0.0,
            word: 0.0,
            since: Since::default(),
            last_gap: 0.0,
            trial: Trial::default(),
            coarse_frames: 0.0,
            tempo: Bpm::DEFAULT,
        }
    }

    /// The host begins to roll, here; `tempo` if it tells none.
    pub(super) fn restart(&mut self, place: f64, tempo: Bpm) {
        let Self { sample_rate, told, .. } = *self;
        *self = Self { told, tempo, expected: place, word: place, ..Self::new(sample_rate) };
        self.measured.hear(place);
    }

    /// Where the host is at the next block's start.
    pub(super) const fn host_is_at(&self) -> f64 {
        self.expected
    }

    pub(super) fn quality(&self) -> Quality {
        if self.coarse_frames > 0.0 || (self.by_words && self.told.tempo.is_some()) {
            Quality::Coarse
        } else {
            Quality::Exact
        }
    }

    /// The host's word on its tempo at the next block's start.
    pub(super) fn tell(&mut self, host: &HostTransport) {
        let (before, frames) = (self.told.tempo, f64::from(self.told.frames_since()));
        self.told.hear(host);
        if let (Some(before), Some(now)) = (before, self.told.tempo) {
            let (a, b) = (before.beats_per_frame(self.sample_rate), now.beats_per_frame(self.sample_rate));
            self.since.least += a.min(b) * frames;
            self.since.most += a.max(b) * frames;
        }
    }

    /// The host's word on its place at the next block's start.
    pub(super) fn hear(&mut self, word: f64) -> Heard {
        let since = std::mem::take(&mut self.since);
        let way = word - self.word;
        // The first step of a host that tells no tempo: if it can be a tempo it is one.
        let is_first = self.told.tempo.is_none() && self.measured.speed().is_none();
        let bpm = way / since.frames.max(1.0) * 60.0 * self.sample_rate;
        let half_frame = 0.5 * self.tempo.beats_per_frame(self.sample_rate);
        let gap = way - since.foretold;
        let heard = if is_first && since.frames > 0.0 && Bpm::RANGE.contains(&bpm) {
            self.expected = word;
            Heard::InFlow
        } else {
            self.judge(word, way, &since, half_frame)
        };
        if heard == Heard::InFlow {
            self.last_gap = if gap.abs() > half_frame { gap } else { 0.0 };
            self.word = word;
            self.measured.hear(word);
            self.try_told(way - since.by_tempo, since.frames);
        }
        heard
    }

    fn judge(&mut self, word: f64, way: f64, since: &Since, half_frame: f64) -> Heard {
        let (off, gap) = (word - self.expected, way - since.foretold);
        // A tempo that changed on the way explains so much of it.
        let explained =
            |gap: f64| gap.clamp((since.least - since.by_tempo).min(0.0), (since.most - since.by_tempo).max(0.0));
        let by_words = self.by_words;
        let unexplained = |gap: f64| if by_words { gap } else { gap - explained(gap) };
        let (rest, rest_of_gap) = (unexplained(off), unexplained(gap));
        let told_gap = way - since.by_tempo;
        let jump = JUMP_BEATS.max(half_frame);
        if rest.abs() <= half_frame {
            self.expected = word;
        } else if rest.abs() <= jump {
            let leak = if by_words { LEAK_BY_WORDS } else { LEAK };
            self.expected = word - rest * (1.0 - leak);
            self.coarse_frames = COARSE_SECS * self.sample_rate;
        } else if rest_of_gap.abs() <= jump {
            // It drifted away: its tempo is not what it tells.
            self.rely_on_words(true);
            self.expected = word - rest * (1.0 - LEAK_BY_WORDS);
        } else if by_words && self.told.tempo.is_some() && (told_gap - explained(told_gap)).abs() <= jump {
            // It goes as it tells again, from one word to the next.
            self.rely_on_words(false);
            self.expected = word;
        } else if gap.abs() <= MAX_ELASTIC_BEATS.min(ELASTIC * since.foretold) {
            if gap * self.last_gap > 0.0 {
                self.rely_on_words(true);
            }
            self.expected = word;
        } else {
            return Heard::Elsewhere { beats: off };
        }
        Heard::InFlow
    }

    /// The host went to another place, which is this performance beat.
    pub(super) fn moved_to(&mut self, place: f64) {
        self.measured.shift(place - self.expected);
        self.expected = place;
        self.arrive(place);
    }

    /// The host jumped in the flow of time, but for a rest of its rounding.
    pub(super) fn moved_by(&mut self, rest: f64) {
        let word = self.expected + rest;
        let leak = if self.coarse_frames > 0.0 { LEAK } else { 1.0 };
        self.expected += leak * rest;
        self.arrive(word);
    }

    fn arrive(&mut self, word: f64) {
        self.word = word;
        self.last_gap = 0.0;
        self.measured.hear(word);
        self.trial = Trial::default();
    }

    fn rely_on_words(&mut self, by_words: bool) {
        self.by_words = by_words;
        self.trial = Trial::default();
    }

    /// Goes back to the told tempo when it has agreed with the beats for a while.
    fn try_told(&mut self, drift: f64, frames: f64) {
        if !self.by_words {
            return;
        }
        self.trial.drift += drift;
        self.trial.frames += frames;
        if self.trial.frames >= TRIAL_SECS * self.sample_rate {
            let agrees = self.told.tempo.is_some() && self.trial.drift.abs() <= JUMP_BEATS / 2.0;
            self.rely_on_words(!agrees);
        }
    }

    /// Lets `frames` pass; the pace in them.
    pub(super) fn advance(&mut self, frames: u32) -> Ahead {
        let n = f64::from(frames);
        let bpm_per_speed = 60.0 * self.sample_rate;
        self.by_words |= self.told.tempo.is_none();
        let by_told = self.told.tempo.map(|tempo| (tempo, self.told.slope_bpm() / bpm_per_speed));
        let by_words = self.measured.speed().filter(|_| self.by_words);
        let by_words = by_words.and_then(|s| Some((Bpm::new(s.beats_per_frame * bpm_per_speed)?, s.step)));
        let (tempo, step) = by_words.or(by_told).unwrap_or((self.tempo, 0.0));
        let nominal = tempo.beats_per_frame(self.sample_rate);
        // A slope that would halve or double the tempo within the block is a host's slip: time must not stand still.
        let sane = |step: f64| if (step * n).abs() <= 0.5 * nominal { step } else { 0.0 };
        let step = sane(step);
        let way = n * (nominal + 0.5 * step * n);
        self.since.frames += n;
        self.since.foretold += way;
        self.since.by_tempo +=
            by_told.map_or(way, |(tempo, step)| n * (tempo.beats_per_frame(self.sample_rate) + 0.5 * sane(step) * n));
        self.expected += way;
        self.coarse_frames = (self.coarse_frames - n).max(0.0);
        self.told.pass(frames);
        self.measured.pass(frames);
        self.tempo = tempo;
        Ahead { tempo, step }
    }
}
