//! Files of a project that could not be found, and whose decks have others now: what was made for them is kept until they
//! are loaded again.

use std::path::{Path, PathBuf};

use echelon_engine::action::exact_path;
use echelon_engine::deck::Track;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{SavedGrid, SavedMarks};
use crate::media::analyse::ContentId;
use crate::places::SavedPlace;

/// So many are kept, the newest.
pub(super) const MOST: usize = 16;

/// How long a track is, which tells it when its file has another name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedLength {
    num_frames: usize,
    sample_rate: f64,
}

/// Its numbers are finite.
impl Eq for SavedLength {}

impl SavedLength {
    /// A track's.
    #[must_use]
    pub fn of(track: &Track) -> Self {
        Self { num_frames: track.num_frames(), sample_rate: track.sample_rate() }
    }
}

/// A missing file, and what was made for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingTrack {
    /// Where it was.
    #[serde(with = "exact_path")]
    pub path: PathBuf,
    /// The same in words that hold on other machines.
    #[serde(default)]
    pub place: SavedPlace,
    /// Its cue, hot cues and loop.
    #[serde(default)]
    pub marks: SavedMarks,
    /// Its beat grid.
    #[serde(default)]
    pub grid: Option<SavedGrid>,
    /// How long it is.
    #[serde(default)]
    pub length: Option<SavedLength>,
    /// What it holds.
    #[serde(default, deserialize_with = "if_sane", skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentId>,
}

impl MissingTrack {
    /// Whether anything is lost with it.
    #[must_use]
    pub fn is_worth_keeping(&self) -> bool {
        self.marks != SavedMarks::default() || self.grid.is_some()
    }

    /// Whether it is probably this one, that a person has put onto the very deck that misses it: of the same name, whatever
    /// its folder and its ending, or of the same length to the frame if nobody knows what it held (else its analysis tells:
    /// stems of one song are all as long).
    #[must_use]
    pub fn may_be(&self, path: &Path, length: SavedLength) -> bool {
        name(path) == name(&self.path) || (self.content.is_none() && self.length == Some(length))
    }

    /// Whether it is this one for sure, on any deck: of the same name, and as long.
    #[must_use]
    pub fn is(&self, path: &Path, length: SavedLength) -> bool {
        name(path) == name(&self.path) && self.length.is_none_or(|own| own == length)
    }
}

/// A content that cannot be read is one that nobody knows.
fn if_sane<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ContentId>, D::Error> {
    Value::deserialize(deserializer).map(|value| ContentId::deserialize(value).ok())
}

/// All of them, from any JSON.
pub(super) fn read(rig: &Value) -> Vec<MissingTrack> {
    let all = rig.get("missing").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|one| MissingTrack::deserialize(one).ok()).take(MOST).collect()
}

/// The name of a file without its ending, in small letters, whatever system its path is of.
fn name(path: &Path) -> String {
    let text = path.to_string_lossy();
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(frames: usize) -> SavedLength {
        SavedLength::of(&Track::new(vec![0.0; frames], vec![0.0; frames], 48_000.0).unwrap())
    }

    fn missing(path: &str, frames: usize) -> MissingTrack {
        let (place, marks) = (SavedPlace::default(), SavedMarks::default());
        MissingTrack { path: path.into(), place, marks, grid: None, length: Some(track(frames)), content: None }
    }

    #[test]
    fn a_file_is_known_by_its_name_or_its_length_and_on_other_decks_by_both() {
        let mut gone = missing(r"D:\Music\One More.FLAC", 9);
        let known = |gone: &MissingTrack, path: &str, frames| {
            let length = track(frames);
            [gone.may_be(Path::new(path), length), gone.is(Path::new(path), length)]
        };
        assert_eq!(known(&gone, "/home/ann/one more.wav", 9), [true, true]);
        assert_eq!(known(&gone, "/home/ann/one more.wav", 8), [true, false]);
        assert_eq!(known(&gone, "/home/ann/other.wav", 9), [true, false]);
        assert_eq!(known(&gone, "/home/ann/other.wav", 8), [false, false]);
        let samples = Track::new(vec![0.5; 9], vec![0.0; 9], 48_000.0).unwrap();
        gone.content = Some(ContentId::of(&samples));
        assert_eq!(known(&gone, "/home/ann/other.wav", 9), [false, false], "its content will tell");
        assert_eq!(known(&gone, "/home/ann/one more.wav", 9), [true, true]);
    }

    #[test]
    fn the_damaged_ones_are_left_out() {
        let rig = serde_json::json!({"missing": [7, {"path": "/a.wav", "marks": {"cue_ns": 5}}, {"path": 3}, {}]});
        let read = read(&rig);
        assert_eq!(read.len(), 1);
        assert!(read[0].is_worth_keeping() && !missing("/a.wav", 1).is_worth_keeping());
        let many = vec![serde_json::json!({"path": "/a.wav"}); 99];
        assert_eq!(super::read(&serde_json::json!({"missing": many})).len(), MOST);
        assert_eq!(super::read(&serde_json::json!({"missing": "x"})), []);
    }
}
