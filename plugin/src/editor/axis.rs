//! The beat axis that all zoomed waveforms share: beats of the clock from left to right, now in the middle.
//!
//! A deck's track lies on it as it would sound if nothing changed: where its beats fall on the clock's lines, it is in
//! phase.

use echelon_engine::message::{ClockView, DeckView};
use egui::Rect;

/// How many beats the window can show; the middle one at first.
pub const ZOOMS: [f32; 5] = [4.0, 8.0, 16.0, 32.0, 64.0];
/// The zoom at first, an index into [`ZOOMS`].
pub const FIRST_ZOOM: usize = 2;

/// The axis in one frame of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The clock's beat under the middle line.
    pub beat: f64,
    /// The middle line.
    pub x: f32,
    /// Points in a beat of the clock.
    pub points_per_beat: f32,
    /// Half of the width, in beats.
    pub half_beats: f64,
}

impl Axis {
    /// `ahead_secs` after the snapshot, with so many beats on the width of `rect`.
    #[must_use]
    pub fn new(rect: Rect, clock: &ClockView, ahead_secs: f64, beats: f32) -> Self {
        let beat = clock.beat_after_secs(ahead_secs);
        Self {
            beat: if beat.is_finite() { beat } else { 0.0 },
            x: rect.center().x,
            points_per_beat: (rect.width() / beats).max(1e-3),
            half_beats: f64::from(beats) / 2.0,
        }
    }

    /// Where a beat of the clock is.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a place on the screen")]
    pub fn x_of(&self, beat: f64) -> f32 {
        self.x + ((beat - self.beat) as f32) * self.points_per_beat
    }

    /// The whole beats in sight.
    pub fn beats(&self) -> impl Iterator<Item = f64> + use<> {
        let (first, last) = ((self.beat - self.half_beats).ceil(), (self.beat + self.half_beats).floor());
        // A beat so far out that steps of 1 are lost has nothing to show.
        let count = if first.abs() < 1e12 { last - first + 1.0 } else { 0.0 };
        (0..).map(f64::from).take_while(move |step: &f64| *step < count).map(move |step: f64| first + step)
    }
}

/// How a deck's track lies on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lie {
    /// The place in the track under the middle line, in seconds.
    pub now_secs: f64,
    /// Seconds of the track in a beat of the clock.
    pub secs_per_beat: f64,
    /// Seconds of the track in a point.
    pub secs_per_point: f64,
}

impl Lie {
    /// A deck's, so long after the snapshot. `None` without a track.
    #[must_use]
    pub fn of(axis: &Axis, clock: &ClockView, deck: &DeckView, ahead_secs: f64) -> Option<Self> {
        let motion = &deck.motion;
        let own_tempo = || motion.track_bpm.filter(|bpm| *bpm > 1.0);
        // At rest: as it will play.
        let will_follow = || Some(fold(clock.tempo.get() / own_tempo()?)).filter(|_| motion.sync);
        let going = Some(motion.speed).filter(|speed| speed.abs() > 1e-3 && speed.is_finite());
        let speed = going.map(f64::abs).or_else(will_follow).unwrap_or(motion.rate);
        let secs_per_beat = speed * 60.0 / clock.tempo.get();
        let now_secs = deck.position_secs + going.unwrap_or(0.0) * ahead_secs;
        let sound = secs_per_beat.is_finite() && secs_per_beat > 1e-6 && now_secs.is_finite();
        let secs_per_point = secs_per_beat / f64::from(axis.points_per_beat);
        (sound && deck.length_secs > 0.0).then_some(Self { now_secs, secs_per_beat, secs_per_point })
    }

    /// Where a place of the track is on the axis.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a place on the screen")]
    pub fn x_of(&self, axis: &Axis, secs: f64) -> f32 {
        axis.x + ((secs - self.now_secs) / self.secs_per_point) as f32
    }
}

