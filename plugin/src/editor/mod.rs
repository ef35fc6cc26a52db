//! The editor: draws a [`RigView`](crate::view::RigView), sends actions. It sees nothing else of the plugin.
//!
//! [`stage`] is the whole picture as a function of the view; [`app`] feeds it; [`window`] puts it into the framework.

pub mod app;
pub mod axis;
pub mod bands;
pub mod browser;
pub mod button;
mod channel;
pub mod choice;
pub mod columns;
pub mod deck;
mod deck_head;
pub mod desk;
pub mod fader;
mod file_panel;
pub mod files;
pub mod folders;
pub mod form;
pub mod format;
mod glide;
mod graphics;
pub mod grid_menu;
pub mod hands;
pub mod harmony;
pub mod ids;
mod joined;
mod key_acts;
pub mod keys;
mod kin;
pub mod knob;
pub mod layout;
pub mod library;
mod listen_bar;
pub mod log_list;
mod loops;
pub mod meter;
mod midi_page;
pub mod mixer;
pub mod notice;
mod osc_access;
mod osc_page;
mod outside;
mod pads;
pub mod page;
pub mod pane;
pub mod pending;
pub mod phase;
pub mod press;
mod rate;
mod retyped;
mod safety_page;
mod setup_page;
pub mod shapes;
pub mod size;
pub mod slide;
pub mod stage;
pub mod strip;
pub mod taper;
pub mod text;
pub mod theme;
pub mod top_bar;
pub mod waveform;
mod well;
pub mod window;

pub use page::Page;
pub use size::{EditorSize, Look};
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
    create_on_page(view, act, size, Page::Play)
}

/// As [`create_with_size`], with another page in sight at first.
#[must_use]
pub fn create_on_page(view: SharedView, act: Box<dyn Act>, size: EditorSize, page: Page) -> Option<Editor> {
    Some(Editor::new(app::EditorApp::new(view, act, size.clone(), page), size))
}
