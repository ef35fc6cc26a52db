//! What crosses between the control half and the audio half. Everything here is plain data; the rings are in
//! [`crate::rig`].

use std::sync::Arc;

use crate::action::{ActionKind, Deed, Grid, RecipeStart, RequestId};
use crate::clock::{ClockPolicy, ClockSource, LinkView, Quality};
use crate::deck::{GestureRefused, ListenTo, ListenView, MotionView, Track};
use crate::dsp::Levels;
use crate::midi::{MidiCounts, MidiTable};
use crate::mixer::{DeckKnobs, Knob, MasterKnobs, NUM_BANDS};
use crate::safety::{DeckSafety, DeckState, HeldByAnother, SafetySettings, SafetyTelemetry, SafetyViolation, Source};
use crate::units::{Bpm, DeckId, NUM_DECKS};

/// When the audio thread shall do a deed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// On the first frame after it arrives.
    Now,
    /// On the next line of a grid.
    Line(Grid),
    /// By the quantize setting, which is a host parameter: only the audio thread knows what it is now.
    Default,
    /// On this song beat.
    SongBeat(f64),
    /// On this frame, counted from the first that the rig made; at once if it is past.
    Frame(u64),
    /// A step of a recipe: so many beats after the line on which the recipe starts. All steps of a recipe are sent one
    /// after the other and count from the same line.
    Step {
        /// The recipe's line.
        start: RecipeStart,
        /// Beats after its line.
        after_beats: f64,
    },
}

/// A deed, with when and for whom.
#[derive(Clone, Debug)]
pub struct Order {
    /// For the receipts.
    pub id: RequestId,
    /// Which step of a recipe; 0 for what is none.
    pub step: u8,
    /// Who asked.
    pub source: Source,
    /// When.
    pub at: At,
    /// What.
    pub deed: Deed,
}

/// Control to audio.
#[derive(Debug)]
pub enum ControlEvent {
    /// A deed for the timeline.
    Schedule(Order),
    /// Other settings for the safety policy, and the request that wanted them ([`RequestId::HOST`]: none). The box comes
    /// back as garbage.
    SetSafety(RequestId, Box<SafetySettings>),
    /// Another policy for when the host stops or jumps, and the request that wanted it.
    SetClock(RequestId, ClockPolicy),
    /// Another mapping for MIDI. The old one comes back as garbage.
    SetMidi(Box<MidiTable>),
    /// Every light of the controllers is sent again.
    ShowLights,
    /// A track for the headphones alone, or silence there. The track comes back as garbage.
    Listen(Option<ListenTo>),
    /// What comes behind this is taken on this frame, counted from the first that the rig made, and not before: for a
    /// replay.
    Until(u64),
}

/// Why the audio thread did not do a deed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refusal {
    /// Against the policy.
    Violation(SafetyViolation),
    /// Its beat was gone, by this many beats.
    TooLate(f64),
    /// The timeline or the way back for the old track was full.
    Full,
    /// Someone else holds the lock.
    Held(HeldByAnother),
    /// Nothing was pending that could be cancelled: it has happened already, or never was.
    NotPending,
    /// Nothing can be undone any more on any deck.
    NothingToUndo,
    /// The deck cannot do it with its track as it is.
    Gesture {
        /// Which deck.
        deck: DeckId,
        /// Why not.
        why: GestureRefused,
    },
}

impl Refusal {
    /// A short, stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Violation(violation) => violation.code(),
            Self::TooLate(_) => "too_late",
            Self::Full => "full",
            Self::Held(_) => "locked",
            Self::NotPending => "not_pending",
            Self::NothingToUndo => "nothing_to_undo",
            Self::Gesture { why, .. } => why.code(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Violation(violation) => violation.fmt(f),
            Self::TooLate(beats) => write!(f, "that beat was {beats:.3} beats ago"),
            Self::Full => write!(f, "too much is pending: cancel something or wait"),
            Self::Held(held) => held.fmt(f),
            Self::NotPending => {
                write!(f, "nothing of that is pending: it has happened already, or never was asked for")
            }
            Self::Gesture { deck, why } => write!(f, "deck {deck}: {why}"),
            Self::NothingToUndo => write!(f, "there is nothing to undo: it is too long ago, or nothing was stopped"),
        }
    }
}

