//! The window's inside: what baseview tells goes to egui, and what egui draws goes to the graphics card.
//!
//! Ours and not egui-baseview's, because a DJ needs what that (0.9) leaves out: files dropped from outside, keys beside
//! small letters and digits, and that a key which is held down is pressed once.

mod clipboard;
pub mod corner;
mod cursor;
pub mod input;
mod keyboard;
pub mod link;
mod painter;

use std::cell::{Cell, RefCell};
use std::time::Instant;

use baseview::dpi::LogicalSize;
use baseview::{DropEffect, Event, EventStatus, HandlerError, MouseEvent, WindowContext, WindowHandler, WindowSize};
use egui::{Context, CursorIcon, FullOutput, PlatformOutput, Ui, Vec2, ViewportCommand, ViewportId, vec2};

use clipboard::Clipboard;
use input::Input;
use painter::GlPainter;

/// What is shown in a window. Its thread calls all of it.
pub trait Shown: 'static {
    /// The window is there, on a screen with so many pixels in a point, and nothing was drawn yet.
    fn opened(&self, ctx: &Context, scale: f64);
    /// One frame.
    fn show(&self, ui: &mut Ui);
    /// The window has so many points, and the screen so many pixels in a point before the zoom.
    fn resized(&self, points: Vec2, scale: f64);
}

/// The handler of a window.
pub struct Pane<S> {
    shown: S,
    ctx: Context,
    input: RefCell<Input>,
    clipboard: RefCell<Clipboard>,
    /// Dropped before the window, whose graphics it frees.
    painter: RefCell<GlPainter>,
    window: WindowContext,
    cursor: Cell<CursorIcon>,
    zoom: Cell<f32>,
    began: Instant,
}

impl<S: Shown> Pane<S> {
    /// In a new window, at this zoom.
    ///
    /// # Errors
    /// If the window has no graphics, or they are too old.
    pub fn new(window: WindowContext, shown: S, zoom: f32) -> Result<Self, HandlerError> {
        let painter = GlPainter::new(&window)?;
        let ctx = Context::default();
        ctx.set_zoom_factor(zoom);
        let waker = window.waker();
        ctx.set_request_repaint_callback(move |wish| waker.request_redraw_after(wish.delay));
        shown.opened(&ctx, window.scale_factor());
        Ok(Self {
            shown,
            ctx,
            input: RefCell::new(Input::new(painter.max_texture_side())),
            clipboard: RefCell::default(),
            painter: RefCell::new(painter),
            window,
            cursor: Cell::default(),
            zoom: Cell::new(zoom),
            began: Instant::now(),
        })
    }

    /// The window's size in egui's points.
    fn points(&self, size: WindowSize) -> Vec2 {
        let points: LogicalSize<f32> = size.physical.to_logical(self.pixels_per_point(size.scale_factor));
        vec2(points.width, points.height)
    }

    fn pixels_per_point(&self, scale: f64) -> f64 {
        scale * f64::from(self.zoom.get())
    }

    /// Another zoom wants another window, and so may what was drawn. A host may refuse: then the size stays.
    fn follow(&self, points: Vec2, output: &FullOutput) {
        let zoom = self.ctx.zoom_factor();
        let mut wanted = (self.zoom.replace(zoom).to_bits() != zoom.to_bits()).then_some(points);
        for command in output.viewport_output.get(&ViewportId::ROOT).into_iter().flat_map(|out| &out.commands) {
            if let ViewportCommand::InnerSize(size) = command {
                wanted = Some(*size);
            }
        }
        if let Some(points) = wanted {
            let size = points * zoom;
            let _ = self.window.resize(LogicalSize::new(f64::from(size.x), f64::from(size.y)));
        }
    }

    fn serve(&self, output: &mut PlatformOutput) {
        for command in output.commands.drain(..) {
            if let egui::OutputCommand::CopyText(text) = command {
                self.clipboard.borrow_mut().put(text);
            }
        }
        if self.cursor.replace(output.cursor_icon) != output.cursor_icon {
            // A theme without this pointer is no reason to lose the window.
            let _ = self.window.set_mouse_cursor(cursor::shape(output.cursor_icon));
        }
    }

    /// What the system shall do with an event beside.
    fn status(&self, event: &Event) -> EventStatus {
        match event {
            Event::Keyboard(_) if !self.ctx.egui_wants_keyboard_input() => EventStatus::Ignored,
            Event::Mouse(
                MouseEvent::DragEntered { data, .. }
                | MouseEvent::DragMoved { data, .. }
                | MouseEvent::DragDropped { data, .. },
            ) => match input::files(data) {
                [] => EventStatus::Ignored,
                _ => EventStatus::AcceptDrop(DropEffect::Copy),
            },
            _ => EventStatus::Captured,
        }
    }
}

impl<S: Shown> WindowHandler for Pane<S> {
    fn draw(&self) -> Result<(), HandlerError> {
        let size = self.window.size();
        let points = self.points(size);
        let raw = self.input.borrow_mut().take(self.began.elapsed().as_secs_f64(), points, size.scale_factor);
        let mut output = self.ctx.run_ui(raw, |ui| self.shown.show(ui));
        self.follow(points, &output);
        self.serve(&mut output.platform_output);
        let meshes = self.ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let pixels = self.window.size().physical;
        let pixels = [pixels.width, pixels.height];
        self.painter.borrow_mut().paint(pixels, output.pixels_per_point, &meshes, &mut output.textures_delta)
    }

    fn resized(&self, size: WindowSize) -> Result<(), HandlerError> {
        self.shown.resized(self.points(size), size.scale_factor);
        self.window.request_redraw();
        Ok(())
    }

    fn on_event(&self, event: Event) -> EventStatus {
        // A child window does not get the keyboard by itself.
        if matches!(event, Event::Mouse(MouseEvent::ButtonPressed { .. })) && !self.window.has_focus() {
            let _ = self.window.focus();
        }
        let status = self.status(&event);
        let pasted = if input::is_paste(&event) { self.clipboard.borrow_mut().text() } else { None };
        let scale = self.pixels_per_point(self.window.scale_factor());
        self.input.borrow_mut().hear(event, scale, pasted);
        self.window.request_redraw();
        status
    }
}
