//! Subscriptions: who is told what, how often, and for how long. Control thread.

mod feeds;
mod pattern;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use echelon_engine::message::Snapshot;
use rosc::{OscMessage, OscType};

pub(crate) use feeds::{FeedValue, feeds};
use pattern::{MOST_PATTERN_BYTES, matches};

use super::line::{Listening, Moved};
use super::receipts::{error, message};
use super::server::{Asking, OscServer, WayBack};

/// Clients that may listen at once.
pub const MOST_SUBSCRIBERS: usize = 8;
/// Patterns of one of them.
const MOST_PATTERNS: usize = 8;
/// A subscriber that is silent for so long is forgotten.
pub const TIME_TO_LIVE: Duration = Duration::from_secs(30);
/// What a client moved is not told back to it for so long.
const NO_ECHO: Duration = Duration::from_millis(200);
/// After that nobody asks any more who moved what: the slowest subscriber has been told by then.
const FORGOTTEN: Duration = Duration::from_millis(1500);
/// Messages of one packet: well below what any network carries in one piece.
const MESSAGES_PER_PACKET: usize = 16;

/// One pattern of one client.
struct Subscription {
    way: WayBack,
    pattern: String,
    every: Duration,
    due: Instant,
    /// What the client was told of each feed.
    told: Vec<Option<FeedValue>>,
}

impl Subscription {
    fn is_of(&self, asking: &Asking) -> bool {
        self.way.client == asking.way_back().client
    }

    fn wants(&self, address: &str, is_busy: bool) -> bool {
        // Everything is everything that does not run with the music.
        if self.pattern == "*" { !is_busy } else { matches(&self.pattern, address) }
    }
}

/// The subscriptions of one instance.
#[derive(Default)]
pub struct Feedback(Vec<Subscription>);

impl Feedback {
    /// A client wants to be told of what matches a pattern, every so many milliseconds at most.
    pub fn subscribe(&mut self, osc: &OscServer, asking: &Asking, pattern: &str, ms: f64, now: Instant) {
        let from = asking.from();
        let mut listeners = osc.listeners();
        let is_known = listeners.iter().any(|listening| listening.from == from);
        let is_again = |subscription: &Subscription| subscription.is_of(asking) && subscription.pattern == pattern;
        let refusal = if !is_known && listeners.len() >= MOST_SUBSCRIBERS {
            Some(format!("{MOST_SUBSCRIBERS} clients listen already"))
        } else if pattern.len() > MOST_PATTERN_BYTES
            || !(pattern == "*" || feeds().iter().any(|f| matches(pattern, &f.address)))
        {
            Some("nothing that is told has an address like that".to_owned())
        } else if self.0.iter().filter(|s| s.is_of(asking) && s.pattern != pattern).count() >= MOST_PATTERNS {
            Some(format!("{MOST_PATTERNS} patterns are the most"))
        } else {
            None
        };
        if let Some(text) = refusal {
            return asking.answer(error("/subscribe", &text));
        }
        if !is_known {
            listeners.push(Listening { from, heard: now, moved: vec![] });
        }
        self.0.retain(|subscription| !is_again(subscription));
        let every = Duration::from_secs_f64(ms.clamp(10.0, 1000.0) / 1e3);
        let told = vec![None; feeds().len()];
        self.0.push(Subscription { way: asking.way_back(), pattern: pattern.to_owned(), every, due: now, told });
        let ttl = i32::try_from(TIME_TO_LIVE.as_secs()).unwrap_or(i32::MAX);
        asking.answer(message("/subscribed", vec![pattern.into(), (every.as_secs_f32() * 1e3).into(), ttl.into()]));
    }

    /// A client wants to hear no more.
    pub fn unsubscribe(&mut self, osc: &OscServer, asking: &Asking) {
        self.0.retain(|subscription| !subscription.is_of(asking));
        let from = asking.from();
        if !self.0.iter().any(|subscription| subscription.way.client.from == from) {
            osc.listeners().retain(|listening| listening.from != from);
        }
        asking.answer(message("/unsubscribed", vec!["asked".into()]));
    }

