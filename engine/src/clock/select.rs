//! Which source leads, and when another takes over: on a bar of the one before, so that nothing that is heard changes
//! before it.

use super::link::{CallTimes, LinkClock, LinkQuality, LinkView, LinkWord, Regularity, SessionWord};
use super::{
    BeatMap, BeatSource, BlockClock, ClockMode, ClockPolicy, Discontinuity, HostClock, HostTransport, Quality,
};
use crate::action::Grid;
use crate::units::Bpm;

/// Loops that differ from whole bars by less than this, in beats, are of whole bars.
const WHOLE_BARS_BEATS: f64 = 1e-3;

/// Who leads, of what was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leader {
    /// [`HostClock`], with what the host says.
    Host,
    /// [`LinkClock`].
    Link,
    /// [`HostClock`], as if the host said nothing.
    Local,
}

/// The rig's clock: one of host, session and none, by [`ClockMode`]. Audio thread.
///
/// A session leads only where what is made is heard when it is made: a bounce goes by the host at once, whether the host
/// says that it bounces or makes music faster than time.
#[derive(Clone, Debug)]
pub struct RigClock {
    host: HostClock,
    link: LinkClock,
    calls: CallTimes,
    session: Option<SessionWord>,
    offline: bool,
    ahead: bool,
    leader: Leader,
    /// The leader is about to make its first block.
    took_over: bool,
    /// Performance beat on which another source is to take over.
    switch_at: Option<f64>,
    last: Option<BlockClock>,
    view: LinkView,
}

