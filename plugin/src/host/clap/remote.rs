//! Pages of eight knobs for hardware that a CLAP host drives: each deck's, and the mixer's.

use std::ffi::c_char;

use clap_sys::ext::remote_controls::{clap_plugin_remote_controls, clap_remote_controls_page};
use clap_sys::id::{CLAP_INVALID_ID, clap_id};
use clap_sys::plugin::clap_plugin;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::plugin::Instance;
use crate::host::table::Table;

pub(super) static REMOTE_CONTROLS: clap_plugin_remote_controls =
    clap_plugin_remote_controls { count: Some(count), get: Some(get) };

/// A page's name and its parameters' ids.
type Page = (&'static str, [&'static str; 8]);

/// Of every deck; the ids get its number.
const OF_DECK: [Page; 5] = [
    ("Play", ["play", "cue", "sync", "loop", "rate", "key_shift", "keylock", "slip"]),
    ("Channel", ["gain", "eq_high", "eq_mid", "eq_low", "filter", "pfl", "xfader_side", "fader"]),
    ("Hot Cues", ["hotcue1", "hotcue2", "hotcue3", "hotcue4", "hotcue5", "hotcue6", "hotcue7", "hotcue8"]),
    ("Effects", ["fx1", "fx1_mix", "fx1_depth", "fx1_time", "fx2", "fx2_mix", "fx2_depth", "fx2_time"]),
    ("More", ["kill_low", "kill_mid", "kill_high", "reverse", "trim", "fx1_tone", "fx2_tone", "out"]),
];

/// Of every deck too, younger than the numbers of the pages: theirs are behind all others'.
const LATER_OF_DECK: [Page; 2] = [
    ("Loops", ["loop", "loop_length", "loop_in", "loop_out", "reloop", "loop_halve", "loop_double", "roll"]),
    ("Jumps", ["jump_back", "jump_on", "jump_size", "nudge", "snap", "echo", "", ""]),
];

/// Of the mixer.
const OF_MIXER: [Page; 4] = [
    ("Faders", ["fader_1", "fader_2", "fader_3", "fader_4", "xfader", "master", "cue_mix", "quantize"]),
    ("Filters", ["filter_1", "filter_2", "filter_3", "filter_4", "pfl_1", "pfl_2", "pfl_3", "pfl_4"]),
    ("Lows", ["eq_low_1", "eq_low_2", "eq_low_3", "eq_low_4", "gain_1", "gain_2", "gain_3", "gain_4"]),
    (
        "Settings",
        [
            "eq_model",
            "isolator_slope",
            "filter_resonance",
            "xfader_curve",
            "xfader_reverse",
            "limiter",
            "auto_gain",
            "",
        ],
    ),
];

/// Pages of a deck.
const EACH: usize = OF_DECK.len() + LATER_OF_DECK.len();
const COUNT: usize = OF_MIXER.len() + NUM_DECKS * EACH;

/// A page: its section, its name, and its parameters' ids. The mixer's come first.
fn page(index: usize) -> Option<(String, &'static str, [String; 8])> {
    if let Some((name, ids)) = OF_MIXER.get(index) {
        return Some(("Mixer".to_owned(), name, ids.map(str::to_owned)));
    }
    let index = index - OF_MIXER.len();
    let (deck, place) = (DeckId::from_index(index / EACH)?, index % EACH);
    let (name, ids) = OF_DECK.get(place).or_else(|| LATER_OF_DECK.get(place - OF_DECK.len()))?;
    let of_deck = |id: &str| if id.is_empty() { String::new() } else { format!("{id}_{}", deck.index() + 1) };
    Some((format!("Deck {deck}"), name, ids.map(of_deck)))
}

/// What a host remembers a page by: for ever, wherever it stands in the list.
fn page_id(index: usize) -> clap_id {
    let number = match index.checked_sub(OF_MIXER.len()) {
        None => index,
        Some(index) => {
            let (deck, place) = (index / EACH, index % EACH);
            match place.checked_sub(OF_DECK.len()) {
                None => OF_MIXER.len() + deck * OF_DECK.len() + place,
                // One row of all decks after the other: another one goes behind them.
                Some(later) => OF_MIXER.len() + NUM_DECKS * (OF_DECK.len() + later) + deck,
            }
        }
    };
    u32::try_from(number + 1).unwrap_or(CLAP_INVALID_ID)
}

/// The parameter of an id.
fn param(table: &Table, id: &str) -> clap_id {
    let slot = (0..table.len()).find(|slot| table.id(*slot) == Some(id));
    slot.and_then(|slot| table.hash(slot)).unwrap_or(CLAP_INVALID_ID)
}

unsafe extern "C" fn count(_: *const clap_plugin) -> u32 {
    u32::try_from(COUNT).unwrap_or(0)
}

unsafe extern "C" fn get(plugin: *const clap_plugin, index: u32, to: *mut clap_remote_controls_page) -> bool {
    // SAFETY: CLAP: a plugin of ours, and a place for the page; null is refused.
    let (Some(instance), Some(to)) = (unsafe { (Instance::of(plugin), to.as_mut()) }) else { return false };
    let Some((section, name, ids)) = page(index as usize) else { return false };
    // SAFETY: names and numbers, for which zero is valid.
    *to = unsafe { std::mem::zeroed() };
    set(&mut to.section_name, &section);
    set(&mut to.page_name, name);
    to.page_id = page_id(index as usize);
    to.param_ids = ids.map(|id| param(&instance.link.table, &id));
    true
}

fn set(field: &mut [c_char], text: &str) {
    let room = field.len().saturating_sub(1);
    for (to, from) in field.iter_mut().take(room).zip(text.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::RigParams;
    use std::sync::Arc;

    #[test]
    fn every_knob_on_a_page_is_a_parameter_and_every_deck_s_parameter_is_on_a_page() {
        let table = Table::new(&Arc::new(RigParams::default()));
        let pages: Vec<_> = (0..COUNT).map(|index| page(index).unwrap()).collect();
        let ids: Vec<&String> = pages.iter().flat_map(|(_, _, ids)| ids).filter(|id| !id.is_empty()).collect();
        for id in &ids {
            assert_ne!(param(&table, id), CLAP_INVALID_ID, "{id}");
        }
        for slot in 0..table.len() {
            let id = table.id(slot).unwrap();
            assert!(ids.iter().any(|known| *known == id), "{id} is on no page");
        }
        assert!(page(COUNT).is_none());
        assert!(pages.iter().filter(|(section, ..)| section == "Deck C").count() == EACH);
    }

    #[test]
    fn a_page_keeps_the_number_by_which_a_host_remembers_it() {
        let found = |section: &str, name: &str| {
            let is_it = |index: &usize| page(*index).is_some_and(|(s, n, _)| (s.as_str(), n) == (section, name));
            page_id((0..COUNT).find(is_it).unwrap())
        };
        // As they were before any page was added.
        let old = [("Mixer", "Faders", 1), ("Mixer", "Settings", 4), ("Deck A", "Play", 5), ("Deck A", "More", 9)];
        for (section, name, id) in old.into_iter().chain([("Deck B", "Play", 10), ("Deck D", "More", 24)]) {
            assert_eq!(found(section, name), id, "{section} {name}");
        }
        assert_eq!(DeckId::ALL.map(|deck| found(&format!("Deck {deck}"), "Loops")), [25, 26, 27, 28]);
        assert_eq!(DeckId::ALL.map(|deck| found(&format!("Deck {deck}"), "Jumps")), [29, 30, 31, 32]);
    }
}
