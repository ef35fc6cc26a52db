//! The stage with its sources: what a window shows while there is one.

use std::time::Duration;

use egui::{Ui, vec2};
use nice_plug_egui::resizable_window::ResizableWindow;

use super::stage::Stage;
use super::theme::{self, MIN_SIZE};
use crate::view::{Act, SharedView};

/// Time from the end of a frame to the wish for the next while the window is open. Half a frame of a screen at 60 Hz: a
/// whole one would miss every second refresh.
const FRAME: Duration = Duration::from_millis(8);

/// The editor's application. It outlives the window; nothing here runs while there is none.
pub struct EditorApp {
    view: SharedView,
    act: Box<dyn Act>,
    stage: Stage,
}

impl EditorApp {
    /// An editor that has not been opened yet.
    #[must_use]
    pub fn new(view: SharedView, act: Box<dyn Act>) -> Self {
        Self { view, act, stage: Stage::default() }
    }

    /// A window was opened.
    pub fn opened(&mut self, ctx: &egui::Context) {
        theme::apply(ctx);
        self.stage.opened();
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut Ui) {
        let view = self.view.read();
        let [width, height] = MIN_SIZE;
        // For hosts that give their windows no edge to drag.
        ResizableWindow::new("echelon").min_size(vec2(theme::points(width), theme::points(height))).show(ui, |ui| {
            self.stage.show(ui, &view, &mut *self.act);
        });
        // The view changes with every block of audio, and nobody tells egui.
        ui.ctx().request_repaint_after(FRAME);
    }
}
