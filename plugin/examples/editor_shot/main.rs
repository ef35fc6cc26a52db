//! The real editor in a window of its own, with a scripted rig behind it: to look at it without a host.
//!
//! `cargo run -p echelon --example editor_shot -- --state pending [--size 1000x640] [--zoom 2] [--seconds 5]`

mod scenes;

use std::time::{Duration, Instant};

use echelon::editor::app::EditorApp;
use echelon::view::{Act, SharedView};
use echelon_engine::action::{Action, ActionTiming};
use nice_plug_egui::baseview::{self, HandlerError, dpi::LogicalSize};
use nice_plug_egui::{App, EguiWindow, EguiWindowSettings, Frame, GraphicsConfig};

/// Says what it was asked for.
struct Say;

impl Act for Say {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        println!("{action:?} {timing:?}");
    }
}

/// The editor, fed by a scene, for some seconds.
struct Shot {
    editor: EditorApp,
    view: SharedView,
    state: String,
    began: Instant,
    lasts: Duration,
    frames: u32,
    drawing: Duration,
}

impl App for Shot {
    fn build(&mut self, ctx: egui::Context, _: &mut Frame) -> Result<(), HandlerError> {
        self.began = Instant::now();
        self.editor.opened(&ctx);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut Frame) {
        let elapsed = self.began.elapsed();
        if let Some(scene) = scenes::scene(&self.state, elapsed.as_secs_f64()) {
            self.view.update(|view| *view = scene);
        }
        let frame_began = Instant::now();
        self.editor.show(ui);
        self.drawing += frame_began.elapsed();
        self.frames += 1;
        if elapsed > self.lasts {
            let mean_ms = self.drawing.as_secs_f64() * 1000.0 / f64::from(self.frames);
            println!("{} frames in {:.1} s, {mean_ms:.2} ms each in the editor", self.frames, elapsed.as_secs_f64());
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }
}

/// The word after `name` on the command line.
fn option(name: &str) -> Option<String> {
    let mut words = std::env::args().skip_while(|word| word != name);
    words.nth(1)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = option("--state").unwrap_or_else(|| "pending".to_owned());
    if scenes::scene(&state, 0.0).is_none() {
        return Err(format!("--state is one of {}", scenes::NAMES.join(", ")).into());
    }
    let size = option("--size").unwrap_or_else(|| "1000x640".to_owned());
    let (width, height) = size.split_once('x').ok_or("--size is like 1000x640")?;
    let zoom: f32 = option("--zoom").map_or(Ok(1.0), |zoom| zoom.parse())?;
    let seconds: f64 = option("--seconds").map_or(Ok(5.0), |seconds| seconds.parse())?;
    let view = SharedView::default();
    let shot = Shot {
        editor: EditorApp::new(view.clone(), Box::new(Say)),
        view,
        state,
        began: Instant::now(),
        lasts: Duration::from_secs_f64(seconds),
        frames: 0,
        drawing: Duration::ZERO,
    };
    // SAFETY: this is a program of its own, with one baseview and no other windowing library or host in its process.
    unsafe { baseview::assume_standalone_in_process() };
    let settings = EguiWindowSettings::new()
        .with_title("Echelon")
        .with_size(LogicalSize::<f32>::new(width.parse()?, height.parse()?))
        .with_zoom_factor(zoom)
        .with_graphics_config(GraphicsConfig { dithering: false, ..GraphicsConfig::default() });
    EguiWindow::create(settings, shot)?.run_until_closed()?;
    Ok(())
}
