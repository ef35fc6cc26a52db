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
use std::time::{Duration, Instant};

use support::OscClient;

/// After so long a question that has no answer was lost, or its answer.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Whoever has it is alone.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A figure of the telemetry.
fn figure(stage: &mut stage::Stage, name: &str) -> f64 {
    let stage::Stage { host, osc } = stage;
    let (mut asking, mut found) = (Asking::default(), None);
    host.pump_until("the telemetry", |_| {
        found = asking.look(osc, name);
        found.is_some()
    });
    found.expect("it was found")
}

/// A question for figures of the telemetry. It may be lost in a buffer that is full, as may its answer: it is asked again
/// and again.
#[derive(Debug, Default)]
struct Asking(Option<Instant>);

impl Asking {
    /// The newest answer's figure, if one has come.
    fn look(&mut self, osc: &mut OscClient, name: &str) -> Option<f64> {
        if self.0.is_none_or(|asked| asked.elapsed() > ASK_AGAIN) {
            osc.send("/telemetry", &[]);
            self.0 = Some(Instant::now());
        }
        let replies = osc.take_replies();
        let figure = replies.iter().rev().find(|reply| reply.addr == "/telemetry" && reply.args[0] == name.into());
        figure.and_then(|reply| reply.args[1].clone().double())
    }
}
