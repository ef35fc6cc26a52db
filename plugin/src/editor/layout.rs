//! Where everything lies, from the window's size alone.

use egui::{Rect, pos2, vec2};

use super::theme::GAP;

/// Height of the clock bar.
const TOP: f32 = 50.0;
/// Height of the mixer's strip.
const MIXER: f32 = 74.0;
/// Height of the status line.
const STATUS: f32 = 22.0;
/// Height of a compact deck in the smallest window.
const COMPACT: f32 = 136.0;

/// The window, divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The clock.
    pub top: Rect,
    /// Decks A and B.
    pub upper: [Rect; 2],
    /// Decks C and D; hidden behind the browser while it is open.
    pub lower: Option<[Rect; 2]>,
    /// The file browser, while it is open.
    pub browser: Option<Rect>,
    /// Crossfader and master.
    pub mixer: Rect,
    /// The last line.
    pub status: Rect,
}

impl Layout {
    /// Divides a window. While files are looked for, decks A and B shrink and the browser takes the place of C and D:
    /// what is heard stays in sight and in reach.
    #[must_use]
    pub fn new(window: Rect, browsing: bool) -> Self {
        let (top, rest) = cut_top(window.shrink(GAP), TOP);
        let (rest, status) = cut_bottom(rest, STATUS);
        let (decks, mixer) = cut_bottom(rest, MIXER);
        // At the default height the large decks are about half as high again as the compact ones.
        let compact = (decks.height() * 0.38).max(COMPACT).min(decks.height() / 2.0);
        if browsing {
            let (upper, browser) = cut_top(decks, compact);
            return Self { top, upper: halves(upper), lower: None, browser: Some(browser), mixer, status };
        }
        let (upper, lower) = cut_bottom(decks, compact);
        Self { top, upper: halves(upper), lower: Some(halves(lower)), browser: None, mixer, status }
    }
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

fn halves(rect: Rect) -> [Rect; 2] {
    let size = vec2((rect.width() - GAP) / 2.0, rect.height());
    [Rect::from_min_size(rect.min, size), Rect::from_min_size(pos2(rect.right() - size.x, rect.top()), size)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::theme::{DEFAULT_SIZE, MIN_SIZE};

    fn window(size: [u32; 2]) -> Rect {
        let [width, height] = size.map(|side| f32::from(u16::try_from(side).unwrap()));
        Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height))
    }

    fn parts(layout: &Layout) -> Vec<Rect> {
        let mut parts = vec![layout.top, layout.upper[0], layout.upper[1], layout.mixer, layout.status];
        parts.extend(layout.lower.into_iter().flatten());
        parts.extend(layout.browser);
        parts
    }

    #[test]
    fn nothing_overlaps_and_everything_is_inside() {
        for size in [MIN_SIZE, DEFAULT_SIZE, [1920, 1080], [3840, 2160]] {
            for browsing in [false, true] {
                let parts = parts(&Layout::new(window(size), browsing));
                for (index, part) in parts.iter().enumerate() {
                    assert!(part.is_positive() && window(size).contains_rect(*part), "{size:?}: {part:?}");
                    for other in &parts[index + 1..] {
                        assert!(!part.intersect(*other).is_positive(), "{size:?}: {part:?} over {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_two_main_decks_are_larger() {
        let layout = Layout::new(window(DEFAULT_SIZE), false);
        assert!(layout.upper[0].height() > 1.4 * layout.lower.unwrap()[0].height());
    }

    #[test]
    fn a_window_of_no_size_does_not_panic() {
        let layout = Layout::new(Rect::from_min_size(pos2(0.0, 0.0), vec2(1.0, 1.0)), true);
        assert!(layout.browser.is_some());
    }
}
