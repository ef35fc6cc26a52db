//! Two clocks: how the other end's beat becomes ours. Pure.
//!
//! The other end does not say which beat it is: by the time that is heard it is an old one. It says how its beat goes
//! on over its own time, and how far that time is from ours is the least delay that was ever seen.

use std::collections::VecDeque;

use echelon_engine::message::{ClockView, Snapshot};

use super::ClockWord;

/// Words of the other end's clock that are remembered.
const REMEMBERED: usize = 15;
/// What is this near to a whole number of beats apart is that: both are on the beat, and the rest is the delay of
/// messages and blocks, in beats.
const ON_THE_BEAT: f64 = 0.125;
/// A host that makes no blocks for so long, in seconds, stands still.
const STANDS_SECS: f64 = 0.25;

/// Our own musical time over the control thread's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OwnClock {
    frames: u64,
    secs: f64,
    view: Option<ClockView>,
}

impl OwnClock {
    /// Takes in what the audio thread published last. `now` in seconds.
    pub fn observe(&mut self, snapshot: &Snapshot, now: f64) {
        if self.view.is_none() || snapshot.frames != self.frames {
            (self.frames, self.secs, self.view) = (snapshot.frames, now, Some(snapshot.clock));
        }
    }

    /// Song beat at a time.
    pub fn beat_at(&self, now: f64) -> Option<f64> {
        let since = (now - self.secs).min(STANDS_SECS);
        self.view.map(|view| view.beat_after_secs(since))
    }

    /// What the other end is told.
    pub fn word(&self, now: f64) -> Option<ClockWord> {
        let view = self.view?;
        let stands = now - self.secs >= STANDS_SECS;
        Some(ClockWord {
            secs: now,
            beat: self.beat_at(now)?,
            beats_per_sec: if stands { 0.0 } else { view.beats_per_frame * view.sample_rate },
            tempo_bpm: view.tempo.get(),
            bar_start_beat: view.bar_start_beat,
            bar_beats: view.bar_beats,
            host_leads: view.host_leads,
        })
    }
}

/// The other end's musical time.
#[derive(Clone, Debug, Default)]
pub(super) struct OtherClock {
    word: Option<ClockWord>,
    /// Our time less theirs at the arrival of the latest words: the true distance and each word's delay.
    distances_secs: VecDeque<f64>,
    /// Our beat less theirs, at the arrival of the latest words.
    distances_beats: VecDeque<f64>,
}

impl OtherClock {
    /// Takes in a word that arrived now.
    pub fn hear(&mut self, word: ClockWord, own: &OwnClock, now: f64) {
        self.word = Some(word);
        remember(&mut self.distances_secs, now - word.secs);
        if let Some((mine, theirs)) = own.beat_at(now).zip(self.beat_at(now)) {
            remember(&mut self.distances_beats, mine - theirs);
        }
    }

    /// The last word.
    pub const fn word(&self) -> Option<ClockWord> {
        self.word
    }

    /// Their song beat at our time.
    pub fn beat_at(&self, now: f64) -> Option<f64> {
        let word = self.word?;
        let least = self.distances_secs.iter().copied().fold(f64::INFINITY, f64::min);
        let theirs = now - least;
        Some(word.beat + (theirs - word.secs).max(0.0) * word.beats_per_sec)
    }

    /// Our song beat on their song beat, as long as both go on as they do. Where both are on the beat, exactly so.
    pub fn own_beat(&self, theirs: f64, own: &OwnClock, now: f64) -> Option<f64> {
        let distance = median(&self.distances_beats)?;
        if (distance - distance.round()).abs() <= ON_THE_BEAT {
            return Some(theirs + distance.round());
        }
        // Apart in phase or in tempo: by time.
        let (word, mine_now) = (self.word?, own.beat_at(now)?);
        let their_way = theirs - self.beat_at(now)?;
        let mine_per_sec = own.view.map(|view| view.beats_per_frame * view.sample_rate)?;
        if word.beats_per_sec > 0.0 && mine_per_sec > 0.0 {
            Some(mine_now + their_way / word.beats_per_sec * mine_per_sec)
        } else {
            Some(mine_now + their_way)
        }
    }
}

fn remember(values: &mut VecDeque<f64>, value: f64) {
    values.truncate(REMEMBERED - 1);
    values.push_front(value);
}

fn median(values: &VecDeque<f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::units::Bpm;

    fn own_at(beat: f64, bpm: f64, now: f64, frames: u64) -> OwnClock {
        let mut snapshot = Snapshot { frames, ..Snapshot::default() };
        snapshot.clock.song_beat = beat;
        snapshot.clock.tempo = Bpm::new(bpm).unwrap();
        snapshot.clock.beats_per_frame = bpm / 60.0 / 48_000.0;
        let mut own = OwnClock::default();
        own.observe(&snapshot, now);
        own
    }

    fn word(secs: f64, beat: f64, bpm: f64) -> ClockWord {
        ClockWord {
            secs,
            beat,
            beats_per_sec: bpm / 60.0,
            tempo_bpm: bpm,
            bar_start_beat: 0.0,
            bar_beats: 4.0,
            host_leads: true,
        }
    }

    #[test]
    fn a_word_is_right_for_as_long_as_the_tempo_stays() {
        let own = own_at(0.0, 120.0, 0.0, 1);
        let mut other = OtherClock::default();
        // Their time is 1000 s ahead of ours; words take 5 to 40 ms.
        for (i, delay) in [0.040, 0.005, 0.022, 0.031].into_iter().enumerate() {
            let sent = i as f64 * 0.2;
            other.hear(word(1000.0 + sent, 7.0 + sent * 2.0, 120.0), &own, sent + delay);
        }
        let late = 0.005 * 2.0;
        assert!((other.beat_at(10.0).unwrap() - (7.0 + 20.0 - late)).abs() < 1e-9, "only the least delay is in it");
    }

    #[test]
    fn on_the_beat_stays_on_the_beat_and_else_it_goes_by_time() {
        for (distance, exact) in [(0.04, Some(0.0)), (-0.1, Some(0.0)), (16.09, Some(16.0)), (0.5, None), (2.8, None)] {
            let own = own_at(4.0 + distance, 120.0, 5.0, 1);
            let mut other = OtherClock::default();
            other.hear(word(5.0, 4.0, 120.0), &own, 5.0);
            let mapped = other.own_beat(8.0, &own, 5.0).unwrap();
            match exact {
                Some(whole) => assert_eq!(mapped, 8.0 + whole, "{distance}"),
                None => assert!((mapped - (8.0 + distance)).abs() < 1e-9, "{distance}: {mapped}"),
            }
        }
        // Their 4 beats at 60 BPM are 4 seconds: 8 of ours at 120.
        let own = own_at(0.5, 120.0, 5.0, 1);
        let mut other = OtherClock::default();
        other.hear(word(5.0, 0.0, 60.0), &own, 5.0);
        assert!((other.own_beat(4.0, &own, 5.0).unwrap() - 8.5).abs() < 1e-9);
    }

    #[test]
    fn a_host_that_makes_no_blocks_stands_still() {
        let own = own_at(4.0, 120.0, 5.0, 1);
        assert_eq!(own.word(5.1).unwrap().beats_per_sec, 2.0);
        let word = own.word(60.0).unwrap();
        assert_eq!((word.beat, word.beats_per_sec), (4.5, 0.0));
        assert!(OwnClock::default().word(1.0).is_none());
    }
}
