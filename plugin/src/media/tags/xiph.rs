//! Vorbis comments, in FLAC and in Ogg; and the lengths of both.

use std::io::{Cursor, Read, Seek};

use super::bytes::{Bytes, MOST_PIECE};
use super::{Tags, word};

/// Blocks before the audio, comments of a list, and pages before the audio that are looked at.
const MOST_BLOCKS: usize = 128;
const MOST_COMMENTS: u32 = 256;
const MOST_PAGES: usize = 64;
/// Bytes of a comment that are looked at; longer ones are pictures.
const MOST_TEXT: usize = 4096;
/// Where the last page of an Ogg file is looked for: in so many bytes at its end, and then in as many as a page may have.
const TAILS: [u64; 2] = [8 << 10, MOST_PIECE as u64];

/// A FLAC file whose mark is there.
pub(super) fn flac<R: Read + Seek>(file: &mut Bytes<R>, start: u64) -> Tags {
    let (mut tags, mut at) = (Tags::default(), start + 4);
    for _ in 0..MOST_BLOCKS {
        let Some([kind, l0, l1, l2]) = file.at::<4>(at) else { break };
        let (body, length) = (at + 4, u64::from(u32::from_be_bytes([0, l0, l1, l2])));
        match kind & 0x7f {
            0 => tags.secs = file.at::<18>(body).and_then(|info| stream_secs(&info)),
            4 => tags = tags.or(comments(file, body, body + length)),
            _ => {}
        }
        at = body + length;
        if kind & 0x80 != 0 {
            break;
        }
    }
    tags
}

/// The length that a FLAC's first block tells; none if it was not known when it was written.
fn stream_secs(info: &[u8; 18]) -> Option<f64> {
    let rate = u32::from_be_bytes([0, info[10], info[11], info[12]]) >> 4;
    let frames = u64::from_be_bytes([0, 0, 0, info[13] & 0x0f, info[14], info[15], info[16], info[17]]);
    (rate > 0 && frames > 0).then(|| frames as f64 / f64::from(rate))
}

/// Vorbis, or FLAC, in Ogg.
pub(super) fn ogg<R: Read + Seek>(file: &mut Bytes<R>) -> Tags {
    let Some((serial, [first, second])) = packets(file) else { return Tags::default() };
    let (rate, skipped) = match (&first[..], &second[..]) {
        ([1, b'v', b'o', b'r', b'b', b'i', b's', _, _, _, _, _, r0, r1, r2, r3, ..], [3, b'v', ..]) => {
            (u32::from_le_bytes([*r0, *r1, *r2, *r3]), 7)
        }
        ([0x7f, b'F', b'L', b'A', b'C', ..], [_, _, _, _, ..]) => {
            // Mark, version, number of headers, FLAC's own mark, and the head of its first block.
            let info = first.get(17..).and_then(|info| info.first_chunk::<18>());
            (info.map_or(0, |info| u32::from_be_bytes([0, info[10], info[11], info[12]]) >> 4), 4)
        }
        _ => return Tags::default(),
    };
    let length = second.len() as u64;
    let mut tags = comments(&mut Bytes::new(Cursor::new(second), length), skipped, length);
    tags.secs = last_frame(file, serial).filter(|_| rate > 0).map(|frames| frames as f64 / f64::from(rate));
    tags
}

/// The first two packets of the first stream, the second perhaps without its end.
fn packets<R: Read + Seek>(file: &mut Bytes<R>) -> Option<(u32, [Vec<u8>; 2])> {
    let (mut at, mut serial) = (0, None);
    let (mut packets, mut packet) = ([Vec::new(), Vec::new()], 0);
    for _ in 0..MOST_PAGES {
        let head = file.at::<27>(at)?;
        let (own, segments) = (u32::from_le_bytes([head[14], head[15], head[16], head[17]]), usize::from(head[26]));
        if !head.starts_with(b"OggS") {
            return None;
        }
        let sizes = file.all(at + 27, segments)?.to_vec();
        let mut body = at + 27 + segments as u64;
        let is_ours = *serial.get_or_insert(own) == own;
        for size in sizes {
            if is_ours {
                let piece = file.some(body, size.into()).unwrap_or_default();
                packets[packet].extend_from_slice(piece);
                // A packet ends with a piece that is not full.
                packet += usize::from(size < 255);
            }
            if packet == 2 || packets[packet].len() >= MOST_PIECE {
                return Some((serial?, packets)).filter(|_| packet > 0);
            }
            body += u64::from(size);
        }
        at = body;
    }
    None
}

/// The last frame, as the last page of a stream tells.
fn last_frame<R: Read + Seek>(file: &mut Bytes<R>, serial: u32) -> Option<u64> {
    TAILS.into_iter().find_map(|tail| {
        let tail = tail.min(file.len());
        let bytes = file.some(file.len() - tail, usize::try_from(tail).ok()?)?;
        let mut pages = bytes.windows(27).rev().filter(|head| head.starts_with(b"OggS"));
        let last = pages.find(|head| head[14..18] == serial.to_le_bytes())?;
        let frame = u64::from_le_bytes(last[6..14].try_into().ok()?);
        (frame != u64::MAX).then_some(frame)
    })
}

/// A list of comments in this part of a file.
fn comments<R: Read + Seek>(file: &mut Bytes<R>, start: u64, end: u64) -> Tags {
    let mut found = Tags::default();
    let mut number = |at: u64| file.at::<4>(at).filter(|_| at + 4 <= end).map(u32::from_le_bytes);
    let Some(vendor) = number(start) else { return found };
    let mut at = start + 4 + u64::from(vendor);
    let Some(count) = number(at) else { return found };
    at += 4;
    let mut band = None;
    for _ in 0..count.min(MOST_COMMENTS) {
        let Some(length) = file.at::<4>(at).map(u32::from_le_bytes) else { break };
        let (body, next) = (at + 4, at + 4 + u64::from(length));
        if next > end {
            break;
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length <= MOST_TEXT
            && let Some(bytes) = file.all(body, length)
            && let Some((name, text)) = String::from_utf8_lossy(bytes).split_once('=')
        {
            let place = match name {
                _ if name.eq_ignore_ascii_case("title") => &mut found.title,
                _ if name.eq_ignore_ascii_case("artist") => &mut found.artist,
                _ if name.eq_ignore_ascii_case("albumartist") => &mut band,
                _ => &mut None,
            };
            // Several are told one after the other.
            *place = match place.take() {
                Some(before) => word(&format!("{before}, {text}")),
                None => word(text),
            };
        }
        at = next;
    }
    found.artist = found.artist.or(band);
    found
}
