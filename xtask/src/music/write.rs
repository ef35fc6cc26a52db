//! Tunes as files: WAV and FLAC.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config::Encoder;
use flacenc::error::Verify;
use flacenc::source::MemSource;

use super::Stereo;

/// Sample formats of the written files. (This encoder's FLAC at 24 bits comes out larger than the WAV.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    Bits16,
    Bits24,
}

impl Depth {
    const fn bits(self) -> u16 {
        match self {
            Self::Bits16 => 16,
            Self::Bits24 => 24,
        }
    }

    /// The number that stands for 1.0.
    const fn full_scale(self) -> f32 {
        match self {
            Self::Bits16 => 32_768.0,
            Self::Bits24 => 8_388_608.0,
        }
    }

    fn to_int(self, sample: f32) -> i32 {
        (sample * self.full_scale()).round().clamp(-self.full_scale(), self.full_scale() - 1.0) as i32
    }
}

/// The samples that a reader of a written file gets.
pub fn quantize(music: &Stereo, depth: Depth) -> Stereo {
    let side = |samples: &[f32]| samples.iter().map(|s| depth.to_int(*s) as f32 / depth.full_scale()).collect();
    Stereo { left: side(&music.left), right: side(&music.right) }
}

fn interleaved(music: &Stereo, depth: Depth) -> Vec<i32> {
    let frames = music.left.iter().zip(&music.right);
    frames.flat_map(|(left, right)| [depth.to_int(*left), depth.to_int(*right)]).collect()
}

/// Writes a WAV file.
pub fn write_wav(path: &Path, music: &Stereo, depth: Depth, sample_rate: u32) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: depth.bits(),
        sample_format: hound::SampleFormat::Int,
    };
    let write = || -> hound::Result<()> {
        let mut file = hound::WavWriter::create(path, spec)?;
        interleaved(music, depth).into_iter().try_for_each(|sample| file.write_sample(sample))?;
        file.finalize()
    };
    write().with_context(|| format!("could not write {}", path.display()))
}

/// Writes a FLAC file.
pub fn write_flac(path: &Path, music: &Stereo, depth: Depth, sample_rate: u32) -> Result<()> {
    let config = Encoder::default().into_verified().map_err(|(_, error)| anyhow!("FLAC settings: {error}"))?;
    let source = MemSource::from_samples(&interleaved(music, depth), 2, depth.bits().into(), sample_rate as usize);
    let mut stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| anyhow!("could not encode {}: {error:?}", path.display()))?;
    // The encoder counts the short last block as the smallest one. The format does not, and readers that see two sizes
    // take the file for one of variable blocks and miss its end.
    stream
        .stream_info_mut()
        .set_block_sizes(config.block_size, config.block_size)
        .map_err(|error| anyhow!("FLAC block size: {error}"))?;
    let mut bytes = ByteSink::new();
    stream.write(&mut bytes).map_err(|error| anyhow!("could not encode {}: {error:?}", path.display()))?;
    std::fs::write(path, bytes.as_slice()).with_context(|| format!("could not write {}", path.display()))
}
