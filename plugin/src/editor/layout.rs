//! Where everything lies, from the window's size alone.

use egui::{Rect, pos2, vec2};

use super::theme::GAP;

/// Height of the clock bar.
const TOP: f32 = 44.0;
/// Height of the status line.
const STATUS: f32 = 20.0;
/// Height of a compact deck in the smallest window.
const COMPACT: f32 = 166.0;
/// The least height of the zoomed waveforms, and of the large decks.
const STRIP: f32 = 132.0;
const LARGE: f32 = 262.0;

/// The window, divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The clock and the pages' tabs.
    pub top: Rect,
    /// The page.
    pub page: Rect,
    /// The last line.
    pub status: Rect,
}

impl Layout {
    /// Divides a window.
    #[must_use]
    pub fn new(window: Rect) -> Self {
        let (top, rest) = cut_top(window.shrink(GAP), TOP);
        let (page, status) = cut_bottom(rest, STATUS);
        Self { top, page, status }
    }
}

/// The performance page, divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stand {
    /// The zoomed waveforms.
    pub strip: Rect,
    /// Decks A, B, C and D.
    pub decks: [Rect; 4],
    /// The mixer.
    pub mixer: Rect,
}

impl Stand {
    /// Divides the page.
    #[must_use]
    pub fn new(page: Rect) -> Self {
        let spare = (page.height() - COMPACT - LARGE - STRIP - 2.0 * GAP).max(0.0);
        let (strip, rest) = cut_top(page, STRIP + spare * 0.5);
        let mixer_width = (page.width() * 0.345).clamp(404.0, 560.0);
        let side = ((page.width() - mixer_width) / 2.0 - GAP).max(0.0);
        let (left, middle) = cut_left(rest, side);
        let (mixer, right) = cut_right(middle, side);
        let compact = (COMPACT + spare * 0.1).min(rest.height() / 2.0);
        let ((a, c), (b, d)) = (cut_bottom(left, compact), cut_bottom(right, compact));
        Self { strip, decks: [a, b, c, d], mixer }
    }
}

/// A page with the zoomed waveforms above it: what is heard stays in sight.
#[must_use]
pub fn under_strip(page: Rect) -> (Rect, Rect) {
    cut_top(page, STRIP)
}

/// The upper `height` of a rectangle, and the rest below a gap.
#[must_use]
pub fn cut_top(rect: Rect, height: f32) -> (Rect, Rect) {
    let y = rect.top() + height.min(rect.height());
    (rect.with_max_y(y), rect.with_min_y((y + GAP).min(rect.bottom())))
}

/// What is above a gap, and the lower `height` of a rectangle.
#[must_use]
pub fn cut_bottom(rect: Rect, height: f32) -> (Rect, Rect) {
    let y = rect.bottom() - height.min(rect.height());
    (rect.with_max_y((y - GAP).max(rect.top())), rect.with_min_y(y))
}

/// The left `width` of a rectangle, and the rest past a gap.
#[must_use]
pub fn cut_left(rect: Rect, width: f32) -> (Rect, Rect) {
    let x = rect.left() + width.min(rect.width());
    (rect.with_max_x(x), rect.with_min_x((x + GAP).min(rect.right())))
}

/// What is left of a gap, and the right `width` of a rectangle.
#[must_use]
pub fn cut_right(rect: Rect, width: f32) -> (Rect, Rect) {
    let x = rect.right() - width.min(rect.width());
    (rect.with_max_x((x - GAP).max(rect.left())), rect.with_min_x(x))
}

/// Rows of these heights from the top, with `space` between.
#[must_use]
pub fn spread<const N: usize>(rect: Rect, space: f32, heights: [f32; N]) -> [Rect; N] {
    let mut top = rect.top();
    heights.map(|height| {
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
        top = row.bottom() + space;
        row
    })
}

/// Columns of these parts of the width, with `space` between.
#[must_use]
pub fn share<const N: usize>(rect: Rect, space: f32, parts: [f32; N]) -> [Rect; N] {
    let gaps = space * (f32::from(u8::try_from(N).unwrap_or(u8::MAX)) - 1.0);
    let unit = (rect.width() - gaps).max(0.0) / parts.iter().sum::<f32>();
    let mut left = rect.left();
    parts.map(|part| {
        let column = Rect::from_min_size(pos2(left, rect.top()), vec2(part * unit, rect.height()));
        left = column.right() + space;
        column
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::theme::{DEFAULT_SIZE, MIN_SIZE};

    fn window(size: [u32; 2]) -> Rect {
        let [width, height] = size.map(|side| f32::from(u16::try_from(side).unwrap()));
        Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height))
    }

    fn parts(size: [u32; 2]) -> Vec<Rect> {
        let layout = Layout::new(window(size));
        let stand = Stand::new(layout.page);
        let mut parts = vec![layout.top, layout.status, stand.strip, stand.mixer];
        parts.extend(stand.decks);
        parts
    }

    #[test]
    fn nothing_overlaps_and_everything_is_inside() {
        for size in [MIN_SIZE, DEFAULT_SIZE, [1920, 1080], [3840, 2160]] {
            let parts = parts(size);
            for (index, part) in parts.iter().enumerate() {
                assert!(part.is_positive() && window(size).contains_rect(*part), "{size:?}: {part:?}");
                for other in &parts[index + 1..] {
                    assert!(!part.intersect(*other).is_positive(), "{size:?}: {part:?} over {other:?}");
                }
            }
        }
    }

    #[test]
    fn the_two_main_decks_are_larger_and_the_mixer_stands_between() {
        let stand = Stand::new(Layout::new(window(DEFAULT_SIZE)).page);
        let [a, b, c, _] = stand.decks;
        assert!(a.height() > 1.4 * c.height());
        assert!(a.right() < stand.mixer.left() && stand.mixer.right() < b.left());
    }

    #[test]
    fn columns_and_rows_fill_what_they_are_given() {
        let rect = Rect::from_min_size(pos2(5.0, 7.0), vec2(100.0, 50.0));
        let [a, b] = share(rect, 4.0, [1.0, 2.0]);
        assert_eq!((a.width(), b.width(), b.right()), (32.0, 64.0, 105.0));
        let [top, below] = spread(rect, 3.0, [10.0, 20.0]);
        assert_eq!((top.top(), below.top(), below.bottom()), (7.0, 20.0, 40.0));
    }

    #[test]
    fn a_window_of_no_size_does_not_panic() {
        let layout = Layout::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(1.0, 1.0)));
        assert!(Stand::new(layout.page).mixer.width() >= 0.0);
    }
}
