//! Where in its track a playhead is on each frame: at a speed, or tied to the clock's beat; folded into a loop.
//!
//! Every place is a function of the frame, not a sum of steps: it is the same at any block size and does not drift. A
//! renderer turns places into samples.

use super::BeatGrid;
use super::pulse::Pulse;

/// What a motion goes by: musical time and the track's beats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub pulse: Option<Pulse>,
    pub grid: Option<&'a BeatGrid>,
}

/// At a speed that moves in a straight line from one value to another. Frames of the track for frames of the host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glide {
    base: f64,
    /// Frames of the host since it was at `base`.
    done: u64,
    /// Speed there.
    from: f64,
    /// Speed after `ramp` frames.
    to: f64,
    ramp: u32,
}

impl Glide {
    pub(super) const fn steady(base: f64, rate: f64) -> Self {
        Self { base, done: 0, from: rate, to: rate, ramp: 0 }
    }

    fn place(&self, ahead: u32) -> f64 {
        let frames = (self.done + u64::from(ahead)) as f64;
        let ramped = frames.min(f64::from(self.ramp));
        let slope = if self.ramp == 0 { 0.0 } else { (self.to - self.from) / f64::from(self.ramp) };
        self.base + ramped * (self.from + 0.5 * slope * ramped) + (frames - ramped) * self.to
    }

    fn rate(&self, ahead: u32) -> f64 {
        let frames = self.done + u64::from(ahead);
        if frames >= u64::from(self.ramp) {
            self.to
        } else {
            self.from + (self.to - self.from) * frames as f64 / f64::from(self.ramp)
        }
    }
}

/// How far a locked playhead is from its phase, in beats of the track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Away {
    /// Beats ahead on the origin's beat.
    pub error: f64,
    /// Change with each beat of the clock.
    pub slope: f64,
    /// Whether it ends where it meets the phase.
    pub returns: bool,
}

impl Away {
    pub(super) const NONE: Self = Self { error: 0.0, slope: 0.0, returns: true };

    fn after(&self, beats: f64) -> f64 {
        let error = self.error + self.slope * beats;
        if self.returns && error * self.error <= 0.0 { 0.0 } else { error }
    }
}

/// Tied to the clock: the track's beat is a function of the clock's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lock {
    /// Beats of the track for a beat of the clock: a power of two, negative in reverse.
    pub tempo: f64,
    /// Performance beat from which it counts.
    pub origin: f64,
    /// The track's beat there, in phase.
    pub beat: f64,
    pub away: Away,
}

impl Lock {
    fn place(&self, performance_beat: f64) -> f64 {
        let beats = performance_beat - self.origin;
        self.beat + self.tempo * beats + self.away.after(beats)
    }

    /// So many frames from now. It is never locked without a clock: see `DeckNode::find_ground`.
    fn on(&self, ground: &Ground<'_>, ahead: u32) -> f64 {
        ground.pulse.as_ref().map_or(self.beat, |pulse| self.place(pulse.beat(ahead)))
    }

    /// How far it is from its phase, in beats of the track.
    pub(super) fn error(&self, performance_beat: f64) -> f64 {
        self.away.after(performance_beat - self.origin)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Drive {
    /// Places are frames of the track.
    Glide(Glide),
    /// Places are beats of the track.
    Lock(Lock),
}

/// A part of a track, in frames; `end` is after `start`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub start: f64,
    pub end: f64,
}

impl Span {
    pub(super) const fn length(&self) -> f64 {
        self.end - self.start
    }

    /// In seconds.
    pub(super) fn secs(&self, sample_rate: f64) -> [f64; 2] {
        [self.start / sample_rate, self.end / sample_rate]
    }

    /// Whether it holds a playhead that is here.
    pub(super) fn holds(&self, frame: f64) -> bool {
        (self.start..=self.end).contains(&frame)
    }

