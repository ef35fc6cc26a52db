//! Pictures of pages and states, drawn on the CPU, and a comparison with those that are kept in `shots`.
//!
//! `cargo xtask shots` sets `ECHELON_SHOTS` to the folder into which all of them are written, and with `--keep`
//! `ECHELON_KEEP_SHOTS`, by which the small ones become the references.

use std::path::{Path, PathBuf};

use echelon::editor::page::Page;
use echelon::editor::theme::{self, DEFAULT_SIZE, MIN_SIZE, Theme};
use echelon::editor::{Look, Stage};
use echelon::view::Act;
use echelon_engine::action::{Action, ActionTiming};
use egui::{Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, vec2};
use tiny_skia::{FilterQuality, Pixmap, PixmapPaint, PremultipliedColorU8, Transform};

use crate::crates;
use crate::raster::Raster;
use crate::scenes::scene;

/// Of 255: what the mean of the worst tile's pixels may be beside the reference's, and that of all.
const TILE_MOST: f64 = 2.0;
const MEAN_MOST: f64 = 0.2;
/// Pixels of a reference that make a tile's side.
const TILE: u32 = 8;
/// References have as many pixels as this picture.
const SMALL: u32 = 640;
/// Of each channel so many of the upper bits are kept: references are a third as large for it.
const KEPT_BITS: u8 = 0b1111_1000;

/// One picture.
pub struct Still {
    pub name: &'static str,
    pub scene: &'static str,
    pub page: Page,
    pub size: [u32; 2],
    pub theme: Theme,
    pub scale: f32,
    /// Where it is clicked before it is drawn, in points.
    pub click: Option<Pos2>,
    /// It is kept and compared.
    pub kept: bool,
}

const fn still(name: &'static str, scene: &'static str, page: Page) -> Still {
    // A row of the library is chosen then.
    let click = if matches!(page, Page::Library) { Some(Pos2::new(300.0, 455.0)) } else { None };
    Still { name, scene, page, size: DEFAULT_SIZE, theme: Theme::Dark, scale: 1.0, click, kept: false }
}

const fn kept(name: &'static str, scene: &'static str, page: Page) -> Still {
    Still { kept: true, ..still(name, scene, page) }
}

/// Every picture that does not depend on the machine.
const STILLS: [Still; 28] = [
    kept("library", "playing", Page::Library),
    Still { theme: Theme::Light, ..still("light-library", "playing", Page::Library) },
    Still { size: MIN_SIZE, scale: 2.0, ..still("library-200-percent", "playing", Page::Library) },
    kept("empty", "empty", Page::Play),
    still("stopped", "stopped", Page::Play),
    still("playing", "playing", Page::Play),
    kept("four", "four", Page::Play),
    kept("pending", "pending", Page::Play),
    kept("loading", "loading", Page::Play),
    kept("failed", "failed", Page::Play),
    kept("refused", "refused", Page::Play),
    Still { click: Some(Pos2::new(318.0, 308.0)), ..kept("grid", "playing", Page::Play) },
    still("long", "long", Page::Play),
    still("quiet", "quiet", Page::Play),
    kept("midi", "playing", Page::Midi),
    still("midi-learning", "pending", Page::Midi),
    still("midi-learnt", "refused", Page::Midi),
    still("midi-empty", "empty", Page::Midi),
    still("midi-long", "long", Page::Midi),
    kept("osc", "playing", Page::Osc),
    still("osc-long", "long", Page::Osc),
    kept("safety", "playing", Page::Safety),
    still("safety-long", "long", Page::Safety),
    kept("setup", "playing", Page::Setup),
    Still { theme: Theme::Light, ..kept("light", "playing", Page::Play) },
    Still { theme: Theme::Light, ..still("light-midi", "playing", Page::Midi) },
    Still { size: MIN_SIZE, ..still("smallest", "pending", Page::Play) },
    Still { size: MIN_SIZE, scale: 2.0, ..kept("200-percent", "playing", Page::Play) },
];

struct Nobody;

impl Act for Nobody {
    fn act(&mut self, _: Action, _: ActionTiming) {}
}

/// A click's part of a frame.
fn click(pos: Pos2, frame: usize) -> Vec<Event> {
    let press =
        |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    match frame {
        2 => vec![Event::PointerMoved(pos), press(true)],
        3 => vec![press(false)],
        4 => vec![Event::PointerGone],
        _ => vec![],
    }
}

/// Draws it a second after the scene's beginning, when its message has come.
pub fn picture(still: &Still) -> Pixmap {
    let (ctx, mut stage, mut raster) = (Context::default(), Stage::on_page(still.page), Raster::default());
    theme::apply(&ctx, still.theme);
    stage.set_look(Look { theme: still.theme, ..Look::default() });
    stage.opened();
    let [width, height] = still.size.map(theme::points);
    let is_library = still.page == Page::Library;
    if is_library {
        stage.read_folders_with(crates::folders());
    }
    let mut shapes = vec![];
    for (frame, secs) in [0.0, 0.0, 0.6, 0.65, 1.0].into_iter().enumerate() {
        let mut view = scene(still.scene, if frame < 2 { 0.0 } else { 1.0 }).expect("a scene");
        if is_library {
            crates::put(&mut view);
        }
        if view.snapshot.block > 0 {
            view.snapshot.block += frame as u64;
        }
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(secs),
            focused: true,
            events: still.click.map(|pos| click(pos, frame)).unwrap_or_default(),
            ..RawInput::default()
        };
        input.viewports.entry(input.viewport_id).or_default().native_pixels_per_point = Some(still.scale);
        let mut output = ctx.run_ui(input.clone(), |ui| stage.show(ui, &view, &mut Nobody));
        let began = std::time::Instant::now();
        while stage.is_reading() {
            assert!(began.elapsed().as_secs() < 30, "a folder is never read");
            raster.take(&output.textures_delta);
            output.textures_delta.clear();
            std::thread::yield_now();
            output = ctx.run_ui(input.clone(), |ui| stage.show(ui, &view, &mut Nobody));
        }
        raster.take(&output.textures_delta);
        output.textures_delta.clear();
        shapes = ctx.tessellate(std::mem::take(&mut output.shapes), still.scale);
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size")]
    let pixels = [width, height].map(|side| (side * still.scale) as u32);
    raster.draw(&shapes, pixels, still.scale)
}

