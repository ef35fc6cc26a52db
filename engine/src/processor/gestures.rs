//! A DJ's hands on a deck: what the rows of the table do there, and the host's switches for them.

use super::{Moment, RigProcessor, tell};
use crate::action::{ActionKind, Deed, Gesture, Trigger};
use crate::clock::BlockClock;
use crate::deck::{DeckNode, GestureRefused, KEPT_BEATS, MotionView, kept_place};
use crate::input::{Control, ControlMove};
use crate::message::Refusal;
use crate::safety::{Nature, Source};
use crate::units::{DeckId, NUM_DECKS, ms_to_frames};

/// What the host believes of each deck's switches, and of what hands turn there. Audio thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostHands {
    on: [[bool; Trigger::ALL.len()]; NUM_DECKS],
    /// The frame on which a press that was shown to the host comes up, counted from the first that the rig made.
    up: [[Option<u64>; Trigger::ALL.len()]; NUM_DECKS],
    /// Whether any is to come up.
    any_up: bool,
    /// The frame until which a press by the host is taken for its echo of such a one.
    echo: [[u64; Trigger::ALL.len()]; NUM_DECKS],
    turned: [[f64; TURNED.len()]; NUM_DECKS],
}

/// What hands turn on a deck.
const TURNED: [Gesture; 5] = [Gesture::Rate, Gesture::KeyShift, Gesture::Nudge, Gesture::LoopLength, Gesture::JumpSize];

/// Each of them as a deck has it.
const fn turned(motion: &MotionView) -> [f64; TURNED.len()] {
    [motion.rate, motion.key_shift, motion.nudge, motion.loop_beats, motion.jump_beats]
}

/// For the host.
#[expect(clippy::cast_possible_truncation, reason = "ranges are small")]
fn control_of(deck: DeckId, turned: Gesture, value: f64) -> (Control, f32) {
    match turned {
        Gesture::KeyShift => (Control::KeyShift(deck), value as f32),
        Gesture::Nudge => (Control::Nudge(deck), value as f32),
        Gesture::LoopLength => (Control::LoopLength(deck), kept_place(value).into()),
        Gesture::JumpSize => (Control::JumpSize(deck), kept_place(value).into()),
        _ => (Control::Rate(deck), value as f32),
    }
}

/// The length at a place among those that decks keep.
pub(super) fn beats_of(place: f32) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then is looked up")]
    let place = place.round() as usize;
    KEPT_BEATS[place.min(KEPT_BEATS.len() - 1)]
}

impl Default for HostHands {
    /// As a new deck is.
    fn default() -> Self {
        let motion = MotionView::default();
        let on = Trigger::ALL.map(|trigger| trigger.is_on(&motion).unwrap_or_default());
        let up = [[None; Trigger::ALL.len()]; NUM_DECKS];
        let echo = Default::default();
        Self { on: [on; NUM_DECKS], up, any_up: false, echo, turned: [turned(&motion); NUM_DECKS] }
    }
}

impl HostHands {
    /// The host has turned something.
    pub(super) fn set(&mut self, deck: DeckId, gesture: Gesture, value: f64) {
        if let Some(place) = TURNED.iter().position(|known| *known == gesture) {
            self.turned[deck.index()][place] = value;
        }
    }
}

/// How long the host sees a button down that someone else has pressed, in milliseconds.
const PRESS_MS: f64 = 10.0;
/// Some hosts send what they are told back as their own: a press that comes so soon after one that they were told of is
/// that, in milliseconds. They render up to 200 ms ahead.
const ECHO_MS: f64 = 250.0;
/// What is turned this near to what the host was told is that.
const SAME_TURN: f64 = 1e-6;

impl RigProcessor {
    /// Does a gesture, due so many frames ago.
    pub(super) fn gesture(
        &mut self,
        (deck, source): (DeckId, Source),
        (gesture, value): (Gesture, f64),
        late: i64,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let late = u32::try_from(late).map_or(0.0, f64::from);
        let Some(node) = self.deck(deck) else { return Ok(()) };
        if gesture == Gesture::Reverse && value >= 0.5 && !node.has_track() {
            return Err(Refusal::Gesture { deck, why: GestureRefused::NoTrack });
        }
        do_gesture(node, gesture, value, late).map_err(|why| Refusal::Gesture { deck, why })?;
        self.note_undo(deck, moment);
        self.deck_changed(deck, moment.block_frame, moves);
        if let Some(pressed) = Trigger::pressed_by(gesture, value) {
            self.show_pressed((deck, source), pressed, moment, moves);
        }
        // On its frame, not at the block's end: the host records where it happened.
        self.show_hand(deck, moment.block_frame, moves);
        Ok(())
    }

    /// What a gesture is in the policy's eyes, or the turn of a knob; other deeds are plain.
    pub(super) fn nature_by_hand(&mut self, deed: &Deed, source: Source) -> Nature {
        match *deed {
            Deed::Gesture { deck, gesture, value } => {
                let moves = self.moves_a_playing_deck(deck, gesture, value);
                gesture.nature(value, moves)
            }
            Deed::SetMarks { .. } => Nature::Release,
            Deed::SetEcho { deck, .. }
                if source.is_hand() && deed.turns(self.snapshot.decks[deck.index()].echo_send) =>
            {
                Nature::Turn
            }
            _ => Nature::Plain,
        }
    }

