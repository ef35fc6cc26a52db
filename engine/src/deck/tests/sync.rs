//! A deck that follows the clock.

use super::*;

fn synced(track_bpm: f64, bpm: f64) -> Booth {
    let mut booth = Booth::new(track(track_bpm, 120.0, 8_000.0), bpm);
    booth.deck.set_sync(true).unwrap();
    booth
}

#[test]
fn a_start_puts_the_nearest_beat_on_the_clock_s() {
    for (track_bpm, bpm) in [(120.0, 120.0), (124.0, 128.0), (126.0, 127.3)] {
        let mut booth = synced(track_bpm, bpm);
        booth.run(33_333, 512);
        booth.see_time();
        booth.deck.seek(10.3);
        let wanted = booth.beat();
        booth.deck.play(None, 0);
        assert!(booth.deck.is_locked());
        assert!(booth.off().abs() < 1e-9, "{}", booth.off());
        assert!((booth.beat() - wanted).abs() <= 0.5);
        booth.run(100_000, 512);
        assert!(booth.off().abs() * 60.0 / bpm * SR < 0.01, "in frames");
    }
}

#[test]
fn it_stays_on_the_beat_for_ten_minutes_of_changing_tempo() {
    let mut booth = Booth::new(track(125.0, 800.0, 8_000.0), 120.0);
    booth.deck.set_sync(true).unwrap();
    booth.deck.play(None, 0);
    let mut worst = 0.0_f64;
    for minute in [127.3, 96.0, 140.0, 120.0, 133.33, 125.0, 110.01, 128.0, 121.5, 126.0] {
        booth.bpm = minute;
        for _ in 0..6 {
            booth.run(480_000, 512);
            booth.out.clear();
            worst = worst.max((booth.beat() - booth.song).abs() * 60.0 / booth.bpm * SR);
        }
    }
    println!("at most {worst:.2e} frames off");
    assert!(worst < 0.01);
}

/// Two decks in one host, the second a good while later: what they play takes each other away.
#[test]
fn two_synced_decks_with_the_same_track_null_for_ten_minutes_of_changing_tempo() {
    let rate = 8_000.0;
    let sound = track(125.0, 760.0, rate);
    let mut booths = [(); 2].map(|()| Booth::at(rate, sound.clone(), 118.0));
    booths.iter_mut().for_each(|booth| booth.deck.set_sync(true).unwrap());
    booths[0].deck.play(None, 0);
    for booth in &mut booths {
        booth.run(100_003, 512);
    }
    let there = booths[0].place();
    // A hand is not exact: sync puts the nearest beat on the beat.
    booths[1].deck.play(Some(there + 0.11), 0);
    let (mut apart_frames, mut rest, mut music) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (minute, bpm) in [118.0, 127.3, 96.0, 140.0, 120.0, 133.33, 125.0, 110.01, 128.0, 121.5].into_iter().enumerate()
    {
        for part in 0..6 {
            for booth in &mut booths {
                booth.bpm = bpm;
                // Every third minute the host's tempo moves all the time.
                booth.step_bpm = if minute % 3 == 2 { 6.0 / 480_000.0 } else { 0.0 };
                booth.out.clear();
                booth.run(80_000, 512);
            }
            let [first, second] = &booths;
            apart_frames = apart_frames.max((first.place() - second.place()).abs() * SR);
            let faded = if minute + part == 0 { 400 } else { 0 };
            for (a, b) in first.out.iter().zip(&second.out).skip(faded) {
                (rest, music) = (rest + f64::from(a - b).powi(2), music + f64::from(*a).powi(2));
            }
        }
    }
    let null_db = 10.0 * (rest.max(1e-30) / music).log10();
    println!("two synced decks: {null_db:.1} dB are left of them, {apart_frames:.2e} frames apart at most");
    assert!(null_db < -100.0 && apart_frames < 0.01, "{null_db} dB, {apart_frames} frames");
}

