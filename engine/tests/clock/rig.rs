//! The same through the whole rig: what is asked for a beat is done on its frame, once, and its receipt says so.

use std::collections::HashMap;
use std::sync::Arc;

use echelon_engine::action::{
    Action, ActionQueue, ActionSender, ActionTiming, Grid, Receipt, Request, RequestId, Turn,
};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::deck::Track;
use echelon_engine::input::{Control, ControlMove};
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;

use crate::host::{Random, SR, TempoMap, Wording, words};

/// A rig in a host, with one source of actions.
struct Bench {
    console: Console,
    processor: RigProcessor,
    sender: ActionSender,
    turn: Turn,
    /// Frames made.
    frame: u64,
    /// Deck starts and stops, and fader moves, on their frames.
    moves: Vec<(u64, Control, f32)>,
    done: HashMap<RequestId, (f64, i64)>,
    /// Neither done nor accepted.
    other: Vec<Receipt>,
}

impl Bench {
    fn new() -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(SR)).unwrap();
        let (sender, receiver) = ActionQueue::new(64);
        console.connect(receiver);
        Self {
            console,
            processor,
            sender,
            turn: Turn::default(),
            frame: 0,
            moves: vec![],
            done: HashMap::new(),
            other: vec![],
        }
    }

    fn with_track(deck: DeckId) -> Self {
        let mut bench = Self::new();
        let samples = vec![0.25; 400_000];
        let load = bench.ask(Action::LoadDeck { deck, path: "x.wav".into() }, ActionTiming::Immediate);
        bench.console.track_ready(load, Arc::new(Track::new(samples.clone(), samples, SR).unwrap()), &mut bench.turn);
        bench.block(&HostTransport::SILENT, 64);
        assert!(bench.done.contains_key(&load));
        (bench.frame, bench.moves) = (0, vec![]);
        bench
    }

    fn ask(&mut self, action: Action, timing: ActionTiming) -> RequestId {
        let request = Request::new(Source::Osc, action, timing);
        let id = request.id;
        self.sender.send(request).unwrap();
        self.console.tick(&mut self.turn);
        id
    }

    /// A fader move: always allowed, and seen on its frame. The position tells which one it is.
    fn ask_fader(&mut self, number: usize, timing: ActionTiming) -> RequestId {
        self.ask(Action::SetCrossfader { position: (number % 1000) as f32 / 1000.0 }, timing)
    }

    /// Makes a block, and takes in what came of it. The host's buffers are empty: nobody listens.
    fn block(&mut self, transport: &HostTransport, frames: u32) {
        let mut moves = Vec::with_capacity(64);
        let mut io = BlockIo::over([], &[]);
        let block = BlockInput { frames, transport: *transport, inputs: &[] };
        self.processor.process(&mut io, block, &mut moves);
        let frame = self.frame;
        self.moves.extend(moves.iter().map(|m: &ControlMove| (frame + u64::from(m.frame), m.control, m.value)));
        self.frame += u64::from(frames);
        self.console.tick(&mut self.turn);
        for receipt in self.turn.receipts.drain(..) {
            match receipt {
                Receipt::Done { id, due_beat, error_frames } => {
                    assert!(self.done.insert(id, (due_beat, error_frames)).is_none(), "done twice");
                }
                Receipt::Accepted { .. } => {}
                other => self.other.push(other),
            }
        }
        self.turn.wanted.clear();
    }

    fn fader_frames(&self) -> Vec<i64> {
        self.moves.iter().filter(|m| m.1 == Control::Crossfader).map(|m| m.0 as i64).collect()
    }
}

/// Twenty thousand fader moves at song beats of their own, asked for half a beat ahead, in blocks of any size: how many
/// frames beside the music they are at worst.
fn worst_of_20_000(bpm: f64, minutes: f64, word: Wording) -> i64 {
    const TRIGGERS: usize = 20_000;
    let map = TempoMap::steady(SR, bpm);
    let (mut bench, mut random) = (Bench::new(), Random::new(31));
    let beat = |i: usize| 1.0 + i as f64 * (minutes * bpm - 2.0) / TRIGGERS as f64;
    let (mut ids, mut asked) = (vec![], 0);
    while bench.done.len() < TRIGGERS && bench.frame < ((minutes * 60.0 + 2.0) * SR) as u64 {
        while asked < TRIGGERS && beat(asked) < map.beat(bench.frame as f64) + 0.5 && ids.len() - bench.done.len() < 60
        {
            ids.push(bench.ask_fader(asked, ActionTiming::CustomBeat(beat(asked))));
            asked += 1;
        }
        bench.block(&map.transport(bench.frame as f64, word), random.block());
    }
    assert_eq!((bench.done.len(), bench.other.len()), (TRIGGERS, 0), "{:?}", bench.other.first());
    assert!(bench.done.values().all(|(_, error)| *error == 0), "each on the clock's own frame");
    let frames = bench.fader_frames();
    assert_eq!(frames.len(), TRIGGERS);
    frames.iter().enumerate().map(|(i, frame)| (frame - map.due(beat(i))).abs()).max().unwrap()
}

