//! An OSC client over UDP on loopback.

use std::fmt;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use rosc::{OscMessage, OscPacket, OscType};

use crate::wait::PATIENCE;

/// A client of one plugin instance. Replies are kept in their order until asked for.
pub struct OscClient {
    socket: UdpSocket,
    /// `/echelon/<instance>`, or nothing: before the address of what is sent, and off what comes.
    prefix: String,
    replies: Vec<OscMessage>,
    next_id: i32,
}

/// `/ack id due_beat`: the action was admitted and scheduled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ack {
    /// Song beat on which it is due.
    pub due_beat: f64,
}

/// `/done id beat error_frames`: the action has fired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Done {
    /// Song beat on which it fired.
    pub beat: f64,
    /// Distance from the due frame, in frames.
    pub error_frames: f64,
}

/// `/nack id code text`: the action was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Nack {
    /// The reason for machines, as sent.
    pub code: OscType,
    /// The reason for people.
    pub text: String,
}

/// What came back for a receipt.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// Admitted.
    Ack(Ack),
    /// Fired.
    Done(Done),
    /// Refused.
    Nack(Nack),
}

impl OscClient {
    /// A client for the instance of this name.
    ///
    /// # Panics
    /// If the machine gives no socket on loopback.
    #[must_use]
    pub fn named(port: u16, name: &str) -> Self {
        Self { prefix: format!("/echelon/{name}"), ..Self::connect(port) }
    }

    /// The whole address of one that is sent.
    #[must_use]
    pub fn whole(&self, address: &str) -> String {
        format!("{}{address}", self.prefix)
    }

