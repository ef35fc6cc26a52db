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

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType};

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
