//! A window that is gone when it is dropped, its threads included.
//!
//! On X11 a baseview window has a thread of its own, and its clipboard another. baseview 0.4.2 means to join the first,
//! but before asks it to show itself, and gives up when it has already left its loop: nearly always. Nobody joins the
//! second. They still close their connections while the host goes on, and a host that ends now, or takes the plugin's
//! code out of memory, crashes (4 of 60 runs of the editor's tests).

use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, Modifiers, ParentWindowHandle, SpawnedEditor, VirtualKeyCode};
use nice_plug_egui::EguiEditorHandle;
use nice_plug_egui::baseview::{Error, Window};

use super::kin::Kin;

/// The framework's handle, of a [`JoinedWindow`].
pub struct JoinedHandle(EguiEditorHandle);

/// A window and its threads.
pub struct JoinedWindow {
    // Dropped in this order: the window asks its threads to end, then they are waited for, then it is told.
    window: Window,
    _threads: WaitForEnd,
    _told: Told,
}

/// Calls someone when it is dropped.
struct Told(Box<dyn Fn() + Send>);

impl Drop for Told {
    fn drop(&mut self) {
        (self.0)();
    }
}

struct WaitForEnd(Kin);

impl Drop for WaitForEnd {
    fn drop(&mut self) {
        self.0.wait_for_end();
    }
}

/// The same editor, whose window waits for these threads when it is dropped, and then calls `closed`.
pub fn joined(
    spawned: SpawnedEditor<EguiEditorHandle>,
    threads: Kin,
    closed: impl Fn() + Send + 'static,
) -> SpawnedEditor<JoinedHandle> {
    let (_threads, _told) = (WaitForEnd(threads), Told(Box::new(closed)));
    SpawnedEditor {
        handle: JoinedHandle(spawned.handle),
        window: JoinedWindow { window: spawned.window, _threads, _told },
    }
}

impl EditorHandle for JoinedHandle {
    type Window = JoinedWindow;
    type Error = Error;

    fn run_until_closed(window: JoinedWindow) -> Result<(), Error> {
        EguiEditorHandle::run_until_closed(window.window)
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &JoinedWindow) -> Result<(), Error> {
        self.0.set_parent(parent, &window.window)
    }

    fn show(&self, window: &JoinedWindow) -> Result<(), Error> {
        self.0.show(&window.window)
    }

    fn hide(&self, window: &JoinedWindow) -> Result<(), Error> {
        self.0.hide(&window.window)
    }

    fn set_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Result<(), Error> {
        self.0.set_size(new_size, &window.window)
    }

    fn host_main_thread_callback(&self, window: &JoinedWindow) {
        self.0.host_main_thread_callback(&window.window);
    }

    fn adjust_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Option<NativeSize<u32>> {
        self.0.adjust_size(new_size, &window.window)
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, window: &JoinedWindow) -> Result<(), Error> {
        self.0.set_fallback_scale_factor(scale_factor, &window.window)
    }

    fn on_virtual_key_from_host(&self, key: VirtualKeyCode, is_down: bool, modifiers: Modifiers) -> bool {
        self.0.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized_value: f32) {
        self.0.param_value_changed(id, normalized_value);
    }

    fn param_modulation_changed(&self, id: &str, modulation_offset: f32) {
        self.0.param_modulation_changed(id, modulation_offset);
    }
}