    /// A client for whatever plain addresses lead to at this port.
    ///
    /// # Panics
    /// If the machine gives no socket on loopback.
    #[must_use]
    pub fn connect(port: u16) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a UDP socket on loopback");
        socket.connect(("127.0.0.1", port)).expect("a loopback address");
        Self { socket, prefix: String::new(), replies: Vec::new(), next_id: 1 }
    }

    /// Sends a message.
    pub fn send(&self, address: &str, args: &[OscType]) {
        let message = OscMessage { addr: self.whole(address), args: args.to_vec() };
        self.send_raw(&rosc::encoder::encode(&OscPacket::Message(message)).expect("a valid message"));
    }

    /// Sends any bytes as one datagram.
    pub fn send_raw(&self, bytes: &[u8]) {
        // A refusal of an earlier datagram (no such port) shows up here; the wait for a reply will tell.
        let _ = self.socket.send(bytes);
    }

    /// Sends a message that asks for a receipt, and gives the id to wait for.
    pub fn call(&mut self, address: &str, args: &[OscType]) -> i32 {
        let id = self.next_id;
        self.next_id += 1;
        let receipt = [OscType::String("id".to_owned()), OscType::Int(id)];
        self.send(address, &[args, &receipt[..]].concat());
        id
    }

    /// Sends a message, waits until it is admitted, and gives its id and the beat on which it is due.
    ///
    /// # Panics
    /// If it is refused or nothing comes.
    pub fn call_acked(&mut self, address: &str, args: &[OscType]) -> (i32, Ack) {
        let id = self.call(address, args);
        (id, self.ack(id))
    }

    /// Waits for `/ack` of an id.
    ///
    /// # Panics
    /// If `/nack` comes, or nothing.
    pub fn ack(&mut self, id: i32) -> Ack {
        match self.first_receipt(id, |receipt| !matches!(receipt, Receipt::Done(_))) {
            Receipt::Ack(ack) => ack,
            other => panic!("call {id} was not admitted: {other:?}"),
        }
    }

    /// Waits for `/nack` of an id.
    ///
    /// # Panics
    /// If `/ack` comes, or nothing.
    pub fn nack(&mut self, id: i32) -> Nack {
        match self.first_receipt(id, |receipt| !matches!(receipt, Receipt::Done(_))) {
            Receipt::Nack(nack) => nack,
            other => panic!("call {id} was not refused: {other:?}"),
        }
    }

    /// Waits for `/done` of an id. Only for what fires without the host's help; otherwise render, and look with
    /// [`OscClient::done_yet`].
    ///
    /// # Panics
    /// If `/nack` comes, or nothing.
    pub fn done(&mut self, id: i32) -> Done {
        match self.first_receipt(id, |receipt| !matches!(receipt, Receipt::Ack(_))) {
            Receipt::Done(done) => done,
            other => panic!("call {id} was refused: {other:?}"),
        }
    }

    /// `/done` of an id, if it has come.
    ///
    /// # Panics
    /// If `/nack` has come.
    pub fn done_yet(&mut self, id: i32) -> Option<Done> {
        self.poll();
        self.receipts(id).into_iter().find_map(|receipt| match receipt {
            Receipt::Done(done) => Some(done),
            Receipt::Nack(nack) => panic!("call {id} was refused: {nack:?}"),
            Receipt::Ack(_) => None,
        })
    }

    fn first_receipt(&mut self, id: i32, wanted: impl Fn(&Receipt) -> bool) -> Receipt {
        self.wait(&format!("a receipt of call {id}"), |client| client.receipts(id).into_iter().find(&wanted))
    }

    /// Every receipt of an id that has come so far.
    #[must_use]
    pub fn receipts(&self, id: i32) -> Vec<Receipt> {
        let of_id = |message: &&OscMessage| matches!(message.args.first(), Some(OscType::Int(found)) if *found == id);
        self.replies.iter().filter(of_id).filter_map(receipt).collect()
    }

    /// Takes the first reply with this address out of those that came, waiting for it if there is none.
    ///
    /// # Panics
    /// If none comes.
    pub fn expect(&mut self, address: &str) -> OscMessage {
        self.wait(address, |client| {
            let index = client.replies.iter().position(|message| message.addr == address)?;
            Some(client.replies.remove(index))
        })
    }

    /// Takes every reply that has come so far.
    pub fn take_replies(&mut self) -> Vec<OscMessage> {
        self.poll();
        std::mem::take(&mut self.replies)
    }

    /// Reads what has come, without waiting.
    pub fn poll(&mut self) {
        while self.receive(None) {}
    }

    fn wait<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            assert!(!left.is_zero(), "waited {PATIENCE:?} in vain for {what}; got {}", Listed(&self.replies));
            self.receive(Some(left.min(Duration::from_millis(100))));
        }
    }

    /// Reads one datagram; `false` if there was none in time.
    fn receive(&mut self, timeout: Option<Duration>) -> bool {
        let mut buffer = [0; 65_536];
        self.socket.set_nonblocking(timeout.is_none()).expect("a socket option");
        self.socket.set_read_timeout(timeout).expect("a socket option");
        let Ok(length) = self.socket.recv(&mut buffer) else { return false };
        let (_, packet) = rosc::decoder::decode_udp(&buffer[..length]).expect("the plugin answers in valid OSC");
        self.keep(packet);
        true
    }

    fn keep(&mut self, packet: OscPacket) {
        match packet {
            OscPacket::Message(mut message) => {
                if let Some(rest) = message.addr.strip_prefix(&self.prefix) {
                    message.addr = rest.to_owned();
                }
                self.replies.push(message);
            }
            OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(|packet| self.keep(packet)),
        }
    }
}

/// A receipt, if the message is one.
fn receipt(message: &OscMessage) -> Option<Receipt> {
    let number = |index: usize| match message.args.get(index)? {
        OscType::Double(value) => Some(*value),
        OscType::Float(value) => Some(f64::from(*value)),
        OscType::Int(value) => Some(f64::from(*value)),
        OscType::Long(value) => Some(*value as f64),
        _ => None,
    };
    match message.addr.as_str() {
        "/ack" => Some(Receipt::Ack(Ack { due_beat: number(1)? })),
        "/done" => Some(Receipt::Done(Done { beat: number(1)?, error_frames: number(2)? })),
        "/nack" => {
            let text = message.args.get(2).cloned().and_then(OscType::string).unwrap_or_default();
            Some(Receipt::Nack(Nack { code: message.args.get(1)?.clone(), text }))
        }
        _ => None,
    }
}

/// Messages for a failed test's reader.
struct Listed<'a>(&'a [OscMessage]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no reply at all");
        }
        self.0.iter().try_for_each(|message| write!(f, "\n  {} {:?}", message.addr, message.args))
    }
}