/// The ratio of two tempi that sync takes: half and double are the same.
fn fold(mut ratio: f64) -> f64 {
    if !ratio.is_finite() || ratio <= 0.0 {
        return 1.0;
    }
    while ratio > std::f64::consts::SQRT_2 {
        ratio /= 2.0;
    }
    while ratio < std::f64::consts::FRAC_1_SQRT_2 {
        ratio *= 2.0;
    }
    ratio
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::deck::{BeatGrid, MotionView};
    use echelon_engine::message::Snapshot;
    use echelon_engine::units::Bpm;
    use egui::{pos2, vec2};

    fn axis(clock: &ClockView) -> Axis {
        Axis::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(1600.0, 100.0)), clock, 0.0, 16.0)
    }

    fn clock(beat: f64) -> ClockView {
        ClockView { song_beat: beat, tempo: Bpm::new(126.0).unwrap(), ..Snapshot::default().clock }
    }

    #[test]
    fn beats_lie_left_and_right_of_the_middle() {
        let axis = axis(&clock(128.5));
        assert_eq!((axis.x_of(128.5), axis.x_of(129.0), axis.x_of(120.5)), (800.0, 850.0, 0.0));
        let beats: Vec<f64> = axis.beats().collect();
        assert_eq!((beats[0], beats.len()), (121.0, 16));
    }

    /// A deck at 120 BPM whose beats fall on the clock's, `late` seconds behind them.
    fn synced(clock: &ClockView, late: f64) -> DeckView {
        let speed = 126.0 / 120.0;
        let motion = MotionView { speed, sync: true, track_bpm: Some(120.0), ..MotionView::default() };
        // Beat 40 of the track is under beat 128 of the clock.
        let position_secs = 20.0 + (clock.song_beat - 128.0) * 0.5 - late;
        DeckView { position_secs, length_secs: 300.0, motion, ..DeckView::default() }
    }

    #[test]
    fn beats_of_a_deck_in_phase_fall_on_the_clock_s_lines_and_others_beside_them() {
        let clock = clock(129.37);
        let axis = axis(&clock);
        let grid = BeatGrid::steady(0.0, 24_000.0).unwrap();
        for (late, apart) in [(0.0, 0.0), (0.05, 10.0)] {
            let lie = Lie::of(&axis, &clock, &synced(&clock, late), 0.0).unwrap();
            for beat in 36..46_u8 {
                let x = lie.x_of(&axis, grid.frame_at(f64::from(beat)) / 48_000.0);
                let line = axis.x_of(f64::from(beat) + 88.0);
                assert!((x - line - apart).abs() < 0.01, "beat {beat} at {x}, not {line}");
            }
        }
    }

    #[test]
    fn a_deck_at_rest_lies_as_it_will_play() {
        let clock = clock(128.0);
        let axis = axis(&clock);
        let mut deck = synced(&clock, 0.0);
        deck.motion.speed = 0.0;
        let lie = Lie::of(&axis, &clock, &deck, 0.02).unwrap();
        assert!((lie.secs_per_beat - 0.5).abs() < 1e-9, "a beat of it on a beat of the clock");
        assert_eq!(lie.now_secs, 20.0, "and it does not move");
        deck.motion.track_bpm = Some(64.0);
        let half = Lie::of(&axis, &clock, &deck, 0.0).unwrap();
        assert!((half.secs_per_beat - 60.0 / 128.0).abs() < 1e-9, "half the tempo is matched as such");
        deck.motion.sync = false;
        let free = Lie::of(&axis, &clock, &deck, 0.0).unwrap();
        assert!((free.secs_per_beat - 60.0 / 126.0).abs() < 1e-9);
    }

    #[test]
    fn hostile_numbers_have_no_place() {
        let clock = clock(0.0);
        let axis = axis(&clock);
        let deck = DeckView { position_secs: f64::NAN, length_secs: 10.0, ..DeckView::default() };
        assert_eq!(Lie::of(&axis, &clock, &deck, 0.0), None);
        assert_eq!(Lie::of(&axis, &clock, &DeckView::default(), 0.0), None, "no track");
        let far = ClockView { song_beat: f64::MAX, ..clock };
        assert_eq!(Axis::new(Rect::ZERO, &far, 0.0, 16.0).beats().count(), 0);
        let none = ClockView { song_beat: f64::NAN, ..clock };
        assert_eq!(Axis::new(Rect::ZERO, &none, 0.0, 16.0).beat, 0.0);
    }
}