#[test]
fn twenty_thousand_moves_are_made_on_their_frames() {
    for (name, word, bpm, minutes, bound) in [
        ("exact", words::exact as Wording, 127.3, 10.0, 0),
        ("CLAP 2^-31, cut", words::clap_cut, 174.0, 1.0, 0),
        ("1/1920 beat", words::ticks_1920, 127.0, 1.0, 8),
    ] {
        let worst = worst_of_20_000(bpm, minutes, word);
        println!("rig, {name}, {bpm} BPM, {minutes} min: {worst} frames at worst (bound {bound})");
        assert!(worst <= bound, "{name}: {worst}");
    }
}

/// Always waiting for the next line, as soon as the last has come: none is left out, none comes twice.
#[test]
fn each_grid_line_comes_exactly_once() {
    for (word, bound) in [(words::exact as Wording, 0), (words::clap_rounded, 0), (words::ticks_1920, 8)] {
        let map = TempoMap::steady(SR, 127.3);
        let (mut bench, mut random) = (Bench::new(), Random::new(32));
        let mut id = bench.ask_fader(0, ActionTiming::NextBeat);
        let mut dues = vec![];
        while bench.frame < (120.0 * SR) as u64 {
            bench.block(&map.transport(bench.frame as f64, word), random.block());
            if let Some((due, error)) = bench.done.get(&id) {
                assert_eq!(*error, 0);
                dues.push(*due);
                id = bench.ask_fader(dues.len(), ActionTiming::NextBeat);
            }
        }
        let expected: Vec<f64> = (0..dues.len()).map(|i| i as f64).collect();
        assert_eq!(dues, expected);
        assert!(dues.len() >= 254, "{}", dues.len());
        for (beat, frame) in bench.fader_frames().iter().enumerate() {
            assert!((frame - map.due(beat as f64)).abs() <= bound, "beat {beat} on frame {frame}");
        }
    }
}

/// The host loops bars 1 to 4. A deck that plays is stopped and started on every "bar 5", which never comes: it is the
/// first frame after the wrap.
#[test]
fn in_a_loop_what_waits_for_its_end_comes_at_its_start() {
    let map = TempoMap::steady(SR, 120.0);
    for split in [true, false] {
        let (mut bench, mut random) = (Bench::with_track(DeckId::A), Random::new(33));
        let length = 384_000;
        let (mut asked, mut ids) = (None, vec![]);
        while bench.frame < 6 * length {
            let mut frames = u64::from(random.block());
            if split {
                frames = frames.min(length - bench.frame % length);
            }
            let round = bench.frame / length;
            if bench.frame % length > length - 48_000 && asked != Some(round) {
                asked = Some(round);
                let deck = DeckId::A;
                let play = Action::PlayDeck { deck, position_secs: Some(0.0) };
                let action = if round % 2 == 0 { play } else { Action::StopDeck { deck } };
                ids.push(bench.ask(action, ActionTiming::NextBar));
            }
            let said = map.transport((bench.frame % length) as f64, words::exact);
            bench.block(&HostTransport { loop_beats: Some((0.0, 16.0)), ..said }, frames as u32);
        }
        let played: Vec<u64> = bench.moves.iter().filter(|m| m.1 == Control::Play(DeckId::A)).map(|m| m.0).collect();
        assert_eq!(
            played,
            (1..played.len() as u64 + 1).map(|round| round * length).collect::<Vec<_>>(),
            "split {split}"
        );
        assert!(played.len() >= 5);
        for id in &ids[..5] {
            let (due, error) = bench.done[id];
            // An unsplit block runs on past the loop's end: its beat 16 is the loop's start.
            assert!((due.abs() < 1e-6 || (!split && (due - 16.0).abs() < 1e-6)) && error == 0, "{due} {error}");
        }
        assert_eq!(bench.other, [], "nothing refused or cancelled");
    }
}

