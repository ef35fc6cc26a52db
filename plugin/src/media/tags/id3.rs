//! ID3: frames before the audio (2.2 to 2.4) and 128 bytes behind it (1). Pictures are stepped over.

use std::io::{Cursor, Read, Seek};

use super::bytes::{Bytes, MOST_PIECE};
use super::{Tags, latin, word};

/// Tags one after the other that are looked at.
const MOST_TAGS: usize = 8;
/// Frames of a tag that are looked at.
const MOST_FRAMES: usize = 256;
/// Bytes of a text that are looked at.
const MOST_TEXT: usize = 4096;
const HEAD: u64 = 10;

/// How a tag is written.
#[derive(Clone, Copy)]
struct Form {
    /// 2, 3 or 4.
    version: u8,
    /// No 0xff is followed by anything that an MPEG decoder might take for a frame.
    is_unsync: bool,
}

/// What the tags at the beginning of a file say, and where what is behind them begins.
pub(super) fn leading<R: Read + Seek>(file: &mut Bytes<R>) -> (Tags, u64) {
    let (mut tags, mut at) = (Tags::default(), 0);
    for _ in 0..MOST_TAGS {
        let Some((found, end)) = tag(file, at) else { break };
        (tags, at) = (tags.or(found), end);
    }
    (tags, at)
}

/// The tag that begins there, and where it ends.
pub(super) fn tag<R: Read + Seek>(file: &mut Bytes<R>, at: u64) -> Option<(Tags, u64)> {
    let [b'I', b'D', b'3', version, _, flags, size @ ..] = file.at::<10>(at)? else { return None };
    let has_foot = flags & 0x10 != 0;
    let body = at + HEAD;
    let end = body + u64::from(syncsafe(size));
    let whole_end = end + if has_foot { HEAD } else { 0 };
    let form = Form { version, is_unsync: flags & 0x80 != 0 };
    let has_more_head = flags & 0x40 != 0;
    let tags = match version {
        // Its sizes count what was before it was written so.
        2 | 3 if form.is_unsync => {
            let length = usize::try_from(end - body).unwrap_or(usize::MAX).min(MOST_PIECE);
            let plain = file.some(body, length).map(resynced).unwrap_or_default();
            let length = plain.len() as u64;
            frames(&mut Bytes::new(Cursor::new(plain), length), form, (0, length), has_more_head)
        }
        2..=4 => frames(file, form, (body, end), has_more_head),
        _ => Tags::default(),
    };
    Some((tags, whole_end))
}

/// The last 128 bytes, in the letters of their time.
pub(super) fn trailing<R: Read + Seek>(file: &mut Bytes<R>) -> Option<Tags> {
    let last = file.at::<128>(file.len().checked_sub(128)?)?;
    let text = |from: usize| {
        let bytes = last[from..from + 30].split(|byte| *byte == 0).next()?;
        word(&latin(bytes))
    };
    last.starts_with(b"TAG").then(|| Tags { title: text(3), artist: text(33), secs: None })
}

fn syncsafe(bytes: [u8; 4]) -> u32 {
    bytes.iter().fold(0, |size, part| size << 7 | u32::from(part & 0x7f))
}

/// As it was before zeros were put in.
fn resynced(bytes: &[u8]) -> Vec<u8> {
    let stays = |(index, byte): (usize, &u8)| {
        let is_put_in = *byte == 0 && index.checked_sub(1).is_some_and(|before| bytes[before] == 0xff);
        (!is_put_in).then_some(*byte)
    };
    bytes.iter().enumerate().filter_map(stays).collect()
}

