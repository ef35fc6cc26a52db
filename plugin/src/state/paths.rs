//! The files on the decks as they are saved: `tracks` is what can be read of their paths, and `odd_tracks` is there if one
//! of them is no text.

use std::path::PathBuf;

use echelon_engine::action::exact_path::OddPath;
use echelon_engine::units::NUM_DECKS;
use serde::ser::SerializeMap as _;
use serde::{Deserialize as _, Serializer};
use serde_json::Value;

/// Both fields. No path fails: the framework would leave out the whole record.
pub(super) fn write<S: Serializer>(tracks: &[Option<PathBuf>; NUM_DECKS], serializer: S) -> Result<S::Ok, S::Error> {
    let texts = tracks.each_ref().map(|path| path.as_ref().map(|path| path.to_string_lossy()));
    let odd = tracks.each_ref().map(|path| path.as_deref().and_then(OddPath::of));
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("tracks", &texts)?;
    if odd.iter().any(Option::is_some) {
        map.serialize_entry("odd_tracks", &odd)?;
    }
    map.end()
}

/// The file on a deck, from any JSON.
pub(super) fn read(rig: &Value, deck: usize) -> Option<PathBuf> {
    let text = rig.get("tracks")?.get(deck)?.as_str().filter(|text| !text.is_empty())?;
    let odd = rig.get("odd_tracks").and_then(|odd| OddPath::deserialize(odd.get(deck)?).ok());
    Some(odd.filter(|odd| odd.text == text).map_or_else(|| PathBuf::from(text), |odd| odd.path()))
}
