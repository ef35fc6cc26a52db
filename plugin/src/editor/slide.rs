//! Dragging a value. The handle never jumps to the pointer: on a stage a stray click must not change a level.
//!
//! The wheel over it, and the arrow keys once it has the keyboard (Tab), move it in steps; with Shift in fine ones.

use egui::{EventFilter, Id, Key, Rect, Response, Sense, Ui, Vec2};

use super::press;

/// How long our own value is shown after a move, until the engine's own has caught up. Seconds.
const HOLD_SECS: f64 = 0.3;

/// How much less a drag moves with Shift.
const FINE: f32 = 0.1;

/// A step of an arrow key, and of the wheel for each point that it scrolls.
const KEY_STEP: f32 = 0.02;
const WHEEL_STEP: f32 = 0.0005;

/// The value that was last asked for here.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Not clamped while dragged, so that the handle stays under the pointer.
    place: f32,
    until_secs: f64,
}

/// What became of a slider in this frame.
pub struct Slid {
    /// Where to draw the handle, 0..1.
    pub place: f32,
    /// The new place, if it was moved.
    pub moved: Option<f32>,
    /// It is to go where it rests: by a double click, or by Delete once it has the keyboard.
    pub reset: bool,
    /// For tooltips.
    pub response: Response,
}

/// Lets the pointer drag a value of 0..1 within `hit`. `travel` is the way of the handle from 0 to 1 on the
/// screen, in points.
pub fn slide(ui: &Ui, hit: Rect, id: Id, travel: Vec2, actual: f32) -> Slid {
    let response = ui.interact(hit, id, Sense::click_and_drag());
    let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
    let mut moved = None;
    if response.dragged() {
        let delta = response.drag_delta();
        let way = delta.dot(travel);
        let before = if response.drag_started() { shown(ui, id, actual) } else { raw(ui, id).unwrap_or(actual) };
        let place = before + fine * way / travel.length_sq().max(1.0);
        hold_raw(ui, id, place);
        moved = (way != 0.0).then(|| place.clamp(0.0, 1.0));
    }
    let steps = wheel(ui, &response) + keys(ui, &response);
    if steps != 0.0 {
        let place = (shown(ui, id, actual) + fine * steps).clamp(0.0, 1.0);
        hold(ui, id, place);
        moved = Some(place);
    }
    let reset = response.double_clicked() || press::erased(ui, &response);
    Slid { place: shown(ui, id, actual), moved, reset, response }
}

fn wheel(ui: &Ui, response: &Response) -> f32 {
    if !response.hovered() {
        return 0.0;
    }
    // With Shift egui turns the wheel sideways.
    let turned = ui.input(|input| input.smooth_scroll_delta);
    WHEEL_STEP * (turned.y + turned.x)
}

fn keys(ui: &Ui, response: &Response) -> f32 {
    if !response.has_focus() {
        return 0.0;
    }
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input(|input| f32::from(u8::try_from(input.num_presses(key)).unwrap_or(u8::MAX)));
    let up = pressed(Key::ArrowUp) + pressed(Key::ArrowRight);
    let down = pressed(Key::ArrowDown) + pressed(Key::ArrowLeft);
    KEY_STEP * (up - down)
}

/// The value to show and to go on from: what was asked for a moment ago, else what the engine says.
#[must_use]
pub fn shown(ui: &Ui, id: Id, actual: f32) -> f32 {
    raw(ui, id).unwrap_or(actual).clamp(0.0, 1.0)
}

/// Remembers what was just asked for.
pub fn hold(ui: &Ui, id: Id, place: f32) {
    hold_raw(ui, id, place.clamp(0.0, 1.0));
}

fn raw(ui: &Ui, id: Id) -> Option<f32> {
    let now_secs = ui.input(|input| input.time);
    ui.data(|data| data.get_temp::<Held>(id)).filter(|held| now_secs < held.until_secs).map(|held| held.place)
}

fn hold_raw(ui: &Ui, id: Id, place: f32) {
    let until_secs = ui.input(|input| input.time) + HOLD_SECS;
    ui.data_mut(|data| data.insert_temp(id, Held { place, until_secs }));
}
