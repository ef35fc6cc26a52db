//! The mappings that come with the plugin.

use super::MidiMap;

/// Their texts, the generic one first. A test reads them all.
pub const SHIPPED: [&str; 4] = [
    include_str!("../../../maps/generic.json"),
    include_str!("../../../maps/pioneer_ddj_400.json"),
    include_str!("../../../maps/akai_apc_mini.json"),
    include_str!("../../../maps/korg_nanokontrol2.json"),
];

/// They, read. Allocates.
pub fn shipped() -> impl Iterator<Item = MidiMap> {
    SHIPPED.iter().filter_map(|text| MidiMap::read(text).ok())
}

impl Default for MidiMap {
    /// The generic one: what a new rig has.
    fn default() -> Self {
        let none = || Self { name: "Generic".to_owned(), about: String::new(), lights: true, lines: vec![] };
        shipped().next().unwrap_or_else(none)
    }
}
