//! Both halves together, with a host and a file of known samples.

use std::sync::Arc;

use super::*;
use crate::action::{Action, ActionKind, ActionQueue, ActionSender, ActionTiming, Receipt, Request, Turn};
use crate::clock::HostTransport;
use crate::console::Console;
use crate::deck::Track;
use crate::rig::{Rig, RigConfig};
use crate::safety::{DeckState, SafetySettings};
use crate::units::{Bpm, Decibels};

const SR: f64 = 48_000.0;
const TRACK_FRAMES: u32 = 400_000;

/// Sample k is (k mod 4093 + 1) / 8192: never zero, and the place can be read from it.
fn sample(k: u64) -> f32 {
    ((k % 4093) as f32 + 1.0) / 8192.0
}

fn track() -> Arc<Track> {
    let samples: Vec<f32> = (0..u64::from(TRACK_FRAMES)).map(sample).collect();
    Arc::new(Track::new(samples.clone(), samples, SR).unwrap())
}

/// A host with a rig and one source of actions.
struct Bench {
    console: Console,
    processor: RigProcessor,
    sender: ActionSender,
    bpm: f64,
    playing: bool,
    /// Next frame to make, also the host's song position.
    frame: u64,
    turn: Turn,
    moves: Vec<(u64, Control, f32)>,
    master: Vec<f32>,
    cue: Vec<f32>,
    decks: [Vec<f32>; NUM_DECKS],
}

impl Bench {
    fn new(bpm: f64) -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(SR)).unwrap();
        // These scenes are shorter than a load's cooldown; `safety` has its own.
        let mut safety = SafetySettings::default();
        safety.set_cooldown_beats(ActionKind::Load, 0.0);
        console.set_safety(safety);
        let (sender, receiver) = ActionQueue::new(64);
        console.connect(receiver);
        Self {
            console,
            processor,
            sender,
            bpm,
            playing: true,
            frame: 0,
            turn: Turn::default(),
            moves: vec![],
            master: vec![],
            cue: vec![],
            decks: Default::default(),
        }
    }

    /// With a track on deck A and deck B.
    fn loaded(bpm: f64) -> Self {
        let mut bench = Self::new(bpm);
        for deck in [DeckId::A, DeckId::B] {
            bench.load(deck);
        }
        bench
    }

    fn load(&mut self, deck: DeckId) -> RequestId {
        self.load_track(deck, track())
    }

    fn load_track(&mut self, deck: DeckId, track: Arc<Track>) -> RequestId {
        let id = self.ask(Action::LoadDeck { deck, path: "x.wav".into() }, ActionTiming::Immediate);
        assert_eq!(self.turn.wanted.last().map(|wanted| wanted.id), Some(id));
        self.console.track_ready(id, track, &mut self.turn);
        // One frame before the host rolls; it is not part of what is recorded.
        let playing = std::mem::replace(&mut self.playing, false);
        self.process(1, &[]);
        self.console.tick(&mut self.turn);
        assert_eq!(self.done(id).map(|(_, error)| error), Some(0));
        (self.playing, self.frame) = (playing, 0);
        self.master.clear();
        self.cue.clear();
        self.decks.iter_mut().for_each(Vec::clear);
        id
    }

    fn song_beat(&self) -> f64 {
        self.frame as f64 * self.bpm / (60.0 * SR)
    }

    fn ask(&mut self, action: Action, timing: ActionTiming) -> RequestId {
        let request = Request::new(Source::Osc, action, timing);
        let id = request.id;
        self.sender.send(request).unwrap();
        self.console.tick(&mut self.turn);
        id
    }

    fn process(&mut self, frames: u32, inputs: &[TimedInput]) {
        let transport = HostTransport {
            playing: self.playing,
            tempo: Bpm::new(self.bpm),
            song_beats: Some(self.song_beat()),
            ..HostTransport::SILENT
        };
        let n = frames as usize;
        let silence = vec![0.0; n];
        let mut out = vec![vec![f32::NAN; n]; 12];
        let mut moves = Vec::with_capacity(64);
        let mut io = BlockIo::over(out.iter_mut().map(Vec::as_mut_slice), &silence);
        self.processor.process(&mut io, BlockInput { frames, transport, inputs }, &mut moves);
        self.moves.extend(moves.iter().map(|m| (self.frame + u64::from(m.frame), m.control, m.value)));
        self.master.extend(&out[0]);
        self.cue.extend(&out[10]);
        for (deck, samples) in self.decks.iter_mut().enumerate() {
            samples.extend(&out[2 + 2 * deck]);
        }
        self.frame += u64::from(frames);
    }

    /// Makes frames up to a place, in blocks of a size, with the console's turn after each.
    fn run_to(&mut self, frame: u64, block: u32) {
        while self.frame < frame {
            let frames = (frame - self.frame).min(u64::from(block)) as u32;
            self.process(frames, &[]);
            self.console.tick(&mut self.turn);
        }
    }

    fn done(&self, id: RequestId) -> Option<(f64, i64)> {
        self.turn.receipts.iter().find_map(|r| match *r {
            Receipt::Done { id: other, due_beat, error_frames } if other == id => Some((due_beat, error_frames)),
            _ => None,
        })
    }

    fn refusal(&self, id: RequestId) -> Option<&str> {
        self.turn.receipts.iter().find_map(|r| match r {
            Receipt::Refused { id: other, text, .. } if *other == id => Some(text.as_str()),
            _ => None,
        })
    }

    fn onset(&self, deck: DeckId) -> Option<usize> {
        self.decks[deck.index()].iter().position(|s| *s != 0.0)
    }
}

