//! One deck: what is on it, what it does, what it is about to do.

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::message::DeckView;
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Align2, Color32, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use super::button::{Face, button};
use super::ids::{self, Part};
use super::layout::{cut_bottom, cut_left, cut_right, cut_top};
use super::meter::Meter;
use super::shapes::{self, Sign};
use super::{fader, format, pending, text, theme, well};
use crate::view::{Act, LoadState, RigView, TrackView};

/// What a deck needs beside the view of the rig.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Which deck.
    pub deck: DeckId,
    /// Large, with the time on its own row.
    pub large: bool,
    /// The one that the keyboard plays.
    pub chosen: bool,
    /// Its meter.
    pub meter: &'a Meter,
    /// A message that belongs here.
    pub notice: Option<&'a str>,
}

/// What a deck wants from the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// It was touched: the keyboard shall play it from now on.
    pub touched: bool,
    /// A file is to be looked for.
    pub browse: bool,
}

/// Draws a deck and sends what is asked of it.
pub fn show(ui: &Ui, rect: Rect, frame: Frame<'_>, view: &RigView, act: &mut dyn Act) -> Reply {
    let Frame { deck, .. } = frame;
    let (live, track) = (&view.snapshot.decks[deck.index()], &view.tracks[deck.index()]);
    let panel = ui.interact(rect, ids::deck(deck, Part::Panel), Sense::click());
    draw_panel(ui, rect, deck, frame.chosen);
    let (main, strip) = cut_right(rect.shrink(theme::GAP), 58.0);
    let (head, rest) = cut_top(main, 26.0);
    let (body, foot) = cut_bottom(rest, if frame.large { 44.0 } else { 32.0 });
    let mut reply = Reply { touched: panel.clicked(), browse: false };
    show_head(ui, head, frame, live, track);
    let body = if frame.large { show_times(ui, body, live) } else { body };

    if let Some(position_secs) = well::show(ui, body, frame, live, track) {
        act.act(Action::SeekDeck { deck, position_secs }, ActionTiming::Default);
        reply.touched = true;
    }
    if let Some(gain) = fader::show(ui, strip, deck, live.gain_db, frame.meter) {
        act.act(Action::SetGain { deck, gain }, ActionTiming::Default);
        reply.touched = true;
    }
    show_foot(ui, foot, frame, view, act, &mut reply);
    reply
}

fn draw_panel(ui: &Ui, rect: Rect, deck: DeckId, chosen: bool) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::PANEL);
    let (width, colour) = if chosen { (2.0, theme::deck(deck)) } else { (1.0, theme::LINE) };
    ui.painter().rect_stroke(rect, theme::ROUND, egui::Stroke::new(width, colour), StrokeKind::Inside);
}

/// Letter, name, times (on a compact deck) and state.
fn show_head(ui: &Ui, rect: Rect, frame: Frame<'_>, live: &DeckView, track: &TrackView) {
    let (badge, rest) = cut_left(rect, rect.height());
    letter(ui, badge, frame.deck);
    let (rest, pill) = cut_right(rest, 92.0);
    show_state(ui, pill, live.state, &track.load);
    let name_rect = if frame.large || live.state == DeckState::Empty {
        rest
    } else {
        let (name, times) = cut_right(rest, 62.0);
        show_small_times(ui, times, live);
        name
    };
    let (name, colour) = match name(track) {
        Some(name) => (name, theme::TEXT),
        None => ("No track".to_owned(), theme::TEXT_DIM),
    };
    let size = if frame.large { 17.0 } else { 15.0 };
    text::line(ui, name_rect, &name, theme::words(size), colour, Align2::LEFT_CENTER);
}

/// The times of a compact deck, one above the other.
fn show_small_times(ui: &Ui, rect: Rect, live: &DeckView) {
    let middle = rect.center().y;
    let (font, right) = (theme::digits(12.0), Align2::RIGHT_CENTER);
    let elapsed = format::time(live.position_secs);
    text::line(ui, rect.with_max_y(middle), &elapsed, font.clone(), theme::TEXT, right);
    let left = format::remaining(live.position_secs, live.length_secs);
    text::line(ui, rect.with_min_y(middle), &left, font, ending(live), right);
}

/// The deck's letter on its colour.
pub fn letter(ui: &Ui, rect: Rect, deck: DeckId) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::deck(deck));
    text::line(ui, rect, &deck.to_string(), theme::words(18.0), theme::INK, Align2::CENTER_CENTER);
}

/// The track's name, or what comes closest.
fn name(track: &TrackView) -> Option<String> {
    if !track.name.is_empty() {
        return Some(track.name.clone());
    }
    track.path.as_ref()?.file_stem().map(|stem| stem.to_string_lossy().into_owned())
}

/// State in a sign, a word and a colour; the bright fill means: this deck acts.
fn show_state(ui: &Ui, rect: Rect, state: DeckState, load: &LoadState) {
    let (sign, word, colour, filled) = match (state, load) {
        (DeckState::Empty, LoadState::Loading(_)) => (Sign::Load, "LOADING", theme::WAITING, false),
        (DeckState::Empty, LoadState::Failed(_)) => (Sign::Alert, "FAILED", theme::ALERT, false),
        (DeckState::Empty, _) => (Sign::Empty, "EMPTY", theme::TEXT_DIM, false),
        (DeckState::Stopped, _) => (Sign::Stop, "STOPPED", theme::RESTING, false),
        (DeckState::Primed, _) => (Sign::Wait, "WAITING", theme::WAITING, true),
        (DeckState::Playing, _) => (Sign::Play, "PLAYING", theme::PLAYING, true),
    };
    let ink = if filled { theme::INK } else { colour };
    if filled {
        ui.painter().rect_filled(rect, theme::ROUND, colour);
    } else {
        ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::shade(colour, 0.6)), StrokeKind::Inside);
    }
    shapes::sign(ui.painter(), sign, pos2(rect.left() + 14.0, rect.center().y), 11.0, ink);
    let word_rect = rect.with_min_x(rect.left() + 25.0).with_max_x(rect.right() - 3.0);
    text::line(ui, word_rect, word, theme::words(13.0), ink, Align2::LEFT_CENTER);
}

