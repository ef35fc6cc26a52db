//! From a file to a track in memory: all of it, as f32, never clipped.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use echelon_engine::deck::Track;
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::error::LoadError;
use super::fold::Stereo;
use super::overview::{OVERVIEW_COLUMNS, Overview};
use super::source::{Opened, Source, corrupt, describe};

/// The most memory that the samples of one track may take.
pub const MAX_TRACK_BYTES: usize = 1 << 30;
const BYTES_PER_FRAME: usize = 2 * size_of::<f32>();

/// What must be whole of a damaged file, so that it is worth a place on a deck.
const LEAST_WHOLE_SECS: f64 = 0.1;

/// Progress is told each time that this many frames are done.
const PROGRESS_FRAMES: usize = 1 << 16;

/// A file, decoded.
#[derive(Clone, Debug)]
pub struct DecodedTrack {
    /// The samples.
    pub track: Arc<Track>,
    /// Its waveform.
    pub overview: Arc<Overview>,
    /// What a person should know: damage, channels that were folded down.
    pub note: Option<String>,
}

/// Decodes a file. `progress` is told 0..1, or `None` while nobody knows how long the file is; `cancelled` is asked
/// for every packet (some milliseconds of audio).
///
/// # Errors
/// [`LoadError`]; a file that is damaged in the middle is no error if a tenth of a second of it is whole.
pub fn decode(
    path: &Path,
    progress: &mut dyn FnMut(Option<f32>),
    cancelled: &dyn Fn() -> bool,
) -> Result<DecodedTrack, LoadError> {
    decode_within(MAX_TRACK_BYTES, path, progress, cancelled)
}

/// [`decode`] with another memory budget.
pub(super) fn decode_within(
    max_bytes: usize,
    path: &Path,
    progress: &mut dyn FnMut(Option<f32>),
    cancelled: &dyn Fn() -> bool,
) -> Result<DecodedTrack, LoadError> {
    let opened = Opened::new(path)?;
    // Files may come from anyone; a panic of the decoder must not take the host down.
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let mut decoding = Decoding::new(Source::new(opened, path)?, max_bytes)?;
        decoding.run(progress, cancelled)?;
        decoding.finish()
    }));
    decoded.unwrap_or_else(|_| Err(corrupt("the decoder gave up")))
}

/// A file on its way.
struct Decoding {
    source: Source,
    stereo: Stereo,
    max_frames: usize,
    /// Frames that could not be decoded, and are silent so that what follows stays on its beat.
    silent_frames: usize,
    /// Why decoding ended before the file's end.
    broken_off: Option<String>,
}

impl Decoding {
    fn new(source: Source, max_bytes: usize) -> Result<Self, LoadError> {
        let mut decoding = Self {
            max_frames: max_bytes / BYTES_PER_FRAME,
            source,
            stereo: Stereo::default(),
            silent_frames: 0,
            broken_off: None,
        };
        let expected = decoding.expected_frames().unwrap_or(0);
        // Recorders that were cut off, and streams, leave any length in a WAV header.
        if !decoding.source.is_pcm && expected > decoding.max_frames {
            return Err(decoding.too_long());
        }
        // No more than music would have in a file of that size: headers lie. Should it be more, it grows as it comes.
        let plausible = usize::try_from(decoding.source.bytes.saturating_mul(8)).unwrap_or(usize::MAX);
        decoding.stereo.reserve(expected.min(plausible).min(decoding.max_frames));
        Ok(decoding)
    }

    /// As the file says.
    fn expected_frames(&self) -> Option<usize> {
        self.source.num_frames.map(|frames| usize::try_from(frames).unwrap_or(usize::MAX))
    }

    fn too_long(&self) -> LoadError {
        let minutes = self.max_frames as u64 / u64::from(self.source.sample_rate) / 60;
        LoadError::TooLong { max_mib: (self.max_frames * BYTES_PER_FRAME) >> 20, minutes }
    }