/// Knocks on the beats, heard through key lock, against the same as a record (which is exact: the test above).
#[test]
fn under_key_lock_its_beats_are_heard_on_the_clock_s_for_ten_minutes() {
    let beat = 8_000.0 * 60.0 / 125.0;
    let knock = |n: usize| {
        let t = n as f64 % beat / 8_000.0;
        ((std::f64::consts::TAU * 180.0 * t).sin() * (-t * 90.0).exp()) as f32
    };
    let samples: Vec<f32> = (0..800 * 8_000).map(knock).collect();
    let grid = BeatGrid::steady(0.0, beat).unwrap();
    let track = Arc::new(Track::new(samples.clone(), samples, 8_000.0).unwrap().with_grid(grid));
    let mut booths = [true, false].map(|key_lock| {
        let mut booth = Booth::new(track.clone(), 120.0);
        booth.deck.set_key_lock(key_lock);
        booth.deck.set_sync(true).unwrap();
        booth.deck.play(None, 0);
        booth
    });
    let (mut worst, mut heard) = (0.0_f64, 0);
    for minute in [127.3, 116.0, 134.0, 122.0, 130.33, 124.0, 118.01, 128.0, 121.5, 126.0] {
        for _ in 0..6 {
            let beat_frames = 60.0 / minute * SR;
            let first = booths[0].song.ceil() - booths[0].song;
            let [locked, plain] = &mut booths;
            for booth in [&mut *locked, &mut *plain] {
                booth.bpm = minute;
                booth.out.clear();
            }
            let (locked, plain) = (locked.run(480_000, 512), plain.run(480_000, 512));
            for knock in 1.. {
                let at = ((first + f64::from(knock)) * beat_frames) as usize;
                let Some(part) = Some(at - 1_500..at + 4_500).filter(|part| part.end <= locked.len()) else { break };
                let off_ms = (centre(&locked[part.clone()]) - centre(&plain[part])) / SR * 1_000.0;
                worst = worst.max(off_ms.abs());
                heard += 1;
            }
        }
    }
    println!("{heard} knocks under key lock, at most {worst:.3} ms off");
    assert!(heard > 1_000 && worst < 2.0, "{heard} knocks, {worst} ms");
}

/// Where the energy of a sound is centred, in frames.
fn centre(samples: &[f32]) -> f64 {
    let energy = |s: &f32| f64::from(*s).powi(2);
    samples.iter().enumerate().map(|(i, s)| i as f64 * energy(s)).sum::<f64>() / samples.iter().map(energy).sum::<f64>()
}

#[test]
fn it_follows_a_ramp_on_every_frame() {
    let mut booth = synced(125.0, 120.0);
    booth.deck.play(None, 0);
    booth.step_bpm = 20.0 / 480_000.0;
    for frames in [1, 63, 511, 4_096, 100_000, 300_000] {
        booth.run(frames, 1_024);
        assert!((booth.beat() - booth.song).abs() * 60.0 / 140.0 * SR < 0.05, "{}", booth.beat() - booth.song);
    }
    assert!(booth.bpm > 136.0);
}

#[test]
fn half_and_double_tempo_are_matched() {
    for (track_bpm, bpm, times) in [(174.0, 87.0, 2.0), (70.0, 140.0, 0.5), (65.0, 128.0, 0.5)] {
        let mut booth = synced(track_bpm, bpm);
        booth.deck.play(None, 0);
        let before = booth.beat();
        booth.run(480_000, 512);
        let beats = 10.0 * bpm / 60.0 * times;
        assert!((booth.beat() - before - beats).abs() < 1e-6, "{track_bpm} at {bpm}");
        let speed = booth.deck.motion_view().speed;
        assert!((speed - times * bpm / track_bpm).abs() < 1e-9 && (0.5..=2.0).contains(&speed));
    }
}

#[test]
fn a_tempo_that_doubles_is_met_in_another_octave() {
    let mut booth = synced(120.0, 110.0);
    booth.deck.play(None, 0);
    booth.run(48_000, 512);
    booth.bpm = 250.0;
    booth.run(480_000, 512);
    let speed = booth.deck.motion_view().speed;
    assert!((speed - 125.0 / 120.0).abs() < 1e-9, "{speed}");
    let on_half = booth.beat() * 2.0 - booth.song;
    assert!((on_half - on_half.round()).abs() < 1e-6, "{on_half}");
}

#[test]
fn a_little_off_it_bends_by_two_per_cent_and_a_lot_off_it_jumps() {
    for (start_beat, jumps) in [(0.2, false), (-0.15, false), (0.3, true), (0.45, true)] {
        let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
        booth.run(24_000, 512);
        booth.see_time();
        booth.deck.play(Some(10.0 + start_beat * 0.5), 0);
        booth.run(4_800, 64);
        booth.deck.set_sync(true).unwrap();
        let mut last = booth.beat();
        let mut biggest_bend = 0.0_f64;
        for step in 0..6_000 {
            booth.run(64, 64);
            let bend = (booth.beat() - last) / (64.0 / 24_000.0) - 1.0;
            last = booth.beat();
            biggest_bend = biggest_bend.max(bend.abs());
            if step < 10 && jumps {
                assert!(booth.off().abs() < 1e-9, "at once");
            }
        }
        assert!(biggest_bend < 0.020_001, "{biggest_bend}");
        assert!(booth.off().abs() < 1e-9, "in the end: {}", booth.off());
        assert_eq!(booth.deck.motion_view().phase_error_beats, 0.0);
    }
}

