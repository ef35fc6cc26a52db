//! The real editor in a window of its own, with a scripted rig behind it: to look at it without a host.
//!
//! `cargo run -p echelon --example editor_shot -- --state pending [--page library] [--size 1280x800] [--zoom 150]
//! [--theme light] [--scale 2] [--seconds 5] [--times 1]`
//!
//! `--times` opens and closes the window that often, as a host does with one instance. Pictures are `cargo xtask shots`'s.

mod context;
mod scenes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use echelon::editor::theme::Theme;
use echelon::editor::{EditorSize, Look, Page, create_on_page};
use echelon::view::{Act, SharedView};
use echelon_engine::action::{Action, ActionTiming};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};

type Failure = Box<dyn std::error::Error>;

/// Time from one view to the next: about a block of 512 frames at 48 kHz.
const BLOCK: Duration = Duration::from_millis(11);

/// Says what it was asked for.
struct Say;

impl Act for Say {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        println!("{action:?} {timing:?}");
    }
}

/// What to show, and how.
struct Options {
    state: String,
    page: Page,
    size: [u32; 2],
    scale: Option<f64>,
    shown: Duration,
    times: u32,
    look: Look,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let state = option("--state").unwrap_or_else(|| "pending".to_owned());
        if scenes::scene(&state, 0.0).is_none() {
            return Err(format!("--state is one of {}", scenes::NAMES.join(", ")).into());
        }
        let size = option("--size").unwrap_or_else(|| "1280x800".to_owned());
        let (width, height) = size.split_once('x').ok_or("--size is like 1280x800")?;
        let page = option("--page").unwrap_or_else(|| "play".to_owned());
        Ok(Self {
            state,
            page: Page::ALL
                .into_iter()
                .find(|known| known.word().eq_ignore_ascii_case(&page))
                .ok_or("--page is play, library, midi, osc, safety or setup")?,
            size: [width.parse()?, height.parse()?],
            scale: option("--scale").map(|scale| scale.parse()).transpose()?,
            shown: Duration::from_secs_f64(option("--seconds").map_or(Ok(5.0), |seconds| seconds.parse())?),
            times: option("--times").map_or(Ok(1), |times| times.parse())?,
            look: Look {
                theme: if option("--theme").as_deref() == Some("light") { Theme::Light } else { Theme::Dark },
                zoom_percent: option("--zoom").map_or(Ok(100), |zoom| zoom.parse())?,
            },
        })
    }
}

/// The word after `name` on the command line.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|word| word != name).nth(1)
}

fn main() -> Result<(), Failure> {
    show(&Options::read()?)
}

/// Shows a scene.
fn show(options: &Options) -> Result<(), Failure> {
    let view = SharedView::default();
    let size = EditorSize::default();
    size.set(options.size);
    size.set_look(options.look);
    let editor = create_on_page(view.clone(), Box::new(Say), size, options.page).ok_or("there is no editor")?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| feed(&options.state, &view, &over));
        let result = (0..options.times).try_for_each(|_| open(&editor, options));
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// Plays the scene, as the control thread of a rig does.
fn feed(state: &str, view: &SharedView, over: &AtomicBool) {
    let began = Instant::now();
    while !over.load(Ordering::Relaxed) {
        if let Some(scene) = scenes::scene(state, began.elapsed().as_secs_f64()) {
            view.update(|view| *view = scene);
        }
        std::thread::sleep(BLOCK);
    }
}

/// Opens the window for a while, as the framework does for a host.
fn open(editor: &impl Editor, options: &Options) -> Result<(), Failure> {
    let context = GuiContext::new(Arc::new(context::NoHost));
    let SpawnedEditor { handle, window } = editor.spawn(None, false, options.scale, context, None)?;
    handle.show(&window).map_err(|error| error.to_string())?;
    std::thread::sleep(options.shown);
    drop(handle);
    drop(window);
    Ok(())
}
