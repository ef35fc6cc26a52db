//! A channel of the mixer: gain, EQ with kills, filter, effects, cue, fader.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::units::{Decibels, DeckId};
use egui::{Align2, Rect, StrokeKind, vec2};

use super::button::Face;
use super::desk::Desk;
use super::ids::{self, Part};
use super::layout::{cut_bottom, cut_top, share};
use super::meter::Meter;
use super::{fader, format, knob, pending, taper, text, theme};

/// The range of a band of the EQ in dB; 0 dB is in the middle of its travel.
const EQ_DB: [f32; 2] = [-26.0, 12.0];
/// Height of a row of knobs in the smallest window.
const KNOB: f32 = 35.0;
/// Height of the head.
const HEAD: f32 = 16.0;
/// Between rows.
const SPACE: f32 = 2.0;

/// Draws a channel.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, meter: &Meter, fx_open: &mut Option<(DeckId, u8)>) {
    let colour = theme::deck(deck);
    desk.ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    desk.ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::line()), StrokeKind::Inside);
    let inner = rect.shrink(4.0);
    // What is more than the smallest window's height is shared by knobs and fader.
    let spare = (inner.height() - HEAD - 7.0 * (KNOB + SPACE) - 24.0 - 84.0).max(0.0);
    let row = KNOB + (spare / 11.0).min(12.0);
    let (head, mut rest) = cut_top(inner, HEAD);
    show_head(desk, head, deck);
    let mut next = |height: f32| {
        let (row, below) = cut_top(rest, height);
        rest = below.with_min_y(row.bottom() + SPACE);
        row
    };
    show_gain(desk, next(row), deck);
    for (band, kill) in [(EqBand::High, "kill_high"), (EqBand::Mid, "kill_mid"), (EqBand::Low, "kill_low")] {
        show_band(desk, next(row), deck, band, kill);
    }
    show_filter(desk, next(row), deck);
    for slot in [1, 2] {
        show_effect(desk, next(row), deck, slot, fx_open);
    }
    let (fader_rect, foot) = cut_bottom(rest, 20.0);
    let [pfl, side] = share(foot, 3.0, [1.0, 1.0]);
    if let Some(knob) = Knob::of_deck(deck, "pfl") {
        desk.toggle(pfl, knob, "PFL", theme::waiting());
    }
    if let Some(knob) = Knob::of_deck(deck, "xfader_side") {
        desk.choose(side, knob, |word| Face { size: 11.0, ..Face::plain(side_word(word)) });
    }
    if let Some(knob) = Knob::of_deck(deck, "fader") {
        fader::show(desk, fader_rect, knob, meter, colour);
    }
}

