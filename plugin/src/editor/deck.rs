//! One deck: what is on it, what it does, what it is about to do.

use echelon_engine::action::{Action, ActionTiming, Gesture, Pending};
use echelon_engine::message::DeckView;
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Sense, StrokeKind, Ui};

use super::button::{Face, button};
use super::desk::Desk;
use super::ids::{self, Part};
use super::layout::{cut_left, cut_right, cut_top, spread};
use super::shapes::Sign;
use super::waveform::Wish;
use super::{deck_head, hands, loops, pads, pending, press, rate, text, theme, well};
use crate::view::{Act, LoadState};

/// What a deck needs beside the view of the rig.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Which deck.
    pub deck: DeckId,
    /// Large, with the time on its own row.
    pub large: bool,
    /// The one that the keyboard plays.
    pub chosen: bool,
    /// A message that belongs here.
    pub notice: Option<&'a str>,
}

/// What a deck wants from the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// It was clicked: the keyboard shall play it from now on.
    pub touched: bool,
    /// A file is to be looked for.
    pub browse: bool,
}

/// Heights of a deck's rows.
struct Rows {
    head: f32,
    times: f32,
    pads: f32,
    loops: f32,
    motion: f32,
    foot: f32,
}

const LARGE: Rows = Rows { head: 24.0, times: 32.0, pads: 28.0, loops: 26.0, motion: 26.0, foot: 40.0 };
const COMPACT: Rows = Rows { head: 22.0, times: 0.0, pads: 20.0, loops: 20.0, motion: 20.0, foot: 26.0 };

/// Draws a deck and sends what is asked of it.
pub fn show(desk: &mut Desk<'_>, rect: Rect, frame: Frame<'_>, meshes: &mut super::bands::Meshes) -> Reply {
    let Frame { deck, large, .. } = frame;
    let rows = if large { &LARGE } else { &COMPACT };
    let panel = desk.ui.interact(rect, ids::deck(deck, Part::Panel), Sense::click());
    draw_panel(desk.ui, rect, frame);
    let inner = rect.shrink(theme::GAP);
    let (head, rest) = cut_top(inner, rows.head);
    deck_head::show(desk, head, frame);
    let (fader, rest) = if deck.index() % 2 == 0 { cut_left(rest, 34.0) } else { swap(cut_right(rest, 34.0)) };
    rate::show(desk, fader, deck);
    let (times, rest) = if large { cut_top(rest, rows.times) } else { (Rect::NOTHING, rest) };
    if large {
        deck_head::show_times(desk, times, deck);
    }
    let buttons = rows.pads + rows.loops + rows.motion + rows.foot + 3.0 * SPACE;
    let (body, rest) = (rest.with_max_y(rest.bottom() - buttons - SPACE), rest.with_min_y(rest.bottom() - buttons));
    match well::show(desk, body, frame, meshes) {
        Some(Wish::Place(position_secs)) => {
            desk.act.act(Action::SeekDeck { deck, position_secs }, ActionTiming::Default);
            desk.touched = Some(deck);
        }
        Some(Wish::Jump(gesture)) => desk.gesture_now(deck, gesture, 0.0),
        None => {}
    }
    if frame.notice.is_none() {
        show_pending(desk, body, deck);
    }
    let [pads, loops, motion, foot] = spread(rest, SPACE, [rows.pads, rows.loops, rows.motion, rows.foot]);
    pads::show(desk, pads, deck);
    loops::show(desk, loops, deck);
    show_motion(desk, motion, deck, large);
    let browse = show_foot(desk, foot, frame);
    let touched = panel.clicked();
    // The last: what lies on it has its own words.
    panel.on_hover_text("A click chooses this deck for the keyboard.");
    Reply { touched, browse }
}

/// Between rows.
const SPACE: f32 = 4.0;

fn swap((rest, cut): (Rect, Rect)) -> (Rect, Rect) {
    (cut, rest)
}

/// The chosen deck has a frame in its colour; one that refuses, in the colour of alerts.
fn draw_panel(ui: &Ui, rect: Rect, frame: Frame<'_>) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    let (width, colour) = match (frame.notice, frame.chosen) {
        (Some(_), _) => (3.0, theme::alert()),
        (None, true) => (2.0, theme::deck(frame.deck)),
        (None, false) => (1.0, theme::line()),
    };
    ui.painter().rect_stroke(rect, theme::ROUND, egui::Stroke::new(width, colour), StrokeKind::Inside);
}

