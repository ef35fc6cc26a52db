//! Tests of OSC: the namespace, messages, packets, the server over real sockets, and bytes of any kind.

pub(super) mod drive;
mod files;
mod fuzz;
mod house;
mod namespace;
mod network;
mod packets;
mod parsing;
mod questions;
mod receipts;
mod server;
mod waiting;

use std::net::{Ipv4Addr, UdpSocket};

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

use super::OscServer;

pub(super) const NOW: OscTime = OscTime { seconds: 0, fractional: 1 };

pub(super) fn message(address: &str, args: &[OscType]) -> OscPacket {
    OscPacket::Message(OscMessage { addr: address.to_owned(), args: args.to_vec() })
}

pub(super) fn bundle(timetag: OscTime, content: Vec<OscPacket>) -> OscPacket {
    OscPacket::Bundle(OscBundle { timetag, content })
}

pub(super) fn bytes(packet: &OscPacket) -> Vec<u8> {
    rosc::encoder::encode(packet).unwrap()
}

/// A port that is free, if nobody takes it meanwhile.
pub(super) fn free_port() -> u16 {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Moves to a port that is free, and says before each try to which.
pub(super) fn move_away(server: &mut OscServer, mut tries: impl FnMut(u16)) -> u16 {
    // Some other test may get the port in between.
    house::until(|| {
        let port = free_port();
        tries(port);
        server.move_to(port).is_ok().then_some(port)
    })
}

/// Whether the port that is given back is free at once. Some other test may get it in between, but not every time.
pub(super) fn is_free_at_once(given_back: impl FnMut() -> u16) -> bool {
    std::iter::repeat_with(given_back).take(10).any(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
}