    /// How many clients listen.
    #[must_use]
    pub fn num_subscribers(&self) -> usize {
        let mut froms: Vec<SocketAddr> = self.0.iter().map(|subscription| subscription.way.client.from).collect();
        froms.sort_unstable();
        froms.dedup();
        froms.len()
    }

    /// Tells what has changed to whom it is due. `now` counts.
    pub fn turn(&mut self, osc: &OscServer, snapshot: &Snapshot, now: Instant) {
        if self.0.is_empty() {
            return;
        }
        let mut listeners = osc.listeners();
        let is_alive = |listening: &Listening| now.saturating_duration_since(listening.heard) < TIME_TO_LIVE;
        self.0.retain(|subscription| {
            let alive = listeners.iter().any(|l| l.from == subscription.way.client.from && is_alive(l));
            if !alive {
                subscription.way.send(message("/unsubscribed", vec!["expired".into()]));
            }
            alive
        });
        listeners.retain(is_alive);
        for subscription in &mut self.0 {
            let from = subscription.way.client.from;
            if let Some(listening) = listeners.iter().find(|listening| listening.from == from) {
                subscription.forget_own(listening, now);
            }
        }
        let values: Vec<FeedValue> = feeds().iter().map(|feed| feed.value(snapshot)).collect();
        for subscription in self.0.iter_mut().filter(|subscription| subscription.due <= now) {
            subscription.due = now + subscription.every;
            let from = subscription.way.client.from;
            let Some(listening) = listeners.iter_mut().find(|listening| listening.from == from) else { continue };
            let news = subscription.news(&values, listening, now);
            send(&subscription.way, news);
        }
        // Only after each of a client's patterns was looked at.
        for listening in listeners.iter_mut() {
            listening.moved.retain(|moved| now.saturating_duration_since(moved.at) < FORGOTTEN);
        }
    }
}

impl Moved {
    fn is_fresh(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.at) < NO_ECHO
    }
}

impl Subscription {
    /// What the client moves itself it believes to be where it put it: what it was told before no longer counts.
    fn forget_own(&mut self, listening: &Listening, now: Instant) {
        for moved in listening.moved.iter().filter(|moved| moved.is_fresh(now)) {
            if let Some(place) = feeds().iter().position(|feed| feed.address == moved.address) {
                self.told[place] = None;
            }
        }
    }

    fn news(&mut self, values: &[FeedValue], listening: &Listening, now: Instant) -> Vec<OscMessage> {
        let mut news = vec![];
        for (i, (feed, value)) in feeds().iter().zip(values).enumerate() {
            if self.told[i].as_ref() == Some(value) || !self.wants(&feed.address, feed.is_busy) {
                continue;
            }
            let own = listening.moved.iter().find(|moved| moved.address == feed.address);
            if own.is_some_and(|moved| moved.is_fresh(now)) {
                continue;
            }
            // It got what it asked for: it knows.
            let knows = own.is_some_and(|moved| moved.value.is_some_and(|wanted| value.is(wanted)));
            if !(knows && self.told[i].is_none()) {
                news.push(message(&feed.address, value.args()));
            }
            self.told[i] = Some(value.clone());
        }
        news
    }
}

/// Everything there is, once.
pub fn snapshot_messages(snapshot: &Snapshot) -> Vec<OscMessage> {
    let all = feeds().iter().map(|feed| message(&feed.address, feed.value(snapshot).args()));
    let end = i32::try_from(feeds().len()).unwrap_or(i32::MAX);
    all.chain([message("/snapshot/end", vec![OscType::Int(end)])]).collect()
}

/// Everything there is, to one client.
pub fn send_snapshot(asking: &Asking, snapshot: &Snapshot) {
    send(&asking.way_back(), snapshot_messages(snapshot));
}

fn send(way: &WayBack, messages: Vec<OscMessage>) {
    for part in messages.chunks(MESSAGES_PER_PACKET) {
        way.send_bundle(part.to_vec());
    }
}
