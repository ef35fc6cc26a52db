//! The editor as the framework wants it: something that opens windows.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use baseview::gl::GlConfig;
use baseview::{Window, WindowSettings};
use egui::Vec2;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{self as framework, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};

use super::app::EditorApp;
use super::joined::{JoinedHandle, joined};
use super::kin::Kin;
use super::pane::{Pane, Shown, link};
use super::size::EditorSize;
use super::theme::MIN_SIZE;

/// What the plugin hands to the framework. Opens and closes any number of windows, one at a time.
pub struct Editor {
    app: SharedApp,
    size: EditorSize,
}

impl Editor {
    /// An editor that has not been opened yet.
    #[must_use]
    pub fn new(app: EditorApp, size: EditorSize) -> Self {
        Self { app: SharedApp { app: Arc::new(Mutex::new(app)), size: size.clone() }, size }
    }

    /// In logical points, before the zoom.
    fn logical(&self) -> LogicalSize<f32> {
        let [width, height] = self.size.get();
        LogicalSize::new(f64::from(width), f64::from(height)).cast()
    }

    fn zoom(&self) -> f64 {
        f64::from(self.size.look().zoom())
    }

    /// In logical points of the screen.
    fn zoomed([width, height]: [u32; 2], zoom: f64) -> LogicalSize<f64> {
        LogicalSize::new(f64::from(width) * zoom, f64::from(height) * zoom)
    }

    fn settings(&self, parent: Option<&ParentWindowHandle>, wait_for_parent: bool) -> WindowSettings {
        WindowSettings::new()
            .with_title("Echelon")
            .with_size(Self::zoomed(self.size.get(), self.zoom()))
            .with_min_size(Self::zoomed(MIN_SIZE, self.zoom()))
            .with_resizable(true)
            .with_parent(parent)
            .with_wait_for_parent(wait_for_parent)
            .with_gl_config(GlConfig::default())
    }
}

impl framework::Editor for Editor {
    type Handle = JoinedHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        _: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        super::graphics::keep_mapped();
        let settings = self.settings(parent.as_ref(), wait_for_parent);
        let (shown, zoom) = (self.app.clone(), self.size.look().zoom());
        let (window, threads) = Kin::of(|| {
            let pane = move |window| Pane::new(window, shown, zoom);
            Window::create_with_host(settings, pane, host.map(link::host))
        });
        let window = window?;
        wait_until_it_runs(&window);
        // baseview 0.4.2 on X11 does not apply a scale that it is given at birth to the window's own size, and half of
        // the picture is missing. It does for one that comes later. Without it the editor is small, but whole.
        if let Some(scale) = fallback_scale_factor {
            let _ = window.suggest_fallback_scale_factor(scale);
        }
        let app = self.app.clone();
        Ok(joined(window, self.resize_hint(), threads, move || app.with(EditorApp::closed)))
    }

    fn size(&self) -> NativeSize<u32> {
        NativeSize::from_size(Size::from(self.logical()), self.size.scale() * f64::from(self.size.look().zoom()))
    }

    fn resize_hint(&self) -> ResizeHint {
        let zoom = f64::from(self.size.look().zoom());
        let [width, height] = MIN_SIZE.map(|side| f64::from(side) * zoom);
        ResizeHint::resizable().with_min_logical_size(LogicalSize::new(width, height).cast())
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: the caller promises what baseview asks for, in the same words.
        unsafe { baseview::assume_standalone_in_process() };
    }
}

/// baseview 0.4.2 on X11 forgets a wish to end that comes before the window's thread has begun to listen, and whoever
/// closes the window waits for ever. An answer means that it listens. Nobody sees the window before it is shown.
fn wait_until_it_runs(window: &Window) {
    #[cfg(target_os = "linux")]
    let _ = window.hide();
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

/// The one application behind every window of an instance.
#[derive(Clone)]
struct SharedApp {
    app: Arc<Mutex<EditorApp>>,
    size: EditorSize,
}

impl SharedApp {
    fn with<R>(&self, f: impl FnOnce(&mut EditorApp) -> R) -> R {
        f(&mut self.app.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shown for SharedApp {
    fn opened(&self, ctx: &egui::Context, scale: f64) {
        self.size.set_scale(scale);
        self.with(|app| app.opened(ctx));
    }

    fn show(&self, ui: &mut egui::Ui) {
        self.with(|app| app.show(ui));
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size on a screen")]
    fn resized(&self, points: Vec2, scale: f64) {
        self.size.set([points.x.round() as u32, points.y.round() as u32]);
        self.size.set_scale(scale);
    }
}
