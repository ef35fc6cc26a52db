//! The host leads: the session gets its tempo, and its bar only when it is told to take that.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{HOST_BPM, PATIENCE, Two, micros};
use crate::link::table::Table;

/// Where the other one puts its beat: off the host's bar by more than anything else here.
const ELSEWHERE_BEATS: f64 = 1.3;
/// The plugin moves a session that is further off than this, in milliseconds.
const SAME_PLACE_MS: f64 = 2.0;

pub fn tempo_and_bar(two: &mut Two, table: &mut Table) -> Result<()> {
    two.b.ask("tempo 100", "sent")?;
    sleep(Duration::from_millis(500));
    let since = Instant::now();
    two.a.send("osc /clock/source publish")?;
    let heard = two.b.ask_for(&format!("await-tempo {}", micros(HOST_BPM)), "tempo", PATIENCE);
    let took = if heard.is_ok() { since.elapsed().as_secs_f64() * 1e3 } else { f64::NAN };
    table.at_most("the host's tempo is the session's after", took, 500.0, "ms");
    bar(two, table)
}

fn bar(two: &mut Two, table: &mut Table) -> Result<()> {
    let off = off_bar_ms(two)?;
    two.b.ask(&format!("force {ELSEWHERE_BEATS}"), "sent")?;
    sleep(Duration::from_secs(2));
    let forced = off_bar_ms(two)?;
    // Who puts the beat somewhere else may do so; it is far from where it was, or else nothing is seen here.
    let elsewhere = if forced.abs() > 10.0 * SAME_PLACE_MS { forced } else { nudged(two)? };
    sleep(Duration::from_secs(2));
    let moved = off_bar_ms(two)? - elsewhere;
    println!("    off the host's bar: {off:.1} ms, put to {elsewhere:.1} ms");
    table.at_most("the others are moved without a word", moved.abs(), SAME_PLACE_MS, "ms");
    two.a.send("osc /link/takeover 1")?;
    sleep(Duration::from_secs(2));
    let off = off_bar_ms(two)?;
    table.at_most("off the host's bar when it takes over", off.abs(), SAME_PLACE_MS, "ms");
    two.a.send("osc /link/takeover 0")
}

/// By chance the host was there: somewhere else again.
fn nudged(two: &mut Two) -> Result<f64> {
    two.b.ask(&format!("force {}", 2.0 * ELSEWHERE_BEATS), "sent")?;
    sleep(Duration::from_secs(1));
    off_bar_ms(two)
}

/// How far the host's beat is ahead of the other's in the bar.
fn off_bar_ms(two: &mut Two) -> Result<f64> {
    let host = two.a.ask("host", "host")?;
    let figure = |index: usize| host.get(index).and_then(Value::as_f64).context("the host's beat is a figure");
    let (beat, at) = (figure(0)?, figure(1)?);
    Ok(two.ahead(at, beat)? * 60e3 / HOST_BPM)
}
