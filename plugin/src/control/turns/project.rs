//! What a project asks for when it is opened: its tracks on the decks, its settings, its port and name.

use echelon_engine::action::{Action, ActionTiming, Request, Setting};
use echelon_engine::safety::Source;

use super::{Turns, start_osc};
use crate::input::osc::{OscServer, Port, allow_beside};
use crate::peers::Command;
use crate::state::{SavedMarks, SavedSafety};
use crate::view::OscView;

impl Turns {
    /// After the host loaded a state: its tracks go onto the decks, which are unlocked and stop for it.
    pub(super) fn restore(&mut self) {
        let loads = self.saved.loads();
        let is_new = std::mem::replace(&mut self.restored, loads) != loads;
        if is_new {
            // Who loaded the state has done so already, unless an offline block held this up for long.
            self.let_host_in();
            self.agree_on_port();
            self.files.begin_state(loads, &mut self.console, &mut self.turn);
            self.restore_settings();
            if let Some(reason) = self.saved.midi().damage() {
                let text = "the project's MIDI mapping cannot be read, and MIDI has the generic one";
                self.view.tell(None, format!("{text}; it is kept until you change it: {reason}"));
            }
        }
        for deck in self.files.take_to_restore() {
            // A deck may have been started of which nobody here knows yet: every one is told to stop, to no effect if
            // it rests.
            let stop = Some(Action::StopDeck { deck });
            let eject = self.files.is_occupied(deck).then_some(Action::EjectDeck { deck });
            let track = self.saved.get().tracks[deck.index()].take();
            // What the user's project has, OSC may have.
            track.iter().for_each(|path| allow_beside(path));
            let load = track.map(|path| Action::LoadDeck { deck, path });
            let marks = self.saved.get().marks[deck.index()];
            let is_marked = load.is_some() && marks != SavedMarks::default();
            let marks = is_marked.then(|| Action::SetMarks { deck, marks: Box::new(marks.into()) });
            let unlock = Some(Action::SetLock { deck, locked: false });
            for action in unlock.into_iter().chain(stop).chain(eject).chain(load).chain(marks) {
                let request = Request::new(Source::State, action, ActionTiming::Immediate);
                self.files.restoring(&request);
                // The queue has room: it was emptied in the last turn.
                let _ = self.restore_sender.send(request);
            }
        }
    }

    /// The parameters of a project come by the host's hand: what would keep them out is let go for it. The audio thread knows
    /// of it before the project's values come.
    pub(in crate::control) fn let_host_in(&mut self) {
        let now = *self.console.policy().settings();
        let changes = SavedSafety::of(now).with_values_let_in().changes(&now);
        if changes.is_empty() {
            return;
        }
        // There is room: it was emptied in the last turn.
        self.set(changes);
        self.console.tick(&mut self.turn);
        let stays_off = !self.saved.get().safety.source(Source::Host).enabled;
        if !now.source(Source::Host).enabled && !stays_off {
            self.view
                .tell(None, "the host was switched off: it is on again, for the project that it opened".to_owned());
        }
    }

    /// What waited until the project's values were in.
    pub(super) fn obey_project(&mut self, are_sent: bool) {
        let (now, frames) = (*self.console.policy().settings(), self.console.snapshot().frames);
        let changes = self.rules.turn(are_sent, frames, &now);
        if !changes.is_empty() {
            self.set(changes);
            self.tick();
        }
    }

    /// Changes settings, on the project's word.
    fn set(&mut self, changes: impl IntoIterator<Item = Setting>) {
        for setting in changes {
            let request = Request::new(Source::State, Action::Configure { setting }, ActionTiming::Immediate);
            // There is room: it was emptied in the last turn.
            let _ = self.restore_sender.send(request);
        }
    }

    /// The settings of clock and safety become the project's.
    fn restore_settings(&mut self) {
        let state = self.saved.get();
        self.peers.command(Command::SetStartStop(state.clock.start_stop));
        let safety = self.rules.open(state.safety, self.console.policy().settings());
        self.set(state.clock.settings().into_iter().chain(safety));
        // Before its tracks, which fill the queue again.
        self.console.tick(&mut self.turn);
    }

    /// OSC goes to the port that the project names. Where that is taken it stays where it is, and the project keeps the
    /// port, so that saving it again changes nothing. A project that names none gets ours.
    pub(super) fn agree_on_port(&mut self) {
        let Some(osc) = &mut self.osc else { return };
        let (wanted, before) = (self.saved.get().osc_port, osc.port());
        if let Some(wanted) = wanted.filter(|wanted| *wanted != before)
            && osc.move_to(wanted).is_err()
        {
            let text = format!("OSC port {wanted} of this project is taken: OSC is on port {before}");
            self.view.tell(None, text);
        }
        let port = osc.port();
        if let Some(wanted) = self.saved.get().osc_name.filter(|wanted| **wanted != *osc.name()) {
            osc.rename(&wanted);
        }
        self.view.update(|view| view.osc = OscView::Listening(port));
        self.saved.update(|state| state.osc_port = state.osc_port.or(Some(port)));
        self.keep_name();
    }

    /// A person wants OSC at another port: there, or where it was.
    pub(super) fn move_osc(&mut self, port: u16) {
        let moved = match &mut self.osc {
            Some(osc) if osc.port() == port => return,
            Some(osc) => osc.move_to(port).map_err(|error| self.view.tell(None, error.to_string())).is_ok(),
            None => {
                let at = Port::Exactly(port);
                self.osc = start_osc(at, &mut self.console, &self.saved, &self.view, self.bell.clone());
                self.osc.is_some()
            }
        };
        if moved {
            self.saved.update(|state| state.osc_port = Some(port));
            self.view.update(|view| view.osc = OscView::Listening(port));
            self.keep_name();
        }
    }

    /// The project keeps the name that the instance has in addresses.
    pub(super) fn keep_name(&mut self) {
        let Some(name) = self.osc.as_ref().map(OscServer::name) else { return };
        if self.view.read().osc_name != name {
            self.view.update(|view| view.osc_name = name.clone());
        }
        if self.saved.get().osc_name.as_deref() != Some(&*name) {
            self.saved.update(|state| state.osc_name = Some(name.to_string()));
        }
    }
}
