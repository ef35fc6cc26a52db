//! The hands at the controller: a UDP socket that sends messages and keeps the plugin's replies.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rosc::{OscMessage, OscPacket, OscType};

/// What the plugin said about one message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// `/ack id due_beat`
    pub ack_beat: Option<f64>,
    /// `/done id beat error_frames`
    pub done: Option<Done>,
    /// `/nack id code text`, or `/error path reason`.
    pub refusal: Option<String>,
}

impl Reply {
    /// Nothing more is to be expected.
    pub fn is_final(&self) -> bool {
        self.done.is_some() || self.refusal.is_some()
    }
}

/// The plugin's word on an action that it did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Done {
    pub beat: f64,
    pub error_frames: i64,
}

/// A socket to one plugin, and the replies so far. The ids are positions in the script.
#[derive(Debug)]
pub struct Controller {
    socket: UdpSocket,
    replies: Vec<Reply>,
    addresses: Vec<String>,
    pongs: u32,
    /// How often [`Controller::passed_on`] asked, and the last of these that was answered.
    asked: i32,
    answered: i32,
}

impl Controller {
    /// For a plugin that listens on `port` of this machine.
    pub fn new(port: u16, num_steps: usize) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("could not open a UDP socket")?;
        socket.connect((Ipv4Addr::LOCALHOST, port)).context("could not use a UDP socket")?;
        let replies = vec![Reply::default(); num_steps];
        Ok(Self { socket, replies, addresses: vec![String::new(); num_steps], pongs: 0, asked: 0, answered: 0 })
    }

    /// The OSC id of a step.
    fn id_of(step: usize) -> i32 {
        i32::try_from(step + 1).unwrap_or(i32::MAX)
    }

    fn step_of(&self, id: i32) -> Option<usize> {
        let step = usize::try_from(id).ok()?.checked_sub(1)?;
        (step < self.replies.len()).then_some(step)
    }

    /// Sends a step's message.
    pub fn send(&mut self, step: usize, message: impl FnOnce(i32) -> OscMessage) -> Result<()> {
        let message = message(Self::id_of(step));
        self.addresses[step].clone_from(&message.addr);
        self.send_message(message)
    }

    fn send_message(&self, message: OscMessage) -> Result<()> {
        let address = message.addr.clone();
        let Ok(bytes) = rosc::encoder::encode(&OscPacket::Message(message)) else { bail!("{address}: not OSC") };
        match self.socket.send(&bytes) {
            // Tells of an earlier datagram that nobody took; this one is not sent then, and its receipt will be missing.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
            sent => sent.map(|_| ()).with_context(|| format!("could not send {address}")),
        }
    }

    /// Sends `/ping` and waits for its `/pong`: what was sent before has been read by then.
    pub fn ping(&mut self, patience: Duration) -> Result<bool> {
        let pongs = self.pongs;
        self.send_message(OscMessage { addr: "/ping".to_owned(), args: Vec::new() })?;
        Ok(self.wait(patience, |hands| hands.pongs > pongs))
    }

    /// Waits until what was sent before is on its way to the audio thread. A pong would not tell, as it comes from the
    /// thread that reads; so this asks for something that the control thread refuses, after it passed on the rest of
    /// its turn: no set has a track on deck D. The ids are negative.
    pub fn passed_on(&mut self, patience: Duration) -> Result<bool> {
        self.asked += 1;
        let asked = self.asked;
        let words = ["now", "id"].map(|word| OscType::String(word.to_owned()));
        let args = [&[OscType::Float(0.0)][..], &words, &[OscType::Int(-asked)]].concat();
        self.send_message(OscMessage { addr: "/deck/d/seek".to_owned(), args })?;
        Ok(self.wait(patience, |hands| hands.answered >= asked))
    }

    /// Takes replies until `enough`, at most for so long.
    pub fn wait(&mut self, patience: Duration, enough: impl Fn(&Self) -> bool) -> bool {
        let started = Instant::now();
        while !enough(self) {
            let Some(left) = patience.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) else {
                return false;
            };
            self.take_one(left);
        }
        true
    }

    fn take_one(&mut self, patience: Duration) {
        let mut packet = [0_u8; 8192];
        let received = self.socket.set_read_timeout(Some(patience)).and_then(|()| self.socket.recv(&mut packet));
        match received {
            Ok(length) => {
                if let Ok((_, OscPacket::Message(message))) = rosc::decoder::decode_udp(&packet[..length]) {
                    self.take(&message);
                }
            }
            // Also "connection refused", which comes at once when nobody listens.
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }

    fn take(&mut self, message: &OscMessage) {
        match (message.addr.as_str(), message.args.as_slice()) {
            ("/pong", _) => self.pongs += 1,
            ("/ack", [OscType::Int(id), beat]) => {
                if let Some(step) = self.step_of(*id) {
                    self.replies[step].ack_beat = number(beat);
                }
            }
            ("/done", [OscType::Int(id), beat, error]) => {
                if let (Some(step), Some(beat), Some(error)) = (self.step_of(*id), number(beat), number(error)) {
                    self.replies[step].done = Some(Done { beat, error_frames: whole(error) });
                }
            }
            ("/nack", [OscType::Int(id), ..]) if *id < 0 => self.answered = self.answered.max(id.saturating_neg()),
            ("/nack", [OscType::Int(id), code, text]) => {
                if let Some(step) = self.step_of(*id) {
                    self.replies[step].refusal = Some(format!("{}: {}", word(code), word(text)));
                }
            }
            ("/error", [OscType::String(path), reason, ..]) => {
                if let Some(step) = self.addresses.iter().rposition(|address| address == path) {
                    self.replies[step].refusal = Some(word(reason));
                }
            }
            _ => {}
        }
    }

    /// The reply to a step so far.
    pub fn reply(&self, step: usize) -> &Reply {
        &self.replies[step]
    }

    /// All replies.
    pub fn into_replies(self) -> Vec<Reply> {
        self.replies
    }
}

