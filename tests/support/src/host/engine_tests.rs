//! What the engine passes to a plugin, seen by a side that writes it down.

use std::sync::{Arc, Mutex};

use super::engine::Engine;
use super::render::judge;
use crate::buses::BusFault;
use crate::params::{ParamTable, RawParam};
use crate::recording::{Recording, Status};
use crate::sides::{Answer, AudioSide, Call, RawEvent, RawOut};
use crate::transport::{Edges, Move, Quirk, Said, Transport};
use crate::{Blocks, Delivery, OutKind, Setup, guard};

/// One call as it came.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    frames: u32,
    steady: i64,
    said: Option<Said>,
    events: Vec<(u32, RawEvent)>,
}

type Log = Arc<Mutex<Vec<Seen>>>;

/// Writes 1.0 everywhere and tells one parameter value on each block's last frame.
struct Spy(Log);

impl AudioSide for Spy {
    fn start(&mut self) -> bool {
        true
    }

    fn stop(&mut self) {}

    fn reset(&mut self) {}

    fn process(&mut self, call: Call<'_>) -> Answer {
        let Call { frames, steady, said, events, memory, .. } = call;
        self.0.lock().unwrap().push(Seen { frames, steady, said, events: events.to_vec() });
        memory.outputs.iter_mut().flatten().for_each(|channel| channel[..frames as usize].fill(1.0));
        let events = vec![(frames.saturating_sub(1), RawOut::Param { number: 7, value: 0.5 })];
        Answer { status: Status::Continue, events, guard: guard::Report::default() }
    }

    fn flush(&mut self, _: &[(u32, RawEvent)]) -> Vec<RawOut> {
        Vec::new()
    }
}

fn engine(setup: &Setup) -> (Engine, Log) {
    let log = Log::default();
    // The table needs the plugin's ids; the scale does not matter here.
    let ids = echelon::params::RigParams::default().default_values();
    let listed = ids.iter().map(|(id, _)| RawParam {
        number: crate::params::number_of(id),
        name: id.clone(),
        min: 0.0,
        max: 1.0,
        default: 0.0,
        steps: None,
        automatable: true,
    });
    let table = Arc::new(ParamTable::new(&listed.collect::<Vec<_>>()));
    (Engine::new(Box::new(Spy(Arc::clone(&log))), table, setup), log)
}

fn run(setup: &Setup, frames: u64, prepare: impl FnOnce(&mut Engine)) -> (Vec<Seen>, Recording) {
    let (mut engine, log) = engine(setup);
    prepare(&mut engine);
    let mut recording = Recording::new(0);
    engine.run(frames, u32::MAX, &mut recording);
    let seen = log.lock().unwrap().clone();
    (seen, recording)
}

fn note(value: u32) -> RawEvent {
    RawEvent::Param { number: value, value: 0.0 }
}

/// What each block got, as (frames, offsets and numbers).
fn numbers(seen: &[Seen]) -> Vec<(u32, Vec<(u32, u32)>)> {
    let number = |(offset, event): &(u32, RawEvent)| match event {
        RawEvent::Param { number, .. } => (*offset, *number),
        other => panic!("{other:?}"),
    };
    seen.iter().map(|seen| (seen.frames, seen.events.iter().map(number).collect())).collect()
}

fn schedule(engine: &mut Engine) {
    for (number, frame) in [(1, 150), (2, 20), (3, 100), (4, 20), (5, 199)] {
        engine.schedule(frame, note(number));
    }
}

#[test]
fn events_come_on_their_frames_in_order() {
    let setup = Setup::new().blocks(Blocks::Fixed(100));
    let (seen, _) = run(&setup, 200, schedule);
    assert_eq!(numbers(&seen), [(100, vec![(20, 2), (20, 4)]), (100, vec![(0, 3), (50, 1), (99, 5)])]);
}

