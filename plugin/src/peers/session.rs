//! Ableton Link, wrapped so that each call is made from the side that may make it.
//!
//! The library's callbacks are never used: the binding hands out pointers to what is gone by then. Everything is polled.
//! Nothing is ever committed from the audio thread: that would hide the network from it for a second.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use echelon_engine::clock::{BeatMap, SessionWord};
use rusty_link::{AblLink, SessionState};

use super::Look;

/// Sessions of this process that are joined: each sees the others as peers, who are none to a person.
static JOINED: AtomicU64 = AtomicU64::new(0);

/// Below and above these, in BPM, Link knows no tempo.
pub const TEMPO_RANGE: std::ops::RangeInclusive<f64> = 20.0..=999.0;

/// One instance's part in a Link session. Clones are the same. Any thread but the audio thread.
///
/// Nothing is on the network, and no thread runs, before the first [`LinkSession::enable`].
#[derive(Clone, Debug, Default)]
pub struct LinkSession(Arc<Inner>);

#[derive(Default)]
struct Inner {
    link: OnceLock<AblLink>,
    enabled: AtomicBool,
    /// For everyone but the audio thread.
    desk: Mutex<Option<SessionState>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

impl LinkSession {
    /// Whether this build has Link.
    pub const AVAILABLE: bool = true;

    /// A part that is not taken yet, and the ear with which the audio thread hears it. There is one ear: the library
    /// lets one thread at a time capture for audio.
    #[must_use]
    pub fn create() -> (Self, AudioEar) {
        let session = Self::default();
        let ear = AudioEar { inner: session.0.clone(), state: SessionState::new() };
        (session, ear)
    }

    /// Joins the session that is on the network, or begins one at so many BPM; or leaves it. The tempo counts only the
    /// first time.
    pub fn enable(&self, on: bool, bpm: f64) {
        if !on && self.0.link.get().is_none() {
            return;
        }
        let link = self.0.link.get_or_init(|| AblLink::new(bpm.clamp(*TEMPO_RANGE.start(), *TEMPO_RANGE.end())));
        if self.0.enabled.swap(on, Ordering::AcqRel) == on {
            return;
        }
        if on {
            JOINED.fetch_add(1, Ordering::AcqRel);
        } else {
            JOINED.fetch_sub(1, Ordering::AcqRel);
        }
        link.enable(on);
    }

    /// Leaves the session.
    pub fn close(&self) {
        self.enable(false, 120.0);
    }

    /// Whether it is joined.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.enabled.load(Ordering::Acquire)
    }

