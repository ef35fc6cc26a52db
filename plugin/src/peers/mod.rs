//! Ableton Link: a beat shared with other programs and machines. Not the [bridge](crate::bridge), which is between two
//! Echelons.
//!
//! | file | |
//! |---|---|
//! | `session` | the library, each call on the side that may make it (feature `link`; without it `absent`) |
//! | `thread` | joins, leaves, tells, watches: [`LinkThread`] |
//! | `publish` | what the session is told of our beat |
//! | `start_stop` | starts and stops that are shared |
//! | `advice` | sentences for people |
//!
//! The audio thread hears the session through [`AudioEar`] and makes its own time of it: `echelon_engine::clock`.

#[cfg(not(feature = "link"))]
mod absent;
mod advice;
mod publish;
#[cfg(feature = "link")]
mod session;
mod start_stop;
mod thread;

use std::sync::atomic::{AtomicBool, Ordering};

use echelon_engine::action::{ActionQueue, ActionSender, Request};
use echelon_engine::clock::{
    Agreement, BeatClockUpdate, BeatMap, ClockMode, ClockPolicy, ClockSource, LinkQuality, SessionChange,
};
use echelon_engine::console::Console;
use echelon_engine::message::Snapshot;
use echelon_engine::safety::Source;
use ringbuf::HeapCons;

#[cfg(not(feature = "link"))]
pub use absent::{AudioEar, LinkSession};
pub use publish::{Own, Part};
#[cfg(feature = "link")]
pub use session::{AudioEar, LinkSession, TEMPO_RANGE};
pub use thread::{LinkThread, Orders};

use crate::control::Bell;
use start_stop::StartStop;

/// Whether sessions may be joined in this process.
static NETWORK: AtomicBool = AtomicBool::new(!cfg!(test));

/// Lets this process join sessions on its networks, or keeps it from that: tests must not talk to anyone.
pub fn set_network(allowed: bool) {
    NETWORK.store(allowed, Ordering::Release);
}

/// A session at a glance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its beat from now on.
    pub map: BeatMap,
    /// Others in it, without instances of this process.
    pub peers: usize,
    /// Whether someone has started it.
    pub playing: bool,
    /// Since when, or until when.
    pub playing_micros: f64,
}

impl Look {
    fn change_since(&self, last: &Self) -> SessionChange {
        if self.peers != last.peers {
            SessionChange::Peers
        } else if self.playing != last.playing {
            SessionChange::Playing
        } else if self.map.micros_per_beat.to_bits() != last.map.micros_per_beat.to_bits() {
            SessionChange::Tempo
        } else {
            SessionChange::None
        }
    }
}

/// What a person asks of the session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Another tempo for everyone in it.
    SetTempo(f64),
    /// To start or stop it, for those that go by it.
    SetPlaying(bool),
    /// To share starts and stops, or not.
    SetStartStop(bool),
    /// To move the others to the host's beat while publishing, or not.
    SetTakeOver(bool),
    /// To tell how things stand; every command is answered with that.
    Tell,
}

/// The session, for everyone who looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeersView {
    /// What was set.
    pub mode: ClockMode,
    /// Who leads now.
    pub source: ClockSource,
    /// Whether this build has Link.
    pub available: bool,
    /// Whether a session is joined.
    pub enabled: bool,
    /// Others in it, without instances of this process.
    pub peers: usize,
    /// Instances of this process that are in a session besides this one.
    pub siblings: usize,
    /// The session's tempo; the rig's without one.
    pub tempo_bpm: f64,
    /// When this was made, in the session's time; 0 without one.
    pub at_micros: f64,
    /// The session's beat then; 0 without one.
    pub beat: f64,
    /// Its place in the bar, 0..1.
    pub phase: f64,
    /// Whether someone has started it.
    pub playing: bool,
    /// Since when, or until when, in the session's time.
    pub playing_micros: f64,
    /// How well the rig can follow it.
    pub quality: LinkQuality,
    /// How far beside their time the host's calls usually are.
    pub spread_ms: f64,
    /// How much earlier than its beat the rig plays.
    pub offset_ms: f64,
    /// Whether starts and stops are shared.
    pub start_stop: bool,
    /// Whether the others are moved to the host's beat while publishing.
    pub take_over: bool,
    /// Beats to the bar on which another source is to lead.
    pub switches_in_beats: Option<f64>,
    /// How often the session moved too far to go along.
    pub jumps: u32,
    /// The host's transport rolls.
    pub host_rolls: bool,
    /// The host's tempo.
    pub host_tempo_bpm: Option<f64>,
    /// How far the host's bar is ahead of the session's, the shorter way.
    pub host_ahead_ms: Option<f64>,
    /// Host and session have gone together for 8 beats: the DAW is in the session itself.
    pub host_agrees: bool,
    /// The host loops, and not by whole bars.
    pub host_loops_oddly: bool,
    /// What there is to say to a person, the most important first.
    pub sentences: Vec<String>,
}