    /// Where a jump from one place to another comes down: from inside, and from before it to behind it, inside.
    pub(super) fn land(&self, from: f64, to: f64) -> f64 {
        let is_inside = self.holds(from) || from < self.start && to >= self.end;
        if is_inside { self.start + (to - self.start).rem_euclid(self.length()) } else { to }
    }
}

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Motion {
    pub drive: Drive,
    /// The loop, as the drive counts places.
    span: Option<Span>,
    /// The same in frames of the track.
    loop_span: Option<Span>,
}

/// Where it is on a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Frames of the track.
    pub frame: f64,
    /// How often the loop has begun again; negative backwards.
    pub laps: f64,
    /// Frames of the track for one of the host.
    pub rate: f64,
}

impl Motion {
    /// Without a loop.
    pub(super) const fn new(drive: Drive) -> Self {
        Self { drive, span: None, loop_span: None }
    }

    /// With a loop in frames of the track, or without one.
    pub(super) fn with_loop(self, loop_span: Option<Span>, grid: Option<&BeatGrid>) -> Self {
        let span = match (self.drive, grid) {
            (Drive::Lock(_), Some(grid)) => {
                loop_span.map(|Span { start, end }| Span { start: grid.beat_at(start), end: grid.beat_at(end) })
            }
            _ => loop_span,
        };
        Self { span, loop_span, ..self }
    }

    pub(super) const fn has_loop(&self) -> bool {
        self.span.is_some()
    }

    /// Its loop, in frames of the track.
    pub(super) const fn loop_span(&self) -> Option<Span> {
        self.loop_span
    }

    /// So much further on, as the drive counts places.
    const fn moved(mut self, by: f64) -> Self {
        match &mut self.drive {
            Drive::Glide(glide) => glide.base += by,
            Drive::Lock(lock) => lock.beat += by,
        }
        self
    }

    /// Straight on from where it is: out of its loop.
    pub(super) fn out_of_loop(self, ground: &Ground<'_>) -> Self {
        let laps = self.at(ground, 0).laps * self.span.map_or(0.0, |span| span.length());
        Self { span: None, loop_span: None, ..self.moved(-laps) }
    }

    /// On another frame of the track now.
    pub(super) fn moved_to(self, to: f64, ground: &Ground<'_>) -> Self {
        let here = self.at(ground, 0).frame;
        self.moved(match (&self.drive, ground.grid) {
            (Drive::Lock(_), Some(grid)) => grid.beat_at(to) - grid.beat_at(here),
            _ => to - here,
        })
    }

    /// So many frames from now.
    pub(super) fn at(&self, ground: &Ground<'_>, ahead: u32) -> Place {
        let (raw, rate) = match &self.drive {
            Drive::Glide(glide) => (glide.place(ahead), glide.rate(ahead)),
            Drive::Lock(lock) => {
                let raw = lock.on(ground, ahead);
                (raw, lock.on(ground, ahead.saturating_add(1)) - raw)
            }
        };
        self.place_of(ground, raw, rate)
    }

