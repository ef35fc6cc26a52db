//! What a window looked like when someone last judged it by eye, as the means of its tiles: another driver's letters are
//! the same there, another colour, a panel that is elsewhere or words that are missing are not.

use std::path::{Path, PathBuf};

use crate::x11::Picture;

/// Points that make a tile's side.
const TILE: u16 = 16;
/// Of 255: what the mean of a tile may be beside that which is kept, and the mean of all.
const TILE_MOST: u8 = 14;
const MEAN_MOST: f64 = 1.5;

/// What goes on by itself while a window of that size is looked at: the zoomed waveforms' lines, the clock, the port, the line
/// of messages. Left, top, right and bottom in points.
const fn moving([width, height]: [u16; 2]) -> [[u16; 4]; 3] {
    [[0, 48, width, 272], [440, 0, width - 150, 48], [0, height - 2 * TILE, width, height]]
}

/// Means of tiles, of a window of so many points.
pub struct Tiles {
    means: Vec<[u8; 3]>,
    size: [u16; 2],
}

impl Tiles {
    /// Of a picture with so many pixels in a point.
    pub fn of(picture: &Picture, zoom: u16) -> Self {
        let side = TILE * zoom;
        let size = picture.size().map(|length| length / side);
        let tiles = (0..size[1]).flat_map(|row| (0..size[0]).map(move |column| [column * side, row * side]));
        Self { means: tiles.map(|corner| mean(picture, corner, side)).collect(), size }
    }

    /// The worst tile's difference, of 255, where it is, and the mean of all; what moves is not looked at.
    fn apart(&self, other: &Self) -> (u8, [u16; 2], f64) {
        assert_eq!(self.size, other.size, "another size");
        let (mut worst, mut at, mut sum, mut count) = (0, [0, 0], 0.0, 0.0);
        for (index, (a, b)) in (0_u16..).zip(self.means.iter().zip(&other.means)) {
            let place = [index % self.size[0] * TILE, index / self.size[0] * TILE];
            if moving(self.size.map(|side| side * TILE)).iter().any(|area| is_in(place, *area)) {
                continue;
            }
            let apart = (0..3).map(|channel| a[channel].abs_diff(b[channel])).max().unwrap_or(0);
            if apart > worst {
                (worst, at) = (apart, place);
            }
            (sum, count) = (sum + f64::from(apart), count + 1.0);
        }
        (worst, at, sum / f64::max(count, 1.0))
    }

    /// Why it is not what it was, if so.
    pub fn differs(&self, other: &Self) -> Option<String> {
        let (worst, [x, y], mean) = self.apart(other);
        let is_other = worst > TILE_MOST || mean > MEAN_MOST;
        is_other.then(|| format!("{mean:.2} of 255, the worst tile {worst} at {x}, {y}"))
    }

    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut parts = bytes.splitn(4, |byte| *byte == b'\n');
        let mut line = || parts.next().expect("a picture");
        let (_, size, _) = (line(), String::from_utf8_lossy(line()).into_owned(), line());
        let (width, height) = size.split_once(' ').expect("a size");
        let means = line().chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Self { means, size: [width, height].map(|side| side.parse().expect("a size")) }
    }

    fn write(&self, path: &Path) {
        let mut bytes = format!("P6\n{} {}\n255\n", self.size[0], self.size[1]).into_bytes();
        bytes.extend(self.means.iter().flatten());
        std::fs::write(path, bytes).expect("written");
    }
}

fn is_in([x, y]: [u16; 2], [left, top, right, bottom]: [u16; 4]) -> bool {
    // A tile that is partly in it is in it.
    (left..right).contains(&(x + TILE - 1)) && (top..bottom).contains(&(y + TILE - 1))
        || (left..right).contains(&x) && (top..bottom).contains(&y)
}

#[allow(clippy::cast_possible_truncation, reason = "a mean of bytes")]
fn mean(picture: &Picture, [left, top]: [u16; 2], side: u16) -> [u8; 3] {
    let mut sums = [0_u32; 3];
    for y in top..top + side {
        for x in left..left + side {
            let pixel = picture.at([x, y]);
            (0..3).for_each(|channel| sums[channel] += u32::from(pixel[channel]));
        }
    }
    sums.map(|sum| (sum / (u32::from(side) * u32::from(side))) as u8)
}

/// Compares with the one that is kept, or keeps it if `cargo xtask shots --keep` says so.
pub fn check(name: &str, picture: &Picture, zoom: u16) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("host/window/kept");
    let (path, now): (PathBuf, _) = (folder.join(format!("{name}.ppm")), Tiles::of(picture, zoom));
    if std::env::var_os("ECHELON_KEEP_SHOTS").is_some() {
        std::fs::create_dir_all(&folder).expect("a folder");
        now.write(&path);
    }
    let other = now.differs(&Tiles::read(&path));
    let help = "look at it (cargo xtask shots); if it shall be so: cargo xtask shots --keep";
    assert!(other.is_none(), "{name}: {}\n{help}", other.unwrap_or_default());
}

/// What must be seen: a button that is gone, and everything four points lower.
pub fn sees_what_it_must(picture: &Picture, zoom: u16) {
    let kept = Tiles::of(picture, zoom);
    assert_eq!(kept.differs(&Tiles::of(picture, zoom)), None);
    let [width, _] = picture.size();
    let ground = picture.at([10 * zoom, 24 * zoom]);
    let button = [width - 76 * zoom, width - 14 * zoom];
    let without = picture.mapped(|[x, y], pixel| {
        let is_button = (button[0]..button[1]).contains(&x) && (14 * zoom..42 * zoom).contains(&y);
        if is_button { ground } else { pixel }
    });
    assert!(kept.differs(&Tiles::of(&without, zoom)).is_some(), "a button that is gone");
    let lower = picture.mapped(|[x, y], _| picture.at([x, y.saturating_sub(4 * zoom)]));
    assert!(kept.differs(&Tiles::of(&lower, zoom)).is_some(), "everything lower");
}