    /// Whether a deck plays, not only as long as a cue is held, and the gesture is more than a mark on it.
    pub(super) fn moves_a_playing_deck(&mut self, deck: DeckId, gesture: Gesture, value: f64) -> bool {
        let Some(node) = self.deck(deck) else { return false };
        node.is_playing() && !node.is_held() && !gesture.only_marks(value, &node.marks())
    }

    /// The host moved a switch or a button of a deck.
    pub(super) fn take_trigger(
        &mut self,
        (deck, trigger): (DeckId, Trigger),
        value: f32,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        let on = value > 0.5;
        if on && self.frames_at(moment) < self.host_hands.echo[deck.index()][trigger.index()] {
            return;
        }
        let was = std::mem::replace(&mut self.host_hands.on[deck.index()][trigger.index()], on);
        let is_looping = self.deck(deck).is_some_and(|node| node.is_looping());
        let asked = match trigger {
            Trigger::Reloop if on && is_looping => Some((Gesture::LoopExit, 0.0)),
            Trigger::Loop if on && self.makes_a_loop(deck) => None,
            trigger => trigger.gesture(on),
        };
        if let Some((gesture, value)) = asked.filter(|_| was != on) {
            self.request(Source::Host, Deed::Gesture { deck, gesture, value }, moment, moves);
        }
    }

    /// Whether what waits on a deck makes a loop another way than by a length: the switch shows that one, and asks for no
    /// other.
    fn makes_a_loop(&self, deck: DeckId) -> bool {
        let waiting = self.timeline.gesture(deck, ActionKind::Loop).map(|entry| &entry.deed);
        matches!(
            waiting,
            Some(Deed::Gesture {
                gesture: Gesture::LoopOut | Gesture::Reloop | Gesture::RollOn | Gesture::LoopRoll,
                ..
            })
        )
    }

    /// What the host knows of a button that only hands hold: whether it is down.
    pub(super) fn host_holds(&self, deck: DeckId, trigger: Trigger) -> bool {
        self.host_hands.on[deck.index()][trigger.index()]
    }

    /// A hand that is not the host's holds a button down, or lets go: the host's shows it. Where only the press has done
    /// something, it comes up again after a moment, whoever lets go of it and when.
    fn show_pressed(
        &mut self,
        (deck, source): (DeckId, Source),
        (trigger, on): (Trigger, bool),
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        let is_down = self.host_hands.up[deck.index()][trigger.index()].is_some();
        if source == Source::Host || (is_down && !on) {
            return;
        }
        let is_short = on && !self.is_held_by(deck, trigger);
        let (frame, control) = (moment.block_frame, Control::Trigger(deck, trigger));
        let now = self.frames_at(moment);
        let frames_of = |ms| u64::from(ms_to_frames(ms, moment.clock.sample_rate()));
        let up = is_short.then(|| now + frames_of(PRESS_MS));
        let hands = &mut self.host_hands;
        if up.is_some() {
            hands.echo[deck.index()][trigger.index()] = now + frames_of(ECHO_MS);
        }
        let was_shown = std::mem::replace(&mut hands.up[deck.index()][trigger.index()], up).is_some();
        hands.any_up |= up.is_some();
        if std::mem::replace(&mut hands.on[deck.index()][trigger.index()], on) != on {
            tell(moves, frame, control, if on { 1.0 } else { 0.0 });
        } else if was_shown {
            // Once more before it came up: another press.
            tell(moves, frame, control, 0.0);
            tell(moves, frame, control, 1.0);
        }
    }

    /// Whether what a press of it began ends with its release.
    fn is_held_by(&mut self, deck: DeckId, trigger: Trigger) -> bool {
        match trigger {
            Trigger::HotCue(number) => self.deck(deck).is_some_and(|node| node.is_holding(number.into())),
            trigger => !trigger.is_press(),
        }
    }

    /// Presses that were shown to the host come up, each on its frame. `frame` is the last of the block that is made.
    fn show_what_comes_up(&mut self, frame: u32, moves: &mut Vec<ControlMove>) {
        if !self.host_hands.any_up {
            return;
        }
        let mut any_left = false;
        for deck in DeckId::ALL {
            for trigger in Trigger::ALL {
                let hands = &mut self.host_hands;
                let Some(up) = &mut hands.up[deck.index()][trigger.index()] else { continue };
                let at = up.saturating_sub(self.frames_before);
                if at > u64::from(frame) {
                    any_left = true;
                    continue;
                }
                hands.up[deck.index()][trigger.index()] = None;
                if std::mem::take(&mut hands.on[deck.index()][trigger.index()]) {
                    tell(moves, u32::try_from(at).unwrap_or(frame), Control::Trigger(deck, trigger), 0.0);
                }
            }
        }
        self.host_hands.any_up = any_left;
    }

