//! What the editor sees of an instance, and the only way by which it may act. Control and GUI threads; never audio.

mod orders;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use echelon_engine::action::{Action, ActionTiming, RequestId};
use echelon_engine::clock::ClockPolicy;
use echelon_engine::deck::BeatGrid;
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{SafetySettings, SafetyTelemetry, Source};
use echelon_engine::telemetry::SchedulerTelemetry;
use echelon_engine::units::{DeckId, NUM_DECKS};

use crate::bridge::BridgeView;
use crate::input::InputTelemetry;
use crate::input::midi::MidiView;
use crate::input::osc::{NetworkSettings, OscCounters};
use crate::media::analyse::Analysis;
use crate::media::{Overview, ShelfView, Tags, TagsView};
use crate::peers::PeersView;
pub use orders::{MidiOrder, Order, ShelfOrder};

/// How a deck's track came along.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LoadState {
    /// No track was asked for.
    #[default]
    Empty,
    /// A file is being decoded; 0..1 when its length is known.
    Loading(Option<f32>),
    /// The track is on the deck.
    Ready,
    /// It could not be loaded; the sentence says why. The path is kept.
    Failed(String),
}

/// How the analysis of a deck's track came along.
#[derive(Clone, Debug, Default)]
pub enum AnalysisState {
    /// It was not asked for.
    #[default]
    None,
    /// It waits, or is under way: 0..1.
    Running(f32),
    /// It is there.
    Done(Arc<Analysis>),
    /// It cannot be had; the sentence says why. The track plays all the same.
    Failed(String),
}

/// A deck's track as the control side knows it.
#[derive(Clone, Debug, Default)]
pub struct TrackView {
    /// How it came along.
    pub load: LoadState,
    /// The file.
    pub path: Option<PathBuf>,
    /// Name for people: the file's stem.
    pub name: String,
    /// What the file says of itself, once a deck can have it.
    pub tags: Tags,
    /// The load that brought it, once a deck can have it.
    pub brought_by: Option<RequestId>,
    /// While the rest of it is being decoded: how much is there, 0..1.
    pub coming: Option<f32>,
    /// Frames in a second of it, once a deck can have it.
    pub sample_rate: Option<f64>,
    /// The waveform at a glance.
    pub overview: Option<Arc<Overview>>,
    /// What can be heard in it: tempo, key, loudness and the waveform at every zoom.
    pub analysis: AnalysisState,
    /// Where its beats are: as they were found, and edited since. `None` before that, and without beats.
    pub grid: Option<Arc<BeatGrid>>,
}

impl TrackView {
    /// What it is called: by its tags, or else by its file.
    #[must_use]
    pub fn title(&self) -> &str {
        self.tags.title.as_deref().unwrap_or(&self.name)
    }

    /// Tempo, key and the like, once they are known.
    #[must_use]
    pub fn found(&self) -> Option<&Arc<Analysis>> {
        if let AnalysisState::Done(analysis) = &self.analysis { Some(analysis) } else { None }
    }
}

/// Where OSC listens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OscView {
    /// Not started yet.
    #[default]
    Starting,
    /// On this UDP port of 127.0.0.1.
    Listening(u16),
    /// No port could be had; the sentence says why.
    Failed(String),
}

/// Who may talk to OSC, and what it may load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OscAccess {
    /// The rules of the port that is open.
    pub now: NetworkSettings,
    /// The user's settings: those of a port that is opened next.
    pub set: NetworkSettings,
    /// The folders below which it may load, as they were named.
    pub folders: Vec<PathBuf>,
    /// What went wrong with the last change, or is wrong with the settings; empty if nothing is.
    pub error: String,
}

/// Who listens by OSC, and what went through the port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OscTraffic {
    /// Clients that are told of changes.
    pub subscribers: usize,
    /// Where OSCQuery is, if it is.
    pub query_port: Option<u16>,
    /// What went through, for all instances at the port.
    pub counters: OscCounters,
}

/// A message for the person at the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Counts up; a newer notice has a higher number.
    pub number: u64,
    /// Where it belongs, if to one deck.
    pub deck: Option<DeckId>,
    /// The sentence.
    pub text: String,
}

/// How a file came along that is listened to without a deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenState {
    /// Its start is being decoded.
    Loading,
    /// The player has it; the snapshot says where in it.
    On,
    /// It cannot be had; the sentence says why.
    Failed(String),
}

/// A file that is listened to without a deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listened {
    /// Which file.
    pub file: PathBuf,
    /// How it came along.
    pub state: ListenState,
}

/// What became of a request in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogOutcome {
    /// Nothing yet.
    Open,
    /// It happened.
    Done,
    /// It was refused.
    Refused,
    /// It was taken back, or its time passed.
    Gone,
}

impl LogOutcome {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "waits",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }
}

/// A line of the action log, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Counts the entries of the session.
    pub number: u64,
    /// Song beat on which it was asked.
    pub beat: f64,
    /// Who asked.
    pub source: Source,
    /// What.
    pub words: String,
    /// What became of it.
    pub outcome: LogOutcome,
    /// When, or why not.
    pub why: String,
}

