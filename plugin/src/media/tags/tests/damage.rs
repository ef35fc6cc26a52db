//! Files that lie, and files that are no files.

use super::*;
use crate::media::tests::{Dice, Folder};

/// One of each kind, with words.
fn good() -> Vec<Vec<u8>> {
    let v24 = [frame("TIT2", 4, 3, b"Title"), frame("TPE1", 4, 3, b"Artist")].concat();
    let block = self::comments(&[b"TITLE=x", b"ARTIST=y"]);
    let size = u8::try_from(block.len()).unwrap();
    let flac = [&b"fLaC\0\0\0\x22"[..], &[1; 34], &[0x84, 0, 0, size], &block].concat();
    vec![
        [id3(4, 0, &v24), mpeg(8), v1("t", "a")].concat(),
        [id3(3, 0x80, &frame("TIT2", 3, 1, &utf16("ÿ"))), mpeg(8)].concat(),
        flac,
        ogg_with(&block),
        tagged_wav("Salt", "Nobody", &[0; 64]),
        chunk(b"FORM", &[b"AIFF".to_vec(), chunk(b"NAME", b"n", u32::to_be_bytes)].concat(), u32::to_be_bytes),
        m4a(),
    ]
}

/// How many bytes were read.
struct Counted<'b> {
    bytes: Cursor<&'b [u8]>,
    read: &'b std::cell::Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.read.set(self.read.get() + count);
        Ok(count)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn bytes_read(bytes: &[u8]) -> usize {
    let read = std::cell::Cell::new(0);
    let _ = Tags::of(Counted { bytes: Cursor::new(bytes), read: &read }, bytes.len() as u64);
    read.get()
}

/// Bytes changed, cut and repeated: whatever comes of it, it comes, and without a panic.
#[test]
fn no_mutant_panics_or_is_read_endlessly() {
    let (good, mut dice) = (good(), Dice(0x0dd0_feed_1234_5678));
    let mut without = 0;
    for round in 0..400 {
        for bytes in &good {
            // A long file is mostly music: what is changed is at its ends.
            let mut bytes = bytes.clone();
            for _ in 0..=dice.roll(6) {
                let reach = [bytes.len().min(64), bytes.len().min(600), bytes.len()][dice.roll(3)];
                let at = dice.roll(reach);
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, u8::try_from(round % 256).unwrap()][dice.roll(6)];
            }
            if dice.roll(3) == 0 {
                bytes.truncate(dice.roll(bytes.len()) + 1);
            }
            let tags = of(&bytes);
            without += usize::from(tags.title.is_none());
            assert!(tags.secs.is_none_or(|secs| (0.0..MOST_SECS).contains(&secs)));
        }
    }
    assert!(without > 200, "{without} were damaged");
}

/// Sizes that go to the end of what they can say, and lists that never end.
#[test]
fn of_a_file_that_lies_no_more_is_read_than_of_others() {
    for bytes in good() {
        assert!(bytes_read(&bytes) < 100_000, "{} of {}", bytes_read(&bytes), bytes.len());
    }
    let endless = |part: &[u8], head: &[u8]| [head, &part.repeat(4_000_000 / part.len())].concat();
    let le = |length: u32| length.to_le_bytes();
    let lies = [
        endless(&frame("TALB", 4, 0, b"x"), b"ID3\x04\0\0\x7f\x7f\x7f\x7f"),
        endless(b"ID3\x04\0\0\0\0\0\0", b""),
        endless(&[1, 0, 0, 0], b"fLaC"),
        endless(&chunk(b"LIST", b"INFO", u32::to_le_bytes), b"RIFF\0\0\0\0WAVE"),
        endless(&atom(b"free", &[]), b"\0\0\0\x08ftyp"),
        endless(&page(0, b"", true), b""),
        endless(b"\xff\xfb\x90\0", b""),
        [b"fLaC\x84\xff\xff\xff".to_vec(), le(0).to_vec(), le(u32::MAX).to_vec(), vec![0; 4_000_000]].concat(),
        endless(b"\xff", b""),
    ];
    for (number, bytes) in lies.iter().enumerate() {
        let read = bytes_read(bytes);
        assert!(read <= 3 << 20, "lie {number}: {read} bytes");
        assert_eq!(words(bytes), [None, None], "lie {number}");
    }
}

#[test]
fn what_is_no_file_has_no_tags() {
    let folder = Folder::new();
    assert_eq!(Tags::read(&folder.path("nowhere.mp3")), Tags::default());
    assert_eq!(Tags::read(&folder.path("")), Tags::default());
    assert_eq!(Tags::read(&folder.write("empty.flac", b"")), Tags::default());
    assert_eq!(Tags::read(&folder.write("text.wav", b"RIFF")), Tags::default());
    let path = folder.write("a.wav", &tagged_wav("Salt", "Nobody", &[0; 64]));
    assert_eq!(Tags::read(&path).title.as_deref(), Some("Salt"));
}
