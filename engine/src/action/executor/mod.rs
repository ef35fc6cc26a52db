//! Admits actions on the control side and hands them to the audio thread, ahead of their beat.
//!
//! The executor picks the beat, the audio thread picks the frame: a slow tick costs no accuracy.

mod admission;
mod loads;
mod open;
mod outbox;

use std::sync::Arc;

use super::{Action, ActionReceiver, Deed, Pending, Receipt, RequestId, Setting, Turn};
use crate::clock::ClockPolicy;
use crate::deck::Track;
use crate::log::{ActionLog, ReplayStep};
use crate::message::{At, ControlEvent, EngineEvent, Order};
use crate::safety::{RateLimit, SafetyPolicy, SafetySettings, Source};
use crate::shadow::EngineShadowState;
use crate::telemetry::SchedulerTelemetry;
use crate::units::DeckId;
pub use admission::Question;
use loads::{PendingLoad, PendingLoads};
use open::{Open, OpenRequests};
use outbox::Outbox;

/// Admits, and keeps in order what the audio thread has no room for yet. Control thread.
#[derive(Debug, Default)]
pub struct ActionExecutor {
    policy: SafetyPolicy,
    rates: [RateLimit; Source::ALL.len()],
    receivers: Vec<ActionReceiver>,
    loads: PendingLoads,
    open: OpenRequests,
    outbox: Outbox,
    telemetry: SchedulerTelemetry,
    log: ActionLog,
    live_tracks: usize,
    clock: ClockPolicy,
    now_secs: f64,
    /// The rig's quantize setting: index into `Grid::CHOICES`.
    quantize: usize,
}

impl ActionExecutor {
    /// Tracks that may be on the audio side at once, coming and going: on decks, on the timeline, in the rings.
    pub const MAX_LIVE_TRACKS: usize = 64;
    /// Requests taken from each queue in one tick.
    const MAX_REQUESTS_PER_TICK: usize = 64;

    /// Takes requests from one more queue.
    pub fn connect(&mut self, receiver: ActionReceiver) {
        self.receivers.push(receiver);
    }

    /// The policy as the control side knows it: asked for `can_*`.
    #[must_use]
    pub const fn policy(&self) -> &SafetyPolicy {
        &self.policy
    }

    /// Goes by other safety settings, and tells the audio thread.
    pub fn set_safety(&mut self, settings: SafetySettings) {
        self.policy.set_settings(settings);
        self.outbox.push_event(ControlEvent::SetSafety(RequestId::HOST, Box::new(settings)));
    }

    /// What happens when the host stops or jumps.
    #[must_use]
    pub const fn clock_policy(&self) -> ClockPolicy {
        self.clock
    }

    /// Changes one setting, and tells the audio thread.
    fn set(&mut self, id: RequestId, setting: Setting) {
        let (mut safety, before) = (*self.policy.settings(), self.clock);
        setting.change(&mut safety, &mut self.clock);
        if self.clock != before {
            self.outbox.push_event(ControlEvent::SetClock(id, self.clock));
        } else {
            self.policy.set_settings(safety);
            self.outbox.push_event(ControlEvent::SetSafety(id, Box::new(safety)));
        }
    }

    /// How it has fared so far.
    #[must_use]
    pub fn telemetry(&self) -> SchedulerTelemetry {
        SchedulerTelemetry { open: self.open.len(), outbox_depth: self.outbox.len(), ..self.telemetry }
    }

    /// What was asked, and what became of it.
    #[must_use]
    pub const fn log(&self) -> &ActionLog {
        &self.log
    }

    /// Drains the queues: checks each request, and schedules or refuses it.
    pub fn execute_pending(&mut self, shadow: &EngineShadowState, turn: &mut Turn) {
        self.now_secs = self.now_secs.max(turn.now_secs);
        self.observe(shadow);
        let depth = self.receivers.iter().map(ActionReceiver::depth).sum();
        self.telemetry.queue_depth = depth;
        self.telemetry.queue_high_water = self.telemetry.queue_high_water.max(depth);
        for i in 0..self.receivers.len() {
            for _ in 0..Self::MAX_REQUESTS_PER_TICK {
                let Some(request) = self.receivers[i].receive() else { break };
                self.telemetry.requests += 1;
                self.telemetry.requests_from[request.source.index()] += 1;
                self.admit(request, shadow, turn);
            }
        }
        for stale in self.outbox.take_stale(self.now_secs) {
            self.recall(&stale);
            if matches!(stale.deed, Deed::Load { track: Some(_), .. }) {
                self.track_returned();
            }
            self.finish(Receipt::Expired { id: stale.id }, turn);
        }
    }

