//! When a frame is heard, from simulated hosts' calls.

use echelon_engine::clock::{CallTimes, Regularity};

use crate::host::{Random, SR};

/// The device runs 30 millionths fast.
const TRUE_MICROS_PER_FRAME: f64 = 1e6 / (SR * (1.0 + 30e-6));

/// Wake-up lateness in microseconds: exponential with a mean of 150, and one in a hundred up to `outlier` late.
fn lateness(random: &mut Random, outlier: f64) -> f64 {
    let part = |random: &mut Random| f64::from(random.below(1_000_000) + 1) / 1e6;
    let usual = -150.0 * part(random).ln();
    if random.below(100) == 0 { part(random) * outlier } else { usual }
}

/// What the loop finds: its distance from the truth in microseconds, at each call of the last ten of `secs` seconds.
fn distances(buffer: u32, parts: u32, secs: u32, outlier: f64) -> (Vec<f64>, CallTimes) {
    let (mut calls, mut random, mut found) = (CallTimes::new(SR), Random::new(7), vec![]);
    let buffers = secs * 48_000 / buffer;
    let mut now = 0.0_f64;
    for index in 0..buffers {
        let due = 1e9 + f64::from(index * buffer) * TRUE_MICROS_PER_FRAME;
        now = now.max(due + lateness(&mut random, outlier));
        for part in 0..parts {
            let frames = buffer / parts;
            now += f64::from(random.below(30));
            calls.hear(now, frames);
            if f64::from(index * buffer) > f64::from(secs - 10) * SR {
                let true_micros = due + f64::from(part * frames) * TRUE_MICROS_PER_FRAME;
                found.push(calls.micros_at(0) - true_micros);
            }
            calls.pass(frames);
        }
    }
    (found, calls)
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, square.sqrt())
}

#[test]
fn the_device_s_course_is_found_beneath_the_host_s_calls() {
    for (buffer, parts, outlier) in
        [(512, 1, 2e3), (512, 8, 2e3), (1024, 16, 2e3), (64, 1, 2e3), (512, 1, 50e3), (512, 8, 50e3)]
    {
        let (found, calls) = distances(buffer, parts, 60, outlier);
        let (mean, deviation) = mean_and_deviation(&found);
        println!("{buffer} in {parts}, outliers to {outlier} us: mean {mean:.0} us, deviation {deviation:.1} us");
        assert!((0.0..300.0).contains(&mean), "{buffer} in {parts}, {outlier}: {mean}");
        assert!(deviation < 50.0, "{buffer} in {parts}, {outlier}: {deviation}");
        assert_eq!(calls.regularity(), Regularity::Regular);
        let off = calls.micros_per_frame() / TRUE_MICROS_PER_FRAME - 1.0;
        assert!(off.abs() < 20e-6, "{off}");
    }
}

#[test]
fn the_loop_may_be_relied_on_after_a_second() {
    let (mut calls, mut random) = (CallTimes::new(SR), Random::new(3));
    for index in 0..1000_u32 {
        let due = f64::from(index * 512) * TRUE_MICROS_PER_FRAME;
        calls.hear(due + lateness(&mut random, 2e3), 512);
        let secs = f64::from(index) * 512.0 / SR;
        assert_eq!(calls.regularity() == Regularity::Settling, secs < 1.0, "{secs}");
        if secs >= 1.0 {
            assert!((calls.micros_at(0) - due - 150.0).abs() < 500.0, "{secs}: {}", calls.micros_at(0) - due);
        }
        calls.pass(512);
    }
}

/// Reaper's way: 200 ms ahead, whenever its thread finds the time.
#[test]
fn a_host_that_renders_ahead_is_known_within_five_seconds() {
    let (mut calls, mut random) = (CallTimes::new(SR), Random::new(5));
    let (mut now, mut frame) = (0.0, 0_u32);
    let mut known = None;
    while now < 20e6 {
        now += 5e3 + f64::from(random.below(60_000));
        while f64::from(frame) * 1e6 / SR < now + 200e3 {
            calls.hear(now, 512);
            calls.pass(512);
            frame += 512;
        }
        match calls.regularity() {
            Regularity::Irregular => known = known.or(Some(now)),
            Regularity::NotRealTime => panic!("it is in real time, at {now}"),
            _ => {}
        }
    }
    assert!(known.is_some_and(|at| at < 5e6), "{known:?}");
    assert_eq!(calls.regularity(), Regularity::Irregular, "and it stays so");
}

#[test]
fn a_bounce_is_known_before_it_is_half_a_second_ahead_and_time_is_found_again_after_it() {
    let mut calls = CallTimes::new(SR);
    let mut now = 0.0;
    let mut run = |calls: &mut CallTimes, secs: f64, speed: f64| {
        let mut first = None;
        for index in 0..(secs * SR / 512.0) as u32 {
            now += 512.0 * 1e6 / SR / speed;
            calls.hear(now, 512);
            calls.pass(512);
            if calls.regularity() == Regularity::NotRealTime {
                first.get_or_insert(f64::from(index) * 512.0 / SR);
            }
        }
        first
    };
    assert_eq!(run(&mut calls, 3.0, 1.0), None);
    let known = run(&mut calls, 60.0, 100.0).unwrap();
    assert!(known < 0.6, "after {known} s of music");
    assert_eq!(calls.regularity(), Regularity::NotRealTime);
    run(&mut calls, 4.0, 1.0);
    assert_eq!(calls.regularity(), Regularity::Regular);
    assert!(run(&mut calls, 10.0, 1.7).is_some(), "a slow bounce");
}

#[test]
fn one_late_call_moves_nothing_and_a_lost_buffer_is_found() {
    let (mut calls, mut lost) = (CallTimes::new(SR), 0.0);
    let mut worst: f64 = 0.0;
    for index in 0..6000_u32 {
        let due = f64::from(index * 512) * 1e6 / SR;
        // At the 3000th the device loses 40 ms.
        lost = if index >= 3000 { 40e3 } else { lost };
        let late = if index % 500 == 400 { 90e3 } else { 0.0 };
        calls.hear(due + lost + late, 512);
        let off = calls.micros_at(0) - due - lost;
        if (1000..3000).contains(&index) || index > 3100 {
            worst = worst.max(off.abs());
        }
        calls.pass(512);
    }
    assert!(worst < 100.0, "{worst}");
}

/// A machine with far more to do than it can: two calls of three are milliseconds late.
#[test]
fn a_busy_machine_does_not_pull_the_loop_away() {
    let (mut calls, mut random, mut found) = (CallTimes::new(SR), Random::new(11), vec![]);
    let mut now = 0.0_f64;
    for index in 0..6000_u32 {
        let due = 1e9 + f64::from(index * 512) * TRUE_MICROS_PER_FRAME;
        let busy = if random.below(3) > 0 { f64::from(random.below(12_000)) } else { 0.0 };
        now = now.max(due + lateness(&mut random, 2e3) + busy);
        calls.hear(now, 512);
        if index > 2000 {
            found.push(calls.micros_at(0) - due);
        }
        calls.pass(512);
    }
    let (mean, deviation) = mean_and_deviation(&found);
    println!("a busy machine: mean {mean:.0} us, deviation {deviation:.1} us");
    assert!(mean.abs() < 300.0 && deviation < 150.0, "{mean} {deviation}");
}
