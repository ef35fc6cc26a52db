//! The bridge on the control thread: from the socket to the parts, and from the rig to the other end.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr};

use echelon_engine::action::{ActionQueue, ActionSender, Receipt, Request as ActionRequest};
use echelon_engine::console::Console;
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{RateLimit, Source};
use echelon_engine::units::{DeckId, NUM_DECKS};
use rosc::OscMessage;

use crate::input::ControlInput;

use super::clock::{OtherClock, OwnClock};
use super::follow::{Follow, Step};
use super::lead::Lead;
use super::link::{Link, LinkInput, LinkOutput, TAKEN};
use super::{BadMessage, BridgeView, Command, DeckWord, Message, PeerView, Role};

/// How often the clock is told, in seconds.
const CLOCK_SECS: f64 = 0.2;
/// How often each deck is told even if nothing happens, in seconds.
const DECK_SECS: f64 = 1.0;
/// How often a deck is told at most, in seconds.
const DECK_LEAST_SECS: f64 = 0.05;
/// Outcomes that are told in a second.
const RESULTS_PER_SEC: f32 = 50.0;
/// Messages that may wait for the socket; beyond that the oldest is dropped. A turn makes far fewer.
const MOST_WAITING: usize = 512;

/// The bridge of one instance. Control thread.
#[derive(Debug)]
pub struct Bridge {
    link: Link,
    own: OwnClock,
    other: OtherClock,
    lead: Lead,
    follow: Follow,
    acts: ActionSender,
    decks: [Option<DeckWord>; NUM_DECKS],
    /// What was told of each deck, and when.
    told: [Option<(f64, DeckWord)>; NUM_DECKS],
    clock_told: f64,
    /// What the other end did not do.
    complaint: String,
    out: VecDeque<(SocketAddr, Message)>,
    /// Something was asked of the executor.
    acted: bool,
    results: RateLimit,
}

impl ControlInput for Bridge {
    fn source(&self) -> Source {
        Source::Bridge
    }

    /// None: what finds no room is refused to the other end, and asked again by that.
    fn dropped(&self) -> u64 {
        0
    }
}

impl Bridge {
    /// At rest; its requests go to `console`. `name` is for people at the other end.
    #[must_use]
    pub fn new(console: &mut Console, name: String) -> Self {
        let (acts, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        // Random by the seed that the standard library gives every map.
        let nonce = RandomState::new().build_hasher().finish().cast_signed();
        Self {
            link: Link::new(name, nonce),
            own: OwnClock::default(),
            other: OtherClock::default(),
            lead: Lead::default(),
            follow: Follow::default(),
            acts,
            decks: Default::default(),
            told: Default::default(),
            clock_told: f64::NEG_INFINITY,
            complaint: String::new(),
            out: VecDeque::new(),
            acted: false,
            results: RateLimit::default(),
        }
    }

    /// Does what a person asks. `now` in seconds.
    pub fn command(&mut self, command: Command, now: f64) {
        let input = match command {
            Command::Connect(port) => LinkInput::Connect((Ipv4Addr::LOCALHOST, port).into()),
            Command::Disconnect => LinkInput::Disconnect,
            Command::SetRole(role) => {
                if role != self.link.role() {
                    self.lead.begin();
                    self.forget_leader();
                }
                LinkInput::SetRole(role)
            }
            Command::Tell => return,
        };
        self.step(input, now);
    }

    /// A message came. `now` in seconds. What it says of beats is held against the rig as it is now, however long ago the
    /// last turn was.
    pub fn hear(&mut self, from: SocketAddr, message: Result<Message, BadMessage>, snapshot: &Snapshot, now: f64) {
        self.own.observe(snapshot, now);
        self.step(LinkInput::Heard(from, message), now);
    }

    /// Another instance at our own port has its bridge there already, so nothing was sent: the call is given up. `now` in
    /// seconds.
    pub fn taken(&mut self, to: SocketAddr, holder: &str, now: f64) {
        let text = format!("{holder} at this port has its bridge there; give one of the two another OSC port");
        self.step(LinkInput::Heard(to, Ok(Message::Refuse { code: TAKEN.to_owned(), text })), now);
    }

    /// Whether it is connected to nobody and calls nobody.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        self.link.is_at_rest()
    }