    /// Takes over what the audio side knows.
    fn observe(&mut self, shadow: &EngineShadowState) {
        let snapshot = shadow.snapshot();
        self.policy.set_decks(snapshot.safety);
        for deck in DeckId::ALL {
            self.policy.deck_mut(deck).state = shadow.state(deck);
        }
        self.policy.set_now(snapshot.clock.performance_beat);
        self.quantize = snapshot.quantize;
        self.telemetry.non_finite = snapshot.non_finite;
        self.telemetry.starved_frames = snapshot.decks.iter().map(|deck| deck.starved_frames).sum();
        self.telemetry.lost_events = snapshot.lost_events;
    }

    /// Whether a stop, a cancel or a panic waits in a queue.
    #[must_use]
    pub fn has_urgent(&self) -> bool {
        self.receivers.iter().any(ActionReceiver::has_urgent)
    }

    /// How many of what is to be sent are up to the last that is urgent, that one included.
    #[must_use]
    pub(crate) fn urgent_len(&self) -> usize {
        self.outbox.urgent_len()
    }

    /// What is to be sent to the audio thread, oldest first; `send` says whether there was room.
    pub fn tick(&mut self, send: impl FnMut(ControlEvent) -> Result<(), ControlEvent>) {
        self.outbox.drain(send);
    }

    /// The file of a [`WantedTrack`](super::WantedTrack) is decoded.
    pub fn track_ready(&mut self, id: RequestId, track: Arc<Track>, turn: &mut Turn) {
        let Some(load) = self.loads.take(id) else { return };
        let PendingLoad { source, deck, at, since_secs, held, .. } = load;
        if self.live_tracks >= Self::MAX_LIVE_TRACKS {
            let text = "too many tracks are on their way: wait a moment".to_owned();
            self.drop_held(held, turn);
            return self.finish(Receipt::Refused { id, deck: Some(deck), code: "full", text }, turn);
        }
        self.telemetry.load_secs.add(turn.now_secs - since_secs);
        self.live_tracks += 1;
        let deed = Deed::Load { deck, track: Some(track) };
        self.send(Order { id, step: 0, source, at, deed }, turn);
        for order in held {
            self.send(order, turn);
        }
    }

    /// The file of a [`WantedTrack`](super::WantedTrack) cannot be had.
    pub fn track_failed(&mut self, id: RequestId, text: String, turn: &mut Turn) {
        let Some(PendingLoad { deck, held, .. }) = self.loads.take(id) else { return };
        for order in held {
            let text = "the track that it was meant for could not be loaded".to_owned();
            let receipt = Receipt::Refused { id: order.id, deck: Some(deck), code: "load_failed", text };
            self.finish(receipt, turn);
        }
        self.finish(Receipt::Refused { id, deck: Some(deck), code: "load_failed", text }, turn);
    }

    /// A load was given up.
    pub fn track_cancelled(&mut self, id: RequestId, turn: &mut Turn) {
        if let Some(PendingLoad { held, .. }) = self.loads.take(id) {
            self.drop_held(held, turn);
            self.finish(Receipt::Cancelled { id }, turn);
        }
    }

    /// The audio side has let go of a track.
    pub const fn track_returned(&mut self) {
        self.live_tracks = self.live_tracks.saturating_sub(1);
    }

    /// Lets come again what came before, on its frame. No admission: it was admitted then, and the audio thread asks its
    /// policy again as it did then. `track` is what a load had brought.
    pub fn replay(&mut self, step: ReplayStep, track: Option<Arc<Track>>) {
        let ReplayStep { id, step, steps, frame, source, action, at, over_beats } = step;
        self.outbox.push_event(ControlEvent::Until(frame));
        if let Action::Configure { setting } = action {
            return self.set(RequestId::HOST, setting);
        }
        if self.open.get(id).is_none() {
            self.open.insert(id, Open::new(frame, at == At::Now));
            if steps > 1 {
                self.open.set_steps(id, steps);
            }
        }
        let deed = Self::deed(action, over_beats).unwrap_or_else(|(deck, _)| {
            self.live_tracks += usize::from(track.is_some());
            Deed::Load { deck, track }
        });
        // Never merged with another, and never too old.
        self.outbox.push_event(ControlEvent::Schedule(Order { id, step, source, at, deed }));
    }

