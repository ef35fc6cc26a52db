//! An hour of music with random actions, and all that must hold. Longer ones: `cargo xtask soak --minutes 600`.
#![allow(clippy::unwrap_used, reason = "a failure is what a panic is for")]

#[allow(dead_code, reason = "the program prints its table")]
mod held;

use support::rig::soak;

#[test]
fn an_hour_of_music_with_random_actions() {
    let report = soak(60 * 60 * 48_000, 1, |_| {}).unwrap_or_else(|error| panic!("{error}"));
    println!("{report}");
    assert!(report.requests > 10_000 && report.on_time > 1_000 && report.host_deeds > 500, "{report}");
    assert_eq!(report.worst_error, 0);
}
