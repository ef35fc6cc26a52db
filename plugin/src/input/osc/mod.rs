//! OSC over UDP on the loopback interface: datagram -> packet -> [`parse`] -> request to the executor, and the
//! answers back to whoever asked.

mod listener;
mod namespace;
mod packet;
mod parse;
mod parse_error;
mod query;
mod receipts;
mod server;

pub use namespace::namespace_markdown;
pub use packet::{MAX_NESTING, MAX_PACKET_BYTES, PacketError};
pub use parse::{Parsed, parse};
pub use parse_error::ParseError;
pub use query::{Asked, FilledRecipe, Query, answers, bridge_state, peers_state, track_state};
pub use server::{Asking, DEFAULT_PORT, Heard, OscCounters, OscError, OscServer, PORTS_TO_TRY, first_port_from_env};

#[cfg(test)]
mod tests;
