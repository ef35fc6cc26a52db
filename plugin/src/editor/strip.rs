//! The zoomed waveforms of all decks, one below the other, on one beat axis.

use echelon_engine::deck::BeatGrid;
use echelon_engine::message::DeckView;
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Align2, Color32, Key, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::axis::{Axis, Lie, ZOOMS};
use super::bands::{self, Cut, Meshes};
use super::ids::{self, Part};
use super::{shapes, text, theme};
use crate::view::{LoadState, RigView, TrackView};

/// Height of a compact deck's row, as a part of a large one's.
const COMPACT: f32 = 0.55;
/// Beats closer than this are not drawn one by one. Points.
const MIN_BEAT: f32 = 7.0;

/// The rows of A, B, C and D.
#[must_use]
pub fn rows(rect: Rect) -> [Rect; 4] {
    const SPACE: f32 = 2.0;
    let large = (rect.height() - 3.0 * SPACE) / (2.0 + 2.0 * COMPACT);
    let mut top = rect.top();
    [large, large, large * COMPACT, large * COMPACT].map(|height| {
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
        top = row.bottom() + SPACE;
        row
    })
}

/// The deck whose row is there.
#[must_use]
pub fn deck_at(rect: Rect, at: Pos2) -> Option<DeckId> {
    DeckId::ALL.into_iter().zip(rows(rect)).find(|(_, row)| row.contains(at)).map(|(deck, _)| deck)
}

/// Draws the strip. Returns the deck that was clicked. The wheel changes `zoom`, and so do + and - on a row that Tab has
/// reached.
pub fn show(
    ui: &Ui,
    rect: Rect,
    view: &RigView,
    ahead_secs: f64,
    zoom: &mut usize,
    meshes: &mut Meshes,
) -> Option<DeckId> {
    let clock = &view.snapshot.clock;
    let axis = Axis::new(rect, clock, ahead_secs, ZOOMS[(*zoom).min(ZOOMS.len() - 1)]);
    let (mut clicked, mut outlined) = (None, None);
    for (deck, row) in DeckId::ALL.into_iter().zip(rows(rect)) {
        let response = ui.interact(row, ids::deck(deck, Part::Strip), Sense::click());
        if response.clicked() {
            clicked = Some(deck);
        }
        let turned = if response.hovered() { ui.input(|input| input.raw_scroll()) } else { 0.0 };
        *zoom = turn(*zoom, turned + by_key(ui, &response));
        let painter = ui.painter_at(row);
        painter.rect_filled(row, 2, theme::well());
        let (live, track) = (&view.snapshot.decks[deck.index()], &view.tracks[deck.index()]);
        draw_row(&painter, row, &axis, deck, live, track, Lie::of(&axis, clock, live, ahead_secs), meshes);
        if response.has_focus() {
            outlined = Some(row);
        }
        response.on_hover_text(
            "Every deck on the beats of the clock: lines that meet are in phase. Turn the wheel to zoom, or press PageUp \
             and PageDown (after Tab + and -).",
        );
    }
    draw_pending(&ui.painter_at(rect), rect, &axis, view);
    draw_clock(&ui.painter_at(rect), rect, &axis, clock.bar_start_beat, clock.bar_beats);
    draw_now(&ui.painter_at(rect), rect, axis.x);
    for (deck, row) in DeckId::ALL.into_iter().zip(rows(rect)) {
        draw_badge(ui, row, deck, &view.snapshot.decks[deck.index()], &view.tracks[deck.index()]);
    }
    if let Some(row) = outlined {
        shapes::outline(ui.painter(), row, theme::text());
    }
    clicked
}

/// What the keyboard turns on a row that it has: as the wheel does.
fn by_key(ui: &Ui, response: &Response) -> f32 {
    if !response.has_focus() {
        return 0.0;
    }
    let pressed = |key| f32::from(u8::from(ui.input(|input| input.key_pressed(key))));
    pressed(Key::Plus) + pressed(Key::Equals) - pressed(Key::Minus)
}

/// The next zoom when the wheel was turned: up shows fewer beats.
#[must_use]
pub const fn turn(zoom: usize, turned: f32) -> usize {
    if turned > 0.0 {
        zoom.saturating_sub(1)
    } else if turned < 0.0 && zoom + 1 < ZOOMS.len() {
        zoom + 1
    } else {
        zoom
    }
}

/// How far the wheel was turned in this frame, without egui's smoothing: a notch is a step.
trait RawScroll {
    fn raw_scroll(&self) -> f32;
}

impl RawScroll for egui::InputState {
    fn raw_scroll(&self) -> f32 {
        let turned = |event: &egui::Event| match event {
            egui::Event::MouseWheel { delta, .. } => delta.y,
            _ => 0.0,
        };
        self.events.iter().map(turned).sum()
    }
}

