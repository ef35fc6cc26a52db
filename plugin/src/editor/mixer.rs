//! Crossfader and master.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::units::{Decibels, DeckId};
use egui::{Align2, CursorIcon, Rect, Response, Ui, lerp, pos2, vec2};

use super::layout::{cut_left, cut_right, cut_top};
use super::meter::Meter;
use super::{deck, fader, format, ids, pending, slide, taper, text, theme};
use crate::view::{Act, RigView};

/// Closer than this to the middle is the middle.
const DETENT: f32 = 0.015;
/// Half the length of a handle, along its way.
const HALF_HANDLE: f32 = 8.0;

/// Draws the strip and sends what is asked of it.
pub fn show(ui: &Ui, rect: Rect, view: &RigView, meter: &Meter, act: &mut dyn Act) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
    let inner = rect.shrink2(vec2(12.0, 8.0));
    let (left, right) = cut_left(inner, inner.width() * 0.58);
    show_crossfader(ui, left, view, act);
    show_master(ui, right.with_min_x(right.left() + 12.0), view, meter, act);
}

fn show_crossfader(ui: &Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
    let (head, body) = cut_top(rect, 14.0);
    let (a, rest) = cut_left(body, 28.0);
    let (way, b) = cut_right(rest, 28.0);
    let side = |rect: Rect| Rect::from_center_size(rect.center(), vec2(26.0, 26.0));
    deck::letter(ui, side(a), DeckId::A);
    deck::letter(ui, side(b), DeckId::B);

    let rail = way.shrink2(vec2(HALF_HANDLE + 4.0, 0.0));
    let slid = slide::slide(ui, way, ids::crossfader(), vec2(rail.width(), 0.0), view.snapshot.crossfader);
    let mut wanted = slid.moved.map(|place| if (place - 0.5).abs() < DETENT { 0.5 } else { place });
    if slid.response.double_clicked() {
        wanted = Some(0.5);
    }
    if let Some(position) = wanted {
        send_crossfader(ui, position, slid.response.dragged(), act);
    }
    let shown = wanted.unwrap_or(slid.place);
    draw_crossfader(ui, rail, shown);
    text::line(ui, head, "CROSSFADER", theme::words(11.0), theme::TEXT_DIM, Align2::LEFT_CENTER);
    let words = crossfader_words(view, shown);
    text::line(
        ui,
        head.with_min_x(a.right()).with_max_x(b.left()),
        &words,
        theme::words(13.0),
        theme::TEXT,
        Align2::CENTER_CENTER,
    );
    let help =
        "Drag left or right, with Shift for fine steps; arrow keys; double click for the centre. C and D pass it.";
    let _: Response = slid.response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(help);
}

/// Where the crossfader is, and where and when it is going if a move is pending.
fn crossfader_words(view: &RigView, position: f32) -> String {
    let words = format::crossfader(position);
    pending::soonest(&view.snapshot, None).map_or(words.clone(), |(due, _)| {
        format!("{words}, moves on {}", format::bar_beat_text(due.due_beat, &view.snapshot.clock))
    })
}

/// Sends a position. A drag keeps its own memory of where the pointer is.
fn send_crossfader(ui: &Ui, position: f32, dragged: bool, act: &mut dyn Act) {
    if !dragged {
        slide::hold(ui, ids::crossfader(), position);
    }
    act.act(Action::SetCrossfader { position }, ActionTiming::Default);
}

/// Moves the crossfader by a step, from where it was last asked to be: quick presses add up.
pub fn nudge_crossfader(ui: &Ui, step: f32, view: &RigView, act: &mut dyn Act) {
    let from = slide::shown(ui, ids::crossfader(), view.snapshot.crossfader);
    // To a hundredth, so that twenty steps from A end exactly at B.
    let position = (((from + step) * 100.0).round() / 100.0).clamp(0.0, 1.0);
    send_crossfader(ui, position, false, act);
}

fn draw_crossfader(ui: &Ui, rail: Rect, place: f32) {
    let painter = ui.painter();
    let y = rail.center().y;
    for tick in 0..=8_u8 {
        let x = lerp(rail.left()..=rail.right(), f32::from(tick) / 8.0);
        let (half, width, ink) = if tick == 4 { (15.0, 2.5, theme::RESTING) } else { (6.0, 1.0, theme::MARK) };
        painter.vline(x, y - half..=y + half, egui::Stroke::new(width, ink));
    }
    let track = Rect::from_center_size(rail.center(), vec2(rail.width() + 2.0 * HALF_HANDLE, 4.0));
    painter.rect_filled(track, 2, theme::WELL);
    let x = lerp(rail.left()..=rail.right(), place);
    fader::handle(painter, Rect::from_center_size(pos2(x, y), vec2(2.0 * HALF_HANDLE, 28.0)), theme::INK);
}

fn show_master(ui: &Ui, rect: Rect, view: &RigView, meter: &Meter, act: &mut dyn Act) {
    let (head, body) = cut_top(rect, 14.0);
    let (way, bar) = (body.with_max_y(body.bottom() - 14.0), body.with_min_y(body.bottom() - 12.0));
    meter.draw(ui.painter(), bar);
    let rail = way.shrink2(vec2(HALF_HANDLE, 0.0));
    let actual = taper::to_place(Decibels(view.snapshot.master_gain_db));
    let slid = slide::slide(ui, way, ids::master(), vec2(rail.width(), 0.0), actual);
    let mut wanted = slid.moved.map(taper::to_decibels);
    if slid.response.double_clicked() {
        wanted = Some(Decibels::ZERO);
        slide::hold(ui, ids::master(), taper::to_place(Decibels::ZERO));
    }
    if let Some(gain) = wanted {
        act.act(Action::SetMasterGain { gain }, ActionTiming::Default);
    }
    draw_master(ui, rail, slid.place);
    let level = fader::shown(slid.place, view.snapshot.master_gain_db);
    let over = meter.is_over(ui.input(|input| input.time));
    label(ui, head, "MASTER", &format::decibels(wanted.map_or(level, |gain| gain.0)));
    if over {
        text::line(ui, head, "OVER", theme::words(12.0), theme::ALERT, Align2::CENTER_CENTER);
    }
    let help = "Gain of the master. Drag left or right, with Shift for fine steps; double click for 0 dB.";
    let _: Response = slid.response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(help);
}

fn draw_master(ui: &Ui, rail: Rect, place: f32) {
    let painter = ui.painter();
    let y = rail.center().y;
    for db in [12.0, 0.0, -12.0, -30.0, -60.0] {
        let x = lerp(rail.left()..=rail.right(), taper::to_place(Decibels(db)));
        let (half, ink) = if db == 0.0 { (11.0, theme::RESTING) } else { (6.0, theme::MARK) };
        painter.vline(x, y - half..=y + half, theme::hairline(ink));
    }
    let track = Rect::from_center_size(rail.center(), vec2(rail.width() + 2.0 * HALF_HANDLE, 4.0));
    painter.rect_filled(track, 2, theme::WELL);
    let x = lerp(rail.left()..=rail.right(), place);
    fader::handle(painter, Rect::from_center_size(pos2(x, y), vec2(2.0 * HALF_HANDLE, 20.0)), theme::INK);
}

/// A name on the left and its value on the right.
fn label(ui: &Ui, rect: Rect, name: &str, value: &str) {
    let drawn = text::line(ui, rect, name, theme::words(11.0), theme::TEXT_DIM, Align2::LEFT_CENTER);
    let rest = rect.with_min_x(drawn.right() + 12.0);
    text::line(ui, rest, value, theme::words(13.0), theme::TEXT, Align2::RIGHT_CENTER);
}
