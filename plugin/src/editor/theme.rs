//! Colours, sizes and fonts: the only place that knows how the editor looks.
//!
//! A dark theme for the stage, a light one for a bright room. Text stands out at least 4.5:1 in both (tested below), and
//! no state is told by colour alone. Lengths are in logical points.

use std::cell::Cell;

use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::{Color32, FontFamily, FontId, Stroke, Visuals};

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Nearly black, for the stage.
    #[default]
    Dark,
    /// Nearly white, for a bright room.
    Light,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 2] = [Self::Dark, Self::Light];

    /// Its colours.
    #[must_use]
    pub const fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }
}

/// The colours of a theme.
#[derive(Debug)]
pub struct Palette {
    /// The ground of the window.
    pub ground: Color32,
    /// A deck, the mixer, the browser.
    pub panel: Color32,
    /// What lies in a panel: waveforms, tracks of faders.
    pub well: Color32,
    /// Buttons at rest.
    pub raised: Color32,
    /// Buttons under the pointer.
    pub hovered: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Marks that must be seen but not read.
    pub mark: Color32,
    /// Text.
    pub text: Color32,
    /// Text that may wait.
    pub text_dim: Color32,
    /// Text on a fill of one of the colours below.
    pub ink: Color32,
    /// Playing, listening, well.
    pub playing: Color32,
    /// Waiting for a beat.
    pub waiting: Color32,
    /// At rest.
    pub resting: Color32,
    /// Failed, refused, too loud: as text or thin marks.
    pub alert: Color32,
    /// Failed or refused: as a fill under `on_alert`.
    pub alert_fill: Color32,
    /// Text on `alert_fill`.
    pub on_alert: Color32,
    /// What is chosen in a list.
    pub chosen: Color32,
    /// The colours that name the decks.
    pub decks: [Color32; NUM_DECKS],
    /// Lows, mids and highs of a waveform.
    pub bands: [Color32; 3],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

static DARK: Palette = Palette {
    ground: rgb(0x0B_0D_10),
    panel: rgb(0x15_19_1E),
    well: rgb(0x08_0A_0C),
    raised: rgb(0x2A_32_3B),
    hovered: rgb(0x38_43_4F),
    line: rgb(0x36_40_4A),
    mark: rgb(0x6B_78_86),
    text: rgb(0xF2_F5_F7),
    text_dim: rgb(0xAA_B5_C0),
    ink: rgb(0x0B_0D_10),
    playing: rgb(0x3D_DC_84),
    waiting: rgb(0xFF_DD_55),
    resting: rgb(0xC5_CD_D6),
    alert: rgb(0xFF_83_83),
    alert_fill: rgb(0xA8_1E_22),
    on_alert: rgb(0xF2_F5_F7),
    chosen: rgb(0x1F_4E_7A),
    decks: [rgb(0x5A_B8_FF), rgb(0xFF_9F_5A), rgb(0x5F_DF_D0), rgb(0xCC_A8_FF)],
    bands: [rgb(0x2E_7D_FF), rgb(0xF0_A0_30), rgb(0xF4_F4_F4)],
};

static LIGHT: Palette = Palette {
    ground: rgb(0xE4_E8_EC),
    panel: rgb(0xF4_F6_F8),
    well: rgb(0xFF_FF_FF),
    raised: rgb(0xD8_DF_E6),
    hovered: rgb(0xC6_D0_D9),
    line: rgb(0xB4_BE_C8),
    mark: rgb(0x7C_88_94),
    text: rgb(0x10_15_1A),
    text_dim: rgb(0x42_4E_5A),
    ink: rgb(0xFF_FF_FF),
    playing: rgb(0x0A_66_36),
    waiting: rgb(0x74_4E_00),
    resting: rgb(0x42_4E_5A),
    alert: rgb(0xA8_14_1E),
    alert_fill: rgb(0xA8_1E_22),
    on_alert: rgb(0xFF_FF_FF),
    chosen: rgb(0xA9_CF_F2),
    decks: [rgb(0x0B_5C_AD), rgb(0x9C_3F_00), rgb(0x00_66_5C), rgb(0x6B_3F_B5)],
    bands: [rgb(0x4C_8D_F0), rgb(0xE0_98_20), rgb(0x3A_3A_3A)],
};

thread_local! {
    /// Each window draws on one thread, and says at the top of a frame which colours it has.
    static NOW: Cell<&'static Palette> = const { Cell::new(&DARK) };
}

fn now() -> &'static Palette {
    NOW.get()
}

macro_rules! colours {
    ($($name:ident)*) => {
        $(#[doc = concat!("[`Palette::", stringify!($name), "`] of the theme that is drawn in.")]
        #[must_use]
        pub fn $name() -> Color32 {
            now().$name
        })*
    };
}

