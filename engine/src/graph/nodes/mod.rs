//! Nodes that every graph needs.

mod delay;
mod fade;
mod feedback;
mod filter;
mod four;
mod gain;
mod lanes;
mod meter;
mod sum;
mod width;

pub use delay::DelayLine;
pub(super) use fade::EdgeFade;
pub use feedback::FeedbackDelay;
pub use filter::{Biquad, FilterMode, FilterNode, Svf};
pub use gain::Gain;
pub use meter::{Meter, MeterReading};
pub use sum::Sum;
pub use width::{Fold, Widen};

use super::{Ports, Width};

/// Inputs as wide as the output.
const MONO: [Width; super::MAX_INPUTS] = [Width::Mono; super::MAX_INPUTS];
const STEREO: [Width; super::MAX_INPUTS] = [Width::Stereo; super::MAX_INPUTS];

/// So many inputs as wide as the output.
fn ports(inputs: usize, width: Width) -> Ports {
    let all: &'static [Width; super::MAX_INPUTS] = match width {
        Width::Mono => &MONO,
        Width::Stereo => &STEREO,
    };
    Ports { inputs: &all[..inputs.min(super::MAX_INPUTS)], output: width }
}
