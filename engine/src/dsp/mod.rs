//! Signal processing without state about decks or music.

mod denormals;
mod fade;
mod ramp;
mod sinc;

pub use denormals::without_denormals;
pub use fade::{Fade, FadeShape};
pub use ramp::Ramp;
pub use sinc::{Sinc, SincBank};
