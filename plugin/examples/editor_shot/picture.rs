//! A picture of the display's upper left corner, where a window without a window manager is.

use std::path::Path;
use std::time::Duration;

use tiny_skia::{IntSize, Pixmap};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat};

use super::Failure;

/// How often it is looked whether the window has drawn something, a quarter of a second apart.
const LOOKS: u32 = 80;

/// Writes it as PNG, once something has been drawn.
pub fn take(size: [u32; 2], path: &Path) -> Result<(), Failure> {
    for _ in 0..LOOKS {
        let picture = grab(size)?;
        if picture.pixels().iter().any(|pixel| pixel.red() > 128) {
            picture.save_png(path)?;
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    Err("the window stays black".into())
}

fn grab([width, height]: [u32; 2]) -> Result<Pixmap, Failure> {
    let (connection, screen) = x11rb::connect(None)?;
    let root = &connection.setup().roots[screen];
    let width = u16::try_from(width)?.min(root.width_in_pixels);
    let height = u16::try_from(height)?.min(root.height_in_pixels);
    let image = connection.get_image(ImageFormat::Z_PIXMAP, root.root, 0, 0, width, height, u32::MAX)?.reply()?;
    // Blue, green, red and nothing.
    let rgba = image.data.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0], 255]).collect();
    let size = IntSize::from_wh(u32::from(width), u32::from(height)).ok_or("no picture")?;
    Ok(Pixmap::from_vec(rgba, size).ok_or("the display has another depth than 24 bits")?)
}
