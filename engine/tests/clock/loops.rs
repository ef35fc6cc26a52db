//! The host's loop: wraps between blocks and inside them, told of or not.

use echelon_engine::clock::{Discontinuity, GridLines, HostClock, HostTransport};

use echelon_engine::action::Grid;

use crate::host::{Random, SR, TempoMap, Wording, words};

/// A host that loops `0..length` beats.
struct Looping {
    map: TempoMap,
    length: f64,
    tells: bool,
    word: Wording,
}

impl Looping {
    fn new(bpm: f64, length: f64) -> Self {
        Self { map: TempoMap::steady(SR, bpm), length, tells: true, word: words::exact }
    }

    fn song_beat(&self, frame: u64) -> f64 {
        // A place a rounding before the loop's end is its start.
        let beat = (self.map.beat(frame as f64) + 1e-9).rem_euclid(self.length) - 1e-9;
        beat.max(0.0)
    }

    fn said(&self, frame: u64) -> HostTransport {
        HostTransport {
            song_beats: Some((self.word)(self.song_beat(frame))),
            loop_beats: self.tells.then_some((0.0, self.length)),
            ..self.map.transport(0.0, words::exact)
        }
    }

    /// Frames up to the next wrap, if the host splits there.
    fn to_wrap(&self, frame: u64) -> u64 {
        let wraps = (self.map.beat(frame as f64) / self.length + 1e-9).floor() + 1.0;
        self.map.due(wraps * self.length) as u64 - frame
    }
}

/// Each line of the grid in the song, however often the loop goes round: its frame, and whether it was on time.
/// `next` is asked for again as soon as a line has come, as a rig that always waits for the next line does.
fn lines_hit(host: &Looping, grid: Grid, secs: f64, split: bool, seed: u32) -> (Vec<u64>, Vec<Discontinuity>) {
    let mut clock = HostClock::new(SR);
    let mut random = Random::new(seed);
    let (mut frame, mut waits, mut hits, mut breaks) = (0_u64, None::<f64>, vec![], vec![]);
    while frame < (secs * SR) as u64 {
        let mut frames = u64::from(random.block());
        if split {
            frames = frames.min(host.to_wrap(frame));
        }
        let (now, why) = clock.begin_block(&host.said(frame), frames as u32);
        let (lines, tolerance) = (now.lines(), now.half_frame_beats());
        let next = |lines: GridLines, song: f64| now.to_performance(lines.next(grid, song, tolerance));
        if let Some(why) = why {
            breaks.push(why);
            // As a rig does after a jump: what is no line any more waits for the next. A line that the wrap went over
            // inside the last block, or inside the last frame, is late.
            let ago = if let Discontinuity::Jumped { wrapped: Some(ago), .. } = why { ago } else { 0.0 };
            waits = waits.map(|due| {
                let stays = lines.is_on(grid, now.to_song(due), tolerance);
                let from = now.song_beat_at(0) - ago;
                if stays { due } else { now.to_performance(lines.next(grid, from, 1.99 * tolerance)) }
            });
        }
        let mut due = waits.unwrap_or_else(|| next(lines, now.song_beat_at(0)));
        while let Some(at) = now.frame_of(due) {
            hits.push(frame + u64::from(at));
            due = next(lines, now.to_song(due) + 2.0 * tolerance);
        }
        waits = Some(due);
        frame += frames;
    }
    (hits, breaks)
}

/// All wraps but the start are loops of that length, or say so at least by their distance.
fn assert_wraps(breaks: &[Discontinuity], length: f64, told: bool) {
    assert!(breaks.len() > 3, "{breaks:?}");
    for why in &breaks[1..] {
        let Discontinuity::Jumped { beats, wrapped } = *why else { panic!("{why:?}") };
        assert!((beats + length).abs() < 1e-3, "{why:?}");
        assert_eq!(wrapped.is_some(), told, "{why:?}");
    }
}

