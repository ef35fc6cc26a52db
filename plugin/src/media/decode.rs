//! From a file to a track in memory: all of it, as f32, never clipped. Piece by piece, so that a deck may have the track
//! before its end is there.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon_engine::deck::{Track, TrackWriter};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;

use super::error::LoadError;
use super::fold::Stereo;
use super::hold;
use super::length::Length;
use super::overview::{Growing, OVERVIEW_COLUMNS, Overview};
use super::source::{Opened, Source, corrupt, describe};

/// The most memory that the samples of one track may take.
pub const MAX_TRACK_BYTES: usize = 1 << 30;
const BYTES_PER_FRAME: usize = 2 * size_of::<f32>();

/// What must be whole of a damaged file, so that it is worth a place on a deck.
const LEAST_WHOLE_SECS: f64 = 0.1;

/// So much has to be there before a deck gets the track: a bar at 120 BPM, which takes some 10 ms to decode. Should the
/// disk stall then, that is what it has to come back.
pub(super) const HEAD_SECS: f64 = 2.0;
/// A shorter file is decoded whole, in less than a tenth of a second: a loop, a jingle, a sample.
const SHORT_SECS: f64 = 30.0;
/// Room for more than a packed file says, in seconds and as a part of it.
const SPARE: (f64, f64) = (1.0, 1.0 / 64.0);

/// Progress is told each time that this many frames are done.
pub(super) const PIECE_FRAMES: usize = 1 << 16;

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
    let mut decoding = Decoding::open(path, max_bytes)?;
    progress(decoding.ratio());
    while !decoding.step(cancelled)? {
        progress(decoding.ratio());
    }
    decoding.finish()
}

/// A file on its way.
pub(super) struct Decoding {
    path: PathBuf,
    source: Source,
    /// What nobody has taken yet: of a track that comes, less than a packet.
    stereo: Stereo,
    writer: Option<TrackWriter>,
    /// The waveform of a track that comes.
    overview: Option<Growing>,
    /// A deck may have the track already.
    is_out: bool,
    is_over: bool,
    packets_left: u64,
    max_frames: usize,
    /// Frames that could not be decoded, and are silent so that what follows stays on its beat.
    silent_frames: usize,
    /// Frames for which there was no room: the file is longer than it says.
    left_out: usize,
    /// Why decoding ended before the file's end.
    broken_off: Option<String>,
}

/// Files may come from anyone; a panic of the decoder must not take the host down.
fn guarded<T>(work: impl FnOnce() -> Result<T, LoadError>) -> Result<T, LoadError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(gave_up()))
}

fn gave_up() -> LoadError {
    corrupt("the decoder gave up")
}

impl Decoding {
    /// Reads the header. `max_bytes` is what the samples may take.
    pub(super) fn open(path: &Path, max_bytes: usize) -> Result<Self, LoadError> {
        let opened = Opened::new(path)?;
        guarded(|| Self::new(path, Source::new(opened, path)?, max_bytes))
    }

    fn new(path: &Path, source: Source, max_bytes: usize) -> Result<Self, LoadError> {
        let mut decoding = Self {
            path: path.to_owned(),
            max_frames: max_bytes / BYTES_PER_FRAME,
            // Every packet takes at least a byte of an honest file.
            packets_left: source.bytes,
            source,
            stereo: Stereo::default(),
            writer: None,
            overview: None,
            is_out: false,
            is_over: false,
            silent_frames: 0,
            left_out: 0,
            broken_off: None,
        };
        let expected = decoding.expected_frames().unwrap_or(0);
        // Recorders that were cut off, and streams, leave any length in a WAV header.
        if !decoding.source.is_pcm && expected > decoding.max_frames {
            return Err(decoding.too_long());
        }
        // Should it be more, it grows as it comes.
        decoding.stereo.reserve(expected.min(decoding.plausible_frames()).min(decoding.max_frames));
        Ok(decoding)
    }

