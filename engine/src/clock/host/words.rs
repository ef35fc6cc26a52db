//! What the host says of its place, if it is anything new.

use super::super::HostTransport;
use crate::units::Bpm;

/// A host that rolls but says the same place for longer than this does not lead. Some say a new place every second
/// block only, or once for all parts of a driver's buffer.
const FROZEN_SECS: f64 = 0.25;

/// A position in seconds that moved on with the frames to within this has not jumped: hosts cut them to whole frames.
const SECS_SLACK_FRAMES: f64 = 1.5;

/// The host's word on its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word {
    /// It is at this song beat.
    Beat(f64),
    /// It is where it should be.
    GoesOn,
    /// It says nothing new.
    Repeated,
}

/// Listens for places.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Words {
    /// The last place, as the host gave it.
    last: Option<Place>,
    /// Since then.
    frames: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Beats(f64),
    Secs(f64),
}

impl Words {
    /// The word of a host that rolls; `None` if it says nothing, or has not moved for too long.
    pub(super) fn hear(&mut self, host: &HostTransport, sample_rate: f64) -> Option<Word> {
        // Seconds without a tempo are no beats.
        let secs = host.song_secs.filter(|_| host.tempo.is_some());
        let Some(place) = host.song_beats.map(Place::Beats).or(secs.map(Place::Secs)) else {
            return self.stop();
        };
        let elapsed = self.frames as f64;
        if self.last == Some(place) {
            return (elapsed <= FROZEN_SECS * sample_rate).then_some(Word::Repeated);
        }
        let before = self.last.replace(place);
        self.frames = 0;
        Some(match (place, before) {
            (Place::Beats(beat), _) => Word::Beat(beat),
            // In seconds a place is a beat only by the tempo, as if that had never changed: on the way frames count.
            (Place::Secs(now), Some(Place::Secs(then)))
                if ((now - then) * sample_rate - elapsed).abs() <= SECS_SLACK_FRAMES =>
            {
                Word::GoesOn
            }
            (Place::Secs(secs), _) => Word::Beat(secs * host.tempo.unwrap_or(Bpm::DEFAULT).get() / 60.0),
        })
    }

    /// The host does not roll: what it said is no more.
    pub(super) fn stop(&mut self) -> Option<Word> {
        *self = Self::default();
        None
    }

    /// Time passes.
    pub(super) fn pass(&mut self, frames: u32) {
        self.frames += u64::from(frames);
    }
}