    /// Whether that is the other end, or whom it calls.
    #[must_use]
    pub fn leads_to(&self, address: SocketAddr) -> bool {
        self.link.leads_to(address)
    }

    /// A turn: time passes, and the rig may have moved. `track` names what is on a deck. `true` if something was asked
    /// of the executor, which should look at it soon.
    pub fn turn(&mut self, snapshot: &Snapshot, track: impl Fn(DeckId) -> String, now: f64) -> bool {
        self.own.observe(snapshot, now);
        self.step(LinkInput::Tick, now);
        if self.link.peer().is_some() {
            self.tell(snapshot, track, now);
        }
        std::mem::take(&mut self.acted)
    }

    /// A request has an outcome. `now` in seconds. `true` if it is one that this end's person need not be told of: the
    /// leader is.
    pub fn settle(&mut self, receipt: &Receipt, now: f64) -> bool {
        let (is_ours, message) = self.follow.settle(receipt);
        if let Some(message) = message {
            self.say(message, now);
        }
        is_ours
    }

    /// What is to be sent, oldest first.
    pub fn take_messages(&mut self) -> impl Iterator<Item = (SocketAddr, OscMessage)> + use<> {
        std::mem::take(&mut self.out).into_iter().map(|(to, message)| (to, message.to_osc()))
    }

    /// For everyone who looks at it.
    #[must_use]
    pub fn view(&self) -> BridgeView {
        let peer = self.link.peer().map(|peer| PeerView {
            name: peer.name.clone(),
            port: peer.address.port(),
            role: peer.role,
            clock: self.other.word(),
            decks: self.decks.clone(),
        });
        let reason = if peer.is_some() { &self.complaint } else { self.link.reason() };
        BridgeView { state: self.link.state(), role: self.link.role(), peer, reason: reason.to_owned() }
    }

    fn step(&mut self, input: LinkInput, now: f64) {
        let mut out = vec![];
        self.link.step(now, input, &mut out);
        for output in out {
            match output {
                LinkOutput::Send(to, message) => self.post(to, message),
                LinkOutput::Opened => self.opened(),
                LinkOutput::Closed => self.forget_leader(),
                LinkOutput::Word(message) => self.word(message, now),
            }
        }
    }

    fn post(&mut self, to: SocketAddr, message: Message) {
        if self.out.len() == MOST_WAITING {
            self.out.pop_front();
        }
        self.out.push_back((to, message));
    }

    fn say(&mut self, message: Message, now: f64) {
        let is_result = matches!(message, Message::Result { .. });
        if is_result && !self.results.take(RESULTS_PER_SEC, now) {
            return;
        }
        let mut out = vec![];
        self.link.say(message, now, &mut out);
        for output in out {
            if let LinkOutput::Send(to, message) = output {
                self.post(to, message);
            }
        }
    }

    fn opened(&mut self) {
        self.lead.begin();
        self.other = OtherClock::default();
        (self.decks, self.told) = Default::default();
        self.clock_told = f64::NEG_INFINITY;
        self.complaint.clear();
    }

    /// What a leader asked for and what has not happened yet is off.
    fn forget_leader(&mut self) {
        for cancel in self.follow.revoke_all() {
            self.ask(cancel);
        }
    }

    /// The other end says something.
    fn word(&mut self, message: Message, now: f64) {
        match message {
            Message::Clock(word) => self.other.hear(word, &self.own, now),
            Message::Deck(word) => {
                let place = word.deck.index();
                self.decks[place] = Some(word);
            }
            Message::Request(number, request) if self.link.role() == Role::Follow => {
                match self.follow.request(number, request, &self.other, &self.own, now) {
                    Step::Act(request) => self.act(request, now),
                    Step::Tell(message) => self.say(message, now),
                }
            }
            Message::Request(number, _) => {
                let (code, text) = ("not_following".to_owned(), "this end does not follow".to_owned());
                self.say(Message::Result { number, code, text }, now);
            }
            Message::Revoke(number) => {
                if let Some(cancel) = self.follow.revoke(number) {
                    self.ask(cancel);
                }
            }
            Message::Result { code, .. } if code == "done" => self.complaint.clear(),
            Message::Result { text, .. } | Message::Refuse { text, .. } => self.complaint = text,
            Message::Hello(_) | Message::Welcome(_) | Message::Bye | Message::Alive | Message::Role(_) => {}
        }
    }

