//! The session as a clock: small ways are made up for, long ones are jumps, and who leads changes on a bar.

use echelon_engine::clock::{
    BeatClock, BeatMap, BeatSource, BlockClock, ClockMode, ClockPolicy, ClockSource, Discontinuity, HostTransport,
    LinkClock, LinkQuality, LinkWord, Quality, RigClock, SLEW_RATIO, SessionWord, StopPolicy,
};
use echelon_engine::units::{Bpm, TimeSignature};

use crate::host::{Random, SR};

fn word(beat: f64, bpm: f64) -> LinkWord {
    let tempo = Bpm::new(bpm).unwrap();
    let (beats_per_frame, quality) = (tempo.beats_per_frame(SR), Quality::Exact);
    LinkWord { beat, beats_per_frame, tempo, bar_beats: 4.0, peers: 1, quality }
}

/// A session at 120 BPM whose beat is `ahead` of the rig's by `off` seconds after the 100th block.
fn worst_speed_and_rest(off: f64, blocks: u32, frames: u32) -> (f64, f64, usize) {
    let mut clock = LinkClock::new(SR);
    let per_frame = 2.0 / SR;
    let (mut frame, mut worst, mut jumps) = (0_u64, 0.0_f64, 0);
    let mut rest = 0.0;
    for index in 0..blocks {
        let shift = if index >= 100 { off * 2.0 } else { 0.0 };
        let at = 16.0 + frame as f64 * per_frame + shift;
        let (block, what) = clock.begin_block(&word(at, 120.0), frames);
        jumps += usize::from(matches!(what, Some(Discontinuity::Jumped { .. })));
        let speed =
            (block.performance_beat_at(frames) - block.performance_beat_at(0)) / (f64::from(frames) * per_frame);
        worst = worst.max((speed - 1.0).abs());
        frame += u64::from(frames);
        rest = (16.0 + frame as f64 * per_frame + shift - block.song_beat_at(frames)) / 2.0;
    }
    (worst, rest, jumps)
}

#[test]
fn a_small_way_off_is_made_up_for_within_the_slew() {
    for off in [0.019, -0.019, 0.001, -0.00001] {
        for frames in [1, 64, 512, 1024] {
            let blocks = 100 + (6.0 * SR) as u32 / frames;
            let (worst, rest, jumps) = worst_speed_and_rest(off, blocks, frames);
            assert_eq!(jumps, 0, "{off}");
            assert!(worst <= SLEW_RATIO + 1e-9, "{off} in {frames}: {worst}");
            assert!(rest.abs() < 1e-6, "{off} in {frames}: {rest} s are left");
        }
    }
}

#[test]
fn a_long_way_off_is_one_jump_and_the_performance_beat_goes_on() {
    for off in [0.021, -0.3, 40.0] {
        let (worst, rest, jumps) = worst_speed_and_rest(off, 300, 256);
        assert_eq!(jumps, 1, "{off}");
        assert!(worst < 1e-9 && rest.abs() < 1e-9, "{off}: {worst} {rest}");
    }
}

#[test]
fn performance_beats_have_no_gap_whatever_the_session_does() {
    let (mut clock, mut random) = (LinkClock::new(SR), Random::new(9));
    let mut end = None::<f64>;
    for _ in 0..20_000 {
        let place = f64::from(random.below(100_000)) / 100.0 - 500.0;
        let bpm = 20.0 + f64::from(random.below(900));
        let frames = random.below(1024);
        let (block, _) = clock.begin_block(&word(place, bpm), frames);
        assert!(end.is_none_or(|end| end.to_bits() == block.performance_beat_at(0).to_bits()));
        assert!(block.performance_beat_at(frames) >= block.performance_beat_at(0));
        end = Some(block.performance_beat_at(frames));
    }
}

