//! The editor: draws a [`RigView`](crate::view::RigView), sends actions. It sees nothing else of the plugin.
//!
//! [`stage`] is the whole picture as a function of the view; [`app`] feeds it; [`window`] puts it into the framework.

pub mod app;
pub mod browser;
pub mod button;
pub mod deck;
pub mod fader;
pub mod files;
pub mod format;
mod graphics;
pub mod ids;
mod joined;
pub mod keys;
mod kin;
pub mod layout;
pub mod meter;
pub mod mixer;
pub mod notice;
pub mod pending;
pub mod shapes;
pub mod size;
pub mod slide;
pub mod stage;
pub mod taper;
pub mod text;
pub mod theme;
pub mod top_bar;
pub mod waveform;
mod well;
pub mod window;

pub use size::EditorSize;
pub use stage::Stage;
pub use window::Editor;

use crate::view::{Act, SharedView};

/// The editor of an instance, for `Plugin::editor`.
#[must_use]
pub fn create(view: SharedView, act: Box<dyn Act>) -> Option<Editor> {
    create_with_size(view, act, EditorSize::default())
}

/// As [`create`], with a handle to the size, so that it can be saved and restored with the project.
#[must_use]
pub fn create_with_size(view: SharedView, act: Box<dyn Act>, size: EditorSize) -> Option<Editor> {
    Some(Editor::new(app::EditorApp::new(view, act), size))
}
