//! The one who plays: a socket, what is sent and what comes back.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rosc::{OscMessage, OscPacket, OscType};

const DECKS: [&str; 4] = ["a", "b", "c", "d"];
/// For a track to be decoded and analysed.
const ANALYSE_PATIENCE: Duration = Duration::from_secs(120);
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

pub struct Hands {
    socket: UdpSocket,
    moves: u32,
}

impl Hands {
    /// For a plugin that listens on `port` of this machine.
    pub fn new(port: u16) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("could not open a UDP socket")?;
        socket.connect((Ipv4Addr::LOCALHOST, port)).context("could not use a UDP socket")?;
        socket.set_read_timeout(Some(Duration::from_millis(20))).context("could not use a UDP socket")?;
        Ok(Self { socket, moves: 0 })
    }

    pub fn send(&self, address: &str, args: Vec<OscType>) -> Result<()> {
        let message = OscMessage { addr: address.to_owned(), args };
        let Ok(bytes) = rosc::encoder::encode(&OscPacket::Message(message)) else { bail!("{address}: not OSC") };
        // A refused one tells of an earlier datagram that nobody took.
        let _ = self.socket.send(&bytes);
        Ok(())
    }

    /// Sends until an answer is what one waits for.
    fn ask<T>(
        &self,
        address: &str,
        args: &[OscType],
        patience: Duration,
        wanted: impl Fn(&OscMessage) -> Option<T>,
    ) -> Result<T> {
        let started = Instant::now();
        while started.elapsed() < patience {
            self.send(address, args.to_vec())?;
            let asked = Instant::now();
            while asked.elapsed() < Duration::from_millis(250) {
                let mut packet = [0_u8; 8192];
                let Ok(length) = self.socket.recv(&mut packet) else { continue };
                if let Ok((_, OscPacket::Message(message))) = rosc::decoder::decode_udp(&packet[..length])
                    && let Some(answer) = wanted(&message)
                {
                    return Ok(answer);
                }
            }
        }
        bail!("{address}: the plugin did not answer as it should within {} s", patience.as_secs())
    }

    /// Puts the files onto the decks in turn, and waits until each has its beat grid and is in sync, with all that costs.
    pub fn prepare(&self, files: &[impl AsRef<Path>]) -> Result<()> {
        self.ask("/ping", &[], ANSWER_PATIENCE, |answer| (answer.addr == "/pong").then_some(()))?;
        for (deck, file) in DECKS.into_iter().zip(files.iter().cycle()) {
            let text = |text: &str| OscType::String(text.to_owned());
            let path = file.as_ref().display().to_string();
            self.send(&format!("/deck/{deck}/load"), vec![text(&path)])?;
            self.ask(&format!("/deck/{deck}/track"), &[], ANALYSE_PATIENCE, |answer| {
                // Deck, state of the analysis, BPM, ...
                let is_done = answer.args.get(1) == Some(&text("done"));
                (answer.addr == "/track" && answer.args.first() == Some(&text(deck)) && is_done).then_some(())
            })
            .with_context(|| format!("{path} was not analysed"))?;
            for (what, value) in [("sync", 1.0), ("keylock", 1.0), ("fx/1/mix", 0.3), ("fx/2/mix", 0.3)] {
                self.send(&format!("/deck/{deck}/{what}"), vec![OscType::Float(value)])?;
            }
            self.send(&format!("/deck/{deck}/fx/1"), vec![text("reverb")])?;
            self.send(&format!("/deck/{deck}/fx/2"), vec![text("echo")])?;
            self.send(&format!("/deck/{deck}/filter"), vec![OscType::Float(0.2)])?;
            for band in ["low", "mid", "high"] {
                self.send(&format!("/eq/{deck}/{band}"), vec![OscType::Float(-2.0)])?;
            }
        }
        self.send("/crossfader", vec![OscType::Float(0.5)])
    }

    /// Lets all decks go on the next bar.
    pub fn start(&self) -> Result<()> {
        DECKS.iter().try_for_each(|deck| self.send(&format!("/deck/{deck}/play/bar"), vec![]))
    }

    /// One message of someone who is never at rest: faders, filters, effects; now and then a jump or a loop.
    pub fn stir(&mut self) -> Result<()> {
        self.moves += 1;
        let round = self.moves / 7;
        let deck = DECKS[(round % 4) as usize];
        let turn = (f64::from(self.moves) * 0.013).sin();
        #[allow(clippy::cast_possible_truncation, reason = "a knob")]
        let turn = turn as f32;
        let (address, value) = match self.moves % 7 {
            0 => ("/crossfader".to_owned(), 0.5 + 0.4 * turn),
            1 => (format!("/deck/{deck}/filter"), 0.5 * turn),
            2 => (format!("/eq/{deck}/low"), 6.0 * turn - 4.0),
            3 => (format!("/eq/{deck}/high"), 4.0 * turn),
            4 => (format!("/deck/{deck}/fx/1/depth"), 0.5 + 0.4 * turn),
            5 => (format!("/deck/{deck}/fader"), 0.8 + 0.2 * turn),
            // 51 rounds, so that each deck has its turn; 16 rounds later it is the same deck's.
            _ if round.is_multiple_of(51) => (format!("/deck/{deck}/loop"), 0.5),
            _ if round % 51 == 16 => (format!("/deck/{deck}/loop/exit"), 1.0),
            _ if round % 51 == 30 => (format!("/deck/{deck}/beatjump"), 4.0),
            _ => (format!("/deck/{deck}/gain"), turn),
        };
        self.send(&address, vec![OscType::Float(value)])
    }

    /// Whether a deck plays, led by the clock.
    fn plays_in_sync(&self, deck: &str) -> Result<bool> {
        self.ask(&format!("/deck/{deck}/motion"), &[], ANSWER_PATIENCE, |answer| {
            let own = answer.addr == "/motion" && answer.args.first() == Some(&OscType::String(deck.to_owned()));
            own.then(|| {
                let plays = answer.args.get(1) == Some(&OscType::String("playing".to_owned()));
                plays && answer.args.get(6) == Some(&OscType::Int(1))
            })
        })
    }

    /// All four do.
    pub fn all_play(&self) -> Result<()> {
        for deck in DECKS {
            ensure!(self.plays_in_sync(deck)?, "deck {deck} does not play in sync");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_go_to_every_deck_and_never_rest() {
        let there = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut hands = Hands::new(there.local_addr().unwrap().port()).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..1400 {
            hands.stir().unwrap();
            let mut packet = [0; 8192];
            let length = there.recv(&mut packet).unwrap();
            let Ok((_, OscPacket::Message(message))) = rosc::decoder::decode_udp(&packet[..length]) else { panic!() };
            seen.insert(message.addr);
        }
        for expected in ["/crossfader", "/deck/a/filter", "/deck/d/filter", "/eq/c/low"] {
            assert!(seen.contains(expected), "{seen:?}");
        }
        assert!(["/deck/b/loop", "/deck/b/loop/exit"].into_iter().all(|address| seen.contains(address)), "{seen:?}");
    }
}
