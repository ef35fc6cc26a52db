//! Learning one binding: what a control sends is recorded until it rests, and a line of a mapping is made of it.

use super::learn::{Heard, Learned, infer};
use super::map::{MapLight, MapLine, MapMode, To};

/// A burst is over when nothing has come for so many seconds.
const QUIET_SECS: f64 = 0.4;
/// A lone message may still be followed by a button's release for so many.
const RELEASE_SECS: f64 = 1.5;
/// Messages of a burst that are looked at.
const BURST: usize = 512;

/// Records what a control sends, for a target that was chosen before. The desk has one while somebody learns.
///
/// ```
/// use echelon::input::midi::{Heard, MidiLearn, To};
///
/// let mut learn = MidiLearn::new(To::named("deck/a/play").expect("a target"));
/// learn.hear(Heard { secs: 0.0, bytes: [0x90, 36, 100] });
/// learn.hear(Heard { secs: 0.1, bytes: [0x80, 36, 0] });
/// assert!(learn.line().is_none(), "more may come");
/// learn.settle(1.0);
/// let line = learn.line().expect("a button");
/// assert_eq!((line.from.number, line.to.name().as_str()), (36, "deck/a/play"));
/// ```
#[derive(Debug)]
pub struct MidiLearn {
    to: To,
    shift: Option<bool>,
    burst: Vec<Heard>,
    learned: Option<Learned>,
}

impl MidiLearn {
    /// Waits for a control to be moved, for a target.
    #[must_use]
    pub const fn new(to: To) -> Self {
        Self { to, shift: None, burst: vec![], learned: None }
    }

    /// Learns from what somebody recorded: they said where it ends, pauses in it do not.
    #[must_use]
    pub fn from_recording(to: To, burst: &[Heard]) -> Self {
        Self { learned: infer(burst), ..Self::new(to) }
    }

    /// The line will be of this layer: only while shift is held, only while it is not, or always.
    #[must_use]
    pub const fn in_layer(mut self, shift: Option<bool>) -> Self {
        self.shift = shift;
        self
    }

    /// For which target.
    #[must_use]
    pub const fn to(&self) -> To {
        self.to
    }

    /// Messages of the burst so far.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.burst.len()
    }

    /// A message came. When something is learnt already it changes nothing.
    pub fn hear(&mut self, heard: Heard) {
        self.settle(heard.secs);
        if self.learned.is_none() && self.burst.len() < BURST {
            self.burst.push(heard);
        }
    }

    /// It is this late now: the burst may be over. One that means no control is forgotten.
    pub fn settle(&mut self, now_secs: f64) {
        let patience = if self.burst.len() == 1 { RELEASE_SECS } else { QUIET_SECS };
        let is_over = self.burst.last().is_some_and(|last| now_secs - last.secs >= patience);
        if is_over && self.learned.is_none() {
            self.learned = infer(&self.burst);
            self.burst.clear();
        }
    }

    /// What was learnt, if something was.
    #[must_use]
    pub const fn learned(&self) -> Option<Learned> {
        self.learned
    }

    /// The binding that was recorded, if one was.
    #[must_use]
    pub fn line(&self) -> Option<MapLine> {
        let learned = self.learned?;
        let mut line = MapLine::new(learned.from, learned.mode, self.to);
        line.shift = self.shift;
        // A button can be lit; whether it is, is the controller's affair.
        if matches!(learned.mode, MapMode::Button | MapMode::Toggle) {
            line.light = Some(MapLight::default());
        }
        Some(line)
    }
}
