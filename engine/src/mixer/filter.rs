//! The filter knob.

/// Within this distance of the middle the filter is off.
pub(super) const DEAD_ZONE: f32 = 0.02;
