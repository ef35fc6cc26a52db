//! A rig with its tracks, run block by block.

use std::fmt;
use std::sync::Arc;

use echelon_engine::action::{Action, ActionKind, ActionQueue, ActionSender, ActionTiming, Gesture, Request, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::deck::{BeatGrid, Track};
use echelon_engine::mixer::{EqBand, Knob, Unit};
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::{SafetySettings, Source};
use echelon_engine::units::{Bpm, Decibels, DeckId, NUM_DECKS};

const SAMPLE_RATE: f64 = 48_000.0;
const TRACK_BPM: f64 = 124.0;
const HOST_BPM: f64 = 128.0;
const TRACK_SECS: usize = 120;

/// See the module.
pub struct Stage {
    console: Console,
    processor: RigProcessor,
    requests: ActionSender,
    turn: Turn,
    decks: usize,
    frames: usize,
    done: u64,
    master: [Vec<f32>; 2],
    outs: Vec<[Vec<f32>; 2]>,
    /// The highest level so far.
    pub heard: f32,
}

impl Stage {
    /// Tracks on so many decks, every control of the mixer off its rest.
    pub fn new(decks: usize, frames: usize) -> Self {
        let (mut console, processor) =
            Rig::new(RigConfig { limiter: true, ..RigConfig::new(SAMPLE_RATE) }).expect("a rig");
        let (requests, receiver) = ActionQueue::new(4_096);
        console.connect(receiver);
        // Gestures shall happen here, not be refused.
        let mut safety = SafetySettings::default();
        ActionKind::ALL.into_iter().for_each(|kind| safety.set_cooldown_beats(kind, 0.0));
        console.set_safety(safety);
        let silence = || [vec![0.0; frames], vec![0.0; frames]];
        let outs = (0..NUM_DECKS).map(|_| silence()).collect();
        let mut stage = Self {
            console,
            processor,
            requests,
            turn: Turn::default(),
            decks,
            frames,
            done: 0,
            master: silence(),
            outs,
            heard: 0.0,
        };
        stage.load();
        stage.turn_knobs();
        stage
    }

    fn load(&mut self) {
        for (seed, deck) in DeckId::ALL.into_iter().enumerate().take(self.decks) {
            self.ask(Action::LoadDeck { deck, path: "music".into() });
            self.timed_block();
            for wanted in std::mem::take(&mut self.turn.wanted) {
                self.console.track_ready(wanted.id, Arc::new(music(seed as u32)), &mut self.turn);
            }
            self.timed_block();
        }
        self.every_deck(Gesture::Sync, 1.0);
    }

    /// Nothing is at rest that costs something in use.
    fn turn_knobs(&mut self) {
        for knob in Knob::all() {
            let row = knob.row();
            let value = match row.unit {
                // An echo in the first slot, a reverb in the second, and the other switches as they are.
                Unit::Choice(_) if row.id == "fx1" => 1.0,
                Unit::Choice(_) if row.id == "fx2" => 2.0,
                Unit::Bipolar => 0.3,
                Unit::Part if row.id.starts_with("fx") => 0.4,
                _ => continue,
            };
            self.ask(Action::SetKnob { knob, value: row.clamp(value) });
        }
        for deck in DeckId::ALL {
            self.ask(Action::SetEcho { deck, send: 0.4 });
            for band in EqBand::ALL {
                self.ask(Action::SetEq { deck, band, gain: Decibels(-3.0) });
            }
        }
        self.timed_block();
    }

    /// An effect in each slot of every deck, by its place among their words.
    pub fn set_effects(&mut self, effects: [u8; 2]) {
        for knob in Knob::all() {
            match knob.row().id {
                "fx1" => self.ask(Action::SetKnob { knob, value: effects[0].into() }),
                "fx2" => self.ask(Action::SetKnob { knob, value: effects[1].into() }),
                _ => {}
            }
        }
    }

    fn ask(&mut self, action: Action) {
        let _ = self.requests.send(Request::new(Source::Editor, action, ActionTiming::Immediate));
    }

    /// The same gesture on every deck, at once.
    pub fn every_deck(&mut self, gesture: Gesture, value: f64) {
        for deck in DeckId::ALL.into_iter().take(self.decks) {
            self.ask(Action::Gesture { deck, gesture, value });
        }
    }

    /// Starts every deck.
    pub fn play(&mut self) {
        for deck in DeckId::ALL.into_iter().take(self.decks) {
            self.ask(Action::PlayDeck { deck, position_secs: None });
        }
    }

    /// What a DJ with eight hands does next.
    pub fn next_gesture(&mut self, number: usize) {
        let deck = DeckId::ALL[number % self.decks.max(1)];
        let (gesture, value) = [
            (Gesture::BeatJump, 4.0),
            (Gesture::BeatLoop, 1.0),
            (Gesture::LoopExit, 0.0),
            (Gesture::BeatJump, -8.0),
            (Gesture::KeyLock, 0.0),
            (Gesture::KeyLock, 1.0),
            (Gesture::HotCue, 1.0),
            (Gesture::LoopRoll, 0.25),
            (Gesture::LoopRollEnd, 0.0),
        ][number % 9];
        match number % 11 {
            9 => self.ask(Action::StopDeck { deck }),
            10 => self.play(),
            _ => self.ask(Action::Gesture { deck, gesture, value }),
        }
    }

    /// Two seconds: effects sound, key locks follow.
    pub fn warm_up(&mut self) {
        for _ in 0..96_000 / self.frames {
            self.timed_block();
        }
    }

    /// One block, and a turn of the control side beside it: the audio side's seconds.
    pub fn timed_block(&mut self) -> f64 {
        self.turn.now_secs += self.frames as f64 / SAMPLE_RATE;
        self.console.tick(&mut self.turn);
        let beats_per_frame = HOST_BPM / 60.0 / SAMPLE_RATE;
        let transport = HostTransport {
            playing: true,
            tempo: Bpm::new(HOST_BPM),
            song_beats: Some(self.done as f64 * beats_per_frame),
            ..HostTransport::SILENT
        };
        let channels = std::iter::once(&mut self.master).chain(&mut self.outs).flatten();
        let mut io = BlockIo::over(channels.map(Vec::as_mut_slice), &[]);
        let block = BlockInput { frames: self.frames as u32, transport, inputs: &[] };
        let mut moves = Vec::with_capacity(64);
        let start = cpu_secs();
        self.processor.process(&mut io, block, &mut moves);
        let secs = cpu_secs() - start;
        self.done += self.frames as u64;
        self.heard = self.master[0].iter().fold(self.heard, |peak, sample| peak.max(sample.abs()));
        secs
    }
}

/// Seconds that this thread has worked: other programs' turns on its core do not count.
#[cfg(target_os = "linux")]
pub fn cpu_secs() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is there to be written.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Seconds on a clock of the system: what other programs do on this core counts too.
#[cfg(not(target_os = "linux"))]
pub fn cpu_secs() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64()
}

