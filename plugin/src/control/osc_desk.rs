//! OSC's settings as the editor sees and changes them. Control thread; the disk is looked at beside it.

use std::sync::Arc;

use super::bell::Bell;
use crate::input::osc::{
    NetworkSettings, OscServer, SettingsChange, allow, change_settings, faults, forbid, known_folders, read_network,
};
use crate::view::{OscAccess, SharedView};

/// Folders that others allow are seen this much later at most. Seconds.
const EVERY_SECS: f64 = 0.5;

/// Shows who may talk to OSC and what it may load.
#[derive(Debug)]
pub(super) struct OscDesk {
    next_secs: f64,
    bell: Bell,
}

impl OscDesk {
    /// The user's settings are read from the disk, here, as OSC does when it starts.
    pub(super) fn new(view: &SharedView, bell: Bell) -> Self {
        let (set, error) =
            if cfg!(test) { (NetworkSettings::default(), String::new()) } else { (read_network(), faults()) };
        show(view, |access| (access.set, access.error) = (set, error));
        Self { next_secs: 0.0, bell }
    }

    /// Once a turn.
    pub(super) fn turn(&mut self, osc: Option<&OscServer>, view: &SharedView, now_secs: f64) {
        if now_secs < self.next_secs {
            return;
        }
        self.next_secs = now_secs + EVERY_SECS;
        let (now, folders) = (osc.map(OscServer::network).unwrap_or_default(), known_folders());
        show(view, |access| (access.now, access.folders) = (now, folders));
    }

    /// Carries a change out; folders at once, and the network with the port that is opened next.
    pub(super) fn change(&mut self, what: SettingsChange, view: &SharedView) {
        match &what {
            SettingsChange::Allow(folder) => allow(folder),
            SettingsChange::Forbid(folder) => forbid(folder),
            SettingsChange::Network(_) => {}
        }
        self.next_secs = 0.0;
        let (view, bell) = (view.clone(), self.bell.clone());
        let write = move || {
            let said = change_settings(&what);
            // What was wrong before may be so still.
            let others = if cfg!(test) { String::new() } else { faults() };
            show(&view, |access| {
                if let (Ok(()), SettingsChange::Network(network)) = (&said, what) {
                    access.set = network;
                }
                access.error = said.err().unwrap_or(others);
            });
            bell.ring();
        };
        drop(std::thread::Builder::new().name("echelon-settings".to_owned()).spawn(write));
    }
}

/// Changes it, if that is a change: the editor's copy of it is shared.
fn show(view: &SharedView, change: impl FnOnce(&mut OscAccess)) {
    view.update(|view| {
        let mut access = (*view.osc_access).clone();
        change(&mut access);
        if access != *view.osc_access {
            view.osc_access = Arc::new(access);
        }
    });
}
