//! Tags of every format, written by hand; what is damaged has none, and is not read endlessly.

use std::io::Cursor;

use super::*;
use crate::media::tests::{FIXTURES, int_wav};

mod damage;

/// A file as the shelf of tests wants it: a title and an artist in a WAV.
pub(crate) fn tagged_wav(title: &str, artist: &str, samples: &[i32]) -> Vec<u8> {
    let mut bytes = int_wav(2, 44_100, 16, samples);
    let info = [(b"INAM", title), (b"IART", artist)];
    let info = info.iter().flat_map(|(name, text)| chunk(name, &[text.as_bytes(), b"\0"].concat(), u32::to_le_bytes));
    bytes.extend(chunk(b"LIST", &[b"INFO".to_vec(), info.collect()].concat(), u32::to_le_bytes));
    bytes
}

fn chunk(name: &[u8; 4], body: &[u8], length: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend(length(u32::try_from(body.len()).unwrap()));
    chunk.extend(body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn fixture(name: &str) -> Vec<u8> {
    FIXTURES.iter().find(|(other, _)| *other == name).unwrap().1.to_vec()
}

fn of(bytes: &[u8]) -> Tags {
    Tags::of(Cursor::new(bytes), bytes.len() as u64)
}

/// Title and artist.
fn words(bytes: &[u8]) -> [Option<String>; 2] {
    let Tags { title, artist, .. } = of(bytes);
    [title, artist].map(|word| word.map(|word| word.to_string()))
}

fn both(title: &str, artist: &str) -> [Option<String>; 2] {
    [Some(title.to_owned()), Some(artist.to_owned())]
}

fn safe(size: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| u8::try_from(size >> shift & 0x7f).unwrap())
}

/// A text frame of 2.3 or 2.4, or of 2.2 if its name is short.
fn frame(name: &str, version: u8, letters: u8, text: &[u8]) -> Vec<u8> {
    let body = [&[letters], text].concat();
    let size = u32::try_from(body.len()).unwrap().to_be_bytes();
    let mut frame = name.as_bytes().to_vec();
    match version {
        2 => frame.extend(&size[1..]),
        3 => frame.extend(size),
        _ => frame.extend(safe(body.len())),
    }
    if version > 2 {
        frame.extend([0, 0]);
    }
    frame.extend(body);
    frame
}

fn id3(version: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    [&[b'I', b'D', b'3', version, 0, flags][..], &safe(body.len()), body].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn v1(title: &str, artist: &str) -> Vec<u8> {
    let mut tag = vec![0; 128];
    tag[..3].copy_from_slice(b"TAG");
    tag[3..3 + title.len()].copy_from_slice(title.as_bytes());
    tag[33..33 + artist.len()].copy_from_slice(artist.as_bytes());
    tag
}

fn comments(list: &[&[u8]]) -> Vec<u8> {
    let le = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    let mut bytes = [&le(5)[..], b"maker", &le(list.len())].concat();
    for comment in list {
        bytes.extend(le(comment.len()));
        bytes.extend(*comment);
    }
    bytes
}

/// A second of MP3 frames, of 128 kbit/s at 44.1 kHz, that hold nothing.
fn mpeg(frames: usize) -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0x00];
    frame.resize(417, 0);
    frame.repeat(frames)
}

#[test]
fn id3_of_every_version_and_letters() {
    let sound = mpeg(20);
    let with = |tag: Vec<u8>| words(&[tag, sound.clone()].concat());
    let v23 = [frame("TIT2", 3, 1, &utf16("Ночной автобус")), frame("TPE1", 3, 0, b"Bj\xf6rk")].concat();
    assert_eq!(with(id3(3, 0, &v23)), both("Ночной автобус", "Björk"));
    let v24 = [frame("TPE1", 4, 3, "A\0B".as_bytes()), frame("TIT2", 4, 3, "Größe\0".as_bytes())].concat();
    assert_eq!(with(id3(4, 0, &v24)), both("Größe", "A, B"), "several artists");
    let v22 = [frame("TT2", 2, 0, b"Old"), frame("TP1", 2, 0, b"Older")].concat();
    assert_eq!(with(id3(2, 0, &v22)), both("Old", "Older"));
    let band = [frame("TPE2", 3, 0, b"The band"), frame("TIT2", 3, 2, &[0, b'X'])].concat();
    assert_eq!(with(id3(3, 0, &band)), both("X", "The band"), "that of the album, if there is no other");
    // Written so that no decoder takes it for a frame: zeros are put in behind every 0xff.
    let plain = frame("TIT2", 3, 1, &utf16("ÿþ"));
    let unsync: Vec<u8> =
        plain.iter().flat_map(|byte| if *byte == 0xff { vec![0xff, 0] } else { vec![*byte] }).collect();
    assert_eq!(with(id3(3, 0x80, &unsync))[0].as_deref(), Some("ÿþ"));
    // A head that is longer, and a picture of half a megabyte before the words.
    let picture = [b"APIC".to_vec(), safe(500_000).to_vec(), vec![0; 500_002]].concat();
    let body = [&[0, 0, 0, 6, 1, 0][..], &picture, &v24].concat();
    assert_eq!(with(id3(4, 0x40, &body)), both("Größe", "A, B"));
}

