//! The VST3 entry.