#[test]
fn events_may_come_unsorted_or_at_the_end_of_the_block_before() {
    let setup = Setup::new().blocks(Blocks::Fixed(100));
    let (seen, _) = run(&setup.clone().delivery(Delivery::Unsorted), 200, schedule);
    assert_eq!(numbers(&seen), [(100, vec![(20, 2), (20, 4)]), (100, vec![(50, 1), (0, 3), (99, 5)])]);
    let (seen, _) = run(&setup.delivery(Delivery::AtBlockEnd), 200, schedule);
    assert_eq!(numbers(&seen), [(100, vec![(20, 2), (20, 4), (100, 3)]), (100, vec![(50, 1), (99, 5)])]);
}

#[test]
fn blocks_without_frames_get_no_events_and_repeat_the_place() {
    let setup = Setup::new().blocks(Blocks::Pattern(vec![0, 100]));
    let (seen, recording) = run(&setup, 200, schedule);
    assert_eq!(seen.iter().map(|seen| seen.frames).collect::<Vec<_>>(), [0, 100, 0, 100]);
    assert_eq!((seen[0].steady, seen[1].steady, seen[2].steady), (0, 0, 100));
    assert_eq!(seen[0].said, seen[1].said);
    assert!(seen[0].events.is_empty() && seen[2].events.is_empty());
    assert_eq!(recording.master().len(), 200);
}

#[test]
fn each_block_hears_its_own_place() {
    let transport = Transport::rolling(120.0).at(24_000, Move::Jump(64.0)).edges(Edges::Unsplit);
    let setup = Setup::new().blocks(Blocks::Fixed(10_000)).transport(transport);
    let (seen, _) = run(&setup, 40_000, |_| ());
    let beats: Vec<_> = seen.iter().map(|seen| seen.said.unwrap().beats.unwrap()).collect();
    assert_eq!(beats, [0.0, 10_000.0 / 24_000.0, 20_000.0 / 24_000.0, 64.0 + 6000.0 / 24_000.0]);
}

#[test]
fn a_host_that_splits_starts_a_block_on_every_edge() {
    let transport = Transport::rolling(120.0).at(24_000, Move::Jump(64.0)).at(25_000, Move::Stop);
    let setup = Setup::new().blocks(Blocks::Fixed(10_000)).transport(transport);
    let (seen, _) = run(&setup, 40_000, |_| ());
    let frames: Vec<_> = seen.iter().map(|seen| seen.frames).collect();
    assert_eq!(frames, [10_000, 10_000, 4000, 1000, 5000, 10_000]);
    let said = seen.iter().map(|seen| seen.said.unwrap());
    assert_eq!(said.map(|said| said.playing).collect::<Vec<_>>(), [true, true, true, true, false, false]);
    assert_eq!(seen[3].said.unwrap().beats, Some(64.0));
}

#[test]
fn a_host_that_tells_inside_blocks_sends_transport_events_first() {
    let transport = Transport::rolling(120.0).looping(0.0, 1.0).edges(Edges::MidBlock);
    let setup = Setup::new().blocks(Blocks::Fixed(50_000)).transport(transport);
    let (seen, _) = run(&setup, 50_000, |engine| {
        engine.schedule(24_000, note(1));
        engine.schedule(23_999, note(2));
    });
    let events = &seen[0].events;
    assert_eq!(events.iter().map(|event| event.0).collect::<Vec<_>>(), [23_999, 24_000, 24_000, 48_000]);
    let RawEvent::Transport(wrap) = events[1].1 else { panic!("{events:?}") };
    assert_eq!((wrap.beats, wrap.playing), (Some(0.0), true));
    assert_eq!(events[2].1, note(1));
    let (seen, _) = run(&setup.transport(Transport::rolling(120.0).quirk(Quirk::NoTransport)), 100, |_| ());
    assert_eq!(seen[0].said, None);
}