colours! { ground panel well raised hovered line mark text text_dim ink playing waiting resting alert alert_fill on_alert chosen }

/// The colour that names a deck.
#[must_use]
pub fn deck(deck: DeckId) -> Color32 {
    now().decks[deck.index()]
}

/// Lows, mids and highs of a waveform.
#[must_use]
pub fn bands() -> [Color32; 3] {
    now().bands
}

/// Size of the window when it is opened for the first time.
pub const DEFAULT_SIZE: [u32; 2] = [1280, 800];
/// The smallest window in which everything can be read.
pub const MIN_SIZE: [u32; 2] = [1100, 700];
/// Between panels, and from a panel's edge to what lies in it.
pub const GAP: f32 = 6.0;
/// Rounding of panels and buttons.
pub const ROUND: u8 = 5;
/// Height of a button or a row that is pressed with care.
pub const ROW: f32 = 26.0;

/// Words.
#[must_use]
pub fn words(size: f32) -> FontId {
    FontId::new(size.max(1.0), FontFamily::Proportional)
}

/// Numbers that change while one looks: every digit is equally wide.
#[must_use]
pub fn digits(size: f32) -> FontId {
    FontId::new(size.max(1.0), FontFamily::Monospace)
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

/// The colour fainter: 0 = the ground of wells, 1 = as it is.
#[must_use]
pub fn shade(colour: Color32, strength: f32) -> Color32 {
    well().lerp_to_gamma(colour, strength)
}

/// From here on this thread draws in these colours.
pub fn enter(theme: Theme) {
    NOW.set(theme.palette());
}

/// Gives egui's own widgets (text field, list, tooltip) the same look, and switches off what a host must not see.
pub fn apply(ctx: &egui::Context, theme: Theme) {
    enter(theme);
    let (mut visuals, kind) = match theme {
        Theme::Dark => (Visuals::dark(), egui::Theme::Dark),
        Theme::Light => (Visuals::light(), egui::Theme::Light),
    };
    ctx.set_theme(kind);
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    visuals.panel_fill = ground();
    visuals.window_fill = panel();
    visuals.window_stroke = hairline(line());
    visuals.extreme_bg_color = well();
    visuals.override_text_color = Some(text());
    visuals.selection.bg_fill = chosen();
    visuals.selection.stroke = hairline(text());
    visuals.widgets.inactive.weak_bg_fill = raised();
    visuals.widgets.hovered.weak_bg_fill = hovered();
    ctx.all_styles_mut(|style| {
        style.visuals = visuals.clone();
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.4;
        style.spacing.scroll.floating = false;
    });
}

/// How much two opaque colours stand out from each other: the contrast ratio of WCAG 2.1, 1 to 21.
#[must_use]
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance by WCAG 2.1, 0 to 1.
fn luminance(colour: Color32) -> f32 {
    let linear = |c: u8| match f32::from(c) / 255.0 {
        c if c <= 0.04045 => c / 12.92,
        c => ((c + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every colour of text with every colour that it is drawn on.
    fn pairs(p: &Palette) -> Vec<(Color32, Color32)> {
        let inks = [p.text, p.text_dim, p.playing, p.waiting, p.resting, p.alert].into_iter().chain(p.decks);
        let mut pairs: Vec<_> = inks.flat_map(|ink| [p.ground, p.panel, p.well].map(|ground| (ink, ground))).collect();
        let fills = [p.playing, p.waiting, p.resting].into_iter().chain(p.decks);
        pairs.extend(fills.map(|fill| (p.ink, fill)));
        pairs.extend([(p.on_alert, p.alert_fill), (p.text, p.chosen), (p.text, p.hovered), (p.text_dim, p.hovered)]);
        pairs.extend([p.text, p.text_dim, p.playing, p.waiting].map(|ink| (ink, p.raised)));
        pairs
    }

    #[test]
    fn text_stands_out_at_least_four_and_a_half_to_one() {
        for theme in Theme::ALL {
            for (ink, ground) in pairs(theme.palette()) {
                let ratio = contrast(ink, ground);
                assert!(ratio >= 4.5, "{theme:?}: {ink:?} on {ground:?}: {ratio}");
            }
        }
    }

    #[test]
    fn what_is_drawn_is_in_the_theme_that_was_entered() {
        enter(Theme::Light);
        assert_eq!((panel(), deck(DeckId::B)), (LIGHT.panel, LIGHT.decks[1]));
        enter(Theme::Dark);
        assert_eq!(panel(), DARK.panel);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let grey = Color32::from_rgb(0x76, 0x76, 0x76);
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-3);
        assert!(
            (contrast(grey, Color32::WHITE) - 4.54).abs() < 5e-3,
            "the darkest grey below the bar on white is #777"
        );
        assert!((contrast(grey, grey) - 1.0).abs() < 1e-6);
    }
}
