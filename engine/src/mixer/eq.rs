//! The channel's EQ: three bands of state variable filters, which run side by side for all decks.

use crate::graph::nodes::{FilterMode, Svf};
use crate::graph::{DspNode, Param, Width};
use crate::units::{Decibels, ms_to_frames};

use super::FADER_MS;

/// One of the three bands of a channel's EQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EqBand {
    /// A shelf below 250 Hz.
    Low,
    /// A bell around 800 Hz.
    Mid,
    /// A shelf above 2500 Hz.
    High,
}

/// How many bands there are.
pub const NUM_BANDS: usize = 3;

/// The filter's parameter that is its gain.
const GAIN_PARAM: u16 = 2;

impl EqBand {
    /// Every band, from low to high.
    pub const ALL: [Self; NUM_BANDS] = [Self::Low, Self::Mid, Self::High];
    /// The least and the most gain.
    pub const RANGE: std::ops::RangeInclusive<Decibels> = Decibels(-26.0)..=Decibels(12.0);

    /// 0 for low .. 2 for high.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// In paths and ids: `low`, `mid`, `high`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Mid => "mid",
            Self::High => "high",
        }
    }

    /// A gain within the range.
    #[must_use]
    pub fn clamp(gain: Decibels) -> Decibels {
        Decibels(gain.0.clamp(Self::RANGE.start().0, Self::RANGE.end().0))
    }

    /// A band at 0 dB, where it passes every sample bit for bit. Corner frequencies as on club mixers; the qualities
    /// make neighbours overlap without a dip.
    #[must_use]
    pub(super) fn node(self) -> Svf {
        match self {
            Self::Low => Svf::new(FilterMode::LowShelf, Width::Stereo, 250.0, 0.707, 0.0),
            Self::Mid => Svf::new(FilterMode::Peak, Width::Stereo, 800.0, 0.5, 0.0),
            Self::High => Svf::new(FilterMode::HighShelf, Width::Stereo, 2_500.0, 0.707, 0.0),
        }
    }
}

/// Moves a band's gain in so many frames, but no faster than a fader.
pub(crate) fn set_gain(node: &mut Svf, gain: Decibels, frames: u32, sample_rate: f64) {
    let ramp_frames = frames.max(ms_to_frames(FADER_MS, sample_rate));
    node.set_param(GAIN_PARAM, Param { target: EqBand::clamp(gain).0, ramp_frames });
}

/// Stops a band where it is on its way; that gain, or `None` if it was at rest.
pub(crate) fn hold(node: &mut Svf) -> Option<Decibels> {
    let (gain, rests) = node.param(GAIN_PARAM)?;
    if rests {
        return None;
    }
    node.set_param(GAIN_PARAM, Param::jump(gain));
    Some(Decibels(gain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    const SR: f64 = 48_000.0;

    /// Gain in dB of a sine through the three bands, set to these gains.
    fn response(hz: f64, gains: [f32; NUM_BANDS]) -> f64 {
        let mut bands = EqBand::ALL.map(EqBand::node);
        for (band, gain) in bands.iter_mut().zip(gains) {
            band.prepare(SR);
            set_gain(band, Decibels(gain), 0, SR);
        }
        let (mut into, mut out) = (0.0, 0.0);
        for block in 0..1_500_u32 {
            let mut sound = StereoBlock::SILENT;
            for n in 0..64_u32 {
                let t = f64::from(block * 64 + n) / SR;
                let sample = (2.0 * std::f64::consts::PI * hz * t).sin() as f32 * 0.5;
                sound.channels_mut()[0][n as usize] = sample;
                into += if block >= 500 { f64::from(sample).powi(2) } else { 0.0 };
            }
            for band in &mut bands {
                let mut next = StereoBlock::SILENT;
                IoSetup::new(&[&sound], &mut next, 64).run(band);
                sound = next;
            }
            if block >= 500 {
                out += sound.left().iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
            }
        }
        10.0 * (out / into).log10()
    }

    #[test]
    fn each_band_does_what_it_says_where_it_is_and_leaves_the_others() {
        assert!((response(40.0, [-26.0, 0.0, 0.0]) + 26.0).abs() < 1.5, "{}", response(40.0, [-26.0, 0.0, 0.0]));
        assert!((response(800.0, [0.0, -26.0, 0.0]) + 26.0).abs() < 0.5);
        assert!((response(15_000.0, [0.0, 0.0, -26.0]) + 26.0).abs() < 1.5);
        assert!((response(40.0, [12.0, 0.0, 0.0]) - 12.0).abs() < 1.0);
        assert!(response(5_000.0, [-26.0, 0.0, 0.0]).abs() < 0.5);
        assert!(response(60.0, [0.0, 0.0, -26.0]).abs() < 0.5);
    }

    #[test]
    fn flat_is_the_sound_itself_bit_for_bit() {
        let mut bands = EqBand::ALL.map(EqBand::node);
        let mut sound = StereoBlock::SILENT;
        for n in 0..64_u16 {
            sound.channels_mut()[0][usize::from(n)] = (f32::from(n) * 0.37).sin();
        }
        let before = *sound.left();
        for band in &mut bands {
            let mut next = StereoBlock::SILENT;
            IoSetup::new(&[&sound], &mut next, 64).run(band);
            sound = next;
        }
        assert!(sound.left().iter().zip(&before).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}
