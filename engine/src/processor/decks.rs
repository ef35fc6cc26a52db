//! The processor's hands on decks and mixer, and what is published of them.

use super::RigProcessor;
use crate::action::{ActionKind, RequestId};
use crate::clock::BlockClock;
use crate::deck::{DeckNode, ListenNode, ListenTo};
use crate::message::{EngineEvent, Garbage, MAX_PENDING_VIEWS, PendingView};
use crate::mixer::{EqBand, Knob, eq};
use crate::safety::{DeckState, ON_AIR_GAIN};
use crate::units::{Decibels, DeckId, NUM_DECKS};

impl RigProcessor {
    pub(super) fn deck(&mut self, deck: DeckId) -> Option<&mut DeckNode> {
        self.mixer.deck(&mut self.scheduler, deck)
    }

    /// What a deck is doing: the truth that the policy is asked with.
    pub(super) fn state(&mut self, deck: DeckId) -> DeckState {
        let waits = self.timeline.gesture(deck, ActionKind::Play).is_some();
        match self.deck(deck) {
            Some(node) if node.is_playing() => DeckState::Playing,
            Some(node) if !node.has_track() => DeckState::Empty,
            Some(_) if waits => DeckState::Primed,
            _ => DeckState::Stopped,
        }
    }

    pub(super) fn send_state(&mut self, deck: DeckId) {
        let state = self.state(deck);
        self.send(EngineEvent::Deck { deck, state, block: self.snapshot.block + 1 });
    }

    /// Moves a channel's gain in so many frames; 0 is as fast as a fader.
    pub(super) fn set_gain(&mut self, deck: DeckId, gain: Decibels, frames: u32) {
        if let Some(node) = self.mixer.gain(&mut self.scheduler, deck) {
            node.set_over(gain, frames);
        }
    }

    /// Whether the EQ's knobs move the isolator.
    pub(super) fn has_isolator(&self) -> bool {
        Knob::eq_model().is_some_and(|knob| self.snapshot.knob(knob) > 0.5)
    }

    /// Of EQ and isolator, the one that the knobs do not move is flat.
    pub(super) fn set_eq(&mut self, deck: DeckId, band: EqBand, gain: Decibels, frames: u32) {
        let gain = EqBand::clamp(gain);
        self.snapshot.decks[deck.index()].eq_db[band.index()] = gain.0;
        let (eq_gain, isolator_gain) =
            if self.has_isolator() { (Decibels::ZERO, gain) } else { (gain, Decibels::ZERO) };
        let sample_rate = self.clock.sample_rate();
        if let Some(node) = self.mixer.eq(&mut self.scheduler, deck, band) {
            eq::set_gain(node, eq_gain, frames, sample_rate);
        }
        if let Some(node) = self.mixer.isolator(&mut self.scheduler, deck) {
            node.band_mut(band).move_to(isolator_gain.0, frames);
        }
    }

    /// Stops a band where it is on its way; that gain, or `None` if it was at rest.
    pub(super) fn hold_eq(&mut self, deck: DeckId, band: EqBand) -> Option<Decibels> {
        if !self.has_isolator() {
            return self.mixer.eq(&mut self.scheduler, deck, band).and_then(eq::hold);
        }
        let slide = self.mixer.isolator(&mut self.scheduler, deck)?.band_mut(band);
        slide.hold().then(|| Decibels(slide.setting()))
    }

    /// Sends a part of a deck into its echo.
    pub(super) fn set_echo(&mut self, deck: DeckId, send: f32, frames: u32) {
        self.snapshot.decks[deck.index()].echo_send = send;
        if let Some(node) = self.mixer.echo(&mut self.scheduler, deck) {
            node.set(send, frames);
        }
    }

    pub(super) fn set_crossfader(&mut self, position: f32, frames: u32) {
        if let Some(node) = self.mixer.crossfader(&mut self.scheduler) {
            node.set_over(position, frames);
        }
    }

    pub(super) fn set_master_gain(&mut self, gain: Decibels, frames: u32) {
        if let Some(node) = self.mixer.master(&mut self.scheduler) {
            node.set_over(gain, frames);
        }
    }

    /// Moves a control of the table in so many frames; 0 is as fast as it goes.
    pub(super) fn set_knob(&mut self, knob: Knob, value: f32, frames: u32) {
        let value = knob.row().clamp(value);
        self.snapshot.set_knob(knob, value);
        knob.for_each_slide(&self.mixer, &mut self.scheduler, |slide| slide.move_to(value, frames));
        if knob.is_eq_model() {
            for (deck, band) in DeckId::ALL.into_iter().flat_map(|deck| EqBand::ALL.map(|band| (deck, band))) {
                self.set_eq(deck, band, Decibels(self.snapshot.decks[deck.index()].eq_db[band.index()]), 0);
            }
        }
    }

    /// Plays a track to the headphones alone, or nothing any more.
    pub(super) fn listen_to(&mut self, to: Option<ListenTo>) {
        let unused = match self.mixer.listen(&mut self.scheduler) {
            Some(node) => node.play(to),
            None => to.map(|to| to.track),
        };
        if let Some(unused) = unused {
            self.throw_away(Garbage::Listened(unused));
        }
    }