const fn play(deck: DeckId) -> Action {
    Action::PlayDeck { deck, position_secs: None }
}

fn due_frame(beat: f64, bpm: f64) -> u64 {
    (beat * 60.0 / bpm * SR - crate::clock::ON_FRAME_TOLERANCE).ceil() as u64
}

#[test]
fn a_play_asked_for_in_bar_two_sounds_on_the_first_frame_of_bar_three() {
    for bpm in [60.0, 126.0, 127.3, 174.0] {
        let mut reference = None;
        for block in [1, 64, 127, 512, 1024, 4096] {
            let mut bench = Bench::loaded(bpm);
            bench.run_to(due_frame(6.0, bpm), block);
            let id = bench.ask(play(DeckId::A), ActionTiming::NextBar);
            let due = due_frame(8.0, bpm);
            bench.run_to(due + 20_000, block);
            assert_eq!(bench.done(id), Some((8.0, 0)), "{bpm} BPM, blocks of {block}");
            let onset = bench.onset(DeckId::A).unwrap();
            assert_eq!(onset as u64, due, "{bpm} BPM, blocks of {block}");
            let deck = &bench.decks[0][onset..];
            assert!(deck.iter().enumerate().all(|(k, s)| *s == sample(k as u64)), "the file's own samples");
            let reference = reference.get_or_insert_with(|| bench.master.clone());
            assert!(bench.master.iter().zip(&*reference).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn a_host_parameter_acts_on_its_own_frame() {
    let mut bench = Bench::loaded(120.0);
    let off = TimedInput { frame: 0, input: HostInput::Control(Control::Quantize, 0.0) };
    let on = TimedInput { frame: 300, input: HostInput::Control(Control::Play(DeckId::A), 1.0) };
    bench.process(512, &[off, on, on]);
    assert_eq!(bench.onset(DeckId::A), Some(300));
    assert!(bench.moves.is_empty(), "the host knows its own moves");
    let stop = TimedInput { frame: 7, input: HostInput::Control(Control::Play(DeckId::A), 0.0) };
    bench.process(512, &[stop]);
    assert_eq!(bench.decks[0][512 + 7 + 144], 0.0, "3 ms after the stop");
    assert_ne!(bench.decks[0][512 + 7 + 100], 0.0);
}

#[test]
fn a_midi_note_plays_by_the_quantize_setting() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 64);
    let note = TimedInput { frame: 3, input: HostInput::Midi([0x90, 38, 100]) };
    bench.process(64, &[note]);
    bench.run_to(200_000, 512);
    assert_eq!(bench.onset(DeckId::B), Some(96_000), "deck B on bar 2");
}

#[test]
fn the_host_hears_of_moves_that_it_did_not_make() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 64);
    bench.ask(Action::SetCrossfader { position: 0.25 }, ActionTiming::NextBeat);
    bench.ask(play(DeckId::A), ActionTiming::NextBeat);
    bench.run_to(30_000, 512);
    let expected = [(24_000, Control::Play(DeckId::A), 1.0), (24_000, Control::Crossfader, 0.25)];
    assert_eq!(bench.moves, expected, "on their frames, play before mixer");
}