    /// Where it is on the next frames, one after the other.
    pub(super) fn walk<'a>(&'a self, ground: &'a Ground<'a>) -> impl Iterator<Item = Place> + 'a {
        let mut next = match &self.drive {
            Drive::Glide(_) => 0.0,
            Drive::Lock(lock) => lock.on(ground, 0),
        };
        (0..u32::MAX).map(move |ahead| match &self.drive {
            Drive::Glide(_) => self.at(ground, ahead),
            Drive::Lock(lock) => {
                let raw = std::mem::replace(&mut next, lock.on(ground, ahead + 1));
                self.place_of(ground, raw, next - raw)
            }
        })
    }

    /// From a place and a speed as the drive counts them.
    fn place_of(&self, ground: &Ground<'_>, raw: f64, rate: f64) -> Place {
        let (place, laps) = self.fold(raw, rate);
        match (&self.drive, ground.grid) {
            (Drive::Lock(_), Some(grid)) => {
                let frame = grid.frame_at(place);
                Place { frame, laps, rate: rate * grid.frames_per_beat_at(frame) }
            }
            _ => Place { frame: place, laps, rate },
        }
    }

    fn fold(&self, raw: f64, rate: f64) -> (f64, f64) {
        let Some(span) = self.span else { return (raw, 0.0) };
        let turns = (raw - span.start) / span.length();
        // Before the loop it goes on into it, and in reverse out of what is after it.
        let is_outside = if rate < 0.0 { turns >= 0.0 } else { turns < 1.0 };
        if is_outside {
            return (raw, 0.0);
        }
        let laps = turns.floor();
        (raw - laps * span.length(), laps)
    }

    /// Frames of the host pass.
    pub(super) const fn skip(&mut self, frames: usize) {
        if let Drive::Glide(glide) = &mut self.drive {
            glide.done += frames as u64;
        }
    }

    /// From a place in the track on at another speed, after a ramp of so many frames from the present one.
    pub(super) const fn glide_to(place: Place, rate: f64, ramp: u32) -> Self {
        Self::new(Drive::Glide(Glide { base: place.frame, done: 0, from: place.rate, to: rate, ramp }))
    }

    /// A straight line from a place in the track.
    pub(super) const fn straight(place: Place) -> Self {
        Self::new(Drive::Glide(Glide::steady(place.frame, place.rate)))
    }

    /// Goes on where it is at so many times the speed: the host's sample rate is another.
    pub(super) fn rescale(&mut self, by: f64, ground: &Ground<'_>) {
        if let Drive::Glide(glide) = self.drive {
            let base = self.at(ground, 0).frame;
            self.drive = Drive::Glide(Glide::steady(base, glide.to * by));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Ground<'static> = Ground { pulse: None, grid: None };

    #[test]
    fn a_glide_is_where_the_sum_of_its_speeds_says() {
        let here = Place { frame: 100.0, laps: 0.0, rate: 1.0 };
        let motion = Motion::glide_to(here, -2.0, 240);
        let mut sum = 100.0;
        for n in 0..1_000 {
            let place = motion.at(&NOWHERE, n);
            assert!((place.frame - sum).abs() < 1e-9, "{n}");
            let next = motion.at(&NOWHERE, n + 1).rate;
            sum += 0.5 * (place.rate + next);
        }
        assert_eq!(motion.at(&NOWHERE, 240).rate, -2.0);
    }

    #[test]
    fn a_loop_folds_both_ways_and_keeps_its_fraction() {
        let span = Span { start: 1_000.25, end: 2_000.0 };
        let motion = Motion::new(Drive::Glide(Glide::steady(0.0, 1.0))).with_loop(Some(span), None);
        assert_eq!(motion.at(&NOWHERE, 500), Place { frame: 500.0, laps: 0.0, rate: 1.0 });
        assert_eq!(motion.at(&NOWHERE, 1_999).laps, 0.0);
        let wrapped = motion.at(&NOWHERE, 2_000);
        assert_eq!((wrapped.frame, wrapped.laps), (1_000.25, 1.0));
        let far = motion.at(&NOWHERE, 1_001_000);
        assert!((far.frame - (1_000.25 + (1_001_000.0 - 1_000.25) % 999.75)).abs() < 1e-6);
        let back = Motion::new(Drive::Glide(Glide::steady(1_500.0, -1.0))).with_loop(Some(span), None);
        assert_eq!((back.at(&NOWHERE, 499).laps, back.at(&NOWHERE, 500).laps), (0.0, -1.0));
        assert_eq!(back.at(&NOWHERE, 500).frame, 1_999.75);
    }

    #[test]
    fn what_is_away_comes_back_and_stays() {
        let away = Away { error: 0.1, slope: -0.02, returns: true };
        assert!((away.after(2.0) - 0.06).abs() < 1e-12);
        assert_eq!((away.after(5.0), away.after(100.0)), (0.0, 0.0));
        assert_eq!(Away { error: 0.1, slope: -0.02, returns: false }.after(10.0), -0.1);
        assert_eq!(Away::NONE.after(10.0), 0.0);
    }
}
