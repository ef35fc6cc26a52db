//! The OSC page: where it listens and by which name, who listens to it, the bridge, and what came in.

use echelon_engine::safety::Source;
use egui::{Rect, Ui};

use super::file_panel::{FilePanel, Reply, Way};
use super::folders::Folders;
use super::form::Form;
use super::ids;
use super::layout::{cut_bottom, cut_left, cut_top};
use super::log_list::{self, LogFilter};
use super::osc_access::{AccessForm, reach};
use super::retyped::{Retyped, Words};
use crate::input::osc::{INSTANCES, MOST_SUBSCRIBERS, SettingsChange};
use crate::view::{Act, Order, OscView, RigView};

/// What the page remembers.
#[derive(Debug, Default)]
pub struct OscPage {
    name: Retyped,
    port: Retyped,
    access: AccessForm,
    /// A folder is looked for.
    files: Option<FilePanel>,
}

const NAME: Words<'_> = Words {
    hint: "echelon",
    help: "Another name; Enter takes it.",
    take: "Rename",
    take_help: "Takes the name; addresses with the old one no longer arrive.",
};

const PORT: Words<'_> = Words {
    hint: "8000",
    help: "Another UDP port, 1 to 65535; Enter goes there.",
    take: "Move",
    take_help: "Goes to the port, if it is free or another instance's; messages to the old one no longer arrive.",
};

/// Height of what says who may.
const ACCESS: f32 = 206.0;

impl OscPage {
    /// Whether a folder is being read for it.
    pub fn is_reading(&self) -> bool {
        self.files.as_ref().is_some_and(FilePanel::is_reading)
    }

    /// Draws the page.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        view: &RigView,
        (filter, folders): (&mut LogFilter, &mut Folders),
        act: &mut dyn Act,
    ) {
        act.watch_log();
        let (left, right) = cut_left(rect, (rect.width() * 0.36).max(400.0));
        let (log, access) = cut_bottom(right, ACCESS);
        if self.access.show(ui, access, &view.osc_access, act) {
            self.files = Some(FilePanel::open(Way::Folder, None, ""));
        }
        let (osc, bridge) = cut_top(left, 404.0);
        self.show_osc(ui, osc, view, act);
        show_bridge(ui, bridge, view);
        if let Some(files) = &mut self.files {
            match files.show(ui, log, folders) {
                Reply::Stay => return,
                Reply::Take(folder) => act.order(Order::OscSettings(SettingsChange::Allow(folder))),
                Reply::Close => {}
            }
            self.files = None;
            return;
        }
        let from_outside = |source| matches!(source, Source::Osc | Source::Bridge);
        log_list::show(ui, log, "What came by OSC", &view.log, filter, |line| from_outside(line.source));
    }

    fn show_osc(&mut self, ui: &mut Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
        let mut form = Form::new(ui, rect, "Open Sound Control", 0.36);
        match &view.osc {
            OscView::Starting => form.value("State", "starting", ""),
            OscView::Listening(port) => {
                form.value("State", "listening", "");
                let (who, help) = reach(&view.osc_access.now);
                form.value("Address", &format!("{who}, UDP port {port}"), &help);
            }
            OscView::Failed(sentence) => form.value("State", sentence, ""),
        }
        let help = format!(
            "Addresses of this instance alone begin with it: {INSTANCES}{}/deck/a/play. Instances at one port have \
            different names. Saved with the project.",
            view.osc_name
        );
        let name = form.place("Name", &help);
        let port = form.place("Port", "The UDP port, 8000 at first. Instances may share one. Saved with the project.");
        let traffic = &view.osc_traffic;
        let who = format!("{} of {MOST_SUBSCRIBERS}", traffic.subscribers);
        form.value("Subscribers", &who, "Clients that asked to be told of changes: /subscribe.");
        let query = traffic.query_port.map_or_else(|| "off".to_owned(), |port| format!("TCP port {port}"));
        form.value("OSCQuery", &query, "Tools find every address there.");
        let counters = &traffic.counters;
        let words = format!("{} packets, {} not understood", counters.packets, counters.errors);
        form.value("Came in", &words, "For all instances at the port.");
        let words = format!("{} too many, {} from elsewhere", counters.dropped, counters.denied);
        form.value("Turned away", &words, "Beyond the rate, from a machine that may not, or without the token.");
        let refused = view.safety.rejected_from(Source::Osc).to_string();
        form.value("Refused actions", &refused, "By the safety policy; the log says why.");
        form.words("/deck/a/play      /deck/b/stop \"bar\"      /crossfader 0.5");
        form.words("/deck/a/load \"/music/track.flac\"      /eq/a/low -26");
        form.words("/deck/a/hotcue 1      /deck/b/loop 4      /panic");
        if let Some(place) = name {
            let ids = [ids::once("osc name"), ids::once("osc rename")];
            let is_name = |typed: &str| (!typed.is_empty()).then(|| typed.to_owned());
            if let Some(name) = self.name.show(ui, place, ids, &view.osc_name, &NAME, is_name) {
                act.order(Order::OscName(name));
            }
        }
        if let Some(place) = port {
            let now = if let OscView::Listening(port) = view.osc { port.to_string() } else { String::new() };
            let ids = [ids::once("osc port"), ids::once("osc move")];
            let is_port = |typed: &str| typed.parse().ok().filter(|port| *port > 0);
            if let Some(port) = self.port.show(ui, place, ids, &now, &PORT, is_port) {
                act.order(Order::OscPort(port));
            }
        }
    }
}

fn show_bridge(ui: &Ui, rect: Rect, view: &RigView) {
    let mut form = Form::new(ui, rect, "Bridge to another Echelon", 0.36);
    form.value("State", &format!("{:?}", view.bridge.state), "");
    form.value("Role", view.bridge.role.word(), "");
    if let Some(peer) = &view.bridge.peer {
        form.value("Other end", &format!("{}, port {}, {}", peer.name, peer.port, peer.role.word()), "");
    }
    if !view.bridge.reason.is_empty() {
        form.value("Last word", &view.bridge.reason, "");
    }
    form.words("");
    form.words("/bridge/connect 8001      /bridge/role \"lead\"");
}
