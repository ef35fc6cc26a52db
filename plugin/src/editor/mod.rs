//! The editor: draws a snapshot, sends requests.

use nice_plug_egui::{EguiEditor, NiceEguiApp};

/// The editor's application.
pub struct EditorApp;

impl NiceEguiApp for EditorApp {
    fn ui(&mut self, _ui: &mut egui::Ui, _frame: &mut nice_plug_egui::Frame) {}
}

/// What the plugin hands to the framework.
pub type Editor = EguiEditor<EditorApp>;
