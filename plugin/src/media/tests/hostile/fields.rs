//! Where the fields of the formats' headers are.

/// A number in a file.
pub(super) struct Field {
    pub what: String,
    pub at: usize,
    /// In bytes.
    pub width: usize,
    pub is_little: bool,
}

/// Writes a number.
pub(super) fn put(bytes: &mut [u8], at: usize, width: usize, is_little: bool, value: u64) {
    let Some(place) = bytes.get_mut(at..at + width) else { return };
    if is_little {
        place.copy_from_slice(&value.to_le_bytes()[..width]);
    } else {
        place.copy_from_slice(&value.to_be_bytes()[8 - width..]);
    }
}

/// All that say how much there is, or how it is to be read.
pub(super) fn fields(name: &str, bytes: &[u8]) -> Vec<Field> {
    let table = |is_little: bool, fields: &[(&str, usize, usize)]| -> Vec<Field> {
        let field = |(what, at, width): &(&str, usize, usize)| Field {
            what: (*what).to_owned(),
            at: *at,
            width: *width,
            is_little,
        };
        fields.iter().map(field).collect()
    };
    match name.rsplit('.').next().unwrap_or("") {
        "wav" => table(
            true,
            &[
                ("file length", 4, 4),
                ("fmt length", 16, 4),
                ("format", 20, 2),
                ("channels", 22, 2),
                ("rate", 24, 4),
                ("bytes a second", 28, 4),
                ("bytes a frame", 32, 2),
                ("bits", 34, 2),
                ("next chunk", 36, 4),
                ("its length", 40, 4),
            ],
        ),
        "aiff" => table(
            false,
            &[
                ("file length", 4, 4),
                ("COMM length", 16, 4),
                ("channels", 20, 2),
                ("frames", 22, 4),
                ("bits", 26, 2),
                ("rate's exponent", 28, 2),
                ("rate", 30, 4),
                ("SSND length", 42, 4),
                ("offset", 46, 4),
                ("block", 50, 4),
            ],
        ),
        "flac" => table(
            false,
            &[
                ("block header", 4, 4),
                ("least block", 8, 2),
                ("most block", 10, 2),
                ("least frame", 12, 2),
                ("rate, channels, bits", 18, 4),
                ("frames", 22, 4),
                ("first frame", 42, 4),
                ("its rate and size", 44, 2),
            ],
        ),
        "mp3" => mp3(bytes),
        "aac" => {
            (0..7).map(|at| byte("ADTS header", at)).chain((0..7).map(|at| byte("a later one", 369 + at))).collect()
        }
        "ogg" => ogg(bytes),
        _ => boxes(bytes, 0, bytes.len(), 0),
    }
}

fn byte(what: &str, at: usize) -> Field {
    Field { what: format!("{what}, byte {at}"), at, width: 1, is_little: true }
}

fn word(what: String, at: usize) -> Field {
    Field { what, at, width: 4, is_little: false }
}

fn mp3(bytes: &[u8]) -> Vec<Field> {
    let tag = bytes.windows(4).position(|four| four == b"Xing" || four == b"Info").expect("the fixture has a tag");
    let first = (0..tag).rev().find(|at| bytes[*at] == 0xff && bytes[at + 1] >= 0xe0).expect("a frame");
    let second = (tag + 4..bytes.len() - 1).find(|at| bytes[*at] == 0xff && bytes[at + 1] >= 0xe0).expect("a frame");
    let mut fields: Vec<Field> = (0..10).map(|at| byte("ID3", at)).collect();
    fields.extend((1..4).flat_map(|at| [byte("first frame", first + at), byte("second frame", second + at)]));
    fields.extend([("flags", 4), ("frames", 8), ("bytes", 12)].map(|(what, at)| word(what.to_owned(), tag + at)));
    fields.extend((0..3).map(|at| byte("delay and padding", tag + 141 + at)));
    fields
}

/// The pages' headers, and what Vorbis says first.
fn ogg(bytes: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    for (number, at) in pages(bytes).into_iter().enumerate() {
        fields.push(Field { what: format!("granule of page {number}"), at: at + 6, width: 8, is_little: true });
        fields.push(Field { what: format!("serial of page {number}"), at: at + 14, width: 4, is_little: true });
        fields.push(Field { what: format!("number of page {number}"), at: at + 18, width: 4, is_little: true });
        fields.extend([4, 5, 26, 27, 28].map(|byte_at| byte("page", at + byte_at)));
    }
    let start = 28;
    fields.extend([("version", 7), ("rate", 12), ("bits a second", 20)].map(|(what, at)| Field {
        what: what.to_owned(),
        at: start + at,
        width: 4,
        is_little: true,
    }));
    fields.extend([byte("channels", start + 11), byte("block sizes", start + 28), byte("framing", start + 29)]);
    fields
}

fn pages(bytes: &[u8]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, four)| four == b"OggS").map(|(at, _)| at).collect()
}

/// Makes the checksums right again, so that what is said in a page is believed.
pub(super) fn seal_pages(bytes: &mut [u8]) {
    for at in pages(bytes) {
        let Some(&segments) = bytes.get(at + 26) else { continue };
        let Some(table) = bytes.get(at + 27..at + 27 + usize::from(segments)) else { continue };
        let end = at + 27 + usize::from(segments) + table.iter().map(|length| usize::from(*length)).sum::<usize>();
        let Some(page) = bytes.get_mut(at..end) else { continue };
        page[22..26].fill(0);
        let sum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
    }
}

/// The boxes of an MP4 file, each with its length and its first words.
fn boxes(bytes: &[u8], from: usize, to: usize, depth: usize) -> Vec<Field> {
    const CONTAINERS: [&[u8]; 6] = [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"];
    const WORDS: usize = 6;
    let (mut fields, mut at) = (Vec::new(), from);
    while at + 8 <= to && depth < 8 {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four")) as usize;
        let kind = &bytes[at + 4..at + 8];
        if length < 8 || at + length > to {
            break;
        }
        let name = String::from_utf8_lossy(kind).into_owned();
        fields.push(word(format!("length of {name}"), at));
        let head = if kind == b"stsd" { 16 } else { 8 };
        if CONTAINERS.contains(&kind) {
            fields.extend(boxes(bytes, at + head, at + length, depth + 1));
        } else if kind != b"mdat" {
            let words = WORDS.min((length - 8) / 4);
            fields.extend((0..words).map(|number| word(format!("word {number} of {name}"), at + 8 + 4 * number)));
        }
        at += length;
    }
    fields
}
