//! What is going to happen on a deck: a countdown ring, the beats left, and the bar and beat it is due on.

use echelon_engine::action::ActionKind;
use echelon_engine::message::{ClockView, PendingView, Snapshot};
use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Response, Sense, Ui, pos2};

use super::ids::{self, Part};
use super::{format, shapes, text, theme};

/// What is due first on a deck (`None`: the mixer), and how much more waits behind it.
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

/// Draws it. The ring takes the height of `rect`, the words stand beside it. A click is meant to take it back.
pub fn show(ui: &Ui, rect: Rect, snapshot: &Snapshot, deck: DeckId) -> Option<Response> {
    let (pending, more) = soonest(snapshot, Some(deck))?;
    let response = ui.interact(rect, ids::deck(deck, Part::Cancel), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::ROUND, theme::raised());
    }
    let radius = (rect.height() / 2.0 - 3.0).max(8.0);
    let centre = pos2(rect.left() + radius + 3.0, rect.center().y);
    let left = fraction(&pending, &snapshot.clock);
    shapes::ring(ui.painter(), centre, radius, left, theme::waiting(), theme::shade(theme::waiting(), 0.22));
    let number = Rect::from_center_size(centre, egui::Vec2::splat(radius * 1.7));
    let beats = format::countdown(pending.beats_left).map_or_else(String::new, |beats| beats.min(99).to_string());
    text::line(ui, number, &beats, theme::digits(radius * 0.95), theme::text(), Align2::CENTER_CENTER);

    let words = rect.with_min_x(centre.x + radius + 9.0);
    let due = format!("{} on {}", word(pending.kind), format::bar_beat_text(pending.due_beat, &snapshot.clock));
    let mut wait = format::wait(pending.beats_left, snapshot.clock.tempo);
    if more > 0 {
        wait = format!("{wait}, +{more} more");
    }
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
