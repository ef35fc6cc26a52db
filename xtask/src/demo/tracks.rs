//! The music of the set: our two tunes as files, or the user's files; and their samples, to compare with.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use crate::music::{Depth, Stereo, Time, Tune, quantize, render, write_flac, write_wav};

/// A file of the set.
#[derive(Clone, Debug)]
pub struct Track {
    pub file: PathBuf,
    pub title: String,
    pub sample_rate: u32,
    pub music: Stereo,
}

impl Track {
    /// Length in seconds.
    pub fn secs(&self) -> f64 {
        self.music.num_frames() as f64 / f64::from(self.sample_rate)
    }
}

/// Renders one of our tunes: the first as WAV, the second as FLAC.
pub fn generate(tune: Tune, dir: &Path, bpm: f64, bars: u32, sample_rate: u32) -> Result<Track> {
    let music = render(tune, Time { bpm, sample_rate: f64::from(sample_rate), bars });
    let stem = tune.name().to_lowercase().replace(' ', "_");
    let (depth, extension) = match tune {
        Tune::HarbourLights => (Depth::Bits24, "wav"),
        Tune::NightFreight => (Depth::Bits16, "flac"),
    };
    let file = dir.join(format!("{stem}.{extension}"));
    match tune {
        Tune::HarbourLights => write_wav(&file, &music, depth, sample_rate)?,
        Tune::NightFreight => write_flac(&file, &music, depth, sample_rate)?,
    }
    Ok(Track { file, title: tune.name().to_owned(), sample_rate, music: quantize(&music, depth) })
}

/// Reads the user's file.
pub fn open(path: &Path) -> Result<Track> {
    let file = std::fs::canonicalize(path).with_context(|| format!("could not find {}", path.display()))?;
    let (music, sample_rate) = decode(&file).with_context(|| format!("could not read {}", path.display()))?;
    if music.left.iter().chain(&music.right).all(|sample| *sample == 0.0) {
        bail!("{} is silent: nothing could be measured", path.display());
    }
    let title = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Track { file, title, sample_rate, music })
}

fn decode(path: &Path) -> Result<(Stereo, u32)> {
    let source = MediaSourceStream::new(Box::new(File::open(path)?), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let mut format =
        symphonia::default::get_probe().probe(&hint, source, FormatOptions::default(), MetadataOptions::default())?;
    let track = format.default_track(TrackType::Audio).context("there is no audio in it")?;
    let track_id = track.id;
    let params = track.codec_params.as_ref().and_then(|params| params.audio()).context("there is no audio in it")?;
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default())?;
    let (mut music, mut sample_rate, mut samples) = (Stereo::default(), 0, Vec::<f32>::new());
    while let Some(packet) = format.next_packet()? {
        if packet.track_id != track_id {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(Error::DecodeError(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        sample_rate = buffer.spec().rate();
        let channels = buffer.spec().channels().count().max(1);
        samples.resize(buffer.samples_interleaved(), 0.0);
        buffer.copy_to_slice_interleaved(&mut samples);
        for frame in samples.chunks_exact(channels) {
            music.left.push(frame[0]);
            music.right.push(frame[usize::from(channels > 1)]);
        }
    }
    if music.num_frames() == 0 {
        bail!("there is no audio in it");
    }
    Ok((music, sample_rate))
}

/// Reads a recording of the host.
pub fn read_recording(path: &Path) -> Result<Stereo> {
    let mut file = hound::WavReader::open(path).with_context(|| format!("could not read {}", path.display()))?;
    let samples: Vec<f32> = file.samples::<f32>().collect::<hound::Result<_>>()?;
    let channels = usize::from(file.spec().channels.max(1));
    let side = |channel: usize| samples.iter().skip(channel).step_by(channels).copied().collect();
    Ok(Stereo { left: side(0), right: side(channels.min(2) - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both writers against an independent reader: the samples are those that we compare with.
    #[test]
    fn written_files_hold_the_samples() {
        let dir = std::env::temp_dir().join(format!("echelon-tracks-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for tune in [Tune::HarbourLights, Tune::NightFreight] {
            let made = generate(tune, &dir, 174.0, 1, 48_000).unwrap();
            let read = open(&made.file).unwrap();
            assert_eq!(read.sample_rate, 48_000);
            assert!(read.music == made.music, "{}", made.file.display());
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_file_that_is_no_music_is_named() {
        let error = open(Path::new("/nowhere/x.wav")).unwrap_err();
        assert!(format!("{error:#}").contains("/nowhere/x.wav"));
    }
}
