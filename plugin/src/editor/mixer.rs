//! The mixer: four channels, the master, and the crossfader below.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::mixer::Knob;
use echelon_engine::units::{Decibels, DeckId};
use egui::{Align2, CursorIcon, Rect, Ui, lerp, pos2, vec2};

use super::button::Face;
use super::desk::Desk;
use super::layout::{cut_bottom, cut_left, cut_right, cut_top, share};
use super::meter::Meter;
use super::{channel, deck, fader, format, ids, knob, notice, pending, slide, taper, text, theme};
use crate::view::{Act, RigView};

/// The channels from left to right: those of the left decks, those of the right ones.
const ORDER: [DeckId; 4] = [DeckId::C, DeckId::A, DeckId::B, DeckId::D];
/// Closer than this to the middle is the middle.
const DETENT: f32 = 0.015;
/// Half the length of a handle, along its way.
const HALF_HANDLE: f32 = 8.0;
/// Height of the crossfader's part.
const FOOT: f32 = 72.0;
/// Height of the words above the crossfader: a ring and its number find room there.
const HEAD: f32 = 24.0;
/// Width of the master.
const MASTER: f32 = 62.0;

/// Draws the mixer. `fx_open` is the effect whose other knobs are shown.
pub fn show(
    desk: &mut Desk<'_>,
    rect: Rect,
    meters: &[Meter; 4],
    master: &Meter,
    fx_open: &mut Option<(DeckId, u8)>,
    refused: Option<&str>,
) {
    let (strips, foot) = cut_bottom(rect, FOOT);
    let (strips, last) = cut_right(strips, MASTER);
    for (deck, strip) in ORDER.into_iter().zip(share(strips, 4.0, [1.0; 4])) {
        channel::show(desk, strip, deck, &meters[deck.index()], fx_open);
    }
    show_master(desk, last, master);
    match *fx_open {
        Some((deck, slot)) => {
            if !channel::show_more(desk, foot, deck, slot) {
                *fx_open = None;
            }
        }
        None => show_foot(desk, foot),
    }
    if let Some(sentence) = refused {
        notice::banner(desk.ui, foot, sentence);
    }
}

/// The crossfader, and what there is once.
fn show_foot(desk: &mut Desk<'_>, rect: Rect) {
    desk.ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    let inner = rect.shrink2(vec2(8.0, 5.0));
    let (fader, right) = cut_left(inner, inner.width() * 0.62);
    show_crossfader(desk, fader);
    let [curve, reverse, model] = share(right, 4.0, [1.0, 1.0, 1.25]);
    if let Some(knob) = Knob::of_master("xfader_curve") {
        desk.knob(curve, knob, "CURVE", theme::resting());
    }
    let [top, bottom] = super::layout::spread(reverse, 4.0, [27.0, 27.0]);
    if let Some(knob) = Knob::of_master("xfader_reverse") {
        desk.toggle(top, knob, "REV", theme::waiting());
    }
    if let Some(knob) = Knob::of_master("isolator_slope") {
        desk.choose(bottom, knob, |word| Face { size: 10.0, ..Face::plain(model_word(word)) });
    }
    let [top, bottom] = super::layout::spread(model, 4.0, [27.0, 27.0]);
    if let Some(knob) = Knob::of_master("eq_model") {
        desk.choose(top, knob, |word| Face { size: 11.0, ..Face::plain(model_word(word)) });
    }
    if let Some(knob) = Knob::of_master("auto_gain") {
        desk.toggle(bottom, knob, "AUTO GAIN", theme::resting());
    }
}

/// The EQ's model and slope, for people.
fn model_word(word: &'static str) -> &'static str {
    match word {
        "eq" => "SHELF EQ",
        "isolator" => "ISOLATOR",
        "normal" => "24 dB/oct",
        "steep" => "48 dB/oct",
        other => other,
    }
}

fn show_crossfader(desk: &mut Desk<'_>, rect: Rect) {
    let (ui, view) = (desk.ui, desk.view);
    let (head, body) = cut_top(rect, HEAD);
    let (a, rest) = cut_left(body, 22.0);
    let (way, b) = cut_right(rest, 22.0);
    let side = |rect: Rect| Rect::from_center_size(rect.center(), vec2(22.0, 22.0));
    deck::letter(ui, side(a), DeckId::A);
    deck::letter(ui, side(b), DeckId::B);

    let rail = way.shrink2(vec2(HALF_HANDLE + 4.0, 0.0));
    let slid = slide::slide(ui, way, ids::crossfader(), vec2(rail.width(), 0.0), view.snapshot.crossfader);
    let mut wanted = slid.moved.map(|place| if (place - 0.5).abs() < DETENT { 0.5 } else { place });
    if slid.reset {
        wanted = Some(0.5);
    }
    if let Some(position) = wanted {
        send_crossfader(ui, position, slid.response.dragged(), desk.act);
    }
    let shown = wanted.unwrap_or(slid.place);
    draw_crossfader(ui, rail, shown);
    if slid.response.has_focus() {
        super::shapes::outline(ui.painter(), way, theme::text());
    }
    show_head(desk, head, &format::crossfader(shown));
    slid.response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(
        "Crossfader. Drag left or right, with Shift for fine steps; arrow keys; double click or, after Tab, Delete for \
         the centre. Each channel says on which side it is, or passes it.",
    );
}

/// Where the crossfader is, and beside it what waits and is of no deck: its own next move, an undo, or anything else.
fn show_head(desk: &mut Desk<'_>, rect: Rect, place: &str) {
    let words = |rect: Rect| text::fit(desk.ui, rect, place, 12.0, theme::text(), Align2::CENTER_CENTER);
    if pending::soonest(&desk.view.snapshot, None).is_none() {
        words(rect);
        return;
    }
    let [waits, rest] = share(rect, 4.0, [1.5, 1.0]);
    words(rest);
    pending::show_rig(desk.ui, waits, &desk.view.snapshot, desk.act);
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
        let (half, width, ink) = if tick == 4 { (15.0, 2.5, theme::resting()) } else { (6.0, 1.0, theme::mark()) };
        painter.vline(x, y - half..=y + half, egui::Stroke::new(width, ink));
    }
    let track = Rect::from_center_size(rail.center(), vec2(rail.width() + 2.0 * HALF_HANDLE, 4.0));
    painter.rect_filled(track, 2, theme::well());
    let x = lerp(rail.left()..=rail.right(), place);
    fader::handle(painter, Rect::from_center_size(pos2(x, y), vec2(2.0 * HALF_HANDLE, 28.0)), theme::ground());
}

