//! Admits actions on the control side and hands them to the audio thread, ahead of their beat.
//!
//! The executor picks the beat, the audio thread picks the frame: a slow tick costs no accuracy.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, ActionKind, ActionReceiver, ActionTiming, Deed, Request, RequestId};
use crate::deck::Track;
use crate::message::{At, ControlEvent, Refusal};
use crate::safety::{DeckState, SafetyPolicy, SafetyViolation, Source};
use crate::shadow::EngineShadowState;
use crate::units::DeckId;

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// It is on the timeline.
    Accepted {
        /// Which request.
        id: RequestId,
        /// Song beat on which it is due.
        due_beat: f64,
    },
    /// It happened.
    Done {
        /// Which request.
        id: RequestId,
        /// Song beat on which it was due.
        due_beat: f64,
        /// Frames late.
        error_frames: i64,
    },
    /// It will not happen.
    Refused {
        /// Which request.
        id: RequestId,
        /// The deck it was about, if it was about one.
        deck: Option<DeckId>,
        /// A short, stable word for programs.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// A newer one took its place.
    Cancelled {
        /// Which request.
        id: RequestId,
    },
}

impl Receipt {
    /// Which request.
    #[must_use]
    pub const fn id(&self) -> RequestId {
        match self {
            Self::Accepted { id, .. } | Self::Done { id, .. } | Self::Refused { id, .. } | Self::Cancelled { id } => {
                *id
            }
        }
    }

    /// Whether nothing more comes for the request.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Accepted { .. })
    }
}

/// A file that an admitted load wants; to be answered with [`ActionExecutor::track_ready`], `track_failed` or
/// `track_cancelled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedTrack {
    /// Which request.
    pub id: RequestId,
    /// For which deck.
    pub deck: DeckId,
    /// Which file.
    pub path: PathBuf,
}

/// What came out of a turn of the executor.
#[derive(Debug, Default)]
pub struct Turn {
    /// What became of requests, in order.
    pub receipts: Vec<Receipt>,
    /// Files to be decoded.
    pub wanted: Vec<WantedTrack>,
    /// Admitted requests that take the track off a deck.
    pub ejects: Vec<(RequestId, DeckId)>,
}

/// A load that waits for its file.
#[derive(Debug)]
struct PendingLoad {
    id: RequestId,
    source: Source,
    deck: DeckId,
    at: At,
}

/// Admits, and keeps in order what the audio thread has no room for yet. Control thread.
#[derive(Debug, Default)]
pub struct ActionExecutor {
    policy: SafetyPolicy,
    receivers: Vec<ActionReceiver>,
    loads: Vec<PendingLoad>,
    /// Gestures that were admitted and have no final receipt yet.
    under_way: Vec<(RequestId, DeckId, ActionKind)>,
    outbox: VecDeque<ControlEvent>,
    live_tracks: usize,
}

impl ActionExecutor {
    /// Tracks that may be on the audio side at once, coming and going: on decks, on the timeline, in the rings.
    pub const MAX_LIVE_TRACKS: usize = 64;
    /// Deeds that wait here at most while the host makes no blocks; then the newest is refused.
    const MAX_WAITING: usize = 1024;
    /// Room beyond that for stops, which are never in the way.
    const ROOM_FOR_STOPS: usize = 64;
    /// Requests taken from each queue in one tick.
    const MAX_REQUESTS_PER_TICK: usize = 64;

    /// Takes requests from one more queue.
    pub fn connect(&mut self, receiver: ActionReceiver) {
        self.receivers.push(receiver);
    }

    /// Drains the queues: checks each request, and schedules or refuses it.
    pub fn execute_pending(&mut self, shadow: &EngineShadowState, turn: &mut Turn) {
        for i in 0..self.receivers.len() {
            for _ in 0..Self::MAX_REQUESTS_PER_TICK {
                let Some(request) = self.receivers[i].receive() else { break };
                self.admit(request, shadow, turn);
            }
        }
    }

    /// What is to be sent to the audio thread, oldest first; `send` says whether there was room.
    pub fn tick(&mut self, mut send: impl FnMut(ControlEvent) -> Result<(), ControlEvent>) {
        while let Some(event) = self.outbox.pop_front() {
            if let Err(event) = send(event) {
                self.outbox.push_front(event);
                return;
            }
        }
    }

    /// The file of a [`WantedTrack`] is decoded.
    pub fn track_ready(&mut self, id: RequestId, track: Arc<Track>, turn: &mut Turn) {
        let Some(PendingLoad { source, deck, at, .. }) = self.take_load(id) else { return };
        if self.live_tracks >= Self::MAX_LIVE_TRACKS {
            let text = "too many tracks are on their way: wait a moment".to_owned();
            return self.finish(Receipt::Refused { id, deck: Some(deck), code: "full", text }, turn);
        }
        self.live_tracks += 1;
        self.outbox.push_back(ControlEvent::Schedule { id, source, at, deed: Deed::Load { deck, track: Some(track) } });
    }

