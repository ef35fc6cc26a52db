//! Which file has which content, so that tempo and key of a file can be told without decoding it: a small note for each
//! file beside the analyses, good as long as the file's size and time of change are the same.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use echelon_engine::action::exact_path;
use twox_hash::XxHash3_64;

use super::{
    ANALYSIS_VERSION, AnalysisCache, Description, ENDING, HEADER_BYTES, MAGIC, MAX_ENTRY_BYTES, bins, take_apart,
};
use crate::media::analyse::{ContentId, Key, Waveform};
use crate::whole_file;

/// How notes end.
const NOTE: &str = "file";
/// No note and no description is longer.
const MOST_BYTES: u64 = 1 << 20;
/// Notes that are kept; then the oldest go.
const MOST_NOTES: usize = 20_000;

/// What a list of files shows of a track.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrackFacts {
    /// In BPM, if it has beats.
    pub bpm: Option<f64>,
    /// If it has one.
    pub key: Option<Key>,
    /// Its length in seconds, as it was decoded.
    pub secs: Option<f64>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Note {
    #[serde(with = "exact_path")]
    path: PathBuf,
    bytes: u64,
    modified_ns: u128,
    content: String,
}

impl AnalysisCache {
    fn note_path(&self, file: &Path) -> PathBuf {
        let name = XxHash3_64::oneshot(file.as_os_str().as_encoded_bytes());
        self.folder.join(format!("{name:016x}.{NOTE}"))
    }

    /// Notes what a file has in it.
    ///
    /// # Errors
    /// The system's; what was noted before is still there.
    pub fn note(&self, file: &Path, content: ContentId) -> io::Result<()> {
        let (bytes, modified_ns) = stamp(file)?;
        let note = Note { path: file.to_owned(), bytes, modified_ns, content: content.to_string() };
        let (text, path) = (serde_json::to_vec(&note)?, self.note_path(file));
        fs::create_dir_all(&self.folder)?;
        whole_file::write(&path, &text)?;
        // Seldom: a search of the folder costs more than a note.
        if XxHash3_64::oneshot(&text).is_multiple_of(256) { self.trim_notes(MOST_NOTES) } else { Ok(()) }
    }

    /// Tempo and key of a file that was analysed as it is now, under this name or one that was noted too. Reads two small
    /// pieces of the disk; no samples.
    #[must_use]
    pub fn facts(&self, file: &Path) -> Option<TrackFacts> {
        self.facts_of(&self.content_of(file)?)
    }

    /// The waveform of a file that was analysed as it is now, and its length in seconds. Reads the whole analysis.
    #[must_use]
    pub fn waveform(&self, file: &Path) -> Option<(Waveform, f64)> {
        let content = self.content_of(file)?;
        let mut bytes = Vec::new();
        File::open(self.analysis_path(&content)?).ok()?.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        let (told, wave) = take_apart(&bytes)?;
        let is_whole = told.content == content
            && told.frames_per_bin > 0
            && told.sample_rate > 0.0
            && wave.len() == 3 * told.num_frames.div_ceil(told.frames_per_bin);
        let secs = told.num_frames as f64 / told.sample_rate;
        is_whole.then(|| (Waveform::from_finest(told.frames_per_bin, bins(wave)), secs))
    }

    /// What a file has in it, if it is as it was noted.
    fn content_of(&self, file: &Path) -> Option<String> {
        let mut text = Vec::new();
        File::open(self.note_path(file)).ok()?.take(MOST_BYTES).read_to_end(&mut text).ok()?;
        let note: Note = serde_json::from_slice(&text).ok()?;
        let is_same = note.path == file && stamp(file).ok()? == (note.bytes, note.modified_ns);
        is_same.then_some(note.content)
    }

    /// Where the analysis of a content is; `None` for what is no content.
    fn analysis_path(&self, content: &str) -> Option<PathBuf> {
        let is_content = content.len() == 32 && content.bytes().all(|letter| letter.is_ascii_hexdigit());
        is_content.then(|| self.folder.join(format!("{content}.v{ANALYSIS_VERSION}.{ENDING}")))
    }

    /// Of a content, by the description at the beginning of its analysis.
    fn facts_of(&self, content: &str) -> Option<TrackFacts> {
        let mut file = File::open(self.analysis_path(content)?).ok()?;
        let mut head = [0; HEADER_BYTES];
        file.read_exact(&mut head).ok()?;
        let word = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        if head[..8] != MAGIC || word(8)? != ANALYSIS_VERSION {
            return None;
        }
        let mut description = Vec::new();
        file.take(u64::from(word(20)?).min(MOST_BYTES)).read_to_end(&mut description).ok()?;
        let told: Description = serde_json::from_slice(&description).ok()?;
        let bpm = told.bpm.filter(|bpm| bpm.is_finite() && *bpm > 0.0);
        let secs = Some(told.num_frames as f64 / told.sample_rate).filter(|secs| secs.is_finite());
        (told.content == content).then_some(TrackFacts { bpm, key: told.key, secs })
    }

    /// Keeps so many notes, the newest.
    pub(in crate::media) fn trim_notes(&self, most: usize) -> io::Result<()> {
        let entries = fs::read_dir(&self.folder)?.flatten();
        let is_note = |path: &PathBuf| path.extension().is_some_and(|ending| ending == NOTE);
        let aged = |path: PathBuf| {
            let written = fs::metadata(&path).and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            (written, path)
        };
        let mut notes: Vec<_> = entries.map(|entry| entry.path()).filter(is_note).map(aged).collect();
        notes.sort();
        for (_, path) in &notes[..notes.len().saturating_sub(most)] {
            // Another instance may have been faster.
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// What tells that a file is as it was: its size, and when it was changed, in nanoseconds.
pub type Stamp = (u64, u128);

/// That of a file now.
pub fn stamp(file: &Path) -> io::Result<Stamp> {
    let about = fs::metadata(file)?;
    let since = about.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok((about.len(), since.as_nanos()))
}
