//! The control side: one thread for each instance, from the first activation until the plugin is removed.
//!
//! Every 10 ms, or at once when something came in, it takes a turn: decoded tracks in, requests checked and handed to
//! the audio thread, receipts out to whoever asked, the editor's view brought up to date. In real time the audio thread
//! never waits for it.
//!
//! Two times someone waits:
//! - a block that the host renders offline takes the turn itself, and for as long as a file is being decoded the music
//!   stands still: the same bounce is the same samples, however fast the host renders;
//! - whoever loads a state, or activates the plugin, waits a moment for the project's tracks. Some hosts bounce and say
//!   that it is real time: there the tracks have to be there before the first block.

mod analyses;
mod bell;
mod decks;
mod levels;
mod listening;
mod orders;
mod osc_desk;
mod project_rules;
mod turns;
mod watch;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use echelon_engine::action::{Action, ActionQueue, ActionSender, ActionTiming, QueueFull, Request};
use echelon_engine::console::Console;
use echelon_engine::safety::Source;

use crate::peers::LinkSession;
use crate::state::SavedState;
use crate::view::{Act, Order, SharedView};
pub(crate) use bell::Bell;
use turns::Turns;

/// How long the thread sleeps when nobody wakes it.
const TURN: Duration = Duration::from_millis(10);
/// How long an offline block waits for a file to be decoded.
const OFFLINE_PATIENCE: Duration = Duration::from_secs(60);
/// How many milliseconds a host that loads a state waits for a turn to end.
const LOCK_TRIES: u32 = 1000;
/// How long a host that loads a state, or activates the plugin, waits for the project's tracks.
const HOST_PATIENCE: Duration = Duration::from_secs(5);

/// What all threads use.
struct Shared {
    /// Held for a turn; by an offline block, as long as it lasts.
    turns: Mutex<Turns>,
    bell: Bell,
    /// Rung whenever `opened` has changed, or nobody need wait any longer.
    settled: Bell,
    /// How many states of the host have their tracks on the decks, or on their way to the audio thread.
    opened: AtomicU64,
    stop: AtomicBool,
}

impl Shared {
    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how far the host's states have come.
    fn note(&self, opened: Option<u64>) {
        if let Some(opened) = opened
            && self.opened.swap(opened, Ordering::AcqRel) != opened
        {
            self.settled.ring();
        }
    }

    fn run(&self) {
        let mut heard = 0;
        while !self.stop.load(Ordering::Acquire) {
            let mut turns = self.turns();
            let opened = turns.take();
            self.note(opened);
            drop(turns);
            self.bell.wait(&mut heard, TURN);
        }
    }

