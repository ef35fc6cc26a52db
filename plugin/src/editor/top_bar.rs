//! The clock, and what the rig listens to.

use echelon_engine::action::Grid;
use echelon_engine::clock::{ClockMode, ClockSource};
use echelon_engine::message::ClockView;
use egui::{Align2, Color32, Popup, Rect, Response, Sense, Ui, lerp, pos2, vec2};

use super::button::{Face, button};
use super::layout::{cut_left, cut_right, cut_top};
use super::osc_access::reach;
use super::page::{self, Page};
use super::shapes::{self, Sign};
use super::{choice, format, ids, text, theme};
use crate::view::{OscView, RigView};

/// Whether blocks of audio come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audio {
    /// No block has come yet.
    NotYet,
    /// Blocks come.
    Runs,
    /// They came, and come no longer.
    Stopped,
}

/// Bars with more beats than this are shown as a line, not as dots.
const MAX_DOTS: f64 = 12.0;

/// What was asked for in the bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Another page.
    pub page: Option<Page>,
    /// Bring back what was taken away last.
    pub undo: bool,
    /// Everything out.
    pub panic: bool,
    /// Another quantize setting.
    pub quantize: Option<u8>,
    /// Another clock to go by.
    pub clock: Option<ClockMode>,
}

/// The clocks, for people, in the order of [`ClockMode::ALL`].
pub const CLOCKS: [&str; 4] = ["Host", "Link", "Host, told to Link", "Own time"];

/// Draws the bar.
pub fn show(ui: &Ui, rect: Rect, view: &RigView, audio: Audio, page: Page) -> Asked {
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    let clock = &view.snapshot.clock;
    let rect = rect.shrink2(vec2(8.0, 4.0));
    let (brand, rest) = cut_left(rect, 80.0);
    text::line(ui, brand, "ECHELON", theme::words(17.0), theme::text(), Align2::LEFT_CENTER);
    let (tabs, rest) = cut_left(rest, 340.0);
    let tabs = Rect::from_center_size(tabs.center(), vec2(tabs.width(), 26.0));
    let page = page::tabs(ui, tabs, page);
    let (cell, rest) = cut_left(rest.with_min_x(rest.left() + 6.0), 96.0);
    let clock_mode = show_source(ui, cell, view, audio);
    let (cell, rest) = cut_left(rest, 88.0);
    let tempo = format::tempo(clock.tempo.get());
    value(ui, cell, "TEMPO", &tempo, theme::text(), "Tempo, in quarter notes a minute.");
    let (cell, rest) = cut_left(rest, 82.0);
    let place = format::bar_beat_text(clock.song_beat, clock);
    show_place(ui, cell, &place);
    let (rest, panic) = cut_right(rest, 62.0);
    let (rest, undo) = cut_right(rest, 62.0);
    let asked = show_hands(ui, undo, panic);
    let (rest, cell) = cut_right(rest, 44.0);
    show_osc(ui, cell, view);
    let (rest, cell) = cut_right(rest, 62.0);
    let quantize = show_quantize(ui, cell, view);
    show_beats(ui, rest, clock);
    Asked { page, quantize, clock: clock_mode, ..asked }
}

/// Undo and panic: what one reaches for when something went wrong.
fn show_hands(ui: &Ui, undo: Rect, panic: Rect) -> Asked {
    let middle = |rect: Rect| Rect::from_center_size(rect.center(), vec2(rect.width(), 28.0));
    let face = Face { size: 12.0, ..Face::plain("Undo") }.with_sign(Sign::Undo);
    let undo = button(ui, middle(undo), ids::once("undo"), face);
    let face = Face { size: 12.0, fill: theme::alert_fill(), ink: theme::on_alert(), ..Face::plain("PANIC") };
    let panic = button(ui, middle(panic), ids::once("panic"), face);
    let asked = Asked { undo: undo.clicked(), panic: panic.clicked(), ..Asked::default() };
    undo.on_hover_text("Brings back in phase what a stop, an eject, a load or a jump took away. Key: Backspace.");
    panic.on_hover_text("Stops every deck within 10 ms and takes back all that waits. Key: Shift and Escape.");
    asked
}

