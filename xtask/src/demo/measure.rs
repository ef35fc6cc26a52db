//! Finds in the recorded audio when things really happened. Nothing here knows what the plugin says about itself.

use crate::music::Stereo;

/// Position of the crossfader to the gains of decks A and B: constant power, `a^2 + b^2 = 1`.
pub fn crossfader_gains(position: f32) -> [f64; 2] {
    let angle = f64::from(position) * std::f64::consts::FRAC_PI_2;
    [angle.cos(), angle.sin()]
}

/// A frame that is not digital silence, within `from..to`.
pub fn first_sound(audio: &Stereo, from: usize, to: usize) -> Option<usize> {
    first_above(audio, from, to, 0.0)
}

/// The first frame with a sample larger than `level`, within `from..to`.
pub fn first_above(audio: &Stereo, from: usize, to: usize, level: f32) -> Option<usize> {
    let to = to.min(audio.num_frames());
    (from..to).find(|frame| audio.left[*frame].abs() > level || audio.right[*frame].abs() > level)
}

/// The frame after the last one that is not digital silence, within `from..to`.
pub fn end_of_sound(audio: &Stereo, from: usize, to: usize) -> usize {
    let to = to.min(audio.num_frames());
    (from..to).rev().find(|frame| audio.left[*frame] != 0.0 || audio.right[*frame] != 0.0).map_or(from, |last| last + 1)
}

/// For how many frames `audio` from `start` on is `track` from `from` on, bit for bit.
pub fn matching_frames(audio: &Stereo, start: usize, track: &Stereo, from: usize) -> usize {
    let room = track.num_frames().saturating_sub(from).min(audio.num_frames().saturating_sub(start));
    let differs =
        |i: &usize| audio.left[start + i] != track.left[from + i] || audio.right[start + i] != track.right[from + i];
    (0..room).find(differs).unwrap_or(room)
}

/// The frame of `track` that is heard at `start`, if it is one of the first few thousand after `lead`: a late start that
/// stays in phase leaves out the track's first frames.
pub fn heard_track_frame(audio: &Stereo, start: usize, track: &Stereo, lead: usize) -> Option<usize> {
    const ENOUGH_FRAMES: usize = 64;
    const FARTHEST_FRAMES: usize = 4096;
    (lead..lead + FARTHEST_FRAMES).find(|from| matching_frames(audio, start, track, *from) >= ENOUGH_FRAMES)
}

/// The master as the mixer's rule makes it from the decks.
#[derive(Clone, Copy, Debug)]
pub struct Mix<'a> {
    pub master: &'a Stereo,
    pub decks: [&'a Stereo; 2],
}

impl Mix<'_> {
    /// Largest difference between the master and the rule's sum at one frame.
    fn difference(&self, frame: usize, gains: [f64; 2]) -> f64 {
        let side = |master: &[f32], a: &[f32], b: &[f32]| {
            let sum = gains[0] * f64::from(a[frame]) + gains[1] * f64::from(b[frame]);
            (f64::from(master[frame]) - sum).abs()
        };
        let [a, b] = self.decks;
        side(&self.master.left, &a.left, &b.left).max(side(&self.master.right, &a.right, &b.right))
    }

    /// The first frame in `from..to` at which the master leaves the rule for a crossfader at `position`.
    pub fn leaves(&self, position: f32, from: usize, to: usize) -> Option<usize> {
        let gains = crossfader_gains(position);
        (from..to.min(self.master.num_frames())).find(|frame| self.difference(*frame, gains) > SUM_TOLERANCE)
    }

    /// The master follows the rule for a crossfader at `position` everywhere in `from..to`.
    pub fn holds(&self, position: f32, from: usize, to: usize) -> bool {
        self.leaves(position, from, to).is_none()
    }

    /// There is something to hear in `from..to`.
    pub fn sounds(&self, from: usize, to: usize) -> bool {
        self.decks.iter().any(|deck| first_sound(deck, from, to).is_some())
    }
}

