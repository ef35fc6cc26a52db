//! When a frame is heard, from when the host calls.
//!
//! A host calls for a block a little late now and then, for several parts of a driver's buffer at once, or long ahead.
//! A delay-locked loop of second order finds the device's steady course beneath: time of a frame, and time in a frame.
//! A call is never early, so that the loop goes by the least late of each fifth of a second: a busy machine, on which most
//! calls are milliseconds late, does not pull it away. Constant work, no memory.

/// Width of the loop in Hz once it has settled: wobble slower than that is followed.
const WIDTH_HZ: f64 = 0.05;
/// The same at the start.
const START_WIDTH_HZ: f64 = 1.0;
/// A call sooner after the one before than this part of that one's frames belongs to the same buffer of the driver,
/// and tells nothing of time.
const SAME_BUFFER: f64 = 0.4;
/// Over so much music the least late call is looked for, in microseconds.
const LEAST_OVER_MICROS: f64 = 200_000.0;
/// If that is off by more than this it tells nothing: one very late call must not move the loop. In microseconds.
const OUTLIER_MICROS: f64 = 1000.0;
/// And by more than so many times what is usual.
const OUTLIER_SPREADS: f64 = 4.0;
/// When all calls are so far off for so long, in microseconds, the device itself has moved (it lost a buffer).
const MOVED_MICROS: f64 = 250_000.0;
/// Over how long what is usual is taken, in microseconds.
const SPREAD_OVER_MICROS: f64 = 1e6;
/// More than this counts as this in what is usual.
const MAX_SPREAD_MICROS: f64 = 20_000.0;
/// Calls that are usually so far off are irregular; and are regular again below half of it.
const IRREGULAR_MICROS: f64 = 2000.0;
/// After so much music at the device's pace the loop may be relied on.
const SETTLING_MICROS: f64 = 1e6;
/// The window in which music is compared with time.
const PACE_WINDOW_MICROS: f64 = 1e6;
/// Further ahead of time than this is no device's pace: hosts render up to 200 ms ahead.
const AHEAD_MICROS: f64 = 500_000.0;
/// Music that passes so much faster than time, or slower, is not heard as it is made.
const PACE: std::ops::RangeInclusive<f64> = 0.5..=1.5;

/// How the host calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Regularity {
    /// Not long enough to say.
    #[default]
    Settling,
    /// As a device does.
    Regular,
    /// At the device's pace, but usually more than 2 ms off: a host that renders ahead.
    Irregular,
    /// Not at the pace of time: the host bounces, or stands still.
    NotRealTime,
}

/// Finds the time of each frame. Audio thread.
#[derive(Clone, Copy, Debug)]
pub struct CallTimes {
    nominal: f64,
    /// Time of the present block's first frame; of the next one's after [`CallTimes::pass`].
    micros: f64,
    micros_per_frame: f64,
    /// The call before: when, and for how many frames.
    last: Option<(f64, f64)>,
    /// Frames since a call was last listened to.
    unheard_frames: f64,
    /// The least late call since the loop last moved, and the music since then.
    least: f64,
    least_over_micros: f64,
    /// Music since the loop began.
    age_micros: f64,
    /// Usual distance of a call from the loop.
    spread: f64,
    irregular: bool,
    /// Since when all calls are far off, and the least of that.
    moved: Option<(f64, f64)>,
    window: Window,
    in_real_time: bool,
}

/// Music against time.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    since: f64,
    music_micros: f64,
}