/// A small word above a value.
fn value(ui: &Ui, rect: Rect, label: &str, value: &str, colour: Color32, help: &str) {
    let (top, bottom) = label_and_value(rect);
    text::line(ui, top, label, theme::words(11.0), theme::text_dim(), Align2::LEFT_CENTER);
    text::fit(ui, bottom, value, 14.5, colour, Align2::LEFT_CENTER);
    ui.interact(rect, ui.scope_id().with(("cell", label)), Sense::hover()).on_hover_text(help);
}

fn label_and_value(rect: Rect) -> (Rect, Rect) {
    let (top, _) = cut_top(rect, 14.0);
    (top, rect.with_min_y(top.bottom()))
}

/// A value that opens a menu: lit under the pointer, with a frame when it has the keyboard, and a small arrow.
fn opener(ui: &Ui, rect: Rect, id: egui::Id) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    let place = rect.expand2(vec2(3.0, 1.0));
    if response.hovered() {
        ui.painter().rect_filled(place, theme::ROUND, theme::raised());
    }
    if response.has_focus() {
        shapes::outline(ui.painter(), place, theme::text());
    }
    shapes::sign(ui.painter(), Sign::Down, pos2(rect.right() - 7.0, rect.top() + 7.0), 8.0, theme::text_dim());
    response
}

/// The rig's quantize setting, and a menu of what it can be.
fn show_quantize(ui: &Ui, rect: Rect, view: &RigView) -> Option<u8> {
    let id = ids::once("quantize");
    let response = opener(ui, rect, id);
    let now = view.snapshot.quantize;
    let (top, bottom) = label_and_value(rect);
    text::line(ui, top, "QUANTIZE", theme::words(10.0), theme::text_dim(), Align2::LEFT_CENTER);
    text::fit(ui, bottom, format::quantize(now), 14.5, theme::text(), Align2::LEFT_CENTER);
    let words: [&str; Grid::CHOICES.len()] = std::array::from_fn(format::quantize);
    let chosen = choice::menu(&response, id, &words, now);
    if !Popup::is_any_open(ui.ctx()) {
        let help = "Play and Stop wait for this line, whoever asks. A host parameter. Each deck's Q goes before it for \
            what is pressed here.";
        response.on_hover_text(help);
    }
    chosen.and_then(|index| u8::try_from(index).ok())
}

/// Who leads, and a menu of who shall.
fn show_source(ui: &Ui, rect: Rect, view: &RigView, audio: Audio) -> Option<ClockMode> {
    let id = ids::once("clock");
    let response = opener(ui, rect, id);
    let clock = &view.snapshot.clock;
    let session = format!("Link, {} {}", clock.peers, if clock.peers == 1 { "peer" } else { "peers" });
    let said = view.peers.sentences.join("\n");
    let follows = if said.is_empty() { "The rig follows an Ableton Link session." } else { &said };
    let (sign, word, colour, help) = match (audio, clock.host_leads) {
        (Audio::NotYet, _) => (Sign::Empty, "no audio yet", theme::text_dim(), "The host has not run any audio yet."),
        (Audio::Stopped, _) => (
            Sign::Alert,
            "no audio",
            theme::alert(),
            "The host no longer runs audio: is the plugin or track switched off?",
        ),
        (Audio::Runs, _) if clock.source == ClockSource::Link => {
            (Sign::Play, session.as_str(), theme::playing(), follows)
        }
        (Audio::Runs, true) => {
            (Sign::Play, "Host", theme::playing(), "The host's transport rolls, and the rig follows it.")
        }
        (Audio::Runs, false) => (
            Sign::Dot,
            "Free run",
            theme::waiting(),
            "The host stands still: the rig keeps its own time at the last tempo.",
        ),
    };
    let (top, bottom) = label_and_value(rect);
    text::line(ui, top, "CLOCK", theme::words(11.0), theme::text_dim(), Align2::LEFT_CENTER);
    shapes::sign(ui.painter(), sign, pos2(bottom.left() + 6.0, bottom.center().y), 12.0, colour);
    let word_rect = bottom.with_min_x(bottom.left() + 18.0);
    text::fit(ui, word_rect, word, 14.5, colour, Align2::LEFT_CENTER);
    let now = ClockMode::ALL.iter().position(|mode| *mode == view.clock_policy.mode).unwrap_or(0);
    let chosen = choice::menu(&response, id, &CLOCKS, now);
    if !Popup::is_any_open(ui.ctx()) {
        let switches =
            view.peers.switches_in_beats.map_or_else(String::new, |beats| format!("\nSwitches in {beats:.0} beats."));
        response.on_hover_text(format!("{help}\nSet to: {}. Click for another clock.{switches}", CLOCKS[now]));
    }
    chosen.map(|index| ClockMode::ALL[index])
}

