//! What the control side does in a turn.

mod answers;
mod project;

use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, Receipt, Request, Turn};
use echelon_engine::console::Console;
use echelon_engine::safety::Source;

use super::bell::Bell;
use super::decks::DeckFiles;
use super::levels::Levels;
use super::listening::Listening;
use super::orders::{MidiWatch, ShelfDesk, carry_out};
use super::osc_desk::OscDesk;
use super::project_rules::ProjectRules;
use super::watch::LogWatch;
use super::{EditorHands, TURN};
use crate::bridge::Bridge;
use crate::input::osc::{Feedback, OscServer, Port, first_port_from_env};
use crate::media::analyse::Analyser;
use crate::media::{AnalysisCache, Loader};
use crate::peers::{LinkSession, Peers};
use crate::preferences;
use crate::state::{SavedClock, SavedState};
use crate::view::{Order, OscTraffic, OscView, SharedView};

/// Requests by OSC that fit into the queue: more than a packet of 8 KiB holds.
const OSC_QUEUE: usize = 1024;
/// Requests that a project makes at most: five a deck, and each setting.
const OF_A_PROJECT: usize = 128;
/// Ticks of the console in a turn: so many see to all that fits into a queue.
const TICKS: usize = OSC_QUEUE / ActionQueue::DEFAULT_CAPACITY + 2;
/// Messages that a turn sends at most in answer to questions, but for the last one's.
const MESSAGES_PER_TURN: usize = 256;

/// What the turns work with. Whoever has it takes them: the control thread, or an offline block.
pub(super) struct Turns {
    console: Console,
    saved: SavedState,
    /// Loads of the host's state that were carried out.
    restored: u64,
    restore_sender: ActionSender,
    rules: ProjectRules,
    /// What MIDI asks for that only this side can do.
    midi_sender: ActionSender,
    /// The editor's way in, for its telemetry.
    editor: EditorHands,
    /// Its name in addresses, as it was seen last.
    name: std::sync::Arc<str>,
    osc: Option<OscServer>,
    feedback: Feedback,
    bridge: Bridge,
    /// It led somewhere in the last turn.
    bridge_leads: bool,
    peers: Peers,
    files: DeckFiles,
    levels: Levels,
    view: SharedView,
    bell: Bell,
    turn: Turn,
    since: Instant,
    watch: LogWatch,
    midi_watch: MidiWatch,
    shelf: ShelfDesk,
    listening: Listening,
    osc_desk: OscDesk,
}

