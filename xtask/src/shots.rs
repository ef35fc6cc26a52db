//! `cargo xtask shots`: pictures of the editor in every state and on every page, and a comparison with kept ones.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tiny_skia::{IntSize, Pixmap};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, root, run_ok, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask shots [--keep] [--pages]

Writes pictures of the editor to target/shots:
- every page and state, drawn on the CPU, the same on every machine: empty, stopped, playing, four playing decks, pending,
  loading, failed, refused, the longest texts, no audio; library, MIDI, OSC, safety, setup; the light theme, the smallest window, 200 %.
  Some of them are compared with small references in plugin/tests/editor/shots, as the tests do: a tile of 8 x 8 pixels that is
  on average 2 of 255 beside its reference fails.
- window-*: the real editor in the real window of a mini-host, on a virtual display (Xvfb, software OpenGL), while a scripted
  performance is played, pressed, typed and dropped into: every page, both themes, 200 %, CLAP and VST3. Both themes and
  200 % are compared with tests/host/window/kept: the mean of a tile of 16 x 16 points that is 14 of 255 beside it fails.

Another look is a reason to look: then `--keep` makes the pictures the references.

Options:
  --keep   keep these pictures as references
  --pages  without the windows
";

pub fn main(mut args: Args) -> Result<()> {
    let keep = args.flag("--keep");
    let pages_only = args.flag("--pages");
    args.finish()?;
    set_up(&[Need::Build, Need::Editor], false)?;
    let folder = target_dir().join("shots");
    fs::create_dir_all(&folder)?;
    step("Drawing pages and states");
    let mut pages = cargo();
    pages.args(["test", "--package", "echelon", "--test", "editor", "--", "pictures::"]).env("ECHELON_SHOTS", &folder);
    if keep {
        pages.env("ECHELON_KEEP_SHOTS", "1");
    }
    run_ok(&mut pages, "drawing, or the comparison")?;
    if !pages_only {
        step("Playing in real windows");
        let mut windows = cargo();
        windows.args(["test", "--package", "echelon_tests", "--test", "host_editor_window"]);
        if keep {
            windows.env("ECHELON_KEEP_SHOTS", "1");
        }
        run_ok(windows.env("ECHELON_SHOTS", &folder), "the windows, or the comparison")?;
        for path in files(&folder, "ppm")? {
            to_png(&path)?;
        }
    }
    if keep {
        for place in ["plugin/tests/editor/shots", "tests/host/window/kept"] {
            println!("references are in {}", shown(&root().join(place)));
        }
    }
    println!("{} pictures are in {}", files(&folder, "png")?.len(), shown(&folder));
    Ok(())
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    let mut all: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    all.retain(|path| path.extension().is_some_and(|end| end == ending));
    all.sort();
    Ok(all)
}

/// A window's picture as it was grabbed, as PNG in its place.
fn to_png(path: &Path) -> Result<()> {
    let pixmap = read_ppm(&fs::read(path)?).with_context(|| format!("{}", path.display()))?;
    pixmap.save_png(path.with_extension("png"))?;
    Ok(fs::remove_file(path)?)
}

/// `P6`, width, height, 255, and three bytes a pixel.
fn read_ppm(bytes: &[u8]) -> Result<Pixmap> {
    let mut parts = bytes.splitn(4, |byte| *byte == b'\n');
    let mut line = || parts.next().context("it ends too soon");
    let (magic, size, most) = (line()?, String::from_utf8(line()?.to_vec())?, line()?);
    ensure!(magic == b"P6" && most == b"255", "no picture");
    let (width, height) = size.split_once(' ').context("no size")?;
    let size = IntSize::from_wh(width.parse()?, height.parse()?).context("no size")?;
    let rgba = line()?.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    Pixmap::from_vec(rgba, size).context("fewer pixels than it says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grabbed_picture_is_read() {
        let mut bytes = b"P6\n2 1\n255\n".to_vec();
        bytes.extend([1, 2, 3, 250, 10, 10]);
        let pixmap = read_ppm(&bytes).unwrap();
        assert_eq!((pixmap.width(), pixmap.height()), (2, 1));
        assert_eq!(pixmap.pixel(1, 0).unwrap().red(), 250);
        assert!(read_ppm(b"P6\n2 2\n255\nabc").is_err());
    }
}
