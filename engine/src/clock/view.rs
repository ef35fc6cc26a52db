//! The clock as the rest of the program asks it.

use super::{BlockClock, GridLines};
use crate::action::Grid;
use crate::message::ClockView;

/// Musical time, whoever keeps it.
pub trait BeatClock {
    /// Song position in quarter notes.
    fn current_beat(&self) -> f64;
    /// Place in the bar, 0..1.
    fn phase(&self) -> f64 {
        self.lines().bar_phase(self.current_beat())
    }
    /// Quarter notes a minute.
    fn tempo_bpm(&self) -> f64;
    /// Whether it follows someone (a host that rolls, a Link session) rather than running free.
    fn is_synchronized(&self) -> bool;
    /// How many others share the beat; 0 when not in a session.
    fn num_peers(&self) -> usize;
    /// The bars around [`BeatClock::current_beat`].
    fn lines(&self) -> GridLines;
    /// Quarter notes in the next frame; 0 while time stands still.
    fn beats_per_frame(&self) -> f64;
    /// In Hz.
    fn sample_rate(&self) -> f64;

    /// Frames until a song beat at or after [`BeatClock::current_beat`]; endless if it never comes.
    fn frames_until(&self, song_beat: f64) -> f64 {
        let (beats, speed) = (song_beat - self.current_beat(), self.beats_per_frame());
        if beats <= 0.0 {
            0.0
        } else if speed > 0.0 {
            beats / speed
        } else {
            f64::INFINITY
        }
    }

    /// Seconds to the next beat; 0 within half a frame of it, endless while time stands still.
    fn time_to_next_beat(&self) -> f64 {
        self.time_to_next(Grid::BEAT)
    }

    /// Seconds to the next bar; 0 within half a frame of its first beat, endless while time stands still.
    fn time_to_next_bar(&self) -> f64 {
        self.time_to_next(Grid::BAR)
    }

    /// Seconds to the next line of a grid; 0 within half a frame of it, endless while time stands still.
    fn time_to_next(&self, grid: Grid) -> f64 {
        let half_frame = 0.5 * self.tempo_bpm() / (60.0 * self.sample_rate());
        self.frames_until(self.lines().next(grid, self.current_beat(), half_frame)) / self.sample_rate()
    }
}

/// At the block's first frame.
impl BeatClock for BlockClock {
    fn current_beat(&self) -> f64 {
        self.song_beat_at(0)
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        self.source.is_followed(self.peers)
    }
    fn num_peers(&self) -> usize {
        self.peers as usize
    }
    fn lines(&self) -> GridLines {
        self.lines
    }
    fn beats_per_frame(&self) -> f64 {
        if self.stands_still { 0.0 } else { self.beats_per_frame }
    }
    fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
    /// With the tempo ramp, if there is one.
    fn frames_until(&self, song_beat: f64) -> f64 {
        self.frames_to(self.to_performance(song_beat)).max(0.0)
    }
}

/// At the end of the block that it was taken from.
impl BeatClock for ClockView {
    fn current_beat(&self) -> f64 {
        self.song_beat
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        self.source.is_followed(self.peers)
    }
    fn num_peers(&self) -> usize {
        self.peers as usize
    }
    fn lines(&self) -> GridLines {
        GridLines { bar_start_beat: self.bar_start_beat, bar_beats: self.bar_beats }.around(self.song_beat)
    }
    fn beats_per_frame(&self) -> f64 {
        self.beats_per_frame
    }
    fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}

impl BlockClock {
    /// What other threads see of this block: its end, and how time goes on from there.
    #[must_use]
    pub fn view_at_end(&self) -> ClockView {
        let end = self.frames;
        ClockView {
            frame: self.first_frame + u64::from(end),
            song_beat: self.song_beat_at(end),
            performance_beat: self.performance_beat_at(end),
            tempo: self.tempo,
            beats_per_frame: if self.stands_still { 0.0 } else { self.beats_per_frame_after() },
            sample_rate: self.sample_rate,
            bar_start_beat: self.lines.bar_start_beat,
            bar_beats: self.lines.bar_beats,
            host_leads: self.host_leads(),
            source: self.source,
            peers: self.peers,
            quality: self.quality,
        }
    }
}

/// The map from frames to beats. Exact as long as the tempo stays and nothing jumps: a reader that is late by so many
/// frames asks for the beat as many frames later, rather than taking an old beat for the present one.
impl ClockView {
    /// The song beat so many frames after [`ClockView::frame`].
    #[must_use]
    pub fn beat_after_frames(&self, frames: f64) -> f64 {
        self.song_beat + frames * self.beats_per_frame
    }

    /// The performance beat so many frames after [`ClockView::frame`].
    #[must_use]
    pub fn performance_beat_after_frames(&self, frames: f64) -> f64 {
        self.performance_beat + frames * self.beats_per_frame
    }

    /// The song beat so many seconds of audio after [`ClockView::frame`].
    #[must_use]
    pub fn beat_after_secs(&self, secs: f64) -> f64 {
        self.beat_after_frames(secs * self.sample_rate)
    }
}