impl RigClock {
    /// At performance beat 0, with the host leading. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self {
            host: HostClock::new(sample_rate),
            link: LinkClock::new(sample_rate),
            calls: CallTimes::new(sample_rate),
            session: None,
            offline: false,
            ahead: false,
            leader: Leader::Host,
            took_over: false,
            switch_at: None,
            last: None,
            view: LinkView::default(),
        }
    }

    /// Another sample rate, or the host begins anew; the beat goes on where it is.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.host.set_sample_rate(sample_rate);
        self.link = LinkClock::new(sample_rate);
        self.calls = CallTimes::new(sample_rate);
        if self.leader == Leader::Link {
            // Until the calls are known again.
            self.leader = Leader::Host;
            self.took_over = true;
            self.last.iter().for_each(|last| self.host.take_over(last));
        }
    }

    /// Other settings, from the next segment on.
    pub const fn set_policy(&mut self, policy: ClockPolicy) {
        self.host.set_policy(policy);
    }

    /// In Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.host.sample_rate()
    }

    /// The settings.
    #[must_use]
    pub const fn policy(&self) -> ClockPolicy {
        self.host.policy()
    }

    /// Beats in a bar, as a session is to be asked for it.
    #[must_use]
    pub fn bar_beats(&self) -> f64 {
        self.last.map_or(4.0, |last| last.lines().bar_beats)
    }

    /// How host, session and rig stand to each other.
    #[must_use]
    pub const fn view(&self) -> &LinkView {
        &self.view
    }

    /// What is known of the session as the host calls for a block of so many frames: `None` if it is not joined.
    /// `offline` and `ahead` are the host's own words on the block. Once a block, before its first segment.
    pub fn hear_session(&mut self, session: Option<SessionWord>, frames: u32, offline: bool, ahead: bool) {
        (self.offline, self.ahead) = (offline, ahead);
        let session = session.filter(|word| word.map.is_sane() && word.bar_beats > 0.0 && word.now_micros.is_finite());
        match &session {
            Some(word) => self.calls.hear(word.now_micros, frames),
            None if self.session.is_some() => self.calls = CallTimes::new(self.host.sample_rate()),
            None => {}
        }
        self.session = session;
        self.view.quality = self.quality();
        self.view.spread_micros = if self.session.is_some() { self.calls.spread_micros() } else { 0.0 };
    }

    /// How many of the next frames belong to one clock: all, or those before another source takes over. Where that is
    /// now it takes over.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn prepare(&mut self, host: &HostTransport, frames: u32) -> u32 {
        let wanted = self.wanted();
        if wanted == self.leader {
            self.switch_at = None;
            return frames;
        }
        let Some(last) = self.last.filter(|last| !self.must_not_wait(last)) else {
            self.switch_to(wanted);
            return frames;
        };
        let at = *self.switch_at.get_or_insert_with(|| next_bar(&last));
        match self.clone().lead(host, frames).0.frame_of(at) {
            None => frames,
            Some(0) => {
                self.switch_to(wanted);
                frames
            }
            Some(before) => before,
        }
    }

    /// The clock of the next `frames` frames, given what the host says of the first of them. After
    /// [`RigClock::prepare`], with no more frames than that said.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn begin_block(&mut self, host: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        self.compare(host);
        let (clock, what) = self.lead(host, frames);
        self.view.rig_map = self.session.map(|session| BeatMap {
            at_micros: self.heard_micros(&session),
            beat: clock.song_beat_at(0),
            micros_per_beat: 60e6 / clock.tempo().get(),
        });
        let took_over = std::mem::take(&mut self.took_over);
        let what = match what {
            Some(Discontinuity::Started { beats }) if took_over => Some(Discontinuity::Switched { beats }),
            Some(Discontinuity::Jumped { .. }) if self.leader == Leader::Link => {
                self.view.jumps = self.view.jumps.saturating_add(1);
                what
            }
            what => what,
        };
        if what.is_some() {
            // Where the next bar is has to be found out again.
            self.switch_at = None;
        }
        self.view.switches_in_beats = self.switch_at.map(|at| (at - clock.performance_beat_at(frames)).max(0.0));
        self.calls.pass(frames);
        self.last = Some(clock);
        (clock, what)
    }

    fn lead(&mut self, host: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        match (self.leader, self.link_word()) {
            (Leader::Link, Some(word)) => self.link.begin_block(&word, frames),
            (Leader::Local, _) => self.host.begin_block(&HostTransport::SILENT, frames),
            _ => self.host.begin_block(host, frames),
        }
    }

    fn wanted(&self) -> Leader {
        match self.policy().mode {
            ClockMode::Host | ClockMode::Publish => Leader::Host,
            ClockMode::Local => Leader::Local,
            ClockMode::Link => match self.quality() {
                LinkQuality::Good | LinkQuality::Jittery | LinkQuality::Ahead => Leader::Link,
                // It led, and its time begins anew: it goes on.
                LinkQuality::Settling => self.leader,
                LinkQuality::Off | LinkQuality::Offline => Leader::Host,
            },
        }
    }

    fn quality(&self) -> LinkQuality {
        match (self.session, self.calls.regularity()) {
            (None, _) => LinkQuality::Off,
            _ if self.offline => LinkQuality::Offline,
            (_, Regularity::Regular | Regularity::Irregular) if self.ahead => LinkQuality::Ahead,
            (_, regularity) => LinkQuality::of(regularity),
        }
    }

    /// Nothing is heard that could change, or what leads is not there any more.
    fn must_not_wait(&self, last: &BlockClock) -> bool {
        let is_gone = self.leader == Leader::Link && (self.session.is_none() || self.quality() == LinkQuality::Offline);
        self.offline || is_gone || last.stands_still()
    }

    fn switch_to(&mut self, wanted: Leader) {
        (self.leader, self.took_over, self.switch_at) = (wanted, true, None);
        let Some(last) = &self.last else { return };
        match wanted {
            Leader::Link => self.link.take_over(last),
            Leader::Host | Leader::Local => self.host.take_over(last),
        }
    }

    /// What the session says of the present segment's first frame.
    fn link_word(&self) -> Option<LinkWord> {
        let session = self.session?;
        let tempo = Bpm::new(session.map.tempo_bpm())?;
        let quality = match self.quality() {
            LinkQuality::Jittery | LinkQuality::Ahead => Quality::Jittery,
            _ => Quality::Exact,
        };
        Some(LinkWord {
            beat: session.map.beat_at(self.heard_micros(&session)),
            beats_per_frame: self.calls.micros_per_frame() / session.map.micros_per_beat,
            tempo,
            bar_beats: session.bar_beats,
            peers: session.peers,
            quality,
        })
    }

    /// When the present segment's first frame is heard, in the session's time.
    fn heard_micros(&self, session: &SessionWord) -> f64 {
        let offset = f64::from(self.policy().link_offset_micros);
        // `calls` has passed the segments before this one already.
        self.calls.micros_at(0) + offset + session.latency_micros
    }

    /// Notes how the host stands to the session.
    fn compare(&mut self, host: &HostTransport) {
        let place = host.song_beats.filter(|beat| host.playing && beat.is_finite());
        self.view.host_rolls = host.playing;
        self.view.host_tempo = host.tempo;
        let heard = self.session.map(|session| (session, self.heard_micros(&session)));
        self.view.host_ahead_beats = heard.zip(place).map(|((session, at), beat)| beat - session.map.beat_at(at));
        let micros_per_beat = host.tempo.map(|tempo| 60e6 / tempo.get());
        self.view.host_map = heard
            .zip(place.zip(micros_per_beat))
            .map(|((_, at_micros), (beat, micros_per_beat))| BeatMap { at_micros, beat, micros_per_beat });
        let bar_beats = self.bar_beats();
        self.view.host_loops_oddly = host.loop_beats.is_some_and(|(from, to)| {
            let bars = (to - from) / bar_beats;
            !bars.is_finite() || (bars - bars.round()).abs() * bar_beats > WHOLE_BARS_BEATS
        });
    }
}

/// The performance beat of the next bar after a block.
fn next_bar(last: &BlockClock) -> f64 {
    let end = last.song_beat_at(last.frames());
    last.to_performance(last.lines().next(Grid::BAR, end, last.half_frame_beats()))
}