/// The large times. Returns what is left below.
fn show_times(ui: &Ui, rect: Rect, live: &DeckView) -> Rect {
    let (row, rest) = cut_top(rect, 28.0);
    if live.state == DeckState::Empty {
        return rest;
    }
    let elapsed = format::time(live.position_secs);
    let drawn = text::line(ui, row, &elapsed, theme::digits(25.0), theme::TEXT, Align2::LEFT_CENTER);
    let length = format!("of {}", format::time(live.length_secs));
    let (middle, right) = cut_right(row.with_min_x(drawn.right() + 10.0), 130.0);
    if text::width(ui, &length, theme::words(13.0)) < middle.width() {
        let lowered = middle.translate(vec2(0.0, 4.0));
        text::line(ui, lowered, &length, theme::words(13.0), theme::TEXT_DIM, Align2::LEFT_CENTER);
    }
    let left = format::remaining(live.position_secs, live.length_secs);
    text::line(ui, right, &left, theme::digits(25.0), ending(live), Align2::RIGHT_CENTER);
    rest
}

/// A playing track that is nearly over says so by its colour as well.
fn ending(live: &DeckView) -> Color32 {
    let near = live.state == DeckState::Playing && live.length_secs - live.position_secs < 30.0;
    if near { theme::ALERT } else { theme::TEXT }
}

/// Play or stop, what is pending, and the way to the files.
fn show_foot(ui: &Ui, rect: Rect, frame: Frame<'_>, view: &RigView, act: &mut dyn Act, reply: &mut Reply) {
    let Frame { deck, large, .. } = frame;
    let state = view.snapshot.decks[deck.index()].state;
    // What is pending needs its room also in a small window.
    let roomy = large && rect.width() > 380.0;
    let (play, rest) = cut_left(rect, if roomy { 116.0 } else { 92.0 });
    let (middle, load) = cut_right(rest, if roomy { 84.0 } else { 74.0 });
    let size = if large { 17.0 } else { 14.0 };
    let pressed = button(ui, play, ids::deck(deck, Part::Play), Face { size, ..play_face(state) });
    if pressed.clicked() {
        let at_once = ui.input(|input| input.modifiers.shift);
        toggle(deck, state, at_once, act);
        reply.touched = true;
    }
    pressed.on_hover_text(play_help(state));
    pending::show(ui, middle.with_min_x(middle.left() + 4.0), &view.snapshot, deck);
    let face = load_face(deck, state, &view.tracks[deck.index()].load);
    let load = button(ui, load, ids::deck(deck, Part::Load), face);
    if load.clicked() {
        *reply = Reply { touched: true, browse: true };
    }
    load.on_hover_text("Choose an audio file for this deck.");
}

const fn play_face(state: DeckState) -> Face<'static> {
    let (sign, word, fill, ink) = match state {
        DeckState::Empty => (Sign::Play, "Play", theme::RAISED, theme::TEXT_DIM),
        DeckState::Stopped => (Sign::Play, "Play", theme::RAISED, theme::PLAYING),
        DeckState::Primed => (Sign::Cross, "Cancel", theme::WAITING, theme::INK),
        DeckState::Playing => (Sign::Stop, "Stop", theme::RAISED, theme::TEXT),
    };
    Face { sign: Some(sign), word, fill, ink, size: 17.0 }
}

/// On an empty deck it is the next thing to do, and says so.
fn load_face(deck: DeckId, state: DeckState, load: &LoadState) -> Face<'static> {
    let plain = Face::plain("Load...").with_sign(Sign::Load);
    let asks = state == DeckState::Empty && matches!(load, LoadState::Empty | LoadState::Failed(_));
    if asks { Face { fill: theme::deck(deck), ink: theme::INK, ..plain } } else { plain }
}

const fn play_help(state: DeckState) -> &'static str {
    match state {
        DeckState::Empty => "Load a track first.",
        DeckState::Stopped => "Plays on the next line of the quantize setting; with Shift at once.",
        DeckState::Primed => "Takes the start back: the deck does not wait any longer.",
        DeckState::Playing => "Stops on the next line of the quantize setting; with Shift at once.",
    }
}

/// Play, or stop, or no longer wait: what the big button and the space bar do.
pub fn toggle(deck: DeckId, state: DeckState, at_once: bool, act: &mut dyn Act) {
    let timing = if at_once { ActionTiming::Immediate } else { ActionTiming::Default };
    match state {
        // An empty deck refuses with a sentence, which is shown on it.
        DeckState::Empty | DeckState::Stopped => act.act(Action::PlayDeck { deck, position_secs: None }, timing),
        DeckState::Primed => act.act(Action::StopDeck { deck }, ActionTiming::Immediate),
        DeckState::Playing => act.act(Action::StopDeck { deck }, timing),
    }
}
