//! Sessions from their logs.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;
use support::blocks::Blocks;
use support::rig::{Chaos, Library, Manner, RigHost, TRACKS};
use support::{Edges, Move, Quirk, Transport};

use crate::session::{Project, SR, Wish, assert_same};

const FRAMES: u64 = 1_500_000;

/// Stops, starts, loops, jumps, tempo changes. In a ramp a host's blocks are a part of what the clock knows: there other
/// blocks may be another frame.
fn moving(seed: u64, with_ramps: bool) -> Transport {
    let mut chaos = Chaos::new(seed, Manner::Bold);
    let mut transport = Transport::rolling(126.0).looping(0.0, 8.0);
    let mut frame = 0;
    while frame < FRAMES {
        frame += 20_000 + chaos.below(120_000);
        let change = match chaos.below(8) {
            0 => Move::Stop,
            1 | 2 => Move::Start,
            3 => Move::Jump((chaos.part() * 32.0).floor()),
            4 => Move::Tempo(90.0 + chaos.part() * 90.0),
            5 => Move::Loop(None),
            6 => Move::Loop(Some((0.0, 4.0))),
            _ if with_ramps => Move::Ramp { bpm: 100.0 + chaos.part() * 50.0, frames: 30_000 },
            _ => Move::Tempo(174.0),
        };
        transport = transport.at(frame, change);
    }
    transport
}

/// Tracks on the decks first, then anything.
pub fn wishes(seed: u64, manner: Manner, frames: u64) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = DeckId::ALL
        .into_iter()
        .zip(TRACKS)
        .map(|(deck, (name, ..))| {
            let action = Action::LoadDeck { deck, path: Library::path(name, 0) };
            Wish { frame: 0, source: Source::State, action, timing: ActionTiming::Immediate }
        })
        .collect();
    let mut chaos = Chaos::new(seed, manner);
    // What the wishes are made by: a snapshot that says nothing much. The beats are the session's about.
    let host = RigHost::new(SR, &Transport::rolling(126.0));
    let mut frame = 2_000;
    while frame < frames {
        frame += chaos.below(9_000);
        for _ in 0..=chaos.below(3) {
            let mut now = *host.snapshot();
            now.clock.song_beat = frame as f64 * 126.0 / (60.0 * SR) % 8.0;
            let (source, action, timing) = (chaos.source(), chaos.action(&now), chaos.timing(&now));
            wishes.push(Wish { frame, source, action, timing });
        }
    }
    wishes
}

#[test]
fn a_wild_session_sounds_the_same_from_its_log() {
    let hosts =
        [vec![], vec![Quirk::Ticks(1920)], vec![Quirk::BeatsAsF32, Quirk::NoBarStart], vec![Quirk::NoTempoStep]];
    for seed in 0..12 {
        let edges = [Edges::Split, Edges::MidBlock, Edges::Unsplit][(seed % 3) as usize];
        let mut transport = moving(seed, true).edges(edges);
        for quirk in &hosts[(seed % 4) as usize] {
            transport = transport.quirk(*quirk);
        }
        let project = Project::new(transport, FRAMES).with_automation(seed + 100, 3.0);
        let blocks = Blocks::Random { seed, range: 1..=1_500 };
        let (live, log) = project.live(&wishes(seed, Manner::Wild, FRAMES), &blocks);
        assert!(live.heard() > 100_000, "{}", live.heard());
        assert_same(&live, &project.replay(&log, &blocks), &log, &format!("seed {seed}"));
    }
}

// Without settings: what the host's stop or jump does is asked at a block's start, so there a setting holds from the
// next block on.
#[test]
fn at_a_steady_tempo_it_sounds_the_same_at_any_block_size() {
    for seed in 20..26 {
        let project = Project::new(moving(seed, false), FRAMES).with_automation(seed + 100, 3.0);
        let (live, log) = project.live(&wishes(seed, Manner::Bold, FRAMES), &Blocks::Random { seed, range: 1..=1_500 });
        let others = Blocks::Random { seed: seed + 1, range: 1..=5_000 };
        for blocks in [Blocks::Fixed(17), Blocks::Fixed(64), Blocks::Fixed(512), Blocks::Fixed(8192), others] {
            assert_same(&live, &project.replay(&log, &blocks), &log, &format!("seed {seed}, {blocks:?}"));
        }
    }
}