/// The deck's letter on its colour.
pub fn letter(ui: &Ui, rect: Rect, deck: DeckId) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::deck(deck));
    text::line(ui, rect, &deck.to_string(), theme::words(rect.height() * 0.7), theme::ink(), Align2::CENTER_CENTER);
}

/// Sync, key, snap, slip, reverse, nudge.
fn show_motion(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, large: bool) {
    let motion = desk.live(deck).motion;
    let size = if large { 12.0 } else { 11.0 };
    let parts = [1.2, 1.2, 0.6, 0.6, 1.05, 1.0, 0.95, 0.7, 0.7].map(|part: f32| part);
    let [sync, key, down, up, snap, slip, reverse, back, on] = share(rect, parts);
    let lamp = |word: &'static str, on: bool, colour| press::lamp(word, size, on, colour);
    // Wanted, but without beats it cannot be led.
    let (word, colour) =
        if motion.sync && !motion.locked { ("SYNC?", theme::waiting()) } else { ("SYNC", theme::playing()) };
    desk.switch(sync, deck, Gesture::Sync, motion.sync, lamp(word, motion.sync, colour));
    let shift = motion.key_shift;
    let keyed = if shift == 0.0 { "KEY".to_owned() } else { format!("KEY{shift:+.0}") };
    let face = press::lamp(&keyed, size, motion.key_lock, theme::playing());
    desk.switch(key, deck, Gesture::KeyLock, motion.key_lock, face);
    for (rect, part, word, step) in [(down, Part::KeyDown, "-", -1.0), (up, Part::KeyUp, "+", 1.0)] {
        let response = button(desk.ui, rect, ids::deck(deck, part), Face { size, ..Face::plain(word) });
        if response.clicked() {
            desk.gesture(deck, Gesture::KeyShift, shift + step);
        } else if response.secondary_clicked() || press::erased(desk.ui, &response) {
            desk.gesture_now(deck, Gesture::KeyShift, 0.0);
        }
        response.on_hover_text(
            "Moves the track's key by a semitone, its tempo stays. Right click, or Delete after Tab: its own key.",
        );
    }
    desk.switch(snap, deck, Gesture::Snap, motion.snap, lamp("SNAP", motion.snap, theme::playing()));
    desk.switch(slip, deck, Gesture::Slip, motion.slip, lamp("SLIP", motion.slip, theme::waiting()));
    desk.switch(reverse, deck, Gesture::Reverse, motion.reverse, lamp("REV", motion.reverse, theme::waiting()));
    for (rect, part, word, push) in [(back, Part::NudgeBack, "<<", -4.0), (on, Part::NudgeOn, ">>", 4.0)] {
        let face = Face { size, ..Face::plain(word) };
        let (response, edge) = press::hold(desk.ui, rect, ids::deck(deck, part), face);
        if let Some(down) = edge {
            desk.gesture(deck, Gesture::Nudge, if down { push } else { 0.0 });
        }
        response.on_hover_text(
            "Holds the deck back or pushes it on by 4 % while it is held; a synced deck then comes back.",
        );
    }
}

/// Parts of a row, with small gaps.
fn share<const N: usize>(rect: Rect, parts: [f32; N]) -> [Rect; N] {
    super::layout::share(rect, 3.0, parts)
}

/// What is pending, over the foot of the waveform.
fn show_pending(desk: &mut Desk<'_>, body: Rect, deck: DeckId) {
    if pending::soonest(&desk.view.snapshot, Some(deck)).is_none() {
        return;
    }
    let rect = pending::place(body);
    desk.ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    desk.ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::waiting()), StrokeKind::Inside);
    let waiting = pending::show(desk.ui, rect.shrink2(egui::vec2(2.0, 0.0)), &desk.view.snapshot, deck);
    if waiting.is_some_and(|response| response.clicked()) {
        desk.act.act(Action::Cancel { pending: Pending::Deck(deck) }, ActionTiming::Immediate);
        desk.touched = Some(deck);
    }
}

