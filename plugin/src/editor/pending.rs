//! What is going to happen, on a deck or on none: a countdown ring, the beats left, and the bar and beat it is due on.

use echelon_engine::action::{Action, ActionKind, ActionTiming, Pending};
use echelon_engine::message::{ClockView, PendingView, Snapshot};
use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Response, Sense, Ui, pos2};

use super::ids::{self, Part};
use super::{format, shapes, text, theme};
use crate::view::Act;

/// What is due first on a deck (`None`: what is of no deck), and how much more waits behind it.
#[must_use]
pub fn soonest(snapshot: &Snapshot, deck: Option<DeckId>) -> Option<(PendingView, usize)> {
    let mut pending = snapshot.pending.iter().flatten().filter(|pending| pending.deck == deck);
    let first = *pending.next()?;
    Some((first, pending.count()))
}

/// The word for a kind of action that is to come.
#[must_use]
pub const fn word(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Stop => "STOP",
        ActionKind::Load => "LOAD",
        ActionKind::Seek => "JUMP",
        ActionKind::Cue => "CUE",
        ActionKind::Loop => "LOOP",
        ActionKind::Undo => "UNDO",
        ActionKind::Play => "PLAY",
        ActionKind::Motion => "SPEED",
        ActionKind::Effect => "EFFECT",
        ActionKind::Mixer => "MIX",
        ActionKind::Lock => "LOCK",
        ActionKind::Cancel => "CANCEL",
        ActionKind::Panic => "PANIC",
    }
}

/// The part of the ring that is left: one turn is one bar, and what is further away is a full ring.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "clamped to 0..1 first")]
pub fn fraction(pending: &PendingView, clock: &ClockView) -> f32 {
    let part = pending.beats_left / clock.bar_beats;
    if part.is_finite() { part.clamp(0.0, 1.0) as f32 } else { 0.0 }
}

/// Where it stands on a deck's waveform.
#[must_use]
pub fn place(wave: Rect) -> Rect {
    let size = egui::vec2(190.0_f32.min(wave.width()), 34.0_f32.min(wave.height()));
    Rect::from_min_size(pos2(wave.center().x - size.x / 2.0, wave.bottom() - size.y), size)
}

/// Takes back what waits on a deck; what is of no deck, if nothing waits there.
pub fn take_back(snapshot: &Snapshot, deck: DeckId, act: &mut dyn Act) {
    let of_the_rig = soonest(snapshot, Some(deck)).is_none() && soonest(snapshot, None).is_some();
    let pending = if of_the_rig { Pending::Rig } else { Pending::Deck(deck) };
    act.act(Action::Cancel { pending }, ActionTiming::Immediate);
}

/// The ring at the left of `rect`, as high as that, with the beats left in it. Returns the room beside it.
fn ring(ui: &Ui, rect: Rect, pending: &PendingView, clock: &ClockView) -> Rect {
    let radius = (rect.height() / 2.0 - 3.0).max(8.0);
    let centre = pos2(rect.left() + radius + 3.0, rect.center().y);
    let left = fraction(pending, clock);
    shapes::ring(ui.painter(), centre, radius, left, theme::waiting(), theme::shade(theme::waiting(), 0.22));
    let number = Rect::from_center_size(centre, egui::Vec2::splat(radius * 1.7));
    let beats = format::countdown(pending.beats_left).map_or_else(String::new, |beats| beats.min(99).to_string());
    let size = (radius * 0.95).max(text::LEAST);
    text::line(ui, number, &beats, theme::digits(size), theme::text(), Align2::CENTER_CENTER);
    rect.with_min_x(centre.x + radius + 9.0)
}

fn due_words(pending: &PendingView, clock: &ClockView) -> String {
    format!("{} on {}", word(pending.kind), format::bar_beat_text(pending.due_beat, clock))
}

