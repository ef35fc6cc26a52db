//! In a build without Link: the same, and nothing in it.

use echelon_engine::clock::{BeatMap, SessionWord};

use super::Look;

/// No part in any session.
#[derive(Clone, Debug, Default)]
pub struct LinkSession(());

/// Hears nothing.
#[derive(Debug)]
pub struct AudioEar(());

#[allow(clippy::unused_self, missing_docs, reason = "the same functions as with Link, where they are explained")]
impl LinkSession {
    pub const AVAILABLE: bool = false;

    #[must_use]
    pub const fn create() -> (Self, AudioEar) {
        (Self(()), AudioEar(()))
    }
    pub const fn enable(&self, _: bool, _: f64) {}
    pub const fn close(&self) {}
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        false
    }
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        false
    }
    #[must_use]
    pub const fn num_peers(&self) -> usize {
        0
    }
    #[must_use]
    pub const fn num_siblings(&self) -> usize {
        0
    }
    #[must_use]
    pub const fn look(&self, _: f64) -> Option<Look> {
        None
    }
    pub const fn set_tempo(&self, _: f64) {}
    pub const fn set_beat(&self, _: BeatMap, _: f64, _: bool) {}
    pub const fn set_playing(&self, _: bool) {}
    pub const fn sync_start_stop(&self, _: bool) {}
    #[must_use]
    pub const fn now_micros(&self) -> f64 {
        0.0
    }
}

#[allow(clippy::unused_self, missing_docs, reason = "as above")]
impl AudioEar {
    pub const fn hear(&mut self, _: f64, _: f64) -> Option<SessionWord> {
        None
    }
}