    /// The file of a [`WantedTrack`] cannot be had.
    pub fn track_failed(&mut self, id: RequestId, text: String, turn: &mut Turn) {
        if let Some(PendingLoad { deck, .. }) = self.take_load(id) {
            self.finish(Receipt::Refused { id, deck: Some(deck), code: "load_failed", text }, turn);
        }
    }

    /// A load was given up for a newer one on the same deck.
    pub fn track_cancelled(&mut self, id: RequestId, turn: &mut Turn) {
        if self.take_load(id).is_some() {
            self.finish(Receipt::Cancelled { id }, turn);
        }
    }

    /// The audio side has let go of a track.
    pub const fn track_returned(&mut self) {
        self.live_tracks = self.live_tracks.saturating_sub(1);
    }

    fn finish(&mut self, receipt: Receipt, turn: &mut Turn) {
        self.settle(&receipt);
        turn.receipts.push(receipt);
    }

    fn take_load(&mut self, id: RequestId) -> Option<PendingLoad> {
        let place = self.loads.iter().position(|load| load.id == id)?;
        Some(self.loads.remove(place))
    }

    /// A request has its final receipt.
    pub fn settle(&mut self, receipt: &Receipt) {
        if receipt.is_final() {
            self.under_way.retain(|(other, ..)| *other != receipt.id());
        }
    }

    /// The policy's word, by what the deck does now or will do once what is under way has happened: a stop and a play
    /// sent together are both right.
    fn check(&self, deck: DeckId, kind: ActionKind, shadow: &EngineShadowState) -> Result<(), SafetyViolation> {
        let now = shadow.state(deck);
        let under_way = self.under_way.iter().filter(|(_, other, _)| *other == deck);
        let then = under_way.fold(now, |state, (.., kind)| match (kind, state) {
            (ActionKind::Load, DeckState::Empty) => DeckState::Stopped,
            (ActionKind::Stop, _) => DeckState::Stopped,
            (ActionKind::Play, DeckState::Stopped | DeckState::Primed) => DeckState::Playing,
            (_, state) => state,
        });
        let allowed = |state| self.policy.can_perform_action_with_mask(deck, kind, state);
        allowed(now).or_else(|violation| allowed(then).map_err(|_| violation))
    }

    fn admit(&mut self, request: Request, shadow: &EngineShadowState, turn: &mut Turn) {
        let Request { id, source, action, timing } = request;
        let deck = action.deck();
        let refuse = |code, text| Receipt::Refused { id, deck, code, text };
        let action = match action.validated() {
            Ok(action) => action,
            Err(invalid) => return turn.receipts.push(refuse("invalid", invalid.to_string())),
        };
        if let Some(deck) = deck
            && let Err(violation) = self.check(deck, action.kind(), shadow)
        {
            let refusal = Refusal::Violation(violation);
            return turn.receipts.push(refuse(refusal.code(), refusal.to_string()));
        }
        let is_stop = action.kind() == ActionKind::Stop;
        if self.outbox.len() >= Self::MAX_WAITING + if is_stop { Self::ROOM_FOR_STOPS } else { 0 } {
            return turn.receipts.push(refuse(Refusal::Full.code(), Refusal::Full.to_string()));
        }
        let at = match timing {
            ActionTiming::Immediate => At::Now,
            ActionTiming::Default => At::Default,
            ActionTiming::CustomBeat(beat) if !beat.is_finite() => {
                return turn.receipts.push(refuse("invalid", "the beat is not a finite number".to_owned()));
            }
            ActionTiming::CustomBeat(beat) => At::SongBeat(beat),
            ActionTiming::NextBeat | ActionTiming::NextBar | ActionTiming::NextLine(_) => {
                timing.grid(None).map_or(At::Now, At::Line)
            }
        };
        if let Some(deck) = deck.filter(|_| action.kind() != ActionKind::Mixer) {
            self.under_way.push((id, deck, action.kind()));
        }
        if let Action::EjectDeck { deck } = action {
            turn.ejects.push((id, deck));
        }
        match deed(action) {
            Ok(deed) => self.outbox.push_back(ControlEvent::Schedule { id, source, at, deed }),
            Err((deck, path)) => {
                self.loads.push(PendingLoad { id, source, deck, at });
                turn.wanted.push(WantedTrack { id, deck, path });
            }
        }
    }
}

/// What the audio thread shall do for an action; a load needs its file first.
fn deed(action: Action) -> Result<Deed, (DeckId, PathBuf)> {
    Ok(match action {
        Action::PlayDeck { deck, position_secs } => Deed::Play { deck, position_secs },
        Action::StopDeck { deck } => Deed::Stop { deck },
        Action::SeekDeck { deck, position_secs } => Deed::Seek { deck, position_secs },
        Action::LoadDeck { deck, path } => return Err((deck, path)),
        Action::EjectDeck { deck } => Deed::Load { deck, track: None },
        Action::SetGain { deck, gain } => Deed::SetGain { deck, gain },
        Action::SetCrossfader { position } => Deed::SetCrossfader { position },
        Action::SetMasterGain { gain } => Deed::SetMasterGain { gain },
    })
}
