//! How much one source may send, and what becomes of more: continuous controls keep their last value, stop, cancel and
//! panic pass, the rest is counted and dropped. Broker thread.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use echelon_engine::action::Touch;
use echelon_engine::safety::{ActionMask, RateLimit};
use rosc::OscMessage;

use super::address::lookup;
use super::client::{split_instance, split_token};
use super::namespace::{Make, Row};

/// Sources that are told apart; those beyond share one allowance.
const MOST_SOURCES: usize = 256;
/// A source that was silent for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(10);
/// Last values that wait.
const MOST_KEPT: usize = 1024;
/// A source is told this often what it has lost.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Errors that a source is told in a second; those beyond are counted.
const ERRORS_PER_SEC: f32 = 500.0;

/// What to do with a message beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// It passes all the same.
    Passes,
    /// Only its last value counts.
    Coalesces,
    /// It is lost.
    Drops,
}

/// By the row of a whole address, with token and instance.
pub(super) fn beyond(address: &str) -> Beyond {
    let address = split_token(address).map_or(address, |(_, rest)| rest);
    let address = split_instance(address).map_or(address, |(_, rest)| rest);
    match lookup(address) {
        Some((Row { make: Make::Act(row), .. }, ..)) if ActionMask::ALWAYS.allows(row.class) => Beyond::Passes,
        Some((Row { make: Make::Act(row), .. }, ..)) if matches!(row.touch, Touch::Turn(_)) => Beyond::Coalesces,
        _ => Beyond::Drops,
    }
}

/// One source.
#[derive(Debug)]
struct SourceUse {
    messages: RateLimit,
    errors: RateLimit,
    seen: Instant,
    /// Since it was told.
    dropped: u64,
    told: Option<Instant>,
}

impl SourceUse {
    fn new(now: Instant) -> Self {
        Self { messages: RateLimit::default(), errors: RateLimit::default(), seen: now, dropped: 0, told: None }
    }
}

/// What all sources use.
#[derive(Debug)]
pub(super) struct Limits {
    per_sec: f32,
    start: Instant,
    sources: HashMap<SocketAddr, SourceUse>,
    others: SourceUse,
    /// The last value for each control, by sender and whole address, oldest first.
    kept: BTreeMap<(SocketAddr, String), OscMessage>,
}

impl Limits {
    pub fn new(per_sec: f32, now: Instant) -> Self {
        Self { per_sec, start: now, sources: HashMap::new(), others: SourceUse::new(now), kept: BTreeMap::new() }
    }

    fn source(&mut self, from: SocketAddr, now: Instant) -> &mut SourceUse {
        if !self.sources.contains_key(&from) && self.sources.len() >= MOST_SOURCES {
            self.sources.retain(|_, source| now.saturating_duration_since(source.seen) < FORGOTTEN);
        }
        if !self.sources.contains_key(&from) && self.sources.len() >= MOST_SOURCES {
            return &mut self.others;
        }
        self.sources.entry(from).or_insert_with(|| SourceUse::new(now))
    }

    fn secs(&self, now: Instant) -> f64 {
        now.saturating_duration_since(self.start).as_secs_f64()
    }

    /// Whether one more message of this source is within its limit.
    pub fn take(&mut self, from: SocketAddr, now: Instant) -> bool {
        let (per_sec, secs) = (self.per_sec, self.secs(now));
        let source = self.source(from, now);
        source.seen = now;
        source.messages.take(per_sec, secs)
    }

    /// Whether the source is told of one more error.
    pub fn take_error(&mut self, from: SocketAddr, now: Instant) -> bool {
        let secs = self.secs(now);
        self.source(from, now).errors.take(ERRORS_PER_SEC, secs)
    }

    /// Messages of this source were lost. How many since it was told, if it is to be told now.
    pub fn dropped(&mut self, from: SocketAddr, how_many: u64, now: Instant) -> Option<u64> {
        let source = self.source(from, now);
        source.dropped += how_many;
        let is_time = source.told.is_none_or(|told| now.saturating_duration_since(told) >= TOLD_EVERY);
        is_time.then(|| {
            source.told = Some(now);
            std::mem::take(&mut source.dropped)
        })
    }

    /// Keeps a control's last value for later; gives back what there was no room for. `true` if it took an older one's
    /// place.
    pub fn keep(&mut self, from: SocketAddr, message: OscMessage) -> Result<bool, OscMessage> {
        let key = (from, message.addr.clone());
        if self.kept.len() >= MOST_KEPT && !self.kept.contains_key(&key) {
            return Err(message);
        }
        Ok(self.kept.insert(key, message).is_some())
    }

    pub fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    /// A value that waited, of a source that is within its limit again.
    pub fn take_kept(&mut self, now: Instant) -> Option<(SocketAddr, OscMessage)> {
        let mut froms: Vec<SocketAddr> = self.kept.keys().map(|(from, _)| *from).collect();
        froms.dedup();
        let from = froms.into_iter().find(|from| self.take(*from, now))?;
        let key = self.kept.keys().find(|(kept, _)| *kept == from).cloned()?;
        self.kept.remove(&key).map(|message| (from, message))
    }

    /// A value that waited, whether its source is within its limit or not: the port ends.
    pub fn take_kept_at_last(&mut self) -> Option<(SocketAddr, OscMessage)> {
        self.kept.pop_first().map(|((from, _), message)| (from, message))
    }

    /// A newer value of the same control overtakes what waits.
    pub fn forget(&mut self, from: SocketAddr, address: &str) {
        if self.has_kept() {
            self.kept.remove(&(from, address.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::receipts::message;
    use super::*;

    #[test]
    fn rows_know_what_becomes_of_them_in_a_flood() {
        for (address, expected) in [
            ("/deck/a/stop", Beyond::Passes),
            ("/panic", Beyond::Passes),
            ("/echelon/left/panic", Beyond::Passes),
            ("/token/abc/echelon/left/deck/b/stop/now", Beyond::Passes),
            ("/cancel", Beyond::Passes),
            ("/crossfader", Beyond::Coalesces),
            ("/eq/a/low", Beyond::Coalesces),
            ("/deck/c/fader", Beyond::Coalesces),
            ("/deck/a/play", Beyond::Drops),
            ("/deck/a/load", Beyond::Drops),
            ("/ping", Beyond::Drops),
            ("/nonsense", Beyond::Drops),
        ] {
            assert_eq!(beyond(address), expected, "{address}");
        }
    }

    #[test]
    fn beyond_the_limit_last_values_wait_and_losses_are_told_once_a_second() {
        let (from, start) = (SocketAddr::from(([127, 0, 0, 1], 9)), Instant::now());
        let mut limits = Limits::new(10.0, start);
        assert_eq!((0..30).filter(|_| limits.take(from, start)).count(), 10);
        assert!(limits.take((([127, 0, 0, 1]), 10).into(), start), "another source");
        assert_eq!(limits.keep(from, message("/crossfader", vec![0.1.into()])), Ok(false));
        assert_eq!(limits.keep(from, message("/crossfader", vec![0.9.into()])), Ok(true));
        assert!(limits.take_kept(start).is_none());
        let later = start + Duration::from_millis(101);
        assert_eq!(limits.take_kept(later), Some((from, message("/crossfader", vec![0.9.into()]))));
        assert_eq!([limits.dropped(from, 3, start), limits.dropped(from, 4, start)], [Some(3), None]);
        assert_eq!(limits.dropped(from, 1, start + Duration::from_secs(1)), Some(5));
    }
}
