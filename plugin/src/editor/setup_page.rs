//! The setup page: how the editor looks, what the host decides, and what the keys do.

use egui::{Align2, Rect, Ui};

use super::form::Form;
use super::layout::{cut_left, cut_top, share};
use super::size::Look;
use super::theme::Theme;
use super::{format, ids, keys, text, theme};
use crate::view::RigView;

/// Draws the page. Returns another look if one was chosen.
pub fn show(ui: &Ui, rect: Rect, view: &RigView, look: Look) -> Option<Look> {
    let (left, right) = cut_left(rect, rect.width() * 0.5);
    let (looks, rig) = cut_top(left, 170.0);
    let chosen = show_look(ui, looks, look);
    show_rig(ui, rig, view);
    show_keys(ui, right);
    chosen
}

fn show_look(ui: &Ui, rect: Rect, look: Look) -> Option<Look> {
    let mut form = Form::new(ui, rect, "Look", 0.4);
    let mut chosen = None;
    let zooms = Look::ZOOMS.map(|zoom| format!("{zoom} %"));
    let words = zooms.each_ref().map(String::as_str);
    let now = Look::ZOOMS.iter().position(|zoom| *zoom == look.zoom_percent).unwrap_or(usize::MAX);
    let help = "The size of everything; the window grows with it. Saved with the project.";
    if let Some(index) = form.choice(ids::once("zoom"), "Scale", &words, now, help) {
        chosen = Some(Look { zoom_percent: Look::ZOOMS[index], ..look });
    }
    let now = Theme::ALL.iter().position(|theme| *theme == look.theme).unwrap_or(0);
    let help = "Dark for the stage, light for a bright room. Saved with the project.";
    if let Some(index) = form.choice(ids::once("theme"), "Theme", &["dark", "light"], now, help) {
        chosen = Some(Look { theme: Theme::ALL[index], ..look });
    }
    chosen
}

fn show_rig(ui: &Ui, rect: Rect, view: &RigView) {
    let mut form = Form::new(ui, rect, "Rig", 0.4);
    let clock = &view.snapshot.clock;
    let quantize = format!("{}, a host parameter", format::quantize(view.snapshot.quantize));
    form.value("Quantize", &quantize, "Play and stop wait for this line.");
    let source = if clock.host_leads { "the host" } else { "the rig itself (the host stands)" };
    form.value("Clock", source, "");
    form.value("Sample rate", &format!("{:.0} Hz", clock.sample_rate), "Of the host.");
    let late = f64::from(view.latency_frames);
    let words = format!("{late:.0} frames, {:.1} ms", late / clock.sample_rate.max(1.0) * 1000.0);
    form.value("Latency", &words, "Of the limiter; the host knows of it and puts it right.");
    form.value("Version", env!("CARGO_PKG_VERSION"), "");
}

fn show_keys(ui: &Ui, rect: Rect) {
    let form = Form::new(ui, rect, "Keys", 0.4);
    let mut rest = form.rest();
    for (key, what) in keys::HELP {
        let (row, below) = cut_top(rest, 24.0);
        rest = below.with_min_y(row.bottom() + 2.0);
        let [left, right] = share(row, 8.0, [0.9, 2.0]);
        text::line(ui, left, key, theme::words(13.0), theme::text(), Align2::LEFT_CENTER);
        text::line(ui, right, what, theme::words(13.0), theme::text_dim(), Align2::LEFT_CENTER);
    }
}
