//! The messages of the bridge, and their form in OSC. Pure; any thread.

use echelon_engine::safety::DeckState;
use echelon_engine::units::{Bpm, DeckId};
use rosc::{OscMessage, OscType};

use super::Role;

/// The longest name or reason that is taken, in characters; the rest is cut.
const MAX_TEXT: usize = 120;

/// Who is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// The version of the protocol that it speaks.
    pub version: i32,
    /// For people.
    pub name: String,
    /// Words apart by commas.
    pub capabilities: String,
    /// Its part.
    pub role: Role,
    /// In a hello: a number by which its sender knows itself and the answer. In a welcome: that number again.
    pub nonce: i64,
}

/// The sender's musical time as a line over its own time: the beat at `secs` and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockWord {
    /// Seconds on the sender's clock, which begins anywhere and does not run backwards.
    pub secs: f64,
    /// Song beat (quarter notes) at that time.
    pub beat: f64,
    /// Quarter notes in a second from then on; 0 while musical time stands still.
    pub beats_per_sec: f64,
    /// Quarter notes a minute, also while time stands still.
    pub tempo_bpm: f64,
    /// Song beat of the bar's first beat.
    pub bar_start_beat: f64,
    /// Length of the bar in quarter notes.
    pub bar_beats: f64,
    /// Whether its host leads it.
    pub host_leads: bool,
}

/// What a deck of the sender does.
#[derive(Clone, Debug, PartialEq)]
pub struct DeckWord {
    /// Which deck.
    pub deck: DeckId,
    /// What it does.
    pub state: DeckState,
    /// Seconds from the track's start.
    pub position_secs: f64,
    /// The track's length in seconds; 0 without a track.
    pub length_secs: f64,
    /// The track's tempo in BPM; 0 where it is not known.
    pub tempo_bpm: f64,
    /// The track's name; empty without one.
    pub track: String,
}

/// What a leader asks of a follower. Beats are the leader's song beats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request {
    /// Start a deck.
    Play {
        /// Which.
        deck: DeckId,
        /// When.
        beat: f64,
    },
    /// Stop a deck.
    Stop {
        /// Which.
        deck: DeckId,
        /// When.
        beat: f64,
    },
    /// Move the crossfader, now.
    Crossfader {
        /// 0..1.
        position: f32,
    },
}

/// A message between the two ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Calls the other end.
    Hello(Hello),
    /// The answer to it.
    Welcome(Hello),
    /// Will not do; never answered.
    Refuse {
        /// For programs.
        code: String,
        /// For people.
        text: String,
    },
    /// The connection is over; never answered.
    Bye,
    /// Still there.
    Alive,
    /// The sender's part is another now.
    Role(Role),
    /// The sender's musical time.
    Clock(ClockWord),
    /// A deck of the sender.
    Deck(DeckWord),
    /// A request of the leader, with a number for what comes of it.
    Request(i32, Request),
    /// The leader takes a request back.
    Revoke(i32),
    /// What came of a request; never answered.
    Result {
        /// The request's number.
        number: i32,
        /// `done`, or why not.
        code: String,
        /// For people; empty when done.
        text: String,
    },
}

/// Why a message was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address}: {reason}")]
pub struct BadMessage {
    /// Its address.
    pub address: String,
    /// A sentence for people.
    pub reason: String,
}

impl BadMessage {
    /// As [`Message::is_answer`], of what it would have been.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        ANSWERS.contains(&self.address.as_str())
    }
}

const ANSWERS: [&str; 4] = ["/bridge/welcome", "/bridge/refuse", "/bridge/bye", "/bridge/result"];
const ADDRESSES: [&str; 13] = [
    "/bridge/hello",
    "/bridge/welcome",
    "/bridge/refuse",
    "/bridge/bye",
    "/bridge/alive",
    "/bridge/part",
    "/bridge/clock",
    "/bridge/deck",
    "/bridge/play",
    "/bridge/stop",
    "/bridge/crossfader",
    "/bridge/revoke",
    "/bridge/result",
];

impl Message {
    /// Whether an address is one of these messages'.
    #[must_use]
    pub fn is_one(address: &str) -> bool {
        ADDRESSES.contains(&address)
    }

