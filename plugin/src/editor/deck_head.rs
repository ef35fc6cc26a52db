//! The top of a deck: whose it is, what is on it, whether it is heard, locked, playing; times, tempo and key.

use echelon_engine::action::Action;
use echelon_engine::message::DeckView;
use echelon_engine::safety::{DeckLockState, DeckState, LockReason};
use echelon_engine::units::DeckId;
use egui::{Align2, Color32, Rect, Sense, StrokeKind, Ui, pos2, vec2};

use super::deck::{Frame, is_ending, letter};
use super::desk::Desk;
use super::ids::{self, Part};
use super::layout::{cut_left, cut_right};
use super::shapes::{self, Sign};
use super::text::Piece;
use super::{format, grid_menu, harmony, phase, text, theme};
use crate::view::{LoadState, TrackView};

/// Letter, name, times (on a compact deck), on-air light, lock and state.
pub fn show(desk: &mut Desk<'_>, rect: Rect, frame: Frame<'_>) {
    let Frame { deck, large, .. } = frame;
    let ui = desk.ui;
    let (badge, rest) = cut_left(rect, rect.height());
    letter(ui, badge, deck);
    // A compact deck has room for the word only while it has no times; its play button says the rest.
    let small = !large && desk.live(deck).state != DeckState::Empty;
    let (rest, pill) = cut_right(rest, if small { 24.0 } else { 82.0 });
    show_state(ui, pill, desk.live(deck).state, &desk.track(deck).load, small);
    let (rest, lock) = cut_right(rest, 26.0);
    show_lock(desk, lock, deck);
    let (rest, air) = cut_right(rest, if small { 30.0 } else { 52.0 });
    show_on_air(ui, air, desk.live(deck).on_air, small);
    let live = desk.live(deck);
    let is_whole = large || live.state == DeckState::Empty;
    let name_rect = if is_whole { rest } else { show_small(desk, rest, deck) };
    let (name, colour) = match name(desk.track(deck)) {
        Some(name) => (name, theme::text()),
        None => ("No track".to_owned(), theme::text_dim()),
    };
    let size = if large { 16.0 } else { 13.0 };
    let title = Piece { text: &name, size, ink: colour };
    match &desk.track(deck).tags.artist {
        Some(artist) => {
            let artist = Piece { text: artist, size: size - 2.5, ink: theme::text_dim() };
            text::pair(ui, name_rect, title, artist);
        }
        None => _ = text::line(ui, name_rect, &name, theme::words(size), colour, Align2::LEFT_CENTER),
    }
}

/// What is left and the tempo, of a compact deck. Returns the room for its name.
fn show_small(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) -> Rect {
    let (rest, tempo) = cut_right(rect, 48.0);
    grid_menu::show(desk, tempo, deck);
    let (ui, live) = (desk.ui, desk.live(deck));
    let words = heard_bpm(live).map_or_else(String::new, |bpm| format!("{bpm:.1}"));
    let tempo = tempo.shrink2(vec2(3.0, 0.0));
    text::fit_font(ui, tempo, &words, theme::digits(12.5), theme::text(), Align2::RIGHT_CENTER);
    let (name, left) = cut_right(rest, 64.0);
    let words = format::remaining(live.position_secs, live.length_secs);
    text::fit_font(ui, left, &words, theme::digits(12.5), ending(live), Align2::RIGHT_CENTER);
    name
}

/// The track's name, or what comes closest.
fn name(track: &TrackView) -> Option<String> {
    if !track.title().is_empty() {
        return Some(track.title().to_owned());
    }
    track.path.as_ref()?.file_stem().map(|stem| stem.to_string_lossy().into_owned())
}