fn number(arg: &OscType) -> Option<f64> {
    match *arg {
        OscType::Double(value) => Some(value),
        OscType::Float(value) => Some(f64::from(value)),
        OscType::Int(value) => Some(f64::from(value)),
        #[allow(clippy::cast_precision_loss, reason = "counts of frames stay far below 2^53")]
        OscType::Long(value) => Some(value as f64),
        _ => None,
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a number of frames; saturating is fine")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

fn word(arg: &OscType) -> String {
    match arg {
        OscType::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(addr: &str, args: Vec<OscType>) -> OscMessage {
        OscMessage { addr: addr.to_owned(), args }
    }

    /// A plugin's place: answers each datagram with the given messages.
    fn plugin(replies: Vec<OscMessage>) -> u16 {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (_, from) = socket.recv_from(&mut [0; 8192]).unwrap();
            for reply in replies {
                socket.send_to(&rosc::encoder::encode(&OscPacket::Message(reply)).unwrap(), from).unwrap();
            }
        });
        port
    }

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn replies_find_their_step() {
        let port = plugin(vec![
            message("/ack", vec![OscType::Int(2), OscType::Double(8.0)]),
            message("/done", vec![OscType::Int(2), OscType::Double(8.0), OscType::Int(-1)]),
            message("/nack", vec![OscType::Int(99), OscType::String("x".into()), OscType::String("y".into())]),
            message("/pong", vec![]),
        ]);
        let mut hands = Controller::new(port, 3).unwrap();
        hands.send(1, |id| message("/deck/a/play", vec![OscType::Int(id)])).unwrap();
        assert!(hands.wait(PATIENCE, |hands| hands.pongs == 1));
        let expected = Reply { ack_beat: Some(8.0), done: Some(Done { beat: 8.0, error_frames: -1 }), refusal: None };
        assert_eq!(hands.into_replies(), [Reply::default(), expected, Reply::default()]);
    }

    #[test]
    fn an_error_belongs_to_the_last_message_with_its_path() {
        let port = plugin(vec![message(
            "/error",
            vec![OscType::String("/deck/a/play".into()), OscType::String("no track".into())],
        )]);
        let mut hands = Controller::new(port, 2).unwrap();
        hands.send(1, |_| message("/deck/a/play", vec![])).unwrap();
        assert!(hands.wait(PATIENCE, |hands| hands.reply(1).is_final()));
        assert_eq!(hands.reply(1).refusal.as_deref(), Some("no track"));
    }

    #[test]
    fn a_refusal_tells_that_the_rest_was_passed_on() {
        let nack = |id| vec![OscType::Int(id), OscType::String("x".into()), OscType::String("y".into())];
        let port = plugin(vec![message("/nack", nack(1)), message("/nack", nack(-1))]);
        let mut hands = Controller::new(port, 1).unwrap();
        assert!(hands.passed_on(PATIENCE).unwrap());
        assert_eq!(hands.reply(0).refusal.as_deref(), Some("x: y"), "a step's own refusal");
        assert!(!hands.passed_on(Duration::from_millis(20)).unwrap(), "an older answer does not count");
    }

    #[test]
    fn waiting_has_an_end() {
        let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut hands = Controller::new(silent.local_addr().unwrap().port(), 1).unwrap();
        assert!(!hands.ping(Duration::from_millis(20)).unwrap());
    }
}
