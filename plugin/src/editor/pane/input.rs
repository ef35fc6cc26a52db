//! What a window hears, from frame to frame, as egui wants it told. Knows nothing of the window itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use baseview::dpi::{LogicalPosition, PhysicalPosition};
use baseview::{DropData, Event, MouseButton, MouseEvent, ScrollDelta, WindowEvent};
use egui::{
    DroppedFile, HoveredFile, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect,
    TouchPhase, Vec2, ViewportId, pos2, vec2,
};
use keyboard_types::Modifiers as Held;

use super::keyboard::{self, Keyboard};

/// What was heard since the last frame.
pub struct Input {
    raw: RawInput,
    keyboard: Keyboard,
    modifiers: Modifiers,
    /// In points.
    pointer: Option<Pos2>,
}

impl Input {
    /// Nothing yet; no texture can be larger than this.
    #[must_use]
    pub fn new(max_texture_side: usize) -> Self {
        let raw = RawInput { max_texture_side: Some(max_texture_side), focused: true, ..RawInput::default() };
        Self { raw, keyboard: Keyboard::default(), modifiers: Modifiers::NONE, pointer: None }
    }

    /// What the next frame is given: now, the window in points, and the screen's pixels in a point before the zoom.
    #[allow(clippy::cast_possible_truncation, reason = "a screen's scale")]
    pub fn take(&mut self, now_secs: f64, window: Vec2, scale: f64) -> RawInput {
        self.raw.time = Some(now_secs);
        let rect = Rect::from_min_size(Pos2::ZERO, window);
        self.raw.screen_rect = Some(rect);
        let seen = self.raw.viewports.entry(ViewportId::ROOT).or_default();
        (seen.native_pixels_per_point, seen.inner_rect) = (Some(scale as f32), Some(rect));
        self.raw.take()
    }

    /// Takes an event in, at so many pixels in a point. `pasted` is the clipboard's text, if it [asks for it](is_paste).
    pub fn hear(&mut self, event: Event, pixels_per_point: f64, pasted: Option<String>) {
        match event {
            Event::Mouse(event) => self.hear_mouse(event, pixels_per_point),
            Event::Keyboard(event) => {
                self.hold(keyboard::modifiers_after(&event));
                self.keyboard.hear(&event, pasted, &mut self.raw.events);
            }
            Event::Window(WindowEvent::Focused) => self.raw.events.push(egui::Event::WindowFocused(true)),
            Event::Window(WindowEvent::Unfocused) => {
                self.keyboard.let_go(&mut self.raw.events);
                self.raw.events.push(egui::Event::WindowFocused(false));
            }
            _ => {}
        }
    }

    fn hear_mouse(&mut self, event: MouseEvent, pixels_per_point: f64) {
        match event {
            MouseEvent::CursorMoved { position, modifiers } => {
                self.hold(keyboard::modifiers(modifiers));
                self.point(position, pixels_per_point);
            }
            MouseEvent::ButtonPressed { button, modifiers } => self.press(button, true, modifiers),
            MouseEvent::ButtonReleased { button, modifiers } => self.press(button, false, modifiers),
            MouseEvent::WheelScrolled { delta, modifiers } => {
                self.hold(keyboard::modifiers(modifiers));
                self.raw.events.push(wheel(delta, self.modifiers));
            }
            MouseEvent::CursorLeft => self.leave(),
            // The system says nothing about keys while something is dragged.
            MouseEvent::DragEntered { position, data, .. } | MouseEvent::DragMoved { position, data, .. } => {
                self.point(position, pixels_per_point);
                self.raw.hovered_files = files(&data).iter().map(|path| hovered(path)).collect();
            }
            MouseEvent::DragLeft => {
                self.raw.hovered_files.clear();
                self.leave();
            }
            MouseEvent::DragDropped { position, data, .. } => {
                self.point(position, pixels_per_point);
                self.raw.hovered_files.clear();
                let dropped = files(&data).iter().map(|path| Arc::new(Outside(path.clone())) as _);
                self.raw.dropped_files.extend(dropped);
            }
            _ => {}
        }
    }

    fn hold(&mut self, modifiers: Modifiers) {
        if self.modifiers != modifiers {
            self.modifiers = modifiers;
            self.raw.events.push(egui::Event::ModifiersChanged(modifiers));
        }
    }

    fn point(&mut self, position: PhysicalPosition<f64>, pixels_per_point: f64) {
        let points: LogicalPosition<f32> = position.to_logical(pixels_per_point);
        let at = pos2(points.x, points.y);
        self.pointer = Some(at);
        self.raw.events.push(egui::Event::PointerMoved(at));
    }

    fn press(&mut self, button: MouseButton, pressed: bool, held: Held) {
        self.hold(keyboard::modifiers(held));
        let (Some(pos), Some(button)) = (self.pointer, pointer_button(button)) else { return };
        self.raw.events.push(egui::Event::PointerButton { pos, button, pressed, modifiers: self.modifiers });
    }

    fn leave(&mut self) {
        self.pointer = None;
        self.raw.events.push(egui::Event::PointerGone);
    }
}

/// Whether the clipboard's text is wanted.
#[must_use]
pub fn is_paste(event: &Event) -> bool {
    matches!(event, Event::Keyboard(event) if keyboard::is_paste(event))
}

/// The files of what is dragged.
#[must_use]
pub fn files(data: &DropData) -> &[PathBuf] {
    if let DropData::Files(files) = data { files } else { &[] }
}

fn hovered(path: &Path) -> HoveredFile {
    HoveredFile { path: Some(path.to_owned()), ..HoveredFile::default() }
}

const fn pointer_button(button: MouseButton) -> Option<PointerButton> {
    Some(match button {
        MouseButton::Left => PointerButton::Primary,
        MouseButton::Right => PointerButton::Secondary,
        MouseButton::Middle => PointerButton::Middle,
        MouseButton::Back => PointerButton::Extra1,
        MouseButton::Forward => PointerButton::Extra2,
        _ => return None,
    })
}

const fn wheel(delta: ScrollDelta, modifiers: Modifiers) -> egui::Event {
    let (unit, delta) = match delta {
        ScrollDelta::Lines { x, y } => (MouseWheelUnit::Line, vec2(x, y)),
        ScrollDelta::Pixels { x, y } => (MouseWheelUnit::Point, vec2(x, y)),
    };
    egui::Event::MouseWheel { unit, delta, modifiers, phase: TouchPhase::Move, source: MouseWheelSource::Unknown }
}

/// A file that was let go of over the window.
#[derive(Debug)]
struct Outside(PathBuf);

impl DroppedFile for Outside {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}
