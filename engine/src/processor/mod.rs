//! The audio half of a rig: one call makes one block of the host.
//!
//! ```text
//! 1 split the block where the host's transport changes
//! 2 make the segment's clock; after a jump, find the pending actions' next lines
//! 3 take deeds from the control thread into the timeline
//! 4 run the plan up to the next due deed or host input, do it (on one frame by kind), and so on to the segment's end
//! 5 publish the snapshot
//! ```

mod buses;
mod cancel;
mod decks;
mod fire;
mod gestures;
mod host;
mod lights;
mod midi;
mod timing;
mod transport;
mod undo;
mod ways;

use ringbuf::traits::{Consumer, Observer, Producer};

use crate::action::{ActionKind, Deed, Quantizer, RequestId, Timeline};
use crate::clock::{BlockClock, HostTransport, RigClock, SessionWord};
use crate::deck::{DeckNode, ListenNode};
use crate::dsp::{LoudnessMeter, without_denormals};
use crate::graph::{LanePool, Scheduler};
use crate::input::{Control, ControlMove, HostInput, TimedInput};
use crate::message::{At, ControlEvent, EngineEvent, Garbage, Order, Refusal, Snapshot};
use crate::mixer::Mixer;
use crate::rig::{AudioLinks, EVENTS_FOR_REQUESTS};
use crate::safety::{DeckState, Nature, OnAir, SafetyPolicy, Source};
use crate::units::{DeckId, NUM_DECKS};

pub use buses::BlockIo;
use buses::Buses;
use gestures::HostHands;
use midi::MidiHands;
use ways::{Fader, Ways};

/// Control events taken in one block; the rest waits for the next.
pub const MAX_COMMANDS_PER_TICK: usize = 64;

/// What the host says about a block.
#[derive(Clone, Copy, Debug)]
pub struct BlockInput<'a> {
    /// Frames to make; 0 only takes in the inputs.
    pub frames: u32,
    /// Transport at frame 0.
    pub transport: HostTransport,
    /// Sorted by frame, `0..frames`.
    pub inputs: &'a [TimedInput],
}

/// The audio half. Belongs to the host's audio thread.
pub struct RigProcessor {
    links: AudioLinks,
    scheduler: Scheduler,
    mixer: Mixer,
    clock: RigClock,
    quantizer: Quantizer,
    policy: SafetyPolicy,
    timeline: Timeline,
    /// The play parameters as the host knows them: they act on edges.
    play_controls: [bool; NUM_DECKS],
    /// The other switches of the decks, as the host knows them.
    host_hands: HostHands,
    /// The controllers' hands.
    midi: MidiHands,
    /// Whose request is being seen to.
    cause: RequestId,
    /// Frames made before this block.
    frames_before: u64,
    /// Control events that this block may still take.
    budget: usize,
    on_air: [OnAir; NUM_DECKS],
    /// The recipe whose steps are coming in, and the performance beat from which they count; none once it is over.
    recipe: Option<(RequestId, Option<f64>)>,
    /// Which recipe has each fader under way.
    ways: Ways,
    /// Performance beat of what an undo would take back on each deck.
    undo_marks: [f64; NUM_DECKS],
    /// Of the master, then of the decks.
    meters: Box<[LoudnessMeter; 1 + NUM_DECKS]>,
    snapshot: Snapshot,
}

/// Where in the block a deed happens.
#[derive(Clone, Copy)]
struct Moment<'a> {
    clock: &'a BlockClock,
    /// Frame in the clock's segment.
    frame: u32,
    /// Frame in the host's block.
    block_frame: u32,
}

impl RigProcessor {
    pub(crate) fn new(sample_rate: f64, links: AudioLinks, mixer: Mixer, scheduler: Scheduler) -> Self {
        Self {
            links,
            scheduler,
            mixer,
            clock: RigClock::new(sample_rate),
            quantizer: Quantizer::default(),
            policy: SafetyPolicy::default(),
            timeline: Timeline::default(),
            play_controls: [false; NUM_DECKS],
            host_hands: HostHands::default(),
            midi: MidiHands::default(),
            cause: RequestId::HOST,
            frames_before: 0,
            budget: 0,
            on_air: [OnAir::new(sample_rate); NUM_DECKS],
            recipe: None,
            ways: Ways::default(),
            undo_marks: [f64::NEG_INFINITY; NUM_DECKS],
            meters: Box::new(std::array::from_fn(|_| LoudnessMeter::new(sample_rate))),
            snapshot: Snapshot::default(),
        }
    }

