//! The pads of the eight hot cues.

use echelon_engine::action::Gesture;
use echelon_engine::deck::NUM_HOT_CUES;
use echelon_engine::units::DeckId;
use egui::{Align2, Color32, Rect, pos2, vec2};

use super::button::{Face, button};
use super::desk::Desk;
use super::{format, ids, layout, press, strip, text, theme};

/// Draws the row. A press jumps or sets; Shift sets anew; a right click, or Delete on what Tab has reached, forgets.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let pads = layout::share(rect, 3.0, [1.0; NUM_HOT_CUES]);
    for (number, pad) in (1_u8..).zip(pads) {
        show_pad(desk, pad, deck, number);
    }
}

fn show_pad(desk: &mut Desk<'_>, rect: Rect, deck: DeckId, number: u8) {
    let set = desk.live(deck).motion.marks.hot_cues_secs[usize::from(number) - 1];
    let ui = desk.ui;
    let fill = if set.is_some() { strip::hot_colour(number) } else { theme::raised() };
    let id = ids::hot_cue(deck, number);
    let response = button(ui, rect, id, Face { fill, ..Face::plain("") });
    let ink = if set.is_some() { theme::ink() } else { theme::text_dim() };
    draw(desk, rect, number, set, ink);
    // Down and up: a deck at rest plays from there as long as it is held.
    let down = response.is_pointer_button_down_on();
    let before = press::recall::<Press>(ui, id).unwrap_or(Press::Up);
    let value = f64::from(number);
    let shift = ui.input(|input| input.modifiers.shift);
    let by_key = response.clicked() && !response.clicked_by(egui::PointerButton::Primary);
    let now = match (down, before) {
        (false, _) => Press::Up,
        (true, Press::Up) if shift || right_button(ui) => Press::Once,
        (true, Press::Up) => Press::Held,
        (true, before) => before,
    };
    press::keep(ui, id, now);
    if response.secondary_clicked() || press::erased(ui, &response) {
        desk.gesture(deck, Gesture::HotCueClear, value);
    } else if (down && before == Press::Up && !right_button(ui)) || by_key {
        let gesture = if shift { Gesture::HotCueSet } else { Gesture::HotCue };
        desk.gesture_now(deck, gesture, value);
        if by_key {
            desk.gesture(deck, Gesture::HotCueRelease, value);
        }
    } else if !down && before == Press::Held {
        desk.gesture_now(deck, Gesture::HotCueRelease, value);
    }
    response.on_hover_ui(|ui| {
        match set {
            Some(secs) => {
                ui.label(format!("Hot cue {number} at {}: jumps there; at rest plays while held.", format::time(secs)))
            }
            None => ui.label(format!("Hot cue {number} is not set: a press sets it here.")),
        };
        ui.label("Shift: set it here. Right click, or Delete after Tab: forget it.");
    });
}

/// How a pad is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Up,
    /// It plays until it comes up.
    Held,
    /// It sets or forgets, and is done.
    Once,
}

fn right_button(ui: &egui::Ui) -> bool {
    ui.input(|input| input.pointer.secondary_down())
}

/// The number, and below it the place where there is room.
fn draw(desk: &Desk<'_>, rect: Rect, number: u8, set: Option<f64>, ink: Color32) {
    let roomy = rect.height() > 24.0 && rect.width() > 34.0;
    let number_rect = if roomy && set.is_some() { rect.with_max_y(rect.center().y + 2.0) } else { rect };
    text::line(desk.ui, number_rect, &number.to_string(), theme::words(12.5), ink, Align2::CENTER_CENTER);
    if let Some(secs) = set.filter(|_| roomy) {
        let place = Rect::from_min_max(pos2(rect.left(), rect.center().y), rect.max).shrink2(vec2(1.0, 0.0));
        let words = format::minutes(secs);
        text::line(desk.ui, place, &words, theme::words(10.0), ink, Align2::CENTER_CENTER);
    }
}