fn frames<R: Read + Seek>(file: &mut Bytes<R>, form: Form, (mut at, end): (u64, u64), has_more_head: bool) -> Tags {
    let (mut title, mut artist, mut band) = (None, None, None);
    if has_more_head && form.version > 2 {
        let Some(size) = file.at::<4>(at) else { return Tags::default() };
        at += if form.version == 3 { 4 + u64::from(u32::from_be_bytes(size)) } else { u64::from(syncsafe(size)) };
    }
    for _ in 0..MOST_FRAMES {
        let Some(frame) = Frame::at(file, form, at).filter(|frame| frame.end() <= end) else { break };
        match &frame.name {
            b"TIT2" | b"TT2\0" => title = title.or_else(|| frame.text(file)),
            b"TPE1" | b"TP1\0" => artist = artist.or_else(|| frame.text(file)),
            b"TPE2" | b"TP2\0" => band = band.or_else(|| frame.text(file)),
            _ => {}
        }
        if title.is_some() && artist.is_some() {
            break;
        }
        at = frame.end();
    }
    Tags { title, artist: artist.or(band), secs: None }
}

/// A frame of a tag.
struct Frame {
    name: [u8; 4],
    /// Where what is in it begins.
    at: u64,
    size: u32,
    is_unsync: bool,
    /// Bytes before the text.
    extra: usize,
    /// Packed or locked: nothing for us.
    is_closed: bool,
}

impl Frame {
    fn at<R: Read + Seek>(file: &mut Bytes<R>, form: Form, at: u64) -> Option<Self> {
        if form.version == 2 {
            let [a, b, c, s0, s1, s2] = file.at::<6>(at)?;
            let size = u32::from_be_bytes([0, s0, s1, s2]);
            return Self { name: [a, b, c, 0], at: at + 6, size, is_unsync: false, extra: 0, is_closed: false }.named();
        }
        let [n0, n1, n2, n3, s0, s1, s2, s3, _, flags] = file.at::<10>(at)?;
        let (name, size) = ([n0, n1, n2, n3], [s0, s1, s2, s3]);
        // Widely used programs wrote plain numbers here.
        let is_syncsafe = form.version == 4 && size.iter().all(|part| *part < 0x80);
        let size = if is_syncsafe { syncsafe(size) } else { u32::from_be_bytes(size) };
        let has = |flag: u8| usize::from(flags & flag != 0);
        let (extra, is_closed, is_unsync) = if form.version == 4 {
            (has(0x40) + 4 * has(0x01), flags & 0x0c != 0, form.is_unsync || flags & 0x02 != 0)
        } else {
            (has(0x20), flags & 0xc0 != 0, false)
        };
        Self { name, at: at + HEAD, size, is_unsync, extra, is_closed }.named()
    }

    /// `None` of what is padding or no frame at all.
    fn named(self) -> Option<Self> {
        let is_name =
            self.name.iter().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || *letter == 0);
        (is_name && self.name[0] != 0 && self.size > 0).then_some(self)
    }

    fn end(&self) -> u64 {
        self.at + u64::from(self.size)
    }

    fn text<R: Read + Seek>(&self, file: &mut Bytes<R>) -> Option<std::sync::Arc<str>> {
        if self.is_closed {
            return None;
        }
        let length = usize::try_from(self.size).unwrap_or(usize::MAX).min(MOST_TEXT);
        let bytes = file.all(self.at, length)?.get(self.extra..)?;
        let bytes = if self.is_unsync { resynced(bytes) } else { bytes.to_vec() };
        let (letters, bytes) = bytes.split_first()?;
        let text = match (letters, bytes) {
            (1, [0xff, 0xfe, rest @ ..]) => utf16(rest, u16::from_le_bytes),
            (1, [0xfe, 0xff, rest @ ..]) | (2, rest) => utf16(rest, u16::from_be_bytes),
            (1, rest) => utf16(rest, u16::from_le_bytes),
            (3, rest) => String::from_utf8_lossy(rest).into_owned(),
            (_, rest) => latin(rest),
        };
        // Several are told one after the other.
        let each: Vec<&str> = text.split('\0').map(str::trim).filter(|part| !part.is_empty()).collect();
        word(&each.join(", "))
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}
