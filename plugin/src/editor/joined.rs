//! A window that is gone when it is dropped, its threads included.
//!
//! On X11 a baseview window has a thread of its own, and its clipboard, once used, another. baseview 0.4.2 means to join the first,
//! but before asks it to show itself, and gives up when it has already left its loop: nearly always. Nobody joins the
//! second. They still close their connections while the host goes on, and a host that ends now, or takes the plugin's
//! code out of memory, crashes (4 of 60 runs of the editor's tests).

use baseview::{Error, Window};
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, ParentWindowHandle, ResizeHint, SpawnedEditor};

use super::kin::Kin;

/// What the framework resizes and asks by, while the window is open.
pub struct JoinedHandle(ResizeHint);

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

/// A window that waits for these threads when it is dropped, and then calls `closed`.
pub fn joined(
    window: Window,
    hint: ResizeHint,
    threads: Kin,
    closed: impl Fn() + Send + 'static,
) -> SpawnedEditor<JoinedHandle> {
    let (_threads, _told) = (WaitForEnd(threads), Told(Box::new(closed)));
    SpawnedEditor { handle: JoinedHandle(hint), window: JoinedWindow { window, _threads, _told } }
}

impl EditorHandle for JoinedHandle {
    type Window = JoinedWindow;
    type Error = Error;

    fn run_until_closed(window: JoinedWindow) -> Result<(), Error> {
        window.window.run_until_closed()
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &JoinedWindow) -> Result<(), Error> {
        window.window.set_parent(&parent)
    }

    fn show(&self, window: &JoinedWindow) -> Result<(), Error> {
        window.window.show()?;
        // Not every system tells a window that it is seen now.
        window.window.waker().request_redraw();
        Ok(())
    }

    fn hide(&self, window: &JoinedWindow) -> Result<(), Error> {
        window.window.hide()
    }

    fn set_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Result<(), Error> {
        window.window.resize(new_size)
    }

    fn host_main_thread_callback(&self, window: &JoinedWindow) {
        window.window.host_main_thread_callback();
    }

    fn adjust_size(&self, new_size: NativeSize<u32>, window: &JoinedWindow) -> Option<NativeSize<u32>> {
        let now = window.window.size();
        let native = NativeSize::from_logical_or_physical(now.logical, now.physical);
        Some(self.0.adjust_size(new_size, native, now.scale_factor))
    }

    fn set_fallback_scale_factor(&self, scale_factor: f64, window: &JoinedWindow) -> Result<(), Error> {
        window.window.suggest_fallback_scale_factor(scale_factor)
    }

    // The editor looks at the rig in every frame: nobody needs to tell it of a change.
    fn param_value_changed(&self, _: &str, _: f32) {}

    fn param_modulation_changed(&self, _: &str, _: f32) {}
}