    /// Whether it must not be answered, so that two ends never keep each other busy.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self, Self::Welcome(_) | Self::Refuse { .. } | Self::Bye | Self::Result { .. })
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`BadMessage`] says what was expected.
    pub fn from_osc(message: &OscMessage) -> Result<Self, BadMessage> {
        let mut args = Args { message, next: 0 };
        let read = match message.addr.as_str() {
            "/bridge/hello" => args.hello().map(Self::Hello),
            "/bridge/welcome" => args.hello().map(Self::Welcome),
            "/bridge/refuse" => args.two_texts().map(|(code, text)| Self::Refuse { code, text }),
            "/bridge/bye" => Ok(Self::Bye),
            "/bridge/alive" => Ok(Self::Alive),
            "/bridge/part" => args.role().map(Self::Role),
            "/bridge/clock" => args.clock().map(Self::Clock),
            "/bridge/deck" => args.deck_word().map(Self::Deck),
            "/bridge/play" => {
                args.timed().map(|(number, deck, beat)| Self::Request(number, Request::Play { deck, beat }))
            }
            "/bridge/stop" => {
                args.timed().map(|(number, deck, beat)| Self::Request(number, Request::Stop { deck, beat }))
            }
            "/bridge/crossfader" => args.crossfader(),
            "/bridge/revoke" => args.whole().map(Self::Revoke),
            "/bridge/result" => args.result(),
            _ => Err("it is no message of the bridge".to_owned()),
        };
        // What a later minor change of the protocol adds at the end is no mistake.
        read.map_err(|reason| BadMessage { address: cut(&message.addr), reason })
    }

    /// Its form in OSC.
    #[must_use]
    pub fn to_osc(&self) -> OscMessage {
        let (addr, args) = match self {
            Self::Hello(hello) => ("/bridge/hello", hello.args()),
            Self::Welcome(hello) => ("/bridge/welcome", hello.args()),
            Self::Refuse { code, text } => ("/bridge/refuse", vec![s(code), s(text)]),
            Self::Bye => ("/bridge/bye", vec![]),
            Self::Alive => ("/bridge/alive", vec![]),
            Self::Role(role) => ("/bridge/part", vec![s(role.word())]),
            Self::Clock(clock) => ("/bridge/clock", clock.args()),
            Self::Deck(deck) => ("/bridge/deck", deck.args()),
            Self::Request(number, Request::Play { deck, beat }) => {
                ("/bridge/play", vec![(*number).into(), letter(*deck), (*beat).into()])
            }
            Self::Request(number, Request::Stop { deck, beat }) => {
                ("/bridge/stop", vec![(*number).into(), letter(*deck), (*beat).into()])
            }
            Self::Request(number, Request::Crossfader { position }) => {
                ("/bridge/crossfader", vec![(*number).into(), (*position).into()])
            }
            Self::Revoke(number) => ("/bridge/revoke", vec![(*number).into()]),
            Self::Result { number, code, text } => ("/bridge/result", vec![(*number).into(), s(code), s(text)]),
        };
        OscMessage { addr: addr.to_owned(), args }
    }
}

impl Hello {
    fn args(&self) -> Vec<OscType> {
        let Self { version, name, capabilities, role, nonce } = self;
        vec![(*version).into(), s(name), s(capabilities), s(role.word()), OscType::Long(*nonce)]
    }
}

impl ClockWord {
    fn args(&self) -> Vec<OscType> {
        let Self { secs, beat, beats_per_sec, tempo_bpm, bar_start_beat, bar_beats, host_leads } = *self;
        let mut args = [secs, beat, beats_per_sec, tempo_bpm, bar_start_beat, bar_beats].map(OscType::Double).to_vec();
        args.push(i32::from(host_leads).into());
        args
    }
}

impl DeckWord {
    fn args(&self) -> Vec<OscType> {
        let Self { deck, state, position_secs, length_secs, tempo_bpm, track } = self;
        let numbers = [*position_secs, *length_secs, *tempo_bpm].map(OscType::Double);
        [vec![letter(*deck), s(state.word())], numbers.to_vec(), vec![s(track)]].concat()
    }
}

fn s(text: &str) -> OscType {
    OscType::String(cut(text))
}

fn letter(deck: DeckId) -> OscType {
    OscType::String(deck.letter().to_string())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// Reads arguments one after the other.
struct Args<'a> {
    message: &'a OscMessage,
    next: usize,
}

