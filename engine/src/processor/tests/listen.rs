//! A file that is listened to without a deck: the headphones have it, and nothing else has anything of it.

use super::*;
use crate::deck::ListenTo;
use crate::mixer::Knob;

fn to(track: Arc<Track>, part: f64) -> Option<ListenTo> {
    Some(ListenTo { track, part, number: 1 })
}

/// A bench that plays deck A with deck B in the headphones, and listens to a file, or does not.
fn render(block: u32, listens: bool) -> Bench {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.ask(play(DeckId::B), ActionTiming::Immediate);
    let knob = Knob::of_deck(DeckId::B, "pfl").unwrap();
    bench.ask(Action::SetKnob { knob, value: 1.0 }, ActionTiming::Immediate);
    bench.run_to(4096, block);
    for part in [1.0 / 3.0, 0.5] {
        if listens {
            bench.console.listen(to(crate::deck::tests::track(120.0, 5.0, SR), part));
        }
        bench.run_to(bench.frame + 4096, block);
    }
    if listens {
        assert!(bench.console.snapshot().listen.is_some_and(|listen| listen.position_secs > 2.5));
        bench.console.listen(None);
    }
    bench.run_to(bench.frame + 4096, block);
    assert_eq!(bench.console.snapshot().listen, None);
    bench
}

fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|s| s.to_bits()).collect()
}

#[test]
fn only_the_headphones_have_it_at_any_block_size() {
    let without = render(512, false);
    let mut first = None;
    for block in [64, 512, 1024] {
        let with = render(block, true);
        assert_eq!(bits(&with.master), bits(&without.master), "the master, blocks of {block}");
        assert!(with.decks.iter().zip(&without.decks).all(|(with, without)| bits(with) == bits(without)));
        assert_eq!(bits(&with.cue[..4096]), bits(&without.cue[..4096]), "before");
        let differs = |range: std::ops::Range<usize>| {
            range.clone().filter(|n| with.cue[*n] != without.cue[*n]).count() > range.len() / 2
        };
        assert!(differs(5000..8000) && differs(9000..12_000), "it is heard, beside deck B");
        assert_eq!(bits(&with.cue[13_000..]), bits(&without.cue[13_000..]), "after");
        let cue = first.get_or_insert_with(|| with.cue.clone());
        assert_eq!(bits(cue), bits(&with.cue), "blocks of {block}");
    }
}

#[test]
fn tracks_come_back_however_many_are_asked_for() {
    let mut bench = Bench::new(120.0);
    let tracks: Vec<_> = (0..5).map(|_| crate::deck::tests::track(120.0, 1.0, SR)).collect();
    for turn in 0..400 {
        bench.console.listen(to(tracks[turn % tracks.len()].clone(), 0.2));
        if turn % 3 > 0 {
            bench.run_to(bench.frame + 32 * (turn as u64 % 9), 64);
        }
    }
    bench.console.listen(None);
    bench.run_to(bench.frame + 4096, 64);
    bench.console.tick(&mut bench.turn);
    assert!(tracks.iter().all(|track| Arc::strong_count(track) == 1), "all are back, and dropped on this side");
    bench.console.listen(to(tracks[0].clone(), 0.2));
    bench.run_to(bench.frame + 640, 64);
    assert!(bench.console.snapshot().listen.is_some(), "and there is room for more");
}

#[test]
fn a_panic_ends_it() {
    let mut bench = Bench::new(120.0);
    bench.console.listen(to(crate::deck::tests::track(120.0, 5.0, SR), 0.0));
    bench.run_to(4096, 64);
    assert!(bench.cue.iter().any(|s| *s != 0.0));
    bench.ask(Action::Panic, ActionTiming::Immediate);
    bench.run_to(6144, 64);
    let from = bench.cue.len() - 1024;
    assert!(bench.console.snapshot().listen.is_none() && bench.cue[from..].iter().all(|s| *s == 0.0));
}