    /// Gets ready for a sample rate in Hz. Decks keep their places. Not real-time.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.clock.set_sample_rate(sample_rate);
        self.scheduler.prepare(sample_rate);
        self.meters.fill(LoudnessMeter::new(sample_rate));
        self.on_air.iter_mut().for_each(|on_air| on_air.set_sample_rate(sample_rate));
        self.midi.forget_lights();
    }

    /// What is known of a session with others as the host calls for a block of so many frames: `None` if none is
    /// joined. `offline` and `ahead` are what the host says of the block: that it bounces, that it renders ahead. Before
    /// each [`RigProcessor::process`] while there is a session, and once after.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn hear_session(&mut self, session: Option<SessionWord>, frames: u32, offline: bool, ahead: bool) {
        self.clock.hear_session(session, frames, offline, ahead);
    }

    /// In Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.clock.sample_rate()
    }

    /// Beats in a bar: the session is to be asked for its beat in these.
    #[must_use]
    pub fn bar_beats(&self) -> f64 {
        self.clock.bar_beats()
    }

    /// Makes a block. Control moves that the host did not ask for are appended to `moves`, as far as it has room.
    ///
    /// # Real-time
    /// No allocation, lock, system call or drop of a box; bounded by the frames, the inputs and the timeline's room.
    /// With threads that the host lends also whatever its pool does.
    pub fn process(&mut self, io: &mut BlockIo<'_>, block: BlockInput<'_>, moves: &mut Vec<ControlMove>) {
        without_denormals(|| {
            self.scheduler.receive(&mut self.links.commands);
            self.clear_peaks();
            self.midi.begin_block();
            self.budget = MAX_COMMANDS_PER_TICK;
            self.run_segments(io, block, moves);
            self.frames_before += u64::from(block.frames);
            self.show_lights(block.frames);
            self.publish();
        });
    }

    fn run_segments(&mut self, io: &mut BlockIo<'_>, block: BlockInput<'_>, moves: &mut Vec<ControlMove>) {
        let (mut from, mut transport, mut inputs) = (0, block.transport, block.inputs);
        loop {
            let change = inputs.iter().position(|i| matches!(i.input, HostInput::Transport(_)));
            let (now, rest) = inputs.split_at(change.unwrap_or(inputs.len()));
            let to = rest.first().map_or(block.frames, |input| input.frame.clamp(from, block.frames));
            let now = self.run_up_to_switches(io, (&mut from, to), &mut transport, now, moves);
            self.run_segment(io, from, to, &transport, now, moves);
            let Some((TimedInput { input: HostInput::Transport(next), .. }, rest)) = rest.split_first() else { return };
            (from, transport, inputs) = (to, *next, rest);
        }
    }

    /// Runs the segments of `from..to` after which another source of beats takes over. The last one is left.
    fn run_up_to_switches<'a>(
        &mut self,
        io: &mut BlockIo<'_>,
        (from, to): (&mut u32, u32),
        transport: &mut HostTransport,
        mut inputs: &'a [TimedInput],
        moves: &mut Vec<ControlMove>,
    ) -> &'a [TimedInput] {
        loop {
            let frames = self.clock.prepare(transport, to - *from);
            let until = *from + frames;
            if until >= to {
                return inputs;
            }
            let (now, rest) = inputs.split_at(inputs.partition_point(|input| input.frame < until));
            self.run_segment(io, *from, until, transport, now, moves);
            *transport = transport.advanced(frames, self.clock.sample_rate());
            (*from, inputs) = (until, rest);
        }
    }

    fn run_segment(
        &mut self,
        io: &mut BlockIo<'_>,
        from: u32,
        to: u32,
        transport: &HostTransport,
        mut inputs: &[TimedInput],
        moves: &mut Vec<ControlMove>,
    ) {
        let frames = to - from;
        let (clock, discontinuity) = self.clock.begin_block(transport, frames);
        let mut moment = Moment { clock: &clock, frame: 0, block_frame: from };
        self.set_time(&clock);
        let beats_per_frame =
            if clock.stands_still() { 0.0 } else { clock.tempo().beats_per_frame(clock.sample_rate()) };
        self.mixer.follow(&mut self.scheduler, clock.song_beat_at(0), beats_per_frame);
        if let Some(what) = discontinuity {
            self.follow_host(what, moment, moves);
        }
        self.hold_decks(clock.stands_still());
        self.anchor_frames(moment);
        self.receive(moment, moves);
        loop {
            let next_input = inputs.first().map(|input| (input.frame.max(from) - from).max(moment.frame).min(frames));
            let next_due =
                self.timeline.next_due().and_then(|due| clock.frame_of(due)).map(|due| due.max(moment.frame));
            let arrival = self.next_arrival(moment);
            let until = next_input.into_iter().chain(next_due).chain(arrival).fold(frames, u32::min);
            self.run_plan(io, from + moment.frame, from + until, moves);
            self.set_frame(until);
            moment = Moment { frame: until, block_frame: from + until, ..moment };
            // What comes now finds the host's switches as they are now, not as they were when the block began: else its
            // length could be heard.
            self.show_hands((from + until).min(to.saturating_sub(1)).max(from), moves);
            if arrival == Some(until) {
                self.receive(moment, moves);
                continue;
            }
            let due_now = next_due == Some(until);
            match inputs.split_first() {
                Some((input, rest)) if next_input == Some(until) && !(due_now && self.comes_before(input.input)) => {
                    inputs = rest;
                    self.take_input(input.input, moment, moves);
                }
                _ if due_now => self.fire_next(moment, moves),
                _ => break,
            }
        }
        self.tell_what_stays(to.saturating_sub(1).max(from), moves);
        self.show_hands(to.saturating_sub(1).max(from), moves);
        self.forget_what_is_too_old(&clock);
        self.view_clock(&clock);
    }

    fn run_plan(&mut self, io: &mut BlockIo<'_>, from: u32, to: u32, moves: &mut Vec<ControlMove>) {
        if from == to {
            return;
        }
        self.cause = RequestId::HOST;
        let open = self.open_paths(to - from);
        let mut lanes = io.lanes.take();
        let pool = lanes.as_mut().map(|lanes| &mut **lanes as &mut dyn LanePool);
        let mut buses = Buses { io, peaks: &mut self.snapshot, meters: &mut self.meters };
        self.scheduler.run_with(&mut buses, from as usize, to as usize, pool);
        io.lanes = lanes;
        self.listen(from, open);
        if let Some(track) = self.mixer.listen(&mut self.scheduler).and_then(ListenNode::take_left) {
            self.throw_away(Garbage::Listened(track));
        }
        for deck in DeckId::ALL {
            if let Some(track) = self.deck(deck).and_then(DeckNode::take_left) {
                self.throw_away(Garbage::Track(track));
            }
            if self.deck(deck).is_some_and(|d| d.take_reached_end()) {
                self.send(EngineEvent::Ended { deck });
                self.deck_changed(deck, to - 1, moves);
            }
        }
    }

    /// Takes what the control thread sent.
    fn receive(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        loop {
            match self.links.control.try_peek() {
                Some(ControlEvent::Until(frame)) if *frame <= self.frames_at(moment) => {
                    self.links.control.skip(1);
                    self.budget = MAX_COMMANDS_PER_TICK;
                    continue;
                }
                Some(ControlEvent::Until(_)) | None => return,
                Some(_) if self.budget == 0 => return,
                Some(_) => self.budget -= 1,
            }
            match self.links.control.try_pop() {
                Some(ControlEvent::Schedule(order)) => self.schedule(order, moment, moves),
                Some(ControlEvent::SetSafety(id, settings)) => {
                    self.tell_setting(id, moment);
                    self.policy.set_settings(*settings);
                    self.throw_away(Garbage::Safety(settings));
                }
                Some(ControlEvent::SetClock(id, policy)) => {
                    self.tell_setting(id, moment);
                    self.clock.set_policy(policy);
                }
                Some(ControlEvent::SetMidi(table)) => {
                    self.release_held(moment, moves);
                    let old = self.midi.swap(table);
                    self.throw_away(Garbage::Midi(old));
                }
                Some(ControlEvent::ShowLights) => self.midi.forget_lights(),
                Some(ControlEvent::Listen(track)) => self.listen_to(track),
                Some(ControlEvent::Until(_)) | None => return,
            }
        }
    }

    /// The frame of the segment on which more is to be taken from the control thread, if one is named.
    fn next_arrival(&self, moment: Moment<'_>) -> Option<u32> {
        match self.links.control.try_peek() {
            Some(ControlEvent::Until(frame)) => {
                let segment = self.frames_at(moment) - u64::from(moment.frame);
                let ahead = u32::try_from(frame.saturating_sub(segment)).ok()?;
                (ahead < moment.clock.frames()).then_some(ahead)
            }
            _ => None,
        }
    }

    /// A setting holds from here on.
    fn tell_setting(&mut self, id: RequestId, moment: Moment<'_>) {
        if id != RequestId::HOST {
            self.send(EngineEvent::Came { id, step: 0, frame: self.frames_at(moment) });
        }
    }

    /// Frames that the rig has made up to here.
    fn frames_at(&self, moment: Moment<'_>) -> u64 {
        self.frames_before + u64::from(moment.block_frame)
    }

    /// Whether the first deed of the timeline comes before host-timed input on the same frame: by kind, as on any beat.
    fn comes_before(&self, input: HostInput) -> bool {
        let kind = match input {
            HostInput::Control(Control::Play(_), value) if value > 0.5 => ActionKind::Play,
            HostInput::Control(Control::Play(_), _) => ActionKind::Stop,
            HostInput::Midi(bytes) => return self.comes_before_midi(bytes),
            // What a gesture is quantized by comes before it.
            HostInput::Control(Control::Quantize | Control::LoopLength(_) | Control::JumpSize(_), _)
            | HostInput::Waited(..)
            | HostInput::Transport(_) => return false,
            HostInput::Control(control, _) => control.kind(),
        };
        self.timeline.iter().next().is_some_and(|entry| entry.deed.kind() < kind)
    }

    /// What the host timed acts on its own frame, by the same rules.
    fn take_input(&mut self, input: HostInput, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        match input {
            HostInput::Control(control, value) | HostInput::Waited(control, value) => {
                self.take_control(control, value, moment, moves);
            }
            HostInput::Midi(bytes) => self.take_midi(bytes, moment, moves),
            HostInput::Transport(_) => {}
        }
    }

    /// Asks for a deed at the quantize setting, if the policy allows it now.
    fn request(&mut self, source: Source, deed: Deed, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        self.request_at(None, source, deed, moment, moves);
    }

    /// Asks for a deed at some time, if the policy allows it now.
    fn request_at(
        &mut self,
        at: Option<At>,
        source: Source,
        deed: Deed,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) {
        self.cause = RequestId::HOST;
        let due = moment.clock.performance_beat_at(moment.frame) + moment.clock.half_frame_beats();
        let pending = deed.deck().filter(|_| deed.kind().is_gesture());
        let pending = pending.and_then(|deck| self.timeline.gesture(deck, deed.kind()));
        if pending.is_some_and(|pending| pending.due <= due) && !deed.is_release() {
            // It is about to happen on this very frame: it must not be put off. What ends it comes after it.
            return self.count_heard(source, deed.kind(), true, moment);
        }
        let own = self.policy.settings().source(source).quantize;
        let at = at.unwrap_or_else(|| match (&deed, own) {
            (Deed::Gesture { deck, gesture, value }, _) => {
                let moves = self.moves_a_playing_deck(*deck, *gesture, *value);
                gesture.line(moves, own.unwrap_or(self.quantizer.default).is_some()).map_or(At::Now, At::Line)
            }
            (_, Some(Some(grid))) => At::Line(grid),
            (_, Some(None)) => At::Now,
            (_, None) => At::Default,
        });
        let lets_go = deed.lets_go().then_some(Nature::Release);
        let nature = lets_go.unwrap_or_else(|| self.nature_by_hand(&deed, source));
        let order = Order { id: RequestId::HOST, step: 0, source, at, deed };
        let word = self.ask(&order.deed, source, nature, moment);
        self.count_heard(source, order.deed.kind(), word.is_ok(), moment);
        match word {
            Ok(()) => self.schedule(order, moment, moves),
            Err(violation) => self.refuse(order, Refusal::Violation(violation), moment, moves),
        }
    }

    /// Something was asked for by a hand that the host times.
    fn count_heard(&mut self, source: Source, kind: ActionKind, accepted: bool, moment: Moment<'_>) {
        let frame = self.frames_at(moment);
        self.policy.telemetry_mut().heard(source, kind, accepted, frame);
    }

    /// Tells the control side the deck's state, and the host its play control.
    fn deck_changed(&mut self, deck: DeckId, frame: u32, moves: &mut Vec<ControlMove>) {
        let playing = self.deck(deck).is_some_and(|d| d.is_playing());
        self.show_play_control(deck, playing, frame, moves);
        self.send_state(deck);
    }

    /// The host's play control shows whether the deck plays or waits to; a press that was refused springs back.
    fn show_play_control(&mut self, deck: DeckId, on: bool, frame: u32, moves: &mut Vec<ControlMove>) {
        if std::mem::replace(&mut self.play_controls[deck.index()], on) != on {
            tell(moves, frame, Control::Play(deck), if on { 1.0 } else { 0.0 });
        }
    }

    fn refuse(&mut self, order: Order, refusal: Refusal, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        let Order { id, source, deed, .. } = order;
        let deck = deed.deck();
        self.send(EngineEvent::Refused { id, source, action: deed.kind(), deck, refusal });
        self.midi.refused(deck, deed.kind(), self.frames_at(moment), moment.clock.sample_rate());
        if let (Source::Host, &Deed::Gesture { deck, gesture, value }) = (source, &deed) {
            self.let_host_go((deck, gesture, value), moment.block_frame, moves);
        }
        self.discard(deed);
        self.take_back_the_rest(id);
        if let Some(deck) = deck {
            let on = matches!(self.state(deck), DeckState::Playing | DeckState::Primed);
            self.show_play_control(deck, on, moment.block_frame, moves);
        }
    }

    /// Lets go of a deed without dropping what it holds.
    fn discard(&mut self, deed: Deed) {
        if let Deed::Load { track: Some(track), .. } = deed {
            self.throw_away(Garbage::Track(track));
        }
    }

    fn throw_away(&mut self, garbage: Garbage) {
        if let Err(garbage) = self.links.garbage.try_push(garbage) {
            // Cannot happen: the ring has room for every live track. A leak is better than a free on this thread.
            std::mem::forget(garbage);
        }
    }

    /// Tells the control side. What comes of the host's own input has no receipt, and leaves room for what has: a flood
    /// of it must not cost anyone an answer.
    fn send(&mut self, event: EngineEvent) {
        let has_room = self.cause != RequestId::HOST || self.links.events.vacant_len() > EVENTS_FOR_REQUESTS;
        if !has_room || self.links.events.try_push(event).is_err() {
            self.snapshot.lost_events += 1;
        }
    }
}

/// Tells the host of a move, as far as there is room for it.
fn tell(moves: &mut Vec<ControlMove>, frame: u32, control: Control, value: f32) {
    if moves.len() < moves.capacity() {
        moves.push(ControlMove { frame, control, value });
    }
}

/// A beat for people and programs: without the last digits, in which the coordinates' sums leave their rounding.
fn readable(beat: f64) -> f64 {
    (beat * 1e9).round() / 1e9
}

impl std::fmt::Debug for RigProcessor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RigProcessor").field("mixer", &self.mixer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