impl CallTimes {
    /// `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let nominal = 1e6 / sample_rate;
        Self {
            nominal,
            micros: 0.0,
            micros_per_frame: nominal,
            last: None,
            unheard_frames: 0.0,
            least: f64::INFINITY,
            least_over_micros: 0.0,
            age_micros: 0.0,
            spread: OUTLIER_MICROS,
            irregular: false,
            moved: None,
            window: Window::default(),
            in_real_time: true,
        }
    }

    /// The host calls for a block of so many frames.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn hear(&mut self, now_micros: f64, frames: u32) {
        let frames = f64::from(frames);
        let Some((before, its_frames)) = self.last.replace((now_micros, frames)) else {
            let last = self.last;
            *self = Self { last, micros: now_micros, ..Self::new(1e6 / self.nominal) };
            self.window.since = now_micros;
            return;
        };
        self.compare_pace(now_micros);
        if now_micros - before >= SAME_BUFFER * its_frames * self.nominal && self.unheard_frames > 0.0 {
            self.listen(now_micros);
        }
    }

    /// The block's frames are made.
    pub fn pass(&mut self, frames: u32) {
        let frames = f64::from(frames);
        self.micros += frames * self.micros_per_frame;
        self.unheard_frames += frames;
        let music = frames * self.nominal;
        self.age_micros += music;
        self.window.music_micros += music;
    }

    /// Time of a frame of the present block.
    #[must_use]
    pub fn micros_at(&self, frame: u32) -> f64 {
        self.micros + f64::from(frame) * self.micros_per_frame
    }

    /// How long a frame lasts.
    #[must_use]
    pub const fn micros_per_frame(&self) -> f64 {
        self.micros_per_frame
    }

    /// How far off calls usually are, in microseconds.
    #[must_use]
    pub const fn spread_micros(&self) -> f64 {
        self.spread
    }

    /// How the host calls.
    #[must_use]
    pub fn regularity(&self) -> Regularity {
        if !self.in_real_time {
            Regularity::NotRealTime
        } else if self.age_micros < SETTLING_MICROS {
            Regularity::Settling
        } else if self.irregular {
            Regularity::Irregular
        } else {
            Regularity::Regular
        }
    }

    fn listen(&mut self, now_micros: f64) {
        let off = now_micros - self.micros;
        let since = std::mem::take(&mut self.unheard_frames) * self.nominal;
        self.note_spread(off.abs(), since);
        self.least = self.least.min(off);
        self.least_over_micros += since;
        if self.least_over_micros >= LEAST_OVER_MICROS {
            let period = std::mem::take(&mut self.least_over_micros);
            let least = std::mem::replace(&mut self.least, f64::INFINITY);
            self.follow(least, period, now_micros);
        }
    }

    /// Moves the loop towards a call that was so far off, after so much music.
    fn follow(&mut self, off: f64, period: f64, now_micros: f64) {
        let outlier = OUTLIER_MICROS.max(OUTLIER_SPREADS * self.spread);
        if off.abs() > outlier {
            return self.look_for_a_move(off, now_micros);
        }
        self.moved = None;
        let width = (START_WIDTH_HZ * SETTLING_MICROS / self.age_micros.max(1.0)).clamp(WIDTH_HZ, START_WIDTH_HZ);
        // Above that the loop would ring.
        let turn = (std::f64::consts::TAU * width * period / 1e6).min(0.5);
        self.micros += std::f64::consts::SQRT_2 * turn * off;
        let step = turn * turn * off / period * self.nominal;
        // No device is off by more than a thousandth.
        self.micros_per_frame = (self.micros_per_frame + step).clamp(0.999 * self.nominal, 1.001 * self.nominal);
    }

    fn note_spread(&mut self, off: f64, period: f64) {
        let part = (period / SPREAD_OVER_MICROS).min(1.0);
        self.spread += part * (off.min(MAX_SPREAD_MICROS) - self.spread);
        let limit = if self.irregular { IRREGULAR_MICROS / 2.0 } else { IRREGULAR_MICROS };
        self.irregular = self.spread > limit;
    }

    /// All calls are far off, to the same side, and for long: begins again from there.
    fn look_for_a_move(&mut self, off: f64, now_micros: f64) {
        let least = |before: f64| if off > 0.0 { before.min(off) } else { before.max(off) };
        let moved = match self.moved {
            Some((since, before)) if before * off > 0.0 => (since, least(before)),
            _ => (now_micros, off),
        };
        self.moved = Some(moved);
        if now_micros - moved.0 >= MOVED_MICROS {
            self.moved = None;
            self.micros += moved.1;
        }
    }

    fn compare_pace(&mut self, now_micros: f64) {
        let time = now_micros - self.window.since;
        if self.window.music_micros - time > AHEAD_MICROS {
            self.lose_pace(now_micros);
        } else if time >= PACE_WINDOW_MICROS {
            if PACE.contains(&(self.window.music_micros / time)) {
                self.in_real_time = true;
                self.window = Window { since: now_micros, music_micros: 0.0 };
            } else {
                self.lose_pace(now_micros);
            }
        }
    }

    /// Time and frames have nothing to do with each other: begins again from here.
    fn lose_pace(&mut self, now_micros: f64) {
        let last = self.last;
        *self = Self { last, in_real_time: false, ..Self::new(1e6 / self.nominal) };
        self.micros = now_micros;
        self.window.since = now_micros;
    }
}
