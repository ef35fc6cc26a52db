//! A soak: hours of music with random actions from every source over random transports, and all that must hold.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use echelon_engine::action::{Action, ActionKind, ActionTiming};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{DeckState, OnAirRule, SafetySettings, Source};
use echelon_engine::units::DeckId;

use super::report::{Rows, SoakReport};
use super::{Chaos, ClickMeter, DeckModel, Fired, Library, Manner, RigHost, TRACKS};
use crate::{Edges, Move, Quirk, Transport};

/// The sample rate, in Hz.
pub(super) const SR: f64 = 48_000.0;
/// A session lasts this long; each has a host, a rig and a seed of its own.
const SESSION_FRAMES: u64 = 5 * 60 * 48_000;

/// A session's host.
fn transport(seed: u64, frames: u64) -> (Transport, bool) {
    let mut chaos = Chaos::new(seed ^ 0x50AC, Manner::Bold);
    let bpm = [120.0, 127.3, 174.0, 90.0, 60.0][chaos.below(5) as usize];
    let (numerator, denominator) = [(4, 4), (4, 4), (7, 8), (3, 4)][chaos.below(4) as usize];
    let mut transport = Transport::rolling(bpm).signature(numerator, denominator);
    transport = transport.edges([Edges::Split, Edges::MidBlock, Edges::Unsplit][chaos.below(3) as usize]);
    // One in three hosts is an exact one at a steady tempo that goes straight on: there every deed is on its frame.
    let exact = seed.is_multiple_of(3);
    if exact {
        return (transport, true);
    }
    for quirk in [Quirk::Ticks(1920), Quirk::BeatsAsF32, Quirk::NoBarStart, Quirk::NoTempoStep, Quirk::NoTempo] {
        if chaos.below(6) == 0 {
            transport = transport.quirk(quirk);
        }
    }
    let mut frame = 0;
    while frame < frames {
        frame += 48_000 + chaos.below(1_500_000);
        let start = (chaos.part() * 64.0).floor();
        let change = match chaos.below(9) {
            0 => Move::Stop,
            1 | 2 => Move::Start,
            3 => Move::Jump(chaos.part() * 64.0 - 8.0),
            4 => Move::Tempo(70.0 + chaos.part() * 110.0),
            5 => Move::Loop(None),
            6 => Move::Loop(Some((start, start + [1.0, 4.0, 16.0][chaos.below(3) as usize]))),
            _ => Move::Ramp { bpm: 80.0 + chaos.part() * 90.0, frames: 48_000 + chaos.below(480_000) },
        };
        transport = transport.at(frame, change);
    }
    (transport, false)
}

/// One session.
struct Session {
    host: RigHost,
    chaos: Chaos,
    model: DeckModel,
    clicks: ClickMeter,
    exact: bool,
    rule: OnAirRule,
    block: u32,
}

impl Session {
    fn new(seed: u64, frames: u64) -> Self {
        let (transport, exact) = transport(seed, frames);
        let mut host = RigHost::new(SR, &transport);
        let mut chaos = Chaos::new(seed, Manner::Bold).without_effects().without_hands();
        let mut settings = SafetySettings::default();
        let rule = [OnAirRule::Refuse, OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow];
        settings.on_air = rule[chaos.below(4) as usize];
        let rule = settings.on_air;
        host.console.set_safety(settings);
        for (deck, (name, ..)) in DeckId::ALL.into_iter().zip(TRACKS) {
            let action = Action::LoadDeck { deck, path: Library::path(name, 2) };
            host.ask(Source::State, action, ActionTiming::Immediate);
        }
        let block = [64, 128, 256, 441, 512, 1024][chaos.below(6) as usize];
        let clicks = ClickMeter::new(SR, 1.0);
        Self { host, chaos, model: DeckModel::default(), clicks, exact, rule, block }
    }

    /// People: now and then something, at times a burst.
    fn ask(&mut self) {
        let count = match self.chaos.below(60) {
            0 => self.chaos.below(40),
            1..=6 => 1,
            _ => 0,
        };
        for _ in 0..count {
            let now = *self.host.snapshot();
            let (source, action, timing) = (self.chaos.source(), self.chaos.action(&now), self.chaos.timing(&now));
            if let Some(id) = self.host.ask(source, action, timing) {
                self.chaos.remember(id);
            }
        }
    }