/// Audio to control: what became of a request, and what a deck did by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EngineEvent {
    /// It came, and was refused at once; or it is a setting, which holds from here on.
    Came {
        /// Which request.
        id: RequestId,
        /// Which step of it.
        step: u8,
        /// The frame on which it came, counted from the first that the rig made.
        frame: u64,
    },
    /// It is on the timeline.
    Scheduled {
        /// Which request.
        id: RequestId,
        /// Which step of it.
        step: u8,
        /// Song beat on which it is due.
        due_beat: f64,
        /// The frame on which it came, counted from the first that the rig made.
        frame: u64,
    },
    /// It happened.
    Fired {
        /// Which request; [`RequestId::HOST`] for host-timed input.
        id: RequestId,
        /// Which step of it.
        step: u8,
        /// Who asked.
        source: Source,
        /// What was done.
        action: ActionKind,
        /// On which deck, if on one.
        deck: Option<DeckId>,
        /// The frame on which it happened, counted from the first that the rig made.
        frame: u64,
        /// Song beat on which it was due.
        due_beat: f64,
        /// Frames late: 0 when on the frame.
        error_frames: i64,
    },
    /// It did not happen.
    Refused {
        /// Which request; [`RequestId::HOST`] for host-timed input.
        id: RequestId,
        /// Who asked.
        source: Source,
        /// What was asked.
        action: ActionKind,
        /// The deck it was about, if it was about one.
        deck: Option<DeckId>,
        /// Why.
        refusal: Refusal,
    },
    /// A newer gesture of the same kind on the same deck took its place, a stop made it void, or someone cancelled it.
    Cancelled {
        /// Which request.
        id: RequestId,
    },
    /// The host went past the beat that it waited for.
    Expired {
        /// Which request.
        id: RequestId,
    },
    /// An undo put a track back: the one that this load had brought.
    Restored {
        /// On which deck.
        deck: DeckId,
        /// The request that had loaded it.
        load: RequestId,
    },
    /// A deck is now in another state.
    Deck {
        /// Which deck.
        deck: DeckId,
        /// What it is doing.
        state: DeckState,
        /// The block in which it changed; the [`Snapshot`] of that block knows it too.
        block: u64,
    },
    /// A deck reached the end of its track.
    Ended {
        /// Which deck.
        deck: DeckId,
    },
}

/// Audio to control: boxes to drop where dropping is allowed.
#[derive(Debug)]
pub enum Garbage {
    /// A track that left its deck, or never reached it.
    Track(Arc<Track>),
    /// Settings that the audio thread has taken over.
    Safety(Box<SafetySettings>),
    /// A mapping that another one has replaced.
    Midi(Box<MidiTable>),
    /// A track that was for the headphones alone.
    Listened(Arc<Track>),
}

/// What is pending on a deck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PendingView {
    /// Which request; [`RequestId::HOST`] for host-timed input.
    pub id: RequestId,
    /// Steps of a recipe that are still to come, this one included; 1 for what is none.
    pub steps: u8,
    /// What.
    pub kind: ActionKind,
    /// On which deck; `None` for the mixer.
    pub deck: Option<DeckId>,
    /// Song beat on which it is due.
    pub due_beat: f64,
    /// Beats from the snapshot to then.
    pub beats_left: f64,
}

/// A deck at the end of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeckView {
    /// What it is doing.
    pub state: DeckState,
    /// Playhead, in seconds from the track's start.
    pub position_secs: f64,
    /// The track's length in seconds; 0 without a track.
    pub length_secs: f64,
    /// How many seconds from its start are decoded, and can be played.
    pub ready_secs: f64,
    /// Frames that its playhead came to before they were decoded, since the rig was made: they were silent.
    pub starved_frames: u64,
    /// Channel gain as set, in dB.
    pub gain_db: f32,
    /// The EQ's gains as set, in dB, from low to high.
    pub eq_db: [f32; NUM_BANDS],
    /// What is sent into the echo, as set: 0..1.
    pub echo_send: f32,
    /// How it moves, and its cues and loop.
    pub motion: MotionView,
    /// The mixer's other controls of this deck, as set.
    pub knobs: DeckKnobs,
    /// Highest sample of the deck's output in the block.
    pub peak: f32,
    /// Of the deck's output over the last 400 ms.
    pub levels: Levels,
    /// Whether the audience may hear it.
    pub on_air: bool,
}