fn show_place(ui: &Ui, rect: Rect, place: &str) {
    // Long songs have long numbers: smaller rather than cut.
    let size = if place.len() > 6 { 16.0 } else { 25.0 };
    text::line(ui, rect, place, theme::digits(size), theme::text(), Align2::CENTER_CENTER);
    ui.interact(rect, ui.scope_id().with("place"), Sense::hover()).on_hover_text("Bar and beat, counted from 1.1.");
}

/// The beats of the bar: the downbeat a square, the others round, the present one full and fading.
fn show_beats(ui: &Ui, rect: Rect, clock: &ClockView) {
    let into_bar = clock.song_beat - clock.bar_start_beat;
    if !into_bar.is_finite() || !clock.bar_beats.is_finite() || clock.bar_beats <= 0.0 {
        return;
    }
    let painter = ui.painter_at(rect);
    if clock.bar_beats > MAX_DOTS {
        let bar = Rect::from_center_size(rect.center(), vec2(rect.width() - 8.0, 10.0));
        painter.rect_filled(bar, 3, theme::raised());
        let x = lerp(bar.left()..=bar.right(), part(into_bar / clock.bar_beats));
        painter.rect_filled(bar.with_max_x(x), 3, theme::waiting());
        return;
    }
    let count = small(clock.bar_beats.ceil());
    let step = (rect.width() / f32::from(count)).min(36.0);
    let left = rect.center().x - step * f32::from(count - 1) / 2.0;
    for beat in 0..count {
        let since = into_bar - f64::from(beat);
        let glow = if (0.0..1.0).contains(&since) { 1.0 - 0.4 * part(since) } else { 0.0 };
        let centre = pos2(left + step * f32::from(beat), rect.center().y);
        draw_beat(&painter, centre, (step * 0.36).min(11.0), beat == 0, glow);
    }
}

fn draw_beat(painter: &egui::Painter, centre: egui::Pos2, radius: f32, downbeat: bool, glow: f32) {
    let colour = theme::raised().lerp_to_gamma(theme::text(), glow);
    let edge = theme::hairline(theme::mark());
    if downbeat {
        let square = Rect::from_center_size(centre, vec2(radius, radius) * 1.8);
        painter.rect(square, 2, colour, edge, egui::StrokeKind::Inside);
    } else {
        painter.circle(centre, radius, colour, edge);
    }
}

#[allow(clippy::cast_possible_truncation, reason = "between 0 and 1")]
fn part(value: f64) -> f32 {
    value.clamp(0.0, 1.0) as f32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and MAX_DOTS")]
fn small(value: f64) -> u8 {
    value.clamp(1.0, MAX_DOTS) as u8
}

fn show_osc(ui: &Ui, rect: Rect, view: &RigView) {
    let (address, who) = reach(&view.osc_access.now);
    let here = format!("Open Sound Control over UDP. {who}\nAddress: {address}, the port that is shown.");
    match &view.osc {
        OscView::Starting => value(ui, rect, "OSC", "starting", theme::text_dim(), "Open Sound Control over UDP."),
        OscView::Listening(port) => value(ui, rect, "OSC", &port.to_string(), theme::text(), &here),
        OscView::Failed(sentence) => value(ui, rect, "OSC", "no port", theme::alert(), sentence),
    }
}
