//! The same project at every block size, offline and in real time.

use std::hash::{DefaultHasher, Hash, Hasher};

use echelon_engine::action::Action;
use echelon_engine::units::DeckId;
use serde_json::json;
use support::blocks::Blocks;
use support::rig::Manner;
use support::signals::noise;
use support::{Event, MiniHost, Move, Setup, TempDir, Transport, for_each_format};

use crate::session::{Project, Wish, assert_same};
use crate::sessions::wishes;

/// A host that loops, jumps and stops; wishes only on a few frames, on which every block ends.
fn project(seed: u64, frames: u64) -> (Project, Vec<Wish>) {
    let transport = Transport::rolling(127.3)
        .looping(0.0, 4.0)
        .at(frames / 4, Move::Jump(2.5))
        .at(frames / 2, Move::Stop)
        .at(frames * 3 / 4, Move::Start)
        .at(frames * 7 / 8, Move::Tempo(174.0));
    let mut project = Project::new(transport, frames).with_automation(5, 8.0);
    project.borders = (0..=frames / 4_001).map(|i| i * 4_001).collect();
    let mut wishes = wishes(seed, Manner::Bold, frames);
    for wish in &mut wishes {
        wish.frame = wish.frame / 4_001 * 4_001;
        // Files that are there at once: turns are as many as blocks.
        if let Action::LoadDeck { path, .. } = &mut wish.action {
            *path = path.to_string_lossy().split('?').next().unwrap().into();
        }
    }
    (project, wishes)
}

#[test]
fn every_block_size_makes_the_same_samples() {
    let (project, wishes) = project(77, 400_000);
    let (reference, log) = project.live(&wishes, &Blocks::Fixed(512));
    assert!(reference.heard() > 50_000, "{}", reference.heard());
    let twice = project.live(&wishes, &Blocks::Fixed(512)).0;
    assert_same(&reference, &twice, &log, "once more");
    for size in [1, 2, 3, 16, 31, 32, 33, 64, 127, 128, 256, 480, 1_000, 1_024, 2_048, 4_096, 8_191, 8_192] {
        let (sound, _) = project.live(&wishes, &Blocks::Fixed(size));
        assert_same(&reference, &sound, &log, &format!("blocks of {size}"));
    }
    for seed in 0..4 {
        let (sound, _) = project.live(&wishes, &Blocks::Random { seed, range: 1..=3_000 });
        assert_same(&reference, &sound, &log, &format!("random blocks {seed}"));
    }
}

#[test]
fn nor_does_it_change_other_sessions() {
    for seed in 0..8 {
        let (project, wishes) = project(seed, 200_000);
        let (reference, log) = project.live(&wishes, &Blocks::Fixed(512));
        let random = Blocks::Random { seed, range: 1..=3_000 };
        for blocks in [Blocks::Fixed(7), Blocks::Fixed(64), Blocks::Fixed(1_000), Blocks::Fixed(8_192), random] {
            let (sound, _) = project.live(&wishes, &blocks);
            assert_same(&reference, &sound, &log, &format!("session {seed}, {blocks:?}"));
        }
    }
}

fn hash(host: &mut MiniHost) -> u64 {
    host.at(0, Event::param("quantize", 1.0)).at(5_000, Event::param("play_1", 1.0));
    host.at(7_000, Event::note_on(38, 0.8)).at(60_000, Event::param("play_1", 0.0));
    for step in 0..50 {
        host.at(10_000 + step * 997, Event::param("xfader", step as f64 / 50.0));
    }
    let recording = host.render(100_000);
    assert!(recording.deck(DeckId::A).peak() > 0.1 && recording.deck(DeckId::B).peak() > 0.1);
    let mut hasher = DefaultHasher::new();
    for bus in &recording.buses {
        bus.left.iter().chain(&bus.right).for_each(|sample| sample.to_bits().hash(&mut hasher));
    }
    hasher.finish()
}

#[test]
fn a_bounce_is_what_was_heard_in_real_time() {
    let folder = TempDir::new("real_time");
    let files = [1, 2].map(|seed| folder.wav(&format!("{seed}.wav"), 48_000, &noise(seed, 0.3, 200_000)));
    for_each_format(|format| {
        let empty = Setup::new().create(format);
        let mut state = empty.state_json();
        state["fields"]["rig"] = json!({"version": 1, "tracks": files, "osc_port": null}).to_string().into();
        assert!(empty.load_json(&state));
        let setup = Setup::new().state(empty.save());
        let heard = hash(&mut setup.clone().real_time().open(format));
        for bounced in [setup.clone().offline(), setup.offline()] {
            assert_eq!(hash(&mut bounced.open(format)), heard);
        }
    });
}