#[test]
fn it_is_a_clock_like_the_others() {
    let mut clock = LinkClock::new(SR);
    assert!(!clock.is_synchronized());
    let (_, what) = clock.begin_block(&word(-3.0, 120.0), 12_000);
    assert_eq!(what, Some(Discontinuity::Switched { beats: -3.0 }));
    assert!((clock.current_beat() + 2.5).abs() < 1e-9 && clock.tempo_bpm() == 120.0);
    assert!((clock.phase() - 0.375).abs() < 1e-9 && (clock.time_to_next_bar() - 1.25).abs() < 1e-9);
    assert_eq!((clock.is_synchronized(), clock.num_peers()), (true, 1));
    let (block, _) = clock.begin_block(&LinkWord { peers: 0, ..word(-2.5, 120.0) }, 64);
    assert!(!block.is_synchronized() && block.num_peers() == 0 && block.source() == ClockSource::Link);
}

/// A rig's clock in a host, with a session.
struct Bench {
    clock: RigClock,
    frame: u64,
    host: HostTransport,
    host_start: f64,
    /// The session's beat at frame 0, and its tempo.
    session: Option<(f64, f64)>,
    /// How much faster than time blocks come.
    speed: f64,
    micros: f64,
    offline: bool,
    what: Vec<(u64, Discontinuity)>,
}

impl Bench {
    fn new(host_bpm: f64) -> Self {
        let host = HostTransport {
            playing: true,
            tempo: Bpm::new(host_bpm),
            signature: TimeSignature::new(4, 4),
            ..HostTransport::SILENT
        };
        let clock = RigClock::new(SR);
        Self {
            clock,
            frame: 0,
            host,
            host_start: 0.0,
            session: None,
            speed: 1.0,
            micros: 5e9,
            offline: false,
            what: vec![],
        }
    }

    fn set(&mut self, mode: ClockMode) {
        self.clock.set_policy(ClockPolicy { mode, ..self.clock.policy() });
    }

    fn session_beat(&self, frame: u64) -> f64 {
        self.session.map_or(0.0, |(start, bpm)| start + frame as f64 / SR * bpm / 60.0)
    }

    /// One block of the host, in as many segments as it takes.
    fn block(&mut self, frames: u32) -> Vec<BlockClock> {
        let word = self.session.map(|(_, bpm)| SessionWord {
            now_micros: self.micros,
            map: BeatMap { at_micros: self.micros, beat: self.session_beat(self.frame), micros_per_beat: 60e6 / bpm },
            bar_beats: self.clock.bar_beats(),
            peers: 1,
            latency_micros: 0.0,
        });
        let tempo = self.host.tempo.map_or(120.0, Bpm::get);
        let song_beats = Some(self.host_start + self.frame as f64 / SR * tempo / 60.0);
        let mut host = HostTransport { song_beats, ..self.host };
        self.clock.hear_session(word, frames, self.offline, false);
        let (mut left, mut made) = (frames, vec![]);
        loop {
            let now = self.clock.prepare(&host, left);
            let (clock, what) = self.clock.begin_block(&host, now);
            self.what.extend(what.map(|what| (self.frame, what)));
            made.push(clock);
            self.frame += u64::from(now);
            left -= now;
            if left == 0 {
                break;
            }
            host = host.advanced(now, SR);
        }
        self.micros += f64::from(frames) * 1e6 / SR / self.speed;
        made
    }

    fn run(&mut self, secs: f64) -> Vec<BlockClock> {
        (0..(secs * SR / 480.0) as u32).flat_map(|_| self.block(480)).collect()
    }

    /// The frame from which on a source leads.
    fn from(clocks: &[BlockClock], source: ClockSource) -> Option<u64> {
        clocks.iter().find(|clock| clock.source() == source).map(BlockClock::first_frame)
    }
}

