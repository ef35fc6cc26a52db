//! `cargo xtask shots`: pictures of the real editor in every state and on every page, and a comparison with kept ones.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, root, run_ok, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask shots [--keep] [--only NAME]

Opens the editor on a virtual display (Xvfb, software OpenGL) with a scripted rig behind it, and writes a picture of every
state and page to target/shots: empty, stopped, playing, four playing decks, pending, loading, failed, refused, the longest
texts, no audio; OSC, safety, setup; the light theme, the smallest window, 200 %.

Each is compared with its small reference in plugin/tests/editor/shots: the mean difference of all pixels, and that of the
worst tile, must be within a tolerance. Another look is a reason to look: then `--keep` makes the pictures the references.

Options:
  --keep       keep these pictures as references
  --only NAME  compare only this one
";

/// Width of a reference.
const SMALL: u32 = 320;
/// Of 255: of all pixels, and of the worst tile of 16 x 16 of them.
const MEAN_MOST: f64 = 2.0;
const TILE_MOST: f64 = 40.0;
const TILE: u32 = 16;

pub fn main(mut args: Args) -> Result<()> {
    let keep = args.flag("--keep");
    let only: Option<String> = args.value("--only")?;
    args.finish()?;
    set_up(&[Need::Build, Need::Editor], false)?;
    step("Building the editor's program");
    run_ok(cargo().args(["build", "--package", "echelon", "--example", "editor_shot"]), "the build")?;
    step("Taking pictures");
    let folder = target_dir().join("shots");
    let display = Display::start()?;
    let mut program = Command::new(target_dir().join("debug/examples/editor_shot"));
    program.arg("--all").arg(&folder).env("DISPLAY", &display.name);
    run_ok(program.stdout(Stdio::null()), "the editor")?;
    drop(display);
    step("Comparing");
    let mut apart = Vec::new();
    for picture in pictures(&folder)? {
        let name = picture.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        if let Some(words) = check(&picture, &name, keep)? {
            apart.push(words);
        }
    }
    println!("\npictures are in {}", shown(&folder));
    if apart.is_empty() {
        return Ok(());
    }
    bail!("{}\nLook at them; `cargo xtask shots --keep` makes them the references", apart.join("\n"))
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    let mut all: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    all.retain(|path| path.extension().is_some_and(|end| end == "png"));
    all.sort();
    ensure!(!all.is_empty(), "no pictures were taken");
    Ok(all)
}

/// Compares a picture with its reference; says how they differ if they do.
fn check(picture: &Path, name: &str, keep: bool) -> Result<Option<String>> {
    let references = root().join("plugin/tests/editor/shots");
    let reference = references.join(format!("{name}.png"));
    let small = shrunk(&Pixmap::load_png(picture).with_context(|| format!("{}", picture.display()))?)?;
    if keep {
        fs::create_dir_all(&references)?;
        small.save_png(&reference)?;
        println!("    {name}: kept");
        return Ok(None);
    }
    if !reference.is_file() {
        return Ok(Some(format!("{name} has no reference")));
    }
    let kept = Pixmap::load_png(&reference)?;
    if (kept.width(), kept.height()) != (small.width(), small.height()) {
        return Ok(Some(format!("{name} has another size than its reference")));
    }
    let (mean, worst) = difference(&small, &kept);
    println!("    {name}: {mean:.2} of 255, worst tile {worst:.1}");
    let fits = mean <= MEAN_MOST && worst <= TILE_MOST;
    Ok((!fits).then(|| format!("{name} differs from its reference: {mean:.2} of 255, worst tile {worst:.1}")))
}

/// A picture so wide as a reference.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size")]
fn shrunk(picture: &Pixmap) -> Result<Pixmap> {
    let scale = SMALL as f32 / picture.width() as f32;
    let height = ((picture.height() as f32 * scale).round() as u32).max(1);
    // Halved until a bilinear filter sees every pixel.
    let mut now = picture.clone();
    while now.width() >= 2 * SMALL {
        now = scaled(&now, now.width() / 2, now.height() / 2)?;
    }
    scaled(&now, SMALL, height)
}

#[expect(clippy::cast_precision_loss, reason = "a size")]
fn scaled(from: &Pixmap, width: u32, height: u32) -> Result<Pixmap> {
    let mut to = Pixmap::new(width, height).context("no size")?;
    let scale = Transform::from_scale(width as f32 / from.width() as f32, height as f32 / from.height() as f32);
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    to.draw_pixmap(0, 0, from.as_ref(), &paint, scale, None);
    Ok(to)
}

/// The mean of all pixels' differences, and that of the worst tile, of 255.
fn difference(a: &Pixmap, b: &Pixmap) -> (f64, f64) {
    let (width, height) = (a.width(), a.height());
    let (mut sum, mut worst) = (0.0, 0.0_f64);
    for top in (0..height).step_by(TILE as usize) {
        for left in (0..width).step_by(TILE as usize) {
            let (mut tile, mut count) = (0.0, 0.0);
            for (x, y) in
                (top..(top + TILE).min(height)).flat_map(|y| (left..(left + TILE).min(width)).map(move |x| (x, y)))
            {
                let (one, other) = (a.pixel(x, y), b.pixel(x, y));
                let (Some(one), Some(other)) = (one, other) else { continue };
                let apart = one.red().abs_diff(other.red()).max(one.green().abs_diff(other.green()));
                tile += f64::from(apart.max(one.blue().abs_diff(other.blue())));
                count += 1.0;
            }
            sum += tile;
            worst = worst.max(tile / count);
        }
    }
    (sum / f64::from(width * height), worst)
}

/// A virtual display of our own; ends with its value.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Result<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "2400x1600x24", "+extension", "GLX"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb does not start (package xvfb)")?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut number)?;
        }
        Ok(Self { server, name: format!(":{}", number.trim()) })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiny_skia::{Color, Paint, Rect};

    fn picture(width: u32, mark: Option<f32>) -> Pixmap {
        let mut pixmap = Pixmap::new(width, width / 2).unwrap();
        pixmap.fill(Color::from_rgba8(20, 30, 40, 255));
        if let Some(size) = mark {
            let mut paint = Paint::default();
            paint.set_color_rgba8(255, 255, 255, 255);
            pixmap.fill_rect(Rect::from_xywh(100.0, 60.0, size, size).unwrap(), &paint, Transform::identity(), None);
        }
        pixmap
    }

    #[test]
    fn the_same_is_the_same_and_a_missing_button_is_seen() {
        let (a, b) = (shrunk(&picture(1280, None)).unwrap(), shrunk(&picture(1280, Some(80.0))).unwrap());
        assert_eq!((a.width(), a.height()), (320, 160));
        assert_eq!(difference(&a, &a), (0.0, 0.0));
        let (_, worst) = difference(&a, &b);
        assert!(worst > TILE_MOST, "{worst}");
        let pixel = shrunk(&picture(1280, Some(2.0))).unwrap();
        let (mean, worst) = difference(&a, &pixel);
        assert!(mean < MEAN_MOST && worst < TILE_MOST, "a moved pixel is nothing: {mean} {worst}");
    }
}
