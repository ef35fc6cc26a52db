//! What a file's own word on its length is worth: a deck may start before its track is decoded only if that can be built on.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::formats::FormatId;
use symphonia::core::formats::well_known::{FORMAT_ID_ADTS, FORMAT_ID_MP1, FORMAT_ID_MP2, FORMAT_ID_MP3};

/// Of a stream of packets without a table or a header of all of it, the length is guessed from the first packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Nobody says, or somebody guesses.
    Unknown,
    /// The file says it.
    Said,
}

impl Length {
    pub(super) fn of(format: FormatId, num_frames: Option<u64>, mpeg_length: bool) -> Self {
        let is_said = match format {
            _ if num_frames.is_none() => false,
            FORMAT_ID_MP1 | FORMAT_ID_MP2 | FORMAT_ID_MP3 => mpeg_length,
            FORMAT_ID_ADTS => false,
            _ => true,
        };
        if is_said { Self::Said } else { Self::Unknown }
    }
}

/// Tags before the audio that are looked at.
const MOST_TAGS: usize = 8;
/// More than this beyond the bytes that are said is another stream behind the first, not a tag.
const MOST_BEHIND: u64 = 256 << 10;

/// Where what is behind the ID3 tags at the beginning of a file begins.
pub(super) fn behind_tags(file: &mut (impl Read + Seek)) -> io::Result<u64> {
    let mut at = 0;
    for _ in 0..MOST_TAGS {
        let head: [u8; 10] = read(file, at)?;
        let [b'I', b'D', b'3', _, _, flags, s0, s1, s2, s3] = head else { break };
        let size = [s0, s1, s2, s3].iter().fold(0_u64, |size, part| size << 7 | u64::from(part & 0x7f));
        let has_foot = flags & 0x10 != 0;
        at += 10 + size + if has_foot { 10 } else { 0 };
    }
    Ok(at)
}

/// Whether an MPEG stream says in its first frame how many frames it has, and is not much longer in bytes than that.
pub(super) fn mpeg_says_length(file: &mut (impl Read + Seek), bytes: u64) -> io::Result<bool> {
    let at = behind_tags(file)?;
    let head: [u8; 4] = read(file, at)?;
    if head[0] != 0xff || head[1] & 0xe0 != 0xe0 {
        return Ok(false);
    }
    let (is_mpeg1, is_mono) = (head[1] & 0x18 == 0x18, head[3] & 0xc0 == 0xc0);
    let side = match (is_mpeg1, is_mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let [t0, t1, t2, t3, _, _, _, flags, _, _, _, _, b0, b1, b2, b3]: [u8; 16] = read(file, at + 4 + side)?;
    if ![*b"Xing", *b"Info"].contains(&[t0, t1, t2, t3]) || flags & 1 == 0 {
        return Ok(false);
    }
    let said = u64::from(u32::from_be_bytes([b0, b1, b2, b3]));
    let says_bytes = flags & 2 != 0 && said > 0;
    Ok(!says_bytes || bytes.saturating_sub(at) <= said + MOST_BEHIND)
}

fn read<const N: usize>(file: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A first frame with a tag that says these, in a stream of so many bytes after an ID3 tag.
    fn mp3(tag: &[u8; 4], flags: u8, said: u32, bytes: usize) -> Vec<u8> {
        let mut all = b"ID3\x04\0\0\0\0\x01\x02".to_vec();
        all.resize(10 + 130, 0);
        all.extend([0xff, 0xfb, 0x90, 0x00]);
        all.resize(all.len() + 32, 0);
        all.extend(tag);
        all.extend([0, 0, 0, flags, 0, 0, 1, 0]);
        all.extend(said.to_be_bytes());
        all.resize(140 + bytes, 0);
        all
    }

    fn says(bytes: &[u8]) -> bool {
        mpeg_says_length(&mut Cursor::new(bytes), bytes.len() as u64).unwrap_or(false)
    }

    #[test]
    fn a_tag_that_counts_frames_is_believed_if_there_is_not_much_more_than_it_says() {
        assert!(says(&mp3(b"Xing", 3, 1000, 1000)) && says(&mp3(b"Info", 1, 0, 1000)));
        assert!(says(&mp3(b"Info", 3, 1000, 200_000)), "a tag with a picture behind it");
        assert!(!says(&mp3(b"Info", 3, 500_000, 1_000_000)), "two files in one");
        assert!(!says(&mp3(b"Xing", 2, 1000, 1000)), "no frames");
        assert!(!says(&mp3(b"LAME", 3, 1000, 1000)) && !says(b"RIFF") && !says(b""));
        assert!(!says(&mp3(b"Xing", 3, 1000, 1000)[..180]), "cut off");
    }
}