/// State in a sign, a word and a colour; the bright fill means: this deck acts.
fn show_state(ui: &Ui, rect: Rect, state: DeckState, load: &LoadState, small: bool) {
    let (sign, word, colour, filled) = match (state, load) {
        (DeckState::Empty, LoadState::Loading(_)) => (Sign::Load, "LOADING", theme::waiting(), false),
        (DeckState::Empty, LoadState::Failed(_)) => (Sign::Alert, "FAILED", theme::alert(), false),
        (DeckState::Empty, _) => (Sign::Empty, "EMPTY", theme::text_dim(), false),
        (DeckState::Stopped, _) => (Sign::Stop, "STOPPED", theme::resting(), false),
        (DeckState::Primed, _) => (Sign::Wait, "WAITING", theme::waiting(), true),
        (DeckState::Playing, _) => (Sign::Play, "PLAYING", theme::playing(), true),
    };
    let ink = pill(ui, rect, colour, filled);
    shapes::sign(ui.painter(), sign, pos2(rect.left() + 12.0, rect.center().y), 10.0, ink);
    let word_rect = rect.with_min_x(rect.left() + 21.0).with_max_x(rect.right() - 2.0);
    if !small {
        text::line(ui, word_rect, word, theme::words(11.5), ink, Align2::LEFT_CENTER);
    }
}

/// A filled or hollow ground for a word. Returns the colour of the word.
fn pill(ui: &Ui, rect: Rect, colour: Color32, filled: bool) -> Color32 {
    if filled {
        ui.painter().rect_filled(rect, theme::ROUND, colour);
        return theme::ink();
    }
    ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::shade(colour, 0.6)), StrokeKind::Inside);
    colour
}

/// Lit and with a word while the audience hears the deck.
fn show_on_air(ui: &Ui, rect: Rect, on: bool, small: bool) {
    let (lit, unlit) = if small { ("AIR", "off") } else { ("ON AIR", "off air") };
    if on {
        ui.painter().rect_filled(rect, theme::ROUND, theme::alert_fill());
        text::line(ui, rect, lit, theme::words(11.5), theme::on_alert(), Align2::CENTER_CENTER);
    } else {
        let ink = pill(ui, rect, theme::text_dim(), false);
        text::line(ui, rect, unlit, theme::words(11.0), ink, Align2::CENTER_CENTER);
    }
    let help = "On air: the audience may hear this deck. Loads, ejects and needle drops on it are refused.";
    ui.interact(rect, ui.scope_id().with(("on air", rect.min.x.to_bits(), rect.min.y.to_bits())), Sense::hover())
        .on_hover_text(help);
}

/// The padlock: closed with its reason, open, or an hourglass while something cools down.
fn show_lock(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let beat = desk.view.snapshot.clock.performance_beat;
    let state = desk.view.snapshot.safety[deck.index()].lock.state(beat);
    let response = desk.ui.interact(rect, ids::deck(deck, Part::Lock), Sense::click());
    let (sign, colour) = match state {
        DeckLockState::Locked(lock) if lock.reason == LockReason::User => (Sign::Lock, theme::waiting()),
        DeckLockState::Locked(_) => (Sign::Lock, theme::text()),
        DeckLockState::Cooldown { .. } => (Sign::Wait, theme::waiting()),
        DeckLockState::Unlocked => (Sign::Unlock, theme::mark()),
    };
    let painter = desk.ui.painter();
    painter.rect_filled(rect, theme::ROUND, if response.hovered() { theme::hovered() } else { theme::raised() });
    if response.has_focus() {
        shapes::outline(painter, rect, theme::text());
    }
    shapes::sign(painter, sign, rect.center(), 13.0, colour);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Lock"));
    let locked = matches!(state, DeckLockState::Locked(lock) if lock.reason == LockReason::User);
    if response.clicked() {
        desk.ask(Action::SetLock { deck, locked: !locked });
    }
    response.on_hover_text(lock_words(state, beat));
}

/// Why, by whom, for how long, and what a click does.
#[must_use]
pub fn lock_words(state: DeckLockState, beat: f64) -> String {
    match state {
        DeckLockState::Unlocked => "Not locked. A click locks the deck: nothing but the mixer touches it.".to_owned(),
        DeckLockState::Locked(lock) if lock.reason == LockReason::User => {
            format!("Locked by {} ({}). A click unlocks it.", lock.owner.word(), lock.reason.word())
        }
        DeckLockState::Locked(lock) => format!("Locked: {} ({}).", lock.reason.word(), lock.owner.word()),
        DeckLockState::Cooldown { action, expires_at } => {
            let left = (expires_at - beat).max(0.0);
            format!("To {} again in {left:.1} beats. A click locks the deck.", action.verb())
        }
    }
}

