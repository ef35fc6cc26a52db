//! Signal processing without state about decks or music.

mod denormals;
mod fade;
mod float_mode;
mod loudness;
mod ramp;
mod sinc;
mod slide;
mod svf;
#[cfg(test)]
pub(crate) mod testing;
mod true_peak;
mod window;

pub use denormals::without_denormals;
pub use fade::{Fade, FadeShape};
pub use float_mode::FloatMode;
pub use loudness::{Levels, LoudnessMeter};
pub use ramp::Ramp;
pub use sinc::{Sinc, SincBank};
pub use slide::Slide;
pub use svf::{BUTTERWORTH_2, BUTTERWORTH_4, SvfCell, SvfCoefs};
pub use true_peak::{TRUE_PEAK_DELAY, TruePeak};