/// As a reference is kept: small, and with fewer colours.
fn shrunk(picture: &Pixmap) -> Pixmap {
    let mut now = picture.clone();
    while now.width() >= 2 * SMALL {
        now = half(&now);
    }
    for pixel in now.pixels_mut() {
        let [r, g, b] = [pixel.red(), pixel.green(), pixel.blue()].map(|channel| channel & KEPT_BITS);
        *pixel = PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap();
    }
    now
}

fn half(picture: &Pixmap) -> Pixmap {
    let mut to = Pixmap::new(picture.width() / 2, picture.height() / 2).unwrap();
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    to.draw_pixmap(0, 0, picture.as_ref(), &paint, Transform::from_scale(0.5, 0.5), None);
    to
}

/// The mean of all pixels' differences, and that of the worst tile, of 255; and where that is.
pub fn difference(a: &Pixmap, b: &Pixmap) -> (f64, f64, [u32; 2]) {
    let (mut sum, mut worst, mut at) = (0.0, 0.0_f64, [0, 0]);
    for top in (0..a.height()).step_by(TILE as usize) {
        for left in (0..a.width()).step_by(TILE as usize) {
            let (mut tile, mut count) = (0.0, 0.0);
            for y in top..(top + TILE).min(a.height()) {
                for x in left..(left + TILE).min(a.width()) {
                    let (one, other) = (a.pixel(x, y).unwrap(), b.pixel(x, y).unwrap());
                    let apart = one.red().abs_diff(other.red()).max(one.green().abs_diff(other.green()));
                    tile += f64::from(apart.max(one.blue().abs_diff(other.blue())));
                    count += 1.0;
                }
            }
            sum += tile;
            if tile / count > worst {
                (worst, at) = (tile / count, [left, top]);
            }
        }
    }
    (sum / f64::from(a.width() * a.height()), worst, at)
}

fn references() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/shots")
}

#[test]
fn the_pages_look_as_they_are_kept() {
    let folder = std::env::var_os("ECHELON_SHOTS").map(PathBuf::from);
    let keep = std::env::var_os("ECHELON_KEEP_SHOTS").is_some();
    let mut apart = vec![];
    for still in &STILLS {
        if folder.is_none() && !still.kept {
            continue;
        }
        let whole = picture(still);
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            whole.save_png(folder.join(format!("{}.png", still.name))).unwrap();
        }
        if !still.kept {
            continue;
        }
        let (small, path) = (shrunk(&whole), references().join(format!("{}.png", still.name)));
        if keep {
            std::fs::create_dir_all(references()).unwrap();
            small.save_png(&path).unwrap();
        }
        let kept = Pixmap::load_png(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!((kept.width(), kept.height()), (small.width(), small.height()), "{}", still.name);
        let (mean, worst, [x, y]) = difference(&small, &kept);
        if mean > MEAN_MOST || worst > TILE_MOST {
            apart.push(format!("{}: {mean:.2} of 255, worst tile {worst:.1} at {x}, {y}", still.name));
        }
    }
    let help = "look at them (cargo xtask shots); if they shall be so: cargo xtask shots --keep";
    assert!(apart.is_empty(), "{}\n{help}", apart.join("\n"));
}

/// What the comparison must see: another colour of one small button, and a word that is cut off.
#[test]
fn another_colour_and_a_clipped_word_are_seen() {
    let still = Still { size: MIN_SIZE, ..still("", "stopped", Page::Setup) };
    let whole = picture(&still);
    let kept = shrunk(&whole);
    assert_eq!(difference(&kept, &shrunk(&whole)).1, 0.0);
    let changed = |rect: [u32; 4], change: fn(PremultipliedColorU8) -> [u8; 3]| {
        let (mut other, [left, top, width, height]) = (whole.clone(), rect);
        for y in top..top + height {
            for x in left..left + width {
                let pixel = &mut other.pixels_mut()[(y * whole.width() + x) as usize];
                let [r, g, b] = change(*pixel);
                *pixel = PremultipliedColorU8::from_rgba(r, g, b, 255).unwrap();
            }
        }
        difference(&kept, &shrunk(&other)).1
    };
    // The tab of a page, 12 % brighter.
    let brighter = |pixel: PremultipliedColorU8| {
        [pixel.red(), pixel.green(), pixel.blue()].map(|channel| channel.saturating_add(30))
    };
    let tab = changed([190, 16, 50, 24], brighter);
    assert!(tab > TILE_MOST, "{tab}");
    // The lower third of the letters of "ECHELON".
    let word = changed([14, 30, 70, 6], |_| [0x15, 0x19, 0x1E]);
    assert!(word > TILE_MOST, "{word}");
}