#[test]
fn a_tag_behind_the_music_says_what_the_one_before_it_does_not() {
    let before = id3(3, 0, &frame("TIT2", 3, 0, b"Whole title"));
    let bytes = [before, mpeg(20), v1("Cut title", "Someone")].concat();
    assert_eq!(words(&bytes), both("Whole title", "Someone"));
}

#[test]
fn the_length_of_an_mp3_is_counted_or_weighed() {
    let secs = |bytes: &[u8]| of(bytes).secs;
    let told = |bytes: &[u8], wanted: f64| (secs(bytes).unwrap() - wanted).abs() < 0.1;
    assert!(told(&mpeg(1000), 1000.0 * 1152.0 / 44_100.0), "{:?}", secs(&mpeg(1000)));
    let mut counted = mpeg(40);
    counted[36..48].copy_from_slice(b"Xing\0\0\0\x01\0\0\x10\0");
    assert!(told(&counted, 4096.0 * 1152.0 / 44_100.0));
    counted[36..54].copy_from_slice(b"VBRI\0\x01\0\0\0\0\0\0\0\0\0\0\x10\0");
    assert!(told(&counted, 4096.0 * 1152.0 / 44_100.0));
    // Frames of several sizes, of which nobody tells how many there are.
    let mut other = vec![0xff, 0xfb, 0xb0, 0x00];
    other.resize(626, 0);
    assert_eq!(secs(&[mpeg(4), other, mpeg(20)].concat()), None);
    let tone = secs(&fixture("tone.mp3")).unwrap();
    assert!((tone - 0.5).abs() < 0.06, "{tone}");
}

#[test]
fn flac_and_ogg_have_comments_and_a_length() {
    let list: [&[u8]; 5] = [b"ALBUM=No", b"title=Copper Wire", b"Artist=One", b"ARTIST=Two", b"nothing"];
    let block = comments(&list);
    let mut info = vec![0; 34];
    // 96 kHz, and 96,000 * 75.5 frames: 20 bits and 36 bits.
    info[10..18].copy_from_slice(&[0x17, 0x70, 0x02, 0xf0, 0x00, 0x6e, 0x98, 0x80]);
    let size = |length: usize| u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
    let picture = [vec![6], size(3_000_000), vec![0xff; 3_000_000]].concat();
    let flac = [b"fLaC\0\0\0\x22".to_vec(), info, picture, vec![0x84], size(block.len()), block.clone()].concat();
    assert_eq!(words(&flac), both("Copper Wire", "One, Two"));
    assert!((of(&flac).secs.unwrap() - 75.5).abs() < 1e-9, "{:?}", of(&flac).secs);
    // With a tag of another kind before it.
    let both_kinds = [id3(3, 0, &frame("TPE1", 3, 0, b"First")), flac].concat();
    assert_eq!(words(&both_kinds), both("Copper Wire", "First"));
    let tone = of(&fixture("tone.ogg"));
    assert!((tone.secs.unwrap() - 0.5).abs() < 1e-3 && tone.title.is_none(), "{tone:?}");
    let ogg = ogg_with(&block);
    assert_eq!(words(&ogg), both("Copper Wire", "One, Two"));
    assert_eq!(of(&ogg).secs, Some(12.0));
    // A picture that goes over many pages, behind the words.
    let long = comments(&[b"TITLE=Long", &[&b"METADATA_BLOCK_PICTURE="[..], &[b'A'; 200_000]].concat()]);
    assert_eq!(words(&ogg_with(&long))[0].as_deref(), Some("Long"));
}