#[test]
fn after_a_push_it_comes_back_into_phase() {
    let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
    booth.deck.set_sync(true).unwrap();
    booth.deck.play(None, 0);
    booth.run(48_000, 512);
    booth.deck.nudge(4.0);
    booth.run(48_000, 512);
    assert!((booth.off() - 0.08).abs() < 1e-9, "two beats at 4 %: {}", booth.off());
    booth.deck.nudge(0.0);
    booth.run(24_000, 512);
    assert!((booth.off() - 0.06).abs() < 1e-9, "2 % slower for a beat: {}", booth.off());
    booth.run(96_000, 512);
    assert!(booth.off().abs() < 1e-12);
}

#[test]
fn after_an_edit_of_the_grid_it_stays_where_it_is_and_finds_its_phase() {
    let track = track(120.0, 60.0, SR);
    let mut booth = Booth::new(track.clone(), 120.0);
    booth.deck.set_sync(true).unwrap();
    booth.deck.play(None, 0);
    booth.run(100_000, 512);
    let before = booth.place();
    let mut grid = track.grid().unwrap().clone();
    grid.shift(2_400.0).unwrap();
    track.set_grid(Some(grid)).unwrap();
    booth.run(64, 64);
    assert!((booth.place() - before - 64.0 / SR).abs() < 2.0 / SR, "it does not jump by 50 ms");
    assert!((booth.off() + 0.1).abs() < 0.001);
    booth.run(200_000, 512);
    assert!(booth.off().abs() < 1e-9);
    track.set_grid(None).unwrap();
    booth.run(64, 64);
    assert!(!booth.deck.is_locked() && booth.deck.is_playing(), "without beats it plays on");
}

#[test]
fn without_beats_sync_is_refused_and_without_sync_the_speed_stays() {
    let bare = Arc::new(Track::new(vec![0.1; 48_000], vec![0.1; 48_000], SR).unwrap());
    let mut booth = Booth::new(bare, 120.0);
    assert_eq!(booth.deck.set_sync(true), Err(GestureRefused::NoGrid));
    let mut booth = Booth::new(track(120.0, 60.0, SR), 126.0);
    booth.deck.set_sync(true).unwrap();
    booth.deck.play(None, 0);
    booth.run(48_000, 512);
    booth.deck.set_sync(false).unwrap();
    booth.bpm = 100.0;
    booth.run(48_000, 512);
    assert!((booth.deck.motion_view().speed - 1.05).abs() < 1e-9);
    assert!((booth.deck.motion_view().rate - 1.05).abs() < 1e-9);
}

#[test]
fn an_undo_comes_back_in_phase_whatever_the_tempo_did() {
    let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
    booth.deck.set_sync(true).unwrap();
    booth.deck.play(None, 0);
    booth.run(100_000, 512);
    booth.deck.stop();
    booth.bpm = 140.0;
    booth.run(100_000, 512);
    booth.see_time();
    booth.deck.undo().unwrap();
    assert!((booth.beat() - booth.song).abs() < 1e-9);
    booth.run(10_000, 512);
    assert!((booth.beat() - booth.song).abs() < 1e-9);
}

#[test]
fn the_same_samples_at_any_block_size() {
    let render = |block: usize| {
        let mut booth = Booth::new(track(125.0, 60.0, 44_100.0), 127.3);
        booth.deck.set_sync(true).unwrap();
        booth.run(1_000, block);
        booth.see_time();
        booth.deck.play(Some(1.0), 0);
        booth.run(30_000, block);
        booth.deck.beat_loop(0.5, false, 0.0).unwrap();
        booth.run(50_000, block);
        booth.deck.beat_jump(4.0).unwrap();
        booth.run(30_000, block);
        booth.deck.loop_exit();
        booth.deck.nudge(3.0);
        booth.run(10_000, block);
        booth.deck.nudge(0.0);
        booth.run(30_000, block);
        booth.out
    };
    let whole = render(64);
    for block in [1, 17, 512, 4_096] {
        let other = render(block);
        let differ = whole.iter().zip(&other).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        assert_eq!(differ, 0, "blocks of {block}");
    }
}
