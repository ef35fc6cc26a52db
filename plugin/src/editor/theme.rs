//! Colours, sizes and fonts: the only place that knows how the editor looks.
//!
//! Made for a dark stage: nearly black ground, text at a contrast of at least 4.5:1 (tested below), and no state that
//! is told by colour alone. Lengths are in logical points.

use echelon_engine::units::DeckId;
use egui::{Color32, FontFamily, FontId, Stroke, Visuals};

/// The ground of the window.
pub const GROUND: Color32 = Color32::from_rgb(0x0B, 0x0D, 0x10);
/// A deck, the mixer, the browser.
pub const PANEL: Color32 = Color32::from_rgb(0x15, 0x19, 0x1E);
/// What lies in a panel: waveforms, tracks of faders.
pub const WELL: Color32 = Color32::from_rgb(0x0A, 0x0C, 0x0F);
/// Buttons at rest.
pub const RAISED: Color32 = Color32::from_rgb(0x2A, 0x32, 0x3B);
/// Buttons under the pointer.
pub const HOVERED: Color32 = Color32::from_rgb(0x38, 0x43, 0x4F);
/// Lines between things.
pub const LINE: Color32 = Color32::from_rgb(0x36, 0x40, 0x4A);
/// Marks that must be seen but not read.
pub const MARK: Color32 = Color32::from_rgb(0x6B, 0x78, 0x86);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(0xF2, 0xF5, 0xF7);
/// Text that may wait.
pub const TEXT_DIM: Color32 = Color32::from_rgb(0xAA, 0xB5, 0xC0);
/// Text on a bright fill.
pub const INK: Color32 = Color32::from_rgb(0x0B, 0x0D, 0x10);
/// Playing, listening, well.
pub const PLAYING: Color32 = Color32::from_rgb(0x3D, 0xDC, 0x84);
/// Waiting for a beat.
pub const WAITING: Color32 = Color32::from_rgb(0xFF, 0xDD, 0x55);
/// At rest.
pub const RESTING: Color32 = Color32::from_rgb(0xC5, 0xCD, 0xD6);
/// Failed, refused, too loud: as text or thin marks on dark ground.
pub const ALERT: Color32 = Color32::from_rgb(0xFF, 0x83, 0x83);
/// Failed or refused: as a fill under [`TEXT`].
pub const ALERT_FILL: Color32 = Color32::from_rgb(0xA8, 0x1E, 0x22);

/// Size of the window when it is opened for the first time.
pub const DEFAULT_SIZE: [u32; 2] = [1000, 640];
/// The smallest window in which everything can be read.
pub const MIN_SIZE: [u32; 2] = [860, 560];
/// Between panels, and from a panel's edge to what lies in it.
pub const GAP: f32 = 8.0;
/// Rounding of panels and buttons.
pub const ROUND: u8 = 5;
/// Height of a button or a row that is pressed with care.
pub const ROW: f32 = 26.0;

/// The colour that names a deck.
#[must_use]
pub const fn deck(deck: DeckId) -> Color32 {
    match deck {
        DeckId::A => Color32::from_rgb(0x5A, 0xB8, 0xFF),
        DeckId::B => Color32::from_rgb(0xFF, 0x9F, 0x5A),
        DeckId::C => Color32::from_rgb(0x5F, 0xDF, 0xD0),
        DeckId::D => Color32::from_rgb(0xCC, 0xA8, 0xFF),
    }
}

/// Words.
#[must_use]
pub const fn words(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Numbers that change while one looks: every digit is equally wide.
#[must_use]
pub const fn digits(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// A line of one point.
#[must_use]
pub fn hairline(colour: Color32) -> Stroke {
    Stroke::new(1.0, colour)
}

/// A whole number of points, as egui counts them.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a size on a screen is exact far beyond any screen")]
pub const fn points(length: u32) -> f32 {
    length as f32
}

/// The colour at another brightness: 0 = black, 1 = as it is.
#[must_use]
pub fn shade(colour: Color32, brightness: f32) -> Color32 {
    Color32::from_rgb(0, 0, 0).lerp_to_gamma(colour, brightness)
}

/// Gives egui's own widgets (text field, list, tooltip) the same look, and switches off what a host must not see.
pub fn apply(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    let mut visuals = Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = hairline(LINE);
    visuals.extreme_bg_color = WELL;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = Color32::from_rgb(0x1F, 0x4E, 0x7A);
    visuals.selection.stroke = hairline(TEXT);
    visuals.widgets.inactive.weak_bg_fill = RAISED;
    visuals.widgets.hovered.weak_bg_fill = HOVERED;
    ctx.all_styles_mut(|style| {
        style.visuals = visuals.clone();
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.4;
        style.spacing.scroll.floating = false;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1 relative luminance.
    fn luminance(colour: Color32) -> f32 {
        let linear = |c: u8| match f32::from(c) / 255.0 {
            c if c <= 0.04045 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_at_least_four_and_a_half_to_one() {
        let inks = [TEXT, TEXT_DIM, PLAYING, WAITING, RESTING, ALERT];
        for ground in [GROUND, PANEL, WELL] {
            for ink in inks.into_iter().chain(DeckId::ALL.map(deck)) {
                assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}: {}", contrast(ink, ground));
            }
        }
        for fill in [PLAYING, WAITING, RESTING].into_iter().chain(DeckId::ALL.map(deck)) {
            assert!(contrast(INK, fill) >= 4.5, "ink on {fill:?}: {}", contrast(INK, fill));
        }
        for (ink, ground) in [(TEXT, ALERT_FILL), (TEXT, RAISED), (TEXT, HOVERED), (TEXT_DIM, RAISED)] {
            assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}: {}", contrast(ink, ground));
        }
    }
}