/// Gain, limiter, meters and loudness of the master, and the cue mix.
fn show_master(desk: &mut Desk<'_>, rect: Rect, meter: &Meter) {
    let (ui, view) = (desk.ui, desk.view);
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::line()), egui::StrokeKind::Inside);
    let inner = rect.shrink(4.0);
    let (head, rest) = cut_top(inner, 12.0);
    text::line(ui, head, "MASTER", theme::words(10.5), theme::text(), Align2::CENTER_CENTER);
    let (gain, rest) = cut_top(rest, 40.0);
    let face = knob::Face {
        id: ids::master(),
        word: "GAIN",
        place: taper::to_place(Decibels(view.snapshot.master_gain_db)),
        rest: taper::to_place(Decibels::ZERO),
        colour: theme::resting(),
        help: "Gain of the master, before the limiter.",
    };
    let words = |place| format::decibels(fader::shown(place, view.snapshot.master_gain_db));
    if let Some(place) = knob::show(ui, gain, &face, words) {
        desk.act.act(Action::SetMasterGain { gain: taper::to_decibels(place) }, ActionTiming::Default);
    }
    let (limit, rest) = cut_top(rest, 40.0);
    if let Some(knob) = Knob::of_master("limiter") {
        desk.knob(limit, knob, "LIMIT", theme::alert());
    }
    let (rest, cue) = cut_bottom(rest, 40.0);
    if let Some(knob) = Knob::of_master("cue_mix") {
        desk.knob(cue, knob, "CUE MIX", theme::waiting());
    }
    let (rest, resonance) = cut_bottom(rest, 40.0);
    if let Some(knob) = Knob::of_master("filter_resonance") {
        desk.knob(resonance, knob, "RESO", theme::waiting());
    }
    show_meters(desk.ui, rest, view, meter);
}

/// Peak with hold, the limiter's work from above, and words below.
fn show_meters(ui: &Ui, rect: Rect, view: &RigView, meter: &Meter) {
    let (bars, words) = cut_bottom(rect, 38.0);
    let [peak, down] = share(bars.shrink2(vec2(6.0, 0.0)), 4.0, [1.0, 0.7]);
    meter.draw(ui.painter(), peak);
    draw_reduction(ui, down, view.snapshot.limiter_db);
    let over = meter.is_over(ui.input(|input| input.time));
    let levels = &view.snapshot.master_levels;
    let lines = super::layout::spread(words, 0.0, [13.0; 3]);
    let over_words = if over { "OVER".to_owned() } else { format::short_db("pk", levels.peak_db) };
    let ink = if over { theme::alert() } else { theme::text() };
    text::line(ui, lines[0], &over_words, theme::words(10.5), ink, Align2::CENTER_CENTER);
    let loud = format::short_db("LU", levels.lufs);
    text::line(ui, lines[1], &loud, theme::words(10.5), theme::text(), Align2::CENTER_CENTER);
    let (gain, ink) = match view.snapshot.limiter_db {
        db if db < -0.05 => (format!("GR {db:.1}"), theme::alert()),
        _ => ("GR 0".to_owned(), theme::text_dim()),
    };
    text::line(ui, lines[2], &gain, theme::words(10.5), ink, Align2::CENTER_CENTER);
    let id = ui.scope_id().with("master meters");
    let help = format!(
        "Master: peak {} of the last 400 ms, RMS {}, loudness {:.1} LUFS; the limiter takes {:.1} dB off.",
        format::decibels(levels.peak_db),
        format::decibels(levels.rms_db),
        levels.lufs,
        -view.snapshot.limiter_db
    );
    ui.interact(rect, id, egui::Sense::hover()).on_hover_text(help);
}

/// Grows downwards: up to 12 dB.
fn draw_reduction(ui: &Ui, rect: Rect, db: f32) {
    let part = if db.is_finite() { (-db / 12.0).clamp(0.0, 1.0) } else { 0.0 };
    ui.painter().rect_filled(rect, 2, theme::well());
    let y = lerp(rect.top()..=rect.bottom(), part);
    ui.painter().rect_filled(rect.with_max_y(y), 1, theme::alert());
    for tick in [3.0, 6.0, 9.0] {
        let y = lerp(rect.top()..=rect.bottom(), tick / 12.0);
        ui.painter().hline(rect.x_range(), y, theme::hairline(theme::line()));
    }
}