#[test]
fn the_policy_is_asked_when_admitted_and_again_when_fired() {
    let mut bench = Bench::loaded(120.0);
    let empty = bench.ask(play(DeckId::C), ActionTiming::NextBar);
    assert_eq!(bench.refusal(empty), Some("deck C is empty: load a track first"));
    let first = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(1.0));
    let load = bench.ask(Action::LoadDeck { deck: DeckId::A, path: "y.wav".into() }, ActionTiming::CustomBeat(2.0));
    bench.console.track_ready(load, track(), &mut bench.turn);
    bench.run_to(60_000, 512);
    assert_eq!(bench.done(first), Some((1.0, 0)));
    assert_eq!(bench.refusal(load), Some("deck A is on air: fade it out or stop it before you load another track"));
    assert!(bench.decks[0][24_000..60_000].iter().all(|s| *s != 0.0), "the refused load is not heard");
}

#[test]
fn an_action_for_a_frame_comes_on_that_frame_and_at_once_if_it_is_past() {
    for block in [1, 64, 333, 4096] {
        let mut bench = Bench::loaded(127.3);
        bench.run_to(5_000, block);
        // Blocks that the track came by are none of the bench's.
        let before = bench.console.snapshot().frames - bench.decks[0].len() as u64;
        let start = bench.ask(play(DeckId::A), ActionTiming::AtFrame(before + 30_001));
        let fade = bench.ask(Action::SetCrossfader { position: 0.25 }, ActionTiming::AtFrame(before + 30_002));
        bench.run_to(40_000, block);
        assert_eq!(bench.onset(DeckId::A), Some(30_001), "blocks of {block}");
        assert_eq!([start, fade].map(|id| bench.done(id).unwrap().1), [0, 0]);
        assert_eq!(bench.moves, [(30_001, Control::Play(DeckId::A), 1.0), (30_002, Control::Crossfader, 0.25)]);
        let late = bench.ask(Action::SetCrossfader { position: 0.75 }, ActionTiming::AtFrame(7));
        bench.run_to(44_096, block);
        assert!(bench.done(late).is_some() && bench.moves.last().unwrap().2 == 0.75);
    }
}

#[test]
fn a_newer_gesture_takes_the_place_of_the_older() {
    let mut bench = Bench::loaded(120.0);
    let first = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(1.0));
    let second = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(2.0));
    bench.run_to(100_000, 512);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: first }));
    assert_eq!(bench.done(second), Some((2.0, 0)));
    assert_eq!(bench.onset(DeckId::A), Some(48_000));
}

#[test]
fn a_stop_takes_the_wait_away() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 100);
    let waiting = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(7000, 100);
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Primed);
    assert_eq!(bench.console.snapshot().pending[0].unwrap().due_beat, 4.0);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Default);
    bench.run_to(200_000, 512);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: waiting }));
    assert!(bench.done(stop).is_some());
    assert_eq!(bench.onset(DeckId::A), None);
}

#[test]
fn a_stop_for_later_leaves_the_start_before_it() {
    let mut bench = Bench::loaded(120.0);
    let start = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(1.0));
    let seek = Action::SeekDeck { deck: DeckId::A, position_secs: 3.0 };
    let seek = bench.ask(seek, ActionTiming::CustomBeat(2.0));
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::CustomBeat(3.0));
    bench.run_to(100_000, 512);
    assert_eq!([start, seek, stop].map(|id| bench.done(id)), [1.0, 2.0, 3.0].map(|beat| Some((beat, 0))));
    assert_eq!(bench.onset(DeckId::A), Some(24_000));
}

#[test]
fn a_seek_on_a_deck_that_waits_is_refused_when_it_comes() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 512);
    bench.ask(play(DeckId::A), ActionTiming::NextBar);
    let seek = bench.ask(Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 }, ActionTiming::Immediate);
    bench.run_to(7000, 512);
    assert_eq!(bench.refusal(seek), Some("deck A cannot seek while it is waiting"));
}

#[test]
fn a_stop_and_a_play_sent_together_are_both_done() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(6000, 64);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::NextBeat);
    let again = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(100_000, 512);
    assert_eq!((bench.done(stop), bench.done(again)), (Some((1.0, 0)), Some((4.0, 0))));
}

#[test]
fn a_beat_in_the_past_is_refused_and_within_the_grace_is_in_phase() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(50_000, 512);
    let late = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(1.0));
    bench.run_to(50_512, 512);
    assert!(bench.refusal(late).unwrap().starts_with("that beat was 1.08"), "{:?}", bench.refusal(late));
    let graced = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(50_000.0 / 24_000.0));
    bench.run_to(60_000, 512);
    assert_eq!(bench.done(graced).unwrap().1, 512);
    assert_eq!(bench.decks[0][59_999], sample(9_999), "as if it had started on its beat");
}

