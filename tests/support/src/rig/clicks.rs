//! Steps in the sound that are steeper than the music is.

use echelon_engine::units::NUM_DECKS;

use super::{CHANNELS, Library};

/// -60 dB.
const CLICK: f64 = 0.001;
/// The shortest fade of the rig, in milliseconds: 3 for start and stop, on a voice of the library's level.
const FADE_MS: f64 = 3.0;
/// What a deed can leave sounding beside the rest lasts no longer than a swap's fade.
const VOICE_MS: f64 = 51.0;

/// A step that nothing explains.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    /// Output channel: 0 and 1 the master, then the decks.
    pub channel: usize,
    /// Frame.
    pub frame: u64,
    /// By how much the step is above what the music, the fades and the faders explain.
    pub excess: f64,
    /// The whole step.
    pub step: f64,
}

/// Looks at every step from frame to frame. One voice may be as steep as its track, and as its fade; a deed on a deck
/// adds a voice for as long as a fade lasts.
#[derive(Clone, Debug)]
pub struct ClickMeter {
    last: [f32; CHANNELS],
    voice_frames: u64,
    /// Frames of the latest deeds on each deck.
    deeds: [Vec<u64>; NUM_DECKS],
    slope: f64,
    fade: f64,
    /// The worst excess so far, -1 before the first frame.
    pub worst: f64,
}

impl ClickMeter {
    /// At a sample rate in Hz. `gain` is the highest that the decks' channels get.
    #[must_use]
    pub fn new(sample_rate: f64, gain: f64) -> Self {
        Self {
            last: [0.0; CHANNELS],
            voice_frames: (VOICE_MS * sample_rate / 1000.0) as u64,
            deeds: Default::default(),
            slope: Library::steepest(sample_rate) * gain,
            fade: super::library::LEVEL * gain / (FADE_MS * sample_rate / 1000.0),
            worst: -1.0,
        }
    }

    /// Something was done on a deck (0 is A), on a frame.
    pub fn deed(&mut self, deck: usize, frame: u64) {
        self.deeds[deck].push(frame);
    }

    /// Looks at a block that began on a frame. The deeds of the block must be known.
    pub fn look(&mut self, from: u64, out: &[Vec<f32>; CHANNELS]) -> Option<Click> {
        for deeds in &mut self.deeds {
            deeds.retain(|frame| frame + self.voice_frames >= from);
        }
        let mut found: Option<Click> = None;
        for (channel, samples) in out.iter().enumerate().skip(2) {
            let deeds = &self.deeds[channel / 2 - 1];
            let mut last = self.last[channel];
            for (n, sample) in samples.iter().enumerate() {
                let frame = from + n as u64;
                let step = f64::from((sample - last).abs());
                last = *sample;
                // The cheap question first: most steps are well below one voice's.
                if step <= self.slope {
                    continue;
                }
                let near = |deed: &&u64| **deed <= frame && frame <= **deed + self.voice_frames;
                let voices = 1.0 + deeds.iter().filter(near).count() as f64;
                let excess = step - voices * (self.slope + self.fade) - CLICK;
                self.worst = self.worst.max(excess + CLICK);
                if excess > 0.0 && found.is_none_or(|click| click.excess < excess) {
                    found = Some(Click { channel, frame, excess, step });
                }
            }
            self.last[channel] = last;
        }
        found
    }
}
