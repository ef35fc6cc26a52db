//! The real editor in a window of its own, with a scripted rig behind it: to look at it without a host.
//!
//! `cargo run -p echelon --example editor_shot -- --state pending [--page library] [--size 1280x800] [--zoom 150]
//! [--theme light] [--scale 2] [--seconds 5] [--times 1]`
//!
//! `--times` opens and closes the window that often, as a host does with one instance. `--all FOLDER` takes a picture of
//! every state and page from the display into the folder (`cargo xtask shots` does that on a display of its own).

mod context;
mod picture;
mod scenes;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use echelon::editor::theme::{DEFAULT_SIZE, MIN_SIZE, Theme};
use echelon::editor::{EditorSize, Look, Page, create_on_page};
use echelon::view::{Act, SharedView};
use echelon_engine::action::{Action, ActionTiming};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::{Editor, EditorHandle, SpawnedEditor};

type Failure = Box<dyn std::error::Error>;

/// Time from one view to the next: about a block of 512 frames at 48 kHz.
const BLOCK: Duration = Duration::from_millis(11);
/// The place in a scene at which pictures are taken. Seconds.
const STILL_SECS: f64 = 1.0;

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
                .ok_or("--page is play, library, osc, safety or setup")?,
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

    /// Its window's size on a screen of one pixel a point.
    fn pixels(&self) -> [u32; 2] {
        self.size.map(|side| side * u32::from(self.look.zoom_percent) / 100)
    }

    /// A picture of its own: as others but for what is given.
    fn still(state: &str, page: Page, size: [u32; 2], theme: Theme, zoom_percent: u16) -> Self {
        let look = Look { zoom_percent, theme };
        Self { state: state.to_owned(), page, size, scale: None, shown: Duration::from_millis(1500), times: 1, look }
    }
}

/// The word after `name` on the command line.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|word| word != name).nth(1)
}

fn main() -> Result<(), Failure> {
    if let Some(folder) = option("--all") {
        return take_all(Path::new(&folder));
    }
    let options = Options::read()?;
    show(&options, None, || Ok(()))
}

/// Every picture, with its name.
fn stills() -> Vec<(String, Options)> {
    let dark = |state: &str, page| Options::still(state, page, DEFAULT_SIZE, Theme::Dark, 100);
    let mut all: Vec<(String, Options)> =
        scenes::NAMES.iter().map(|name| ((*name).to_owned(), dark(name, Page::Play))).collect();
    for page in [Page::Osc, Page::Safety, Page::Setup] {
        all.push((page.word().to_lowercase(), dark("playing", page)));
    }
    let light = |page| Options::still("playing", page, DEFAULT_SIZE, Theme::Light, 100);
    all.push(("light".to_owned(), light(Page::Play)));
    all.push(("light-safety".to_owned(), light(Page::Safety)));
    all.push(("smallest".to_owned(), Options::still("pending", Page::Play, MIN_SIZE, Theme::Dark, 100)));
    all.push(("200-percent".to_owned(), Options::still("playing", Page::Play, MIN_SIZE, Theme::Dark, 200)));
    all
}

fn take_all(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    for (name, options) in stills() {
        let path = folder.join(format!("{name}.png"));
        show(&options, Some(STILL_SECS), || picture::take(options.pixels(), &path))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Shows a scene, at one of its moments if one is given, and does something before the last window is closed.
fn show(options: &Options, still: Option<f64>, last: impl Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    let view = SharedView::default();
    let size = EditorSize::default();
    size.set(options.size);
    size.set_look(options.look);
    let editor = create_on_page(view.clone(), Box::new(Say), size, options.page).ok_or("there is no editor")?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| feed(&options.state, still, &view, &over));
        let result = (0..options.times).try_for_each(|_| open(&editor, options, &last));
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// Plays the scene, as the control thread of a rig does; a still one stands, but audio goes on.
fn feed(state: &str, still: Option<f64>, view: &SharedView, over: &AtomicBool) {
    let began = Instant::now();
    while !over.load(Ordering::Relaxed) {
        let secs = began.elapsed().as_secs_f64();
        // What a scene says at first is old: it comes with the second view.
        let at = still.map_or(secs, |still| if secs < 0.3 { 0.0 } else { still });
        if let Some(mut scene) = scenes::scene(state, at) {
            if still.is_some() && scene.snapshot.block > 0 {
                let playing = scenes::scene(state, secs).map_or(0, |scene| scene.snapshot.clock.frame);
                (scene.snapshot.block, scene.snapshot.clock.frame) = (playing + 1, playing);
            }
            view.update(|view| *view = scene);
        }
        std::thread::sleep(BLOCK);
    }
}

/// Opens the window for a while, as the framework does for a host.
fn open(editor: &impl Editor, options: &Options, last: &impl Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    let context = GuiContext::new(Arc::new(context::NoHost));
    let SpawnedEditor { handle, window } = editor.spawn(None, false, options.scale, context, None)?;
    handle.show(&window).map_err(|error| error.to_string())?;
    std::thread::sleep(options.shown);
    last()?;
    drop(handle);
    drop(window);
    Ok(())
}