    /// A track for what comes, which a deck may have before all of it is there, if the file's word on its length is good;
    /// `None` if all has to be decoded first, or it is not worth while. Before the first [`step`](Self::step).
    pub(super) fn begin_track(&mut self) -> Option<Arc<Track>> {
        let frames = self.expected_frames().filter(|_| self.source.length == Length::Said)?;
        let rate = f64::from(self.source.sample_rate);
        let is_short = (frames as f64) < SHORT_SECS * rate;
        if is_short || frames > self.plausible_frames() || frames > self.max_frames {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds, positive")]
        let spare = if self.source.is_pcm { 0 } else { (SPARE.0 * rate + SPARE.1 * frames as f64) as usize };
        let (track, writer) = Track::coming(frames, (frames + spare).min(self.max_frames), rate).ok()?;
        self.stereo = Stereo::default();
        self.writer = Some(writer);
        self.overview = Some(Growing::new(frames, OVERVIEW_COLUMNS));
        Some(track)
    }

    /// The track, once so much of it is there that a deck may begin. Given once.
    pub(super) fn take_head(&mut self) -> Option<Arc<Track>> {
        let rate = f64::from(self.source.sample_rate);
        let whole = self.num_frames() - self.silent_frames;
        let is_there = self.num_frames() as f64 >= HEAD_SECS * rate && whole as f64 >= LEAST_WHOLE_SECS * rate;
        let track = self.writer.as_ref().filter(|_| is_there && !self.is_out && !self.is_over)?.track().clone();
        self.is_out = true;
        Some(track)
    }

    /// As the file says.
    fn expected_frames(&self) -> Option<usize> {
        self.source.num_frames.map(|frames| usize::try_from(frames).unwrap_or(usize::MAX))
    }

    /// No more than music would have in a file of that size: headers lie.
    fn plausible_frames(&self) -> usize {
        let frames_per_byte = if self.source.is_pcm { 1 } else { 8 };
        usize::try_from(self.source.bytes.saturating_mul(frames_per_byte)).unwrap_or(usize::MAX)
    }

    fn num_frames(&self) -> usize {
        self.stereo.num_frames() + self.writer.as_ref().map_or(0, |writer| writer.track().ready_frames())
    }

    fn too_long(&self) -> LoadError {
        let minutes = self.max_frames as u64 / u64::from(self.source.sample_rate) / 60;
        LoadError::TooLong { max_mib: (self.max_frames * BYTES_PER_FRAME) >> 20, minutes }
    }

    /// Decodes another piece, or less of a file that is [held](hold::Hold). Whether that was all.
    ///
    /// # Errors
    /// [`LoadError::Cancelled`], also when a deck had the track and nobody has it any more. Others only as long as no deck
    /// has it: then what is there counts.
    pub(super) fn step(&mut self, cancelled: &dyn Fn() -> bool) -> Result<bool, LoadError> {
        let goal = self.num_frames() + PIECE_FRAMES;
        let run = guarded(|| {
            while !self.is_over && self.num_frames() < goal {
                let is_unwanted = self.is_out && self.writer.as_ref().is_some_and(TrackWriter::is_alone);
                if is_unwanted || cancelled() {
                    return Err(LoadError::Cancelled);
                }
                if hold::stands(&self.path, self.num_frames()) {
                    break;
                }
                self.next()?;
                self.publish();
            }
            Ok(())
        });
        match run {
            Err(LoadError::Corrupt { reason }) if self.is_out => self.break_off(reason),
            run => run?,
        }
        if let (Some(overview), Some(writer)) = (&mut self.overview, &self.writer) {
            overview.grow(writer.track());
        }
        Ok(self.is_over)
    }

    fn break_off(&mut self, reason: impl Into<String>) {
        self.broken_off.get_or_insert_with(|| reason.into());
        self.is_over = true;
    }

    /// The next packet.
    fn next(&mut self) -> Result<(), LoadError> {
        let Some(left) = self.packets_left.checked_sub(1) else {
            self.is_over = true;
            return Ok(());
        };
        self.packets_left = left;
        match self.source.reader.next_packet() {
            Ok(None) => self.is_over = true,
            Ok(Some(packet)) if packet.track_id != self.source.stream_id => {}
            Ok(Some(packet)) => self.packet(&packet)?,
            Err(Error::ResetRequired) => self.break_off("another stream follows"),
            // The end of a file that did not say where its end is.
            Err(Error::IoError(error))
                if error.kind() == ErrorKind::UnexpectedEof && self.expected_frames().is_none() =>
            {
                self.is_over = true;
            }
            Err(error) => self.break_off(describe(&error)),
        }
        Ok(())
    }

    /// How much is done; `None` if nobody knows.
    pub(super) fn ratio(&self) -> Option<f32> {
        let expected = self.expected_frames()?.max(1);
        Some((self.num_frames() as f32 / expected as f32).min(1.0))
    }

    /// The waveform of what is there of a track that comes.
    pub(super) fn overview(&self) -> Option<Arc<Overview>> {
        self.overview.as_ref().map(|overview| overview.so_far().clone())
    }

    /// What is decoded gets to whoever plays the track.
    fn publish(&mut self) {
        if let Some(writer) = &mut self.writer {
            let taken = writer.append(&self.stereo.left, &self.stereo.right);
            self.left_out += self.stereo.num_frames() - taken;
            self.stereo.clear();
        }
    }

    fn packet(&mut self, packet: &Packet) -> Result<(), LoadError> {
        if self.source.packets_say_frame {
            let start = usize::try_from(packet.pts.get()).unwrap_or(0);
            self.silence(start.saturating_sub(self.num_frames()))?;
        }
        match self.source.decoder.decode(packet) {
            Ok(buffer) if buffer.spec().rate() == self.source.sample_rate => {
                let frames = self.stereo.num_frames() + buffer.frames();
                if self.writer.is_none() && frames > self.max_frames {
                    return Err(self.too_long());
                }
                self.stereo.append(&buffer);
            }
            Ok(buffer) if buffer.frames() == 0 => {}
            Ok(_) => self.break_off("its sample rate changes"),
            Err(Error::DecodeError(_) | Error::IoError(_)) => {
                self.silence(usize::try_from(packet.dur.get()).unwrap_or(usize::MAX))?;
            }
            Err(error) => {
                let reason = describe(&error);
                self.break_off(reason);
            }
        }
        Ok(())
    }

    /// For frames that are missing. Not past what the file says is its end: the number may be damaged, too.
    fn silence(&mut self, frames: usize) -> Result<(), LoadError> {
        let so_far = self.num_frames();
        let end = self.expected_frames().unwrap_or(so_far);
        let frames = frames.min(end.saturating_sub(so_far));
        if so_far + frames > self.max_frames {
            return Err(self.too_long());
        }
        self.silent_frames += frames;
        self.stereo.append_silence(frames);
        Ok(())
    }

    /// After the last step. The track is as long as what was found.
    ///
    /// # Errors
    /// [`LoadError::Corrupt`] or [`LoadError::Empty`] if there is nothing worth playing; not of a track that a deck has.
    pub(super) fn finish(mut self) -> Result<DecodedTrack, LoadError> {
        let frames = self.num_frames();
        let whole = frames - self.silent_frames;
        let least = LEAST_WHOLE_SECS * f64::from(self.source.sample_rate);
        // A file that ends where no one said it would is whole.
        let expected = self.expected_frames();
        let cut = self.broken_off.take().filter(|_| expected.is_none_or(|expected| frames < expected));
        if !self.is_out && (cut.is_some() || self.silent_frames > 0) && (whole as f64) < least {
            return Err(corrupt(cut.as_deref().unwrap_or("nothing of it can be decoded")));
        }
        if frames == 0 && expected.is_some_and(|expected| expected > 0) {
            return Err(corrupt("it ends in the middle"));
        }
        let note = self.note(cut.as_deref(), frames);
        let growing = self.overview.take();
        let track = self.into_track()?;
        let overview = growing
            .map_or_else(|| Arc::new(Overview::of(&track, OVERVIEW_COLUMNS)), |growing| growing.of_whole(&track));
        Ok(DecodedTrack { track, overview, note })
    }

    fn into_track(self) -> Result<Arc<Track>, LoadError> {
        let rate = f64::from(self.source.sample_rate);
        let Stereo { left, right, .. } = self.stereo;
        let (left, right) = match self.writer {
            None => (left, right),
            Some(writer) if self.is_out => return Ok(writer.track().clone()),
            // It ended before a deck could have it: no need to hold the memory that its header asked for.
            Some(writer) => (writer.track().left().to_vec(), writer.track().right().to_vec()),
        };
        Ok(Arc::new(Track::new(left, right, rate).map_err(|_| LoadError::Empty)?))
    }

    fn note(&self, cut: Option<&str>, frames: usize) -> Option<String> {
        let secs = |frames: usize| frames as f64 / f64::from(self.source.sample_rate);
        let mut notes = Vec::new();
        if let Some(reason) = cut {
            let of = self.expected_frames().map_or(String::new(), |frames| format!(" of {:.1} s", secs(frames)));
            notes.push(format!("the file is damaged: {reason}, after {:.1} s{of}", secs(frames)));
        }
        if self.silent_frames > 0 {
            notes.push(format!("the file is damaged: {:.2} s of it are silent", secs(self.silent_frames)));
        }
        if self.left_out > 0 {
            notes
                .push(format!("the file is longer than it says: {:.1} s at its end are left out", secs(self.left_out)));
        }
        if self.stereo.folded > 0 {
            notes.push(format!("{} channels were folded down to two", self.stereo.folded));
        }
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}