#[test]
fn a_session_takes_over_on_the_host_s_next_bar_and_not_before() {
    let mut bench = Bench::new(120.0);
    bench.run(0.3);
    bench.session = Some((1000.25, 126.0));
    bench.set(ClockMode::Link);
    let clocks = bench.run(8.0);
    // It is known how the host calls after a second, at 1.3 s: the next bar of two seconds begins at 2 s.
    assert_eq!(Bench::from(&clocks, ClockSource::Link), Some(96_000));
    for clock in &clocks {
        let (frame, end) = (clock.first_frame(), clock.frames());
        if frame < 96_000 {
            assert_eq!((clock.source(), clock.tempo().get()), (ClockSource::Host, 120.0));
            assert!((clock.song_beat_at(end) - (frame + u64::from(end)) as f64 / 24_000.0).abs() < 1e-9);
        } else {
            assert!((clock.song_beat_at(0) - bench.session_beat(frame)).abs() < 1e-6, "at {frame}");
        }
    }
    let gaps = clocks.windows(2).map(|two| two[1].performance_beat_at(0) - two[0].performance_beat_at(two[0].frames()));
    assert!(gaps.into_iter().all(|gap| gap == 0.0), "performance beats have no gap");
    let ways: Vec<_> = bench.what.iter().filter(|(frame, _)| *frame > 0).collect();
    let [(96_000, Discontinuity::Switched { beats })] = ways[..] else { panic!("{ways:?}") };
    assert!((beats - (bench.session_beat(96_000) - 4.0)).abs() < 1e-6);
}

#[test]
fn back_to_the_host_on_the_session_s_bar_and_to_nobody() {
    let mut bench = Bench::new(100.0);
    (bench.session, bench.host_start) = (Some((-7.0, 140.0)), 3.3);
    bench.set(ClockMode::Link);
    bench.run(6.0);
    bench.set(ClockMode::Host);
    let clocks = bench.run(4.0);
    let at = Bench::from(&clocks, ClockSource::Host).unwrap();
    let bar = bench.session_beat(at) / 4.0;
    assert!((bar - bar.round()).abs() * 4.0 < 1e-4, "on the session's bar: {bar}");
    let clock = clocks.last().unwrap();
    assert!((clock.song_beat_at(0) - 3.3 - clock.first_frame() as f64 / SR * 100.0 / 60.0).abs() < 1e-6);
    bench.set(ClockMode::Local);
    let clocks = bench.run(4.0);
    assert_eq!(clocks.last().map(|clock| (clock.source(), clock.tempo().get())), Some((ClockSource::Local, 100.0)));
    assert!(!clocks.last().unwrap().is_synchronized());
}

#[test]
fn a_bounce_is_the_host_s_to_the_bit_with_a_session_on() {
    // The host says so; or it does not, and the rig never trusts time before it has seen a second of it.
    for (offline, speed) in [(true, 1.0), (true, 80.0), (false, 80.0)] {
        let (mut with, mut without) = (Bench::new(127.3), Bench::new(127.3));
        (with.session, with.offline, with.speed) = (Some((5.5, 90.0)), offline, speed);
        with.set(ClockMode::Link);
        assert_eq!(with.run(30.0), without.run(30.0), "{offline} {speed}");
        assert_eq!(with.what, without.what);
    }
}

#[test]
fn a_bounce_that_begins_while_the_session_leads_goes_by_the_host_at_once() {
    let mut bench = Bench::new(120.0);
    bench.session = Some((0.5, 126.0));
    bench.set(ClockMode::Link);
    assert!(Bench::from(&bench.run(6.0), ClockSource::Link).is_some());
    (bench.offline, bench.speed) = (true, 50.0);
    let clocks = bench.run(2.0);
    assert!(clocks.iter().all(|clock| clock.source() == ClockSource::Host));
    assert_eq!(bench.clock.view().quality, LinkQuality::Offline);
}