    /// Whether anyone else is in it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.num_peers() > 0
    }

    /// Others in the session, without instances of this process.
    #[must_use]
    pub fn num_peers(&self) -> usize {
        usize::try_from(self.0.others()).unwrap_or(usize::MAX)
    }

    /// Instances of this process that are in a session besides this one.
    #[must_use]
    pub fn num_siblings(&self) -> usize {
        usize::try_from(self.0.siblings()).unwrap_or(usize::MAX)
    }

    /// The session's beat now, in bars of so many beats; 0 before it was ever joined.
    #[must_use]
    pub fn beat_time(&self, bar_beats: f64) -> f64 {
        self.look(bar_beats).map_or(0.0, |look| look.map.beat)
    }

    /// Place in the bar now, 0..1.
    #[must_use]
    pub fn phase(&self, bar_beats: f64) -> f64 {
        (self.beat_time(bar_beats) / bar_beats).rem_euclid(1.0)
    }

    /// What there is to see of the session now; `None` if it is not joined.
    #[must_use]
    pub fn look(&self, bar_beats: f64) -> Option<Look> {
        self.with_desk(|link, state| {
            let now = link.clock_micros();
            Look {
                map: map_of(state, now, bar_beats),
                peers: self.num_peers(),
                playing: state.is_playing(),
                playing_micros: state.time_for_is_playing() as f64,
            }
        })
    }

    /// Asks the session for another tempo. Outside of [`TEMPO_RANGE`] it is clamped.
    pub fn set_tempo(&self, bpm: f64) {
        self.commit(|state, now| state.set_tempo(bpm.clamp(*TEMPO_RANGE.start(), *TEMPO_RANGE.end()), now));
    }

    /// Puts a beat on a time. Who is alone is heard at once; with others only the place in the bar counts, unless
    /// `force`, which moves them all.
    pub fn set_beat(&self, map: BeatMap, bar_beats: f64, force: bool) {
        self.commit(|state, now| {
            let beat = map.beat_at(now as f64);
            if force {
                state.force_beat_at_time(beat, now, bar_beats);
            } else {
                state.request_beat_at_time(beat, now, bar_beats);
            }
        });
    }

    /// Starts or stops the session, for those that go by it.
    pub fn set_playing(&self, playing: bool) {
        self.commit(|state, now| state.set_is_playing(playing, now));
    }

    /// Whether starts and stops go to the session, and come from it.
    pub fn sync_start_stop(&self, on: bool) {
        if let Some(link) = self.0.link.get()
            && link.is_start_stop_sync_enabled() != on
        {
            link.enable_start_stop_sync(on);
        }
    }

    /// The time that all peers on this machine share, in microseconds; 0 before the session was ever joined.
    #[must_use]
    pub fn now_micros(&self) -> f64 {
        self.0.link.get().map_or(0.0, |link| link.clock_micros() as f64)
    }

    fn commit(&self, change: impl FnOnce(&mut SessionState, i64)) {
        self.with_desk(|link, state| {
            change(state, link.clock_micros());
            link.commit_app_session_state(state);
        });
    }

    fn with_desk<T>(&self, work: impl FnOnce(&AblLink, &mut SessionState) -> T) -> Option<T> {
        let link = self.0.link.get().filter(|_| self.is_enabled())?;
        let mut desk: MutexGuard<'_, _> = self.0.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let state = desk.get_or_insert_with(SessionState::new);
        link.capture_app_session_state(state);
        Some(work(link, state))
    }
}

impl Inner {
    fn siblings(&self) -> u64 {
        JOINED.load(Ordering::Acquire).saturating_sub(u64::from(self.enabled.load(Ordering::Acquire)))
    }

    fn others(&self) -> u64 {
        self.link.get().map_or(0, |link| link.num_peers().saturating_sub(self.siblings()))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.enabled.swap(false, Ordering::AcqRel) {
            JOINED.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// The audio thread's way to hear the session.
pub struct AudioEar {
    inner: Arc<Inner>,
    state: SessionState,
}

impl AudioEar {
    /// What is known of the session now; `None` if it is not joined. `latency_micros`: how much later than it is made
    /// all sound leaves the plugin.
    ///
    /// # Real-time
    /// No lock, no allocation: a read of a triple buffer and of a clock.
    pub fn hear(&mut self, bar_beats: f64, latency_micros: f64) -> Option<SessionWord> {
        let link = self.inner.link.get().filter(|_| self.inner.enabled.load(Ordering::Acquire))?;
        let now = link.clock_micros();
        link.capture_audio_session_state(&mut self.state);
        let peers = u32::try_from(self.inner.others()).unwrap_or(u32::MAX);
        let map = map_of(&self.state, now, bar_beats);
        Some(SessionWord { now_micros: now as f64, map, bar_beats, peers, latency_micros })
    }
}

impl std::fmt::Debug for AudioEar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AudioEar").finish_non_exhaustive()
    }
}

/// Beats go by the tempo in whole microseconds, on every peer: extrapolating by the tempo itself would drift.
fn map_of(state: &SessionState, now: i64, bar_beats: f64) -> BeatMap {
    BeatMap {
        at_micros: now as f64,
        beat: state.beat_at_time(now, bar_beats),
        micros_per_beat: BeatMap::rounded_micros_per_beat(state.tempo()),
    }
}
