//! The OSC page: where it listens, the bridge, and what came in.

use echelon_engine::safety::Source;
use egui::{Rect, Ui};

use super::form::Form;
use super::layout::{cut_left, cut_top};
use super::log_list::{self, LogFilter};
use crate::view::{Act, OscView, RigView};

/// Draws the page.
pub fn show(ui: &mut Ui, rect: Rect, view: &RigView, filter: &mut LogFilter, act: &mut dyn Act) {
    act.watch_log();
    let (left, log) = cut_left(rect, (rect.width() * 0.36).max(400.0));
    let (osc, bridge) = cut_top(left, 250.0);
    show_osc(ui, osc, view);
    show_bridge(ui, bridge, view);
    let from_outside = |source| matches!(source, Source::Osc | Source::Bridge);
    log_list::show(ui, log, "What came by OSC", &view.log, filter, |line| from_outside(line.source));
}

fn show_osc(ui: &Ui, rect: Rect, view: &RigView) {
    let mut form = Form::new(ui, rect, "Open Sound Control", 0.36);
    match &view.osc {
        OscView::Starting => form.value("State", "starting", ""),
        OscView::Listening(port) => {
            form.value("State", "listening", "");
            form.value("Address", &format!("127.0.0.1, UDP port {port}"), "From this computer only.");
        }
        OscView::Failed(sentence) => form.value("State", sentence, ""),
    }
    let safety = &view.safety;
    form.value("Refused from OSC", &safety.rejected_from(Source::Osc).to_string(), "");
    form.words("");
    form.words("/deck/a/play      /deck/b/stop \"bar\"      /crossfader 0.5");
    form.words("/deck/a/load \"/music/track.flac\"      /eq/a/low -26");
    form.words("/deck/a/hotcue 1      /deck/b/loop 4      /panic");
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