/// Everything that the editor draws.
#[derive(Clone, Debug, Default)]
pub struct RigView {
    /// The engine's state after a recent block.
    pub snapshot: Snapshot,
    /// The decks' tracks.
    pub tracks: [TrackView; NUM_DECKS],
    /// Where OSC listens.
    pub osc: OscView,
    /// The instance's name in OSC addresses.
    pub osc_name: Arc<str>,
    /// Who may talk to OSC, and what it may load.
    pub osc_access: Arc<OscAccess>,
    /// Who listens by OSC, and what went through.
    pub osc_traffic: OscTraffic,
    /// The bridge to another Echelon.
    pub bridge: BridgeView,
    /// Whose beat it is, and the session with others.
    pub peers: PeersView,
    /// How the scheduler has fared so far.
    pub scheduler: SchedulerTelemetry,
    /// What the safety policy has done so far.
    pub safety: SafetyTelemetry,
    /// The newest message.
    pub notice: Option<Notice>,
    /// The newest messages of each deck and of none, the oldest first: nobody may have looked when they were said.
    pub told: Arc<Vec<Notice>>,
    /// The ways in: whether each may act, and what came by it.
    pub inputs: Arc<[InputTelemetry]>,
    /// What the safety policy goes by.
    pub settings: SafetySettings,
    /// What happens when the host stops or jumps.
    pub clock_policy: ClockPolicy,
    /// Frames by which the rig's sound is late.
    pub latency_frames: u32,
    /// The newest requests and what became of them, the newest first; only while someone looks ([`SharedView::watch`]).
    pub log: Arc<[LogLine]>,
    /// What is known of files that are on no deck.
    pub shelf: Arc<ShelfView>,
    /// What the files of the library's list say of themselves.
    pub tags: Arc<TagsView>,
    /// The file that is listened to without a deck.
    pub listened: Option<Listened>,
    /// The MIDI mapping, learning and the monitor; only while someone looks ([`SharedView::watch_midi`]).
    pub midi: Arc<MidiView>,
}

/// Messages of one deck, or of none, that are kept at most.
const MOST_TOLD: usize = 8;

impl RigView {
    /// Shows a person a sentence, on a deck if it is about one. The same again takes the place of what was said before.
    pub fn tell(&mut self, deck: Option<DeckId>, text: String) {
        let number = self.notice.as_ref().map_or(1, |notice| notice.number + 1);
        let notice = Notice { number, deck, text };
        let told = Arc::make_mut(&mut self.told);
        told.retain(|other| other.deck != deck || other.text != notice.text);
        if told.iter().filter(|other| other.deck == deck).count() >= MOST_TOLD
            && let Some(oldest) = told.iter().position(|other| other.deck == deck)
        {
            told.remove(oldest);
        }
        told.push(notice.clone());
        self.notice = Some(notice);
    }
}

/// The view, written by the control thread and read by the editor.
#[derive(Clone, Debug, Default)]
pub struct SharedView(Arc<Mutex<RigView>>, Arc<Looks>);

/// What the editor wants of the control thread beside actions.
#[derive(Debug, Default)]
struct Looks {
    watch: AtomicBool,
    watch_midi: AtomicBool,
    export: AtomicBool,
    orders: Mutex<Vec<Order>>,
}

/// Orders that wait at most; a person gives one a frame.
const MOST_ORDERS: usize = 256;

impl SharedView {
    /// A copy for one frame of the editor. Cheap: text and waveforms are small or shared.
    #[must_use]
    pub fn read(&self) -> RigView {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The log is wanted: to be said again and again as long as it is.
    pub fn watch(&self) {
        self.1.watch.store(true, Ordering::Relaxed);
    }

    /// Whether the log was wanted since the last time.
    #[must_use]
    pub fn take_watch(&self) -> bool {
        self.1.watch.swap(false, Ordering::Relaxed)
    }

    /// MIDI is looked at: to be said again and again as long as it is.
    pub fn watch_midi(&self) {
        self.1.watch_midi.store(true, Ordering::Relaxed);
    }

    /// Whether MIDI was looked at since the last time.
    #[must_use]
    pub fn take_watch_midi(&self) -> bool {
        self.1.watch_midi.swap(false, Ordering::Relaxed)
    }

    /// Asks the control side for something; `false` if more waits already than anyone can have asked for.
    pub fn order(&self, order: Order) -> bool {
        let mut orders = self.1.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = orders.len() < MOST_ORDERS;
        if has_room {
            orders.push(order);
        }
        has_room
    }

    /// What was asked for since the last time, in order.
    #[must_use]
    pub fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.1.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The log is to be written to a file.
    pub fn export(&self) {
        self.1.export.store(true, Ordering::Relaxed);
    }

    /// Whether the log was to be written since the last time.
    #[must_use]
    pub fn take_export(&self) -> bool {
        self.1.export.swap(false, Ordering::Relaxed)
    }

    /// Shows a person a sentence, on a deck if it is about one. Any thread but the audio thread.
    pub fn tell(&self, deck: Option<DeckId>, text: String) {
        self.update(|view| view.tell(deck, text));
    }

    /// Changes the view. Control thread.
    pub fn update(&self, change: impl FnOnce(&mut RigView)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The editor's way to act. Refusals come back as a [`Notice`].
pub trait Act: Send {
    /// Asks for an action.
    fn act(&mut self, action: Action, timing: ActionTiming);

    /// Wants to see the log: called in every frame that shows it.
    fn watch_log(&mut self) {}

    /// Wants the log in a file.
    fn export_log(&mut self) {}

    /// Wants to see MIDI: called in every frame that shows it.
    fn watch_midi(&mut self) {}

    /// Asks for something that is no action of the rig.
    fn order(&mut self, _: Order) {}
}
