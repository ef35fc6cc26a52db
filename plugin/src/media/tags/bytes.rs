//! A file of which only pieces are looked at, and not endlessly many of them, whatever it says.

use std::io::{Read, Seek, SeekFrom};

/// What is read at once at least.
const BLOCK: usize = 4096;
/// The largest piece that anybody may want.
pub(super) const MOST_PIECE: usize = 64 << 10;
/// Pieces that are read of a file at most: 2 MiB of an honest one, which has 3 or 4.
const MOST_READS: u32 = 512;

/// Pieces of a file, the last one remembered.
pub(super) struct Bytes<R> {
    from: R,
    len: u64,
    block: Vec<u8>,
    /// Where in the file the block is.
    start: u64,
    reads_left: u32,
}

impl<R: Read + Seek> Bytes<R> {
    pub(super) const fn new(from: R, len: u64) -> Self {
        Self { from, len, block: Vec::new(), start: 0, reads_left: MOST_READS }
    }

    /// Length of the file.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// So many bytes from there on, or what there is of them. `None` if there are none, the disk has an error, or enough was
    /// read of this file.
    pub(super) fn some(&mut self, at: u64, count: usize) -> Option<&[u8]> {
        let there = usize::try_from(self.len.checked_sub(at)?).unwrap_or(usize::MAX);
        let count = count.min(MOST_PIECE).min(there);
        let inside = |me: &Self| {
            let from = usize::try_from(at.checked_sub(me.start)?).ok()?;
            (from.checked_add(count)? <= me.block.len()).then_some(from)
        };
        if inside(self).is_none() {
            self.fill(at, count.max(BLOCK.min(there)))?;
        }
        let from = inside(self)?;
        (count > 0).then(|| &self.block[from..from + count])
    }

    /// Exactly so many.
    pub(super) fn all(&mut self, at: u64, count: usize) -> Option<&[u8]> {
        self.some(at, count).filter(|bytes| bytes.len() == count)
    }

    /// The same, of a number that is known here.
    pub(super) fn at<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        self.all(at, N)?.try_into().ok()
    }

    fn fill(&mut self, at: u64, count: usize) -> Option<()> {
        self.reads_left = self.reads_left.checked_sub(1)?;
        self.block.clear();
        self.start = at;
        self.from.seek(SeekFrom::Start(at)).ok()?;
        (&mut self.from).take(count as u64).read_to_end(&mut self.block).ok()?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn what_is_there_is_given_and_never_more() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let mut file = Bytes::new(Cursor::new(&bytes), 10_000);
        assert_eq!(file.at::<4>(254), Some([254, 255, 0, 1]));
        assert_eq!(file.at::<4>(4095), Some(bytes[4095..4099].try_into().unwrap()), "across a block's end");
        assert_eq!(file.some(9_998, 50), Some(&bytes[9_998..]));
        assert_eq!((file.at::<3>(9_998), file.at::<1>(10_000), file.at::<1>(u64::MAX)), (None, None, None));
        assert_eq!(file.all(0, MOST_PIECE + 1), None);
        // A file that was cut while it is read.
        assert_eq!(Bytes::new(Cursor::new(&bytes), 20_000).at::<4>(15_000), None);
    }

    #[test]
    fn enough_is_enough() {
        let bytes = vec![7; 1 << 20];
        let mut file = Bytes::new(Cursor::new(&bytes), 1 << 20);
        let far = |round: u64| (round % 2) * 500_000;
        let given = (0..2_000).take_while(|round| file.at::<1>(far(*round)).is_some()).count();
        assert_eq!(given, MOST_READS as usize);
    }
}
