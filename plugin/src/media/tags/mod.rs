//! Who made a track, what it is called and how long it is, by its file's own word: read from a few pieces of the file,
//! never from all of it.
//!
//! The decoder's library reads tags too, but whole, pictures included, before it plays anything. A list of thousands of
//! files on a slow drive wants the words alone: pictures are stepped over, a file costs some blocks ([`bytes`]), and what
//! is damaged has no tags. Any thread but audio and the editor's.

mod bytes;
mod id3;
mod mp4;
mod mpeg;
mod riff;
mod shelf;
mod xiph;

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

pub use shelf::{TagShelf, TagsView};

use bytes::Bytes;

/// Letters that are kept of a title or a name.
const MOST_LETTERS: usize = 200;
/// No track is longer: what says so lies. Seconds.
const MOST_SECS: f64 = 100.0 * 3600.0;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    /// What it is called.
    pub title: Option<Arc<str>>,
    /// Who made it.
    pub artist: Option<Arc<str>>,
    /// Its length in seconds, as its header says.
    pub secs: Option<f64>,
}

impl Tags {
    /// Of a file. One that is none, is gone, or is damaged has none.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        // What is no regular file may block for ever, so it is not even opened.
        let Some(about) = fs::metadata(path).ok().filter(fs::Metadata::is_file) else { return Self::default() };
        let Ok(file) = File::open(path) else { return Self::default() };
        // Files come from anyone: what is wrong with one must not take a thread down.
        catch_unwind(AssertUnwindSafe(|| Self::of(file, about.len()))).unwrap_or_default()
    }

    /// Of what is in a file of so many bytes.
    fn of(file: impl Read + Seek, len: u64) -> Self {
        let mut file = Bytes::new(file, len);
        let (tags, start) = id3::leading(&mut file);
        let more = match file.at::<12>(start) {
            Some([b'f', b'L', b'a', b'C', ..]) => xiph::flac(&mut file, start),
            Some([b'O', b'g', b'g', b'S', ..]) => xiph::ogg(&mut file),
            Some([b'R', b'I' | b'F', b'F' | b'6', b'F' | b'4', _, _, _, _, b'W', b'A', b'V', b'E']) => {
                riff::wav(&mut file)
            }
            Some([b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', b'F' | b'C']) => riff::aiff(&mut file),
            Some([_, _, _, _, b'f', b't', b'y', b'p', ..]) => mp4::tags(&mut file),
            Some(_) => mpeg::tags(&mut file, start),
            None => Self::default(),
        };
        let mut tags = tags.or(more);
        tags.secs = tags.secs.filter(|secs| (0.0..MOST_SECS).contains(secs));
        tags
    }

    /// What is not known here is taken from there.
    fn or(self, other: Self) -> Self {
        Self { title: self.title.or(other.title), artist: self.artist.or(other.artist), secs: self.secs.or(other.secs) }
    }
}

/// A word of a tag as it is shown: one line, without what cannot be seen, not endless. `None` if nothing is left.
fn word(text: &str) -> Option<Arc<str>> {
    let mut kept = String::new();
    let seen = |letter: char| if letter.is_control() { ' ' } else { letter };
    for part in text.replace(['\u{feff}', '\u{200b}'], "").chars().map(seen).collect::<String>().split_whitespace() {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(part);
    }
    let end = kept.char_indices().nth(MOST_LETTERS).map_or(kept.len(), |(end, _)| end);
    (end > 0).then(|| kept[..end].into())
}

/// Words of a format that does not say in which letters: those of today, or those of its time.
fn plain_words(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    str::from_utf8(bytes).map_or_else(|_| latin(bytes), ToOwned::to_owned)
}

/// ISO 8859-1: its letters are the first of Unicode.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
pub(crate) mod tests;
