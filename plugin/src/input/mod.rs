//! What drives the rig besides the host and the editor.

pub mod midi;
pub mod osc;
