//! M4A: boxes in boxes. The words are in `moov/udta/meta/ilst`, the length in `moov/mvhd`.

use std::io::{Read, Seek};

use super::bytes::Bytes;
use super::{Tags, word};

/// Boxes side by side that are looked at.
const MOST_BOXES: usize = 256;
/// Bytes of a text that are looked at.
const MOST_TEXT: usize = 4096;

/// A box's name, and where what is in it begins and ends.
#[derive(Clone, Copy)]
struct Atom {
    name: [u8; 4],
    start: u64,
    end: u64,
}

impl Atom {
    fn at<R: Read + Seek>(file: &mut Bytes<R>, at: u64, end: u64) -> Option<Self> {
        let [s0, s1, s2, s3, name @ ..] = file.at::<8>(at)?;
        let (head, size) = match u32::from_be_bytes([s0, s1, s2, s3]) {
            0 => (8, end.checked_sub(at)?),
            1 => (16, u64::from_be_bytes(file.at::<8>(at + 8)?)),
            size => (8, size.into()),
        };
        let own_end = at.checked_add(size)?;
        (size >= head && own_end <= end).then_some(Self { name, start: at + head, end: own_end })
    }

    /// The first box of this name in it.
    fn find<R: Read + Seek>(self, file: &mut Bytes<R>, name: &[u8; 4]) -> Option<Self> {
        let mut at = self.start;
        for _ in 0..MOST_BOXES {
            let found = Self::at(file, at, self.end)?;
            if found.name == *name {
                return Some(found);
            }
            at = found.end;
        }
        None
    }
}

pub(super) fn tags<R: Read + Seek>(file: &mut Bytes<R>) -> Tags {
    let whole = Atom { name: *b"file", start: 0, end: file.len() };
    let Some(movie) = whole.find(file, b"moov") else { return Tags::default() };
    let secs = movie.find(file, b"mvhd").and_then(|head| secs(file, head));
    let words = movie.find(file, b"udta").and_then(|user| user.find(file, b"meta")).map(|meta| words(file, meta));
    Tags { secs, ..words.unwrap_or_default() }
}

fn secs<R: Read + Seek>(file: &mut Bytes<R>, head: Atom) -> Option<f64> {
    let [version, ..] = file.at::<4>(head.start)?;
    let (scale, length) = if version == 0 {
        let [s0, s1, s2, s3, length @ ..] = file.at::<8>(head.start + 12)?;
        ([s0, s1, s2, s3], u32::from_be_bytes(length).into())
    } else {
        let [s0, s1, s2, s3, length @ ..] = file.at::<12>(head.start + 20)?;
        ([s0, s1, s2, s3], u64::from_be_bytes(length))
    };
    let scale = u32::from_be_bytes(scale);
    (scale > 0 && length > 0).then(|| length as f64 / f64::from(scale))
}

fn words<R: Read + Seek>(file: &mut Bytes<R>, meta: Atom) -> Tags {
    // Most have a version before their boxes, some have none.
    let is_bare = file.at::<4>(meta.start + 4) == Some(*b"hdlr");
    let meta = Atom { start: meta.start + if is_bare { 0 } else { 4 }, ..meta };
    let Some(list) = meta.find(file, b"ilst") else { return Tags::default() };
    let mut text = |name: &[u8; 4]| {
        let data = list.find(file, name)?.find(file, b"data")?;
        let [_, _, _, kind, ..] = file.at::<8>(data.start)?;
        let (start, length) = (data.start + 8, data.end.checked_sub(data.start + 8)?);
        let bytes = file.some(start, usize::try_from(length).unwrap_or(usize::MAX).min(MOST_TEXT))?;
        match kind {
            0 | 1 => word(&String::from_utf8_lossy(bytes)),
            2 => {
                let units: Vec<u16> =
                    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                word(&String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    };
    Tags { title: text(b"\xa9nam"), artist: text(b"\xa9ART").or_else(|| text(b"aART")), secs: None }
}
