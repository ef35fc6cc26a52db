//! Names of the main ports. The framework takes the main output's name from the main input's, so both come from here.

/// The main input.
pub(super) const MAIN_INPUT: &str = "Deck A In";
/// The main output.
pub(super) const MAIN_OUTPUT: &str = "Master";
