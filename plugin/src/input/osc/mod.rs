//! OSC over UDP: datagram -> packet -> [`parse`] -> request to the executor, and the answers back to whoever asked. One
//! thread and one socket for all instances of a process (`broker.rs`); this machine alone unless the user opens the
//! network (`access.rs`); subscriptions (`feedback/`), OSCQuery (`oscquery/`).

mod access;
mod address;
mod arguments;
mod broker;
mod clerk;
mod client;
mod dispatch;
mod feedback;
mod folders;
mod kernel;
mod layouts;
mod limits;
mod line;
mod listener;
mod names;
mod namespace;
mod oscquery;
mod packet;
mod parse;
mod parse_error;
mod query;
mod receipts;
mod server;
mod settings;
mod shared;
mod times;
mod waiting;

pub use access::{Access, DEFAULT_RATE};
pub use client::INSTANCES;
pub use feedback::{Feedback, MOST_SUBSCRIBERS, TIME_TO_LIVE, send_snapshot};
pub use folders::{NotAllowed, allow, allow_beside, check as check_folder, forbid, known_folders};
pub use layouts::{layouts, session, touch_osc};
pub use namespace::namespace_markdown;
pub use packet::{MAX_AHEAD_SECS, MAX_NESTING, MAX_PACKET_BYTES, PacketError, decode as decode_packet};
pub use parse::{HouseWish, Parsed, parse};
pub use parse_error::ParseError;
pub use query::{Asked, FilledRecipe, Query, answers, bridge_state, peers_state, source_states, track_state};
pub use server::{
    Asking, DEFAULT_PORT, Heard, OscCounters, OscError, OscServer, PORTS_TO_TRY, Port, first_port_from_env,
};

pub use settings::{NetworkSettings, SettingsChange, change as change_settings, faults, machines, read_network};

#[cfg(test)]
mod tests;
