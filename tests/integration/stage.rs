//! A host with the plugin on it, tracks on the decks, and an OSC client at the other end of the wire.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicU16, Ordering};

use echelon::media::Hold;
use echelon_engine::units::DeckId;
use rosc::OscType;
use serde_json::json;
use support::osc::Receipt;
use support::{Format, MiniHost, OscClient, Setup};

/// A project with these files on decks A, B and so on, as a host has saved it. It names no port: by now another test's
/// instance may have that.
pub fn project(format: Format, files: &[&str]) -> Vec<u8> {
    let host = Setup::new().create(format);
    let mut json = host.state_json();
    json["fields"]["rig"] = json!({"version": 1, "tracks": files, "osc_port": null}).to_string().into();
    assert!(host.load_json(&json));
    host.save()
}

/// A port that is free, apart from where instances and the system's own choice look for one.
pub fn free_port() -> u16 {
    // Tests run at the same time: no two look at the same ports.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 8000) as u16 + NEXT.fetch_add(20, Ordering::Relaxed);
    let is_free = |port: &u16| UdpSocket::bind(("127.0.0.1", *port)).is_ok();
    (first..first + 20).find(is_free).expect("a free port")
}

/// See the module.
pub struct Stage {
    pub host: MiniHost,
    pub osc: OscClient,
}

impl Stage {
    pub fn open(setup: &Setup, format: Format) -> Self {
        let host = setup.open(format);
        let osc = host.osc();
        Self { host, osc }
    }

    /// With a file on deck A.
    pub fn with_track(setup: &Setup, format: Format, file: &str) -> Self {
        let mut stage = Self::open(setup, format);
        stage.load('a', file);
        stage
    }

    /// Gives the instance a port of its own, as a project does that names one: plain addresses lead to it there, and what
    /// other tests send does not hold it up.
    pub fn alone(mut self) -> Self {
        let port = free_port();
        let mut json = self.host.state_json();
        let mut rig: serde_json::Value =
            serde_json::from_str(json["fields"]["rig"].as_str().expect("a text")).expect("JSON");
        rig["osc_port"] = port.into();
        json["fields"]["rig"] = rig.to_string().into();
        assert!(self.host.load_json(&json));
        self.host.pump_until("its own port", |main| main.rig_field("osc_port") == Some(port.into()));
        self.osc = self.host.osc();
        self.osc.send("/ping", &[]);
        self.osc.expect("/pong");
        self
    }

    /// Puts a file on a deck before the music starts.
    pub fn load(&mut self, deck: char, file: &str) {
        let id = self.osc.call(&format!("/deck/{deck}/load"), &[file.into()]);
        self.wait_for(id, "the track", |receipt| matches!(receipt, Receipt::Done(_)));
    }

    /// The same, and waits until all of its frames are decoded: of a file of more than half a minute the deck has the track
    /// long before, and a render plays faster than a busy machine decodes.
    pub fn load_whole(&mut self, deck: char, file: &str, frames: usize) {
        // It holds nothing up, and knows how far the file has come.
        let hold = Hold::at(file, usize::MAX);
        self.load(deck, file);
        self.host.pump_until("the whole track", |_| hold.reached() >= frames);
    }

    /// Waits until the state says what the track on a deck holds. That comes with its analysis: before and after it the
    /// saved states differ.
    pub fn wait_for_content(&mut self, deck: DeckId) {
        self.host.pump_until("what the track holds in the state", |main| {
            main.rig_field("contents").is_some_and(|contents| !contents[deck.index()].is_null())
        });
    }

    /// Asks for something before the music starts, and gives its id and the song beat on which it is due.
    pub fn schedule(&mut self, address: &str, args: &[OscType]) -> (i32, f64) {
        let id = self.osc.call(address, args);
        match self.wait_for(id, address, |receipt| matches!(receipt, Receipt::Ack(_))) {
            Receipt::Ack(ack) => (id, ack.due_beat),
            other => panic!("{address}: {other:?}"),
        }
    }

    /// Asks for something and waits until it is refused: the sentence.
    pub fn refused(&mut self, address: &str, args: &[OscType]) -> String {
        let id = self.osc.call(address, args);
        match self.wait_for(id, address, |receipt| matches!(receipt, Receipt::Nack(_))) {
            Receipt::Nack(nack) => nack.text,
            other => panic!("{address}: {other:?}"),
        }
    }

    /// What `/done` says of a call: song beat and frames late. The host processes on, in place, until it is there.
    pub fn done(&mut self, id: i32) -> (f64, f64) {
        match self.wait_for(id, "done", |receipt| matches!(receipt, Receipt::Done(_))) {
            Receipt::Done(done) => (done.beat, done.error_frames),
            other => panic!("call {id}: {other:?}"),
        }
    }

    fn wait_for(&mut self, id: i32, what: &str, wanted: impl Fn(&Receipt) -> bool) -> Receipt {
        let Self { host, osc } = self;
        let mut found = None;
        host.pump_until(what, |_| {
            osc.poll();
            let receipts = osc.receipts(id);
            let nack = receipts.iter().find(|receipt| matches!(receipt, Receipt::Nack(_)));
            found = receipts.iter().find(|receipt| wanted(receipt)).or(nack).cloned();
            found.is_some()
        });
        found.expect("it was found")
    }
}