    fn run(&mut self, progress: &mut dyn FnMut(Option<f32>), cancelled: &dyn Fn() -> bool) -> Result<(), LoadError> {
        let mut told_frames = 0;
        progress(self.expected_frames().map(|_| 0.0));
        // Every packet takes at least a byte of an honest file.
        for _ in 0..self.source.bytes {
            if cancelled() {
                return Err(LoadError::Cancelled);
            }
            match self.source.reader.next_packet() {
                Ok(None) => break,
                Ok(Some(packet)) if packet.track_id != self.source.stream_id => continue,
                Ok(Some(packet)) => self.packet(&packet)?,
                Err(Error::ResetRequired) => {
                    self.broken_off = Some("another stream follows".to_owned());
                    break;
                }
                // The end of a file that did not say where its end is.
                Err(Error::IoError(error))
                    if error.kind() == ErrorKind::UnexpectedEof && self.expected_frames().is_none() =>
                {
                    break;
                }
                Err(error) => {
                    self.broken_off = Some(describe(&error));
                    break;
                }
            }
            if self.broken_off.is_some() {
                break;
            }
            if self.stereo.num_frames() - told_frames >= PROGRESS_FRAMES {
                told_frames = self.stereo.num_frames();
                progress(self.ratio());
            }
        }
        Ok(())
    }

    /// How much is done.
    fn ratio(&self) -> Option<f32> {
        let expected = self.expected_frames().filter(|frames| *frames > 0)?;
        Some((self.stereo.num_frames() as f32 / expected as f32).min(1.0))
    }

    fn packet(&mut self, packet: &Packet) -> Result<(), LoadError> {
        if self.source.packets_say_frame {
            let start = usize::try_from(packet.pts.get()).unwrap_or(0);
            self.silence(start.saturating_sub(self.stereo.num_frames()))?;
        }
        match self.source.decoder.decode(packet) {
            Ok(buffer) if buffer.spec().rate() == self.source.sample_rate => {
                if self.stereo.num_frames() + buffer.frames() > self.max_frames {
                    return Err(self.too_long());
                }
                self.stereo.append(&buffer);
            }
            Ok(buffer) if buffer.frames() == 0 => {}
            Ok(_) => self.broken_off = Some("its sample rate changes".to_owned()),
            Err(Error::DecodeError(_) | Error::IoError(_)) => {
                self.silence(usize::try_from(packet.dur.get()).unwrap_or(usize::MAX))?;
            }
            Err(error) => self.broken_off = Some(describe(&error)),
        }
        Ok(())
    }

    /// For frames that are missing. Not past what the file says is its end: the number may be damaged, too.
    fn silence(&mut self, frames: usize) -> Result<(), LoadError> {
        let so_far = self.stereo.num_frames();
        let end = self.expected_frames().unwrap_or(so_far);
        let frames = frames.min(end.saturating_sub(so_far));
        if so_far + frames > self.max_frames {
            return Err(self.too_long());
        }
        self.silent_frames += frames;
        self.stereo.append_silence(frames);
        Ok(())
    }

    fn finish(self) -> Result<DecodedTrack, LoadError> {
        let frames = self.stereo.num_frames();
        let whole = frames - self.silent_frames;
        let least = LEAST_WHOLE_SECS * f64::from(self.source.sample_rate);
        // A file that ends where no one said it would is whole.
        let cut =
            self.broken_off.as_deref().filter(|_| self.expected_frames().is_none_or(|expected| frames < expected));
        if (cut.is_some() || self.silent_frames > 0) && (whole as f64) < least {
            return Err(corrupt(cut.unwrap_or("nothing of it can be decoded")));
        }
        if frames == 0 && self.expected_frames().is_some_and(|expected| expected > 0) {
            return Err(corrupt("it ends in the middle"));
        }
        let note = self.note(cut);
        let rate = f64::from(self.source.sample_rate);
        let Stereo { left, right, .. } = self.stereo;
        let track = Track::new(left, right, rate).map_err(|_| LoadError::Empty)?;
        let overview = Arc::new(Overview::of(&track, OVERVIEW_COLUMNS));
        Ok(DecodedTrack { track: Arc::new(track), overview, note })
    }

    fn note(&self, cut: Option<&str>) -> Option<String> {
        let secs = |frames: usize| frames as f64 / f64::from(self.source.sample_rate);
        let mut notes = Vec::new();
        if let Some(reason) = cut {
            let of = self.expected_frames().map_or(String::new(), |frames| format!(" of {:.1} s", secs(frames)));
            notes.push(format!("the file is damaged: {reason}, after {:.1} s{of}", secs(self.stereo.num_frames())));
        }
        if self.silent_frames > 0 {
            notes.push(format!("the file is damaged: {:.2} s of it are silent", secs(self.silent_frames)));
        }
        if self.stereo.folded > 0 {
            notes.push(format!("{} channels were folded down to two", self.stereo.folded));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}
