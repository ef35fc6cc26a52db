//! Runs of ops that one lane does in one go.

use super::items::Item;

/// A strip still without buffers.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// Groups of items, each one op.
    pub(super) groups: Vec<Vec<usize>>,
    /// Strips before this one that it needs.
    pub(super) deps: Vec<u32>,
}

/// Cuts the groups into strips; with one lane into one.
pub(super) fn cut(_items: &[Item], groups: Vec<Vec<usize>>, _lanes: usize) -> Vec<Cut> {
    vec![Cut { groups, deps: vec![] }]
}
