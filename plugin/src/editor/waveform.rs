//! A whole track at a glance: its waveform, what has been played, the playhead, and the way to another place.

use echelon_engine::action::Gesture;
use echelon_engine::deck::Marks;
use egui::{
    Align2, Color32, CursorIcon, EventFilter, Id, Key, Mesh, Painter, PointerButton, Rect, Response, Sense, Shape,
    Stroke, Ui, lerp, pos2, vec2,
};

use super::bands::{self, Cut, Meshes};
use super::{format, shapes, strip, theme};
use crate::media::analyse::Waveform;
use crate::media::{Overview, Peak};

/// What a waveform shows.
#[derive(Clone, Copy, Debug)]
pub struct Wave<'a> {
    /// The waveform in bands, and the track's sample rate in Hz, once it was analysed.
    pub bands: Option<(&'a Waveform, f64)>,
    /// The waveform until then; without one there is only the time line.
    pub overview: Option<&'a Overview>,
    /// Cue, hot cues and loop.
    pub marks: Marks,
    /// Whether the loop holds the playhead.
    pub looping: bool,
    /// Something else stands here: no numbers under it.
    pub covered: Rect,
    /// Length of the track; 0 without a track.
    pub length_secs: f64,
    /// The playhead.
    pub position_secs: f64,
    /// The deck's colour.
    pub colour: Color32,
    /// Jumps go by its beats.
    pub has_beats: bool,
}

/// Where in the track one wants to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// At this second.
    Place(f64),
    /// As far from here as the deck's jumps go: [`Gesture::JumpBack`] or [`Gesture::JumpOn`].
    Jump(Gesture),
}

/// What an arrow moves by where there are no beats to jump by.
const STEP_SECS: f64 = 5.0;

/// Draws the waveform. Returns where one wants to be, by a click or a key.
pub fn show(ui: &Ui, rect: Rect, id: Id, wave: &Wave<'_>, meshes: &mut Meshes) -> Option<Wish> {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3, theme::well());
    let inner = rect.shrink2(vec2(2.0, 3.0));
    let played = fraction(wave.position_secs, wave.length_secs);
    draw_minutes(&painter, inner, wave.length_secs);
    draw_loop(&painter, inner, wave);
    if let Some((bands, rate)) = wave.bands {
        let frames_per_point = wave.length_secs * rate / f64::from(inner.width().max(1.0));
        let played_x = lerp(inner.left()..=inner.right(), played);
        let cut = Cut { rect: inner, left_frame: 0.0, frames_per_point, played_x };
        meshes.draw(&painter, |mesh| bands::fill(mesh, bands, &cut, wave.overview, ui.pixels_per_point()));
    } else if let Some(overview) = wave.overview {
        painter.add(mesh(inner, overview, wave.colour, played, ui.pixels_per_point()));
    }
    if wave.length_secs <= 0.0 {
        return None;
    }
    let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::Crosshair);
    let response = response.on_hover_text(
        "A click moves the playhead there. After Tab: left and right jump by this deck's jump length (by 5 seconds without \
         known beats), Home goes to the start.",
    );
    draw_marks(&painter, rect, inner, wave);
    draw_playhead(&painter, rect, lerp(inner.left()..=inner.right(), played));
    if response.has_focus() {
        shapes::outline(&painter, rect, theme::text());
    }
    if let Some(wish) = by_key(ui, &response, wave) {
        return Some(wish);
    }
    let pointer = response.hover_pos()?;
    let secs = f64::from(((pointer.x - inner.left()) / inner.width()).clamp(0.0, 1.0)) * wave.length_secs;
    draw_hover(&painter, rect, pointer.x, secs);
    // Not by Enter: it knows no place.
    response.clicked_by(PointerButton::Primary).then_some(Wish::Place(secs))
}

