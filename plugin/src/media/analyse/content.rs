//! What a track is, whatever its file is called and where it lies.

use echelon_engine::deck::Track;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
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

/// As [`Display`](std::fmt::Display) writes it.
impl Serialize for ContentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_saved_as_the_text_that_people_see() {
        let track = |sample| Track::new(vec![sample; 9], vec![0.0; 9], 48_000.0).unwrap();
        let (one, other) = (ContentId::of(&track(0.5)), ContentId::of(&track(0.25)));
        assert_ne!(one, other);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(json, format!("\"{one}\""));
        assert_eq!(serde_json::from_str::<ContentId>(&json).unwrap(), one);
        for damaged in ["7", "\"\"", "\"moon\"", "\"123456789012345678901234567890123\""] {
            assert!(serde_json::from_str::<ContentId>(damaged).is_err(), "{damaged}");
        }
    }
}
