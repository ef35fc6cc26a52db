//! The player without a deck, by itself.

use super::*;
use crate::deck::Track;
use crate::graph::{IoSetup, StereoBlock};

const SR: f64 = 48_000.0;
/// Frames of a start or a stop.
const FADE: usize = 144;

/// A sine of 200 Hz on the left, half of it on the right.
fn track(secs: f64, sample_rate: f64) -> Arc<Track> {
    let frames = (secs * sample_rate) as u32;
    let sine = |n: u32| (std::f64::consts::TAU * 200.0 * f64::from(n) / sample_rate).sin() as f32;
    let left: Vec<f32> = (0..frames).map(sine).collect();
    let right = left.iter().map(|s| 0.5 * s).collect();
    Arc::new(Track::new(left, right, sample_rate).unwrap())
}

fn to(track: Arc<Track>, part: f64) -> Option<ListenTo> {
    Some(ListenTo { track, part, number: 7 })
}

fn node() -> ListenNode {
    ListenNode::new(SincBank::shared(), SR)
}

/// What it makes in so many frames: left and right, one after the other.
fn run(node: &mut ListenNode, frames: usize, block: usize) -> Vec<[f32; 2]> {
    let mut heard = vec![];
    while heard.len() < frames {
        let block = block.min(frames - heard.len());
        let mut out = StereoBlock::SILENT;
        // Leftovers, as in the graph.
        out.channels_mut().into_iter().for_each(|channel| channel.fill(7.0));
        IoSetup::new(&[], &mut out, block).run(node);
        heard.extend(out.left()[..block].iter().zip(&out.right()[..block]).map(|(l, r)| [*l, *r]));
    }
    heard
}

fn is_silent(heard: &[[f32; 2]]) -> bool {
    heard.iter().flatten().all(|s| *s == 0.0)
}

/// The greatest step from a sample to the next.
fn steepest(heard: &[[f32; 2]]) -> f32 {
    heard.windows(2).map(|pair| (pair[1][0] - pair[0][0]).abs()).fold(0.0, f32::max)
}

#[test]
fn it_plays_from_a_part_of_the_track_and_its_own_samples_at_its_own_rate() {
    let (mut node, track) = (node(), track(3.0, SR));
    assert!(is_silent(&run(&mut node, 256, 64)) && node.view().is_none());
    assert!(node.play(to(track.clone(), 1.0 / 3.0)).is_none());
    let heard = run(&mut node, 2000, 64);
    let first = (track.num_frames() - 1) / 3;
    for (n, [left, right]) in heard.iter().enumerate().skip(FADE) {
        assert_eq!((*left, *right), (track.left()[first + n], track.right()[first + n]), "frame {n}");
    }
    let view = node.view().unwrap();
    assert_eq!(view.number, 7);
    assert!((view.position_secs - (1.0 + 2000.0 / SR)).abs() < 1e-3 && view.length_secs == 3.0 && !view.waits);
}

#[test]
fn a_track_of_another_rate_sounds_as_it_is() {
    let mut node = node();
    node.play(to(track(2.0, 44_100.0), 0.0));
    let heard = run(&mut node, 24_000, 64);
    let rises = heard.windows(2).skip(FADE).filter(|pair| pair[0][0] < 0.0 && pair[1][0] >= 0.0).count();
    assert!((98..=100).contains(&rises), "200 Hz for half a second: {rises}");
}

#[test]
fn starts_stops_and_changes_do_not_click_and_any_split_is_the_same() {
    // What a sine of 200 Hz steps in itself, and what a fade of 3 ms adds.
    let most = (std::f64::consts::TAU * 200.0 / SR) as f32 + 1.2 / FADE as f32;
    let runs = [64, 61, 7, 1].map(|block| {
        let mut node = node();
        node.play(to(track(3.0, SR), 0.4));
        let mut heard = run(&mut node, 1000, block);
        node.play(to(track(2.0, 44_100.0), 0.13));
        heard.extend(run(&mut node, 1000, block));
        assert!(node.take_left().is_some(), "the first is out");
        node.play(None);
        heard.extend(run(&mut node, 400, block));
        assert!(node.take_left().is_some() && node.view().is_none());
        assert!(is_silent(&heard[2000 + FADE..]) && !is_silent(&heard[..1000]));
        assert!(steepest(&heard) < most, "{} of {most}", steepest(&heard));
        heard
    });
    let bits = |run: &[[f32; 2]]| run.iter().flatten().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert!(runs.iter().all(|run| bits(run) == bits(&runs[0])));
}

#[test]
fn every_track_is_given_back_once() {
    let mut node = node();
    let tracks: Vec<_> = (0..3).map(|_| track(1.0, SR)).collect();
    node.play(to(tracks[0].clone(), 0.0));
    run(&mut node, 64, 64);
    assert!(node.play(to(tracks[1].clone(), 0.0)).is_none());
    let unused = node.play(to(tracks[2].clone(), 0.0)).unwrap();
    assert!(Arc::ptr_eq(&unused, &tracks[1]), "it never sounded");
    drop(unused);
    run(&mut node, 640, 64);
    assert!(Arc::ptr_eq(&node.take_left().unwrap(), &tracks[0]));
    // To its end; nobody asks for it, and nothing is lost.
    run(&mut node, 60_000, 64);
    assert!(Arc::ptr_eq(&node.take_left().unwrap(), &tracks[2]) && node.take_left().is_none());
    assert!(tracks.iter().all(|track| Arc::strong_count(track) == 1));
    assert!(is_silent(&run(&mut node, 64, 64)));
}

#[test]
fn it_waits_for_a_place_that_is_not_decoded_yet_and_misses_nothing_of_it() {
    let whole = track(2.0, SR);
    let (coming, mut writer) = Track::coming(whole.num_frames(), whole.num_frames(), SR).unwrap();
    writer.append(&whole.left()[..1000], &whole.right()[..1000]);
    let mut node = node();
    node.play(to(coming, 0.5));
    assert!(is_silent(&run(&mut node, 4000, 64)) && node.view().unwrap().waits);
    writer.append(&whole.left()[1000..], &whole.right()[1000..]);
    drop(writer);
    let heard = run(&mut node, 1000, 64);
    let first = (whole.num_frames() - 1) / 2;
    assert!((FADE..1000).all(|n| heard[n][0] == whole.left()[first + n]));
    // What waits is stopped at once.
    let (coming, writer) = Track::coming(1000, 1000, SR).unwrap();
    node.play(to(coming, 0.5));
    run(&mut node, 640, 64);
    assert!(node.take_left().is_some() && node.view().unwrap().waits);
    node.play(None);
    run(&mut node, 1, 1);
    assert!(node.take_left().is_some());
    drop(writer);
}

#[test]
fn another_sample_rate_keeps_the_place() {
    let mut node = node();
    node.play(to(track(3.0, SR), 0.5));
    run(&mut node, 4800, 64);
    let before = node.view().unwrap().position_secs;
    node.prepare(2.0 * SR);
    assert!((node.view().unwrap().position_secs - before).abs() < 1e-6);
    run(&mut node, 9600, 64);
    assert!((node.view().unwrap().position_secs - before - 0.1).abs() < 1e-6);
}