fn wait_words(pending: &PendingView, more: usize, clock: &ClockView) -> String {
    let wait = format::wait(pending.beats_left, clock.tempo);
    if more > 0 { format!("{wait}, +{more} more") } else { wait }
}

/// Draws what waits and is of no deck, in one line; only its ring where there is no room for words. A click takes it back.
pub fn show_rig(ui: &Ui, rect: Rect, snapshot: &Snapshot, act: &mut dyn Act) {
    let Some((pending, more)) = soonest(snapshot, None) else { return };
    let response = ui.interact(rect, ids::once("cancel"), Sense::click());
    let fill = if response.hovered() || response.has_focus() { theme::raised() } else { theme::panel() };
    ui.painter().rect_filled(rect, theme::ROUND, fill);
    ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::waiting()), egui::StrokeKind::Inside);
    let words = ring(ui, rect, &pending, &snapshot.clock).with_max_x(rect.right() - 3.0);
    let due = due_words(&pending, &snapshot.clock);
    if text::width(ui, &due, theme::words(text::LEAST)) < words.width() {
        text::fit(ui, words, &due, 12.0, theme::waiting(), Align2::LEFT_CENTER);
    }
    if response.clicked() {
        act.act(Action::Cancel { pending: Pending::Rig }, ActionTiming::Immediate);
    }
    let wait = wait_words(&pending, more, &snapshot.clock);
    let help = "Waits for its beat, and is of no deck. A click takes everything back that so waits.";
    response.on_hover_text(format!("{due}: {wait}.\n{help}"));
}

/// Draws it. The ring takes the height of `rect`, the words stand beside it. A click is meant to take it back.
pub fn show(ui: &Ui, rect: Rect, snapshot: &Snapshot, deck: DeckId) -> Option<Response> {
    let (pending, more) = soonest(snapshot, Some(deck))?;
    let response = ui.interact(rect, ids::deck(deck, Part::Cancel), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::ROUND, theme::raised());
    }
    let words = ring(ui, rect, &pending, &snapshot.clock);
    let due = due_words(&pending, &snapshot.clock);
    let wait = wait_words(&pending, more, &snapshot.clock);
    let middle = words.center().y;
    text::line(ui, words.with_max_y(middle), &due, theme::words(13.0), theme::waiting(), Align2::LEFT_CENTER);
    text::line(ui, words.with_min_y(middle), &wait, theme::words(12.0), theme::text(), Align2::LEFT_CENTER);
    Some(response.on_hover_text("Waits for its beat. A click takes everything back that waits on this deck."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::RequestId;

    fn pending(deck: Option<DeckId>, beats_left: f64) -> PendingView {
        PendingView { id: RequestId::HOST, steps: 1, kind: ActionKind::Play, deck, due_beat: 128.0, beats_left }
    }

    #[test]
    fn the_soonest_of_the_deck_and_the_number_of_others() {
        let mut snapshot = Snapshot::default();
        snapshot.pending[0] = Some(pending(Some(DeckId::B), 1.0));
        snapshot.pending[1] = Some(pending(Some(DeckId::A), 2.0));
        snapshot.pending[2] = Some(pending(None, 3.0));
        snapshot.pending[5] = Some(pending(Some(DeckId::A), 6.0));
        assert_eq!(soonest(&snapshot, Some(DeckId::A)), Some((pending(Some(DeckId::A), 2.0), 1)));
        assert_eq!(soonest(&snapshot, None), Some((pending(None, 3.0), 0)));
        assert_eq!(soonest(&snapshot, Some(DeckId::C)), None);
    }

    #[test]
    fn one_turn_of_the_ring_is_one_bar() {
        let clock = Snapshot::default().clock;
        assert_eq!(fraction(&pending(None, 1.0), &clock), 0.25);
        assert_eq!(fraction(&pending(None, 9.0), &clock), 1.0);
        assert_eq!(fraction(&pending(None, -1.0), &clock), 0.0);
        assert_eq!(fraction(&pending(None, f64::NAN), &clock), 0.0);
    }
}
