//! What a track is, whatever its file is called and where it lies.

use echelon_engine::deck::Track;
use twox_hash::XxHash3_128;

/// A hash of a track's samples and rate: files that differ only in name, tags or lossless format have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(u128);

impl ContentId {
    /// Of a track: some milliseconds for minutes of music.
    #[must_use]
    pub fn of(track: &Track) -> Self {
        let mut hash = XxHash3_128::new();
        hash.write(&track.sample_rate().to_le_bytes());
        hash.write(&(track.num_frames() as u64).to_le_bytes());
        let mut bytes = [0u8; 4096];
        for channel in [track.left(), track.right()] {
            for samples in channel.chunks(bytes.len() / 4) {
                for (bytes, sample) in bytes.chunks_exact_mut(4).zip(samples) {
                    bytes.copy_from_slice(&sample.to_le_bytes());
                }
                hash.write(&bytes[..samples.len() * 4]);
            }
        }
        Self(hash.finish_128())
    }
}

impl std::fmt::Display for ContentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