impl Turns {
    /// Starts OSC and the loader.
    ///
    /// # Errors
    /// The system's, if it gives no thread. Without OSC the rig runs all the same; the view says so.
    pub(super) fn new(
        mut console: Console,
        saved: SavedState,
        view: SharedView,
        session: LinkSession,
        bell: Bell,
        editor: EditorHands,
    ) -> std::io::Result<Self> {
        let (restore_sender, receiver) = ActionQueue::new(OF_A_PROJECT);
        console.connect(receiver);
        let (midi_sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let loaded = bell.clone();
        let analysed = bell.clone();
        let loader = Loader::new(move || loaded.ring())?;
        let shelf = ShelfDesk::new(cache(), bell.clone());
        let listening = Listening::new(bell.clone());
        let osc_desk = OscDesk::new(&view, bell.clone());
        let analyser = Analyser::new(cache(), move || analysed.ring());
        let files = DeckFiles::new(loader, analyser, saved.clone(), view.clone());
        // Where the project had it or where the settings say, or near there.
        let port = saved.get().osc_port.map_or_else(first_port_from_env, Port::From);
        let osc = start_osc(port, &mut console, &saved, &view, bell.clone());
        let name = osc.as_ref().map_or_else(|| "Echelon".to_owned(), |osc| format!("Echelon {}", osc.port()));
        let bridge = Bridge::new(&mut console, name);
        let peers = Peers::new(&mut console, session);
        let mut turns = Self {
            console,
            saved,
            restored: 0,
            restore_sender,
            rules: ProjectRules::default(),
            midi_sender,
            editor,
            name: osc.as_ref().map_or_else(|| "".into(), OscServer::name),
            osc,
            feedback: Feedback::default(),
            bridge,
            bridge_leads: false,
            peers,
            files,
            levels: Levels::default(),
            view,
            bell,
            turn: Turn::default(),
            since: Instant::now(),
            watch: LogWatch::default(),
            midi_watch: MidiWatch::default(),
            shelf,
            listening,
            osc_desk,
        };
        turns.agree_on_port();
        Ok(turns)
    }

    /// One turn. Gives how many of the host's states are on the decks or on their way to the audio thread: all that
    /// were loaded, unless a track of the last one is still being decoded.
    pub(super) fn take(&mut self) -> Option<u64> {
        self.turn.now_secs = self.since.elapsed().as_secs_f64();
        self.restore();
        self.carry_out_orders();
        self.saved.midi().turn(&mut self.console, &mut self.midi_sender);
        self.files.poll(&mut self.console, &mut self.turn);
        self.level();
        let are_sent = self.saved.sent() >= self.restored;
        self.tick();
        self.obey_project(are_sent);
        self.listening.turn(&mut self.console, &self.view);
        self.answer();
        self.peers_turn();
        let snapshot = *self.console.snapshot();
        if let Some(osc) = &self.osc {
            osc.observe(&snapshot, Instant::now());
        }
        self.answer_askings();
        self.bridge_turn();
        self.tell_subscribers(&snapshot);
        self.files.save_marks(&snapshot);
        let (scheduler, safety, bridge) =
            (self.console.telemetry(), self.console.safety_telemetry(), self.bridge.view());
        let inputs = self.inputs().into();
        self.view.update(|view| {
            (view.snapshot, view.scheduler, view.safety, view.bridge) = (snapshot, scheduler, safety, bridge);
            view.peers = self.peers.view().clone();
            (view.settings, view.clock_policy) = (*self.console.policy().settings(), self.console.clock_policy());
            view.latency_frames = self.console.latency_frames();
            self.shelf.turn(view);
            if let Some(osc) = &self.osc {
                let (subscribers, query_port) = (self.feedback.num_subscribers(), osc.query_port());
                view.osc_traffic = OscTraffic { subscribers, query_port, counters: osc.counters() };
            }
            view.inputs = inputs;
        });
        self.osc_desk.turn(self.osc.as_ref(), &self.view, self.turn.now_secs);
        self.watch.turn(&self.console, &self.view, self.turn.now_secs);
        self.midi_watch.turn(&self.saved.midi(), &self.view, self.turn.now_secs);
        (!self.files.is_decoding()).then_some(self.restored)
    }

    /// What is urgent is not held up by a flood before it.
    fn tick(&mut self) {
        self.console.tick(&mut self.turn);
        for _ in 0..TICKS {
            if !self.console.has_urgent() {
                return;
            }
            self.console.tick(&mut self.turn);
        }
    }

    /// A turn, and more of them until no file is being decoded: offline the music can wait. After `patience` it goes on
    /// without what is not there yet, and never waits for that again.
    pub(super) fn take_all(&mut self, patience: Duration) -> u64 {
        let deadline = Instant::now() + patience;
        let mut heard = 0;
        loop {
            if let Some(restored) = self.take() {
                return restored;
            }
            match deadline.saturating_duration_since(Instant::now()) {
                Duration::ZERO => self.files.wait_no_longer(),
                left => self.bell.wait(&mut heard, left.min(TURN)),
            }
        }
    }

    /// What the editor wants beside actions.
    fn carry_out_orders(&mut self) {
        for order in self.view.take_orders() {
            match order {
                Order::Midi(order) => carry_out(order, &self.saved.midi(), &self.view),
                Order::Session(command) => self.peers.command(command),
                Order::OscSettings(what) => self.osc_desk.change(what, &self.view),
                Order::Shelf(order) => self.shelf.carry_out(order),
                Order::Listen(Some((file, part))) => {
                    self.listening.listen(file, part, &mut self.console, &self.view);
                }
                Order::KeepLook(look) => {
                    let view = self.view.clone();
                    preferences::keep_look(look, move |sentence| view.tell(None, sentence));
                }
                Order::Grid { deck, edit } => {
                    let position_secs = self.console.snapshot().decks[deck.index()].position_secs;
                    if let Err(error) = self.files.edit_grid(deck, edit, position_secs) {
                        self.view.tell(Some(deck), error.to_string());
                    }
                }
                Order::Listen(None) => self.listening.stop(&mut self.console, &self.view),
                Order::OscName(name) => {
                    if let Some(osc) = &self.osc {
                        osc.rename(&name);
                    }
                }
                Order::OscPort(port) => self.move_osc(port),
            }
        }
    }

    /// Moves the trims of tracks whose loudness is known by now.
    fn level(&mut self) {
        for action in self.levels.turn(&self.files, self.console.snapshot()) {
            let request = Request::new(Source::State, action, ActionTiming::Immediate);
            self.files.quietly(&request);
            // The queue has room: four at most, beside those of a project.
            let _ = self.restore_sender.send(request);
        }
    }

    /// The session with others, and what is saved of the settings.
    fn peers_turn(&mut self) {
        let policy = self.console.clock_policy();
        if self.peers.turn(&self.console, policy, &self.bell) {
            self.bell.ring();
        }
        let clock = SavedClock::of(policy, self.peers.shares_start_stop());
        let safety = self.rules.to_save(self.console.policy().settings());
        self.saved.update_as_of(self.restored, |state| (state.clock, state.safety) = (clock, safety));
    }

    /// Hands out what came of the turn.
    fn answer(&mut self) {
        for wanted in std::mem::take(&mut self.turn.wanted) {
            self.files.load(wanted, &mut self.console, &mut self.turn);
        }
        for (id, deck) in self.turn.ejects.drain(..) {
            self.files.eject(id, deck);
        }
        for id in self.turn.unwanted.drain(..) {
            self.files.give_up(id);
        }
        for (deck, load) in self.turn.restored.drain(..) {
            self.files.undone(deck, load);
        }
        for receipt in self.turn.receipts.drain(..) {
            let silent = self.files.settle(&receipt) | self.bridge.settle(&receipt, self.turn.now_secs);
            if let Some(osc) = &self.osc {
                osc.reply(&receipt);
            }
            if let Receipt::Refused { deck, text, .. } = receipt
                && !silent
            {
                self.view.tell(deck, text);
            }
        }
        for (deck, marks) in self.files.take_marks_to_set() {
            let action = Action::SetMarks { deck, marks: Box::new(marks.into()) };
            let request = Request::new(Source::State, action, ActionTiming::Immediate);
            self.files.restoring(&request);
            // There is room: it was emptied in this turn.
            let _ = self.restore_sender.send(request);
        }
    }
}

/// Where analyses are kept. Tests of this module leave nothing in anyone's home.
fn cache() -> Option<AnalysisCache> {
    if cfg!(test) { None } else { AnalysisCache::of_user() }
}

/// Starts OSC; tells the view if it cannot.
fn start_osc(
    port: Port,
    console: &mut Console,
    saved: &SavedState,
    view: &SharedView,
    bell: Bell,
) -> Option<OscServer> {
    // A whole packet fits: a bundle is queued as a whole or not at all.
    let (sender, receiver) = ActionQueue::new(OSC_QUEUE);
    console.connect(receiver);
    let state = saved.get();
    match OscServer::start(port, state.osc_name.as_deref(), sender, Box::new(move || bell.ring())) {
        Ok(server) => Some(server),
        Err(error) => {
            view.update(|view| view.osc = OscView::Failed(error.to_string()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::RigState;
    use echelon_engine::rig::{Rig, RigConfig};
    use echelon_engine::units::DeckId;
    use nice_plug::params::persist::PersistentField;
    use std::net::{Ipv4Addr, UdpSocket};

    fn bench() -> (Turns, SavedState, SharedView) {
        let (saved, view) = (SavedState::default(), SharedView::default());
        let (console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let turns = Turns::new(
            console,
            saved.clone(),
            view.clone(),
            LinkSession::default(),
            Bell::default(),
            EditorHands::default(),
        )
        .unwrap();
        (turns, saved, view)
    }

    fn open(saved: &SavedState, port: u16) {
        saved.set(RigState { osc_port: Some(port), ..RigState::default() });
    }

    /// Whether a rig got the project's port once that was free; until then it says that it did not.
    fn goes_to_the_project_s_port() -> bool {
        let (mut turns, saved, view) = bench();
        let first = turns.osc.as_ref().unwrap().port();
        assert_eq!((saved.get().osc_port, view.read().osc), (Some(first), OscView::Listening(first)));
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        open(&saved, port);
        assert_eq!(turns.take(), Some(1));
        assert_eq!(view.read().osc, OscView::Listening(first));
        let notice = view.read().notice.unwrap().text;
        assert_eq!(notice, format!("OSC port {port} of this project is taken: OSC is on port {first}"));
        assert_eq!(saved.get().osc_port, Some(port), "the project keeps it");
        drop(taken);
        open(&saved, port);
        assert_eq!(turns.take(), Some(2));
        let listens = view.read().osc == OscView::Listening(port);
        listens && turns.osc.as_ref().unwrap().port() == port && view.read().notice.unwrap().number == 1
    }

    #[test]
    fn osc_goes_to_the_project_s_port_where_that_is_free_and_else_says_that_it_does_not() {
        // Some other test may get the port in between, but not every time.
        assert!((0..10).any(|_| goes_to_the_project_s_port()));
    }

    #[test]
    fn a_person_moves_osc_to_another_port_or_is_told_that_it_stays() {
        let (mut turns, saved, view) = bench();
        let first = turns.osc.as_ref().unwrap().port();
        let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        turns.move_osc(port);
        assert_eq!((view.read().osc, saved.get().osc_port), (OscView::Listening(first), Some(first)));
        assert!(view.read().notice.unwrap().text.contains(&port.to_string()));
        drop(taken);
        turns.move_osc(port);
        assert_eq!((view.read().osc, saved.get().osc_port), (OscView::Listening(port), Some(port)));
        assert_eq!(turns.osc.as_ref().unwrap().port(), port);
        turns.osc = None;
        turns.move_osc(first);
        assert_eq!(turns.osc.as_ref().map(OscServer::port), Some(first), "it had not been started");
        assert_eq!((view.read().osc, saved.get().osc_port), (OscView::Listening(first), Some(first)));
        assert_eq!(view.read().notice.unwrap().number, 1);
    }

    #[test]
    fn a_project_is_open_when_nothing_is_being_decoded_any_more() {
        let (mut turns, saved, view) = bench();
        let mut state = RigState::default();
        state.tracks[2] = Some("/nowhere/gone.wav".into());
        saved.set(state);
        assert_eq!(turns.take(), None, "the loader has yet to look for the file");
        assert_eq!(turns.take_all(Duration::from_secs(60)), 1);
        assert!(matches!(view.read().tracks[2].load, crate::view::LoadState::Failed(_)));
        assert!(view.read().notice.is_none());
    }

    #[test]
    fn patience_ends() {
        let (mut turns, _, view) = bench();
        // Never answered: no loader knows of it.
        let request = Request::new(
            Source::State,
            Action::LoadDeck { deck: DeckId::A, path: "/slow.wav".into() },
            ActionTiming::Immediate,
        );
        turns.files.restoring(&request);
        turns.files.await_for_ever();
        assert_eq!(turns.take(), None);
        assert_eq!(turns.take_all(Duration::from_millis(1)), 0);
        assert!(view.read().notice.unwrap().text.contains("goes on without it"));
        assert_eq!(turns.take(), Some(0), "and is not waited for again");
    }
}
