//! Buttons that act when they go down and again when they come up, and lamps that are on or off.

use egui::{Color32, Id, Key, Rect, Response, Ui, vec2};

use super::button::{Face, button};
use super::theme;

/// A button that is held. `Some(true)` in the frame in which it goes down, `Some(false)` when it comes up.
pub fn hold(ui: &Ui, rect: Rect, id: Id, face: Face<'_>) -> (Response, Option<bool>) {
    let response = button(ui, rect, id, face);
    let by_key = || response.has_focus() && ui.input(|input| input.key_down(Key::Space) || input.key_down(Key::Enter));
    let down = response.is_pointer_button_down_on() || by_key();
    let before = recall::<bool>(ui, id).unwrap_or(false);
    keep(ui, id, down);
    (response, (down != before).then_some(down))
}

/// Whether Delete was pressed on what Tab has reached: it does what the other button or a double click does.
pub fn erased(ui: &Ui, response: &Response) -> bool {
    response.has_focus() && ui.input(|input| input.key_pressed(Key::Delete))
}

/// What a control left here in the frame before. Nothing if it was not drawn then: whoever pressed it let go elsewhere.
pub fn recall<T: Copy + Send + Sync + 'static>(ui: &Ui, id: Id) -> Option<T> {
    let (pass, kept) = ui.data(|data| data.get_temp::<(u64, T)>(id))?;
    (pass + 1 >= ui.ctx().cumulative_pass_nr()).then_some(kept)
}

/// Leaves something for the next frame.
pub fn keep<T: Copy + Send + Sync + 'static>(ui: &Ui, id: Id, value: T) {
    let pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| data.insert_temp(id, (pass, value)));
}

/// How a switch looks: bright with a bar at its foot when it is on.
#[must_use]
pub fn lamp<'a>(word: &'a str, size: f32, on: bool, colour: Color32) -> Face<'a> {
    let plain = Face { size, ..Face::plain(word) };
    if on { Face { fill: colour, ink: theme::ink(), ..plain } } else { plain }
}

/// A switch. Its state is told by the fill and by a bar at its foot.
pub fn switch(ui: &Ui, rect: Rect, id: Id, face: Face<'_>, on: bool) -> Response {
    let response = button(ui, rect, id, face);
    let bar = rect.with_min_y(rect.bottom() - 3.0).shrink2(vec2(rect.width() * 0.2, 0.0)).translate(vec2(0.0, -1.0));
    let ink = if on { theme::ink() } else { theme::shade(theme::mark(), 0.6) };
    ui.painter().rect_filled(bar.with_min_y(bar.bottom() - 1.5), 0, ink);
    response
}