#[test]
fn what_waits_in_a_host_loop_is_not_starved() {
    // The host loops bars 1 to 4, beats 0..16; the play waits for beat 16, which the song never reaches.
    let mut bench = Bench::loaded(120.0);
    bench.run_to(24_000 * 13, 512);
    let id = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(24_000 * 16, 500);
    bench.frame = 0;
    let made = bench.master.len();
    bench.run_to(5_000, 512);
    assert_eq!(bench.done(id), Some((0.0, 0)));
    assert_eq!(bench.onset(DeckId::A), Some(made));
}

#[test]
fn after_a_jump_off_the_grid_the_next_line_is_another() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(24_000, 512);
    let id = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(25_000, 512);
    // From beat 1.04 to beat 2.5: the bar line is 1.5 beats away.
    let shift = bench.master.len();
    bench.frame = 60_000;
    bench.run_to(120_000, 512);
    assert_eq!(bench.done(id), Some((4.0, 0)));
    assert_eq!(bench.onset(DeckId::A), Some(shift + 36_000));
}

#[test]
fn a_song_beat_is_where_the_host_puts_it() {
    // Asked for while the host stands still at beat 0; the host then starts from beat 6.
    let mut bench = Bench::loaded(120.0);
    bench.playing = false;
    let (eight, two) = (ActionTiming::CustomBeat(8.0), ActionTiming::CustomBeat(2.0));
    let ahead = bench.ask(play(DeckId::A), eight);
    let behind = bench.ask(Action::SetCrossfader { position: 0.0 }, two);
    bench.run_to(500, 100);
    (bench.playing, bench.frame) = (true, 144_000);
    bench.run_to(250_000, 512);
    assert_eq!((bench.done(ahead), bench.onset(DeckId::A)), (Some((8.0, 0)), Some(500 + 48_000)));
    assert!(bench.turn.receipts.contains(&Receipt::Expired { id: behind }), "its beat is past");
}

#[test]
fn a_stopped_host_leaves_the_rig_playing_by_its_own_clock() {
    let mut bench = Bench::loaded(120.0);
    bench.playing = false;
    bench.run_to(6000, 512);
    let id = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(200_000, 512);
    assert_eq!(bench.done(id), Some((4.0, 0)));
    assert_eq!(bench.onset(DeckId::A), Some(96_000 - 2), "the two frames of the loads count");
}

#[test]
fn an_empty_block_takes_the_inputs_in() {
    let mut bench = Bench::loaded(120.0);
    bench.process(0, &[TimedInput { frame: 0, input: HostInput::Control(Control::Gain(DeckId::B), -6.0) }]);
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.console.snapshot().decks[1].gain_db, -6.0);
}

#[test]
fn a_tempo_change_inside_a_block_moves_the_line() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 100);
    let id = bench.ask(play(DeckId::A), ActionTiming::NextBeat);
    // 240 BPM from frame 12_000 (beat 0.5) on: the line is half as far.
    let song_beats = Some(0.5);
    let faster = HostTransport { playing: true, tempo: Bpm::new(240.0), song_beats, ..HostTransport::SILENT };
    bench.process(24_000, &[TimedInput { frame: 6_000, input: HostInput::Transport(faster) }]);
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.done(id), Some((1.0, 0)));
    assert_eq!(bench.onset(DeckId::A), Some(12_000 + 6_000));
}

#[test]
fn more_than_fits_is_refused_and_nothing_is_lost() {
    let mut bench = Bench::loaded(120.0);
    let mut ids = vec![];
    for i in 0..400 {
        let gain = Decibels(-f32::from(i as i16 % 20));
        ids.push(bench.ask(Action::SetGain { deck: DeckId::A, gain }, ActionTiming::CustomBeat(1.0)));
        if i % 50 == 0 {
            bench.process(1, &[]);
        }
    }
    bench.run_to(30_000, 512);
    let (done, refused): (Vec<RequestId>, Vec<RequestId>) = ids.iter().partition(|id| bench.done(**id).is_some());
    assert_eq!(done.len(), Timeline::MIXER_CAPACITY);
    assert!(refused.iter().all(|id| bench.refusal(*id).is_some()));
}

#[test]
fn tracks_come_back_when_they_are_replaced() {
    let mut bench = Bench::new(120.0);
    for _ in 0..3 * crate::action::ActionExecutor::MAX_LIVE_TRACKS {
        bench.load(DeckId::A);
    }
}

mod click_acts;
mod clicks;
mod echo;
mod gaps;
mod hands;
mod host;
mod knobs;
mod listen;
mod midi;
mod presses;
mod races;
mod realigns;
mod recipes;
mod session;
mod stage;
mod taps;
mod undos;
