//! What a deck shows of how it moves.

use super::loops::USUAL_BEATS;
use super::motion::Drive;
use super::node::HeldCue;
use super::{DeckNode, Marks};

/// How a deck moves and what is marked on it, for editors and feedback.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotionView {
    /// The number of the request that brought the track; 0 for none.
    pub load: u64,
    /// Cue, hot cues and loop.
    pub marks: Marks,
    /// Start and end of the loop as it is to be seen, in seconds: of the roll, while there is one.
    pub loop_secs: Option<[f64; 2]>,
    /// Whether it holds the playhead.
    pub looping: bool,
    /// Whether it is a roll.
    pub rolling: bool,
    /// The pitch fader: times the track's own speed.
    pub rate: f64,
    /// The speed at which it plays, by the clock, a push or a hand; negative is back. 0 at rest.
    pub speed: f64,
    /// Whether the clock shall lead.
    pub sync: bool,
    /// Whether it does: the deck plays, and beats of its track are known.
    pub locked: bool,
    /// How far a synced deck is from its phase, in beats of the track.
    pub phase_error_beats: f64,
    /// Whether the track runs on beneath loops, reverse, scratches and held hot cues.
    pub slip: bool,
    /// Whether it plays backwards.
    pub reverse: bool,
    /// Whether marks land on beats.
    pub snap: bool,
    /// Whether a change of tempo leaves the key.
    pub key_lock: bool,
    /// Semitones that the track is heard above its own key, or below.
    pub key_shift: f64,
    /// The push on top of its speed, in percent; 0 is none.
    pub nudge: f64,
    /// The length of the next loop or roll that is asked for without one, in beats.
    pub loop_beats: f64,
    /// How far a jump goes that is asked for without a number, in beats.
    pub jump_beats: f64,
    /// Whether it plays only as long as a cue is held.
    pub held: bool,
    /// The track's own tempo here, if its beats are known.
    pub track_bpm: Option<f64>,
}

impl Default for MotionView {
    fn default() -> Self {
        Self {
            load: 0,
            marks: Marks::default(),
            loop_secs: None,
            looping: false,
            rolling: false,
            rate: 1.0,
            speed: 0.0,
            sync: false,
            locked: false,
            phase_error_beats: 0.0,
            slip: false,
            reverse: false,
            snap: true,
            key_lock: false,
            key_shift: 0.0,
            nudge: 0.0,
            loop_beats: USUAL_BEATS,
            jump_beats: USUAL_BEATS,
            held: false,
            track_bpm: None,
        }
    }
}

impl DeckNode {
    /// Whether it plays only as long as a cue is held.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self.hands.held_cue, Some(HeldCue { preview: true, .. }))
    }

    /// Whether what the hot cue of this number began ends with its release.
    #[must_use]
    pub fn is_holding(&self, number: usize) -> bool {
        self.hands.held_cue.is_some_and(|held| held.number == number)
    }

    /// Whether it plays on from a hot cue, however soon that is let go.
    #[must_use]
    pub const fn plays_on_from_cues(&self) -> bool {
        self.is_playing() && !self.is_held() && !self.hands.slip
    }

    /// Whether a loop holds the playhead.
    #[must_use]
    pub fn is_looping(&self) -> bool {
        self.active_loop().is_some()
    }

    /// How it moves now.
    ///
    /// # Real-time
    /// No allocation.
    #[must_use]
    pub fn motion_view(&self) -> MotionView {
        let (hands, here) = (&self.hands, self.here());
        let side = self.current.as_ref();
        let drive = self.voice.as_ref().map(|voice| voice.motion.drive);
        let phase_error_beats = match (drive, self.pulse) {
            (Some(Drive::Lock(lock)), Some(pulse)) => lock.error(pulse.beat(0)),
            _ => 0.0,
        };
        MotionView {
            load: side.map_or(0, |side| side.tag),
            marks: self.marks(),
            loop_secs: side.and_then(|side| side.places.roll_or_loop().map(|span| span.secs(side.track.sample_rate()))),
            looping: self.is_looping(),
            rolling: self.is_rolling(),
            rate: hands.rate,
            speed: if self.is_playing() { here.rate / self.ratio() } else { 0.0 },
            sync: hands.sync,
            locked: self.is_locked(),
            phase_error_beats,
            slip: hands.slip,
            reverse: hands.reverse,
            snap: hands.snap,
            key_lock: hands.key_lock,
            key_shift: hands.key_shift,
            nudge: hands.nudge,
            loop_beats: hands.loop_beats,
            jump_beats: hands.jump_beats,
            held: self.is_held(),
            track_bpm: side.and_then(|side| Some(side.track.grid()?.bpm_at(here.frame, side.track.sample_rate()))),
        }
    }
}
