//! Headers that other players forgive, put right as they are read. The file itself is never written.
//!
//! - WAV whose length was not known when the header was written: pipes, and recorders that were cut off.
//! - Tags before the music that are larger than what the decoder looks through: they are stepped over.
//! - FLAC of blocks of one size, whose header counts the shorter last block as the least size, against the format.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

use super::length::behind_tags;

/// WAV lengths from here on mean "not known".
const UNKNOWN_LENGTH: u32 = 0x7fff_0000;
/// Chunks and blocks before the audio; a file with more is left as it is.
const MOST_CHUNKS: usize = 1000;

/// A first frame that is further behind tags than this is not looked for by the decoder, which gives up at 1 MiB: a picture
/// of the cover is often larger. What is nearer it finds by itself, whatever the tags say of their size.
const FAR: u64 = 512 << 10;

/// Bytes to read instead of those in the file.
type Patch = (u64, Vec<u8>);

/// A file with its header put right.
pub(super) struct Repaired {
    file: File,
    bytes: u64,
    position: u64,
    patches: Vec<Patch>,
    /// Where the file begins for who reads it.
    first: u64,
    /// Nobody is told how many bytes there are: from that the decoder guesses the length, and cuts off what is beyond it.
    hides_length: bool,
}

impl Repaired {
    /// Reads the headers, and starts at the beginning.
    pub fn new(mut file: File, bytes: u64, hides_length: bool) -> io::Result<Self> {
        // What cannot be read here shows up again when it is decoded.
        let patches = wav_patches(&mut file, bytes).or_else(|_| flac_patches(&mut file)).unwrap_or_default();
        let behind = behind_tags(&mut file).unwrap_or(0);
        let first = if (FAR..bytes).contains(&behind) { behind } else { 0 };
        file.seek(SeekFrom::Start(first))?;
        Ok(Self { file, bytes, position: first, patches, first, hides_length })
    }
}

impl Read for Repaired {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        for (start, bytes) in &self.patches {
            for (at, byte) in (*start..).zip(bytes) {
                let index = at.checked_sub(self.position).and_then(|index| usize::try_from(index).ok());
                if let Some(slot) = index.and_then(|index| buffer[..count].get_mut(index)) {
                    *slot = *byte;
                }
            }
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Repaired {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.first)),
            to => to,
        };
        self.position = self.file.seek(to)?;
        self.position.checked_sub(self.first).ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}

impl MediaSource for Repaired {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        (!self.hides_length).then_some(self.bytes - self.first)
    }
}

fn read<const N: usize>(file: &mut File, at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// An error if it is no WAV.
fn wav_patches(file: &mut File, bytes: u64) -> io::Result<Vec<Patch>> {
    let [b'R', b'I', b'F', b'F', r0, r1, r2, r3, b'W', b'A', b'V', b'E'] = read(file, 0)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let riff = u32::from_le_bytes([r0, r1, r2, r3]);
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let [n0, n1, n2, n3, l0, l1, l2, l3] = read(file, at)?;
        let (length, start) = (u32::from_le_bytes([l0, l1, l2, l3]), at + 8);
        if [n0, n1, n2, n3] != *b"data" {
            // Chunks start on even bytes.
            at = start + u64::from(length).next_multiple_of(2);
            continue;
        }
        let there = bytes.saturating_sub(start);
        let never_written = length == 0 && u64::from(riff) + 8 <= start;
        let unknown = length >= UNKNOWN_LENGTH && u64::from(length) > there;
        if there == 0 || !(never_written || unknown) {
            break;
        }
        let le = |length: u64| u32::try_from(length).unwrap_or(u32::MAX - 1).to_le_bytes().to_vec();
        return Ok(vec![(4, le(bytes - 8)), (at + 4, le(there))]);
    }
    Ok(Vec::new())
}

/// An error if it is no FLAC.
fn flac_patches(file: &mut File) -> io::Result<Vec<Patch>> {
    const LEAST_SIZE_AT: u64 = 8;
    let [b'f', b'L', b'a', b'C', _, _, _, _, least @ .., most0, most1] = read::<12>(file, 0)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let most = [most0, most1];
    if least == most {
        return Ok(Vec::new());
    }
    let mut at = 4;
    for _ in 0..MOST_CHUNKS {
        let [kind, l0, l1, l2] = read(file, at)?;
        at += 4 + u64::from(u32::from_be_bytes([0, l0, l1, l2]));
        let is_last = kind & 0x80 != 0;
        if is_last {
            // The sync code of a frame ends with a bit for blocks of different sizes.
            let blocks_of_one_size = read(file, at)? == [0xff, 0xf8];
            return Ok(if blocks_of_one_size { vec![(LEAST_SIZE_AT, most.to_vec())] } else { Vec::new() });
        }
    }
    Ok(Vec::new())
}