    /// What the audio side tells becomes receipts, telemetry and log.
    pub fn hear(&mut self, event: &EngineEvent, turn: &mut Turn) {
        match *event {
            EngineEvent::Came { id, step, frame } => self.log.came(id, step, frame),
            EngineEvent::Scheduled { id, step, due_beat, frame } => {
                self.log.came(id, step, frame);
                self.finish(Receipt::Accepted { id, due_beat }, turn);
            }
            EngineEvent::Fired { id, due_beat, error_frames, frame, .. } => {
                self.log.fired(event);
                self.count_fired(id, error_frames, frame);
                self.finish(Receipt::Done { id, due_beat, error_frames }, turn);
            }
            EngineEvent::Refused { id, deck, refusal, .. } => {
                let (code, text) = (refusal.code(), refusal.to_string());
                if id == RequestId::HOST {
                    self.log.refused_host(event);
                    return turn.receipts.push(Receipt::Refused { id, deck, code, text });
                }
                self.finish(Receipt::Refused { id, deck, code, text }, turn);
            }
            EngineEvent::Cancelled { id } => self.finish(Receipt::Cancelled { id }, turn),
            EngineEvent::Expired { id } => self.finish(Receipt::Expired { id }, turn),
            EngineEvent::Restored { deck, load } => turn.restored.push((deck, load)),
            EngineEvent::Deck { .. } | EngineEvent::Ended { .. } => {}
        }
    }

    fn count_fired(&mut self, id: RequestId, error_frames: i64, frame: u64) {
        self.telemetry.error_frames.add(error_frames as f64);
        if error_frames > 0 {
            self.telemetry.late += 1;
        }
        let Some(open) = self.open.get(id) else { return };
        if error_frames > 0 && open.gesture.is_some_and(|(_, kind)| kind == super::ActionKind::Play) {
            self.telemetry.graced += 1;
        }
        if open.immediate {
            self.telemetry.latency_frames.add(frame.saturating_sub(open.admitted_frame) as f64);
        }
    }

    /// Passes a receipt on if there is news in it.
    fn finish(&mut self, receipt: Receipt, turn: &mut Turn) {
        if self.open.pass(&receipt).is_none() {
            return;
        }
        match receipt {
            Receipt::Accepted { .. } => {}
            Receipt::Done { .. } => self.telemetry.done += 1,
            Receipt::Refused { .. } => self.telemetry.refused += 1,
            Receipt::Cancelled { .. } => self.telemetry.cancelled += 1,
            Receipt::Expired { .. } => self.telemetry.expired += 1,
        }
        self.log.receipt(&receipt);
        turn.receipts.push(receipt);
    }

    /// On its way to the audio thread.
    fn send(&mut self, order: Order, turn: &mut Turn) {
        if let Some(older) = self.outbox.push(order, self.now_secs) {
            self.telemetry.coalesced += 1;
            self.finish(Receipt::Cancelled { id: older }, turn);
        }
    }

    /// The first step of what is left of a recipe is taken back while others are on the audio thread already: these
    /// too.
    fn recall(&mut self, order: &Order) {
        if order.step > 0 && self.open.get(order.id).is_some() {
            let deed = Deed::Cancel { pending: Pending::Request(order.id) };
            let (id, source) = (RequestId::next(), order.source);
            self.log.takes_back(id, source, order.id);
            self.outbox.push_event(ControlEvent::Schedule(Order { id, step: 0, source, at: At::Now, deed }));
        }
    }

    fn drop_held(&mut self, held: Vec<Order>, turn: &mut Turn) {
        for order in held {
            self.recall(&order);
            self.finish(Receipt::Cancelled { id: order.id }, turn);
        }
    }

    /// Takes back what has not left the control side yet.
    fn cancel(&mut self, pending: Pending, by: RequestId, turn: &mut Turn) {
        let is_meant = |id: RequestId, deck: Option<DeckId>| match pending {
            _ if id == by => false,
            Pending::Request(other) => id == other,
            Pending::Deck(other) => deck == Some(other),
            Pending::Rig => deck.is_none(),
            Pending::All => true,
        };
        for load in self.loads.take_all(|load| is_meant(load.id, Some(load.deck))) {
            turn.unwanted.push(load.id);
            self.drop_held(load.held, turn);
            self.finish(Receipt::Cancelled { id: load.id }, turn);
        }
        let mut orders = self.loads.take_held(|order| is_meant(order.id, order.deed.deck()));
        // Faders' moves that are under way to "now" are not pending: they are happening.
        let waits = |order: &Order| order.deed.kind().is_gesture() || order.at != At::Now;
        orders.extend(self.outbox.take(|order| waits(order) && is_meant(order.id, order.deed.deck())));
        for order in orders {
            if matches!(order.deed, Deed::Load { track: Some(_), .. }) {
                self.track_returned();
            }
            self.recall(&order);
            self.finish(Receipt::Cancelled { id: order.id }, turn);
        }
    }
}
