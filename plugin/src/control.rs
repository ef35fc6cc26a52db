//! The control thread: one for each instance, from the first activation until the plugin is removed.
//!
//! Every 10 ms, or at once when something came in, it takes a turn: decoded tracks in, requests checked and handed to
//! the audio thread, receipts out to whoever asked, the editor's view brought up to date. The audio thread never waits
//! for it.

mod decks;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, QueueFull, Receipt, Request, Turn};
use echelon_engine::console::Console;
use echelon_engine::safety::{DeckState, Source};
use echelon_engine::units::DeckId;

use crate::input::osc::{OscServer, first_port_from_env};
use crate::media::Loader;
use crate::state::SavedState;
use crate::view::{Act, OscView, SharedView};
use decks::DeckFiles;

/// How long the thread sleeps when nobody wakes it.
const TURN: Duration = Duration::from_millis(10);

/// Wakes the control thread. Any thread but the audio thread; never blocks.
#[derive(Clone, Debug)]
struct Waker(Thread);

impl Waker {
    fn wake(&self) {
        self.0.unpark();
    }
}

/// The running control thread; stopped and joined when dropped.
#[derive(Debug)]
pub struct ControlThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlThread {
    /// Starts it.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn start(
        mut console: Console,
        saved: SavedState,
        view: SharedView,
        hands: &EditorHands,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (editor_sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let stopped = stop.clone();
        let thread = thread::Builder::new().name("echelon-control".to_owned()).spawn(move || {
            match Turns::new(console, saved, view.clone()) {
                Ok(turns) => turns.run(&stopped),
                Err(error) => view.update(|view| view.osc = OscView::Failed(error.to_string())),
            }
        })?;
        hands.connect(editor_sender, Waker(thread.thread().clone()));
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for ControlThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A control thread that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

/// What the thread works with.
struct Turns {
    console: Console,
    saved: SavedState,
    /// Loads of the host's state that were carried out.
    restored: u64,
    restore_sender: ActionSender,
    osc: Option<OscServer>,
    files: DeckFiles,
    view: SharedView,
    turn: Turn,
}

impl Turns {
    fn new(mut console: Console, saved: SavedState, view: SharedView) -> std::io::Result<Self> {
        let wake = Waker(thread::current());
        let (restore_sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let osc = start_osc(&mut console, &saved, &view, wake.clone());
        let files = DeckFiles::new(Loader::new(move || wake.wake())?, saved.clone(), view.clone());
        let turns = Self { console, saved, restored: 0, restore_sender, osc, files, view, turn: Turn::default() };
        turns.keep_port();
        Ok(turns)
    }

    fn run(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            self.restore();
            self.files.poll(&mut self.console, &mut self.turn);
            self.console.tick(&mut self.turn);
            self.answer();
            let snapshot = *self.console.snapshot();
            self.view.update(|view| view.snapshot = snapshot);
            thread::park_timeout(TURN);
        }
    }

    /// After the host loaded a state: its tracks go onto the decks, which stop for it.
    fn restore(&mut self) {
        let loads = self.saved.loads();
        if std::mem::replace(&mut self.restored, loads) == loads {
            return;
        }
        self.keep_port();
        self.files.begin_state(loads);
        let state = self.saved.get();
        for (deck, track) in DeckId::ALL.into_iter().zip(state.tracks) {
            let plays_or_will = matches!(self.console.deck_state(deck), DeckState::Playing | DeckState::Primed);
            let stop = plays_or_will.then_some(Action::StopDeck { deck });
            let eject = self.files.is_occupied(deck).then_some(Action::EjectDeck { deck });
            let load = track.map(|path| Action::LoadDeck { deck, path });
            for action in stop.into_iter().chain(eject).chain(load) {
                let request = Request::new(Source::State, action, ActionTiming::Immediate);
                self.files.restoring(&request);
                // The queue has room: it was emptied in the last turn, and this is at most three requests a deck.
                let _ = self.restore_sender.send(request);
            }
        }
    }

    /// A project that names a port keeps it, so that saving it again changes nothing; one that names none gets ours.
    fn keep_port(&self) {
        if let Some(port) = self.osc.as_ref().map(OscServer::port) {
            self.saved.update(|state| state.osc_port = state.osc_port.or(Some(port)));
        }
    }

    /// Hands out what came of the turn.
    fn answer(&mut self) {
        for wanted in std::mem::take(&mut self.turn.wanted) {
            self.files.load(wanted, &mut self.console, &mut self.turn);
        }
        for (id, deck) in self.turn.ejects.drain(..) {
            self.files.eject(id, deck);
        }
        for receipt in self.turn.receipts.drain(..) {
            let silent = self.files.settle(&receipt);
            if let Some(osc) = &self.osc {
                osc.reply(&receipt);
            }
            if let Receipt::Refused { deck, text, .. } = receipt
                && !silent
            {
                self.view.tell(deck, text);
            }
        }
    }
}

/// Starts OSC where the project had it, or where the settings say; tells the view where it is now.
fn start_osc(console: &mut Console, saved: &SavedState, view: &SharedView, wake: Waker) -> Option<OscServer> {
    let (sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
    console.connect(receiver);
    let first_port = saved.get().osc_port.unwrap_or_else(first_port_from_env);
    match OscServer::start(first_port, sender, Box::new(move || wake.wake())) {
        Ok(server) => {
            let port = server.port();
            view.update(|view| view.osc = OscView::Listening(port));
            Some(server)
        }
        Err(error) => {
            view.update(|view| view.osc = OscView::Failed(error.to_string()));
            None
        }
    }
}

/// The editor's way to act. It exists before the control thread does and outlives it.
#[derive(Clone, Debug, Default)]
pub struct EditorHands(Arc<std::sync::Mutex<Option<(ActionSender, Waker)>>>);

impl EditorHands {
    fn connect(&self, sender: ActionSender, waker: Waker) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((sender, waker));
    }
}

/// [`Act`] over [`EditorHands`]; refusals that never reach the executor become notices here.
#[derive(Debug)]
pub struct EditorActs {
    /// The way to the control thread.
    pub hands: EditorHands,
    /// For notices.
    pub view: SharedView,
}

impl Act for EditorActs {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        let deck = action.deck();
        let mut hands = self.hands.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = match hands.as_mut() {
            None => "the plugin is not running yet: switch it on in the host".to_owned(),
            Some((sender, waker)) => match sender.send(Request::new(Source::Editor, action, timing)) {
                Ok(()) => return waker.wake(),
                Err(full @ QueueFull(_)) => full.to_string(),
            },
        };
        self.view.tell(deck, text);
    }
}
