//! A DJ's hands on a deck: what the rows of the table do there, and the host's switches for them.

use super::{Moment, RigProcessor, tell};
use crate::action::{Deed, Gesture, Trigger};
use crate::clock::BlockClock;
use crate::deck::{DeckNode, GestureRefused};
use crate::input::{Control, ControlMove};
use crate::message::Refusal;
use crate::safety::{DeckState, Nature, Source};
use crate::units::{DeckId, NUM_DECKS};

/// What the host believes of each deck's switches and pitch fader. Audio thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostHands {
    on: [[bool; Trigger::ALL.len()]; NUM_DECKS],
    rate: [f64; NUM_DECKS],
    key_shift: [f64; NUM_DECKS],
}

impl Default for HostHands {
    fn default() -> Self {
        Self { on: Default::default(), rate: [1.0; NUM_DECKS], key_shift: [0.0; NUM_DECKS] }
    }
}

impl HostHands {
    /// The host has moved a pitch fader.
    pub(super) fn set_rate(&mut self, deck: DeckId, rate: f64) {
        self.rate[deck.index()] = rate;
    }

    /// The host has moved a key.
    pub(super) fn set_key_shift(&mut self, deck: DeckId, semitones: f64) {
        self.key_shift[deck.index()] = semitones;
    }
}

/// A pitch fader this near to what the host was told is that.
const SAME_RATE: f64 = 1e-6;

impl RigProcessor {
    /// Does a gesture, due so many frames ago.
    pub(super) fn gesture(
        &mut self,
        deck: DeckId,
        (gesture, value): (Gesture, f64),
        late: i64,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let late = u32::try_from(late).map_or(0.0, f64::from);
        let was_playing = self.state(deck) == DeckState::Playing;
        let Some(node) = self.deck(deck) else { return Ok(()) };
        if gesture == Gesture::Reverse && value >= 0.5 && !node.has_track() {
            return Err(Refusal::Gesture { deck, why: GestureRefused::NoTrack });
        }
        do_gesture(node, gesture, value, late).map_err(|why| Refusal::Gesture { deck, why })?;
        let leaves = matches!(gesture, Gesture::Cue | Gesture::HotCue | Gesture::BeatJump);
        if leaves && was_playing && !node.is_looping() {
            self.can_undo(deck, moment);
        }
        self.deck_changed(deck, moment.block_frame, moves);
        self.show_held(deck, (gesture, value), moment.block_frame, moves);
        // On its frame, not at the block's end: the host records where it happened.
        self.show_hand(deck, moment.block_frame, moves);
        Ok(())
    }

    /// What a gesture is in the policy's eyes; `None` for other deeds.
    pub(super) fn nature_of_gesture(&mut self, deed: &Deed) -> Option<Nature> {
        match *deed {
            Deed::Gesture { deck, gesture, value } => {
                let plays = self.deck(deck).is_some_and(|node| node.is_playing() && !node.is_held());
                Some(gesture.nature(value, plays))
            }
            Deed::SetMarks { .. } => Some(Nature::Release),
            _ => None,
        }
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
        if std::mem::replace(&mut self.host_hands.on[deck.index()][trigger.index()], on) != on {
            let (gesture, value) = trigger.gesture(on);
            self.request(Source::Host, Deed::Gesture { deck, gesture, value }, moment, moves);
        }
    }

    /// What the host knows of a button that only hands hold: whether it is down.
    pub(super) fn host_holds(&self, deck: DeckId, trigger: Trigger) -> bool {
        self.host_hands.on[deck.index()][trigger.index()]
    }

    /// A hand that is not the host's holds a button down, or lets go: the host's shows it.
    fn show_held(&mut self, deck: DeckId, (gesture, value): (Gesture, f64), frame: u32, moves: &mut Vec<ControlMove>) {
        let is_button = |trigger: &Trigger| matches!(trigger, Trigger::Cue | Trigger::HotCue(_));
        for trigger in Trigger::ALL.into_iter().filter(is_button) {
            let Some(on) = [true, false].into_iter().find(|on| trigger.gesture(*on) == (gesture, value)) else {
                continue;
            };
            if std::mem::replace(&mut self.host_hands.on[deck.index()][trigger.index()], on) != on {
                tell(moves, frame, Control::Trigger(deck, trigger), if on { 1.0 } else { 0.0 });
            }
        }
    }

    /// The host pressed a button of a deck and was refused: it is up again.
    pub(super) fn let_host_go(&mut self, press: (DeckId, Gesture, f64), frame: u32, moves: &mut Vec<ControlMove>) {
        let (deck, gesture, value) = press;
        for trigger in Trigger::ALL.into_iter().filter(|trigger| trigger.gesture(true) == (gesture, value)) {
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
        let known = &mut self.host_hands;
        for (known, now, control) in [
            (&mut known.rate[deck.index()], motion.rate, Control::Rate(deck)),
            (&mut known.key_shift[deck.index()], motion.key_shift, Control::KeyShift(deck)),
        ] {
            if (*known - now).abs() > SAME_RATE {
                *known = now;
                #[expect(clippy::cast_possible_truncation, reason = "0.5 to 2, or -12 to 12")]
                tell(moves, frame, control, now as f32);
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
    }
    Ok(())
}