/// What the keyboard asks of a waveform that Tab has reached.
fn by_key(ui: &Ui, response: &Response, wave: &Wave<'_>) -> Option<Wish> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::Home) {
        return Some(Wish::Place(0.0));
    }
    let arrows = [(Key::ArrowLeft, Gesture::JumpBack, -STEP_SECS), (Key::ArrowRight, Gesture::JumpOn, STEP_SECS)];
    let (_, gesture, secs) = arrows.into_iter().find(|(key, ..)| pressed(*key))?;
    if wave.has_beats {
        return Some(Wish::Jump(gesture));
    }
    Some(Wish::Place((wave.position_secs + secs).clamp(0.0, wave.length_secs)))
}

/// The loop: filled while it is on.
fn draw_loop(painter: &Painter, rect: Rect, wave: &Wave<'_>) {
    let Some(ends) = wave.marks.loop_secs else { return };
    let [from, to] = ends.map(|secs| lerp(rect.left()..=rect.right(), fraction(secs, wave.length_secs)));
    let area = Rect::from_x_y_ranges(from..=to.max(from + 2.0), rect.y_range());
    painter.rect_filled(area, 0, theme::shade(theme::playing(), if wave.looping { 0.45 } else { 0.18 }));
    painter.rect_stroke(area, 0, theme::hairline(theme::playing()), egui::StrokeKind::Inside);
}

/// Cue and hot cues.
fn draw_marks(painter: &Painter, rect: Rect, inner: Rect, wave: &Wave<'_>) {
    let x = |secs| lerp(inner.left()..=inner.right(), fraction(secs, wave.length_secs));
    let cue = x(wave.marks.cue_secs);
    let foot = vec![pos2(cue, rect.bottom() - 7.0), pos2(cue + 5.0, rect.bottom()), pos2(cue - 5.0, rect.bottom())];
    painter.add(Shape::convex_polygon(foot, theme::waiting(), Stroke::NONE));
    for (number, secs) in (1..).zip(wave.marks.hot_cues_secs) {
        let Some(secs) = secs else { continue };
        painter.vline(x(secs), rect.y_range(), Stroke::new(1.0, strip::hot_colour(number)));
        // Of two in the same place the first shows its number.
        let before = wave.marks.hot_cues_secs[..usize::from(number) - 1].iter().flatten();
        let at = pos2(x(secs).min(rect.right() - 9.0), rect.top());
        let covered = wave.covered.intersects(Rect::from_min_size(at, vec2(9.0, 11.0)));
        if !covered && before.into_iter().all(|other| (x(*other) - x(secs)).abs() > 10.0) {
            strip::flag(painter, at, number, 11.0);
        }
    }
}

/// The place as a part of the length.
#[allow(clippy::cast_possible_truncation, reason = "a part of a width on the screen")]
fn fraction(position_secs: f64, length_secs: f64) -> f32 {
    let part = position_secs / length_secs;
    if length_secs > 0.0 && part.is_finite() { part.clamp(0.0, 1.0) as f32 } else { 0.0 }
}

/// Peaks dim, loudness bright; what has been played is darker. One pixel column each.
fn mesh(rect: Rect, overview: &Overview, colour: Color32, played: f32, pixels_per_point: f32) -> Shape {
    let mut mesh = Mesh::default();
    let step = 1.0 / pixels_per_point.max(1.0);
    let end = lerp(rect.left()..=rect.right(), played);
    let (middle, half) = (rect.center().y, rect.height() / 2.0);
    let mut x = rect.left();
    while x < rect.right() {
        let right = (x + step).min(rect.right());
        let peak = summary(overview, (x - rect.left()) / rect.width(), (right - rect.left()) / rect.width());
        let brightness = if x < end { 0.42 } else { 1.0 };
        let mut column = |top: f32, bottom: f32, shade: f32| {
            let quad = Rect::from_min_max(pos2(x, middle - half * top), pos2(right, middle - half * bottom));
            mesh.add_colored_rect(quad, theme::shade(colour, shade * brightness));
        };
        column(peak.high.max(0.01), peak.low.min(-0.01), 0.55);
        column(peak.rms, -peak.rms, 1.0);
        x = right;
    }
    Shape::mesh(mesh)
}