    /// For how many of the next `frames` each deck's own path lets anything be heard.
    pub(super) fn open_paths(&mut self, frames: u32) -> [u32; NUM_DECKS] {
        let scheduler = &mut self.scheduler;
        DeckId::ALL.map(|deck| {
            let gain = self.mixer.gain(scheduler, deck).map(|node| node.path());
            let fade = self.mixer.crossfader(scheduler).map(|node| node.path(deck.index()));
            let fader = self.mixer.fader(scheduler, deck).map(|node| node.path());
            let bands = self.mixer.isolator(scheduler, deck).map(|node| node.path());
            let trim = self.mixer.auto_gain(scheduler, deck).map(|node| node.path());
            let parts = [gain, fader, fade, bands, trim].into_iter();
            let whole = parts.reduce(|all, part| Some(all?.then(part?))).flatten();
            whole.map_or(0, |path| path.open_for(ON_AIR_GAIN, frames))
        })
    }

    /// Notes which decks the audience could hear in the frames just made, from a frame of the host's block on.
    pub(super) fn listen(&mut self, from: u32, open: [u32; NUM_DECKS]) {
        for (deck, open) in DeckId::ALL.into_iter().zip(open) {
            let played = self.mixer.deck(&mut self.scheduler, deck).map_or(0, DeckNode::take_played);
            let heard = played.min(u64::from(open));
            if heard > 0 {
                self.on_air[deck.index()].heard(self.frames_before + u64::from(from) + heard);
            }
        }
    }

    /// Whether a deck is on air on a frame of the host's block.
    pub(super) fn is_on_air(&self, deck: DeckId, block_frame: u32) -> bool {
        self.on_air[deck.index()].is_on_air(self.frames_before + u64::from(block_frame))
    }

    pub(super) fn clear_peaks(&mut self) {
        self.snapshot.master_peak = 0.0;
        self.snapshot.decks.iter_mut().for_each(|deck| deck.peak = 0.0);
    }

    /// Musical time at the end of a segment.
    pub(super) fn view_clock(&mut self, clock: &BlockClock) {
        self.snapshot.clock = clock.view_at_end();
        self.snapshot.link = *self.clock.view();
    }

    /// Hands the snapshot to the control side.
    pub(super) fn publish(&mut self) {
        self.snapshot.block += 1;
        self.snapshot.non_finite = self.scheduler.non_finite();
        for deck in DeckId::ALL {
            let state = self.state(deck);
            let scheduler = &mut self.scheduler;
            let gain_db = self.mixer.gain(scheduler, deck).map_or(0.0, |gain| gain.setting().0);
            let (position_secs, length_secs, ready_secs, starved) = self.mixer.deck(scheduler, deck).map_or_else(
                || (0.0, 0.0, 0.0, 0),
                |node| (node.position_secs(), node.length_secs(), node.ready_secs(), node.take_starved()),
            );
            let undo_rests = self.mixer.deck(scheduler, deck).is_some_and(|node| node.undo_rests());
            let view = &mut self.snapshot.decks[deck.index()];
            (view.state, view.gain_db) = (state, gain_db);
            view.levels = self.meters[1 + deck.index()].levels();
            view.on_air = self.on_air[deck.index()].is_on_air(self.frames_before);
            let known = self.policy.deck_mut(deck);
            (known.state, known.on_air, known.undo_rests) = (state, view.on_air, undo_rests);
            (view.position_secs, view.length_secs, view.ready_secs) = (position_secs, length_secs, ready_secs);
            view.starved_frames += starved;
        }
        let scheduler = &mut self.scheduler;
        self.snapshot.crossfader = self.mixer.crossfader(scheduler).map_or(0.5, |fader| fader.position());
        self.snapshot.master_gain_db = self.mixer.master(scheduler).map_or(0.0, |gain| gain.setting().0);
        self.snapshot.limiter_db = self.mixer.limiter(scheduler).map_or(0.0, |limiter| limiter.reduction_db());
        self.snapshot.listen = self.mixer.listen(scheduler).and_then(|node| ListenNode::view(node));
        self.snapshot.master_levels = self.meters[0].levels();
        self.snapshot.frames = self.frames_before;
        self.snapshot.safety = *self.policy.decks();
        self.snapshot.safety_telemetry = *self.policy.telemetry();
        self.view_pending();
        *self.links.snapshot.input_buffer_mut() = self.snapshot;
        self.links.snapshot.publish();
    }

    /// A recipe is shown as one thing: its next step.
    fn view_pending(&mut self) {
        let clock = self.snapshot.clock;
        let of_recipe = |id: RequestId| self.timeline.iter().filter(|entry| entry.id == id).count();
        let mut shown = [RequestId::HOST; MAX_PENDING_VIEWS];
        let mut views = [None; MAX_PENDING_VIEWS];
        let mut count = 0;
        for entry in self.timeline.iter().filter(|entry| entry.deed.is_wish()) {
            let is_shown = entry.id != RequestId::HOST && shown[..count].contains(&entry.id);
            if count == MAX_PENDING_VIEWS || is_shown {
                continue;
            }
            let beats_left = entry.due - clock.performance_beat;
            let steps = if entry.id == RequestId::HOST { 1 } else { of_recipe(entry.id) };
            shown[count] = entry.id;
            views[count] = Some(PendingView {
                id: entry.id,
                steps: u8::try_from(steps).unwrap_or(u8::MAX),
                kind: entry.deed.kind(),
                deck: entry.deed.deck(),
                due_beat: clock.song_beat + beats_left,
                beats_left,
            });
            count += 1;
        }
        self.snapshot.pending = views;
    }
}
