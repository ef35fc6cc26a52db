//! Beats and frames, computed by the asking side: what "the next bar" means, without asking the plugin.

/// A song at constant tempo whose beat 0 is on frame 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SongClock {
    pub bpm: f64,
    pub sample_rate: f64,
}

/// Quarter notes in a bar of 4/4.
pub const BAR_BEATS: f64 = 4.0;

/// A beat that falls this little after a frame is still on it: it takes up the rounding of the sums.
const FRAME_TOLERANCE: f64 = 1.0 / 1024.0;

impl SongClock {
    /// Frames in a beat.
    pub fn frames_per_beat(self) -> f64 {
        60.0 / self.bpm * self.sample_rate
    }

    /// The first frame that is not before a beat.
    #[allow(clippy::cast_possible_truncation, reason = "a song has far fewer than 2^52 frames")]
    pub fn frame_at(self, beat: f64) -> i64 {
        (beat * 60.0 / self.bpm * self.sample_rate - FRAME_TOLERANCE).ceil() as i64
    }

    /// The beat of a frame.
    pub fn beat_at(self, frame: i64) -> f64 {
        frame as f64 * self.bpm / (60.0 * self.sample_rate)
    }
}

/// When a message asks for its action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    Now,
    NextBeat,
    NextBar,
    /// On this song beat.
    AtBeat(f64),
}

impl When {
    /// The beat that is meant by a message that arrives on `arrival_beat`. A line less than half a frame ago still is
    /// "now" (BEHAVIOUR: `ceil((b - e) / q) * q`).
    pub fn due_beat(self, arrival_beat: f64, clock: SongClock) -> f64 {
        let half_frame = 0.5 / clock.frames_per_beat();
        let next = |grid_beats: f64| ((arrival_beat - half_frame) / grid_beats).ceil() * grid_beats;
        match self {
            Self::Now => arrival_beat,
            Self::NextBeat => next(1.0),
            Self::NextBar => next(BAR_BEATS),
            Self::AtBeat(beat) => beat,
        }
    }
}

/// `bar.beat` as people count: beat 0 is `1.1`, beat 6 is `2.3`. With hundredths of a beat where there are any.
pub fn bar_beat(beat: f64) -> String {
    let beat = (beat * 100.0).round() / 100.0;
    let (bar, in_bar) = ((beat / BAR_BEATS).floor(), beat.rem_euclid(BAR_BEATS));
    let text = format!("{}.{:.2}", bar + 1.0, in_bar + 1.0);
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: SongClock = SongClock { bpm: 126.0, sample_rate: 48_000.0 };

    #[test]
    fn a_beat_between_frames_is_on_the_next_one() {
        // 8 beats at 126 BPM are 182857.14 frames.
        assert_eq!(CLOCK.frame_at(8.0), 182_858);
        assert_eq!(SongClock { bpm: 120.0, ..CLOCK }.frame_at(8.0), 192_000);
        // A sum that came out a hair too large stays on its frame.
        assert_eq!(SongClock { bpm: 120.0, ..CLOCK }.frame_at(8.0 + 1e-9), 192_000);
        assert_eq!(CLOCK.frame_at(0.0), 0);
    }

    #[test]
    fn frames_and_beats_are_inverse() {
        for beat in [0.0, 1.0, 7.5, 40.0, 1000.0] {
            let frame = CLOCK.frame_at(beat);
            assert!(CLOCK.beat_at(frame) >= beat - 1e-7 && CLOCK.beat_at(frame - 1) < beat);
        }
    }

    #[test]
    fn the_next_line_is_after_the_arrival() {
        assert_eq!(When::NextBar.due_beat(6.003, CLOCK), 8.0);
        assert_eq!(When::NextBeat.due_beat(66.4, CLOCK), 67.0);
        assert_eq!(When::AtBeat(76.0).due_beat(70.0, CLOCK), 76.0);
        assert_eq!(When::Now.due_beat(3.25, CLOCK), 3.25);
    }

    #[test]
    fn on_the_line_is_now() {
        assert_eq!(When::NextBar.due_beat(8.0, CLOCK), 8.0);
        let frame = 1.0 / CLOCK.frames_per_beat();
        assert_eq!(When::NextBar.due_beat(8.0 + 0.4 * frame, CLOCK), 8.0);
        assert_eq!(When::NextBar.due_beat(8.0 + 0.6 * frame, CLOCK), 12.0);
    }

    #[test]
    fn people_count_from_one() {
        assert_eq!(bar_beat(0.0), "1.1");
        assert_eq!(bar_beat(6.0), "2.3");
        assert_eq!(bar_beat(6.0042), "2.3");
        assert_eq!(bar_beat(66.4), "17.3.40");
        assert_eq!(bar_beat(7.999), "3.1");
    }
}