#[test]
fn every_line_of_a_loop_of_whole_bars_comes_once_each_time_round() {
    for (bpm, length) in [(120.0, 4.0), (127.3, 8.0), (174.0, 16.0), (60.0, 12.0)] {
        for split in [true, false] {
            for tells in [true, false] {
                let host = Looping { tells, ..Looping::new(bpm, length) };
                let (hits, breaks) = lines_hit(&host, Grid::BEAT, 60.0, split, 21);
                let due: Vec<u64> = (0..).map(|beat| host.map.due(f64::from(beat)) as u64).take(hits.len()).collect();
                assert_eq!(hits, due, "{bpm} BPM, {length} beats, split {split}, told {tells}");
                assert!(hits.len() >= bpm as usize);
                assert_wraps(&breaks, length, tells);
            }
        }
    }
}

/// In a loop of 3.25 beats the lines are 0, 1, 2 and 3, and then a quarter of a beat later 0 again. If the host does not
/// split there, nobody knows of the wrap before the next block: the line at the loop's start is late by up to that,
/// or, if the host does not tell of its loop either, not heard. All others come on their frames.
#[test]
fn a_loop_of_three_and_a_quarter_beats_has_its_own_lines() {
    for (split, tells) in [(true, true), (true, false), (false, true), (false, false)] {
        let host = Looping { tells, ..Looping::new(127.3, 3.25) };
        let (hits, breaks) = lines_hit(&host, Grid::BEAT, 120.0, split, 22);
        let due = |i: usize| host.map.due((i / 4) as f64 * 3.25 + (i % 4) as f64) as u64;
        let (mut i, mut latest, mut unheard) = (0, 0, 0);
        for hit in &hits {
            if i % 4 == 0 && !split && !tells && *hit == due(i + 1) {
                (i, unheard) = (i + 1, unheard + 1);
            }
            let bound = if i % 4 == 0 && !split { 1024 } else { 0 };
            assert!(
                (due(i)..=due(i) + bound).contains(hit),
                "split {split}, told {tells}: line {i} at {hit}, not {}",
                due(i)
            );
            latest = latest.max(hit - due(i));
            i += 1;
        }
        println!(
            "loop of 3.25 beats, split {split}, told {tells}: {i} lines, {latest} frames late at most, {unheard} unheard"
        );
        assert!(i > 300);
        assert_wraps(&breaks, 3.25, tells);
    }
}

#[test]
fn hosts_that_round_loop_without_losing_or_doubling_a_line() {
    for (word, bound) in [(words::ticks_1920 as Wording, 12), (words::float_960, 24)] {
        for split in [true, false] {
            for tells in [true, false] {
                for length in [1.0, 4.0, 16.0] {
                    let host = Looping { tells, word, ..Looping::new(127.0, length) };
                    let (hits, breaks) = lines_hit(&host, Grid::BEAT, 120.0, split, 23);
                    let worst =
                        hits.iter().enumerate().map(|(beat, hit)| (*hit as i64 - host.map.due(beat as f64)).abs());
                    let worst = worst.max().unwrap();
                    assert!(worst <= bound, "{worst} frames; split {split}, told {tells}, {length} beats");
                    assert!(hits.len() >= 253, "{}", hits.len());
                    assert_wraps(&breaks, length, tells);
                }
            }
        }
    }
}

/// Pending for bar 5 (beat 16) of a loop [0, 16): it comes on frame 0 of the block after the wrap.
#[test]
fn what_waits_for_the_loops_end_comes_at_its_start() {
    let host = Looping::new(120.0, 16.0);
    let mut clock = HostClock::new(SR);
    let (mut frame, mut due) = (0, f64::NAN);
    while frame < 384_000 {
        let frames = 500.min(host.to_wrap(frame));
        let (now, _) = clock.begin_block(&host.said(frame), frames as u32);
        due = now.to_performance(16.0);
        assert_eq!(now.frame_of(due), None);
        frame += frames;
    }
    let (wrap, why) = clock.begin_block(&host.said(frame), 512);
    let Some(Discontinuity::Jumped { beats: -16.0, wrapped: Some(ago) }) = why else { panic!("{why:?}") };
    assert!(ago < 1e-9, "{ago}");
    assert_eq!((wrap.song_beat_at(0), wrap.frame_of(due), wrap.frames_late(due, 0)), (0.0, Some(0), 0));
    assert!(wrap.lines().is_on(Grid::BAR, wrap.to_song(due), wrap.half_frame_beats()));
}