/// Chords and knocks, with its beats.
fn music(seed: u32) -> Track {
    let frames = TRACK_SECS * SAMPLE_RATE as usize;
    let beat = SAMPLE_RATE * 60.0 / TRACK_BPM;
    let mut noise = seed.wrapping_mul(2_654_435_761) | 1;
    let sample = |i: usize| {
        let (secs, in_beat) = (i as f64 / SAMPLE_RATE, (i as f64 % beat) / SAMPLE_RATE);
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let chord: f64 = [220.0, 277.2, 329.6].iter().map(|hz| (hz * secs * std::f64::consts::TAU).sin()).sum();
        let knock = (60.0 * in_beat * std::f64::consts::TAU).sin() * (-in_beat * 20.0).exp();
        (0.1 * chord + 0.4 * knock + 0.02 * (f64::from(noise) / f64::from(u32::MAX) - 0.5)) as f32
    };
    let left: Vec<f32> = (0..frames).map(sample).collect();
    let grid = BeatGrid::steady(0.0, beat).expect("a grid");
    Track::new(left.clone(), left, SAMPLE_RATE).expect("a track").with_grid(grid)
}

/// Parts of a block's time.
pub struct Costs {
    pub mean: f64,
    pub p50: f64,
    pub p999: f64,
    rest: [f64; 2],
    /// The dearest block, each by its cheapest turn.
    work: f64,
}

impl Costs {
    /// Turns of the same blocks, in seconds as `budget`, a block's time.
    pub fn new(turns: &[Vec<f64>], budget: f64) -> Self {
        let least = |block: usize| turns.iter().map(|turn| turn[block]).fold(f64::INFINITY, f64::min);
        let work = (0..turns[0].len()).map(least).fold(0.0, f64::max) / budget;
        let mut times = turns.concat();
        let mean = times.iter().sum::<f64>() / times.len() as f64 / budget;
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize] / budget;
        Self { mean, p50: at(0.5), p999: at(0.999), rest: [at(0.99), at(1.0)], work }
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p99, max] = self.rest;
        for part in [self.mean, self.p50, p99, self.p999, max, self.work] {
            write!(f, "{:6.2} %", 100.0 * part)?;
        }
        Ok(())
    }
}
