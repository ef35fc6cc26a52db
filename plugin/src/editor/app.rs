//! The stage with its sources: what a window shows while there is one.

use std::time::Duration;

use egui::Ui;

use super::page::Page;
use super::pane::corner;
use super::size::{EditorSize, Look};
use super::stage::Stage;
use super::theme;
use crate::view::{Act, SharedView};

/// Time from the end of a frame to the wish for the next while the window is open. Half a frame of a screen at 60 Hz: a
/// whole one would miss every second refresh.
const FRAME: Duration = Duration::from_millis(8);

/// The editor's application. It outlives the window; nothing here runs while there is none.
pub struct EditorApp {
    view: SharedView,
    act: Box<dyn Act>,
    stage: Stage,
    size: EditorSize,
    /// The look that the window has.
    shown: Option<Look>,
}

impl EditorApp {
    /// An editor that has not been opened yet.
    #[must_use]
    pub fn new(view: SharedView, act: Box<dyn Act>, size: EditorSize, page: Page) -> Self {
        Self { view, act, stage: Stage::on_page(page), size, shown: None }
    }

    /// A window was opened.
    pub fn opened(&mut self, ctx: &egui::Context) {
        self.shown = None;
        self.stage.opened();
        self.dress(ctx);
    }

    /// The window was closed: what is still held down comes up.
    pub fn closed(&mut self) {
        self.stage.closed(&mut *self.act);
    }

    /// Takes over the project's look, or the one that was chosen in the editor.
    fn dress(&mut self, ctx: &egui::Context) {
        if let Some(chosen) = self.stage.take_look() {
            self.size.set_look(chosen);
        }
        let look = self.size.look();
        if self.shown.replace(look) != Some(look) {
            self.stage.set_look(look);
            theme::apply(ctx, look.theme);
            ctx.set_zoom_factor(look.zoom());
        }
        theme::enter(look.theme);
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut Ui) {
        let view = self.view.read();
        self.dress(ui.ctx());
        self.stage.show(ui, &view, &mut *self.act);
        corner::show(ui);
        // The view changes with every block of audio, and nobody tells egui.
        ui.ctx().request_repaint_after(FRAME);
    }
}
