//! Musical time: from what a host says to beats and frames.

mod transport;

pub use transport::HostTransport;
