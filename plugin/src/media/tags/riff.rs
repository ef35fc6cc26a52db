//! Chunks: WAV (`LIST`/`INFO`, ID3) and AIFF (`NAME`, `AUTH`, ID3).

use std::io::{Read, Seek};

use super::bytes::Bytes;
use super::{Tags, id3, plain_words, word};

/// Chunks that are looked at.
const MOST_CHUNKS: usize = 100;
/// Bytes of a text that are looked at.
const MOST_TEXT: usize = 4096;

/// A chunk's name, where what is in it begins, and its length as it says.
struct Chunk {
    name: [u8; 4],
    at: u64,
    length: u32,
}

impl Chunk {
    fn at<R: Read + Seek>(file: &mut Bytes<R>, at: u64, length: fn([u8; 4]) -> u32) -> Option<Self> {
        let [n0, n1, n2, n3, l0, l1, l2, l3] = file.at::<8>(at)?;
        Some(Self { name: [n0, n1, n2, n3], at: at + 8, length: length([l0, l1, l2, l3]) })
    }

    /// Chunks start on even bytes.
    fn next(&self) -> u64 {
        self.at + u64::from(self.length).next_multiple_of(2)
    }

    fn text<R: Read + Seek>(&self, file: &mut Bytes<R>) -> Option<std::sync::Arc<str>> {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX).min(MOST_TEXT);
        word(&plain_words(file.some(self.at, length)?))
    }
}

/// Calls for each chunk in a part of a file, as long as that wants more.
fn each<R: Read + Seek>(
    file: &mut Bytes<R>,
    (mut at, end): (u64, u64),
    length: fn([u8; 4]) -> u32,
    mut look: impl FnMut(&mut Bytes<R>, &Chunk),
) {
    for _ in 0..MOST_CHUNKS {
        let Some(chunk) = Chunk::at(file, at, length).filter(|chunk| chunk.at <= end) else { return };
        look(file, &chunk);
        at = chunk.next();
    }
}

pub(super) fn wav<R: Read + Seek>(file: &mut Bytes<R>) -> Tags {
    let (mut info, mut own, mut bytes_per_sec) = (Tags::default(), Tags::default(), 0);
    let (mut secs, len) = (None, file.len());
    each(file, (12, len), u32::from_le_bytes, |file, chunk| match &chunk.name {
        b"fmt " => {
            let told = file.at::<12>(chunk.at).map(|told| [told[8], told[9], told[10], told[11]]);
            bytes_per_sec = told.map_or(0, u32::from_le_bytes);
        }
        b"data" if bytes_per_sec > 0 => {
            // Pipes, and recorders that were cut off, leave any length, and so do files of more than 4 GiB.
            let there = len.saturating_sub(chunk.at);
            let said = u64::from(chunk.length);
            let bytes = if said == 0 || said > there { there } else { said };
            secs = Some(bytes as f64 / f64::from(bytes_per_sec));
        }
        b"LIST" if file.at::<4>(chunk.at) == Some(*b"INFO") => {
            each(file, (chunk.at + 4, chunk.next()), u32::from_le_bytes, |file, chunk| match &chunk.name {
                b"INAM" => info.title = chunk.text(file),
                b"IART" => info.artist = chunk.text(file),
                _ => {}
            });
        }
        b"id3 " | b"ID3 " => own = id3::tag(file, chunk.at).unwrap_or_default().0,
        _ => {}
    });
    Tags { secs, ..own.or(info) }
}

pub(super) fn aiff<R: Read + Seek>(file: &mut Bytes<R>) -> Tags {
    let (mut info, mut own, len) = (Tags::default(), Tags::default(), file.len());
    each(file, (12, len), u32::from_be_bytes, |file, chunk| match &chunk.name {
        b"COMM" => {
            let Some([_, _, f0, f1, f2, f3, _, _, rate @ ..]) = file.at::<18>(chunk.at) else { return };
            let (frames, rate) = (u32::from_be_bytes([f0, f1, f2, f3]), extended(rate));
            info.secs = (rate >= 1.0).then(|| f64::from(frames) / rate);
        }
        b"NAME" => info.title = chunk.text(file),
        b"AUTH" => info.artist = chunk.text(file),
        b"ID3 " | b"id3 " => own = id3::tag(file, chunk.at).unwrap_or_default().0,
        _ => {}
    });
    own.or(info)
}

/// A number of 80 bits: sign, exponent, and the number with its first bit.
fn extended([e0, e1, whole @ ..]: [u8; 10]) -> f64 {
    let exponent = i32::from(u16::from_be_bytes([e0 & 0x7f, e1])) - 16_383 - 63;
    u64::from_be_bytes(whole) as f64 * f64::from(exponent).exp2()
}
