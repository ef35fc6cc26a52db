//! Where the scheduler looks for what is no sound: as seldom as it may, and so often that nothing overflows unseen.

use super::items::{Items, Value};
use crate::graph::{Guard, LOUDEST};

/// Below the highest finite number, with room for rounding: 2^126.
const NEAR_INFINITY: f64 = (1_u128 << 126) as f64;

/// By item: whether its output is looked at each time.
///
/// For each the loudest that it could be without having been looked at is followed through the graph: at most
/// [`LOUDEST`] after a look, and from there as its guard says. Where that could come to infinity there is a look.
pub(super) fn scans(items: &Items) -> Vec<bool> {
    let mut loudest = Vec::with_capacity(items.list.len());
    let mut scans = Vec::with_capacity(items.list.len());
    for item in &items.list {
        let of = |value: &Value| match *value {
            Value::Silent => 0.0,
            Value::Bus(_) => f64::from(LOUDEST),
            Value::Item(source) => loudest[source],
        };
        let own = match item.info.guard {
            Guard::Own if item.inputs.is_empty() => f64::from(LOUDEST),
            Guard::Own => f64::from(item.info.most_gain.abs()) * item.inputs.iter().map(of).sum::<f64>(),
            Guard::Reports => f64::from(LOUDEST),
            Guard::Scan => f64::INFINITY,
        };
        // Not a number is no bound either.
        let is_bounded = own <= NEAR_INFINITY;
        scans.push(!is_bounded);
        loudest.push(if is_bounded { own } else { f64::from(LOUDEST) });
    }
    scans
}