    fn act(&mut self, request: ActionRequest, now: f64) {
        let id = request.id;
        if !self.ask(request)
            && let Some(message) = self.follow.failed(id)
        {
            self.say(message, now);
        }
    }

    fn ask(&mut self, request: ActionRequest) -> bool {
        self.acted = true;
        self.acts.send(request).is_ok()
    }

    /// Tells the other end what is to be told.
    fn tell(&mut self, snapshot: &Snapshot, track: impl Fn(DeckId) -> String, now: f64) {
        if now - self.clock_told >= CLOCK_SECS
            && let Some(word) = self.own.word(now)
        {
            self.clock_told = now;
            self.say(Message::Clock(word), now);
        }
        if self.link.role() == Role::Lead {
            for message in self.lead.follow(snapshot, now) {
                self.say(message, now);
            }
        }
        for deck in DeckId::ALL {
            let view = &snapshot.decks[deck.index()];
            let word = DeckWord {
                deck,
                state: view.state,
                position_secs: view.position_secs,
                length_secs: view.length_secs,
                // No track has a known tempo yet.
                tempo_bpm: 0.0,
                track: track(deck),
            };
            if is_due(self.told[deck.index()].as_ref(), &word, now) {
                self.told[deck.index()] = Some((now, word.clone()));
                self.say(Message::Deck(word), now);
            }
        }
    }
}

/// Whether a deck is to be told of: at once when it does something else, and now and then for its place.
fn is_due(told: Option<&(f64, DeckWord)>, word: &DeckWord, now: f64) -> bool {
    let Some((at, told)) = told else { return true };
    let changed = (told.state, &told.track) != (word.state, &word.track);
    now - at >= if changed { DECK_LEAST_SECS } else { DECK_SECS }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::{ClockWord, Hello, VERSION};
    use echelon_engine::rig::{Rig, RigConfig};
    use echelon_engine::units::Bpm;

    /// Both at 120 BPM and together, with a frame for each 48,000th of a second.
    fn snapshot_at(secs: u32) -> Snapshot {
        let mut snapshot = Snapshot { frames: u64::from(secs) * 48_000, ..Snapshot::default() };
        snapshot.clock.song_beat = f64::from(secs) * 2.0;
        snapshot.clock.tempo = Bpm::new(120.0).unwrap();
        snapshot.clock.beats_per_frame = 2.0 / 48_000.0;
        snapshot
    }

    fn word_at(secs: u32) -> Message {
        Message::Clock(ClockWord {
            secs: f64::from(secs),
            beat: f64::from(secs) * 2.0,
            beats_per_sec: 2.0,
            tempo_bpm: 120.0,
            bar_start_beat: 0.0,
            bar_beats: 4.0,
            host_leads: true,
        })
    }

    #[test]
    fn a_word_that_comes_long_after_the_last_turn_is_held_against_the_beat_of_now() {
        let (mut console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let mut bridge = Bridge::new(&mut console, "us".to_owned());
        let from = SocketAddr::from(([127, 0, 0, 1], 9001));
        let hello =
            Hello { version: VERSION, name: "other".into(), capabilities: String::new(), role: Role::Lead, nonce: 77 };
        bridge.hear(from, Ok(Message::Hello(hello)), &snapshot_at(1), 1.0);
        bridge.turn(&snapshot_at(1), |_| String::new(), 1.0);
        // The control thread was away, the audio was not; then it reads before it does anything else.
        for (secs, seen) in [(2, 2.0), (3, 3.01)] {
            bridge.hear(from, Ok(word_at(secs)), &snapshot_at(secs), seen);
            assert_eq!(bridge.other.own_beat(16.0, &bridge.own, seen), Some(16.0), "at {secs} s");
        }
    }
}
