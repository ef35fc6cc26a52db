//! The bridge: two Echelons on one machine (or an Echelon and any client that speaks OSC), of which one may lead.
//!
//! A small protocol of OSC messages below `/bridge/`, in version [`VERSION`]; `docs/bridge.md` has it for those who
//! write a client. The parts:
//!
//! | file | what |
//! |---|---|
//! | `message` | the messages and their form in OSC |
//! | `link` | who is connected: a state machine without socket, thread or clock |
//! | `clock` | the other's beat as a line over its time, and from that to our own beat |
//! | `lead` | from what is seen of the rig to requests for the other end |
//! | `follow` | from requests of the other end to actions of [`Source::Bridge`](echelon_engine::safety::Source) |
//! | `wire` | all of it on the control thread |

mod clock;
mod follow;
mod lead;
mod link;
mod message;
mod wire;

pub use link::{Link, LinkInput, LinkOutput};
pub use message::{BadMessage, ClockWord, DeckWord, Hello, Message, Request};
pub use wire::Bridge;

use echelon_engine::units::NUM_DECKS;

/// The version of the protocol.
pub const VERSION: i32 = 1;

/// What this end can do, for the other: words apart by commas.
pub const CAPABILITIES: &str = "clock,decks,lead,follow";

/// Whether there is another end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BridgeState {
    /// No.
    #[default]
    Disconnected,
    /// It was called and has not answered yet.
    Connecting,
    /// Yes.
    Connected,
}

impl BridgeState {
    /// For people and programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
        }
    }
}

/// What part this end has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Both show each other what they do, and no more.
    #[default]
    None,
    /// Its plays, stops and crossfader go to the other end as requests.
    Lead,
    /// It takes such requests.
    Follow,
}

impl Role {
    /// The words for it.
    pub const WORDS: [&'static str; 3] = ["none", "lead", "follow"];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::None, Self::Lead, Self::Follow].into_iter().find(|role| role.word() == word)
    }
}

/// What a person asks of the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// To call the Echelon on a UDP port of this machine.
    Connect(u16),
    /// To end the connection, or to give up calling.
    Disconnect,
    /// To lead, to follow, or neither.
    SetRole(Role),
    /// To tell how things stand; every command is answered with that.
    Tell,
}

/// The other end, as far as it has told.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerView {
    /// Its name for people.
    pub name: String,
    /// Its UDP port.
    pub port: u16,
    /// Its part.
    pub role: Role,
    /// Its clock.
    pub clock: Option<ClockWord>,
    /// Its decks.
    pub decks: [Option<DeckWord>; NUM_DECKS],
}

/// The bridge, for everyone who looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BridgeView {
    /// Whether there is another end.
    pub state: BridgeState,
    /// Our part.
    pub role: Role,
    /// The other end, while connected.
    pub peer: Option<PeerView>,
    /// Why there is none, or why the other end did not do what was asked last; empty if there is nothing to say.
    pub reason: String,
}

#[cfg(test)]
mod tests;