/// The large row: elapsed, left, phase, tempo, key.
pub fn show_times(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    if desk.live(deck).state == DeckState::Empty {
        return;
    }
    let [elapsed, left, middle, tempo, key] = super::layout::share(rect, 10.0, [1.1, 1.25, 0.8, 1.1, 0.6]);
    // Its frame stands in the gaps: the words have the room.
    grid_menu::show(desk, tempo.expand2(vec2(4.0, 0.0)), deck);
    let (ui, live) = (desk.ui, desk.live(deck));
    let big = |rect: Rect, words: &str, colour| {
        text::fit_font(ui, rect, words, theme::digits(18.5), colour, Align2::LEFT_CENTER)
    };
    big(elapsed, &format::time(live.position_secs), theme::text());
    big(left, &format::remaining(live.position_secs, live.length_secs), ending(live));
    phase::show(desk, middle, deck);
    show_tempo(ui, tempo, live);
    show_key(ui, key, live, desk.track(deck));
}

/// The tempo that is heard, and how far that is from the track's own.
fn show_tempo(ui: &Ui, rect: Rect, live: &DeckView) {
    let bpm = heard_bpm(live).map_or_else(|| "no beats".to_owned(), |bpm| format!("{bpm:.2}"));
    let size = if heard_bpm(live).is_some() { 18.0 } else { 13.0 };
    let (top, bottom) = (rect.with_max_y(rect.center().y + 4.0), rect.with_min_y(rect.center().y + 5.0));
    text::fit_font(ui, top, &bpm, theme::digits(size), theme::text(), Align2::RIGHT_CENTER);
    let percent = (speed(live) - 1.0) * 100.0;
    let words = format!("BPM {percent:+.2} %");
    text::fit(ui, bottom, &words, 10.5, theme::text_dim(), Align2::RIGHT_CENTER);
}

/// The key that is heard in the notation of the wheel, and its name.
fn show_key(ui: &Ui, rect: Rect, live: &DeckView, track: &TrackView) {
    let Some(key) = track.found().and_then(|found| found.key) else { return };
    let (top, bottom) = (rect.with_max_y(rect.center().y + 4.0), rect.with_min_y(rect.center().y + 5.0));
    let heard = harmony::heard(key, live);
    text::fit_font(ui, top, &heard.camelot(), theme::digits(18.0), theme::text(), Align2::RIGHT_CENTER);
    text::fit(ui, bottom, &heard.to_string(), 10.5, theme::text_dim(), Align2::RIGHT_CENTER);
}

/// Times its own speed: as it goes, or as it will.
fn speed(live: &DeckView) -> f64 {
    let motion = &live.motion;
    if motion.speed.abs() > 1e-3 { motion.speed.abs() } else { motion.rate }
}

/// The tempo that is heard, in BPM.
#[must_use]
pub fn heard_bpm(live: &DeckView) -> Option<f64> {
    Some(live.motion.track_bpm? * speed(live)).filter(|bpm| bpm.is_finite() && *bpm < 10_000.0)
}

fn ending(live: &DeckView) -> Color32 {
    if is_ending(live) { theme::alert() } else { theme::text() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::ActionKind;
    use echelon_engine::deck::MotionView;
    use echelon_engine::safety::{DeckLock, Source};

    #[test]
    fn a_lock_says_whose_it_is_and_why() {
        let locked = |owner, reason| DeckLockState::Locked(DeckLock { owner, reason });
        assert!(lock_words(locked(Source::Osc, LockReason::User), 0.0).contains("Locked by OSC (user)"));
        assert!(lock_words(locked(Source::Host, LockReason::Playing), 0.0).contains("on air"));
        let cooling = DeckLockState::Cooldown { action: ActionKind::Loop, expires_at: 10.5 };
        assert!(lock_words(cooling, 9.0).contains("loop again in 1.5 beats"));
    }

    #[test]
    fn the_tempo_that_is_heard_is_the_track_s_times_its_speed() {
        let motion = MotionView { track_bpm: Some(120.0), rate: 1.05, ..MotionView::default() };
        let mut live = DeckView { motion, ..DeckView::default() };
        assert_eq!(heard_bpm(&live), Some(126.0));
        live.motion.speed = -0.5;
        assert_eq!(heard_bpm(&live), Some(60.0));
        live.motion.track_bpm = None;
        assert_eq!(heard_bpm(&live), None);
    }
}
