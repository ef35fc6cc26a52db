//! What the output buses gave, without the plugin's latency, and its way to disk.

use std::path::Path;

use anyhow::{Context, Result};

use crate::protocol::Job;

/// Every output bus from song frame 0 on.
#[derive(Debug)]
pub struct Recording {
    /// Bus, channel, frame.
    buses: Vec<Vec<Vec<f32>>>,
    song_frames: usize,
    /// Frames still to be dropped: the plugin is that late.
    to_drop: usize,
    pub non_finite_samples: u64,
    pub peak_before_start: f32,
    pub worst_block_load: f64,
}

impl Recording {
    /// Room for a song; `shape` has a buffer for each channel of each bus.
    pub fn new(shape: &[Vec<Vec<f32>>], song_frames: u64, latency_frames: u32) -> Self {
        let song_frames = usize::try_from(song_frames).unwrap_or(usize::MAX);
        Self {
            buses: shape.iter().map(|bus| bus.iter().map(|_| Vec::with_capacity(song_frames)).collect()).collect(),
            song_frames,
            to_drop: latency_frames as usize,
            non_finite_samples: 0,
            peak_before_start: 0.0,
            worst_block_load: 0.0,
        }
    }

    /// Takes a block.
    pub fn push(&mut self, outputs: &[Vec<Vec<f32>>], num_frames: usize) {
        let skip = self.to_drop.min(num_frames);
        self.to_drop -= skip;
        for (bus, output) in self.buses.iter_mut().zip(outputs) {
            for (kept, channel) in bus.iter_mut().zip(output) {
                let room = self.song_frames - kept.len();
                let new = &channel[skip..num_frames];
                kept.extend_from_slice(&new[..new.len().min(room)]);
                self.non_finite_samples += new.iter().filter(|s| !s.is_finite()).count() as u64;
            }
        }
    }
}

/// Names of the recordings, in the order of the output buses: master, then a deck each.
fn file_name(bus: usize) -> String {
    match bus {
        0 => "set.wav".to_owned(),
        1..=26 => format!("deck_{}.wav", char::from(b'a' + u8::try_from(bus - 1).unwrap_or(0))),
        _ => format!("bus_{bus}.wav"),
    }
}

/// Writes each bus as a 32-bit float WAV and gives the paths.
pub fn write(job: &Job, recording: &Recording) -> Result<Vec<String>> {
    let spec = |channels: usize| hound::WavSpec {
        channels: u16::try_from(channels).unwrap_or(u16::MAX),
        sample_rate: job.sample_rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut paths = Vec::new();
    for (index, bus) in recording.buses.iter().enumerate() {
        let path = Path::new(&job.out_dir).join(file_name(index));
        let write = || -> hound::Result<()> {
            let mut file = hound::WavWriter::create(&path, spec(bus.len()))?;
            for frame in 0..bus.first().map_or(0, Vec::len) {
                bus.iter().try_for_each(|channel| file.write_sample(channel[frame]))?;
            }
            file.finalize()
        };
        write().with_context(|| format!("could not write {}", path.display()))?;
        paths.push(path.display().to_string());
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_taken_off_the_front() {
        let shape = vec![vec![vec![0.0_f32; 4]]];
        let mut recording = Recording::new(&shape, 5, 6);
        recording.push(&[vec![vec![1.0, 2.0, 3.0, 4.0]]], 4);
        recording.push(&[vec![vec![5.0, 6.0, 7.0, f32::NAN]]], 4);
        recording.push(&[vec![vec![9.0, 10.0, 11.0, 12.0]]], 4);
        assert_eq!(recording.buses[0][0][0], 7.0);
        assert_eq!(recording.buses[0][0][2..], [9.0, 10.0, 11.0]);
        assert_eq!(recording.non_finite_samples, 1);
    }

    #[test]
    fn buses_have_names() {
        assert_eq!([0, 1, 4].map(file_name), ["set.wav", "deck_a.wav", "deck_d.wav"]);
    }
}
