//! Musical time that follows nobody.

use super::here::Here;
use super::{BeatClock, BeatSource, BlockClock, ClockSource, Discontinuity, GridLines, Quality};
use crate::units::{Bpm, TimeSignature};

/// A free-running clock: counts frames at a tempo. Its beats do not depend on the block size, to the last bit.
#[derive(Clone, Debug)]
pub struct LocalBeatClock {
    sample_rate: f64,
    tempo: Bpm,
    here: Here,
    /// Performance beat from which frames are counted.
    anchor: f64,
    /// Frames since.
    frames: u64,
    stands_still: bool,
}

impl LocalBeatClock {
    /// At beat 0. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64, tempo: Bpm, signature: TimeSignature) -> Self {
        let lines = GridLines { bar_start_beat: 0.0, bar_beats: signature.bar_beats() };
        let here = Here { lines, ..Here::START };
        Self { sample_rate, tempo, here, anchor: 0.0, frames: 0, stands_still: false }
    }

    /// Another tempo from here on.
    pub fn set_tempo(&mut self, tempo: Bpm) {
        if tempo != self.tempo {
            self.resume(self.here);
            self.tempo = tempo;
        }
    }

    /// Another time signature from the present bar's start on.
    pub fn set_signature(&mut self, signature: TimeSignature) {
        let bar_start_beat = self.lines().bar_start_beat;
        self.here.lines = GridLines { bar_start_beat, bar_beats: signature.bar_beats() };
    }

    /// Lets time stand still, or go on.
    pub fn set_stands_still(&mut self, stands_still: bool) {
        if stands_still != self.stands_still {
            self.resume(self.here);
            self.stands_still = stands_still;
        }
    }

    pub(super) fn resume(&mut self, here: Here) {
        (self.here, self.anchor, self.frames) = (here, here.performance_beat, 0);
    }
}

impl BeatSource for LocalBeatClock {
    type Word = ();

    fn begin_block(&mut self, (): &(), frames: u32) -> (BlockClock, Option<Discontinuity>) {
        self.here.lines = self.here.lines.around(self.here.song_beat());
        let clock = BlockClock {
            first_frame: self.here.frame,
            anchor: self.anchor,
            frames_since_anchor: self.frames as f64,
            song_offset: self.here.song_offset,
            beats_per_frame: self.tempo.beats_per_frame(self.sample_rate),
            beats_per_frame_step: 0.0,
            stands_still: self.stands_still,
            frames,
            sample_rate: self.sample_rate,
            tempo: self.tempo,
            lines: self.here.lines,
            source: ClockSource::Local,
            quality: Quality::Exact,
            peers: 0,
        };
        self.here = Here::after(&clock);
        if !self.stands_still {
            self.frames += u64::from(frames);
        }
        (clock, None)
    }

    fn take_over(&mut self, last: &BlockClock) {
        self.resume(Here::after(last));
    }
}

impl BeatClock for LocalBeatClock {
    fn current_beat(&self) -> f64 {
        self.here.song_beat()
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        false
    }
    fn num_peers(&self) -> usize {
        0
    }
    fn lines(&self) -> GridLines {
        self.here.lines.around(self.here.song_beat())
    }
    fn beats_per_frame(&self) -> f64 {
        if self.stands_still { 0.0 } else { self.tempo.beats_per_frame(self.sample_rate) }
    }
    fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(numerator: u16, denominator: u16) -> LocalBeatClock {
        LocalBeatClock::new(48_000.0, Bpm::new(120.0).unwrap(), TimeSignature::new(numerator, denominator).unwrap())
    }

    #[test]
    fn it_counts_bars_of_three() {
        let mut clock = clock(3, 4);
        assert_eq!((clock.time_to_next_beat(), clock.time_to_next_bar()), (0.0, 0.0));
        clock.begin_block(&(), 12_000);
        assert_eq!(clock.current_beat(), 0.5);
        assert_eq!(clock.time_to_next_beat(), 0.25);
        assert_eq!(clock.time_to_next_bar(), 1.25);
        assert!((clock.phase() - 0.5 / 3.0).abs() < 1e-12);
        assert!(!clock.is_synchronized());
    }

    #[test]
    fn a_bar_of_seven_eight_ends_on_a_half() {
        let mut clock = clock(7, 8);
        clock.begin_block(&(), 48_000);
        assert_eq!(clock.current_beat(), 2.0);
        assert_eq!((clock.time_to_next_beat(), clock.time_to_next_bar()), (0.0, 0.75));
        clock.begin_block(&(), 48_000);
        assert_eq!(clock.time_to_next_bar(), 1.5, "from beat 4 to beat 7");
        assert_eq!(clock.phase(), 0.5 / 3.5);
    }

    #[test]
    fn another_signature_counts_from_the_bar_in_which_it_came() {
        let mut clock = clock(4, 4);
        clock.begin_block(&(), 24_000 * 9);
        clock.set_signature(TimeSignature::new(3, 4).unwrap());
        assert_eq!(clock.time_to_next_bar(), 1.0, "from beat 9 to beat 11");
    }

    #[test]
    fn who_takes_over_goes_on_where_the_other_ended() {
        let mut first = clock(3, 4);
        let (last, _) = first.begin_block(&(), 30_011);
        let mut second = LocalBeatClock::new(48_000.0, Bpm::new(90.0).unwrap(), TimeSignature::COMMON);
        second.take_over(&last);
        let (next, _) = second.begin_block(&(), 64);
        assert_eq!(next.performance_beat_at(0).to_bits(), last.performance_beat_at(30_011).to_bits());
        assert_eq!(next.lines().bar_beats, 3.0);
        assert_eq!(next.first_frame(), 30_011);
    }

    #[test]
    fn time_that_stands_still_goes_on_where_it_stood() {
        let mut clock = clock(4, 4);
        clock.begin_block(&(), 24_000);
        clock.set_stands_still(true);
        let (still, _) = clock.begin_block(&(), 4_800);
        assert_eq!((still.performance_beat_at(0), still.performance_beat_at(4_800)), (1.0, 1.0));
        assert_eq!((clock.time_to_next_beat(), clock.time_to_next_bar()), (0.0, f64::INFINITY));
        clock.set_stands_still(false);
        let (on, _) = clock.begin_block(&(), 24_000);
        assert_eq!((on.performance_beat_at(0), on.performance_beat_at(24_000)), (1.0, 2.0));
    }
}
