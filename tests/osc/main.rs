//! OSC under attack and under load. A program of its own: what floods a port here holds up nobody else's tests. One test
//! at a time has the machine.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frame counts of tests are small, and a wrong one fails the test"
)]

mod flood;
mod hostile;
#[path = "../integration/stage.rs"]
#[expect(dead_code, reason = "this program needs only some of it")]
mod stage;
mod tagged;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whoever has it is alone.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A figure of the telemetry.
fn figure(stage: &mut stage::Stage, name: &str) -> f64 {
    stage.osc.send("/telemetry", &[]);
    let stage::Stage { host, osc } = stage;
    let mut found = None;
    host.pump_until("the telemetry", |_| {
        for reply in osc.take_replies() {
            if reply.addr == "/telemetry" && reply.args[0] == name.into() {
                found = reply.args[1].clone().double();
            }
        }
        found.is_some()
    });
    found.expect("it was found")
}