    /// Switches the host on, for a project. Here, and not only in the next turn: the project's values go with the next block,
    /// and a block that runs before the turn would refuse them, tell the host what stays instead, and so put the old value
    /// over the project's. Waits for a turn to end, but not for an offline block that waits for files: then that turn does it.
    fn let_host_in(&self) {
        for _ in 0..LOCK_TRIES {
            match self.turns.try_lock() {
                Ok(mut turns) => return turns.let_host_in(),
                Err(TryLockError::Poisoned(turns)) => return turns.into_inner().let_host_in(),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Waits until the tracks of the host's state number `loads` are with the audio thread, or for so long.
    fn wait_until_opened(&self, loads: u64, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut heard = 0;
        self.bell.ring();
        while self.opened.load(Ordering::Acquire) < loads && !self.stop.load(Ordering::Acquire) {
            match deadline.saturating_duration_since(Instant::now()) {
                Duration::ZERO => return,
                left => self.settled.wait(&mut heard, left),
            }
        }
    }
}

/// The running control side; its thread is stopped and joined when this is dropped.
///
/// Each turn of it polls the clock, drains the sources' queues through the executor with its safety policy, sends control
/// events on the command ring, and brings the shadow of the engine's state up to date from its feedback.
pub struct SchedulerThread {
    shared: Arc<Shared>,
    saved: SavedState,
    thread: Option<JoinHandle<()>>,
}

/// The turn of an offline block. Until it is dropped nobody else takes one: what comes in meanwhile waits for the next
/// block's border.
pub struct OfflineTurn<'a> {
    _turns: MutexGuard<'a, Turns>,
}

impl SchedulerThread {
    /// Starts it. OSC listens when this returns. `on_load` is called whenever the host has loaded a state, before that
    /// waits for the tracks.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn start(
        mut console: Console,
        saved: SavedState,
        view: SharedView,
        session: LinkSession,
        hands: &EditorHands,
        on_load: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let bell = Bell::default();
        let (editor_sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let shared = Arc::new(Shared {
            turns: Mutex::new(Turns::new(console, saved.clone(), view, session, bell.clone(), hands.clone())?),
            bell: bell.clone(),
            settled: Bell::default(),
            opened: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        });
        let its = shared.clone();
        let thread = thread::Builder::new().name("echelon-control".to_owned()).spawn(move || its.run())?;
        hands.connect(editor_sender, bell);
        let waiting = Arc::downgrade(&shared);
        saved.on_load(move |loads| {
            let shared = waiting.upgrade();
            // Before it says what the project has.
            shared.iter().for_each(|shared| shared.let_host_in());
            on_load();
            if let Some(shared) = shared {
                shared.wait_until_opened(loads, HOST_PATIENCE);
            }
        });
        Ok(Self { shared, saved, thread: Some(thread) })
    }

    /// Waits a moment until the tracks of the project that was opened are with the audio thread. Not on that.
    pub fn wait_for_project(&self) {
        self.shared.wait_until_opened(self.saved.loads(), HOST_PATIENCE);
    }

    /// Writes what was asked and what became of it, as JSON, one entry a line: see
    /// [`ActionLog`](echelon_engine::log::ActionLog). Not on the audio thread. The control thread waits only while the
    /// log is copied, not for `out`.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_log(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
        let log = self.shared.turns().log()?;
        out.write_all(&log)?;
        out.flush()
    }

    /// Takes a turn, and waits for every file that is being decoded. On the audio thread, only while the host renders
    /// offline: it locks, waits and allocates.
    #[must_use]
    pub fn turn_offline(&self) -> OfflineTurn<'_> {
        let mut turns = self.shared.turns();
        let opened = turns.take_all(OFFLINE_PATIENCE);
        self.shared.note(Some(opened));
        OfflineTurn { _turns: turns }
    }
}

impl Drop for SchedulerThread {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.bell.ring();
        self.shared.settled.ring();
        if let Some(thread) = self.thread.take() {
            // A control thread that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for SchedulerThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchedulerThread").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// The editor's way to act. It exists before the control thread does and outlives it.
#[derive(Clone, Debug, Default)]
pub struct EditorHands {
    way: Arc<Mutex<Option<(ActionSender, Bell)>>>,
    /// What found no room.
    dropped: Arc<AtomicU64>,
}

impl EditorHands {
    fn connect(&self, sender: ActionSender, bell: Bell) {
        *self.way.lock().unwrap_or_else(PoisonError::into_inner) = Some((sender, bell));
    }
}

impl crate::input::ControlInput for EditorHands {
    fn source(&self) -> Source {
        Source::Editor
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

const NOT_RUNNING: &str = "the plugin is not running yet: switch it on in the host";

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
        if let Action::LoadDeck { path, .. } = &action {
            // What a person has put on a deck, OSC may have too.
            crate::input::osc::allow_beside(path);
        }
        let mut hands = self.hands.way.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match hands.as_mut() {
            None => NOT_RUNNING.to_owned(),
            Some((sender, bell)) => match sender.send(Request::new(Source::Editor, action, timing)) {
                Ok(()) => return bell.ring(),
                Err(full @ QueueFull(_)) => {
                    self.hands.dropped.fetch_add(1, Ordering::Relaxed);
                    full.to_string()
                }
            },
        };
        self.view.tell(deck, text);
    }

    fn watch_log(&mut self) {
        self.view.watch();
    }

    fn export_log(&mut self) {
        self.view.export();
    }

    fn watch_midi(&mut self) {
        self.view.watch_midi();
    }

    fn order(&mut self, order: Order) {
        let hands = self.hands.way.lock().unwrap_or_else(PoisonError::into_inner);
        match hands.as_ref() {
            Some((_, bell)) if self.view.order(order) => bell.ring(),
            Some(_) => {}
            None => self.view.tell(None, NOT_RUNNING.to_owned()),
        }
    }
}