    /// One block, with all that must hold after it.
    fn step(&mut self, report: &mut SoakReport) -> Result<(), String> {
        let refused = self.host.ledger.finals[1];
        self.ask();
        self.host.tick();
        let before = *self.host.snapshot();
        let frames = if self.chaos.below(20) == 0 { 1 + self.chaos.below(2_000) as u32 } else { self.block };
        let inputs = if self.chaos.below(8) == 0 { self.chaos.inputs(frames) } else { vec![] };
        let from = self.host.frame();
        self.host.block(frames, &inputs);
        self.host.tick();
        let refused = self.host.ledger.finals[1] - refused;
        let deeds = self.host.ledger.take_fired();
        let after = *self.host.snapshot();
        self.model.follow(&deeds, self.rule, &after).map_err(|broken| broken.0)?;
        if let Some(wrong) = self.host.ledger.wrong.first() {
            return Err(wrong.clone());
        }
        self.look(from, &deeds, &before, &after, report)?;
        self.check_times(&deeds, report)?;
        self.check_on_air(&deeds, &before, &after, refused, report)?;
        report.host_deeds +=
            deeds.iter().filter(|deed| matches!(deed.source, Source::Host | Source::Midi)).count() as u64;
        Ok(())
    }

    /// No click: the meter hears of everything that may fade.
    fn look(
        &mut self,
        from: u64,
        deeds: &[Fired],
        before: &Snapshot,
        after: &Snapshot,
        report: &mut SoakReport,
    ) -> Result<(), String> {
        for deed in deeds {
            let moves = deed.kind.is_gesture() || matches!(deed.kind, ActionKind::Panic | ActionKind::Mixer);
            for deck in DeckId::ALL.into_iter().filter(|deck| moves && deed.deck.is_none_or(|own| own == *deck)) {
                self.clicks.deed(deck.index(), deed.frame);
            }
        }
        for deck in DeckId::ALL {
            let i = deck.index();
            let (was, is) = (&before.decks[i], &after.decks[i]);
            // What no request did: the host's gain, a jump or stop of its transport.
            let way = is.position_secs - was.position_secs;
            let made = (after.frames - before.frames) as f64 / SR;
            let moved = was.state == DeckState::Playing && is.state == DeckState::Playing && (way - made).abs() > 1e-6;
            if was.gain_db.to_bits() != is.gain_db.to_bits() || moved || was.state != is.state {
                (before.frames..after.frames).step_by(32).take(1).for_each(|frame| self.clicks.deed(i, frame));
            }
        }
        let click = self.clicks.look(from, &self.host.out);
        report.worst_click = report.worst_click.max(self.clicks.worst);
        click.map_or(Ok(()), |click| {
            let near: Vec<_> = deeds.iter().filter(|deed| deed.frame.abs_diff(click.frame) < 3_000).collect();
            Err(format!("a click: {click:?}; near it: {near:?}; decks {:?} {:?}", before.decks, after.decks))
        })
    }

    /// Every deed is on its frame, where the host is exact.
    fn check_times(&self, deeds: &[Fired], report: &mut SoakReport) -> Result<(), String> {
        if !self.exact {
            return Ok(());
        }
        for deed in deeds {
            // A start within its grace is late and in phase, a load waits for the fade before it.
            let may_be_late = matches!(deed.kind, ActionKind::Play | ActionKind::Load);
            if deed.error_frames != 0 && !may_be_late || deed.error_frames < 0 {
                return Err(format!("not on its frame: {deed:?}"));
            }
            if !may_be_late {
                report.worst_error = report.worst_error.max(deed.error_frames);
            }
            report.on_time += u64::from(deed.error_frames == 0);
        }
        Ok(())
    }

