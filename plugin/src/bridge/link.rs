//! Who is connected: a state machine. It has no socket, thread or clock: time is passed in, and what it wants done
//! comes out.
//!
//! | state | what happens | then |
//! |---|---|---|
//! | Disconnected | a command to connect, or time to call again | Connecting; sends hello |
//! | Disconnected | a hello of our version | Connected; sends welcome |
//! | Connecting | the welcome of whom we called | Connected |
//! | Connecting | a hello of whom we called (both called) | Connected; sends welcome |
//! | Connecting | no answer for [`Link::ANSWER_SECS`], or a refusal | Disconnected; calls again later |
//! | Connected | nothing heard for [`Link::SILENCE_SECS`], a bye, or it knows us no more | Disconnected; who called calls again later |
//! | any | a command to disconnect | Disconnected; sends bye; calls no more |
//!
//! Everything else changes no state. Answers are bounded: a welcome for each hello of the other end, and refusals at
//! most [`Link::REFUSALS_PER_SEC`] a second. What is itself an answer is never answered.

use std::net::SocketAddr;

use echelon_engine::safety::RateLimit;

use super::{BadMessage, BridgeState, CAPABILITIES, Hello, Message, Role, VERSION};

/// What happens to a link.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkInput {
    /// A person wants it connected to this address.
    Connect(SocketAddr),
    /// A person wants it no more.
    Disconnect,
    /// A person gives it another part.
    SetRole(Role),
    /// A message came.
    Heard(SocketAddr, Result<Message, BadMessage>),
    /// Time passes.
    Tick,
}

/// What a link wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkOutput {
    /// Send a message.
    Send(SocketAddr, Message),
    /// Somebody is at the other end now.
    Opened,
    /// Nobody is any more.
    Closed,
    /// The other end says something that is not about the connection itself.
    Word(Message),
}

/// The other end.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// Where it is.
    pub address: SocketAddr,
    /// Its name for people.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// When it was heard last, in seconds.
    heard: f64,
}

/// One end of a bridge. Control thread.
#[derive(Debug)]
pub struct Link {
    name: String,
    /// By which it knows itself.
    nonce: i64,
    role: Role,
    state: BridgeState,
    /// Whom it calls; none if it was called, or rests.
    target: Option<SocketAddr>,
    peer: Option<Peer>,
    /// While Connecting: until when it waits. While Disconnected, with a target: when it calls again.
    deadline: f64,
    /// Calls in a row that came to nothing.
    failures: u32,
    /// When it has said anything last.
    spoke: f64,
    refusals: RateLimit,
    reason: String,
}

impl Link {
    /// How long it waits for the answer to a call.
    pub const ANSWER_SECS: f64 = 1.0;
    /// After so long without a word the other end is gone.
    pub const SILENCE_SECS: f64 = 2.0;
    /// It says something at least this often.
    pub const ALIVE_SECS: f64 = 0.5;
    /// How long it waits before it calls again, the first time; each time twice as long.
    pub const RETRY_SECS: f64 = 0.5;
    /// And at most so long.
    pub const MAX_RETRY_SECS: f64 = 8.0;
    /// Refusals that it sends in a second.
    pub const REFUSALS_PER_SEC: f32 = 10.0;

    /// At rest. `nonce` is a number that no other end has.
    #[must_use]
    pub fn new(name: String, nonce: i64) -> Self {
        Self {
            name,
            nonce,
            role: Role::None,
            state: BridgeState::Disconnected,
            target: None,
            peer: None,
            deadline: 0.0,
            failures: 0,
            spoke: 0.0,
            refusals: RateLimit::default(),
            reason: String::new(),
        }
    }

    /// Whether there is another end.
    #[must_use]
    pub const fn state(&self) -> BridgeState {
        self.state
    }