impl Args<'_> {
    fn take(&mut self, expected: &str) -> Result<&OscType, String> {
        self.next += 1;
        let missing = || format!("argument {} is missing: {expected}", self.next);
        self.message.args.get(self.next - 1).ok_or_else(missing)
    }

    fn wrong<T>(&self, expected: &str) -> Result<T, String> {
        Err(format!("argument {} is not {expected}", self.next))
    }

    fn text(&mut self) -> Result<String, String> {
        match self.take("text")? {
            OscType::String(text) => Ok(cut(text)),
            _ => self.wrong("text (type s)"),
        }
    }

    fn two_texts(&mut self) -> Result<(String, String), String> {
        Ok((self.text()?, self.text()?))
    }

    /// Finite and within bounds.
    fn number(&mut self, least: f64, most: f64) -> Result<f64, String> {
        let number = match *self.take("a number")? {
            OscType::Double(number) => number,
            OscType::Float(number) => f64::from(number),
            OscType::Int(number) => f64::from(number),
            OscType::Long(number) => number as f64,
            _ => return self.wrong("a number (type d, f, i or h)"),
        };
        if (least..=most).contains(&number) { Ok(number) } else { self.wrong(&format!("from {least} to {most}")) }
    }

    fn whole(&mut self) -> Result<i32, String> {
        match *self.take("a whole number")? {
            OscType::Int(number) => Ok(number),
            OscType::Long(number) => i32::try_from(number).or_else(|_| self.wrong("a whole number of 32 bits")),
            _ => self.wrong("a whole number (type i)"),
        }
    }

    fn beat(&mut self) -> Result<f64, String> {
        self.number(-1e9, 1e9)
    }

    fn role(&mut self) -> Result<Role, String> {
        let word = self.text()?;
        Role::from_word(&word).map_or_else(|| self.wrong(&format!("one of {}", Role::WORDS.join(", "))), Ok)
    }

    fn deck(&mut self) -> Result<DeckId, String> {
        let letter = self.text()?;
        DeckId::from_letter(&letter).map_or_else(|| self.wrong("a deck, a to d"), Ok)
    }

    fn hello(&mut self) -> Result<Hello, String> {
        let version = self.whole()?;
        if version != super::VERSION {
            // Of another version nothing more is known than that.
            let (name, capabilities) = (String::new(), String::new());
            return Ok(Hello { version, name, capabilities, role: Role::None, nonce: 0 });
        }
        let (name, capabilities) = self.two_texts()?;
        let role = self.role()?;
        let nonce = match *self.take("a number")? {
            OscType::Long(nonce) => nonce,
            OscType::Int(nonce) => i64::from(nonce),
            _ => return self.wrong("a whole number (type h or i)"),
        };
        Ok(Hello { version, name, capabilities, role, nonce })
    }

    fn clock(&mut self) -> Result<ClockWord, String> {
        let most_bpm = *Bpm::RANGE.end();
        Ok(ClockWord {
            secs: self.number(0.0, 1e12)?,
            beat: self.beat()?,
            beats_per_sec: self.number(0.0, most_bpm / 60.0)?,
            tempo_bpm: self.number(*Bpm::RANGE.start(), most_bpm)?,
            bar_start_beat: self.beat()?,
            bar_beats: self.number(1e-3, 1e4)?,
            host_leads: self.whole()? != 0,
        })
    }

    fn deck_word(&mut self) -> Result<DeckWord, String> {
        let deck = self.deck()?;
        let word = self.text()?;
        let state = DeckState::ALL.into_iter().find(|state| state.word() == word);
        let Some(state) = state else { return self.wrong("empty, stopped, waiting or playing") };
        Ok(DeckWord {
            deck,
            state,
            position_secs: self.number(-1e6, 1e6)?,
            length_secs: self.number(0.0, 1e6)?,
            tempo_bpm: self.number(0.0, *Bpm::RANGE.end())?,
            track: self.text()?,
        })
    }

    fn timed(&mut self) -> Result<(i32, DeckId, f64), String> {
        Ok((self.whole()?, self.deck()?, self.beat()?))
    }

    #[expect(clippy::cast_possible_truncation, reason = "0 to 1; f32 is the unit's type")]
    fn crossfader(&mut self) -> Result<Message, String> {
        let number = self.whole()?;
        let position = self.number(0.0, 1.0)? as f32;
        Ok(Message::Request(number, Request::Crossfader { position }))
    }

    fn result(&mut self) -> Result<Message, String> {
        let number = self.whole()?;
        let (code, text) = self.two_texts()?;
        Ok(Message::Result { number, code, text })
    }
}