/// The crossfader's side, for people.
fn side_word(word: &'static str) -> &'static str {
    match word {
        "a" => "XF A",
        "b" => "XF B",
        other => other,
    }
}

/// Whose channel it is; bright while the audience hears it.
fn show_head(desk: &Desk<'_>, rect: Rect, deck: DeckId) {
    let on_air = desk.live(deck).on_air;
    let (fill, ink) = if on_air { (theme::deck(deck), theme::ink()) } else { (theme::raised(), theme::deck(deck)) };
    desk.ui.painter().rect_filled(rect, 3, fill);
    let words = if on_air { format!("{deck}  on air") } else { deck.to_string() };
    text::line(desk.ui, rect, &words, theme::words(11.5), ink, Align2::CENTER_CENTER);
}

/// Gain and auto gain.
fn show_gain(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let [gain, trim] = share(rect, 3.0, [1.0, 1.0]);
    let face = knob::Face {
        id: ids::deck(deck, Part::Gain),
        word: "GAIN",
        place: taper::to_place(Decibels(desk.live(deck).gain_db)),
        rest: taper::to_place(Decibels::ZERO),
        colour: theme::deck(deck),
        help: "Gain of the channel, before its fader.",
    };
    let words = |place| format::decibels(taper::to_decibels(place).0);
    if let Some(place) = knob::show(desk.ui, gain, &face, words) {
        desk.touched = Some(deck);
        desk.act.act(Action::SetGain { deck, gain: taper::to_decibels(place) }, ActionTiming::Default);
    }
    if let Some(knob) = Knob::of_deck(deck, "trim") {
        desk.knob(trim, knob, "TRIM", theme::deck(deck));
    }
}

/// A band of the EQ and its kill.
fn show_band(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, band: EqBand, kill: &str) {
    let [dial, switch] = share(rect, 3.0, [1.0, 1.0]);
    let name = match band {
        EqBand::Low => "LOW",
        EqBand::Mid => "MID",
        EqBand::High => "HIGH",
    };
    let face = knob::Face {
        id: ids::eq(deck, band),
        word: name,
        place: eq_place(desk.live(deck).eq_db[band.index()]),
        rest: 0.5,
        colour: theme::deck(deck),
        help: "A band of the EQ: -26 to +12 dB; with the isolator -26 dB is silence.",
    };
    if let Some(place) = knob::show(desk.ui, dial, &face, |place| format::decibels(eq_db(place))) {
        desk.touched = Some(deck);
        desk.act.act(Action::SetEq { deck, band, gain: Decibels(eq_db(place)) }, ActionTiming::Default);
    }
    if let Some(knob) = Knob::of_deck(deck, kill) {
        desk.toggle(middle(switch), knob, "KILL", theme::alert());
    }
}

/// A button's height in a row of knobs.
fn middle(rect: Rect) -> Rect {
    Rect::from_center_size(rect.center(), vec2(rect.width(), 20.0))
}

/// Filter and echo send.
fn show_filter(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let [filter, echo] = share(rect, 3.0, [1.0, 1.0]);
    if let Some(knob) = Knob::of_deck(deck, "filter") {
        desk.knob(filter, knob, "FILTER", theme::waiting());
    }
    let face = knob::Face {
        id: ids::deck(deck, Part::Echo),
        word: "ECHO",
        place: desk.live(deck).echo_send,
        rest: 0.0,
        colour: theme::waiting(),
        help: "Sends the channel into its echo of three quarters of a beat.",
    };
    if let Some(send) = knob::show(desk.ui, echo, &face, |place| format!("{:.0} %", place * 100.0)) {
        desk.touched = Some(deck);
        desk.act.act(Action::SetEcho { deck, send }, ActionTiming::Default);
    }
}

/// An effect slot: what it is and how much; a right click shows the rest of its knobs.
fn show_effect(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, slot: u8, open: &mut Option<(DeckId, u8)>) {
    let [kind, mix] = share(rect, 3.0, [1.25, 1.0]);
    let (id, mix_id) = if slot == 1 { ("fx1", "fx1_mix") } else { ("fx2", "fx2_mix") };
    let Some(knob) = Knob::of_deck(deck, id) else { return };
    let on = desk.view.snapshot.knob(knob) > 0.5;
    let (choice, more) = cut_bottom(kind, 14.0);
    let choice = choice.with_max_y(more.top() - 1.0);
    desk.choose(choice, knob, |word| {
        let face = Face { size: 11.0, ..Face::plain(if word == "off" { "FX off" } else { word }) };
        if on { Face { fill: theme::waiting(), ink: theme::ink(), ..face } } else { face }
    });
    let shown = *open == Some((deck, slot));
    // Of an effect that is off there is no more to see: it stays, but does not ask to be looked at.
    let quiet = if on || shown { theme::text() } else { theme::text_dim() };
    let face = Face { size: 10.0, ink: quiet, ..Face::plain(if shown { "close" } else { "more" }) };
    let response = super::button::button(desk.ui, more, ids::entry(ids::knob(knob), 100), face);
    if response.clicked() {
        *open = if shown { None } else { Some((deck, slot)) };
    }
    response.on_hover_text("Depth, tone and time of this effect.");
    if let Some(knob) = Knob::of_deck(deck, mix_id) {
        desk.knob(mix, knob, "MIX", theme::waiting());
    }
}

/// The other knobs of an effect, over the mixer's middle. Returns whether it stays open.
pub fn show_more(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, slot: u8) -> bool {
    let ids = if slot == 1 { ["fx1_depth", "fx1_tone", "fx1_time"] } else { ["fx2_depth", "fx2_tone", "fx2_time"] };
    desk.ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    desk.ui.painter().rect_stroke(rect, theme::ROUND, egui::Stroke::new(2.0, theme::deck(deck)), StrokeKind::Inside);
    let inner = rect.shrink(6.0);
    let [name, depth, tone, time, close] = share(inner, 6.0, [1.3, 1.0, 1.0, 1.2, 1.0]);
    let title = format!("Deck {deck}, FX {slot}");
    // What waits for its beat is seen here too.
    let waits = pending::soonest(&desk.view.snapshot, None).is_some();
    let (name, below) = if waits { cut_bottom(name, 26.0) } else { (name, name) };
    text::line(desk.ui, name, &title, theme::words(13.0), theme::text(), Align2::LEFT_CENTER);
    pending::show_rig(desk.ui, below, &desk.view.snapshot, desk.act);
    for (rect, id, word) in [(depth, ids[0], "DEPTH"), (tone, ids[1], "TONE")] {
        if let Some(knob) = Knob::of_deck(deck, id) {
            desk.knob(rect, knob, word, theme::waiting());
        }
    }
    if let Some(knob) = Knob::of_deck(deck, ids[2]) {
        desk.choose(middle(time), knob, |word| Face { size: 12.0, ..Face::plain(word) });
        let label = time.with_min_y(time.bottom() - 11.0);
        text::line(desk.ui, label, "BEATS", theme::words(10.0), theme::text_dim(), Align2::CENTER_CENTER);
    }
    let face = Face { size: 12.0, ..Face::plain("Close") };
    let close = super::button::button(desk.ui, middle(close), ids::once("fx close"), face);
    !close.on_hover_text("Back to the crossfader.").clicked()
}

fn eq_place(db: f32) -> f32 {
    let [low, high] = EQ_DB;
    let place = if db < 0.0 { 0.5 - 0.5 * db / low } else { 0.5 + 0.5 * db / high };
    if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
}

fn eq_db(place: f32) -> f32 {
    let [low, high] = EQ_DB;
    let db = if place < 0.5 { low * (1.0 - 2.0 * place) } else { high * (2.0 * place - 1.0) };
    if db.abs() < 0.2 { 0.0 } else { db }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eq_s_middle_is_flat_and_its_ends_are_the_engine_s() {
        assert_eq!((eq_db(0.5), eq_db(0.0), eq_db(1.0)), (0.0, -26.0, 12.0));
        assert_eq!((eq_place(0.0), eq_place(-26.0), eq_place(12.0), eq_place(f32::NAN)), (0.5, 0.0, 1.0, 0.5));
        for band in [EqBand::Low, EqBand::Mid, EqBand::High] {
            let _ = band;
            assert_eq!(EqBand::clamp(Decibels(-100.0)), Decibels(EQ_DB[0]));
            assert_eq!(EqBand::clamp(Decibels(100.0)), Decibels(EQ_DB[1]));
        }
        for step in 0..=20_u8 {
            let place = f32::from(step) / 20.0;
            assert!((eq_place(eq_db(place)) - place).abs() < 0.01);
        }
    }
}