/// An instance's part in a session. Control thread.
pub struct Peers {
    session: LinkSession,
    running: Option<(LinkThread, HeapCons<BeatClockUpdate>)>,
    last: Option<BeatClockUpdate>,
    acts: ActionSender,
    start_stop: StartStop,
    shares_start_stop: bool,
    take_over: bool,
    agreement: Agreement,
    view: PeersView,
}

impl Peers {
    /// Outside of any session; what others start and stop goes to `console`.
    #[must_use]
    pub fn new(console: &mut Console, session: LinkSession) -> Self {
        let (acts, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        Self {
            session,
            running: None,
            last: None,
            acts,
            start_stop: StartStop::default(),
            shares_start_stop: false,
            take_over: false,
            agreement: Agreement::default(),
            view: PeersView::default(),
        }
    }

    /// How things stand.
    #[must_use]
    pub const fn view(&self) -> &PeersView {
        &self.view
    }

    /// Whether starts and stops are shared.
    #[must_use]
    pub const fn shares_start_stop(&self) -> bool {
        self.shares_start_stop
    }

    /// Does what a person asks.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::SetStartStop(on) => (self.shares_start_stop, self.view.start_stop) = (on, on),
            Command::SetTakeOver(on) => (self.take_over, self.view.take_over) = (on, on),
            Command::SetTempo(_) | Command::SetPlaying(_) => {
                if let Some((thread, _)) = &self.running {
                    thread.command(command);
                }
            }
            Command::Tell => {}
        }
        self.refresh();
    }

    /// The view's figures of the session as they are now: who asks wants no old ones.
    fn refresh(&mut self) {
        let bar_beats = self.last.map_or(4.0, |last| last.bar_beats);
        let Some(look) = self.session.look(bar_beats) else { return };
        let view = &mut self.view;
        (view.peers, view.playing, view.playing_micros) = (look.peers, look.playing, look.playing_micros);
        (view.tempo_bpm, view.at_micros, view.beat) = (look.map.tempo_bpm(), look.map.at_micros, look.map.beat);
        view.phase = (look.map.beat / bar_beats).rem_euclid(1.0);
    }

    /// One turn; `true` if something was asked of the executor. `bell` is rung when there is news of the session.
    pub fn turn(&mut self, console: &Console, policy: ClockPolicy, bell: &Bell) -> bool {
        let snapshot = console.snapshot();
        self.live(snapshot, policy.mode, bell);
        if let Some((thread, updates)) = &mut self.running {
            self.last = thread::newest(updates).or(self.last);
            let part = part(policy.mode, snapshot.clock.source, self.take_over);
            thread.set_orders(Orders {
                part,
                own: own(part, snapshot),
                bar_beats: snapshot.clock.bar_beats,
                start_stop: self.shares_start_stop,
            });
            let tells = self.shares_start_stop && policy.mode == ClockMode::Publish;
            if let Some(playing) = self.start_stop.tell(tells.then_some(snapshot.link.host_rolls)) {
                thread.command(Command::SetPlaying(playing));
            }
        }
        self.look(snapshot, policy);
        let hears = self.shares_start_stop && policy.mode == ClockMode::Link;
        let plays = self.last.filter(|_| hears).map(|last| last.playing);
        let acts = self.start_stop.hear(plays, |deck| console.deck_state(deck));
        let acted = !acts.is_empty();
        for (action, timing) in acts {
            // Four at most, and the queue is emptied every turn.
            let _ = self.acts.send(Request::new(Source::Bridge, action, timing));
        }
        acted
    }

    /// Joins where a session is wanted, and leaves when nothing goes by it any more.
    fn live(&mut self, snapshot: &Snapshot, mode: ClockMode, bell: &Bell) {
        let wanted = LinkSession::AVAILABLE
            && NETWORK.load(Ordering::Acquire)
            && (mode.joins_session() || snapshot.clock.source == ClockSource::Link);
        match (&self.running, wanted) {
            (None, true) => {
                let bell = bell.clone();
                let bpm = snapshot.clock.tempo.get();
                let started = LinkThread::start(self.session.clone(), bpm, LinkThread::INTERVAL, move || bell.ring());
                // A system without a thread to give may have one in a later turn.
                self.running = started.ok();
            }
            (Some(_), false) => (self.running, self.last) = (None, None),
            _ => {}
        }
    }

    fn look(&mut self, snapshot: &Snapshot, policy: ClockPolicy) {
        let (clock, link) = (&snapshot.clock, &snapshot.link);
        let map = self.last.map(|last| last.map);
        let at_micros = self.session.now_micros();
        let beat = map.map_or(0.0, |map| map.beat_at(at_micros));
        let tempo_bpm = map.map_or_else(|| clock.tempo.get(), |map| map.tempo_bpm());
        let host = link.host_ahead_beats.zip(link.host_tempo.map(|tempo| tempo.get()));
        self.agreement.look(beat, tempo_bpm, host.filter(|_| map.is_some()));
        let ahead = |beats: f64| (beats - (beats / clock.bar_beats).round() * clock.bar_beats) * 60e3 / tempo_bpm;
        self.view = PeersView {
            mode: policy.mode,
            source: clock.source,
            available: LinkSession::AVAILABLE,
            enabled: self.session.is_enabled(),
            peers: self.session.num_peers(),
            siblings: self.session.num_siblings(),
            tempo_bpm,
            at_micros,
            beat,
            phase: (beat / clock.bar_beats).rem_euclid(1.0),
            playing: self.last.is_some_and(|last| last.playing),
            playing_micros: self.last.map_or(0.0, |last| last.playing_micros),
            quality: link.quality,
            spread_ms: link.spread_micros / 1e3,
            offset_ms: f64::from(policy.link_offset_micros) / 1e3,
            start_stop: self.shares_start_stop,
            take_over: self.take_over,
            switches_in_beats: link.switches_in_beats,
            jumps: link.jumps,
            host_rolls: link.host_rolls,
            host_tempo_bpm: link.host_tempo.map(|tempo| tempo.get()),
            host_ahead_ms: link.host_ahead_beats.map(ahead),
            host_agrees: self.agreement.is_together(),
            host_loops_oddly: link.host_loops_oddly,
            sentences: vec![],
        };
        self.view.sentences = advice::sentences(&self.view);
    }
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("session", &self.session).field("view", &self.view).finish_non_exhaustive()
    }
}

fn part(mode: ClockMode, source: ClockSource, force: bool) -> Part {
    match mode {
        ClockMode::Publish => Part::Leader { force },
        ClockMode::Link if source != ClockSource::Link => Part::Newcomer,
        _ => Part::Listener,
    }
}

/// Our beat as the session may be told of it.
fn own(part: Part, snapshot: &Snapshot) -> Own {
    let link = &snapshot.link;
    let knows_time = matches!(link.quality, LinkQuality::Good | LinkQuality::Jittery | LinkQuality::Ahead);
    match part {
        Part::Listener => Own { map: None, tempo_bpm: None },
        Part::Newcomer => Own { map: link.rig_map.filter(|_| knows_time), tempo_bpm: Some(snapshot.clock.tempo.get()) },
        Part::Leader { .. } => Own {
            map: link.host_map.filter(|_| knows_time && !link.host_loops_oddly),
            tempo_bpm: link.host_tempo.filter(|_| link.quality != LinkQuality::Offline).map(|tempo| tempo.get()),
        },
    }
}

#[cfg(test)]
mod tests;