    /// A deck on air that nothing was done to plays on, whatever was refused.
    fn check_on_air(
        &self,
        deeds: &[Fired],
        before: &Snapshot,
        after: &Snapshot,
        refused: u64,
        report: &mut SoakReport,
    ) -> Result<(), String> {
        let frames = after.frames - before.frames;
        for deck in DeckId::ALL {
            let (was, is) = (&before.decks[deck.index()], &after.decks[deck.index()]);
            let own = |deed: &&Fired| {
                deed.deck.is_none_or(|other| other == deck)
                    && (deed.kind.is_gesture() || deed.kind == ActionKind::Panic)
            };
            if !was.on_air || was.state != DeckState::Playing || deeds.iter().any(|deed| own(&deed)) {
                continue;
            }
            report.refused_on_air += refused;
            // A host that jumped may have put it ahead by half a bar, and so past its end.
            let reach = if self.exact { 0.1 } else { 4.0 };
            let ended = was.position_secs + frames as f64 / SR + reach > was.length_secs;
            // Only the host itself, by a stop or jump of its transport, moves it then. Exact hosts do not.
            if self.exact && !ended && (is.position_secs - was.position_secs - frames as f64 / SR).abs() > 1e-6 {
                return Err(format!("deck {deck} on air was moved by nobody: {was:?} {is:?}"));
            }
            if is.state != DeckState::Playing && !ended {
                return Err(format!("deck {deck} on air was stopped by nobody: {was:?} {is:?}"));
            }
        }
        Ok(())
    }
}

/// One session from its seed.
fn run(seed: u64, frames: u64) -> Result<(SoakReport, Rows), String> {
    let mut report = SoakReport { worst_click: -1.0, frames, sessions: 1, ..SoakReport::default() };
    let mut session = Session::new(seed, frames);
    while session.host.frame() < frames {
        let step = session.step(&mut report);
        step.map_err(|error| format!("session {seed}, {:.1} s: {error}", session.host.frame() as f64 / SR))?;
    }
    let Session { mut host, .. } = session;
    host.wind_up();
    if let Some(wrong) = host.ledger.wrong.first() {
        return Err(format!("session {seed}: {wrong}"));
    }
    if host.snapshot().non_finite > 0 || host.offences.total() > 0 {
        return Err(format!("session {seed}: {} NaN, {}", host.snapshot().non_finite, host.offences));
    }
    (report.requests, report.finals) = (host.ledger.asked, host.ledger.finals);
    if report.requests != report.finals.iter().sum::<u64>() {
        return Err(format!("session {seed}: {}", host.ledger));
    }
    let mut rows = Rows::default();
    rows.add(&host);
    Ok((report, rows))
}

/// Several sessions, as many at once as there are cores.
fn run_all(seeds: &[(u64, u64)], progress: &(impl Fn(u64) + Sync)) -> Result<(SoakReport, Rows), String> {
    let next = AtomicUsize::new(0);
    let sum = Mutex::new(Ok((SoakReport { worst_click: -1.0, ..SoakReport::default() }, Rows::default())));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(seeds.len());
    let work = || {
        while let Some((seed, frames)) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let session = run(*seed, *frames);
            let mut sum = sum.lock().expect("no session panics");
            match (&mut *sum, session) {
                (Ok((all, rows)), Ok((report, own))) => {
                    all.add(&report);
                    rows.merge(&own);
                }
                (sum @ Ok(_), Err(error)) => *sum = Err(error),
                (Err(_), _) => return,
            }
            progress(*frames);
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    sum.into_inner().expect("no session panics")
}

/// Soaks so many frames of music. `progress` is told of the frames of each session that is over.
///
/// # Errors
/// A sentence with the seed of the session and the second if anything did not hold.
pub fn soak(frames: u64, seed: u64, progress: impl Fn(u64) + Sync) -> Result<SoakReport, String> {
    let count = frames.div_ceil(SESSION_FRAMES);
    let length = |i: u64| SESSION_FRAMES.min(frames - i * SESSION_FRAMES);
    let sessions: Vec<_> = (0..count).map(|i| (seed.wrapping_mul(1_000).wrapping_add(i), length(i))).collect();
    // What is allocated once, is.
    let (first, rest) = sessions.split_at(sessions.len().min(4));
    let (mut report, mut rows) = run_all(first, &progress)?;
    let before = heap_bytes();
    let (others, own) = run_all(rest, &progress)?;
    report.add(&others);
    rows.merge(&own);
    report.memory = [before, heap_bytes()];
    // A session's rig is gone by now: what is left may not grow with the hours.
    if report.memory[1] > report.memory[0] + (1 << 20) {
        return Err(format!("memory grew from {} to {} bytes", report.memory[0], report.memory[1]));
    }
    report.telemetry = rows.table();
    Ok(report)
}

/// Bytes that the C library's heap has given out; 0 where it does not say.
fn heap_bytes() -> u64 {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: no arguments, no state but the heap's own.
        let info = unsafe { libc::mallinfo2() };
        info.uordblks as u64 + info.hblkhd as u64
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    0
}
