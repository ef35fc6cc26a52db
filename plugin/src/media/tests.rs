//! Tests of loading, with real files.

mod damage;
mod formats;
mod hostile;
mod loader;
mod mutants;
mod overview;
mod stream;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{DecodedTrack, LoadError, decode};
pub(crate) use mutants::Dice;

/// A folder that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("echelon-media-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Half a second at 44.1 kHz of 441 Hz on the left and 882 Hz on the right, at 0.4, from encoders that are widely used.
pub(crate) const FIXTURES: [(&str, &[u8]); 5] = [
    ("tone.mp3", include_bytes!("tests/fixtures/tone.mp3")),
    ("tone.ogg", include_bytes!("tests/fixtures/tone.ogg")),
    ("tone.m4a", include_bytes!("tests/fixtures/tone.m4a")),
    ("tone.aac", include_bytes!("tests/fixtures/tone.aac")),
    ("tone_alac.m4a", include_bytes!("tests/fixtures/tone_alac.m4a")),
];

pub(super) fn load(path: &Path) -> Result<DecodedTrack, LoadError> {
    decode(path, &mut |_| {}, &|| false)
}

/// Noise of the full scale of `bits`, the same each time: nothing that a decoder could get right by luck.
pub(crate) fn noise(count: usize, bits: u32) -> Vec<i32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        #[allow(clippy::cast_possible_truncation, reason = "noise")]
        let word = state as u32;
        word.cast_signed() >> (32 - bits)
    };
    std::iter::repeat_with(next).take(count).collect()
}

pub(super) fn wav_bytes(
    spec: hound::WavSpec,
    write: impl FnOnce(&mut hound::WavWriter<&mut std::io::Cursor<Vec<u8>>>),
) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    write(&mut writer);
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// A WAV of integers.
pub(crate) fn int_wav(channels: u16, sample_rate: u32, bits: u16, samples: &[i32]) -> Vec<u8> {
    let spec = hound::WavSpec { channels, sample_rate, bits_per_sample: bits, sample_format: hound::SampleFormat::Int };
    wav_bytes(spec, |writer| samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap()))
}

/// A WAV of floats.
pub(super) fn float_wav(channels: u16, sample_rate: u32, samples: &[f32]) -> Vec<u8> {
    let sample_format = hound::SampleFormat::Float;
    let spec = hound::WavSpec { channels, sample_rate, bits_per_sample: 32, sample_format };
    wav_bytes(spec, |writer| samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap()))
}

/// A FLAC of integers.
pub(super) fn flac(channels: usize, sample_rate: usize, bits: usize, samples: &[i32]) -> Vec<u8> {
    use flacenc::component::BitRepr;
    use flacenc::error::Verify;
    let config = flacenc::config::Encoder::default().into_verified().unwrap();
    let source = flacenc::source::MemSource::from_samples(samples, channels, bits, sample_rate);
    let stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size).unwrap();
    let mut sink = flacenc::bitsink::ByteSink::new();
    stream.write(&mut sink).unwrap();
    sink.as_slice().to_vec()
}