/// Cue, play, and the way to the files. Returns whether a file is to be looked for.
fn show_foot(desk: &mut Desk<'_>, rect: Rect, frame: Frame<'_>) -> bool {
    let Frame { deck, large, .. } = frame;
    let state = desk.live(deck).state;
    let (cue, rest) = cut_left(rect, if large { 56.0 } else { 44.0 });
    let (rest, eject) = cut_right(rest, if large { 30.0 } else { 26.0 });
    // In the smallest window the large button must still be one.
    let narrow = rect.width() < 320.0;
    let (rest, load) = cut_right(rest, if large && !narrow { 74.0 } else { 60.0 });
    let (play, times) = cut_right(rest, if large && !narrow { 44.0 } else { 32.0 });
    show_times(desk, times, deck);
    let size = if large { 16.0 } else { 13.0 };
    show_cue(desk, cue, deck, size);
    let pressed = button(desk.ui, play, ids::deck(deck, Part::Play), Face { size, ..play_face(state) });
    if pressed.clicked() {
        let at_once = desk.ui.input(|input| input.modifiers.shift);
        toggle(deck, state, at_once, desk.act);
        desk.touched = Some(deck);
    }
    pressed.on_hover_text(play_help(state));
    let pressed = button(
        desk.ui,
        eject,
        ids::deck(deck, Part::Eject),
        Face { size: 12.0, ..Face::plain("") }.with_sign(Sign::Eject),
    );
    if pressed.clicked() {
        desk.ask(Action::EjectDeck { deck });
    }
    pressed.on_hover_text("Takes the track off the deck.");
    let load = button(desk.ui, load, ids::deck(deck, Part::Load), load_face(deck, state, &desk.track(deck).load));
    let browse = load.clicked();
    if browse {
        desk.touched = Some(deck);
    }
    load.on_hover_text("Choose an audio file for this deck.");
    browse
}

/// When play and stop happen on this deck, if not by the rig's setting.
fn show_times(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let words = hands::TIMES.map(|word| if word == "default" { "rig's" } else { word });
    let now = desk.times.of(deck);
    let word = if now == 0 { "Q" } else { hands::TIMES[now] };
    let plain = Face { size: 11.0, ..Face::plain(word) };
    let face = if now == 0 { plain } else { Face { fill: theme::waiting(), ink: theme::ink(), ..plain } };
    let help = "When Play and Stop happen on this deck, pressed here: by the rig's setting, or on lines of its own. It is \
        this window's: no host parameter, and not saved with the project.";
    let id = ids::deck(deck, Part::Quantize);
    if let Some(place) = super::choice::show(desk.ui, rect, id, &words, now, face, help) {
        desk.times.set(deck, place);
    }
}

fn show_cue(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, size: f32) {
    let live = desk.live(deck);
    let at_cue = live.state == DeckState::Stopped && (live.position_secs - live.motion.marks.cue_secs).abs() < 0.002;
    let lit = live.motion.held || at_cue;
    let face = press::lamp("CUE", size - 2.0, lit, theme::waiting());
    let (response, edge) = press::hold(desk.ui, rect, ids::gesture(deck, Gesture::Cue), face);
    if let Some(down) = edge {
        desk.gesture(deck, Gesture::Cue, f64::from(u8::from(down)));
    }
    response.on_hover_text(Gesture::Cue.row().help);
}

fn play_face(state: DeckState) -> Face<'static> {
    let (sign, word, fill, ink) = match state {
        DeckState::Empty => (Sign::Play, "Play", theme::raised(), theme::text_dim()),
        DeckState::Stopped => (Sign::Play, "Play", theme::raised(), theme::playing()),
        DeckState::Primed => (Sign::Cross, "Cancel", theme::waiting(), theme::ink()),
        DeckState::Playing => (Sign::Stop, "Stop", theme::playing(), theme::ink()),
    };
    Face { sign: Some(sign), word, fill, ink, size: 17.0 }
}

/// On an empty deck it is the next thing to do, and says so.
fn load_face(deck: DeckId, state: DeckState, load: &LoadState) -> Face<'static> {
    let plain = Face { size: 12.0, ..Face::plain("Load") }.with_sign(Sign::Load);
    let asks = state == DeckState::Empty && matches!(load, LoadState::Empty | LoadState::Failed(_));
    if asks { Face { fill: theme::deck(deck), ink: theme::ink(), ..plain } } else { plain }
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

/// A playing track that is nearly over.
#[must_use]
pub fn is_ending(live: &DeckView) -> bool {
    live.state == DeckState::Playing && live.length_secs - live.position_secs < 30.0
}
