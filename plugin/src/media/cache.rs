//! What was found out about tracks, on disk: one file for each content, so that no track is analysed twice.
//!
//! Others see all of a file or nothing ([`crate::whole_file`]). One that is damaged,
//! of another version, or not what its name says is as good as none. Several instances may share a folder.

mod files;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use echelon_engine::deck::{BeatGrid, Track};
use twox_hash::XxHash3_64;

pub use files::TrackFacts;
pub(super) use files::{Stamp, stamp};

use super::analyse::{ANALYSIS_VERSION, Analysis, Bands, ContentId, Key, Waveform};
use crate::whole_file;

/// How much all files together may take; then those that were not needed for longest go.
pub const MAX_CACHE_BYTES: u64 = 256 << 20;
/// No single file is larger: hours of music.
const MAX_ENTRY_BYTES: u64 = 32 << 20;
/// So much of the bound is left when it was exceeded, so that not every file costs a search.
const KEPT_OF_BOUND: f64 = 0.9;
/// A half-written file of someone who was stopped goes after this time.
const ABANDONED: Duration = Duration::from_secs(3600);
/// Says where the folder is, instead of the system's place for caches.
pub const CACHE_DIR_VARIABLE: &str = "ECHELON_CACHE_DIR";

/// See [`set_cache_folder`].
static OWN_FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Keeps this process's analyses in a folder of its own, whatever the variable and the system say: tests must not believe
/// what an earlier version of the code found, nor leave anything with the user. The first call counts.
pub fn set_cache_folder(folder: PathBuf) {
    _ = OWN_FOLDER.set(folder);
}

const MAGIC: [u8; 8] = *b"ECHELAN\n";
/// Magic, version, checksum of the rest, length of the description.
const HEADER_BYTES: usize = 8 + 4 + 8 + 4;
const ENDING: &str = "analysis";
const HALF_WRITTEN: &str = "part";

/// A folder of analyses.
#[derive(Clone, Debug)]
pub struct AnalysisCache {
    folder: PathBuf,
    max_bytes: u64,
}

/// All but the waveform.
#[derive(serde::Serialize, serde::Deserialize)]
struct Description {
    content: String,
    num_frames: usize,
    sample_rate: f64,
    grid: Option<BeatGrid>,
    bpm: Option<f64>,
    confidence: f32,
    key: Option<Key>,
    loudness_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
    true_peak_db: Option<f64>,
    frames_per_bin: usize,
}

impl AnalysisCache {
    /// In the user's folder for caches, or where [`CACHE_DIR_VARIABLE`] or [`set_cache_folder`] says. `None` if the system has no such place.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        OWN_FOLDER
            .get()
            .cloned()
            .or_else(|| Self::folder_of_user(std::env::consts::OS, var))
            .map(|folder| Self::new(folder, MAX_CACHE_BYTES))
    }

    fn folder_of_user(os: &str, var: impl Fn(&str) -> Option<std::ffi::OsString>) -> Option<PathBuf> {
        let var = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(folder) = var(CACHE_DIR_VARIABLE) {
            return Some(folder);
        }
        let caches = match os {
            "windows" => var("LOCALAPPDATA")?,
            "macos" => var("HOME")?.join("Library/Caches"),
            _ => var("XDG_CACHE_HOME").or_else(|| Some(var("HOME")?.join(".cache")))?,
        };
        Some(caches.join("echelon").join("analysis"))
    }

    /// In this folder, which is made when it is needed, with no more than so many bytes.
    #[must_use]
    pub const fn new(folder: PathBuf, max_bytes: u64) -> Self {
        Self { folder, max_bytes }
    }

    fn path(&self, content: ContentId) -> PathBuf {
        self.folder.join(format!("{content}.v{ANALYSIS_VERSION}.{ENDING}"))
    }

    /// What is known of a track.
    #[must_use]
    pub fn get(&self, content: ContentId, track: &Track) -> Option<Analysis> {
        let file = File::open(self.path(content)).ok()?;
        let mut bytes = Vec::new();
        file.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        let analysis = decode(&bytes, content, track)?;
        // So that it counts as needed just now; it does no harm if the system does not let us.
        let _ =
            File::options().append(true).open(self.path(content)).and_then(|file| file.set_modified(SystemTime::now()));
        Some(analysis)
    }

    /// Keeps what is known of a track.
    ///
    /// # Errors
    /// The system's. What was there before is still there.
    pub fn put(&self, analysis: &Analysis, track: &Track) -> io::Result<()> {
        let bytes = encode(analysis, track)?;
        if bytes.len() as u64 > MAX_ENTRY_BYTES.min(self.max_bytes) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        whole_file::write(&self.path(analysis.content), &bytes)?;
        self.trim()
    }

    /// Keeps to the bound. Only our own files are touched.
    fn trim(&self) -> io::Result<()> {
        let (mut files, mut total) = (Vec::new(), 0);
        for entry in fs::read_dir(&self.folder)? {
            let Ok(entry) = entry else { continue };
            let (path, Ok(about)) = (entry.path(), entry.metadata()) else { continue };
            let ending = path.extension().and_then(|ending| ending.to_str());
            let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if ending == Some(HALF_WRITTEN) && used.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(&path);
            } else if ending == Some(ENDING) && about.is_file() {
                total += about.len();
                files.push((used, about.len(), path));
            }
        }
        if total <= self.max_bytes {
            return Ok(());
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes, positive")]
        let kept = (self.max_bytes as f64 * KEPT_OF_BOUND) as u64;
        files.sort();
        for (_, bytes, path) in files {
            if total <= kept {
                break;
            }
            // Another instance may have been faster.
            let _ = fs::remove_file(path);
            total = total.saturating_sub(bytes);
        }
        Ok(())
    }
}