/// The columns of the overview between two parts of its width, as one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index")]
fn summary(overview: &Overview, from: f32, to: f32) -> Peak {
    let count = overview.columns.len();
    if count == 0 {
        return Peak::default();
    }
    let first = ((from * count as f32) as usize).min(count - 1);
    let last = ((to * count as f32).ceil() as usize).clamp(first + 1, count);
    let columns = &overview.columns[first..last];
    let (mut low, mut high, mut power) = (0.0_f32, 0.0_f32, 0.0_f32);
    for column in columns {
        low = low.min(column.low);
        high = high.max(column.high);
        power += column.rms * column.rms;
    }
    let rms = (power / columns.len() as f32).sqrt();
    let bounded = |value: f32| if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
    Peak { low: bounded(low), high: bounded(high), rms: bounded(rms).min(bounded(high)).min(-bounded(low)).max(0.0) }
}

/// A tick for every minute.
fn draw_minutes(painter: &Painter, rect: Rect, length_secs: f64) {
    for minute in 1..=90_u8 {
        let secs = f64::from(minute) * 60.0;
        if secs >= length_secs {
            break;
        }
        let x = lerp(rect.left()..=rect.right(), fraction(secs, length_secs));
        painter.vline(x, rect.y_range(), theme::hairline(theme::line()));
    }
}

fn draw_playhead(painter: &Painter, rect: Rect, x: f32) {
    painter.vline(x, rect.y_range(), Stroke::new(4.0, theme::ground()));
    painter.vline(x, rect.y_range(), Stroke::new(2.0, theme::text()));
    for (y, way) in [(rect.top(), 1.0), (rect.bottom(), -1.0)] {
        let points = vec![pos2(x - 5.0, y), pos2(x + 5.0, y), pos2(x, y + 6.0 * way)];
        painter.add(Shape::convex_polygon(points, theme::text(), Stroke::NONE));
    }
}

/// Where a click would go.
fn draw_hover(painter: &Painter, rect: Rect, x: f32, secs: f64) {
    painter.vline(x, rect.y_range(), theme::hairline(theme::waiting()));
    let galley = painter.layout_no_wrap(format::time(secs), theme::digits(11.0), theme::text());
    let left = (x + 4.0).min(rect.right() - galley.size().x - 4.0);
    let at = Align2::LEFT_TOP.anchor_size(pos2(left, rect.top() + 2.0), galley.size());
    painter.rect_filled(at.expand(2.0), 2, theme::well());
    painter.galley(at.min, galley, theme::text());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_shows_the_extremes_of_its_columns() {
        let column = |low, high, rms| Peak { low, high, rms };
        let overview = Overview { columns: vec![column(-0.1, 0.2, 0.1), column(-0.6, 0.4, 0.1)] };
        let all = summary(&overview, 0.0, 1.0);
        assert_eq!((all.low, all.high), (-0.6, 0.4));
        assert!((all.rms - 0.1).abs() < 1e-6);
        assert_eq!(summary(&overview, 0.5, 0.6).low, -0.6);
        assert_eq!(summary(&overview, 0.999, 1.5).low, -0.6, "past the end is the last one");
        assert_eq!(summary(&Overview::default(), 0.0, 1.0), Peak::default());
    }

    #[test]
    fn hostile_columns_stay_in_the_picture() {
        let overview = Overview { columns: vec![Peak { low: f32::NAN, high: f32::INFINITY, rms: f32::NAN }; 3] };
        let peak = summary(&overview, 0.0, 1.0);
        assert!([peak.low, peak.high, peak.rms].iter().all(|value| value.is_finite() && value.abs() <= 1.0));
    }

    #[test]
    fn a_place_is_a_part_of_the_length() {
        assert_eq!(fraction(30.0, 60.0), 0.5);
        assert_eq!(fraction(90.0, 60.0), 1.0);
        assert_eq!(fraction(1.0, 0.0), 0.0);
        assert_eq!(fraction(f64::NAN, 60.0), 0.0);
    }
}
