//! What can be heard in a track: its beats, key, loudness and shape. Media threads; never audio.
//!
//! [`analyse`] does one track on the threads that it is called on; [`Analyser`] does them one after the other on the
//! process's pool, with the [cache](super::AnalysisCache) before it.

mod bars;
mod beats;
mod chords;
mod content;
mod downbeat;
mod drift;
mod exact;
mod fold;
mod front;
mod grids;
mod key;
mod level;
mod loudness;
mod meter;
mod phase;
mod pool;
mod service;
mod signs;
mod starts;
mod steady;
mod tempo;
mod thin;
mod true_peak;
mod watch;
mod waveform;

use std::sync::Arc;

use echelon_engine::deck::{BeatGrid, Track};

pub use content::ContentId;
pub use key::Key;
pub use service::{AnalyseError, Analyser, AnalysisEvent};
pub use waveform::{Bands, Level, Waveform};

use watch::Watch;

/// Raised whenever a track may come out differently: what is cached is analysed anew.
pub const ANALYSIS_VERSION: u32 = 7;

/// What each part costs, of all: for progress.
const GRID_SHARE: f32 = 0.4;
const KEY_SHARE: f32 = 0.15;
const LOUDNESS_SHARE: f32 = 0.1;
const PEAK_SHARE: f32 = 0.15;
const WAVEFORM_SHARE: f32 = 0.2;

/// Everything that is known about a track's sound. Plain data, cheap to share.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What was analysed.
    pub content: ContentId,
    /// Where the beats are; `None` if there are none.
    pub grid: Option<BeatGrid>,
    /// The tempo in BPM, if there is a grid; of a moving one the mean.
    pub bpm: Option<f64>,
    /// How sure the grid is, 0..1; 0 without one.
    pub confidence: f32,
    /// The key; `None` if there are no notes, or they fit none.
    pub key: Option<Key>,
    /// Integrated loudness after EBU R128; `None` for silence and for less than 400 ms.
    pub loudness_lufs: Option<f64>,
    /// Loudness range after EBU Tech 3342, in LU; `None` for silence and for less than 3 s.
    pub loudness_range_lu: Option<f64>,
    /// True peak in dBTP; `None` for digital silence.
    pub true_peak_db: Option<f64>,
    /// The waveform at every zoom.
    pub waveform: Arc<Waveform>,
}

/// What auto gain brings a track to, in LUFS, and by how much it may change one, in dB.
const AUTO_GAIN_LUFS: f64 = -14.0;
const AUTO_GAIN_DB: std::ops::RangeInclusive<f64> = -18.0..=12.0;

impl Analysis {
    /// The same with the grid that the track has now.
    #[must_use]
    pub fn with_grid_of(&self, track: &Track) -> Self {
        let grid = track.grid().cloned();
        let middle = track.num_frames() as f64 / 2.0;
        let bpm = match &grid {
            Some(grid) if self.grid.as_ref() != Some(grid) => Some(grid.bpm_at(middle, track.sample_rate())),
            Some(_) => self.bpm,
            None => None,
        };
        Self { grid, bpm, ..self.clone() }
    }

    /// The gain in dB that makes tracks equally loud: to -14 LUFS, but never further up than to a true peak of 0 dBTP.
    /// 0 for silence.
    #[must_use]
    pub fn auto_gain_db(&self) -> f64 {
        let Some(lufs) = self.loudness_lufs else { return 0.0 };
        let room_db = self.true_peak_db.map_or(0.0, |peak_db| (-peak_db).max(0.0));
        (AUTO_GAIN_LUFS - lufs).min(room_db).clamp(*AUTO_GAIN_DB.start(), *AUTO_GAIN_DB.end())
    }
}

/// Analyses a track. `progress` is told 0..1, from any of the pool's threads; `cancelled` is asked every few
/// milliseconds. `None` if it was cancelled. Runs on the rayon pool that it is called in.
#[must_use]
pub fn analyse(
    track: &Track,
    progress: &(dyn Fn(f32) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Analysis> {
    analyse_as(ContentId::of(track), track, progress, cancelled)
}

/// [`analyse`] for one who knows the content already.
fn analyse_as(
    content: ContentId,
    track: &Track,
    progress: &(dyn Fn(f32) + Sync),
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Option<Analysis> {
    let watch = Watch::new(progress, cancelled);
    let ((rises, notes), (waveform, (loudness, peak_db))) = rayon::join(
        || {
            rayon::join(
                || front::rises(track, &watch.part(GRID_SHARE)),
                || key::Notes::of(track, &watch.part(KEY_SHARE)),
            )
        },
        || {
            rayon::join(
                || Waveform::of(track, &watch.part(WAVEFORM_SHARE)),
                || {
                    rayon::join(
                        || loudness::loudness(track, &watch.part(LOUDNESS_SHARE)),
                        || true_peak::true_peak_db(track, &watch.part(PEAK_SHARE)),
                    )
                },
            )
        },
    );
    let (rises, notes, waveform, loudness) = (rises?, notes?, Arc::new(waveform?), loudness?);
    let changes = chords::changes(&notes, &rises);
    let found = beats::find(track, &rises, &changes);
    if watch.cancelled() {
        return None;
    }
    let attack_secs = starts::first_attack(&rises) as f64 / rises.rate_hz;
    let grid = found.as_ref().map(|found| &found.grid);
    let key = notes.key(&key::Phrases::new(grid, track.sample_rate(), notes.first_secs(), attack_secs));
    Some(Analysis {
        content,
        bpm: found.as_ref().map(|found| found.bpm),
        confidence: found.as_ref().map_or(0.0, |found| found.confidence),
        grid: found.map(|found| found.grid),
        key,
        loudness_lufs: loudness.integrated_lufs,
        loudness_range_lu: loudness.range_lu,
        true_peak_db: peak_db?,
        waveform,
    })
}

#[cfg(test)]
mod tests;
