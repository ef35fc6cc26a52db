//! The deck under a DJ's hands, with a host's clock.

mod clicks;
mod gestures;
mod loops;
mod speed;
mod stream;
mod sync;

use std::sync::Arc;

use super::*;
use crate::clock::{HostClock, HostTransport};
use crate::dsp::SincBank;
use crate::graph::{IoSetup, SUB_BLOCK_FRAMES, StereoBlock};
use crate::units::Bpm;

pub(super) const SR: f64 = 48_000.0;

/// A deck in a host that rolls.
pub(super) struct Booth {
    pub deck: DeckNode,
    clock: HostClock,
    sample_rate: f64,
    pub bpm: f64,
    /// Change of the tempo with each frame.
    pub step_bpm: f64,
    pub song: f64,
    pub out: Vec<f32>,
}

impl Booth {
    pub(super) fn new(track: Arc<Track>, bpm: f64) -> Self {
        Self::at(SR, track, bpm)
    }

    pub(super) fn at(sample_rate: f64, track: Arc<Track>, bpm: f64) -> Self {
        let mut deck = DeckNode::new(SincBank::shared(), sample_rate);
        deck.load(Some(track), 1).unwrap();
        let mut booth =
            Self { deck, clock: HostClock::new(sample_rate), sample_rate, bpm, step_bpm: 0.0, song: 0.0, out: vec![] };
        booth.see_time();
        booth
    }

    fn transport(&self) -> HostTransport {
        HostTransport {
            playing: true,
            tempo: Bpm::new(self.bpm),
            tempo_step_bpm: self.step_bpm,
            song_beats: Some(self.song),
            ..HostTransport::SILENT
        }
    }

    /// The deck knows what time it is.
    pub(super) fn see_time(&mut self) {
        let (clock, _) = self.clock.begin_block(&self.transport(), 0);
        self.deck.set_time(&clock);
    }

    /// The left channel of the next frames, in blocks of a size.
    pub(super) fn run(&mut self, frames: usize, block: usize) -> &[f32] {
        let from = self.out.len();
        while self.out.len() - from < frames {
            let now = block.min(frames - (self.out.len() - from));
            let (clock, _) = self.clock.begin_block(&self.transport(), now as u32);
            self.deck.set_time(&clock);
            let mut done = 0;
            while done < now {
                let part = SUB_BLOCK_FRAMES.min(now - done);
                let mut buffer = StereoBlock::SILENT;
                IoSetup::new(&[&StereoBlock::SILENT], &mut buffer, part).run(&mut self.deck);
                self.out.extend_from_slice(&buffer.left()[..part]);
                done += part;
            }
            let n = now as f64;
            self.song += n * (self.bpm + 0.5 * self.step_bpm * n) / (60.0 * self.sample_rate);
            self.bpm += self.step_bpm * n;
        }
        &self.out[from..]
    }

    pub(super) fn place(&self) -> f64 {
        self.deck.position_secs()
    }

    /// The playhead in beats of its track.
    pub(super) fn beat(&self) -> f64 {
        let here = self.deck.here().frame;
        self.deck.grid().unwrap().beat_at(here)
    }

    /// How far the track's beat is from the clock's, in beats.
    pub(super) fn off(&self) -> f64 {
        let off = self.beat() - self.song;
        off - off.round()
    }
}

/// So many seconds of a sound that has nothing above 1 kHz, with a grid of this tempo from frame 0.
pub(crate) fn track(bpm: f64, secs: f64, sample_rate: f64) -> Arc<Track> {
    let sound = |n: usize| {
        let t = n as f64 / sample_rate;
        let part = |hz: f64, level: f64| level * (std::f64::consts::TAU * hz * t).sin();
        (part(220.0, 0.4) + part(331.7, 0.2) + part(997.0, 0.1)) as f32
    };
    let samples: Vec<f32> = (0..(secs * sample_rate) as usize).map(sound).collect();
    let grid = BeatGrid::steady(0.0, 60.0 / bpm * sample_rate).unwrap();
    Arc::new(Track::new(samples.clone(), samples, sample_rate).unwrap().with_grid(grid))
}