#[test]
fn a_move_scheduled_on_the_way_is_heard() {
    let setup = Setup::new().blocks(Blocks::Fixed(1000));
    let (seen, _) = run(&setup, 3000, |engine| engine.schedule_move(1500, Move::Stop));
    assert_eq!(seen.iter().map(|seen| seen.frames).collect::<Vec<_>>(), [1000, 500, 500, 1000]);
    assert!(!seen[2].said.unwrap().playing);
}

#[test]
fn what_the_plugin_tells_is_on_the_absolute_scale() {
    let (_, recording) = run(&Setup::new().blocks(Blocks::Fixed(100)), 300, |_| ());
    let frames: Vec<_> = recording.events.iter().map(|event| event.frame).collect();
    assert_eq!(frames, [99, 199, 299]);
    assert_eq!(recording.events[0].kind, OutKind::Param { id: "#7".to_owned(), value: 0.5 });
    assert_eq!(recording.param_moves("#7").len(), 3);
    assert!(recording.master().left.iter().all(|sample| *sample == 1.0));
}

#[test]
fn a_withheld_bus_is_silent_in_the_recording() {
    let setup = Setup::new().fault(BusFault::OutputsGiven(2)).fault(BusFault::NullOutput(1));
    let (_, recording) = run(&setup, 100, |_| ());
    let is_silent: Vec<_> = recording.buses.iter().map(crate::Sound::is_silent).collect();
    assert_eq!(is_silent, [false, true, true, true, true, true]);
}

#[test]
#[should_panic(expected = "left output bus 0 unwritten at frame 100")]
fn samples_that_nobody_wrote_fail_the_render() {
    struct Lazy;
    impl AudioSide for Lazy {
        fn start(&mut self) -> bool {
            true
        }
        fn stop(&mut self) {}
        fn reset(&mut self) {}
        fn process(&mut self, call: Call<'_>) -> Answer {
            let written = 100.min(call.frames as usize);
            call.memory.outputs.iter_mut().flatten().for_each(|channel| channel[..written].fill(0.0));
            Answer { status: Status::Continue, events: Vec::new(), guard: guard::Report::default() }
        }
        fn flush(&mut self, _: &[(u32, RawEvent)]) -> Vec<RawOut> {
            Vec::new()
        }
    }
    let (mut engine, _) = engine(&Setup::new());
    engine.side = Box::new(Lazy);
    engine.run(512, 1, &mut Recording::new(0));
}

/// A rendering in which the audio thread took memory.
fn offending() -> Recording {
    let (_, report) = guard::watch(|| drop(std::hint::black_box(vec![1_u8; 100])));
    let mut recording = Recording::new(0);
    recording.guard = report.counts;
    recording.first_offence = report.first;
    recording
}

#[test]
#[should_panic(expected = "1 Alloc, 1 Free; first Alloc by:")]
fn a_render_fails_when_the_audio_thread_takes_memory() {
    judge(&Setup::new(), &offending(), &[]);
}

#[test]
fn a_test_may_tolerate_what_it_knows_of() {
    let setup = Setup::new().tolerate_guard_violations().tolerate_misuse();
    judge(&setup, &offending(), &["on the wrong thread".to_owned()]);
}

#[test]
#[should_panic(expected = "misused its host")]
fn a_render_fails_when_the_plugin_misuses_its_host() {
    judge(&Setup::new(), &Recording::new(0), &["on the wrong thread".to_owned()]);
}

#[test]
fn a_host_that_is_one_block_late_tells_the_place_of_the_block_before() {
    let transport = Transport::rolling(120.0).quirk(Quirk::OneBlockLate);
    let setup = Setup::new().blocks(Blocks::Pattern(vec![6000, 0, 12_000])).transport(transport);
    let (seen, _) = run(&setup, 36_000, |_| ());
    let beats: Vec<_> = seen.iter().map(|seen| seen.said.unwrap().beats.unwrap()).collect();
    assert_eq!(beats, [0.0, 0.0, 0.0, 0.25, 0.75, 0.75]);
}
