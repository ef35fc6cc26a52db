//! An audio file that is open: its packets, and the decoder for them.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::error::LoadError;
use super::length::{Length, mpeg_says_length};
use super::repair::Repaired;

/// What a deck can play.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// A file, its length and its first bytes.
pub(super) struct Opened {
    file: Repaired,
    bytes: u64,
    known_format: bool,
    /// It says how long it is, if it is an MPEG stream.
    mpeg_length: bool,
}

impl Opened {
    /// Opens a regular file. What is no regular file may block for ever, so it is not even opened.
    pub fn new(path: &Path) -> Result<Self, LoadError> {
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => LoadError::NotFound { path: path.to_owned() },
            _ => LoadError::Unreadable { reason: error.to_string() },
        };
        let meta = fs::metadata(path).map_err(failed)?;
        if !meta.is_file() {
            return Err(LoadError::NotAFile);
        }
        if meta.len() == 0 {
            return Err(LoadError::Empty);
        }
        let mut file = File::open(path).map_err(failed)?;
        let mut head = Vec::new();
        (&mut file).take(12).read_to_end(&mut head).map_err(failed)?;
        let bytes = meta.len();
        // What cannot be read here shows up again when it is decoded.
        let mpeg_length = mpeg_says_length(&mut file, bytes).unwrap_or(false);
        let (file, known_format) =
            (Repaired::new(file, bytes, !mpeg_length && is_mpeg(&head)).map_err(failed)?, has_known_start(&head));
        Ok(Self { file, bytes, known_format, mpeg_length })
    }
}

/// Whether a file starts as the formats do that we take. Tells a damaged file from one of another kind.
fn has_known_start(head: &[u8]) -> bool {
    let starts = [&b"RIFF"[..], b"FORM", b"fLaC", b"OggS", b"ID3"];
    starts.iter().any(|start| head.starts_with(start)) || head.get(4..8) == Some(b"ftyp") || is_mpeg(head)
}

/// Whether it may be a stream of MPEG frames, MP3 or AAC, with a tag before it or without.
fn is_mpeg(head: &[u8]) -> bool {
    matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0) || head.starts_with(b"ID3")
}

/// The first audio stream of a file.
pub(super) struct Source {
    pub reader: Box<dyn FormatReader>,
    pub decoder: Box<dyn AudioDecoder>,
    /// The packets of other streams are not ours.
    pub stream_id: u32,
    pub sample_rate: u32,
    /// As the file says, which need not be true.
    pub num_frames: Option<u64>,
    /// What that is worth.
    pub length: Length,
    /// Packets say on which frame they start. With formats that cut off an encoder's delay that is not so.
    pub packets_say_frame: bool,
    /// Uncompressed: the file's length bounds the frames, whatever its header says.
    pub is_pcm: bool,
    /// Length of the file.
    pub bytes: u64,
}

impl Source {
    /// Finds out what the file is.
    pub fn new(opened: Opened, path: &Path) -> Result<Self, LoadError> {
        let Opened { file, bytes, known_format, mpeg_length } = opened;
        let failed = |error| refusal(error, known_format);
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(failed)?;
        let no_audio = || LoadError::Unsupported { what: "the file has no audio stream that can be decoded".into() };
        let track = reader.default_track(TrackType::Audio).ok_or_else(no_audio)?;
        let Some(CodecParameters::Audio(params)) = &track.codec_params else { return Err(no_audio()) };
        let decoder = decoder(params).map_err(failed)?;
        let sample_rate = params.sample_rate.ok_or_else(|| corrupt("it does not say its sample rate"))?;
        if !SAMPLE_RATES_HZ.contains(&sample_rate) {
            return Err(LoadError::Unsupported { what: format!("the file's sample rate is {sample_rate} Hz") });
        }
        Ok(Self {
            stream_id: track.id,
            sample_rate,
            num_frames: track.num_frames,
            length: Length::of(reader.format_info().format, track.num_frames, mpeg_length),
            packets_say_frame: params.codec == CODEC_ID_FLAC,
            is_pcm: decoder.codec_info().short_name.starts_with("pcm"),
            bytes,
            reader,
            decoder,
        })
    }
}

fn decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Error> {
    symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default())
}

pub(super) fn corrupt(reason: &str) -> LoadError {
    LoadError::Corrupt { reason: reason.to_owned() }
}

/// Why a file could not even be opened as audio.
fn refusal(error: Error, known_format: bool) -> LoadError {
    match error {
        _ if !known_format => LoadError::Unsupported { what: "this is not an audio file".into() },
        Error::Unsupported(what) => LoadError::Unsupported { what: format!("the file cannot be decoded ({what})") },
        error => corrupt(&describe(&error)),
    }
}

/// An error of the decoder for people.
pub(super) fn describe(error: &Error) -> String {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => "it ends in the middle".to_owned(),
        Error::DecodeError(what) => (*what).to_owned(),
        error => error.to_string(),
    }
}
