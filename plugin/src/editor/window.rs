//! The editor as the framework wants it.
//!
//! The framework's own `EguiEditor` takes its size once, when the instance is made; a project's saved size comes later.
//! So each opening makes a new one of them, around the same application.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{
    self as framework, EditorHandle as _, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor,
};
use nice_plug_egui::baseview::{self, HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditorState, EguiNiceSettings, Frame, GraphicsConfig, NiceEguiApp, RepaintNotifier, create_egui_editor,
};

use super::app::EditorApp;
use super::joined::{JoinedHandle, joined};
use super::kin::Kin;
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

    fn logical(&self) -> LogicalSize<f32> {
        let [width, height] = self.size.get();
        LogicalSize::new(f64::from(width), f64::from(height)).cast()
    }
}

impl framework::Editor for Editor {
    type Handle = JoinedHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        super::graphics::keep_mapped();
        let state = EguiEditorState::from_size(self.logical(), self.size.look().zoom());
        let settings = EguiNiceSettings {
            title: "Echelon".to_owned(),
            graphics: GraphicsConfig { dithering: false, ..GraphicsConfig::default() },
            resize_hint: self.resize_hint(),
            ..EguiNiceSettings::default()
        };
        let editor = create_egui_editor(state, RepaintNotifier::new(), settings, self.app.clone())
            .ok_or("the framework made no editor")?;
        let (spawned, threads) = Kin::of(|| editor.spawn(parent, wait_for_parent, None, gui_context, host));
        let spawned = spawned?;
        // baseview 0.4.2 on X11 does not apply a scale that it is given at birth to the window's own size, and half of
        // the picture is missing. It does for one that comes later. Without it the editor is small, but whole.
        if let Some(scale) = fallback_scale_factor {
            let _ = spawned.handle.set_fallback_scale_factor(scale, &spawned.window);
        }
        let app = self.app.clone();
        Ok(joined(spawned, threads, move || app.with(EditorApp::closed)))
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

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size on a screen")]
    fn remember(&self, size: WindowSize) {
        self.size.set([size.logical.width.round() as u32, size.logical.height.round() as u32]);
        // The window's is the screen's times the zoom.
        self.size.set_scale(size.scale_factor / f64::from(self.size.look().zoom()));
    }
}

impl NiceEguiApp for SharedApp {
    fn build(&mut self, ctx: egui::Context, _: GuiContext, frame: &mut Frame) -> Result<(), HandlerError> {
        self.size.set_scale(frame.baseview_window().size().scale_factor);
        self.with(|app| app.opened(&ctx));
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut Frame) {
        self.with(|app| app.show(ui));
    }

    fn resized(&mut self, size: WindowSize) {
        self.remember(size);
    }
}
