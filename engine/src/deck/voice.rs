//! One playhead at work: turns the places of its motion into samples, with a declicking fade.

use super::Track;
use super::key_lock::KeyLock;
use super::motion::{Ground, Motion, Place};
use super::node::DECLICK_MS;
use super::samples::Sound;
use super::supply::Supply;
use crate::dsp::{Fade, SincBank};
use crate::units::ms_to_frames;

/// Slower than this part of the track's own speed a playhead gets quieter: at rest there is no sound.
const SLOW: f64 = 0.4;
/// Closer than this to a frame, at the track's own speed, it is that frame.
const ON_FRAME: f64 = 1e-6;

/// A playhead that moves through a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub motion: Motion,
    pub fade: Fade,
    /// Frames of the track for one of the host, at the track's own speed.
    pub ratio: f64,
    /// How it stands with what is still being decoded.
    pub supply: Supply,
    /// What it comes to beyond the track's ends.
    pub beyond: Beyond,
}

/// What is beyond the track's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// Nothing: the playhead ends there.
    End,
    /// Silence: it goes on.
    Silence,
    /// The track again, backwards: it fades out meanwhile, or its loop is about to begin again.
    Mirror,
}

/// How far a voice came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reached {
    /// All the frames.
    All,
    /// Up to this frame its loop begins again; that frame is not made yet.
    Wrap { frames: usize },
    /// Up to this frame the track or the fade is at its end.
    End { frames: usize },
}

impl Voice {
    /// The same playhead with another fade.
    pub(super) const fn with_fade(self, fade: Fade) -> Self {
        Self { fade, ..self }
    }

    /// Adds the next frames, up to where its loop begins again. `laps` is how often that has been so far. `key` may speak
    /// for it.
    pub(super) fn add_to(
        &mut self,
        [out_left, out_right]: [&mut [f32]; 2],
        (track, bank): (&Track, &SincBank),
        ground: &Ground<'_>,
        laps: f64,
        mut key: Option<&mut KeyLock>,
    ) -> Reached {
        let (sound, supply_frames) = (track.sound(), self.supply_frames(track));
        let is_full = self.supply.is_full(&sound);
        let end = track.num_frames() as f64;
        let mut ahead = 0;
        let mut reached = Reached::All;
        let frames = out_left.iter_mut().zip(out_right.iter_mut()).zip(self.motion.walk(ground)).enumerate();
        for (frames, ((out_left, out_right), place)) in frames {
            let is_out = place.frame >= end && place.rate >= 0.0 || place.frame < 0.0 && place.rate < 0.0;
            if is_out && self.beyond == Beyond::End || self.fade.is_over() {
                reached = Reached::End { frames };
                break;
            }
            if place.laps != laps {
                reached = Reached::Wrap { frames };
                break;
            }
            let place = match self.beyond {
                Beyond::Mirror => Place { frame: sound.mirrored(place.frame), ..place },
                Beyond::End | Beyond::Silence => place,
            };
            let (left, right) = match key.as_deref_mut().and_then(KeyLock::next) {
                None => read(&sound, bank, &place),
                Some((locked, part)) if part >= 1.0 => locked.into(),
                Some((locked, part)) => {
                    let (left, right) = read(&sound, bank, &place);
                    (left + (locked[0] - left) * part, right + (locked[1] - right) * part)
                }
            };
            let mut gain = self.fade.next_gain() * loudness(place.rate / self.ratio);
            if !is_full {
                gain *= self.supply.next_gain(&sound, &place, supply_frames);
            }
            *out_left += left * gain;
            *out_right += right * gain;
            ahead += 1;
        }
        self.motion.skip(ahead);
        match reached {
            Reached::All if self.fade.is_over() => Reached::End { frames: ahead },
            reached => reached,
        }
    }

    /// How long it takes to go silent before a gap, in frames of the host.
    fn supply_frames(&self, track: &Track) -> f32 {
        ms_to_frames(DECLICK_MS, track.sample_rate() / self.ratio) as f32
    }
}

/// 1 but near rest, and smooth on the way there.
#[expect(clippy::cast_possible_truncation, reason = "a gain")]
fn loudness(speed: f64) -> f32 {
    let part = speed.abs() / SLOW;
    if part >= 1.0 { 1.0 } else { (part * part * (3.0 - 2.0 * part)) as f32 }
}

/// At the track's own speed a whole frame needs no filter: it is the sample itself, bit for bit.
pub(super) fn read(sound: &Sound<'_>, bank: &SincBank, place: &Place) -> (f32, f32) {
    if (place.rate.abs() - 1.0).abs() < ON_FRAME {
        let whole = place.frame.round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0 or more")]
        if whole >= 0.0
            && (place.frame - whole).abs() < ON_FRAME
            && let (Some(left), Some(right)) = (sound.left.get(whole as usize), sound.right.get(whole as usize))
        {
            return (*left, *right);
        }
    }
    bank.for_ratio(place.rate.abs()).read(sound.left, sound.right, place.frame)
}
