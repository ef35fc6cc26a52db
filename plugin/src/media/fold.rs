//! From any number of channels to two.

use symphonia::core::audio::{Channels, GenericAudioBufferRef, Position};

/// -3 dB, as ITU-R BS.775 has it for what is folded into a side.
const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;

const LOWS: Position = Position::LFE1.union(Position::LFE2);
const LEFTS: Position = Position::REAR_LEFT
    .union(Position::FRONT_LEFT_CENTER)
    .union(Position::SIDE_LEFT)
    .union(Position::TOP_FRONT_LEFT)
    .union(Position::TOP_REAR_LEFT)
    .union(Position::TOP_SIDE_LEFT)
    .union(Position::BOTTOM_FRONT_LEFT)
    .union(Position::FRONT_LEFT_WIDE);
const RIGHTS: Position = Position::REAR_RIGHT
    .union(Position::FRONT_RIGHT_CENTER)
    .union(Position::SIDE_RIGHT)
    .union(Position::TOP_FRONT_RIGHT)
    .union(Position::TOP_REAR_RIGHT)
    .union(Position::TOP_SIDE_RIGHT)
    .union(Position::BOTTOM_FRONT_RIGHT)
    .union(Position::FRONT_RIGHT_WIDE);

/// Stereo samples as they come out of the decoder.
#[derive(Debug, Default)]
pub(super) struct Stereo {
    pub left: Vec<f32>,
    pub right: Vec<f32>,
    /// The most channels that were folded into the two; 0 if that was not necessary.
    pub folded: usize,
    planes: Vec<Vec<f32>>,
}

impl Stereo {
    pub fn num_frames(&self) -> usize {
        self.left.len()
    }

    /// Makes room without overshooting, if there is that much memory.
    pub fn reserve(&mut self, frames: usize) {
        // What cannot be had now is asked for again, piece by piece.
        let _ = self.left.try_reserve_exact(frames);
        let _ = self.right.try_reserve_exact(frames);
    }

    /// Mono goes to both sides, two channels stay as they are, more are folded.
    pub fn append(&mut self, buffer: &GenericAudioBufferRef<'_>) {
        buffer.copy_to_vecs_planar(&mut self.planes);
        match self.planes.as_slice() {
            [] => {}
            [mono] => {
                self.left.extend_from_slice(mono);
                self.right.extend_from_slice(mono);
            }
            [left, right] => {
                self.left.extend_from_slice(left);
                self.right.extend_from_slice(right);
            }
            planes => {
                self.folded = self.folded.max(planes.len());
                let start = self.left.len();
                self.left.resize(start + buffer.frames(), 0.0);
                self.right.resize(start + buffer.frames(), 0.0);
                for (plane, (left, right)) in planes.iter().zip(weights(buffer.spec().channels())) {
                    add(&mut self.left[start..], plane, left);
                    add(&mut self.right[start..], plane, right);
                }
            }
        }
    }

    /// Forgets the samples, which somebody has taken.
    pub fn clear(&mut self) {
        self.left.clear();
        self.right.clear();
    }

    pub fn append_silence(&mut self, frames: usize) {
        self.left.resize(self.left.len() + frames, 0.0);
        self.right.resize(self.right.len() + frames, 0.0);
    }
}

fn add(to: &mut [f32], from: &[f32], weight: f32) {
    if weight != 0.0 {
        for (to, from) in to.iter_mut().zip(from) {
            *to += from * weight;
        }
    }
}

/// How much of each channel goes left and right, in the order of the channels.
fn weights(channels: &Channels) -> Vec<(f32, f32)> {
    match channels {
        Channels::Positioned(positions) => positions.iter().map(weight).collect(),
        // Nobody says where they are: in turn left and right, the first two in full.
        other => (0..other.count())
            .map(|index| {
                let weight = if index < 2 { 1.0 } else { HALF_POWER };
                if index % 2 == 0 { (weight, 0.0) } else { (0.0, weight) }
            })
            .collect(),
    }
}

fn weight(position: Position) -> (f32, f32) {
    match position {
        Position::FRONT_LEFT => (1.0, 0.0),
        Position::FRONT_RIGHT => (0.0, 1.0),
        Position::FRONT_CENTER => (HALF_POWER, HALF_POWER),
        p if LOWS.contains(p) => (0.0, 0.0),
        p if LEFTS.contains(p) => (HALF_POWER, 0.0),
        p if RIGHTS.contains(p) => (0.0, HALF_POWER),
        // Centres behind, above and below.
        _ => (0.5, 0.5),
    }
}