/// What two roundings of a sum of two samples in 32-bit floating point can make, with some room: -108 dB.
const SUM_TOLERANCE: f64 = 4e-6;

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The rule's gains as a mixer in 32-bit floating point has them.
    #[allow(clippy::cast_possible_truncation, reason = "the rounding is what is wanted")]
    pub fn gains(position: f32) -> [f32; 2] {
        crossfader_gains(position).map(|gain| gain as f32)
    }

    /// Loud, never zero, left and right differ.
    fn track(num_frames: usize, seed: f32) -> Stereo {
        let side = |shift: f32| (0..num_frames).map(|i| 0.5 * (i as f32 * 0.1 + shift + seed).sin() + 0.01).collect();
        Stereo { left: side(0.3), right: side(1.3) }
    }

    /// `track` from `start` on, fading out over 144 frames from `stop` on.
    fn played(track: &Stereo, num_frames: usize, start: usize, stop: usize) -> Stereo {
        let mut audio = Stereo::silence(num_frames);
        for frame in start..num_frames {
            let gain = if frame < stop { 1.0 } else { 1.0 - (frame - stop + 1) as f32 / 144.0 }.max(0.0);
            audio.left[frame] = gain * track.left[frame - start];
            audio.right[frame] = gain * track.right[frame - start];
        }
        audio
    }

    #[test]
    fn the_start_is_found_on_its_frame() {
        let track = track(4000, 0.0);
        for start in [1000, 1001] {
            let audio = played(&track, 4000, start, 4000);
            assert_eq!(first_sound(&audio, 0, 4000), Some(start));
            assert_eq!(matching_frames(&audio, start, &track, 0), 4000 - start);
        }
        assert_eq!(first_sound(&Stereo::silence(100), 0, 100), None);
    }

    #[test]
    fn content_one_frame_off_does_not_match() {
        let track = track(4000, 0.0);
        let audio = played(&track, 4000, 1000, 4000);
        assert_eq!(matching_frames(&audio, 1001, &track, 0), 0);
        assert_eq!(matching_frames(&audio, 999, &track, 0), 0);
        assert_eq!(heard_track_frame(&audio, 1000, &track, 0), Some(0));
        assert_eq!(heard_track_frame(&audio, 1003, &track, 0), Some(3));
        assert_eq!(heard_track_frame(&Stereo::silence(4000), 1000, &track, 0), None);
    }

    #[test]
    fn the_stop_is_found_on_its_frame() {
        let track = track(4000, 0.0);
        for stop in [2500, 2501] {
            let audio = played(&track, 4000, 1000, stop);
            assert_eq!(1000 + matching_frames(&audio, 1000, &track, 0), stop);
            // The last frame of the fade is zero already.
            assert_eq!(end_of_sound(&audio, 1000, 4000), stop + 143);
        }
    }

    #[test]
    fn a_move_of_the_crossfader_is_found_on_its_frame() {
        let decks = [track(4000, 0.0), track(4000, 2.0)];
        let master = |moved: usize| {
            let mut master = Stereo::silence(4000);
            for frame in 0..4000_usize {
                // A ramp of 480 frames from 0.25 to 0.5.
                let along = ((frame + 1).saturating_sub(moved) as f32 / 480.0).min(1.0);
                let [a, b] = gains(0.25 + 0.25 * along);
                master.left[frame] = a * decks[0].left[frame] + b * decks[1].left[frame];
                master.right[frame] = a * decks[0].right[frame] + b * decks[1].right[frame];
            }
            master
        };
        for moved in [1500, 1501] {
            let master = master(moved);
            let mix = Mix { master: &master, decks: [&decks[0], &decks[1]] };
            assert_eq!(mix.leaves(0.25, 0, 4000), Some(moved));
            assert!(mix.holds(0.5, moved + 480, 4000));
            assert!(!mix.holds(0.5, moved + 400, 4000));
            assert!(!mix.holds(0.49, moved + 480, 4000), "a fader in the wrong place is seen");
        }
    }

    #[test]
    fn constant_power() {
        for position in [0.0, 0.25, 0.5, 1.0_f32] {
            let [a, b] = crossfader_gains(position);
            assert!((a * a + b * b - 1.0).abs() < 1e-12);
        }
        assert_eq!(crossfader_gains(0.0), [1.0, 0.0]);
    }
}