#[test]
fn a_session_that_is_gone_and_a_host_that_froze_are_not_waited_for() {
    let mut bench = Bench::new(120.0);
    bench.session = Some((0.5, 126.0));
    bench.set(ClockMode::Link);
    bench.run(6.0);
    bench.session = None;
    assert!(bench.run(0.1).iter().all(|clock| clock.source() == ClockSource::Host));
    let mut frozen = Bench::new(120.0);
    frozen.clock.set_policy(ClockPolicy { stop: StopPolicy::Freeze, mode: ClockMode::Link, ..ClockPolicy::default() });
    frozen.host.playing = false;
    frozen.session = Some((0.5, 126.0));
    let clocks = frozen.run(1.2);
    let at = Bench::from(&clocks, ClockSource::Link).unwrap();
    assert!((48_000..49_000).contains(&at), "as soon as time is known: {at}");
}

#[test]
fn the_offset_plays_earlier_and_is_not_a_jump_if_it_is_small() {
    let mut bench = Bench::new(120.0);
    bench.session = Some((0.0, 120.0));
    bench.set(ClockMode::Link);
    bench.run(4.0);
    bench.what.clear();
    bench.clock.set_policy(ClockPolicy { link_offset_micros: 15_000, ..bench.clock.policy() });
    let clocks = bench.run(6.0);
    let clock = clocks.last().unwrap();
    let ahead_secs = (clock.song_beat_at(0) - bench.session_beat(clock.first_frame())) / 2.0;
    assert!((ahead_secs - 0.015).abs() < 1e-6, "{ahead_secs}");
    assert!(bench.what.is_empty());
    bench.clock.set_policy(ClockPolicy { link_offset_micros: -200_000, ..bench.clock.policy() });
    bench.run(0.1);
    assert!(matches!(bench.what[..], [(_, Discontinuity::Jumped { wrapped: None, .. })]));
}

#[test]
fn a_tempo_change_in_the_session_is_heard_in_the_next_block() {
    let mut bench = Bench::new(120.0);
    bench.session = Some((0.0, 120.0));
    bench.set(ClockMode::Link);
    bench.run(4.0);
    bench.what.clear();
    let beat = bench.session_beat(bench.frame);
    bench.session = Some((beat - bench.frame as f64 / SR * 127.3 / 60.0, 127.3));
    let clock = bench.block(480)[0];
    assert!((clock.tempo().get() - 127.3).abs() < 1e-9);
    bench.run(1.0);
    assert!(bench.what.is_empty(), "and nothing jumped");
}

#[test]
fn how_the_host_stands_to_the_session_is_told() {
    let mut bench = Bench::new(120.0);
    (bench.session, bench.host_start) = (Some((4.0, 120.0)), 12.0);
    bench.set(ClockMode::Publish);
    bench.host.loop_beats = Some((0.0, 8.0));
    bench.run(2.0);
    let view = *bench.clock.view();
    assert_eq!((view.quality, view.host_rolls, view.host_loops_oddly), (LinkQuality::Good, true, false));
    assert!((view.host_ahead_beats.unwrap() - 8.0).abs() < 1e-3);
    let map = view.host_map.unwrap();
    assert!((map.tempo_bpm() - 120.0).abs() < 1e-9 && (map.beat_at(5e9) - 12.0).abs() < 1e-3);
    bench.host.loop_beats = Some((0.0, 3.25));
    bench.block(480);
    assert!(bench.clock.view().host_loops_oddly);
    assert_eq!(bench.block(480)[0].source(), ClockSource::Host, "to publish is to follow the host");
}

#[test]
fn nonsense_from_a_session_is_no_session() {
    let mut bench = Bench::new(120.0);
    bench.set(ClockMode::Link);
    for (beat, bpm) in [(f64::NAN, 120.0), (0.0, f64::NAN), (0.0, 0.0), (0.0, -3.0), (1e300, 120.0)] {
        bench.session = Some((beat, bpm));
        assert!(bench.run(3.0).iter().all(|clock| clock.source() == ClockSource::Host));
        assert_eq!(bench.clock.view().quality, LinkQuality::Off);
    }
}