#[expect(clippy::too_many_arguments, reason = "one row's whole picture")]
fn draw_row(
    painter: &Painter,
    row: Rect,
    axis: &Axis,
    deck: DeckId,
    live: &DeckView,
    track: &TrackView,
    lie: Option<Lie>,
    meshes: &mut Meshes,
) {
    let Some(lie) = lie else { return };
    let (start, end) = (lie.x_of(axis, 0.0), lie.x_of(axis, live.length_secs));
    let inside = Rect::from_x_y_ranges(start.max(row.left())..=end.min(row.right()), row.y_range());
    if !inside.is_positive() {
        return;
    }
    painter.rect_filled(inside, 0, theme::shade(theme::deck(deck), 0.06));
    if let Some([from, to]) = live.motion.loop_secs {
        draw_loop(painter, row, lie.x_of(axis, from), lie.x_of(axis, to), live.motion.looping);
    }
    let rate = track.sample_rate;
    if let Some((found, rate)) = track.found().zip(rate) {
        let frames_per_point = lie.secs_per_point * rate;
        let left = lie.now_secs - f64::from(axis.x - row.left()) * lie.secs_per_point;
        let cut = Cut {
            rect: row.shrink2(vec2(0.0, 1.0)),
            left_frame: left * rate,
            frames_per_point,
            played_x: f32::NEG_INFINITY,
        };
        meshes.draw(painter, |mesh| bands::fill(mesh, &found.waveform, &cut, None, painter.pixels_per_point()));
    } else {
        painter.hline(inside.x_range(), row.center().y, theme::hairline(theme::deck(deck)));
    }
    if let Some((grid, rate)) = track.grid.as_deref().zip(rate) {
        draw_beats(painter, inside, axis, &lie, grid, rate);
    }
    draw_marks(painter, row, axis, &lie, live);
}

/// A loop: filled while it holds the playhead, an outline while it does not.
fn draw_loop(painter: &Painter, row: Rect, from: f32, to: f32, on: bool) {
    let area = Rect::from_x_y_ranges(from..=to, row.y_range());
    let colour = theme::playing();
    if on {
        painter.rect_filled(area, 0, theme::shade(colour, 0.24));
    }
    let stroke = Stroke::new(if on { 2.0 } else { 1.0 }, theme::shade(colour, if on { 1.0 } else { 0.6 }));
    for x in [from, to] {
        painter.vline(x, row.y_range(), stroke);
    }
    painter.hline(area.x_range(), row.top() + 1.0, stroke);
}

/// The track's own beats, at the row's edges: a bar's first one longer and brighter.
fn draw_beats(painter: &Painter, row: Rect, axis: &Axis, lie: &Lie, grid: &BeatGrid, rate: f64) {
    let half_secs = axis.half_beats * lie.secs_per_beat;
    let beat_at = |secs: f64| grid.beat_at(secs * rate);
    let (first, last) = (beat_at(lie.now_secs - half_secs).ceil(), beat_at(lie.now_secs + half_secs).floor());
    let bars_only = (last - first) * f64::from(MIN_BEAT) > f64::from(row.width());
    if !(first.is_finite() && last - first < 4000.0) {
        return;
    }
    let mut beat = first;
    while beat <= last {
        let downbeat = grid.beat_in_bar(beat) < 0.5;
        let x = lie.x_of(axis, grid.frame_at(beat) / rate);
        if row.x_range().contains(x) && (downbeat || !bars_only) {
            let part = if downbeat { 0.24 } else { 0.13 };
            let (colour, width) = if downbeat { (theme::alert(), 2.0) } else { (theme::text(), 1.0) };
            let (length, stroke) = (row.height() * part, Stroke::new(width, colour));
            painter.vline(x, row.top()..=row.top() + length, stroke);
            painter.vline(x, row.bottom() - length..=row.bottom(), stroke);
        }
        beat += 1.0;
    }
}

/// Cue and hot cues.
fn draw_marks(painter: &Painter, row: Rect, axis: &Axis, lie: &Lie, live: &DeckView) {
    let marks = &live.motion.marks;
    let seen = |secs: f64| Some(lie.x_of(axis, secs)).filter(|x| row.x_range().expand(16.0).contains(*x));
    if let Some(x) = seen(marks.cue_secs) {
        let stroke = Stroke::new(1.5, theme::waiting());
        painter.vline(x, row.y_range(), stroke);
        let tip = pos2(x, row.bottom() - 8.0);
        let foot = [pos2(x - 5.0, row.bottom()), pos2(x + 5.0, row.bottom())];
        painter.add(Shape::convex_polygon(vec![tip, foot[1], foot[0]], theme::waiting(), Stroke::NONE));
    }
    for (number, secs) in (1..).zip(marks.hot_cues_secs) {
        if let Some(x) = secs.and_then(seen) {
            painter.vline(x, row.y_range(), Stroke::new(1.5, hot_colour(number)));
            flag(painter, pos2(x, row.top()), number, 13.0);
        }
    }
}