/// Locates while something waits: it comes on the next bar line of where the song is now, once.
#[test]
fn after_jumps_what_waits_comes_on_the_next_line_once() {
    let map = TempoMap::steady(SR, 127.3);
    let (mut bench, mut random) = (Bench::new(), Random::new(34));
    // The song's frame minus the rig's.
    let mut offset = 0.0;
    for round in 0..200 {
        let id = bench.ask_fader(round, ActionTiming::NextBar);
        let jump_after = 1 + random.below(40);
        let mut blocks = 0;
        while !bench.done.contains_key(&id) {
            if blocks == jump_after {
                offset = f64::from(random.below(20_000_000)) - bench.frame as f64;
            }
            blocks += 1;
            assert!(blocks < 4_000, "a bar has passed");
            bench.block(&map.transport(bench.frame as f64 + offset, words::exact), random.block());
        }
        let (due, error) = bench.done[&id];
        assert_eq!((error, (due / 4.0).fract()), (0, 0.0), "on a bar line: {due}");
        let hit = bench.fader_frames()[round] as f64 + offset;
        // A locate to within a frame after the line is on it.
        let late = hit - map.frame(due);
        assert!((-0.01..1.01).contains(&late), "round {round}: {late} frames after beat {due}");
    }
    assert_eq!((bench.done.len(), bench.other.len()), (200, 0));
}

#[test]
fn what_waits_lives_through_a_stop_and_a_start() {
    let map = TempoMap::steady(SR, 120.0);
    let mut bench = Bench::new();
    for _ in 0..10 {
        bench.block(&map.transport(bench.frame as f64, words::exact), 1000);
    }
    let id = bench.ask_fader(1, ActionTiming::NextBar);
    let stopped = HostTransport { playing: false, ..map.transport(10_000.0, words::exact) };
    for _ in 0..20 {
        bench.block(&stopped, 1000);
    }
    assert!(bench.done.is_empty());
    // The host starts from beat 2: the bar line is two beats away.
    let started = bench.frame;
    while bench.frame < started + 60_000 {
        bench.block(&map.transport((bench.frame - started) as f64 + 48_000.0, words::exact), 777);
    }
    assert_eq!((bench.done[&id], bench.fader_frames()), ((4.0, 0), vec![(started + 48_000) as i64]));
}

/// Asked for 3 ms before the beat, which is a few blocks: it makes it.
#[test]
fn a_press_just_before_the_beat_makes_it() {
    let map = TempoMap::steady(SR, 126.0);
    for (block, before) in [(1, 2), (16, 100), (64, 144), (128, 144)] {
        let mut bench = Bench::new();
        let due = map.due(3.0) as u64;
        while bench.frame + before < due {
            bench.block(&map.transport(bench.frame as f64, words::exact), block);
        }
        let id = bench.ask_fader(1, ActionTiming::NextLine(Grid::BEAT));
        let on_time = bench.frame <= due;
        while bench.frame < due + 50_000 {
            bench.block(&map.transport(bench.frame as f64, words::exact), block);
        }
        let beat = if on_time { 3.0 } else { 4.0 };
        assert_eq!((bench.done[&id], bench.fader_frames()), ((beat, 0), vec![map.due(beat)]), "blocks of {block}");
        assert!(on_time);
    }
}

/// From beat -4 through the song's start.
#[test]
fn in_the_pre_roll_lines_are_lines() {
    let map = TempoMap::steady(SR, 120.0);
    let (mut bench, mut random) = (Bench::new(), Random::new(35));
    let mut id = bench.ask_fader(0, ActionTiming::NextBeat);
    let mut dues = vec![];
    while bench.frame < 192_000 {
        let said = map.transport(0.0, words::exact);
        let song_beats = Some(bench.frame as f64 / 24_000.0 - 4.0);
        bench.block(&HostTransport { song_beats, ..said }, random.block());
        if let Some(done) = bench.done.get(&id) {
            dues.push(*done);
            id = bench.ask_fader(dues.len(), ActionTiming::NextBeat);
        }
    }
    assert_eq!(dues[..8], [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].map(|beat| (beat, 0)));
    let frames: Vec<i64> = (0..8).map(|beat| beat * 24_000).collect();
    assert_eq!(bench.fader_frames()[..8], frames);
}
