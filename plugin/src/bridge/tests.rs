//! Tests of the bridge's parts; two real ends are in the integration tests.

mod follow;
mod lead;
mod link;
mod messages;