    /// The host pressed a button of a deck and was refused: it is up again.
    pub(super) fn let_host_go(&mut self, press: (DeckId, Gesture, f64), frame: u32, moves: &mut Vec<ControlMove>) {
        let (deck, gesture, value) = press;
        let is_it = |trigger: &Trigger| {
            let asked = trigger.gesture(true) == Some((gesture, value));
            asked || (*trigger == Trigger::Reloop && gesture == Gesture::LoopExit)
        };
        for trigger in Trigger::ALL.into_iter().filter(is_it) {
            if std::mem::take(&mut self.host_hands.on[deck.index()][trigger.index()]) {
                tell(moves, frame, Control::Trigger(deck, trigger), 0.0);
            }
        }
    }

    /// The host's switches show what the decks do: a press that was refused springs back, unless what it asked for still
    /// waits.
    pub(super) fn show_hands(&mut self, frame: u32, moves: &mut Vec<ControlMove>) {
        for deck in DeckId::ALL {
            self.show_hand(deck, frame, moves);
        }
        self.show_what_comes_up(frame, moves);
    }

    fn show_hand(&mut self, deck: DeckId, frame: u32, moves: &mut Vec<ControlMove>) {
        let Some(motion) = self.mixer.deck(&mut self.scheduler, deck).map(|node| node.motion_view()) else { return };
        self.snapshot.decks[deck.index()].motion = motion;
        for trigger in Trigger::ALL {
            let known = &mut self.host_hands.on[deck.index()][trigger.index()];
            let Some(on) = trigger.is_on(&motion).filter(|on| on != known) else { continue };
            if self.timeline.gesture(deck, trigger.row().kind).is_none() {
                *known = on;
                tell(moves, frame, Control::Trigger(deck, trigger), if on { 1.0 } else { 0.0 });
            }
        }
        let known = &mut self.host_hands.turned[deck.index()];
        for ((known, now), gesture) in known.iter_mut().zip(turned(&motion)).zip(TURNED) {
            if (*known - now).abs() > SAME_TURN {
                *known = now;
                let (control, value) = control_of(deck, gesture, now);
                tell(moves, frame, control, value);
            }
        }
    }

    /// The decks go by this clock: a segment begins.
    pub(super) fn set_time(&mut self, clock: &BlockClock) {
        for deck in DeckId::ALL {
            if let Some(node) = self.deck(deck) {
                node.set_time(clock);
            }
        }
    }

    /// The decks know which frame of the segment comes next, be they asked to make it or not.
    pub(super) fn set_frame(&mut self, frame: u32) {
        for deck in DeckId::ALL {
            if let Some(node) = self.deck(deck) {
                node.set_frame(frame);
            }
        }
    }
}

/// The table's verbs.
fn do_gesture(node: &mut DeckNode, gesture: Gesture, value: f64, late: f64) -> Result<(), GestureRefused> {
    let on = value >= 0.5;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then is looked up")]
    let number = value.round() as usize;
    match gesture {
        Gesture::Cue if on => node.cue_press()?,
        Gesture::Cue => node.cue_release(),
        Gesture::HotCue => node.hot_cue_press(number, late)?,
        Gesture::HotCueRelease => node.hot_cue_release(number)?,
        Gesture::HotCueSet => node.hot_cue_set(number, late)?,
        Gesture::HotCueClear => node.hot_cue_clear(number)?,
        Gesture::LoopIn => node.loop_in(late)?,
        Gesture::LoopOut => node.loop_out(late)?,
        Gesture::BeatLoop => node.beat_loop(value, false, late)?,
        Gesture::LoopRoll => node.beat_loop(value, true, late)?,
        Gesture::LoopRollEnd => node.roll_exit(),
        Gesture::LoopExit => node.loop_exit(),
        Gesture::Reloop => node.reloop()?,
        Gesture::LoopHalve => node.loop_scale(0.5)?,
        Gesture::LoopDouble => node.loop_scale(2.0)?,
        Gesture::LoopMove => node.loop_move(value)?,
        Gesture::BeatJump => node.beat_jump(value)?,
        Gesture::Sync => node.set_sync(on)?,
        Gesture::Rate => node.set_rate(value),
        Gesture::Nudge => node.nudge(value),
        Gesture::Reverse => node.set_reverse(on),
        Gesture::Slip => node.set_slip(on),
        Gesture::Snap => node.set_snap(on),
        Gesture::Scratch => node.scratch(Some(value))?,
        Gesture::ScratchEnd => node.scratch(None)?,
        Gesture::KeyLock => node.set_key_lock(on),
        Gesture::KeyShift => node.set_key_shift(value),
        Gesture::LoopLength => node.set_loop_beats(value),
        Gesture::LoopOn => node.beat_loop(node.loop_beats(), false, late)?,
        Gesture::RollOn => node.beat_loop(node.loop_beats(), true, late)?,
        Gesture::JumpSize => node.set_jump_beats(value),
        Gesture::JumpBack => node.beat_jump(-node.jump_beats())?,
        Gesture::JumpOn => node.beat_jump(node.jump_beats())?,
    }
    Ok(())
}
