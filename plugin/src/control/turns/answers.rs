//! What others are told: answers to questions, what subscribers hear, the log, and the other end of the bridge.

use std::time::Instant;

use crate::input::osc::{
    Heard, OscServer, Query, answers, bridge_state, peers_state, send_snapshot, source_states, track_state,
};
use crate::input::{ControlInput, HostControls, InputTelemetry};

use super::{MESSAGES_PER_TURN, Turns};
use crate::bridge::Bridge;

impl Turns {
    /// Changes go to whoever has asked for them.
    pub(super) fn tell_subscribers(&mut self, snapshot: &echelon_engine::message::Snapshot) {
        let Some(osc) = &self.osc else { return };
        self.feedback.turn(osc, snapshot, Instant::now());
        if *osc.name() != *self.name {
            self.name = osc.name();
            self.keep_name();
        }
    }

    /// Every way in.
    pub(super) fn inputs(&self) -> Vec<InputTelemetry> {
        let midi = self.saved.midi();
        let fixed: [&dyn ControlInput; 4] = [&HostControls, &midi, &self.editor, &self.bridge];
        let osc = self.osc.as_ref().map(|osc| osc as &dyn ControlInput);
        let (settings, safety) = (self.console.policy().settings(), self.console.safety_telemetry());
        osc.into_iter().chain(fixed).map(|input| input.telemetry(settings, &safety)).collect()
    }

    /// The action log as JSON, one entry a line.
    ///
    /// # Errors
    /// None of the writer's: it is memory. One that cannot be written as JSON.
    pub(in crate::control) fn log(&self) -> std::io::Result<Vec<u8>> {
        let mut text = vec![];
        self.console.log().write_to(&mut text)?;
        Ok(text)
    }

    /// As many questions as a turn has time for; the others wait for the next.
    pub(super) fn answer_askings(&mut self) {
        let Some(osc) = &self.osc else { return };
        osc.set_bar_beats(self.console.snapshot().clock.bar_beats);
        let mut messages_left = MESSAGES_PER_TURN;
        while messages_left > 0
            && let Some(asking) = osc.next_asking()
        {
            let now = self.turn.now_secs;
            let sent = match &asking.what {
                Heard::Bridge(message) => {
                    self.bridge.hear(asking.from(), message.clone(), self.console.snapshot(), now);
                    settle(&mut self.bridge, &mut self.bridge_leads, osc, now);
                    1
                }
                Heard::Query(Query::Bridge(command)) => {
                    self.bridge.command(*command, now);
                    settle(&mut self.bridge, &mut self.bridge_leads, osc, now);
                    asking.answer(bridge_state(&self.bridge.view()));
                    1
                }
                Heard::Query(Query::Peers(command)) => {
                    self.peers.command(*command);
                    asking.answer(peers_state(self.peers.view()));
                    1
                }
                Heard::Query(Query::Track { deck, edit }) => {
                    let position_secs = self.console.snapshot().decks[deck.index()].position_secs;
                    let done = edit.map_or(Ok(()), |edit| self.files.edit_grid(*deck, edit, position_secs));
                    let error = done.err().map(|error| error.to_string());
                    asking.answer(track_state(*deck, &self.files.track(*deck), error.as_deref()));
                    1
                }
                Heard::Query(Query::Subscribe { pattern, ms }) => {
                    self.feedback.subscribe(osc, &asking, pattern, *ms, Instant::now());
                    1
                }
                Heard::Query(Query::Sources) => {
                    let messages = source_states(&self.inputs(), self.console.snapshot());
                    let count = messages.len();
                    messages.into_iter().for_each(|message| asking.answer(message));
                    count
                }
                Heard::Query(Query::Unsubscribe) => {
                    self.feedback.unsubscribe(osc, &asking);
                    1
                }
                Heard::Query(Query::Snapshot) => {
                    send_snapshot(&asking, self.console.snapshot());
                    MESSAGES_PER_TURN / 8
                }
                Heard::Query(query) => {
                    let mut figures = osc.figures();
                    figures.push(("osc/subscribers".to_owned(), self.feedback.num_subscribers() as f64));
                    figures.extend(self.saved.midi().figures());
                    figures.extend(self.inputs().iter().flat_map(InputTelemetry::figures));
                    let messages = answers(&self.console, query, &figures, |number| asking.is_pending(number));
                    let count = messages.len();
                    messages.into_iter().for_each(|message| asking.answer(message));
                    count
                }
            };
            messages_left = messages_left.saturating_sub(sent);
        }
    }

    pub(super) fn bridge_turn(&mut self) {
        let track = |deck| self.files.track_name(deck);
        if self.bridge.turn(self.console.snapshot(), track, self.turn.now_secs) {
            // The executor has not seen it in this turn.
            self.bell.ring();
        }
        match &self.osc {
            Some(osc) => settle(&mut self.bridge, &mut self.bridge_leads, osc, self.turn.now_secs),
            None => drop(self.bridge.take_messages()),
        }
    }
}

/// Sends what the bridge has to say, and lets the port's bridge go as soon as ours leads nowhere: before anyone is told so,
/// or who asks for it next would be refused.
fn settle(bridge: &mut Bridge, leads: &mut bool, osc: &OscServer, now_secs: f64) {
    for (to, message) in bridge.take_messages() {
        if let Err(holder) = osc.send(to, message, bridge.leads_to(to)) {
            bridge.taken(to, &holder, now_secs);
        }
    }
    let now_leads = !bridge.is_at_rest();
    if std::mem::replace(leads, now_leads) && !now_leads {
        osc.let_bridge_go();
    }
}