    /// Whether there is no other end, and it calls none.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.state, BridgeState::Disconnected) && self.target.is_none()
    }

    /// Whether that is the other end, or whom it calls.
    #[must_use]
    pub fn leads_to(&self, address: SocketAddr) -> bool {
        self.target == Some(address) || self.peer.as_ref().is_some_and(|peer| peer.address == address)
    }

    /// Our part.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The other end, while connected.
    #[must_use]
    pub const fn peer(&self) -> Option<&Peer> {
        self.peer.as_ref()
    }

    /// Why it is not connected; empty if there is nothing to say.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Takes something in. `now` is in seconds and does not run backwards. Appends what is to be done, at most four
    /// things.
    pub fn step(&mut self, now: f64, input: LinkInput, out: &mut Vec<LinkOutput>) {
        match input {
            LinkInput::Connect(target) => {
                self.leave(out);
                (self.target, self.failures) = (Some(target), 0);
                self.call(now, out);
            }
            LinkInput::Disconnect => {
                self.leave(out);
                self.target = None;
                self.reason.clear();
            }
            LinkInput::SetRole(role) => {
                let changed = std::mem::replace(&mut self.role, role) != role;
                if changed {
                    self.say(Message::Role(role), now, out);
                }
            }
            LinkInput::Heard(from, Ok(message)) => self.hear(from, message, now, out),
            LinkInput::Heard(_, Err(bad)) if bad.is_answer() => {}
            LinkInput::Heard(from, Err(bad)) => self.refuse(from, "malformed", &bad.to_string(), now, out),
            LinkInput::Tick => self.tick(now, out),
        }
    }

    /// Says something to the other end, if there is one.
    pub fn say(&mut self, message: Message, now: f64, out: &mut Vec<LinkOutput>) {
        if let Some(peer) = &self.peer {
            out.push(LinkOutput::Send(peer.address, message));
            self.spoke = now;
        }
    }

    fn tick(&mut self, now: f64, out: &mut Vec<LinkOutput>) {
        match self.state {
            BridgeState::Disconnected if self.target.is_some() && now >= self.deadline => self.call(now, out),
            BridgeState::Connecting if now >= self.deadline => {
                self.close("nobody answers there", now, out);
            }
            BridgeState::Connected => {
                let is_silent = self.peer.as_ref().is_some_and(|peer| now - peer.heard >= Self::SILENCE_SECS);
                if is_silent {
                    // Should it be there after all, it knows at once.
                    self.say(Message::Bye, now, out);
                    self.close("the other end is silent", now, out);
                } else if now - self.spoke >= Self::ALIVE_SECS {
                    self.say(Message::Alive, now, out);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, now: f64, out: &mut Vec<LinkOutput>) {
        let Some(target) = self.target else { return };
        (self.state, self.deadline) = (BridgeState::Connecting, now + Self::ANSWER_SECS);
        out.push(LinkOutput::Send(target, Message::Hello(self.hello(self.nonce))));
    }

    fn hello(&self, nonce: i64) -> Hello {
        let (name, capabilities) = (self.name.clone(), CAPABILITIES.to_owned());
        Hello { version: VERSION, name, capabilities, role: self.role, nonce }
    }

    fn hear(&mut self, from: SocketAddr, message: Message, now: f64, out: &mut Vec<LinkOutput>) {
        let is_peer = self.peer.as_ref().is_some_and(|peer| peer.address == from);
        let is_called = self.state == BridgeState::Connecting && self.target == Some(from);
        if let Some(peer) = self.peer.as_mut().filter(|_| is_peer) {
            peer.heard = now;
        }
        match message {
            Message::Hello(hello) => self.called(from, hello, now, out),
            Message::Welcome(hello) if is_called && hello.version == VERSION && hello.nonce == self.nonce => {
                self.open(from, hello, now, out);
            }
            Message::Refuse { code, text } if is_called || (is_peer && code == NOT_CONNECTED) => {
                self.close(&text, now, out);
                if FINAL.contains(&code.as_str()) {
                    self.target = None;
                }
            }
            Message::Bye if is_peer => self.close("the other end has ended it", now, out),
            Message::Role(role) if is_peer => {
                if let Some(peer) = &mut self.peer {
                    peer.role = role;
                }
            }
            Message::Welcome(_) | Message::Bye | Message::Alive if is_peer => {}
            message if is_peer => out.push(LinkOutput::Word(message)),
            message if message.is_answer() => {}
            _ => self.refuse(from, NOT_CONNECTED, "say hello first", now, out),
        }
    }

    /// Somebody says hello.
    fn called(&mut self, from: SocketAddr, hello: Hello, now: f64, out: &mut Vec<LinkOutput>) {
        let other = match self.state {
            BridgeState::Disconnected => None,
            BridgeState::Connecting => self.target,
            BridgeState::Connected => self.peer.as_ref().map(|peer| peer.address),
        };
        if hello.version != VERSION {
            let text = format!("this is version {VERSION} of the bridge, not {}", hello.version);
            self.refuse(from, "version", &text, now, out);
        } else if hello.nonce == self.nonce {
            self.refuse(from, "self", "that is this Echelon itself", now, out);
        } else if other.is_some_and(|other| other != from) {
            self.refuse(from, "busy", "this end is connected to another", now, out);
        } else {
            out.push(LinkOutput::Send(from, Message::Welcome(self.hello(hello.nonce))));
            self.open(from, hello, now, out);
        }
    }

    fn open(&mut self, from: SocketAddr, hello: Hello, now: f64, out: &mut Vec<LinkOutput>) {
        if self.state == BridgeState::Connected {
            // It has begun anew.
            out.push(LinkOutput::Closed);
        }
        self.state = BridgeState::Connected;
        self.peer = Some(Peer { address: from, name: hello.name, role: hello.role, heard: now });
        (self.failures, self.spoke) = (0, now);
        self.reason.clear();
        out.push(LinkOutput::Opened);
    }

    /// No longer connected, or not reached. Who called will call again.
    fn close(&mut self, reason: &str, now: f64, out: &mut Vec<LinkOutput>) {
        if self.state == BridgeState::Connected {
            out.push(LinkOutput::Closed);
        }
        (self.state, self.peer) = (BridgeState::Disconnected, None);
        reason.clone_into(&mut self.reason);
        let doubled = 2.0_f64.powi(i32::try_from(self.failures.min(16)).unwrap_or(16));
        self.deadline = now + (Self::RETRY_SECS * doubled).min(Self::MAX_RETRY_SECS);
        self.failures = self.failures.saturating_add(1);
    }

    /// By a person's wish.
    fn leave(&mut self, out: &mut Vec<LinkOutput>) {
        let other = self.peer.take().map(|peer| peer.address);
        let called = self.target.filter(|_| self.state == BridgeState::Connecting);
        if let Some(other) = other.or(called) {
            out.push(LinkOutput::Send(other, Message::Bye));
        }
        if self.state == BridgeState::Connected {
            out.push(LinkOutput::Closed);
        }
        self.state = BridgeState::Disconnected;
    }

    /// Answers with a reason, but not more often than is good.
    fn refuse(&mut self, to: SocketAddr, code: &str, text: &str, now: f64, out: &mut Vec<LinkOutput>) {
        if self.refusals.take(Self::REFUSALS_PER_SEC, now) {
            let (code, text) = (code.to_owned(), text.to_owned());
            out.push(LinkOutput::Send(to, Message::Refuse { code, text }));
        }
    }
}

/// The other end does not know us: it was started anew.
const NOT_CONNECTED: &str = "not_connected";
/// Refusals that another call would not change.
const FINAL: [&str; 3] = ["version", "self", TAKEN];
/// Another instance at our own port has its bridge there.
pub(super) const TAKEN: &str = "taken";
