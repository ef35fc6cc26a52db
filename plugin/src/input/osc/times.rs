//! From a moment of this machine's clock to a frame of the rig, for time tags. Control thread writes, broker reads.
//!
//! The control thread sees the rig's frames late by anything up to a turn, never early: the least delay of the last
//! seconds is the truth. With a host whose blocks come exactly on time the frame is exact.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Sights of this age still count.
const WINDOW: Duration = Duration::from_secs(10);
/// Sights that are kept at most; where there are more, neighbours are merged.
const MOST_SIGHTS: usize = 1024;
/// A host that makes no blocks for so long stands still: its frames have no time.
const STANDS: Duration = Duration::from_millis(500);

/// A map from time to frames.
#[derive(Debug)]
pub struct TimeMap {
    start: Instant,
    sample_rate: f64,
    frames: u64,
    /// When each number of frames was seen first, and by how much later than at the sample rate from the start.
    sights: VecDeque<(Instant, f64)>,
}

impl Default for TimeMap {
    fn default() -> Self {
        Self { start: Instant::now(), sample_rate: 0.0, frames: 0, sights: VecDeque::new() }
    }
}

impl TimeMap {
    /// So many frames had been made at `now`, at a sample rate in Hz.
    pub fn observe(&mut self, frames: u64, sample_rate: f64, now: Instant) {
        if frames == self.frames && !self.sights.is_empty() || sample_rate <= 0.0 {
            return;
        }
        let stood = self.sights.back().is_some_and(|(seen, _)| now.saturating_duration_since(*seen) > STANDS);
        if stood || sample_rate != self.sample_rate || frames < self.frames {
            self.sights.clear();
        }
        (self.frames, self.sample_rate) = (frames, sample_rate);
        let late_secs = now.saturating_duration_since(self.start).as_secs_f64() - frames as f64 / sample_rate;
        self.sights.push_back((now, late_secs));
        while self.sights.front().is_some_and(|(seen, _)| now.saturating_duration_since(*seen) > WINDOW)
            || self.sights.len() > MOST_SIGHTS
        {
            self.sights.pop_front();
        }
    }

    /// The frame that is made at a moment, counted from the rig's first; `None` while no blocks are made.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn frame_at(&self, moment: Instant, now: Instant) -> Option<u64> {
        let (last, _) = self.sights.back()?;
        if now.saturating_duration_since(*last) > STANDS {
            return None;
        }
        let late_secs = self.sights.iter().map(|(_, late)| *late).fold(f64::INFINITY, f64::min);
        let secs = moment.saturating_duration_since(self.start).as_secs_f64() - late_secs;
        Some((secs * self.sample_rate).round().max(0.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_an_exact_host_clock_the_frame_is_exact() {
        for sample_rate in [44_100_u32, 48_000, 96_000] {
            let mut map = TimeMap::default();
            let start = map.start;
            let at = |frame: u64| start + Duration::from_secs_f64(7.0 + frame as f64 / f64::from(sample_rate));
            for block in 0..400_u64 {
                map.observe(block * 512, sample_rate.into(), at(block * 512));
            }
            let now = at(399 * 512);
            for frame in [399 * 512, 300_000, 300_001, 777_777] {
                assert_eq!(map.frame_at(at(frame), now), Some(frame), "{sample_rate}");
            }
        }
    }

    #[test]
    fn late_looks_do_not_move_it_and_a_host_that_stands_has_no_frames() {
        let mut map = TimeMap::default();
        let start = map.start;
        let at = |secs: f64| start + Duration::from_secs_f64(secs);
        for block in 0..1000_u64 {
            // Seen up to 10 ms late, on time only now and then.
            let late = (block * 37 % 101) as f64 / 100.0 * 0.01;
            map.observe((block + 1) * 480, 48_000.0, at((block + 1) as f64 * 0.01 + late));
        }
        assert_eq!(map.frame_at(at(10.5), at(10.0)), Some(504_000));
        assert_eq!(map.frame_at(at(12.0), at(11.0)), None, "no block for a second");
        map.observe(480_480, 48_000.0, at(60.0));
        assert_eq!(map.frame_at(at(60.5), at(60.0)), Some(504_480), "it goes on from where it stood");
    }
}