fn encode(analysis: &Analysis, track: &Track) -> io::Result<Vec<u8>> {
    let Some(finest) = analysis.waveform.levels().first() else { return Err(io::ErrorKind::InvalidData.into()) };
    let description = serde_json::to_vec(&Description {
        content: analysis.content.to_string(),
        num_frames: track.num_frames(),
        sample_rate: track.sample_rate(),
        grid: analysis.grid.clone(),
        bpm: analysis.bpm,
        confidence: analysis.confidence,
        key: analysis.key,
        loudness_lufs: analysis.loudness_lufs,
        loudness_range_lu: analysis.loudness_range_lu,
        true_peak_db: analysis.true_peak_db,
        frames_per_bin: finest.frames_per_bin,
    })?;
    let length = u32::try_from(description.len()).map_err(io::Error::other)?;
    let mut rest = length.to_le_bytes().to_vec();
    rest.extend_from_slice(&description);
    rest.extend(finest.bins.iter().flat_map(|bin| [bin.low, bin.mid, bin.high]));
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&ANALYSIS_VERSION.to_le_bytes());
    bytes.extend_from_slice(&XxHash3_64::oneshot(&rest).to_le_bytes());
    bytes.extend_from_slice(&rest);
    Ok(bytes)
}

/// The description and the waveform's bytes; `None` if the whole is not as it was written.
fn take_apart(bytes: &[u8]) -> Option<(Description, &[u8])> {
    let head = bytes.get(..HEADER_BYTES)?;
    let word = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let sum = u64::from_le_bytes(head[12..20].try_into().ok()?);
    if head[..8] != MAGIC || word(8)? != ANALYSIS_VERSION || XxHash3_64::oneshot(&bytes[20..]) != sum {
        return None;
    }
    let (description, bins) = bytes[HEADER_BYTES..].split_at_checked(usize::try_from(word(20)?).ok()?)?;
    Some((serde_json::from_slice(description).ok()?, bins))
}

fn bins(bytes: &[u8]) -> Vec<Bands> {
    bytes.chunks_exact(3).map(|bin| Bands { low: bin[0], mid: bin[1], high: bin[2] }).collect()
}

/// `None` if anything at all is wrong with it.
fn decode(bytes: &[u8], content: ContentId, track: &Track) -> Option<Analysis> {
    let (told, wave) = take_apart(bytes)?;
    if told.content != content.to_string() || told.num_frames != track.num_frames() || told.frames_per_bin == 0 {
        return None;
    }
    if wave.len() != 3 * track.num_frames().div_ceil(told.frames_per_bin) {
        return None;
    }
    Some(Analysis {
        content,
        grid: told.grid,
        bpm: told.bpm,
        confidence: told.confidence,
        key: told.key,
        loudness_lufs: told.loudness_lufs,
        loudness_range_lu: told.loudness_range_lu,
        true_peak_db: told.true_peak_db,
        waveform: Arc::new(Waveform::from_finest(told.frames_per_bin, bins(wave))),
    })
}

#[cfg(test)]
mod tests;