/// Musical time at the end of a block, and how it goes on: a map from frames to beats for threads that look later
/// ([`ClockView::beat_after_frames`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockView {
    /// Frames made since the rig began, up to this place.
    pub frame: u64,
    /// Song position in quarter notes.
    pub song_beat: f64,
    /// Performance position in quarter notes: never runs backwards.
    pub performance_beat: f64,
    /// Tempo.
    pub tempo: Bpm,
    /// Quarter notes in each frame from here on; 0 while musical time stands still.
    pub beats_per_frame: f64,
    /// In Hz.
    pub sample_rate: f64,
    /// Song beat of the current bar's first beat.
    pub bar_start_beat: f64,
    /// Length of the bar in quarter notes.
    pub bar_beats: f64,
    /// The host's transport rolls and leads; otherwise the rig runs free.
    pub host_leads: bool,
    /// Whose beat it is.
    pub source: ClockSource,
    /// Others in the session; 0 if none leads.
    pub peers: u32,
    /// How near the beats are to the host's music.
    pub quality: Quality,
}

/// How many pending actions a snapshot shows.
pub const MAX_PENDING_VIEWS: usize = 16;

/// The rig at the end of a block, for everyone who looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapshot {
    /// Counts blocks; 0 before the first.
    pub block: u64,
    /// Frames made since the first.
    pub frames: u64,
    /// What the policy on the audio thread knows of the decks.
    pub safety: [DeckSafety; NUM_DECKS],
    /// What that policy has done.
    pub safety_telemetry: SafetyTelemetry,
    /// Musical time.
    pub clock: ClockView,
    /// How host and session stand to each other.
    pub link: LinkView,
    /// The decks.
    pub decks: [DeckView; NUM_DECKS],
    /// Pending actions, soonest first.
    pub pending: [Option<PendingView>; MAX_PENDING_VIEWS],
    /// 0 = deck A alone, 1 = deck B alone.
    pub crossfader: f32,
    /// Master gain in dB.
    pub master_gain_db: f32,
    /// The mixer's other controls that there are once, as set.
    pub knobs: MasterKnobs,
    /// Highest sample of the master in the block.
    pub master_peak: f32,
    /// Of the master over the last 400 ms.
    pub master_levels: Levels,
    /// How far the limiter holds the master down, in dB: 0 or below.
    pub limiter_db: f32,
    /// The file that is listened to without a deck.
    pub listen: Option<ListenView>,
    /// Index into [`Grid::CHOICES`].
    pub quantize: usize,
    /// Times that a node made NaN or infinity and was silenced, since the start.
    pub non_finite: u64,
    /// Events that the way back had no room for, since the start.
    pub lost_events: u64,
    /// What MIDI has done, since the start.
    pub midi: MidiCounts,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            block: 0,
            frames: 0,
            safety: [DeckSafety::default(); NUM_DECKS],
            safety_telemetry: SafetyTelemetry::default(),
            clock: ClockView {
                frame: 0,
                song_beat: 0.0,
                performance_beat: 0.0,
                tempo: Bpm::DEFAULT,
                beats_per_frame: 0.0,
                sample_rate: 48_000.0,
                bar_start_beat: 0.0,
                bar_beats: 4.0,
                host_leads: false,
                source: ClockSource::Local,
                peers: 0,
                quality: Quality::Exact,
            },
            link: LinkView::default(),
            decks: DeckId::ALL.map(|deck| DeckView { knobs: DeckKnobs::of(deck), ..DeckView::default() }),
            pending: [None; MAX_PENDING_VIEWS],
            crossfader: 0.5,
            master_gain_db: 0.0,
            knobs: MasterKnobs::default(),
            master_peak: 0.0,
            master_levels: Levels::SILENT,
            limiter_db: 0.0,
            listen: None,
            quantize: Grid::DEFAULT_CHOICE,
            non_finite: 0,
            lost_events: 0,
            midi: MidiCounts::default(),
        }
    }
}

impl Snapshot {
    /// A control of the mixer's table, as set.
    #[must_use]
    pub const fn knob(&self, knob: Knob) -> f32 {
        match knob.deck() {
            Some(deck) => self.decks[deck.index()].knobs.get(knob),
            None => self.knobs.get(knob),
        }
    }

    /// Shows a control of the mixer's table as set to a value.
    pub const fn set_knob(&mut self, knob: Knob, value: f32) {
        match knob.deck() {
            Some(deck) => self.decks[deck.index()].knobs.set(knob, value),
            None => self.knobs.set(knob, value),
        }
    }
}