/// The flag of a hot cue, with its number.
pub fn flag(painter: &Painter, at: Pos2, number: u8, size: f32) {
    let rect = Rect::from_min_size(at, vec2(size * 0.8, size));
    painter.rect_filled(rect, 1, hot_colour(number));
    painter.text(rect.center(), Align2::CENTER_CENTER, number, theme::words(size * 0.8), theme::ink());
}

/// The colours of the hot cues: four by turns, the number tells them apart.
#[must_use]
pub fn hot_colour(number: u8) -> Color32 {
    let all = [theme::playing(), theme::deck(DeckId::B), theme::deck(DeckId::A), theme::deck(DeckId::D)];
    all[usize::from(number.saturating_sub(1)) % all.len()]
}

/// The clock's lines through all rows.
fn draw_clock(painter: &Painter, rect: Rect, axis: &Axis, bar_start: f64, bar_beats: f64) {
    let bars = bar_beats.is_finite() && bar_beats > 0.0;
    let into_bar = |beat: f64| if bars { (beat - bar_start).rem_euclid(bar_beats) } else { 1.0 };
    for beat in axis.beats() {
        let into = into_bar(beat);
        let is_bar = into < 1e-6 || bar_beats - into < 1e-6;
        if is_bar || axis.points_per_beat > 2.0 * MIN_BEAT {
            let (width, strength) = if is_bar { (1.5, 0.42) } else { (1.0, 0.2) };
            let colour = theme::text().gamma_multiply(strength);
            painter.vline(axis.x_of(beat), rect.y_range(), Stroke::new(width, colour));
        }
    }
}

/// What waits, on its beat: it comes nearer with the music.
fn draw_pending(painter: &Painter, rect: Rect, axis: &Axis, view: &RigView) {
    for pending in view.snapshot.pending.iter().flatten() {
        let x = axis.x_of(axis.beat + pending.beats_left);
        let row = pending.deck.map_or(rect, |deck| rows(rect)[deck.index()]);
        if x.is_finite() && row.x_range().contains(x) {
            let stroke = Stroke::new(2.0, theme::waiting());
            painter.extend(Shape::dashed_line(&[pos2(x, row.top()), pos2(x, row.bottom())], stroke, 5.0, 3.0));
            let tip = [pos2(x, row.center().y - 6.0), pos2(x + 8.0, row.center().y), pos2(x, row.center().y + 6.0)];
            painter.add(Shape::convex_polygon(tip.to_vec(), theme::waiting(), Stroke::NONE));
        }
    }
}

fn draw_now(painter: &Painter, rect: Rect, x: f32) {
    painter.vline(x, rect.y_range(), Stroke::new(4.0, theme::ground()));
    painter.vline(x, rect.y_range(), Stroke::new(2.0, theme::alert()));
}

/// Letter and, where there is no waveform, why.
fn draw_badge(ui: &Ui, row: Rect, deck: DeckId, live: &DeckView, track: &TrackView) {
    let side = row.height().min(22.0);
    let badge = Rect::from_min_size(row.min, vec2(side, side));
    let playing = live.state == DeckState::Playing;
    let fill = if playing { theme::deck(deck) } else { theme::raised() };
    let ink = if playing { theme::ink() } else { theme::text() };
    ui.painter().rect_filled(badge, 2, fill);
    text::line(ui, badge, &deck.to_string(), theme::words(side * 0.62), ink, Align2::CENTER_CENTER);
    let words = match (&track.load, live.state) {
        (LoadState::Loading(_), DeckState::Empty) => "loading",
        (LoadState::Failed(_), DeckState::Empty) => "failed",
        (_, DeckState::Empty) => "empty",
        _ if track.found().is_none() => "being analysed: the waveform comes in a moment",
        _ => return,
    };
    let place = row.with_min_x(badge.right() + 8.0).with_max_x(row.center().x - 8.0);
    text::line(ui, place, words, theme::words(12.0), theme::text_dim(), Align2::LEFT_CENTER);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_below_each_other_and_fill_the_strip() {
        let rect = Rect::from_min_size(pos2(3.0, 5.0), vec2(900.0, 210.0));
        let rows = rows(rect);
        assert!(rows.windows(2).all(|pair| pair[0].bottom() < pair[1].top()));
        assert!((rows[3].bottom() - rect.bottom()).abs() < 0.01);
        assert!(rows[0].height() > 1.5 * rows[2].height());
    }

    #[test]
    fn the_wheel_zooms_within_bounds() {
        assert_eq!((turn(2, 1.0), turn(2, -1.0), turn(2, 0.0)), (1, 3, 2));
        assert_eq!((turn(0, 1.0), turn(ZOOMS.len() - 1, -1.0)), (0, ZOOMS.len() - 1));
    }
}
