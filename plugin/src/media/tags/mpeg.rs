//! MP3: its length, by the count in its first frame, or by its size if every frame has the same; and the tag behind it.

use std::io::{Read, Seek};

use super::bytes::Bytes;
use super::{Tags, id3};

/// Where the first frame may be, behind a tag that was padded.
const REACH: usize = 8 << 10;
/// Frames that must be alike for all of them to count as that.
const ALIKE: usize = 12;
/// Bitrates in kbit/s of layer III: MPEG 1, and MPEG 2 and 2.5.
const KBITS: [[u32; 14]; 2] = [
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// A frame's head: layer III alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    is_mpeg1: bool,
    is_mono: bool,
    rate_hz: u32,
    kbits: u32,
    is_padded: bool,
}

impl Head {
    fn of(bytes: [u8; 4]) -> Option<Self> {
        let [0xff, second, third, fourth] = bytes else { return None };
        let is_layer3 = second & 0xe6 == 0xe2;
        // 0 is MPEG 2.5, 2 is MPEG 2, 3 is MPEG 1.
        let (version, rate) = (second >> 3 & 3, usize::from(third >> 2 & 3));
        if !is_layer3 || version == 1 {
            return None;
        }
        let full = *[44_100, 48_000, 32_000].get(rate)?;
        let is_mpeg1 = version == 3;
        let kbits = *KBITS[usize::from(!is_mpeg1)].get(usize::from(third >> 4).checked_sub(1)?)?;
        let rate_hz = full >> [2, 0, 1, 0][usize::from(version)];
        Some(Self { is_mpeg1, is_mono: fourth & 0xc0 == 0xc0, rate_hz, kbits, is_padded: third & 2 != 0 })
    }

    const fn frames(self) -> u32 {
        if self.is_mpeg1 { 1152 } else { 576 }
    }

    /// Length of the whole frame in bytes.
    fn bytes(self) -> u64 {
        u64::from(self.frames() / 8 * self.kbits * 1000 / self.rate_hz) + u64::from(self.is_padded)
    }
}

pub(super) fn tags<R: Read + Seek>(file: &mut Bytes<R>, start: u64) -> Tags {
    let behind = id3::trailing(file);
    let end = file.len() - if behind.is_some() { 128 } else { 0 };
    let secs =
        first(file, start).and_then(|(at, head)| counted(file, at, head).or_else(|| of_one_size(file, at, head, end)));
    Tags { secs, ..behind.unwrap_or_default() }
}

/// The first frame that is followed by another one.
fn first<R: Read + Seek>(file: &mut Bytes<R>, start: u64) -> Option<(u64, Head)> {
    let bytes = file.some(start, REACH)?.to_vec();
    let heads = bytes.windows(4).enumerate().filter(|(_, head)| head[0] == 0xff);
    // A handful: a file of nothing but such bytes is no music.
    heads.take(64).find_map(|(offset, head)| {
        let (at, head) = (start + offset as u64, Head::of(head.try_into().ok()?)?);
        let next = file.at(at + head.bytes()).and_then(Head::of)?;
        (next.rate_hz == head.rate_hz && next.is_mpeg1 == head.is_mpeg1).then_some((at, head))
    })
}

/// By the number of frames that an encoder wrote into the first.
fn counted<R: Read + Seek>(file: &mut Bytes<R>, at: u64, head: Head) -> Option<f64> {
    let side = match (head.is_mpeg1, head.is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let count = match file.at::<12>(at + 4 + side)? {
        [b'X', b'i', b'n', b'g', _, _, _, flags, count @ ..] | [b'I', b'n', b'f', b'o', _, _, _, flags, count @ ..]
            if flags & 1 != 0 =>
        {
            count
        }
        _ => match file.at::<18>(at + 36)? {
            [b'V', b'B', b'R', b'I', .., c0, c1, c2, c3] => [c0, c1, c2, c3],
            _ => return None,
        },
    };
    let frames = u64::from(u32::from_be_bytes(count)) * u64::from(head.frames());
    (frames > 0).then(|| frames as f64 / f64::from(head.rate_hz))
}

/// By the size of the file, if its frames are alike.
fn of_one_size<R: Read + Seek>(file: &mut Bytes<R>, at: u64, head: Head, end: u64) -> Option<f64> {
    let mut next = at;
    for _ in 0..ALIKE {
        let Some(bytes) = file.at(next) else { break };
        let here = Head::of(bytes)?;
        if here.kbits != head.kbits || here.rate_hz != head.rate_hz {
            return None;
        }
        next += here.bytes();
    }
    Some(end.checked_sub(at)? as f64 * 8.0 / f64::from(head.kbits * 1000))
}