/// The first packets of a stream of 48 kHz, and a last page that says 12 s.
fn ogg_with(comments: &[u8]) -> Vec<u8> {
    let head = [b"\x01vorbis\0\0\0\0\x02".to_vec(), 48_000_u32.to_le_bytes().to_vec(), vec![0; 14]].concat();
    let packet = [b"\x03vorbis".to_vec(), comments.to_vec(), vec![1]].concat();
    let mut ogg = page(0, &head, false);
    let mut pieces = packet.chunks(255 * 255).peekable();
    while let Some(piece) = pieces.next() {
        ogg.extend(page(0, piece, pieces.peek().is_some()));
    }
    ogg.extend(vec![7; 5000]);
    ogg.extend(page(12 * 48_000, b"x", false));
    ogg
}

fn page(frame: u64, body: &[u8], goes_on: bool) -> Vec<u8> {
    let mut sizes = vec![255; body.len() / 255];
    if !goes_on {
        sizes.push(u8::try_from(body.len() % 255).unwrap());
    }
    let mut page = [b"OggS\0\0".to_vec(), frame.to_le_bytes().to_vec(), vec![1, 2, 3, 4], vec![0; 8]].concat();
    page.push(u8::try_from(sizes.len()).unwrap());
    [page, sizes, body.to_vec()].concat()
}

#[test]
fn wav_and_aiff_have_chunks() {
    let wav = tagged_wav("Salt", "Nobody", &vec![0; 2 * 44_100]);
    assert_eq!((words(&wav), of(&wav).secs), (both("Salt", "Nobody"), Some(1.0)));
    let mut with_id3 = wav.clone();
    let tag = id3(3, 0, &frame("TIT2", 3, 0, b"Better told"));
    with_id3.extend(chunk(b"id3 ", &tag, u32::to_le_bytes));
    assert_eq!(words(&with_id3), both("Better told", "Nobody"));
    // A recorder that was cut off.
    let mut cut = int_wav(2, 44_100, 16, &vec![0; 4 * 44_100]);
    cut[40..44].copy_from_slice(&[0xff; 4]);
    assert_eq!(of(&cut).secs, Some(2.0));
    let comm = [&[0, 2, 0, 0, 0xac, 0x44, 0, 16, 0x40, 0x0e, 0xac, 0x44][..], &[0; 6]].concat();
    let chunks = [(b"COMM", &comm[..]), (b"NAME", b"Tin"), (b"AUTH", b"Roof")];
    let chunks: Vec<u8> = chunks.iter().flat_map(|(name, body)| chunk(name, body, u32::to_be_bytes)).collect();
    let aiff = chunk(b"FORM", &[b"AIFF".to_vec(), chunks].concat(), u32::to_be_bytes);
    assert_eq!((words(&aiff), of(&aiff).secs), (both("Tin", "Roof"), Some(1.0)));
}

/// A box.
fn atom(name: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    [u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec(), name.to_vec(), body].concat()
}

fn m4a() -> Vec<u8> {
    let text = |name: &[u8; 4], text: &str| {
        atom(name, &[atom(b"data", &[vec![0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes().to_vec()])])
    };
    let picture = atom(b"covr", &[atom(b"data", &[vec![0; 1_000_000]])]);
    let list = atom(b"ilst", &[picture, text(b"\xa9nam", "Long Way Down"), text(b"\xa9ART", "Ж")]);
    let meta = atom(b"meta", &[vec![0; 4], atom(b"hdlr", &[vec![0; 25]]), list]);
    let length = [[0; 12], [0, 0, 0xac, 0x44, 0, 0xac, 0x44 + 1, 0, 0, 0, 0, 0]].concat();
    let movie = atom(b"moov", &[atom(b"mvhd", &[length]), atom(b"udta", &[meta])]);
    // A box that counts in 64 bits, and the words behind the music.
    let music = [vec![0, 0, 0, 1], b"mdat".to_vec(), 5016_u64.to_be_bytes().to_vec(), vec![9; 5000]].concat();
    [atom(b"ftyp", &[b"M4A \0\0\0\0".to_vec()]), music, movie].concat()
}

#[test]
fn m4a_has_boxes() {
    let bytes = m4a();
    assert_eq!(words(&bytes), both("Long Way Down", "Ж"));
    assert!((of(&bytes).secs.unwrap() - 256.0).abs() < 0.01, "{:?}", of(&bytes).secs);
    let tone = of(&fixture("tone.m4a")).secs.unwrap();
    assert!((tone - 0.5).abs() < 0.06, "{tone}");
}

#[test]
fn a_word_is_one_line_and_not_endless() {
    assert_eq!(word(" a\r\n\tb\u{0}\u{feff} ").as_deref(), Some("a b"));
    assert_eq!(word(" \n "), None);
    assert_eq!(word(&"ж".repeat(5_000)).unwrap().chars().count(), MOST_LETTERS);
}
